/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/store-conformance.h"

#include <pthread.h>
#include <string.h>

#include "idp/limits.h"
#include "idp/store/backend.h"

static void set_up(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	f->suite = data;
	f->place = f->suite->place_new();
	f->store = store_open(f->suite->backend, f->place, &error);
	g_assert_no_error(error);
	f->reader = store_reader_open(f->suite->backend, f->place, &error);
	g_assert_no_error(error);
}

static void tear_down(Fixture *f, gconstpointer data)
{
	store_reader_close(f->reader);
	store_close(f->store);
	f->suite->place_remove(f->place);
}

/* ---- helpers ---- */

static GBytes *text(const char *value)
{
	return g_bytes_new(value, strlen(value));
}

StoreOutcome conformance_apply(Store *store, StoreCommit *commit)
{
	g_autoptr(GError) error = NULL;
	StoreResult result;

	store_apply(store, (StoreCommit *const[]){commit}, 1, &result, &error);
	g_assert_no_error(error);
	store_commit_free(commit);
	return result.outcome;
}

StoreCommit *conformance_put_of(StoreTable table, const char *key, const char *owner,
				const char *value, int64_t expires)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) bytes = text(value);

	store_put_new(commit, table, key, owner, bytes, expires);
	return commit;
}

StoreOutcome conformance_put(Store *store, StoreTable table, const char *key, const char *value,
			     int64_t expires)
{
	return conformance_apply(store, conformance_put_of(table, key, NULL, value, expires));
}

StoreOutcome conformance_get(StoreReader *reader, StoreTable table, const char *key, int64_t now)
{
	g_autoptr(GError) error = NULL;
	StoreOutcome outcome = store_get(reader, table, key, now, NULL, NULL, &error);

	g_assert_no_error(error);
	return outcome;
}

void conformance_assert_row(Fixture *f, StoreTable table, const char *key, const char *want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) value = NULL;
	StoreOutcome outcome = store_get(f->reader, table, key, NOW, &value, NULL, &error);

	g_assert_no_error(error);
	g_assert_cmpint(outcome, ==, want == NULL ? STORE_ABSENT : STORE_OK);
	if (want == NULL)
		g_assert_null(value);
	else
		g_assert_cmpmem(g_bytes_get_data(value, NULL), (int)g_bytes_get_size(value), want,
				(int)strlen(want));
}

uint64_t conformance_count(Fixture *f, StoreTable table)
{
	g_autoptr(GError) error = NULL;
	uint64_t count = 0;

	store_count(f->reader, table, &count, &error);
	g_assert_no_error(error);
	return count;
}

LedgerKey *conformance_ledger_key(void)
{
	static const uint8_t bytes[SEAL_KEY_BYTES] = "an example key of 32 bytes or so";

	return ledger_key_new(bytes, sizeof(bytes), NULL);
}

LedgerRow *conformance_ledger_row(const char *response_id, int64_t expires)
{
	g_autoptr(LedgerKey) key = conformance_ledger_key();
	LedgerRow *row = ledger_row_new(key, "person", NOW, expires);

	ledger_row_describe(row, LEDGER_ANSWERED, "saml2", "https://sp.example/", response_id,
			    "ref-1", "generation 1");
	g_assert_true(ledger_row_add(row, key, "person", "eduPersonPrincipalName",
				     "abc@skola.example", "skola.policy", 3));
	g_assert_true(ledger_row_add(row, key, "person", "eduPersonScopedAffiliation",
				     "student@skola.example", "skola.policy", 4));
	return row;
}

/* ---- verbs ---- */

static void put_new(Fixture *f, gconstpointer data)
{
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10), ==,
			STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a", "one");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "two", NOW + 10), ==,
			STORE_CONFLICT);
	conformance_assert_row(f, STORE_SESSION, "a", "one");
	g_test_message("a table is not another");
	conformance_assert_row(f, STORE_SPENT_ASK, "a", NULL);
	g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, "a", "", NOW + 1), ==, STORE_OK);
	conformance_assert_row(f, STORE_SPENT_ASK, "a", "");
	g_assert_cmpuint(conformance_count(f, STORE_SESSION), ==, 1);
}

