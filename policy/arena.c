/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/arena.h"

#include <string.h>

#define BLOCK_SIZE 16384
#define ALIGNMENT  16 /* of max_align_t */

/* What is larger has a block to itself. */
#if defined(__SANITIZE_ADDRESS__)
#define SMALL_MAX 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SMALL_MAX 0
#endif
#endif
#ifndef SMALL_MAX
#define SMALL_MAX (BLOCK_SIZE / 16)
#endif

void arena_init(Arena *arena)
{
	*arena = (Arena){.blocks = g_ptr_array_new_with_free_func(g_free)};
}

void arena_clear(Arena *arena)
{
	g_clear_pointer(&arena->blocks, g_ptr_array_unref);
}

static void *add_block(Arena *arena, size_t size)
{
	void *block = g_malloc0(size);

	g_ptr_array_add(arena->blocks, block);
	return block;
}

void *arena_alloc(Arena *arena, size_t size)
{
	size_t taken = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	void *piece;

	if (size == 0)
		return NULL;
	if (size > SMALL_MAX)
		return add_block(arena, size);
	if (taken > arena->left) {
		arena->free = add_block(arena, BLOCK_SIZE);
		arena->left = BLOCK_SIZE;
	}
	piece = arena->free;
	arena->free += taken;
	arena->left -= taken;
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
