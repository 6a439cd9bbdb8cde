/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/store.h"

#include <string.h>

#include "idp/limits.h"
#include "idp/store/backend.h"

G_DEFINE_QUARK(portvakt - store - error, store_error)

/* What a row takes beside its value: two hashes, their index entries, the page's own. */
#define ROW_BYTES 200

/* Steps of room that one transaction may need; the writer's need one or two. */
#define ROOM_TRIES 100

typedef struct {
	StoreTableInfo info;
	const char *key_purpose;
	const char *owner_purpose;
} Table;

#define TABLE(name, fleeting, ages, cap)                                                           \
	{                                                                                          \
		{name, fleeting, ages, cap}, "portvakt store " name " key 1",                      \
			"portvakt store " name " owner 1"                                          \
	}
#define FLEETING(name, cap) TABLE(name, true, true, cap)
#define DURABLE(name, cap)  TABLE(name, false, false, cap)
#define AGING(name, cap)    TABLE(name, false, true, cap)

static const Table tables[STORE_TABLES] = {
	[STORE_SESSION] = FLEETING("session", LIMIT_STORE_SESSIONS),
	[STORE_SPENT_ASK] = FLEETING("spent_ask", LIMIT_STORE_SPENT_ASKS),
	[STORE_KNOWN] = FLEETING("known", LIMIT_STORE_KNOWN),
	[STORE_CONFIRMATION] = FLEETING("confirmation", LIMIT_STORE_CONFIRMATIONS),
	[STORE_EPPN] = DURABLE("eppn", LIMIT_STORE_EPPNS),
	[STORE_EPPN_OF] = DURABLE("eppn_of", LIMIT_STORE_EPPNS),
	[STORE_IDENTIFIER] = DURABLE("identifier", LIMIT_STORE_IDENTIFIERS),
	[STORE_ROTATION] = DURABLE("rotation", LIMIT_STORE_ROTATIONS),
	[STORE_CONTINUATION] = DURABLE("continuation", LIMIT_STORE_CONTINUATIONS),
	[STORE_APPROVAL] = DURABLE("approval", LIMIT_STORE_APPROVALS),
	[STORE_CHOICE] = AGING("choice", LIMIT_STORE_CHOICES),
	[STORE_HOLD] = DURABLE("hold", LIMIT_STORE_HOLDS),
};

const StoreTableInfo *store_table_info(StoreTable table)
{
	g_assert(table < STORE_TABLES);
	return &tables[table].info;
}

/* ---- opening ---- */

Store *store_open(const StoreBackend *backend, const char *place, GError **error)
{
	return backend->open(place, error);
}

void store_close(Store *store)
{
	if (store != NULL)
		store->backend->close(store);
}

StoreReader *store_reader_open(const StoreBackend *backend, const char *place, GError **error)
{
	return backend->reader_open(place, error);
}

void store_reader_close(StoreReader *reader)
{
	if (reader != NULL)
		reader->backend->reader_close(reader);
}

/* ---- reading ---- */

StoreOutcome store_get(StoreReader *reader, StoreTable table, const char *key, int64_t now,
		       GBytes **value, int64_t *expires, GError **error)
{
	uint8_t hash[SEAL_HASH_BYTES];

	g_assert(table < STORE_TABLES);
	if (value != NULL)
		*value = NULL;
	seal_hash(tables[table].key_purpose, key, strlen(key), hash);
	return reader->backend->get(reader, table, hash, now, value, expires, error);
}

bool store_count(StoreReader *reader, StoreTable table, uint64_t *count, GError **error)
{
	g_assert(table < STORE_TABLES);
	return reader->backend->count(reader, table, count, error);
}

bool store_walk(StoreReader *reader, StoreTable table, bool (*row)(GBytes *value, gpointer data),
		gpointer data, GError **error)
{
	g_assert(table < STORE_TABLES && !tables[table].info.fleeting);
	return reader->backend->walk(reader, table, NULL, 0, row, data, error);
}

bool store_walk_owner(StoreReader *reader, StoreTable table, const char *owner, int64_t now,
		      bool (*row)(GBytes *value, gpointer data), gpointer data, GError **error)
{
	uint8_t hash[SEAL_HASH_BYTES];

	g_assert(table < STORE_TABLES && !tables[table].info.fleeting);
	seal_hash(tables[table].owner_purpose, owner, strlen(owner), hash);
	return reader->backend->walk(reader, table, hash, now, row, data, error);
}

StoreOutcome ledger_was_given(StoreReader *reader, const uint8_t person[SEAL_HASH_BYTES],
			      Protocol protocol, const char *service, const char *attribute,
			      int64_t since, GError **error)
{
	return reader->backend->ledger_was_given(reader, person,
						 service ? ledger_protocol_name(protocol) : NULL,
						 service, attribute, since, error);
}

