/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * One entry as the directory gave it: a plain value that knows nothing of roles or policy. It never
 * changes, is counted by references, and may be held by several threads; it is one block of memory,
 * since many are kept (entry-cache.h).
 *
 * Attribute names are compared without regard to ASCII case. Values are text, in the order the
 * directory gave them. An attribute is taken whole or not at all: when one of its values is not
 * UTF-8, holds a NUL or is longer than LIMIT_ENTRY_VALUE_BYTES, or there are more than
 * LIMIT_ENTRY_VALUES (limits.h), ENTRY_UNREADABLE is its only value. No text is ever that, so
 * whoever looks sees a broken value and not a missing one, a shorter one or a part of a list.
 */
typedef struct DirectoryEntry DirectoryEntry;

#define ENTRY_UNREADABLE "\xff"

DirectoryEntry *entry_ref(DirectoryEntry *entry);
void entry_unref(DirectoryEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DirectoryEntry, entry_unref)

/* The person key: printable, at most LIMIT_PERSON_KEY bytes, and never empty but for an entry of
 * DIRECTORY_NO_KEY in a walk (directory.h). Transfer none. */
const char *entry_key(const DirectoryEntry *entry);

/* The distinguished name: for admins' eyes only, since it may hold a name. Transfer none. */
const char *entry_dn(const DirectoryEntry *entry);

/* The values of an attribute, NULL-ended, or NULL if it has none. A value may be empty, which is no
 * text either. Transfer none. */
const char *const *entry_values(const DirectoryEntry *entry, const char *attribute);

/* Is it a text that says something: neither empty nor ENTRY_UNREADABLE? */
gboolean entry_is_text(const char *value);

/* What was found out of an entry beside its own values, as bits. */
typedef enum {
	ENTRY_EPPN_SHARED = 1 << 0,      /* another entry has one of its EPPNs now */
	ENTRY_PROTECTED_MEMBER = 1 << 1, /* it is in the group of those with protected identity */
	ENTRY_PROTECTED_UNKNOWN =
		1 << 2, /* the directory does not say whether it is: as if it were */
} EntryMark;

unsigned entry_marks(const DirectoryEntry *entry);

/* Which of the groups that policies speak of it is in: a bit for each (directory.h). */
guint64 entry_groups(const DirectoryEntry *entry);

/* When the directory was asked for it, in seconds since 1970; 0 for one of a walk. */
gint64 entry_asked_at(const DirectoryEntry *entry);

/* What may be done before anybody else holds the entry: add marks; say which groups it is in; say
 * when it was asked for; keep of an attribute's values those of which the array (as long as the
 * values) says so; make it unreadable, if it is there. */
void entry_mark(DirectoryEntry *entry, unsigned marks);
void entry_put_groups(DirectoryEntry *entry, guint64 groups);
void entry_stamp(DirectoryEntry *entry, gint64 asked_at);
void entry_keep(DirectoryEntry *entry, const char *attribute, const bool *keep);
void entry_spoil(DirectoryEntry *entry, const char *attribute);

/* The bytes of memory it takes. */
gsize entry_size(const DirectoryEntry *entry);

/* An entry that is still being read; belongs to one thread. */
typedef struct EntryDraft EntryDraft;

EntryDraft *entry_draft_new(void);
void entry_draft_free(EntryDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EntryDraft, entry_draft_free)

/* Adds a copy of the length bytes at value (-1: up to its NUL). The name is kept for ever
 * (interned), so it is one that was asked for, never one that a server made up. */
void entry_draft_add(EntryDraft *draft, const char *attribute, const char *value, gssize length);

/* The attribute is unreadable, whatever its values are or will be. */
void entry_draft_spoil(EntryDraft *draft, const char *attribute);

/* The entry. key is the person key, see directory.h. draft: transfer full. Returns: transfer full.
 */
DirectoryEntry *entry_draft_finish(EntryDraft *draft, const char *dn, const char *key);
