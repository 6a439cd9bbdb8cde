/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/entry.h"

#include <stdbool.h>

/* A condition on an entry, as written in portvakt.conf: ATTR=VALUE, or ATTR=* for any value. */
typedef struct Condition {
	char *attribute;
	char *value; /* casefolded (Unicode) and normalised; NULL: any value */
} Condition;

/* A list of conditions of which one must hold.
 *
 * texts: NULL-terminated; NULL is the empty list, which never holds.
 * Errors: G_KEY_FILE_ERROR/INVALID_VALUE, "[directory NAME] KEY: …".
 * Returns: transfer full, an array of Condition *. */
GPtrArray *conditions_parse(char *const *texts, const char *name, const char *key, GError **error);

/* Does one of them hold? A value that is no text (see entry_is_text()) meets no condition. */
bool conditions_hold(const GPtrArray *conditions, const DirectoryEntry *entry);

/* Is this an LDAP attribute description (RFC 4512, 2.5): a name or numeric OID, with options? */
bool condition_is_attribute(const char *text);

/* Text in the form in which values are compared: NFC and casefolded. Transfer full. */
char *condition_fold(const char *text);
