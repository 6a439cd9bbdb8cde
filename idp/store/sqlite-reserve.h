/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Room on the disk, for the files of the SQLite backend only.
 *
 * In WAL mode a commit writes to the log, and the file itself grows only when the log is copied
 * into it. A disk that is full by then leaves a log that can never be emptied. So nothing is
 * committed but what has its place in the file already: the file grows beforehand, a chunk at a
 * time, and `max_page_count` is what it has. The log has its own size beforehand, too.
 *
 * The reserve is rows of the table `reserve`, inside the file, where no other program can take
 * them. Where the disk refuses another chunk, one row is deleted, and its pages are room for some
 * hundred logins.
 */
#pragma once

#include "idp/store/sqlite-handle.h"

typedef struct {
	SqliteHandle *handle;
	int64_t page_bytes;
	int64_t allowed; /* pages: max_page_count as it was set */
	uint64_t have;   /* bytes in the table */
	int64_t step;    /* what the file grows by: doubled until a transaction fits */
	bool log_is_laid_out;
	bool log_was_emptied; /* by sqlite_reserve_make_room(), since the last commit */
} SqliteReserve;

/* For a handle just opened. */
bool sqlite_reserve_init(SqliteReserve *reserve, SqliteHandle *handle, GError **error);

/* Before each transaction: sets max_page_count. */
bool sqlite_reserve_bound(SqliteReserve *reserve, GError **error);

/* After a transaction that is durable. */
static inline void sqlite_reserve_committed(SqliteReserve *reserve)
{
	reserve->log_was_emptied = false;
	reserve->step = 0;
}

/* After a transaction that found no room: makes some. Whether it is worth to try again. */
bool sqlite_reserve_make_room(SqliteReserve *reserve);

/* Adds one row, if less than `want` bytes are there, and lays out the log. Error
 * STORE_ERROR_FULL when the disk refuses. */
bool sqlite_reserve_fill(SqliteReserve *reserve, uint64_t want, GError **error);

/* Before the handle is closed for good: empties the log but keeps its place on the disk. */
void sqlite_reserve_keep_log(SqliteReserve *reserve);
