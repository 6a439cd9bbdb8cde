/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: section DECISION of portvakt-policy(5), from its beginning to its end. */
#include <string.h>

#include "policy/day.h"
#include "policy/work.h"

static void start(Work *work)
{
	const Policy *policy = work->policy;
	const Known *known = policy_known(policy, work->service);

	work->known = known;
	work->subject = known && known->subject ? known->subject->subject
						: subject_default(work->service->protocol);
	person_view_init(&work->stopping, &policy->numbers, work->person, &work->scratch);
	work->giving = work->stopping;
	if (work->assume & ASSUME_OUTSIDE) {
		work->giving.kinds = 0;
		work->stopping.kinds = kinds_unprotected(work->stopping.kinds);
	}
	service_view_init(&work->seen, &policy->numbers, work->service,
			  known ? known->number : NUMBER_NONE, &work->scratch);
	work->level = numbers_find(&policy->numbers, SORT_LEVEL, work->circumstances->level);
	work->wanted =
		scratch_take(&work->scratch, BITS_WORDS(policy->levels.n) * sizeof *work->wanted);
}

static void gather_values(Work *work)
{
	size_t n = work->n_attributes, total = 0;
	guint8 *mark;

	for (size_t i = 0; i < n; i++) {
		work->entries[i].values = work->person->values[i];
		total += work->person->values[i] ? work->person->values[i]->len : 0;
	}
	mark = scratch_take(&work->scratch, total);
	for (size_t i = 0; i < n; i++) {
		work->entries[i].marks = mark;
		mark += work->entries[i].values ? work->entries[i].values->len : 0;
	}
}

/* All that is there, but for the room of scratch and for attributes that are not. */
static void empty(Work *work)
{
	memset(work, 0, offsetof(Work, scratch));
	scratch_init(&work->scratch);
	work->table = attribute_table(&work->n_attributes);
	memset(work->entries, 0, work->n_attributes * sizeof *work->entries);
}

void work_make(Work *work, const Policy *policy, const Person *person, const Service *service,
	       const Circumstances *circumstances, Assume assume)
{
	g_assert(day_is_real(circumstances->today));
	empty(work);
	work->policy = policy;
	work->person = person;
	work->service = service;
	work->circumstances = circumstances;
	work->assume = assume;
	start(work);
	ask_gather(work);
	gather_values(work);
	stop_gather(work);
	give_all(work);
	verdict_reach(work);
}

void work_clear(Work *work)
{
	scratch_clear(&work->scratch);
}

Decision *decide_assuming(const Policy *policy, const Person *person, const Service *service,
			  const Circumstances *circumstances, Assume assume)
{
	UNFILLED Work work;
	Decision *decision;

	work_make(&work, policy, person, service, circumstances, assume);
	decision = decision_tell(&work, &work);
	work_clear(&work);
	return decision;
}

/* Whether it would be answered if that were so as well. */
static bool would_answer(const Work *refused, Assume assume)
{
	UNFILLED Work work;
	bool answered;

	work_make(&work, refused->policy, refused->person, refused->service, refused->circumstances,
		  refused->assume | assume);
	answered = work.outcome == OUTCOME_ANSWERED;
	work_clear(&work);
	return answered;
}

/* Whom to ask, and for which level, only where it can lead to an answer: nobody is asked or made to
 * prove more in vain. Returns whether it can. */
static bool look_ahead(Work *work)
{
	bool by_asking, by_level;

	if (work->outcome == OUTCOME_ANSWERED)
		return true;
	by_asking = work->to_ask && would_answer(work, ASSUME_AGREED);
	/* at the level there may be more to ask about */
	by_level = work->level_wanted && would_answer(work, ASSUME_LEVEL | ASSUME_AGREED);
	if (!by_asking && !by_level && work->reason == REASON_REFUSED_TO_ASK) {
		/* a yes would change nothing, so what is told is what stands after it */
		work_clear(work);
		work_make(work, work->policy, work->person, work->service, work->circumstances,
			  work->assume | ASSUME_AGREED);
	}
	if (!by_level)
		work->level_wanted = NULL;
	if (!by_asking)
		work->grants = NULL;
	return by_asking || by_level;
}

Decision *policy_decide(const Policy *policy, const Person *person, const Service *service,
			const Circumstances *circumstances)
{
	Work openly, outside;
	Decision *decision;
	bool hope;

	work_make(&openly, policy, person, service, circumstances, ASSUME_NOTHING);
	hope = look_ahead(&openly);
	if (openly.outcome == OUTCOME_ANSWERED) {
		decision = decision_tell(&openly, &openly);
	} else {
		/* made for everybody, so that a refusal takes the same time */
		work_make(&outside, policy, person, service, circumstances, ASSUME_OUTSIDE);
		decision = decision_tell(person->is_protected ? &outside : &openly,
					 hope ? &openly : NULL);
		work_clear(&outside);
	}
	work_clear(&openly);
	return decision;
}

Decision *policy_decide_openly(const Policy *policy, const Person *person, const Service *service,
			       const Circumstances *circumstances)
{
	UNFILLED Work work;
	Decision *decision;

	work_make(&work, policy, person, service, circumstances, ASSUME_NOTHING);
	decision = decision_tell(&work, look_ahead(&work) ? &work : NULL);
	work_clear(&work);
	return decision;
}

Decision *policy_decide_outside(const Policy *policy, const Person *person, const Service *service,
				const Circumstances *circumstances)
{
	UNFILLED Work work;
	Decision *decision;

	work_make(&work, policy, person, service, circumstances, ASSUME_OUTSIDE);
	decision = decision_tell(&work, work.outcome == OUTCOME_ANSWERED ? &work : NULL);
	work_clear(&work);
	return decision;
}

static bool may_give(const Work *work, const Release *release, const Attribute *attribute)
{
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type != GIFT_LOGIN &&
		    (gift->type != GIFT_ATTRIBUTE || gift->attribute == attribute) &&
		    ask_covers(work, release, gift, attribute) == REASON_GIVEN)
			return !ask_is_held(work, release);
	}
	return false;
}

/* Whether any may, or with rules (DecisionRule) all that may. */
static bool find_givers(const Policy *policy, const Service *service, const Attribute *attribute,
			GArray *rules)
{
	UNFILLED Work work;
	Slice slice;
	unsigned order;
	bool may = false;
	g_autoptr(Person) nobody = person_new("");

	empty(&work);
	work.policy = policy;
	work.service = service;
	work.person = nobody;
	work.circumstances = &(Circumstances){0};
	start(&work);
	ask_gather(&work);
	slice = slice_releases(policy, work.known);
	for (const Release *release = slice_next(&slice, &order); (rules || !may) && release;
	     release = slice_next(&slice, &order)) {
		const DecisionRule rule = {release->title, release->place.source->name,
					   release->place.line};

		if (!match_view(&release->to, &work.seen, SEES_EFFECTIVE) ||
		    !may_give(&work, release, attribute))
			continue;
		may = true;
		if (rules)
			g_array_append_val(rules, rule);
	}
	work_clear(&work);
	return may;
}

bool policy_may_give(const Policy *policy, const Service *service, const Attribute *attribute)
{
	return find_givers(policy, service, attribute, NULL);
}

GArray *policy_givers(const Policy *policy, const Service *service, const Attribute *attribute)
{
	GArray *rules = g_array_new(FALSE, FALSE, sizeof(DecisionRule));

	find_givers(policy, service, attribute, rules);
	return rules;
}
