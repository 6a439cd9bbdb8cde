/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "idp/command/command.h"
#include "idp/command/find-service.h"
#include "idp/command/lint-report.h"
#include "idp/command/progress.h"
#include "idp/command/protected-role.h"
#include "idp/command/say.h"
#include "idp/masterdata/lint-store.h"
#include "idp/masterdata/lint.h"

/* Entries of a finding that are printed where nobody says how many. */
#define LIMIT_DEFAULT 20

static char **services_wanted, *language;
static gboolean as_csv, as_json, quiet, keys, strict, looks;
static int limit = -1;

static const GOptionEntry entries[] = {
	{"service", 's', 0, G_OPTION_ARG_STRING_ARRAY, &services_wanted,
	 "Also who will fail to log in there, and why; may be repeated", "ID"},
	{"csv", 0, 0, G_OPTION_ARG_NONE, &as_csv, "Print CSV, every finding a row", NULL},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	{"limit", 'n', 0, G_OPTION_ARG_INT, &limit,
	 "Entries that are named for each finding; 0: all (default: 20, with --csv and --json all)",
	 "N"},
	{"keys", 'k', 0, G_OPTION_ARG_NONE, &keys, "Name people by person key instead of DN", NULL},
	{"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet,
	 "No progress and no notes; nothing at all where nothing is worse than a note", NULL},
	{"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "Take warnings for errors", NULL},
	{"protected", 'P', 0, G_OPTION_ARG_NONE, &looks,
	 "Also whose EPPN should be replaced since they became protected, which is entered in the "
	 "ledger",
	 NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language, "sv or en (default: by the locale)",
	 "LANG"},
	G_OPTION_ENTRY_NULL,
};

/* A lint under way. */
typedef struct {
	const Generation *generation;
	LintStore store; /* without reader: there is no store yet */
	Lint *lint;
	LintReport *report;
	LintServices *services;
	Progress progress;
} Walk;

static volatile sig_atomic_t interrupted;

/* The first one ends the walk, the second one the process. */
static void interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static void catch_interrupts(void)
{
	struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESETHAND | SA_RESTART};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* What was seen of EPPNs; no store is no fault, since nobody was ever let in. */
static bool open_store(Walk *walk, GError **error)
{
	const char *file = config_path(walk->generation->config, "store", "file");
	if (g_access(file, F_OK) != 0)
		return true;
	walk->store.reader = store_reader_open(store_sqlite, file, error);
	return walk->store.reader != NULL;
}

/* ---- the walk ---- */

static const GError *store_error(const Walk *walk)
{
	if (walk->store.error || !walk->services)
		return walk->store.error;
	return lint_services_error(walk->services);
}

static bool take(const DirectoryWalked *walked, gpointer data)
{
	Walk *walk = data;
	lint_entry(walk->lint, walked->entry);
	progress_tell(&walk->progress, lint_size(walk->lint));
	return !interrupted && !store_error(walk);
}

static const char *person_key(const Generation *generation)
{
	const char *group = config_directories(generation->config)[0];
	return config_text(generation->config, group, "person-key");
}

static LintOptions lint_options(Walk *walk, gint64 now)
{
	const Generation *generation = walk->generation;
	return (LintOptions){
		.masterdata = generation->masterdata,
		.scopes = generation->identity.scopes,
		.language = language,
		.person_key = person_key(generation),
		.today = generation_today(generation->zone, now),
		.eppn_elsewhere = generation->identities.eppn_in_store,
		.is_taken = walk->store.reader ? lint_store_is_taken : NULL,
		.was_open = walk->store.reader && looks ? lint_store_was_open : NULL,
		.store = &walk->store,
		.services = walk->services,
		.tell = lint_report_add,
		.data = walk->report,
	};
}

/* Why not everybody was seen, or NULL. Transfer full. */
static char *incompleteness(const Walk *walk, const GError *error)
{
	const GError *cause = error ? error : store_error(walk);
	if (cause)
		return g_strdup(cause->message);
	return interrupted ? g_strdup(say("interrupted", "avbruten")) : NULL;
}

/* Walks over everybody, and finishes the report. Returns: as above. */
static char *walk_all(Walk *walk, gint64 now)
{
	const LintOptions options = lint_options(walk, now);
	const char *const key[] = {options.person_key, NULL};
	const DirectoryWalkOptions more = {.attributes = key, .keeps_protected = true};
	g_autoptr(Lint) lint = lint_new(&options);
	g_autoptr(GError) error = NULL;

	walk->lint = lint;
	progress_begin(&walk->progress, language, quiet);
	catch_interrupts();
	directory_walk(walk->generation->directory, &more, take, walk, &error);
	double seconds = progress_end(&walk->progress);
	lint_finish(lint);
	char *why = incompleteness(walk, error);
	lint_report_finish(walk->report, lint_size(lint), seconds, why);
	return why;
}

/* The services that were named, as Entity; NULL with an error if one is not known. */
static GPtrArray *find_services(const Generation *generation, gint64 now, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)entity_unref);
	for (char **wanted = services_wanted; wanted && *wanted; wanted++) {
		Entity *entity = command_find_service(generation, *wanted, now, error);
		if (!entity)
			return NULL;
		g_ptr_array_add(found, entity);
	}
	return g_steal_pointer(&found);
}

