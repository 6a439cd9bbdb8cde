/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store on a disk that fails (tests/lib/vfs.h): whatever happens, at whichever operation, what
 * was acknowledged is there and what was not is not reported so; nothing is half there; and the
 * same store serves on when the disk does.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "idp/limits.h"
#include "idp/store/backend.h"
#include "idp/store/writer.h"
#include "tests/lib/vfs.h"

#define NOW   G_GINT64_CONSTANT(1800000000)
#define LATER (NOW + 100000)

typedef struct {
	char *folder, *place;
	Store *store;
} Disk;

static void disk_open(Disk *disk)
{
	g_autoptr(GError) error = NULL;

	disk->store = store_open(store_sqlite, disk->place, &error);
	g_assert_no_error(error);
}

static Disk disk_new(void)
{
	Disk disk = {.folder = g_dir_make_tmp("portvakt-disk-XXXXXX", NULL)};

	vfs_set(&VFS_NO_FAULTS);
	disk.place = g_build_filename(disk.folder, "store.db", NULL);
	disk_open(&disk);
	return disk;
}

static void disk_clear(Disk *disk)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

	vfs_set(&VFS_NO_FAULTS);
	store_close(disk->store);
	for (unsigned i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *path = g_strconcat(disk->place, suffixes[i], NULL);

		g_remove(path);
	}
	g_assert_cmpint(g_rmdir(disk->folder), ==, 0);
	g_free(disk->place);
	g_free(disk->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Disk, disk_clear)

/* ---- a login ---- */

static LedgerRow *row_of(const char *number, const char *person)
{
	static const char *const attributes[] = {"eduPersonPrincipalName", "mail", "givenName",
						 "eduPersonScopedAffiliation"};
	static const uint8_t bytes[SEAL_KEY_BYTES] = "an example key of 32 bytes or so";
	g_autoptr(LedgerKey) key = ledger_key_new(bytes, sizeof bytes, NULL);
	/* As long as ours: "_" and 32 digits of base 16. */
	g_autofree char *id = g_strdup_printf("_%032d%s", 0, number);
	LedgerRow *row = ledger_row_new(key, person, NOW, LATER);

	ledger_row_describe(row, LEDGER_ANSWERED, "saml2", "https://sp.example/", id,
			    "abcdefghijkl", "generation");
	for (unsigned i = 0; i < G_N_ELEMENTS(attributes); i++)
		ledger_row_add(row, key, person, attributes[i], number, "skola.policy", i + 1);
	return row;
}

/* What a login writes: a session of some 200 bytes, a spent ask, an entry of four values. */
static StoreCommit *login_commit(unsigned n, StoreDone done, gpointer data)
{
	g_autofree char *number = g_strdup_printf("%u", n);
	g_autofree char *person = g_strdup_printf("person %u", n % 2000);
	g_autofree char *value = g_strnfill(200, 'v');
	g_autoptr(GBytes) bytes = g_bytes_new(value, 200);
	g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
	StoreCommit *commit = store_commit_new(NOW, done, data);

	store_put_new(commit, STORE_SPENT_ASK, number, NULL, nothing, LATER);
	store_put_new(commit, STORE_SESSION, number, person, bytes, LATER);
	store_add_ledger(commit, row_of(number, person));
	return commit;
}

/* Logins first to first + n - 1, in one transaction; how it went for all of them. */
static StoreOutcome login(Disk *disk, unsigned first, unsigned n, GError **error)
{
	g_autoptr(GPtrArray) commits =
		g_ptr_array_new_with_free_func((GDestroyNotify)store_commit_free);
	g_autofree StoreResult *results = g_new0(StoreResult, n);

	for (unsigned i = 0; i < n; i++)
		g_ptr_array_add(commits, login_commit(first + i, NULL, NULL));
	store_apply(disk->store, (StoreCommit *const *)commits->pdata, n, results, error);
	for (unsigned i = 1; i < n; i++)
		g_assert_cmpint(results[i].outcome, ==, results[0].outcome);
	return results[0].outcome;
}

