/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/store-conformance.h"

#include <pthread.h>
#include <string.h>

#include "idp/limits.h"
#include "idp/store/backend.h"

typedef struct {
	const StoreSuite *suite;
	char *place;
	Store *store;
	StoreReader *reader;
} Fixture;

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

static StoreCommit *put_of(StoreTable table, const char *key, const char *owner, const char *value,
			   int64_t expires)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) bytes = text(value);

	store_put_new(commit, table, key, owner, bytes, expires);
	return commit;
}

StoreOutcome conformance_put(Store *store, StoreTable table, const char *key, const char *value,
			     int64_t expires)
{
	return conformance_apply(store, put_of(table, key, NULL, value, expires));
}

StoreOutcome conformance_get(StoreReader *reader, StoreTable table, const char *key, int64_t now)
{
	g_autoptr(GError) error = NULL;
	StoreOutcome outcome = store_get(reader, table, key, now, NULL, NULL, &error);

	g_assert_no_error(error);
	return outcome;
}

/* Asserts what is there: NULL for nothing. */
static void assert_row(Fixture *f, StoreTable table, const char *key, const char *want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) value = NULL;
	StoreOutcome outcome = store_get(f->reader, table, key, NOW, &value, NULL, &error);

	g_assert_no_error(error);
	g_assert_cmpint(outcome, ==, want == NULL ? STORE_ABSENT : STORE_OK);
	if (want == NULL)
		g_assert_null(value);
	else
		g_assert_cmpmem(g_bytes_get_data(value, NULL), g_bytes_get_size(value), want,
				strlen(want));
}

static uint64_t count_of(Fixture *f, StoreTable table)
{
	g_autoptr(GError) error = NULL;
	uint64_t count = 0;

	store_count(f->reader, table, &count, &error);
	g_assert_no_error(error);
	return count;
}

static LedgerKey *ledger_key(void)
{
	static const uint8_t bytes[SEAL_KEY_BYTES] = "an example key of 32 bytes or so";

	return ledger_key_new(bytes, sizeof(bytes), NULL);
}

LedgerRow *conformance_ledger_row(const char *response_id, int64_t expires)
{
	g_autoptr(LedgerKey) key = ledger_key();
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
	assert_row(f, STORE_SESSION, "a", "one");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "two", NOW + 10), ==,
			STORE_CONFLICT);
	assert_row(f, STORE_SESSION, "a", "one");
	g_test_message("a table is not another");
	assert_row(f, STORE_SPENT_ASK, "a", NULL);
	g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, "a", "", NOW + 1), ==, STORE_OK);
	assert_row(f, STORE_SPENT_ASK, "a", "");
	g_assert_cmpuint(count_of(f, STORE_SESSION), ==, 1);
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
	g_assert_cmpuint(count_of(f, STORE_SESSION), ==, 0);

	g_test_message("an expired row is no row");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "old", NOW + 10), ==,
			STORE_OK);
	g_assert_cmpint(conformance_get(f->reader, STORE_SESSION, "a", NOW + 9), ==, STORE_OK);
	g_assert_cmpint(conformance_get(f->reader, STORE_SESSION, "a", NOW + 10), ==, STORE_ABSENT);
	store_put_new(later, STORE_SESSION, "a", NULL, value, NOW + 20);
	g_assert_cmpint(conformance_apply(f->store, later), ==, STORE_OK);
	assert_row(f, STORE_SESSION, "a", "new");
	g_assert_cmpuint(count_of(f, STORE_SESSION), ==, 1);
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
	g_autoptr(StoreCommit) bad = put_of(STORE_SESSION, "a", NULL, large, NOW + 10);
	g_autoptr(StoreCommit) good = put_of(STORE_SESSION, "b", NULL, "x", NOW + 10);
	g_autoptr(GError) error = NULL;
	StoreResult results[2];

	store_apply(f->store, (StoreCommit *const[]){bad, good}, 2, results, &error);
	g_assert_no_error(error);
	g_assert_cmpint(results[0].outcome, ==, STORE_FAULT);
	g_assert_error(results[0].error, STORE_ERROR, STORE_ERROR_LIMIT);
	g_assert_cmpint(results[1].outcome, ==, STORE_OK);
	assert_row(f, STORE_SESSION, "a", NULL);
	assert_row(f, STORE_SESSION, "b", "x");
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
	assert_row(f, STORE_SESSION, "a", NULL);
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
		assert_row(f, STORE_SESSION, "a", cases[i].after);
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
	assert_row(f, STORE_SESSION, "a", NULL);
	assert_row(f, STORE_SPENT_ASK, "a", "one");
}

