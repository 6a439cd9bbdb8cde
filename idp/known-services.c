/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/known-services.h"

void known_services_free(KnownServices *known)
{
	g_ptr_array_unref(known->services);
	g_ptr_array_unref(known->entities);
	g_ptr_array_unref(known->copies);
	g_free(known);
}

static void add_wishes(KnownServices *known, const Entity *entity)
{
	for (guint i = 0; i < entity->wishes->len; i++)
		g_ptr_array_add(known->services,
				((const EntityWish *)entity->wishes->pdata[i])->service);
}

/* The same under a name that no rule has and no service can have. */
static Service *copy_unnamed(const Service *service)
{
	g_autofree char *id = g_strconcat("one such as ", service->id, NULL);
	Service *copy = service_new(service->protocol, id);
	for (guint i = 0; i < service->categories->len; i++)
		service_add_category(copy, service->categories->pdata[i]);
	for (guint i = 0; i < service->wishes->len; i++) {
		const Wish *wish = service->wishes->pdata[i];
		service_add_wish(copy, wish->name, wish->required);
	}
	for (guint i = 0; i < service->feeds->len; i++)
		service_add_feed(copy, service->feeds->pdata[i]);
	copy->registered_by = g_strdup(service->registered_by);
	copy->trial = service->trial;
	return copy;
}

/* What a rule says of the example by name is not said of its kind. */
static void add_copies(KnownServices *known, const Entity *entity)
{
	for (guint i = 0; i < entity->wishes->len; i++) {
		Service *copy =
			copy_unnamed(((const EntityWish *)entity->wishes->pdata[i])->service);
		g_ptr_array_add(known->copies, copy);
		g_ptr_array_add(known->services, copy);
	}
}

static void add_named(KnownServices *known, const EntitySet *set, const GPtrArray *texts,
		      GHashTable *named, gint64 now)
{
	for (guint i = 0; i < texts->len; i++) {
		Entity *entity = g_hash_table_add(named, texts->pdata[i])
					 ? entity_set_find(set, texts->pdata[i], now)
					 : NULL;
		if (!entity)
			continue;
		g_ptr_array_add(known->entities, entity);
		add_wishes(known, entity);
	}
}

static void add_kinds(KnownServices *known, const EntitySet *set, const Feed *feed,
		      GHashTable *named)
{
	g_autoptr(GPtrArray) examples = feed_examples(feed);
	g_ptr_array_extend_and_steal(examples, entity_set_shared_examples(set, feed));
	while (examples->len > 0) {
		Entity *entity = g_ptr_array_steal_index_fast(examples, examples->len - 1);
		g_ptr_array_add(known->entities, entity);
		/* Also where an earlier feed has one of that name, of another kind. */
		if (g_hash_table_add(named, entity->id))
			add_wishes(known, entity);
		else
			add_copies(known, entity);
	}
}

KnownServices *known_services_new(const EntitySet *set, const GPtrArray *texts, gint64 now)
{
	const GPtrArray *ours = entity_set_entities(set), *feeds = entity_set_feeds(set);
	g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
	KnownServices *known = g_new0(KnownServices, 1);
	known->services = g_ptr_array_new();
	known->entities = g_ptr_array_new_with_free_func((GDestroyNotify)entity_unref);
	known->copies = g_ptr_array_new_with_free_func((GDestroyNotify)service_free);
	for (guint i = 0; i < ours->len; i++) {
		const Entity *entity = ours->pdata[i];
		g_hash_table_add(named, entity->id);
		add_wishes(known, entity);
	}
	if (feeds->len > 0)
		add_named(known, set, texts, named, now);
	for (guint i = 0; i < feeds->len; i++)
		add_kinds(known, set, feeds->pdata[i], named);
	return known;
}
