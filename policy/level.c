/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/level.h"

#include <string.h>

/* Adds what each level includes by way of another, until nothing is new. */
static void close_over(Levels *levels)
{
	for (unsigned by = 0; by < levels->n; by++)
		for (unsigned i = 0; i < levels->n; i++)
			for (size_t w = 0;
			     bits_have(levels->proves[i], by) && w < BITS_WORDS(levels->n); w++)
				levels->proves[i][w] |= levels->proves[by][w];
}

void levels_init(Levels *levels, Numbers *numbers, Arena *arena, const PolicyLevel *given, size_t n)
{
	for (size_t i = 0; i < n; i++)
		numbers_give(numbers, SORT_LEVEL,
			     arena_text(arena, given[i].name, strlen(given[i].name)));
	levels->n = numbers->sorts[SORT_LEVEL].n;
	levels->proves = arena_alloc(arena, (levels->n + 1) * sizeof *levels->proves);
	for (unsigned i = 0; i < levels->n; i++) {
		levels->proves[i] =
			arena_alloc(arena, BITS_WORDS(levels->n) * sizeof **levels->proves);
		bits_add(levels->proves[i], i);
	}
	for (size_t i = 0; i < n; i++) {
		unsigned level = numbers_find(numbers, SORT_LEVEL, given[i].name);

		for (const char *const *name = given[i].includes; name && *name; name++) {
			unsigned number = numbers_find(numbers, SORT_LEVEL, *name);

			if (number != NUMBER_NONE)
				bits_add(levels->proves[level], number);
		}
	}
	close_over(levels);
}

bool levels_prove(const Levels *levels, unsigned proved, unsigned wanted)
{
	return proved < levels->n && wanted < levels->n &&
	       bits_have(levels->proves[proved], wanted);
}
