/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/who.h"

#include <string.h>

#include "policy/universe.h"
#include "policy/work.h"

typedef struct {
	const Policy *policy;
	const PolicyContext *context;
	const Attribute *attribute; /* NULL: being let in */
	Palette *palette;
	GHashTable *entries; /* what tells entries apart -> WhoEntry, which `all` owns */
	GPtrArray *all;
	Effort *effort;

	/* at hand */
	const Spot *spot;
	GPtrArray *values[ATTRIBUTE_MAX]; /* by attribute_index(); NULL: not asked about, or none */
	guint64 phrases; /* what it takes to tell of people, with those who are excepted */
	const Release *release;
	const Gift *gift; /* NULL: any of the release */
	GPtrArray *found; /* Example *, owned: who gets it by a pset */
} Asking;

void who_entry_free(WhoEntry *entry)
{
	if (!entry)
		return;
	g_ptr_array_unref(entry->services);
	g_free(entry->people_en);
	g_free(entry->people_sv);
	g_free(entry->only);
	g_free(entry);
}

/* ---- who gets it by one pset ---- */

static bool is_about(const Gift *gift, const Attribute *attribute)
{
	if (gift->type == GIFT_ATTRIBUTE)
		return gift->attribute == attribute;
	return gift->type != GIFT_LOGIN && !attribute_must_be_named(attribute);
}

static bool gives(const Asking *asking, const Gift *gift, const Attribute *attribute,
		  const Example *example)
{
	const GPtrArray *values = asking->values[attribute_index(attribute)];
	const Reach *reach = asking->spot->reach[0];

	for (guint i = 0; values && i < values->len; i++) {
		const char *value = values->pdata[i];

		if (!effort_spend(asking->effort, 1 + asking->release->people.n_psets))
			return false;
		if (!reach_lets(asking->release, gift, attribute, value, example))
			continue;
		effort_spend(asking->effort, 2 * reach->nevers->len);
		if (!reach_stops(reach, attribute, value, example))
			return true;
	}
	return false;
}

static bool is_shut(const Reach *reach, const Example *example)
{
	for (guint i = 0; i < reach->nevers->len; i++) {
		const Never *never = reach->nevers->pdata[i];

		if (reach_shuts(never) && example_is_among(example, &never->people))
			return true;
	}
	return false;
}

/* Whoever is given anything is let in (section 2.3 of the language). */
static bool lets_in(const Asking *asking, const Gift *gift, const Example *example)
{
	const Registry *registry = asking->policy->registry;

	if (gift->type == GIFT_LOGIN) {
		effort_spend(asking->effort, 2 * asking->spot->reach[0]->nevers->len);
		return !is_shut(asking->spot->reach[0], example);
	}
	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);

		if (!effort_spend(asking->effort, 1))
			return false;
		if (is_about(gift, attribute) && gives(asking, gift, attribute, example))
			return true;
	}
	return false;
}

static bool is_let_in(const Asking *asking, const Example *example)
{
	for (unsigned i = 0; i < asking->release->n_gifts; i++)
		if (lets_in(asking, &asking->release->gifts[i], example))
			return true;
	return false;
}

/* Those who are in no other group and at no other unit than the pset asks for, and meet no
 * exception and no never for that. */
static bool collect(const Example *example, gpointer data)
{
	Asking *asking = data;
	unsigned n_psets = asking->release->people.n_psets;

	effort_spend(asking->effort, 10 + n_psets);
	if (!example_is_among(example, &asking->release->people) ||
	    (asking->spot->reach[0]->is_trial && !(example->kind & 4)))
		return true;
	if (asking->gift ? gives(asking, asking->gift, asking->attribute, example)
			 : is_let_in(asking, example))
		g_ptr_array_add(asking->found, example_copy(example));
	return true;
}

/* All of an example but the years, or but the kinds. */
static char *key_without(const Example *example, bool years)
{
	Example alike = *example;
	g_autofree char *rest = NULL;

	alike.kind = alike.year = 0;
	rest = example_key(&alike);
	return g_strdup_printf("%x %s", years ? example->kinds : example->years, rest);
}

