/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * LDAP search filters in their text form (RFC 4515), made of what an admin wrote and what a person
 * typed. Whatever is typed, the filter is the admin's with one value put in: a value adds no
 * parenthesis, asterisk, backslash or NUL of its own.
 */

#define FILTER_PLACE "{login}" /* where the login goes in a login-filter; may stand many times */

/* Is that one filter in parentheses, balanced, in UTF-8? A look at its shape alone: which
 * attributes and operators it names is for the server to judge. */
bool filter_is_one(const char *filter);

/* The login-filter with each place filled.
 *
 * login: length bytes, escaped; three times as long at most in the result.
 * Returns: transfer full. */
char *filter_for_login(const char *login_filter, const char *login, gsize length);

/* The login-filter of everybody who has a login: `*' in each place. Transfer full. */
char *filter_for_everybody(const char *login_filter);

/* "(|(a=value)(b=value)...)": one of the attributes has the value, which is escaped.
 *
 * attributes: at least one, NULL-ended, that condition_is_attribute() takes.
 * Returns: transfer full. */
char *filter_for_any(char *const *attributes, const char *value);

/* "(attribute=key)".
 *
 * attribute: a description that condition_is_attribute() takes.
 * is_binary: the key is raw bytes in hexadecimal.
 * Returns: transfer full; NULL if no entry can have that key: empty, longer than LIMIT_PERSON_KEY,
 *   or is_binary and no hexadecimal. */
char *filter_for_key(const char *attribute, bool is_binary, const char *key);
