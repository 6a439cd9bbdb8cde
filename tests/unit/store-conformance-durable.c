/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What every backend must do with rows that stay for good.
 */
#include <string.h>

#include "idp/limits.h"
#include "idp/store/backend.h"
#include "tests/unit/store-conformance.h"

static GBytes *text(const char *value)
{
	return g_bytes_new(value, strlen(value));
}

static StoreOutcome put(Fixture *f, const char *key, const char *value)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) bytes = text(value);

	store_put(commit, STORE_APPROVAL, key, NULL, bytes, STORE_NEVER);
	return conformance_apply(f->store, commit);
}

static StoreOutcome ensure_at(Fixture *f, StoreTable table, const char *key, const char *owner,
			      const char *value)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) bytes = text(value);

	store_ensure(commit, table, key, owner, bytes);
	return conformance_apply(f->store, commit);
}

static void ensure(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *name, *key, *value;
		StoreOutcome want;
		const char *after; /* the value of a */
	} cases[] = {
		{"nothing there", "a", "one", STORE_OK, "one"},
		{"the same", "a", "one", STORE_OK, "one"},
		{"another", "a", "two", STORE_CONFLICT, "one"},
		{"a beginning of it", "a", "on", STORE_CONFLICT, "one"},
		{"more than it", "a", "one ", STORE_CONFLICT, "one"},
		{"nothing", "a", "", STORE_CONFLICT, "one"},
		{"another key", "b", "", STORE_OK, "one"},
		{"nothing is a value", "b", "", STORE_OK, "one"},
		{"and no other", "b", "one", STORE_CONFLICT, "one"},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(ensure_at(f, STORE_EPPN, cases[i].key, "anna", cases[i].value), ==,
				cases[i].want);
		conformance_assert_row(f, STORE_EPPN, "a", cases[i].after);
	}
	g_assert_cmpuint(conformance_count(f, STORE_EPPN), ==, 2);
	conformance_assert_row(f, STORE_IDENTIFIER, "a", NULL);
	g_assert_cmpint(conformance_get(f->reader, STORE_EPPN, "a", STORE_NEVER - 1), ==, STORE_OK);
}

static void ensure_leaves_the_owner(Fixture *f, gconstpointer data)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	ensure_at(f, STORE_EPPN, "a", "anna", "x");
	ensure_at(f, STORE_EPPN, "a", "bo", "x");
	ensure_at(f, STORE_EPPN, "b", NULL, "x");
	ensure_at(f, STORE_EPPN, "b", "bo", "x");
	store_drop_owner(commit, STORE_EPPN, "bo");
	conformance_apply(f->store, commit);
	conformance_assert_row(f, STORE_EPPN, "a", "x");
	conformance_assert_row(f, STORE_EPPN, "b", "x");
	commit = store_commit_new(NOW, NULL, NULL);
	store_drop_owner(commit, STORE_EPPN, "anna");
	conformance_apply(f->store, commit);
	conformance_assert_row(f, STORE_EPPN, "a", NULL);
}

static void an_ensure_in_vain_undoes_all(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreCommit) commit = conformance_put_of(STORE_SESSION, "s", NULL, "x", NOW + 10);
	g_autoptr(GBytes) two = text("two");
	StoreResult result;

	ensure_at(f, STORE_IDENTIFIER, "taken", "anna", "one");
	store_ensure(commit, STORE_IDENTIFIER, "value", "bo", two);
	store_ensure(commit, STORE_IDENTIFIER, "taken", "bo", two);
	store_ensure(commit, STORE_IDENTIFIER, "after", "bo", two);
	store_add_ledger(commit, conformance_ledger_row("r1", NOW + 10));
	store_apply(f->store, (StoreCommit *const[]){commit}, 1, &result, NULL);
	g_assert_cmpint(result.outcome, ==, STORE_CONFLICT);
	g_assert_cmpuint(result.op, ==, 2);
	conformance_assert_row(f, STORE_SESSION, "s", NULL);
	conformance_assert_row(f, STORE_IDENTIFIER, "value", NULL);
	g_assert_cmpuint(conformance_count(f, STORE_IDENTIFIER), ==, 1);
	LedgerFilter all = {.limit = 10};
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &all, NULL);
	g_assert_cmpuint(rows->len, ==, 0);
}

static StoreOutcome claim_at(Fixture *f, StoreTable table, const char *key, const char *owner,
			     const char *value)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	g_autoptr(GBytes) bytes = text(value);

	store_claim(commit, table, key, owner, bytes);
	return conformance_apply(f->store, commit);
}

