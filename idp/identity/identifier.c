/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/identifier.h"

#include <string.h>

#include "idp/identity/row.h"

#define BITS_IN_BYTES 20 /* 160 of SHA-256's 256 bits */

static const struct {
	const char *name, *label;
} kinds[IDENTIFIER_KINDS] = {
	[IDENTIFIER_PAIRWISE] = {"pairwise-id", "pairwise"},
	[IDENTIFIER_SUBJECT] = {"subject-id", "subject"},
};

const char *identifier_name(IdentifierKind kind)
{
	return kinds[kind].name;
}

/* The length says where the person ends: no two places have one key. */
static char *place_key(const IdentifierPlace *place)
{
	g_assert((place->kind == IDENTIFIER_PAIRWISE) == (place->service != NULL));
	g_assert((place->service != NULL) == (place->protocol != 0));
	/* a client_id may be spelt as an entityID is, and is another's */
	return g_strdup_printf("%s %u %zu %s %s%s", kinds[place->kind].label, place->rotation,
			       strlen(place->person), place->person,
			       !place->service                    ? ""
			       : place->protocol == PROTOCOL_OIDC ? "oidc "
								  : "saml ",
			       place->service ? place->service : "");
}

/* Subject identifiers are compared without regard to case (profile, 3.3.1). */
static char *taken_key(IdentifierKind kind, const char *value)
{
	g_autofree char *folded = g_ascii_strdown(value, -1);
	return g_strconcat("taken ", kinds[kind].label, " ", folded, NULL);
}

StoreOutcome identifier_find(StoreReader *reader, const IdentifierPlace *place, char **value,
			     GError **error)
{
	g_autofree char *key = place_key(place);
	return row_get(reader, STORE_IDENTIFIER, key, value, error);
}

StoreOutcome identifier_owner(StoreReader *reader, IdentifierKind kind, const char *value,
			      char **person, GError **error)
{
	g_autofree char *key = taken_key(kind, value);
	return row_get(reader, STORE_IDENTIFIER, key, person, error);
}

char *identifier_base32(const uint8_t *bytes, gsize length)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	GString *text = g_string_sized_new(length / 5 * 8);

	g_assert(length % 5 == 0);
	for (gsize bit = 0; bit < length * 8; bit += 5) {
		unsigned two = (unsigned)bytes[bit / 8] << 8;
		if (bit / 8 + 1 < length)
			two |= bytes[bit / 8 + 1];
		g_string_append_c(text, letters[two >> (11 - bit % 8) & 31]);
	}
	return g_string_free(text, FALSE);
}

char *identifier_make(const Secret *key, const IdentifierPlace *place, const char *scope)
{
	g_autofree char *label = place_key(place);
	g_autofree char *message = g_strconcat("portvakt identifier 1 ", label, NULL);
	uint8_t mac[SEAL_HASH_BYTES];

	seal_hmac(key, message, strlen(message), mac);
	g_autofree char *local = identifier_base32(mac, BITS_IN_BYTES);
	return g_strconcat(local, "@", scope, NULL);
}

void identifier_keep(StoreCommit *commit, const IdentifierPlace *place, const char *value)
{
	g_autofree char *key = place_key(place);
	g_autofree char *taken = taken_key(place->kind, value);
	g_autoptr(GBytes) row = row_pack(value);
	g_autoptr(GBytes) owner = row_pack(place->person);

	store_ensure(commit, STORE_IDENTIFIER, key, place->person, row);
	store_ensure(commit, STORE_IDENTIFIER, taken, place->person, owner);
}
