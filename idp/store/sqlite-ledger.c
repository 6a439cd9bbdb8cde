/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/sqlite-ledger.h"

#include <string.h>

/* Words kept in memory: services, attributes, policy files and generations of a large school. */
#define WORDS_KEPT 10000

/* ---- words ---- */

void sqlite_words_init(SqliteWords *words)
{
	words->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	words->added = false;
}

void sqlite_words_clear(SqliteWords *words)
{
	g_hash_table_unref(words->ids);
}

void sqlite_words_undone(SqliteWords *words)
{
	if (words->added)
		g_hash_table_remove_all(words->ids);
	words->added = false;
}

void sqlite_words_durable(SqliteWords *words)
{
	words->added = false;
}

static int64_t remember(SqliteWords *words, const char *text, int64_t id)
{
	if (g_hash_table_size(words->ids) >= WORDS_KEPT)
		g_hash_table_remove_all(words->ids);
	g_hash_table_insert(words->ids, g_strdup(text), g_memdup2(&id, sizeof(id)));
	return id;
}

/* A kept statement about a word, which lives until it has been stepped. */
static SqliteUse *about_word(SqliteHandle *handle, const char *sql, const char *text,
			     GError **error)
{
	SqliteUse *statement = sqlite_handle_statement(handle, sql, error);

	if (statement != NULL)
		sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
	return statement;
}

/* The id of a word, added if need be; 0 on a fault. */
static int64_t word_id(SqliteHandle *handle, SqliteWords *words, const char *text, GError **error)
{
	static const char find[] = "SELECT id FROM ledger_word WHERE text = ?1";
	static const char add[] = "INSERT INTO ledger_word (text) VALUES (?1)";
	const int64_t *known = g_hash_table_lookup(words->ids, text);
	g_autoptr(SqliteUse) found = NULL;
	g_autoptr(SqliteUse) added = NULL;
	int rc;

	if (known != NULL)
		return *known;
	found = about_word(handle, find, text, error);
	rc = found != NULL ? sqlite_handle_step(handle, found, error) : SQLITE_ERROR;
	if (rc == SQLITE_ERROR)
		return 0;
	if (rc == SQLITE_ROW)
		return remember(words, text, sqlite3_column_int64(found, 0));
	added = about_word(handle, add, text, error);
	if (added == NULL || sqlite_handle_step(handle, added, error) == SQLITE_ERROR)
		return 0;
	words->added = true;
	return remember(words, text, sqlite3_last_insert_rowid(handle->db));
}

/* Binds the id of a word. */
static bool bind_word(SqliteHandle *handle, SqliteWords *words, SqliteUse *statement, int parameter,
		      const char *text, GError **error)
{
	int64_t id = word_id(handle, words, text, error);

	sqlite3_bind_int64(statement, parameter, id);
	return id != 0;
}

/* ---- writing ---- */

static bool add_value(SqliteHandle *handle, SqliteWords *words, int64_t entry, unsigned n,
		      const LedgerValue *value, GError **error)
{
	static const char sql[] = "INSERT INTO ledger_value (entry, n, attribute, mac, file, line) "
				  "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(handle, sql, error);

	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, entry);
	sqlite3_bind_int64(statement, 2, n);
	sqlite3_bind_blob(statement, 4, value->mac, sizeof(value->mac), SQLITE_STATIC);
	sqlite3_bind_int64(statement, 6, value->line);
	return bind_word(handle, words, statement, 3, value->attribute, error) &&
	       bind_word(handle, words, statement, 5, value->file, error) &&
	       sqlite_handle_step(handle, statement, error) == SQLITE_DONE;
}

