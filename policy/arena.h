/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

/*
 * Memory that is freed at once: everything a loaded policy consists of has the policy's lifetime.
 * Small pieces lie together in blocks; in a build with a sanitizer each is an allocation of its
 * own, so that a read past its end is seen.
 */
typedef struct {
	GPtrArray *blocks;
	char *free; /* within the last block of small pieces */
	size_t left;
} Arena;

void arena_init(Arena *arena);
void arena_clear(Arena *arena);

/* size zeroed bytes, which belong to the arena; NULL if there are none. */
void *arena_alloc(Arena *arena, size_t size);

/* A copy of length bytes of text with a NUL after them, which belongs to the arena. */
char *arena_text(Arena *arena, const char *text, size_t length);

/* A copy of what an array holds, which belongs to the arena; NULL if it is empty. */
void *arena_array(Arena *arena, GArray *array);
