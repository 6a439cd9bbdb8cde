/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/store-conformance.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "idp/store/schema/schema.h"

static char *place_new(void)
{
	g_autofree char *folder = g_dir_make_tmp("portvakt-store-XXXXXX", NULL);

	g_assert_nonnull(folder);
	return g_build_filename(folder, "store.db", NULL);
}

static void place_remove(char *place)
{
	g_autofree char *folder = g_path_get_dirname(place);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_remove(path) != 0)
			g_rmdir(path);
	}
	g_clear_pointer(&dir, g_dir_close);
	g_rmdir(folder);
	g_free(place);
}

/* Like a test's place, gone at the end of the scope. */
typedef char Place;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Place, place_remove)

static char *beside(const char *place, const char *suffix)
{
	return g_strconcat(place, suffix, NULL);
}

static void make_store(const char *place)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = store_open(store_sqlite, place, &error);

	g_assert_no_error(error);
	g_assert_cmpint(conformance_put(store, STORE_SESSION, "a", "x", NOW + 10), ==, STORE_OK);
}

/* ---- what is made ---- */

static unsigned mode_of(const char *place, const char *suffix)
{
	g_autofree char *path = beside(place, suffix);
	GStatBuf st;

	g_assert_cmpint(g_lstat(path, &st), ==, 0);
	return st.st_mode & 07777;
}

static void files_are_ours_alone(void)
{
	g_autoptr(Place) place = place_new();
	mode_t mask = umask(0);
	g_autoptr(Store) store = store_open(store_sqlite, place, NULL);

	conformance_put(store, STORE_SESSION, "a", "x", NOW + 10);
	umask(mask);
	g_assert_cmpuint(mode_of(place, ""), ==, 0600);
	g_assert_cmpuint(mode_of(place, "-wal"), ==, 0600);
	g_assert_cmpuint(mode_of(place, "-shm"), ==, 0600);
	g_assert_cmpuint(mode_of(place, ".lock"), ==, 0600);
}

static void a_half_made_store_is_made_anew(void)
{
	g_autoptr(Place) place = place_new();
	g_autofree char *draft = beside(place, ".new");
	g_autofree char *journal = beside(place, ".new-journal");

	g_assert_true(g_file_set_contents(draft, "half", -1, NULL));
	g_assert_true(g_file_set_contents(journal, "half", -1, NULL));
	make_store(place);
	g_assert_false(g_file_test(draft, G_FILE_TEST_EXISTS));
	g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
}

static void a_name_is_never_an_address(void)
{
	g_autoptr(Place) place = place_new();
	g_autofree char *folder = g_path_get_dirname(place);
	g_autofree char *odd = g_build_filename(folder, "file:x?mode=memory", NULL);
	g_autofree char *before = g_get_current_dir();

	g_assert_cmpint(g_chdir(folder), ==, 0);
	make_store("file:x?mode=memory");
	g_assert_cmpint(g_chdir(before), ==, 0);
	g_assert_true(g_file_test(odd, G_FILE_TEST_IS_REGULAR));
}

/* ---- what is refused ---- */

