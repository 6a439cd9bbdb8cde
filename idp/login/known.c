/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/known.h"

#include <string.h>

#include "idp/limits.h"

#define TOKEN_BYTES 32

struct Known {
	char *token;
	GBytes *users; /* hashes of SEAL_HASH_BYTES each, the latest first */
	int64_t expires;
};

void known_free(Known *known)
{
	if (!known)
		return;
	g_free(known->token);
	g_bytes_unref(known->users);
	g_free(known);
}

StoreOutcome known_find(StoreReader *reader, const char *cookie, int64_t now, Known **known,
			GError **error)
{
	g_autoptr(GBytes) token = cookie ? seal_base64url_decode(cookie, TOKEN_BYTES) : NULL;
	g_autoptr(GBytes) users = NULL;
	int64_t expires = 0;

	*known = NULL;
	if (!token || g_bytes_get_size(token) != TOKEN_BYTES)
		return STORE_ABSENT;
	StoreOutcome outcome = store_get(reader, STORE_KNOWN, cookie, now, &users, &expires, error);
	if (outcome != STORE_OK)
		return outcome;
	*known = g_new0(Known, 1);
	(*known)->token = g_strdup(cookie);
	(*known)->users = g_steal_pointer(&users);
	(*known)->expires = expires;
	return STORE_OK;
}

static void user_hash(const char *token, const char *person_key, uint8_t hash[SEAL_HASH_BYTES])
{
	g_autofree char *both = g_strconcat(token, " ", person_key, NULL);
	seal_hash("portvakt known user 1", both, strlen(both), hash);
}

/* Which of the users that is, from 0; or -1. */
static int find(const Known *known, const uint8_t hash[SEAL_HASH_BYTES])
{
	gsize length;
	const uint8_t *users = g_bytes_get_data(known->users, &length);

	for (gsize at = 0; at + SEAL_HASH_BYTES <= length; at += SEAL_HASH_BYTES)
		if (seal_equal(users + at, hash, SEAL_HASH_BYTES))
			return (int)(at / SEAL_HASH_BYTES);
	return -1;
}

bool known_has(const Known *known, const char *person_key)
{
	uint8_t hash[SEAL_HASH_BYTES];

	if (!known)
		return false;
	user_hash(known->token, person_key, hash);
	return find(known, hash) >= 0;
}

const char *known_token(const Known *known)
{
	return known->token;
}

/* The list with that user first. Transfer full. */
static GBytes *with_first(const Known *known, const uint8_t hash[SEAL_HASH_BYTES])
{
	g_autoptr(GByteArray) list = g_byte_array_new();
	gsize length = 0;
	const uint8_t *users = known ? g_bytes_get_data(known->users, &length) : NULL;

	g_byte_array_append(list, hash, SEAL_HASH_BYTES);
	for (gsize at = 0; at + SEAL_HASH_BYTES <= length; at += SEAL_HASH_BYTES)
		if (list->len < LIMIT_KNOWN_USERS * SEAL_HASH_BYTES &&
		    !seal_equal(users + at, hash, SEAL_HASH_BYTES))
			g_byte_array_append(list, users + at, SEAL_HASH_BYTES);
	return g_byte_array_free_to_bytes(g_steal_pointer(&list));
}

char *known_remember(StoreCommit *commit, const Known *known, const char *person_key, int64_t now)
{
	g_autofree char *token = known ? g_strdup(known->token) : seal_random_token(TOKEN_BYTES);
	uint8_t hash[SEAL_HASH_BYTES];

	user_hash(token, person_key, hash);
	if (!known || find(known, hash) != 0 ||
	    known->expires < now + KNOWN_LIFE - KNOWN_RENEW_AFTER) {
		g_autoptr(GBytes) users = with_first(known, hash);
		store_put(commit, STORE_KNOWN, token, NULL, users, now + KNOWN_LIFE);
	}
	return g_steal_pointer(&token);
}
