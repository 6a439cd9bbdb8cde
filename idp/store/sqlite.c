/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <unistd.h>

#include "idp/store/backend.h"
#include "idp/store/place.h"
#include "idp/store/sqlite-handle.h"
#include "idp/store/sqlite-ledger.h"
#include "idp/store/sqlite-reserve.h"
#include "idp/store/sqlite-rows.h"
#include "idp/store/sqlite-statements.h"

/* A store that failed is opened anew at once, and then at most that often. */
#define REOPEN_US G_USEC_PER_SEC

typedef struct {
	Store base;
	char *path;
	SqliteHandle *handle; /* NULL: could not be opened anew */
	SqliteReserve reserve;
	int lock;
	bool open;        /* a transaction is */
	bool suspect;     /* a fault has told us that the handle may not know what is on the disk */
	int64_t reopened; /* monotonic microseconds */
	GError *closed;   /* why `handle` is NULL */
	SqliteRows rows;
	SqliteWords words;
} SqliteStore;

typedef struct {
	StoreReader base;
	SqliteHandle *handle;
} SqliteReader;

/* ---- transactions ---- */

static bool reopen(SqliteStore *store, GError **error);

static bool begin(Store *base, GError **error)
{
	SqliteStore *store = (SqliteStore *)base;

	if ((store->suspect && !reopen(store, error)) ||
	    !sqlite_reserve_bound(&store->reserve, error))
		return false;
	store->open = sqlite_handle_run(store->handle, "BEGIN IMMEDIATE", error);
	return store->open;
}

/*
 * After these nothing that the handle holds in memory is believed: a sync that failed may have
 * dropped what the kernel had not written, and says so only once. What was acknowledged is in the
 * log, written and synced before; the next transaction is written anew, whole.
 */
static bool is_suspect(int rc)
{
	return rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE && rc != SQLITE_FULL &&
	       rc != SQLITE_BUSY && rc != SQLITE_CONSTRAINT;
}

static void rollback(Store *base)
{
	SqliteStore *store = (SqliteStore *)base;

	if (store->handle == NULL)
		return;
	store->suspect = store->suspect || is_suspect(sqlite3_errcode(store->handle->db));
	/* After some faults (disk full, input or output) SQLite has rolled back by itself. */
	if (store->open && sqlite3_get_autocommit(store->handle->db) == 0)
		sqlite_handle_run(store->handle, "ROLLBACK", NULL);
	store->open = false;
	sqlite_rows_undone(&store->rows);
	sqlite_words_undone(&store->words);
}

static bool commit_all(Store *base, GError **error)
{
	SqliteStore *store = (SqliteStore *)base;

	if (!sqlite_handle_run(store->handle, "COMMIT", error))
		return false;
	store->open = false;
	sqlite_rows_durable(&store->rows);
	sqlite_words_durable(&store->words);
	sqlite_reserve_committed(&store->reserve);
	return true;
}

static StoreOutcome apply_ops(SqliteStore *store, StoreCommit *commit, unsigned *op, GError **error)
{
	StoreOutcome outcome = STORE_OK;

	for (*op = 0; *op < commit->ops->len; (*op)++) {
		StoreOp *each = &g_array_index(commit->ops, StoreOp, *op);

		outcome = sqlite_rows_apply(&store->rows, each, commit->now, error);
		if (outcome != STORE_OK)
			return outcome;
	}
	/* Last, so that words are added only by rows that stay (see SqliteWords). */
	if (commit->ledger != NULL)
		outcome = sqlite_ledger_add(store->handle, &store->words, commit->ledger, error);
	return outcome;
}

static StoreOutcome apply(Store *base, StoreCommit *commit, unsigned *op, GError **error)
{
	SqliteStore *store = (SqliteStore *)base;
	const SqliteRows before = store->rows;
	StoreOutcome outcome;

	if (!sqlite_handle_run(store->handle, "SAVEPOINT one", error))
		return STORE_FAULT;
	outcome = apply_ops(store, commit, op, error);
	if (outcome == STORE_FAULT)
		return STORE_FAULT;
	if (outcome != STORE_OK) {
		if (!sqlite_handle_run(store->handle, "ROLLBACK TO one", error))
			return STORE_FAULT;
		store->rows = before;
		sqlite_words_undone(&store->words);
	}
	return sqlite_handle_run(store->handle, "RELEASE one", error) ? outcome : STORE_FAULT;
}