/* How much of a login is there: 3 all, 0 nothing. */
static unsigned parts_there(StoreReader *reader, unsigned n)
{
	g_autofree char *number = g_strdup_printf("%u", n);
	g_autofree char *id = g_strdup_printf("_%032d%u", 0, n);
	const LedgerFilter filter = {.response_id = id, .limit = 2};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rows = ledger_read(reader, &filter, &error);
	unsigned there;

	g_assert_no_error(error);
	there = rows->len;
	if (there > 0)
		g_assert_cmpuint(((LedgerRow *)rows->pdata[0])->values->len, ==, 4);
	there += store_get(reader, STORE_SESSION, number, NOW, NULL, NULL, NULL) == STORE_OK;
	there += store_get(reader, STORE_SPENT_ASK, number, NOW, NULL, NULL, NULL) == STORE_OK;
	return there;
}

/* Opened anew, which checks all of it, it has those that were acknowledged, and of the others
 * each whole or not at all. */
static void assert_there(Disk *disk, const bool *acknowledged, unsigned n, unsigned each)
{
	g_autoptr(StoreReader) reader = NULL;

	vfs_set(&VFS_NO_FAULTS);
	g_clear_pointer(&disk->store, store_close);
	disk_open(disk);
	reader = store_reader_open(store_sqlite, disk->place, NULL);
	for (unsigned i = 0; i < n; i++) {
		unsigned first = parts_there(reader, i * each);

		g_assert_true(first == 3 || (first == 0 && !acknowledged[i]));
		for (unsigned k = 1; k < each; k++)
			g_assert_cmpuint(parts_there(reader, i * each + k), ==, first);
	}
}

/* ---- at every operation ---- */

#define EACH 3

typedef struct {
	const char *name;
	VfsFaults faults;
	bool passes; /* once full is not full: it is tried again */
} Case;

static const Case operations[] = {
	{"/disk/eio-on-write", {.fail = VFS_WRITE}},
	{"/disk/eio-on-write-and-after", {.fail = VFS_WRITE, .onward = true}},
	{"/disk/short-write", {.fail = VFS_WRITE, .how = VFS_SHORT}},
	{"/disk/short-writes", {.fail = VFS_WRITE, .how = VFS_SHORT, .onward = true}},
	{"/disk/eio-on-sync", {.fail = VFS_SYNC}},
	{"/disk/eio-on-sync-and-after", {.fail = VFS_SYNC, .onward = true}},
	{"/disk/full-on-write", {.fail = VFS_WRITE, .how = VFS_FULL}, .passes = true},
	{"/disk/full-from-a-write-on", {.fail = VFS_WRITE, .how = VFS_FULL, .onward = true}},
	{"/disk/anything", {.fail = VFS_WRITE | VFS_SYNC | VFS_TRUNCATE, .onward = true}},
};

/* Transactions while the k-th operation fails, k = 1, 2, ... until a transaction, and the copying
 * of the log at its end, has no k-th. */
static void fails_at_every_operation(gconstpointer data)
{
	const Case *each = data;
	g_auto(Disk) disk = disk_new();
	bool acknowledged[200] = {false};
	unsigned n = 0, failed = 0;

	for (unsigned at = 1; at < 60; at++) {
		VfsFaults faults = each->faults;

		faults.at = at;
		vfs_set(&faults);
		acknowledged[n] = login(&disk, n * EACH, EACH, NULL) == STORE_OK;
		/* One that fails after this is told so in the checkpoint, which may fail. */
		failed += !acknowledged[n];
		g_assert_true(acknowledged[n] || vfs_counts().failed > 0);
		n++;
		vfs_set(&VFS_NO_FAULTS);
		acknowledged[n] = login(&disk, n * EACH, EACH, NULL) == STORE_OK;
		g_assert_true(acknowledged[n]);
		n++;
	}
	g_test_message("%u of %u transactions failed", failed, n);
	g_assert_cmpint(failed > 0, ==, !each->passes);
	assert_there(&disk, acknowledged, n, EACH);
}

