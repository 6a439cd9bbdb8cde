/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is said to SQLite of each table of rows. For the SQLite backend only.
 */
#pragma once

#include "idp/store/sqlite-handle.h"

/* The statements of a table; ?1 is the key, ?2 the time it is. */
typedef struct {
	const char *insert, *replace, *remove_expired, *remove_first, *equal, *owned, *take, *swap,
		*expiry, *touch, *drop, *drop_owner, *sweep, *get, *count, *walk, *walk_owner;
} SqliteStatements;

extern const SqliteStatements sqlite_statements[STORE_TABLES];

/* A kept statement with ?1 and ?2 bound. Transfer none; NULL on a fault. */
SqliteUse *sqlite_use(SqliteHandle *handle, const char *sql, const uint8_t *key, int64_t now,
		      GError **error);
