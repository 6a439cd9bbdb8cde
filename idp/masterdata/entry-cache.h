/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/entry.h"

/*
 * Entries that were read a moment ago, by person key, each with the time it is from. Any thread may
 * use it.
 *
 * Times are g_get_monotonic_time(), and always of the moment before the directory was asked: what
 * the directory was told after that is not in the entry. The caller says with each call how old is
 * too old.
 *
 * Bounded by LIMIT_ENTRY_CACHE entries and LIMIT_ENTRY_CACHE_BYTES (limits.h). The one that was
 * read first goes first, not the one used last: it is the next of no use anyhow, and what is too
 * old is always found at that end and does not stay in memory.
 */
typedef struct EntryCache EntryCache;

EntryCache *entry_cache_new(void);
EntryCache *entry_cache_ref(EntryCache *cache);
void entry_cache_unref(EntryCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EntryCache, entry_cache_unref)

/* The entry of that key, if it is from `oldest` or later; else NULL. Transfer full. */
DirectoryEntry *entry_cache_get(EntryCache *cache, const char *key, gint64 oldest);

/* Keeps the entry (a reference is taken), which is from `read`, unless a later one is there. What
 * is from before `oldest` goes. */
void entry_cache_put(EntryCache *cache, DirectoryEntry *entry, gint64 read, gint64 oldest);

/* Nobody has that key any more. */
void entry_cache_drop(EntryCache *cache, const char *key);

typedef struct {
	guint entries;
	gsize bytes;  /* of the entries and of what holds them */
	guint64 hits; /* gets that gave an entry, and that did not */
	guint64 misses;
} EntryCacheStats;

void entry_cache_stats(EntryCache *cache, EntryCacheStats *ret_stats);
