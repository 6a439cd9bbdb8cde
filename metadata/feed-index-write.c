/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "metadata/feed-index-layout.h"

#define BLOCK 1048576 /* bytes gathered before a write */

struct FeedIndexWriter {
	int fd;
	guint64 at;        /* where the next byte goes, those in `block` counted */
	GByteArray *block; /* not written yet */
	GByteArray *table; /* entries, in the order they came */
	GByteArray *asks;  /* likewise */
	GByteArray *notes; /* text */
	GHashTable *kinds; /* GBytes -> guint: their numbers */
};

FeedIndexWriter *feed_index_writer_new(int fd)
{
	static const guint8 nothing[FEED_INDEX_HEADER];
	FeedIndexWriter *writer = g_new0(FeedIndexWriter, 1);
	writer->fd = fd;
	writer->at = FEED_INDEX_HEADER;
	writer->block = g_byte_array_append(g_byte_array_new(), nothing, sizeof nothing);
	writer->table = g_byte_array_new();
	writer->asks = g_byte_array_new();
	writer->notes = g_byte_array_new();
	writer->kinds = g_hash_table_new_full(g_bytes_hash, g_bytes_equal,
					      (GDestroyNotify)g_bytes_unref, NULL);
	return writer;
}

void feed_index_writer_free(FeedIndexWriter *writer)
{
	if (!writer)
		return;
	g_byte_array_unref(writer->block);
	g_byte_array_unref(writer->table);
	g_byte_array_unref(writer->asks);
	g_byte_array_unref(writer->notes);
	g_hash_table_unref(writer->kinds);
	g_free(writer);
}

static bool flush(FeedIndexWriter *writer, GError **error)
{
	for (gsize done = 0; done < writer->block->len;) {
		ssize_t n =
			write(writer->fd, writer->block->data + done, writer->block->len - done);
		if (n < 0 && errno != EINTR)
			return metadata_refuse(error, METADATA_ERROR_IO,
					       "the index cannot be written: %s",
					       g_strerror(errno));
		done += n > 0 ? (gsize)n : 0;
	}
	g_byte_array_set_size(writer->block, 0);
	return true;
}

static bool append(FeedIndexWriter *writer, const void *bytes, gsize len, GError **error)
{
	if (writer->at + len > FEED_INDEX_BYTES_MAX)
		return metadata_refuse(error, METADATA_ERROR_LIMIT,
				       "the index would be larger than %d bytes",
				       FEED_INDEX_BYTES_MAX);
	writer->at += len;
	g_byte_array_append(writer->block, bytes, (guint)len);
	return writer->block->len < BLOCK || flush(writer, error);
}

/* The aggregate says each of them at greater length, so that what fits it fits here; but this
 * stands in memory until the end. */
static bool add_asks(FeedIndexWriter *writer, const Asked *asked, guint8 *entry, GError **error)
{
	guint at = writer->asks->len;
	asked_to_text(asked, writer->asks);
	feed_index_put32(entry + ENTRY_ASKS, at);
	feed_index_put32(entry + ENTRY_ASKS_LEN, writer->asks->len - at);
	return writer->asks->len <= FEED_INDEX_BYTES_MAX ||
	       metadata_refuse(error, METADATA_ERROR_LIMIT,
			       "what its services ask for takes more than %d bytes",
			       FEED_INDEX_BYTES_MAX);
}

