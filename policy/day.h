/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * A day as policies and people have it: the number yyyymmdd in the school's time zone. 0 is no day.
 * Which day it is, whoever asks says: nothing here knows.
 */

/* Whether a number is that of a day that exists. */
bool day_is_real(unsigned day);

/* The day after a real one. */
unsigned day_after(unsigned day);

/* How many days after one real day another is; negative: before it. */
int day_count(unsigned from, unsigned to);

/* "2026-08-17", as an argument of a format, and by itself: NULL for no day. Transfer full. */
#define DAY_FORMAT     "%04u-%02u-%02u"
#define DAY_PARTS(day) (day) / 10000, (day) / 100 % 100, (day) % 100
char *day_text(unsigned day);
