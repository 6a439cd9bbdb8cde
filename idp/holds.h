/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is held of all services of a generation (hold.h): found when it is built, by comparing what
 * they ask for with the rows of the store, and constant from then on. What `portvakt metadata
 * approve' lets pass is given from the next load on.
 *
 * A service that is seen for the first time asks for what it may; so does everybody at the first
 * load. The rows that say so are durable before the generation is used: whoever is killed before
 * has used nothing. Where the store has no room for another service (LIMIT_STORE_HOLDS), all of
 * that service is held.
 */
#pragma once

#include "idp/hold.h"
#include "metadata/entity-set.h"
#include "policy/registry.h"

typedef struct Holds Holds;

typedef struct {
	guint services;   /* that have something held */
	guint asks;       /* held wishes for attributes of the registry, at all of them */
	guint categories; /* held categories */
} HoldsCount;

/* Reads the store at `place`; one that is not there yet, or that an older portvakt has written and
 * the writer will bring up to date, has no rows. `registry' tells which wishes count. `now` in
 * seconds since 1970. Fails rather than guess: NULL on any other fault of the store. Transfer full.
 */
Holds *holds_new(const char *place, const EntitySet *set, const Registry *registry, gint64 now,
		 GError **error);
void holds_free(Holds *holds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Holds, holds_free)

/* Marks what is held in all services of the entity; for entity_set_dress(). data: a Holds of that
 * set. */
void holds_dress(Entity *entity, gpointer data);

/* How much is held now, and of how many services. */
HoldsCount holds_count(const Holds *holds);

/* "2 attributes and 1 category of 2 services are held", for people. Transfer full. */
char *holds_count_text(const HoldsCount *count);

/* Those that have something held, by id: const HoldRow *. Transfer container. */
GPtrArray *holds_list(const Holds *holds);

/* The rows that are to be written before the generation is used, each only where it is still as it
 * was read: CONFLICT where somebody has let something pass meanwhile, and then all is to be built
 * again. NULL when there are none. Once. Transfer full. */
StoreCommit *holds_commit(Holds *holds, gint64 now, StoreDone done, gpointer data);

/* Another text for something else held. Transfer full. */
char *holds_fingerprint(const Holds *holds);
