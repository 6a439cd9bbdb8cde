/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/sqlite-reserve.h"

/* What the file grows by, and a row of the reserve: the chunk holds the row and the pages around
 * it. Random, so that no file system packs it and no copy of the file has holes there. */
#define CHUNK_BYTES    (2 * 1024 * 1024)
#define STEP_MAX_BYTES (64 * 1024 * 1024)
#define ROW_BYTES      G_GUINT64_CONSTANT(1048576)
#define ADD_ROW        "INSERT INTO reserve (bytes) VALUES (randomblob(1048576))"

/* The log: what is gathered before it is copied (1,000 pages), and the largest transaction after
 * that, whose 256 logins may touch ten pages each. */
#define LOG_BYTES (16 * 1024 * 1024)

/* Pages that are enough for any one transaction: if as many are free, it is the log that lacks
 * room. */
#define ENOUGH_PAGES 384

static sqlite3_file *file_of(SqliteReserve *reserve, int which)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(reserve->handle->db, "main", which, &file) != SQLITE_OK ||
	    file == NULL || file->pMethods == NULL)
		return NULL;
	return file;
}

static int64_t size_of(sqlite3_file *file)
{
	sqlite3_int64 size = 0;

	return file != NULL && file->pMethods->xFileSize(file, &size) == SQLITE_OK ? size : 0;
}

/* Allocates all of the file before `size`, rounded up to a chunk. */
static bool lay_out(sqlite3_file *file, int chunk, int64_t size)
{
	sqlite3_int64 hint = size;

	if (file == NULL)
		return false;
	file->pMethods->xFileControl(file, SQLITE_FCNTL_CHUNK_SIZE, &chunk);
	return file->pMethods->xFileControl(file, SQLITE_FCNTL_SIZE_HINT, &hint) == SQLITE_OK &&
	       size_of(file) >= size;
}

static bool ask_number(SqliteReserve *reserve, const char *sql, int64_t *number, GError **error)
{
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(reserve->handle, sql, error);

	if (statement == NULL ||
	    sqlite_handle_step(reserve->handle, statement, error) != SQLITE_ROW)
		return false;
	*number = sqlite3_column_int64(statement, 0);
	return true;
}

