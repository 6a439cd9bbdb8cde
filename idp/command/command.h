/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The subcommands of `portvakt`, one file each. Each takes its own arguments (argv[0] is its own
 * name) and returns the process's exit code.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
	COMMAND_DONE = 0,    /* it is so, or has been done */
	COMMAND_PROBLEM = 1, /* it is not, or could not be done; stderr says why */
	COMMAND_USAGE = 2,   /* the command line is wrong; stderr says how */
};

int command_serve(int argc, char **argv);
int command_check(int argc, char **argv);
int command_explain(int argc, char **argv);
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
	char *config;                /* --config, or the default path; owned */
	char **rest;                 /* arguments that are no options, or NULL; owned */
} CommandLine;

/* Parses; --config is added to the options. False after telling on stderr what is wrong, with
 * `portvakt NAME --help` as the way on. --help prints and exits. */
bool command_parse(CommandLine *line, int *argc, char ***argv);
void command_line_clear(CommandLine *line);

/* Prints `portvakt: MESSAGE` on stderr and returns COMMAND_PROBLEM. */
int command_fail(const GError *error);

/* Starts the libraries a command needs (libsodium, libxml2, xmlsec1, lasso's environment). False
 * after telling on stderr. */
bool command_start_libraries(void);

/* *language, which --language set, or else the locale's: "sv" or "en". False after telling on
 * stderr that it is neither. name: of the command. */
bool command_language(const char *name, char **language);
