/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who a person is to the world, besides what the directory says: whether the EPPN is theirs, and
 * the identifiers that services know them by. What is found goes into the person, so that the
 * policy decides over it like over anything else; what is new is entered in the commit that lets
 * it out. The flow and `portvakt explain' ask the same question here.
 */
#pragma once

#include "idp/fault.h"
#include "idp/identity/eppn.h"
#include "idp/identity/identifier.h"
#include "idp/identity/rotation.h"
#include "idp/ledger.h"
#include "policy/policy.h"

/* What there is to know of the school. Borrowed; lives as long as the generation. */
typedef struct {
	const Policy *policy;
	const Secret *key; /* [identifiers] key */
	const LedgerKey *ledger_key;
	const char *const *scopes; /* the school's own; the first is that of new identifiers */
	bool eppn_in_store;        /* `[eppn] source = store' */
	bool subject_in_directory; /* [attributes] says where subject-id is read */
} IdentityRules;

/* What the directory said besides values. */
typedef struct {
	bool eppn_is_shared; /* another entry has the same EPPN now */
	int64_t asked_at;    /* seconds since 1970 */
} IdentitySeen;

typedef enum {
	IDENTITY_NOT_NEEDED, /* the service cannot get it */
	IDENTITY_KNOWN,      /* as stored, or the EPPN's value */
	IDENTITY_RENAMED,    /* as stored under another id of the service; stored under this one
				too when it is given */
	IDENTITY_NEW,        /* made just now; stored when it is given */
} IdentityNews;

typedef struct {
	char *person;     /* the identity (continuation.h): what rows and the ledger hang on */
	EppnRow *eppn;    /* the row to write when the person is let in; NULL: nothing to write */
	bool eppn_is_new; /* else it is there, and only to be opened */
	Rotation rotation;
	char *service; /* NULL: a login for its own sake */
	Protocol protocol;
	struct {
		IdentityNews news;
		char *value;
	} identifiers[IDENTIFIER_KINDS];
} Identity;

void identity_free(Identity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identity, identity_free)

/*
 * Finds out who `person` (from masterdata_person(), in one role) is, and gives them the values of
 * pairwise-id and subject-id that `service` (NULL: none) can get; with `eppn_in_store', the EPPN
 * too. `seen': of the entry that the person was made from. `reader' NULL: there
 * is no store yet, so nobody has ever been let in.
 *
 * NULL, with FAULT_ERROR, where nobody may be let in as this person, whatever the policy says:
 * FAULT_EPPN_SHARED; FAULT_EPPN_TAKEN, another human has had the EPPN; FAULT_IDENTIFIER_LOST, the
 * ledger knows that an identifier was given at this service and its row is gone;
 * FAULT_PERSON_CHANGING, a rotation (rotation.h) is pending, or was when the directory was asked,
 * so that EPPN and identifiers might not belong together; FAULT_STORE_DOWN. An EPPN that could not
 * leave anyway (none, several values, a broken one, a foreign scope) is neither looked up nor
 * remembered. Messages hold no value. `now' in seconds since 1970. Transfer full.
 */
Identity *identity_find(const IdentityRules *rules, StoreReader *reader, Person *person,
			const Service *service, const IdentitySeen *seen, int64_t now,
			GError **error);

/* Adds the condition that they are still these: CONFLICT if a rotation has begun since
 * identity_find(), so that what it found might not belong together, or is over. For every commit
 * that lets the person in. */
void identity_expect(const Identity *identity, StoreCommit *commit);

/* Adds what letting the person in as `identity' makes known for good: that the EPPN is theirs.
 * CONFLICT if somebody else with the same EPPN was let in since identity_find(). */
void identity_keep_eppn(const Identity *identity, StoreCommit *commit);

/* Adds what the decision gives for the first time. CONFLICT if another value was given since, or
 * somebody else has the value; of who comes again, the right one is found. */
void identity_keep_given(const Identity *identity, const Decision *decision, StoreCommit *commit);