StoreOutcome sqlite_ledger_add(SqliteHandle *handle, SqliteWords *words, const LedgerRow *row,
			       GError **error)
{
	static const char sql[] =
		"INSERT INTO ledger_entry (time, expires, outcome, protocol, service, generation, "
		"reference, response_id, person, account) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
		"ON CONFLICT (response_id) DO NOTHING";
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(handle, sql, error);
	int64_t entry;

	if (statement == NULL)
		return STORE_FAULT;
	sqlite3_bind_int64(statement, 1, row->time);
	sqlite3_bind_int64(statement, 2, row->expires);
	sqlite3_bind_int64(statement, 3, row->outcome);
	sqlite3_bind_text(statement, 7, row->reference, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 8, row->response_id, -1, SQLITE_STATIC);
	sqlite3_bind_blob(statement, 9, row->person, sizeof(row->person), SQLITE_STATIC);
	sqlite3_bind_null(statement, 10);
	if ((row->account != NULL &&
	     !bind_word(handle, words, statement, 10, row->account, error)) ||
	    !bind_word(handle, words, statement, 4, row->protocol, error) ||
	    !bind_word(handle, words, statement, 5, row->service, error) ||
	    !bind_word(handle, words, statement, 6, row->generation, error) ||
	    sqlite_handle_step(handle, statement, error) == SQLITE_ERROR)
		return STORE_FAULT;
	if (sqlite3_changes(handle->db) == 0)
		return STORE_CONFLICT;
	entry = sqlite3_last_insert_rowid(handle->db);
	for (unsigned i = 0; i < row->values->len; i++)
		if (!add_value(handle, words, entry, i, row->values->pdata[i], error))
			return STORE_FAULT;
	return STORE_OK;
}

static bool sweep_one(SqliteHandle *handle, const char *sql, int64_t until, unsigned limit,
		      GError **error)
{
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(handle, sql, error);

	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, until);
	sqlite3_bind_int64(statement, 2, limit);
	return sqlite_handle_step(handle, statement, error) == SQLITE_DONE;
}

bool sqlite_ledger_sweep(SqliteHandle *handle, int64_t until, unsigned limit, unsigned *swept,
			 GError **error)
{
#define EXPIRED "(SELECT id FROM ledger_entry WHERE expires <= ?1 ORDER BY expires, id LIMIT ?2)"
	static const char values[] = "DELETE FROM ledger_value WHERE entry IN " EXPIRED;
	static const char entries[] = "DELETE FROM ledger_entry WHERE id IN " EXPIRED;
#undef EXPIRED

	if (!sweep_one(handle, values, until, limit, error) ||
	    !sweep_one(handle, entries, until, limit, error))
		return false;
	*swept = (unsigned)sqlite3_changes(handle->db);
	return true;
}

/* ---- reading ---- */

static char *text(SqliteUse *statement, int column)
{
	return g_strdup((const char *)sqlite3_column_text(statement, column));
}

/* A hash of another length, in a damaged row, reads as zeros. */
static void hash(SqliteUse *statement, int column, uint8_t to[SEAL_HASH_BYTES])
{
	const void *bytes = sqlite3_column_blob(statement, column);

	if (bytes != NULL && sqlite3_column_bytes(statement, column) == SEAL_HASH_BYTES)
		memcpy(to, bytes, SEAL_HASH_BYTES);
}

static bool read_values(SqliteHandle *handle, LedgerRow *row, GError **error)
{
	static const char sql[] =
		"SELECT a.text, v.mac, f.text, v.line FROM ledger_value v "
		"JOIN ledger_word a ON a.id = v.attribute JOIN ledger_word f ON f.id = v.file "
		"WHERE v.entry = ?1 ORDER BY v.n";
	g_autoptr(SqliteUse) statement = sqlite_handle_statement(handle, sql, error);
	int rc;

	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, row->id);
	while ((rc = sqlite_handle_step(handle, statement, error)) == SQLITE_ROW) {
		LedgerValue *value = ledger_row_value(row);

		value->attribute = text(statement, 0);
		hash(statement, 1, value->mac);
		value->file = text(statement, 2);
		value->line = (unsigned)sqlite3_column_int64(statement, 3);
	}
	return rc == SQLITE_DONE;
}

static LedgerRow *row_of(SqliteUse *statement)
{
	LedgerRow *row = ledger_row_alloc();

	row->id = sqlite3_column_int64(statement, 0);
	row->time = sqlite3_column_int64(statement, 1);
	row->expires = sqlite3_column_int64(statement, 2);
	row->outcome = (LedgerOutcome)sqlite3_column_int64(statement, 3);
	row->protocol = text(statement, 4);
	row->service = text(statement, 5);
	row->generation = text(statement, 6);
	row->reference = text(statement, 7);
	row->response_id = text(statement, 8);
	hash(statement, 9, row->person);
	row->account = text(statement, 10);
	return row;
}

