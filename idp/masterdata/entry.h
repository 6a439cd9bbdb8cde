/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * One entry as the directory gave it: a plain value that knows nothing of roles or policy.
 *
 * Attribute names are compared without regard to ASCII case. Values are bytes (GBytes), in the
 * order the directory gave them, judged by nobody yet. Bounded: at most LIMIT_ENTRY_VALUES values
 * an attribute and LIMIT_ENTRY_VALUE_BYTES a value (limits.h). A value that is too long, and
 * whatever follows the last value allowed, is replaced by the single byte 0xFF: no text is ever
 * that byte, so whoever reads the entry sees a broken value and not a missing or a shortened one.
 */
typedef struct DirectoryEntry DirectoryEntry;

/* dn, key: copied; key is the person key, see directory.h, and may be set later.
 * Returns: transfer full. */
DirectoryEntry *entry_new(const char *dn, const char *key);
void entry_set_key(DirectoryEntry *entry, const char *key);
void entry_free(DirectoryEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DirectoryEntry, entry_free)

/* Adds a copy of the length bytes at value (-1: up to its NUL). */
void entry_add_value(DirectoryEntry *entry, const char *attribute, const char *value,
		     gssize length);

/* The person key: never empty, printable, at most LIMIT_PERSON_KEY bytes. Transfer none. */
const char *entry_key(const DirectoryEntry *entry);

/* The distinguished name: for admins' eyes only, since it may hold a name. Transfer none. */
const char *entry_dn(const DirectoryEntry *entry);

/* The values (GBytes *) of an attribute, or NULL if it has none. Transfer none. */
const GPtrArray *entry_values(const DirectoryEntry *entry, const char *attribute);

/* A value as text: NULL unless it is valid UTF-8, not empty and without NUL.
 * Transfer full: a fresh, NUL-terminated copy. */
char *entry_value_text(GBytes *value);
