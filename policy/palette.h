/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/reach.h"

/*
 * Values of every class that some rules can tell apart: for each attribute one that no rule
 * mentions, each that is mentioned, each with something after it (for `beginning`), and one of
 * every combination of units, subjects and kinds. Rules look at one value at a time, so a person
 * with all of them at once shows what happens to each.
 */
typedef struct Palette Palette;

/* So many combinations of units, subjects and kinds of one attribute are tried. */
#define PALETTE_MAX 1000

/* scopes: NULL-terminated; each scoped value comes in each of them. Borrowed. */
Palette *palette_new(const char *const *scopes);

/* Forgets what was added. */
void palette_clear(Palette *palette);
void palette_free(Palette *palette);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Palette, palette_free)

/* Adds what the rules mention of attributes that some of the releases can give; of that one alone,
 * unless attribute is NULL. */
void palette_add_reach(Palette *palette, const Reach *reach, const Attribute *attribute);

/* Adds what nevers mention of any attribute. */
void palette_add_nevers(Palette *palette, const GPtrArray *nevers);
void palette_add_only(Palette *palette, const Attribute *attribute, const Only *only);

/* A person with all values of every attribute but those. NULL: there are more than PALETTE_MAX, of
 * the attribute that ret_crowded then names. Transfer full. */
Person *palette_person(Palette *palette, const Attribute *const *without, unsigned n,
		       const Attribute **ret_crowded);

/* All values of one attribute; NULL: nobody can have any, or there are more than PALETTE_MAX.
 * Transfer full. */
GPtrArray *palette_values(Palette *palette, const Attribute *attribute);

/* Whether a value stands for all those that no rule mentions. */
bool palette_is_other(const char *value);
