/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Everything that needs libsodium: sealed strings, random tokens, keyed and plain hashes,
 * comparison in constant time, wiping. No other file includes sodium.h.
 *
 * Times are seconds since 1970 and always told by the caller. Every object here is immutable and
 * may be used by any number of threads; ref and unref are atomic.
 *
 * A `purpose` is a literal string of ours ("portvakt pending login 1"), never something a peer
 * sent: what was sealed, hashed or authenticated for one purpose is nothing for another.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SEAL_KEY_BYTES  32 /* a key file is exactly this long: raw bytes, no newline */
#define SEAL_HASH_BYTES 32

/* Call once before any other function here, before there are threads. False only when the
 * system gives no random numbers. */
bool seal_init(void);

/* ---- secrets ---- */

/* Bytes that are wiped when the last reference goes. A NUL follows them, beyond the length. */
typedef struct Secret Secret;

/* Copies. `bytes` may be NULL when `length` is 0. Transfer full. */
Secret *secret_new(const void *bytes, gsize length);
/* `length` fresh random bytes: a new key. Transfer full. */
Secret *secret_new_random(gsize length);
/* A key as it stands in a key file. Fails, saying why, when `length` is not SEAL_KEY_BYTES or all
 * bytes are the same. Transfer full. */
Secret *secret_new_key(const void *bytes, gsize length, GError **error);
Secret *secret_ref(Secret *secret);
void secret_unref(Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_unref)

/* Transfer none; live as long as the secret. The text form stops at a NUL byte inside, if any. */
const uint8_t *secret_bytes(const Secret *secret);
const char *secret_text(const Secret *secret);
gsize secret_length(const Secret *secret);

/* Overwrites in a way no compiler removes. NULL with length 0 is allowed. */
void seal_wipe(void *bytes, gsize length);

/* ---- sealed strings: XChaCha20-Poly1305 (IETF), fresh random nonce ---- */

typedef struct Sealer Sealer;

typedef enum {
	SEAL_BROKEN = 0, /* altered, made under another key or purpose, or no seal at all */
	SEAL_EXPIRED,    /* ours, but too old: the bytes are given all the same */
	SEAL_OK,
} SealOutcome;

/* Fails as secret_new_key() does. Transfer full. */
Sealer *sealer_new(const void *key, gsize length, GError **error);
Sealer *sealer_ref(Sealer *sealer);
void sealer_unref(Sealer *sealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sealer, sealer_unref)

/*
 * Seals `length` bytes until `expires` (that second is too late). The result is unpadded base64url
 * (RFC 4648, 5), safe in URLs, forms and cookies: 4/3 of (49 + length) characters. Purpose and
 * expiry are authenticated. NULL when length is more than LIMIT_SEALED (limits.h). Transfer full.
 */
char *seal_close(const Sealer *sealer, const char *purpose, const void *bytes, gsize length,
		 int64_t expires);

/*
 * Opens what seal_close() made for the same purpose. `sealed` may be NULL or anything; only the
 * one canonical spelling opens. `*bytes` is set (transfer full) for SEAL_OK and SEAL_EXPIRED,
 * else NULL.
 */
SealOutcome seal_open(const Sealer *sealer, const char *purpose, const char *sealed, int64_t now,
		      GBytes **bytes);

/* HMAC-SHA-256 under a key derived from the sealer's and the purpose: for CSRF tokens. */
void sealer_mac(const Sealer *sealer, const char *purpose, const void *bytes, gsize length,
		uint8_t mac[SEAL_HASH_BYTES]);

/* ---- random, hashes, comparison ---- */

void seal_random(void *bytes, gsize length);
/* `bytes` random bytes (16 to 64) in unpadded base64url. Transfer full. */
char *seal_random_token(gsize bytes);

/* Unpadded base64url of bytes, and back: NULL unless `text` is the canonical spelling of at most
 * `max` bytes. Transfer full. */
char *seal_base64url(const void *bytes, gsize length);
GBytes *seal_base64url_decode(const char *text, gsize max);

/* BLAKE2b-256 of purpose and bytes, unambiguously joined: for look-up keys, not for passwords. */
void seal_hash(const char *purpose, const void *bytes, gsize length, uint8_t hash[SEAL_HASH_BYTES]);

/* HMAC-SHA-256 (RFC 2104) of exactly these bytes; key of any length. */
void seal_hmac(const Secret *key, const void *bytes, gsize length, uint8_t mac[SEAL_HASH_BYTES]);

/* Constant time for a given length. The text form: lengths are not secret; a NULL equals nothing.
 */
bool seal_equal(const void *a, const void *b, gsize length);
bool seal_equal_text(const char *a, const char *b);
