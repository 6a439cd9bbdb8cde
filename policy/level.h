/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/arena.h"
#include "policy/number.h"
#include "policy/policy.h"

/*
 * Levels of assurance: which of them a login has proved, given the one that it was made at.
 */
typedef struct {
	unsigned n;
	/* by number: the set of all levels that a login at this one proves, itself among them; all
	 * that its includes include too */
	uint64_t **proves;
} Levels;

/* Numbers the levels of the configuration; their names are copied to the arena. A name that is
 * included and is no level is nothing. */
void levels_init(Levels *levels, Numbers *numbers, Arena *arena, const PolicyLevel *given,
		 size_t n);

/* Whether a login at one level proves another; NUMBER_NONE: no level. */
bool levels_prove(const Levels *levels, unsigned proved, unsigned wanted);
