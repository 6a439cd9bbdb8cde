/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/config.h"

/* The settings and the units of their times; for config.c and config-table.c alone. Others ask
 * config_settings(). */

#define MINUTE G_GINT64_CONSTANT(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

extern const ConfigSetting config_table[];
extern const gsize config_table_length;
