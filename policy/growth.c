/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/growth.h"

#include <string.h>

/* One condition that any of some texts meets. */
typedef struct {
	enum { CLAUSE_NONE, CLAUSE_GROUP, CLAUSE_UNIT, CLAUSE_ATOM } type;
	const Choice *choice;
	const Atom *atom;
} Clause;

typedef struct {
	const Growth *growth;
	const Way *ways; /* all of which are met */
	unsigned n;
	GrowthEach each;
	gpointer data;
} Meeting;

typedef struct {
	Growth *growth;
	GrowthJudge judge;
	gpointer data;
	GHashTable *seen; /* keys of examples that were judged */
	Example *found;
} Search;

void growth_init(Growth *growth, guint64 steps_max)
{
	*growth = (Growth){.steps_max = steps_max, .n_kinds = 1, .n_years = 1};
	growth->kinds[0] = (Kinds)~0u;
	growth->years[0] = YEARS_ALL;
}

/* Splits every set that a mask cuts in two. */
static void split(uint32_t *sets, unsigned *n, uint32_t mask)
{
	unsigned old = *n;

	for (unsigned i = 0; i < old; i++) {
		uint32_t inside = sets[i] & mask, outside = sets[i] & ~mask;

		if (!inside || !outside)
			continue;
		sets[i] = inside;
		sets[(*n)++] = outside;
	}
}

void growth_tell_apart(Growth *growth, const Pset *pset)
{
	split(growth->kinds, &growth->n_kinds, pset->kinds);
	split(growth->years, &growth->n_years, pset->years);
}

void growth_tell_apart_all(Growth *growth, const People *people)
{
	for (unsigned i = 0; i < people->n_psets; i++)
		growth_tell_apart(growth, &people->psets[i]);
	for (unsigned i = 0; i < people->n_exceptions; i++)
		growth_tell_apart(growth, &people->exceptions[i]);
}

bool growth_is_exhausted(const Growth *growth)
{
	return growth->steps >= growth->steps_max || effort_is_spent(growth->effort);
}

/* ---- the least examples that meet conditions ---- */

static bool meet(const Meeting *meeting, const Example *example, guint at);

static bool has_any(const GPtrArray *list, const char *const *texts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (example_has(list, texts[i]))
			return true;
	return false;
}

/* Goes on with one of the texts in the list that `pick` finds in an example. */
static bool meet_by_list(const Meeting *meeting, const Example *example, guint at,
			 GPtrArray **(*pick)(Example *example), const char *const *texts,
			 unsigned n)
{
	if (has_any(*pick((Example *)(guintptr)example), texts, n))
		return meet(meeting, example, at + 1);
	for (unsigned i = 0; i < n; i++) {
		g_autoptr(Example) larger = example_copy(example);

		example_add(pick(larger), texts[i]);
		if (!meet(meeting, larger, at + 1))
			return false;
	}
	return true;
}

static GPtrArray **groups_of(Example *example)
{
	return &example->groups;
}

static GPtrArray **units_of(Example *example)
{
	return &example->units;
}

static GPtrArray **categories_of(Example *example)
{
	return &example->categories;
}

static GPtrArray **feeds_of(Example *example)
{
	return &example->feeds;
}

static bool meet_by_id(const Meeting *meeting, const Example *example, guint at, const Atom *atom)
{
	for (unsigned i = 0; i < atom->n_idents; i++) {
		const Ident *ident = &atom->idents[i];
		g_autofree char *key = NULL;
		g_autoptr(Example) larger = NULL;

		if (ident->protocol != example->protocol)
			continue;
		if (strcmp(ident->id, example->id) == 0)
			return meet(meeting, example, at + 1);
		if (*example->id)
			continue;
		key = ident_key(ident->protocol, ident->id);
		if (meeting->growth->known_ids &&
		    g_hash_table_contains(meeting->growth->known_ids, key))
			continue;
		larger = example_copy(example);
		larger->id = ident->id;
		if (!meet(meeting, larger, at + 1))
			return false;
	}
	return true;
}

static bool meet_by_authority(const Meeting *meeting, const Example *example, guint at,
			      const Atom *atom)
{
	for (unsigned i = 0; i < atom->n_texts; i++) {
		g_autoptr(Example) larger = NULL;

		if (g_strcmp0(atom->texts[i], example->registered_by) == 0)
			return meet(meeting, example, at + 1);
		if (example->registered_by)
			continue;
		larger = example_copy(example);
		larger->registered_by = atom->texts[i];
		if (!meet(meeting, larger, at + 1))
			return false;
	}
	return true;
}

static bool meet_atom(const Meeting *meeting, const Example *example, guint at, const Atom *atom)
{
	switch (atom->type) {
	case ATOM_ANY:
		return meet(meeting, example, at + 1);
	case ATOM_LITERAL:
		return meet_by_id(meeting, example, at, atom);
	case ATOM_CATEGORY:
		return meet_by_list(meeting, example, at, categories_of, atom->texts,
				    atom->n_texts);
	case ATOM_REGISTERED_BY:
		return meet_by_authority(meeting, example, at, atom);
	case ATOM_FEDERATION:
		return meet_by_list(meeting, example, at, feeds_of, atom->texts, atom->n_texts);
	case ATOM_PROTOCOL:
		return atom->protocol != example->protocol || meet(meeting, example, at + 1);
	}
	return true;
}

