/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/ledger.h"

#include <stdatomic.h>
#include <string.h>

#include "idp/limits.h"
#include "idp/store/backend.h"

struct LedgerKey {
	atomic_uint references;
	Secret *secret;
};

LedgerKey *ledger_key_new(const void *bytes, gsize length, GError **error)
{
	g_autoptr(Secret) secret = secret_new_key(bytes, length, error);
	LedgerKey *key;

	if (secret == NULL)
		return NULL;
	key = g_new0(LedgerKey, 1);
	atomic_init(&key->references, 1);
	key->secret = g_steal_pointer(&secret);
	return key;
}

LedgerKey *ledger_key_ref(LedgerKey *key)
{
	atomic_fetch_add_explicit(&key->references, 1, memory_order_relaxed);
	return key;
}

void ledger_key_unref(LedgerKey *key)
{
	if (key == NULL || atomic_fetch_sub_explicit(&key->references, 1, memory_order_acq_rel) > 1)
		return;
	secret_unref(key->secret);
	g_free(key);
}

/* Each part is ended by a NUL, which none of them contains: no two lists of parts give the same
 * bytes. */
static void mac_of(const LedgerKey *key, const char *const *parts, uint8_t mac[SEAL_HASH_BYTES])
{
	g_autofree char *bytes = NULL;
	gsize length = 0, at = 0;

	for (unsigned i = 0; parts[i] != NULL; i++)
		length += strlen(parts[i]) + 1;
	bytes = g_malloc(length);
	for (unsigned i = 0; parts[i] != NULL; i++) {
		memcpy(bytes + at, parts[i], strlen(parts[i]) + 1);
		at += strlen(parts[i]) + 1;
	}
	seal_hmac(key->secret, bytes, length, mac);
	seal_wipe(bytes, length);
}

void ledger_person_mac(const LedgerKey *key, const char *person_key, uint8_t mac[SEAL_HASH_BYTES])
{
	mac_of(key, (const char *[]){"portvakt ledger person 1", person_key, NULL}, mac);
}

void ledger_value_mac(const LedgerKey *key, const char *person_key, const char *attribute,
		      const char *value, uint8_t mac[SEAL_HASH_BYTES])
{
	mac_of(key, (const char *[]){"portvakt ledger value 1", person_key, attribute, value, NULL},
	       mac);
}

const char *ledger_outcome_name(LedgerOutcome outcome)
{
	static const char *const names[] = {
		[LEDGER_NOTHING] = "nothing",
		[LEDGER_ANSWERED] = "answered",
		[LEDGER_LOOKED] = "looked",
	};

	return (gsize)outcome < G_N_ELEMENTS(names) ? names[outcome] : "nothing";
}

const char *ledger_protocol_name(Protocol protocol)
{
	return protocol == PROTOCOL_OIDC ? "oidc" : "saml2";
}

static void ledger_value_free(gpointer data)
{
	LedgerValue *value = data;

	g_free(value->attribute);
	g_free(value->file);
	g_free(value);
}

LedgerRow *ledger_row_alloc(void)
{
	LedgerRow *row = g_new0(LedgerRow, 1);

	row->values = g_ptr_array_new_with_free_func(ledger_value_free);
	return row;
}

LedgerValue *ledger_row_value(LedgerRow *row)
{
	LedgerValue *value = g_new0(LedgerValue, 1);

	g_ptr_array_add(row->values, value);
	return value;
}

LedgerRow *ledger_row_new(const LedgerKey *key, const char *person_key, int64_t time,
			  int64_t expires)
{
	LedgerRow *row = ledger_row_alloc();

	row->time = time;
	row->expires = expires;
	ledger_person_mac(key, person_key, row->person);
	return row;
}

void ledger_row_describe(LedgerRow *row, LedgerOutcome outcome, const char *protocol,
			 const char *service, const char *response_id, const char *reference,
			 const char *generation)
{
	row->outcome = outcome;
	g_free(row->protocol);
	row->protocol = g_strdup(protocol);
	g_free(row->service);
	row->service = g_strdup(service);
	g_free(row->response_id);
	row->response_id = g_strdup(response_id);
	g_free(row->reference);
	row->reference = g_strdup(reference);
	g_free(row->generation);
	row->generation = g_strdup(generation);
}

void ledger_row_looked(LedgerRow *row, const char *account, const char *service, const char *id,
		       const char *generation)
{
	ledger_row_describe(row, LEDGER_LOOKED, "unix", service, id, id, generation);
	g_free(row->account);
	row->account = g_strdup(account);
}

bool ledger_row_add(LedgerRow *row, const LedgerKey *key, const char *person_key,
		    const char *attribute, const char *value, const char *file, unsigned line)
{
	LedgerValue *given;

	if (row->values->len >= LIMIT_LEDGER_VALUES)
		return false;
	given = ledger_row_value(row);
	given->attribute = g_strdup(attribute);
	ledger_value_mac(key, person_key, attribute, value, given->mac);
	given->file = g_strdup(file);
	given->line = line;
	return true;
}

void ledger_row_free(LedgerRow *row)
{
	if (row == NULL)
		return;
	g_free(row->reference);
	g_free(row->generation);
	g_free(row->protocol);
	g_free(row->service);
	g_free(row->response_id);
	g_free(row->account);
	g_ptr_array_unref(row->values);
	g_free(row);
}
