/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What can be said of one service at a time. */
#include <string.h>

#include "policy/category.h"
#include "policy/facet.h"
#include "policy/site.h"
#include "policy/warn.h"
#include "policy/work.h"

/* ---- services that ask for nothing ---- */

static bool asks_nothing(const Spot *spot)
{
	const Known *known = spot->reach[0]->known;

	return spot->service->wishes->len == 0 && spot->service->categories->len == 0 &&
	       (!known || known->asks->len == 0);
}

static bool gives_only_asked(const Release *release)
{
	for (unsigned i = 0; i < release->n_gifts; i++)
		if (release->gifts[i].type == GIFT_LOGIN || release->gifts[i].unasked)
			return false;
	return true;
}

static bool names_service(const Release *release, const Service *service)
{
	for (unsigned i = 0; i < release->to.n_targets; i++)
		if (match_is_literal(&release->to.targets[i]) &&
		    match_target(&release->to.targets[i], service, SEES_EFFECTIVE))
			return true;
	return false;
}

static void warn_silent(Warner *warner, const Spot *spot, const Service *service)
{
	const char *name = policy_service_name(warner->policy, service->protocol, service->id);

	for (guint i = 0; i < spot->reach[0]->releases->len; i++) {
		const Release *release = spot->reach[0]->releases->pdata[i];

		if (names_service(release, service) && gives_only_asked(release))
			warn_say(warner, &release->title_place,
				 "%s asks for nothing in its metadata: \"%s\" gives nothing there; "
				 "add 'asks' to 'service %s%s%s'",
				 name ? name : service->id, release->title, name ? "" : "\"",
				 name ? name : service->id, name ? "" : "\"");
	}
}

/* ---- blocks ---- */

static void warn_needs(Warner *warner, Palette *palette, const ServiceBlock *block)
{
	for (unsigned i = 0; block->n_needs > 0 && i < block->n_about; i++) {
		g_autoptr(GPtrArray) names = g_ptr_array_new();
		g_autofree char *needed = NULL, *whom = NULL;
		unsigned kind;
		const Need *need = prove_need(warner->policy, warner->context->today, palette,
					      &block->about[i], &kind);

		/* Another block of the service may say it. */
		if (!need || need < block->needs || need >= block->needs + block->n_needs)
			continue;
		for (unsigned j = 0; j < need->n_attributes; j++)
			g_ptr_array_add(names, (gpointer)(guintptr)need->attributes[j]->name);
		needed = warn_list(names, place_say(&need->place, " or "));
		whom = cohort_describe_kind(kind, place_language(&need->place));
		warn_say(warner, &need->place,
			 "needs %s, but nothing gives it to %s: always refused", needed, whom);
	}
}

/* An attribute that is nothing but a unit. */
static bool is_unit(const Attribute *attribute)
{
	return attribute->kind == KIND_SCHOOL && facet_can(attribute, FACET_PART_UNIT);
}

static const Never *withholding_units(const Reach *reach, const Attribute **ret_attribute)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (guint i = 0; i < reach->nevers->len; i++)
		for (size_t j = 0; j < n; j++) {
			const Never *never = reach->nevers->pdata[i];

			if (!is_unit(&table[j]) || reach_shuts(never) ||
			    !reach_takes(never, &table[j], NULL))
				continue;
			*ret_attribute = &table[j];
			return never;
		}
	return NULL;
}

/* A form may show what a never withholds. */
static void warn_forms(Warner *warner, const ServiceBlock *block)
{
	for (unsigned i = 0; i < block->n_values; i++) {
		const Shape *value = &block->values[i];
		const Attribute *attribute = NULL;

		for (unsigned j = 0; strstr(value->form, "{unit}") && j < block->n_about; j++) {
			g_autoptr(Service) service =
				service_new(block->about[j].protocol, block->about[j].id);
			g_autoptr(Reach) reach = reach_new(warner->policy, service);
			const Never *never = withholding_units(reach, &attribute);
			g_autofree char *name =
				site_name(warner->policy, service, place_language(&value->place));

			if (never && attribute != value->attribute)
				warn_say(warner, &value->place,
					 "value form shows {unit} to %s though \"%s\" never gives "
					 "it %s",
					 name, never->title, attribute->name);
		}
	}
}

/* Who writes these may rely on them, and nothing does what they say yet. */
static void warn_unmet(Warner *warner, const ServiceBlock *block)
{
	if (block->encrypt == ENCRYPT_ALWAYS)
		warn_say(warner, &block->encrypt_place,
			 "'encrypt always' has no effect yet: the answer is sent unencrypted");
	if (block->requests == REQUESTS_SIGNED)
		warn_say(warner, &block->requests_place,
			 "'requests signed' has no effect yet: the metadata says whether requests "
			 "must be signed");
}