static void drop_owner(Fixture *f, gconstpointer data)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	conformance_apply(f->store, put_of(STORE_SESSION, "a1", "anna", "x", NOW + 10));
	conformance_apply(f->store, put_of(STORE_SESSION, "a2", "anna", "x", NOW + 10));
	conformance_apply(f->store, put_of(STORE_SESSION, "b1", "bo", "x", NOW + 10));
	conformance_apply(f->store, put_of(STORE_SESSION, "none", NULL, "x", NOW + 10));
	conformance_apply(f->store, put_of(STORE_SPENT_ASK, "a3", "anna", "x", NOW + 10));
	swap_at(f, "a2", "x", "y", NOW, NOW + 10);
	store_drop_owner(commit, STORE_SESSION, "anna");
	store_drop_owner(commit, STORE_SESSION, "nobody");
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	assert_row(f, STORE_SESSION, "a1", NULL);
	assert_row(f, STORE_SESSION, "a2", NULL);
	assert_row(f, STORE_SESSION, "b1", "x");
	assert_row(f, STORE_SESSION, "none", "x");
	assert_row(f, STORE_SPENT_ASK, "a3", "x");
	g_assert_cmpuint(count_of(f, STORE_SESSION), ==, 2);
}

/* ---- commits ---- */

static void all_or_nothing(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreCommit) first = put_of(STORE_SESSION, "a", NULL, "first", NOW + 10);
	g_autoptr(StoreCommit) broken = put_of(STORE_SESSION, "b", NULL, "broken", NOW + 10);
	g_autoptr(StoreCommit) third = put_of(STORE_SESSION, "b", NULL, "third", NOW + 10);
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
	assert_row(f, STORE_SESSION, "a", "first");
	assert_row(f, STORE_SESSION, "b", "third");
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
	StoreCommit *commit = put_of(STORE_SESSION, "b", NULL, "two", NOW + 10);
	LedgerFilter all = {.limit = 10};

	conformance_put(f->store, STORE_SESSION, "a", "one", NOW + 10);
	store_take(commit, STORE_SESSION, "a");
	store_add_ledger(commit, conformance_ledger_row("r1", NOW + 10));
	apply_in_vain(f->store, commit);
	assert_row(f, STORE_SESSION, "a", "one");
	assert_row(f, STORE_SESSION, "b", NULL);
	g_test_message("the same once more, with nothing in the way");
	commit = put_of(STORE_SESSION, "b", NULL, "two", NOW + 10);
	store_take(commit, STORE_SESSION, "a");
	store_add_ledger(commit, conformance_ledger_row("r1", NOW + 10));
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	assert_row(f, STORE_SESSION, "a", NULL);
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &all, NULL);
	g_assert_cmpuint(rows->len, ==, 1);
	g_assert_cmpstr(((LedgerRow *)rows->pdata[0])->service, ==, "https://sp.example/");
}

static void operations_see_those_before(Fixture *f, gconstpointer data)
{
	StoreCommit *commit = put_of(STORE_SESSION, "a", NULL, "one", NOW + 10);
	g_autoptr(GBytes) one = text("one");
	g_autoptr(GBytes) two = text("two");

	store_swap(commit, STORE_SESSION, "a", one, two, NOW + 10);
	store_take(commit, STORE_SESSION, "a");
	store_put_new(commit, STORE_SESSION, "a", NULL, one, NOW + 10);
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	assert_row(f, STORE_SESSION, "a", "one");
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
	assert_row(f, STORE_SESSION, "a", "one");
	g_assert_cmpint(conformance_put(f->store, STORE_SESSION, "a", "two", NOW + 10), ==,
			STORE_CONFLICT);
}

