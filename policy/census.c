/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/census.h"

#include <string.h>

#include "policy/loaded.h"

typedef struct {
	Place place;
	char *text;
} Remark;

typedef struct {
	const Census *census;
	GHashTable *asked; /* what was asked about -> the number of its remark, from 1; 0: none */
	GArray *remarks;
} Asking;

static void remark_clear(gpointer remark)
{
	g_free(((Remark *)remark)->text);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const Place *first = &((const Remark *)a)->place, *second = &((const Remark *)b)->place;
	gint order = strcmp(first->source->name, second->source->name);

	if (order == 0)
		order = (first->line > second->line) - (first->line < second->line);
	return order != 0 ? order
			  : (first->column > second->column) - (first->column < second->column);
}

/* Remembers where something stands that the directory lacks, or forgets a later place. */
static void say(const Asking *asking, const char *key, const Place *place, const char *text)
{
	guint at = GPOINTER_TO_UINT(g_hash_table_lookup(asking->asked, key));
	const Remark remark = {*place, NULL};
	Remark *old = at > 0 ? &g_array_index(asking->remarks, Remark, at - 1) : NULL;

	if (old) {
		if (by_place(&remark, old) < 0)
			old->place = *place;
		return;
	}
	g_array_append_val(asking->remarks, remark);
	g_array_index(asking->remarks, Remark, asking->remarks->len - 1).text = g_strdup(text);
	g_hash_table_insert(asking->asked, g_strdup(key), GUINT_TO_POINTER(asking->remarks->len));
}

/* What was asked about once and is there needs no second look. */
static bool is_there(const Asking *asking, const char *key)
{
	gpointer at;

	return g_hash_table_lookup_extended(asking->asked, key, NULL, &at) && !at;
}

static void ask_choice(const Asking *asking, const Choice *choice, const char *name, bool group)
{
	const Census *census = asking->census;
	g_autofree char *key = g_strconcat(group ? "g" : "u", name, NULL);
	g_autofree char *text = g_strdup_printf(
		group ? place_say(&choice->place, "group '%s' is empty or unreadable")
		      : place_say(&choice->place, "unit %s is nobody's"),
		name);

	if (is_there(asking, key))
		return;
	if (!g_hash_table_contains(asking->asked, key) &&
	    (group ? census->has_group : census->has_unit)(name, census->data))
		g_hash_table_insert(asking->asked, g_steal_pointer(&key), NULL);
	else
		say(asking, key, &choice->place, text);
}

static void ask_choices(const Asking *asking, const Choice *choices, unsigned n, bool group)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < choices[i].n; j++)
			ask_choice(asking, &choices[i], choices[i].names[j], group);
}

static void ask_years(const Asking *asking, const Pset *pset)
{
	if (pset->years != YEARS_ALL && !asking->census->has_years(asking->census->data))
		say(asking, "y", &pset->place,
		    place_say(&pset->place, "no student in the directory has a school year that "
					    "can be read"));
}

static void ask_psets(const Asking *asking, const Pset *psets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		ask_years(asking, &psets[i]);
		ask_choices(asking, psets[i].groups, psets[i].n_groups, true);
		ask_choices(asking, psets[i].units, psets[i].n_units, false);
	}
}

static void ask_people(const Asking *asking, const People *people)
{
	ask_psets(asking, people->psets, people->n_psets);
	ask_psets(asking, people->exceptions, people->n_exceptions);
}

static void ask_gift(const Asking *asking, const Gift *gift)
{
	const Census *census = asking->census;
	const char *name = gift->attribute->name;
	g_autofree char *key = g_strconcat("a", name, NULL);
	g_autofree char *text = g_strdup_printf(
		place_say(&gift->place, "nobody in the directory has attribute %s"), name);

	if (is_there(asking, key))
		return;
	if (!g_hash_table_contains(asking->asked, key) &&
	    census->has_attribute(gift->attribute, census->data))
		g_hash_table_insert(asking->asked, g_steal_pointer(&key), NULL);
	else
		say(asking, key, &gift->place, text);
}

static void ask_gifts(const Asking *asking, const Release *release)
{
	for (unsigned i = 0; i < release->n_gifts; i++)
		if (release->gifts[i].type == GIFT_ATTRIBUTE)
			ask_gift(asking, &release->gifts[i]);
}

static void ask_block(const Asking *asking, const ServiceBlock *block)
{
	for (unsigned i = 0; i < block->n_needs; i++)
		ask_people(asking, &block->needs[i].of);
	for (unsigned i = 0; i < block->n_demands; i++)
		ask_people(asking, &block->demands[i].of);
}

static void ask_all(const Asking *asking, const Rules *rules)
{
	for (guint i = 0; i < rules->releases->len; i++) {
		const Release *release = rules->releases->pdata[i];

		ask_people(asking, &release->people);
		ask_gifts(asking, release);
	}
	for (guint i = 0; i < rules->nevers->len; i++)
		ask_people(asking, &((Never *)rules->nevers->pdata[i])->people);
	for (guint i = 0; i < rules->services->len; i++)
		ask_block(asking, rules->services->pdata[i]);
	for (guint i = 0; i < rules->expects->len; i++)
		ask_people(asking, &((Expect *)rules->expects->pdata[i])->people);
}

GPtrArray *policy_census(const Policy *policy, const Census *census)
{
	g_autoptr(GHashTable) asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GArray) remarks = g_array_new(FALSE, FALSE, sizeof(Remark));
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

	g_array_set_clear_func(remarks, remark_clear);
	ask_all(&(Asking){census, asked, remarks}, &policy->rules);
	g_array_sort(remarks, by_place);
	for (guint i = 0; i < remarks->len; i++) {
		const Remark *remark = &g_array_index(remarks, Remark, i);

		g_ptr_array_add(texts, g_strdup_printf("%s:%u:%u: %s", remark->place.source->name,
						       remark->place.line, remark->place.column,
						       remark->text));
	}
	return texts;
}