/* Unites examples that differ in years alone, or in kinds alone. */
static void unite_by(GPtrArray *examples, bool years)
{
	g_autoptr(GHashTable) first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint n = 0;

	for (guint i = 0; i < examples->len; i++) {
		Example *example = examples->pdata[i];
		char *key = key_without(example, years);
		Example *one = g_hash_table_lookup(first, key);

		if (!one) {
			g_hash_table_insert(first, key, example);
			examples->pdata[i] = NULL;
			examples->pdata[n++] = example;
			continue;
		}
		one->kinds |= example->kinds;
		one->years |= example->years;
		example_free(example);
		examples->pdata[i] = NULL;
		g_free(key);
	}
	g_ptr_array_set_size(examples, (gint)n);
}

/* So that what is told is short; years first, since most people are in none. */
static void unite(GPtrArray *examples)
{
	unite_by(examples, true);
	unite_by(examples, false);
}

/* In how many ways the groups and units of a pset can be chosen. */
static guint64 choices(const Pset *pset)
{
	guint64 product = 1;

	for (unsigned i = 0; i < pset->n_groups; i++)
		product *= pset->groups[i].n;
	for (unsigned i = 0; i < pset->n_units; i++)
		product *= pset->units[i].n;
	return product;
}

/* Whether every choice of the pset fares as the first does, so that it can be told as it is
 * written. */
static bool is_whole(const GPtrArray *found, const Pset *pset)
{
	const Example *first = found->pdata[0];

	for (guint i = 0; i < found->len; i++) {
		const Example *example = found->pdata[i];

		if (example->kinds != first->kinds || example->years != first->years)
			return false;
	}
	return found->len == choices(pset);
}

/* ---- in words ---- */

static void append_texts(GString *text, const Facet *facet)
{
	static const char *const words[] = {[FACET_BEGINNING] = "beginning ",
					    [FACET_UNIT] = "unit ",
					    [FACET_SUBJECT] = "subject ",
					    [FACET_KIND] = "kind "};

	g_string_append(text, words[facet->type] ? words[facet->type] : "");
	for (unsigned i = 0; i < facet->n_texts; i++)
		g_string_append_printf(text, facet->type == FACET_KIND ? "%s%s" : "%s\"%s\"",
				       i ? " or " : "", facet->texts[i]);
}

static char *only_phrase(const Only *only)
{
	GString *text;

	if (only->n_facets == 0)
		return NULL;
	text = g_string_new("only ");
	for (unsigned i = 0; i < only->n_facets; i++) {
		g_string_append(text, i ? " and " : "");
		append_texts(text, &only->facets[i]);
	}
	return g_string_free(text, FALSE);
}

static void append_exception(GString *text, const Pset *pset, const Example *example,
			     const char *language)
{
	Pset narrowed = *pset;
	g_autofree char *phrase = NULL, *whole = NULL;

	/* Who is left out whatever else they are in is left out of the kinds and years already. */
	narrowed.kinds &= example->kinds;
	if (!narrowed.kinds || !(pset->years & example->years))
		return;
	phrase = cohort_describe_pset(&narrowed, language);
	whole = g_strdup_printf("%s%s", strcmp(language, "sv") == 0 ? " utom " : " except ",
				phrase);
	if (!strstr(text->str, whole))
		g_string_append(text, whole);
}

/* Whether it takes every value, and not some that are told apart. attribute NULL: being let in. */
static bool takes_all(const Never *never, const Attribute *attribute)
{
	if (!attribute)
		return reach_shuts(never);
	for (unsigned i = 0; i < never->n_taken; i++) {
		const Taken *taken = &never->taken[i];

		if (taken->only.n_facets == 0 &&
		    (taken->type == TAKEN_LOGIN || taken->type == TAKEN_ANYTHING ||
		     (taken->type == TAKEN_KIND && taken->kind == attribute->kind) ||
		     (taken->type == TAKEN_ATTRIBUTE && taken->attribute == attribute)))
			return true;
	}
	return false;
}

