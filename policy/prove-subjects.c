/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whoever is let in must be able to be answered. */
#include <string.h>

#include "policy/prove.h"
#include "policy/work.h"

/* Who is let in at a service and refused for want of something, for ever. */
typedef struct {
	const Policy *policy;
	const Service *service;
	const Reach *reach;
	Growth growth;
	Person *person;
	Reason wanted; /* REASON_REFUSED_SUBJECT or REASON_REFUSED_MISSING */
	Subject subject;
	Kinds answered;         /* kinds of which some person can be answered */
	Kinds wanting;          /* kinds of which some person is refused for that reason */
	Circumstances nowadays; /* any day will do */
} Want;

/* On no day, whatever the service asks for: this rests on the policy alone, so that no metadata can
 * stop a load. */
static void make(const Want *want, const Example *example, Work *work)
{
	example_dress(example, want->person);
	work_make(work, want->policy, want->person, want->service, &want->nowadays,
		  ASSUME_ASKED | ASSUME_VALUES | ASSUME_APPROVED | ASSUME_TIMELESS | ASSUME_LEVEL |
			  ASSUME_AGREED | ASSUME_PASSED);
}

static bool could_help(const Want *want, const Release *release)
{
	if (want->wanted == REASON_REFUSED_SUBJECT)
		return reach_gives(release, want->subject.attribute);
	return reach_is_needed(want->reach, release);
}

static void add_ways(const Want *want, GArray *ways)
{
	for (guint i = 0; i < want->reach->releases->len; i++) {
		const Release *release = want->reach->releases->pdata[i];

		for (unsigned j = 0; could_help(want, release) && j < release->people.n_psets;
		     j++) {
			const Way way = {&release->people.psets[j], NULL};

			g_array_append_val(ways, way);
		}
	}
}

static GrowthVerdict judge(const Example *example, GArray *ways, gpointer data)
{
	Want *want = data;
	Reason reason;
	bool let_in;
	UNFILLED Work work;

	if (want->answered >> example->kind & 1)
		return GROWTH_DEAD;
	make(want, example, &work);
	reason = work.reason;
	let_in = work.login && !work.shut;
	work_clear(&work);
	if (reason != want->wanted) {
		/* What else is in the way of an answer is for other checks. */
		want->answered |= let_in ? example->kinds : 0;
		return GROWTH_DEAD;
	}
	want->wanting |= example->kinds;
	add_ways(want, ways);
	return GROWTH_ON;
}

static GrowthVerdict judge_wanting(const Example *example, GArray *ways, gpointer data)
{
	const Want *want = data;

	(void)ways;
	return want->wanting & ~want->answered & example->kinds ? GROWTH_FOUND : GROWTH_DEAD;
}

static Example *search_all(Want *want, GrowthJudge one)
{
	const GPtrArray *releases = want->reach->releases;
	Example *found = NULL;

	for (guint i = 0; !found && i < releases->len; i++) {
		const People *people = &((Release *)releases->pdata[i])->people;

		for (unsigned j = 0; !found && j < people->n_psets; j++)
			found = growth_search(&want->growth, &(Way){&people->psets[j], NULL}, 1,
					      one, want);
	}
	return found;
}

/* The first person who can never be answered, or NULL. */
static Example *find(Want *want)
{
	search_all(want, judge);
	return want->wanting & ~want->answered ? search_all(want, judge_wanting) : NULL;
}

static bool want_init(Want *want, const Policy *policy, const Service *service, const Reach *reach,
		      Palette *palette)
{
	const Attribute *crowded;

	want->policy = policy;
	want->service = service;
	want->reach = reach;
	want->subject = policy_subject(policy, service->protocol, service->id);
	palette_clear(palette);
	palette_add_reach(palette, reach, NULL);
	want->person = palette_person(palette, NULL, 0, &crowded);
	growth_init(&want->growth, PROVE_STEPS_MAX);
	want->growth.known = service;
	want->growth.effort = policy->effort;
	if (want->person)
		want->growth.looks = reach_looks(reach, want->person);
	reach_tell_apart(reach, &want->growth);
	return want->person != NULL;
}

static void want_clear(Want *want)
{
	person_free(want->person);
}

/* Why, in words that follow "and". */
static char *why_of(const Want *want, const Example *example, const Place *place)
{
	g_autoptr(Decision) decision = NULL;
	g_autofree char *sentence = NULL;
	const DecisionRow *row;
	UNFILLED Work work;

	make(want, example, &work);
	decision = decision_tell(&work, NULL);
	work_clear(&work);
	row = decision_row(decision, want->subject.attribute);
	if (!row || row->reason == REASON_NO_RULE || row->reason == REASON_NOT_FOR_PERSON)
		return g_strdup_printf(place_say(place, "no release gives %s"),
				       want->subject.attribute->name);
	sentence = reason_sentence(decision, row, place_language(place));
	return g_strdup_printf(place_say(place, "%s is withheld: %s"),
			       want->subject.attribute->name, sentence);
}

static void tell(const Want *want, const Example *example, const Ident *ident, const Place *place,
		 GError **error)
{
	const char *name = policy_service_name(want->policy, ident->protocol, ident->id);
	bool is_said = want->reach->known && want->reach->known->subject;
	g_autofree char *called =
		name ? g_strdup_printf(place_say(place, "service %s"), name)
		: ident->protocol == PROTOCOL_OIDC
			? g_strdup_printf(place_say(place, "client \"%s\""), ident->id)
			: g_strdup_printf("\"%s\"", ident->id);
	g_autofree char *phrase = subject_phrase(&want->subject);
	g_autofree char *said = is_said ? g_strdup_printf("'%s'", phrase)
					: g_strdup(place_say(place, "OIDC needs a subject"));
	g_autofree char *whom = cohort_describe_kind(example->kind, place_language(place));
	g_autofree char *why = why_of(want, example, place);

	if (!is_said && !want->answered)
		place_error(error, POLICY_ERROR_MEANING, place,
			    "%s can never log in: OIDC needs a subject, and nothing gives %s to it",
			    called, want->subject.attribute->name);
	else
		place_error(error, POLICY_ERROR_MEANING, place,
			    "%s can never answer %s: %s, and %s", called, whom, said, why);
}

