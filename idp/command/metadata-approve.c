/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* metadata approve, and metadata hold, which takes it back. */
#include <string.h>
#include <sys/stat.h>

#include "idp/approver.h"
#include "idp/command/held-service.h"
#include "idp/command/metadata.h"
#include "idp/printable.h"
#include "policy/category.h"
#include "policy/guess.h"

static gboolean dry_run, yes;

static const GOptionEntry entries[] = {
	{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, "Say everything, write nothing", NULL},
	{"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "Do not ask whether that is what is meant", NULL},
	G_OPTION_ENTRY_NULL,
};

/* One of the two. */
typedef struct {
	const char *name, *summary;
	bool passes;
	bool of_all; /* without names it is about all that can be */
	const char *will, *done, *nothing;
} Verb;

static const Verb verbs[] = {
	{"approve",
	 "Lets pass what SERVICE (its entityID, or what the policy calls it) newly asks for: the\n"
	 "named attributes and categories, or all of them. Then the rules give them, from the\n"
	 "next reload on.",
	 true, true, "will let this pass", "has let it pass", "nothing that is held is meant"},
	{"hold",
	 "Holds again what SERVICE asks for: no rule gives the named attributes, or by the named\n"
	 "categories, from the next reload on, unless it names both them and the service.",
	 false, false, "will hold this again", "holds it", "all that is meant is held"},
};

/* What is done to a service. */
typedef struct {
	const Verb *verb;
	Generation *generation;
	HeldService *service;
	Approver approver;
	GPtrArray *items; /* HoldItem of service->row */
} Errand;

static void errand_clear(Errand *errand)
{
	g_clear_pointer(&errand->items, g_ptr_array_unref);
	approver_clear(&errand->approver);
	g_clear_pointer(&errand->service, held_service_free);
	g_clear_pointer(&errand->generation, generation_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Errand, errand_clear)

/* ---- what is meant ---- */

static bool is_meant(const HeldService *service, const HoldItem *item, bool is_category,
		     const char *name)
{
	return strcmp(held_name(service, item, is_category), name) == 0 ||
	       strcmp(item->name, name) == 0;
}

static HoldItem *find_item(const HeldService *service, const char *name)
{
	const HoldRow *row = service->row;

	for (guint i = 0; i < row->asks->len; i++)
		if (is_meant(service, row->asks->pdata[i], false, name))
			return row->asks->pdata[i];
	for (guint i = 0; i < row->categories->len; i++)
		if (is_meant(service, row->categories->pdata[i], true, name))
			return row->categories->pdata[i];
	return NULL;
}

static void add_names(GPtrArray *names, const HeldService *service, const GPtrArray *items,
		      bool is_category)
{
	for (guint i = 0; i < items->len; i++)
		g_ptr_array_add(names, (gpointer)(guintptr)held_name(service, items->pdata[i],
								     is_category));
}

static bool fail_name(const Errand *errand, const char *name, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	add_names(names, errand->service, errand->service->row->asks, false);
	add_names(names, errand->service, errand->service->row->categories, true);
	const char *guess = guess_nearest(name, (const char *const *)names->pdata, names->len);
	return command_set_error(
		error,
		"%s asks for no '%s'%s%s%s (`portvakt metadata holds SERVICE' lists what it asks "
		"for)",
		errand->service->entity->id, name, guess ? "; did you mean '" : "",
		guess ? guess : "", guess ? "'?" : "");
}

/* Whether there is anything to do about it. */
static bool is_due(const Errand *errand, const HoldItem *item)
{
	return errand->verb->passes ? hold_is_held(item) : item->passed != HOLD_NOTHING;
}

static void add_due(Errand *errand, const GPtrArray *items)
{
	for (guint i = 0; i < items->len; i++)
		if (is_due(errand, items->pdata[i]))
			g_ptr_array_add(errand->items, items->pdata[i]);
}

static bool gather(Errand *errand, char **names, GError **error)
{
	errand->items = g_ptr_array_new();
	if (!*names) {
		add_due(errand, errand->service->row->asks);
		add_due(errand, errand->service->row->categories);
	}
	for (; *names; names++) {
		HoldItem *item = find_item(errand->service, *names);
		if (!item)
			return fail_name(errand, *names, error);
		if (is_due(errand, item) && !g_ptr_array_find(errand->items, item, NULL))
			g_ptr_array_add(errand->items, item);
	}
	return true;
}

static bool prepare(Errand *errand, const CommandLine *line, gint64 now, GError **error)
{
	errand->generation = command_generation(line, now, error);
	if (errand->generation)
		errand->service = held_service_find(errand->generation, line->rest[0], now, error);
	return errand->service && gather(errand, line->rest + 1, error) &&
	       approver_find(&errand->approver, error);
}

/* ---- what is said and done ---- */

static bool is_category(const Errand *errand, const HoldItem *item)
{
	return g_ptr_array_find(errand->service->row->categories, item, NULL);
}

static void print_items(const Errand *errand)
{
	const Service *seen = errand->service->entity->service;
	g_print("%s (%s)\n", seen->id, service_display(seen, "sv"));
	for (guint i = 0; i < errand->items->len; i++) {
		const HoldItem *item = errand->items->pdata[i];
		bool of_category = is_category(errand, item);
		g_autofree char *name =
			printable(held_name(errand->service, item, of_category), -1, '?');
		g_print("    %s%s%s%s\n", of_category ? "category " : "", name,
			errand->verb->passes ? ": " : "",
			errand->verb->passes ? held_how(item, of_category) : "");
	}
}

/* Only on the row that was read: the daemon, or somebody else, may have written it since. */
static bool write_row(Errand *errand, gint64 now, GError **error)
{
	HeldService *service = errand->service;
	const char *place = config_path(errand->generation->config, "store", "file");
	for (guint i = 0; i < errand->items->len; i++) {
		if (errand->verb->passes)
			hold_pass(errand->items->pdata[i], errand->approver.account, now);
		else
			hold_again(errand->items->pdata[i], now);
	}
	g_autoptr(GBytes) row = hold_row_to_bytes(service->row);
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);
	if (service->old)
		store_swap(commit, STORE_HOLD, service->key, service->old, row, STORE_NEVER);
	else
		store_put_new(commit, STORE_HOLD, service->key, NULL, row, STORE_NEVER);
	g_autoptr(Store) store = store_open_beside(store_sqlite, place, error);
	StoreOutcome outcome =
		store ? command_commit(store, commit, "the store has no room for another service",
				       error)
		      : STORE_FAULT;
	if (outcome == STORE_CONFLICT)
		command_set_error(error,
				  "what %s asks for was written anew meanwhile; look at it "
				  "again",
				  service->entity->id);
	return outcome == STORE_OK;
}

static bool has_store(const Errand *errand, GError **error)
{
	const char *place = config_path(errand->generation->config, "store", "file");
	struct stat store;
	return stat(place, &store) == 0 || command_no_store(place, error);
}

static int carry_out(const CommandLine *line, const Verb *verb)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_auto(Errand) errand = {.verb = verb};
	if (!prepare(&errand, line, now, &error) || !has_store(&errand, &error))
		return command_fail(error);
	if (errand.items->len == 0) {
		g_print("%s: %s.\n", errand.service->entity->id, verb->nothing);
		return COMMAND_DONE;
	}
	print_items(&errand);
	if (dry_run) {
		g_print("%s %s; nothing is written (--dry-run).\n", errand.approver.account,
			verb->will);
		return COMMAND_DONE;
	}
	g_autofree char *question = g_strdup_printf("%s %s.", errand.approver.account, verb->will);
	if (!command_confirm(question, yes))
		return COMMAND_PROBLEM;
	if (!write_row(&errand, now, &error))
		return command_fail(error);
	g_print("%s %s, from the next reload on (systemctl reload portvakt).\n",
		errand.approver.account, verb->done);
	return COMMAND_DONE;
}

static int run(const CommandLine *line, const Verb *verb)
{
	guint n = line->rest ? g_strv_length(line->rest) : 0;
	if (n < (verb->of_all ? 1 : 2)) {
		g_printerr("portvakt metadata %s: say which service%s\n", verb->name,
			   verb->of_all ? "" : ", and what");
		return COMMAND_USAGE;
	}
	return command_start_libraries() ? carry_out(line, verb) : COMMAND_PROBLEM;
}

static int command(int argc, char **argv, const Verb *verb)
{
	g_autofree char *name = g_strconcat("metadata ", verb->name, NULL);
	CommandLine line = {
		.name = name,
		.arguments = verb->of_all ? "SERVICE [ATTRIBUTE|CATEGORY...]"
					  : "SERVICE ATTRIBUTE|CATEGORY...",
		.summary = verb->summary,
		.entries = entries,
	};
	int result = command_parse(&line, &argc, &argv) ? run(&line, verb) : COMMAND_USAGE;
	command_line_clear(&line);
	return result;
}

int command_metadata_approve(int argc, char **argv)
{
	return command(argc, argv, &verbs[0]);
}

int command_metadata_hold(int argc, char **argv)
{
	return command(argc, argv, &verbs[1]);
}
