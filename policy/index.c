/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which rules can matter to a service: those that name it, and those that name none. */
#include "policy/loaded.h"

/* Adds number to the list of every service a rule names; to open as well if a target of it is not
 * limited to named services. */
static void index_targets(Policy *policy, const Targets *targets, unsigned number, bool never,
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
				Known *known = known_get(policy, &atom->idents[k]);
				GArray *list = never ? known->nevers : known->releases;

				if (list->len == 0 ||
				    g_array_index(list, unsigned, list->len - 1) != number)
					g_array_append_val(list, number);
			}
		}
}

void index_rules(Policy *policy)
{
	policy->open_releases = g_array_new(FALSE, FALSE, sizeof(unsigned));
	policy->open_nevers = g_array_new(FALSE, FALSE, sizeof(unsigned));
	for (unsigned i = 0; i < policy->rules.releases->len; i++) {
		const Release *release = policy->rules.releases->pdata[i];

		index_targets(policy, &release->to, i, false, policy->open_releases);
	}
	for (unsigned i = 0; i < policy->rules.nevers->len; i++) {
		const Never *never = policy->rules.nevers->pdata[i];

		index_targets(policy, &never->to, i, true, policy->open_nevers);
	}
}

/* Two ascending lists of numbers into the rules they stand for, in order. */
static GPtrArray *merge(const GArray *named, const GArray *open, const GPtrArray *rules)
{
	GPtrArray *merged = g_ptr_array_sized_new((named ? named->len : 0) + open->len);
	guint i = 0, j = 0;

	while ((named && i < named->len) || j < open->len) {
		bool first = named && i < named->len &&
			     (j == open->len ||
			      g_array_index(named, unsigned, i) < g_array_index(open, unsigned, j));
		unsigned number = first ? g_array_index(named, unsigned, i++)
					: g_array_index(open, unsigned, j++);

		g_ptr_array_add(merged, rules->pdata[number]);
	}
	return merged;
}

GPtrArray *index_releases(const Policy *policy, const Known *known)
{
	return merge(known ? known->releases : NULL, policy->open_releases, policy->rules.releases);
}

GPtrArray *index_nevers(const Policy *policy, const Known *known)
{
	return merge(known ? known->nevers : NULL, policy->open_nevers, policy->rules.nevers);
}
