/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

#include "metadata/feed-index.h"

/* Where things stand in the index; for feed-index.c and feed-index-write.c alone. */

#define FEED_INDEX_MAGIC      "PVFEED2\n" /* with the version of the layout */
#define FEED_INDEX_MAGIC_SIZE (sizeof FEED_INDEX_MAGIC - 1)

enum {
	AT_MAGIC = 0,
	AT_SIZE = 8,
	AT_VALID_UNTIL = 16,
	AT_TABLE = 24,
	AT_COUNT = 32,
	AT_REFUSED = 36,
	AT_DUPLICATES = 40,
	AT_OTHERS = 44,
	AT_NOTES_LEN = 48,
	AT_ASKS_LEN = 52,
	AT_AGGREGATE = 56,
	AT_CERTIFICATE = 88,
	AT_TABLE_DIGEST = FEED_INDEX_TABLE_DIGEST,
	AT_HEADER_DIGEST = FEED_INDEX_HEADER_DIGEST,
};
enum {
	ENTRY_KEY = 0,
	ENTRY_DIGEST = 32,
	ENTRY_OFFSET = 64,
	ENTRY_LENGTH = 72,
	ENTRY_FLAGS = 76,
	ENTRY_VALID_UNTIL = 80,
	ENTRY_ASKS = 88, /* from the beginning of the asks */
	ENTRY_ASKS_LEN = 92,
};
/* The first bit of the flags; the others are the number of its kind. */
#define ENTRY_FLAG_EXAMPLE 1u

static inline guint32 feed_index_get32(const guint8 *at)
{
	guint32 value;
	memcpy(&value, at, sizeof value);
	return GUINT32_FROM_LE(value);
}

static inline guint64 feed_index_get64(const guint8 *at)
{
	guint64 value;
	memcpy(&value, at, sizeof value);
	return GUINT64_FROM_LE(value);
}

static inline void feed_index_put32(guint8 *at, guint32 value)
{
	value = GUINT32_TO_LE(value);
	memcpy(at, &value, sizeof value);
}

static inline void feed_index_put64(guint8 *at, guint64 value)
{
	value = GUINT64_TO_LE(value);
	memcpy(at, &value, sizeof value);
}