static void put_new_and_time(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) value = text("new");
	StoreCommit *later = store_commit_new(NOW + 10, NULL, NULL);

	g_test_message("what expires now or before never comes first");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "x", NOW), ==,
			STORE_CONFLICT);
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "x", NOW - 1), ==,
			STORE_CONFLICT);
	g_assert_cmpuint(conformance_count(f, STORE_SESSION), ==, 0);

	g_test_message("an expired row is no row");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "old", NOW + 10), ==,
			STORE_OK);
	g_assert_cmpint(conformance_get(f->reader, STORE_SESSION, "a", NOW + 9), ==, STORE_OK);
	g_assert_cmpint(conformance_get(f->reader, STORE_SESSION, "a", NOW + 10), ==, STORE_ABSENT);
	store_put_new(later, STORE_SESSION, "a", NULL, value, NOW + 20);
	g_assert_cmpint(conformance_apply(f->store, later), ==, STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a", "new");
	g_assert_cmpuint(conformance_count(f, STORE_SESSION), ==, 1);
}

static StoreOutcome put_at(Fixture *f, StoreTable table, const char *key, const char *owner,
			   const char *value, int64_t now, int64_t expires)
{
	StoreCommit *commit = store_commit_new(now, NULL, NULL);
	g_autoptr(GBytes) bytes = text(value);

	store_put(commit, table, key, owner, bytes, expires);
	return conformance_apply(f->store, commit);
}

static void put(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) value = NULL;
	int64_t expires = 0;

	g_test_message("new, instead, shorter, and as good as gone");
	g_assert_cmpint(put_at(f, STORE_KNOWN, "a", NULL, "one", NOW, NOW + 10), ==, STORE_OK);
	conformance_assert_row(f, STORE_KNOWN, "a", "one");
	g_assert_cmpint(put_at(f, STORE_KNOWN, "a", NULL, "", NOW, NOW + 20), ==, STORE_OK);
	conformance_assert_row(f, STORE_KNOWN, "a", "");
	g_assert_cmpint(put_at(f, STORE_KNOWN, "a", NULL, "two", NOW, NOW + 5), ==, STORE_OK);
	store_get(f->reader, STORE_KNOWN, "a", NOW, &value, &expires, NULL);
	g_assert_cmpint(expires, ==, NOW + 5);
	g_assert_cmpint(put_at(f, STORE_KNOWN, "a", NULL, "x", NOW, NOW), ==, STORE_OK);
	conformance_assert_row(f, STORE_KNOWN, "a", NULL);
	g_test_message("an expired row is replaced too, and only that row and table");
	g_assert_cmpint(put_at(f, STORE_KNOWN, "a", NULL, "three", NOW + 1, NOW + 9), ==, STORE_OK);
	g_assert_cmpint(put_at(f, STORE_SESSION, "a", NULL, "other", NOW, NOW + 9), ==, STORE_OK);
	g_assert_cmpint(put_at(f, STORE_KNOWN, "b", NULL, "b", NOW, NOW + 9), ==, STORE_OK);
	conformance_assert_row(f, STORE_KNOWN, "a", "three");
	conformance_assert_row(f, STORE_SESSION, "a", "other");
	g_assert_cmpuint(conformance_count(f, STORE_KNOWN), ==, 2);
	g_test_message("a put row exists for put-new");
	g_assert_cmpint(conformance_put(f->store, STORE_KNOWN, "a", "x", NOW + 9), ==,
			STORE_CONFLICT);
}

static void put_changes_the_owner(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *owner;
		const char *left_by_anna, *left_by_bo;
	} cases[] = {{"anna", NULL, "x"}, {"bo", "x", NULL}, {NULL, "x", "x"}, {"anna", NULL, "x"}};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		StoreCommit *anna = store_commit_new(NOW, NULL, NULL);
		StoreCommit *bo = store_commit_new(NOW, NULL, NULL);

		put_at(f, STORE_KNOWN, "a", cases[i].owner, "x", NOW, NOW + 10);
		store_drop_owner(anna, STORE_KNOWN, "anna");
		conformance_apply(f->store, anna);
		conformance_assert_row(f, STORE_KNOWN, "a", cases[i].left_by_anna);
		put_at(f, STORE_KNOWN, "a", cases[i].owner, "x", NOW, NOW + 10);
		store_drop_owner(bo, STORE_KNOWN, "bo");
		conformance_apply(f->store, bo);
		conformance_assert_row(f, STORE_KNOWN, "a", cases[i].left_by_bo);
	}
}

