/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * New EPPNs: seven times a consonant and a digit, such as "k7t4c9m2d3x5r8@skola.example", 50 bits
 * of chance. Never two letters together, so no piece of a name in any script; never two digits, so
 * no personal number; lower case, beginning with a letter, and thus a subject-id too (SAML V2.0
 * Subject Identifier Attributes Profile, 3.3). 0, 1 and l are not used; of the look-alikes that
 * are left (5 and s, 2 and z) the place says which is meant.
 */
#pragma once

#include "idp/identity/eppn-speaks.h"

/* Random (seal.h), every value as likely as any other. Transfer full. */
char *eppn_draw(const char *scope);

#define EPPN_DRAW_ERROR (eppn_draw_error_quark())
GQuark eppn_draw_error_quark(void);

typedef enum {
	EPPN_DRAW_ERROR_EXHAUSTED, /* LIMIT_EPPN_DRAWS values in a row were seen before */
} EppnDrawError;

/* Whether the value has ever been anybody's, in `*seen`. False on a fault (error set). */
typedef bool (*EppnSeen)(const char *eppn, bool *seen, gpointer data, GError **error);

/*
 * One for the person of that name (each may be NULL): drawn again while it could speak of them
 * (eppn-speaks.h), holds what looks like a personal number, or was seen. `seen` may be NULL.
 * NULL on a fault of `seen`, or where nothing fits. Transfer full.
 */
char *eppn_draw_for(const char *scope, const char *given, const char *surname, EppnSeen seen,
		    gpointer data, GError **error);
