/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/sqlite-handle.h"

#include <string.h>
#include <sys/stat.h>

#include "idp/store/schema/schema.h"

/* How long a reader or the writer waits for another process that checkpoints or recovers. */
#define BUSY_MS 2000

/* quick_check reads every page: a store up to this size is checked whole in well under a second,
 * a larger one without its ledger and its identifiers. */
#define CHECK_WHOLE_BYTES (256 * 1024 * 1024)

static StoreError code_of(int rc)
{
	if (rc == SQLITE_IOERR_SHMSIZE)
		return STORE_ERROR_FULL;
	switch (rc & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_ERROR: /* our literals are right: a table is missing or altered */
		return STORE_ERROR_CORRUPT;
	case SQLITE_NOTADB:
		return STORE_ERROR_FOREIGN;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return STORE_ERROR_PERMISSION;
	case SQLITE_FULL:
		return STORE_ERROR_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_ERROR_LOCKED;
	default:
		return STORE_ERROR_IO;
	}
}

bool sqlite_handle_fail(SqliteHandle *handle, const char *doing, GError **error)
{
	int rc = sqlite3_extended_errcode(handle->db);

	g_set_error(error, STORE_ERROR, code_of(rc), "%s: cannot %s: %s (SQLite %d)%s",
		    handle->path, doing, sqlite3_errmsg(handle->db), rc,
		    code_of(rc) == STORE_ERROR_CORRUPT ? ": restore a backup" : "");
	return false;
}

static bool refuse(SqliteHandle *handle, StoreError code, const char *why, GError **error)
{
	g_set_error(error, STORE_ERROR, code, "%s: %s", handle->path, why);
	return false;
}

static void finalize(gpointer statement)
{
	sqlite3_finalize(statement);
}

