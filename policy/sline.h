/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/parser.h"
#include "policy/rules.h"

/*
 * The lines of a `service` block: what the service asks for, how it is spoken to and whom it
 * refuses.
 */

/* The lists of a block while it is read; NULL: nothing in it yet. */
typedef struct {
	GArray *asks, *needs, *demands, *signals, *renames, *values, *lower_cases;
} Lines;

void lines_clear(Lines *lines);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lines, lines_clear)

/* Copies what was read into the block. */
void lines_keep(const Lines *lines, Arena *arena, ServiceBlock *block);

/* Reads one line into the block or its lists. Fails if the block has said the same before. */
bool sline_read(Parser *parser, ServiceBlock *block, Lines *lines, GError **error);
