/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The names that the rules of a policy speak of, as numbers from 0, so that a decision compares
 * numbers: what a person or a service has is looked up once, and is a set of bits from then on.
 * What no rule speaks of has no number and can make no difference.
 */

typedef enum {
	SORT_CATEGORY,  /* URIs of entity categories */
	SORT_AUTHORITY, /* registration authorities */
	SORT_FEED,
	SORT_GROUP,
	SORT_UNIT,
	SORT_LEVEL,
	SORTS,
} Sort;

#define NUMBER_NONE G_MAXUINT

typedef struct {
	GHashTable *table;        /* name -> number + 1 */
	const char *const *names; /* by number */
	unsigned n;
	GPtrArray *list; /* holds names */
} Names;

typedef struct {
	Names sorts[SORTS];
} Numbers;

void numbers_init(Numbers *numbers);
void numbers_clear(Numbers *numbers);

/* The number of a name, which gets one if it has none. The name is not copied. */
unsigned numbers_give(Numbers *numbers, Sort sort, const char *name);

/* The number of a name; NUMBER_NONE if no rule speaks of it. name may be NULL. */
unsigned numbers_find(const Numbers *numbers, Sort sort, const char *name);

/* Sets of numbers: a bit for each. */
#define BITS_WORDS(n) (((size_t)(n) + 63) / 64)

static inline bool bits_have(const uint64_t *bits, unsigned number)
{
	return bits[number / 64] >> number % 64 & 1;
}

static inline void bits_add(uint64_t *bits, unsigned number)
{
	bits[number / 64] |= UINT64_C(1) << number % 64;
}

/* Whether any of the numbers is in the set. */
static inline bool bits_have_any(const uint64_t *bits, const unsigned *numbers, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (bits_have(bits, numbers[i]))
			return true;
	return false;
}
