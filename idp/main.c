/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "idp/command/command.h"
#include "idp/saml/lasso.h"
#include "metadata/feed-child.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *verbs; /* what must follow the name: one of these; NULL: nothing */
	const char *summary;
} commands[] = {
	{"serve", command_serve, NULL, "serve logins"},
	{"check", command_check, NULL, "prove that serving would work, without side effects"},
	{"explain", command_explain, NULL, "say what a login would release, and why"},
	{"choices", command_choices, NULL,
	 "list what people were told and answered; withdraw takes a yes back"},
	{"who", command_who, NULL, "say who can ever get an attribute, or be let in, and where"},
	{"diff", command_diff, NULL, "say what another policy would release"},
	{"report", command_report, "register", "print the record of processing"},
	{"attributes", command_attributes, NULL, "list what policies can speak of"},
	{"metadata", command_metadata, "add, holds, approve, hold",
	 "make services known, and let pass what they newly ask for"},
	{"policy", command_policy, "approve, approvals, withdraw, waiting, confirm, fmt",
	 "approve what two must approve, let in what waits, lay files out"},
	{"masterdata", command_masterdata, "lint", "say how good the school's data are"},
	{"eppn", command_eppn, "assign, adopt, show, rotate, export",
	 "give people EPPNs, and keep them theirs"},
	{"keys", command_keys, "new", "make the keys"},
};

/* UTF-8 whatever the locale: names of people and of policies are not for GLib to spell anew, and
 * JSON is UTF-8 (RFC 8259, 8.1). */
static void print_as_it_is(const char *text)
{
	fputs(text, stdout);
}

static void print_error_as_it_is(const char *text)
{
	fputs(text, stderr);
}

/* What was printed may be the whole point, as with `portvakt eppn export > FILE', and the disk may
 * be full. */
static int run(int (*command)(int argc, char **argv), int argc, char **argv)
{
	int result = command(argc, argv);

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return result;
	g_printerr("portvakt: what should have been printed is not whole: %s\n",
		   errno ? g_strerror(errno) : "writing failed");
	return result == COMMAND_DONE ? COMMAND_PROBLEM : result;
}

static void print_help(void)
{
	g_print("usage: portvakt COMMAND [OPTION...]\n\n"
		"Portvakt lets pupils and staff log in once, and gives learning services only what\n"
		"the school's written policy says.\n\nCommands:\n");
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		g_print("  %-10s %s%s%s\n", commands[i].name, commands[i].summary,
			commands[i].verbs ? ":\n               " : "",
			commands[i].verbs ? commands[i].verbs : "");
	g_print("\n`portvakt COMMAND --help' tells the options of a command; the manual is "
		"portvakt(1).\n");
}

int main(int argc, char **argv)
{
	if (feed_child_is_wanted(argc, argv))
		feed_child_main(argv);
	lasso_reader_prepare_process();
	setlocale(LC_ALL, "");
	g_set_print_handler(print_as_it_is);
	g_set_printerr_handler(print_error_as_it_is);
	if (argc < 2) {
		print_help();
		return COMMAND_USAGE;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		if (g_str_equal(argv[1], commands[i].name))
			return run(commands[i].run, argc - 1, argv + 1);
	if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") ||
	    g_str_equal(argv[1], "help")) {
		print_help();
		return COMMAND_DONE;
	}
	if (g_str_equal(argv[1], "--version")) {
		g_print("portvakt %s\n", PACKAGE_VERSION);
		return COMMAND_DONE;
	}
	g_printerr("portvakt: there is no command '%s'; see `portvakt --help'\n", argv[1]);
	return COMMAND_USAGE;
}
