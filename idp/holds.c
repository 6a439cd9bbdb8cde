/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/holds.h"

#include <string.h>

#include "idp/limits.h"
#include "policy/category.h"

/* A row that is to be written. */
typedef struct {
	char *key;
	GBytes *before; /* NULL: there is none */
	GBytes *after;
} Change;

/* A row that is there. */
typedef struct {
	GBytes *bytes;
	HoldRow *row;
} Stored;

struct Holds {
	GHashTable *held; /* key -> HoldRow */
	GPtrArray *changes;
	HoldsCount count;
};

static void change_free(gpointer data)
{
	Change *change = data;

	g_free(change->key);
	g_clear_pointer(&change->before, g_bytes_unref);
	g_bytes_unref(change->after);
	g_free(change);
}

static void row_free(gpointer row)
{
	hold_row_free(row);
}

static void stored_free(gpointer data)
{
	Stored *stored = data;

	g_bytes_unref(stored->bytes);
	hold_row_free(stored->row);
	g_free(stored);
}

void holds_free(Holds *holds)
{
	if (!holds)
		return;
	g_hash_table_unref(holds->held);
	g_ptr_array_unref(holds->changes);
	g_free(holds);
}

/* ---- reading ---- */

/* What is known while the set is gone through. */
typedef struct {
	Holds *holds;
	GHashTable *stored; /* key -> Stored */
	const Registry *registry;
	guint rows; /* there will be */
	gint64 now;
	GError *error;
} Walk;

static bool take_row(GBytes *value, gpointer data)
{
	Walk *walk = data;
	g_autoptr(HoldRow) row = hold_row_from_bytes(value, &walk->error);

	if (!row)
		return false;
	Stored *stored = g_new0(Stored, 1);
	stored->bytes = g_bytes_ref(value);
	stored->row = g_steal_pointer(&row);
	g_hash_table_insert(walk->stored,
			    hold_key(stored->row->protocol, stored->row->is_trial, stored->row->id),
			    stored);
	return true;
}

static bool read_store(Walk *walk, const char *place, GError **error)
{
	g_autoptr(GError) fault = NULL;
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, place, &fault);

	/* Of an older one the writer finds a row where we think that there is none. */
	if (g_error_matches(fault, STORE_ERROR, STORE_ERROR_MISSING) ||
	    g_error_matches(fault, STORE_ERROR, STORE_ERROR_OLDER))
		return true;
	if (fault) {
		g_propagate_error(error, g_steal_pointer(&fault));
		return false;
	}
	if (!store_walk(reader, STORE_HOLD, take_row, walk, error))
		return false;
	if (walk->error) {
		g_propagate_prefixed_error(error, g_steal_pointer(&walk->error), "%s: ", place);
		return false;
	}
	walk->rows = g_hash_table_size(walk->stored);
	return true;
}

/* ---- comparing ---- */

static void count_row(HoldsCount *count, const HoldRow *row, const Registry *registry)
{
	count->services++;
	for (guint i = 0; i < row->asks->len; i++) {
		const HoldItem *item = row->asks->pdata[i];

		count->asks += hold_is_held(item) && registry_by_saml(registry, item->name);
	}
	for (guint i = 0; i < row->categories->len; i++)
		count->categories += hold_is_held(row->categories->pdata[i]);
}

/* A service for whose row there is no room. */
static void hold_all(HoldRow *row, gint64 now)
{
	for (guint i = 0; i < row->asks->len; i++)
		hold_again(row->asks->pdata[i], now);
	for (guint i = 0; i < row->categories->len; i++)
		hold_again(row->categories->pdata[i], now);
}

/* Whether a row is to be stored where there was none; else all of it is held. */
static bool takes_room(Walk *walk, HoldRow *row)
{
	if (walk->rows >= LIMIT_STORE_HOLDS) {
		hold_all(row, walk->now);
		return false;
	}
	walk->rows++;
	return true;
}

static void add_change(Holds *holds, const char *key, GBytes *before, const HoldRow *after)
{
	Change *change = g_new0(Change, 1);

	change->key = g_strdup(key);
	change->before = before ? g_bytes_ref(before) : NULL;
	change->after = hold_row_to_bytes(after);
	g_ptr_array_add(holds->changes, change);
}

static void look_at(const Asked *asked, bool is_trial, gpointer data)
{
	Walk *walk = data;
	g_autofree char *key = hold_key(PROTOCOL_SAML, is_trial, asked->id);
	const Stored *stored = g_hash_table_lookup(walk->stored, key);
	g_autoptr(HoldRow) row = hold_row_next(stored ? stored->row : NULL, PROTOCOL_SAML, is_trial,
					       asked, walk->now);

	if (stored ? !hold_row_equals(stored->row, row) : takes_room(walk, row))
		add_change(walk->holds, key, stored ? stored->bytes : NULL, row);
	if (!hold_row_is_held(row))
		return;
	count_row(&walk->holds->count, row, walk->registry);
	g_hash_table_insert(walk->holds->held, g_steal_pointer(&key), g_steal_pointer(&row));
}

