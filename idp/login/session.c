/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/session.h"

#define TOKEN_BYTES 32
#define INDEX_BYTES 16

/* version, person key, role, auth instant, created, level, index */
#define SESSION_TYPE    "(qsuxxss)"
#define SESSION_VERSION 1

void session_free(Session *session)
{
	if (!session)
		return;
	g_free(session->token);
	g_free(session->person_key);
	g_free(session->level);
	g_free(session->index);
	g_free(session);
}

static unsigned limit(Role role, unsigned common, unsigned student, unsigned staff,
		      unsigned guardian)
{
	unsigned own = 0;

	if (role == ROLE_STUDENT)
		own = student;
	else if (role == ROLE_STAFF)
		own = staff;
	else if (role == ROLE_GUARDIAN)
		own = guardian;
	return own ? own : common;
}

static unsigned idle_limit(const SessionOptions *o, Role role)
{
	return limit(role, o->idle, o->idle_student, o->idle_staff, o->idle_guardian);
}

static unsigned absolute_limit(const SessionOptions *o, Role role)
{
	return limit(role, o->absolute, o->absolute_student, o->absolute_staff,
		     o->absolute_guardian);
}

int64_t session_expiry(const Session *session, const SessionOptions *options, int64_t now)
{
	int64_t idle = now + idle_limit(options, session->role);
	int64_t absolute = session->created + absolute_limit(options, session->role);

	return MIN(idle, absolute);
}

Session *session_new(const char *person_key, Role role, const char *level, int64_t auth_instant,
		     const SessionOptions *options, int64_t now)
{
	Session *session = g_new0(Session, 1);

	g_assert(person_key && *person_key && role_name(role) && level && *level);
	session->token = seal_random_token(TOKEN_BYTES);
	session->person_key = g_strdup(person_key);
	session->role = role;
	session->auth_instant = auth_instant;
	session->created = now;
	session->level = g_strdup(level);
	session->index = seal_random_token(INDEX_BYTES);
	session->expires = session_expiry(session, options, now);
	return session;
}

bool session_token_is_valid(const char *token)
{
	g_autoptr(GBytes) bytes = token ? seal_base64url_decode(token, TOKEN_BYTES) : NULL;

	return bytes && g_bytes_get_size(bytes) == TOKEN_BYTES;
}

GBytes *session_to_bytes(const Session *session)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(
		SESSION_TYPE, SESSION_VERSION, session->person_key, (guint32)session->role,
		session->auth_instant, session->created, session->level, session->index));

	return g_variant_get_data_as_bytes(packed);
}

Session *session_from_bytes(const char *token, int64_t expires, GBytes *bytes)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(SESSION_TYPE), bytes, FALSE));
	g_autoptr(Session) session = g_new0(Session, 1);
	guint16 version;
	guint32 role;

	if (!g_variant_is_normal_form(packed))
		return NULL;
	g_variant_get(packed, SESSION_TYPE, &version, &session->person_key, &role,
		      &session->auth_instant, &session->created, &session->level, &session->index);
	session->token = g_strdup(token);
	session->role = (Role)role;
	session->expires = expires;
	if (version != SESSION_VERSION || !*session->person_key || !role_name(session->role) ||
	    !*session->level || !*session->index)
		return NULL;
	return g_steal_pointer(&session);
}

StoreOutcome session_find(StoreReader *reader, const char *token, const SessionOptions *options,
			  int64_t now, Session **session, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(Session) found = NULL;
	int64_t expires = 0;

	*session = NULL;
	if (!session_token_is_valid(token))
		return STORE_ABSENT;
	StoreOutcome outcome =
		store_get(reader, STORE_SESSION, token, now, &bytes, &expires, error);
	if (outcome != STORE_OK)
		return outcome;
	found = session_from_bytes(token, expires, bytes);
	/* the store knows the expiry of the day it was written; a limit lowered since then counts
	 */
	if (!found || now >= found->created + absolute_limit(options, found->role))
		return STORE_ABSENT;
	*session = g_steal_pointer(&found);
	return STORE_OK;
}

void session_open(StoreCommit *commit, const Session *session, const char *previous)
{
	g_autoptr(GBytes) bytes = session_to_bytes(session);

	session_drop(commit, previous);
	store_put_new(commit, STORE_SESSION, session->token, session->person_key, bytes,
		      session->expires);
}

void session_use(StoreCommit *commit, const Session *session, const SessionOptions *options,
		 int64_t now)
{
	int64_t longer = session_expiry(session, options, now);
	/* a very short idle limit must not end before the first touch is due */
	int64_t every = MIN(SESSION_TOUCH_EVERY, idle_limit(options, session->role) / 10);
	bool due = longer - session->expires >= MAX(every, 1);

	store_touch(commit, STORE_SESSION, session->token, due ? longer : 0);
}

void session_drop(StoreCommit *commit, const char *token)
{
	if (session_token_is_valid(token))
		store_drop(commit, STORE_SESSION, token);
}