static void values_of_all_sizes(Fixture *f, gconstpointer data)
{
	static const gsize sizes[] = {0, 1, 2, 100, 4000, 5000, LIMIT_STORE_VALUE};

	for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree uint8_t *bytes = g_malloc(sizes[i] + 1);
		g_autofree char *key = g_strdup_printf("%" G_GSIZE_FORMAT, sizes[i]);
		g_autoptr(GBytes) value = NULL;
		g_autoptr(GBytes) back = NULL;
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		int64_t expires = 0;

		for (gsize b = 0; b < sizes[i]; b++)
			bytes[b] = (uint8_t)(b * 7);
		value = g_bytes_new(bytes, sizes[i]);
		store_put_new(commit, STORE_SESSION, key, NULL, value, NOW + 10);
		g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
		g_assert_cmpint(
			store_get(f->reader, STORE_SESSION, key, NOW, &back, &expires, NULL), ==,
			STORE_OK);
		g_assert_true(g_bytes_equal(value, back));
		g_assert_cmpint(expires, ==, NOW + 10);
	}
}

static void a_value_too_large_fails_alone(Fixture *f, gconstpointer data)
{
	g_autofree char *large = g_strnfill(LIMIT_STORE_VALUE + 1, 'x');
	g_autoptr(StoreCommit) bad = conformance_put_of(STORE_SESSION, "a", NULL, large, NOW + 10);
	g_autoptr(StoreCommit) good = conformance_put_of(STORE_SESSION, "b", NULL, "x", NOW + 10);
	g_autoptr(GError) error = NULL;
	StoreResult results[2];

	store_apply(f->store, (StoreCommit *const[]){bad, good}, 2, results, &error);
	g_assert_no_error(error);
	g_assert_cmpint(results[0].outcome, ==, STORE_FAULT);
	g_assert_error(results[0].error, STORE_ERROR, STORE_ERROR_LIMIT);
	g_assert_cmpint(results[1].outcome, ==, STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a", NULL);
	conformance_assert_row(f, STORE_SESSION, "b", "x");
}

static StoreOutcome take_at(Fixture *f, const char *key, int64_t now, const char *want)
{
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);
	g_autoptr(GError) error = NULL;
	StoreResult result;

	store_take(commit, STORE_SESSION, key);
	store_apply(f->store, (StoreCommit *const[]){commit}, 1, &result, &error);
	g_assert_no_error(error);
	if (want == NULL) {
		g_assert_null(store_taken(commit, 0));
	} else {
		g_autoptr(GBytes) wanted = text(want);

		g_assert_true(g_bytes_equal(store_taken(commit, 0), wanted));
	}
	return result.outcome;
}

static void take(Fixture *f, gconstpointer data)
{
	g_assert_cmpint(take_at(f, "a", NOW, NULL), ==, STORE_CONFLICT);
	conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10);
	g_assert_cmpint(take_at(f, "a", NOW + 10, NULL), ==, STORE_CONFLICT);
	g_assert_cmpint(take_at(f, "a", NOW + 9, "one"), ==, STORE_OK);
	g_assert_cmpint(take_at(f, "a", NOW, NULL), ==, STORE_CONFLICT);
	conformance_assert_row(f, STORE_SESSION, "a", NULL);
}

static StoreOutcome swap_at(Fixture *f, const char *key, const char *old, const char *new,
			    int64_t now, int64_t expires)
{
	StoreCommit *commit = store_commit_new(now, NULL, NULL);
	g_autoptr(GBytes) from = text(old);
	g_autoptr(GBytes) to = text(new);

	store_swap(commit, STORE_SESSION, key, from, to, expires);
	return conformance_apply(f->store, commit);
}

