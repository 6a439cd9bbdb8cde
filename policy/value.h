/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "policy/attribute.h"

/* Whether a value from the directory may leave at all, whatever the rules say. */
typedef enum {
	VALUE_GOOD = 0,
	VALUE_UNREADABLE, /* the byte 0xFF alone, which stands for what could not be read: not
			     UTF-8, too long, or too many values */
	VALUE_NOT_UTF8,
	VALUE_TOO_LONG,   /* more than POLICY_VALUE_MAX characters */
	VALUE_CONTROL,    /* a control character, which XML cannot hold */
	VALUE_INVISIBLE,  /* a character that shows nothing, or turns the direction of others */
	VALUE_NOT_SCOPED, /* a scoped attribute needs exactly one @ with something on both sides */
	VALUE_SPACE,      /* white space in a scoped value or a token */
	VALUE_NOT_ID,     /* breaks the form of subject-id and pairwise-id */
	VALUE_FOREIGN_SCOPE,
	/* breaks the syntax of its attribute (AttributeSyntax) */
	VALUE_NOT_AFFILIATION,
	VALUE_NOT_UNIT_CODE,
	VALUE_NOT_NIN,
	VALUE_NOT_PIN,
	VALUE_NOT_DIGITS,
	VALUE_NOT_DAY_PLAIN,
	VALUE_NOT_DAY,
	VALUE_NOT_MAIL,
	VALUE_NOT_DOMAIN,
	VALUE_NOT_COUNTRY,
	VALUE_NOT_LANGUAGE,
	VALUE_NOT_URI,
	VALUE_NOT_ORCID,
	VALUE_NOT_PERSONAL_CODE,
	VALUE_NOT_SEX,
	VALUE_NOT_BOOLEAN,
	VALUE_LAST = VALUE_NOT_BOOLEAN
} ValueFault;

/* Judges a value of an attribute. scopes: NULL-terminated, compared byte by byte, since services
 * compare with the Scope in our metadata byte by byte. */
ValueFault value_judge(const Attribute *attribute, const char *value, const char *const *scopes);

/* Why, as it stands within a sentence; language "sv" or "en". NULL for VALUE_GOOD. Static. */
const char *value_fault_text(ValueFault fault, const char *language);
