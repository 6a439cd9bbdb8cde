/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values and login that the new policy gives to somebody and the old one does not. */
#include <string.h>

#include "policy/category.h"
#include "policy/compare.h"
#include "policy/day.h"

/* ---- one decision ---- */

static Service *service_of(const Compare *compare, const Example *example, Asking asking)
{
	Service *service;

	if (example->known)
		return NULL;
	service = example_service(example, (const char *const *)compare->universe->trial_feeds);
	g_ptr_array_unref(service->wishes);
	service->wishes = g_ptr_array_ref(compare->wishes[asking]);
	return service;
}

static bool is_of(const People *of, const PersonView *view)
{
	return of->n_psets == 0 || match_people(of, view);
}

/* Whether the login proves what `demand` lines of the service demand of the person. */
static bool is_high_enough(const Work *work, const World *world)
{
	for (guint i = 0; !world->proven && work->known && i < work->known->blocks->len; i++) {
		const ServiceBlock *block = work->known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_demands; j++)
			if (is_of(&block->demands[j].of, &work->stopping) &&
			    !levels_prove(&work->policy->levels, work->level,
					  block->demands[j].number))
				return false;
	}
	return true;
}

static bool owns_scope(const Policy *policy, const Attribute *attribute, const char *value)
{
	const char *at = attribute->scoped ? strchr(value, '@') : NULL;

	return !at || g_strv_contains((const char *const *)policy->scopes, at + 1);
}

/* The first release that gives some value of the attribute. */
static const Release *first_of(const Work *work, unsigned index)
{
	for (const Grant *grant = work->grants; grant; grant = grant->next)
		if ((grant->state == GRANT_GIVEN || grant->state == GRANT_AGREED) &&
		    bits_have(grant->attributes, index))
			return grant->release;
	return NULL;
}

static Assume assume_of(const World *world)
{
	return ASSUME_VALUES | ASSUME_SUBJECT | (world->proven ? ASSUME_LEVEL : 0) |
	       (world->agreed ? ASSUME_AGREED : 0) | (world->approved ? ASSUME_APPROVED : 0);
}

void compare_make(const Compare *compare, const Policy *policy, const Example *example,
		  const World *world, Work *work, Service **ret_service)
{
	const Circumstances circumstances = {.today = world->today, .level = world->level};

	*ret_service = service_of(compare, example, world->asking);
	example_dress(example, compare->person);
	work_make(work, policy, compare->person,
		  *ret_service ? *ret_service : compare->services[world->asking], &circumstances,
		  assume_of(world));
}

bool compare_is_in(const Work *work, const World *world)
{
	return work->login && !work->shut && !(work->service->trial && !work->person->is_test) &&
	       is_high_enough(work, world);
}

Outlook compare_look(const Compare *compare, const Policy *policy, const Example *example,
		     const World *world, const Attribute *attribute)
{
	/* The policy may know another attribute by that name, or none. */
	const Attribute *own =
		attribute ? registry_by_name(policy->registry, attribute->name) : NULL;
	g_autoptr(Service) service = NULL;
	Outlook outlook = {0};
	Work work;

	compare_make(compare, policy, example, world, &work, &service);
	outlook.in = compare_is_in(&work, world);
	outlook.given = outlook.in && !attribute;
	outlook.first = work.login;
	if (own) {
		unsigned index = attribute_index(own);
		const Entry *entry = &work.entries[index];

		outlook.given = outlook.in && entry->n_given > 0 &&
				owns_scope(policy, own, entry->values->pdata[0]);
		outlook.first = first_of(&work, index);
	}
	work_clear(&work);
	return outlook;
}

/* ---- how the old policy could give less ---- */

static void add_way(GArray *ways, const Pset *pset, const Target *target)
{
	const Way way = {pset, target};

	g_array_append_val(ways, way);
}

static void add_never(const Compare *compare, const Never *never, GArray *ways)
{
	for (unsigned i = 0; i < never->people.n_psets; i++) {
		const Pset *pset = &never->people.psets[i];

		if (compare->growth.known)
			add_way(ways, pset, NULL);
		for (unsigned j = 0; !compare->growth.known && j < never->to.n_targets; j++)
			add_way(ways, pset, &never->to.targets[j]);
	}
}

