/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/register.h"

#include <string.h>

#include "policy/day.h"
#include "policy/loaded.h"
#include "policy/who.h"

static void attribute_free(gpointer data)
{
	RegisterAttribute *one = data;

	g_free(one->people_en);
	g_free(one->people_sv);
	g_free(one->only);
	g_free(one);
}

void register_entry_free(RegisterEntry *entry)
{
	if (!entry)
		return;
	g_clear_pointer(&entry->recipients, g_ptr_array_unref);
	g_ptr_array_unref(entry->attributes);
	g_free(entry);
}

static void entry_free(gpointer data)
{
	register_entry_free(data);
}

static const Release *find_release(const Policy *policy, const DecisionRule *rule)
{
	for (guint i = 0; i < policy->rules.releases->len; i++) {
		const Release *release = policy->rules.releases->pdata[i];

		if (release->place.line == rule->line &&
		    strcmp(release->place.source->name, rule->file) == 0 &&
		    strcmp(release->title, rule->title) == 0)
			return release;
	}
	return NULL;
}

/* What is written for the language, else for any, else for another. */
static const char *because(const Release *release, const char *language)
{
	const char *any = NULL, *other = NULL;

	for (unsigned i = 0; i < release->n_becauses; i++) {
		const Because *one = &release->becauses[i];

		if (!one->language)
			any = one->text;
		else if (strcmp(one->language, language) == 0)
			return one->text;
		else if (!other)
			other = one->text;
	}
	return any ? any : other;
}

/* ---- one entry for each recipient ---- */

static Site *copy_site(const Site *site)
{
	Site *copy = g_new0(Site, 1);

	copy->protocol = site->protocol;
	copy->id = g_strdup(site->id);
	copy->name_en = g_strdup(site->name_en);
	copy->name_sv = g_strdup(site->name_sv);
	copy->is_known = site->is_known;
	return copy;
}

static void free_site(gpointer site)
{
	site_free(site);
}

static RegisterEntry *entry_new(const Policy *policy, const WhoEntry *who, const Site *site)
{
	RegisterEntry *entry = g_new0(RegisterEntry, 1);
	const Release *release = find_release(policy, &who->rule);

	entry->recipients = g_ptr_array_new_with_free_func(free_site);
	g_ptr_array_add(entry->recipients, copy_site(site));
	entry->attributes = g_ptr_array_new_with_free_func(attribute_free);
	entry->rule = who->rule;
	entry->basis = who->basis;
	entry->agreement = who->agreement;
	entry->demand = who->demand;
	entry->page = who->page;
	entry->awaits_two = who->awaits_two;
	if (release) {
		entry->because_sv = because(release, "sv");
		entry->because_en = because(release, "en");
		entry->from = release->from;
		entry->until = release->until;
		entry->agreement_until = release->agreement_until;
	}
	return entry;
}

static void add_attribute(RegisterEntry *entry, const Attribute *attribute, const WhoEntry *who)
{
	RegisterAttribute *one = g_new0(RegisterAttribute, 1);

	one->attribute = attribute;
	one->people_en = g_strdup(who->people_en);
	one->people_sv = g_strdup(who->people_sv);
	one->only = g_strdup(who->only);
	one->is_asked = who->is_asked;
	g_ptr_array_add(entry->attributes, one);
}

/* What tells a release to a recipient from others. Transfer full. */
static char *entry_key(const DecisionRule *rule, const Site *site)
{
	return g_strdup_printf("%s\n%u\n%d\n%s\n%s", rule->file, rule->line, (int)site->protocol,
			       site->id ? site->id : "", site->name_en);
}

static void add_who(GHashTable *entries, const Policy *policy, const Attribute *attribute,
		    const WhoEntry *who)
{
	for (guint i = 0; i < who->services->len; i++) {
		const Site *site = who->services->pdata[i];
		g_autofree char *key = entry_key(&who->rule, site);
		RegisterEntry *entry = g_hash_table_lookup(entries, key);

		if (!entry) {
			entry = entry_new(policy, who, site);
			g_hash_table_insert(entries, g_strdup(key), entry);
		}
		add_attribute(entry, attribute, who);
	}
}

/* ---- recipients that are treated alike ---- */

static gint compare_sites(const Site *first, const Site *second)
{
	gint order = (int)second->is_known - (int)first->is_known;

	if (order == 0)
		order = strcmp(first->name_en, second->name_en);
	return order != 0 ? order : g_strcmp0(first->id, second->id);
}

