/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What releases give: steps 1 to 9 of the decision, for each attribute each of them names. */
#include <string.h>

#include "policy/facet.h"
#include "policy/work.h"

/* What is given without asking must be known before anybody is asked about it, and what is given
 * at this level before a higher one is wanted for it. */
typedef enum { PASS_PLAIN, PASS_ASK, PASS_HIGH, PASSES } Pass;

/* A release that reaches the service, on its way. */
typedef struct {
	const Release *release;
	unsigned order; /* among all releases */
	Pass pass;
	Step step;     /* of what is in the way of all of it */
	Reason reason; /* REASON_GIVEN: nothing is, up to step 2 */
	bool held;     /* at step 3, all of it */
	GrantState state;
	unsigned date;
	uint64_t narrowing; /* psets with `at unit` that hold the person, if all that do have it */
	Grant *grant;
} Candidate;

static Pass pass_of(const Work *work, const Release *release)
{
	if (release->demand && !(work->assume & ASSUME_LEVEL) &&
	    !levels_prove(&work->policy->levels, work->level, release->demand_number))
		return PASS_HIGH;
	return release->page == PAGE_ASK ? PASS_ASK : PASS_PLAIN;
}

/* Step 8: what the person answered. */
static void look_up_answer(const Work *work, Candidate *c)
{
	const Circumstances *circumstances = work->circumstances;

	c->state = work->assume & ASSUME_AGREED ? GRANT_AGREED : GRANT_TO_ASK;
	if (circumstances->too_young) {
		c->state = GRANT_TOO_YOUNG;
		return;
	}
	for (unsigned i = 0; i < circumstances->n_answers; i++) {
		const PersonAnswer *answer = &circumstances->answers[i];

		if (strcmp(answer->title, c->release->title) != 0)
			continue;
		c->state = answer->yes ? GRANT_AGREED : GRANT_DECLINED;
		c->date = answer->date;
		return;
	}
}

/* Step 2: REASON_GIVEN, or what is in the way. */
static Reason is_awake(const Work *work, const Release *release)
{
	unsigned today = work->circumstances->today;
	bool dated = !(work->assume & ASSUME_TIMELESS);

	if (dated && release->from && today < release->from)
		return REASON_NOT_YET;
	if (dated && release->until && today > release->until)
		return REASON_RULE_ENDED;
	if (dated && release->agreement_until && today > release->agreement_until)
		return REASON_AGREEMENT_ENDED;
	if (release->canonical && release->approvers < 2 && !(work->assume & ASSUME_APPROVED))
		return REASON_NOT_APPROVED;
	return REASON_GIVEN;
}

/* A rule for one school speaks of that school alone; one that is for the person whatever their
 * school does not. */
static uint64_t narrowing_of(const Work *work, const Release *release)
{
	const People *people = &release->people;
	uint64_t narrowing = 0;

	for (unsigned i = 0; i < people->n_psets; i++) {
		if (!match_pset(&people->psets[i], &work->giving))
			continue;
		if (people->psets[i].n_units == 0)
			return 0;
		narrowing |= UINT64_C(1) << i;
	}
	return narrowing;
}

static bool is_of_units(const Candidate *c, const Attribute *attribute, const char *value)
{
	const People *people = &c->release->people;
	const char *unit;
	gsize length;

	if (!facet_of(attribute, value, FACET_PART_UNIT, &unit, &length))
		return false;
	for (unsigned i = 0; i < people->n_psets; i++)
		if (c->narrowing >> i & 1 && match_unit(&people->psets[i], unit, length))
			return true;
	return false;
}

/* Keeps the reason of the release that came furthest; of equals the first in the files. */
static bool reach(Work *work, Entry *entry, const Candidate *c, Step step, Reason reason)
{
	if (step < entry->step || (step == entry->step && c->order >= entry->order))
		return false;
	if (entry->step == STEP_NONE)
		bits_add(work->reached, (unsigned)(entry - work->entries));
	entry->step = step;
	entry->order = c->order;
	entry->reason = reason;
	entry->release = c->release;
	entry->date = c->date;
	return true;
}

/* Grants stand in the order of the rules. */
static Grant *grant_of(Work *work, Candidate *c)
{
	Grant **place = &work->grants;

	if (c->grant)
		return c->grant;
	if (work->latest && work->latest->order < c->order)
		place = &work->latest->next;
	while (*place && (*place)->order < c->order)
		place = &(*place)->next;
	c->grant = scratch_take(&work->scratch, sizeof *c->grant);
	*c->grant = (Grant){.next = *place,
			    .order = c->order,
			    .release = c->release,
			    .state = c->state,
			    .date = c->date};
	*place = work->latest = c->grant;
	return c->grant;
}

