/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The session at the identity provider: who is logged in in this browser, as what, since when.
 *
 * The browser holds only a token of 32 random bytes; everything else is a row of the store, which
 * keeps the token hashed, so neither a stolen copy of the store nor timing of its look-up gives a
 * token. A login always makes a new token and drops the session that was there before: fixation
 * has nothing to fix, and another person's login replaces the first.
 *
 * The name that was typed is not kept.
 */
#pragma once

#include "idp/seal.h"
#include "idp/store/store.h"
#include "policy/person.h"

/* Secure; HttpOnly; SameSite=Lax; Path=/; no Max-Age: gone with the browser. */
#define SESSION_COOKIE "__Host-portvakt-session"
/* Characters of the cookie: 32 random bytes in unpadded base64url. */
#define SESSION_TOKEN_LENGTH 43
/* Seconds that must have passed before an SSO writes that the session is in use. */
#define SESSION_TOUCH_EVERY 60

/* Seconds. A role's own limit is 0 where the common one holds. */
typedef struct {
	unsigned idle;     /* 60 minutes */
	unsigned absolute; /* 10 hours: a school day */
	unsigned idle_student, idle_staff, idle_guardian;
	unsigned absolute_student, absolute_staff, absolute_guardian;
} SessionOptions;

#define SESSION_OPTIONS_DEFAULT                                                                    \
	{                                                                                          \
		.idle = 60 * 60, .absolute = 10 * 60 * 60                                          \
	}

/* Times are seconds since 1970. */
typedef struct Session {
	char *token; /* as in the cookie */
	char *person_key;
	Role role;            /* one bit */
	int64_t auth_instant; /* when the password was right */
	int64_t created;
	int64_t expires; /* unless it is used before: the row's expiry in the store */
	char *level;     /* how: "password" */
	char *index;     /* SessionIndex of SAML: random, tells nothing of the token */
} Session;

void session_free(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/* A new session with a new token and index, not yet in the store. Transfer full. */
Session *session_new(const char *person_key, Role role, const char *level, int64_t auth_instant,
		     const SessionOptions *options, int64_t now);

/* Whether a cookie's value has the form of a token of ours. NULL has not. */
bool session_token_is_valid(const char *token);

/* When a session used at `now` ends: idle from now, but never past its absolute limit. */
int64_t session_expiry(const Session *session, const SessionOptions *options, int64_t now);

/*
 * The session of a cookie's value (NULL or anything). STORE_OK: `*session` is set (transfer full);
 * STORE_ABSENT: none, or over at `now`, the limit itself being too late; STORE_FAULT: error set.
 * The idle limit is the one that held when the session was last used, the absolute one today's.
 */
StoreOutcome session_find(StoreReader *reader, const char *token, const SessionOptions *options,
			  int64_t now, Session **session, GError **error);

/* Adds the operations of a login: the new session in, the one of the cookie `previous` (NULL or
 * anything) out. */
void session_open(StoreCommit *commit, const Session *session, const char *previous);

/*
 * Adds the operation of an answer given by session: it must still be there at the commit (else
 * CONFLICT: it was logged out meanwhile), and lives on from `now`; written at most once in
 * SESSION_TOUCH_EVERY.
 */
void session_use(StoreCommit *commit, const Session *session, const SessionOptions *options,
		 int64_t now);

/* Adds the operation of logging out. `token` is NULL or anything. */
void session_drop(StoreCommit *commit, const char *token);

/* The row's bytes (GVariant, versioned), and back: NULL when they are not a session's.
 * Transfer full. */
GBytes *session_to_bytes(const Session *session);
Session *session_from_bytes(const char *token, int64_t expires, GBytes *bytes);
