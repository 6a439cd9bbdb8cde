/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/arena.h"

#include <string.h>

void arena_init(Arena *arena)
{
	arena->pieces = g_ptr_array_new_with_free_func(g_free);
}

void arena_clear(Arena *arena)
{
	g_clear_pointer(&arena->pieces, g_ptr_array_unref);
}

void *arena_alloc(Arena *arena, size_t size)
{
	void *piece = g_malloc0(size);

	g_ptr_array_add(arena->pieces, piece);
	return piece;
}

char *arena_text(Arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

void *arena_array(Arena *arena, GArray *array)
{
	size_t size = (size_t)array->len * g_array_get_element_size(array);
	void *copy;

	if (size == 0)
		return NULL;
	copy = arena_alloc(arena, size);
	memcpy(copy, array->data, size);
	return copy;
}
