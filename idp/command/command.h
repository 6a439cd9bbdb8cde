/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The subcommands of `portvakt`, one file each. Each takes its own arguments (argv[0] is its own
 * name) and returns the process's exit code.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "idp/generation.h"

enum {
	COMMAND_DONE = 0,    /* it is so, or has been done */
	COMMAND_PROBLEM = 1, /* it is not, or could not be done; stderr says why */
	COMMAND_USAGE = 2,   /* the command line is wrong; stderr says how */
};

int command_attributes(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_check(int argc, char **argv);
int command_choices(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_who(int argc, char **argv);
int command_report(int argc, char **argv);
int command_metadata(int argc, char **argv);
int command_policy(int argc, char **argv);
int command_keys(int argc, char **argv);
int command_eppn(int argc, char **argv);
int command_masterdata(int argc, char **argv);

/* What the parsing of a command line came to. */
typedef struct {
	const char *name;            /* "explain" */
	const char *arguments;       /* what follows the options in the usage line; may be NULL */
	const char *summary;         /* what the command does, for --help */
	const GOptionEntry *entries; /* its own options */
	bool of_all;                 /* it is always about every huvudman: no --huvudman */
	char *config;                /* --config, or the default path; owned */
	char *huvudman;              /* --huvudman, or NULL; owned */
	char **rest;                 /* arguments that are no options, or NULL; owned */
} CommandLine;

/* Parses; --config and --huvudman are added to the options. False after telling on stderr what is
 * wrong, with `portvakt NAME --help` as the way on. --help prints and exits. */
bool command_parse(CommandLine *line, int *argc, char ***argv);
void command_line_clear(CommandLine *line);

/*
 * The configuration that the command line asks for: the only one there is, or that of the huvudman
 * it names. Where there are several and none is named the error lists them. And the generation of
 * it, as of `now` (seconds since 1970). Transfer full.
 */
Config *command_config(const CommandLine *line, GError **error);
Generation *command_generation(const CommandLine *line, gint64 now, GError **error);

/* For what is done for all of them where none is named: the names of those that the command line
 * asks for, in a main configuration; one that is empty is the nameless huvudman. Transfer full. */
char **command_huvudmen(const CommandLine *line, const Config *main, GError **error);
Config *command_config_of(Config *main, const char *huvudman, GError **error);

/* Sets a CONFIG_ERROR/VALUE: what the admin has said, or the data say, does not fit. Returns false.
 */
bool command_set_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Prints `portvakt: MESSAGE` on stderr and returns COMMAND_PROBLEM. */
int command_fail(const GError *error);

/* Prints it as JSON (json.h), indented. A floating value is sunk. */
void command_print_json(GVariant *value);

/* Sets the error of a command that writes, where there is no store yet: one that root made in the
 * daemon's folder would not be the daemon's. Returns false. */
bool command_no_store(const char *place, GError **error);

/* Applies one commit to a store of store_open_beside(). OK or CONFLICT; anything else is a FAULT
 * with error set, to `capped` where the store takes no more rows of the kind. */
StoreOutcome command_commit(Store *store, StoreCommit *commit, const char *capped, GError **error);

/* Starts the libraries a command needs (libsodium, libxml2, xmlsec1, lasso's environment). False
 * after telling on stderr. */
bool command_start_libraries(void);

/* *language, which --language set, or else the locale's: "sv" or "en". False after telling on
 * stderr that it is neither. name: of the command. */
bool command_language(const char *name, char **language);

/* Asks on the terminal, unless `yes`. False after saying on stderr that nothing was changed. */
bool command_confirm(const char *question, bool yes);
