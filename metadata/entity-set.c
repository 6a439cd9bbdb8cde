/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/entity-set.h"

#include "metadata/trusted.h"

typedef struct {
	Entity *entity;
	char *file;
} Item;

struct EntitySet {
	GHashTable *items;   /* entityID -> Item, those that have expired too */
	GPtrArray *entities; /* Entity, live at the load, by entityID */
	GPtrArray *feeds;    /* Feed */
	GPtrArray *warnings; /* char* */
};

static void item_free(Item *item)
{
	entity_unref(item->entity);
	g_free(item->file);
	g_free(item);
}

static EntitySet *set_new(void)
{
	EntitySet *set = g_new0(EntitySet, 1);
	set->items =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)item_free);
	set->entities = g_ptr_array_new();
	set->feeds = g_ptr_array_new_with_free_func((GDestroyNotify)feed_free);
	set->warnings = g_ptr_array_new_with_free_func(g_free);
	return set;
}

void entity_set_free(EntitySet *set)
{
	if (!set)
		return;
	g_hash_table_unref(set->items);
	g_ptr_array_unref(set->entities);
	g_ptr_array_unref(set->feeds);
	g_ptr_array_unref(set->warnings);
	g_free(set);
}

/* Takes entity. The first of two would win in some readers and the last in others: neither. */
static bool add(EntitySet *set, Entity *entity, const char *file, GError **error)
{
	const Item *other = g_hash_table_lookup(set->items, entity->id);
	if (other) {
		g_set_error(error, METADATA_ERROR, METADATA_ERROR_DUPLICATE,
			    "%s: the service %s is also in %s; remove one of the two",
			    file ? file : "metadata", entity->id, other->file ? other->file : "it");
		entity_unref(entity);
		return false;
	}
	Item *item = g_new0(Item, 1);
	item->entity = entity;
	item->file = g_strdup(file);
	g_hash_table_insert(set->items, entity->id, item);
	return true;
}

static gint by_id(gconstpointer a, gconstpointer b)
{
	const Entity *const *one = a, *const *two = b;
	return g_strcmp0((*one)->id, (*two)->id);
}

static void list_live(EntitySet *set, gint64 now)
{
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, set->items);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Item *item = value;
		if (!entity_is_expired(item->entity, now))
			g_ptr_array_add(set->entities, item->entity);
		else
			g_ptr_array_add(
				set->warnings,
				g_strdup_printf("%s: %s is left out: its validUntil has passed; "
						"get newer metadata from the service",
						item->file ? item->file : "metadata",
						item->entity->id));
	}
	g_ptr_array_sort(set->entities, by_id);
}

/* The whole set, or nothing of it. */
static EntitySet *finish(EntitySet *set, bool good, gint64 now)
{
	if (good)
		list_live(set, now);
	else
		g_clear_pointer(&set, entity_set_free);
	return set;
}

EntitySet *entity_set_new(GPtrArray *entities, GError **error)
{
	EntitySet *set = set_new();
	bool good = true;
	while (good && entities->len > 0)
		good = add(set, g_ptr_array_steal_index(entities, 0), NULL, error);
	return finish(set, good, ENTITY_ANY_TIME);
}

static bool add_file(EntitySet *set, const Trusted *folder, const char *name, GError **error)
{
	g_autofree char *path = trusted_path(folder, name);
	g_autoptr(GBytes) bytes = trusted_read(folder, name, XML_LIMITS_ENTITY.bytes, error);
	if (!bytes)
		return false;
	gsize len;
	const void *data = g_bytes_get_data(bytes, &len);
	g_autoptr(GError) bad = NULL;
	Entity *entity = entity_parse(data, len, ENTITY_ANY_TIME, &bad);
	if (entity)
		return add(set, entity, path, error);
	/* FILE:LINE:COLUMN when the XML is bad. */
	const char *gap = g_ascii_isdigit(*bad->message) ? "" : " ";
	g_set_error(error, bad->domain, bad->code, "%s:%s%s", path, gap, bad->message);
	return false;
}

EntitySet *entity_set_load(const char *folder, gint64 now, GError **error)
{
	g_autoptr(Trusted) trusted = trusted_open(folder, error);
	g_autoptr(GPtrArray) names =
		trusted ? trusted_list(trusted, ".xml", ENTITY_SET_MAX, error) : NULL;
	if (!names)
		return NULL;
	EntitySet *set = set_new();
	bool good = true;
	for (guint i = 0; good && i < names->len; i++)
		good = add_file(set, trusted, names->pdata[i], error);
	return finish(set, good, now);
}

void entity_set_add_feed(EntitySet *set, Feed *feed)
{
	GHashTableIter iter;
	gpointer id, item;
	g_hash_table_iter_init(&iter, set->items);
	while (g_hash_table_iter_next(&iter, &id, &item))
		if (feed_has(feed, id))
			g_ptr_array_add(
				set->warnings,
				g_strdup_printf("%s: %s is also in %s; the single file counts",
						((const Item *)item)->file, (char *)id,
						feed_file(feed)));
	g_ptr_array_add(set->feeds, feed);
}

/* A file that has expired hides a feed's entity too: who counts does not change with the time. */
Entity *entity_set_find(const EntitySet *set, const char *id, gint64 now)
{
	const Item *item = g_hash_table_lookup(set->items, id);
	if (item)
		return entity_is_expired(item->entity, now) ? NULL : entity_ref(item->entity);
	for (guint i = 0; i < set->feeds->len; i++)
		if (feed_has(set->feeds->pdata[i], id))
			return feed_find(set->feeds->pdata[i], id, now);
	return NULL;
}

const GPtrArray *entity_set_feeds(const EntitySet *set)
{
	return set->feeds;
}

guint entity_set_size(const EntitySet *set)
{
	return set->entities->len;
}

const GPtrArray *entity_set_entities(const EntitySet *set)
{
	return set->entities;
}

const char *entity_set_file(const EntitySet *set, const char *id)
{
	const Item *item = g_hash_table_lookup(set->items, id);
	if (item)
		return item->file;
	for (guint i = 0; i < set->feeds->len; i++)
		if (feed_has(set->feeds->pdata[i], id))
			return feed_file(set->feeds->pdata[i]);
	return NULL;
}

const GPtrArray *entity_set_warnings(const EntitySet *set)
{
	return set->warnings;
}
