/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Proof that a POST comes from a page of ours in the same browser: a token and the Origin.
 *
 * The token is a keyed hash over the cookie that binds the page to its browser (the pre-login
 * cookie, or the session cookie for logging out), what the page is for, and the handle's id; so
 * it needs no store, and a token read from one page is of no use with another. The key is
 * derived from the sealer's.
 */
#pragma once

#include "idp/login/pending.h"

/* Token for the page of an opened or just made handle. `cookie` as in the request or as set by
 * this very answer. Transfer full. */
char *csrf_token(const Sealer *sealer, const char *cookie, const char *purpose, const char *id);

/* Compares in constant time. `token` and `cookie` may be NULL or anything; then it is false. */
bool csrf_token_is_right(const Sealer *sealer, const char *token, const char *cookie,
			 const char *purpose, const char *id);

/*
 * Whether the Origin header of a POST is our own origin, byte for byte ("https://idp.example").
 * Absent (NULL) and "null" are not: pages send Referrer-Policy same-origin, with which every
 * browser sends the real Origin on a same-origin POST (Fetch, 3.2).
 */
bool csrf_origin_is_own(const char *origin, const char *own);
