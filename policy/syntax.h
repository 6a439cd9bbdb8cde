/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/attribute.h"

/*
 * Whether a text looks as the syntax of an attribute says. No look-up and no arithmetic beyond the
 * calendar: a number that was given to somebody is theirs, whatever its check digit.
 */

/* n bytes of valid UTF-8 without control characters, not NUL-terminated; n > 0. length: of
 * SYNTAX_DIGITS. */
bool syntax_fits(AttributeSyntax syntax, unsigned length, const char *text, gsize n);

/* Whether year, month and day are of a day that exists: years 1 to 9999. */
bool syntax_is_day(unsigned year, unsigned month, unsigned day);

/* The day of n digits yyyymmdd as a number; 0: it is not one. */
unsigned syntax_day(const char *text, gsize n);

/* The name of a syntax, as attribute_syntax_name() has it. False: there is none. */
bool syntax_by_name(const char *name, AttributeSyntax *ret_syntax);