/* ---- capacity and sweeping ---- */

/* Fills the table of spent asks to its cap, with rows that expire at `expires`. */
static void fill(Fixture *f, int64_t expires)
{
	uint64_t cap = store_table_info(STORE_SPENT_ASK)->cap;
	g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);

	for (uint64_t i = 0; i < cap;) {
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

		for (; i < cap && store_commit_ops(commit) < 20000; i++) {
			char key[32];

			g_snprintf(key, sizeof(key), "%" G_GUINT64_FORMAT, i);
			store_put_new(commit, STORE_SPENT_ASK, key, NULL, empty, expires);
		}
		g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	}
	g_assert_cmpuint(count_of(f, STORE_SPENT_ASK), ==, cap);
}

static void a_full_table_takes_no_more(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
	StoreCommit *commit;

	fill(f, NOW + 10);
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
	g_assert_cmpuint(count_of(f, STORE_SESSION), ==, 25);
	g_test_message("a slice at a time, oldest first");
	g_assert_true(sweep(f, NOW + 20 + LIMIT_STORE_GRACE, 15));
	g_assert_cmpuint(count_of(f, STORE_SESSION), ==, 10);
	g_assert_cmpint(conformance_get(f->reader, STORE_SESSION, "15", NOW), ==, STORE_OK);
	g_assert_false(sweep(f, NOW + 20 + LIMIT_STORE_GRACE, 15));
	g_assert_cmpuint(count_of(f, STORE_SESSION), ==, 5);
	g_assert_cmpuint(count_of(f, STORE_SPENT_ASK), ==, 5);
	LedgerFilter all = {.limit = 100};
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &all, NULL);
	g_assert_cmpuint(rows->len, ==, 5);
	for (unsigned i = 0; i < rows->len; i++)
		g_assert_cmpuint(((LedgerRow *)rows->pdata[i])->values->len, ==, 2);
}

/* ---- the ledger ---- */

static void assert_same_row(const LedgerRow *a, const LedgerRow *b)
{
	g_assert_cmpint(a->time, ==, b->time);
	g_assert_cmpint(a->expires, ==, b->expires);
	g_assert_cmpint(a->outcome, ==, b->outcome);
	g_assert_cmpstr(a->reference, ==, b->reference);
	g_assert_cmpstr(a->generation, ==, b->generation);
	g_assert_cmpstr(a->protocol, ==, b->protocol);
	g_assert_cmpstr(a->service, ==, b->service);
	g_assert_cmpstr(a->response_id, ==, b->response_id);
	g_assert_cmpmem(a->person, 32, b->person, 32);
	g_assert_cmpuint(a->values->len, ==, b->values->len);
	for (unsigned i = 0; i < a->values->len; i++) {
		const LedgerValue *x = a->values->pdata[i], *y = b->values->pdata[i];

		g_assert_cmpstr(x->attribute, ==, y->attribute);
		g_assert_cmpmem(x->mac, 32, y->mac, 32);
		g_assert_cmpstr(x->file, ==, y->file);
		g_assert_cmpuint(x->line, ==, y->line);
	}
}

static StoreOutcome add_ledger(Fixture *f, LedgerRow *row)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	store_add_ledger(commit, row);
	return conformance_apply(f->store, commit);
}

