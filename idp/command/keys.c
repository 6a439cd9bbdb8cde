/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/keys.h"
#include "idp/command/command.h"

/* Federations let a signing certificate live ten years; a shorter one only adds a roll-over. */
#define DAYS_DEFAULT 3650
#define DAYS_MAX     7300

static char *kind_name;
static int days = DAYS_DEFAULT;

static const GOptionEntry entries[] = {
	{"type", 't', 0, G_OPTION_ARG_STRING, &kind_name,
	 "Kind of the SAML key: rsa-3072 (default), rsa-2048 or p-256", "TYPE"},
	{"days", 'd', 0, G_OPTION_ARG_INT, &days,
	 "How long its certificate is valid (default 3650)", "DAYS"},
	G_OPTION_ENTRY_NULL,
};

static void tell(const char *path, const char *what, bool made, gpointer data)
{
	g_print("%s %s (%s)\n", made ? "made " : "kept ", path, what);
}

static bool take_names(const CommandLine *line, KeysWhich *ret_which)
{
	static const struct {
		const char *name;
		KeysWhich which;
	} names[] = {{"saml", KEYS_SAML},
		     {"ledger", KEYS_LEDGER},
		     {"seal", KEYS_SEAL},
		     {"identifiers", KEYS_IDENTIFIERS}};
	unsigned which = 0;
	for (char **name = line->rest + 1; *name; name++) {
		unsigned one = 0;
		for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
			if (g_str_equal(names[i].name, *name))
				one = names[i].which;
		if (!one) {
			g_printerr(
				"portvakt keys new: there is no key called '%s'; there are saml, "
				"ledger, seal and identifiers\n",
				*name);
			return false;
		}
		which |= one;
	}
	*ret_which = which ? (KeysWhich)which : KEYS_ALL;
	return true;
}

static int keys_new(const CommandLine *line)
{
	g_autoptr(GError) error = NULL;
	KeysRequest request = {.days = days, .now = g_get_real_time() / G_USEC_PER_SEC};
	if (kind_name && !keypair_kind_by_name(kind_name, &request.kind)) {
		g_printerr("portvakt keys new: --type is rsa-3072, rsa-2048 or p-256\n");
		return COMMAND_USAGE;
	}
	if (days < 1 || days > DAYS_MAX) {
		g_printerr("portvakt keys new: --days lies between 1 and %d\n", DAYS_MAX);
		return COMMAND_USAGE;
	}
	if (!take_names(line, &request.which))
		return COMMAND_USAGE;
	g_autoptr(Config) main = config_load(line->config, &error);
	g_auto(GStrv) names = main ? command_huvudmen(line, main, &error) : NULL;
	if (!names)
		return command_fail(error);
	for (char **name = names; *name; name++) {
		g_autoptr(Config) config = command_config_of(main, *name, &error);
		if (!config || !keys_make(config, &request, tell, NULL, &error))
			return command_fail(error);
	}
	return COMMAND_DONE;
}

int command_keys(int argc, char **argv)
{
	CommandLine line = {
		.name = "keys",
		.arguments = "new [saml] [ledger] [seal] [identifiers]",
		.summary =
			"Makes the key files that the configuration names and that are not there "
			"yet.\nWhat is there is never overwritten.",
		.entries = entries,
	};
	int result = COMMAND_USAGE;
	if (command_parse(&line, &argc, &argv)) {
		if (!line.rest || g_strcmp0(line.rest[0], "new") != 0)
			g_printerr("portvakt keys: say what to do: `portvakt keys new'\n");
		else if (command_start_libraries())
			result = keys_new(&line);
		else
			result = COMMAND_PROBLEM;
	}
	command_line_clear(&line);
	g_clear_pointer(&kind_name, g_free);
	return result;
}
