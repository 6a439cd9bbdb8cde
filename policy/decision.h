/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/attribute.h"
#include "policy/reason.h"
#include "policy/subject.h"
#include "policy/value.h"

/*
 * What the policy says about one person at one service: the value that the answer, the ledger,
 * `explain` and the pages all read. Immutable once made. A zeroed Decision refuses and gives
 * nothing.
 */

/* What a person is shown before something leaves, by strictness. */
typedef enum { PAGE_SILENT = 0, PAGE_INFORM, PAGE_ASK } PageKind;

/* "silent", "inform" or "ask", as the policy has it. Static. */
const char *page_kind_name(PageKind page);

typedef enum {
	OUTCOME_REFUSED = 0,
	OUTCOME_ANSWERED, /* let in, with the values of the given rows (maybe none) */
} Outcome;

/* The rule a reason rests on. title is NULL when no rule is behind it. */
typedef struct {
	const char *title; /* without quotes */
	const char *file;  /* the name its PolicySource had */
	unsigned line;     /* from 1: the line where the rule starts */
} DecisionRule;

/* How it stands with what one release gives. */
typedef enum {
	GRANT_GIVEN = 0, /* nobody is asked */
	GRANT_TO_ASK,    /* withheld until the person says yes */
	GRANT_AGREED,    /* given, since the person said yes */
	GRANT_DECLINED,  /* withheld, since the person said no */
	GRANT_TOO_YOUNG, /* withheld, since the person is too young to be asked */
} GrantState;

/* What one release gives this person at this service, or would if the person said yes. What a
 * release without `ask` gives as well is in no grant that asks. */
typedef struct {
	DecisionRule rule;
	PageKind page;
	GrantState state;
	unsigned date;          /* yyyymmdd of the answer; 0: none was given */
	const char *because_sv; /* as written for that language, else for any, else for another;
				   belongs to the policy */
	const char *because_en;
	const char *basis;     /* NULL: not said */
	bool is_consent;       /* and it is consent (GDPR, article 6.1 a) */
	GPtrArray *attributes; /* const Attribute *, in registry order; empty: login alone */
} DecisionGrant;

typedef struct DecisionRow {
	const Attribute *attribute; /* NULL: asked for by a name the registry lacks */
	const char *name;           /* the registry's name, else as the service wrote it */
	bool asked;                 /* the service asks for it, or an `asks` line does for it */
	bool required;              /* and calls it required */
	Reason reason;
	DecisionRule rule;
	GPtrArray *values;   /* char *: what is given; NULL if and only if nothing is */
	unsigned total;      /* of given-part and several-values: how many values the person
				has; of not-approved: how many have approved (0 or 1); else 0 */
	unsigned date;       /* yyyymmdd of not-yet, rule-ended, agreement-ended, and of the
				person's answer in given-agreed and declined; else 0 */
	char *detail;        /* the agreement, the foreign scope, the name of the category that is
				in the way, the level that was proved (NULL: none) or the part that
				a form lacks; never a value; NULL for other reasons */
	ValueFault fault;    /* of bad-value */
	const char *level;   /* of level-too-low: the one that is demanded; else NULL */
	const char *told_as; /* the name the service knows it by; NULL: its own */
	bool without_format; /* told without NameFormat */
} DecisionRow;

typedef struct Decision {
	Outcome outcome;
	Reason reason;     /* REASON_GIVEN when answered, else a REASON_REFUSED_… */
	DecisionRule rule; /* of a refusal: the rule that stopped it, if one did; of an answer:
			      the first rule that gives login */
	GPtrArray *rows;   /* DecisionRow *: exactly one for each attribute that is asked for or
			      named by a release to this service, in registry order, then the
			      unknown names; never two for one attribute. No values unless
			      outcome is OUTCOME_ANSWERED */
	Subject subject;   /* how the service is told who it is */
	PageKind page;     /* the strictest of the grants that are not declined or too young */
	GPtrArray *grants; /* DecisionGrant *, by file and line; none if the decision refuses,
			      unless what is to ask could change that */
	const char *level_wanted;   /* the level at which more would be given; NULL: none. Of a
				       refusal: the one that could change that */
	const char *level_demanded; /* of refused-level: the level that is; else NULL */
	const Attribute *missing;   /* of refused-missing: what is needed; else NULL */
	unsigned size, size_max;    /* of refused-too-big: bytes; else 0 */
	char *service;              /* what the service is called: our name for it, else its id */
	void *policy;               /* keeps the rules' strings alive */
} Decision;

void decision_free(Decision *decision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decision, decision_free)

/* The row of an attribute, or NULL if it has none. Transfer none. */
const DecisionRow *decision_row(const Decision *decision, const Attribute *attribute);

/* The value by which the service is told who it is; NULL when that is transient, or when the
 * decision refuses. Transfer none. */
const char *decision_subject(const Decision *decision);

/* Whether the values of a row leave as an attribute, and not as the subject alone. */
bool decision_row_is_told(const Decision *decision, const DecisionRow *row);