static void ledger_rows_come_back(Fixture *f, gconstpointer data)
{
	g_autoptr(LedgerKey) key = ledger_key();
	g_autoptr(LedgerRow) want = conformance_ledger_row("r1", NOW + 10);
	g_autoptr(GError) error = NULL;
	LedgerRow *bare = ledger_row_new(key, "other", NOW + 1, NOW + 20);
	LedgerFilter filter = {.response_id = "r1", .limit = 10};

	ledger_row_describe(bare, LEDGER_ANSWERED, "oidc", "klient å", "r2", "ref-2", "g2");
	g_assert_cmpint(add_ledger(f, conformance_ledger_row("r1", NOW + 10)), ==, STORE_OK);
	g_assert_cmpint(add_ledger(f, bare), ==, STORE_OK);
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &filter, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(rows->len, ==, 1);
	assert_same_row(rows->pdata[0], want);
	filter.response_id = "r2";
	g_autoptr(GPtrArray) others = ledger_read(f->reader, &filter, &error);
	g_assert_cmpuint(others->len, ==, 1);
	g_assert_cmpstr(((LedgerRow *)others->pdata[0])->service, ==, "klient å");
	g_assert_cmpuint(((LedgerRow *)others->pdata[0])->values->len, ==, 0);
}

static void a_response_id_is_used_once(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreCommit) commit = put_of(STORE_SESSION, "a", NULL, "x", NOW + 10);
	StoreResult result;

	g_assert_cmpint(add_ledger(f, conformance_ledger_row("r1", NOW + 10)), ==, STORE_OK);
	store_add_ledger(commit, conformance_ledger_row("r1", NOW + 99));
	store_apply(f->store, (StoreCommit *const[]){commit}, 1, &result, NULL);
	g_assert_cmpint(result.outcome, ==, STORE_CONFLICT);
	g_assert_cmpuint(result.op, ==, 1);
	assert_row(f, STORE_SESSION, "a", NULL);
}

/* A row that was undone added a service's name; the next row with that name must not lean on it. */
static void an_undone_row_leaves_no_name(Fixture *f, gconstpointer data)
{
	g_autoptr(LedgerKey) key = ledger_key();
	LedgerFilter filter = {.response_id = "r2", .limit = 10};

	g_assert_cmpint(add_ledger(f, conformance_ledger_row("r1", NOW + 10)), ==, STORE_OK);
	for (unsigned i = 0; i < 3; i++) {
		LedgerRow *row = ledger_row_new(key, "person", NOW, NOW + 10);

		ledger_row_describe(row, LEDGER_ANSWERED, "saml2", i == 1 ? "third" : "second",
				    i == 0   ? "r1"
				    : i == 1 ? "r3"
					     : "r2",
				    "ref", "g");
		g_assert_cmpint(add_ledger(f, row), ==, i == 0 ? STORE_CONFLICT : STORE_OK);
	}
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &filter, NULL);
	g_assert_cmpuint(rows->len, ==, 1);
	g_assert_cmpstr(((LedgerRow *)rows->pdata[0])->service, ==, "second");
}

static void ledger_filters(Fixture *f, gconstpointer data)
{
	g_autoptr(LedgerKey) key = ledger_key();
	static const char *const persons[] = {"anna", "bo"};
	static const char *const services[] = {"https://a.example", "https://b.example", "c"};
	uint8_t bo[SEAL_HASH_BYTES], nobody[SEAL_HASH_BYTES];

	for (unsigned i = 0; i < 12; i++) {
		g_autofree char *id = g_strdup_printf("r%u", i);
		LedgerRow *row = ledger_row_new(key, persons[i % 2], NOW + i, NOW + 1000);

		ledger_row_describe(row, LEDGER_ANSWERED, "saml2", services[i % 3], id, "ref", "g");
		g_assert_cmpint(add_ledger(f, row), ==, STORE_OK);
	}
	ledger_person_mac(key, "bo", bo);
	ledger_person_mac(key, "nobody", nobody);
	const struct {
		const char *name;
		LedgerFilter filter;
		const char *want; /* the Response IDs */
	} cases[] = {
		{"newest", {.limit = 3}, "r11 r10 r9"},
		{"all", {.limit = 100}, "r11 r10 r9 r8 r7 r6 r5 r4 r3 r2 r1 r0"},
		{"one", {.limit = 9, .response_id = "r4"}, "r4"},
		{"none", {.limit = 9, .response_id = "r44"}, ""},
		{"person", {.limit = 9, .person = bo}, "r11 r9 r7 r5 r3 r1"},
		{"nobody", {.limit = 9, .person = nobody}, ""},
		{"service", {.limit = 9, .service = "c"}, "r11 r8 r5 r2"},
		{"unknown service", {.limit = 9, .service = "C"}, ""},
		{"since", {.limit = 9, .since = NOW + 9}, "r11 r10 r9"},
		{"person at service since",
		 {.limit = 9, .person = bo, .service = "c", .since = NOW + 5},
		 "r11 r5"},
		{"further back", {.limit = 2, .before_id = 4}, "r2 r1"},
		{"other one's answer", {.limit = 9, .person = nobody, .response_id = "r4"}, ""},
		{"no SQL", {.limit = 9, .response_id = "' OR 1=1 --"}, ""},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) rows = ledger_read(f->reader, &cases[i].filter, NULL);
		g_autoptr(GString) got = g_string_new(NULL);

		g_test_message("%s", cases[i].name);
		for (unsigned r = 0; r < rows->len; r++)
			g_string_append_printf(got, r == 0 ? "%s" : " %s",
					       ((LedgerRow *)rows->pdata[r])->response_id);
		g_assert_cmpstr(got->str, ==, cases[i].want);
	}
}

