/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What settings must be beyond their form, and together. For config.c alone. Errors are
 * CONFIG_ERROR, with file, line and column.
 */
#pragma once

#include "idp/config.h"

/* The groups of the whole installation: [server] and [health]. */
bool config_check_shared(const Config *config, GError **error);

/* All other groups, of one huvudman. */
bool config_check_own(const Config *config, GError **error);

/* That base-url, which is set, can be compared with what browsers send as Host and Origin. */
bool config_check_base_url(const Config *config, GError **error);