/* By the owner alone: not by the value, and nobody's row is somebody else's. */
static void a_claim(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *name, *key, *owner, *value;
		StoreOutcome want;
		const char *after; /* the value of the key */
	} cases[] = {
		{"nothing there", "a", "anna", "one", STORE_OK, "one"},
		{"the same", "a", "anna", "one", STORE_OK, "one"},
		{"another value", "a", "anna", "two", STORE_OK, "one"},
		{"no value", "a", "anna", "", STORE_OK, "one"},
		{"another owner", "a", "bo", "one", STORE_CONFLICT, "one"},
		{"a beginning of the owner", "a", "ann", "one", STORE_CONFLICT, "one"},
		{"the owner in capitals", "a", "Anna", "one", STORE_CONFLICT, "one"},
		{"another key", "b", "bo", "one", STORE_OK, "one"},
		{"and its owner's only", "b", "anna", "one", STORE_CONFLICT, "one"},
		{"nobody's", "c", "anna", "x", STORE_CONFLICT, "x"},
	};

	g_assert_cmpint(ensure_at(f, STORE_EPPN, "c", NULL, "x"), ==, STORE_OK);
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(
			claim_at(f, STORE_EPPN, cases[i].key, cases[i].owner, cases[i].value), ==,
			cases[i].want);
		conformance_assert_row(f, STORE_EPPN, cases[i].key, cases[i].after);
	}
	g_assert_cmpuint(conformance_count(f, STORE_EPPN), ==, 3);
	conformance_assert_row(f, STORE_IDENTIFIER, "a", NULL);
}

static void expect(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *name, *key, *value; /* NULL: none */
		StoreOutcome want;
	} cases[] = {
		{"as it is", "a", "one", STORE_OK},
		{"another", "a", "two", STORE_CONFLICT},
		{"a beginning of it", "a", "on", STORE_CONFLICT},
		{"nothing", "a", "", STORE_CONFLICT},
		{"none, where there is one", "a", NULL, STORE_CONFLICT},
		{"nothing is a value", "b", "", STORE_OK},
		{"and not none", "b", NULL, STORE_CONFLICT},
		{"none", "c", NULL, STORE_OK},
		{"one, where there is none", "c", "one", STORE_CONFLICT},
		{"nothing, where there is none", "c", "", STORE_CONFLICT},
	};

	ensure_at(f, STORE_ROTATION, "a", "anna", "one");
	ensure_at(f, STORE_ROTATION, "b", NULL, "");
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(StoreCommit) commit =
			conformance_put_of(STORE_SESSION, cases[i].name, NULL, "x", NOW + 10);
		g_autoptr(GBytes) value = cases[i].value ? text(cases[i].value) : NULL;
		StoreResult result;

		g_test_message("%s", cases[i].name);
		store_expect(commit, STORE_ROTATION, cases[i].key, value);
		store_apply(f->store, (StoreCommit *const[]){commit}, 1, &result, NULL);
		g_assert_cmpint(result.outcome, ==, cases[i].want);
		g_assert_cmpuint(result.op, ==, cases[i].want == STORE_OK ? 2 : 1);
		conformance_assert_row(f, STORE_SESSION, cases[i].name,
				       cases[i].want == STORE_OK ? "x" : NULL);
	}
	g_assert_cmpuint(conformance_count(f, STORE_ROTATION), ==, 2);
	conformance_assert_row(f, STORE_ROTATION, "a", "one");
}

/* ---- the other verbs ---- */

static void durable_rows_take_every_verb(Fixture *f, gconstpointer data)
{
	g_autoptr(GBytes) one = text("one"), two = text("two");
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	store_put_new(commit, STORE_ROTATION, "a", "anna", one, STORE_NEVER);
	store_touch(commit, STORE_ROTATION, "a", 0);
	store_swap(commit, STORE_ROTATION, "a", one, two, STORE_NEVER);
	store_ensure(commit, STORE_ROTATION, "a", NULL, two);
	store_claim(commit, STORE_ROTATION, "a", "anna", one);
	store_expect(commit, STORE_ROTATION, "a", two);
	store_put(commit, STORE_ROTATION, "b", NULL, one, STORE_NEVER);
	store_put_new(commit, STORE_ROTATION, "c", NULL, one, STORE_NEVER);
	store_take(commit, STORE_ROTATION, "c");
	store_put_new(commit, STORE_ROTATION, "d", NULL, one, STORE_NEVER);
	store_drop(commit, STORE_ROTATION, "d");
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	conformance_assert_row(f, STORE_ROTATION, "a", "two");
	conformance_assert_row(f, STORE_ROTATION, "b", "one");
	g_assert_cmpuint(conformance_count(f, STORE_ROTATION), ==, 2);
	g_assert_cmpint(conformance_put(f->store, STORE_ROTATION, "a", "x", STORE_NEVER), ==,
			STORE_CONFLICT);
}

