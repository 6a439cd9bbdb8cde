/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/visit-words.h"

const char *words_in_language(const char *lang, const char *sv, const char *en)
{
	return g_str_equal(lang, "sv") ? sv : en;
}

void words_init(Words *words)
{
	words->items = g_array_new(FALSE, TRUE, sizeof(PageItem));
	words->purposes = g_ptr_array_new();
	words->values = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	words->page = (PageMatter){words->items, words->purposes};
}

void words_clear(Words *words)
{
	g_array_unref(words->items);
	g_ptr_array_unref(words->purposes);
	g_ptr_array_unref(words->values);
}

void words_of_matter(Words *words, const char *lang, const Consent *consent, const Matter *matter)
{
	for (guint i = 0; i < matter->attributes->len; i++) {
		const Attribute *attribute = matter->attributes->pdata[i];
		GPtrArray *values = consent_values(consent, matter, attribute);
		const PageItem item = {
			.label = attribute_label(attribute, lang),
			.explained = attribute_explanation(attribute, lang),
			.values = values,
			.is_secret = attribute->kind == KIND_PERSONAL_NUMBER,
		};
		g_array_append_val(words->items, item);
		if (values)
			g_ptr_array_add(words->values, values);
	}
	for (guint i = 0; i < matter->purposes->len; i++) {
		const Purpose *purpose = &g_array_index(matter->purposes, Purpose, i);
		g_ptr_array_add(words->purposes, (gpointer)(guintptr)words_in_language(
							 lang, purpose->sv, purpose->en));
	}
}

void words_of_choice(Words *words, const Registry *registry, const char *lang, const Choice *choice)
{
	const GPtrArray *purposes =
		g_str_equal(lang, "sv") ? choice->purposes_sv : choice->purposes_en;

	for (guint i = 0; i < choice->attributes->len; i++) {
		const char *name = choice->attributes->pdata[i];
		const Attribute *attribute = registry_by_name(registry, name);
		/* the school may have had an attribute then that it has no more */
		const PageItem item = {.label =
					       attribute ? attribute_label(attribute, lang) : name};
		g_array_append_val(words->items, item);
	}
	for (guint i = 0; i < purposes->len; i++)
		g_ptr_array_add(words->purposes, purposes->pdata[i]);
}
