/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/entry.h"

#include "idp/limits.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
	const char *name;    /* interned */
	const char **values; /* NULL-ended; empty: it has been taken away */
} Attribute;

struct DirectoryEntry {
	atomic_uint references;
	guint n;
	unsigned marks; /* EntryMark */
	guint64 groups;
	gint64 asked_at;
	gsize size;
	const char *dn, *key;
	Attribute attributes[]; /* n; then the pointers to all values, then all texts */
};

typedef struct {
	const char *name;  /* interned */
	GPtrArray *values; /* char * */
	bool unreadable;
} DraftAttribute;

struct EntryDraft {
	GPtrArray *attributes; /* DraftAttribute */
};

/* ---- drafts ---- */

static void draft_attribute_free(gpointer data)
{
	DraftAttribute *attribute = data;
	g_ptr_array_unref(attribute->values);
	g_free(attribute);
}

EntryDraft *entry_draft_new(void)
{
	EntryDraft *draft = g_new0(EntryDraft, 1);
	draft->attributes = g_ptr_array_new_with_free_func(draft_attribute_free);
	return draft;
}

void entry_draft_free(EntryDraft *draft)
{
	if (!draft)
		return;
	g_ptr_array_unref(draft->attributes);
	g_free(draft);
}

static DraftAttribute *draft_attribute(EntryDraft *draft, const char *name)
{
	/* from the end: a server gives the values of one attribute together */
	for (guint i = draft->attributes->len; i-- > 0;) {
		DraftAttribute *attribute = draft->attributes->pdata[i];
		if (g_ascii_strcasecmp(attribute->name, name) == 0)
			return attribute;
	}
	DraftAttribute *attribute = g_new0(DraftAttribute, 1);
	attribute->name = g_intern_string(name);
	attribute->values = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(draft->attributes, attribute);
	return attribute;
}

static void spoil(DraftAttribute *attribute)
{
	attribute->unreadable = true;
	g_ptr_array_set_size(attribute->values, 0);
	g_ptr_array_add(attribute->values, g_strdup(ENTRY_UNREADABLE));
}

void entry_draft_add(EntryDraft *draft, const char *name, const char *value, gssize length)
{
	DraftAttribute *attribute = draft_attribute(draft, name);
	gsize bytes = length < 0 ? strlen(value) : (gsize)length;

	if (attribute->unreadable)
		return;
	/* g_utf8_validate_len() refuses a NUL inside: `rektor@skola.example\0x' must not be taken
	 * for its first half */
	if (attribute->values->len == LIMIT_ENTRY_VALUES || bytes > LIMIT_ENTRY_VALUE_BYTES ||
	    !g_utf8_validate_len(value, bytes, NULL))
		spoil(attribute);
	else
		g_ptr_array_add(attribute->values, g_strndup(value, bytes));
}

void entry_draft_spoil(EntryDraft *draft, const char *name)
{
	spoil(draft_attribute(draft, name));
}

/* ---- entries ---- */

static gsize block_size(const EntryDraft *draft, const char *dn, const char *key)
{
	gsize size = sizeof(DirectoryEntry) + draft->attributes->len * sizeof(Attribute) +
		     strlen(dn) + 1 + strlen(key) + 1;
	for (guint i = 0; i < draft->attributes->len; i++) {
		const DraftAttribute *attribute = draft->attributes->pdata[i];
		size += (attribute->values->len + 1) * sizeof(char *);
		for (guint j = 0; j < attribute->values->len; j++)
			size += strlen(attribute->values->pdata[j]) + 1;
	}
	return size;
}

static const char *put_text(char **at, const char *text)
{
	char *start = *at;
	*at = g_stpcpy(start, text) + 1;
	return start;
}

DirectoryEntry *entry_draft_finish(EntryDraft *taken, const char *dn, const char *key)
{
	g_autoptr(EntryDraft) draft = taken;
	const GPtrArray *attributes = draft->attributes;
	gsize size = block_size(draft, dn, key), n_values = 0;
	DirectoryEntry *entry = g_malloc0(size);

	for (guint i = 0; i < attributes->len; i++)
		n_values += ((const DraftAttribute *)attributes->pdata[i])->values->len + 1;
	const char **value = (const char **)(void *)&entry->attributes[attributes->len];
	char *text = (char *)&value[n_values];
	atomic_init(&entry->references, 1);
	entry->size = size;
	entry->n = attributes->len;
	entry->dn = put_text(&text, dn);
	entry->key = put_text(&text, key);
	for (guint i = 0; i < attributes->len; i++) {
		const DraftAttribute *attribute = attributes->pdata[i];
		entry->attributes[i] = (Attribute){attribute->name, value};
		for (guint j = 0; j < attribute->values->len; j++)
			*value++ = put_text(&text, attribute->values->pdata[j]);
		*value++ = NULL;
	}
	g_assert(text == (char *)entry + size);
	return entry;
}

DirectoryEntry *entry_ref(DirectoryEntry *entry)
{
	atomic_fetch_add_explicit(&entry->references, 1, memory_order_relaxed);
	return entry;
}

void entry_unref(DirectoryEntry *entry)
{
	if (entry && atomic_fetch_sub_explicit(&entry->references, 1, memory_order_acq_rel) == 1)
		g_free(entry);
}

const char *entry_key(const DirectoryEntry *entry)
{
	return entry->key;
}

const char *entry_dn(const DirectoryEntry *entry)
{
	return entry->dn;
}

static const char **values_of(const DirectoryEntry *entry, const char *attribute)
{
	for (guint i = 0; i < entry->n; i++)
		if (g_ascii_strcasecmp(entry->attributes[i].name, attribute) == 0)
			return *entry->attributes[i].values ? entry->attributes[i].values : NULL;
	return NULL;
}

const char *const *entry_values(const DirectoryEntry *entry, const char *attribute)
{
	return (const char *const *)values_of(entry, attribute);
}

gboolean entry_is_text(const char *value)
{
	return *value && strcmp(value, ENTRY_UNREADABLE) != 0;
}

unsigned entry_marks(const DirectoryEntry *entry)
{
	return entry->marks;
}

gint64 entry_asked_at(const DirectoryEntry *entry)
{
	return entry->asked_at;
}

static void assert_alone(const DirectoryEntry *entry)
{
	g_assert(atomic_load_explicit(&entry->references, memory_order_relaxed) == 1);
}

void entry_mark(DirectoryEntry *entry, unsigned marks)
{
	assert_alone(entry);
	entry->marks |= marks;
}

guint64 entry_groups(const DirectoryEntry *entry)
{
	return entry->groups;
}

void entry_put_groups(DirectoryEntry *entry, guint64 groups)
{
	assert_alone(entry);
	entry->groups = groups;
}

void entry_stamp(DirectoryEntry *entry, gint64 asked_at)
{
	assert_alone(entry);
	entry->asked_at = asked_at;
}

void entry_keep(DirectoryEntry *entry, const char *attribute, const bool *keep)
{
	const char **values = values_of(entry, attribute), **kept = values;

	assert_alone(entry);
	for (gsize i = 0; values && values[i]; i++)
		if (keep[i])
			*kept++ = values[i];
	if (values)
		*kept = NULL;
}

void entry_spoil(DirectoryEntry *entry, const char *attribute)
{
	const char **values = values_of(entry, attribute);

	assert_alone(entry);
	if (values) {
		values[0] = ENTRY_UNREADABLE;
		values[1] = NULL;
	}
}

gsize entry_size(const DirectoryEntry *entry)
{
	return entry->size;
}
