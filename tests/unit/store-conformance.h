/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What every store backend must do. A backend's test program says how to make and remove a place
 * for an empty store; the suite is the same for all.
 */
#pragma once

#include "idp/ledger.h"
#include "idp/store/writer.h"

typedef struct {
	const StoreBackend *backend;
	char *(*place_new)(void);
	void (*place_remove)(char *place);
	bool beside; /* its stores are beside the one that writes, see store_open_beside() */
} StoreSuite;

/* Adds its tests below "/store/". `suite` must last. */
void store_conformance_add(const StoreSuite *suite);

/* ---- for the tests themselves ---- */

#define NOW G_GINT64_CONSTANT(1800000000)

typedef struct {
	const StoreSuite *suite;
	char *place;
	Store *store;
	StoreReader *reader;
} Fixture;

typedef struct {
	const char *name;
	void (*run)(Fixture *, gconstpointer);
	bool own; /* not for a store beside: of transactions that fail, sweeping, huge commits */
} ConformanceTest;

/* Ended by a NULL. */
extern const ConformanceTest conformance_durable_tests[];
extern const ConformanceTest conformance_ledger_tests[];
extern const ConformanceTest conformance_race_tests[];

/* Applies a commit (transfer full) and frees it. */
StoreOutcome conformance_apply(Store *store, StoreCommit *commit);
/* A commit of one put-new as of NOW; and that, applied. */
StoreCommit *conformance_put_of(StoreTable table, const char *key, const char *owner,
				const char *value, int64_t expires);
StoreOutcome conformance_put(Store *store, StoreTable table, const char *key, const char *value,
			     int64_t expires);
StoreOutcome conformance_get(StoreReader *reader, StoreTable table, const char *key, int64_t now);
/* Asserts what is there at NOW: NULL for nothing. */
void conformance_assert_row(Fixture *f, StoreTable table, const char *key, const char *want);
uint64_t conformance_count(Fixture *f, StoreTable table);
/* Fills the table to its cap with empty rows, whose keys are "0", "1", ... */
void conformance_fill(Fixture *f, StoreTable table, int64_t expires);
LedgerKey *conformance_ledger_key(void);
LedgerRow *conformance_ledger_row(const char *response_id, int64_t expires);
