/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whether the whole is answered, when it is known what releases give. */
#include <string.h>

#include "policy/work.h"

static bool leaves(const Work *work, const Attribute *attribute)
{
	return work->entries[attribute_index(attribute)].n_told > 0;
}

/* How far the furthest release came, with whatever attribute or with login alone. */
static Step furthest(const Work *work)
{
	Step step = work->login_step;

	for (size_t i = 0; i < work->n_attributes; i++)
		step = MAX(step, work->entries[i].step);
	return step;
}

/* Why nobody is let in whom no never stops. */
static Reason why_out(const Work *work)
{
	switch (furthest(work)) {
	case STEP_LEVEL:
		return REASON_REFUSED_LEVEL;
	case STEP_CONSENT:
		return work->to_ask     ? REASON_REFUSED_TO_ASK
		       : work->declined ? REASON_REFUSED_DECLINED
					: REASON_REFUSED_TOO_YOUNG;
	default:
		return REASON_REFUSED_NO_RULE;
	}
}

/* A line of a service without `of` is about everyone. */
static bool is_of(const Work *work, const People *of)
{
	return of->n_psets == 0 || match_people(of, &work->stopping);
}

/* Of the attributes of which one is needed and none leaves, the one that came furthest. */
static const Attribute *missing_of(const Work *work, const Need *need)
{
	const Attribute *missing = NULL;
	Step step = STEP_NONE;

	for (unsigned i = 0; i < need->n_attributes; i++) {
		const Entry *entry = &work->entries[attribute_index(need->attributes[i])];

		if (entry->n_told > 0)
			return NULL;
		if (!missing || entry->step > step) {
			missing = need->attributes[i];
			step = entry->step;
		}
	}
	return missing;
}

static const Attribute *find_missing(const Work *work)
{
	for (guint i = 0; work->known && i < work->known->blocks->len; i++) {
		const ServiceBlock *block = work->known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_needs; j++) {
			const Attribute *missing = is_of(work, &block->needs[j].of)
							   ? missing_of(work, &block->needs[j])
							   : NULL;

			if (missing)
				return missing;
		}
	}
	return NULL;
}

/* Whether the login proves what every `demand` line about the person demands; those that it does
 * not prove are then all that is wanted. */
static bool is_high_enough(Work *work, const char **ret_level)
{
	bool enough = true;

	for (guint i = 0; work->known && i < work->known->blocks->len; i++) {
		const ServiceBlock *block = work->known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_demands; j++) {
			const Demand *demand = &block->demands[j];

			if ((work->assume & ASSUME_LEVEL) || !is_of(work, &demand->of) ||
			    levels_prove(&work->policy->levels, work->level, demand->number))
				continue;
			if (enough)
				memset(work->wanted, 0,
				       BITS_WORDS(work->policy->levels.n) * sizeof *work->wanted);
			enough = false;
			*ret_level = *ret_level ? *ret_level : demand->level;
			if (demand->number != NUMBER_NONE)
				bits_add(work->wanted, demand->number);
		}
	}
	return enough;
}

/* Of the levels that are wanted the one that proves most of them; of equals the first in the
 * configuration. */
static const char *best_level(const Work *work)
{
	const Policy *policy = work->policy;
	unsigned best = 0, most = 0;

	for (unsigned i = 0; i < policy->levels.n; i++) {
		unsigned proves = 0;

		if (!bits_have(work->wanted, i))
			continue;
		for (unsigned j = 0; j < policy->levels.n; j++)
			proves += bits_have(work->wanted, j) && levels_prove(&policy->levels, i, j);
		if (proves > most) {
			most = proves;
			best = i;
		}
	}
	return most > 0 ? policy->numbers.sorts[SORT_LEVEL].names[best] : NULL;
}

static unsigned guard_size(const Work *work)
{
	for (guint i = 0; work->known && i < work->known->blocks->len; i++) {
		const ServiceBlock *block = work->known->blocks->pdata[i];

		if (block->guard_size > 0)
			return block->guard_size;
	}
	return 0;
}

static const char *name_of(const Work *work, const Attribute *attribute)
{
	const Rename *rename = shape_rename(work, attribute);

	g_assert(attribute);
	if (rename)
		return rename->to;
	return work->service->protocol == PROTOCOL_OIDC ? attribute->claim : attribute->saml;
}

static size_t measure_values(const Entry *entry)
{
	size_t size = 0;

	for (guint i = 0; i < entry->n_told; i++)
		size += strlen(entry->told[i]);
	return size;
}

/* The bytes of the value that names the person, and of name and values of each attribute that is
 * told. */
static size_t measure(const Work *work)
{
	size_t size = 0;

	for (size_t i = 0; i < work->n_attributes; i++) {
		const Attribute *attribute = &work->table[i];
		const Entry *entry = &work->entries[i];
		bool names = attribute == work->subject.attribute;

		if (entry->n_told == 0)
			continue;
		if (names)
			size += measure_values(entry);
		if (!names || work->subject.also_attribute)
			size += strlen(name_of(work, attribute)) + measure_values(entry);
	}
	return size;
}

static bool is_small_enough(Work *work)
{
	unsigned max = work->assume & ASSUME_VALUES ? 0 : guard_size(work);
	size_t size = max > 0 ? measure(work) : 0;

	if (size <= max)
		return true;
	work->size = (unsigned)MIN(size, G_MAXUINT);
	work->size_max = max;
	return false;
}

/* REASON_GIVEN, or why someone who is let in is not answered. */
static Reason why_not(Work *work, const char **ret_level)
{
	bool unsaid = !work->known || !work->known->subject;

	if (work->subject.attribute && !leaves(work, work->subject.attribute) &&
	    !(unsaid && (work->assume & ASSUME_SUBJECT)))
		return REASON_REFUSED_SUBJECT;
	work->missing = find_missing(work);
	if (work->missing)
		return REASON_REFUSED_MISSING;
	if (!is_high_enough(work, ret_level))
		return REASON_REFUSED_LEVEL;
	return is_small_enough(work) ? REASON_GIVEN : REASON_REFUSED_TOO_BIG;
}

void verdict_reach(Work *work)
{
	const char *level = NULL;

	if (work->service->trial && !work->person->is_test) {
		work->reason = REASON_REFUSED_TRIAL;
	} else if (work->shut) {
		work->reason = REASON_REFUSED_STOPPED;
		work->rule = rule_of(work->shut->title, &work->shut->place);
	} else if (!work->login) {
		work->reason = why_out(work);
	} else {
		shape_all(work);
		work->reason = why_not(work, &level);
	}
	if (work->reason == REASON_GIVEN) {
		work->outcome = OUTCOME_ANSWERED;
		work->rule = rule_of(work->login->title, &work->login->place);
	}
	work->level_wanted = best_level(work);
	if (work->reason == REASON_REFUSED_LEVEL)
		work->level_demanded = work->level_wanted ? work->level_wanted
				       : level            ? level
							  : work->high->demand;
}