static void add_nevers(const Compare *compare, const Attribute *attribute, const char *value,
		       GArray *ways)
{
	const GPtrArray *nevers = compare->nevers[compare->old_at];

	for (guint i = 0; i < nevers->len; i++) {
		const Never *never = nevers->pdata[i];

		/* Being let in may be lost with the last value. */
		if (!attribute || reach_shuts(never) || reach_takes(never, attribute, value))
			add_never(compare, never, ways);
	}
}

static void add_demands(const Compare *compare, const Example *example, const World *world,
			GArray *ways)
{
	const Known *known =
		example->known ? policy_known(compare->old, example->known)
			       : policy_known_ident(compare->old, example->protocol, example->id);

	for (guint i = 0; !world->proven && known && i < known->blocks->len; i++) {
		const ServiceBlock *block = known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_demands; j++)
			for (unsigned k = 0; k < block->demands[j].of.n_psets; k++)
				add_way(ways, &block->demands[j].of.psets[k], NULL);
	}
}

static bool has_access_category(const Targets *targets)
{
	for (unsigned i = 0; i < targets->n_targets; i++)
		for (unsigned j = 0; j < targets->targets[i].n_atoms; j++) {
			const Atom *atom = &targets->targets[i].atoms[j];

			for (unsigned k = 0; atom->type == ATOM_CATEGORY && k < atom->n_texts;
			     k++) {
				const Category *category = category_by_uri(atom->texts[k]);

				if (category && category->minimal > 1)
					return true;
			}
		}
	return false;
}

static bool wants_federation(const Targets *targets)
{
	for (unsigned i = 0; i < targets->n_targets; i++) {
		bool any = false;

		for (unsigned j = 0; !any && j < targets->targets[i].n_atoms; j++)
			any = targets->targets[i].atoms[j].type == ATOM_FEDERATION;
		if (!any)
			return false;
	}
	return true;
}

void compare_add_ends(const Compare *compare, const Release *release, GArray *ways)
{
	for (unsigned i = 0; i < release->to.n_exceptions; i++)
		add_way(ways, NULL, &release->to.exceptions[i]);
	for (guint i = 0; has_access_category(&release->to) && i < compare->set_asides->len; i++)
		add_way(ways, NULL, compare->set_asides->pdata[i]);
	for (guint i = 0; !wants_federation(&release->to) && i < compare->trials->len; i++)
		add_way(ways, NULL, compare->trials->pdata[i]);
}

static void add_exceptions(const Compare *compare, const Release *release, GArray *ways)
{
	for (unsigned i = 0; i < release->people.n_exceptions; i++)
		add_way(ways, &release->people.exceptions[i], NULL);
	if (!compare->growth.known)
		compare_add_ends(compare, release, ways);
}

void compare_add_losses(const Compare *compare, const Example *example, const World *world,
			const Attribute *attribute, const char *value, const Release *first,
			GArray *ways)
{
	add_nevers(compare, attribute, value, ways);
	add_demands(compare, example, world, ways);
	if (first)
		add_exceptions(compare, first, ways);
}

/* ---- the search ---- */

typedef struct {
	Compare *compare;
	World world;
	const Release *release;
	const Attribute *attribute; /* NULL: being let in */
	const char *value;
} Quest;

static GrowthVerdict judge(const Example *example, GArray *ways, gpointer data)
{
	const Quest *quest = data;
	const Compare *compare = quest->compare;
	Outlook new = compare_look(compare, compare->new, example, &quest->world, quest->attribute);
	Outlook old;

	if (!new.given)
		return GROWTH_DEAD;
	old = compare_look(compare, compare->old, example, &quest->world, quest->attribute);
	if (!old.given)
		return GROWTH_FOUND;
	compare_add_losses(compare, example, &quest->world, quest->attribute, quest->value,
			   old.first, ways);
	return GROWTH_ON;
}