static void swap(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *name, *key, *old, *new;
		int64_t at;
		StoreOutcome want;
		const char *after;
	} cases[] = {
		{"nothing there", "b", "one", "two", NOW, STORE_CONFLICT, "one"},
		{"other value", "a", "two", "two", NOW, STORE_CONFLICT, "one"},
		{"a beginning of the value", "a", "on", "two", NOW, STORE_CONFLICT, "one"},
		{"empty instead", "a", "", "two", NOW, STORE_CONFLICT, "one"},
		{"expired", "a", "one", "two", NOW + 10, STORE_CONFLICT, "one"},
		{"right", "a", "one", "two", NOW + 9, STORE_OK, "two"},
		{"again", "a", "one", "two", NOW, STORE_CONFLICT, "two"},
		{"to itself", "a", "two", "two", NOW, STORE_OK, "two"},
		{"to empty", "a", "two", "", NOW, STORE_OK, ""},
		{"from empty", "a", "", "three", NOW, STORE_OK, "three"},
	};

	conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10);
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(
			swap_at(f, cases[i].key, cases[i].old, cases[i].new, cases[i].at, NOW + 10),
			==, cases[i].want);
		conformance_assert_row(f, STORE_SESSION, "a", cases[i].after);
	}
	g_test_message("the new expiry holds, also a shorter one");
	swap_at(f, "a", "three", "four", NOW, NOW + 5);
	g_assert_cmpint(conformance_get(f->reader, STORE_SESSION, "a", NOW + 5), ==, STORE_ABSENT);
}

static void touch(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *name, *key;
		int64_t at, expires;
		StoreOutcome want;
		int64_t after;
	} cases[] = {
		{"nothing there", "b", NOW, NOW + 99, STORE_CONFLICT, NOW + 10},
		{"only asks", "a", NOW, 0, STORE_OK, NOW + 10},
		{"never shorter", "a", NOW, NOW + 5, STORE_OK, NOW + 10},
		{"longer", "a", NOW, NOW + 20, STORE_OK, NOW + 20},
		{"expired", "a", NOW + 20, NOW + 99, STORE_CONFLICT, NOW + 20},
		{"just in time", "a", NOW + 19, NOW + 30, STORE_OK, NOW + 30},
	};

	conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10);
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		StoreCommit *commit = store_commit_new(cases[i].at, NULL, NULL);
		g_autoptr(GBytes) value = NULL;
		int64_t expires = 0;

		g_test_message("%s", cases[i].name);
		store_touch(commit, STORE_SESSION, cases[i].key, cases[i].expires);
		g_assert_cmpint(conformance_apply(f->store, commit), ==, cases[i].want);
		store_get(f->reader, STORE_SESSION, "a", NOW, &value, &expires, NULL);
		g_assert_cmpint(expires, ==, cases[i].after);
		g_assert_cmpuint(g_bytes_get_size(value), ==, 3);
	}
}

static void drop(Fixture *f, gconstpointer data)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10);
	conformance_put(f->store, STORE_SPENT_ASK, "a", "one", NOW + 10);
	store_drop(commit, STORE_SESSION, "a");
	store_drop(commit, STORE_SESSION, "a");
	store_drop(commit, STORE_SESSION, "never was");
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a", NULL);
	conformance_assert_row(f, STORE_SPENT_ASK, "a", "one");
}

static void drop_owner(Fixture *f, gconstpointer data)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	conformance_apply(f->store, conformance_put_of(STORE_SESSION, "a1", "anna", "x", NOW + 10));
	conformance_apply(f->store, conformance_put_of(STORE_SESSION, "a2", "anna", "x", NOW + 10));
	conformance_apply(f->store, conformance_put_of(STORE_SESSION, "b1", "bo", "x", NOW + 10));
	conformance_apply(f->store, conformance_put_of(STORE_SESSION, "none", NULL, "x", NOW + 10));
	conformance_apply(f->store,
			  conformance_put_of(STORE_SPENT_ASK, "a3", "anna", "x", NOW + 10));
	swap_at(f, "a2", "x", "y", NOW, NOW + 10);
	store_drop_owner(commit, STORE_SESSION, "anna");
	store_drop_owner(commit, STORE_SESSION, "nobody");
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a1", NULL);
	conformance_assert_row(f, STORE_SESSION, "a2", NULL);
	conformance_assert_row(f, STORE_SESSION, "b1", "x");
	conformance_assert_row(f, STORE_SESSION, "none", "x");
	conformance_assert_row(f, STORE_SPENT_ASK, "a3", "x");
	g_assert_cmpuint(conformance_count(f, STORE_SESSION), ==, 2);
}

