/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/service.h"

#include <string.h>

static void wish_free(Wish *wish)
{
	g_free(wish->name);
	g_free(wish);
}

Service *service_new(Protocol protocol, const char *id)
{
	Service *service = g_new0(Service, 1);

	service->id = g_strdup(id);
	service->protocol = protocol;
	service->categories = g_ptr_array_new_with_free_func(g_free);
	service->held_categories = g_ptr_array_new_with_free_func(g_free);
	service->feeds = g_ptr_array_new_with_free_func(g_free);
	service->wishes = g_ptr_array_new_with_free_func((GDestroyNotify)wish_free);
	return service;
}

void service_free(Service *service)
{
	if (!service)
		return;
	g_free(service->id);
	g_free(service->display_sv);
	g_free(service->display_en);
	g_free(service->registered_by);
	g_ptr_array_unref(service->categories);
	g_ptr_array_unref(service->held_categories);
	g_ptr_array_unref(service->feeds);
	g_ptr_array_unref(service->wishes);
	g_free(service);
}

void service_add_wish(Service *service, const char *saml_name, bool required)
{
	const Attribute *attribute = attribute_by_saml(saml_name);
	Wish *wish;

	for (guint i = 0; i < service->wishes->len; i++) {
		wish = service->wishes->pdata[i];
		if (wish->attribute != attribute ||
		    (!attribute && strcmp(wish->name, saml_name) != 0))
			continue;
		wish->required = wish->required || required;
		return;
	}
	wish = g_new0(Wish, 1);
	wish->attribute = attribute;
	wish->name = g_strdup(saml_name);
	wish->required = required;
	g_ptr_array_add(service->wishes, wish);
}

void service_remove_wish(Service *service, const Attribute *attribute)
{
	for (guint i = 0; i < service->wishes->len; i++) {
		const Wish *wish = service->wishes->pdata[i];

		if (wish->attribute == attribute) {
			g_ptr_array_remove_index(service->wishes, i);
			return;
		}
	}
}

static bool has_text(GPtrArray *texts, const char *text)
{
	return g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL);
}

static void add_text(GPtrArray *texts, const char *text)
{
	if (!has_text(texts, text))
		g_ptr_array_add(texts, g_strdup(text));
}

void service_add_category(Service *service, const char *uri)
{
	add_text(service->categories, uri);
}

void service_add_feed(Service *service, const char *name)
{
	add_text(service->feeds, name);
}

void service_hold_category(Service *service, const char *uri)
{
	if (has_text(service->categories, uri))
		add_text(service->held_categories, uri);
}

bool service_holds_category(const Service *service, const char *uri)
{
	return has_text(service->held_categories, uri);
}

const char *service_display(const Service *service, const char *language)
{
	const char *first = service->display_sv, *second = service->display_en;

	if (strcmp(language, "en") == 0) {
		first = service->display_en;
		second = service->display_sv;
	}
	return first ? first : second ? second : service->id;
}
