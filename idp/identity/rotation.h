/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How often the identifiers of a person were renewed, by `portvakt eppn rotate': after each time
 * services get new pairwise-ids and subject-ids, which have nothing to do with the old ones. The
 * old ones stay in the store and are never given to anybody else.
 *
 * `person` is an identity (continuation.h). Times are seconds since 1970.
 */
#pragma once

#include "idp/store/store.h"

typedef struct {
	unsigned count; /* 0: never */
	int64_t at;     /* the last time; 0: never */
} Rotation;

/* False on a fault of the store. Never renewed: all zero. */
bool rotation_find(StoreReader *reader, const char *person, Rotation *rotation, GError **error);

/* Adds one renewal to what was found. CONFLICT if somebody else was faster. */
void rotation_renew(StoreCommit *commit, const char *person, const Rotation *found, int64_t now);