static LintServices *make_services(const Walk *walk, const GPtrArray *entities, GPtrArray *services,
				   gint64 now)
{
	for (guint i = 0; i < entities->len; i++) {
		const Entity *entity = entities->pdata[i];
		g_ptr_array_add(services, (gpointer)(guintptr)entity->service);
	}
	const LintServicesOptions options = {
		.policy = walk->generation->policy,
		.masterdata = walk->generation->masterdata,
		.identities = &walk->generation->identities,
		.reader = walk->store.reader,
		.now = now,
		.today = generation_today(walk->generation->zone, now),
		.level = assurance_of_password(walk->generation->assurance),
		.language = language,
		.services = services,
		.tell = lint_report_add,
		.data = walk->report,
	};
	return services->len ? lint_services_new(&options) : NULL;
}

static LintReport *make_report(void)
{
	const LintReportOptions options = {
		.form = as_csv    ? REPORT_CSV
			: as_json ? REPORT_JSON
				  : REPORT_TEXT,
		.language = language,
		.limit = limit >= 0          ? (guint)limit
			 : as_csv || as_json ? 0
					     : LIMIT_DEFAULT,
		.quiet = quiet,
		.keys = keys,
	};
	return lint_report_new(&options);
}

static int lint_all(Walk *walk, const GPtrArray *entities, gint64 now)
{
	g_autoptr(LintReport) report = walk->report = make_report();
	g_autoptr(GPtrArray) asked = g_ptr_array_new();
	g_autoptr(LintServices) services = make_services(walk, entities, asked, now);
	walk->services = services;
	g_autofree char *incomplete = walk_all(walk, now);

	if (incomplete)
		g_printerr("portvakt: %s: %s\n",
			   say("the report is not complete", "rapporten är inte fullständig"),
			   incomplete);
	return incomplete || lint_report_count(report, LINT_ERROR) ||
			       (strict && lint_report_count(report, LINT_WARNING))
		       ? COMMAND_PROBLEM
		       : COMMAND_DONE;
}

static int lint(const CommandLine *line)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_autoptr(Generation) generation = command_generation(line, now, &error);
	/* before anybody is looked up */
	if (!generation ||
	    (looks && !protected_role_look(generation, "", "masterdata lint", &error)))
		return command_fail(error);
	Walk walk = {.generation = generation};
	g_autoptr(GPtrArray) entities = find_services(generation, now, &error);
	int result = entities && open_store(&walk, &error) ? lint_all(&walk, entities, now)
							   : command_fail(error);
	g_clear_pointer(&walk.store.reader, store_reader_close);
	g_clear_error(&walk.store.error);
	return result;
}

static bool usage(const char *message)
{
	g_printerr("portvakt masterdata: %s\nTry `portvakt masterdata --help'.\n", message);
	return false;
}

static bool options_are_whole(const CommandLine *line)
{
	char **rest = line->rest;
	if (!rest || !g_str_equal(rest[0], "lint"))
		return usage("say what to do: `portvakt masterdata lint'");
	if (rest[1])
		return usage("lint takes no arguments but options");
	if (as_csv && as_json)
		return usage("--csv or --json, not both");
	if (limit < -1)
		return usage("--limit is a number from 0 on");
	if (services_wanted && g_strv_length(services_wanted) > LINT_SERVICES_MAX)
		return usage("--service takes 64 services at most");
	return command_language("masterdata", &language);
}

int command_masterdata(int argc, char **argv)
{
	CommandLine line = {
		.name = "masterdata",
		.arguments = "lint",
		.summary = "Reads everybody in the directory once and says what is wrong with the "
			   "data: EPPNs,\nperson keys, personal numbers, roles, markings, values; "
			   "with --service also who\nwill fail to log in there.",
		.entries = entries,
	};
	int result = COMMAND_USAGE;
	if (command_parse(&line, &argc, &argv) && options_are_whole(&line))
		result = command_start_libraries() ? lint(&line) : COMMAND_PROBLEM;
	command_line_clear(&line);
	g_clear_pointer(&services_wanted, g_strfreev);
	g_clear_pointer(&language, g_free);
	return result;
}
