/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/feed-index.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "metadata/feed-index-layout.h"
#include "metadata/xml/document.h"

struct FeedIndex {
	const guint8 *bytes;
	gsize size;
	const guint8 *table;
	const guint8 *asks;
	gsize asks_len;
	const guint8 *notes;
	gsize notes_len;
	FeedIndexFacts facts;
};

static bool damaged(GError **error, const char *what)
{
	metadata_refuse(error, METADATA_ERROR_SYNTAX, "the index is damaged: %s", what);
	return false;
}

static bool unreadable(GError **error)
{
	metadata_refuse(error, METADATA_ERROR_IO, "%s", g_strerror(errno));
	return false;
}

static bool is_digest(const guint8 *bytes, gsize len, const guint8 *want)
{
	guint8 digest[DIGEST_SIZE];
	digest_of(bytes, len, digest);
	return memcmp(digest, want, DIGEST_SIZE) == 0;
}

static bool read_header(FeedIndex *index, GError **error)
{
	const guint8 *h = index->bytes;
	if (memcmp(h + AT_MAGIC, FEED_INDEX_MAGIC, FEED_INDEX_MAGIC_SIZE) != 0)
		return damaged(error, "it is none of ours, or of another version");
	if (!is_digest(h, AT_HEADER_DIGEST, h + AT_HEADER_DIGEST))
		return damaged(error, "its header");
	FeedIndexFacts *facts = &index->facts;
	facts->valid_until = (gint64)feed_index_get64(h + AT_VALID_UNTIL);
	facts->count = feed_index_get32(h + AT_COUNT);
	facts->refused = feed_index_get32(h + AT_REFUSED);
	facts->duplicates = feed_index_get32(h + AT_DUPLICATES);
	facts->others = feed_index_get32(h + AT_OTHERS);
	memcpy(facts->aggregate, h + AT_AGGREGATE, DIGEST_SIZE);
	memcpy(facts->certificate, h + AT_CERTIFICATE, DIGEST_SIZE);
	index->notes_len = feed_index_get32(h + AT_NOTES_LEN);
	index->asks_len = feed_index_get32(h + AT_ASKS_LEN);
	guint64 table = feed_index_get64(h + AT_TABLE);
	if (feed_index_get64(h + AT_SIZE) != index->size || facts->valid_until <= 0 ||
	    facts->count > FEED_INDEX_COUNT_MAX || index->notes_len > FEED_INDEX_NOTES_MAX ||
	    table < FEED_INDEX_HEADER || table > index->size ||
	    index->size - table !=
		    (gsize)facts->count * FEED_INDEX_ENTRY + index->asks_len + index->notes_len)
		return damaged(error, "its sizes");
	index->table = h + table;
	index->asks = index->table + (gsize)facts->count * FEED_INDEX_ENTRY;
	index->notes = index->asks + index->asks_len;
	return true;
}

static const guint8 *entry_at(const FeedIndex *index, guint i)
{
	g_assert(i < index->facts.count);
	return index->table + (gsize)i * FEED_INDEX_ENTRY;
}

static const char *asks_at(const FeedIndex *index, guint i, gsize *ret_length)
{
	const guint8 *entry = entry_at(index, i);
	gsize at = feed_index_get32(entry + ENTRY_ASKS);
	*ret_length = feed_index_get32(entry + ENTRY_ASKS_LEN);
	return at <= index->asks_len && *ret_length <= index->asks_len - at
		       ? (const char *)index->asks + at
		       : NULL;
}

static bool check_asks(const FeedIndex *index, guint i)
{
	gsize length;
	const char *text = asks_at(index, i, &length);
	return text && asked_is_text(text, length);
}

/* Blobs lie between header and table; keys rise, so that a search ends and finds one. */
static bool check_entry(const FeedIndex *index, guint i)
{
	const guint8 *entry = entry_at(index, i);
	guint64 offset = feed_index_get64(entry + ENTRY_OFFSET);
	guint64 length = feed_index_get32(entry + ENTRY_LENGTH);
	guint64 end = (guint64)(index->table - index->bytes);
	gint64 until = feed_index_valid_until(index, i);
	return offset >= FEED_INDEX_HEADER && offset <= end && length > 0 &&
	       length <= end - offset && length <= XML_LIMITS_ENTITY.bytes &&
	       feed_index_kind(index, i) < index->facts.count && until > 0 &&
	       until <= index->facts.valid_until && check_asks(index, i) &&
	       (i == 0 || memcmp(entry_at(index, i - 1), entry, DIGEST_SIZE) < 0);
}