/* Only the conditions that are set, so that SQLite picks the index that serves them. */
static sqlite3_stmt *prepare_read(SqliteHandle *handle, const LedgerFilter *filter, GError **error)
{
	g_autofree char *sql = g_strconcat(
		"SELECT e.id, e.time, e.expires, e.outcome, p.text, s.text, g.text, e.reference, "
		"e.response_id, e.person, a.text FROM ledger_entry e "
		"LEFT JOIN ledger_word a ON a.id = e.account "
		"JOIN ledger_word p ON p.id = e.protocol JOIN ledger_word s ON s.id = e.service "
		"JOIN ledger_word g ON g.id = e.generation WHERE e.time >= ?4",
		filter->response_id != NULL ? " AND e.response_id = ?1" : "",
		filter->person != NULL ? " AND e.person = ?2" : "",
		filter->service != NULL ? " AND s.text = ?3" : "",
		filter->before_id > 0 ? " AND e.id < ?5" : "", " ORDER BY e.id DESC LIMIT ?6",
		NULL);
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(handle->db, sql, -1, &statement, NULL) != SQLITE_OK) {
		sqlite_handle_fail(handle, "read the ledger", error);
		return NULL;
	}
	/* A parameter that the text lacks is out of range, which is harmless. */
	sqlite3_bind_text(statement, 1, filter->response_id, -1, SQLITE_STATIC);
	if (filter->person != NULL)
		sqlite3_bind_blob(statement, 2, filter->person, SEAL_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, filter->service, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 4, filter->since);
	sqlite3_bind_int64(statement, 5, filter->before_id);
	sqlite3_bind_int64(statement, 6, filter->limit);
	return statement;
}

static bool read_rows(SqliteHandle *handle, const LedgerFilter *filter, GPtrArray *rows,
		      GError **error)
{
	sqlite3_stmt *statement = prepare_read(handle, filter, error);
	int rc = SQLITE_ERROR;

	while (statement != NULL &&
	       (rc = sqlite_handle_step(handle, statement, error)) == SQLITE_ROW) {
		g_ptr_array_add(rows, row_of(statement));
		if (!read_values(handle, rows->pdata[rows->len - 1], error)) {
			rc = SQLITE_ERROR;
			break;
		}
	}
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE;
}

GPtrArray *sqlite_ledger_read(SqliteHandle *handle, const LedgerFilter *filter, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_row_free);

	/* The open statement holds one snapshot, so a sweep cannot come between an entry and its
	 * values. */
	if (!read_rows(handle, filter, rows, error))
		return NULL;
	return g_steal_pointer(&rows);
}

StoreOutcome sqlite_ledger_was_given(SqliteHandle *handle, const uint8_t *person,
				     const char *protocol, const char *service,
				     const char *attribute, int64_t since, GError **error)
{
#define GIVEN(which)                                                                               \
	"SELECT 1 FROM ledger_entry e WHERE e.person = ?1 " which "AND e.time >= ?4 "              \
	"AND e.outcome = ?5 AND EXISTS (SELECT 1 FROM ledger_value v "                             \
	"WHERE v.entry = e.id AND v.attribute = "                                                  \
	"(SELECT id FROM ledger_word WHERE text = ?3)) ORDER BY e.id DESC LIMIT 1"
	static const char anywhere[] = GIVEN("AND ?2 IS NULL ");
	static const char here[] =
		GIVEN("AND e.service = (SELECT id FROM ledger_word WHERE text = ?2) "
		      "AND e.protocol = (SELECT id FROM ledger_word WHERE text = ?6) ");
	g_autoptr(SqliteUse) statement =
		sqlite_handle_statement(handle, service ? here : anywhere, error);
	int rc;

	if (statement == NULL)
		return STORE_FAULT;
	sqlite3_bind_blob(statement, 1, person, SEAL_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, service, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, attribute, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 4, since);
	sqlite3_bind_int(statement, 5, LEDGER_ANSWERED);
	if (service != NULL)
		sqlite3_bind_text(statement, 6, protocol, -1, SQLITE_STATIC);
	rc = sqlite_handle_step(handle, statement, error);
	if (rc == SQLITE_ROW)
		return STORE_OK;
	return rc == SQLITE_DONE ? STORE_ABSENT : STORE_FAULT;
}
