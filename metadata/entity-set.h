/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/entity.h"
#include "metadata/feed.h"

/* The services the school knows: all *.xml files of a folder, one EntityDescriptor each, then those
 * of its feeds. A file comes before every feed, and an earlier feed before a later: the school's
 * own word counts most. Made whole per generation, then thread-safe. */
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
/* Puts a feed (transfer full) after those that are there, while only one thread knows of the set. A
 * service that is in a file too is told in entity_set_warnings. */
void entity_set_add_feed(EntitySet *set, Feed *feed);
void entity_set_free(EntitySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EntitySet, entity_set_free)

/* The entity, or NULL when unknown or expired by `now`; with ENTITY_ANY_TIME also those that were
 * left out as expired. One of a feed is opened now, if it was not lately. (transfer full) */
Entity *entity_set_find(const EntitySet *set, const char *id, gint64 now);
/* Those of the folder. */
guint entity_set_size(const EntitySet *set);
/* All entities of the folder, by entityID. (transfer none): const Entity* */
const GPtrArray *entity_set_entities(const EntitySet *set);
/* In their order. (transfer none): Feed* */
const GPtrArray *entity_set_feeds(const EntitySet *set);
/* The file an entity came from, a feed's too, or NULL. (transfer none) */
const char *entity_set_file(const EntitySet *set, const char *id);
/* Lines for the log: char*. (transfer none) */
const GPtrArray *entity_set_warnings(const EntitySet *set);