static bool prove_subject(const Policy *policy, unsigned today, Palette *palette,
			  const Ident *ident, const Place *place, GError **error)
{
	g_autoptr(Service) service = service_new(ident->protocol, ident->id);
	g_autoptr(Reach) reach = reach_new(policy, service);
	g_autoptr(Example) found = NULL;
	Want want = {.wanted = REASON_REFUSED_SUBJECT, .nowadays = {.today = today}};
	bool exhausted;

	if (!want_init(&want, policy, service, reach, palette)) {
		place_error(error, POLICY_ERROR_MEANING, place,
			    "units, subjects and kinds of values can be combined in more than %d "
			    "ways here, too many to prove",
			    PALETTE_MAX);
		return false;
	}
	found = find(&want);
	exhausted = !found && growth_is_exhausted(&want.growth);
	if (found)
		tell(&want, found, ident, place, error);
	else if (exhausted)
		place_error(error, POLICY_ERROR_MEANING, place,
			    "it takes too much work to prove that whom these rules let in can be "
			    "answered; use fewer groups and units in the rules for the service");
	want_clear(&want);
	return !found && !exhausted;
}

static bool prove_clients(const Policy *policy, unsigned today, Palette *palette, GHashTable *seen,
			  const Target *target, GError **error)
{
	for (unsigned i = 0; i < target->n_atoms; i++)
		for (unsigned j = 0; j < target->atoms[i].n_idents; j++) {
			const Ident *ident = &target->atoms[i].idents[j];
			const Known *known;

			if (ident->protocol != PROTOCOL_OIDC)
				continue;
			known = policy_known_ident(policy, ident->protocol, ident->id);
			if ((known && known->subject) ||
			    !g_hash_table_add(seen, (gpointer)(guintptr)known))
				continue;
			if (!prove_subject(policy, today, palette, ident, &target->place, error))
				return false;
		}
	return true;
}

bool prove_subjects(const Policy *policy, const PolicyContext *context, GError **error)
{
	g_autoptr(Palette) palette = palette_new((const char *const *)policy->scopes);
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	const Rules *rules = &policy->rules;

	for (guint i = 0; i < rules->services->len; i++) {
		const ServiceBlock *block = rules->services->pdata[i];

		for (unsigned j = 0; block->subject.attribute && j < block->n_about; j++)
			if (!prove_subject(policy, context->today, palette, &block->about[j],
					   &block->subject_place, error))
				return false;
	}
	for (guint i = 0; i < rules->releases->len; i++) {
		const Targets *to = &((Release *)rules->releases->pdata[i])->to;

		for (unsigned j = 0; j < to->n_targets; j++)
			if (!prove_clients(policy, context->today, palette, seen, &to->targets[j],
					   error))
				return false;
	}
	return true;
}

static bool gives_plainly(const Release *release, const Need *need)
{
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		for (unsigned j = 0; j < need->n_attributes; j++)
			if (gift->type == GIFT_ATTRIBUTE && gift->only.n_facets == 0 &&
			    gift->attribute == need->attributes[j])
				return true;
	}
	return false;
}

static bool is_taken(const Reach *reach, const Need *need)
{
	for (guint i = 0; i < reach->nevers->len; i++)
		for (unsigned j = 0; j < need->n_attributes; j++)
			if (reach_takes(reach->nevers->pdata[i], need->attributes[j], NULL))
				return true;
	return false;
}

/* Whether it can be seen without a search that whoever is let in is given what is needed: each
 * release gives it, and no never takes it. */
static bool is_met(const Reach *reach, const Need *need)
{
	if (is_taken(reach, need))
		return false;
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];
		bool about = need->of.n_psets == 0;

		for (unsigned j = 0; !about && j < release->people.n_psets; j++)
			about = reach_overlap(&release->people.psets[j], &need->of);
		if (about && !gives_plainly(release, need))
			return false;
	}
	return true;
}

static bool are_met(const Reach *reach)
{
	for (guint i = 0; i < reach->needs->len; i++)
		if (!is_met(reach, reach->needs->pdata[i]))
			return false;
	return true;
}

Need *prove_need(const Policy *policy, unsigned today, Palette *palette, const Ident *ident,
		 unsigned *ret_kind)
{
	g_autoptr(Service) service = service_new(ident->protocol, ident->id);
	g_autoptr(Reach) reach = reach_new(policy, service);
	g_autoptr(Example) found = NULL;
	Want want = {.wanted = REASON_REFUSED_MISSING, .nowadays = {.today = today}};
	Need *need = NULL;

	if (!are_met(reach) && want_init(&want, policy, service, reach, palette))
		found = find(&want);
	for (guint i = 0; found && !need && i < reach->needs->len; i++) {
		Need *line = reach->needs->pdata[i];

		if (line->of.n_psets == 0 || example_is_among(found, &line->of)) {
			UNFILLED Work work;

			make(&want, found, &work);
			for (unsigned j = 0; !need && j < line->n_attributes; j++)
				need = line->attributes[j] == work.missing ? line : NULL;
			work_clear(&work);
		}
	}
	if (need)
		*ret_kind = found->kind;
	want_clear(&want);
	return need;
}
