/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as the index of a feed, and the same with digests that are right: whatever is opened
 * can be searched and read to its end without a step outside. */
#include "metadata/feed-index.h"
#include "tests/fuzz/target.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void walk(const FeedIndex *index)
{
	guint count = feed_index_facts(index)->count, bad = 0;
	g_autoptr(Asked) asked = asked_new();
	for (guint i = 0; i < count; i++) {
		g_autoptr(GBytes) blob = feed_index_blob(index, i, NULL);
		g_assert_cmpint(feed_index_valid_until(index, i), >, 0);
		feed_index_is_example(index, i);
		g_assert_cmpuint(feed_index_kind(index, i), <, count);
		feed_index_asked(index, i, asked);
		g_assert_true(*asked->id && g_utf8_validate(asked->id, -1, NULL));
		for (guint j = 0; j < asked->categories->len; j++)
			g_assert_true(g_utf8_validate(asked->categories->pdata[j], -1, NULL));
		for (guint j = 0; j < asked->wishes->len; j++)
			g_assert_true(*g_array_index(asked->wishes, AskedWish, j).name);
		bad += !blob;
		g_assert_true(!blob || g_bytes_get_size(blob) > 0);
	}
	g_assert_cmpint(feed_index_find(index, "https://sp.example"), <, (int)count);
	if (bad)
		fuzz_verdict("refused %u of %u", bad, count);
	else
		fuzz_verdict("taken %u", count);
	g_autoptr(GPtrArray) notes = feed_index_notes(index);
	for (guint i = 0; i < notes->len; i++)
		g_assert_true(g_utf8_validate(notes->pdata[i], -1, NULL));
}

static void try_open(const uint8_t *data, size_t size)
{
	int fd = memfd_create("index", 0);
	g_assert_cmpint(write(fd, data, size), ==, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(FeedIndex) index = feed_index_open(fd, &error);
	close(fd);
	if (index)
		walk(index);
	else
		fuzz_verdict("refused: %s", error->message);
}

static void mend(uint8_t *data, size_t size)
{
	guint64 table;
	memcpy(&table, data + 24, sizeof table);
	table = GUINT64_FROM_LE(table);
	if (table <= size)
		digest_of(data + table, size - table, data + FEED_INDEX_TABLE_DIGEST);
	digest_of(data, FEED_INDEX_HEADER_DIGEST, data + FEED_INDEX_HEADER_DIGEST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_open(data, size);
	if (size >= FEED_INDEX_HEADER) {
		g_autofree uint8_t *copy = g_memdup2(data, size);
		mend(copy, size);
		try_open(copy, size);
	}
	return 0;
}
