/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signatures over bytes, with OpenSSL's EVP; the only user of it here. What may be used is a table
 * (XmlSignMethod): an algorithm that is not in it, or a key too small for it, is refused before
 * anything is computed (saml2int SDP-ALG01, SDP-MD06, SDP-MD07).
 */
#pragma once

#include "metadata/xml/sign.h"
#include <glib.h>
#include <stdbool.h>

#define CRYPTO_MIN_RSA_BITS 2048 /* NIST SP 800-131A: less is no longer secure */
#define CRYPTO_MAX_RSA_BITS 8192 /* verifying with a 16 k key costs 10 ms: a lever against us */

/* The public key of a service, parsed and judged once when its metadata is loaded. Immutable:
 * threads may share it. */
typedef struct CryptoKey CryptoKey;

/*
 * The public key of an X.509 certificate (DER, no trailing bytes). Dates and issuer do not matter:
 * trust comes from the metadata it stood in (saml2int SDP-MD06, IIP-MD12). Transfer full.
 * NULL with FAULT_ERROR/FAULT_SAML_SIGNATURE when it is no certificate, or its key is of another
 * kind than RSA (2048..8192 bits) or EC (P-256, P-384, P-521).
 */
CryptoKey *crypto_key_from_certificate(GBytes *der, GError **error);
CryptoKey *crypto_key_ref(CryptoKey *key);
void crypto_key_unref(CryptoKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CryptoKey, crypto_key_unref)
int crypto_key_bits(const CryptoKey *key);

typedef enum {
	CRYPTO_VERIFIED = 1,
	CRYPTO_REFUSED = 0, /* the zero value refuses */
} CryptoVerdict;

/*
 * Whether `signature` is the signature of `data` by `key` under `method` (RFC 9231 names). An ECDSA
 * signature is r||s of fixed length (XML signature) or DER (what OpenSAML sends by Redirect).
 * XML_SIGN_NONE, or a method that does not fit the key, is a refusal.
 */
CryptoVerdict crypto_verify(const CryptoKey *key, XmlSignMethod method, const void *data,
			    gsize data_size, const void *signature, gsize signature_size);
