/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Known browsers: in which browser who has logged in before, so that wrong passwords typed
 * elsewhere never delay a person in the browser they use (throttle.h). It proves nothing else: who
 * has the cookie still needs the password.
 *
 * The browser holds a token of 32 random bytes for a year from the last login. The store has the
 * token hashed and, for each person it is known to, a hash of token and person key together:
 * neither the cookie alone nor a copy of the store tells who uses which browser. A token the store
 * does not have is never taken over: it may be one that somebody else wrote down before.
 */
#pragma once

#include "idp/store/store.h"

/* Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age KNOWN_LIFE. */
#define KNOWN_COOKIE "__Host-known"
/* Characters of the cookie: 32 random bytes in unpadded base64url. */
#define KNOWN_TOKEN_LENGTH 43
/* Seconds. */
#define KNOWN_LIFE (365 * 24 * 60 * 60)
/* Seconds after which the login of the same person writes the row again. */
#define KNOWN_RENEW_AFTER (24 * 60 * 60)

/* A browser that the store has a row of. Immutable. */
typedef struct Known Known;

void known_free(Known *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Known, known_free)

/*
 * The browser with that cookie's value (NULL or anything). STORE_OK: `*known` is set (transfer
 * full); STORE_ABSENT: nobody is known to have used it, `*known` is NULL; STORE_FAULT: error set.
 */
StoreOutcome known_find(StoreReader *reader, const char *cookie, int64_t now, Known **known,
			GError **error);

/* Whether that person has logged in there, and LIMIT_KNOWN_USERS others have not since. NULL knows
 * nobody. */
bool known_has(const Known *known, const char *person_key);

/* The token, as in the cookie. Transfer none. */
const char *known_token(const Known *known);

/*
 * Adds the operation of a login, if there is anything to write: the person is the browser's latest
 * user from now on, and of more than LIMIT_KNOWN_USERS the one who was not there for longest is
 * forgotten. `known` NULL: a browser that nobody is known to have used. Two logins at once in one
 * browser may lose one of the two, who then is unknown there until the next.
 * -> the value of the cookie, to be set again (transfer full).
 */
char *known_remember(StoreCommit *commit, const Known *known, const char *person_key, int64_t now);
