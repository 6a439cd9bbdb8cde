/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/policy.h"
#include "policy/site.h"

/*
 * What the policy says for a record of processing activities (GDPR article 30): which categories of
 * data about which categories of persons are disclosed to which recipients, for what purpose, on
 * what basis, under which agreement.
 */

/* One attribute that a release discloses. */
typedef struct {
	const Attribute *attribute;
	/* About whom: "students in grade 7-9". */
	char *people_en, *people_sv;
	char *only;    /* `only "student"`: which values; NULL: all */
	bool is_asked; /* each recipient asks for it, so that it is given today */
} RegisterAttribute;

/* One release, to recipients that it treats alike. Texts without a word belong to the policy. */
typedef struct {
	GPtrArray *recipients; /* Site *, known ones first, by name */
	DecisionRule rule;
	const char *because_sv; /* as written for that language, else for any, else for another */
	const char *because_en;
	const char *basis;     /* NULL: not said */
	const char *agreement; /* NULL: none */
	unsigned from, until;  /* yyyymmdd; 0: not said */
	unsigned agreement_until;
	const char *demand; /* a level; NULL: any */
	PageKind page;
	bool awaits_two;       /* discloses nothing until two have approved it */
	GPtrArray *attributes; /* RegisterAttribute *, in registry order; none: login alone */
} RegisterEntry;

void register_entry_free(RegisterEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RegisterEntry, register_entry_free)

/* All that is disclosed on some day from today on. context: as policy_who() takes it. Returns:
 * RegisterEntry *, by first recipient, file and line; valid while the policy is. NULL: it takes
 * more work than EFFORT_REGISTER, which the error says. Transfer full. */
GPtrArray *policy_register(const Policy *policy, const PolicyContext *context, GError **error);

/* What the policy can speak of; NULL: what is shipped. Transfer none. */
const Registry *policy_registry(const Policy *policy);

/* What time alone does to a release: section DATES of portvakt-policy(5). */
typedef struct {
	unsigned day;          /* yyyymmdd: the first on which it is so */
	bool ends;             /* else it begins */
	unsigned last;         /* of an end: its last day, the one before; else 0 */
	const char *agreement; /* by whose end; belongs to the policy; NULL: by `from` or `until` */
	DecisionRule rule;
	unsigned agreement_line; /* where the agreement stands, in the file of the rule; or 0 */
} PolicyTurn;

/* All of them, also those that have been, by day, file and line: an array of PolicyTurn, valid
 * while the policy is. Transfer full. */
GArray *policy_turns(const Policy *policy);