/* ---- against a model ---- */

#define MODEL_KEYS   12
#define MODEL_OWNERS 4

typedef struct {
	bool there;
	unsigned owner, value; /* owner 0: none */
	int64_t expires;
} ModelRow;

typedef struct {
	ModelRow rows[STORE_TABLES][MODEL_KEYS];
} Model;

static GBytes *number(unsigned value)
{
	g_autofree char *digits = g_strdup_printf("%u", value);

	return text(digits);
}

/* Adds one random operation to the commit and does the same to the model. False when its
 * condition does not hold, so that the commit must fail there. */
static bool model_op(Model *model, GRand *random, StoreCommit *commit, int64_t now)
{
	StoreTable table = (StoreTable)g_rand_int_range(random, 0, STORE_TABLES);
	unsigned k = (unsigned)g_rand_int_range(random, 0, MODEL_KEYS);
	unsigned owner = (unsigned)g_rand_int_range(random, 0, MODEL_OWNERS);
	unsigned value = (unsigned)g_rand_int_range(random, 0, 5);
	int64_t expires = now + g_rand_int_range(random, 1, 40);
	ModelRow *row = &model->rows[table][k];
	bool there = row->there && row->expires > now;
	unsigned guess = g_rand_int_range(random, 0, 4) > 0 ? row->value : value;
	g_autofree char *key = g_strdup_printf("key %u", k);
	g_autofree char *owner_name = g_strdup_printf("owner %u", owner);
	g_autoptr(GBytes) bytes = number(value);
	g_autoptr(GBytes) old = number(guess);

	switch (g_rand_int_range(random, 0, 8)) {
	default:
		store_put_new(commit, table, key, owner == 0 ? NULL : owner_name, bytes, expires);
		if (!there)
			*row = (ModelRow){true, owner, value, expires};
		return !there;
	case 3:
		store_take(commit, table, key);
		row->there = false;
		return there;
	case 4:
		store_swap(commit, table, key, old, bytes, expires);
		there = there && row->value == guess;
		row->value = value;
		row->expires = expires;
		return there;
	case 5:
		store_touch(commit, table, key, expires);
		row->expires = MAX(row->expires, expires);
		return there;
	case 6:
		store_drop(commit, table, key);
		row->there = false;
		return true;
	case 7:
		store_drop_owner(commit, table, owner_name);
		for (unsigned i = 0; owner > 0 && i < MODEL_KEYS; i++)
			if (model->rows[table][i].owner == owner)
				model->rows[table][i].there = false;
		return true;
	}
}

static void assert_model(Fixture *f, const Model *model, int64_t now)
{
	for (StoreTable table = 0; table < STORE_TABLES; table++)
		for (unsigned k = 0; k < MODEL_KEYS; k++) {
			const ModelRow *row = &model->rows[table][k];
			bool there = row->there && row->expires > now;
			g_autofree char *key = g_strdup_printf("key %u", k);
			g_autoptr(GBytes) want = number(row->value);
			g_autoptr(GBytes) value = NULL;
			int64_t expires = 0;
			StoreOutcome outcome =
				store_get(f->reader, table, key, now, &value, &expires, NULL);

			g_assert_cmpint(outcome, ==, there ? STORE_OK : STORE_ABSENT);
			if (there) {
				g_assert_true(g_bytes_equal(value, want));
				g_assert_cmpint(expires, ==, row->expires);
			}
		}
}

