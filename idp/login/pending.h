/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pending ask: what a service asked, kept while a person logs in, in the browser's hands.
 *
 * Nothing is stored before a person has logged in; the ask travels sealed (seal.h) in a handle,
 * which nobody can read, alter or make. A handle lives ten minutes and has a purpose:
 *
 *   PENDING_CONTINUE  made by a cross-site POST, where Lax cookies do not arrive, and redeemed by
 *                     the GET that its 303 leads to; not bound to a browser
 *   PENDING_LOGIN     in the login page; bound to the browser by the pre-login cookie
 *   PENDING_ROLE      in the role page; bound too, and says who gave the right password and when
 *   PENDING_CONSENT   in the page that tells or asks; bound too, says whom and in which role, since
 *                     when they are there, and, by its id, what
 *
 * The binding stops login CSRF: a handle made in the attacker's browser is of no use in the
 * victim's, and the other way round. The id of a PENDING_LOGIN passes on to the PENDING_ROLE made
 * from it: both are one attempt, which is answered once (the spent table holds the id until
 * `expires`).
 */
#pragma once

#include "idp/ask.h"
#include "idp/seal.h"

/* Seconds a handle lives: time to find the password, short enough to bound the spent table. */
#define PENDING_LIFE (10 * 60)
/* Bytes of the id: 128 random bits. */
#define PENDING_ID_BYTES 16
/* Characters of the pre-login cookie: 32 random bytes in unpadded base64url. */
#define PENDING_BROWSER_LENGTH 43
#define PENDING_BROWSER_COOKIE "__Host-portvakt-browser"

typedef enum {
	PENDING_NONE = 0,
	PENDING_CONTINUE,
	PENDING_LOGIN,
	PENDING_ROLE,
	PENDING_CONSENT,
} PendingPurpose;

typedef enum {
	PENDING_BROKEN = 0,    /* not ours, altered, of another purpose, or not a handle at all */
	PENDING_EXPIRED,       /* ours, and too old */
	PENDING_OTHER_BROWSER, /* ours and fresh, but the cookie is absent or not the one */
	PENDING_OK,
} PendingOutcome;

typedef struct Pending {
	PendingPurpose purpose;
	uint8_t id[PENDING_ID_BYTES];
	int64_t expires;                  /* seconds since 1970 */
	Ask *ask;                         /* owned; NULL: a login for its own sake */
	uint8_t browser[SEAL_HASH_BYTES]; /* hash of the cookie; zero in PENDING_CONTINUE */
	/* PENDING_ROLE and PENDING_CONSENT only */
	char *person_key;
	int64_t auth_instant; /* seconds since 1970 */
	unsigned roles;       /* Role bits; of PENDING_CONSENT one */
} Pending;

void pending_free(Pending *pending);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pending, pending_free)

/* A value for the pre-login cookie, from the random source. Transfer full. */
char *pending_browser_new(void);

/* Whether a cookie's value has the form of one of ours. NULL has not. */
bool pending_browser_is_valid(const char *cookie);

/*
 * Makes a handle, with an id of its own, for `ask` (transfer none; NULL allowed). `purpose` is
 * PENDING_CONTINUE, where `browser` must be NULL, or PENDING_LOGIN, where it must be a valid
 * cookie. The handle is safe in a URL and in a form. Transfer full.
 */
char *pending_seal(const Sealer *sealer, PendingPurpose purpose, const Ask *ask,
		   const char *browser, int64_t now);

/*
 * Makes the PENDING_ROLE handle that follows an opened PENDING_LOGIN: same id, ask and browser,
 * ten minutes from `now`. Transfer full.
 */
char *pending_seal_role(const Sealer *sealer, const Pending *login, const char *person_key,
			unsigned roles, int64_t auth_instant, int64_t now);

/* Makes a PENDING_CONSENT handle, whose id is that of its page (consent_print()). `browser` must be
 * a valid cookie. Transfer full. */
char *pending_seal_consent(const Sealer *sealer, const Ask *ask, const char *browser,
			   const char *person_key, unsigned role, int64_t auth_instant,
			   const uint8_t id[PENDING_ID_BYTES], int64_t now);

/*
 * Opens a handle of that purpose. `browser` is the pre-login cookie of the request, or NULL.
 * `*pending` is set (transfer full) for PENDING_OK; for PENDING_EXPIRED and PENDING_OTHER_BROWSER
 * too, so that the page can name the service and lead back: then it proves nothing else.
 */
PendingOutcome pending_open(const Sealer *sealer, PendingPurpose purpose, const char *handle,
			    const char *browser, int64_t now, Pending **pending);

/* The id in hexadecimal: the key in the table of spent ones. Transfer full. */
char *pending_id_text(const Pending *pending);
