/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * portvakt.conf: one table of settings; the man page and the reference configuration are checked
 * against it by a test.
 *
 * The file is a GKeyFile; the *.conf files of conf.d beside it are read after it, in order of name,
 * and may set what it left out, never say a setting twice. An unknown group or key, a setting said
 * twice, a value of the wrong form or a mandatory setting left out is an error of the form
 * `FILE:LINE: what is wrong; what to do`. Relative paths count from the folder of the main file.
 *
 * One installation serves one huvudman, who has no name, or several. Then the main configuration
 * holds the groups [server], [health] and, for each of them, [huvudman NAME] with its file, and
 * that file, with the *.conf files of NAME.d beside it, holds everything else.
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

typedef enum {
	CONFIG_TEXT,     /* any text on one line */
	CONFIG_PATH,     /* a file or folder */
	CONFIG_LIST,     /* texts separated by `;' */
	CONFIG_BOOL,     /* yes or no */
	CONFIG_COUNT,    /* a whole number within [low, high] */
	CONFIG_DURATION, /* `60m', `10h', `45s', `7d': seconds within [low, high] */
} ConfigType;

typedef struct {
	const char
		*group;  /* "directory" stands for every [directory NAME], so "feed", "huvudman" */
	const char *key; /* "*" stands for any key (group attributes) */
	ConfigType type;
	const char *fallback; /* as it would be written; NULL = none */
	bool mandatory;
	gint64 low, high; /* CONFIG_COUNT and CONFIG_DURATION */
	const char *meaning;
} ConfigSetting;

typedef struct Config Config;

#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);
typedef enum { CONFIG_ERROR_FILE, CONFIG_ERROR_SYNTAX, CONFIG_ERROR_VALUE } ConfigError;

/* The table, ended by its length in ret_count. Transfer none. */
const ConfigSetting *config_settings(gsize *ret_count);

/* The file that is read when none is named. */
const char *config_default_path(void);

/* Reads and judges FILE, a main configuration, and its conf.d. Transfer full; NULL with error set,
 * naming file, line and column. Immutable; reference counted, by any thread. */
Config *config_load(const char *path, GError **error);
Config *config_ref(Config *config);
void config_unref(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_unref)

/* The names of the groups [huvudman NAME], in order of file: a-z, 0-9 and - within. NULL-ended;
 * none: the configuration is that of the only, nameless huvudman. Transfer none. */
const char *const *config_huvudmen(const Config *config);

/*
 * Reads and judges the configuration of one of them. `*ret_base_url` (transfer full; may be NULL)
 * is its base-url if that was read, also from a file in which something after it is wrong, else
 * NULL. Transfer full.
 */
Config *config_load_huvudman(const Config *main, const char *name, char **ret_base_url,
			     GError **error);

/* Whose configuration it is; NULL: the main one. Transfer none. */
const char *config_huvudman(const Config *config);

/*
 * In which language whoever loads it is told what is wrong with the policy: "sv", else English, in
 * which the log is. A static string.
 */
void config_set_language(Config *config, const char *language);
const char *config_language(const Config *config);

/* SHA-256, in hexadecimal, of the files as they were read. Transfer none. */
const char *config_checksum(const Config *config);

/*
 * Values by group and key of the table; asking for one that is not in the table is a bug. What is
 * absent gives the fallback, or NULL (an empty list, 0, false). Transfer none.
 */
const char *config_text(const Config *config, const char *group, const char *key);
const char *config_path(const Config *config, const char *group, const char *key);
const char *const *config_list(const Config *config, const char *group, const char *key);
bool config_bool(const Config *config, const char *group, const char *key);
gint64 config_number(const Config *config, const char *group, const char *key);
bool config_has(const Config *config, const char *group, const char *key);

/* The groups "directory NAME", in order of file; NULL-ended. Transfer none. */
const char *const *config_directories(const Config *config);

/* The groups "feed NAME", in order of file; NULL-ended, may be none. Transfer none. */
const char *const *config_feeds(const Config *config);

/* The groups "group NAME" and "level NAME", likewise. */
const char *const *config_groups(const Config *config);
const char *const *config_levels(const Config *config);

/* The keys set in a group, NULL-ended (for [attributes]). Transfer full. */
char **config_keys(const Config *config, const char *group);

/* `FILE:LINE:COLUMN' where a setting's value was said, or the main file's name. Transfer full. */
char *config_where(const Config *config, const char *group, const char *key);