static SqliteHandle *handle_open(const char *path, int flags, GError **error)
{
	g_autoptr(SqliteHandle) handle = g_new0(SqliteHandle, 1);

	handle->path = g_strdup(path);
	handle->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize);
	/* NOMUTEX: a handle is used by one thread at a time. */
	if (sqlite3_open_v2(path, &handle->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
			    NULL) != SQLITE_OK) {
		sqlite_handle_fail(handle, "open the store", error);
		return NULL;
	}
	sqlite3_busy_timeout(handle->db, BUSY_MS);
	/* A file that turns out not to be ours stays as it was, its log included. */
	sqlite3_db_config(handle->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(handle->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(handle->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(handle->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(handle->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return g_steal_pointer(&handle);
}

void sqlite_handle_close(SqliteHandle *handle)
{
	if (handle == NULL)
		return;
	g_hash_table_unref(handle->statements);
	sqlite3_close_v2(handle->db);
	g_free(handle->path);
	g_free(handle);
}

/* ---- statements ---- */

SqliteUse *sqlite_handle_statement(SqliteHandle *handle, const char *sql, GError **error)
{
	sqlite3_stmt *statement = g_hash_table_lookup(handle->statements, sql);

	if (statement != NULL)
		return statement;
	if (sqlite3_prepare_v3(handle->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
	    SQLITE_OK) {
		sqlite_handle_fail(handle, "use its tables", error);
		return NULL;
	}
	g_hash_table_insert(handle->statements, (gpointer)(gsize)sql, statement);
	return statement;
}

int sqlite_handle_step(SqliteHandle *handle, SqliteUse *statement, GError **error)
{
	int rc = sqlite3_step(statement);

	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return rc;
	sqlite_handle_fail(handle, "read or write", error);
	return SQLITE_ERROR;
}

bool sqlite_handle_run(SqliteHandle *handle, const char *sql, GError **error)
{
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(handle, sql, error);

	return statement != NULL && sqlite_handle_step(handle, statement, error) != SQLITE_ERROR;
}

void sqlite_bind_bytes(SqliteUse *statement, int parameter, GBytes *bytes)
{
	gsize length;
	const void *data = g_bytes_get_data(bytes, &length);

	/* A NULL pointer would bind NULL. */
	sqlite3_bind_blob64(statement, parameter, data == NULL ? "" : data, length, SQLITE_STATIC);
}

GBytes *sqlite_column_bytes(SqliteUse *statement, int column)
{
	const void *data = sqlite3_column_blob(statement, column);

	return g_bytes_new(data, (gsize)sqlite3_column_bytes(statement, column));
}

/* ---- opening ---- */

static bool set(SqliteHandle *handle, const char *pragmas, GError **error)
{
	if (sqlite3_exec(handle->db, pragmas, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return sqlite_handle_fail(handle, "prepare the store", error);
}

static bool ask_number(SqliteHandle *handle, const char *sql, int64_t *number, GError **error)
{
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(handle, sql, error);
	int rc;

	if (statement == NULL)
		return false;
	rc = sqlite_handle_step(handle, statement, error);
	if (rc == SQLITE_DONE)
		return refuse(handle, STORE_ERROR_CORRUPT, "the store is damaged", error);
	if (rc == SQLITE_ROW)
		*number = sqlite3_column_int64(statement, 0);
	return rc == SQLITE_ROW;
}

/* Whose it is and how old, before anything in it is believed. */
static bool identify(SqliteHandle *handle, int64_t *version, GError **error)
{
	int64_t application;

	if (!ask_number(handle, "PRAGMA application_id", &application, error)) {
		if (sqlite3_errcode(handle->db) == SQLITE_NOTADB) {
			g_clear_error(error);
			refuse(handle, STORE_ERROR_FOREIGN,
			       "this is not a store of portvakt (or its first bytes are damaged): "
			       "name another file, or restore a backup",
			       error);
		}
		return false;
	}
	if (application != SCHEMA_APPLICATION_ID)
		return refuse(
			handle, STORE_ERROR_FOREIGN,
			"this is not a store of portvakt but something else's: name another file",
			error);
	if (!ask_number(handle, "PRAGMA user_version", version, error))
		return false;
	if (*version > schema_version)
		return refuse(handle, STORE_ERROR_NEWER,
			      "a newer portvakt has written this store: use that one, or restore a "
			      "backup from before",
			      error);
	if (*version < 1)
		return refuse(handle, STORE_ERROR_CORRUPT,
			      "the store has no version: restore a backup", error);
	return true;
}

static bool migrate(SqliteHandle *handle, int64_t version, GError **error)
{
	for (; version < schema_version; version++) {
		g_autofree char *sql = g_strdup_printf(
			"BEGIN IMMEDIATE;%sPRAGMA user_version=%" G_GINT64_FORMAT ";COMMIT",
			schema_steps[version], version + 1);

		if (sqlite3_exec(handle->db, sql, NULL, NULL, NULL) != SQLITE_OK)
			return sqlite_handle_fail(handle, "bring the store to this version", error);
	}
	return true;
}

static bool check_one(SqliteHandle *handle, const char *sql, GError **error)
{
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(handle, sql, error);
	int rc;

	if (statement == NULL)
		return false;
	rc = sqlite_handle_step(handle, statement, error);
	if (rc == SQLITE_ERROR)
		return false;
	if (rc == SQLITE_ROW &&
	    g_strcmp0((const char *)sqlite3_column_text(statement, 0), "ok") == 0)
		return true;
	return refuse(handle, STORE_ERROR_CORRUPT,
		      "the store is damaged (quick_check): restore a backup", error);
}

static bool check(SqliteHandle *handle, GError **error)
{
	struct stat st;

	if (stat(handle->path, &st) == 0 && st.st_size <= CHECK_WHOLE_BYTES)
		return check_one(handle, "PRAGMA quick_check(1)", error);
	return check_one(handle, "PRAGMA quick_check(sqlite_schema)", error) &&
	       check_one(handle, "PRAGMA quick_check(session)", error) &&
	       check_one(handle, "PRAGMA quick_check(spent_ask)", error) &&
	       check_one(handle, "PRAGMA quick_check(known)", error) &&
	       check_one(handle, "PRAGMA quick_check(confirmation)", error) &&
	       check_one(handle, "PRAGMA quick_check(eppn)", error) &&
	       check_one(handle, "PRAGMA quick_check(eppn_of)", error) &&
	       check_one(handle, "PRAGMA quick_check(rotation)", error) &&
	       check_one(handle, "PRAGMA quick_check(continuation)", error) &&
	       check_one(handle, "PRAGMA quick_check(approval)", error) &&
	       check_one(handle, "PRAGMA quick_check(hold)", error);
}

bool sqlite_handle_create(const char *path, GError **error)
{
	g_autoptr(SqliteHandle) handle = handle_open(path, SQLITE_OPEN_READWRITE, error);
	g_autofree char *sql = g_strdup_printf("PRAGMA synchronous=FULL;PRAGMA application_id=%d",
					       SCHEMA_APPLICATION_ID);

	return handle != NULL && set(handle, sql, error) && migrate(handle, 0, error);
}

SqliteHandle *sqlite_handle_open_writer(const char *path, GError **error)
{
	g_autoptr(SqliteHandle) handle = handle_open(path, SQLITE_OPEN_READWRITE, error);
	int64_t version;

	if (handle == NULL || !identify(handle, &version, error) ||
	    !set(handle,
		 /* cell_size_check: damage is met with an error, not a wild read. secure_delete:
		  * an expired row is overwritten, not only forgotten. temp_store: savepoints
		  * need no file in /tmp. */
		 "PRAGMA cell_size_check=ON;PRAGMA secure_delete=ON;PRAGMA temp_store=MEMORY;"
		 "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
		 "PRAGMA journal_size_limit=16777216;PRAGMA cache_size=-1024",
		 error) ||
	    !migrate(handle, version, error) || !check(handle, error))
		return NULL;
	sqlite3_db_config(handle->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	return g_steal_pointer(&handle);
}

SqliteHandle *sqlite_handle_open_reader(const char *path, GError **error)
{
	g_autoptr(SqliteHandle) handle = handle_open(path, SQLITE_OPEN_READONLY, error);
	int64_t version;

	if (handle == NULL || !identify(handle, &version, error) ||
	    !set(handle, "PRAGMA cell_size_check=ON;PRAGMA temp_store=MEMORY", error))
		return NULL;
	if (version < schema_version) {
		refuse(handle, STORE_ERROR_OLDER,
		       "an older portvakt has written this store: start the new one (portvakt "
		       "serve) once, which brings it up to date",
		       error);
		return NULL;
	}
	return g_steal_pointer(&handle);
}
