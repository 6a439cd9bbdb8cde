/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/rules.h"

/*
 * The grammar of portvakt-policy(5): one file into rules, names not yet resolved.
 */

/* Adds the rules of a file to rules; what they consist of goes into the arena. Groups, feeds and
 * levels must be those of the context. */
bool grammar_read(const Source *source, const PolicyContext *context, Arena *arena, Rules *rules,
		  GError **error);
