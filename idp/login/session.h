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

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Secure; HttpOnly; SameSite=Lax; Path=/; no Max-Age: gone with the browser. */
#define SESSION_COOKIE "__Host-portvakt-session"
/* Characters of the cookie: 32 random bytes in unpadded base64url. */
#define SESSION_TOKEN_LENGTH 43
/* Seconds between two writes of last_seen: an SSO need not write the session each time. */
#define SESSION_TOUCH_EVERY 60

/* Seconds; a role's own limit is 0 where the common one holds. */
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
typedef struct {
	char *token; /* as in the cookie */
	char *person_key;
	unsigned role;        /* one Role bit */
	int64_t auth_instant; /* when the password was right */
	int64_t created;
	int64_t last_seen;
	char *level; /* how: "password" */
	char *index; /* SessionIndex of SAML: random, not derived from the token */
} Session;

void session_free(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/* A new session with a new token and index. Transfer full. */
Session *session_new(const char *person_key, unsigned role, const char *level, int64_t auth_instant,
		     int64_t now);

/* Whether a cookie's value has the form of a token of ours. NULL has not. */
bool session_token_is_valid(const char *token);

/* Whether it has outlived its idle or absolute limit at `now`; the limit itself is too late. */
bool session_is_over(const Session *session, const SessionOptions *options, int64_t now);

/* When the row may be swept: the earlier of the two limits, seconds since 1970. */
int64_t session_expiry(const Session *session, const SessionOptions *options);

/* The row's bytes (GVariant, with a version) and back. NULL when they are not a session.
 * Transfer full. */
GBytes *session_to_bytes(const Session *session);
Session *session_from_bytes(const char *token, GBytes *bytes);
