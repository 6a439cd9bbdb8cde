/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/match.h"

/*
 * What a loaded policy holds, for the files of this folder only.
 */

/* What the policy says of one service outside, over all blocks that speak of it. */
typedef struct {
	const char *name;            /* NULL if it has none */
	GArray *asks;                /* Ask; shared by all idents of a name */
	const ServiceBlock *subject; /* whose `subject` line counts; NULL: none is said */
	GArray *releases; /* unsigned: the releases with a target that names it, ascending */
	GArray *nevers;   /* the same of nevers */
} Known;

struct Policy {
	gatomicrefcount references;
	Arena arena;
	Rules rules;           /* resolved; releases and nevers sorted by file and line */
	GHashTable *known;     /* ident key -> Known */
	GHashTable *names;     /* name of a service -> the ServiceBlock that says `is` */
	GArray *open_releases; /* unsigned: those with a target that names no service, ascending */
	GArray *open_nevers;
	char **scopes;
	char **groups; /* the names that Choice.numbers of groups stand for */
	char **units;  /* the codes that Choice.numbers of units stand for */
	GPtrArray *warnings;
};

/* What the tables are keyed on: `s:` and an entityID, `c:` and a client_id. Transfer full. */
char *ident_key(Protocol protocol, const char *id);

/* Resolves every name in the rules, fills known and names, and makes the checks that need more
 * than one rule. */
bool resolve_rules(Policy *policy, GError **error);

/* Sorts releases and nevers into the services they name, so that a decision meets only those that
 * can matter. */
void index_rules(Policy *policy);

/* The releases (or nevers) that can match the service of which that is known (NULL: nothing), in
 * order. Transfer full. */
GPtrArray *index_releases(const Policy *policy, const Known *known);
GPtrArray *index_nevers(const Policy *policy, const Known *known);

/* Whether a number is yyyymmdd of a day that exists. */
bool policy_day_is_real(unsigned day);

/* The entry of an id in the table, made if there is none. Transfer none. */
Known *known_get(Policy *policy, const Ident *ident);

/* What the policy says of a service; NULL if nothing. */
const Known *policy_known(const Policy *policy, const Service *service);

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
} Assume;

Decision *decide_assuming(const Policy *policy, const Person *person, const Service *service,
			  const Circumstances *circumstances, Assume assume);
