/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/entity.h"
#include "metadata/feed.h"

/* The services the school knows: all *.xml files of a folder, one EntityDescriptor each, then those
 * of its feeds. A file comes before every feed, an earlier feed before a later, and all others
 * before a trial feed: the school's own word counts most, and what somebody put into a trial
 * federation never stands for a real service. A service's feeds are all, of its sort, that have its
 * entityID; that of a file has none. Made whole per generation, then thread-safe. */
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
 * service that is in a file too is told in entity_set_warnings, and so is one that is in a trial
 * feed and in another. */
void entity_set_add_feed(EntitySet *set, Feed *feed);
void entity_set_free(EntitySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EntitySet, entity_set_free)

/* What is done to each entity that counts, before anybody sees it: at once to those of the folder
 * and, as they are opened, to those of the feeds. Once, after the last feed and while only one
 * thread knows of the set. */
void entity_set_dress(EntitySet *set, void (*dress)(Entity *entity, gpointer data), gpointer data);
/* Tells what each service asks for that counts, expired or not; none of a feed is opened. `asked`
 * is good during the call. */
void entity_set_each_asked(const EntitySet *set,
			   void (*tell)(const Asked *asked, bool is_trial, gpointer data),
			   gpointer data);

/* Beside feed_examples, for a policy that tells services apart by their feeds: of those that are in
 * other feeds of the set too, one of each kind and set of feeds. Opens them all. (transfer full):
 * Entity* */
GPtrArray *entity_set_shared_examples(const EntitySet *set, const Feed *feed);

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
