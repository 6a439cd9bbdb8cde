/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/entry-cache.h"

#include "idp/limits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct {
	GList link; /* in the queue; its data is the Kept */
	DirectoryEntry *entry;
	gint64 read;
} Kept;

struct EntryCache {
	atomic_uint references;
	pthread_mutex_t lock; /* of all that follows; pthread, so that TSan sees it */
	GHashTable *by_key;   /* the entry's own key -> Kept */
	GQueue by_age;        /* the one read first at the head */
	gsize bytes;
	guint64 hits, misses;
};

typedef pthread_mutex_t Locked;

static Locked *lock(EntryCache *cache)
{
	pthread_mutex_lock(&cache->lock);
	return &cache->lock;
}

static void unlock(Locked *locked)
{
	pthread_mutex_unlock(locked);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Locked, unlock)

/* A place in the table has two pointers and a hash, and a third of the places is free. */
static gsize cost(const Kept *kept)
{
	return entry_size(kept->entry) + sizeof(Kept) + 2 * (2 * sizeof(gpointer) + sizeof(guint));
}

EntryCache *entry_cache_new(void)
{
	EntryCache *cache = g_new0(EntryCache, 1);
	atomic_init(&cache->references, 1);
	pthread_mutex_init(&cache->lock, NULL);
	cache->by_key = g_hash_table_new(g_str_hash, g_str_equal);
	g_queue_init(&cache->by_age);
	return cache;
}

EntryCache *entry_cache_ref(EntryCache *cache)
{
	atomic_fetch_add_explicit(&cache->references, 1, memory_order_relaxed);
	return cache;
}

static void forget(EntryCache *cache, Kept *kept)
{
	g_hash_table_remove(cache->by_key, entry_key(kept->entry));
	g_queue_unlink(&cache->by_age, &kept->link);
	cache->bytes -= cost(kept);
	entry_unref(kept->entry);
	g_free(kept);
}

static Kept *oldest_kept(const EntryCache *cache)
{
	return cache->by_age.head ? cache->by_age.head->data : NULL;
}

static void forget_before(EntryCache *cache, gint64 oldest)
{
	for (Kept *kept; (kept = oldest_kept(cache)) && kept->read < oldest;)
		forget(cache, kept);
}

void entry_cache_unref(EntryCache *cache)
{
	if (!cache || atomic_fetch_sub_explicit(&cache->references, 1, memory_order_acq_rel) != 1)
		return;
	forget_before(cache, G_MAXINT64);
	g_hash_table_unref(cache->by_key);
	pthread_mutex_destroy(&cache->lock);
	g_free(cache);
}

DirectoryEntry *entry_cache_get(EntryCache *cache, const char *key, gint64 oldest)
{
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(cache);
	forget_before(cache, oldest);
	const Kept *kept = g_hash_table_lookup(cache->by_key, key);
	bool hit = kept && kept->read >= oldest;
	cache->hits += hit;
	cache->misses += !hit;
	return hit ? entry_ref(kept->entry) : NULL;
}

/* Two answers may overtake each other on their way here, so that the place is looked for, from the
 * end, where it nearly always is. */
static void enqueue(EntryCache *cache, Kept *kept)
{
	GList *before = cache->by_age.tail;
	while (before && ((const Kept *)before->data)->read > kept->read)
		before = before->prev;
	if (before)
		g_queue_insert_after_link(&cache->by_age, before, &kept->link);
	else
		g_queue_push_head_link(&cache->by_age, &kept->link);
}

void entry_cache_put(EntryCache *cache, DirectoryEntry *entry, gint64 read, gint64 oldest)
{
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(cache);
	forget_before(cache, oldest);
	Kept *before = g_hash_table_lookup(cache->by_key, entry_key(entry));
	if (read < oldest || (before && before->read > read))
		return;
	if (before)
		forget(cache, before);
	Kept *kept = g_new0(Kept, 1);
	kept->link.data = kept;
	kept->entry = entry_ref(entry);
	kept->read = read;
	cache->bytes += cost(kept);
	enqueue(cache, kept);
	g_hash_table_insert(cache->by_key, (gpointer)(guintptr)entry_key(entry), kept);
	while (cache->bytes > LIMIT_ENTRY_CACHE_BYTES || cache->by_age.length > LIMIT_ENTRY_CACHE)
		forget(cache, oldest_kept(cache));
}

void entry_cache_drop(EntryCache *cache, const char *key)
{
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(cache);
	Kept *kept = g_hash_table_lookup(cache->by_key, key);
	if (kept)
		forget(cache, kept);
}

void entry_cache_stats(EntryCache *cache, EntryCacheStats *ret_stats)
{
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(cache);
	ret_stats->entries = cache->by_age.length;
	ret_stats->bytes = cache->bytes;
	ret_stats->hits = cache->hits;
	ret_stats->misses = cache->misses;
}
