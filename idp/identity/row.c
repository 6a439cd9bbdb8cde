/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/row.h"

#define ROW_TYPE    "(qs)"
#define ROW_VERSION 1

GBytes *row_pack(const char *text)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(ROW_TYPE, ROW_VERSION, text));
	return g_variant_get_data_as_bytes(packed);
}

char *row_unpack(GBytes *bytes, GError **error)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(ROW_TYPE), bytes, FALSE));
	const char *text = NULL;
	guint16 version = 0;

	if (g_variant_is_normal_form(packed))
		g_variant_get(packed, "(q&s)", &version, &text);
	if (version == ROW_VERSION && *text)
		return g_strdup(text);
	g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT, "a row of the store is damaged");
	return NULL;
}

StoreOutcome row_damaged(StoreTable table, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_ERROR_CORRUPT,
		    "a row of the table %s is damaged; restore the store from a backup",
		    store_table_info(table)->name);
	return STORE_FAULT;
}

StoreOutcome row_get(StoreReader *reader, StoreTable table, const char *key, char **text,
		     GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	StoreOutcome outcome = store_get(reader, table, key, 0, &bytes, NULL, error);

	*text = outcome == STORE_OK ? row_unpack(bytes, NULL) : NULL;
	return outcome == STORE_OK && !*text ? row_damaged(table, error) : outcome;
}