/* Whether the old policy would give it if the world were better in some respects. */
static bool would_give(const Quest *quest, const Example *example, const World *world)
{
	return compare_look(quest->compare, quest->compare->old, example, world, quest->attribute)
		.given;
}

/* What it is that makes the difference, if the old policy gives it too under better conditions. */
static DiffWhat what_of(const Quest *quest, const Example *example)
{
	static const DiffWhat whats[] = {DIFF_LEVEL, DIFF_CONSENT, DIFF_APPROVAL, DIFF_ASK};
	DiffWhat same = quest->attribute ? DIFF_ATTRIBUTE : DIFF_LOGIN;
	World best = quest->world;

	best.proven = best.agreed = best.approved = true;
	best.asking = ASKING_REQUIRED;
	if (!would_give(quest, example, &best))
		return same;
	for (size_t i = 0; i < G_N_ELEMENTS(whats); i++) {
		World worse = best;

		worse.proven = whats[i] != DIFF_LEVEL && best.proven;
		worse.agreed = whats[i] == DIFF_CONSENT ? quest->world.agreed : true;
		worse.approved = whats[i] == DIFF_APPROVAL ? quest->world.approved : true;
		worse.asking = whats[i] == DIFF_ASK ? quest->world.asking : ASKING_REQUIRED;
		if (!would_give(quest, example, &worse))
			return whats[i];
	}
	return same;
}

/* The level that a line of the service demands of the person, and the login did not prove. */
static const char *line_demands(const Work *work)
{
	for (guint i = 0; work->known && i < work->known->blocks->len; i++) {
		const ServiceBlock *block = work->known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_demands; j++)
			if (is_of(&block->demands[j].of, &work->stopping) &&
			    !levels_prove(&work->policy->levels, work->level,
					  block->demands[j].number))
				return block->demands[j].level;
	}
	return NULL;
}

static const char *demand_of(const Quest *quest, const Example *example)
{
	const Compare *compare = quest->compare;
	g_autoptr(Service) service = NULL;
	World best = quest->world;
	const Release *first;
	const char *level;
	Work work;

	compare_make(compare, compare->old, example, &quest->world, &work, &service);
	level = line_demands(&work);
	work_clear(&work);
	best.proven = true;
	first = compare_look(compare, compare->old, example, &best, quest->attribute).first;
	return first && first->demand ? first->demand : level;
}

static bool search(Quest *quest, const Example *from)
{
	Compare *compare = quest->compare;
	g_autoptr(Example) found = NULL;
	DiffWhat what;

	compare->growth.steps = compare->steps;
	found = growth_search_from(&compare->growth, from, judge, quest);
	compare->steps = compare->growth.steps;
	if (!found)
		return false;
	what = what_of(quest, found);
	compare_find(compare, what, quest->attribute, quest->value, quest->release,
		     quest->world.today, found, what == DIFF_LEVEL ? demand_of(quest, found) : NULL,
		     what == DIFF_LEVEL ? quest->world.level : NULL);
	return true;
}

/* ---- days and levels ---- */

unsigned compare_last_day(const Release *release)
{
	unsigned until = release->until ? release->until : G_MAXUINT;
	unsigned agreement = release->agreement_until ? release->agreement_until : G_MAXUINT;

	return MIN(until, agreement);
}

/* So many ends of releases of the old policy are looked at where it is not known which of them
 * matter. */
#define ENDS_MAX 50

static void add_end(GArray *days, const Release *old, unsigned first, unsigned last)
{
	unsigned end = compare_last_day(old), day;

	if (end == G_MAXUINT || end < first || end >= last)
		return;
	day = day_after(end);
	for (guint i = 0; i < days->len; i++)
		if (g_array_index(days, unsigned, i) == day)
			return;
	g_array_append_val(days, day);
}

static gint by_day(gconstpointer a, gconstpointer b)
{
	unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

	return first < second ? -1 : first > second;
}

/* Days on which a release can begin to give more than the old policy: its first one, and every one
 * on which one of the old policy no longer does. */
