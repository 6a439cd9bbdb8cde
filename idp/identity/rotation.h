/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How often the identifiers of a person were renewed, by `portvakt eppn rotate': after each time
 * services get new pairwise-ids and subject-ids, which have nothing to do with the old ones. The
 * old ones stay in the store and are never given to anybody else.
 *
 * While a rotation is pending, what the directory calls the person may be the old or the new, and
 * nobody is let in as them: a service that got one of the two with an identifier of the other kind
 * could join what it knew to what it learns. A rotation that was stopped stays pending until it is
 * done again; each beginning counts, so that two of them never take each other's place.
 *
 * `person` is an identity (continuation.h). Times are seconds since 1970.
 */
#pragma once

#include "idp/store/store.h"

typedef struct {
	unsigned count; /* 0: never */
	int64_t at;     /* the last time; 0: never */
	bool pending;
	bool stored; /* there is a row */
} Rotation;

/* False on a fault of the store. Never renewed: all zero. */
bool rotation_find(StoreReader *reader, const char *person, Rotation *rotation, GError **error);

/* Adds one renewal to what was found, and `*begun' is that, pending. CONFLICT if somebody else was
 * faster. */
void rotation_begin(StoreCommit *commit, const char *person, const Rotation *found, int64_t now,
		    Rotation *begun);
/* Ends what was begun. CONFLICT if another one has begun since. */
void rotation_end(StoreCommit *commit, const char *person, const Rotation *begun, int64_t now);
/* Takes back what was begun, when nothing has come of it and `found' was not pending. CONFLICT as
 * above. */
void rotation_undo(StoreCommit *commit, const char *person, const Rotation *begun,
		   const Rotation *found);

/* Adds the condition that it is still as it was found: CONFLICT if anybody has begun since. */
void rotation_expect(StoreCommit *commit, const char *person, const Rotation *found);

/* Begins and ends at once. CONFLICT if somebody else was faster. */
void rotation_renew(StoreCommit *commit, const char *person, const Rotation *found, int64_t now);
