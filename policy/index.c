/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which rules can matter to a service: those that name it, and those that name none. And the
 * numbers of what they speak of. */
#include <string.h>

#include "policy/category.h"
#include "policy/loaded.h"

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
	unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

	return (first > second) - (first < second);
}

static void sort_numbers(unsigned *numbers, unsigned n)
{
	g_autoptr(GArray) sorted = NULL;
	unsigned i = 1;

	/* As services are named, so they are numbered. */
	while (i < n && numbers[i - 1] <= numbers[i])
		i++;
	if (i >= n)
		return;
	sorted = g_array_sized_new(FALSE, FALSE, sizeof *numbers, n);
	g_array_append_vals(sorted, numbers, n);
	g_array_sort(sorted, compare_numbers);
	memcpy(numbers, sorted->data, n * sizeof *numbers);
}

static void number_atom(Policy *policy, Atom *atom)
{
	static const Sort sorts[] = {[ATOM_CATEGORY] = SORT_CATEGORY,
				     [ATOM_REGISTERED_BY] = SORT_AUTHORITY,
				     [ATOM_FEDERATION] = SORT_FEED};
	bool literal = atom->type == ATOM_LITERAL;
	unsigned n = literal ? atom->n_idents : atom->n_texts;

	if (n == 0)
		return;
	atom->numbers = arena_alloc(&policy->arena, n * sizeof *atom->numbers);
	for (unsigned i = 0; i < n; i++)
		atom->numbers[i] =
			literal ? known_get(policy, &atom->idents[i])->number
				: numbers_give(&policy->numbers, sorts[atom->type], atom->texts[i]);
	sort_numbers(atom->numbers, n);
}

static void number_targets(Policy *policy, Targets *targets)
{
	for (unsigned i = 0; i < targets->n_targets; i++)
		for (unsigned j = 0; j < targets->targets[i].n_atoms; j++)
			number_atom(policy, &targets->targets[i].atoms[j]);
	for (unsigned i = 0; i < targets->n_exceptions; i++)
		for (unsigned j = 0; j < targets->exceptions[i].n_atoms; j++)
			number_atom(policy, &targets->exceptions[i].atoms[j]);
}

static void number_choices(Policy *policy, Sort sort, Choice *choices, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		Choice *choice = &choices[i];

		choice->numbers = arena_alloc(&policy->arena, choice->n * sizeof *choice->numbers);
		for (unsigned j = 0; j < choice->n; j++)
			choice->numbers[j] = numbers_give(&policy->numbers, sort, choice->names[j]);
	}
}

static void number_psets(Policy *policy, Pset *psets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		number_choices(policy, SORT_GROUP, psets[i].groups, psets[i].n_groups);
		number_choices(policy, SORT_UNIT, psets[i].units, psets[i].n_units);
	}
}

static void number_people(Policy *policy, People *people)
{
	number_psets(policy, people->psets, people->n_psets);
	number_psets(policy, people->exceptions, people->n_exceptions);
}

static void number_block(Policy *policy, ServiceBlock *block)
{
	for (unsigned i = 0; i < block->n_needs; i++)
		number_people(policy, &block->needs[i].of);
	for (unsigned i = 0; i < block->n_demands; i++) {
		number_people(policy, &block->demands[i].of);
		block->demands[i].number =
			numbers_find(&policy->numbers, SORT_LEVEL, block->demands[i].level);
	}
}

/* What it names; `requested` and `required` may give anything. */
static void index_gifts(Release *release)
{
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];
		bool asked = gift->type == GIFT_REQUESTED || gift->type == GIFT_REQUIRED;
		bool named = gift->type == GIFT_ATTRIBUTE;

		release->gives_asked = release->gives_asked || asked;
		release->is_sensitive = release->is_sensitive || asked ||
					(named && attribute_is_sensitive(gift->attribute));
		if (named)
			bits_add(release->named, attribute_index(gift->attribute));
	}
}

static void number_release(Policy *policy, Release *release)
{
	number_targets(policy, &release->to);
	number_people(policy, &release->people);
	release->demand_number = numbers_find(&policy->numbers, SORT_LEVEL, release->demand);
	index_gifts(release);
	release->is_literal = true;
	for (unsigned i = 0; i < release->to.n_targets; i++)
		release->is_literal =
			release->is_literal && match_is_literal(&release->to.targets[i]);
}

static void number_rules(Policy *policy)
{
	const Rules *rules = &policy->rules;

	for (guint i = 0; i < rules->releases->len; i++)
		number_release(policy, rules->releases->pdata[i]);
	for (guint i = 0; i < rules->nevers->len; i++) {
		Never *never = rules->nevers->pdata[i];

		number_targets(policy, &never->to);
		number_people(policy, &never->people);
	}
	for (guint i = 0; i < rules->services->len; i++)
		number_block(policy, rules->services->pdata[i]);
	for (guint i = 0; i < rules->expects->len; i++) {
		Expect *expect = rules->expects->pdata[i];

		number_targets(policy, &expect->at);
		number_people(policy, &expect->people);
	}
	policy->groups = policy->numbers.sorts[SORT_GROUP].names;
	policy->units = policy->numbers.sorts[SORT_UNIT].names;
}