static void no_sweep_takes_a_durable_row(Fixture *f, gconstpointer data)
{
	const StoreBackend *backend = f->store->backend;
	bool more = true;

	for (StoreTable t = 0; t < STORE_TABLES; t++)
		if (!store_table_info(t)->ages)
			g_assert_cmpint(ensure_at(f, t, "a", "anna", "x"), ==, STORE_OK);
	g_assert_true(backend->begin(f->store, NULL));
	g_assert_true(backend->sweep(f->store, STORE_NEVER, 10, &more, NULL));
	g_assert_true(backend->commit(f->store, NULL));
	g_assert_false(more);
	for (StoreTable t = 0; t < STORE_TABLES; t++)
		if (!store_table_info(t)->ages)
			conformance_assert_row(f, t, "a", "x");
}

static bool gather_values(GBytes *value, gpointer data)
{
	GString *seen = data;

	g_string_append_len(seen, g_bytes_get_data(value, NULL), (gssize)g_bytes_get_size(value));
	return seen->len < 3;
}

/* Durable until they expire: a full table loses none of them, and a sweep takes no more than are
 * due, a few at a time. */
static void what_ages_stays_until_it_expires(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *key;
		int64_t expires;
	} rows[] = {{"a", NOW + 1}, {"b", NOW + 2}, {"c", NOW + 3}, {"d", STORE_NEVER}};
	const int64_t later = NOW + 2 + LIMIT_STORE_GRACE;
	g_autoptr(GBytes) c = text("c");
	g_autoptr(GString) left = g_string_new(NULL);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	bool more = false;

	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) value = text(rows[i].key);
		store_put(commit, STORE_CHOICE, rows[i].key, "anna", value, rows[i].expires);
	}
	store_touch(commit, STORE_CHOICE, "c", NOW + 9);
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_OK);
	g_assert_cmpint(conformance_get(f->reader, STORE_CHOICE, "a", NOW), ==, STORE_OK);
	g_assert_cmpint(conformance_get(f->reader, STORE_CHOICE, "a", NOW + 1), ==, STORE_ABSENT);
	g_assert_true(store_walk_owner(f->reader, STORE_CHOICE, "anna", NOW + 2, gather_values,
				       left, NULL));
	g_assert_cmpuint(left->len, ==, 2);
	g_assert_cmpuint(strspn(left->str, "cd"), ==, 2);
	g_assert_true(store_sweep(f->store, later, 1, &more, NULL));
	g_assert_true(more);
	g_assert_cmpuint(conformance_count(f, STORE_CHOICE), ==, 3);
	g_assert_true(store_sweep(f->store, later, 10, &more, NULL));
	g_assert_false(more);
	g_assert_cmpuint(conformance_count(f, STORE_CHOICE), ==, 2);
	g_assert_cmpint(conformance_get(f->reader, STORE_CHOICE, "c", NOW + 8), ==, STORE_OK);
	g_assert_cmpint(conformance_get(f->reader, STORE_CHOICE, "d", NOW), ==, STORE_OK);
	commit = store_commit_new(NOW + 9, NULL, NULL);
	store_expect(commit, STORE_CHOICE, "c", c);
	g_assert_cmpint(conformance_apply(f->store, commit), ==, STORE_CONFLICT);
}

static void walk(Fixture *f, gconstpointer data)
{
	static const unsigned rows[] = {0, 1, 2, 3, 7};
	unsigned there = 0;

	ensure_at(f, STORE_EPPN, "other", NULL, "z");
	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) seen = g_string_new(NULL);

		for (; there < rows[i]; there++) {
			g_autofree char *key = g_strdup_printf("%u", there);

			ensure_at(f, STORE_CONTINUATION, key, NULL, "x");
		}
		g_assert_true(store_walk(f->reader, STORE_CONTINUATION, gather_values, seen, NULL));
		g_test_message("%u rows, until it has three", there);
		g_assert_cmpuint(seen->len, ==, MIN(there, 3));
		g_assert_cmpuint(strspn(seen->str, "x"), ==, seen->len);
	}
}

