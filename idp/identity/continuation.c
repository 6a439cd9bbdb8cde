/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/continuation.h"

#include "idp/identity/row.h"

char *continuation_of(StoreReader *reader, const char *key, GError **error)
{
	char *earlier = NULL;

	switch (row_get(reader, STORE_CONTINUATION, key, &earlier, error)) {
	case STORE_OK:
		return earlier;
	case STORE_ABSENT:
		return g_strdup(key);
	default:
		return NULL;
	}
}

void continuation_remember(StoreCommit *commit, const char *key, const char *earlier)
{
	g_autoptr(GBytes) row = row_pack(earlier);

	g_assert(!g_str_equal(key, earlier));
	store_ensure(commit, STORE_CONTINUATION, key, earlier, row);
}
