/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The groups that policies speak of, [group NAME], as the directory and masterdata want them. */
#pragma once

#include "idp/config.h"
#include "idp/masterdata/directory.h"
#include "idp/masterdata/masterdata.h"

/* DirectoryOptions.groups and MasterdataOptions.groups, in the same order. Errors:
 * G_KEY_FILE_ERROR/INVALID_VALUE, "[group NAME] KEY: what is wrong". */
bool group_options_fill(const Config *config, GPtrArray **ret_of_directory,
			GPtrArray **ret_of_masterdata, GError **error);

/* Their names, NULL-terminated, for a policy. They live as long as config. Transfer container. */
const char **group_options_names(const Config *config);
