/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pages that are weaker than they were, with everything asked for, proved and agreed to. */
#include "policy/compare.h"
#include "policy/day.h"

typedef struct {
	Compare *compare;
	World world;
	const Release *release; /* of the new policy, which gives something there */
	PageKind before;        /* at most this strict a page is looked for in the old one */
	PageKind weaker;        /* what was found */
} Quest;

static void add_psets(GArray *ways, const Pset *psets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const Way way = {&psets[i], NULL};

		g_array_append_val(ways, way);
	}
}

static void add_exceptions(const Compare *compare, const Release *release, GArray *ways)
{
	add_psets(ways, release->people.exceptions, release->people.n_exceptions);
	if (!compare->growth.known)
		compare_add_ends(compare, release, ways);
}

static void add_never(const Compare *compare, const Never *never, GArray *ways)
{
	add_psets(ways, compare->growth.known ? never->people.psets : NULL,
		  compare->growth.known ? never->people.n_psets : 0);
	for (unsigned i = 0; !compare->growth.known && i < never->people.n_psets; i++)
		for (unsigned j = 0; j < never->to.n_targets; j++) {
			const Way way = {&never->people.psets[i], &never->to.targets[j]};

			g_array_append_val(ways, way);
		}
}

/* Whatever could end a strict page of the new policy: an exception, a never, or that what it asks
 * about is given without asking. */
static void add_weakenings(const Quest *quest, const Work *work, GArray *ways)
{
	const Compare *compare = quest->compare;
	const Reach *reach = compare->spot->reach[compare->new_at];
	const GPtrArray *nevers = compare->nevers[compare->new_at];

	for (const Grant *grant = work->grants; grant; grant = grant->next)
		if (grant->release->page >= quest->before)
			add_exceptions(compare, grant->release, ways);
	for (guint i = 0; i < nevers->len; i++)
		add_never(compare, nevers->pdata[i], ways);
	for (guint i = 0; quest->before == PAGE_ASK && i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		if (release->page != PAGE_ASK)
			add_psets(ways, release->people.psets, release->people.n_psets);
	}
}

/* What is given without asking hides that another release asks. */
static void add_strengthenings(const Compare *compare, const Work *work, GArray *ways)
{
	for (const Grant *grant = work->grants; grant; grant = grant->next)
		if (grant->release->page != PAGE_ASK)
			add_exceptions(compare, grant->release, ways);
}

static PageKind strictest(const Work *work)
{
	PageKind page = PAGE_SILENT;

	for (const Grant *grant = work->grants; grant; grant = grant->next)
		page = MAX(page, grant->release->page);
	return page;
}

static GrowthVerdict judge(const Example *example, GArray *ways, gpointer data)
{
	Quest *quest = data;
	const Compare *compare = quest->compare;
	g_autoptr(Service) first = NULL, second = NULL;
	GrowthVerdict verdict = GROWTH_DEAD;
	Work new, old;

	compare_make(compare, compare->new, example, &quest->world, &new, &first);
	compare_make(compare, compare->old, example, &quest->world, &old, &second);
	if (compare_is_in(&new, &quest->world) && compare_is_in(&old, &quest->world)) {
		quest->weaker = strictest(&new);
		verdict = quest->weaker < strictest(&old) ? GROWTH_FOUND : GROWTH_ON;
	}
	if (verdict == GROWTH_ON) {
		add_weakenings(quest, &new, ways);
		add_strengthenings(compare, &old, ways);
	}
	work_clear(&new);
	work_clear(&old);
	return verdict;
}

static const char *page_word(PageKind page)
{
	return page == PAGE_ASK ? "ask" : page == PAGE_INFORM ? "inform" : "silent";
}

static bool try_pair(Quest *quest, const Pset *one, const Pset *other, const Target *target)
{
	Compare *compare = quest->compare;
	const Way ways[] = {{one, NULL}, {other, target}};
	g_autoptr(Example) found = NULL;

	compare->growth.steps = compare->steps;
	found = growth_search(&compare->growth, ways, G_N_ELEMENTS(ways), judge, quest);
	compare->steps = compare->growth.steps;
	if (found)
		compare_find(compare, DIFF_PAGE, NULL, NULL, quest->release, quest->world.today,
			     found, page_word(quest->before), page_word(quest->weaker));
	return found != NULL;
}

