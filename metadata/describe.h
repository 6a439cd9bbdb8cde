/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "metadata/entity.h"

/* A service in words, for the administrator who decides about it. What came from the service is
 * made harmless for a terminal. */

/* One fact a line, without indentation, in a fixed order: two descriptions can be compared line by
 * line. (transfer full): char* */
GPtrArray *describe_entity(const Entity *entity);
/* What the administrator should know but that is no error: unsigned requests, dates, keys, names
 * of attributes we do not know. `now` in seconds. (transfer full): char*, may be empty */
GPtrArray *describe_warnings(const Entity *entity, gint64 now);
/* Lines "- old" and "+ new" for what differs between two entities. (transfer full): char* */
GPtrArray *describe_changes(const Entity *old, const Entity *new);
/* Where changes have new wishes or categories: that these are held, and what lets them pass; else
 * NULL. (transfer full) */
char *describe_holds(const Entity *entity, const GPtrArray *changes);