static void walk_of_an_owner(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *key, *owner, *value;
	} rows[] = {
		{"a", "anna", "1"}, {"b", "bo", "2"},    {"c", "anna", "4"}, {"d", NULL, "8"},
		{"e", "", "6"},     {"f", "anna ", "7"}, {"g", "Anna", "9"},
	};
	static const struct {
		const char *owner, *want;
	} cases[] = {{"anna", "14"}, {"bo", "2"}, {"", "6"}, {"cecilia", ""}};
	StoreCommit *drop = store_commit_new(NOW, NULL, NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(
			ensure_at(f, STORE_CHOICE, rows[i].key, rows[i].owner, rows[i].value), ==,
			STORE_OK);
	ensure_at(f, STORE_ROTATION, "a", "anna", "x");
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) seen = g_string_new(NULL);

		g_assert_true(store_walk_owner(f->reader, STORE_CHOICE, cases[i].owner, NOW,
					       gather_values, seen, NULL));
		g_test_message("%s", cases[i].owner);
		g_assert_cmpuint(seen->len, ==, strlen(cases[i].want));
		g_assert_cmpuint(strspn(seen->str, cases[i].want), ==, seen->len);
	}
	store_drop_owner(drop, STORE_CHOICE, "anna");
	conformance_apply(f->store, drop);
	g_autoptr(GString) left = g_string_new(NULL);
	g_assert_true(
		store_walk_owner(f->reader, STORE_CHOICE, "anna", NOW, gather_values, left, NULL));
	g_assert_cmpstr(left->str, ==, "");
}

typedef struct {
	Fixture *f;
	unsigned seen;
} Walk;

/* Another row is written, and one dropped, while the walk has not ended. */
static bool write_meanwhile(GBytes *value, gpointer data)
{
	Walk *walk = data;
	StoreCommit *commit;

	if (walk->seen++ > 0)
		return true;
	commit = store_commit_new(NOW, NULL, NULL);
	ensure_at(walk->f, STORE_CONTINUATION, "new", NULL, "x");
	for (unsigned i = 0; i < 50; i++) {
		g_autofree char *key = g_strdup_printf("%u", i);

		store_drop(commit, STORE_CONTINUATION, key);
	}
	g_assert_cmpint(conformance_apply(walk->f->store, commit), ==, STORE_OK);
	return true;
}

static void a_walk_sees_one_moment(Fixture *f, gconstpointer data)
{
	Walk walk = {.f = f};

	for (unsigned i = 0; i < 50; i++) {
		g_autofree char *key = g_strdup_printf("%u", i);

		ensure_at(f, STORE_CONTINUATION, key, NULL, "x");
	}
	g_assert_true(store_walk(f->reader, STORE_CONTINUATION, write_meanwhile, &walk, NULL));
	g_assert_cmpuint(walk.seen, ==, 50);
	g_assert_cmpuint(conformance_count(f, STORE_CONTINUATION), ==, 1);
}

static void a_full_durable_table_loses_nothing(Fixture *f, gconstpointer data)
{
	const uint64_t cap = store_table_info(STORE_APPROVAL)->cap;

	conformance_fill(f, STORE_APPROVAL, STORE_NEVER);
	g_assert_cmpint(ensure_at(f, STORE_APPROVAL, "more", NULL, ""), ==, STORE_CAPPED);
	g_assert_cmpint(put(f, "more", ""), ==, STORE_CAPPED);
	g_assert_cmpint(claim_at(f, STORE_APPROVAL, "more", "anna", ""), ==, STORE_CAPPED);
	g_assert_cmpint(conformance_put(f->store, STORE_APPROVAL, "more", "", STORE_NEVER), ==,
			STORE_CAPPED);
	g_assert_cmpuint(conformance_count(f, STORE_APPROVAL), ==, cap);
	g_test_message("what is there is as good as ever");
	g_assert_cmpint(ensure_at(f, STORE_APPROVAL, "0", NULL, ""), ==, STORE_OK);
	g_assert_cmpint(ensure_at(f, STORE_APPROVAL, "0", NULL, "x"), ==, STORE_CONFLICT);
	g_assert_cmpint(put(f, "0", "x"), ==, STORE_OK);
	conformance_assert_row(f, STORE_APPROVAL, "0", "x");
	g_assert_cmpint(ensure_at(f, STORE_EPPN, "more", NULL, ""), ==, STORE_OK);
}

const ConformanceTest conformance_durable_tests[] = {
	{"ensure", ensure},
	{"ensure-leaves-the-owner", ensure_leaves_the_owner},
	{"an-ensure-in-vain-undoes-all", an_ensure_in_vain_undoes_all},
	{"a-claim", a_claim},
	{"expect", expect},
	{"durable-rows-take-every-verb", durable_rows_take_every_verb},
	{"no-sweep-takes-a-durable-row", no_sweep_takes_a_durable_row, true},
	{"what-ages-stays-until-it-expires", what_ages_stays_until_it_expires, true},
	{"walk", walk},
	{"walk-of-an-owner", walk_of_an_owner},
	{"a-walk-sees-one-moment", a_walk_sees_one_moment},
	{"a-full-durable-table-loses-nothing", a_full_durable_table_loses_nothing, true},
	{0},
};