/* ---- commits ---- */

static void all_or_nothing(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreCommit) first =
		conformance_put_of(STORE_SESSION, "a", NULL, "first", NOW + 10);
	g_autoptr(StoreCommit) broken =
		conformance_put_of(STORE_SESSION, "b", NULL, "broken", NOW + 10);
	g_autoptr(StoreCommit) third =
		conformance_put_of(STORE_SESSION, "b", NULL, "third", NOW + 10);
	g_autoptr(GError) error = NULL;
	LedgerFilter all = {.limit = 10};
	StoreResult results[3];

	store_take(broken, STORE_SESSION, "a");
	store_touch(broken, STORE_SESSION, "nothing", 0);
	store_drop(broken, STORE_SESSION, "a");
	store_add_ledger(broken, conformance_ledger_row("r1", NOW + 10));
	store_add_ledger(third, conformance_ledger_row("r1", NOW + 10));
	g_assert_cmpuint(store_commit_ops(broken), ==, 4);
	store_apply(f->store, (StoreCommit *const[]){first, broken, third}, 3, results, &error);
	g_assert_no_error(error);
	g_assert_cmpint(results[0].outcome, ==, STORE_OK);
	g_assert_cmpint(results[1].outcome, ==, STORE_CONFLICT);
	g_assert_cmpuint(results[1].op, ==, 2);
	g_assert_null(store_taken(broken, 1));
	g_assert_cmpint(results[2].outcome, ==, STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a", "first");
	conformance_assert_row(f, STORE_SESSION, "b", "third");
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &all, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(rows->len, ==, 1);
}

static bool no_commit(Store *store, GError **error)
{
	g_set_error_literal(error, STORE_ERROR, STORE_ERROR_IO, "the disk is full");
	return false;
}

/* Applies a commit in a transaction that fails at its end. */
static void apply_in_vain(Store *store, StoreCommit *commit)
{
	const StoreBackend *backend = store->backend;
	StoreBackend failing = *backend;
	g_autoptr(GError) error = NULL;
	StoreResult result;

	failing.commit = no_commit;
	store->backend = &failing;
	g_assert_false(store_apply(store, &commit, 1, &result, &error));
	store->backend = backend;
	g_assert_cmpint(result.outcome, ==, STORE_FAULT);
	g_assert_error(result.error, STORE_ERROR, STORE_ERROR_IO);
	for (unsigned i = 0; i < store_commit_ops(commit); i++)
		g_assert_null(store_taken(commit, i));
	store_commit_free(commit);
}

static void a_failed_transaction_changes_nothing(Fixture *f, gconstpointer data)
{
	StoreCommit *commit = conformance_put_of(STORE_SESSION, "b", NULL, "two", NOW + 10);
	LedgerFilter all = {.limit = 10};

	conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10);
	store_take(commit, STORE_SESSION, "a");
	store_add_ledger(commit, conformance_ledger_row("r1", NOW + 10));
	apply_in_vain(f->store, commit);
	conformance_assert_row(f, STORE_SESSION, "a", "one");
	conformance_assert_row(f, STORE_SESSION, "b", NULL);
	g_test_message("the same once more, with nothing in the way");
	commit = conformance_put_of(STORE_SESSION, "b", NULL, "two", NOW + 10);
	store_take(commit, STORE_SESSION, "a");
	store_add_ledger(commit, conformance_ledger_row("r1", NOW + 10));
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a", NULL);
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &all, NULL);
	g_assert_cmpuint(rows->len, ==, 1);
	g_assert_cmpstr(((LedgerRow *)rows->pdata[0])->service, ==, "https://sp.example/");
}

