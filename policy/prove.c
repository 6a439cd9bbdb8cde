/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Expectations: each is tried on every person that can matter at every service that can. */
#include "policy/prove.h"

#include <string.h>

#include "policy/day.h"
#include "policy/promise.h"
#include "policy/site.h"

typedef struct {
	const Policy *policy;
	const Expect *expect;
	Circumstances circumstances;
	Palette *palette;

	/* at the service at hand */
	const Spot *spot;
	const Service *service; /* with what it is taken to wish for */
	Assume assume;
	bool no_less; /* what the line lists must be given, and not only nothing else */
	Growth growth;
	Person *person;   /* with all values */
	GString *failure; /* what went wrong, after "a student at NE" */
	bool gave_up;     /* nothing went wrong: it is too much to try */
} Proof;

static const char *say(const Proof *proof, const char *english) G_GNUC_FORMAT(2);
static const char *say(const Proof *proof, const char *english)
{
	return place_say(&proof->expect->place, english);
}

static const char *language_of(const Proof *proof)
{
	return place_language(&proof->expect->place);
}

/* Whether the line promises something, and not only that something does not happen. */
static bool is_positive(const Expect *expect)
{
	return expect->type != EXPECT_REFUSED && expect->type != EXPECT_NEVER_GETS;
}

/* ---- persons ---- */

static Decision *decide(const Proof *proof, const Example *example)
{
	/* A client of which nothing is known may be one that is given what names people there. */
	Assume nameless = *proof->service->id ? ASSUME_NOTHING : ASSUME_SUBJECT;
	Decision *decision;

	example_dress(example, proof->person);
	decision =
		decide_assuming(proof->policy, proof->person, proof->service, &proof->circumstances,
				proof->assume | nameless | ASSUME_VALUES | ASSUME_APPROVED |
					ASSUME_LEVEL | ASSUME_AGREED | ASSUME_PASSED);
	if (!*decision->service) {
		g_free(decision->service);
		decision->service = site_describe(proof->service, language_of(proof));
	}
	return decision;
}

static void add_psets(GArray *ways, const Pset *psets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const Way way = {&psets[i], NULL};

		g_array_append_val(ways, way);
	}
}

static void add_exceptions(const Reach *reach, const DecisionRule *rule, GArray *ways)
{
	const Release *release = reach_release(reach, rule);

	if (release)
		add_psets(ways, release->people.exceptions, release->people.n_exceptions);
}

/* The exceptions of releases that give something: of all that do if `attribute` is NULL. */
static void add_grants(const Reach *reach, const Decision *decision, const Attribute *attribute,
		       GArray *ways)
{
	for (guint i = 0; i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];

		if (!attribute || g_ptr_array_find(grant->attributes, attribute, NULL))
			add_exceptions(reach, &grant->rule, ways);
	}
}

/* Whether a never could take something of what is given. Values that are given may have another
 * form than those that nevers speak of, and so those that the person has are looked at. */
static bool is_threat(const Proof *proof, const Decision *decision, const Never *never)
{
	if (reach_shuts(never))
		return true;
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		const GPtrArray *values =
			row->values ? person_values(proof->person, row->attribute) : NULL;

		for (guint j = 0; values && j < values->len; j++)
			if (reach_takes(never, row->attribute, values->pdata[j]))
				return true;
	}
	return false;
}

/* Whether a line of the service could refuse the person for want of what is not given. */
static bool is_unmet(const Decision *decision, const Need *need)
{
	for (unsigned i = 0; i < need->n_attributes; i++) {
		const DecisionRow *row = decision_row(decision, need->attributes[i]);

		if (row && row->values)
			return false;
	}
	return true;
}

static bool is_about_page(const Expect *expect)
{
	return expect->type == EXPECT_ASKED || expect->type == EXPECT_INFORMED;
}

static bool gives_any(const Release *release, const GPtrArray *attributes)
{
	for (guint i = 0; i < attributes->len; i++)
		if (reach_gives(release, attributes->pdata[i]))
			return true;
	return attributes->len == 0; /* being let in, which whatever is given does too */
}

