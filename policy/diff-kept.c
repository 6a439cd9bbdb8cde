/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What stands in both policies, and need not be searched. */
#include <string.h>

#include "policy/compare.h"
#include "policy/stamp.h"

static GHashTable *stamps_of(const GPtrArray *rules, bool nevers)
{
	GHashTable *stamps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < rules->len; i++)
		g_hash_table_add(stamps, nevers ? stamp_never(rules->pdata[i])
						: stamp_release(rules->pdata[i]));
	return stamps;
}

static void note_changed(Compare *compare, const Targets *to)
{
	for (unsigned i = 0; i < to->n_targets; i++) {
		const Target *target = &to->targets[i];

		compare->changed_open = compare->changed_open || !match_is_literal(target);
		for (unsigned j = 0; j < target->n_atoms; j++)
			for (unsigned k = 0; k < target->atoms[j].n_idents; k++) {
				const Ident *ident = &target->atoms[j].idents[k];

				g_hash_table_add(compare->changed_ids,
						 ident_key(ident->protocol, ident->id));
			}
	}
}

/* Marks the rules that have a fellow in the other policy. */
static void mark_kept(Compare *compare, const GPtrArray *rules, const GPtrArray *others,
		      bool nevers)
{
	g_autoptr(GHashTable) stamps = stamps_of(others, nevers);

	for (guint i = 0; i < rules->len; i++) {
		g_autofree char *stamp =
			nevers ? stamp_never(rules->pdata[i]) : stamp_release(rules->pdata[i]);

		if (g_hash_table_contains(stamps, stamp)) {
			g_hash_table_add(compare->kept, rules->pdata[i]);
			continue;
		}
		note_changed(compare, nevers ? &((Never *)rules->pdata[i])->to
					     : &((Release *)rules->pdata[i])->to);
	}
}

static bool same_levels(const Policy *old, const Policy *new)
{
	const Names *olds = &old->numbers.sorts[SORT_LEVEL],
		    *news = &new->numbers.sorts[SORT_LEVEL];

	if (old->levels.n != new->levels.n)
		return false;
	for (unsigned i = 0; i < old->levels.n; i++) {
		if (strcmp(olds->names[i], news->names[i]) != 0)
			return false;
		for (unsigned j = 0; j < old->levels.n; j++)
			if (levels_prove(&old->levels, i, j) != levels_prove(&new->levels, i, j))
				return false;
	}
	return true;
}

static bool same_attributes(const Registry *old, const Registry *new)
{
	if (registry_size(old) != registry_size(new))
		return false;
	for (unsigned i = 0; i < registry_size(old); i++)
		if (registry_get(old, i) != registry_get(new, i))
			return false;
	return true;
}

static bool same_scopes(const Policy *old, const Policy *new)
{
	for (char **scope = new->scopes; *scope; scope++)
		if (!g_strv_contains((const char *const *)old->scopes, *scope))
			return false;
	return true;
}

void compare_find_kept(Compare *compare)
{
	const Rules *old = &compare->old->rules, *new = &compare->new->rules;

	g_hash_table_remove_all(compare->kept);
	g_hash_table_remove_all(compare->changed_ids);
	compare->changed_open = false;
	mark_kept(compare, old->releases, new->releases, false);
	mark_kept(compare, new->releases, old->releases, false);
	mark_kept(compare, new->nevers, old->nevers, true);
	mark_kept(compare, old->nevers, new->nevers, true);
	g_ptr_array_set_size(compare->lost_nevers, 0);
	for (guint i = 0; i < old->nevers->len; i++)
		if (!g_hash_table_contains(compare->kept, old->nevers->pdata[i]))
			g_ptr_array_add(compare->lost_nevers, old->nevers->pdata[i]);
	compare->same_terms = same_levels(compare->old, compare->new) &&
			      same_scopes(compare->old, compare->new) &&
			      same_attributes(compare->old->registry, compare->new->registry);
}

/* Whether a never takes anything that a release can give. */
static bool is_about(const Never *never, const Release *release)
{
	bool about = reach_shuts(never);

	for (unsigned i = 0; !about && i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		about = gift->type == GIFT_REQUESTED || gift->type == GIFT_REQUIRED ||
			(gift->type == GIFT_ATTRIBUTE && reach_takes(never, gift->attribute, NULL));
	}
	return about;
}

/* Whether no never of the old policy that could take something from the release is gone. */
static bool nevers_are_kept(const Compare *compare, const Release *release)
{
	const GPtrArray *nevers = compare->spot->is_imagined
					  ? compare->lost_nevers
					  : compare->spot->reach[compare->old_at]->nevers;

	for (guint i = 0; i < nevers->len; i++)
		if (!g_hash_table_contains(compare->kept, nevers->pdata[i]) &&
		    is_about(nevers->pdata[i], release))
			return false;
	return true;
}

bool compare_is_kept(const Compare *compare, const Release *release)
{
	const Service *service = compare->spot->service;
	Ident ident = {service->protocol, service->id};

	return compare->same_terms && g_hash_table_contains(compare->kept, release) &&
	       nevers_are_kept(compare, release) &&
	       !compare_block_differs(compare->old, compare->new, &ident);
}
