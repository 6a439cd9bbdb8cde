/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/entry.h"

#include "idp/limits.h"

#include <string.h>

struct DirectoryEntry {
	char *dn;
	char *key;
	GHashTable *attributes; /* char * without regard to case -> GPtrArray of GBytes * */
};

static guint name_hash(gconstpointer name)
{
	guint hash = 5381;
	for (const char *c = name; *c; c++)
		hash = hash * 33 + (guchar)g_ascii_tolower(*c);
	return hash;
}

static gboolean name_equal(gconstpointer a, gconstpointer b)
{
	return g_ascii_strcasecmp(a, b) == 0;
}

DirectoryEntry *entry_new(const char *dn, const char *key)
{
	DirectoryEntry *entry = g_new0(DirectoryEntry, 1);
	entry->dn = g_strdup(dn);
	entry->key = g_strdup(key);
	entry->attributes = g_hash_table_new_full(name_hash, name_equal, g_free,
						  (GDestroyNotify)g_ptr_array_unref);
	return entry;
}

void entry_set_key(DirectoryEntry *entry, const char *key)
{
	g_free(entry->key);
	entry->key = g_strdup(key);
}

void entry_free(DirectoryEntry *entry)
{
	if (!entry)
		return;
	g_free(entry->dn);
	g_free(entry->key);
	g_hash_table_unref(entry->attributes);
	g_free(entry);
}

void entry_add_value(DirectoryEntry *entry, const char *attribute, const char *value, gssize length)
{
	static const char broken[] = "\xff";
	GPtrArray *values = g_hash_table_lookup(entry->attributes, attribute);
	gsize bytes = length < 0 ? strlen(value) : (gsize)length;

	if (!values) {
		values = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
		g_hash_table_insert(entry->attributes, g_strdup(attribute), values);
	}
	if (values->len > LIMIT_ENTRY_VALUES)
		return;
	if (values->len == LIMIT_ENTRY_VALUES || bytes > LIMIT_ENTRY_VALUE_BYTES)
		g_ptr_array_add(values, g_bytes_new_static(broken, 1));
	else
		g_ptr_array_add(values, g_bytes_new(value, bytes));
}

const char *entry_key(const DirectoryEntry *entry)
{
	return entry->key;
}

const char *entry_dn(const DirectoryEntry *entry)
{
	return entry->dn;
}

const GPtrArray *entry_values(const DirectoryEntry *entry, const char *attribute)
{
	return g_hash_table_lookup(entry->attributes, attribute);
}

char *entry_value_text(GBytes *value)
{
	gsize length;
	const char *bytes = g_bytes_get_data(value, &length);

	/* g_utf8_validate_len() refuses a NUL inside */
	if (length == 0 || !g_utf8_validate_len(bytes, length, NULL))
		return NULL;
	return g_strndup(bytes, length);
}
