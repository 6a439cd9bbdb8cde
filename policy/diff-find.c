/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is found at a spot, before it is told. */
#include <string.h>

#include "policy/compare.h"

static void finding_free(gpointer data)
{
	Finding *finding = data;

	example_free(finding->example);
	g_ptr_array_unref(finding->values);
	g_free(finding);
}

void compare_start_findings(Compare *compare)
{
	compare->findings = g_ptr_array_new_with_free_func(finding_free);
	compare->found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void compare_clear_findings(Compare *compare)
{
	g_clear_pointer(&compare->found, g_hash_table_unref);
	g_clear_pointer(&compare->findings, g_ptr_array_unref);
}

/* What is said of whom it befalls. */
static char *saying(const Finding *finding)
{
	return g_strdup_printf("%d %p %p %u %s %s", finding->what, (const void *)finding->attribute,
			       (const void *)finding->release, finding->day,
			       finding->before ? finding->before : "",
			       finding->after ? finding->after : "");
}

static void add_value(Finding *finding, const char *value)
{
	if (value && !g_ptr_array_find_with_equal_func(finding->values, value, g_str_equal, NULL))
		g_ptr_array_add(finding->values, g_strdup(value));
}

void compare_find(Compare *compare, DiffWhat what, const Attribute *attribute, const char *value,
		  const Release *release, unsigned day, const Example *example, const char *before,
		  const char *after)
{
	const Finding wanted = {.what = what,
				.attribute = attribute,
				.release = release,
				.day = day,
				.before = before,
				.after = after};
	g_autofree char *said = saying(&wanted), *whom = example_key(example);
	g_autofree char *key = g_strconcat(said, "\n", whom, NULL);
	Finding *finding = g_hash_table_lookup(compare->found, key);

	effort_spend(&compare->effort, 50);
	if (!finding) {
		finding = g_new0(Finding, 1);
		*finding = wanted;
		finding->example = example_copy(example);
		finding->values = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(compare->findings, finding);
		g_hash_table_insert(compare->found, g_steal_pointer(&key), finding);
	}
	add_value(finding, value);
}

bool compare_has_found(const Compare *compare, const Attribute *attribute)
{
	for (guint i = 0; i < compare->findings->len; i++)
		if (((Finding *)compare->findings->pdata[i])->attribute == attribute)
			return true;
	return false;
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *compare_values(const Compare *compare, const Finding *finding)
{
	const GPtrArray *all =
		finding->attribute ? person_values(compare->person, finding->attribute) : NULL;
	GString *text;
	bool others = false;

	if (!all || finding->values->len == 0 || finding->values->len == all->len)
		return NULL;
	text = g_string_new(NULL);
	for (guint i = 0; i < finding->values->len; i++) {
		const char *value = finding->values->pdata[i];

		if (palette_is_other(value))
			others = true;
		else
			g_string_append_printf(text, "%s\"%s\"", text->len ? ", " : "", value);
	}
	if (others)
		g_string_append(text, text->len ? ", others" : "others");
	return g_string_free(text, FALSE);
}

/* All but the years, or all but the kinds. */
static char *key_without(const Finding *finding, bool years)
{
	Example alike = *finding->example;
	g_autofree char *said = saying(finding), *whom = NULL;
	GString *key;

	alike.kind = alike.year = 0;
	whom = example_key(&alike);
	key = g_string_new(said);
	g_string_append_printf(key, "\n%x %s", years ? alike.kinds : alike.years, whom);
	for (guint i = 0; i < finding->values->len; i++)
		g_string_append_printf(key, "\n%s", (char *)finding->values->pdata[i]);
	return g_string_free(key, FALSE);
}

/* Unites those that differ in years alone, or in kinds alone. */
static void unite(Compare *compare, bool years)
{
	g_autoptr(GHashTable) first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *united = g_ptr_array_new_with_free_func(finding_free);

	for (guint i = 0; i < compare->findings->len; i++) {
		Finding *finding = compare->findings->pdata[i];
		char *key = key_without(finding, years);
		Finding *one = g_hash_table_lookup(first, key);

		if (!one) {
			g_hash_table_insert(first, key, finding);
			g_ptr_array_add(united, finding);
			continue;
		}
		one->example->kinds |= finding->example->kinds;
		one->example->years |= finding->example->years;
		finding_free(finding);
		g_free(key);
	}
	g_ptr_array_set_free_func(compare->findings, NULL);
	g_ptr_array_unref(compare->findings);
	compare->findings = united;
}

void compare_unite(Compare *compare)
{
	g_hash_table_remove_all(compare->found);
	for (guint i = 0; i < compare->findings->len; i++)
		g_ptr_array_sort(((Finding *)compare->findings->pdata[i])->values, by_text);
	unite(compare, true);
	unite(compare, false);
}
