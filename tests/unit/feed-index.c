/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/feed-index.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNT 5

static GBytes *whole;

static int file_of(const void *bytes, gsize len)
{
	int fd = memfd_create("index", 0);
	g_assert_cmpint(write(fd, bytes, len), ==, len);
	return fd;
}

static FeedIndex *open_bytes(const void *bytes, gsize len, GError **error)
{
	int fd = file_of(bytes, len);
	FeedIndex *index = feed_index_open(fd, error);
	close(fd);
	return index;
}

static char *id_of(guint i)
{
	return g_strdup_printf("https://%u.example", i);
}

/* What number i asks for. */
static Asked *asked_for(guint i, const char *id)
{
	Asked *asked = asked_new();
	const AskedWish wishes[] = {{"urn:oid:2.5.4.4", true}, {"skostorlek å", false}};
	asked->id = id;
	if (i > 0)
		g_ptr_array_add(asked->categories, (gpointer)(guintptr) "u:cat");
	g_array_append_vals(asked->wishes, wishes, i % 3);
	return asked;
}

static void make(void)
{
	int fd = memfd_create("index", 0);
	g_autoptr(FeedIndexWriter) writer = feed_index_writer_new(fd);
	const FeedIndexFacts facts = {.valid_until = 1000, .refused = 2};
	for (guint i = 0; i < COUNT; i++) {
		g_autofree char *id = id_of(i);
		g_autofree char *text = g_strdup_printf("<entity number=\"%u\"/>", i);
		g_autoptr(GBytes) blob = g_bytes_new(text, strlen(text));
		const guint8 kind[DIGEST_SIZE] = {(guint8)(i / 2)};
		g_autoptr(Asked) asked = asked_for(i, id);
		g_assert_true(feed_index_writer_add(writer, asked, blob, 900 + i, kind, NULL));
	}
	feed_index_writer_note(writer, "a note");
	feed_index_writer_note(writer, "another");
	g_assert_true(feed_index_writer_end(writer, &facts, NULL));
	g_autoptr(FeedIndex) index = feed_index_open(fd, NULL);
	g_autoptr(GBytes) bytes = feed_index_bytes(index);
	gsize len;
	const void *data = g_bytes_get_data(bytes, &len);
	whole = g_bytes_new(data, len);
	close(fd);
}