/* Whether a release gives without asking what another asks about. */
static bool hides(const Release *release, const Decision *decision)
{
	for (guint i = 0; release->page != PAGE_ASK && i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];

		if (grant->page == PAGE_ASK && gives_any(release, grant->attributes))
			return true;
	}
	return false;
}

static void add_hiders(const Reach *reach, const Decision *decision, GArray *ways)
{
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		if (hides(release, decision))
			add_psets(ways, release->people.psets, release->people.n_psets);
	}
}

/* Whatever could take something from a person who gets something: a never, a line that needs more,
 * and an exception of what gives it. What several releases give is lost only when the first does
 * not give it either. */
static void add_losses(const Proof *proof, const Decision *decision, GArray *ways)
{
	const Reach *reach = proof->spot->reach[0];

	for (guint i = 0; i < reach->nevers->len; i++) {
		const Never *never = reach->nevers->pdata[i];

		if (is_threat(proof, decision, never))
			add_psets(ways, never->people.psets, never->people.n_psets);
	}
	for (guint i = 0; i < reach->needs->len; i++) {
		const Need *need = reach->needs->pdata[i];

		if (is_unmet(decision, need))
			add_psets(ways, need->of.psets, need->of.n_psets);
	}
	add_exceptions(reach, &decision->rule, ways);
	if (is_about_page(proof->expect)) {
		add_grants(reach, decision, NULL, ways);
		add_hiders(reach, decision, ways);
	}
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (row->values && person_values(proof->person, row->attribute)->len == 1)
			add_exceptions(reach, &row->rule, ways);
		else if (row->values)
			add_grants(reach, decision, row->attribute, ways);
	}
}

/* Whoever is refused for want of an attribute could be given it by another release. */
static void add_gains(const Reach *reach, const Decision *decision, GArray *ways)
{
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		if (reach_is_needed(reach, release) ||
		    (decision->subject.attribute &&
		     reach_gives(release, decision->subject.attribute)))
			add_psets(ways, release->people.psets, release->people.n_psets);
	}
}

static bool is_wanting(const Decision *decision)
{
	return decision->reason == REASON_REFUSED_MISSING ||
	       decision->reason == REASON_REFUSED_SUBJECT;
}

/* A person of the line, grown by whatever takes something away. */
static bool holds(const Proof *proof, const Decision *decision)
{
	const Promise promise = {
		.expect = proof->expect,
		.person = proof->person,
		.no_less = proof->no_less,
		.failure = proof->failure,
	};

	return promise_holds(&promise, decision);
}

static GrowthVerdict judge_losses(const Example *example, GArray *ways, gpointer data)
{
	Proof *proof = data;
	g_autoptr(Decision) decision = decide(proof, example);

	if (!holds(proof, decision))
		return GROWTH_FOUND;
	add_losses(proof, decision, ways);
	return GROWTH_ON;
}

/* A person of the line whom one release is for; what it gives too much it gives to the least such
 * person, who is refused at most for want of something else. */
static GrowthVerdict judge_gains(const Example *example, GArray *ways, gpointer data)
{
	Proof *proof = data;
	g_autoptr(Decision) decision = decide(proof, example);

	if (!holds(proof, decision))
		return GROWTH_FOUND;
	/* What it asks about may be hidden by another that gives the same without asking. */
	if (proof->expect->type == EXPECT_INFORMED)
		add_losses(proof, decision, ways);
	if (is_wanting(decision))
		add_gains(proof->spot->reach[0], decision, ways);
	return ways->len > 0 ? GROWTH_ON : GROWTH_DEAD;
}

/* Whether a release can do what the line says does not happen. */
static bool is_suspect(const Expect *expect, const Release *release)
{
	if (expect->type != EXPECT_NEVER_GETS)
		return true;
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type != GIFT_ATTRIBUTE ? gift->type != GIFT_LOGIN
		    : expect->attribute          ? gift->attribute == expect->attribute
						 : gift->attribute->kind == expect->kind)
			return true;
	}
	return false;
}

