/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/generation.h"

/* The service that an admin means: by the policy's name for it, or by its entityID. now: seconds
 * since 1970. Errors: CONFIG_ERROR_VALUE, with a guess and the names of those that are known.
 * Transfer full. */
Entity *command_find_service(const Generation *generation, const char *wanted, gint64 now,
			     GError **error);
