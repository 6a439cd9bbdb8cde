/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The made-up school of tests/scenario/agreeing.sh: people, services and policies by dice, without
 * a line of what it tests. All print to stdout, the same for the same dice and the same day.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define AGREEING_SERVICES 6

/* ---- dice ---- */

/* Begins anew; what is thrown from here on depends on these numbers alone. */
void dice_begin(guint32 seed, guint32 of, guint32 part);
bool dice_one_in(unsigned n);
/* 0 to n - 1 */
unsigned dice_below(unsigned n);
/* One of a list that ends in NULL. Transfer none. */
const char *dice_pick(const char *const *of);

/* The day in Stockholm that is so many days from today, and so many years before, as %Y-%m-%d or
 * another form of g_date_time_format(). Within half an hour of midnight no day is near that is over
 * then. Transfer full. */
char *dice_day(int days, int years_ago, const char *form);

/* ---- what is made up ---- */

typedef struct {
	const char *name, *saml;
	bool strict; /* goes to named services alone */
} AgreeingAttribute;

/* Ends with a name that is NULL. */
extern const AgreeingAttribute agreeing_attributes[];

/* LDIF of so many people, whose password has that hash, and of a group of some of them. */
void agreeing_people(unsigned n, const char *hash);

/* Metadata of a service, with that certificate (Base64), as it is in that phase: in some it asks
 * for more, or carries another category. */
void agreeing_service(unsigned number, unsigned phase, const char *certificate);

/* A policy: most load, not all. `turn` is the one of which of several there are: each in its turn
 * has of what would seldom be thrown. */
void agreeing_policy(unsigned turn);
