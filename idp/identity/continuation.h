/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The identity of a person: the person key of the directory, or the earlier key that it continues,
 * where the school has said (`portvakt eppn adopt') that a re-created entry is the same human.
 * Everything that must outlive an entry hangs on the identity: EPPNs, identifiers, their renewals,
 * the ledger's MACs. Sessions and what the browser knows keep the directory's key.
 */
#pragma once

#include "idp/store/store.h"

/* The identity of whom the directory knows by that key: one hop, never a chain. NULL on a fault of
 * the store. Transfer full. */
char *continuation_of(StoreReader *reader, const char *key, GError **error);

/* Adds: `key` continues `earlier`, which is an identity, as continuation_of() gives it. CONFLICT
 * where the key continues another one already. */
void continuation_remember(StoreCommit *commit, const char *key, const char *earlier);
