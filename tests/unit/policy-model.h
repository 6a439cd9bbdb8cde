/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A second reading of the specification: rules as plain structs, written out as text for the
 * library, and judged here by the shortest code that could be right. What is random follows --seed.
 */
#pragma once

#include "tests/unit/policy-fixture.h"

enum {
	SERVICES = 3,
	CATEGORIES = 3,
	VALUES = 7,
	RULES = 4,
	KINDS = 16,
	ATTRIBUTES = 5,
	WORDS = 5,
	FILTERS = 8
};

/* One of every class that model_filters can tell apart. */
#define EVERY 0x7fu

/* A filter: which of `model_values` it lets through, a bit each, and how it is written. */
typedef struct {
	unsigned bits;
	const char *text;
} Filter;

extern const char *const model_ids[SERVICES];
extern const char *const model_values[VALUES];
extern const char *const model_attributes[ATTRIBUTES];
extern const char *const model_words[WORDS];
extern const Filter model_filters[FILTERS];

typedef struct {
	unsigned ids;        /* bits; 0: not said */
	unsigned categories; /* bits, any of them; 0: not said */
	unsigned protocol;   /* 0: not said */
} Conj;

typedef struct {
	Conj targets[2];
	unsigned n;
	bool has_except;
	Conj except;
} To;

typedef struct {
	unsigned word, mark; /* mark: 0, 1 test, 2 protected */
} Pset;

typedef enum { LOGIN, REQUESTED, REQUIRED, NAMED, KIND, ANYTHING } What;

typedef struct {
	What what;
	const Attribute *attribute;
	unsigned filter;
	bool unasked, if_required;
} Item;

typedef struct {
	bool never;
	To to;
	Pset people[2];
	unsigned n_people;
	bool has_except;
	Pset except;
	Item items[3];
	unsigned n_items;
	bool asleep;
	bool by_two, approved; /* two must approve it; they have */
} Rule;

/* A service, known or imagined. */
typedef struct {
	Service *service;
	unsigned id; /* SERVICES: an imagined one without an id */
	unsigned categories;
	bool imagined;
} Site;

typedef struct {
	Rule rules[RULES];
	unsigned n;
	Site known[SERVICES];
	unsigned n_known;
	bool asks_name;           /* a line of ours for Bok */
	const Attribute *subject; /* what Bok knows people by; NULL: transient */
} Model;

/* What a person gets: bits of `model_values` for each attribute of the registry. */
typedef struct {
	bool answered;
	bool nameless; /* let in, but without what the service knows people by */
	unsigned given[ATTRIBUTE_MAX];
} Answer;

/* 0 to n - 1. */
unsigned model_roll(unsigned n);

/* Its services are the caller's, one by one. */
void model_make(Model *model);
void model_make_to(To *to, bool literal_except);

/* Whether each of its targets names services. */
bool model_all_named(const To *to);

/* The policy as text, without its first line; transfer full. */
char *model_write(const Model *model);
void model_write_to(GString *text, const To *to);
void model_write_pset(GString *text, const Pset *pset);

/* The library's policy of `text`, with the known services of the model. */
Policy *model_load(const Model *model, const char *text, GError **error);

/* What a person is: two bits of role (student, staff, teacher, guardian), a bit for test, one for
 * protected. */
bool model_is_word(unsigned word, unsigned kind);
bool model_in_expect(const Pset *pset, unsigned kind);

/* declared: by categories as they are declared, not only those that count. */
bool model_reaches(const To *to, const Site *site, bool declared);

/* Whether it is of a kind that no word for "whatever is asked" gives. */
bool model_guarded(const Attribute *attribute);

/* What the service is taken to ask for; in a proof approvals are there, and a person may have any
 * number of values; ASKS_ALL_ALWAYS: and no date counts. */
typedef enum { AS_IT_IS, PROOF, ASKS_ALL, ASKS_ALL_ALWAYS, ASKS_ALL_BUT_NAMED_ONLY } Mode;

/* has: which values the person has, for each attribute. */
void model_judge(const Model *model, unsigned kind, const unsigned *has, const Site *site,
		 Mode mode, Answer *answer);
