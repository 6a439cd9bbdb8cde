/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "idp/command/command.h"
#include "idp/command/diff-report.h"
#include "idp/command/find-service.h"
#include "idp/command/progress.h"
#include "idp/command/protected-role.h"
#include "idp/command/side.h"
#include "idp/widening.h"

/* As diff(1) ends. */
enum { DIFF_SAME_OR_LESS = 0, DIFF_MORE = 1, DIFF_TROUBLE = 2 };

/* More of them than a machine has cores that are not needed for the directory. */
#define THREADS_MAX 8

static char *service_wanted, *language;
static gboolean as_json, persons_only, symbolic_only, running, quiet, looks;

static const GOptionEntry entries[] = {
	{"service", 's', 0, G_OPTION_ARG_STRING, &service_wanted, "At that service alone", "ID"},
	{"persons", 0, 0, G_OPTION_ARG_NONE, &persons_only, "Only for the people of the directory",
	 NULL},
	{"symbolic", 0, 0, G_OPTION_ARG_NONE, &symbolic_only,
	 "Only for whoever may be in it; no directory is asked", NULL},
	{"running", 0, 0, G_OPTION_ARG_NONE, &running,
	 "Against what portvakt serve has taken, not what is configured", NULL},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	{"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "No progress", NULL},
	{"protected", 'P', 0, G_OPTION_ARG_NONE, &looks,
	 "Count protected persons too, which is entered in the ledger", NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language, "sv or en (default: by the locale)",
	 "LANG"},
	G_OPTION_ENTRY_NULL,
};

typedef struct {
	Side before, after;
	gint64 now;
	GArray *services;    /* DifferenceService */
	GPtrArray *names;    /* char *, of those */
	GPtrArray *ids;      /* char * */
	GPtrArray *sections; /* char *, see sides_meaning() */
	GPtrArray *symbolic; /* DiffEntry */
	GArray *persons;     /* DifferenceChange */
	Difference *difference;
	Progress progress;
	guint n_persons;
	double seconds;
} Work;

static void work_clear(Work *work)
{
	g_clear_pointer(&work->services, g_array_unref);
	g_clear_pointer(&work->names, g_ptr_array_unref);
	g_clear_pointer(&work->ids, g_ptr_array_unref);
	g_clear_pointer(&work->sections, g_ptr_array_unref);
	g_clear_pointer(&work->symbolic, g_ptr_array_unref);
	g_clear_pointer(&work->persons, g_array_unref);
	side_clear(&work->before);
	side_clear(&work->after);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

/* ---- the two sides ---- */

static bool find_sides(Work *work, const CommandLine *line, GError **error)
{
	guint n = line->rest ? g_strv_length(line->rest) : 0;
	bool good = n == 2 ? side_at(&work->before, line->rest[0], line, work->now, error)
		    : running || n == 0 ? side_running(&work->before, line, work->now, error)
					: side_configured(&work->before, line, work->now, error);
	good = good && (n == 0 ? side_configured(&work->after, line, work->now, error)
			       : side_at(&work->after, line->rest[n - 1], line, work->now, error));
	if (good)
		sides_know(&work->before, &work->after, work->now);
	return good;
}

/* ---- the services ---- */

/* Its protocol and id, and its how many-th of that id it is: one that has several
 * AttributeConsumingServices is there once for each. Transfer full. */
static char *service_key(GHashTable *seen, const Service *service)
{
	g_autofree char *id = g_strdup_printf("%d %s", (int)service->protocol, service->id);
	guint n = GPOINTER_TO_UINT(g_hash_table_lookup(seen, id));
	char *key = g_strdup_printf("%u %s", n, id);
	g_hash_table_insert(seen, g_steal_pointer(&id), GUINT_TO_POINTER(n + 1));
	return key;
}

static GHashTable *by_key(const KnownServices *known)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < known->services->len; i++)
		g_hash_table_insert(table, service_key(seen, known->services->pdata[i]),
				    known->services->pdata[i]);
	return table;
}

static const char *name_of(const Work *work, const Service *service)
{
	const char *name =
		policy_service_name(work->after.generation->policy, service->protocol, service->id);
	if (!name)
		name = policy_service_name(work->before.generation->policy, service->protocol,
					   service->id);
	return name ? name : service->id;
}

static void add_service(Work *work, const Service *before, const Service *after)
{
	const Service *service = after ? after : before;
	const DifferenceService both = {before, after};
	const char *name = name_of(work, service);
	if (service_wanted && !g_str_equal(service_wanted, service->id) &&
	    !g_str_equal(service_wanted, name))
		return;
	g_array_append_val(work->services, both);
	g_ptr_array_add(work->names, g_strdup(name));
	g_ptr_array_add(work->ids, g_strdup(service->id));
}

static void list_services(Work *work)
{
	g_autoptr(GHashTable) old = by_key(work->before.known);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const GPtrArray *all = work->after.known->services;
	work->services = g_array_new(FALSE, FALSE, sizeof(DifferenceService));
	work->names = g_ptr_array_new_with_free_func(g_free);
	work->ids = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < all->len; i++) {
		g_autofree char *key = service_key(seen, all->pdata[i]);
		add_service(work, g_hash_table_lookup(old, key), all->pdata[i]);
		g_hash_table_remove(old, key);
	}
	const GPtrArray *gone = work->before.known->services;
	g_hash_table_remove_all(seen);
	for (guint i = 0; i < gone->len; i++) {
		g_autofree char *key = service_key(seen, gone->pdata[i]);
		if (g_hash_table_contains(old, key))
			add_service(work, gone->pdata[i], NULL);
	}
}

/* ---- whoever there may be ---- */

