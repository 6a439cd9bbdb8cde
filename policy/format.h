/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/policy.h"

/*
 * A policy file laid out anew: one clause a line, four spaces of indent, the words that clauses of
 * a release or never begin with in a column, rules with a block set apart by a blank line. Where
 * its author breaks a list, and where blank lines set lines apart, is kept; so is every comment. A
 * list that goes beyond 100 columns is broken after a comma. What the text says is the same before
 * and after, and laid out twice it is the same as laid out once.
 */

/* Lays out a file. It need not be a policy that could be loaded, but what section LEXICAL RULES of
 * portvakt-policy(5) asks of its bytes and words must hold of it, before and after. name: what
 * messages call it. language: of them, "sv"; else, or NULL: English. Returns: transfer full, ending
 * in a newline unless it is empty; or NULL and error. */
char *format_policy(const char *name, const char *bytes, size_t length, const char *language,
		    GError **error);
