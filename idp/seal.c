/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/seal.h"

#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

#include "idp/limits.h"

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

/*
 * A sealed string, before base64url:
 *   version (1 byte) | nonce (24) | box of: expires (8, big-endian) | bytes | tag (16)
 * The associated data are the version and the purpose.
 */
#define SEAL_VERSION 1
#define NONCE        crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG          crypto_aead_xchacha20poly1305_ietf_ABYTES
#define OVERHEAD     (1 + NONCE + 8 + TAG)

G_STATIC_ASSERT(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
G_STATIC_ASSERT(SEAL_HASH_BYTES == crypto_auth_hmacsha256_BYTES);
G_STATIC_ASSERT(OVERHEAD == 49);

/* C11 atomics, not GLib's reference boxes: ThreadSanitizer sees these. */
struct Secret {
	atomic_uint references;
	gsize length;
	uint8_t bytes[];
};

struct Sealer {
	atomic_uint references;
	uint8_t box[SEAL_KEY_BYTES]; /* derived from the key file's: one key, one use */
	uint8_t mac[SEAL_KEY_BYTES];
};

bool seal_init(void)
{
	return sodium_init() >= 0;
}

static Secret *secret_alloc(gsize length)
{
	Secret *secret = g_malloc0(sizeof(Secret) + length + 1);

	atomic_init(&secret->references, 1);
	secret->length = length;
	return secret;
}

Secret *secret_new(const void *bytes, gsize length)
{
	Secret *secret = secret_alloc(length);

	if (length > 0)
		memcpy(secret->bytes, bytes, length);
	return secret;
}

Secret *secret_new_random(gsize length)
{
	Secret *secret = secret_alloc(length);

	randombytes_buf(secret->bytes, length);
	return secret;
}

Secret *secret_new_key(const void *bytes, gsize length, GError **error)
{
	const uint8_t *b = bytes;

	if (length != SEAL_KEY_BYTES) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "a key is exactly %d random bytes, this one has %" G_GSIZE_FORMAT,
			    SEAL_KEY_BYTES, length);
		return NULL;
	}
	/* The disk that was full, or the file that was only made, when the key was written. */
	if (sodium_memcmp(b, b + 1, SEAL_KEY_BYTES - 1) == 0) {
		g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
				    "a key is 32 random bytes, this one is one byte repeated");
		return NULL;
	}
	return secret_new(bytes, length);
}

Secret *secret_ref(Secret *secret)
{
	atomic_fetch_add_explicit(&secret->references, 1, memory_order_relaxed);
	return secret;
}

void secret_unref(Secret *secret)
{
	if (secret == NULL ||
	    atomic_fetch_sub_explicit(&secret->references, 1, memory_order_acq_rel) > 1)
		return;
	sodium_memzero(secret->bytes, secret->length);
	g_free(secret);
}

const uint8_t *secret_bytes(const Secret *secret)
{
	return secret->bytes;
}

const char *secret_text(const Secret *secret)
{
	return (const char *)secret->bytes;
}

gsize secret_length(const Secret *secret)
{
	return secret->length;
}

void seal_wipe(void *bytes, gsize length)
{
	if (length > 0)
		sodium_memzero(bytes, length);
}

static void derive(const uint8_t *key, const char *purpose, uint8_t derived[SEAL_KEY_BYTES])
{
	crypto_generichash(derived, SEAL_KEY_BYTES, (const uint8_t *)purpose, strlen(purpose), key,
			   SEAL_KEY_BYTES);
}

Sealer *sealer_new(const void *key, gsize length, GError **error)
{
	g_autoptr(Secret) secret = secret_new_key(key, length, error);
	Sealer *sealer;

	if (secret == NULL)
		return NULL;
	sealer = g_new0(Sealer, 1);
	atomic_init(&sealer->references, 1);
	derive(secret->bytes, "portvakt seal box 1", sealer->box);
	derive(secret->bytes, "portvakt seal mac 1", sealer->mac);
	return sealer;
}

Sealer *sealer_ref(Sealer *sealer)
{
	atomic_fetch_add_explicit(&sealer->references, 1, memory_order_relaxed);
	return sealer;
}

void sealer_unref(Sealer *sealer)
{
	if (sealer == NULL ||
	    atomic_fetch_sub_explicit(&sealer->references, 1, memory_order_acq_rel) > 1)
		return;
	sodium_memzero(sealer->box, sizeof(sealer->box));
	sodium_memzero(sealer->mac, sizeof(sealer->mac));
	g_free(sealer);
}

static char *associated_data(const char *purpose, gsize *length)
{
	char *data = g_strdup_printf("%c%s", SEAL_VERSION, purpose);

	*length = strlen(data);
	return data;
}

