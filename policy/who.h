/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/effort.h"
#include "policy/people.h"
#include "policy/policy.h"
#include "policy/site.h"

/*
 * Who can ever get an attribute, or be let in: section ANALYSIS of portvakt-policy(5).
 *
 * Exact over all persons there can be (kinds, school years, groups, units, values) at all services,
 * known and imagined: an entry is there if and only if some person gets some value by that release
 * there, on some day from today on, when the service asks for it, admins have approved what waits
 * for approval, the login proves every level, who is asked says yes, and what `needs`, the subject
 * and `guard` wait for is there.
 */

/* One release that gives it, to one set of people, at services that it treats alike. */
typedef struct {
	GPtrArray *services; /* Site *, known ones first, by name */
	/* "students in grade 7-9 at unit 12345678", with "except …" where some of them get
	 * nothing. */
	char *people_en, *people_sv;
	Kinds kinds; /* of which they are, and the school years they are in */
	Years years;
	DecisionRule rule;     /* title and file belong to the policy */
	unsigned from;         /* yyyymmdd: not before that day; 0: from now on */
	unsigned until;        /* not after that day, by `until` or by the agreement; 0: for ever */
	const char *agreement; /* belongs to the policy; NULL: none */
	const char *demand;    /* the level that the login must prove; belongs to the policy; NULL:
				  any */
	PageKind page;
	char *only;        /* `only "student"`: which values; NULL: all */
	bool if_required;  /* only where the service calls it required */
	bool is_asked;     /* each of the services asks for it today, so that it is given today */
	bool awaits_two;   /* gives nothing until two have approved it */
	const char *basis; /* belongs to the policy; NULL: not said */
} WhoEntry;

void who_entry_free(WhoEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WhoEntry, who_entry_free)

/* attribute NULL: who can ever be let in, by whatever a release gives. context: what the policy was
 * loaded with; of it `today` and the services count, which may be
 * others than then. Returns: WhoEntry *, by file, line, people in English and first service; valid
 * while the policy is. NULL: it takes more work than EFFORT_WHO, which the error says; nothing is
 * told rather than a part. Transfer full. */
GPtrArray *policy_who(const Policy *policy, const PolicyContext *context,
		      const Attribute *attribute, GError **error);

/* The same within an effort that several questions share. */
GPtrArray *who_within(const Policy *policy, const PolicyContext *context,
		      const Attribute *attribute, Effort *effort, GError **error);
