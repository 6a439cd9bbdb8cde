/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/approval.h"

#include "idp/approver.h"
#include <glib/gstdio.h>
#include <string.h>

#define NOW 1795421730

/* Who it is that runs a command. */
static void test_approver(void)
{
	static const struct {
		const char *name;
		uid_t real;
		const char *loginuid, *sudo_uid;
		uid_t want;
	} cases[] = {
		{"alone", 1000, NULL, NULL, 1000},
		{"root", 0, NULL, NULL, 0},
		{"no-login", 0, "4294967295\n", NULL, 0},
		{"login", 1000, "1000", NULL, 1000},
		{"login-then-su", 0, "1000\n", NULL, 1000},
		{"login-then-sudo", 0, "1000", "1000", 1000},
		{"login-outlives-sudo-to-another", 1001, "1000", NULL, 1000},
		{"login-outlives-a-forged-variable", 0, "1000", "1001", 1000},
		{"login-as-root", 0, "0", "1001", 0},
		{"sudo-without-audit", 0, "4294967295", "1001", 1001},
		{"a-variable-of-one-who-is-not-root", 1000, NULL, "1001", 1000},
		{"a-variable-of-one-who-is-not-root-2", 1000, "4294967295", "0", 1000},
		{"no-number", 0, NULL, "anna", 0},
		{"signed", 0, NULL, "-1", 0},
		{"beyond", 0, NULL, "4294967296", 0},
		{"unset-as-number", 0, NULL, "4294967295", 0},
		{"empty", 0, "", "", 0},
		{"hex", 0, NULL, "0x3e9", 0},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].name);
		g_assert_cmpuint(
			approver_choose(cases[i].real, cases[i].loginuid, cases[i].sudo_uid), ==,
			cases[i].want);
	}
}

