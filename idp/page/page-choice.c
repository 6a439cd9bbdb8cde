/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/page-choice.h"

#include "idp/page/page-put.h"
#include "idp/page/page-set.h"

#include <string.h>

/* Characters of a secret value that are not shown: those of a personal number that are not a day.
 */
#define SECRET_CHARACTERS 4

/* A template's word for it, and for whom. */
static void put_key(GVariantDict *context, const char *key, const char *text, const char *whom)
{
	g_autofree char *name = whom ? g_strconcat(text, "-", whom, NULL) : g_strdup(text);

	page_put(context, key, name);
}

/* ---- what it is about ---- */

/* The attack prevented: somebody reads the number over the shoulder. Who it belongs to knows it. */
static char *veiled(const char *value)
{
	g_autofree char *clean = page_clean(value);
	glong length = g_utf8_strlen(clean, -1);
	glong hidden = MIN(length, SECRET_CHARACTERS);
	const char *end = g_utf8_offset_to_pointer(clean, length - hidden);
	GString *text = g_string_new_len(clean, end - clean);

	for (; hidden > 0; hidden--)
		g_string_append(text, "•");
	return g_string_free(text, FALSE);
}

static GVariant *values_list(const PageItem *item)
{
	GVariantBuilder list;
	guint n = MIN(item->values->len, PAGE_VALUES_MAX);

	g_variant_builder_init(&list, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < n; i++) {
		const char *value = item->values->pdata[i];
		g_autofree char *text = item->is_secret ? veiled(value) : page_clean(value);
		g_variant_builder_add(&list, "s", text);
	}
	return g_variant_builder_end(&list);
}

static GVariant *item_dict(const PageItem *item)
{
	GVariantDict one;

	g_variant_dict_init(&one, NULL);
	page_put_name(&one, "label", item->label);
	page_put_text(&one, "explained", item->explained ? item->explained : "");
	if (!item->values)
		return g_variant_dict_end(&one);
	g_variant_dict_insert_value(&one, "values", values_list(item));
	if (item->values->len > PAGE_VALUES_MAX) {
		g_autofree char *more = g_strdup_printf("%u", item->values->len - PAGE_VALUES_MAX);
		page_put(&one, "more", more);
	}
	return g_variant_dict_end(&one);
}

static void put_matter(GVariantDict *context, const PageMatter *matter)
{
	GVariantBuilder items, purposes;

	g_variant_builder_init(&items, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < matter->items->len; i++)
		g_variant_builder_add_value(&items,
					    item_dict(&g_array_index(matter->items, PageItem, i)));
	g_variant_dict_insert_value(context, "items", g_variant_builder_end(&items));
	g_variant_builder_init(&purposes, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < matter->purposes->len; i++) {
		g_autofree char *text = page_clean_text(matter->purposes->pdata[i]);
		g_variant_builder_add(&purposes, "s", text);
	}
	g_variant_dict_insert_value(context, "purposes", g_variant_builder_end(&purposes));
}

static void put_matter_as(GVariantDict *context, const char *key, const PageMatter *matter)
{
	GVariantDict one;

	if (!matter)
		return;
	g_variant_dict_init(&one, NULL);
	put_matter(&one, matter);
	g_variant_dict_insert_value(context, key, g_variant_dict_end(&one));
}

/* ---- telling and asking ---- */

HttpResponse *page_consent(const Pages *pages, const char *lang, const PageConsent *consent)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);
	const char *whom = consent->is_pupil ? "pupil" : "adult";
	bool asks = consent->asked != NULL;
	bool asks_alone = asks && !consent->told;
	g_autofree char *handle = g_uri_escape_string(consent->handle, NULL, FALSE);
	g_autofree char *url = g_strconcat("/consent?handle=", handle, NULL);
	g_autofree char *age = g_strdup_printf("%u", consent->too_young);

	page_set_switch(pages, &context, lang, url);
	put_key(&context, "title", asks_alone ? "ask-title" : "inform-title", whom);
	put_key(&context, "text", "inform-text", whom);
	put_key(&context, "also", "ask-also", whom);
	put_key(&context, "once", "inform-once", whom);
	put_key(&context, "effect", consent->lets_in ? "ask-free" : "ask-closed", whom);
	if (consent->is_consent)
		put_key(&context, "consent", "ask-consent", whom);
	put_key(&context, "undo", "ask-undo", whom);
	put_key(&context, "yes", "ask-yes", whom);
	put_key(&context, "no", "ask-no", whom);
	if (consent->too_young) {
		put_key(&context, "young", "inform-young", whom);
		page_put(&context, "age", age);
	}
	page_put_name(&context, "service", consent->service);
	page_put(&context, "handle", consent->handle);
	page_put(&context, "csrf", consent->csrf);
	put_matter_as(&context, "told", consent->told);
	put_matter_as(&context, "asked", consent->asked);
	return page_respond(pages, lang, 200, asks ? "ask" : "inform", &context, CSP_BASE CSP_OURS);
}

/* ---- what was said ---- */

static GVariant *choice_dict(const PageChoice *choice)
{
	static const struct {
		const char *says, *button, *now;
	} words[] = {
		[PAGE_SAID_SEEN] = {"choices-seen", NULL, NULL},
		[PAGE_SAID_YES] = {"choices-yes", "choices-take-back", "yes"},
		[PAGE_SAID_NO] = {"choices-no", "choices-ask-again", "no"},
		[PAGE_SAID_LAPSED] = {"choices-lapsed", NULL, NULL},
	};
	GVariantDict one;

	g_variant_dict_init(&one, NULL);
	page_put_name(&one, "service", choice->service);
	page_put_name(&one, "id", choice->id);
	page_put_name(&one, "date", choice->date);
	if (choice->agreed)
		page_put_name(&one, "agreed", choice->agreed);
	page_put(&one, "says", words[choice->said].says);
	page_put(&one, "button", words[choice->said].button);
	page_put(&one, "now", words[choice->said].now);
	put_matter(&one, &choice->what);
	return g_variant_dict_end(&one);
}

static void put_choices(GVariantDict *context, const char *key, const GArray *choices, bool seen)
{
	GVariantBuilder list;
	unsigned n = 0;

	g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < choices->len; i++) {
		const PageChoice *choice = &g_array_index(choices, PageChoice, i);
		if ((choice->said == PAGE_SAID_SEEN) != seen)
			continue;
		g_variant_builder_add_value(&list, choice_dict(choice));
		n++;
	}
	GVariantDict some;
	g_variant_dict_init(&some, NULL);
	g_variant_dict_insert_value(&some, "list", g_variant_builder_end(&list));
	GVariant *all = g_variant_ref_sink(g_variant_dict_end(&some));
	if (n)
		g_variant_dict_insert_value(context, key, all);
	g_variant_unref(all);
}

HttpResponse *page_choices(const Pages *pages, const char *lang, const GArray *choices,
			   const char *csrf)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	page_set_switch(pages, &context, lang, "/me/choices");
	page_put(&context, "title", "choices-title");
	page_put(&context, "csrf", csrf);
	put_choices(&context, "answered", choices, false);
	put_choices(&context, "told", choices, true);
	page_put_true(&context, "nothing", choices->len == 0);
	return page_respond(pages, lang, 200, "choices", &context, CSP_BASE CSP_OURS);
}
