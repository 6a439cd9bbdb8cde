/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/diff.h"
#include "policy/universe.h"
#include "policy/work.h"

/*
 * Two policies while they are compared, for the files that do it: what the second gives and the
 * first does not. For what is narrower the two change places.
 *
 *   diff.c         both directions, and what is told
 *   diff-find.c    what is found, before it is told
 *   diff-give.c    values and login, over all persons and services
 *   diff-page.c    pages, likewise
 *   diff-kept.c    what stands in both
 *   diff-lines.c   lines of `service` blocks and attributes, as they are written
 *   diff-text.c    sentences
 */

/* What a service asks for, ever more. */
typedef enum {
	ASKING_NOTHING, /* but what our own lines and its categories say */
	ASKING_HELD,    /* everything, which no admin has seen yet */
	ASKING_HELD_REQUIRED,
	ASKING_ALL,
	ASKING_REQUIRED,
	ASKINGS,
} Asking;

/* All that a decision rests on beside policy, person and service. */
typedef struct {
	unsigned today;
	const char *level; /* NULL: none */
	bool proven;       /* every level is */
	bool agreed;       /* who is asked says yes */
	bool approved;     /* two have approved what they must */
	Asking asking;
} World;

/* What was found to be so: of one attribute, by one release, for persons alike. */
typedef struct {
	DiffWhat what;
	const Attribute *attribute; /* NULL: none */
	const Release *release;
	unsigned day;
	Example *example;
	GPtrArray *values;          /* char *: of that attribute */
	const char *before, *after; /* levels, or pages */
} Finding;

typedef struct {
	const Policy *old, *new;
	unsigned old_at, new_at; /* their places in Spot.reach */
	DiffWay way;             /* what more is called */
	const PolicyContext *context;
	Universe *universe;
	Palette *palette;
	GPtrArray *wishes[ASKINGS]; /* Wish *, shared by services */
	guint64 steps;
	Effort effort;
	GPtrArray *entries; /* DiffEntry * */
	/* Rules of the new policy that stand in the old one too, and of the old one that stand in
	 * the new one; by address. */
	GHashTable *kept;
	bool changed_open; /* some rule that has no fellow is for services that are not named */
	GHashTable *changed_ids; /* ident keys of the services that the others name */
	GPtrArray *lost_nevers;  /* of the old policy, which have no fellow */
	bool same_terms;         /* levels, scopes and attributes are the same in both */
	/* const Target *: what ends a release that a service must not meet it for: a category
	 * beside which another no longer counts, and a feed that makes it a trial service. */
	GPtrArray *set_asides, *trials;
	Arena arena;
	GHashTable *by_key; /* what tells entries apart -> DiffEntry */

	/* at the spot at hand */
	const Spot *spot;
	/* Rules that can match it, or an imagined one it may grow to be; by policy as Spot.reach.
	 */
	GPtrArray *releases[2], *nevers[2];
	Growth growth;
	Person *person;             /* with all values */
	Service *services[ASKINGS]; /* of a known one; else NULL */
	Work *asked[ASKINGS];       /* what it asks for */
	GPtrArray *findings;        /* Finding * */
	GHashTable *found; /* what tells findings apart -> Finding, until they are united */
} Compare;

/* What one decision comes to. */
typedef struct {
	bool in;              /* let in, whatever is needed */
	bool given;           /* of what was asked about: the value, or being let in */
	const Release *first; /* by which */
} Outlook;

/* Makes a decision about an example in a world. Both are to be cleared by the caller, the work
 * first; ret_service is NULL for a known one. */
void compare_make(const Compare *compare, const Policy *policy, const Example *example,
		  const World *world, Work *work, Service **ret_service);

/* Whether a decision lets in, whatever the answer needs. */
bool compare_is_in(const Work *work, const World *world);

/* Looks at an example in a world. attribute: of which the person has one value; NULL: it is about
 * being let in. */
Outlook compare_look(const Compare *compare, const Policy *policy, const Example *example,
		     const World *world, const Attribute *attribute);

/* Adds the ways in which the old policy could take away what a release of it gives: a value, or
 * being let in (attribute NULL). */
void compare_add_losses(const Compare *compare, const Example *example, const World *world,
			const Attribute *attribute, const char *value, const Release *first,
			GArray *ways);

/* What is found for an example. Transfer none of value. */
void compare_find(Compare *compare, DiffWhat what, const Attribute *attribute, const char *value,
		  const Release *release, unsigned day, const Example *example, const char *before,
		  const char *after);

void compare_start_findings(Compare *compare);
void compare_clear_findings(Compare *compare);

/* Unites findings that differ in whom they befall alone, so that what is told is short. */
void compare_unite(Compare *compare);

/* Which values a united finding is about: NULL if they are all that rules tell apart. Transfer
 * full.
 */
char *compare_values(const Compare *compare, const Finding *finding);

/* Whether something was found of the attribute at the spot at hand. */
bool compare_has_found(const Compare *compare, const Attribute *attribute);

/* Every level that a login can prove, where that matters at the spot; and NULL for none. Transfer
 * container. */
GPtrArray *compare_levels(const Compare *compare);

/* Fills `kept` and what goes with it, for one direction. */
void compare_find_kept(Compare *compare);

/* Whether a release of the new policy gives nothing at the spot, or one it may grow to be, that the
 * old one does not: it stands there too, and so does every never and every line that could matter.
 */
bool compare_is_kept(const Compare *compare, const Release *release);

/* Adds the ways in which an imagined service could stop being one that a release is for. */
void compare_add_ends(const Compare *compare, const Release *release, GArray *ways);

/* Whether all that could make a page weaker at the spot stands in both policies. */
bool compare_pages_are_kept(const Compare *compare);

void compare_gifts(Compare *compare);
void compare_pages(Compare *compare);
void compare_lines(Compare *compare);

/* Whether the two say different things of a service in its blocks. */
bool compare_block_differs(const Policy *old, const Policy *new, const Ident *ident);

/* An entry that is about lines as they are written; more is added to it by the caller. Transfer
 * none. */
DiffEntry *compare_tell(Compare *compare, DiffWay way, DiffWhat what, const Ident *ident,
			const Attribute *attribute, const Place *place, const char *before,
			const char *after);

/* The last day on which a release gives something; G_MAXUINT: no day is. */
unsigned compare_last_day(const Release *release);