Holds *holds_new(const char *place, const EntitySet *set, const Registry *registry, gint64 now,
		 GError **error)
{
	g_autoptr(Holds) holds = g_new0(Holds, 1);
	g_autoptr(GHashTable) stored =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, stored_free);
	Walk walk = {.holds = holds, .stored = stored, .registry = registry, .now = now};

	holds->held = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, row_free);
	holds->changes = g_ptr_array_new_with_free_func(change_free);
	if (!read_store(&walk, place, error))
		return NULL;
	entity_set_each_asked(set, look_at, &walk);
	return g_steal_pointer(&holds);
}

/* ---- what it means ---- */

static void dress_wish(const HoldRow *row, Wish *wish)
{
	const HoldItem *item =
		hold_find(row->asks, wish->attribute ? wish->attribute->saml : wish->name);

	wish->held = !item || item->passed == HOLD_NOTHING;
	/* one of several indices may not require what another does */
	wish->held_required = !wish->held && wish->required && item->passed < HOLD_REQUIRED;
	if (wish->held_required)
		wish->required = false;
}

static void dress_service(const HoldRow *row, Service *service)
{
	for (guint i = 0; i < service->wishes->len; i++)
		dress_wish(row, service->wishes->pdata[i]);
	for (guint i = 0; i < service->categories->len; i++) {
		const char *uri = service->categories->pdata[i];
		const Category *category = category_by_uri(uri);
		const HoldItem *item = hold_find(row->categories, uri);

		if (category && category_set_aside(category, service->categories))
			continue;
		if (!item || hold_is_held(item))
			service_hold_category(service, uri);
	}
}

void holds_dress(Entity *entity, gpointer data)
{
	const Holds *holds = data;
	const Service *service = entity->service;
	g_autofree char *key = hold_key(service->protocol, service->trial, service->id);
	const HoldRow *row = g_hash_table_lookup(holds->held, key);

	for (guint i = 0; row && i < entity->wishes->len; i++)
		dress_service(row, ((EntityWish *)entity->wishes->pdata[i])->service);
}

HoldsCount holds_count(const Holds *holds)
{
	return holds->count;
}

char *holds_count_text(const HoldsCount *count)
{
	return g_strdup_printf("%u attribute%s and %u categor%s of %u service%s are held",
			       count->asks, count->asks == 1 ? "" : "s", count->categories,
			       count->categories == 1 ? "y" : "ies", count->services,
			       count->services == 1 ? "" : "s");
}

static gint by_id(gconstpointer a, gconstpointer b)
{
	const HoldRow *one = *(HoldRow *const *)a, *two = *(HoldRow *const *)b;
	int order = strcmp(one->id, two->id);

	return order != 0 ? order : (int)one->is_trial - (int)two->is_trial;
}

GPtrArray *holds_list(const Holds *holds)
{
	GPtrArray *rows = g_ptr_array_new();
	GHashTableIter iter;
	gpointer row;

	g_hash_table_iter_init(&iter, holds->held);
	while (g_hash_table_iter_next(&iter, NULL, &row))
		g_ptr_array_add(rows, row);
	g_ptr_array_sort(rows, by_id);
	return rows;
}

StoreCommit *holds_commit(Holds *holds, gint64 now, StoreDone done, gpointer data)
{
	if (holds->changes->len == 0)
		return NULL;
	StoreCommit *commit = store_commit_new(now, done, data);
	for (guint i = 0; i < holds->changes->len; i++) {
		const Change *change = holds->changes->pdata[i];

		if (change->before)
			store_swap(commit, STORE_HOLD, change->key, change->before, change->after,
				   STORE_NEVER);
		else
			store_put_new(commit, STORE_HOLD, change->key, NULL, change->after,
				      STORE_NEVER);
	}
	g_ptr_array_set_size(holds->changes, 0);
	return commit;
}

/* Since when is no matter. */
static void print_items(GString *text, const GPtrArray *items)
{
	for (guint i = 0; i < items->len; i++) {
		const HoldItem *item = items->pdata[i];

		if (hold_is_held(item))
			g_string_append_printf(text, "%d %s\n", item->passed, item->name);
	}
}

char *holds_fingerprint(const Holds *holds)
{
	g_autoptr(GPtrArray) rows = holds_list(holds);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < rows->len; i++) {
		const HoldRow *row = rows->pdata[i];

		g_string_append_printf(text, "%d %d %s\n", row->protocol, row->is_trial, row->id);
		print_items(text, row->asks);
		print_items(text, row->categories);
	}
	return g_string_free(text, FALSE);
}
