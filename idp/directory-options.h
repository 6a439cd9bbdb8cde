/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The group [directory NAME], with [attributes], [alias] and [protected], as masterdata and the
 * directory want it; but for the groups of people, which are of group-options.h. */
#pragma once

#include "idp/config.h"
#include "idp/masterdata/directory.h"
#include "idp/masterdata/masterdata.h"

/* Fills in options just made: what the attributes of people mean. Copies. */
void directory_options_fill_meaning(const Config *config, MasterdataOptions *options);

/* Likewise: where people are and how they are asked for. `masterdata` is made of the above, is
 * borrowed, and must live as long as the directory that is made of these. */
void directory_options_fill(const Config *config, Masterdata *masterdata,
			    DirectoryOptions *options);
