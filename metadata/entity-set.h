/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/entity.h"

/* The services the school knows: all *.xml files of a folder, one EntityDescriptor each. Immutable;
 * made whole per generation. */
typedef struct EntitySet EntitySet;

#define ENTITY_SET_MAX 4096 /* files: more than any school has services */

/* Reads the folder. What is trusted is trusted for who could write it: folder and files must belong
 * to root or to the user we run as, and be writable by nobody else; otherwise METADATA_ERROR_TRUST
 * with the chown or chmod to run. Any file that is bad stops the load with its name, but for one:
 * an entity whose validUntil has passed is left out, with a line in entity_set_warnings.
 * A missing folder is an error; an empty one is an empty set. (transfer full) */
EntitySet *entity_set_load(const char *folder, gint64 now, GError **error);
/* A set of entities already read, for tests. Takes them out of `entities` (Entity, transfer full);
 * METADATA_ERROR_DUPLICATE. */
EntitySet *entity_set_new(GPtrArray *entities, GError **error);
void entity_set_free(EntitySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EntitySet, entity_set_free)

/* The entity, or NULL when unknown or expired by `now`; with ENTITY_ANY_TIME also those that were
 * left out as expired. (transfer none) */
const Entity *entity_set_find(const EntitySet *set, const char *id, gint64 now);
guint entity_set_size(const EntitySet *set);
/* All entities, by entityID. (transfer none): const Entity* */
const GPtrArray *entity_set_entities(const EntitySet *set);
/* The file an entity came from, or NULL. (transfer none) */
const char *entity_set_file(const EntitySet *set, const char *id);
/* Lines for the log: char*. (transfer none) */
const GPtrArray *entity_set_warnings(const EntitySet *set);