static char *people_phrase(const Asking *asking, const Pset *pset, const Example *example,
			   bool whole, const char *language)
{
	const People *people = &asking->release->people;
	const Reach *reach = asking->spot->reach[0];
	const Cohort cohort = {example->kinds, example->years, example->groups, example->units};
	Pset narrowed = *pset;
	g_autofree char *first = NULL;
	GString *text;

	narrowed.kinds = example->kinds;
	narrowed.years = example->years;
	first = whole ? cohort_describe_pset(&narrowed, language)
		      : cohort_describe(&cohort, language);
	text = g_string_new(first);
	for (unsigned i = 0; i < people->n_exceptions; i++)
		append_exception(text, &people->exceptions[i], example, language);
	for (guint i = 0; i < reach->nevers->len; i++) {
		const Never *never = reach->nevers->pdata[i];

		for (unsigned j = 0;
		     takes_all(never, asking->attribute) && j < never->people.n_psets; j++)
			append_exception(text, &never->people.psets[j], example, language);
	}
	return g_string_free(text, FALSE);
}

/* ---- entries ---- */

static unsigned last_day(const Release *release)
{
	unsigned until = release->until ? release->until : G_MAXUINT;
	unsigned agreement = release->agreement_until ? release->agreement_until : G_MAXUINT;

	return MIN(until, agreement) == G_MAXUINT ? 0 : MIN(until, agreement);
}

/* Whether all that is given is given where the service calls it required. */
static bool is_if_required(const Asking *asking)
{
	const Release *release = asking->release;
	const Gift *first = asking->gift ? asking->gift : release->gifts;
	unsigned n = asking->gift ? 1 : release->n_gifts;

	for (unsigned i = 0; i < n; i++)
		if (!first[i].if_required && first[i].type != GIFT_REQUIRED)
			return false;
	return true;
}

static WhoEntry *entry_new(const Asking *asking, const Pset *pset, const Example *example,
			   bool whole, bool is_asked)
{
	const Release *release = asking->release;
	WhoEntry *entry = g_new0(WhoEntry, 1);

	entry->services = g_ptr_array_new_with_free_func((GDestroyNotify)site_free);
	entry->people_en = people_phrase(asking, pset, example, whole, "en");
	entry->people_sv = people_phrase(asking, pset, example, whole, "sv");
	entry->kinds = example->kinds;
	entry->years = example->years;
	entry->rule = rule_of(release->title, &release->place);
	entry->from = release->from > asking->context->today ? release->from : 0;
	entry->until = last_day(release);
	entry->agreement = release->agreement;
	entry->demand = release->demand;
	entry->page = release->page;
	entry->only = asking->gift ? only_phrase(&asking->gift->only) : NULL;
	entry->if_required = is_if_required(asking);
	entry->is_asked = is_asked;
	entry->awaits_two = release->by_two_place.line != 0 && release->approvers < 2;
	entry->basis = release->basis;
	return entry;
}

static bool covers(Work *work, const Asking *asking, const Gift *gift, const Attribute *attribute)
{
	return ask_covers(work, asking->release, gift, attribute) == REASON_GIVEN;
}

/* Whether being let in needs no ask, or one is there. */
static bool covers_any(Work *work, const Asking *asking)
{
	const Registry *registry = asking->policy->registry;

	for (unsigned i = 0; i < asking->release->n_gifts; i++) {
		const Gift *gift = &asking->release->gifts[i];

		if (gift->type == GIFT_LOGIN)
			return true;
		effort_spend(asking->effort, registry_size(registry));
		for (unsigned j = 0; j < registry_size(registry); j++)
			if (is_about(gift, registry_get(registry, j)) &&
			    covers(work, asking, gift, registry_get(registry, j)))
				return true;
	}
	return false;
}

