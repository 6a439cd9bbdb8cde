/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whose an EPPN was, as a lint asks a real store. */
#include "idp/masterdata/lint-store.h"

#include "idp/identity/continuation.h"
#include "idp/identity/eppn.h"

#include "tests/unit/store-world.h"

#define NOW 1795000000

static void remember(StoreCommit *commit, const char *eppn, const char *person, bool open)
{
	g_autoptr(EppnRow) row = eppn_row_new(eppn, person, ROLE_STUDENT, open, NOW);
	eppn_remember(commit, row);
}

/* anna had a@, before she became protected, and a2@ since; bo had b@; bo-new is Bo's new entry. */
static StoreWorld *world_new(void)
{
	StoreWorld *world = store_world_new();
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	remember(commit, "a@skola.example", "anna", true);
	remember(commit, "a2@skola.example", "anna", false);
	remember(commit, "b@skola.example", "bo", true);
	continuation_remember(commit, "bo-new", "bo");
	g_assert_cmpint((int)store_world_apply(world, commit), ==, (int)STORE_OK);
	return world;
}

static void test_answers(void)
{
	g_autoptr(StoreWorld) world = world_new();
	LintStore store = {.reader = world->reader};
	static const struct {
		const char *eppn, *key;
		bool taken, open;
	} cases[] = {
		{"a@skola.example", "anna", false, true},
		{"A@Skola.example", "anna", false, true},
		{"a2@skola.example", "anna", false, false},
		{"a@skola.example", "bo", true, false},
		{"b@skola.example", "anna", true, false},
		{"b@skola.example", "bo-new", false, true},
		{"a@skola.example", "bo-new", true, false},
		{"c@skola.example", "anna", false, false},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s of %s", cases[i].eppn, cases[i].key);
		g_assert_true(lint_store_is_taken(cases[i].eppn, cases[i].key, &store) ==
			      cases[i].taken);
		g_assert_true(lint_store_was_open(cases[i].eppn, cases[i].key, &store) ==
			      cases[i].open);
	}
	g_assert_no_error(store.error);
}

/* A row that cannot be read is no answer, and is kept for whoever says that all is well. */
static void test_fault(void)
{
	g_autoptr(StoreWorld) world = world_new();
	LintStore store = {.reader = world->reader};
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) rubbish = g_bytes_new_static("rubbish", 7);
	store_ensure(commit, STORE_EPPN, "c@skola.example", "cia", rubbish);
	g_assert_cmpint((int)store_world_apply(world, commit), ==, (int)STORE_OK);
	g_assert_true(lint_store_is_taken("b@skola.example", "anna", &store));
	g_assert_false(lint_store_is_taken("c@skola.example", "anna", &store));
	g_assert_nonnull(store.error);
	g_assert_false(lint_store_is_taken("b@skola.example", "anna", &store));
	g_clear_error(&store.error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lint-store/answers", test_answers);
	g_test_add_func("/lint-store/fault", test_fault);
	return g_test_run();
}
