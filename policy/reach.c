/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/reach.h"

#include <string.h>

#include "policy/facet.h"

static void add_lines(Reach *reach, const ServiceBlock *block)
{
	for (unsigned i = 0; i < block->n_needs; i++)
		g_ptr_array_add(reach->needs, &block->needs[i]);
	for (unsigned i = 0; i < block->n_demands; i++)
		g_ptr_array_add(reach->demands, &block->demands[i]);
}

Reach *reach_new(const Policy *policy, const Service *service)
{
	Reach *reach = g_new0(Reach, 1);

	reach->policy = policy;
	reach->known = policy_known(policy, service);
	reach->releases = index_releases(policy, reach->known);
	reach->nevers = index_nevers(policy, reach->known);
	reach->needs = g_ptr_array_new();
	reach->demands = g_ptr_array_new();
	reach->is_trial = service->trial;
	for (guint i = 0; reach->known && i < reach->known->blocks->len; i++)
		add_lines(reach, reach->known->blocks->pdata[i]);
	for (guint i = reach->releases->len; i-- > 0;)
		if (!match_targets(&((Release *)reach->releases->pdata[i])->to, service,
				   SEES_EFFECTIVE))
			g_ptr_array_remove_index(reach->releases, i);
	for (guint i = reach->nevers->len; i-- > 0;)
		if (!match_targets(&((Never *)reach->nevers->pdata[i])->to, service, SEES_DECLARED))
			g_ptr_array_remove_index(reach->nevers, i);
	return reach;
}

void reach_free(Reach *reach)
{
	if (!reach)
		return;
	g_ptr_array_unref(reach->releases);
	g_ptr_array_unref(reach->nevers);
	g_ptr_array_unref(reach->needs);
	g_ptr_array_unref(reach->demands);
	g_free(reach);
}

void reach_tell_tests_apart(Growth *growth)
{
	const Pset tests = {.kinds = kinds_of("everyone", MARK_TEST, PEOPLE_STOPPED),
			    .years = YEARS_ALL};

	growth_tell_apart(growth, &tests);
}

void reach_tell_apart(const Reach *reach, Growth *growth)
{
	if (reach->is_trial)
		reach_tell_tests_apart(growth);
	for (guint i = 0; i < reach->releases->len; i++)
		growth_tell_apart_all(growth, &((Release *)reach->releases->pdata[i])->people);
	for (guint i = 0; i < reach->nevers->len; i++)
		growth_tell_apart_all(growth, &((Never *)reach->nevers->pdata[i])->people);
	for (guint i = 0; i < reach->needs->len; i++)
		growth_tell_apart_all(growth, &((Need *)reach->needs->pdata[i])->of);
	for (guint i = 0; i < reach->demands->len; i++)
		growth_tell_apart_all(growth, &((Demand *)reach->demands->pdata[i])->of);
}

const Release *reach_release(const Reach *reach, const DecisionRule *rule)
{
	/* A decision borrows the title of its rule, so that no two rules have the same. */
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		if (release->title == rule->title)
			return release;
	}
	return NULL;
}

bool reach_gives(const Release *release, const Attribute *attribute)
{
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type == GIFT_ATTRIBUTE ? gift->attribute == attribute
						 : gift->type != GIFT_LOGIN)
			return true;
	}
	return false;
}

static bool takes(const Taken *taken, const Attribute *attribute, const char *value)
{
	switch (taken->type) {
	case TAKEN_LOGIN:
		return false;
	case TAKEN_ANYTHING:
		return true;
	case TAKEN_KIND:
		return taken->kind == attribute->kind &&
		       (!value || match_value(&taken->only, attribute, value));
	case TAKEN_ATTRIBUTE:
		return taken->attribute == attribute &&
		       (!value || match_value(&taken->only, attribute, value));
	}
	return false;
}

bool reach_takes(const Never *never, const Attribute *attribute, const char *value)
{
	for (unsigned i = 0; i < never->n_taken; i++)
		if (takes(&never->taken[i], attribute, value))
			return true;
	return false;
}

bool reach_shuts(const Never *never)
{
	for (unsigned i = 0; i < never->n_taken; i++)
		if (never->taken[i].type == TAKEN_LOGIN || never->taken[i].type == TAKEN_ANYTHING)
			return true;
	return false;
}

bool reach_is_needed(const Reach *reach, const Release *release)
{
	for (guint i = 0; i < reach->needs->len; i++) {
		const Need *need = reach->needs->pdata[i];

		for (unsigned j = 0; j < need->n_attributes; j++)
			if (reach_gives(release, need->attributes[j]))
				return true;
	}
	return false;
}

/* Psets that are for the person and name a unit narrow, unless one is for them that names none. */
static bool is_of_units(const People *people, const Attribute *attribute, const char *value,
			const Example *example)
{
	bool narrows = true, named = false;
	const char *unit = NULL;
	gsize length = 0;

	if (!facet_can(attribute, FACET_PART_UNIT))
		return true;
	facet_of(attribute, value, FACET_PART_UNIT, &unit, &length);
	for (unsigned i = 0; i < people->n_psets; i++) {
		const Pset *pset = &people->psets[i];

		if (!example_is_in(example, pset))
			continue;
		narrows = narrows && pset->n_units > 0;
		named = named || (unit && match_unit(pset, unit, length));
	}
	return !narrows || named;
}

bool reach_lets(const Release *release, const Gift *gift, const Attribute *attribute,
		const char *value, const Example *example)
{
	return match_value(&gift->only, attribute, value) &&
	       is_of_units(&release->people, attribute, value, example);
}

bool reach_stops(const Reach *reach, const Attribute *attribute, const char *value,
		 const Example *example)
{
	for (guint i = 0; i < reach->nevers->len; i++) {
		const Never *never = reach->nevers->pdata[i];

		if ((reach_shuts(never) || reach_takes(never, attribute, value)) &&
		    example_is_among(example, &never->people))
			return true;
	}
	return false;
}

bool reach_overlap(const Pset *pset, const People *people)
{
	for (unsigned i = 0; i < people->n_psets; i++)
		if ((pset->kinds & people->psets[i].kinds) &&
		    (pset->years & people->psets[i].years))
			return true;
	return false;
}

guint64 reach_looks(const Reach *reach, const Person *person)
{
	guint64 looks = 0, values = 0;

	for (unsigned i = 0; i < ATTRIBUTE_MAX; i++)
		values += person->values[i] ? person->values[i]->len : 0;
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		looks += release->people.n_psets + release->people.n_exceptions + release->n_gifts;
	}
	for (guint i = 0; i < reach->nevers->len; i++) {
		const Never *never = reach->nevers->pdata[i];

		looks += never->people.n_psets + never->n_taken;
	}
	return looks + values * (1 + reach->releases->len / 8);
}

static guint64 names_of(const Target *targets, unsigned n)
{
	guint64 names = 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < targets[i].n_atoms; j++)
			names += targets[i].atoms[j].n_idents;
	return names;
}

guint64 reach_names(const Targets *targets)
{
	return names_of(targets->targets, targets->n_targets) +
	       names_of(targets->exceptions, targets->n_exceptions);
}
