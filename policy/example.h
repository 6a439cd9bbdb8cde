/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/cohort.h"
#include "policy/loaded.h"

/*
 * One person at one service, as little as some conditions of rules describe: of one kind, in one
 * school year, in some groups and at some units; at a service that is known, or at an imagined one
 * that carries some categories, comes by some feeds and is registered by somebody or nobody.
 *
 * All strings belong to policies or to services.
 */
typedef struct {
	unsigned kind, year;
	Kinds kinds; /* those that no rule at hand tells from it */
	Years years;
	/* const char *, ascending, each once; shared between copies, and so never changed. */
	GPtrArray *groups, *units;
	const Service *known; /* NULL: an imagined one, of which the rest speaks */
	Protocol protocol;
	const char *id;                /* "": none that a rule names */
	const char *registered_by;     /* NULL: nobody */
	GPtrArray *categories, *feeds; /* likewise */
} Example;

Example *example_new(void);
Example *example_copy(const Example *example);
void example_free(Example *example);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Example, example_free)

/* Puts a list in the place of one that has the text besides, if it is not there. */
void example_add(GPtrArray **list, const char *text);
bool example_has(const GPtrArray *list, const char *text);

/* Makes the person the one of the example, whose lists it borrows: kind, year, groups and units;
 * values stay. */
void example_dress(const Example *example, Person *person);

/* The imagined service of the example, which wishes for nothing. is_trial: whether a feed of that
 * name is. Transfer full. */
Service *example_service(const Example *example, const char *const *trial_feeds);

/* All that tells two examples apart. Transfer full. */
char *example_key(const Example *example);

/* The person in words, in "sv" or "en". Transfer full. */
char *example_describe(const Example *example, const char *language);

/* Whether the person is one of a pset; and among people, and in none of their exceptions. */
bool example_is_in(const Example *example, const Pset *pset);
bool example_is_among(const Example *example, const People *people);