/* The condition with that number, over all ways; CLAUSE_NONE: there are no more. */
static Clause clause_at(const Meeting *meeting, guint at)
{
	bool imagined = meeting->growth->known == NULL;

	for (unsigned i = 0; i < meeting->n; i++) {
		const Pset *pset = meeting->ways[i].pset;
		const Target *target = imagined ? meeting->ways[i].target : NULL;
		guint groups = pset ? pset->n_groups : 0, units = pset ? pset->n_units : 0;
		guint atoms = target ? target->n_atoms : 0;

		if (at < groups)
			return (Clause){CLAUSE_GROUP, &pset->groups[at], NULL};
		at -= groups;
		if (at < units)
			return (Clause){CLAUSE_UNIT, &pset->units[at], NULL};
		at -= units;
		if (at < atoms)
			return (Clause){CLAUSE_ATOM, NULL, &target->atoms[at]};
		at -= atoms;
	}
	return (Clause){CLAUSE_NONE, NULL, NULL};
}

/* Meets the conditions from `at` on in every least way. False: stopped by the caller. */
static bool meet(const Meeting *meeting, const Example *example, guint at)
{
	const Clause clause = clause_at(meeting, at);

	if (!effort_spend(meeting->growth->effort, 1))
		return false;
	switch (clause.type) {
	case CLAUSE_NONE:
		return meeting->each(example, meeting->data);
	case CLAUSE_GROUP:
		return meet_by_list(meeting, example, at, groups_of, clause.choice->names,
				    clause.choice->n);
	case CLAUSE_UNIT:
		return meet_by_list(meeting, example, at, units_of, clause.choice->names,
				    clause.choice->n);
	case CLAUSE_ATOM:
		return meet_atom(meeting, example, at, clause.atom);
	}
	return true;
}

/* Meets all ways from an example on, if it can. */
static bool meet_ways(const Growth *growth, const Example *from, const Way *ways, unsigned n,
		      GrowthEach each, gpointer data)
{
	const Meeting meeting = {growth, ways, n, each, data};

	for (unsigned i = 0; i < n; i++) {
		const Pset *pset = ways[i].pset;

		if (pset && (!(pset->kinds >> from->kind & 1) || !(pset->years >> from->year & 1)))
			return true;
		if (growth->known && ways[i].target &&
		    !match_target(ways[i].target, growth->known, SEES_DECLARED))
			return true;
	}
	return meet(&meeting, from, 0);
}

static unsigned lowest(unsigned bits)
{
	unsigned i = 0;

	while (!(bits >> i & 1))
		i++;
	return i;
}

static bool each_alike(const Growth *growth, Example *start, const Way *ways, unsigned n,
		       GrowthEach each, gpointer data)
{
	unsigned first = PROTOCOL_SAML, last = PROTOCOL_OIDC;

	start->kind = lowest(start->kinds);
	start->year = lowest(start->years);
	if (growth->start)
		first = last = start->protocol;
	else if (growth->known)
		first = last = growth->known->protocol;
	for (unsigned protocol = first; protocol <= last; protocol++) {
		start->protocol = (Protocol)protocol;
		if (!meet_ways(growth, start, ways, n, each, data))
			return false;
	}
	return true;
}

bool growth_each(Growth *growth, const Way *ways, unsigned n, GrowthEach each, gpointer data)
{
	Kinds kinds = (Kinds)~0u;
	Years years = YEARS_ALL;
	g_autoptr(Example) start = growth->start ? example_copy(growth->start) : example_new();

	start->known = growth->known;
	for (unsigned i = 0; i < n; i++) {
		kinds &= ways[i].pset ? ways[i].pset->kinds : kinds;
		years &= ways[i].pset ? ways[i].pset->years : years;
	}
	for (unsigned i = 0; i < growth->n_kinds; i++)
		for (unsigned j = 0; j < growth->n_years; j++) {
			start->kinds = (Kinds)(growth->kinds[i] & kinds);
			start->years = growth->years[j] & years;
			if (start->kinds && start->years &&
			    !each_alike(growth, start, ways, n, each, data))
				return false;
		}
	return true;
}

/* ---- searching ---- */

static bool grow(const Example *example, gpointer data)
{
	Search *search = data;
	g_autoptr(GArray) ways = NULL;

	effort_spend(search->growth->effort, 8 * (1 + example->groups->len + example->units->len));
	if (growth_is_exhausted(search->growth))
		return false;
	if (!g_hash_table_add(search->seen, example_key(example)))
		return true;
	search->growth->steps++;
	effort_spend(search->growth->effort, search->growth->looks);
	ways = g_array_new(FALSE, FALSE, sizeof(Way));
	switch (search->judge(example, ways, search->data)) {
	case GROWTH_DEAD:
		return true;
	case GROWTH_FOUND:
		search->found = example_copy(example);
		return false;
	case GROWTH_ON:
		break;
	}
	for (guint i = 0; i < ways->len; i++)
		if (!meet_ways(search->growth, example, &g_array_index(ways, Way, i), 1, grow,
			       search))
			return false;
	return true;
}

Example *growth_search_from(Growth *growth, const Example *from, GrowthJudge judge, gpointer data)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Search search = {growth, judge, data, seen, NULL};

	grow(from, &search);
	return search.found;
}

Example *growth_search(Growth *growth, const Way *ways, unsigned n, GrowthJudge judge,
		       gpointer data)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Search search = {growth, judge, data, seen, NULL};

	growth_each(growth, ways, n, grow, &search);
	return search.found;
}