/* The log is copied into the file by a disk that fails at every k-th operation of it. */
static void fails_while_the_log_is_copied(void)
{
	g_auto(Disk) disk = disk_new();
	bool acknowledged[60];
	unsigned n = 0;

	for (; n < G_N_ELEMENTS(acknowledged); n++) {
		VfsFaults faults = {.fail = VFS_WRITE | VFS_SYNC | VFS_TRUNCATE, .at = 1 + 9 * n};

		/* Some hundred pages, so that it is copied now and then. */
		vfs_set(&faults);
		acknowledged[n] = login(&disk, n * 40, 40, NULL) == STORE_OK;
	}
	assert_there(&disk, acknowledged, n, 40);
}

/* The reserve is drawn on at a disk that fails as well as being full. */
static void fails_while_the_reserve_is_drawn_on(void)
{
	const uint64_t reserve = 8 * 1024 * 1024;
	g_auto(Disk) disk = disk_new();
	bool acknowledged[30];
	uint64_t left = 0;
	unsigned n = 0;

	while (left < reserve)
		g_assert_true(store_reserve(disk.store, reserve, &left, NULL));
	for (; n < G_N_ELEMENTS(acknowledged); n++) {
		VfsFaults faults = {.at = 1 + 17 * n, .limited = true};

		/* One that fails, one that does not and takes room. */
		if (n % 2 == 0)
			faults.fail = VFS_WRITE | VFS_SYNC | VFS_TRUNCATE;
		vfs_set(&faults);
		acknowledged[n] = login(&disk, n * 300, 300, NULL) == STORE_OK;
	}
	assert_there(&disk, acknowledged, n, 300);
	g_assert_cmpuint(store_reserve_left(disk.store), <, reserve);
}

/* ---- a disk that comes back ---- */

static void serves_on_when_the_disk_does(void)
{
	g_auto(Disk) disk = disk_new();
	g_autoptr(GError) error = NULL;
	VfsFaults faults = {.fail = VFS_ALL};

	g_assert_cmpint(login(&disk, 0, 1, NULL), ==, STORE_OK);
	vfs_set(&faults);
	for (unsigned i = 0; i < 5; i++) {
		g_clear_error(&error);
		g_assert_cmpint(login(&disk, 1, 1, &error), ==, STORE_FAULT);
		g_test_message("%s", error->message);
		g_assert_error(error, STORE_ERROR, STORE_ERROR_IO);
	}
	vfs_set(&VFS_NO_FAULTS);
	/* It is opened anew once a second, not by each who asks. */
	g_assert_cmpint(login(&disk, 1, 1, NULL), ==, STORE_FAULT);
	g_usleep(1100 * 1000);
	g_assert_cmpint(login(&disk, 1, 1, NULL), ==, STORE_OK);
	assert_there(&disk, (const bool[]){true, true}, 2, 1);
}

static void never_serves_from_another_file(void)
{
	g_auto(Disk) disk = disk_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *away = g_strconcat(disk.place, ".lock", NULL);
	VfsFaults faults = {.fail = VFS_SYNC};

	vfs_set(&faults);
	g_assert_cmpint(login(&disk, 1, 1, NULL), ==, STORE_FAULT);
	vfs_set(&VFS_NO_FAULTS);
	g_assert_cmpint(g_rename(disk.place, away), ==, 0);
	g_assert_cmpint(login(&disk, 1, 1, &error), ==, STORE_FAULT);
	g_test_message("%s", error->message);
	g_assert_false(g_file_test(disk.place, G_FILE_TEST_EXISTS));
	g_assert_cmpint(g_rename(away, disk.place), ==, 0);
	g_usleep(1100 * 1000);
	g_assert_cmpint(login(&disk, 1, 1, NULL), ==, STORE_OK);
}

/* ---- a full disk ---- */

#define LOGINS 10000

static struct {
	unsigned good, other, low, last, whole; /* the writer's thread's */
	uint64_t left_at_low, left_at_last;
} seen;

