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

typedef struct DecisionRow {
	const Attribute *attribute; /* NULL: asked for by a name the registry lacks */
	const char *name;           /* the registry's name, else as the service wrote it */
	bool asked;                 /* the service asks for it, or an `asks` line does for it */
	bool required;              /* and calls it required */
	Reason reason;
	DecisionRule rule;
	GPtrArray *values; /* char *: what is given; NULL if and only if nothing is */
	unsigned total;    /* of given-part and several-values: how many values the person
			      has; of not-approved: how many have approved (0 or 1); else 0 */
	unsigned date;     /* yyyymmdd of not-yet, rule-ended, agreement-ended; else 0 */
	char *detail;      /* the agreement, the foreign scope or the name of the category that is
			      in the way; never a value; NULL for other reasons */
	ValueFault fault;  /* of bad-value */
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
	char *service;     /* what the service is called: our name for it, else its id */
	void *policy;      /* keeps the rules' strings alive */
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
