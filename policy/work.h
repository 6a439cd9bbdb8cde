/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/loaded.h"

/*
 * A decision while it is made, for the files that make it: section DECISION of portvakt-policy(5).
 * Nothing here is allocated but what scratch has no room for, and the values that will leave.
 *
 *   ask.c      what the service asks for
 *   stop.c     the nevers that count, and what they take
 *   give.c     what releases give: steps 1 to 9
 *   shape.c    the form in which values leave
 *   verdict.c  whether the whole is answered
 *   decision.c what is told of it
 */

/* How far a release came with an attribute. The one that came furthest tells the reason. */
typedef enum {
	STEP_NONE,
	STEP_PEOPLE,
	STEP_DATES,
	STEP_ASKED,
	STEP_VALUE,
	STEP_ONLY,
	STEP_NEVER,
	STEP_LEVEL,
	STEP_CONSENT,
	STEP_GIVEN,
} Step;

/* What is known of one value: a byte. */
enum {
	VALUE_IS_GOOD = 1,
	VALUE_IS_STOPPED = 2, /* by a never */
	VALUE_IS_PLAIN = 4,   /* given, and nobody is asked about it */
	VALUE_IS_GIVEN = 8,   /* given, so or by a yes */
};

/* What a never takes, among others that take from the same attribute or kind. */
typedef struct Stop {
	struct Stop *next;
	const Never *never;
	unsigned order; /* of the never */
	const Taken *taken;
} Stop;

/* What is known of one attribute. */
typedef struct {
	bool asked, required;     /* by what needs no approval, or has it */
	bool held, held_required; /* by what is held until an admin approves it */
	const Category *aside;    /* sets the one aside that would ask for it */

	Step step;
	unsigned order; /* of the release that came furthest, among all */
	Reason reason;
	const Release *release;
	const Never *never; /* of REASON_NEVER */
	unsigned date;      /* of the person's answer */
	const char *gap;    /* of REASON_TEMPLATE_GAP: the part that is missing */

	Stop *stops;
	const GPtrArray *values;
	guint8 *marks;       /* a byte for each */
	Reason value_reason; /* REASON_NONE: not yet judged; REASON_GIVEN: some value is good */
	ValueFault fault;
	const char *scope; /* the foreign scope */
	guint n_free;      /* values that are good and not stopped */
	guint n_plain, n_given;
	const char **told; /* as they leave */
	guint n_told;
	guint n_formed; /* values that have the form: n_told, and those that became the same */
} Entry;

/* What one release gives, or would if the person said yes. */
typedef struct Grant {
	struct Grant *next;
	unsigned order; /* of the release */
	const Release *release;
	GrantState state;
	unsigned date;
	uint64_t attributes[ATTRIBUTE_WORDS];
} Grant;

typedef struct {
	const Policy *policy;
	const Person *person;
	const Service *service;
	const Circumstances *circumstances;
	Assume assume;
	const Attribute *table; /* as many attributes as there were when it began */
	size_t n_attributes;

	const Known *known; /* what the policy says of the service; may be NULL */
	Subject subject;
	PersonView giving;   /* the person, for releases */
	PersonView stopping; /* for nevers, and for the lines of the service */
	ServiceView seen;
	unsigned level; /* the proved one; NUMBER_NONE: none that is known */

	unsigned asked[ATTRIBUTE_MAX]; /* indexes of what is asked for, held or not */
	unsigned n_asked;
	uint64_t asked_set[ATTRIBUTE_WORDS], reached[ATTRIBUTE_WORDS]; /* any release named it */
	Stop *kind_stops[KIND_LAST + 1], *any_stops;
	const Never *shut; /* the first never that takes login */

	const Release *login; /* the first that lets the person in */
	unsigned login_order;
	bool plain_login; /* one that does not ask lets them in */
	Step login_step;  /* how far the furthest came that would give login alone */
	bool to_ask, declined, too_young; /* something failed at step 8 for that */
	uint64_t *wanted;                 /* levels at which more would be given */
	const Release *high;              /* the first that would give more at a higher level */
	Grant *grants;                    /* by order */
	Grant *latest;                    /* where the next is likely to go after */

	Outcome outcome;
	Reason reason;
	DecisionRule rule;
	const Attribute *missing;
	const char *level_wanted, *level_demanded;
	unsigned size, size_max;

	Scratch scratch;
	Entry entries[ATTRIBUTE_MAX];
} Work;

/* Before a Work on the stack: the compiler need not fill its 39 KB with zeros
 * (-ftrivial-auto-var-init), since work_make() sets all of it that is ever read. A proof makes some
 * for each rule. */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define UNFILLED __attribute__((uninitialized))
#endif
#endif
#ifndef UNFILLED
#define UNFILLED
#endif

/* Makes the decision, all but its telling. What work held before is not looked at. */
void work_make(Work *work, const Policy *policy, const Person *person, const Service *service,
	       const Circumstances *circumstances, Assume assume);
void work_clear(Work *work);

static inline DecisionRule rule_of(const char *title, const Place *place)
{
	return (DecisionRule){title, place->source->name, place->line};
}

/* Fills `asked` and what entries say of it. */
void ask_gather(Work *work);

/* Step 3 alone: REASON_GIVEN, or why this gift of the release does not cover the attribute. */
Reason ask_covers(const Work *work, const Release *release, const Gift *gift,
		  const Attribute *attribute);

/* Whether the release reaches the service only by a category that no admin has approved, and may
 * give something sensitive: then it gives nothing there. */
bool ask_is_held(const Work *work, const Release *release);

/* Gathers the nevers that match service and person. */
void stop_gather(Work *work);

/* The first never that takes a value; NULL if none does. */
const Never *stop_find(const Work *work, const Attribute *attribute, const char *value);

/* What all releases give. */
void give_all(Work *work);

/* Puts the values that are given into the form in which they leave, and withholds those that have
 * none. */
void shape_all(Work *work);

/* The line `rename` of an attribute for the protocol of the service; NULL: there is none. */
const Rename *shape_rename(const Work *work, const Attribute *attribute);

/* Fills outcome, reason and what goes with them. */
void verdict_reach(Work *work);

/* What a decision that is made tells. prospect: whose grants, page and wanted level it tells; NULL:
 * nobody's, since nothing could change it. Transfer full. */
Decision *decision_tell(const Work *work, const Work *prospect);
