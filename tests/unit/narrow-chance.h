/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Chance that repeats itself: what true chance does once in thousands of runs happens in each. */
#pragma once

#include <sodium.h>
#include <stdint.h>

static uint32_t narrow_chance_ways;

static inline const char *narrow_chance_name(void)
{
	return "narrow";
}

static inline uint32_t narrow_chance_random(void)
{
	return randombytes_sysrandom_implementation.random();
}

/* splitmix64, from one of so many beginnings. */
static inline void narrow_chance_fill(void *bytes, size_t length)
{
	uint64_t state = narrow_chance_random() % narrow_chance_ways;

	for (size_t i = 0; i < length; i++) {
		uint64_t z = state += 0x9e3779b97f4a7c15U;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
		z = (z ^ z >> 27) * 0x94d049bb133111ebU;
		((uint8_t *)bytes)[i] = (uint8_t)(z ^ z >> 31);
	}
}

/* From now on whatever is filled at once is filled in one of `ways`; 0 is true chance again. */
static inline void narrow_chance(uint32_t ways)
{
	static randombytes_implementation narrow = {.implementation_name = narrow_chance_name,
						    .random = narrow_chance_random,
						    .buf = narrow_chance_fill};

	narrow_chance_ways = ways;
	randombytes_set_implementation(ways > 0 ? &narrow : &randombytes_sysrandom_implementation);
}
