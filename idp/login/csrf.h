/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Proof that a POST comes from a page of ours in the same browser: a token and the Origin.
 *
 * The token is a keyed hash over the cookie that binds the page to its browser (the pre-login
 * cookie; the session cookie for logging out), what the page is for, and the handle in it; so it
 * needs no store, and a token read from one page is of no use with another. The key is derived
 * from the sealer's.
 */
#pragma once

#include "idp/seal.h"

typedef enum {
	CSRF_LOGIN = 1, /* pre-login cookie, PENDING_LOGIN handle */
	CSRF_ROLE,      /* pre-login cookie, PENDING_ROLE handle */
	CSRF_LOGOUT,    /* session cookie, no handle: "" */
	CSRF_CONSENT,   /* pre-login cookie, PENDING_CONSENT handle */
	CSRF_CHOICES,   /* session cookie, no handle: "" */
} CsrfPage;

/* The token for a page. `cookie` is the one of the request, or the one this answer sets.
 * Transfer full. */
char *csrf_token(const Sealer *sealer, CsrfPage page, const char *cookie, const char *handle);

/* Compares in constant time. `token`, `cookie` and `handle` may be NULL or anything a stranger
 * wrote; with a NULL among them it is false. */
bool csrf_token_is_right(const Sealer *sealer, CsrfPage page, const char *cookie,
			 const char *handle, const char *token);

/*
 * Whether the Origin header of a POST is our own origin, byte for byte ("https://idp.example").
 * Absent (NULL) and "null" are not: our pages send Referrer-Policy same-origin, with which
 * browsers put the real Origin on a same-origin POST (Fetch 3.2, "append a request Origin").
 */
bool csrf_origin_is_own(const char *origin, const char *own);
