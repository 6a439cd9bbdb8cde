/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One connection to an SQLite store: opened as ours alone, its statements kept, its errors told.
 * For the files of the SQLite backend only.
 */
#pragma once

#include <sqlite3.h>

#include "idp/store/store.h"

typedef struct {
	sqlite3 *db;
	char *path;
	GHashTable *statements; /* by the address of their text */
} SqliteHandle;

/*
 * Opens an existing file that has our application_id and a version we know; a writer migrates it,
 * checks it (quick_check) and turns it to WAL, a reader opens it read-only and needs the very
 * version. `path` is absolute. Transfer full.
 */
SqliteHandle *sqlite_handle_open_writer(const char *path, GError **error);
SqliteHandle *sqlite_handle_open_reader(const char *path, GError **error);

/* Fills the empty file `path`. It is then a whole store, not yet in WAL mode, and closed. */
bool sqlite_handle_create(const char *path, GError **error);

void sqlite_handle_close(SqliteHandle *handle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SqliteHandle, sqlite_handle_close)

/* Sets the error for the handle's last failure. Always false. */
bool sqlite_handle_fail(SqliteHandle *handle, const char *doing, GError **error);

/* A statement that lasts as long as the handle; give it back by sqlite3_reset(), as g_autoptr
 * (SqliteUse) does. `sql` is a literal. Transfer none; NULL on a fault. */
typedef sqlite3_stmt SqliteUse;
SqliteUse *sqlite_handle_statement(SqliteHandle *handle, const char *sql, GError **error);

static inline void sqlite_use_end(SqliteUse *statement)
{
	sqlite3_reset(statement);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SqliteUse, sqlite_use_end)

/* One step: SQLITE_ROW or SQLITE_DONE, else SQLITE_ERROR with the error set. */
int sqlite_handle_step(SqliteHandle *handle, SqliteUse *statement, GError **error);

/* Runs a literal without parameters or rows. */
bool sqlite_handle_run(SqliteHandle *handle, const char *sql, GError **error);

/* What SQLite lacks: an empty blob, and a column as GBytes (transfer full). */
void sqlite_bind_bytes(SqliteUse *statement, int parameter, GBytes *bytes);
GBytes *sqlite_column_bytes(SqliteUse *statement, int column);