GPtrArray *ledger_read(StoreReader *reader, const LedgerFilter *filter, GError **error)
{
	g_assert(filter->limit > 0 && filter->limit <= LEDGER_READ_MAX);
	return reader->backend->ledger_read(reader, filter, error);
}

/* ---- commits ---- */

static void op_clear(gpointer data)
{
	StoreOp *op = data;

	g_clear_pointer(&op->value, g_bytes_unref);
	g_clear_pointer(&op->old, g_bytes_unref);
	g_clear_pointer(&op->taken, g_bytes_unref);
}

StoreCommit *store_commit_new(int64_t now, StoreDone done, gpointer data)
{
	StoreCommit *commit = g_new0(StoreCommit, 1);

	commit->now = now;
	commit->ops = g_array_new(FALSE, TRUE, sizeof(StoreOp));
	g_array_set_clear_func(commit->ops, op_clear);
	commit->done = done;
	commit->data = data;
	return commit;
}

void store_commit_while(StoreCommit *commit, bool (*wanted)(gpointer data))
{
	commit->wanted = wanted;
}

void store_commit_free(StoreCommit *commit)
{
	if (commit == NULL)
		return;
	g_array_unref(commit->ops);
	ledger_row_free(commit->ledger);
	g_clear_error(&commit->error);
	g_free(commit);
}

StoreOp *store_commit_op(StoreCommit *commit, StoreVerb verb, StoreTable table)
{
	StoreOp *op;

	g_assert(table < STORE_TABLES);
	g_array_set_size(commit->ops, commit->ops->len + 1);
	op = &g_array_index(commit->ops, StoreOp, commit->ops->len - 1);
	op->verb = verb;
	op->table = table;
	commit->bytes += ROW_BYTES;
	return op;
}

void store_op_value(StoreCommit *commit, StoreOp *op, GBytes *value, int64_t expires)
{
	g_assert(tables[op->table].info.ages || expires == STORE_NEVER);
	op->value = g_bytes_ref(value);
	op->expires = expires;
	commit->bytes += g_bytes_get_size(value);
	if (g_bytes_get_size(value) > LIMIT_STORE_VALUE && commit->error == NULL)
		commit->error = g_error_new(
			STORE_ERROR, STORE_ERROR_LIMIT,
			"a value of %" G_GSIZE_FORMAT " bytes for table %s; %d are allowed",
			g_bytes_get_size(value), tables[op->table].info.name, LIMIT_STORE_VALUE);
}

static StoreOp *add_op(StoreCommit *commit, StoreVerb verb, StoreTable table, const char *key)
{
	StoreOp *op = store_commit_op(commit, verb, table);

	if (key != NULL)
		seal_hash(tables[table].key_purpose, key, strlen(key), op->key);
	return op;
}

static void set_owner(StoreOp *op, const char *owner)
{
	op->owned = true;
	seal_hash(tables[op->table].owner_purpose, owner, strlen(owner), op->owner);
}

static void add_put(StoreCommit *commit, StoreVerb verb, StoreTable table, const char *key,
		    const char *owner, GBytes *value, int64_t expires)
{
	StoreOp *op = add_op(commit, verb, table, key);

	if (owner != NULL)
		set_owner(op, owner);
	store_op_value(commit, op, value, expires);
}

void store_put_new(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
		   GBytes *value, int64_t expires)
{
	add_put(commit, STORE_PUT_NEW, table, key, owner, value, expires);
}

void store_put(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
	       GBytes *value, int64_t expires)
{
	add_put(commit, STORE_PUT, table, key, owner, value, expires);
}

void store_ensure(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
		  GBytes *value)
{
	g_assert(!tables[table].info.fleeting);
	add_put(commit, STORE_ENSURE, table, key, owner, value, STORE_NEVER);
}

void store_claim(StoreCommit *commit, StoreTable table, const char *key, const char *owner,
		 GBytes *value)
{
	g_assert(!tables[table].info.fleeting && owner != NULL);
	add_put(commit, STORE_CLAIM, table, key, owner, value, STORE_NEVER);
}

void store_expect(StoreCommit *commit, StoreTable table, const char *key, GBytes *value)
{
	StoreOp *op = add_op(commit, STORE_EXPECT, table, key);

	g_assert(!tables[table].info.fleeting);
	if (value != NULL)
		store_op_value(commit, op, value, STORE_NEVER);
	op->expires = STORE_NEVER;
}

void store_take(StoreCommit *commit, StoreTable table, const char *key)
{
	add_op(commit, STORE_TAKE, table, key);
}

