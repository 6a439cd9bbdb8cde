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
	GPtrArray *ranked;   /* the same, trial feeds last; borrowed */
	GPtrArray *warnings; /* char* */
	void (*dress)(Entity *entity, gpointer data); /* or NULL */
	gpointer dress_data;
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
	set->ranked = g_ptr_array_new();
	set->warnings = g_ptr_array_new_with_free_func(g_free);
	return set;
}

void entity_set_free(EntitySet *set)
{
	if (!set)
		return;
	g_hash_table_unref(set->items);
	g_ptr_array_unref(set->entities);
	g_ptr_array_unref(set->ranked);
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

static void warn_of_files(EntitySet *set, const Feed *feed)
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
}

/* Somebody may be trying to pass for a real service; or a service is only on its way there. */
static void warn_of_trial(EntitySet *set, const Feed *trial, const Feed *real)
{
	g_autofree char *first = NULL;
	guint shared = feed_shared(trial, real, &first);
	if (shared > 0)
		g_ptr_array_add(
			set->warnings,
			g_strdup_printf("feed %s: %u of its services are also in %s, which counts: "
					"the trial ones are left out; the first: %s",
					feed_name(trial), shared, feed_file(real), first));
}

/* All that is of the feed about a service of its; what it asks for is for the caller of
 * entity_set_dress. */
static void dress(Entity *entity, gpointer data, bool is_trial)
{
	EntitySet *set = data;
	for (guint i = 0; i < set->ranked->len; i++) {
		const Feed *feed = set->ranked->pdata[i];
		if (feed_is_trial(feed) != is_trial || !feed_has(feed, entity->id))
			continue;
		for (guint j = 0; j < entity->wishes->len; j++)
			service_add_feed(((EntityWish *)entity->wishes->pdata[j])->service,
					 feed_name(feed));
	}
	for (guint j = 0; j < entity->wishes->len; j++)
		((EntityWish *)entity->wishes->pdata[j])->service->trial = is_trial;
	if (set->dress)
		set->dress(entity, set->dress_data);
}

static void dress_real(Entity *entity, gpointer set)
{
	dress(entity, set, false);
}

static void dress_trial(Entity *entity, gpointer set)
{
	dress(entity, set, true);
}

void entity_set_add_feed(EntitySet *set, Feed *feed)
{
	guint real = 0;
	warn_of_files(set, feed);
	for (guint i = 0; i < set->ranked->len; i++) {
		const Feed *other = set->ranked->pdata[i];
		real += !feed_is_trial(other);
		if (feed_is_trial(feed) && !feed_is_trial(other))
			warn_of_trial(set, feed, other);
		else if (!feed_is_trial(feed) && feed_is_trial(other))
			warn_of_trial(set, other, feed);
	}
	g_ptr_array_add(set->feeds, feed);
	g_ptr_array_insert(set->ranked, feed_is_trial(feed) ? -1 : (gint)real, feed);
	feed_dress(feed, feed_is_trial(feed) ? dress_trial : dress_real, set);
}

void entity_set_dress(EntitySet *set, void (*each)(Entity *entity, gpointer data), gpointer data)
{
	GHashTableIter iter;
	gpointer item;
	set->dress = each;
	set->dress_data = data;
	g_hash_table_iter_init(&iter, set->items);
	while (g_hash_table_iter_next(&iter, NULL, &item))
		each(((Item *)item)->entity, data);
	for (guint i = 0; i < set->ranked->len; i++) {
		Feed *feed = set->ranked->pdata[i];
		feed_dress(feed, feed_is_trial(feed) ? dress_trial : dress_real, set);
	}
}

/* Which feed counts for a service that no file has; NULL: none has it. */
static Feed *feed_of(const EntitySet *set, const char *id)
{
	for (guint i = 0; i < set->ranked->len; i++)
		if (feed_has(set->ranked->pdata[i], id))
			return set->ranked->pdata[i];
	return NULL;
}

/* Whether what the feed of that rank has under the key is not what counts. */
static bool is_shadowed(const EntitySet *set, guint rank, const guint8 *key, const char *id)
{
	for (guint i = 0; i < rank; i++)
		if (feed_has_key(set->ranked->pdata[i], key))
			return true;
	return g_hash_table_contains(set->items, id);
}

void entity_set_each_asked(const EntitySet *set,
			   void (*tell)(const Asked *asked, bool is_trial, gpointer data),
			   gpointer data)
{
	g_autoptr(Asked) asked = asked_new();
	GHashTableIter iter;
	gpointer item;
	g_hash_table_iter_init(&iter, set->items);
	while (g_hash_table_iter_next(&iter, NULL, &item)) {
		asked_of_entity(asked, ((const Item *)item)->entity);
		tell(asked, false, data);
	}
	for (guint rank = 0; rank < set->ranked->len; rank++) {
		const Feed *feed = set->ranked->pdata[rank];
		guint count = feed_status(feed).entities;
		for (guint i = 0; i < count; i++) {
			feed_asked(feed, i, asked);
			if (!is_shadowed(set, rank, feed_key(feed, i), asked->id))
				tell(asked, feed_is_trial(feed), data);
		}
	}
}

/* Which other feeds of its sort have it, as bits by rank; FEEDS_MAX of idp/config.c is below 64. */
static guint64 company_of(const EntitySet *set, const Feed *feed, const guint8 *key)
{
	guint64 company = 0;
	for (guint i = 0; i < set->ranked->len; i++) {
		const Feed *other = set->ranked->pdata[i];
		if (other != feed && feed_is_trial(other) == feed_is_trial(feed) &&
		    feed_has_key(other, key))
			company |= G_GUINT64_CONSTANT(1) << i % 64;
	}
	return company;
}

GPtrArray *entity_set_shared_examples(const EntitySet *set, const Feed *feed)
{
	GPtrArray *examples = g_ptr_array_new_with_free_func((GDestroyNotify)entity_unref);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint count = set->ranked->len > 1 ? feed_status(feed).entities : 0;
	for (guint i = 0; i < count; i++) {
		guint64 company = company_of(set, feed, feed_key(feed, i));
		char *kind = company ? g_strdup_printf("%" G_GINT64_MODIFIER "x %u", company,
						       feed_kind(feed, i))
				     : NULL;
		Entity *entity = kind && g_hash_table_add(seen, kind) ? feed_open(feed, i) : NULL;
		if (entity)
			g_ptr_array_add(examples, entity);
	}
	return examples;
}

/* Who counts does not change with the time: what has expired hides what comes after it too. */
Entity *entity_set_find(const EntitySet *set, const char *id, gint64 now)
{
	const Item *item = g_hash_table_lookup(set->items, id);
	if (item)
		return entity_is_expired(item->entity, now) ? NULL : entity_ref(item->entity);
	Feed *feed = feed_of(set, id);
	return feed ? feed_find(feed, id, now) : NULL;
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
	const Feed *feed = feed_of(set, id);
	return feed ? feed_file(feed) : NULL;
}

const GPtrArray *entity_set_warnings(const EntitySet *set)
{
	return set->warnings;
}