static void told(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	seen.good += result->outcome == STORE_OK;
	seen.other += result->outcome != STORE_OK && result->outcome != STORE_FAULT;
}

static void reserve_changed(const WriterReserve *reserve, gpointer data)
{
	seen.low += reserve->level == RESERVE_LOW;
	seen.last += reserve->level == RESERVE_LAST;
	seen.whole += reserve->level == RESERVE_GOOD;
	if (reserve->level == RESERVE_LOW)
		seen.left_at_low = reserve->left * 100 / reserve->meant;
	if (reserve->level == RESERVE_LAST)
		seen.left_at_last = reserve->left * 100 / reserve->meant;
}

static void wait_until(Writer *writer, bool (*is)(WriterStats stats))
{
	for (unsigned i = 0; i < 3000 && !is(writer_stats(writer)); i++)
		g_usleep(20000);
	g_assert_true(is(writer_stats(writer)));
}

static bool is_filled(WriterStats stats)
{
	return stats.reserve.level == RESERVE_GOOD && stats.reserve.left == stats.reserve.meant;
}

static void push(Writer *writer, unsigned first, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		StoreCommit *commit = login_commit(first + i, told, NULL);

		while (!writer_push(writer, &commit))
			g_usleep(1000);
	}
}

/* All that were pushed have been told, in order: the last of them has. */
static WriterStats settle(Writer *writer, unsigned pushed)
{
	WriterStats stats = writer_stats(writer);

	for (unsigned i = 0; i < 3000; i++, stats = writer_stats(writer)) {
		if (stats.commits + stats.faults + stats.refused >= pushed)
			break;
		g_usleep(20000);
	}
	g_assert_cmpuint(stats.commits + stats.faults + stats.refused, ==, pushed);
	return stats;
}

static void ten_thousand_logins_on_the_reserve(void)
{
	g_auto(Disk) disk = disk_new();
	const WriterOptions options = {
		.reserve = LIMIT_STORE_RESERVE,
		.reserve_pause_ms = 1,
		.reserve_retry_ms = 50,
		.reserve_changed = reserve_changed,
	};
	Writer *writer = writer_start(g_steal_pointer(&disk.store), &options, NULL);
	VfsFaults full = {.limited = true};
	unsigned more = 0;
	WriterStats stats;

	memset(&seen, 0, sizeof seen);
	wait_until(writer, is_filled);
	g_test_message("the disk is full from now on");
	vfs_set(&full);
	push(writer, 0, LOGINS);
	stats = settle(writer, LOGINS);
	g_test_message("%u logins, %u%% of the reserve left", LOGINS,
		       (unsigned)(stats.reserve.left * 100 / stats.reserve.meant));
	g_assert_cmpuint(stats.commits, ==, LOGINS);
	while (stats.faults == 0 && more < 50 * 1000) {
		push(writer, LOGINS + more, 1000);
		more += 1000;
		stats = settle(writer, LOGINS + more);
	}
	g_test_message("%u logins on the reserve alone, then none", (unsigned)stats.commits);
	g_assert_cmpuint(stats.faults, >, 0);
	g_assert_cmpuint(stats.reserve.left, ==, 0);
	g_assert_cmpint(stats.reserve.level, ==, RESERVE_LAST);
	g_assert_cmpuint(seen.low, ==, 1);
	g_assert_cmpuint(seen.last, ==, 1);
	g_assert_cmpuint(seen.left_at_low, >, 5);
	g_assert_cmpuint(seen.left_at_low, <=, 20);
	g_assert_cmpuint(seen.left_at_last, <=, 5);

	g_test_message("there is room again");
	vfs_set(&VFS_NO_FAULTS);
	push(writer, LOGINS + more, 1);
	stats = settle(writer, LOGINS + more + 1);
	wait_until(writer, is_filled);
	g_assert_cmpuint(seen.whole, ==, 1);
	writer_stop(writer);
	g_assert_cmpuint(seen.good, ==, stats.commits);
	g_assert_cmpuint(seen.other, ==, 0);
	disk_open(&disk);

	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, disk.place, NULL);
	uint64_t sessions = 0;
	g_assert_true(store_count(reader, STORE_SESSION, &sessions, NULL));
	g_assert_cmpuint(sessions, ==, seen.good);
	for (unsigned i = 0; i < LOGINS; i += 97)
		g_assert_cmpuint(parts_there(reader, i), ==, 3);
	g_assert_cmpuint(parts_there(reader, LOGINS + more), ==, 3);
}

