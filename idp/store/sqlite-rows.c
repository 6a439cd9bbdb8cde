/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/sqlite-rows.h"

#include <string.h>

#include "idp/limits.h"
#include "idp/store/sqlite-statements.h"

bool sqlite_rows_count(SqliteHandle *handle, StoreTable table, uint64_t *count, GError **error)
{
	g_autoptr(SqliteUse) statement =
		sqlite_handle_statement(handle, sqlite_statements[table].count, error);

	if (statement == NULL || sqlite_handle_step(handle, statement, error) != SQLITE_ROW)
		return false;
	*count = (uint64_t)sqlite3_column_int64(statement, 0);
	return true;
}

bool sqlite_rows_init(SqliteRows *rows, SqliteHandle *handle, GError **error)
{
	rows->handle = handle;
	for (StoreTable t = 0; t < STORE_TABLES; t++)
		if (!sqlite_rows_count(handle, t, &rows->count[t], error))
			return false;
	sqlite_rows_durable(rows);
	return true;
}

void sqlite_rows_durable(SqliteRows *rows)
{
	memcpy(rows->durable, rows->count, sizeof(rows->durable));
}

void sqlite_rows_undone(SqliteRows *rows)
{
	memcpy(rows->count, rows->durable, sizeof(rows->count));
}

/* ---- the verbs ---- */

/* Runs it to its end; how many rows it changed, or -1. */
static int finish(SqliteRows *rows, SqliteUse *statement, GError **error)
{
	if (sqlite_handle_step(rows->handle, statement, error) != SQLITE_DONE)
		return -1;
	return sqlite3_changes(rows->handle->db);
}

static StoreOutcome unless_none(int changed)
{
	return changed < 0 ? STORE_FAULT : changed == 0 ? STORE_CONFLICT : STORE_OK;
}

/* The number of rows deleted, or -1. */
static int remove_rows(SqliteRows *rows, StoreTable table, const char *sql, const uint8_t *key,
		       int64_t now, GError **error)
{
	g_autoptr(SqliteUse) statement = sqlite_use(rows->handle, sql, key, now, error);
	int removed = statement == NULL ? -1 : finish(rows, statement, error);

	if (removed > 0)
		rows->count[table] -= (uint64_t)removed;
	return removed;
}

int sqlite_rows_sweep(SqliteRows *rows, StoreTable table, int64_t until, unsigned limit,
		      GError **error)
{
	g_autoptr(SqliteUse) statement = NULL;
	int swept;

	if (!store_table_info(table)->ages)
		return 0;
	statement = sqlite_handle_statement(rows->handle, sqlite_statements[table].sweep, error);
	if (statement == NULL)
		return -1;
	sqlite3_bind_int64(statement, 1, until);
	sqlite3_bind_int64(statement, 2, limit);
	swept = finish(rows, statement, error);
	if (swept > 0)
		rows->count[table] -= (uint64_t)swept;
	return swept;
}

/* Runs an insert or a replace; how many rows it wrote, or -1. */
static int write_row(SqliteRows *rows, const char *sql, const StoreOp *op, int64_t now,
		     GError **error)
{
	g_autoptr(SqliteUse) statement = sqlite_use(rows->handle, sql, op->key, now, error);

	if (statement == NULL)
		return -1;
	if (op->owned)
		sqlite3_bind_blob(statement, 3, op->owner, SEAL_HASH_BYTES, SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, 3);
	sqlite_bind_bytes(statement, 4, op->value);
	sqlite3_bind_int64(statement, 5, op->expires);
	return finish(rows, statement, error);
}

static int insert(SqliteRows *rows, const StoreOp *op, int64_t now, GError **error)
{
	int added = write_row(rows, sqlite_statements[op->table].insert, op, now, error);

	if (added > 0)
		rows->count[op->table] += (uint64_t)added;
	return added;
}

static bool is_over(const SqliteRows *rows, StoreTable table)
{
	return rows->count[table] > store_table_info(table)->cap;
}

static StoreOutcome put_new(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	int added;

	/* Whatever was fresh when it was judged is not now: two at once would both come first. */
	if (op->expires <= now)
		return STORE_CONFLICT;
	added = insert(rows, op, now, error);
	if (added == 0) {
		int removed =
			remove_rows(rows, op->table, sqlite_statements[op->table].remove_expired,
				    op->key, now, error);

		if (removed <= 0)
			return unless_none(removed);
		added = insert(rows, op, now, error);
	}
	if (added < 0)
		return STORE_FAULT;
	if (is_over(rows, op->table) && sqlite_rows_sweep(rows, op->table, now - LIMIT_STORE_GRACE,
							  LIMIT_WRITER_SWEEP, error) < 0)
		return STORE_FAULT;
	return is_over(rows, op->table) ? STORE_CAPPED : STORE_OK;
}

