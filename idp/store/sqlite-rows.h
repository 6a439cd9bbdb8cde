/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The tables of rows in SQLite, as the verbs of store.h write them, and how many rows each has:
 * counted when the file is opened, kept from then on. For the SQLite backend only.
 */
#pragma once

#include "idp/store/backend.h"
#include "idp/store/sqlite-handle.h"

typedef struct {
	SqliteHandle *handle;
	uint64_t count[STORE_TABLES];
	uint64_t durable[STORE_TABLES]; /* as of the last commit */
} SqliteRows;

/* For a handle just opened, which is borrowed. */
bool sqlite_rows_init(SqliteRows *rows, SqliteHandle *handle, GError **error);

/* When a transaction is durable, and when one is undone. */
void sqlite_rows_durable(SqliteRows *rows);
void sqlite_rows_undone(SqliteRows *rows);

/* Runs one operation at `now` (seconds since 1970). What store.h says of its verb; STORE_CAPPED has
 * written its row all the same, and whoever undoes that puts `count` back. STORE_FAULT with error
 * set. */
StoreOutcome sqlite_rows_apply(SqliteRows *rows, StoreOp *op, int64_t now, GError **error);

/* Deletes at most `limit` rows that expired at `until` or before; how many, or -1 with error set.
 * Of a table that does not age, none. */
int sqlite_rows_sweep(SqliteRows *rows, StoreTable table, int64_t until, unsigned limit,
		      GError **error);

/* How many rows a table has, in any handle. */
bool sqlite_rows_count(SqliteHandle *handle, StoreTable table, uint64_t *count, GError **error);