bool feed_index_writer_add(FeedIndexWriter *writer, const Asked *asked, GBytes *blob,
			   gint64 valid_until, const guint8 kind[DIGEST_SIZE], GError **error)
{
	guint8 entry[FEED_INDEX_ENTRY] = {0};
	gsize len;
	const void *data = g_bytes_get_data(blob, &len);
	guint number = g_hash_table_size(writer->kinds);
	g_autoptr(GBytes) name = g_bytes_new(kind, DIGEST_SIZE);
	gpointer known;
	bool first = !g_hash_table_lookup_extended(writer->kinds, name, NULL, &known);
	if (first)
		g_hash_table_insert(writer->kinds, g_bytes_ref(name), GUINT_TO_POINTER(number));
	else
		number = GPOINTER_TO_UINT(known);
	if (writer->table->len / FEED_INDEX_ENTRY == FEED_INDEX_COUNT_MAX)
		return metadata_refuse(error, METADATA_ERROR_LIMIT, "more than %d services",
				       FEED_INDEX_COUNT_MAX);
	if (!add_asks(writer, asked, entry, error))
		return false;
	digest_of(asked->id, strlen(asked->id), entry + ENTRY_KEY);
	digest_of(data, len, entry + ENTRY_DIGEST);
	feed_index_put64(entry + ENTRY_OFFSET, writer->at);
	feed_index_put32(entry + ENTRY_LENGTH, (guint32)len);
	feed_index_put32(entry + ENTRY_FLAGS, number * 2 | (first ? ENTRY_FLAG_EXAMPLE : 0));
	feed_index_put64(entry + ENTRY_VALID_UNTIL, (guint64)valid_until);
	g_byte_array_append(writer->table, entry, sizeof entry);
	return append(writer, data, len, error);
}

void feed_index_writer_note(FeedIndexWriter *writer, const char *line)
{
	gsize len = strlen(line);
	if (writer->notes->len + len + 1 > FEED_INDEX_NOTES_MAX)
		return;
	g_byte_array_append(writer->notes, (const guint8 *)line, (guint)len);
	g_byte_array_append(writer->notes, (const guint8 *)"\n", 1);
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_SIZE);
}

static void fill_header(const FeedIndexWriter *writer, const FeedIndexFacts *facts, guint64 table,
			guint8 header[FEED_INDEX_HEADER])
{
	memcpy(header + AT_MAGIC, FEED_INDEX_MAGIC, FEED_INDEX_MAGIC_SIZE);
	feed_index_put64(header + AT_SIZE, writer->at);
	feed_index_put64(header + AT_VALID_UNTIL, (guint64)facts->valid_until);
	feed_index_put64(header + AT_TABLE, table);
	feed_index_put32(header + AT_COUNT, writer->table->len / FEED_INDEX_ENTRY);
	feed_index_put32(header + AT_REFUSED, facts->refused);
	feed_index_put32(header + AT_DUPLICATES, facts->duplicates);
	feed_index_put32(header + AT_OTHERS, facts->others);
	feed_index_put32(header + AT_NOTES_LEN, writer->notes->len);
	feed_index_put32(header + AT_ASKS_LEN, writer->asks->len);
	memcpy(header + AT_AGGREGATE, facts->aggregate, DIGEST_SIZE);
	memcpy(header + AT_CERTIFICATE, facts->certificate, DIGEST_SIZE);
	Digest *digest = digest_new();
	digest_add(digest, writer->table->data, writer->table->len);
	digest_add(digest, writer->asks->data, writer->asks->len);
	digest_add(digest, writer->notes->data, writer->notes->len);
	digest_end(digest, header + AT_TABLE_DIGEST);
	digest_of(header, AT_HEADER_DIGEST, header + AT_HEADER_DIGEST);
}

bool feed_index_writer_end(FeedIndexWriter *writer, const FeedIndexFacts *facts, GError **error)
{
	guint8 header[FEED_INDEX_HEADER] = {0};
	guint64 table = writer->at;
	if (writer->table->len > 0)
		qsort(writer->table->data, writer->table->len / FEED_INDEX_ENTRY, FEED_INDEX_ENTRY,
		      by_key);
	if (!append(writer, writer->table->data, writer->table->len, error) ||
	    !append(writer, writer->asks->data, writer->asks->len, error) ||
	    !append(writer, writer->notes->data, writer->notes->len, error) ||
	    !flush(writer, error))
		return false;
	fill_header(writer, facts, table, header);
	/* Last, so that a file that was left half-way is none. */
	if (pwrite(writer->fd, header, sizeof header, 0) != (ssize_t)sizeof header)
		return metadata_refuse(error, METADATA_ERROR_IO, "the index cannot be written: %s",
				       g_strerror(errno));
	return true;
}
