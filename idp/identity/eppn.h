/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who has ever had which EPPN (eduPersonPrincipalName). The directory says who has one now; the
 * store keeps what a directory forgets, so that a value is never given to a second human
 * (eduPerson 4.1: "not reassigned"; Skolfederation: "unikt representera en enda användare").
 *
 * A row is written in the commit that lets a person in for the first time with that EPPN, whether
 * it is then released or not, and never changed or dropped but for `open`. `person` is an identity
 * (continuation.h). Times are seconds since 1970.
 */
#pragma once

#include "idp/store/store.h"
#include "policy/person.h"

/* What two spellings of one EPPN have in common: without regard to case, to compatible forms of a
 * character (NFKC) and to characters that nobody sees, as LDAP's caseIgnoreMatch (RFC 4518) has it;
 * nor to the dot of an i. Folding what is folded changes nothing. NULL: not UTF-8. Transfer full.
 */
char *eppn_fold(const char *eppn);

typedef struct {
	char *eppn;         /* as it was spelled when first seen */
	char *person;       /* whose it is, for ever */
	Role role;          /* in which */
	int64_t first_seen; /* the day: when it began in UTC */
	bool open;          /* seen while its person was not protected */
} EppnRow;

/* A row of today. Strings are copied. Transfer full. */
EppnRow *eppn_row_new(const char *eppn, const char *person, Role role, bool open, int64_t now);
void eppn_row_free(EppnRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EppnRow, eppn_row_free)

/* The packed form: a versioned GVariant; equal rows give equal bytes. And back, for store_walk():
 * NULL for anything else, with STORE_ERROR_CORRUPT. Transfer full. */
GBytes *eppn_row_to_bytes(const EppnRow *row);
EppnRow *eppn_row_from_bytes(GBytes *bytes, GError **error);

/* Whose it is, in any spelling (UTF-8). `*row` (transfer full) is set for STORE_OK, else NULL. */
StoreOutcome eppn_find(StoreReader *reader, const char *eppn, EppnRow **row, GError **error);

/* Adds the row unless there is one. CONFLICT if there is one of another person: of two first logins
 * of the same person at once the first one's row stays, whatever each knew besides. */
void eppn_remember(StoreCommit *commit, const EppnRow *row);

/* Replaces the row that eppn_find() gave: its person is not protected any more. Never CONFLICT. */
void eppn_open(StoreCommit *commit, EppnRow *row);

/* ---- where the store is the source (`[eppn] source = store') ---- */

/* The EPPN of that person in that role; `*eppn` (transfer full) is set for STORE_OK, else NULL. */
StoreOutcome eppn_of(StoreReader *reader, const char *person, Role role, char **eppn,
		     GError **error);

/* Adds: from now on `row` says the EPPN of its person and role. Remembers the row too, so that it
 * is CONFLICT where somebody else ever had it. `old`: the EPPN that eppn_of() gave, or NULL if it
 * gave none; CONFLICT if that is no longer so. */
void eppn_assign(StoreCommit *commit, const EppnRow *row, const char *old);
