/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/metadata.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"add", command_metadata_add, "make a service known"},
	{"holds", command_metadata_holds, "list what services newly ask for, which is held"},
	{"approve", command_metadata_approve, "let pass what a service newly asks for"},
	{"hold", command_metadata_hold, "hold again what was let pass"},
};

static void print_help(void)
{
	g_print("usage: portvakt metadata COMMAND [OPTION...]\n\n"
		"Services: which ones are known, and what they may ask for.\n\nCommands:\n");
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		g_print("  %-8s %s\n", commands[i].name, commands[i].summary);
	g_print("\n`portvakt metadata COMMAND --help' tells the options of a command; the manual "
		"is\nportvakt-metadata(1).\n");
}

int command_metadata(int argc, char **argv)
{
	for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++)
		if (g_str_equal(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1 && (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h"))) {
		print_help();
		return COMMAND_DONE;
	}
	if (argc > 1)
		g_printerr("portvakt metadata: there is no '%s'; see `portvakt metadata --help'\n",
			   argv[1]);
	else
		g_printerr("portvakt metadata: say what to do: add, holds, approve or hold\n"
			   "Try `portvakt metadata --help'.\n");
	return COMMAND_USAGE;
}
