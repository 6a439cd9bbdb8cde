/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The index of a feed: one file that holds each service of a verified aggregate as a document of
 * its own, found by the SHA-256 of its entityID. It is mapped, not read: what nobody asks for costs
 * no memory. All numbers are little-endian:
 *
 *     header   184 bytes   see feed-index.c
 *     blobs    EntityDescriptors, one after the other
 *     table    FEED_INDEX_ENTRY bytes for each, by key
 *     asks     what each one asks for (asked.h), one after the other
 *     notes    text: what was left out, and why; one a line
 *
 * A reader believes nothing that it has not checked: header, and all from the table on, are covered
 * by a digest and every offset is bounded when the file is opened, a blob is covered by a digest of
 * its own that is checked when it is asked for. The digests are against damage, not against whoever
 * may write the file: that is judged by owner and mode.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/asked.h"
#include "metadata/digest.h"
#include "metadata/error.h"

#define FEED_INDEX_HEADER 184
#define FEED_INDEX_ENTRY  96
/* Where the digests of what follows the blobs and of the header stand, for who must mend them
 * (fuzzing). */
#define FEED_INDEX_TABLE_DIGEST  120
#define FEED_INDEX_HEADER_DIGEST 152
/* Ten times the services of eduGAIN. */
#define FEED_INDEX_COUNT_MAX 100000
/* For people: the first complaints tell what kind they are. */
#define FEED_INDEX_NOTES_MAX 4096
/* An aggregate's 128 MiB, with the namespaces that each entity now declares itself. */
#define FEED_INDEX_BYTES_MAX 268435456

typedef struct {
	gint64 valid_until; /* of the aggregate; seconds since 1970 */
	guint32 count;      /* services that are in it */
	guint32 refused;    /* service providers that could not be used; each is a note */
	guint32 duplicates; /* entityIDs that were there twice, and are left out */
	guint32 others;     /* entities that are no service providers */
	guint8 aggregate[DIGEST_SIZE];
	guint8 certificate[DIGEST_SIZE]; /* of the DER */
} FeedIndexFacts;

typedef struct FeedIndex FeedIndex;

/* Maps the file, which the caller closes after. METADATA_ERROR_SYNTAX when it is none of ours or
 * damaged, METADATA_ERROR_IO. Whoever can shorten the file afterwards can crash us. (transfer full)
 */
FeedIndex *feed_index_open(int fd, GError **error);
void feed_index_free(FeedIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeedIndex, feed_index_free)

/* (transfer none) */
const FeedIndexFacts *feed_index_facts(const FeedIndex *index);
/* One line each: char*. (transfer full) */
GPtrArray *feed_index_notes(const FeedIndex *index);
/* The whole file, as long as the index lives. (transfer full) */
GBytes *feed_index_bytes(const FeedIndex *index);

/* Number of the entry for that entityID, or -1. */
int feed_index_find(const FeedIndex *index, const char *id);
/* What an entry says; `i` below facts->count. valid_until in seconds. */
gint64 feed_index_valid_until(const FeedIndex *index, guint i);
/* Whether it is the first one of its kind; see FeedIndexWriter. */
bool feed_index_is_example(const FeedIndex *index, guint i);
/* The number of its kind, below facts->count. */
guint feed_index_kind(const FeedIndex *index, guint i);
/* What it asks for; borrows from the index. */
void feed_index_asked(const FeedIndex *index, guint i, Asked *asked);
/* Its key, DIGEST_SIZE bytes, and the entry of a key, or -1: for who compares indices, whose
 * entries are both in the order of their keys. */
const guint8 *feed_index_key(const FeedIndex *index, guint i);
int feed_index_find_key(const FeedIndex *index, const guint8 *key);
/* Its EntityDescriptor, copied. METADATA_ERROR_SYNTAX when it was damaged. (transfer full) */
GBytes *feed_index_blob(const FeedIndex *index, guint i, GError **error);

/* --- Making one. --- */

typedef struct FeedIndexWriter FeedIndexWriter;

/* Writes to an empty file, which the caller keeps open and closes after. (transfer full) */
FeedIndexWriter *feed_index_writer_new(int fd);
/* A service, and what it asks for. `kind` digests all that a policy can tell services apart by, but
 * for the entityID; the first of each kind is an example. Nothing is to be added twice.
 * METADATA_ERROR_LIMIT or _IO. */
bool feed_index_writer_add(FeedIndexWriter *writer, const Asked *asked, GBytes *blob,
			   gint64 valid_until, const guint8 kind[DIGEST_SIZE], GError **error);
/* A line for people; those past FEED_INDEX_NOTES_MAX are dropped. */
void feed_index_writer_note(FeedIndexWriter *writer, const char *line);
/* Writes table and header; `facts`' count is not looked at. The file is whole only after this. */
bool feed_index_writer_end(FeedIndexWriter *writer, const FeedIndexFacts *facts, GError **error);
void feed_index_writer_free(FeedIndexWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeedIndexWriter, feed_index_writer_free)
