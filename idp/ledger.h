/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The ledger: one row for every answer that leaves, durable before it leaves, and one for every
 * look of an admin at why, where the person is protected.
 *
 * A row tells which service got which attributes, when, under which line of which policy. Who it
 * was about and what the values were is kept only as HMAC-SHA-256 under the ledger key, a file of
 * its own: with the key and a person's key in hand one can ask what was released about that
 * person and check a value, and without the key the rows say nothing of either. A value's HMAC is
 * bound to the person and the attribute, so equal values of two persons look different.
 *
 * Times are seconds since 1970.
 */
#pragma once

#include "idp/store/store.h"
#include "policy/service.h"

/* ---- the key ---- */

typedef struct LedgerKey LedgerKey;

/* From the bytes of the key file, exactly SEAL_KEY_BYTES. Immutable, any thread. Transfer full. */
LedgerKey *ledger_key_new(const void *bytes, gsize length, GError **error);
LedgerKey *ledger_key_ref(LedgerKey *key);
void ledger_key_unref(LedgerKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerKey, ledger_key_unref)

/* What the ledger has in place of a person's key (Person.key), and of a value. */
void ledger_person_mac(const LedgerKey *key, const char *person_key, uint8_t mac[SEAL_HASH_BYTES]);
void ledger_value_mac(const LedgerKey *key, const char *person_key, const char *attribute,
		      const char *value, uint8_t mac[SEAL_HASH_BYTES]);

/* ---- rows ---- */

typedef enum {
	LEDGER_NOTHING = 0, /* never stored */
	LEDGER_ANSWERED,    /* "answered": the attributes below were given */
	LEDGER_LOOKED, /* "looked": `account` saw what a service gets of a person whose data are
			  protected, and why; nothing was given */
} LedgerOutcome;

const char *ledger_outcome_name(LedgerOutcome outcome);
/* What rows call a protocol: "saml2", "oidc". */
const char *ledger_protocol_name(Protocol protocol);

typedef struct {
	char *attribute; /* registry name */
	uint8_t mac[SEAL_HASH_BYTES];
	char *file; /* the policy line that gave it */
	unsigned line;
} LedgerValue;

struct LedgerRow {
	int64_t id; /* given by the store; 0 before */
	int64_t time;
	int64_t expires;
	LedgerOutcome outcome;
	char *reference;   /* the one the log line has */
	char *generation;  /* of configuration, policy and metadata */
	char *protocol;    /* "saml2", "oidc"; looked: "unix" */
	char *service;     /* entityID or client id; looked: "" where it was no single one */
	char *response_id; /* unique in the ledger */
	char *account;     /* looked: name of the Unix account that did; else NULL */
	uint8_t person[SEAL_HASH_BYTES];
	GPtrArray *values; /* LedgerValue *, in the order they were added */
};

/* A row without values. Strings are copied; the person's key is not kept. Transfer full. */
LedgerRow *ledger_row_new(const LedgerKey *key, const char *person_key, int64_t time,
			  int64_t expires);
/* Sets what the row is about. Strings are copied, none may be NULL. */
void ledger_row_describe(LedgerRow *row, LedgerOutcome outcome, const char *protocol,
			 const char *service, const char *response_id, const char *reference,
			 const char *generation);
/* Instead of ledger_row_describe(): the row, made for the person who was looked at, says that
 * `account` looked. `id` is the caller's, random and unique; it is the reference too. */
void ledger_row_looked(LedgerRow *row, const char *account, const char *service, const char *id,
		       const char *generation);
/* Adds one given value, with the policy line that gave it. `person_key` as for ledger_row_new().
 * False, and nothing added, when the row holds LIMIT_LEDGER_VALUES: then do not answer. */
bool ledger_row_add(LedgerRow *row, const LedgerKey *key, const char *person_key,
		    const char *attribute, const char *value, const char *file, unsigned line);
void ledger_row_free(LedgerRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerRow, ledger_row_free)

/* ---- reading ---- */

/* Which rows: all conditions that are set must hold. Newest first. */
typedef struct {
	const char *response_id; /* or NULL */
	const uint8_t *person;   /* a ledger_person_mac(), or NULL */
	const char *service;     /* or NULL */
	int64_t since;           /* not before; 0: any */
	int64_t before_id;       /* only ids below, to read on; 0: from the newest */
	unsigned limit;          /* at most so many rows; 1 to LEDGER_READ_MAX */
} LedgerFilter;

#define LEDGER_READ_MAX 10000

/*
 * Whether an answer of `since` or later gave the service of that protocol (a client_id and an
 * entityID may be the same text, and are two services), or any where `service` is NULL, this
 * attribute of the person (a ledger_person_mac()): STORE_OK when one did, STORE_ABSENT, or
 * STORE_FAULT. Looks through all answers that the service, or all of them, had about the person,
 * newest first.
 */
StoreOutcome ledger_was_given(StoreReader *reader, const uint8_t person[SEAL_HASH_BYTES],
			      Protocol protocol, const char *service, const char *attribute,
			      int64_t since, GError **error);

/* LedgerRow * with their values (transfer full), or NULL on a fault. */
GPtrArray *ledger_read(StoreReader *reader, const LedgerFilter *filter, GError **error);
