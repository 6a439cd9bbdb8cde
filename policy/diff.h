/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/people.h"
#include "policy/policy.h"
#include "policy/site.h"

/*
 * What changes between two policies, over all persons there can be and not only those who are in
 * the directory today: section ANALYSIS of portvakt-policy(5).
 *
 * Values, login and pages are compared for every kind of person, school year, group and unit, at
 * every service, known and imagined, on today and on every later day on which a date in either
 * policy changes something; whatever the service asks for, whatever level the login proves, whether
 * those who are asked say yes, whether asks are held, and whether two have approved. Being let in
 * is looked at where a service asks for everything or for nothing: where it asks for some
 * attributes it follows from what is said of them. `needs` and the subject are taken as met there;
 * what they and the other lines of `service` blocks say is compared as written.
 */

typedef enum {
	DIFF_NARROWER,
	DIFF_CHANGED, /* neither: another signature, another start page */
	DIFF_WIDER,
	DIFF_MAY_WIDEN, /* could not be told within DIFF_STEPS_MAX: to be taken for wider */
} DiffWay;

typedef enum {
	DIFF_LOGIN,     /* somebody is let in */
	DIFF_ATTRIBUTE, /* somebody's value is given */
	DIFF_OPENED,    /* the same, since a line that `needs` something or the subject stood in the
			   way and no longer does */
	DIFF_LEVEL,     /* given at a lower level than before */
	DIFF_CONSENT,   /* given without the person's yes, which was asked for */
	DIFF_PAGE,      /* a weaker page: ask, inform, silent */
	DIFF_APPROVAL,  /* given without the approval by two that it took */
	DIFF_ASK,       /* given though the service does not ask for it, or does not require it, or
			   before an admin has seen the ask */
	DIFF_NEEDS,     /* a `needs` line is gone or asks for less */
	DIFF_SUBJECT,
	DIFF_RENAME,
	DIFF_FORM,     /* value, lower-case, guard */
	DIFF_PROTOCOL, /* sign, encrypt, requests, issuer, scope, start, signal */
	DIFF_REGISTRY, /* an attribute is another than it was: SAML name, claim, kind, form */
	DIFF_WHAT_LAST = DIFF_REGISTRY
} DiffWhat;

typedef struct {
	DiffWay way;
	DiffWhat what;
	/* Site *, known ones first, by name; empty: it is about no service alone. */
	GPtrArray *services;
	const char *attribute; /* its name; NULL: it is about no attribute alone */
	/* "students in grade 7-9 in group vikarier": it is so for each of them who is in no other
	 * group and at no other unit that a rule speaks of; and perhaps for more, of whom other
	 * entries speak. NULL: it is about the service, whoever the person is. */
	char *people_en, *people_sv;
	Kinds kinds; /* of which they are, and the school years they are in; without people none */
	Years years;
	/* One of them: "a student in grade 7 in group vikarier"; NULL with people. */
	char *example_en, *example_sv;
	char *values;  /* which values: "\"student\", others"; NULL: all */
	unsigned from; /* yyyymmdd: the first day on which it is so; never before today */
	/* What gives it, of the new policy if it is wider, else of the old; or the line of a block.
	 * title is NULL if that is no rule of that title, file if there is none at all. */
	DecisionRule rule;
	/* How it was and how it is, as a policy says it, of what is compared as written and of
	 * DIFF_LEVEL and DIFF_PAGE; NULL: nothing was said, or it is about something else. */
	char *before, *after;
} DiffEntry;

void diff_entry_free(DiffEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DiffEntry, diff_entry_free)

/* So many persons are tried at most; some seconds of work. */
#define DIFF_STEPS_MAX 1000000

/* Compares. The registries, scopes, levels, groups and feeds that the two were loaded with may
 * differ. context: `today` and the services count. Returns: DiffEntry *, by service, way, what,
 * attribute and day; empty if nothing differs; valid while both policies are. Transfer full. */
GPtrArray *policy_diff(const Policy *old, const Policy *new, const PolicyContext *context);

/* The same in half the time: all that is DIFF_WIDER or DIFF_MAY_WIDEN, and not all of the rest. */
GPtrArray *policy_diff_wider(const Policy *old, const Policy *new, const PolicyContext *context);

/* An entry as a sentence, in "sv" or "en", without its services: "mail is given to students in
 * grade 7-9 (new.policy:4 "Läromedel")". Transfer full. */
char *diff_sentence(const DiffEntry *entry, const char *language);