char *seal_close(const Sealer *sealer, const char *purpose, const void *bytes, gsize length,
		 int64_t expires)
{
	g_autofree uint8_t *blob = NULL;
	g_autofree uint8_t *plain = NULL;
	g_autofree char *data = NULL;
	gsize data_length;
	uint64_t when = GUINT64_TO_BE((uint64_t)expires);

	if (length > LIMIT_SEALED)
		return NULL;
	data = associated_data(purpose, &data_length);
	plain = g_malloc(8 + length);
	memcpy(plain, &when, 8);
	if (length > 0)
		memcpy(plain + 8, bytes, length);
	blob = g_malloc(OVERHEAD + length);
	blob[0] = SEAL_VERSION;
	randombytes_buf(blob + 1, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(blob + 1 + NONCE, NULL, plain, 8 + length,
						   (const uint8_t *)data, data_length, NULL,
						   blob + 1, sealer->box);
	sodium_memzero(plain, 8 + length);
	return seal_base64url(blob, OVERHEAD + length);
}

SealOutcome seal_open(const Sealer *sealer, const char *purpose, const char *sealed, int64_t now,
		      GBytes **bytes)
{
	g_autoptr(GBytes) blob = NULL;
	g_autofree uint8_t *plain = NULL;
	g_autofree char *data = NULL;
	const uint8_t *b;
	gsize length, data_length;
	uint64_t when;

	*bytes = NULL;
	blob = seal_base64url_decode(sealed, OVERHEAD + LIMIT_SEALED);
	if (blob == NULL)
		return SEAL_BROKEN;
	b = g_bytes_get_data(blob, &length);
	if (length < OVERHEAD || b[0] != SEAL_VERSION)
		return SEAL_BROKEN;
	data = associated_data(purpose, &data_length);
	plain = g_malloc(length);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, b + 1 + NONCE,
						       length - 1 - NONCE, (const uint8_t *)data,
						       data_length, b + 1, sealer->box) != 0)
		return SEAL_BROKEN;
	memcpy(&when, plain, 8);
	*bytes = g_bytes_new(plain + 8, length - OVERHEAD);
	sodium_memzero(plain, length);
	return now < (int64_t)GUINT64_FROM_BE(when) ? SEAL_OK : SEAL_EXPIRED;
}

void sealer_mac(const Sealer *sealer, const char *purpose, const void *bytes, gsize length,
		uint8_t mac[SEAL_HASH_BYTES])
{
	uint8_t key[SEAL_KEY_BYTES];

	derive(sealer->mac, purpose, key);
	crypto_auth_hmacsha256(mac, bytes, length, key);
	sodium_memzero(key, sizeof(key));
}

void seal_random(void *bytes, gsize length)
{
	randombytes_buf(bytes, length);
}

char *seal_random_token(gsize bytes)
{
	uint8_t random[64];

	g_assert(bytes >= 16 && bytes <= sizeof(random));
	randombytes_buf(random, bytes);
	return seal_base64url(random, bytes);
}

char *seal_base64url(const void *bytes, gsize length)
{
	gsize size = sodium_base64_encoded_len(length, BASE64);
	char *text = g_malloc(size);

	return sodium_bin2base64(text, size, bytes, length, BASE64);
}

GBytes *seal_base64url_decode(const char *text, gsize max)
{
	g_autofree uint8_t *bytes = NULL;
	gsize length;

	/* Looks no further than the longest that could be right. */
	if (text == NULL || strnlen(text, max * 2 + 4) > (max * 4 + 2) / 3)
		return NULL;
	/* libsodium 1.0.18 takes every byte past ASCII for a '_'. */
	for (const char *c = text; *c; c++)
		if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_')
			return NULL;
	bytes = g_malloc(max + 1);
	if (sodium_base642bin(bytes, max, text, strlen(text), NULL, &length, NULL, BASE64) != 0)
		return NULL;
	return g_bytes_new(bytes, length);
}

void seal_hash(const char *purpose, const void *bytes, gsize length, uint8_t hash[SEAL_HASH_BYTES])
{
	crypto_generichash_state state;

	/* The NUL that ends the purpose keeps "ab"+"c" and "a"+"bc" apart. */
	crypto_generichash_init(&state, NULL, 0, SEAL_HASH_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&state, bytes, length);
	crypto_generichash_final(&state, hash, SEAL_HASH_BYTES);
}

void seal_hmac(const Secret *key, const void *bytes, gsize length, uint8_t mac[SEAL_HASH_BYTES])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key->bytes, key->length);
	crypto_auth_hmacsha256_update(&state, bytes, length);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof(state));
}

bool seal_equal(const void *a, const void *b, gsize length)
{
	return sodium_memcmp(a, b, length) == 0;
}

bool seal_equal_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return false;
	return strlen(a) == strlen(b) && sodium_memcmp(a, b, strlen(a)) == 0;
}
