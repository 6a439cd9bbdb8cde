/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/diff.h"

#include <string.h>

#include "policy/category.h"
#include "policy/compare.h"

void diff_entry_free(DiffEntry *entry)
{
	if (!entry)
		return;
	g_ptr_array_unref(entry->services);
	g_free(entry->people_en);
	g_free(entry->people_sv);
	g_free(entry->example_en);
	g_free(entry->example_sv);
	g_free(entry->values);
	g_free(entry->before);
	g_free(entry->after);
	g_free(entry);
}

/* ---- entries ---- */

static DiffEntry *entry_new(DiffWay way, DiffWhat what)
{
	DiffEntry *entry = g_new0(DiffEntry, 1);

	entry->way = way;
	entry->what = what;
	entry->services = g_ptr_array_new_with_free_func((GDestroyNotify)site_free);
	return entry;
}

static void add_site(DiffEntry *entry, Site *site)
{
	for (guint i = 0; i < entry->services->len; i++)
		if (site_compare(&entry->services->pdata[i], &site) == 0) {
			site_free(site);
			return;
		}
	g_ptr_array_add(entry->services, site);
}

/* The entry, or one before it that says the same. */
static DiffEntry *keep(Compare *compare, DiffEntry *entry)
{
	g_autofree char *key = g_strdup_printf(
		"%d %d %x %x %s|%s|%s|%u|%s:%u %s|%s|%s", entry->way, entry->what, entry->kinds,
		entry->years, entry->attribute ? entry->attribute : "",
		entry->people_en ? entry->people_en : "", entry->values ? entry->values : "",
		entry->from, entry->rule.file ? entry->rule.file : "", entry->rule.line,
		entry->rule.title ? entry->rule.title : "", entry->before ? entry->before : "",
		entry->after ? entry->after : "");
	DiffEntry *same = g_hash_table_lookup(compare->by_key, key);

	if (same) {
		diff_entry_free(entry);
		return same;
	}
	g_hash_table_insert(compare->by_key, g_steal_pointer(&key), entry);
	g_ptr_array_add(compare->entries, entry);
	return entry;
}

DiffEntry *compare_tell(Compare *compare, DiffWay way, DiffWhat what, const Ident *ident,
			const Attribute *attribute, const Place *place, const char *before,
			const char *after)
{
	DiffEntry *entry = entry_new(way, what);

	entry->attribute = attribute ? attribute->name : NULL;
	entry->from = compare->context->today;
	entry->before = g_strdup(before);
	entry->after = g_strdup(after);
	if (place && place->line)
		entry->rule = rule_of(NULL, place);
	entry = keep(compare, entry);
	if (ident) {
		g_autoptr(Service) service = service_new(ident->protocol, ident->id);
		g_autofree char *key = ident_key(ident->protocol, ident->id);

		add_site(entry, site_new(compare->new, service,
					 g_hash_table_contains(compare->universe->known_ids, key)));
	}
	return entry;
}

static void add_sites(const Compare *compare, DiffEntry *entry, const Example *example)
{
	g_autoptr(Service) service = NULL;

	for (guint i = 0; example->known && i < compare->spot->alike->len; i++)
		add_site(entry, site_new(compare->new, compare->spot->alike->pdata[i], true));
	if (example->known)
		return;
	service = example_service(example, (const char *const *)compare->universe->trial_feeds);
	add_site(entry, site_new(compare->new, service, false));
}

static void tell(Compare *compare, const Finding *finding)
{
	const Example *example = finding->example;
	const Cohort cohort = {example->kinds, example->years, example->groups, example->units};
	DiffEntry *entry = entry_new(compare->way, finding->what);

	entry->attribute = finding->attribute ? finding->attribute->name : NULL;
	entry->people_en = cohort_describe(&cohort, "en");
	entry->people_sv = cohort_describe(&cohort, "sv");
	entry->kinds = cohort.kinds;
	entry->years = cohort.years;
	entry->example_en = example_describe(example, "en");
	entry->example_sv = example_describe(example, "sv");
	entry->values = compare_values(compare, finding);
	entry->from = finding->day;
	entry->rule = rule_of(finding->release->title, &finding->release->place);
	entry->before = g_strdup(finding->before);
	entry->after = g_strdup(finding->after);
	add_sites(compare, keep(compare, entry), example);
}

/* ---- spots ---- */