static void let_in(Work *work, const Candidate *c)
{
	work->plain_login = work->plain_login || c->pass == PASS_PLAIN;
	if (work->login && work->login_order < c->order)
		return;
	work->login = c->release;
	work->login_order = c->order;
}

static void want_level(Work *work, const Candidate *c)
{
	g_assert(c->release);
	work->high = work->high ? work->high : c->release;
	/* whoever will not or may not say yes gets no more at a higher level */
	if (c->state == GRANT_DECLINED || c->state == GRANT_TOO_YOUNG ||
	    c->release->demand_number == NUMBER_NONE)
		return;
	bits_add(work->wanted, c->release->demand_number);
}

static Reason reason_of_state(Work *work, GrantState state)
{
	switch (state) {
	case GRANT_TO_ASK:
		work->to_ask = true;
		return REASON_TO_ASK;
	case GRANT_DECLINED:
		work->declined = true;
		return REASON_DECLINED;
	case GRANT_TOO_YOUNG:
		work->too_young = true;
		return REASON_TOO_YOUNG;
	case GRANT_GIVEN:
	case GRANT_AGREED:
		break;
	}
	return REASON_GIVEN;
}

/* Steps 7 to 9 for one value that is left. */
static void give_value(Work *work, Candidate *c, Entry *entry, unsigned index, guint i)
{
	Reason reason;

	if (c->pass == PASS_HIGH) {
		reach(work, entry, c, STEP_LEVEL, REASON_LEVEL_TOO_LOW);
		if (!(entry->marks[i] & VALUE_IS_GIVEN))
			want_level(work, c);
		return;
	}
	if (c->pass == PASS_ASK && (entry->marks[i] & VALUE_IS_PLAIN))
		return;
	bits_add(grant_of(work, c)->attributes, index);
	reason = reason_of_state(work, c->state);
	reach(work, entry, c, reason == REASON_GIVEN ? STEP_GIVEN : STEP_CONSENT, reason);
	if (reason != REASON_GIVEN)
		return;
	if (c->pass == PASS_PLAIN && !(entry->marks[i] & VALUE_IS_PLAIN)) {
		entry->marks[i] |= VALUE_IS_PLAIN;
		entry->n_plain++;
	}
	if (!(entry->marks[i] & VALUE_IS_GIVEN))
		entry->n_given++;
	entry->marks[i] |= VALUE_IS_GIVEN;
	let_in(work, c);
}

/* Steps 5 to 9 for every value. */
static void give_values(Work *work, Candidate *c, const Gift *gift, const Attribute *attribute)
{
	unsigned index = attribute_index(attribute);
	Entry *entry = &work->entries[index];
	bool narrow = c->narrowing && facet_can(attribute, FACET_PART_UNIT);
	bool all = gift->only.n_facets == 0 && !narrow;

	reach(work, entry, c, STEP_ONLY, REASON_FILTERED);
	if (all && entry->n_free > 0 && entry->n_plain == entry->n_free) {
		if (c->pass == PASS_PLAIN)
			bits_add(grant_of(work, c)->attributes, index);
		return;
	}
	for (guint i = 0; i < entry->values->len; i++) {
		const char *value = entry->values->pdata[i];

		if (!(entry->marks[i] & VALUE_IS_GOOD) ||
		    (!all && !match_value(&gift->only, attribute, value)) ||
		    (narrow && !is_of_units(c, attribute, value)))
			continue;
		if (!(entry->marks[i] & VALUE_IS_STOPPED))
			give_value(work, c, entry, index, i);
		else if (reach(work, entry, c, STEP_NEVER, REASON_NEVER))
			entry->never = stop_find(work, attribute, value);
	}
}

static ValueFault judge_value(const Work *work, Entry *entry, const Attribute *attribute, guint i)
{
	const char *value = entry->values->pdata[i];
	ValueFault fault =
		work->assume & ASSUME_VALUES
			? VALUE_GOOD
			: value_judge(attribute, value, (const char *const *)work->policy->scopes);

	if (fault != VALUE_GOOD)
		return fault;
	entry->marks[i] |= VALUE_IS_GOOD;
	if (stop_find(work, attribute, value))
		entry->marks[i] |= VALUE_IS_STOPPED;
	else
		entry->n_free++;
	return VALUE_GOOD;
}