/* Whether the service asks for it today, as far as the gift needs that. */
static bool is_asked(const Asking *asking, const Service *service)
{
	const Circumstances circumstances = {.today = asking->context->today};
	g_autoptr(Person) nobody = person_new("");
	bool asked;
	Work work;

	work_make(&work, asking->policy, nobody, service, &circumstances, ASSUME_NOTHING);
	asked = asking->gift ? covers(&work, asking, asking->gift, asking->attribute)
			     : covers_any(&work, asking);
	work_clear(&work);
	return asked;
}

/* What the release gives to those people at those services, which ask for it or do not. */
static void tell(Asking *asking, const Pset *pset, const Example *example, bool whole, bool asked,
		 const GPtrArray *services)
{
	WhoEntry *entry = entry_new(asking, pset, example, whole, asked);
	g_autofree char *key = g_strdup_printf(
		"%p %d %d %x %x %s\n%s", (const void *)asking->release, entry->if_required, asked,
		entry->kinds, entry->years, entry->only ? entry->only : "", entry->people_en);
	WhoEntry *same = g_hash_table_lookup(asking->entries, key);

	if (same) {
		who_entry_free(entry);
		entry = same;
	} else {
		g_ptr_array_add(asking->all, entry);
		g_hash_table_insert(asking->entries, g_steal_pointer(&key), entry);
	}
	for (guint i = 0; i < services->len; i++)
		g_ptr_array_add(entry->services, site_new(asking->policy, services->pdata[i],
							  !asking->spot->is_imagined));
}

static void tell_all(Asking *asking, const Pset *pset)
{
	g_autoptr(GPtrArray) asking_services = g_ptr_array_new();
	g_autoptr(GPtrArray) others = g_ptr_array_new();
	bool whole;

	unite(asking->found);
	if (asking->found->len == 0)
		return;
	for (guint i = 0; i < asking->spot->alike->len; i++) {
		gpointer service = asking->spot->alike->pdata[i];

		if (!effort_spend(asking->effort, 50 + asking->spot->reach[0]->releases->len))
			return;
		g_ptr_array_add(is_asked(asking, service) ? asking_services : others, service);
	}
	whole = is_whole(asking->found, pset);
	for (guint i = 0; i < (whole ? 1 : asking->found->len); i++) {
		const Example *example = asking->found->pdata[i];

		if (!effort_spend(asking->effort, 100 + asking->phrases))
			return;
		if (asking_services->len > 0)
			tell(asking, pset, example, whole, true, asking_services);
		if (others->len > 0)
			tell(asking, pset, example, whole, false, others);
	}
}

/* ---- releases ---- */

static bool is_over(const Asking *asking)
{
	unsigned last = last_day(asking->release);

	return last && last < asking->context->today;
}

static void ask_people(Asking *asking, Growth *growth)
{
	const People *people = &asking->release->people;

	for (unsigned i = 0; i < people->n_psets; i++) {
		asking->found = g_ptr_array_new_with_free_func((GDestroyNotify)example_free);
		growth_each(growth, &(Way){&people->psets[i], NULL}, 1, collect, asking);
		tell_all(asking, &people->psets[i]);
		g_clear_pointer(&asking->found, g_ptr_array_unref);
	}
}

static guint64 measure_phrases(const Reach *reach)
{
	guint64 psets = 1;

	for (guint i = 0; i < reach->nevers->len; i++)
		psets += ((Never *)reach->nevers->pdata[i])->people.n_psets;
	return 20 * psets;
}

static void ask_release(Asking *asking, Growth *growth)
{
	asking->gift = NULL;
	if (!asking->attribute) {
		ask_people(asking, growth);
		return;
	}
	for (unsigned i = 0; i < asking->release->n_gifts; i++) {
		asking->gift = &asking->release->gifts[i];
		if (is_about(asking->gift, asking->attribute))
			ask_people(asking, growth);
	}
}

static bool some_gives(const Reach *reach, const Attribute *attribute)
{
	for (guint i = 0; i < reach->releases->len; i++)
		if (reach_gives(reach->releases->pdata[i], attribute))
			return true;
	return false;
}