static void make_services(Compare *compare)
{
	const Circumstances circumstances = {.today = compare->context->today};
	g_autoptr(Person) nobody = person_new("");

	for (unsigned asking = 0; asking < ASKINGS; asking++) {
		Service *service = universe_service_like(compare->spot->service);

		/* A category that is held is a matter of the metadata, and not of the policy. */
		g_ptr_array_set_size(service->held_categories, 0);
		g_ptr_array_unref(service->wishes);
		service->wishes = g_ptr_array_ref(compare->wishes[asking]);
		compare->services[asking] = service;
		work_make(compare->asked[asking], compare->new, nobody, service, &circumstances,
			  ASSUME_NOTHING);
	}
}

static void clear_services(Compare *compare)
{
	for (unsigned asking = 0; asking < ASKINGS; asking++) {
		work_clear(compare->asked[asking]);
		g_clear_pointer(&compare->services[asking], service_free);
	}
}

/* So many releases are looked at, of those that a service without an id must grow to be reached by.
 */
#define FAR_MAX 200

static void tell_apart_far(Growth *growth, const GPtrArray *releases, const GPtrArray *nevers)
{
	for (guint i = 0; i < nevers->len; i++)
		growth_tell_apart_all(growth, &((Never *)nevers->pdata[i])->people);
	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		if (i < FAR_MAX || !release->is_literal)
			growth_tell_apart_all(growth, &release->people);
	}
}

/* At a known service those that match it; at an imagined one of an id those that name it or no
 * service; at one without an id all. */
static void find_near(Compare *compare)
{
	const Spot *spot = compare->spot;
	const Service *service = spot->service;

	for (unsigned at = 0; at < UNIVERSE_POLICIES; at++) {
		const Policy *policy = spot->reach[at]->policy;
		const Known *known = policy_known_ident(policy, service->protocol, service->id);

		if (!spot->is_imagined) {
			compare->releases[at] = g_ptr_array_ref(spot->reach[at]->releases);
			compare->nevers[at] = g_ptr_array_ref(spot->reach[at]->nevers);
		} else if (*service->id) {
			compare->releases[at] = index_releases(policy, known);
			compare->nevers[at] = index_nevers(policy, known);
		} else {
			compare->releases[at] = g_ptr_array_ref(policy->rules.releases);
			compare->nevers[at] = g_ptr_array_ref(policy->rules.nevers);
		}
	}
}

static void clear_near(Compare *compare)
{
	for (unsigned at = 0; at < UNIVERSE_POLICIES; at++) {
		g_clear_pointer(&compare->releases[at], g_ptr_array_unref);
		g_clear_pointer(&compare->nevers[at], g_ptr_array_unref);
	}
}

static void start_growth(Compare *compare)
{
	const Spot *spot = compare->spot;
	Growth *growth = &compare->growth;

	growth_init(growth, DIFF_STEPS_MAX);
	growth->steps = compare->steps;
	growth->effort = &compare->effort;
	if (compare->person)
		growth->looks = reach_looks(spot->reach[0], compare->person) +
				reach_looks(spot->reach[1], compare->person);
	growth->start = spot->example;
	growth->known = spot->is_imagined ? NULL : spot->service;
	growth->known_ids = compare->universe->known_ids;
	reach_tell_apart(spot->reach[0], growth);
	reach_tell_apart(spot->reach[1], growth);
	if (spot->is_imagined) {
		if (compare->trials->len > 0)
			reach_tell_tests_apart(growth);
		for (unsigned at = 0; at < UNIVERSE_POLICIES; at++)
			tell_apart_far(growth, compare->releases[at], compare->nevers[at]);
	}
}

static void tell_exhausted(Compare *compare)
{
	DiffEntry *entry = entry_new(DIFF_MAY_WIDEN, DIFF_ATTRIBUTE);

	entry->from = compare->context->today;
	add_site(keep(compare, entry),
		 site_new(compare->new, compare->spot->service, !compare->spot->is_imagined));
}

/* Whether no release of the new policy can give more there, nor show less: seen without a search.
 */
static bool is_untouched(const Compare *compare)
{
	const GPtrArray *releases = compare->spot->reach[compare->new_at]->releases;

	for (guint i = 0; i < releases->len; i++)
		if (!compare_is_kept(compare, releases->pdata[i]))
			return false;
	return compare_pages_are_kept(compare);
}

