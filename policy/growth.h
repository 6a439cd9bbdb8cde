/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/effort.h"
#include "policy/example.h"

/*
 * Proofs over all persons and services there can be.
 *
 * A rule's conditions only ever ask for more: one more group, one more category. So whatever holds
 * of some person at some service by a set of conditions holds already of the least one that these
 * conditions describe, unless other conditions are in the way, which are met by growing. Who tries
 * every least example of some conditions, and grows each by every condition that could change what
 * it is tried for, has tried all.
 */

/* Conditions that are met together. */
typedef struct {
	const Pset *pset;     /* NULL: any person */
	const Target *target; /* NULL: any service */
} Way;

typedef struct {
	const Example *start;  /* its service is where every example starts; NULL: from nothing */
	const Service *known;  /* the service of every example; NULL: imagined ones */
	GHashTable *known_ids; /* ident keys that no imagined service may have; may be NULL */
	const char *const *trial_feeds; /* NULL-terminated */
	guint64 steps_max;              /* examples to judge at most */
	guint64 steps;                  /* judged */
	Effort *effort;                 /* of which that takes something; NULL: without end */
	guint64 looks;                  /* so much for each example that is judged */
	uint32_t kinds[PEOPLE_KINDS];   /* disjoint Kinds that no rule tells apart */
	unsigned n_kinds;
	uint32_t years[YEARS]; /* and Years */
	unsigned n_years;
} Growth;

/* Starts with all persons alike. */
void growth_init(Growth *growth, guint64 steps_max);

/* Tells the persons of a pset from the others. To be called for every pset that can matter. */
void growth_tell_apart(Growth *growth, const Pset *pset);
void growth_tell_apart_all(Growth *growth, const People *people);

typedef enum {
	GROWTH_DEAD,  /* neither this example nor a larger one */
	GROWTH_ON,    /* perhaps a larger one */
	GROWTH_FOUND, /* this example */
} GrowthVerdict;

/* Judges an example. GROWTH_ON: adds to ways (an array of Way) all by which a larger one could be
 * found; each larger one that would be found must meet one of them that this one does not. */
typedef GrowthVerdict (*GrowthJudge)(const Example *example, GArray *ways, gpointer data);

/* Searches from the least examples that meet all n ways; among imagined services also those of
 * which it is not said which protocol they speak. Returns the first that is found, NULL if there is
 * none, or if steps_max was reached or the effort is spent, which growth_is_exhausted() tells.
 * Transfer full. */
Example *growth_search(Growth *growth, const Way *ways, unsigned n, GrowthJudge judge,
		       gpointer data);
Example *growth_search_from(Growth *growth, const Example *from, GrowthJudge judge, gpointer data);
bool growth_is_exhausted(const Growth *growth);

/* Shows each of the least examples that meet all n ways; stops and returns false when `each` does.
 */
typedef bool (*GrowthEach)(const Example *example, gpointer data);
bool growth_each(Growth *growth, const Way *ways, unsigned n, GrowthEach each, gpointer data);
