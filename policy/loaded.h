/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/effort.h"
#include "policy/level.h"
#include "policy/match.h"

/*
 * What a loaded policy holds, for the files of this folder only.
 */

/* What the policy says of one service outside, over all blocks that speak of it. */
typedef struct {
	Ident ident;
	unsigned number;             /* among all that the policy speaks of, from 0 */
	const char *name;            /* NULL if it has none */
	GPtrArray *blocks;           /* ServiceBlock *: about it, in order */
	GArray *asks;                /* Ask; shared by all idents of a name */
	const ServiceBlock *subject; /* whose `subject` line counts; NULL: none is said */
	GArray *releases; /* unsigned: the releases with a target that names it, ascending */
	GArray *nevers;   /* the same of nevers */
} Known;

struct Policy {
	gatomicrefcount references;
	Arena arena;
	Rules rules;           /* resolved; releases and nevers sorted by file and line */
	GHashTable *known;     /* Ident -> Known */
	GHashTable *names;     /* name of a service -> the ServiceBlock that says `is` */
	GArray *open_releases; /* unsigned: those with a target that names no service, ascending */
	GArray *open_nevers;
	char **scopes;
	Registry *registry;              /* NULL: what is shipped */
	Numbers numbers;                 /* of what the rules speak of */
	Levels levels;                   /* how they include each other */
	const char *const *groups;       /* the names that Choice.numbers of groups stand for */
	const char *const *units;        /* the codes that Choice.numbers of units stand for */
	const Attribute *const *bundles; /* of the categories (category.h), one after another,
					    CATEGORY_BUNDLE_MAX + 1 each */
	GPtrArray *warnings;
	Effort *effort; /* of the load; NULL: it is over */
};

/* What the tables are keyed on: `s:` and an entityID, `c:` and a client_id. Transfer full. */
char *ident_key(Protocol protocol, const char *id);

/* Resolves every name in the rules, fills known and names, and makes the checks that need more
 * than one rule. */
bool resolve_rules(Policy *policy, GError **error);

/* Numbers what the rules speak of, and sorts releases and nevers into the services they name, so
 * that a decision meets only those that can matter. context: for its levels. */
void index_rules(Policy *policy, const PolicyContext *context);

/* The rules that can match a service, in order. */
typedef struct {
	const GArray *named, *open;
	const GPtrArray *rules;
	guint i, j;
} Slice;

/* The releases (or nevers) that can match the service of which that is known (NULL: nothing). */
Slice slice_releases(const Policy *policy, const Known *known);
Slice slice_nevers(const Policy *policy, const Known *known);

/* The next rule, and its number among all of its sort; NULL: there is none. */
gpointer slice_next(Slice *slice, unsigned *ret_number);

/* The same as arrays. Transfer full. */
GPtrArray *index_releases(const Policy *policy, const Known *known);
GPtrArray *index_nevers(const Policy *policy, const Known *known);

/* The entry of an id in the table, made if there is none. Transfer none. */
Known *known_get(Policy *policy, const Ident *ident);

/* What the policy says of a service; NULL if nothing. */
const Known *policy_known(const Policy *policy, const Service *service);
const Known *policy_known_ident(const Policy *policy, Protocol protocol, const char *id);

/* For proofs, a decision can be asked under other assumptions than the facts. */
typedef enum {
	ASSUME_NOTHING = 0,
	ASSUME_ASKED = 1 << 0,    /* the service asks for every attribute, as required */
	ASSUME_NAMED = 1 << 1,    /* `requested` and `required` give nothing */
	ASSUME_VALUES = 1 << 2,   /* every value is good, however many */
	ASSUME_APPROVED = 1 << 3, /* what two must approve, two have */
	ASSUME_TIMELESS = 1 << 4, /* no date is too early or too late */
	ASSUME_OUTSIDE = 1 << 5,  /* no release is for the person, who is not protected */
	ASSUME_LEVEL = 1 << 6,    /* the login proves every level */
	ASSUME_AGREED = 1 << 7,   /* who is asked says yes */
	ASSUME_PASSED = 1 << 8,   /* no ask and no category is held */
	ASSUME_SUBJECT = 1 << 9,  /* what names people where no line speaks of it is there */
} Assume;

/* The decision if all of `assume` were so, ORed; for proofs alone. Transfer full. */
Decision *decide_assuming(const Policy *policy, const Person *person, const Service *service,
			  const Circumstances *circumstances, Assume assume);