static bool sweep(Store *base, int64_t until, unsigned limit, bool *more, GError **error)
{
	SqliteStore *store = (SqliteStore *)base;
	unsigned swept_entries;

	*more = false;
	for (StoreTable t = 0; t < STORE_TABLES; t++) {
		int swept = sqlite_rows_sweep(&store->rows, t, until, limit, error);

		if (swept < 0)
			return false;
		*more = *more || (unsigned)swept >= limit;
	}
	if (!sqlite_ledger_sweep(store->handle, until, limit, &swept_entries, error))
		return false;
	*more = *more || swept_entries >= limit;
	return true;
}

/* ---- reading ---- */

static StoreOutcome get(StoreReader *base, StoreTable table, const uint8_t *key, int64_t now,
			GBytes **value, int64_t *expires, GError **error)
{
	SqliteReader *reader = (SqliteReader *)base;
	g_autoptr(SqliteUse) statement =
		sqlite_use(reader->handle, sqlite_statements[table].get, key, now, error);
	int rc;

	if (statement == NULL)
		return STORE_FAULT;
	rc = sqlite_handle_step(reader->handle, statement, error);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE ? STORE_ABSENT : STORE_FAULT;
	if (value != NULL)
		*value = sqlite_column_bytes(statement, 0);
	if (expires != NULL)
		*expires = sqlite3_column_int64(statement, 1);
	return STORE_OK;
}

static bool reader_count(StoreReader *base, StoreTable table, uint64_t *count, GError **error)
{
	return sqlite_rows_count(((SqliteReader *)base)->handle, table, count, error);
}

static bool reader_walk(StoreReader *base, StoreTable table, const uint8_t *owner, int64_t now,
			bool (*row)(GBytes *value, gpointer data), gpointer data, GError **error)
{
	SqliteHandle *handle = ((SqliteReader *)base)->handle;
	const SqliteStatements *sql = &sqlite_statements[table];
	g_autoptr(SqliteUse) statement =
		sqlite_handle_statement(handle, owner ? sql->walk_owner : sql->walk, error);
	int rc = SQLITE_ERROR;

	if (statement != NULL && owner != NULL) {
		sqlite3_bind_blob(statement, 1, owner, SEAL_HASH_BYTES, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, now);
	}
	/* The open statement holds one snapshot. */
	while (statement != NULL &&
	       (rc = sqlite_handle_step(handle, statement, error)) == SQLITE_ROW) {
		g_autoptr(GBytes) value = sqlite_column_bytes(statement, 0);

		if (!row(value, data))
			return true;
	}
	return rc == SQLITE_DONE;
}

static StoreOutcome reader_was_given(StoreReader *base, const uint8_t *person, const char *protocol,
				     const char *service, const char *attribute, int64_t since,
				     GError **error)
{
	return sqlite_ledger_was_given(((SqliteReader *)base)->handle, person, protocol, service,
				       attribute, since, error);
}

static GPtrArray *reader_ledger(StoreReader *base, const LedgerFilter *filter, GError **error)
{
	return sqlite_ledger_read(((SqliteReader *)base)->handle, filter, error);
}

/* ---- opening ---- */

static const StoreBackend backend;

static bool create(const char *path, GError **error)
{
	g_autofree char *draft = g_strconcat(path, ".new", NULL);

	/* Whole or not at all: a crash on the way leaves no half store behind. */
	return place_make(draft, error) && sqlite_handle_create(draft, error) &&
	       place_move(draft, path, error);
}

static void store_free(Store *base)
{
	SqliteStore *store = (SqliteStore *)base;

	sqlite_words_clear(&store->words);
	if (store->handle != NULL && !store->suspect)
		sqlite_reserve_keep_log(&store->reserve);
	sqlite_handle_close(store->handle);
	g_clear_error(&store->closed);
	g_free(store->path);
	/* Last: closing it lets another writer in. */
	if (store->lock >= 0)
		close(store->lock);
	g_free(store);
}

static bool open_handle(SqliteStore *store, GError **error)
{
	store->handle = sqlite_handle_open_writer(store->path, error);
	return store->handle != NULL &&
	       sqlite_reserve_init(&store->reserve, store->handle, error) &&
	       sqlite_rows_init(&store->rows, store->handle, error);
}

/* Under the lock: nobody else makes or migrates it meanwhile. */
static bool open_locked(SqliteStore *store, GError **error)
{
	PlaceState state = place_look(store->path, false, error);

	return state != PLACE_REFUSED && (state == PLACE_PRESENT || create(store->path, error)) &&
	       open_handle(store, error);
}