/* ---- two releases at one service ---- */

static bool overlap(const People *one, const People *other)
{
	for (unsigned i = 0; i < one->n_psets; i++)
		for (unsigned j = 0; j < other->n_psets; j++)
			if ((one->psets[i].kinds & other->psets[j].kinds) &&
			    (one->psets[i].years & other->psets[j].years))
				return true;
	return false;
}

/* Once for each pair of releases and what it is about. */
static bool is_new(GHashTable *told, const Release *one, const Release *other, const void *about)
{
	return g_hash_table_add(
		told, g_strdup_printf("%p %p %p", (const void *)one, (const void *)other, about));
}

static void warn_asked_in_vain(Warner *warner, GHashTable *told, const Release *asking,
			       const Release *other)
{
	if (other->page == PAGE_ASK || !overlap(&asking->people, &other->people))
		return;
	for (unsigned i = 0; i < asking->n_gifts; i++)
		for (unsigned j = 0; j < other->n_gifts; j++) {
			const Gift *gift = &asking->gifts[i];

			if (gift->type == GIFT_ATTRIBUTE &&
			    gift->attribute == other->gifts[j].attribute &&
			    is_new(told, asking, other, gift->attribute))
				warn_say(warner, &gift->place,
					 "\"%s\" asks about %s, but \"%s\" gives it without asking",
					 asking->title, gift->attribute->name, other->title);
		}
}

static bool identifies(AttributeKind kind)
{
	return kind == KIND_IDENTIFIER || kind == KIND_PERSONAL_NUMBER || kind == KIND_BIRTH ||
	       kind == KIND_NAME || kind == KIND_CONTACT;
}

/* The first named gift that tells who somebody is; or that only tells people apart. */
static const Gift *find_gift(const Release *release, bool identifying)
{
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type == GIFT_ATTRIBUTE &&
		    (identifying ? identifies(gift->attribute->kind)
				 : gift->attribute->kind == KIND_PSEUDONYM))
			return gift;
	}
	return NULL;
}

/* What is given only by a yes adds up before the eyes of who says it, and is written as two
 * releases so that it can be declined. */
static void warn_adding_up(Warner *warner, GHashTable *told, const Spot *spot, const Release *one,
			   const Release *other)
{
	const Gift *pseudonym = find_gift(one, false), *name = find_gift(other, true);
	g_autofree char *where = NULL;

	if (one->page == PAGE_ASK || other->page == PAGE_ASK || !pseudonym || !name ||
	    find_gift(one, true) || find_gift(other, false) ||
	    !overlap(&one->people, &other->people) || !is_new(told, one, other, NULL))
		return;
	where = site_name(warner->policy, spot->service, place_language(&other->title_place));
	warn_say(warner, &other->title_place,
		 "\"%s\" and \"%s\" add up: %s gets %s and %s together, which neither gives alone",
		 one->title, other->title, where, pseudonym->attribute->name,
		 name->attribute->name);
}

/* What a look at two releases takes, whatever they give. */
#define PAIR_LOOKS 20

static void warn_pairs(Warner *warner, GHashTable *told, const Spot *spot)
{
	const GPtrArray *releases = spot->reach[0]->releases;

	for (guint i = 0; i < releases->len; i++) {
		const Release *one = releases->pdata[i];
		bool asks = one->page == PAGE_ASK, pseudonymous = find_gift(one, false) != NULL;

		for (guint j = 0; (asks || pseudonymous) && j < releases->len; j++) {
			if (i == j || !effort_spend(warner->policy->effort, PAIR_LOOKS))
				continue;
			if (asks)
				warn_asked_in_vain(warner, told, one, releases->pdata[j]);
			if (pseudonymous)
				warn_adding_up(warner, told, spot, one, releases->pdata[j]);
		}
	}
}

/* ---- services that are shut ---- */

static void warn_shut(Warner *warner, const Never *never, const Literal *literal)
{
	const Place *place = &never->title_place;
	Kinds kinds = people_kinds(&never->people);
	g_autofree char *roles = warn_roles(kinds, place);
	g_autofree char *tag = literal->type == NAMED_TAG
				       ? g_strdup_printf(place_say(place, "tag %s"), literal->name)
				       : NULL;
	const char *what = tag ? tag : literal->name ? literal->name : literal->ident.id;

	if (kinds == kinds_of("everyone", MARK_NONE, PEOPLE_STOPPED))
		warn_say(warner, place, "\"%s\" shuts %s", never->title, what);
	else
		warn_say(warner, place, "\"%s\" shuts %s for %s", never->title, what, roles);
}

