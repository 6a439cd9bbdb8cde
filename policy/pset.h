/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/clause.h"

/*
 * For whom: people as a rule writes them. Groups must be of the configuration; nothing is
 * numbered yet.
 */

/* people [ "except" people ]; of a never and a line of a service without except; of an expect one
 * pset. What is read goes into the arena. ret_protected (may be NULL): where the first `protected`
 * stands before `except`; untouched if there is none. */
bool pset_people(Parser *parser, ClauseUse use, People *people, Place *ret_protected,
		 GError **error);

/* `everyone` of a never that does not say for whom. */
void pset_everyone(Arena *arena, People *people);
