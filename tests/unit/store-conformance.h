/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What every store backend must do. A backend's test program says how to make and remove a place
 * for an empty store; the suite is the same for all.
 */
#pragma once

#include "idp/store/store.h"
#include "idp/store/writer.h"

typedef struct {
	const StoreBackend *backend;
	char *(*place_new)(void);
	void (*place_remove)(char *place);
} StoreSuite;

/* Adds its tests below "/store/". `suite` must last. */
void store_conformance_add(const StoreSuite *suite);

/* Also of use to the backend's own tests. */
#define NOW G_GINT64_CONSTANT(1800000000)

StoreOutcome conformance_apply(Store *store, StoreCommit *commit /* transfer full */);
StoreOutcome conformance_put(Store *store, StoreTable table, const char *key, const char *value,
			     int64_t expires);
StoreOutcome conformance_get(StoreReader *reader, StoreTable table, const char *key, int64_t now);
LedgerRow *conformance_ledger_row(const char *response_id, int64_t expires);