static void operations_see_those_before(Fixture *f, gconstpointer data)
{
	StoreCommit *commit = conformance_put_of(STORE_SESSION, "a", NULL, "one", NOW + 10);
	g_autoptr(GBytes) one = text("one");
	g_autoptr(GBytes) two = text("two");

	store_swap(commit, STORE_SESSION, "a", one, two, NOW + 10);
	store_take(commit, STORE_SESSION, "a");
	store_put_new(commit, STORE_SESSION, "a", NULL, one, NOW + 10);
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	conformance_assert_row(f, STORE_SESSION, "a", "one");
}

static void an_empty_commit_is_fine(Fixture *f, gconstpointer data)
{
	g_assert_cmpint(conformance_apply(f->store, store_commit_new(NOW, NULL, NULL)), ==,
			STORE_OK);
}

static void rows_outlive_the_process(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10);
	store_close(f->store);
	f->store = store_open(f->suite->backend, f->place, &error);
	g_assert_no_error(error);
	conformance_assert_row(f, STORE_SESSION, "a", "one");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "two", NOW + 10), ==,
			STORE_CONFLICT);
}

/* ---- capacity and sweeping ---- */

void conformance_fill(Fixture *f, StoreTable table, int64_t expires)
{
	uint64_t cap = store_table_info(table)->cap;
	g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);

	for (uint64_t i = 0; i < cap;) {
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

		for (; i < cap && store_commit_ops(commit) < 20000; i++) {
			char key[32];

			g_snprintf(key, sizeof(key), "%" G_GUINT64_FORMAT, i);
			store_put_new(commit, table, key, NULL, empty, expires);
		}
		g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	}
	g_assert_cmpuint(conformance_count(f, table), ==, cap);
}

static void a_full_table_takes_no_more(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
	StoreCommit *commit;

	conformance_fill(f, STORE_SPENT_ASK, NOW + 10);
	g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, "more", "", NOW + 10), ==,
			STORE_CAPPED);
	g_test_message("what is there is still told as there");
	g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, "0", "", NOW + 10), ==,
			STORE_CONFLICT);
	g_test_message("other tables are not full");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "more", "", NOW + 10), ==,
			STORE_OK);
	g_test_message("a row that went in vain makes no room");
	commit = store_commit_new(NOW, NULL, NULL);
	store_take(commit, STORE_SPENT_ASK, "0");
	apply_in_vain(f->store, commit);
	g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, "more", "", NOW + 10), ==,
			STORE_CAPPED);
	g_test_message("a row that goes makes room for one");
	commit = store_commit_new(NOW, NULL, NULL);
	store_take(commit, STORE_SPENT_ASK, "0");
	store_put_new(commit, STORE_SPENT_ASK, "more", NULL, empty, NOW + 10);
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, "yet more", "", NOW + 10), ==,
			STORE_CAPPED);
	g_test_message("expired rows make room, once nobody can be asking for them");
	commit = store_commit_new(NOW + 10 + LIMIT_STORE_GRACE - 1, NULL, NULL);
	store_put_new(commit, STORE_SPENT_ASK, "yet more", NULL, empty, NOW + 999);
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_CAPPED);
	commit = store_commit_new(NOW + 10 + LIMIT_STORE_GRACE, NULL, NULL);
	store_put_new(commit, STORE_SPENT_ASK, "yet more", NULL, empty, NOW + 999);
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
}

static void put_makes_room_in_a_full_table(Fixture *f, gconstpointer data)
{
	conformance_fill(f, STORE_SPENT_ASK, NOW + 10);
	put_at(f, STORE_SPENT_ASK, "7", NULL, "soon over", NOW, NOW + 3);
	g_test_message("a row that is there is replaced, and costs no other");
	g_assert_cmpint(put_at(f, STORE_SPENT_ASK, "8", NULL, "x", NOW, NOW + 20), ==, STORE_OK);
	conformance_assert_row(f, STORE_SPENT_ASK, "7", "soon over");
	g_test_message("a new one pushes out the one that would go first, never itself");
	g_assert_cmpint(put_at(f, STORE_SPENT_ASK, "more", NULL, "", NOW, NOW + 2), ==, STORE_OK);
	conformance_assert_row(f, STORE_SPENT_ASK, "more", "");
	conformance_assert_row(f, STORE_SPENT_ASK, "7", NULL);
	g_assert_cmpuint(conformance_count(f, STORE_SPENT_ASK), ==,
			 store_table_info(STORE_SPENT_ASK)->cap);
	g_test_message("and the table is still full for put-new");
	g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, "yet more", "", NOW + 9), ==,
			STORE_CAPPED);
}