static bool fails(Proof *proof, const Way *ways, unsigned n, GrowthJudge judge)
{
	g_autoptr(Example) found = growth_search(&proof->growth, ways, n, judge, proof);
	g_autofree char *where = NULL, *whom = NULL, *subject = NULL;

	proof->gave_up = !found && (effort_is_spent(proof->policy->effort) ||
				    growth_is_exhausted(&proof->growth));
	if (!found && effort_is_spent(proof->policy->effort)) {
		g_string_assign(proof->failure,
				say(proof,
				    "this and the expectations before it take too much work to "
				    "prove; there are too many of them, or rules for the services "
				    "they speak of that make exceptions from each other"));
		return true;
	}
	if (proof->gave_up) {
		g_string_printf(proof->failure,
				say(proof, "this takes more than %d persons to prove; divide it"),
				PROVE_STEPS_MAX);
		return true;
	}
	if (!found)
		return false;
	where = site_name(proof->policy, proof->service, language_of(proof));
	whom = example_describe(found, language_of(proof));
	subject = g_strdup_printf(say(proof, "%s at %s"), whom, where);
	g_string_prepend(proof->failure, subject);
	return true;
}

/* Every person of the line at the service at hand. */
static bool try_persons(Proof *proof)
{
	const Pset *pset = proof->expect->people.psets;
	const Reach *reach = proof->spot->reach[0];

	if (is_positive(proof->expect) && proof->no_less &&
	    fails(proof, &(Way){pset, NULL}, 1, judge_losses))
		return false;
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		if (!is_suspect(proof->expect, release))
			continue;
		for (unsigned j = 0; j < release->people.n_psets; j++) {
			const Way ways[] = {{pset, NULL}, {&release->people.psets[j], NULL}};

			if (reach_overlap(&release->people.psets[j], &proof->expect->people) &&
			    fails(proof, ways, G_N_ELEMENTS(ways), judge_gains))
				return false;
		}
	}
	return true;
}

/* ---- services ---- */

static bool try_as(Proof *proof, const Service *service, Assume assume, bool no_less)
{
	proof->service = service;
	proof->assume = assume;
	proof->no_less = no_less;
	return try_persons(proof);
}

/* Nobody knows yet what an imagined service asks for. Asking for what the line lists it must get
 * that and nothing else; asking for more, nothing else that a release names. */
static bool try_imagined(Proof *proof)
{
	const Known *known = proof->spot->reach[0]->known;
	const Service *imagined = proof->spot->service;
	g_autoptr(Service) service = NULL;

	if (known && known->asks->len > 0)
		return try_as(proof, imagined, ASSUME_NOTHING, true);
	if (proof->expect->type == EXPECT_ASKED || proof->expect->type == EXPECT_INFORMED)
		return try_as(proof, imagined, ASSUME_ASKED, true);
	service = universe_service_like(imagined);
	for (unsigned i = 0; i < proof->expect->n_gets; i++)
		service_add_wish(service, proof->expect->gets[i].attribute->saml, true);
	return try_as(proof, service, ASSUME_NOTHING, true) &&
	       try_as(proof, imagined, ASSUME_ASKED | ASSUME_NAMED, false);
}

static bool tell_crowded(Proof *proof, const Attribute *attribute)
{
	g_string_append_printf(proof->failure,
			       say(proof, "the units, subjects and kinds of %s can be combined in "
					  "more than %d ways, too many to prove"),
			       attribute->name, PALETTE_MAX);
	proof->gave_up = true;
	return false;
}

/* Whether any release could be for a person of the line. */
static bool is_for_any(const Reach *reach, const Expect *expect)
{
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		for (unsigned j = 0; j < release->people.n_psets; j++)
			if (reach_overlap(&release->people.psets[j], &expect->people))
				return true;
	}
	return false;
}

