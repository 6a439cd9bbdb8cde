/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "policy/attribute.h"

/* Whether a value from the directory may leave at all, whatever the rules say. */
typedef enum {
	VALUE_GOOD = 0,
	VALUE_NOT_UTF8,
	VALUE_TOO_LONG,   /* more than POLICY_VALUE_MAX characters */
	VALUE_CONTROL,    /* a control character, which XML cannot hold */
	VALUE_NOT_SCOPED, /* a scoped attribute needs exactly one @ with something on both sides */
	VALUE_SPACE,      /* a scoped value with white space */
	VALUE_NOT_ID,     /* breaks the form of subject-id and pairwise-id */
	VALUE_FOREIGN_SCOPE,
	VALUE_LAST = VALUE_FOREIGN_SCOPE
} ValueFault;

/* Judges a value of an attribute. scopes: NULL-terminated, compared byte by byte, since services
 * compare with the Scope in our metadata byte by byte. */
ValueFault value_judge(const Attribute *attribute, const char *value, const char *const *scopes);

/* Why, as it stands within a sentence; language "sv" or "en". NULL for VALUE_GOOD. Static. */
const char *value_fault_text(ValueFault fault, const char *language);