static void compare_spot(Compare *compare, const Spot *spot)
{
	const Attribute *crowded;

	compare->spot = spot;
	if (spot->reach[compare->new_at]->releases->len == 0 || is_untouched(compare))
		return;
	find_near(compare);
	palette_clear(compare->palette);
	palette_add_reach(compare->palette, spot->reach[0], NULL);
	palette_add_reach(compare->palette, spot->reach[1], NULL);
	if (spot->is_imagined)
		palette_add_nevers(compare->palette, compare->nevers[compare->old_at]);
	compare->person = palette_person(compare->palette, NULL, 0, &crowded);
	compare_start_findings(compare);
	start_growth(compare);
	make_services(compare);
	if (compare->person) {
		compare_gifts(compare);
		compare_pages(compare);
	}
	compare_unite(compare);
	for (guint i = 0; i < compare->findings->len; i++)
		tell(compare, compare->findings->pdata[i]);
	if (!compare->person || growth_is_exhausted(&compare->growth))
		tell_exhausted(compare);
	clear_services(compare);
	clear_near(compare);
	compare_clear_findings(compare);
	g_clear_pointer(&compare->person, person_free);
}

/* ---- both directions ---- */

static void add_wishes(Service *service, const Registry *registry, bool required, bool held)
{
	for (unsigned i = 0; i < registry_size(registry); i++)
		service_add_wish(service, registry_get(registry, i)->saml, required);
	for (guint i = 0; i < service->wishes->len; i++)
		((Wish *)service->wishes->pdata[i])->held = held;
}

static GPtrArray *make_wishes(const Compare *compare, bool required, bool held)
{
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, "");

	add_wishes(service, compare->new->registry, required, held);
	add_wishes(service, compare->old->registry, required, held);
	return g_ptr_array_ref(service->wishes);
}

static void add_end(Compare *compare, GPtrArray *ends, AtomType type, const char *text)
{
	Target *target = arena_alloc(&compare->arena, sizeof *target);
	Atom *atom = arena_alloc(&compare->arena, sizeof *atom);
	const char **texts = arena_alloc(&compare->arena, sizeof *texts);

	*texts = text;
	*atom = (Atom){.type = type, .texts = texts, .n_texts = 1};
	*target = (Target){.atoms = atom, .n_atoms = 1};
	g_ptr_array_add(ends, target);
}

static void find_ends(Compare *compare)
{
	size_t n;
	const Category *table = category_table(&n);

	arena_init(&compare->arena);
	compare->set_asides = g_ptr_array_new();
	compare->trials = g_ptr_array_new();
	compare->kept = g_hash_table_new(NULL, NULL);
	compare->lost_nevers = g_ptr_array_new();
	compare->changed_ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < n; i++)
		if (table[i].minimal != 0)
			add_end(compare, compare->set_asides, ATOM_CATEGORY, table[i].uri);
	/* Where no rule speaks of a federation nothing is given at a trial service. */
	for (char **feed = compare->universe->trial_feeds; *feed; feed++)
		if (compare->old->numbers.sorts[SORT_FEED].n > 0 ||
		    compare->new->numbers.sorts[SORT_FEED].n > 0)
			add_end(compare, compare->trials, ATOM_FEDERATION, *feed);
}

static char **both_scopes(const Policy *old, const Policy *new)
{
	GPtrArray *scopes = g_ptr_array_new();

	for (char **scope = new->scopes; *scope; scope++)
		g_ptr_array_add(scopes, g_strdup(*scope));
	for (char **scope = old->scopes; *scope; scope++)
		if (!g_strv_contains((const char *const *)new->scopes, *scope))
			g_ptr_array_add(scopes, g_strdup(*scope));
	g_ptr_array_add(scopes, NULL);
	return (char **)g_ptr_array_free(scopes, FALSE);
}

/* Where a block differs, releases to services that are not named may give that one more. */
static void imagine_blocks(Compare *compare, const Policy *const *policies, const Policy *policy)
{
	const GPtrArray *services = policy->rules.services;

	for (guint i = 0; i < services->len; i++) {
		const ServiceBlock *block = services->pdata[i];

		for (unsigned j = 0; j < block->n_about; j++) {
			Ident ident = block->about[j];
			Atom atom = {.type = ATOM_LITERAL, .idents = &ident, .n_idents = 1};
			const Target named = {.atoms = &atom, .n_atoms = 1};

			for (unsigned k = 0;
			     k < 2 && compare_block_differs(policies[0], policies[1], &ident); k++)
				for (guint r = 0; r < policies[k]->open_releases->len; r++) {
					unsigned number = g_array_index(policies[k]->open_releases,
									unsigned, r);
					const Release *release =
						policies[k]->rules.releases->pdata[number];

					for (unsigned t = 0; t < release->to.n_targets; t++) {
						const Way ways[] = {{NULL, &release->to.targets[t]},
								    {NULL, &named}};

						universe_imagine(compare->universe, policies, 2,
								 ways, 2);
					}
				}
		}
	}
}