/* What is promised never to happen must not happen whatever the service asks for. */
static bool try_spot(Proof *proof, const Spot *spot)
{
	const Expect *expect = proof->expect;
	const Attribute *crowded = NULL;
	bool held;

	if (!is_positive(expect) && !is_for_any(spot->reach[0], expect))
		return true;
	proof->spot = spot;
	growth_init(&proof->growth, PROVE_STEPS_MAX);
	proof->growth.known = spot->service;
	proof->growth.effort = proof->policy->effort;
	growth_tell_apart_all(&proof->growth, &expect->people);
	reach_tell_apart(spot->reach[0], &proof->growth);
	palette_clear(proof->palette);
	palette_add_reach(proof->palette, spot->reach[0], NULL);
	for (unsigned i = 0; i < expect->n_gets; i++)
		palette_add_only(proof->palette, expect->gets[i].attribute, &expect->gets[i].only);
	proof->person =
		palette_person(proof->palette, expect->without, expect->n_without, &crowded);
	if (!proof->person)
		return tell_crowded(proof, crowded);
	proof->growth.looks = reach_looks(spot->reach[0], proof->person);
	effort_spend(proof->growth.effort, proof->growth.looks);
	held = !is_positive(expect) ? try_as(proof, spot->service, ASSUME_ASKED, true)
	       : spot->is_imagined  ? try_imagined(proof)
				    : try_as(proof, spot->service, ASSUME_NOTHING, true);
	g_clear_pointer(&proof->person, person_free);
	return held;
}

static bool all_literal(const Targets *targets)
{
	for (unsigned i = 0; i < targets->n_targets; i++)
		if (!match_is_literal(&targets->targets[i]))
			return false;
	return true;
}

/* A promise of nothing holds by itself where no release reaches; a promise of something is about
 * the services that some release reaches, and about all that are named or known. */
static bool is_tried(const Expect *expect, const Spot *spot)
{
	return spot->reach[0]->releases->len > 0 ||
	       (is_positive(expect) && (!spot->is_imagined || all_literal(&expect->at)));
}

static bool try_all(Proof *proof, const Universe *universe)
{
	g_autoptr(GPtrArray) spots = universe_spots(universe, &proof->expect->at);
	bool any = false;

	for (guint i = 0; i < spots->len; i++) {
		if (!is_tried(proof->expect, spots->pdata[i]))
			continue;
		any = true;
		if (!try_spot(proof, spots->pdata[i]))
			return false;
	}
	if (!any && is_positive(proof->expect))
		g_string_append(proof->failure, say(proof, "no release is for any such service"));
	return any || !is_positive(proof->expect);
}

char *prove_expectation(const Policy *policy, const Universe *universe, Palette *palette,
			const Expect *expect, unsigned day, bool *ret_gave_up)
{
	g_autoptr(GString) failure = g_string_new(NULL);
	Proof proof = {.policy = policy,
		       .expect = expect,
		       .circumstances = {.today = day},
		       .palette = palette,
		       .failure = failure};

	bool held = try_all(&proof, universe);

	*ret_gave_up = proof.gave_up;
	return held ? NULL : g_string_free(g_steal_pointer(&failure), FALSE);
}

bool prove_expectations(const Policy *policy, const PolicyContext *context,
			const Universe *universe, GError **error)
{
	g_autoptr(Palette) palette = palette_new((const char *const *)policy->scopes);

	for (guint i = 0; i < policy->rules.expects->len; i++) {
		const Expect *expect = policy->rules.expects->pdata[i];
		unsigned day = expect->on ? expect->on : context->today;
		bool gave_up;
		g_autofree char *failure =
			prove_expectation(policy, universe, palette, expect, day, &gave_up);
		g_autofree char *contradiction = NULL, *on = NULL;

		if (!failure)
			continue;
		contradiction = prove_contradiction(policy, context, universe, expect);
		on = expect->on ? g_strdup_printf(place_say(&expect->place, " (on " DAY_FORMAT ")"),
						  DAY_PARTS(day))
				: g_strdup("");
		if (contradiction || gave_up)
			place_error(error, POLICY_ERROR_EXPECT, &expect->place, "%s",
				    contradiction ? contradiction : failure);
		else
			place_error(error, POLICY_ERROR_EXPECT, &expect->place,
				    "expectation fails%s: %s", on, failure);
		return false;
	}
	return true;
}