static void test_round(void)
{
	gsize len;
	const void *data = g_bytes_get_data(whole, &len);
	g_autoptr(GError) error = NULL;
	g_autoptr(FeedIndex) index = open_bytes(data, len, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(feed_index_facts(index)->count, ==, COUNT);
	g_assert_cmpuint(feed_index_facts(index)->refused, ==, 2);
	guint examples = 0;
	g_autoptr(Asked) asked = asked_new();
	for (guint i = 0; i < COUNT; i++) {
		g_autofree char *id = id_of(i);
		g_autofree char *text = g_strdup_printf("<entity number=\"%u\"/>", i);
		int at = feed_index_find(index, id);
		g_assert_cmpint(at, >=, 0);
		g_assert_cmpint(feed_index_valid_until(index, at), ==, 900 + i);
		g_autoptr(GBytes) blob = feed_index_blob(index, at, NULL);
		gsize size;
		const void *bytes = g_bytes_get_data(blob, &size);
		g_assert_true(size == strlen(text) && memcmp(bytes, text, size) == 0);
		examples += feed_index_is_example(index, at);
		g_assert_cmpuint(feed_index_kind(index, at), ==, i / 2);
		g_assert_cmpint(feed_index_find_key(index, feed_index_key(index, at)), ==, at);
		feed_index_asked(index, at, asked);
		g_assert_cmpstr(asked->id, ==, id);
		g_assert_cmpuint(asked->categories->len, ==, i > 0);
		g_assert_cmpuint(asked->wishes->len, ==, i % 3);
		for (guint j = 0; j < asked->wishes->len; j++)
			g_assert_true(g_array_index(asked->wishes, AskedWish, j).required ==
				      (j == 0));
	}
	g_assert_cmpuint(examples, ==, (COUNT + 1) / 2);
	g_assert_cmpint(feed_index_find(index, "https://5.example"), ==, -1);
	g_assert_cmpint(feed_index_find(index, ""), ==, -1);
	g_autoptr(GPtrArray) notes = feed_index_notes(index);
	g_assert_cmpuint(notes->len, ==, 2);
	g_assert_cmpstr(notes->pdata[1], ==, "another");
}

/* No byte can be another without being noticed: by the open, or by who asks for that service. */
static void test_every_byte(void)
{
	gsize len;
	const guint8 *data = g_bytes_get_data(whole, &len);
	g_autofree guint8 *copy = g_memdup2(data, len);
	for (gsize at = 0; at < len; at++) {
		copy[at] ^= 0x10;
		g_autoptr(FeedIndex) index = open_bytes(copy, len, NULL);
		guint bad = 0;
		for (guint i = 0; index && i < COUNT; i++) {
			g_autoptr(GBytes) blob = feed_index_blob(index, i, NULL);
			bad += !blob;
		}
		if (index && bad != 1)
			g_error("a changed byte at %zu of %zu is not noticed", at, len);
		copy[at] = data[at];
	}
}

static void test_length(void)
{
	gsize len;
	const guint8 *data = g_bytes_get_data(whole, &len);
	g_autofree guint8 *more = g_malloc0(len + 1);
	memcpy(more, data, len);
	for (gsize i = 0; i < len; i++)
		g_assert_null(open_bytes(data, i, NULL));
	g_assert_null(open_bytes(more, len + 1, NULL));
}

/* Whoever made the file meant harm, and knows how to digest. */
static FeedIndex *open_mended(const guint8 *bytes, gsize len)
{
	g_autofree guint8 *copy = g_memdup2(bytes, len);
	guint64 table;
	memcpy(&table, copy + 24, sizeof table);
	table = GUINT64_FROM_LE(table);
	if (table <= len)
		digest_of(copy + table, len - table, copy + FEED_INDEX_TABLE_DIGEST);
	digest_of(copy, FEED_INDEX_HEADER_DIGEST, copy + FEED_INDEX_HEADER_DIGEST);
	return open_bytes(copy, len, NULL);
}

static void test_hostile(void)
{
	gsize len;
	const guint8 *data = g_bytes_get_data(whole, &len);
	guint64 table;
	memcpy(&table, data + 24, sizeof table);
	gsize entry = GUINT64_FROM_LE(table);
	const struct {
		const char *name;
		gsize at, size;
		guint64 value;
		bool taken;
	} cases[] = {
		{"as it is", 40, 4, 7, true},
		{"another size", 8, 8, 1, false},
		{"no time", 16, 8, 0, false},
		{"a time before all", 16, 8, (guint64)-1, false},
		{"a time before its services'", 16, 8, 901, false},
		{"a table in the header", 24, 8, 8, false},
		{"a table past the end", 24, 8, len + 1, false},
		{"a table far away", 24, 8, G_MAXUINT64, false},
		{"too many", 32, 4, COUNT + 1, false},
		{"too few", 32, 4, COUNT - 1, false},
		{"more than any", 32, 4, G_MAXUINT32, false},
		{"notes past the end", 48, 4, 4096, false},
		{"more notes than any", 48, 4, G_MAXUINT32, false},
		{"asks past the end", 52, 4, G_MAXUINT32, false},
		{"asks of another length", 52, 4, 1, false},
		{"a blob in the header", entry + 64, 8, 0, false},
		{"a blob in the table", entry + 64, 8, entry, false},
		{"a blob past the end", entry + 64, 8, len, false},
		{"a blob far away", entry + 64, 8, G_MAXUINT64 - 4, false},
		{"a blob of nothing", entry + 72, 4, 0, false},
		{"a blob too long", entry + 72, 4, 100000, false},
		{"a blob longer than any", entry + 72, 4, G_MAXUINT32, false},
		{"a kind past all", entry + 76, 4, COUNT * 2, false},
		{"a service's time before all", entry + 80, 8, G_MAXUINT64, false},
		{"a service's time past the feed's", entry + 80, 8, 1001, false},
		{"asks that begin elsewhere", entry + 88, 4, 1, false},
		{"asks far away", entry + 88, 4, G_MAXUINT32, false},
		{"asks of no length", entry + 92, 4, 0, false},
		{"asks without an end", entry + 92, 4, 5, false},
		{"keys out of order", entry, 8, G_MAXUINT64, false},
		{"notes that are no text", len - 2, 1, 0xff, false},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree guint8 *copy = g_memdup2(data, len);
		guint64 value = GUINT64_TO_LE(cases[i].value);
		memcpy(copy + cases[i].at, &value, cases[i].size);
		g_autoptr(FeedIndex) index = open_mended(copy, len);
		if ((index != NULL) != cases[i].taken)
			g_error("%s: %s", cases[i].name, index ? "taken" : "refused");
	}
	/* one key twice: which of the two would be found? */
	g_autofree guint8 *copy = g_memdup2(data, len);
	memcpy(copy + entry, copy + entry + FEED_INDEX_ENTRY, DIGEST_SIZE);
	g_assert_null(open_mended(copy, len));
}

static void test_limits(void)
{
	int fd = memfd_create("index", 0);
	g_autoptr(FeedIndexWriter) writer = feed_index_writer_new(fd);
	const FeedIndexFacts facts = {.valid_until = 1};
	g_autofree char *long_line = g_strnfill(FEED_INDEX_NOTES_MAX, 'x');
	feed_index_writer_note(writer, "short");
	feed_index_writer_note(writer, long_line);
	g_assert_true(feed_index_writer_end(writer, &facts, NULL));
	g_autoptr(FeedIndex) index = feed_index_open(fd, NULL);
	g_autoptr(GPtrArray) notes = feed_index_notes(index);
	g_assert_cmpuint(notes->len, ==, 1);
	g_assert_cmpint(feed_index_find(index, "x"), ==, -1);
	close(fd);
}

/* What could not be written is not there, not there in part. */
static void test_full(void)
{
	int fd = memfd_create("index", MFD_ALLOW_SEALING);
	g_autoptr(FeedIndexWriter) writer = feed_index_writer_new(fd);
	const FeedIndexFacts facts = {.valid_until = 1};
	g_autoptr(GError) error = NULL;
	g_assert_cmpint(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), ==, 0);
	g_assert_false(feed_index_writer_end(writer, &facts, &error));
	g_assert_error(error, METADATA_ERROR, METADATA_ERROR_IO);
	g_assert_null(feed_index_open(fd, NULL));
	close(fd);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	make();
	g_test_add_func("/feed-index/round", test_round);
	g_test_add_func("/feed-index/every-byte", test_every_byte);
	g_test_add_func("/feed-index/length", test_length);
	g_test_add_func("/feed-index/hostile", test_hostile);
	g_test_add_func("/feed-index/limits", test_limits);
	g_test_add_func("/feed-index/full", test_full);
	int result = g_test_run();
	g_bytes_unref(whole);
	return result;
}