/* Stopped and started while the disk is full: the log has kept its place. */
static void a_full_disk_outlives_a_restart(void)
{
	g_auto(Disk) disk = disk_new();
	const WriterOptions options = {.reserve = 4 * 1024 * 1024, .reserve_pause_ms = 1};
	Writer *writer = writer_start(g_steal_pointer(&disk.store), &options, NULL);
	VfsFaults full = {.limited = true};

	wait_until(writer, is_filled);
	vfs_set(&full);
	writer_stop(writer);
	/* Others have taken whatever the stop has let go. */
	vfs_set(&full);
	disk_open(&disk);
	for (unsigned i = 0; i < 60; i++)
		g_assert_cmpint(login(&disk, i * 50, 50, NULL), ==, STORE_OK);
	g_assert_cmpuint(store_reserve_left(disk.store), <, 4 * 1024 * 1024);
}

/* ---- a slow disk ---- */

static gint wanted_count;

static bool is_wanted(gpointer data)
{
	return g_atomic_int_get(&wanted_count) > 0;
}

static void not_applied(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	g_assert_cmpint(result->outcome, ==, STORE_UNWANTED);
}

/* While one sync lasts, those who wait for the next go away. */
static void what_nobody_waits_for_is_not_written(void)
{
	g_auto(Disk) disk = disk_new();
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, disk.place, NULL);
	Writer *writer = writer_start(g_steal_pointer(&disk.store), NULL, NULL);
	VfsFaults slow = {.sync_ms = 500};
	WriterStats stats;

	g_atomic_int_set(&wanted_count, 1);
	vfs_set(&slow);
	push(writer, 0, 1);
	while (vfs_counts().syncs == 0)
		g_usleep(1000);
	for (unsigned i = 1; i < 4; i++) {
		StoreCommit *commit = login_commit(i, not_applied, NULL);

		store_commit_while(commit, is_wanted);
		g_assert_true(writer_push(writer, &commit));
	}
	g_atomic_int_set(&wanted_count, 0);
	stats = settle(writer, 4);
	g_assert_cmpuint(stats.commits, ==, 1);
	g_assert_cmpuint(stats.refused, ==, 3);
	vfs_set(&VFS_NO_FAULTS);
	writer_stop(writer);
	g_assert_cmpuint(parts_there(reader, 0), ==, 3);
	for (unsigned i = 1; i < 4; i++)
		g_assert_cmpuint(parts_there(reader, i), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	vfs_register();
	vfs_skip_syncs();
	for (unsigned i = 0; i < G_N_ELEMENTS(operations); i++)
		g_test_add_data_func(operations[i].name, &operations[i], fails_at_every_operation);
	g_test_add_func("/disk/fails-while-the-log-is-copied", fails_while_the_log_is_copied);
	g_test_add_func("/disk/fails-while-the-reserve-is-drawn-on",
			fails_while_the_reserve_is_drawn_on);
	g_test_add_func("/disk/serves-on-when-the-disk-does", serves_on_when_the_disk_does);
	g_test_add_func("/disk/never-serves-from-another-file", never_serves_from_another_file);
	g_test_add_func("/disk/ten-thousand-logins-on-the-reserve",
			ten_thousand_logins_on_the_reserve);
	g_test_add_func("/disk/a-full-disk-outlives-a-restart", a_full_disk_outlives_a_restart);
	g_test_add_func("/disk/what-nobody-waits-for-is-not-written",
			what_nobody_waits_for_is_not_written);
	return g_test_run();
}
