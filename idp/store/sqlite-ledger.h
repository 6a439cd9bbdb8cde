/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The ledger's tables in SQLite. For the SQLite backend only.
 */
#pragma once

#include "idp/store/backend.h"
#include "idp/store/sqlite-handle.h"

/*
 * The ids of words seen lately, so that a row costs no look-up of a name. It must be emptied
 * whenever a transaction or savepoint that added words is undone: their ids are then free again.
 */
typedef struct {
	GHashTable *ids; /* char * -> id */
	bool added;      /* words that are not yet durable are among them */
} SqliteWords;

void sqlite_words_init(SqliteWords *words);
void sqlite_words_clear(SqliteWords *words);
void sqlite_words_undone(SqliteWords *words);
void sqlite_words_durable(SqliteWords *words);

/* STORE_OK, STORE_CONFLICT (the Response ID is there already) or STORE_FAULT. */
StoreOutcome sqlite_ledger_add(SqliteHandle *handle, SqliteWords *words, const LedgerRow *row,
			       GError **error);

/* Deletes at most `limit` entries that expired at `until` or before, with their values. */
bool sqlite_ledger_sweep(SqliteHandle *handle, int64_t until, unsigned limit, unsigned *swept,
			 GError **error);

/* See ledger_was_given(). */
StoreOutcome sqlite_ledger_was_given(SqliteHandle *handle, const uint8_t *person,
				     const char *protocol, const char *service,
				     const char *attribute, int64_t since, GError **error);

/* See ledger_read(). */
GPtrArray *sqlite_ledger_read(SqliteHandle *handle, const LedgerFilter *filter, GError **error);
