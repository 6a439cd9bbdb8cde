/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/command.h"

#include <stdio.h>
#include <unistd.h>

#include "idp/command/say.h"
#include "idp/config.h"
#include "idp/json.h"
#include "idp/seal.h"
#include "metadata/xml/init.h"
#include "policy/guess.h"

static bool usage(const CommandLine *line, const char *message)
{
	g_printerr("portvakt %s: %s\nTry `portvakt %s --help'.\n", line->name, message, line->name);
	return false;
}

bool command_parse(CommandLine *line, int *argc, char ***argv)
{
	g_autoptr(GError) error = NULL;
	const GOptionEntry common[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &line->config,
		 "Configuration instead of " PORTVAKT_SYSCONFDIR "/portvakt.conf", "FILE"},
		{"huvudman", 0, line->of_all ? G_OPTION_FLAG_HIDDEN : 0, G_OPTION_ARG_STRING,
		 &line->huvudman, "Whose, where the configuration has several huvudmän", "NAME"},
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &line->rest, NULL, NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) context = g_option_context_new(line->arguments);
	g_autofree char *program = g_strdup_printf("portvakt %s", line->name);
	g_set_prgname(program);
	g_option_context_set_summary(context, line->summary);
	g_option_context_add_main_entries(context, line->entries, NULL);
	g_option_context_add_main_entries(context, common, NULL);
	if (!g_option_context_parse(context, argc, argv, &error))
		return usage(line, error->message);
	if (line->of_all && line->huvudman)
		return usage(line, "it is about all huvudmän; leave --huvudman out");
	if (line->rest && !line->arguments)
		return usage(line, "it takes no arguments but options");
	if (!line->config)
		line->config = g_strdup(config_default_path());
	return true;
}

void command_line_clear(CommandLine *line)
{
	g_clear_pointer(&line->config, g_free);
	g_clear_pointer(&line->huvudman, g_free);
	g_clear_pointer(&line->rest, g_strfreev);
}

static bool fail(GError **error, const Config *main, const char *what, const char *guess)
{
	g_autofree char *names = g_strjoinv(", ", (char **)(guintptr)config_huvudmen(main));
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s%s%s%s (there are: %s)", what,
		    guess ? "; did you mean '" : "", guess ? guess : "", guess ? "'?" : "", names);
	return false;
}

static bool is_known(const CommandLine *line, const Config *main, GError **error)
{
	const char *const *names = config_huvudmen(main);
	const char *name = line->huvudman;
	if (!name || g_strv_contains(names, name))
		return true;
	if (!names[0]) {
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
			    "%s has one huvudman, without a name: leave --huvudman out",
			    line->config);
		return false;
	}
	g_autofree char *what = g_strdup_printf("no huvudman is called '%s'", name);
	return fail(error, main, what,
		    guess_nearest(name, names, g_strv_length((char **)(guintptr)names)));
}

char **command_huvudmen(const CommandLine *line, const Config *main, GError **error)
{
	const char *const *names = config_huvudmen(main);
	const char *const one[] = {line->huvudman ? line->huvudman : "", NULL};
	if (!is_known(line, main, error))
		return NULL;
	return g_strdupv((char **)(guintptr)(line->huvudman || !names[0] ? one : names));
}

bool command_language(const char *name, char **language)
{
	if (!*language)
		*language = g_strdup(say_language());
	say_in(*language);
	if (g_str_equal(*language, say_language()))
		return true;
	g_printerr("portvakt %s: --language is sv or en\n", name);
	return false;
}

Config *command_config_of(Config *main, const char *huvudman, GError **error)
{
	Config *config =
		*huvudman ? config_load_huvudman(main, huvudman, NULL, error) : config_ref(main);
	if (config)
		config_set_language(config, say_language());
	return config;
}

Config *command_config(const CommandLine *line, GError **error)
{
	g_autoptr(Config) main = config_load(line->config, error);
	if (!main || !is_known(line, main, error))
		return NULL;
	if (!line->huvudman && config_huvudmen(main)[0]) {
		fail(error, main, "say which huvudman it is about, with --huvudman", NULL);
		return NULL;
	}
	return command_config_of(main, line->huvudman ? line->huvudman : "", error);
}

Generation *command_generation(const CommandLine *line, gint64 now, GError **error)
{
	g_autoptr(Config) config = command_config(line, error);
	return config ? generation_load(config, now, error) : NULL;
}

bool command_set_error(GError **error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_propagate_error(error,
			  g_error_new_valist(CONFIG_ERROR, CONFIG_ERROR_VALUE, format, args));
	va_end(args);
	return false;
}

int command_fail(const GError *error)
{
	g_printerr("portvakt: %s\n", error->message);
	return COMMAND_PROBLEM;
}

bool command_no_store(const char *place, GError **error)
{
	return command_set_error(
		error,
		"%s: there is no store yet; start portvakt once, which makes it with the right "
		"owner",
		place);
}

StoreOutcome command_commit(Store *store, StoreCommit *commit, const char *capped, GError **error)
{
	StoreResult result = {0};

	if (!store_apply(store, &commit, 1, &result, error))
		return STORE_FAULT;
	if (result.outcome == STORE_OK || result.outcome == STORE_CONFLICT)
		return result.outcome;
	if (result.outcome == STORE_FAULT && result.error)
		g_propagate_error(error, g_error_copy(result.error));
	else
		command_set_error(error, "%s",
				  result.outcome == STORE_CAPPED ? capped : "the store failed");
	return STORE_FAULT;
}

void command_print_json(GVariant *value)
{
	g_autofree char *text = json_from_variant(value, true);
	g_print("%s\n", text);
}

bool command_start_libraries(void)
{
	g_autoptr(GError) error = NULL;
	if (!seal_init()) {
		g_printerr("portvakt: the system gives no random numbers\n");
		return false;
	}
	if (!xml_init(&error)) {
		command_fail(error);
		return false;
	}
	return true;
}

bool command_confirm(const char *question, bool yes)
{
	char answer[8] = "";

	if (yes)
		return true;
	fflush(stdout); /* what the question is about */
	if (!isatty(STDIN_FILENO)) {
		g_printerr("portvakt: %s This is no terminal to ask at: say --yes. Nothing was "
			   "changed.\n",
			   question);
		return false;
	}
	g_printerr("%s [y/N] ", question);
	if (!fgets(answer, sizeof answer, stdin))
		answer[0] = '\0';
	if (g_ascii_strncasecmp(answer, "y", 1) == 0 || g_ascii_strncasecmp(answer, "j", 1) == 0)
		return true;
	g_printerr("Nothing was changed.\n");
	return false;
}