static bool sweep(Fixture *f, int64_t now, unsigned limit)
{
	g_autoptr(GError) error = NULL;
	bool more = false;

	store_sweep(f->store, now, limit, &more, &error);
	g_assert_no_error(error);
	return more;
}

static void sweeps_what_expired(Fixture *f, gconstpointer data)
{
	for (unsigned i = 0; i < 25; i++) {
		g_autofree char *key = g_strdup_printf("%u", i);
		g_autoptr(GBytes) value = text("x");
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

		store_put_new(commit, STORE_SESSION, key, NULL, value, NOW + 1 + i);
		store_put_new(commit, STORE_SPENT_ASK, key, NULL, value, NOW + 1 + i);
		store_add_ledger(commit, conformance_ledger_row(key, NOW + 1 + i));
		g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	}
	g_test_message("not while somebody may ask");
	g_assert_false(sweep(f, NOW + LIMIT_STORE_GRACE, 100));
	g_assert_cmpuint(conformance_count(f, STORE_SESSION), ==, 25);
	g_test_message("a slice at a time, oldest first");
	g_assert_true(sweep(f, NOW + 20 + LIMIT_STORE_GRACE, 15));
	g_assert_cmpuint(conformance_count(f, STORE_SESSION), ==, 10);
	g_assert_cmpint(conformance_get(f->reader, STORE_SESSION, "15", NOW), ==, STORE_OK);
	g_assert_false(sweep(f, NOW + 20 + LIMIT_STORE_GRACE, 15));
	g_assert_cmpuint(conformance_count(f, STORE_SESSION), ==, 5);
	g_assert_cmpuint(conformance_count(f, STORE_SPENT_ASK), ==, 5);
	LedgerFilter all = {.limit = 100};
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &all, NULL);
	g_assert_cmpuint(rows->len, ==, 5);
	for (unsigned i = 0; i < rows->len; i++)
		g_assert_cmpuint(((LedgerRow *)rows->pdata[i])->values->len, ==, 2);
}

static const ConformanceTest verb_tests[] = {
	{"put-new", put_new},
	{"put-new-and-time", put_new_and_time},
	{"put", put},
	{"put-changes-the-owner", put_changes_the_owner},
	{"values-of-all-sizes", values_of_all_sizes},
	{"a-value-too-large-fails-alone", a_value_too_large_fails_alone},
	{"take", take},
	{"swap", swap},
	{"touch", touch},
	{"drop", drop},
	{"drop-owner", drop_owner},
	{"all-or-nothing", all_or_nothing},
	{"a-failed-transaction-changes-nothing", a_failed_transaction_changes_nothing, true},
	{"operations-see-those-before", operations_see_those_before},
	{"an-empty-commit-is-fine", an_empty_commit_is_fine},
	{"rows-outlive-the-process", rows_outlive_the_process},
	{"a-full-table-takes-no-more", a_full_table_takes_no_more, true},
	{"put-makes-room-in-a-full-table", put_makes_room_in_a_full_table, true},
	{"sweeps-what-expired", sweeps_what_expired, true},
	{0},
};

static void add(const StoreSuite *suite, const ConformanceTest *tests)
{
	for (; tests->name != NULL; tests++) {
		g_autofree char *path = g_strdup_printf("/store/%s", tests->name);

		if (!tests->own || !suite->beside)
			g_test_add(path, Fixture, suite, set_up, tests->run, tear_down);
	}
}

void store_conformance_add(const StoreSuite *suite)
{
	add(suite, verb_tests);
	add(suite, conformance_durable_tests);
	add(suite, conformance_ledger_tests);
	add(suite, conformance_race_tests);
}
