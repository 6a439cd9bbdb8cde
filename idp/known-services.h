/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the policy's expectations must be proved for: every service of our own under each of its
 * wishes; of a feed, those that the policy names, and one of each kind that it could tell from
 * others without naming it. What holds for that one holds for its kind, so that a federation of
 * thousands is proved in the time of some hundreds, and the rest of it is not even opened.
 */
#pragma once

#include "metadata/entity-set.h"

typedef struct {
	GPtrArray *services; /* Service; borrowed from the set and from both below */
	GPtrArray *entities; /* Entity: opened for this */
	GPtrArray *copies;   /* Service: kinds whose example the policy names */
} KnownServices;

/* `texts` are all that the policy says in quotes: the ids it names are among them. Transfer full;
 * borrows from the set. */
KnownServices *known_services_new(const EntitySet *set, const GPtrArray *texts, gint64 now);
void known_services_free(KnownServices *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnownServices, known_services_free)
