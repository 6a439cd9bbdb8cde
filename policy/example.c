/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/example.h"

#include <string.h>

Example *example_new(void)
{
	Example *example = g_new0(Example, 1);

	example->id = "";
	example->protocol = PROTOCOL_SAML;
	example->groups = g_ptr_array_new();
	example->units = g_ptr_array_ref(example->groups);
	example->categories = g_ptr_array_ref(example->groups);
	example->feeds = g_ptr_array_ref(example->groups);
	return example;
}

Example *example_copy(const Example *example)
{
	Example *copy = g_new(Example, 1);

	*copy = *example;
	g_ptr_array_ref(copy->groups);
	g_ptr_array_ref(copy->units);
	g_ptr_array_ref(copy->categories);
	g_ptr_array_ref(copy->feeds);
	return copy;
}

void example_free(Example *example)
{
	if (!example)
		return;
	g_ptr_array_unref(example->groups);
	g_ptr_array_unref(example->units);
	g_ptr_array_unref(example->categories);
	g_ptr_array_unref(example->feeds);
	g_free(example);
}

/* Where a text is, or belongs. */
static guint place_of(const GPtrArray *list, const char *text)
{
	guint i = 0;

	while (i < list->len && strcmp(list->pdata[i], text) < 0)
		i++;
	return i;
}

bool example_has(const GPtrArray *list, const char *text)
{
	guint i = place_of(list, text);

	return i < list->len && strcmp(list->pdata[i], text) == 0;
}

void example_add(GPtrArray **list, const char *text)
{
	const GPtrArray *old = *list;
	guint place = place_of(old, text);
	GPtrArray *new;

	if (example_has(old, text))
		return;
	new = g_ptr_array_sized_new(old->len + 1);
	for (guint i = 0; i < old->len; i++)
		g_ptr_array_add(new, old->pdata[i]);
	g_ptr_array_insert(new, (gint)place, (gpointer)(guintptr)text);
	g_ptr_array_unref(*list);
	*list = new;
}

static void borrow(GPtrArray **own, GPtrArray *list)
{
	g_clear_pointer(own, g_ptr_array_unref);
	*own = g_ptr_array_ref(list);
}

void example_dress(const Example *example, Person *person)
{
	g_autoptr(Person) model = people_example(example->kind);

	person->role = model->role;
	person->teacher = model->teacher;
	person->is_test = model->is_test;
	person->is_protected = model->is_protected;
	person->year = example->year;
	borrow(&person->groups, example->groups);
	borrow(&person->units, example->units);
}

Service *example_service(const Example *example, const char *const *trial_feeds)
{
	Service *service = service_new(example->protocol, example->id);

	service->registered_by = g_strdup(example->registered_by);
	for (guint i = 0; i < example->categories->len; i++)
		service_add_category(service, example->categories->pdata[i]);
	for (guint i = 0; i < example->feeds->len; i++) {
		const char *feed = example->feeds->pdata[i];

		service_add_feed(service, feed);
		service->trial =
			service->trial || (trial_feeds && g_strv_contains(trial_feeds, feed));
	}
	return service;
}

static void append_text(GString *key, char sign, const char *text)
{
	g_string_append_c(key, sign);
	g_string_append(key, text);
	g_string_append_c(key, '\n');
}

static void append_list(GString *key, char sign, const GPtrArray *list)
{
	for (guint i = 0; i < list->len; i++)
		append_text(key, sign, list->pdata[i]);
}

char *example_key(const Example *example)
{
	GString *key = g_string_sized_new(128);

	/* both are below 16 */
	g_string_append_c(key, (char)('a' + example->kind));
	g_string_append_c(key, (char)('a' + example->year));
	append_list(key, 'g', example->groups);
	append_list(key, 'u', example->units);
	if (!example->known) {
		append_text(key, example->protocol == PROTOCOL_OIDC ? 'o' : 's', example->id);
		append_text(key, example->registered_by ? 'r' : '-',
			    example->registered_by ? example->registered_by : "");
		append_list(key, 'c', example->categories);
		append_list(key, 'f', example->feeds);
	}
	return g_string_free(key, FALSE);
}

char *example_describe(const Example *example, const char *language)
{
	/* Said only where a rule can tell it from other years. */
	Years year = (Years)(example->years == YEARS_ALL ? YEARS_ALL : 1u << example->year);
	const Cohort cohort = {(Kinds)(1u << example->kind), year, example->groups, example->units};

	return cohort_describe_one(&cohort, language);
}

static bool meets(const GPtrArray *list, const Choice *choices, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		bool any = false;

		for (unsigned j = 0; !any && j < choices[i].n; j++)
			any = example_has(list, choices[i].names[j]);
		if (!any)
			return false;
	}
	return true;
}

bool example_is_in(const Example *example, const Pset *pset)
{
	return pset->kinds >> example->kind & 1 && pset->years >> example->year & 1 &&
	       meets(example->groups, pset->groups, pset->n_groups) &&
	       meets(example->units, pset->units, pset->n_units);
}

bool example_is_among(const Example *example, const People *people)
{
	bool among = false;

	for (unsigned i = 0; !among && i < people->n_psets; i++)
		among = example_is_in(example, &people->psets[i]);
	for (unsigned i = 0; among && i < people->n_exceptions; i++)
		among = !example_is_in(example, &people->exceptions[i]);
	return among;
}