void store_swap(StoreCommit *commit, StoreTable table, const char *key, GBytes *old, GBytes *value,
		int64_t expires)
{
	StoreOp *op = add_op(commit, STORE_SWAP, table, key);

	op->old = g_bytes_ref(old);
	store_op_value(commit, op, value, expires);
}

void store_touch(StoreCommit *commit, StoreTable table, const char *key, int64_t expires)
{
	add_op(commit, STORE_TOUCH, table, key)->expires = expires;
}

void store_drop(StoreCommit *commit, StoreTable table, const char *key)
{
	add_op(commit, STORE_DROP, table, key);
}

void store_drop_owner(StoreCommit *commit, StoreTable table, const char *owner)
{
	set_owner(add_op(commit, STORE_DROP_OWNER, table, NULL), owner);
}

void store_add_ledger(StoreCommit *commit, LedgerRow *row)
{
	g_assert(commit->ledger == NULL && row->outcome != LEDGER_NOTHING);
	commit->ledger = row;
	commit->bytes += ROW_BYTES * (2 + (gsize)row->values->len);
}

unsigned store_commit_ops(const StoreCommit *commit)
{
	return commit->ops->len;
}

GBytes *store_taken(const StoreCommit *commit, unsigned op)
{
	g_assert(op < commit->ops->len);
	return g_array_index(commit->ops, StoreOp, op).taken;
}

/* ---- writing ---- */

static void forget_taken(StoreCommit *commit)
{
	for (unsigned i = 0; i < commit->ops->len; i++)
		g_clear_pointer(&g_array_index(commit->ops, StoreOp, i).taken, g_bytes_unref);
}

static bool apply_all(Store *store, StoreCommit *const *commits, unsigned n, StoreResult *results,
		      GError **error)
{
	if (!store->backend->begin(store, error))
		return false;
	for (unsigned i = 0; i < n; i++) {
		StoreResult *result = &results[i];

		if (commits[i]->error != NULL)
			continue;
		/* only now, since begin() may have waited for another process */
		if (commits[i]->wanted != NULL && !commits[i]->wanted(commits[i]->data)) {
			result->outcome = STORE_UNWANTED;
			continue;
		}
		result->outcome = store->backend->apply(store, commits[i], &result->op, error);
		if (result->outcome == STORE_FAULT)
			return false;
		if (result->outcome != STORE_OK)
			forget_taken(commits[i]);
	}
	return store->backend->commit(store, error);
}

/* All of them or, after a fault, none. */
static bool apply_once(Store *store, StoreCommit *const *commits, unsigned n, StoreResult *results,
		       GError **error)
{
	for (unsigned i = 0; i < n; i++)
		results[i] = (StoreResult){.outcome = STORE_FAULT, .error = commits[i]->error};
	if (apply_all(store, commits, n, results, error))
		return true;
	store->backend->rollback(store);
	for (unsigned i = 0; i < n; i++)
		forget_taken(commits[i]);
	return false;
}

/* Whether what failed for want of room should be tried again. */
static bool make_room(Store *store, const GError *fault)
{
	return g_error_matches(fault, STORE_ERROR, STORE_ERROR_FULL) && store->backend->make_room &&
	       store->backend->make_room(store);
}

bool store_apply(Store *store, StoreCommit *const *commits, unsigned n, StoreResult *results,
		 GError **error)
{
	GError *fault = NULL;

	for (unsigned tries = 1;; tries++) {
		if (apply_once(store, commits, n, results, &fault))
			return true;
		g_assert(fault != NULL);
		if (tries == ROOM_TRIES || !make_room(store, fault))
			break;
		g_clear_error(&fault);
	}
	for (unsigned i = 0; i < n; i++) {
		if (commits[i]->error == NULL)
			commits[i]->error = g_error_copy(fault);
		results[i] = (StoreResult){.outcome = STORE_FAULT, .error = commits[i]->error};
	}
	g_propagate_error(error, fault);
	return false;
}

bool store_reserve(Store *store, uint64_t want, uint64_t *have, GError **error)
{
	bool good = true;

	if (store->backend->reserve != NULL)
		good = store->backend->reserve(store, want, error);
	*have = store->backend->reserve != NULL ? store_reserve_left(store) : want;
	return good;
}

uint64_t store_reserve_left(const Store *store)
{
	return store->backend->reserve_left != NULL ? store->backend->reserve_left(store) : 0;
}

bool store_sweep(Store *store, int64_t now, unsigned limit, bool *more, GError **error)
{
	bool left = false;

	if (store->backend->begin(store, error)) {
		if (store->backend->sweep(store, now - LIMIT_STORE_GRACE, limit, &left, error) &&
		    store->backend->commit(store, error)) {
			if (more != NULL)
				*more = left;
			return true;
		}
	}
	store->backend->rollback(store);
	return false;
}
