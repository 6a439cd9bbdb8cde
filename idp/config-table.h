/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/config.h"

/* The settings and the units of their times; for the files of the configuration alone. Others ask
 * config_settings(). */

#define MINUTE G_GINT64_CONSTANT(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

extern const ConfigSetting config_table[];
extern const gsize config_table_length;

/* The name a group has in the table: "directory main" is a "directory", "feed swamid" a "feed".
 * Transfer none. */
const char *config_table_group(const char *group);

/* Whether a group of the table is of the whole installation, and not of one huvudman. */
bool config_table_is_shared(const char *group);

/* The setting of that key in a group as it is written; NULL: there is none. */
const ConfigSetting *config_table_find(const char *group, const char *key);

/* "; did you mean '…'?", a key of that group, or a group where that is NULL; "" where nothing is
 * near. Transfer full. */
char *config_table_guess(const char *word, const char *group);