static bool check_table(const FeedIndex *index, GError **error)
{
	gsize len = index->size - (gsize)(index->table - index->bytes);
	if (!is_digest(index->table, len, index->bytes + AT_TABLE_DIGEST))
		return damaged(error, "its table");
	if (!g_utf8_validate_len((const char *)index->notes, index->notes_len, NULL))
		return damaged(error, "its notes");
	for (guint i = 0; i < index->facts.count; i++)
		if (!check_entry(index, i))
			return damaged(error, "an entry of its table");
	return true;
}

static bool map(FeedIndex *index, int fd, GError **error)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return unreadable(error);
	if (st.st_size < FEED_INDEX_HEADER || st.st_size > FEED_INDEX_BYTES_MAX)
		return damaged(error, "its size");
	void *bytes = mmap(NULL, (gsize)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return unreadable(error);
	index->bytes = bytes;
	index->size = (gsize)st.st_size;
	return true;
}

FeedIndex *feed_index_open(int fd, GError **error)
{
	g_autoptr(FeedIndex) index = g_new0(FeedIndex, 1);
	if (!map(index, fd, error) || !read_header(index, error) || !check_table(index, error))
		return NULL;
	return g_steal_pointer(&index);
}

void feed_index_free(FeedIndex *index)
{
	if (!index)
		return;
	if (index->bytes)
		munmap((void *)(guintptr)index->bytes, index->size);
	g_free(index);
}

const FeedIndexFacts *feed_index_facts(const FeedIndex *index)
{
	return &index->facts;
}

GPtrArray *feed_index_notes(const FeedIndex *index)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *text = g_strndup((const char *)index->notes, index->notes_len);
	g_auto(GStrv) parts = g_strsplit(text, "\n", -1);
	for (char **part = parts; *part; part++)
		if (**part)
			g_ptr_array_add(lines, g_strdup(*part));
	return lines;
}

GBytes *feed_index_bytes(const FeedIndex *index)
{
	return g_bytes_new_static(index->bytes, index->size);
}

int feed_index_find(const FeedIndex *index, const char *id)
{
	guint8 key[DIGEST_SIZE];
	digest_of(id, strlen(id), key);
	return feed_index_find_key(index, key);
}

const guint8 *feed_index_key(const FeedIndex *index, guint i)
{
	return entry_at(index, i) + ENTRY_KEY;
}

int feed_index_find_key(const FeedIndex *index, const guint8 *key)
{
	guint low = 0, high = index->facts.count;
	while (low < high) {
		guint middle = low + (high - low) / 2;
		int order = memcmp(key, entry_at(index, middle) + ENTRY_KEY, DIGEST_SIZE);
		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

gint64 feed_index_valid_until(const FeedIndex *index, guint i)
{
	return (gint64)feed_index_get64(entry_at(index, i) + ENTRY_VALID_UNTIL);
}

bool feed_index_is_example(const FeedIndex *index, guint i)
{
	return feed_index_get32(entry_at(index, i) + ENTRY_FLAGS) & ENTRY_FLAG_EXAMPLE;
}

guint feed_index_kind(const FeedIndex *index, guint i)
{
	return feed_index_get32(entry_at(index, i) + ENTRY_FLAGS) / 2;
}

void feed_index_asked(const FeedIndex *index, guint i, Asked *asked)
{
	gsize length;
	const char *text = asks_at(index, i, &length);
	bool good = asked_from_text(asked, text, length);
	/* It was when the index was opened, and only who owns the file could have changed it. */
	g_assert(good);
}

GBytes *feed_index_blob(const FeedIndex *index, guint i, GError **error)
{
	const guint8 *entry = entry_at(index, i);
	gsize length = feed_index_get32(entry + ENTRY_LENGTH);
	/* Copied first: what was checked is what is used, also where the file is written to. */
	g_autoptr(GBytes) blob =
		g_bytes_new(index->bytes + feed_index_get64(entry + ENTRY_OFFSET), length);
	if (!is_digest(g_bytes_get_data(blob, NULL), length, entry + ENTRY_DIGEST)) {
		damaged(error, "a service in it");
		return NULL;
	}
	return g_steal_pointer(&blob);
}
