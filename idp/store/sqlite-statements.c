/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/sqlite-statements.h"

#define STATEMENTS(table, number)                                                                  \
	{                                                                                          \
		.insert = "INSERT INTO " table " (key, owner, value, expires) "                    \
			  "VALUES (?1, ?3, ?4, ?5) ON CONFLICT (key) DO NOTHING",                  \
		.replace = "UPDATE " table " SET owner = ?3, value = ?4, expires = ?5 "            \
			   "WHERE key = ?1",                                                       \
		.remove_first = "DELETE FROM " table " WHERE key = (SELECT key FROM " table        \
				" WHERE key <> ?1 ORDER BY expires LIMIT 1)",                      \
		.remove_expired = "DELETE FROM " table " WHERE key = ?1 AND expires <= ?2",        \
		.equal = "SELECT value = ?4 FROM " table " WHERE key = ?1 AND expires > ?2",       \
		.owned = "SELECT owner = ?3 FROM " table " WHERE key = ?1",                        \
		.take = "DELETE FROM " table " WHERE key = ?1 AND expires > ?2 RETURNING value",   \
		.swap = "UPDATE " table " SET value = ?4, expires = ?5 "                           \
			"WHERE key = ?1 AND expires > ?2 AND value = ?3",                          \
		.expiry = "SELECT expires FROM " table " WHERE key = ?1 AND expires > ?2",         \
		.touch = "UPDATE " table " SET expires = ?3 WHERE key = ?1",                       \
		.drop = "DELETE FROM " table " WHERE key = ?1",                                    \
		.drop_owner = "DELETE FROM " table " WHERE owner = ?1",                            \
		.sweep = "DELETE FROM " table " WHERE key IN (SELECT key FROM " table              \
			 " WHERE expires <= ?1 ORDER BY expires LIMIT ?2)",                        \
		.get = "SELECT value, expires FROM " table " WHERE key = ?1 AND expires > ?2",     \
		.count = number, .walk = "SELECT value FROM " table,                               \
		.walk_owner = "SELECT value FROM " table " WHERE owner = ?1 AND expires > ?2",     \
	}

#define FLEETING(table) STATEMENTS(table, "SELECT count(*) FROM " table)
#define DURABLE(table)  STATEMENTS(table, "SELECT rows FROM tally WHERE name = '" table "'")

const SqliteStatements sqlite_statements[STORE_TABLES] = {
	[STORE_SESSION] = FLEETING("session"),  [STORE_SPENT_ASK] = FLEETING("spent_ask"),
	[STORE_KNOWN] = FLEETING("known"),      [STORE_EPPN] = DURABLE("eppn"),
	[STORE_EPPN_OF] = DURABLE("eppn_of"),   [STORE_IDENTIFIER] = DURABLE("identifier"),
	[STORE_ROTATION] = DURABLE("rotation"), [STORE_CONTINUATION] = DURABLE("continuation"),
	[STORE_APPROVAL] = DURABLE("approval"), [STORE_CHOICE] = DURABLE("choice"),
	[STORE_HOLD] = DURABLE("hold"),         [STORE_CONFIRMATION] = FLEETING("confirmation"),
};

SqliteUse *sqlite_use(SqliteHandle *handle, const char *sql, const uint8_t *key, int64_t now,
		      GError **error)
{
	SqliteUse *statement = sqlite_handle_statement(handle, sql, error);

	if (statement == NULL)
		return NULL;
	sqlite3_bind_blob(statement, 1, key, SEAL_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, now);
	return statement;
}