static bool is_wanted(const DiffEntry *entry)
{
	if (!service_wanted || !entry->services->len)
		return true;
	for (guint i = 0; i < entry->services->len; i++) {
		const Site *site = entry->services->pdata[i];
		if (g_strcmp0(site->id, service_wanted) == 0 ||
		    g_strcmp0(site->name_en, service_wanted) == 0)
			return true;
	}
	return false;
}

static void compare_symbolic(Work *work)
{
	g_autoptr(GPtrArray) services = g_ptr_array_new();
	for (guint i = 0; i < work->services->len; i++) {
		const DifferenceService *both =
			&g_array_index(work->services, DifferenceService, i);
		g_ptr_array_add(services,
				(gpointer)(guintptr)(both->after ? both->after : both->before));
	}
	work->symbolic = widening_entries(work->before.generation, work->after.generation, services,
					  work->now, true);
	for (guint i = work->symbolic->len; i-- > 0;)
		if (!is_wanted(work->symbolic->pdata[i]))
			g_ptr_array_remove_index(work->symbolic, i);
}

/* ---- the people of the directory ---- */

static bool take(const DirectoryWalked *walked, gpointer data)
{
	Work *work = data;
	difference_add(work->difference, walked->entry);
	progress_tell(&work->progress, difference_size(work->difference));
	return true;
}

static bool compare_persons(Work *work, GError **error)
{
	const Generation *after = work->after.generation, *before = work->before.generation;
	const DifferenceOptions options = {
		.before = {before, generation_today(before->zone, work->now)},
		.after = {after, generation_today(after->zone, work->now)},
		.services = (const DifferenceService *)(void *)work->services->data,
		.n_services = work->services->len,
		.openly = looks,
		.threads = CLAMP(g_get_num_processors(), 1, THREADS_MAX),
	};
	/* what both sides read in an entry; a value that speaks of a protected person stays, as if
	 * that one were not, for who may not know */
	const DirectoryWalkOptions walk = {
		.attributes = masterdata_attributes(before->masterdata),
		.keeps_protected = !looks,
	};
	g_autoptr(Difference) difference = difference_new(&options, error);
	if (!difference)
		return false;
	work->difference = difference;
	progress_begin(&work->progress, language, quiet);
	bool good = directory_walk(after->directory, &walk, take, work, error);
	work->persons = difference_finish(difference);
	work->n_persons = difference_size(difference);
	work->seconds = progress_end(&work->progress);
	work->difference = NULL;
	return good;
}

/* ---- the command ---- */

static bool is_known(const Work *work, GError **error)
{
	g_autoptr(GError) unknown = NULL;
	if (!service_wanted || work->services->len)
		return true;
	g_autoptr(Entity) entity =
		command_find_service(work->after.generation, service_wanted, work->now, &unknown);
	/* one that the policy alone knows has no metadata, and so nobody gets there */
	g_autoptr(GPtrArray) named =
		policy_service_ids(work->after.generation->policy, PROTOCOL_SAML, service_wanted);
	if (entity || named->len)
		return true;
	g_propagate_error(error, g_steal_pointer(&unknown));
	return false;
}

static int tell(const Work *work)
{
	const DiffReport report = {
		.language = language,
		.before = work->before.says,
		.after = work->after.says,
		.today = generation_today(work->after.generation->zone, work->now),
		.sections = work->sections,
		.symbolic = work->symbolic,
		.persons = work->persons,
		.names = work->names,
		.ids = work->ids,
		.n_persons = work->n_persons,
		.seconds = work->seconds,
	};
	if (as_json)
		command_print_json(diff_report_variant(&report));
	else
		diff_report_print(&report);
	return diff_report_wider(&report) == WIDER_NO ? DIFF_SAME_OR_LESS : DIFF_MORE;
}

static int diff(const CommandLine *line)
{
	g_auto(Work) work = {.now = g_get_real_time() / G_USEC_PER_SEC};
	g_autoptr(GError) error = NULL;
	bool good = find_sides(&work, line, &error);
	/* before anybody is looked up */
	good = good && (!looks || protected_role_look(work.after.generation, "", "diff", &error));
	if (good) {
		list_services(&work);
		work.sections = sides_meaning(&work.before, &work.after);
		good = is_known(&work, &error);
	}
	if (good && !persons_only)
		compare_symbolic(&work);
	if (good && !symbolic_only)
		good = compare_persons(&work, &error);
	if (good)
		return tell(&work);
	command_fail(error);
	return DIFF_TROUBLE;
}

static bool usage(const char *message)
{
	g_printerr("portvakt diff: %s\nTry `portvakt diff --help'.\n", message);
	return false;
}

static bool options_are_whole(const CommandLine *line)
{
	guint n = line->rest ? g_strv_length(line->rest) : 0;
	if (n > 2)
		return usage("it takes two policies at most");
	if (running && n == 2)
		return usage("--running stands for the first of the two");
	if (persons_only && symbolic_only)
		return usage("--persons or --symbolic, or neither for both");
	return command_language("diff", &language);
}

int command_diff(int argc, char **argv)
{
	CommandLine line = {
		.name = "diff",
		.arguments = "[[OLD] NEW]",
		.summary =
			"Says what another policy would release that is not released now, and the "
			"other way round.\nOLD and NEW are folders of policy files, policy files, "
			"or configurations. Without OLD it is\nwhat is configured; without both, "
			"what a reload would change.\nExit code: 0 nothing is released that was "
			"not, 1 something is or may be, 2 it cannot be told.",
		.entries = entries,
	};
	int result = DIFF_TROUBLE;
	if (command_parse(&line, &argc, &argv) && options_are_whole(&line) &&
	    command_start_libraries())
		result = diff(&line);
	command_line_clear(&line);
	g_clear_pointer(&service_wanted, g_free);
	g_clear_pointer(&language, g_free);
	return result;
}
