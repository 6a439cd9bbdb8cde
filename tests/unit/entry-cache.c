/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* People who were read a moment ago: how long they stay, how many, and from how many threads. */
#include "idp/masterdata/entry-cache.h"

#include "idp/limits.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>

static DirectoryEntry *entry_of(const char *key, const char *value)
{
	EntryDraft *draft = entry_draft_new();
	entry_draft_add(draft, "displayName", value, -1);
	return entry_draft_finish(draft, "uid=x", key);
}

static void put(EntryCache *cache, const char *key, const char *value, gint64 read, gint64 oldest)
{
	g_autoptr(DirectoryEntry) entry = entry_of(key, value);
	entry_cache_put(cache, entry, read, oldest);
}

/* The value that is kept under the key, "" if none is. */
static const char *got(EntryCache *cache, const char *key, gint64 oldest)
{
	g_autoptr(DirectoryEntry) entry = entry_cache_get(cache, key, oldest);
	return entry ? g_intern_string(entry_values(entry, "displayName")[0]) : "";
}

static void test_freshness(void)
{
	/* put at `read`, asked for what is from `oldest` on */
	static const struct {
		const char *name;
		gint64 read, oldest;
		const char *want;
	} cases[] = {
		{"just read", 1000, 1000, "a"},
		{"younger than asked", 1001, 1000, "a"},
		{"a microsecond too old", 999, 1000, ""},
		{"much too old", 1, 1000, ""},
		{"from the boot on", 0, 0, "a"},
		{"uptime less than max-age", 5, -1000, "a"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(EntryCache) cache = entry_cache_new();
		EntryCacheStats stats;
		put(cache, "k", "a", cases[i].read, G_MININT64);
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(got(cache, "k", cases[i].oldest), ==, cases[i].want);
		g_assert_cmpstr(got(cache, "other", cases[i].oldest), ==, "");
		/* and what is too old does not stay in memory */
		entry_cache_stats(cache, &stats);
		g_assert_cmpuint(stats.entries, ==, *cases[i].want ? 1 : 0);
		g_assert_cmpuint(stats.hits, ==, *cases[i].want ? 1 : 0);
		g_assert_cmpuint(stats.misses, ==, *cases[i].want ? 1 : 2);
		g_assert_cmpint(stats.bytes > 0, ==, *cases[i].want != '\0');
	}
}

/* Answers may come in another order than the questions were asked. */
static void test_order(void)
{
	g_autoptr(EntryCache) cache = entry_cache_new();
	put(cache, "a", "new", 30, 0);
	put(cache, "a", "old", 20, 0);
	g_assert_cmpstr(got(cache, "a", 0), ==, "new");
	put(cache, "a", "newer", 40, 0);
	g_assert_cmpstr(got(cache, "a", 0), ==, "newer");

	put(cache, "late", "x", 10, 0);
	put(cache, "middle", "x", 35, 0);
	g_assert_cmpstr(got(cache, "late", 11), ==, "");
	g_assert_cmpstr(got(cache, "middle", 36), ==, "");
	g_assert_cmpstr(got(cache, "a", 36), ==, "newer");
	put(cache, "stale", "x", 35, 36);
	g_assert_cmpstr(got(cache, "stale", 0), ==, "");
	entry_cache_drop(cache, "a");
	entry_cache_drop(cache, "a");
	g_assert_cmpstr(got(cache, "a", 0), ==, "");
}

/* Who holds an entry keeps it, whatever becomes of the cache. */
static void test_held(void)
{
	EntryCache *cache = entry_cache_new();
	put(cache, "a", "x", 1, 0);
	g_autoptr(DirectoryEntry) held = entry_cache_get(cache, "a", 0);
	entry_cache_drop(cache, "a");
	EntryCache *second = entry_cache_ref(cache);
	entry_cache_unref(cache);
	put(second, "a", "y", 2, 0);
	entry_cache_unref(second);
	g_assert_cmpstr(entry_values(held, "displayname")[0], ==, "x");
}

static void test_eviction(void)
{
	static const struct {
		const char *name;
		gsize length; /* of each entry's value */
		guint n, most;
	} cases[] = {
		{"by number", 1, LIMIT_ENTRY_CACHE + 100, LIMIT_ENTRY_CACHE},
		{"by bytes", 60000, 300, LIMIT_ENTRY_CACHE_BYTES / 60000},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(EntryCache) cache = entry_cache_new();
		g_autofree char *value = g_strnfill(cases[i].length, 'v');
		EntryCacheStats stats;
		for (guint j = 0; j < cases[i].n; j++) {
			g_autofree char *key = g_strdup_printf("%u", j);
			put(cache, key, value, 1000 + j, 0);
		}
		entry_cache_stats(cache, &stats);
		g_test_message("%s: %u of %u, %zu bytes", cases[i].name, stats.entries, cases[i].n,
			       stats.bytes);
		g_assert_cmpuint(stats.entries, <=, cases[i].most);
		g_assert_cmpuint(stats.entries, >, cases[i].most * 9 / 10);
		g_assert_cmpuint(stats.bytes, <=, LIMIT_ENTRY_CACHE_BYTES);
		/* the last are there, the first are not */
		g_autofree char *last = g_strdup_printf("%u", cases[i].n - 1);
		g_autofree char *edge = g_strdup_printf("%u", cases[i].n - stats.entries);
		g_autofree char *before = g_strdup_printf("%u", cases[i].n - stats.entries - 1);
		g_assert_cmpstr(got(cache, last, 0), ==, value);
		g_assert_cmpstr(got(cache, edge, 0), ==, value);
		g_assert_cmpstr(got(cache, before, 0), ==, "");
	}
}

/* A pupil of the sample school, with what a policy may want of them. */
static void test_size(void)
{
	static const char *const pupil[][2] = {
		{"displayName", "Alva Lindström"},
		{"givenName", "Alva"},
		{"sn", "Lindström"},
		{"cn", "Alva Lindström"},
		{"mail", "alvlin@elev.skola.example"},
		{"uid", "alvlin"},
		{"eduPersonPrincipalName", "q6nfgx@skola.example"},
		{"eduPersonAffiliation", "student"},
		{"eduPersonAffiliation", "member"},
		{"eduPersonScopedAffiliation", "student@skola.example"},
		{"eduPersonScopedAffiliation", "member@skola.example"},
		{"eduPersonAssurance", "http://www.swamid.se/policy/assurance/al1"},
		{"norEduPersonNIN", "201201012380"},
		{"sisSchoolGrade", "5"},
		{"sisSchoolUnitCode", "12345678"},
		{"sisSchoolCourseStudent", "MA5A"},
		{"securityMarking", "Ingen"},
	};
	enum { PEOPLE = 2000 };
	g_autoptr(EntryCache) cache = entry_cache_new();
	EntryCacheStats stats;
	struct mallinfo2 before = mallinfo2();
	for (guint i = 0; i < PEOPLE; i++) {
		g_autofree char *key = g_strdup_printf("7a1d0e52-3f6b-4c8e-9b20-%012u", i);
		EntryDraft *draft = entry_draft_new();
		for (gsize j = 0; j < G_N_ELEMENTS(pupil); j++)
			entry_draft_add(draft, pupil[j][0], pupil[j][1], -1);
		g_autoptr(DirectoryEntry) entry =
			entry_draft_finish(draft, "uid=alvlin,ou=people,dc=skola,dc=example", key);
		entry_cache_put(cache, entry, i, 0);
	}
	struct mallinfo2 after = mallinfo2();
	entry_cache_stats(cache, &stats);
	g_test_message("a pupil takes %zu bytes by our count, %zu by malloc's (0 under ASan)",
		       stats.bytes / PEOPLE, (after.uordblks - before.uordblks) / PEOPLE);
	g_assert_cmpuint(stats.entries, ==, PEOPLE);
	g_assert_cmpuint(stats.bytes / PEOPLE, <, 1500);
}

typedef struct {
	EntryCache *cache;
	guint number;
} Worker;

static void *work(void *data)
{
	Worker *worker = data;
	for (guint i = 0; i < 3000; i++) {
		g_autofree char *key = g_strdup_printf("%u", (i * 7 + worker->number) % 50);
		g_autoptr(DirectoryEntry) held = entry_cache_get(worker->cache, key, i / 2);
		/* whatever others do, an entry that was got is whole and the right one */
		if (held)
			g_assert_cmpstr(entry_key(held), ==, key);
		if (i % 11 == 0)
			entry_cache_drop(worker->cache, key);
		else
			put(worker->cache, key, key, i, i / 2);
		if (held)
			g_assert_cmpstr(entry_values(held, "displayName")[0], ==, key);
	}
	entry_cache_unref(worker->cache);
	return NULL;
}

static void test_threads(void)
{
	enum { THREADS = 4 };
	g_autoptr(EntryCache) cache = entry_cache_new();
	pthread_t threads[THREADS];
	Worker workers[THREADS];
	for (guint i = 0; i < THREADS; i++) {
		workers[i] = (Worker){entry_cache_ref(cache), i};
		g_assert_cmpint(pthread_create(&threads[i], NULL, work, &workers[i]), ==, 0);
	}
	for (guint i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	EntryCacheStats stats;
	entry_cache_stats(cache, &stats);
	g_assert_cmpuint(stats.entries, <=, 50);
	g_assert_cmpuint(stats.hits + stats.misses, ==, 4 * 3000);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/entry-cache/freshness", test_freshness);
	g_test_add_func("/entry-cache/order", test_order);
	g_test_add_func("/entry-cache/held", test_held);
	g_test_add_func("/entry-cache/eviction", test_eviction);
	g_test_add_func("/entry-cache/size", test_size);
	g_test_add_func("/entry-cache/threads", test_threads);
	return g_test_run();
}
