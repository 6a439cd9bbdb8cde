/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the configuration share; for them alone. */
#pragma once

#include <stdatomic.h>

#include "idp/config-name.h"
#include "idp/config.h"

/* Line and column count from 1, a column in bytes: before a value there is nothing but ASCII. */
typedef struct {
	const char *file;
	guint line, column;
} ConfigPlace;

typedef struct {
	char *file;
	ConfigPlace place; /* of the value; `file` is the one above */
	char *text;        /* as written, trimmed */
	char **list;       /* CONFIG_LIST */
	char *path;        /* CONFIG_PATH, absolute */
	gint64 number;     /* CONFIG_BOOL, CONFIG_COUNT, CONFIG_DURATION */
} ConfigSaid;

/* A configuration, being read or whole. */
struct Config {
	atomic_uint references; /* C11's, not GLib's: ThreadSanitizer sees these */
	GChecksum *sum;         /* of all that was read */
	char *file;
	char *folder;
	char *huvudman;                /* whose it is; NULL: the main configuration */
	const char *language;          /* see config_set_language */
	GHashTable *said;              /* "group\037key" -> ConfigSaid */
	GPtrArray *directories;        /* group names, NULL-ended once loaded */
	GPtrArray *named[NAMED_KINDS]; /* likewise, of each kind */
	GPtrArray *huvudmen;           /* names, likewise */
	char *own; /* FILE:LINE:COLUMN: [GROUP] of the first that is one huvudman's */
};

/* Sets a CONFIG_ERROR/VALUE "FILE:LINE:COLUMN: …". Returns false. */
bool config_fail(GError **error, const ConfigPlace *place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* config-said.c: what was said of one setting. The name of one in Config.said. Transfer full. */
char *config_said_name(const char *group, const char *key);

/* Fills in the typed value of what was said; every form is judged here, at load. */
bool config_said_judge(const Config *config, const ConfigSetting *setting, ConfigSaid *said,
		       const char *key, GError **error);

void config_said_free(gpointer said);

/* config-read.c: fills a new one with what its file and the *.conf files of its folder say, line by
 * line. What was not said is not yet in it, and the lists are not NULL-ended. */
bool config_read(Config *config, GError **error);