/* Step 4: REASON_GIVEN if some value is good, else why none is. */
static Reason judge_values(const Work *work, Entry *entry, const Attribute *attribute)
{
	Reason reason = REASON_NONE;

	if (!entry->values || entry->values->len == 0)
		return work->person->no_alias[attribute_index(attribute)] ? REASON_NO_ALIAS
									  : REASON_NO_VALUE;
	if ((attribute->single || attribute == work->subject.attribute) && entry->values->len > 1 &&
	    !(work->assume & ASSUME_VALUES))
		return REASON_SEVERAL_VALUES;
	for (guint i = 0; i < entry->values->len; i++) {
		ValueFault fault = judge_value(work, entry, attribute, i);

		if (fault == VALUE_GOOD) {
			reason = REASON_GIVEN;
		} else if (reason == REASON_NONE) {
			reason = fault == VALUE_FOREIGN_SCOPE ? REASON_FOREIGN_SCOPE
							      : REASON_BAD_VALUE;
			entry->fault = fault;
			if (fault == VALUE_FOREIGN_SCOPE)
				entry->scope =
					strchr((const char *)entry->values->pdata[i], '@') + 1;
		}
	}
	return reason;
}

static void give_attribute(Work *work, Candidate *c, const Gift *gift, const Attribute *attribute)
{
	Entry *entry = &work->entries[attribute_index(attribute)];
	Reason reason = c->reason;

	if (reason != REASON_GIVEN) {
		reach(work, entry, c, c->step, reason);
		return;
	}
	reason = ask_covers(work, c->release, gift, attribute);
	if (reason == REASON_GIVEN && c->held)
		reason = REASON_HELD;
	if (reason != REASON_GIVEN) {
		reach(work, entry, c, STEP_ASKED, reason);
		return;
	}
	if (entry->value_reason == REASON_NONE)
		entry->value_reason = judge_values(work, entry, attribute);
	if (entry->value_reason != REASON_GIVEN)
		reach(work, entry, c, STEP_VALUE, entry->value_reason);
	else
		give_values(work, c, gift, attribute);
}

static void give_login(Work *work, Candidate *c)
{
	Step step = c->step;

	if (c->reason == REASON_GIVEN) {
		if (c->held) {
			step = STEP_ASKED;
		} else if (c->pass == PASS_HIGH) {
			step = STEP_LEVEL;
			if (!work->login)
				want_level(work, c);
		} else if (c->pass == PASS_ASK && work->plain_login) {
			return;
		} else {
			grant_of(work, c);
			step = reason_of_state(work, c->state) == REASON_GIVEN ? STEP_GIVEN
									       : STEP_CONSENT;
			if (step == STEP_GIVEN)
				let_in(work, c);
		}
	}
	work->login_step = MAX(work->login_step, step);
}

static void give(Work *work, Candidate *c, const Gift *gift)
{
	switch (gift->type) {
	case GIFT_LOGIN:
		give_login(work, c);
		break;
	case GIFT_ATTRIBUTE:
		give_attribute(work, c, gift, gift->attribute);
		break;
	case GIFT_REQUESTED:
	case GIFT_REQUIRED:
		for (unsigned i = 0; !(work->assume & ASSUME_NAMED) && i < work->n_asked; i++)
			give_attribute(work, c, gift, &work->table[work->asked[i]]);
		break;
	}
}

/* Whether it is the first that could tell something of an attribute. */
static bool is_news(const Work *work, const Release *release)
{
	for (unsigned i = 0; i < ATTRIBUTE_WORDS; i++) {
		uint64_t asked = release->gives_asked ? work->asked_set[i] : 0;

		if ((release->named[i] | asked) & ~work->reached[i])
			return true;
	}
	return false;
}

static void consider(Work *work, const Release *release, unsigned order, Pass pass)
{
	Candidate c = {.release = release,
		       .order = order,
		       .pass = pass,
		       .step = STEP_PEOPLE,
		       .reason = REASON_NOT_FOR_PERSON};
	bool is_for = match_people(&release->people, &work->giving);

	/* most rules of a school are for others, and say nothing that one before did not; in later
	 * passes one that comes before may */
	if ((!is_for && pass == PASS_PLAIN && !is_news(work, release)) ||
	    !match_view(&release->to, &work->seen, SEES_EFFECTIVE))
		return;
	if (is_for) {
		c.step = STEP_DATES;
		c.reason = is_awake(work, release);
	}
	if (c.reason == REASON_GIVEN) {
		c.held = ask_is_held(work, release);
		c.narrowing = narrowing_of(work, release);
		if (release->page == PAGE_ASK)
			look_up_answer(work, &c);
	}
	for (unsigned i = 0; i < release->n_gifts; i++)
		give(work, &c, &release->gifts[i]);
}

void give_all(Work *work)
{
	bool any[PASSES] = {[PASS_PLAIN] = true};

	for (unsigned pass = PASS_PLAIN; pass < PASSES; pass++) {
		Slice slice = slice_releases(work->policy, work->known);
		unsigned order;

		work->latest = NULL;
		if (!any[pass])
			continue;
		for (const Release *release = slice_next(&slice, &order); release;
		     release = slice_next(&slice, &order)) {
			Pass its = pass_of(work, release);

			if (its == pass)
				consider(work, release, order, its);
			any[its] = true;
		}
	}
}