static void take_values(Asking *asking)
{
	const Reach *reach = asking->spot->reach[0];
	const Registry *registry = asking->policy->registry;

	palette_clear(asking->palette);
	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);

		if (asking->attribute ? attribute != asking->attribute
				      : !some_gives(reach, attribute))
			continue;
		if (!effort_spend(asking->effort, reach->releases->len + reach->nevers->len))
			return;
		palette_add_reach(asking->palette, reach, attribute);
		asking->values[attribute_index(attribute)] =
			palette_values(asking->palette, attribute);
	}
}

static void ask_spot(Asking *asking)
{
	const Reach *reach = asking->spot->reach[0];
	Growth growth;

	growth_init(&growth, G_MAXUINT64);
	growth.known = asking->spot->service;
	growth.effort = asking->effort;
	reach_tell_apart(reach, &growth);
	take_values(asking);
	asking->phrases = measure_phrases(reach);
	for (guint i = 0; i < reach->releases->len; i++) {
		asking->release = reach->releases->pdata[i];
		if (!effort_spend(asking->effort, 1))
			break;
		if (!is_over(asking))
			ask_release(asking, &growth);
	}
	for (unsigned i = 0; i < ATTRIBUTE_MAX; i++)
		g_clear_pointer(&asking->values[i], g_ptr_array_unref);
}

static gint by_rule(gconstpointer a, gconstpointer b)
{
	const WhoEntry *first = *(WhoEntry *const *)a, *second = *(WhoEntry *const *)b;
	gint order = strcmp(first->rule.file, second->rule.file);

	if (order == 0)
		order = (first->rule.line > second->rule.line) -
			(first->rule.line < second->rule.line);
	if (order == 0)
		order = strcmp(first->people_en, second->people_en);
	if (order == 0)
		order = site_compare(&first->services->pdata[0], &second->services->pdata[0]);
	return order;
}

GPtrArray *who_within(const Policy *policy, const PolicyContext *context,
		      const Attribute *attribute, Effort *effort, GError **error)
{
	/* The targets were few enough when the policy was loaded. */
	g_autoptr(Universe) universe = universe_new((const Policy *const[]){policy}, 1, context,
						    UNIVERSE_IMAGINED | UNIVERSE_UNITED, NULL);
	g_autoptr(Palette) palette = palette_new((const char *const *)policy->scopes);
	g_autoptr(GHashTable) entries =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)who_entry_free);
	Asking asking = {.policy = policy,
			 .context = context,
			 .attribute = attribute,
			 .palette = palette,
			 .entries = entries,
			 .all = all,
			 .effort = effort};

	g_assert(universe);
	/* A list that leaves somebody out is worse than none. */
	if (universe->is_short) {
		g_set_error(error, POLICY_ERROR, POLICY_ERROR_MEANING,
			    "it takes too much work to find who can %s%s; except fewer services "
			    "in the nevers, or release to services by name",
			    attribute ? "get " : "be let in", attribute ? attribute->name : "");
		return NULL;
	}
	for (guint i = 0; i < universe->spots->len && !effort_is_spent(effort); i++) {
		asking.spot = universe->spots->pdata[i];
		ask_spot(&asking);
	}
	if (effort_is_spent(effort)) {
		g_set_error(error, POLICY_ERROR, POLICY_ERROR_MEANING,
			    "it takes too much work to find who can %s%s; use fewer groups and "
			    "units in the rules that %s",
			    attribute ? "get " : "be let in", attribute ? attribute->name : "",
			    attribute ? "give it or take it" : "let them in");
		return NULL;
	}
	for (guint i = 0; i < all->len; i++)
		g_ptr_array_sort(((WhoEntry *)all->pdata[i])->services, site_compare);
	g_ptr_array_sort(all, by_rule);
	return g_steal_pointer(&all);
}

GPtrArray *policy_who(const Policy *policy, const PolicyContext *context,
		      const Attribute *attribute, GError **error)
{
	Effort effort = {EFFORT_WHO};

	return who_within(policy, context, attribute, &effort, error);
}
