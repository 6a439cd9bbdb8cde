/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/command.h"

#include <locale.h>

#include "idp/config.h"
#include "idp/seal.h"
#include "metadata/xml/init.h"

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
	if (line->rest && !line->arguments)
		return usage(line, "it takes no arguments but options");
	if (!line->config)
		line->config = g_strdup(config_default_path());
	return true;
}

void command_line_clear(CommandLine *line)
{
	g_clear_pointer(&line->config, g_free);
	g_clear_pointer(&line->rest, g_strfreev);
}

int command_fail(const GError *error)
{
	g_printerr("portvakt: %s\n", error->message);
	return COMMAND_PROBLEM;
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

bool command_language(const char *name, char **language)
{
	const char *messages = setlocale(LC_MESSAGES, NULL);
	const char *lang = g_getenv("LC_ALL") ? g_getenv("LC_ALL") : g_getenv("LANG");
	if (!*language)
		*language = g_strdup(g_str_has_prefix(lang ? lang : messages, "sv") ? "sv" : "en");
	if (g_str_equal(*language, "sv") || g_str_equal(*language, "en"))
		return true;
	g_printerr("portvakt %s: --language is sv or en\n", name);
	return false;
}
