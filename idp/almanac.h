/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a new day means for the policy of one huvudman: releases that begin or end today are logged,
 * and agreements that end in 90, 30, 7 or 1 days, once for each of these, with how many people lose
 * something then. Those are counted in the directory by a thread of its own, slowly, and only when
 * there is something new to tell.
 *
 * One thread looks, stops and frees; any thread gathers.
 */
#pragma once

#include "idp/generation.h"

typedef struct Almanac Almanac;

/* huvudman: its name, or NULL; must live as long. Transfer full. */
Almanac *almanac_new(const char *huvudman);
void almanac_free(Almanac *almanac);

/* To be called every second or so, with the generation that is current. Does nothing unless that is
 * another or the day is, in the school's time zone. */
void almanac_look(Almanac *almanac, Generation *generation, gint64 now);

/* The agreement that ends first, as a sentence (transfer full), and the days left; NULL: none ends
 * in 90 days. */
char *almanac_next(Almanac *almanac, unsigned *ret_left);

/* Ends a count under way. */
void almanac_stop(Almanac *almanac);