static gint by_site(gconstpointer a, gconstpointer b)
{
	return compare_sites(*(Site *const *)a, *(Site *const *)b);
}

static gint by_recipient(gconstpointer a, gconstpointer b)
{
	const RegisterEntry *first = *(RegisterEntry *const *)a;
	const RegisterEntry *second = *(RegisterEntry *const *)b;
	gint order = compare_sites(first->recipients->pdata[0], second->recipients->pdata[0]);

	if (order == 0)
		order = strcmp(first->rule.file, second->rule.file);
	return order != 0 ? order
			  : (first->rule.line > second->rule.line) -
				    (first->rule.line < second->rule.line);
}

/* All but the recipients. Transfer full. */
static char *content_key(const RegisterEntry *entry)
{
	GString *key = g_string_new(NULL);

	g_string_printf(key, "%s\n%u", entry->rule.file, entry->rule.line);
	for (guint i = 0; i < entry->attributes->len; i++) {
		const RegisterAttribute *one = entry->attributes->pdata[i];

		g_string_append_printf(key, "\n%s\n%s\n%s\n%d", one->attribute->name,
				       one->people_en, one->only ? one->only : "", one->is_asked);
	}
	return g_string_free(key, FALSE);
}

/* Takes the entries. Transfer full. */
static GPtrArray *join(GHashTable *entries)
{
	g_autoptr(GHashTable) joined = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *all = g_ptr_array_new_with_free_func(entry_free);
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, entries);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		RegisterEntry *entry = value, *first;
		char *key = content_key(entry);

		first = g_hash_table_lookup(joined, key);
		if (first) {
			g_ptr_array_extend_and_steal(first->recipients,
						     g_steal_pointer(&entry->recipients));
			g_free(key);
			register_entry_free(entry);
		} else {
			g_hash_table_insert(joined, key, entry);
			g_ptr_array_add(all, entry);
		}
	}
	for (guint i = 0; i < all->len; i++)
		g_ptr_array_sort(((RegisterEntry *)all->pdata[i])->recipients, by_site);
	g_ptr_array_sort(all, by_recipient);
	return all;
}

GPtrArray *policy_register(const Policy *policy, const PolicyContext *context, GError **error)
{
	Effort effort = {EFFORT_REGISTER};
	g_autoptr(GHashTable) entries =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < registry_size(policy->registry); i++) {
		const Attribute *attribute = registry_get(policy->registry, i);
		g_autoptr(GPtrArray) all = who_within(policy, context, attribute, &effort, error);

		if (!all)
			return NULL;
		for (guint j = 0; j < all->len; j++)
			add_who(entries, policy, attribute, all->pdata[j]);
	}
	return join(entries);
}

const Registry *policy_registry(const Policy *policy)
{
	return policy->registry;
}

/* ---- what time does ---- */

static void add_turn(GArray *turns, const Release *release, unsigned from, unsigned last,
		     const char *agreement)
{
	const PolicyTurn turn = {
		.day = from ? from : day_after(last),
		.ends = !from,
		.last = last,
		.agreement = agreement,
		.rule = {release->title, release->place.source->name, release->place.line},
		.agreement_line = agreement ? release->agreement_place.line : 0,
	};

	g_array_append_val(turns, turn);
}

static gint by_day(gconstpointer a, gconstpointer b)
{
	const PolicyTurn *first = a, *second = b;
	gint order = (first->day > second->day) - (first->day < second->day);

	if (order == 0)
		order = strcmp(first->rule.file, second->rule.file);
	if (order == 0)
		order = (first->rule.line > second->rule.line) -
			(first->rule.line < second->rule.line);
	return order != 0 ? order : (int)second->ends - (int)first->ends;
}

GArray *policy_turns(const Policy *policy)
{
	GArray *turns = g_array_new(FALSE, FALSE, sizeof(PolicyTurn));

	for (guint i = 0; i < policy->rules.releases->len; i++) {
		const Release *release = policy->rules.releases->pdata[i];

		if (release->from)
			add_turn(turns, release, release->from, 0, NULL);
		if (release->until)
			add_turn(turns, release, 0, release->until, NULL);
		if (release->agreement_until)
			add_turn(turns, release, 0, release->agreement_until, release->agreement);
	}
	g_array_sort(turns, by_day);
	return turns;
}