static StoreOutcome put(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	const SqliteStatements *sql = &sqlite_statements[op->table];
	int written = write_row(rows, sql->replace, op, now, error);

	if (written == 0)
		written = insert(rows, op, now, error);
	if (written > 0 && is_over(rows, op->table) && !store_table_info(op->table)->fleeting)
		return STORE_CAPPED;
	if (written > 0 && is_over(rows, op->table))
		written = remove_rows(rows, op->table, sql->remove_first, op->key, now, error);
	return unless_none(written);
}

/* Expect: whether the row that is there has this value, or none is there where there is no value;
 * for a claim, whether it has this owner. */
static StoreOutcome compare(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	const SqliteStatements *sql = &sqlite_statements[op->table];
	const bool by_owner = op->verb == STORE_CLAIM;
	g_autoptr(SqliteUse) found =
		sqlite_use(rows->handle, by_owner ? sql->owned : sql->equal, op->key, now, error);
	int rc;

	if (found == NULL)
		return STORE_FAULT;
	if (by_owner)
		sqlite3_bind_blob(found, 3, op->owner, SEAL_HASH_BYTES, SQLITE_STATIC);
	else if (op->value != NULL)
		sqlite_bind_bytes(found, 4, op->value);
	else
		sqlite3_bind_null(found, 4);
	rc = sqlite_handle_step(rows->handle, found, error);
	if (rc == SQLITE_DONE)
		return op->value == NULL ? STORE_OK : STORE_CONFLICT;
	if (rc != SQLITE_ROW)
		return STORE_FAULT;
	return sqlite3_column_int(found, 0) != 0 ? STORE_OK : STORE_CONFLICT;
}

/* And claim. */
static StoreOutcome ensure(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	int added = insert(rows, op, now, error);

	if (added > 0)
		return is_over(rows, op->table) ? STORE_CAPPED : STORE_OK;
	return added == 0 ? compare(rows, op, now, error) : STORE_FAULT;
}

static StoreOutcome take(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	g_autoptr(SqliteUse) statement =
		sqlite_use(rows->handle, sqlite_statements[op->table].take, op->key, now, error);
	int rc;

	if (statement == NULL)
		return STORE_FAULT;
	rc = sqlite_handle_step(rows->handle, statement, error);
	if (rc == SQLITE_DONE)
		return STORE_CONFLICT;
	if (rc != SQLITE_ROW)
		return STORE_FAULT;
	op->taken = sqlite_column_bytes(statement, 0);
	rows->count[op->table]--;
	return finish(rows, statement, error) < 0 ? STORE_FAULT : STORE_OK;
}

static StoreOutcome swap(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	g_autoptr(SqliteUse) statement =
		sqlite_use(rows->handle, sqlite_statements[op->table].swap, op->key, now, error);

	if (statement == NULL)
		return STORE_FAULT;
	sqlite_bind_bytes(statement, 3, op->old);
	sqlite_bind_bytes(statement, 4, op->value);
	sqlite3_bind_int64(statement, 5, op->expires);
	return unless_none(finish(rows, statement, error));
}

static StoreOutcome touch(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	g_autoptr(SqliteUse) found =
		sqlite_use(rows->handle, sqlite_statements[op->table].expiry, op->key, now, error);
	g_autoptr(SqliteUse) longer = NULL;
	int rc;

	if (found == NULL)
		return STORE_FAULT;
	rc = sqlite_handle_step(rows->handle, found, error);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE ? STORE_CONFLICT : STORE_FAULT;
	if (sqlite3_column_int64(found, 0) >= op->expires)
		return STORE_OK;
	longer = sqlite_handle_statement(rows->handle, sqlite_statements[op->table].touch, error);
	if (longer == NULL)
		return STORE_FAULT;
	sqlite3_bind_blob(longer, 1, op->key, SEAL_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(longer, 3, op->expires);
	return unless_none(finish(rows, longer, error));
}

static StoreOutcome drop(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	int removed = remove_rows(rows, op->table, sqlite_statements[op->table].drop, op->key, now,
				  error);

	return removed < 0 ? STORE_FAULT : STORE_OK;
}

static StoreOutcome drop_owner(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	int removed = remove_rows(rows, op->table, sqlite_statements[op->table].drop_owner,
				  op->owner, now, error);

	return removed < 0 ? STORE_FAULT : STORE_OK;
}

static StoreOutcome (*const verbs[])(SqliteRows *, StoreOp *, int64_t, GError **) = {
	[STORE_PUT_NEW] = put_new, [STORE_PUT] = put,
	[STORE_ENSURE] = ensure,   [STORE_CLAIM] = ensure,
	[STORE_EXPECT] = compare,  [STORE_TAKE] = take,
	[STORE_SWAP] = swap,       [STORE_TOUCH] = touch,
	[STORE_DROP] = drop,       [STORE_DROP_OWNER] = drop_owner,
};

StoreOutcome sqlite_rows_apply(SqliteRows *rows, StoreOp *op, int64_t now, GError **error)
{
	return verbs[op->verb](rows, op, now, error);
}
