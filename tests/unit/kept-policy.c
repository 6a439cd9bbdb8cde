/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/kept-policy.h"

#include "idp/confirmation.h"
#include "idp/limits.h"
#include <string.h>

#define NOW     1795421730
#define MEANING "ab idp\n"
#define DIGEST  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static PolicyFiles *make_files(void)
{
	PolicyFiles *files = policy_files_new();
	g_autoptr(GBytes) shared = g_bytes_new_static("policy 1\n", 9);
	g_autoptr(GBytes) own = g_bytes_new_static("policy 1 huvudman norra\n", 24);
	g_autoptr(GBytes) empty = g_bytes_new_static("", 0);

	policy_files_add(files, "alla.policy", NULL, shared);
	policy_files_add(files, "egna.policy", "norra", own);
	policy_files_add(files, "tom.policy", NULL, empty);
	return files;
}

static void test_there_and_back(void)
{
	g_autoptr(PolicyFiles) files = make_files();
	g_autoptr(GBytes) bytes = kept_policy_to_bytes(files, DIGEST, MEANING, NOW);
	g_autoptr(GError) error = NULL;
	g_autoptr(KeptPolicy) kept = kept_policy_from_bytes(bytes, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(kept->digest, ==, DIGEST);
	g_assert_cmpstr(kept->meaning, ==, MEANING);
	g_assert_cmpint(kept->taken, ==, NOW);
	g_assert_cmpuint(kept->files->sources->len, ==, files->sources->len);
	for (guint i = 0; i < files->sources->len; i++) {
		const PolicySource *was = &g_array_index(files->sources, PolicySource, i);
		const PolicySource *is = &g_array_index(kept->files->sources, PolicySource, i);

		g_assert_cmpstr(is->name, ==, was->name);
		g_assert_cmpstr(is->huvudman, ==, was->huvudman);
		g_assert_cmpuint(is->length, ==, was->length);
		g_assert_true(memcmp(is->bytes, was->bytes, is->length) == 0);
	}
}

/* Every byte that is another makes what is read another, or nothing at all. */
static void test_damage(void)
{
	g_autoptr(PolicyFiles) files = make_files();
	g_autoptr(GBytes) bytes = kept_policy_to_bytes(files, DIGEST, MEANING, NOW);
	gsize length;
	const guint8 *good = g_bytes_get_data(bytes, &length);

	for (gsize i = 0; i < length; i++) {
		g_autofree guint8 *bad = g_memdup2(good, length);
		bad[i] ^= 0x80;
		g_autoptr(GBytes) damaged = g_bytes_new(bad, length);
		g_autoptr(GBytes) cut = g_bytes_new(good, i);
		g_autoptr(KeptPolicy) of_cut = kept_policy_from_bytes(cut, NULL);
		g_autoptr(KeptPolicy) kept = kept_policy_from_bytes(damaged, NULL);
		g_autoptr(GBytes) again = kept ? kept_policy_to_bytes(kept->files, kept->digest,
								      kept->meaning, kept->taken)
					       : NULL;

		g_assert_null(of_cut);
		g_assert_true(!again || g_bytes_equal(again, damaged));
	}
}

typedef struct {
	char *folder, *place;
	Store *store;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	fixture->folder = g_dir_make_tmp("portvakt-confirmation-XXXXXX", NULL);
	fixture->place = g_build_filename(fixture->folder, "portvakt.db", NULL);
	fixture->store = store_open(store_sqlite, fixture->place, &error);
	g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	g_autofree char *command = g_strdup_printf("rm -rf '%s'", fixture->folder);

	store_close(fixture->store);
	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
	g_free(fixture->folder);
	g_free(fixture->place);
}

static char *find(const Fixture *fixture, const char *before, const char *after, gint64 now)
{
	g_autoptr(GError) error = NULL;
	char *account = confirmation_find(fixture->place, before, after, now, &error);

	g_assert_no_error(error);
	return account;
}

/* Good for these two, and for a while. */
static void test_confirmation(Fixture *fixture, gconstpointer data)
{
	g_autofree char *before = kept_policy_base(DIGEST, NOW);
	g_autofree char *later = kept_policy_base(DIGEST, NOW + 1);
	g_autoptr(StoreCommit) commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GError) error = NULL;
	StoreResult result = {0};

	g_assert_null(find(fixture, before, "new", NOW));
	confirmation_give(commit, before, "new", "anna", NOW);
	g_assert_true(store_apply(fixture->store, &commit, 1, &result, &error));
	g_assert_cmpint(result.outcome, ==, STORE_OK);
	g_autofree char *account = find(fixture, before, "new", NOW);
	g_assert_cmpstr(account, ==, "anna");
	g_assert_null(find(fixture, before, "newer", NOW));
	g_assert_null(find(fixture, later, "new", NOW));
	g_assert_null(find(fixture, before, "new", NOW + LIMIT_CONFIRMATION));
	g_assert_null(confirmation_find("/nowhere/portvakt.db", before, "new", NOW, &error));
	g_assert_no_error(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/kept-policy/there-and-back", test_there_and_back);
	g_test_add_func("/kept-policy/damage", test_damage);
	g_test_add("/confirmation/pair", Fixture, NULL, set_up, test_confirmation, tear_down);
	return g_test_run();
}
