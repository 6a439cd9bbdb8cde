/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/held-service.h"
#include "idp/command/metadata.h"
#include "idp/json.h"
#include "idp/printable.h"

static gboolean as_json;

static const GOptionEntry entries[] = {
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	G_OPTION_ENTRY_NULL,
};

static char *date_of(gint64 time)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);
	return g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
}

/* An attribute that is not defined here can be given to nobody, held or not. */
static bool is_listed(const HeldService *service, const HoldItem *item, bool is_category, bool all)
{
	return all ||
	       (hold_is_held(item) &&
		(is_category || registry_by_saml(service->generation->registry, item->name)));
}

/* ---- for people ---- */

static void print_item(const HeldService *service, const HoldItem *item, bool is_category)
{
	g_autofree char *date = date_of(item->since);
	const char *word = is_category ? "category " : "";
	g_autofree char *name = printable(held_name(service, item, is_category), -1, '?');
	if (!hold_is_held(item)) {
		g_print("    %s%s: let pass%s%s%s%s\n", word, name,
			*item->account ? " by " : ", as it was there from the beginning",
			item->account, *item->account ? ", " : "", *item->account ? date : "");
		return;
	}
	g_autoptr(HeldWait) wait = held_wait(service, item);
	g_print("    %s%s: %s, since %s; ", word, name, held_how(item, is_category), date);
	if (wait->rules->len == 0) {
		g_print("no rule waits for it\n");
		return;
	}
	g_ptr_array_add(wait->attributes, NULL);
	g_autofree char *names = g_strjoinv(", ", (char **)wait->attributes->pdata);
	g_ptr_array_add(wait->rules, NULL);
	g_autofree char *rules = g_strjoinv(", ", (char **)wait->rules->pdata);
	g_print("%s would give %s\n", rules, is_category ? names : "it");
}

static void print_items(const HeldService *service, const GPtrArray *items, bool is_category,
			bool all)
{
	for (guint i = 0; i < items->len; i++)
		if (is_listed(service, items->pdata[i], is_category, all))
			print_item(service, items->pdata[i], is_category);
}

static void print_service(const HeldService *service, bool all)
{
	const Service *seen = service->entity->service;
	const char *name = service_display(seen, "sv");
	bool is_named = !g_str_equal(name, seen->id);
	g_print("%s%s%s%s%s\n", seen->id, is_named ? " (" : "", is_named ? name : "",
		is_named ? ")" : "", seen->trial ? ", of a trial feed" : "");
	print_items(service, service->row->asks, false, all);
	print_items(service, service->row->categories, true, all);
	if (service->row->is_cut)
		g_print("    and more than can be kept, which is held for good\n");
}

/* ---- for programs ---- */

static GVariant *item_variant(const HeldService *service, const HoldItem *item, bool is_category)
{
	g_autofree char *date = date_of(item->since);
	GVariantDict dict;
	bool is_held = hold_is_held(item);
	g_autoptr(HeldWait) wait = is_held ? held_wait(service, item) : NULL;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, is_category ? "category" : "attribute", "s",
			      held_name(service, item, is_category));
	g_variant_dict_insert(&dict, is_category ? "uri" : "saml", "s", item->name);
	g_variant_dict_insert(&dict, "held", "b", is_held);
	if (!is_category) {
		g_variant_dict_insert(&dict, "required", "b", item->asked == HOLD_REQUIRED);
		g_variant_dict_insert(&dict, "only_required_held", "b",
				      is_held && item->passed != HOLD_NOTHING);
	}
	if (item->since > 0)
		g_variant_dict_insert(&dict, "since", "s", date);
	if (!is_held && *item->account)
		g_variant_dict_insert(&dict, "account", "s", item->account);
	if (wait) {
		const GPtrArray *rules = wait->rules, *names = wait->attributes;
		g_variant_dict_insert_value(
			&dict, "rules",
			g_variant_new_strv((const char *const *)rules->pdata, rules->len));
		g_variant_dict_insert_value(
			&dict, "would_give",
			g_variant_new_strv((const char *const *)names->pdata, names->len));
	}
	return g_variant_dict_end(&dict);
}