static GArray *days_of(const Compare *compare, const Release *release)
{
	GArray *days = g_array_new(FALSE, FALSE, sizeof(unsigned));
	unsigned first = MAX(release->from, compare->context->today);
	unsigned last = compare_last_day(release);
	const GPtrArray *all = compare->releases[compare->old_at];
	const GPtrArray *near = compare->spot->reach[compare->old_at]->releases;

	if (first > last)
		return days;
	g_array_append_val(days, first);
	for (guint i = 0; !compare->growth.known && i < all->len && days->len < ENDS_MAX; i++)
		add_end(days, all->pdata[i], first, last);
	for (guint i = 0; i < near->len; i++)
		add_end(days, near->pdata[i], first, last);
	g_array_sort(days, by_day);
	return days;
}

static bool demands(const Reach *reach)
{
	bool any = reach->demands->len > 0;

	for (guint i = 0; !any && i < reach->releases->len; i++)
		any = ((Release *)reach->releases->pdata[i])->demand != NULL;
	return any;
}

static void add_levels(GPtrArray *levels, const Policy *policy)
{
	const Names *names = &policy->numbers.sorts[SORT_LEVEL];

	for (unsigned i = 0; i < policy->levels.n; i++)
		if (!g_ptr_array_find_with_equal_func(levels, names->names[i], g_str_equal, NULL))
			g_ptr_array_add(levels, (gpointer)(guintptr)names->names[i]);
}

GPtrArray *compare_levels(const Compare *compare)
{
	GPtrArray *levels = g_ptr_array_new();

	if (demands(compare->spot->reach[0]) || demands(compare->spot->reach[1]) ||
	    !compare->growth.known) {
		add_levels(levels, compare->new);
		add_levels(levels, compare->old);
	}
	g_ptr_array_insert(levels, 0, NULL);
	return levels;
}

/* ---- bases ---- */

typedef struct {
	Compare *compare;
	const Release *release;
	const GArray *days;
	const GPtrArray *levels;
} Base;

/* The least that the service must ask for, so that the gift covers the attribute. */
static bool least_asking(const Compare *compare, const Release *release, const Gift *gift,
			 const Attribute *attribute, Asking *ret_asking)
{
	for (unsigned asking = 0; asking < ASKINGS; asking++)
		if (ask_covers(compare->asked[asking], release, gift, attribute) == REASON_GIVEN) {
			*ret_asking = (Asking)asking;
			return true;
		}
	return false;
}

static void try_days(const Base *base, const Example *example, Quest *quest)
{
	for (guint i = 0; i < base->days->len; i++)
		for (guint j = 0; j < base->levels->len; j++) {
			quest->world.today = g_array_index(base->days, unsigned, i);
			quest->world.level = base->levels->pdata[j];
			if (search(quest, example) || growth_is_exhausted(&quest->compare->growth))
				return;
		}
}

static void try_values(const Base *base, const Example *example, Quest *quest)
{
	const Compare *compare = base->compare;
	const Attribute *other = registry_by_name(compare->old->registry, quest->attribute->name);
	GPtrArray **mine = &compare->person->values[attribute_index(quest->attribute)];
	GPtrArray **others = other ? &compare->person->values[attribute_index(other)] : mine;
	GPtrArray *values = *mine, *kept = *others;

	for (guint i = 0; values && i < values->len && !growth_is_exhausted(&compare->growth);
	     i++) {
		g_autoptr(GPtrArray) one = g_ptr_array_new();

		g_ptr_array_add(one, values->pdata[i]);
		quest->value = values->pdata[i];
		*mine = *others = one;
		try_days(base, example, quest);
	}
	*others = kept;
	*mine = values;
	quest->value = NULL;
}

