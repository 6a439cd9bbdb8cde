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

const char *held_name(const HoldItem *item, bool is_category)
{
	const Category *category = is_category ? category_by_uri(item->name) : NULL;
	const Attribute *attribute = is_category ? NULL : attribute_by_saml(item->name);

	return category ? category->name : attribute ? attribute->name : item->name;
}

const char *held_how(const HoldItem *item, bool is_category)
{
	if (is_category)
		return "newly carried";
	return item->passed == HOLD_NOTHING ? "newly asked for" : "newly required";
}

/* ---- what rules make of it ---- */

/* The service as it would be if the item were asked for at that level, and all else as it is. */
static Service *as_if(const HeldService *service, const HoldItem *item, HoldLevel level)
{
	const Service *seen = service->entity->service;
	Service *copy = service_new(seen->protocol, seen->id);

	for (guint i = 0; i < service->row->categories->len; i++) {
		const HoldItem *other = service->row->categories->pdata[i];

		if (other != item || level > HOLD_NOTHING)
			service_add_category(copy, other->name);
	}
	for (guint i = 0; i < service->row->asks->len; i++) {
		const HoldItem *other = service->row->asks->pdata[i];
		HoldLevel asked = other == item ? level : other->asked;

		if (asked > HOLD_NOTHING)
			service_add_wish(copy, other->name, asked == HOLD_REQUIRED);
	}
	for (guint i = 0; i < seen->feeds->len; i++)
		service_add_feed(copy, seen->feeds->pdata[i]);
	copy->registered_by = g_strdup(seen->registered_by);
	copy->trial = seen->trial;
	return copy;
}

static GPtrArray *gained(const Policy *policy, const Service *before, const Service *after)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++)
		if (policy_may_give(policy, after, &table[i]) &&
		    !policy_may_give(policy, before, &table[i]))
			g_ptr_array_add(names, g_strdup(table[i].name));
	return names;
}

bool held_is_wanted(const HeldService *service, const HoldItem *item, bool is_category,
		    GPtrArray **ret_what)
{
	g_autoptr(Service) before = as_if(service, item, item->passed);
	g_autoptr(Service) after = as_if(service, item, item->asked);
	g_autoptr(GPtrArray) what = gained(service->generation->policy, before, after);
	bool is_wanted = what->len > 0;

	if (ret_what)
		*ret_what = is_category ? g_steal_pointer(&what) : NULL;
	return is_wanted;
}
