/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * People come, leave and come back, and values are given by chance, which repeats itself, and by
 * mistake: no EPPN is ever a second person's. EPPN_CHANGES says how many changes (20,000; `make
 * soak`: a million).
 */
#include "idp/identity/eppn-draw.h"
#include "idp/identity/eppn.h"
#include "tests/unit/narrow-chance.h"
#include "tests/unit/store-world.h"

#include <stdlib.h>
#include <string.h>

enum { NOW = 1800000000, BATCH = 200 };

typedef struct {
	StoreWorld *world;
	GPtrArray *people; /* char *: every person key there ever was */
	GPtrArray *values; /* char *: every EPPN there ever was */
	GHashTable
		*owner; /* folded EPPN -> person key: what the test knows, apart from the store */
	GPtrArray *commits; /* StoreCommit: a batch */
	GArray *fine;       /* bool: whether each of them may succeed */
	GHashTable *taken;  /* char *: what was drawn for the batch, as `eppn assign` holds it */
	guint drawn, again, mistakes;
} Town;

static char *any(GPtrArray *of)
{
	uint32_t chance;

	seal_random(&chance, sizeof chance);
	return of->pdata[chance % of->len];
}

static bool is_seen(const char *eppn, bool *seen, gpointer data, GError **error)
{
	Town *town = data;
	g_autoptr(EppnRow) row = NULL;
	StoreOutcome outcome = eppn_find(town->world->reader, eppn, &row, error);

	*seen = outcome != STORE_ABSENT;
	return outcome != STORE_FAULT;
}

static bool is_given(const char *eppn, bool *seen, gpointer data, GError **error)
{
	Town *town = data;

	*seen = g_hash_table_contains(town->taken, eppn);
	if (!*seen && !is_seen(eppn, seen, data, error))
		return false;
	town->again += *seen ? 1 : 0;
	return true;
}

/* The batch is applied: what may succeed has, and what may not has not. */
static void settle(Town *town)
{
	g_autoptr(GError) error = NULL;
	g_autofree StoreResult *results = g_new0(StoreResult, town->commits->len + 1);

	g_assert_true(store_apply(town->world->store, (StoreCommit *const *)town->commits->pdata,
				  town->commits->len, results, &error));
	g_assert_no_error(error);
	for (guint i = 0; i < town->commits->len; i++)
		g_assert_cmpint(results[i].outcome, ==,
				g_array_index(town->fine, bool, i) ? STORE_OK : STORE_CONFLICT);
	g_ptr_array_set_size(town->commits, 0);
	g_array_set_size(town->fine, 0);
	g_hash_table_remove_all(town->taken);
}

/* The directory, or a command, says that the person has that value. Another spelling of one's own
 * is no mistake, but no new row either. */
static void give(Town *town, const char *eppn, const char *person)
{
	g_autoptr(EppnRow) row = eppn_row_new(eppn, person, ROLE_STUDENT, true, NOW);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	char *folded = eppn_fold(eppn);
	const char *owner = g_hash_table_lookup(town->owner, folded);
	bool fine = owner == NULL || strcmp(owner, person) == 0;

	eppn_remember(commit, row);
	g_ptr_array_add(town->commits, commit);
	g_array_append_val(town->fine, fine);
	if (owner == NULL)
		g_hash_table_insert(town->owner, folded, g_strdup(person));
	else
		g_free(folded);
	town->mistakes += fine ? 0 : 1;
}

static void draw_for(Town *town, const char *person)
{
	g_autoptr(GError) error = NULL;
	char *eppn = eppn_draw_for("skola.example", "Bo", "Ek", is_given, town, &error);

	g_assert_no_error(error);
	g_ptr_array_add(town->values, eppn);
	g_hash_table_add(town->taken, eppn);
	give(town, eppn, person);
	town->drawn++;
}

static void arrive(Town *town)
{
	char *person = g_strdup_printf("person-%u", town->people->len);

	g_ptr_array_add(town->people, person);
	draw_for(town, person);
}

/* One thing that happens in a year: somebody new, somebody whose entry was deleted and is made
 * anew without an EPPN, or with the one they had; and a value of one given to another. */
static void change(Town *town)
{
	uint8_t chance;
	g_autofree char *spelled = NULL;
	const char *value = any(town->values);

	seal_random(&chance, sizeof chance);
	if (chance < 110) {
		arrive(town);
	} else if (chance < 180) {
		draw_for(town, any(town->people));
	} else if (chance < 220) {
		give(town, value, any(town->people));
	} else {
		spelled = g_ascii_strup(value, -1);
		give(town, spelled, any(town->people));
	}
}

static bool check_row(GBytes *value, gpointer data)
{
	Town *town = data;
	g_autoptr(EppnRow) row = eppn_row_from_bytes(value, NULL);

	g_assert_nonnull(row);
	g_autofree char *folded = eppn_fold(row->eppn);
	g_assert_cmpstr(g_hash_table_lookup(town->owner, folded), ==, row->person);
	g_hash_table_remove(town->owner, folded);
	return true;
}

static void test_reassign(void)
{
	const char *wanted = g_getenv("EPPN_CHANGES");
	guint64 changes = wanted ? g_ascii_strtoull(wanted, NULL, 10) : 20000;
	Town town = {.world = store_world_new()};
	g_autoptr(GError) error = NULL;

	town.people = g_ptr_array_new_with_free_func(g_free);
	town.values = g_ptr_array_new_with_free_func(g_free);
	town.owner = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	town.commits = g_ptr_array_new_with_free_func((GDestroyNotify)store_commit_free);
	town.fine = g_array_new(FALSE, FALSE, sizeof(bool));
	town.taken = g_hash_table_new(g_str_hash, g_str_equal);
	narrow_chance((uint32_t)(2 * changes));
	arrive(&town);
	for (guint64 i = 0; i < changes; i++) {
		change(&town);
		if (town.commits->len >= BATCH)
			settle(&town);
	}
	settle(&town);
	narrow_chance(0);
	g_assert_cmpuint(town.again, >, changes / 20);
	g_assert_cmpuint(town.mistakes, >, changes / 20);
	g_assert_cmpuint(g_hash_table_size(town.owner), ==, town.drawn);
	g_assert_true(store_walk(town.world->reader, STORE_EPPN, check_row, &town, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(g_hash_table_size(town.owner), ==, 0);
	g_test_message("%u people, %u values, %u drawn again, %u mistakes refused",
		       town.people->len, town.drawn, town.again, town.mistakes);
	g_hash_table_unref(town.taken);
	g_array_unref(town.fine);
	g_ptr_array_unref(town.commits);
	g_hash_table_unref(town.owner);
	g_ptr_array_unref(town.values);
	g_ptr_array_unref(town.people);
	store_world_free(town.world);
}

typedef struct {
	Town *town;
	const char *first;
	guint asked;
} Twice;

/* As if chance had drawn the value of somebody who is long gone. */
static bool is_seen_twice(const char *eppn, bool *seen, gpointer data, GError **error)
{
	Twice *twice = data;

	return is_seen(twice->asked++ == 0 ? twice->first : eppn, seen, twice->town, error);
}

static void test_tombstone(void)
{
	Town town = {.world = store_world_new()};
	g_autoptr(EppnRow) row =
		eppn_row_new("b2c3d4f5g6h7j8@skola.example", "gone", ROLE_STUDENT, true, NOW);
	g_autoptr(StoreCommit) commit = store_commit_new(NOW, NULL, NULL);
	StoreResult result = {0};
	Twice twice = {.town = &town, .first = "B2C3D4F5G6H7J8@skola.example"};

	eppn_remember(commit, row);
	g_assert_true(store_apply(town.world->store, &commit, 1, &result, NULL));
	g_assert_cmpint(result.outcome, ==, STORE_OK);
	g_autofree char *eppn =
		eppn_draw_for("skola.example", NULL, NULL, is_seen_twice, &twice, NULL);
	g_assert_nonnull(eppn);
	g_assert_cmpuint(twice.asked, ==, 2);
	store_world_free(town.world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (!seal_init())
		return 1;
	g_test_add_func("/eppn-reassign/tombstone", test_tombstone);
	g_test_add_func("/eppn-reassign/never", test_reassign);
	return g_test_run();
}