static void forget_handle(SqliteStore *store)
{
	if (store->handle == NULL)
		return;
	/* What is in the log stays there, for whoever opens it. */
	sqlite3_db_config(store->handle->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	g_clear_pointer(&store->handle, sqlite_handle_close);
	sqlite_words_clear(&store->words);
	sqlite_words_init(&store->words);
}

/* As at the start: the file must be there, be ours, and be whole. Never makes one. */
static bool reopen(SqliteStore *store, GError **error)
{
	int64_t now = g_get_monotonic_time();

	if (store->closed != NULL && now < store->reopened + REOPEN_US) {
		g_propagate_error(error, g_error_copy(store->closed));
		return false;
	}
	store->reopened = now;
	forget_handle(store);
	g_clear_error(&store->closed);
	switch (place_look(store->path, false, &store->closed)) {
	case PLACE_PRESENT:
		if (open_handle(store, &store->closed)) {
			store->suspect = false;
			return true;
		}
		break;
	case PLACE_ABSENT:
		g_set_error(&store->closed, STORE_ERROR, STORE_ERROR_MISSING,
			    "%s: the store has been taken away while portvakt was running: put it "
			    "back, or restart to begin anew",
			    store->path);
		break;
	case PLACE_REFUSED:
		break;
	}
	forget_handle(store);
	g_propagate_error(error, g_error_copy(store->closed));
	return false;
}

/* ---- room ---- */

static bool make_room(Store *base)
{
	SqliteStore *store = (SqliteStore *)base;

	return !store->suspect && sqlite_reserve_make_room(&store->reserve);
}

static bool fill_reserve(Store *base, uint64_t want, GError **error)
{
	SqliteStore *store = (SqliteStore *)base;
	g_autoptr(GError) failed = NULL;

	if (store->suspect && !reopen(store, error))
		return false;
	if (sqlite_reserve_fill(&store->reserve, want, &failed))
		return true;
	store->suspect = !g_error_matches(failed, STORE_ERROR, STORE_ERROR_FULL) &&
			 !g_error_matches(failed, STORE_ERROR, STORE_ERROR_LOCKED);
	g_propagate_error(error, g_steal_pointer(&failed));
	return false;
}

static uint64_t reserve_left(const Store *base)
{
	return ((const SqliteStore *)base)->reserve.have;
}

static Store *open_store(const char *place, GError **error)
{
	/* Absolute: SQLite would read "file:…" as a URI, and a later chdir() moves nothing. */
	g_autofree char *path = g_canonicalize_filename(place, NULL);
	SqliteStore *store;
	int lock;

	if (!place_check_folder(path, error))
		return NULL;
	lock = place_lock(path, error);
	if (lock < 0)
		return NULL;
	store = g_new0(SqliteStore, 1);
	store->base.backend = &backend;
	store->path = g_steal_pointer(&path);
	store->lock = lock;
	sqlite_words_init(&store->words);
	if (open_locked(store, error))
		return &store->base;
	store_free(&store->base);
	return NULL;
}

static StoreReader *open_reader(const char *place, GError **error)
{
	g_autofree char *path = g_canonicalize_filename(place, NULL);
	PlaceState state = place_look(path, true, error);
	SqliteHandle *handle;
	SqliteReader *reader;

	if (state == PLACE_ABSENT)
		g_set_error(error, STORE_ERROR, STORE_ERROR_MISSING,
			    "%s: there is no store yet; portvakt serve makes it", path);
	if (state != PLACE_PRESENT)
		return NULL;
	handle = sqlite_handle_open_reader(path, error);
	if (handle == NULL)
		return NULL;
	reader = g_new0(SqliteReader, 1);
	reader->base.backend = &backend;
	reader->handle = handle;
	return &reader->base;
}

static void close_reader(StoreReader *base)
{
	SqliteReader *reader = (SqliteReader *)base;

	sqlite_handle_close(reader->handle);
	g_free(reader);
}

static const StoreBackend backend = {
	.name = "sqlite",
	.open = open_store,
	.close = store_free,
	.begin = begin,
	.apply = apply,
	.commit = commit_all,
	.rollback = rollback,
	.sweep = sweep,
	.make_room = make_room,
	.reserve = fill_reserve,
	.reserve_left = reserve_left,
	.reader_open = open_reader,
	.reader_close = close_reader,
	.get = get,
	.count = reader_count,
	.walk = reader_walk,
	.ledger_was_given = reader_was_given,
	.ledger_read = reader_ledger,
};

const StoreBackend *const store_sqlite = &backend;
