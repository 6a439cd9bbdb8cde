/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/known.h"

#include "idp/limits.h"
#include "tests/unit/store-world.h"

#include <string.h>

#define NOW 1800000000
#define DAY (24 * 60 * 60)

static Known *find(StoreWorld *world, const char *cookie, int64_t now)
{
	g_autoptr(GError) error = NULL;
	Known *known = NULL;
	StoreOutcome outcome = known_find(world->reader, cookie, now, &known, &error);

	g_assert_no_error(error);
	g_assert_cmpint(outcome, ==, known ? STORE_OK : STORE_ABSENT);
	return known;
}

/* A login of that person with that cookie. -> the cookie after it, and the rows written. */
static char *log_in(StoreWorld *world, const char *cookie, const char *person, int64_t now,
		    unsigned *ret_writes)
{
	g_autoptr(Known) known = find(world, cookie, now);
	StoreCommit *commit = store_commit_new(now, NULL, NULL);
	char *token = known_remember(commit, known, person, now);

	g_assert_cmpuint(strlen(token), ==, KNOWN_TOKEN_LENGTH);
	if (ret_writes)
		*ret_writes = store_commit_ops(commit);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	return token;
}

static bool knows(StoreWorld *world, const char *cookie, const char *person, int64_t now)
{
	g_autoptr(Known) known = find(world, cookie, now);

	return known_has(known, person);
}

static void a_browser_becomes_known(StoreWorld *world)
{
	g_assert_false(known_has(NULL, "anna"));
	g_autofree char *token = log_in(world, NULL, "anna", NOW, NULL);
	g_autofree char *other = log_in(world, NULL, "anna", NOW, NULL);
	g_autoptr(Known) known = find(world, token, NOW);

	g_assert_cmpstr(known_token(known), ==, token);
	g_assert_cmpstr(token, !=, other);
	g_assert_true(known_has(known, "anna"));
	g_assert_false(known_has(known, "bo"));
	g_assert_false(known_has(known, ""));
	g_assert_true(knows(world, other, "anna", NOW));
	g_assert_true(knows(world, token, "anna", NOW + KNOWN_LIFE - 1));
	g_assert_false(knows(world, token, "anna", NOW + KNOWN_LIFE));
}

static void eight_share_a_computer(StoreWorld *world)
{
	g_autofree char *cookie = log_in(world, NULL, "user 0", NOW, NULL);

	for (int i = 1; i < LIMIT_KNOWN_USERS; i++) {
		g_autofree char *name = g_strdup_printf("user %d", i);
		g_autofree char *after = log_in(world, cookie, name, NOW + i, NULL);
		g_assert_cmpstr(after, ==, cookie);
	}
	for (int i = 0; i < LIMIT_KNOWN_USERS; i++) {
		g_autofree char *name = g_strdup_printf("user %d", i);
		g_assert_true(knows(world, cookie, name, NOW + 100));
	}
	g_test_message("the ninth is known, and who was not there for longest no more");
	g_autofree char *again = log_in(world, cookie, "user 0", NOW + 100, NULL);
	g_autofree char *ninth = log_in(world, cookie, "the ninth", NOW + 101, NULL);
	g_assert_true(knows(world, cookie, "user 0", NOW + 101));
	g_assert_true(knows(world, cookie, "user 2", NOW + 101));
	g_assert_true(knows(world, cookie, "the ninth", NOW + 101));
	g_assert_false(knows(world, cookie, "user 1", NOW + 101));
}

static void writes_what_is_due(StoreWorld *world)
{
	static const struct {
		const char *name, *person;
		int64_t at;
		unsigned want;
	} cases[] = {
		{"the same at once", "anna", NOW, 0},
		{"the same within a day", "anna", NOW + DAY, 0},
		{"the same a day later", "anna", NOW + DAY + 1, 1},
		{"and not again", "anna", NOW + DAY + 2, 0},
		{"another", "bo", NOW + DAY + 3, 1},
		{"the first again", "anna", NOW + DAY + 4, 1},
	};
	g_autofree char *cookie = log_in(world, NULL, "anna", NOW, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		unsigned writes = 99;
		g_test_message("%s", cases[i].name);
		g_autofree char *after =
			log_in(world, cookie, cases[i].person, cases[i].at, &writes);
		g_assert_cmpstr(after, ==, cookie);
		g_assert_cmpuint(writes, ==, cases[i].want);
	}
	g_test_message("who comes every day stays known");
	for (int day = 2; day < 800; day++) {
		g_autofree char *after = log_in(world, cookie, "anna", NOW + day * DAY, NULL);
		g_assert_cmpstr(after, ==, cookie);
	}
}

static void takes_over_no_other_token(StoreWorld *world)
{
	static const char *const forged[] = {
		"",
		"x",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",  /* of the right form */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",  /* not canonical */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* longer */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(forged); i++) {
		g_test_message("%s", forged[i]);
		g_assert_false(knows(world, forged[i], "anna", NOW));
		g_autofree char *cookie = log_in(world, forged[i], "anna", NOW, NULL);
		g_assert_cmpstr(cookie, !=, forged[i]);
		g_assert_false(knows(world, forged[i], "anna", NOW));
		g_assert_true(knows(world, cookie, "anna", NOW));
	}
	g_test_message("one that has expired is replaced too");
	g_autofree char *old = log_in(world, NULL, "anna", NOW, NULL);
	g_autofree char *new = log_in(world, old, "anna", NOW + KNOWN_LIFE, NULL);
	g_assert_cmpstr(old, !=, new);
}

static bool holds(const char *file, const char *what)
{
	g_autofree char *bytes = NULL;
	gsize length = 0;

	g_assert_true(g_file_get_contents(file, &bytes, &length, NULL));
	return memmem(bytes, length, what, strlen(what)) != NULL;
}

static void the_store_tells_nothing(StoreWorld *world)
{
	g_autofree char *cookie = log_in(world, NULL, "anna-the-person-key", NOW, NULL);
	g_autofree char *wal = g_strconcat(world->place, "-wal", NULL);

	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) value = g_bytes_new_static("told in clear", 13);

	store_put(commit, STORE_KNOWN, "another", NULL, value, NOW + DAY);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	g_assert_true(holds(wal, "told in clear"));
	g_assert_false(holds(wal, cookie));
	g_assert_false(holds(wal, "anna-the-person-key"));
}

typedef struct {
	const char *name;
	void (*run)(StoreWorld *);
} Test;

static void run(gconstpointer data)
{
	const Test *test = data;
	g_autoptr(StoreWorld) world = store_world_new();

	test->run(world);
}

int main(int argc, char **argv)
{
	static const Test tests[] = {
		{"/known/a-browser-becomes-known", a_browser_becomes_known},
		{"/known/eight-share-a-computer", eight_share_a_computer},
		{"/known/writes-what-is-due", writes_what_is_due},
		{"/known/takes-over-no-other-token", takes_over_no_other_token},
		{"/known/the-store-tells-nothing", the_store_tells_nothing},
	};

	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_data_func(tests[i].name, &tests[i], run);
	return g_test_run();
}