/* One release of the old policy against one of the new that is weaker. */
static bool try_releases(Quest *quest, const Release *old)
{
	const Release *new = quest->release;
	bool known = quest->compare->growth.known != NULL;

	quest->before = old->page;
	for (unsigned i = 0; i < new->people.n_psets; i++)
		for (unsigned j = 0; j < old->people.n_psets; j++)
			for (unsigned k = 0; k < (known ? 1 : old->to.n_targets); k++)
				if (try_pair(quest, &new->people.psets[i], &old->people.psets[j],
					     known ? NULL : &old->to.targets[k]))
					return true;
	return false;
}

static void add_day(GArray *days, unsigned today, unsigned day)
{
	for (guint i = 0; i < days->len; i++)
		if (g_array_index(days, unsigned, i) == day)
			return;
	if (day >= today)
		g_array_append_val(days, day);
}

static void add_days(const Compare *compare, GArray *days, const Reach *reach)
{
	for (guint i = 0; i < reach->releases->len; i++) {
		const Release *release = reach->releases->pdata[i];

		add_day(days, compare->context->today, release->from);
		if (compare_last_day(release) != G_MAXUINT)
			add_day(days, compare->context->today,
				day_after(compare_last_day(release)));
	}
}

static gint by_day(gconstpointer a, gconstpointer b)
{
	unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

	return first < second ? -1 : first > second;
}

static bool is_weaker_anywhere(const Compare *compare)
{
	const GPtrArray *olds = compare->releases[compare->old_at];
	const GPtrArray *news = compare->spot->reach[compare->new_at]->releases;
	PageKind strict = PAGE_SILENT, weak = PAGE_ASK;

	for (guint i = 0; i < olds->len; i++)
		strict = MAX(strict, ((Release *)olds->pdata[i])->page);
	for (guint i = 0; i < news->len; i++)
		weak = MIN(weak, ((Release *)news->pdata[i])->page);
	return weak < strict;
}

static void try_day(Compare *compare, unsigned day)
{
	const GPtrArray *olds = compare->releases[compare->old_at];
	const GPtrArray *news = compare->spot->reach[compare->new_at]->releases;
	Quest quest = {.compare = compare,
		       .world = {.today = day,
				 .proven = true,
				 .agreed = true,
				 .approved = true,
				 .asking = ASKING_REQUIRED}};

	for (guint i = 0; i < news->len; i++)
		for (guint j = 0; j < olds->len; j++) {
			const Release *old = olds->pdata[j];

			quest.release = news->pdata[i];
			if (quest.release->page < old->page && try_releases(&quest, old))
				return;
		}
}

static bool all_kept(const Compare *compare, const GPtrArray *rules)
{
	for (guint i = 0; i < rules->len; i++)
		if (!g_hash_table_contains(compare->kept, rules->pdata[i]))
			return false;
	return true;
}

bool compare_pages_are_kept(const Compare *compare)
{
	const Spot *spot = compare->spot;
	g_autofree char *key = ident_key(spot->service->protocol, spot->service->id);
	bool kept = compare->same_terms;

	for (unsigned i = 0; kept && !spot->is_imagined && i < UNIVERSE_POLICIES; i++)
		kept = all_kept(compare, spot->reach[i]->releases) &&
		       all_kept(compare, spot->reach[i]->nevers);
	/* One without an id may grow to be any that a rule names. */
	if (spot->is_imagined)
		kept = kept && !compare->changed_open &&
		       (*spot->service->id ? !g_hash_table_contains(compare->changed_ids, key)
					   : g_hash_table_size(compare->changed_ids) == 0);
	return kept;
}

void compare_pages(Compare *compare)
{
	g_autoptr(GArray) days = NULL;
	guint before = compare->findings->len;

	if (compare_pages_are_kept(compare) || !is_weaker_anywhere(compare))
		return;
	days = g_array_new(FALSE, FALSE, sizeof(unsigned));
	add_day(days, 0, compare->context->today);
	add_days(compare, days, compare->spot->reach[0]);
	add_days(compare, days, compare->spot->reach[1]);
	g_array_sort(days, by_day);
	/* The first day is enough, and one person. */
	for (guint i = 0; compare->findings->len == before && i < days->len; i++)
		try_day(compare, g_array_index(days, unsigned, i));
}
