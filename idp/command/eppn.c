/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/eppn.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"assign", command_eppn_assign, "give one to whoever has none"},
	{"adopt", command_eppn_adopt, "say that a new entry is the person who had it before"},
	{"show", command_eppn_show, "who has it, who had it first, and since when"},
	{"rotate", command_eppn_rotate, "give a person new ones, and new names at every service"},
	{"export", command_eppn_export, "print everybody's, for provisioning"},
};

static void print_help(void)
{
	g_print("usage: portvakt eppn COMMAND [OPTION...]\n\n"
		"EPPNs (eduPersonPrincipalName): the names, never given to a second person, under "
		"which\nservices and provisioning know people.\n\nCommands:\n");
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		g_print("  %-8s %s\n", commands[i].name, commands[i].summary);
	g_print("\n`portvakt eppn COMMAND --help' tells the options of a command; the manual is "
		"portvakt-eppn(1).\n");
}

int command_eppn(int argc, char **argv)
{
	for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++)
		if (g_str_equal(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1 && (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h"))) {
		print_help();
		return COMMAND_DONE;
	}
	if (argc > 1)
		g_printerr("portvakt eppn: there is no '%s'; see `portvakt eppn --help'\n",
			   argv[1]);
	else
		g_printerr("portvakt eppn: say what to do: assign, adopt, show, rotate or export\n"
			   "Try `portvakt eppn --help'.\n");
	return COMMAND_USAGE;
}