/* What somebody does with the sqlite3 command. */
static void sql(const char *place, const char *commands)
{
	sqlite3 *db;

	g_assert_cmpint(sqlite3_open(place, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, commands, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static void overwrite(const char *place, gsize at, const char *with, gsize length)
{
	g_autofree char *bytes = NULL;
	gsize size;

	g_assert_true(g_file_get_contents(place, &bytes, &size, NULL));
	g_assert_cmpuint(at + length, <=, size);
	memcpy(bytes + at, with, length);
	g_assert_true(g_file_set_contents_full(place, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE,
					       0600, NULL));
}

static void write_file(const char *place, const char *text)
{
	g_assert_true(
		g_file_set_contents_full(place, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void is_text(const char *place)
{
	write_file(place, "This is somebody's diary, and longer than a hundred bytes so that it "
			  "could be a database, which it is not. Dear diary, today\n");
}

static void is_short_text(const char *place)
{
	write_file(place, "x");
}

static void is_empty(const char *place)
{
	write_file(place, "");
}

static void is_folder(const char *place)
{
	g_assert_cmpint(g_mkdir(place, 0700), ==, 0);
}

static void is_link(const char *place)
{
	g_autofree char *other = beside(place, ".other");

	make_store(other);
	g_assert_cmpint(symlink(other, place), ==, 0);
}

static void is_dangling_link(const char *place)
{
	g_assert_cmpint(symlink("/nonexistent/store", place), ==, 0);
}

static void is_another_programs(const char *place)
{
	sql(place, "CREATE TABLE precious (x); INSERT INTO precious VALUES (1);"
		   "PRAGMA journal_mode=WAL");
	g_chmod(place, 0600);
}

static void is_newer(const char *place)
{
	g_autofree char *pragma = g_strdup_printf("PRAGMA user_version=%d", schema_version + 1);

	make_store(place);
	sql(place, pragma);
}

static void has_no_version(const char *place)
{
	make_store(place);
	sql(place, "PRAGMA user_version=0");
}

static void lacks_a_table(const char *place)
{
	make_store(place);
	sql(place, "DROP TABLE spent_ask");
}

static void has_a_damaged_page(const char *place)
{
	char junk[4096];

	make_store(place);
	memset(junk, 0xa5, sizeof(junk));
	overwrite(place, 4096, junk, sizeof(junk));
}

static void has_a_damaged_head(const char *place)
{
	make_store(place);
	overwrite(place, 0, "SQLite format 4", 15);
}

static void is_cut_short(const char *place)
{
	make_store(place);
	g_assert_cmpint(truncate(place, 4096 * 2), ==, 0);
}

static void is_a_pipe(const char *place)
{
	g_assert_cmpint(mkfifo(place, 0600), ==, 0);
}

/* The middle is lost: a hole of zeros where pages were. */
static void has_a_hole(const char *place)
{
	char zeros[3 * 4096] = {0};

	make_store(place);
	overwrite(place, 2 * 4096, zeros, sizeof(zeros));
}

static void is_cut_within_a_page(const char *place)
{
	make_store(place);
	g_assert_cmpint(truncate(place, 4096 * 3 + 100), ==, 0);
}

static void has_a_flipped_page_size(const char *place)
{
	make_store(place);
	overwrite(place, 16, "\x03", 1);
}

static void has_another_application_id(const char *place)
{
	make_store(place);
	sql(place, "PRAGMA application_id=1");
}

/* A page of an index says that it is one of a table. */
static void has_a_flipped_index(const char *place)
{
	int64_t page = 0;
	sqlite3_stmt *statement;
	sqlite3 *db;

	make_store(place);
	g_assert_cmpint(sqlite3_open(place, &db), ==, SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'session_expires'",
			   -1, &statement, NULL);
	g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
	page = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	overwrite(place, (gsize)(page - 1) * 4096, "\x0d", 1);
}

/* The log of another database, which somebody laid beside a copy of this one. */
static void take_log_of(const char *place, const char *other)
{
	g_autofree char *from = beside(other, "-wal"), *to = beside(place, "-wal");
	g_autofree char *bytes = NULL;
	gsize size;

	g_assert_true(g_file_get_contents(from, &bytes, &size, NULL));
	g_assert_cmpuint(size, >, 0);
	g_assert_true(g_file_set_contents_full(to, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE,
					       0600, NULL));
}

static void has_another_programs_log(const char *place)
{
	g_autofree char *other = beside(place, ".other");
	sqlite3 *db;

	make_store(place);
	g_assert_cmpint(sqlite3_open(other, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, "PRAGMA journal_mode=WAL; CREATE TABLE precious (x)", NULL,
				     NULL, NULL),
			==, SQLITE_OK);
	take_log_of(place, other);
	sqlite3_close(db);
}

static void has_lost_a_row_from_an_index(const char *place)
{
	make_store(place);
	sql(place,
	    "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage "
	    "FROM sqlite_schema WHERE name = 'spent_ask_expires') "
	    "WHERE name = 'session_expires'");
}

static void is_readable_by_others(const char *place)
{
	make_store(place);
	g_chmod(place, 0640);
}

/* Only root can give a file away; others prove what they can, that a stranger's mode is refused. */
static void belongs_to_another(const char *place)
{
	make_store(place);
	if (chown(place, 65534, 65534) != 0)
		g_chmod(place, 0644);
}

static void is_in_an_open_folder(const char *place)
{
	g_autofree char *folder = g_path_get_dirname(place);

	g_chmod(folder, 0777);
}

static void has_left_its_log(const char *place)
{
	g_autofree char *wal = beside(place, "-wal");

	write_file(wal, "log");
}

static void is_in_no_folder(const char *place)
{
	g_autofree char *folder = g_path_get_dirname(place);

	g_rmdir(folder);
}

static char *contents(const char *place)
{
	char *bytes = NULL;
	gsize size;

	/* Reading a pipe would wait for ever. */
	if (!g_file_test(place, G_FILE_TEST_IS_REGULAR) ||
	    !g_file_get_contents(place, &bytes, &size, NULL))
		return NULL;
	char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)bytes, size);
	g_free(bytes);
	return sum;
}

static const struct {
	const char *name;
	void (*make)(const char *);
	StoreError want;
	const char *says;
	bool reader; /* a reader refuses it too, in the same way */
} refusals[] = {
	{"text", is_text, STORE_ERROR_FOREIGN, "not a store of portvakt", true},
	{"short text", is_short_text, STORE_ERROR_FOREIGN, "not a store of portvakt", true},
	{"empty file", is_empty, STORE_ERROR_CORRUPT, "empty file", true},
	{"folder", is_folder, STORE_ERROR_FOREIGN, "not a regular file", true},
	{"link", is_link, STORE_ERROR_FOREIGN, "not a regular file", true},
	{"dangling link", is_dangling_link, STORE_ERROR_FOREIGN, "not a regular file", true},
	{"another program's", is_another_programs, STORE_ERROR_FOREIGN, "something else's", true},
	{"newer", is_newer, STORE_ERROR_NEWER, "newer portvakt", true},
	{"no version", has_no_version, STORE_ERROR_CORRUPT, "no version", true},
	{"no table", lacks_a_table, STORE_ERROR_CORRUPT, "no such table", false},
	{"damaged page", has_a_damaged_page, STORE_ERROR_CORRUPT, "", false},
	{"damaged head", has_a_damaged_head, STORE_ERROR_FOREIGN, "first bytes", true},
	{"cut short", is_cut_short, STORE_ERROR_CORRUPT, "", false},
	{"index on the wrong page", has_lost_a_row_from_an_index, STORE_ERROR_CORRUPT, "", false},
	{"named pipe", is_a_pipe, STORE_ERROR_FOREIGN, "not a regular file", true},
	{"hole", has_a_hole, STORE_ERROR_CORRUPT, "", false},
	{"cut within a page", is_cut_within_a_page, STORE_ERROR_CORRUPT, "", false},
	{"flipped page size", has_a_flipped_page_size, STORE_ERROR_FOREIGN, "first bytes", true},
	{"another application id", has_another_application_id, STORE_ERROR_FOREIGN,
	 "something else's", true},
	{"flipped index page", has_a_flipped_index, STORE_ERROR_CORRUPT, "", false},
	{"another program's log", has_another_programs_log, STORE_ERROR_FOREIGN, "something else's",
	 true},
	{"readable by others", is_readable_by_others, STORE_ERROR_PERMISSION, "chmod 600", true},
	{"another user's", belongs_to_another, STORE_ERROR_PERMISSION, "user", false},
	{"open folder", is_in_an_open_folder, STORE_ERROR_PERMISSION, "other users", false},
	{"log without store", has_left_its_log, STORE_ERROR_CORRUPT, "-wal", true},
	{"no folder", is_in_no_folder, STORE_ERROR_IO, "folder of the store", false},
};

static void refuses(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autoptr(Place) place = place_new();
		g_autoptr(GError) error = NULL;
		g_autoptr(GError) reader_error = NULL;
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;

		g_test_message("%s", refusals[i].name);
		refusals[i].make(place);
		before = contents(place);
		g_assert_null(store_open(store_sqlite, place, &error));
		g_test_message("    %s", error->message);
		g_assert_error(error, STORE_ERROR, (int)refusals[i].want);
		g_assert_nonnull(strstr(error->message, refusals[i].says));
		after = contents(place);
		g_assert_cmpstr(before, ==, after);
		if (!refusals[i].reader)
			continue;
		g_assert_null(store_reader_open(store_sqlite, place, &reader_error));
		g_assert_error(reader_error, STORE_ERROR, (int)refusals[i].want);
	}
}

static void a_reader_makes_nothing(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(GError) error = NULL;

	g_assert_null(store_reader_open(store_sqlite, place, &error));
	g_assert_error(error, STORE_ERROR, STORE_ERROR_MISSING);
	g_assert_false(g_file_test(place, G_FILE_TEST_EXISTS));
}

static void a_reader_needs_no_writer(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(StoreReader) reader = NULL;

	make_store(place);
	reader = store_reader_open(store_sqlite, place, NULL);
	g_assert_cmpint(conformance_get(reader, STORE_SESSION, "a", NOW), ==, STORE_OK);
}

/* ---- one writer ---- */

static void two_writers_are_one_too_many(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(Store) first = store_open(store_sqlite, place, NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *pid = g_strdup_printf("(process %d)", (int)getpid());

	g_assert_null(store_open(store_sqlite, place, &error));
	g_assert_error(error, STORE_ERROR, STORE_ERROR_LOCKED);
	g_assert_nonnull(strstr(error->message, pid));
	g_test_message("the first goes on, and the second may when it has ended");
	g_assert_cmpint(conformance_put(first, STORE_SESSION, "a", "x", NOW + 10), ==, STORE_OK);
	store_close(g_steal_pointer(&first));
	first = store_open(store_sqlite, place, NULL);
	g_assert_nonnull(first);
}

static void another_process_is_refused_too(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(Store) store = store_open(store_sqlite, place, NULL);
	pid_t child = fork();
	int status;

	if (child == 0) {
		g_autoptr(GError) error = NULL;

		store_open(store_sqlite, place, &error);
		_exit(g_error_matches(error, STORE_ERROR, STORE_ERROR_LOCKED) ? 0 : 1);
	}
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

/* ---- large, and old ---- */

/* A store as version `version` made it, with an answer in its ledger. */
static void make_old(const char *place, int version)
{
	g_autoptr(GString) made = g_string_new(NULL);

	g_string_append_printf(made, "PRAGMA application_id=%d;", SCHEMA_APPLICATION_ID);
	for (int i = 0; i < version; i++)
		g_string_append_printf(made, "%s;", schema_steps[i]);
	g_string_append_printf(
		made,
		"INSERT INTO ledger_word VALUES (1, 'kept'), (2, 'mail'), (3, 'saml2');"
		"INSERT INTO ledger_entry (id, time, expires, outcome, protocol, service, "
		"generation, reference, response_id, person) "
		"VALUES (7, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
		", 1, 3, 1, 1, 'ref', 'r', zeroblob(32));"
		"INSERT INTO ledger_value VALUES (7, 0, 2, zeroblob(32), 1, 3);"
		"PRAGMA user_version=%d",
		NOW, NOW + 10, version);
	/* of what expires now, and did not before */
	if (version >= 5 && version < 8)
		g_string_append_printf(made,
				       "; INSERT INTO choice VALUES (zeroblob(32), "
				       "zeroblob(32), x'01', %" G_GINT64_FORMAT ")",
				       STORE_NEVER);
	sql(place, made->str);
	g_assert_cmpint(g_chmod(place, 0600), ==, 0);
}

static void an_older_store_is_brought_up_to_date(void)
{
	static const uint8_t person[SEAL_HASH_BYTES];

	for (int version = 1; version < schema_version; version++) {
		g_autoptr(Place) place = place_new();
		g_autoptr(GError) error = NULL;

		g_test_message("from version %d", version);
		make_old(place, version);
		g_assert_null(store_reader_open(store_sqlite, place, &error));
		g_assert_error(error, STORE_ERROR, STORE_ERROR_OLDER);
		make_store(place);
		g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, place, NULL);
		g_assert_cmpint(
			ledger_was_given(reader, person, PROTOCOL_SAML, "kept", "mail", NOW, NULL),
			==, STORE_OK);
		const LedgerFilter filter = {.response_id = "r", .limit = 2};
		g_autoptr(GPtrArray) rows = ledger_read(reader, &filter, NULL);
		g_assert_cmpuint(rows->len, ==, 1);
		g_assert_null(((LedgerRow *)rows->pdata[0])->account);
		uint64_t choices = 0;
		g_assert_true(store_count(reader, STORE_CHOICE, &choices, NULL));
		g_assert_cmpuint(choices, ==, version >= 5 && version < 8);
		g_autoptr(Store) store = store_open(store_sqlite, place, NULL);
		g_assert_true(store_sweep(store, g_get_real_time() / G_USEC_PER_SEC + 400 * 86400,
					  10, NULL, NULL));
		g_assert_true(store_count(reader, STORE_CHOICE, &choices, NULL));
		g_assert_cmpuint(choices, ==, 0);
		for (StoreTable t = 0; t < STORE_TABLES; t++)
			g_assert_cmpint(conformance_put(store, t, "b", "x",
							store_table_info(t)->fleeting
								? NOW + 10
								: STORE_NEVER),
					==, STORE_OK);
	}
}

/* A store past the size that is checked whole is still checked where people log in. */
static void the_lists_of_tables_agree(void)
{
	g_autoptr(Place) place = place_new();

	make_store(place);
	for (StoreTable t = 0; t < STORE_TABLES; t++) {
		g_autofree char *check =
			g_strdup_printf("SELECT key, owner, value, expires FROM %s;"
					"PRAGMA quick_check(%s);",
					store_table_info(t)->name, store_table_info(t)->name);

		sql(place, check);
	}
	sql(place, "PRAGMA quick_check(sqlite_schema); SELECT * FROM ledger, ledger_given");
}

int main(int argc, char **argv)
{
	StoreSuite suite = {store_sqlite, place_new, place_remove};

	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	store_conformance_add(&suite);
	g_test_add_func("/sqlite/files-are-ours-alone", files_are_ours_alone);
	g_test_add_func("/sqlite/a-half-made-store-is-made-anew", a_half_made_store_is_made_anew);
	g_test_add_func("/sqlite/a-name-is-never-an-address", a_name_is_never_an_address);
	g_test_add_func("/sqlite/refuses", refuses);
	g_test_add_func("/sqlite/a-reader-makes-nothing", a_reader_makes_nothing);
	g_test_add_func("/sqlite/a-reader-needs-no-writer", a_reader_needs_no_writer);
	g_test_add_func("/sqlite/two-writers-are-one-too-many", two_writers_are_one_too_many);
	g_test_add_func("/sqlite/another-process-is-refused-too", another_process_is_refused_too);
	g_test_add_func("/sqlite/an-older-store-is-brought-up-to-date",
			an_older_store_is_brought_up_to_date);
	g_test_add_func("/sqlite/the-lists-of-tables-agree", the_lists_of_tables_agree);
	return g_test_run();
}
