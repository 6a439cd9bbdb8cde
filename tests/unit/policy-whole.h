/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A second reading of the decision whole: rules with every sort of condition as plain structs,
 * written out as text for the library, and judged by the shortest code that could be right. What
 * policy-model.h has for proofs, this has for decisions. What is random follows --seed.
 */
#pragma once

#include "tests/unit/policy-decide.h"

enum {
	W_SERVICES = 3,
	W_CATEGORIES = 4,
	W_AUTHORITIES = 2,
	W_FEEDS = 3,
	W_YEARS = 5,
	W_GROUPS = 2,
	W_UNITS = 3, /* the last is one that no rule speaks of */
	W_LEVELS = 3,
	W_ATTRIBUTES = 8,
	W_PAIRWISE = 7, /* the attribute by which clients know people */
	W_VALUES = 4,
	W_FILTERS = 9,
	W_RULES = 6,
	W_PSETS = 2,
	W_ITEMS = 3,
	W_LINES = 2,
};

/* The school years of persons, as numbers of Person.year; the last is YEAR_UNKNOWN. */
extern const unsigned w_years[W_YEARS];
extern const char *const w_groups[W_GROUPS];
extern const char *const w_units[W_UNITS];
extern const char *const w_feeds[W_FEEDS]; /* the last is a trial one */
extern const char *const w_authorities[W_AUTHORITIES];
extern const char *const w_uris[W_CATEGORIES];
extern const char *const w_ids[W_SERVICES]; /* the last is a client */

/* A value of an attribute that a person may have, and what of it can be told by heart. */
typedef struct {
	const char *text;                          /* NULL: there are no more */
	bool bad;                                  /* breaks the form, or is of a foreign domain */
	const char *unit, *kind, *subject, *shown; /* shown: in the form that Bok takes */
} WValue;

typedef struct {
	const char *name;
	bool scoped, single, guarded, has_units;
	WValue values[W_VALUES];
} WAttribute;

extern const WAttribute w_attributes[W_ATTRIBUTES];

typedef enum { F_VALUE, F_BEGINNING, F_UNIT, F_KIND, F_SUBJECT } WFacetType;

/* Two facets, each with up to two texts. */
typedef struct {
	struct {
		WFacetType type;
		const char *texts[2];
	} facets[2];
	unsigned n;
} WFilter;

extern const WFilter w_filters[W_FILTERS];

/* Conditions on services; sets of bits, 0: not said. */
typedef struct {
	unsigned ids, categories, authorities, feeds, protocol;
} WTarget;

typedef struct {
	WTarget targets[2];
	unsigned n;
	bool has_except;
	WTarget except;
} WTo;

typedef struct {
	unsigned word, mark;           /* mark: 0, 1 test, 2 protected */
	unsigned years, groups, units; /* bits, 0: not said */
} WPset;

typedef struct {
	WPset psets[W_PSETS];
	unsigned n;
	bool has_except;
	WPset except;
} WPeople;

typedef enum { W_LOGIN, W_REQUESTED, W_REQUIRED, W_NAMED, W_KIND, W_ANYTHING } WWhat;

typedef struct {
	WWhat what;
	unsigned attribute, filter;
	bool unasked, if_required;
} WItem;

typedef struct {
	bool never;
	WTo to;
	WPeople people;
	WItem items[W_ITEMS];
	unsigned n_items;
	unsigned from, until, agreement; /* days; 0: not said */
	PageKind page;
	unsigned demand; /* of a level, + 1; 0: none */
	bool by_two, approved, new_asks;
} WRule;

/* A service outside. Wishes: 0 none, 1 optional, 2 required. */
typedef struct {
	Service *service;
	unsigned id;
	unsigned categories, held_categories, feeds;
	unsigned authority; /* + 1; 0: not said */
	unsigned wishes[W_ATTRIBUTES];
	bool held[W_ATTRIBUTES];
} WSite;

/* What is said of Bok, the second service. */
typedef struct {
	unsigned asks[W_ATTRIBUTES]; /* 0 none, 1, 2 required */
	unsigned subject;            /* attribute + 1; 0: transient */
	unsigned needs[W_LINES];     /* bits of attributes; 0: no such line */
	WPset needs_of[W_LINES];
	unsigned demands[W_LINES]; /* level + 1; 0: no such line */
	WPset demands_of[W_LINES];
	unsigned lower; /* bits of attributes */
	bool form;      /* of sisSchoolCourseStudent */
	bool ascii;
} WBook;

typedef struct {
	WRule rules[W_RULES];
	unsigned n;
	WBook book;
	WSite sites[W_SERVICES];
} World;

typedef struct {
	unsigned kind; /* as in policy-model.h: two bits of role, test, protected */
	unsigned year; /* of w_years */
	unsigned groups, units;
	unsigned has[W_ATTRIBUTES]; /* bits of values */
} WPerson;

/* What the login proved, and what the person answered: 0 not asked, 1 no, 2 yes, by rule. */
typedef struct {
	unsigned level; /* + 1; 0: none */
	unsigned answers[W_RULES];
	bool too_young;
} WLogin;

/* What is decided. told: the texts that leave, one after another in order. */
typedef struct {
	Reason reason; /* REASON_GIVEN: answered */
	PageKind page;
	bool aside[W_ATTRIBUTES]; /* has the reason set-aside */
	GString *told[W_ATTRIBUTES];
} WAnswer;

unsigned w_roll(unsigned n);
void world_make(World *world);
void world_clear(World *world);
void world_make_rule(WRule *rule, bool never);
void world_make_person(WPerson *person);
void world_make_login(WLogin *login, const World *world);

/* The rules of those numbers (bits) as a file without its first line; transfer full. lines: and
 * what is said of Bok, and the tags. */
char *world_write(const World *world, unsigned rules, bool lines, bool backwards);

Person *world_person(const WPerson *person);

void world_judge(const World *world, const WPerson *person, const WSite *site, const WLogin *login,
		 WAnswer *answer);
void world_answer_clear(WAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WAnswer, world_answer_clear)