static void find_bundles(Policy *policy)
{
	size_t n;
	const Category *table = category_table(&n);
	const Attribute **bundles =
		arena_alloc(&policy->arena, n * (CATEGORY_BUNDLE_MAX + 1) * sizeof *bundles);

	for (size_t i = 0; i < n; i++)
		for (unsigned j = 0; table[i].bundle[j]; j++)
			bundles[i * (CATEGORY_BUNDLE_MAX + 1) + j] =
				registry_by_name(policy->registry, table[i].bundle[j]);
	policy->bundles = bundles;
}

/* What is known of services, by Known.number. Transfer full. */
static Known **by_number(const Policy *policy)
{
	Known **all = g_new(Known *, g_hash_table_size(policy->known));
	GHashTableIter iterator;
	gpointer known;

	g_hash_table_iter_init(&iterator, policy->known);
	while (g_hash_table_iter_next(&iterator, NULL, &known))
		all[((Known *)known)->number] = known;
	return all;
}

/* Adds number to the list of every service a rule names; to open as well if a target of it is not
 * limited to named services. all: by_number(). */
static void index_targets(Known *const *all, const Targets *targets, unsigned number, bool never,
			  GArray *open)
{
	bool is_open = false;

	for (unsigned i = 0; i < targets->n_targets; i++)
		is_open = is_open || !match_is_literal(&targets->targets[i]);
	if (is_open) {
		g_array_append_val(open, number);
		return;
	}
	for (unsigned i = 0; i < targets->n_targets; i++)
		for (unsigned j = 0; j < targets->targets[i].n_atoms; j++) {
			const Atom *atom = &targets->targets[i].atoms[j];

			for (unsigned k = 0; k < atom->n_idents; k++) {
				const Known *known = all[atom->numbers[k]];
				GArray *list = never ? known->nevers : known->releases;

				if (list->len == 0 ||
				    g_array_index(list, unsigned, list->len - 1) != number)
					g_array_append_val(list, number);
			}
		}
}

void index_rules(Policy *policy, const PolicyContext *context)
{
	g_autofree Known **all = NULL;

	levels_init(&policy->levels, &policy->numbers, &policy->arena, context->levels,
		    context->n_levels);
	number_rules(policy);
	all = by_number(policy);
	find_bundles(policy);
	policy->open_releases = g_array_new(FALSE, FALSE, sizeof(unsigned));
	policy->open_nevers = g_array_new(FALSE, FALSE, sizeof(unsigned));
	for (unsigned i = 0; i < policy->rules.releases->len; i++) {
		const Release *release = policy->rules.releases->pdata[i];

		index_targets(all, &release->to, i, false, policy->open_releases);
	}
	for (unsigned i = 0; i < policy->rules.nevers->len; i++) {
		const Never *never = policy->rules.nevers->pdata[i];

		index_targets(all, &never->to, i, true, policy->open_nevers);
	}
}

Slice slice_releases(const Policy *policy, const Known *known)
{
	return (Slice){known ? known->releases : NULL, policy->open_releases,
		       policy->rules.releases, 0, 0};
}

Slice slice_nevers(const Policy *policy, const Known *known)
{
	return (Slice){known ? known->nevers : NULL, policy->open_nevers, policy->rules.nevers, 0,
		       0};
}

/* Two ascending lists of numbers, in order. */
gpointer slice_next(Slice *slice, unsigned *ret_number)
{
	const GArray *named = slice->named, *open = slice->open;
	bool more_named = named && slice->i < named->len, more_open = slice->j < open->len;
	unsigned number;

	if (!more_named && !more_open)
		return NULL;
	if (more_named && (!more_open || g_array_index(named, unsigned, slice->i) <
						 g_array_index(open, unsigned, slice->j)))
		number = g_array_index(named, unsigned, slice->i++);
	else
		number = g_array_index(open, unsigned, slice->j++);
	*ret_number = number;
	return slice->rules->pdata[number];
}

static GPtrArray *all_of(Slice slice)
{
	GPtrArray *all = g_ptr_array_new();
	unsigned number;

	for (gpointer rule = slice_next(&slice, &number); rule; rule = slice_next(&slice, &number))
		g_ptr_array_add(all, rule);
	return all;
}

GPtrArray *index_releases(const Policy *policy, const Known *known)
{
	return all_of(slice_releases(policy, known));
}

GPtrArray *index_nevers(const Policy *policy, const Known *known)
{
	return all_of(slice_nevers(policy, known));
}
