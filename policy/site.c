/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/site.h"

#include <string.h>

#include "policy/category.h"
#include "policy/policy.h"

void site_free(Site *site)
{
	if (!site)
		return;
	g_free(site->id);
	g_free(site->name_en);
	g_free(site->name_sv);
	g_free(site);
}

static const char *category_word(const char *uri)
{
	const Category *category = category_by_uri(uri);

	return category ? category->name : uri;
}

static void append_list(GString *text, const GPtrArray *list, const char *what, bool sv)
{
	for (guint i = 0; i < list->len; i++)
		g_string_append_printf(text, " %s %s",
				       i == 0 ? what
				       : sv   ? "och"
					      : "and",
				       category_word(list->pdata[i]));
}

char *site_describe(const Service *service, const char *language)
{
	bool sv = strcmp(language, "sv") == 0, oidc = service->protocol == PROTOCOL_OIDC;
	GString *text;

	if (*service->id)
		return g_strdup(service->id);
	text = g_string_new(sv ? (oidc ? "alla klienter" : "alla tjänster")
			       : (oidc ? "any client" : "any service"));
	append_list(text, service->categories, sv ? "i kategorin" : "of category", sv);
	append_list(text, service->feeds, sv ? "i federationen" : "in federation", sv);
	if (service->registered_by)
		g_string_append_printf(text, " %s \"%s\"", sv ? "registrerade av" : "registered by",
				       service->registered_by);
	return g_string_free(text, FALSE);
}

char *site_name(const Policy *policy, const Service *service, const char *language)
{
	const char *name = policy_service_name(policy, service->protocol, service->id);

	return name ? g_strdup(name) : site_describe(service, language);
}

Site *site_new(const Policy *policy, const Service *service, bool is_known)
{
	Site *site = g_new0(Site, 1);

	site->protocol = service->protocol;
	site->id = *service->id ? g_strdup(service->id) : NULL;
	site->name_en = site_name(policy, service, "en");
	site->name_sv = site_name(policy, service, "sv");
	site->is_known = is_known;
	return site;
}

gint site_compare(gconstpointer a, gconstpointer b)
{
	const Site *first = *(Site *const *)a, *second = *(Site *const *)b;
	gint order;

	if (first->is_known != second->is_known)
		return first->is_known ? -1 : 1;
	order = strcmp(first->name_en, second->name_en);
	if (order == 0)
		order = g_strcmp0(first->id, second->id);
	return order != 0 ? order : (gint)first->protocol - (gint)second->protocol;
}
