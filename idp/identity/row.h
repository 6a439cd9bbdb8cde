/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The simplest row of the store: one text, packed as a versioned GVariant. Equal texts give equal
 * bytes, which is what store_ensure() compares.
 */
#pragma once

#include "idp/store/store.h"

/* Transfer full. */
GBytes *row_pack(const char *text);

/* The text; NULL with STORE_ERROR/STORE_ERROR_CORRUPT for anything row_pack() does not make, since
 * a damaged row must never be taken for no row. Transfer full. */
char *row_unpack(GBytes *bytes, GError **error);

/* The text of a row that never expires; `*text` (transfer full) is set for STORE_OK, else NULL. */
StoreOutcome row_get(StoreReader *reader, StoreTable table, const char *key, char **text,
		     GError **error);

/* STORE_FAULT, saying which table has a damaged row. */
StoreOutcome row_damaged(StoreTable table, GError **error);