static void does_what_a_model_does(Fixture *f, gconstpointer data)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(20260817);
	Model model = {0};
	int64_t now = NOW;
	unsigned failed = 0;

	for (unsigned round = 0; round < 1500; round++) {
		StoreCommit *commits[4];
		StoreResult results[4], want[4];

		now += g_rand_int_range(random, 0, 4);
		for (unsigned i = 0; i < 4; i++) {
			unsigned ops = (unsigned)g_rand_int_range(random, 1, 4);
			Model after = model;

			commits[i] = store_commit_new(now, NULL, NULL);
			want[i] = (StoreResult){.outcome = STORE_OK, .op = ops};
			for (unsigned o = 0; o < ops; o++)
				if (!model_op(&after, random, commits[i], now) &&
				    want[i].outcome == STORE_OK)
					want[i] = (StoreResult){.outcome = STORE_CONFLICT, .op = o};
			if (want[i].outcome == STORE_OK)
				model = after;
			else
				failed++;
		}
		g_assert_true(store_apply(f->store, commits, 4, results, NULL));
		for (unsigned i = 0; i < 4; i++) {
			g_assert_cmpint(results[i].outcome, ==, want[i].outcome);
			g_assert_cmpuint(results[i].op, ==, want[i].op);
			store_commit_free(commits[i]);
		}
		if (round % 10 == 0)
			store_sweep(f->store, now, 3, NULL, NULL);
		assert_model(f, &model, now);
	}
	g_test_message("%u of 6000 commits failed, as they should", failed);
	g_assert_cmpuint(failed, >, 1000);
	g_assert_cmpuint(failed, <, 5000);
}

/* ---- races ---- */

#define RACERS 8
#define PRIZES 150

typedef struct {
	Writer *writer;
	const StoreSuite *suite;
	const char *place;
	bool put; /* put-new; else take */
	pthread_mutex_t lock;
	pthread_cond_t told;
	unsigned waiting;
	unsigned won[PRIZES], lost[PRIZES];
} Race;

typedef struct {
	Race *race;
	unsigned prize;
	unsigned at; /* the operation of the prize */
} Try;

static void race_done(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Try *try = data;
	Race *race = try->race;

	if (!race->put)
		g_assert_true((store_taken(commit, try->at) != NULL) ==
			      (result->outcome == STORE_OK));
	pthread_mutex_lock(&race->lock);
	if (result->outcome == STORE_OK)
		race->won[try->prize]++;
	else if (result->outcome == STORE_CONFLICT && result->op == try->at)
		race->lost[try->prize]++;
	race->waiting--;
	pthread_cond_signal(&race->told);
	pthread_mutex_unlock(&race->lock);
	g_free(try);
}

static void race_for(Race *race, unsigned prize, unsigned racer)
{
	Try *try = g_new0(Try, 1);
	StoreCommit *commit = store_commit_new(NOW, race_done, try);
	g_autoptr(GBytes) value = number(racer);
	g_autofree char *key = g_strdup_printf("prize %u", prize);
	g_autofree char *own = g_strdup_printf("own %u %u", prize, racer);

	*try = (Try){race, prize, 1};
	store_put_new(commit, STORE_SESSION, own, NULL, value, NOW + 10);
	if (race->put)
		store_put_new(commit, STORE_SPENT_ASK, key, NULL, value, NOW + 10);
	else
		store_take(commit, STORE_SPENT_ASK, key);
	pthread_mutex_lock(&race->lock);
	race->waiting++;
	pthread_mutex_unlock(&race->lock);
	while (!writer_push(race->writer, &commit))
		g_usleep(100);
}

