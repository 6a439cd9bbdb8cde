/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/session.h"

#include "tests/unit/store-world.h"

#include <string.h>

#define NOW  1800000000
#define IDLE 3600
#define DAY  36000

static Session *find(StoreWorld *world, const char *token, const SessionOptions *options,
		     int64_t now)
{
	g_autoptr(GError) error = NULL;
	Session *session = NULL;
	StoreOutcome outcome = session_find(world->reader, token, options, now, &session, &error);

	g_assert_no_error(error);
	g_assert_cmpint(outcome, ==, session ? STORE_OK : STORE_ABSENT);
	return session;
}

static bool is_there(StoreWorld *world, const char *token, const SessionOptions *options,
		     int64_t now)
{
	g_autoptr(Session) session = find(world, token, options, now);

	return session != NULL;
}

static Session *log_in(StoreWorld *world, const char *person, Role role,
		       const SessionOptions *options, int64_t now, const char *previous)
{
	Session *session = session_new(person, role, "password", now - 1, options, now);
	StoreCommit *commit = store_commit_new(now, NULL, NULL);

	session_open(commit, session, previous);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	return session;
}

static void test_login(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	SessionOptions options = SESSION_OPTIONS_DEFAULT;

	g_autoptr(Session) made = log_in(world, "key-1", ROLE_STUDENT, &options, NOW, NULL);
	g_autoptr(Session) found = find(world, made->token, &options, NOW + 5);
	g_assert_nonnull(found);
	g_assert_cmpuint(strlen(made->token), ==, SESSION_TOKEN_LENGTH);
	g_assert_cmpstr(found->token, ==, made->token);
	g_assert_cmpstr(found->person_key, ==, "key-1");
	g_assert_cmpint(found->role, ==, ROLE_STUDENT);
	g_assert_cmpint(found->auth_instant, ==, NOW - 1);
	g_assert_cmpint(found->created, ==, NOW);
	g_assert_cmpint(found->expires, ==, NOW + IDLE);
	g_assert_cmpstr(found->level, ==, "password");
	g_assert_cmpstr(found->index, ==, made->index);
	g_assert_null(strstr(made->token, made->index));
}

/* A second login in the browser: the first session is gone, whoever it was. */
static void test_replaced(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	SessionOptions options = SESSION_OPTIONS_DEFAULT;

	g_autoptr(Session) first = log_in(world, "key-1", ROLE_STUDENT, &options, NOW, NULL);
	g_autoptr(Session) other = log_in(world, "key-1", ROLE_STUDENT, &options, NOW, NULL);
	g_autoptr(Session) second =
		log_in(world, "key-2", ROLE_STAFF, &options, NOW + 9, first->token);
	g_assert_cmpstr(first->token, !=, second->token);
	g_assert_cmpstr(first->index, !=, second->index);
	g_assert_false(is_there(world, first->token, &options, NOW + 9));
	g_assert_true(is_there(world, second->token, &options, NOW + 9));
	/* the first person's session in another browser stays */
	g_assert_true(is_there(world, other->token, &options, NOW + 9));
	/* a cookie somebody planted is no session, and no harm */
	g_autoptr(Session) third = log_in(world, "key-2", ROLE_STAFF, &options, NOW + 9, "planted");
	g_assert_true(is_there(world, third->token, &options, NOW + 9));
}

static void test_no_session(void)
{
	static const char *const tokens[] = {
		NULL,
		"",
		"x",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"' OR 1=1 --",
	};
	g_autoptr(StoreWorld) world = store_world_new();
	SessionOptions options = SESSION_OPTIONS_DEFAULT;

	g_autoptr(Session) made = log_in(world, "key-1", ROLE_STUDENT, &options, NOW, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tokens); i++)
		g_assert_false(is_there(world, tokens[i], &options, NOW));
	for (size_t i = 0; made->token[i]; i++) {
		g_autofree char *near = g_strdup(made->token);
		near[i] = near[i] == 'A' ? 'E' : 'A';
		g_assert_false(is_there(world, near, &options, NOW));
	}
}

/* {used at these seconds after login, alive or not at the last} */
static void test_limits(void)
{
	static const struct {
		const char *name;
		Role role;
		int uses[5]; /* ends at 0 */
		int at;
		bool want;
	} rows[] = {
		{"idle-before", ROLE_STUDENT, {0}, IDLE - 1, true},
		{"idle-at", ROLE_STUDENT, {0}, IDLE, false},
		{"idle-after", ROLE_STUDENT, {0}, IDLE + 1, false},
		{"used-too-soon-to-write", ROLE_STUDENT, {59}, IDLE, false},
		{"used-after-a-minute", ROLE_STUDENT, {60}, IDLE + 59, true},
		{"used-after-a-minute-at", ROLE_STUDENT, {60}, IDLE + 60, false},
		{"used-at-last", ROLE_STUDENT, {IDLE - 1}, 2 * IDLE - 2, true},
		{"used-on-and-on", ROLE_STUDENT, {3000, 6000, 9000}, 12599, true},
		{"role-idle-before", ROLE_STAFF, {0}, 599, true},
		{"role-idle-at", ROLE_STAFF, {0}, 600, false},
		{"role-absolute-before", ROLE_STAFF, {500, 900}, 999, true},
		{"role-absolute-at", ROLE_STAFF, {500, 900}, 1000, false},
		{"short-idle-is-lengthened", ROLE_GUARDIAN, {10, 20, 35}, 64, true},
		{"short-idle-ends", ROLE_GUARDIAN, {10, 20, 35}, 65, false},
	};
	const SessionOptions options = {.idle = IDLE,
					.absolute = DAY,
					.idle_staff = 600,
					.absolute_staff = 1000,
					.idle_guardian = 30};
	g_autoptr(StoreWorld) world = store_world_new();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Session) made = log_in(world, "key-1", rows[i].role, &options, NOW, NULL);
		for (size_t j = 0; rows[i].uses[j]; j++) {
			int64_t now = NOW + rows[i].uses[j];
			g_autoptr(Session) session = find(world, made->token, &options, now);
			StoreCommit *commit = store_commit_new(now, NULL, NULL);
			g_assert_nonnull(session);
			session_use(commit, session, &options, now);
			g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
		}
		if (is_there(world, made->token, &options, NOW + rows[i].at) != rows[i].want)
			g_error("%s", rows[i].name);
	}
}