static void add_items(const HeldService *service, const GPtrArray *items, bool is_category,
		      bool all, GVariantBuilder *into)
{
	for (guint i = 0; i < items->len; i++)
		if (is_listed(service, items->pdata[i], is_category, all))
			g_variant_builder_add_value(
				into, item_variant(service, items->pdata[i], is_category));
}

static GVariant *service_variant(const HeldService *service, bool all)
{
	const Service *seen = service->entity->service;
	GVariantBuilder items;
	GVariantDict dict;
	g_variant_builder_init(&items, G_VARIANT_TYPE("aa{sv}"));
	add_items(service, service->row->asks, false, all, &items);
	add_items(service, service->row->categories, true, all, &items);
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "service", "s", seen->id);
	g_variant_dict_insert(&dict, "name", "s", service_display(seen, "sv"));
	g_variant_dict_insert(&dict, "trial", "b", seen->trial);
	g_variant_dict_insert(&dict, "cut", "b", service->row->is_cut);
	g_variant_dict_insert_value(
		&dict, "feeds",
		g_variant_new_strv((const char *const *)seen->feeds->pdata, seen->feeds->len));
	g_variant_dict_insert_value(&dict, "asks", g_variant_builder_end(&items));
	return g_variant_dict_end(&dict);
}

/* ---- which ---- */

/* All of one service, or what is held of each. */
static GPtrArray *find(const Generation *generation, const char *wanted, gint64 now, GError **error)
{
	g_autoptr(GPtrArray) all =
		g_ptr_array_new_with_free_func((GDestroyNotify)held_service_free);
	g_autoptr(GPtrArray) rows = wanted ? NULL : holds_list(generation->holds);
	HeldService *one = wanted ? held_service_find(generation, wanted, now, error) : NULL;
	if (wanted && !one)
		return NULL;
	if (one)
		g_ptr_array_add(all, one);
	for (guint i = 0; rows && i < rows->len; i++) {
		const HoldRow *row = rows->pdata[i];
		/* what has expired is nobody's concern until it is renewed */
		g_autoptr(Entity) entity = entity_set_find(generation->entities, row->id, now);
		if (!entity)
			continue;
		one = held_service_find(generation, row->id, now, error);
		if (!one)
			return NULL;
		g_ptr_array_add(all, one);
	}
	return g_steal_pointer(&all);
}

static int holds(const CommandLine *line)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const char *wanted = line->rest ? line->rest[0] : NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(Generation) generation = command_generation(line, now, &error);
	g_autoptr(GPtrArray) all = generation ? find(generation, wanted, now, &error) : NULL;
	GVariantBuilder services;
	if (!all)
		return command_fail(error);
	g_variant_builder_init(&services, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < all->len; i++) {
		if (as_json)
			g_variant_builder_add_value(&services,
						    service_variant(all->pdata[i], wanted));
		else
			print_service(all->pdata[i], wanted);
	}
	g_autoptr(GVariant) list = g_variant_ref_sink(g_variant_builder_end(&services));
	if (as_json)
		command_print_json(list);
	else if (all->len == 0)
		g_print("Nothing is held.\n");
	return COMMAND_DONE;
}

static int run(const CommandLine *line)
{
	if (line->rest && line->rest[1]) {
		g_printerr("portvakt metadata holds: one SERVICE at a time\n");
		return COMMAND_USAGE;
	}
	return command_start_libraries() ? holds(line) : COMMAND_PROBLEM;
}

int command_metadata_holds(int argc, char **argv)
{
	CommandLine line = {
		.name = "metadata holds",
		.arguments = "[SERVICE]",
		.summary = "Lists what services ask for that they did not ask for before, and that "
			   "is held\nuntil `portvakt metadata approve'; of SERVICE (its entityID, "
			   "or what the policy\ncalls it) all that it asks for.",
		.entries = entries,
	};
	int result = command_parse(&line, &argc, &argv) ? run(&line) : COMMAND_USAGE;
	command_line_clear(&line);
	return result;
}
