/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/scratch.h"

#include <string.h>

void scratch_init(Scratch *scratch)
{
	scratch->used = 0;
	scratch->more = NULL;
}

void scratch_clear(Scratch *scratch)
{
	g_clear_pointer(&scratch->more, g_ptr_array_unref);
}

void *scratch_take(Scratch *scratch, size_t size)
{
	size_t aligned = (size + 15) & ~(size_t)15;
	void *piece;

	if (aligned >= size && aligned <= SCRATCH_ROOM - scratch->used) {
		piece = scratch->room + scratch->used;
		scratch->used += aligned;
		return memset(piece, 0, size);
	}
	if (!scratch->more)
		scratch->more = g_ptr_array_new_with_free_func(g_free);
	piece = g_malloc0(size);
	g_ptr_array_add(scratch->more, piece);
	return piece;
}
