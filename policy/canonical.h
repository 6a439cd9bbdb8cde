/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/parser.h"
#include "policy/rules.h"

/*
 * The canonical text of a release, for which it is approved: section APPROVAL of
 * portvakt-policy(5).
 */

/* Adds a token that is not the end of a line or file: a text in quotes, anything else as it is. */
void canonical_token(GString *line, const Token *token);

/* The words of a clause, from the token `from` up to the one before `end`, as one line. Belongs to
 * the arena. */
const char *canonical_clause(const Parser *parser, guint from, guint end);

/* The text of a release whose names are resolved. Belongs to the arena. */
const char *canonical_text(const Release *release, Arena *arena);
