/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * pairwise-id, also the value of a persistent NameID, and subject-id where the EPPN will not do
 * (OASIS SAML V2.0 Subject Identifier Attributes Profile 1.0).
 *
 * A value is made once: 160 bits of HMAC-SHA-256 under the [identifiers] key, over whose it is, how
 * often that person's identifiers were renewed and, for a pairwise-id, the service; in base32 (RFC
 * 4648, 6) in lower case and without padding; then `@` and the first of the school's scopes. The
 * commit that first releases it stores it, and from then on the row is the truth: no change of key,
 * scopes, entityID or directory entry changes it. A second row says whose the value is, so that no
 * other person can ever get it.
 *
 * `person` is an identity (continuation.h). Nothing here belongs in a log.
 */
#pragma once

#include "idp/store/store.h"
#include "policy/service.h"

typedef enum {
	IDENTIFIER_PAIRWISE, /* "pairwise-id": one for each service */
	IDENTIFIER_SUBJECT,  /* "subject-id": one for all services */
	IDENTIFIER_KINDS
} IdentifierKind;

/* Characters before the `@`: 160 bits, five to a character. */
#define IDENTIFIER_LENGTH 32

/* Whose and where. Borrowed. */
typedef struct {
	IdentifierKind kind;
	const char *person;
	unsigned rotation;   /* how often renewed (rotation.h) */
	const char *service; /* of a pairwise-id, and which protocol's; NULL for a subject-id */
	Protocol protocol;
} IdentifierPlace;

/* The registry's name of it. Transfer none. */
const char *identifier_name(IdentifierKind kind);

/* The value that is stored; `*value` (transfer full) is set for STORE_OK, else NULL. */
StoreOutcome identifier_find(StoreReader *reader, const IdentifierPlace *place, char **value,
			     GError **error);

/* Whose a value is, in any case, with any renewal; `*person` as above. */
StoreOutcome identifier_owner(StoreReader *reader, IdentifierKind kind, const char *value,
			      char **person, GError **error);

/* The value for a place that has none. Equal arguments give equal values. Transfer full. */
char *identifier_make(const Secret *key, const IdentifierPlace *place, const char *scope);

/* Adds the rows of a value. CONFLICT where the place has another one, or somebody else has it. */
void identifier_keep(StoreCommit *commit, const IdentifierPlace *place, const char *value);

/* RFC 4648, 6, in lower case, unpadded. `length` is a multiple of five. Transfer full. */
char *identifier_base32(const uint8_t *bytes, gsize length);