static bool run(SqliteReserve *reserve, const char *sql)
{
	return sqlite3_exec(reserve->handle->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

bool sqlite_reserve_init(SqliteReserve *reserve, SqliteHandle *handle, GError **error)
{
	int chunk = CHUNK_BYTES;
	int64_t rows;

	*reserve = (SqliteReserve){.handle = handle};
	/* Here, too: a file is cut to whole chunks when the log has been copied. */
	sqlite3_file_control(handle->db, "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk);
	if (!ask_number(reserve, "PRAGMA page_size", &reserve->page_bytes, error) ||
	    !ask_number(reserve, "SELECT count(*) FROM reserve", &rows, error))
		return false;
	reserve->have = (uint64_t)rows * ROW_BYTES;
	return sqlite_reserve_bound(reserve, error);
}

bool sqlite_reserve_bound(SqliteReserve *reserve, GError **error)
{
	sqlite3_file *file = file_of(reserve, SQLITE_FCNTL_FILE_POINTER);
	int64_t pages = size_of(file) / reserve->page_bytes;
	g_autofree char *pragma = NULL;

	if (pages == reserve->allowed)
		return true;
	/* Never less than the pages that are there: SQLite sees to that. */
	pragma = g_strdup_printf("PRAGMA max_page_count=%" G_GINT64_FORMAT, MAX(pages, 1));
	if (!run(reserve, pragma))
		return sqlite_handle_fail(reserve->handle, "bound the store", error);
	reserve->allowed = pages;
	return true;
}

/* ---- a full disk ---- */

static bool grow(SqliteReserve *reserve)
{
	sqlite3_file *file = file_of(reserve, SQLITE_FCNTL_FILE_POINTER);

	int64_t least = size_of(file) + 1;

	reserve->step = MIN(MAX(reserve->step * 2, CHUNK_BYTES), STEP_MAX_BYTES);
	return (lay_out(file, CHUNK_BYTES, least + reserve->step - CHUNK_BYTES) ||
		lay_out(file, CHUNK_BYTES, least)) &&
	       sqlite_reserve_bound(reserve, NULL);
}

/* The pages of a deleted row are not overwritten: nothing was in them, and 1 MiB of zeros would
 * need as much room in the log. */
static bool release(SqliteReserve *reserve)
{
	bool done;

	if (reserve->have == 0)
		return false;
	done = run(reserve, "PRAGMA secure_delete=OFF") &&
	       run(reserve, "DELETE FROM reserve WHERE id = (SELECT max(id) FROM reserve)");
	if (!run(reserve, "PRAGMA secure_delete=ON"))
		return false;
	if (done)
		reserve->have -= ROW_BYTES;
	return done;
}

static bool has_enough(SqliteReserve *reserve)
{
	int64_t unused = 0, used = 0;

	return ask_number(reserve, "PRAGMA freelist_count", &unused, NULL) &&
	       ask_number(reserve, "PRAGMA page_count", &used, NULL) &&
	       unused + reserve->allowed - used >= ENOUGH_PAGES;
}

bool sqlite_reserve_make_room(SqliteReserve *reserve)
{
	sqlite3_file *log = file_of(reserve, SQLITE_FCNTL_JOURNAL_POINTER);
	bool enough = has_enough(reserve), second = reserve->log_was_emptied;

	if (!enough || second) {
		if (grow(reserve))
			return true;
		/* Where the log is full as well, it must be emptied before this can be done. And
		 * what a log without its place on the disk lacks is not here. */
		if ((!enough || size_of(log) >= LOG_BYTES) && release(reserve))
			return true;
	}
	if (second)
		return false;
	reserve->log_was_emptied = true;
	return sqlite3_wal_checkpoint_v2(reserve->handle->db, "main", SQLITE_CHECKPOINT_RESTART,
					 NULL, NULL) == SQLITE_OK &&
	       (enough || release(reserve));
}

/* ---- filling ---- */

static bool refused(SqliteReserve *reserve, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_ERROR_FULL,
		    "%s: the disk has no room for the reserve", reserve->handle->path);
	return false;
}

/* All of the log's place on the disk, once: its first transactions find it there. */
static bool lay_out_log(SqliteReserve *reserve, GError **error)
{
	sqlite3_file *log = file_of(reserve, SQLITE_FCNTL_JOURNAL_POINTER);

	if (reserve->log_is_laid_out)
		return true;
	if (size_of(log) < LOG_BYTES &&
	    (!lay_out(log, LOG_BYTES, LOG_BYTES) ||
	     log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) != SQLITE_OK))
		return refused(reserve, error);
	reserve->log_is_laid_out = true;
	return true;
}

/* True: added; false without `full`: another fault. */
static bool add_row(SqliteReserve *reserve, bool *full, GError **error)
{
	int rc;

	if (!sqlite_reserve_bound(reserve, error))
		return false;
	rc = sqlite3_exec(reserve->handle->db, ADD_ROW, NULL, NULL, NULL);
	/* Its pages need not stay in memory. */
	sqlite3_db_release_memory(reserve->handle->db);
	if (rc == SQLITE_OK) {
		reserve->have += ROW_BYTES;
		return true;
	}
	*full = (rc & 0xff) == SQLITE_FULL;
	return sqlite_handle_fail(reserve->handle, "fill the reserve", error);
}

bool sqlite_reserve_fill(SqliteReserve *reserve, uint64_t want, GError **error)
{
	g_autoptr(GError) first = NULL;
	bool full = false;

	if (!lay_out_log(reserve, error))
		return false;
	if (reserve->have + ROW_BYTES > want || add_row(reserve, &full, &first))
		return true;
	if (!full) {
		g_propagate_error(error, g_steal_pointer(&first));
		return false;
	}
	return grow(reserve) ? add_row(reserve, &full, error) : refused(reserve, error);
}

void sqlite_reserve_keep_log(SqliteReserve *reserve)
{
	sqlite3_file *log = file_of(reserve, SQLITE_FCNTL_JOURNAL_POINTER);
	int keep = 1;

	if (!reserve->log_is_laid_out)
		return;
	/* Emptied before: what is left of it must not be read into another copy of the store. And
	 * only if that was done may it stay; SQLite cuts it where there is a limit. */
	if (!run(reserve, "PRAGMA journal_size_limit=-1") ||
	    sqlite3_wal_checkpoint_v2(reserve->handle->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL,
				      NULL) != SQLITE_OK ||
	    size_of(log) != 0)
		return;
	lay_out(log, LOG_BYTES, LOG_BYTES);
	sqlite3_file_control(reserve->handle->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
}