/* However much it is used, a session ends ten hours after the login. */
static void test_absolute(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	const SessionOptions options = SESSION_OPTIONS_DEFAULT;
	const SessionOptions lowered = {.idle = IDLE, .absolute = 1800};
	int64_t now = NOW;

	g_autoptr(Session) made = log_in(world, "key-1", ROLE_STUDENT, &options, NOW, NULL);
	for (; now < NOW + DAY; now += 300) {
		g_autoptr(Session) session = find(world, made->token, &options, now);
		StoreCommit *commit = store_commit_new(now, NULL, NULL);
		g_assert_nonnull(session);
		g_assert_cmpint(session->expires, <=, NOW + DAY);
		session_use(commit, session, &options, now);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	}
	g_assert_true(is_there(world, made->token, &options, NOW + DAY - 1));
	g_assert_false(is_there(world, made->token, &options, NOW + DAY));

	/* an absolute limit lowered by a reload holds at once */
	g_autoptr(Session) old = log_in(world, "key-1", ROLE_STUDENT, &options, NOW, NULL);
	g_assert_true(is_there(world, old->token, &lowered, NOW + 1799));
	g_assert_false(is_there(world, old->token, &lowered, NOW + 1800));
}

/* An answer prepared while its session is logged out elsewhere is not given. */
static void test_logout(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	const SessionOptions options = SESSION_OPTIONS_DEFAULT;

	g_autoptr(Session) made = log_in(world, "key-1", ROLE_STUDENT, &options, NOW, NULL);
	g_autoptr(Session) found = find(world, made->token, &options, NOW + 10);
	StoreCommit *logout = store_commit_new(NOW + 10, NULL, NULL);
	session_drop(logout, made->token);
	session_drop(logout, NULL);
	session_drop(logout, "not a token");
	g_assert_cmpuint(store_commit_ops(logout), ==, 1);
	g_assert_cmpint(store_world_apply(world, logout), ==, STORE_OK);
	g_assert_false(is_there(world, made->token, &options, NOW + 10));

	const int after[] = {10, 100}; /* without and with a write due */
	for (size_t i = 0; i < G_N_ELEMENTS(after); i++) {
		StoreCommit *answer = store_commit_new(NOW + after[i], NULL, NULL);
		session_use(answer, found, &options, NOW + after[i]);
		g_assert_cmpint(store_world_apply(world, answer), ==, STORE_CONFLICT);
	}
}

static GBytes *row(guint16 version, const char *key, guint32 role, const char *level)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(
		"(qsuxxss)", version, key, role, (gint64)1, (gint64)2, level, "index"));

	return g_variant_get_data_as_bytes(packed);
}

/* A row that another version wrote, or that was damaged, is no session. */
static void test_bytes(void)
{
	const SessionOptions options = SESSION_OPTIONS_DEFAULT;
	g_autoptr(Session) session =
		session_new("key-å", ROLE_GUARDIAN, "password", NOW, &options, NOW);
	g_autoptr(GBytes) bytes = session_to_bytes(session);
	g_autoptr(Session) back = session_from_bytes("token", 7, bytes);
	const struct {
		guint16 version;
		const char *key;
		guint32 role;
		const char *level;
		bool want;
	} rows[] = {
		{1, "k", ROLE_STAFF, "password", true},
		{2, "k", ROLE_STAFF, "password", false},
		{1, "", ROLE_STAFF, "password", false},
		{1, "k", ROLE_NONE, "password", false},
		{1, "k", ROLE_STAFF | ROLE_STUDENT, "password", false},
		{1, "k", 8, "password", false},
		{1, "k", ROLE_STAFF, "", false},
	};

	g_assert_cmpstr(back->person_key, ==, "key-å");
	g_assert_cmpint(back->expires, ==, 7);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) made =
			row(rows[i].version, rows[i].key, rows[i].role, rows[i].level);
		g_autoptr(Session) read = session_from_bytes("token", 1, made);
		g_assert_true((read != NULL) == rows[i].want);
	}
	for (gsize length = 0; length < g_bytes_get_size(bytes); length++) {
		g_autoptr(GBytes) cut = g_bytes_new_from_bytes(bytes, 0, length);
		g_assert_null(session_from_bytes("token", 1, cut));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/session/login", test_login);
	g_test_add_func("/session/replaced-by-the-next-login", test_replaced);
	g_test_add_func("/session/no-session", test_no_session);
	g_test_add_func("/session/limits", test_limits);
	g_test_add_func("/session/absolute", test_absolute);
	g_test_add_func("/session/logout", test_logout);
	g_test_add_func("/session/bytes", test_bytes);
	return g_test_run();
}
