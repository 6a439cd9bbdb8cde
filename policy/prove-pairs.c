/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Expectations that cannot both hold. */
#include <string.h>

#include "policy/prove.h"
#include "policy/site.h"

static unsigned day_of(const PolicyContext *context, const Expect *expect)
{
	return expect->on ? expect->on : context->today;
}

static bool lacks(const Expect *expect, const Attribute *attribute)
{
	for (unsigned i = 0; i < expect->n_without; i++)
		if (expect->without[i] == attribute)
			return true;
	return false;
}

/* Who lacks something is nobody of whom a line speaks that does not say so. */
static bool lack_the_same(const Expect *one, const Expect *other)
{
	for (unsigned i = 0; i < one->n_without; i++)
		if (!lacks(other, one->without[i]))
			return false;
	for (unsigned i = 0; i < other->n_without; i++)
		if (!lacks(one, other->without[i]))
			return false;
	return true;
}

static const Spot *common_spot(const Universe *universe, const Expect *one, const Expect *other)
{
	for (guint i = 0; i < universe->spots->len; i++) {
		const Spot *spot = universe->spots->pdata[i];

		if (match_targets(&one->at, spot->service, SEES_DECLARED) &&
		    match_targets(&other->at, spot->service, SEES_DECLARED))
			return spot;
	}
	return NULL;
}

static const Expected *listed(const Expect *expect, const Attribute *attribute)
{
	for (unsigned i = 0; i < expect->n_gets; i++)
		if (expect->gets[i].attribute == attribute)
			return &expect->gets[i];
	return NULL;
}

/* Values that are told in other words may be the same; attributes are not. */
static bool lists_differ(const Expect *one, const Expect *other)
{
	if (one->n_gets != other->n_gets)
		return true;
	for (unsigned i = 0; i < one->n_gets; i++) {
		const Expected *expected = listed(other, one->gets[i].attribute);

		if (!expected ||
		    (expected->only.n_facets == 0) != (one->gets[i].only.n_facets == 0))
			return true;
	}
	return false;
}

/* A list against what is never to be in it. */
static bool lists_never(const Expect *list, const Expect *never)
{
	for (unsigned i = 0; i < list->n_gets; i++) {
		const Attribute *attribute = list->gets[i].attribute;

		if (never->attribute ? attribute == never->attribute
				     : attribute->kind == never->kind)
			return true;
	}
	return false;
}

static bool is_list(const Expect *expect)
{
	return expect->type == EXPECT_GETS || expect->type == EXPECT_LOGIN;
}

static bool conflict(const Expect *one, const Expect *other)
{
	if (one->type == EXPECT_REFUSED || other->type == EXPECT_REFUSED)
		return one->type != other->type && one->type != EXPECT_NEVER_GETS &&
		       other->type != EXPECT_NEVER_GETS;
	if (is_list(one) && is_list(other))
		return lists_differ(one, other);
	if (is_list(one) && other->type == EXPECT_NEVER_GETS)
		return lists_never(one, other);
	if (is_list(other) && one->type == EXPECT_NEVER_GETS)
		return lists_never(other, one);
	return (one->type == EXPECT_ASKED && other->type == EXPECT_INFORMED) ||
	       (one->type == EXPECT_INFORMED && other->type == EXPECT_ASKED);
}

/* What a line says, after "line 8 says". */
static char *claim(const Expect *expect)
{
	const Place *place = &expect->place;
	GString *text = g_string_new(NULL);

	switch (expect->type) {
	case EXPECT_REFUSED:
		g_string_append(text, place_say(place, "nothing"));
		break;
	case EXPECT_LOGIN:
		g_string_append(text, place_say(place, "login alone"));
		break;
	case EXPECT_ASKED:
		g_string_append(text, place_say(place, "asked"));
		break;
	case EXPECT_INFORMED:
		g_string_append(text, place_say(place, "informed"));
		break;
	case EXPECT_NEVER_GETS:
		if (expect->attribute)
			g_string_printf(text, place_say(place, "never %s"),
					expect->attribute->name);
		else
			g_string_printf(text, place_say(place, "never any %s"),
					attribute_kind_name(expect->kind));
		break;
	case EXPECT_GETS:
		for (unsigned i = 0; i < expect->n_gets; i++)
			g_string_append_printf(text, "%s%s", i ? ", " : "",
					       expect->gets[i].attribute->name);
		break;
	}
	return g_string_free(text, FALSE);
}

static char *line_of(const Expect *expect, const Expect *beside)
{
	const Place *place = &expect->place;

	if (strcmp(place->source->name, beside->place.source->name) != 0)
		return place_name(place);
	return g_strdup_printf(place_say(place, "line %u"), place->line);
}

static char *tell(const Policy *policy, const Expect *first, const Expect *second,
		  const Cohort *cohort, const Spot *spot)
{
	const char *language = place_language(&first->place);
	g_autofree char *one = claim(first), *other = claim(second);
	g_autofree char *here = line_of(first, second), *there = line_of(second, first);
	/* A line that names no mark means who has none, in words that say nothing of marks. */
	const Cohort named = {cohort->kinds | (Kinds)((cohort->kinds & 0xf) << 4), cohort->years,
			      NULL, NULL};
	g_autofree char *whom = cohort_describe(&named, language);
	g_autofree char *where = site_name(policy, spot->service, language);

	return g_strdup_printf(place_say(&first->place,
					 "these expectations contradict each other: %s says %s, "
					 "%s says %s, for %s at %s"),
			       here, one, there, other, whom, where);
}

char *prove_contradiction(const Policy *policy, const PolicyContext *context,
			  const Universe *universe, const Expect *expect)
{
	const Pset *pset = expect->people.psets;

	for (guint i = 0; i < policy->rules.expects->len; i++) {
		const Expect *other = policy->rules.expects->pdata[i];
		const Pset *another = other->people.psets;
		const Cohort cohort = {pset->kinds & another->kinds, pset->years & another->years,
				       NULL, NULL};
		const Spot *spot;

		if (!cohort.kinds || !cohort.years || !conflict(expect, other) ||
		    day_of(context, expect) != day_of(context, other) ||
		    !lack_the_same(expect, other))
			continue;
		spot = common_spot(universe, expect, other);
		if (spot)
			return other->place.line < expect->place.line
				       ? tell(policy, other, expect, &cohort, spot)
				       : tell(policy, expect, other, &cohort, spot);
	}
	return NULL;
}
