/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

/*
 * Memory for as long as a decision is being made. It lies on the stack and is enough for a person
 * with hundreds of values at a service with hundreds of rules; only what does not fit there is
 * allocated, so that an ordinary decision allocates nothing but its result.
 */

#define SCRATCH_ROOM 16384

typedef struct {
	_Alignas(16) char room[SCRATCH_ROOM];
	size_t used;
	GPtrArray *more; /* what did not fit; NULL: everything did */
} Scratch;

/* Empties it before use; `room` is left as it is. */
void scratch_init(Scratch *scratch);
void scratch_clear(Scratch *scratch);

/* size zeroed bytes, aligned for anything, which last until scratch_clear(). */
void *scratch_take(Scratch *scratch, size_t size);