static void warn_stop(Warner *warner, const Never *never)
{
	for (unsigned i = 0; reach_shuts(never) && i < never->to.n_targets; i++)
		for (unsigned j = 0; j < never->to.targets[i].n_atoms; j++) {
			const Atom *atom = &never->to.targets[i].atoms[j];

			for (unsigned k = 0; k < atom->n_literals; k++)
				warn_shut(warner, never, &atom->literals[k]);
		}
}

/* ---- what our metadata promises ---- */

typedef struct {
	const Warner *warner;
	const Category *category;
	const Service *service;
	const Reach *reach;
	Person *person;
} Bundle;

static GrowthVerdict judge_bundle(const Example *example, GArray *ways, gpointer data)
{
	const Bundle *bundle = data;
	const Circumstances circumstances = {.today = bundle->warner->context->today};
	bool all = true;
	UNFILLED Work work;

	example_dress(example, bundle->person);
	work_make(&work, bundle->warner->policy, bundle->person, bundle->service, &circumstances,
		  ASSUME_VALUES | ASSUME_APPROVED | ASSUME_TIMELESS | ASSUME_LEVEL | ASSUME_AGREED |
			  ASSUME_PASSED);
	for (unsigned i = 0; bundle->category->bundle[i]; i++) {
		const Attribute *attribute = attribute_by_name(bundle->category->bundle[i]);

		all = all && work.entries[attribute_index(attribute)].n_given > 0;
	}
	work_clear(&work);
	for (guint i = 0; !all && i < bundle->reach->releases->len; i++) {
		const People *people = &((Release *)bundle->reach->releases->pdata[i])->people;

		for (unsigned j = 0; j < people->n_psets; j++) {
			const Way way = {&people->psets[j], NULL};

			g_array_append_val(ways, way);
		}
	}
	return all ? GROWTH_FOUND : GROWTH_ON;
}

/* Whether anybody of those kinds gets all that services of the category ask for. */
static bool gets_bundle(const Warner *warner, Palette *palette, const Category *category)
{
	const Pset pset = {.kinds = kinds_of("student", MARK_NONE, PEOPLE_GIVEN) |
				    kinds_of("staff", MARK_NONE, PEOPLE_GIVEN),
			   .years = YEARS_ALL};
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, "");
	g_autoptr(Reach) reach = NULL;
	g_autoptr(Example) found = NULL;
	g_autoptr(Person) person = NULL;
	const Attribute *crowded;
	Bundle bundle = {.warner = warner, .category = category, .service = service};
	Growth growth;

	service_add_category(service, category->uri);
	bundle.reach = reach = reach_new(warner->policy, service);
	palette_clear(palette);
	palette_add_reach(palette, reach, NULL);
	bundle.person = person = palette_person(palette, NULL, 0, &crowded);
	growth_init(&growth, PROVE_STEPS_MAX);
	growth.known = service;
	growth.effort = warner->policy->effort;
	growth_tell_apart(&growth, &pset);
	reach_tell_apart(reach, &growth);
	if (person)
		found = growth_search(&growth, &(Way){&pset, NULL}, 1, judge_bundle, &bundle);
	return found || !person || growth_is_exhausted(&growth);
}

static void warn_supports(Warner *warner, Palette *palette)
{
	const GPtrArray *releases = warner->policy->rules.releases;
	const char *const *uri = warner->context->supports;
	Place place;

	if (!uri || releases->len == 0)
		return;
	/* It stands in no line: the beginning of the first file is as good as any. */
	place = ((Release *)releases->pdata[0])->place;
	place.line = place.column = 1;
	for (; *uri; uri++) {
		const Category *category = category_by_uri(*uri);

		if (category && category->bundle[0] && !gets_bundle(warner, palette, category))
			warn_say(warner, &place,
				 "our metadata supports %s, but no release gives its bundle to "
				 "staff and students",
				 category->name);
	}
}

/* ---- all of them ---- */

void warn_services(Warner *warner)
{
	const Rules *rules = &warner->policy->rules;
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(Palette) palette = palette_new((const char *const *)warner->policy->scopes);

	for (guint i = 0; i < warner->universe->spots->len; i++) {
		const Spot *spot = warner->universe->spots->pdata[i];

		warn_pairs(warner, told, spot);
		for (guint j = 0; !spot->is_imagined && asks_nothing(spot) && j < spot->alike->len;
		     j++)
			warn_silent(warner, spot, spot->alike->pdata[j]);
	}
	for (guint i = 0; i < rules->services->len; i++) {
		warn_needs(warner, palette, rules->services->pdata[i]);
		warn_forms(warner, rules->services->pdata[i]);
		warn_unmet(warner, rules->services->pdata[i]);
	}
	for (guint i = 0; i < rules->nevers->len; i++)
		warn_stop(warner, rules->nevers->pdata[i]);
	warn_supports(warner, palette);
}
