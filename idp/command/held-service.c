/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/held-service.h"

#include <string.h>

#include "idp/command/find-service.h"
#include "policy/category.h"

void held_service_free(HeldService *service)
{
	if (!service)
		return;
	g_clear_pointer(&service->entity, entity_unref);
	g_clear_pointer(&service->asked, asked_free);
	g_clear_pointer(&service->old, g_bytes_unref);
	g_clear_pointer(&service->row, hold_row_free);
	g_free(service->key);
	g_free(service);
}

static bool read_row(HeldService *service, gint64 now, GError **error)
{
	const char *place = config_path(service->generation->config, "store", "file");
	g_autoptr(GError) fault = NULL;
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, place, &fault);

	if (g_error_matches(fault, STORE_ERROR, STORE_ERROR_MISSING))
		return true;
	if (reader && store_get(reader, STORE_HOLD, service->key, now, &service->old, NULL,
				&fault) != STORE_FAULT)
		return true;
	g_propagate_error(error, g_steal_pointer(&fault));
	return false;
}

HeldService *held_service_find(const Generation *generation, const char *wanted, gint64 now,
			       GError **error)
{
	g_autoptr(HeldService) service = g_new0(HeldService, 1);

	service->generation = generation;
	service->entity = command_find_service(generation, wanted, now, error);
	if (!service->entity)
		return NULL;
	const Service *seen = service->entity->service;
	service->key = hold_key(seen->protocol, seen->trial, seen->id);
	if (!read_row(service, now, error))
		return NULL;
	g_autoptr(HoldRow) before = service->old ? hold_row_from_bytes(service->old, error) : NULL;
	if (service->old && !before)
		return NULL;
	service->asked = asked_new();
	asked_of_entity(service->asked, service->entity);
	service->row = hold_row_next(before, seen->protocol, seen->trial, service->asked, now);
	return g_steal_pointer(&service);
}

const char *held_name(const HeldService *service, const HoldItem *item, bool is_category)
{
	const Category *category = is_category ? category_by_uri(item->name) : NULL;
	const Attribute *attribute =
		is_category ? NULL : registry_by_saml(service->generation->registry, item->name);

	return category ? category->name : attribute ? attribute->name : item->name;
}

const char *held_how(const HoldItem *item, bool is_category)
{
	if (is_category)
		return "newly carried";
	return item->passed == HOLD_NOTHING ? "newly asked for" : "newly required";
}

/* ---- what rules make of it ---- */

/* The service with all else let pass, and the item as it is, or let pass too. */
static Service *as_if(const HeldService *service, const HoldItem *item, bool is_held)
{
	const Service *seen = service->entity->service;
	Service *copy = service_new(seen->protocol, seen->id);

	for (guint i = 0; i < service->row->categories->len; i++) {
		const HoldItem *other = service->row->categories->pdata[i];

		service_add_category(copy, other->name);
		if (other == item && is_held)
			service_hold_category(copy, other->name);
	}
	for (guint i = 0; i < service->row->asks->len; i++) {
		const HoldItem *other = service->row->asks->pdata[i];
		HoldLevel level =
			other == item && is_held && item->passed ? item->passed : other->asked;

		service_add_wish(copy, other->name, level == HOLD_REQUIRED);
		Wish *wish = copy->wishes->pdata[copy->wishes->len - 1];
		wish->held = other == item && is_held && !item->passed;
		wish->held_required = level < other->asked;
	}
	for (guint i = 0; i < seen->feeds->len; i++)
		service_add_feed(copy, seen->feeds->pdata[i]);
	copy->registered_by = g_strdup(seen->registered_by);
	copy->trial = seen->trial;
	return copy;
}

static bool has_rule(const GArray *rules, const DecisionRule *rule)
{
	for (guint i = 0; i < rules->len; i++)
		if (strcmp(g_array_index(rules, DecisionRule, i).title, rule->title) == 0)
			return true;
	return false;
}

/* The rules that would give the attribute and do not. */
static void add_wait(HeldWait *wait, const Attribute *attribute, const GArray *now,
		     const GArray *then)
{
	bool waits = false;

	for (guint i = 0; i < then->len; i++) {
		const DecisionRule *rule = &g_array_index(then, DecisionRule, i);
		g_autofree char *text =
			g_strdup_printf("\"%s\" (%s:%u)", rule->title, rule->file, rule->line);

		if (has_rule(now, rule))
			continue;
		waits = true;
		if (!g_ptr_array_find_with_equal_func(wait->rules, text, g_str_equal, NULL))
			g_ptr_array_add(wait->rules, g_steal_pointer(&text));
	}
	if (waits)
		g_ptr_array_add(wait->attributes, (gpointer)(guintptr)attribute->name);
}

HeldWait *held_wait(const HeldService *service, const HoldItem *item)
{
	const Policy *policy = service->generation->policy;
	g_autoptr(Service) before = as_if(service, item, true), after = as_if(service, item, false);
	HeldWait *wait = g_new0(HeldWait, 1);
	const Registry *registry = service->generation->registry;

	wait->attributes = g_ptr_array_new();
	wait->rules = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);
		g_autoptr(GArray) now = policy_givers(policy, before, attribute);
		g_autoptr(GArray) then = policy_givers(policy, after, attribute);

		add_wait(wait, attribute, now, then);
	}
	return wait;
}

void held_wait_free(HeldWait *wait)
{
	g_ptr_array_unref(wait->attributes);
	g_ptr_array_unref(wait->rules);
	g_free(wait);
}
