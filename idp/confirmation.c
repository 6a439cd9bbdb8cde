/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/confirmation.h"

#include <string.h>

#include "idp/limits.h"

static char *row_key(const char *before, const char *after)
{
	return g_strconcat(before, " ", after, NULL);
}

void confirmation_give(StoreCommit *commit, const char *before, const char *after,
		       const char *account, gint64 now)
{
	g_autofree char *key = row_key(before, after);
	g_autoptr(GBytes) bytes = g_bytes_new(account, strlen(account));

	store_put(commit, STORE_CONFIRMATION, key, NULL, bytes, now + LIMIT_CONFIRMATION);
}

char *confirmation_find(const char *place, const char *before, const char *after, gint64 now,
			GError **error)
{
	g_autofree char *key = row_key(before, after);
	g_autoptr(GError) fault = NULL;
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, place, &fault);
	g_autoptr(GBytes) value = NULL;

	/* where there is no store yet, or one without such a table, nobody has confirmed anything
	 */
	if (g_error_matches(fault, STORE_ERROR, STORE_ERROR_MISSING) ||
	    g_error_matches(fault, STORE_ERROR, STORE_ERROR_OLDER))
		return NULL;
	if (!reader) {
		g_propagate_error(error, g_steal_pointer(&fault));
		return NULL;
	}
	if (store_get(reader, STORE_CONFIRMATION, key, now, &value, NULL, error) != STORE_OK)
		return NULL;
	gsize length;
	const char *account = g_bytes_get_data(value, &length);
	return g_utf8_make_valid(account, (gssize)length);
}
