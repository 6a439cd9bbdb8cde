/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a store backend offers, and the plain values it is given. For the store's own files and
 * for tests that stand between the store and a backend; everybody else has store.h.
 */
#pragma once

#include "idp/ledger.h"

typedef enum {
	STORE_PUT_NEW,
	STORE_PUT,
	STORE_ENSURE,
	STORE_CLAIM,
	STORE_EXPECT,
	STORE_TAKE,
	STORE_SWAP,
	STORE_TOUCH,
	STORE_DROP,
	STORE_DROP_OWNER,
} StoreVerb;

/* One operation; which members count follows from the verb, see store.h. */
typedef struct {
	StoreVerb verb;
	StoreTable table;
	bool owned; /* `owner` is set: drop-owner, claim, perhaps put-new, put, ensure */
	uint8_t key[SEAL_HASH_BYTES];   /* hashed with the table */
	uint8_t owner[SEAL_HASH_BYTES]; /* likewise */
	GBytes *value;
	GBytes *old;
	int64_t expires;
	GBytes *taken; /* set by the backend for a take */
} StoreOp;

struct StoreCommit {
	int64_t now;
	GArray *ops; /* StoreOp */
	LedgerRow *ledger;
	StoreDone done;
	bool (*wanted)(gpointer data); /* or NULL */
	gpointer data;
	gsize bytes;       /* about what its rows take */
	GError *error;     /* what is wrong with the commit itself */
	StoreCommit *next; /* the writer's queue */
};

/* For whoever has hashes already: an operation of which only the verb and the table are set, valid
 * until the next one is added, and its value. What store.h says of values and `expires` holds. */
StoreOp *store_commit_op(StoreCommit *commit, StoreVerb verb, StoreTable table);
void store_op_value(StoreCommit *commit, StoreOp *op, GBytes *value, int64_t expires);

struct Store {
	const StoreBackend *backend;
};

struct StoreReader {
	const StoreBackend *backend;
};

struct StoreBackend {
	const char *name;

	Store *(*open)(const char *place, GError **error);
	void (*close)(Store *store);

	/*
	 * One transaction: begin, apply any number of times, then commit (true: durable) or
	 * rollback. apply() does all of a StoreCommit or nothing, and says STORE_OK, or CONFLICT
	 * or CAPPED with the operation it was, or FAULT with an error. After a FAULT or a failed
	 * commit() the caller calls rollback(). It sets `taken` of the takes.
	 */
	bool (*begin)(Store *store, GError **error);
	StoreOutcome (*apply)(Store *store, StoreCommit *commit, unsigned *op, GError **error);
	bool (*commit)(Store *store, GError **error);
	void (*rollback)(Store *store);

	/* Within a transaction. Deletes what expired at `until` or before. */
	bool (*sweep)(Store *store, int64_t until, unsigned limit, bool *more, GError **error);

	/*
	 * Where a disk can be full; NULL elsewhere. After a rollback, when the error was
	 * STORE_ERROR_FULL: gives the next transaction more room, from the disk or else from the
	 * reserve. Whether it did. The others: see store.h.
	 */
	bool (*make_room)(Store *store);
	bool (*reserve)(Store *store, uint64_t want, GError **error);
	uint64_t (*reserve_left)(const Store *store);

	StoreReader *(*reader_open)(const char *place, GError **error);
	void (*reader_close)(StoreReader *reader);
	StoreOutcome (*get)(StoreReader *reader, StoreTable table, const uint8_t *key, int64_t now,
			    GBytes **value, int64_t *expires, GError **error);
	bool (*count)(StoreReader *reader, StoreTable table, uint64_t *count, GError **error);
	/* owner: hashed, or NULL for the rows of all, then whatever `now` is */
	bool (*walk)(StoreReader *reader, StoreTable table, const uint8_t *owner, int64_t now,
		     bool (*row)(GBytes *value, gpointer data), gpointer data, GError **error);
	StoreOutcome (*ledger_was_given)(StoreReader *reader, const uint8_t *person,
					 const char *protocol, const char *service,
					 const char *attribute, int64_t since, GError **error);
	GPtrArray *(*ledger_read)(StoreReader *reader, const LedgerFilter *filter, GError **error);
};

/* A row with nothing in it, for a backend that reads one. Transfer full. */
LedgerRow *ledger_row_alloc(void);
/* Adds a value with nothing in it to the row. Transfer none. */
LedgerValue *ledger_row_value(LedgerRow *row);