static void compare_all(Compare *compare)
{
	compare->wishes[ASKING_NOTHING] = g_ptr_array_new();
	compare->wishes[ASKING_HELD] = make_wishes(compare, false, true);
	compare->wishes[ASKING_HELD_REQUIRED] = make_wishes(compare, true, true);
	compare->wishes[ASKING_ALL] = make_wishes(compare, false, false);
	compare->wishes[ASKING_REQUIRED] = make_wishes(compare, true, false);
	for (unsigned i = 0; i < ASKINGS; i++)
		compare->asked[i] = g_new(Work, 1);
	for (guint i = 0; i < compare->universe->spots->len; i++)
		compare_spot(compare, compare->universe->spots->pdata[i]);
	for (unsigned i = 0; i < ASKINGS; i++) {
		g_ptr_array_unref(compare->wishes[i]);
		g_free(compare->asked[i]);
	}
}

static gint by_service(gconstpointer a, gconstpointer b)
{
	const DiffEntry *first = *(DiffEntry *const *)a, *second = *(DiffEntry *const *)b;
	gint order = 0;

	if (first->services->len > 0 && second->services->len > 0)
		order = site_compare(&first->services->pdata[0], &second->services->pdata[0]);
	else
		order = (gint)first->services->len - (gint)second->services->len;
	if (order == 0)
		order = (gint)second->way - (gint)first->way;
	if (order == 0)
		order = (gint)first->what - (gint)second->what;
	if (order == 0)
		order = g_strcmp0(first->attribute, second->attribute);
	if (order == 0)
		order = (first->from > second->from) - (first->from < second->from);
	return order != 0 ? order : g_strcmp0(first->people_en, second->people_en);
}

/* ways: 1: what the new policy gives more; 2: and what the old one gave more. */
static GPtrArray *diff_ways(const Policy *old, const Policy *new, const PolicyContext *context,
			    unsigned ways)
{
	const Policy *const policies[] = {old, new};
	g_auto(GStrv) scopes = both_scopes(old, new);
	g_autoptr(Universe) universe =
		universe_new(policies, G_N_ELEMENTS(policies), context,
			     UNIVERSE_IMAGINED | UNIVERSE_EXAMPLES | UNIVERSE_UNITED, NULL);
	g_autoptr(Palette) palette = palette_new((const char *const *)scopes);
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)diff_entry_free);
	g_autofree Compare *compare = g_new0(Compare, 1);

	/* The targets were few enough when the policies were loaded. */
	g_assert(universe);
	compare->context = context;
	compare->universe = universe;
	compare->palette = palette;
	compare->by_key = by_key;
	compare->entries = entries;
	compare->old = old;
	compare->new = new;
	find_ends(compare);
	imagine_blocks(compare, policies, old);
	imagine_blocks(compare, policies, new);
	for (unsigned at = 0; at < ways; at++) {
		compare->old = policies[at];
		compare->new = policies[1 - at];
		compare->old_at = at;
		compare->new_at = 1 - at;
		compare->way = at == 0 ? DIFF_WIDER : DIFF_NARROWER;
		compare->steps = 0;
		compare->effort.left = EFFORT_DIFF;
		compare_find_kept(compare);
		compare_all(compare);
		if (at == 0)
			compare_lines(compare);
	}
	if (universe->is_short)
		compare_tell(compare, DIFF_MAY_WIDEN, DIFF_ATTRIBUTE, NULL, NULL, NULL, NULL, NULL);
	for (guint i = 0; i < entries->len; i++)
		g_ptr_array_sort(((DiffEntry *)entries->pdata[i])->services, site_compare);
	g_ptr_array_sort(entries, by_service);
	g_ptr_array_unref(compare->set_asides);
	g_ptr_array_unref(compare->trials);
	g_hash_table_unref(compare->kept);
	g_ptr_array_unref(compare->lost_nevers);
	g_hash_table_unref(compare->changed_ids);
	arena_clear(&compare->arena);
	return entries;
}

GPtrArray *policy_diff(const Policy *old, const Policy *new, const PolicyContext *context)
{
	return diff_ways(old, new, context, 2);
}

GPtrArray *policy_diff_wider(const Policy *old, const Policy *new, const PolicyContext *context)
{
	return diff_ways(old, new, context, 1);
}