static void try_gift(const Base *base, const Example *example, const Gift *gift)
{
	Compare *compare = base->compare;
	const Registry *registry = compare->new->registry;
	Quest quest = {.compare = compare,
		       .release = base->release,
		       .world = {.agreed = base->release->page == PAGE_ASK,
				 .approved = base->release->by_two_place.line != 0}};
	Asking lowest = gift->type == GIFT_LOGIN ? ASKING_NOTHING : ASKINGS;

	for (unsigned i = 0; gift->type != GIFT_LOGIN && i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);

		if ((gift->type == GIFT_ATTRIBUTE && gift->attribute != attribute) ||
		    !least_asking(compare, base->release, gift, attribute, &quest.world.asking))
			continue;
		quest.attribute = attribute;
		lowest = MIN(lowest, quest.world.asking);
		try_values(base, example, &quest);
	}
	if (lowest == ASKINGS)
		return;
	quest.attribute = NULL;
	quest.world.asking = lowest;
	try_days(base, example, &quest);
}

static bool try_base(const Example *example, gpointer data)
{
	const Base *base = data;

	/* What it gives nobody, another may; and whom it excepts it excepts in every larger set. */
	if (!example_is_among(example, &base->release->people))
		return true;
	for (unsigned i = 0; i < base->release->n_gifts; i++)
		try_gift(base, example, &base->release->gifts[i]);
	return !growth_is_exhausted(&base->compare->growth);
}

/* ---- what was waited for ---- */

static bool is_needed(const Policy *policy, const Example *example, const Service *service,
		      const Attribute *attribute)
{
	const Known *known = policy_known(policy, service);
	Subject subject = policy_subject(policy, service->protocol, service->id);

	if (subject.attribute && strcmp(subject.attribute->name, attribute->name) == 0)
		return true;
	for (guint i = 0; known && i < known->blocks->len; i++) {
		const ServiceBlock *block = known->blocks->pdata[i];

		for (unsigned j = 0; j < block->n_needs; j++) {
			const Need *need = &block->needs[j];

			if (need->of.n_psets > 0 && !example_is_among(example, &need->of))
				continue;
			for (unsigned k = 0; k < need->n_attributes; k++)
				if (strcmp(need->attributes[k]->name, attribute->name) == 0)
					return true;
		}
	}
	return false;
}

/* All else that such a person gets at the service. */
static void open_all(Compare *compare, const Finding *finding)
{
	const World world = {.today = finding->day,
			     .proven = true,
			     .agreed = true,
			     .approved = true,
			     .asking = ASKING_REQUIRED};
	const Registry *registry = compare->new->registry;
	g_autoptr(Service) service = NULL;
	Work work;

	compare_make(compare, compare->new, finding->example, &world, &work, &service);
	for (unsigned i = 0; compare_is_in(&work, &world) && i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);
		const Release *release = first_of(&work, attribute_index(attribute));

		if (release && !compare_has_found(compare, attribute))
			compare_find(compare, DIFF_OPENED, attribute, NULL, release, finding->day,
				     finding->example, NULL, NULL);
	}
	work_clear(&work);
}

/* Whoever is given what the service needs, or knows people by, is given all the rest with it. Taken
 * for so without a look at what else the person may lack, which is the safe side. */
static void open_needs(Compare *compare)
{
	guint n = compare->findings->len;

	for (guint i = 0; i < n; i++) {
		const Finding *finding = compare->findings->pdata[i];
		g_autoptr(Service) imagined = service_of(compare, finding->example, ASKING_NOTHING);
		const Service *service = imagined ? imagined : compare->spot->service;

		if (finding->attribute && *service->id &&
		    (is_needed(compare->old, finding->example, service, finding->attribute) ||
		     is_needed(compare->new, finding->example, service, finding->attribute)))
			open_all(compare, finding);
	}
}

void compare_gifts(Compare *compare)
{
	const Reach *reach = compare->spot->reach[compare->new_at];
	g_autoptr(GPtrArray) levels = compare_levels(compare);

	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];
		g_autoptr(GArray) days = NULL;
		Base base = {compare, release, NULL, levels};

		if (compare_is_kept(compare, release))
			continue;
		days = days_of(compare, release);
		base.days = days;
		for (unsigned j = 0; j < release->people.n_psets; j++)
			growth_each(&compare->growth, &(Way){&release->people.psets[j], NULL}, 1,
				    try_base, &base);
	}
	open_needs(compare);
}
