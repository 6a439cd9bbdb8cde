/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/generation.h"

/* The one person who logs in by that name. Errors: CONFIG_ERROR_VALUE, why there is none and what
 * to do; of directory_find(). Transfer full. */
DirectoryEntry *command_find_person(const Generation *generation, const char *login,
				    GError **error);

/* Why nobody was found, after "login 'x': " or "person key 'x': ". Not for FOUND and FAULT. */
const char *command_not_found(DirectoryOutcome outcome);