static void *racer(void *data)
{
	static unsigned next;
	Race *race = data;
	unsigned me = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
	g_autoptr(StoreReader) reader = store_reader_open(race->suite->backend, race->place, NULL);

	for (unsigned i = 0; i < PRIZES; i++) {
		g_autofree char *key = g_strdup_printf("prize %u", i);

		race_for(race, i, me);
		/* Readers go on beside the writer; either answer is right. */
		g_assert_cmpint(store_get(reader, STORE_SPENT_ASK, key, NOW, NULL, NULL, NULL), !=,
				STORE_FAULT);
	}
	return NULL;
}

static void run_race(Fixture *f, bool put)
{
	pthread_t threads[RACERS];
	Race race = {.suite = f->suite, .place = f->place, .put = put};
	WriterOptions options = {.queue_max = 64, .batch_max = 16};
	uint64_t own;

	for (unsigned i = 0; !put && i < PRIZES; i++) {
		g_autofree char *key = g_strdup_printf("prize %u", i);

		g_assert_cmpint(conformance_put(f->store, STORE_SPENT_ASK, key, "x", NOW + 10), ==,
				STORE_OK);
	}
	pthread_mutex_init(&race.lock, NULL);
	pthread_cond_init(&race.told, NULL);
	race.writer = writer_start(g_steal_pointer(&f->store), &options, NULL);
	for (unsigned i = 0; i < RACERS; i++)
		pthread_create(&threads[i], NULL, racer, &race);
	for (unsigned i = 0; i < RACERS; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_lock(&race.lock);
	while (race.waiting > 0)
		pthread_cond_wait(&race.told, &race.lock);
	pthread_mutex_unlock(&race.lock);
	for (unsigned i = 0; i < PRIZES; i++) {
		g_assert_cmpuint(race.won[i], ==, 1);
		g_assert_cmpuint(race.lost[i], ==, RACERS - 1);
	}
	own = count_of(f, STORE_SESSION);
	g_assert_cmpuint(own, ==, PRIZES);
	g_assert_cmpuint(writer_stats(race.writer).commits, ==, PRIZES);
	g_assert_cmpuint(writer_stats(race.writer).refused, ==, PRIZES * (RACERS - 1));
	writer_stop(race.writer);
	pthread_cond_destroy(&race.told);
	pthread_mutex_destroy(&race.lock);
}

static void one_put_new_wins(Fixture *f, gconstpointer data)
{
	run_race(f, true);
}

static void one_take_wins(Fixture *f, gconstpointer data)
{
	run_race(f, false);
}

void store_conformance_add(const StoreSuite *suite)
{
	static const struct {
		const char *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"put-new", put_new},
		{"put-new-and-time", put_new_and_time},
		{"values-of-all-sizes", values_of_all_sizes},
		{"a-value-too-large-fails-alone", a_value_too_large_fails_alone},
		{"take", take},
		{"swap", swap},
		{"touch", touch},
		{"drop", drop},
		{"drop-owner", drop_owner},
		{"all-or-nothing", all_or_nothing},
		{"a-failed-transaction-changes-nothing", a_failed_transaction_changes_nothing},
		{"operations-see-those-before", operations_see_those_before},
		{"an-empty-commit-is-fine", an_empty_commit_is_fine},
		{"rows-outlive-the-process", rows_outlive_the_process},
		{"a-full-table-takes-no-more", a_full_table_takes_no_more},
		{"sweeps-what-expired", sweeps_what_expired},
		{"ledger-rows-come-back", ledger_rows_come_back},
		{"a-response-id-is-used-once", a_response_id_is_used_once},
		{"an-undone-row-leaves-no-name", an_undone_row_leaves_no_name},
		{"ledger-filters", ledger_filters},
		{"does-what-a-model-does", does_what_a_model_does},
		{"one-put-new-wins", one_put_new_wins},
		{"one-take-wins", one_take_wins},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree char *path = g_strdup_printf("/store/%s", tests[i].name);

		g_test_add(path, Fixture, suite, set_up, tests[i].run, tear_down);
	}
}