typedef struct {
	char *folder, *place;
	Store *store;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	fixture->folder = g_dir_make_tmp("portvakt-approval-XXXXXX", NULL);
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

static StoreOutcome apply(Fixture *fixture, StoreCommit *commit)
{
	g_autoptr(StoreCommit) owned = commit;
	g_autoptr(GError) error = NULL;
	StoreResult result = {0};

	g_assert_true(store_apply(fixture->store, &owned, 1, &result, &error));
	return result.outcome;
}

static StoreOutcome give(Fixture *fixture, const char *text, uid_t uid, gint64 time)
{
	g_autofree char *hash = approval_hash(text);
	char account[] = "anna", title[] = "Prov \"å\"";
	const Approval approval = {hash, uid, account, title, time};
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	approval_give(commit, &approval);
	return apply(fixture, commit);
}

static StoreOutcome take_back(Fixture *fixture, const char *text, uid_t uid)
{
	g_autofree char *hash = approval_hash(text);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	approval_withdraw(commit, hash, uid);
	return apply(fixture, commit);
}

static unsigned count(const Fixture *fixture, const char *text)
{
	g_auto(ApprovalCounter) counter = {.place = fixture->place};
	unsigned n = approval_count(text, &counter);

	g_assert_no_error(counter.error);
	return n;
}

/* Nobody counts twice, for no text but the one they have read. */
static void test_count(Fixture *fixture, gconstpointer data)
{
	g_assert_cmpuint(count(fixture, "a\n"), ==, 0);
	g_assert_cmpint(give(fixture, "a\n", 1000, NOW), ==, STORE_OK);
	g_assert_cmpuint(count(fixture, "a\n"), ==, 1);
	g_assert_cmpint(give(fixture, "a\n", 1000, NOW + 9), ==, STORE_CONFLICT);
	g_assert_cmpuint(count(fixture, "a\n"), ==, 1);
	g_assert_cmpint(give(fixture, "b\n", 1001, NOW), ==, STORE_OK);
	g_assert_cmpuint(count(fixture, "a\n"), ==, 1);
	g_assert_cmpint(give(fixture, "a\n", 1001, NOW), ==, STORE_OK);
	g_assert_cmpuint(count(fixture, "a\n"), ==, 2);
	g_assert_cmpuint(count(fixture, "a"), ==, 0);
	g_assert_cmpint(take_back(fixture, "a\n", 1002), ==, STORE_CONFLICT);
	g_assert_cmpint(take_back(fixture, "a\n", 1000), ==, STORE_OK);
	g_assert_cmpint(take_back(fixture, "a\n", 1000), ==, STORE_CONFLICT);
	g_assert_cmpuint(count(fixture, "a\n"), ==, 1);
	g_assert_cmpuint(count(fixture, "b\n"), ==, 1);
}

static void test_list(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(give(fixture, "a\n", 1001, NOW + 5), ==, STORE_OK);
	g_assert_cmpint(give(fixture, "a\n", 1000, NOW), ==, STORE_OK);
	g_autoptr(GPtrArray) all = approval_read_all(fixture->place, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(all->len, ==, 2);
	const Approval *first = all->pdata[0], *second = all->pdata[1];
	g_assert_cmpuint(first->uid, ==, 1000);
	g_assert_cmpstr(first->account, ==, "anna");
	g_assert_cmpstr(first->title, ==, "Prov \"å\"");
	g_assert_cmpint(first->time, ==, NOW);
	/* printf 'a\n' | sha256sum */
	g_assert_cmpstr(first->hash, ==,
			"87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7");
	g_assert_cmpuint(second->uid, ==, 1001);
}

/* Before the first start nobody has approved anything; what cannot be read is said. */
static void test_absent(Fixture *fixture, gconstpointer data)
{
	g_autofree char *nowhere = g_build_filename(fixture->folder, "nowhere.db", NULL);
	g_autofree char *garbage = g_build_filename(fixture->folder, "garbage.db", NULL);
	g_auto(ApprovalCounter) none = {.place = nowhere};
	g_auto(ApprovalCounter) broken = {.place = garbage};

	g_assert_cmpuint(approval_count("a\n", &none), ==, 0);
	g_assert_no_error(none.error);
	g_assert_true(g_file_set_contents(garbage, "this is no store, but a text", -1, NULL));
	g_assert_cmpint(g_chmod(garbage, 0600), ==, 0);
	g_assert_cmpuint(approval_count("a\n", &broken), ==, 0);
	g_assert_nonnull(broken.error);
}

static GBytes *packed(gint64 time, guint32 uid, guint8 form, const char *account, const char *hash,
		      const char *title)
{
	g_autoptr(GVariant) row = g_variant_ref_sink(
		g_variant_new("(xuysss)", time, uid, form, account, hash, title));

	return g_variant_get_data_as_bytes(row);
}

/* A row that no version of ours wrote is not counted, and not passed over. */
static void test_row(Fixture *fixture, gconstpointer data)
{
	g_autofree char *hash = approval_hash("a\n");
	g_autofree char *upper = g_ascii_strup(hash, -1);
	GBytes *const rows[] = {
		packed(NOW, 1, 1, "anna", hash, "T"),
		packed(NOW, 1, 2, "anna", hash, "T"),
		packed(NOW, 1, 0, "anna", hash, "T"),
		packed(NOW, 1, 1, "", hash, "T"),
		packed(NOW, 1, 1, "anna", "", "T"),
		packed(NOW, 1, 1, "anna", hash + 1, "T"),
		packed(NOW, 1, 1, "anna", upper, "T"),
		packed(NOW, 1, 1, "anna", hash, ""),
		g_bytes_new_static("", 0),
		g_bytes_new_static("\xff\xff\xff", 3),
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) bytes = rows[i];
		g_autoptr(GError) error = NULL;
		g_autoptr(Approval) approval = approval_from_bytes(bytes, &error);

		g_assert_cmpint(approval != NULL, ==, i == 0);
		if (i > 0)
			g_assert_error(error, STORE_ERROR, STORE_ERROR_CORRUPT);
	}
	g_autoptr(StoreCommit) commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) odd = g_bytes_new_static("odd", 3);
	store_put_new(commit, STORE_APPROVAL, "key", NULL, odd, STORE_NEVER);
	g_assert_cmpint(apply(fixture, g_steal_pointer(&commit)), ==, STORE_OK);
	g_auto(ApprovalCounter) counter = {.place = fixture->place};
	g_assert_cmpuint(approval_count("a\n", &counter), ==, 0);
	g_assert_error(counter.error, STORE_ERROR, STORE_ERROR_CORRUPT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/approval/approver", test_approver);
	g_test_add("/approval/count", Fixture, NULL, set_up, test_count, tear_down);
	g_test_add("/approval/list", Fixture, NULL, set_up, test_list, tear_down);
	g_test_add("/approval/absent", Fixture, NULL, set_up, test_absent, tear_down);
	g_test_add("/approval/row", Fixture, NULL, set_up, test_row, tear_down);
	return g_test_run();
}
