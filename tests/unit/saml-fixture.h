/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Keys, metadata and messages for the SAML tests, made afresh on each run. */
#pragma once

#include "idp/saml/identity.h"
#include <glib.h>
#include <openssl/evp.h>

typedef struct {
	EVP_PKEY *key;
	char *key_pem, *cert_pem;
	GBytes *der; /* of a self-signed certificate that has expired, as many in metadata have */
} TestKey;

/* "RSA-2048", "P-256", ... */
TestKey *test_key_new(const char *kind);
void test_key_free(TestKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestKey, test_key_free)

/* A raw signature with `digest` ("SHA256"); ECDSA as DER. */
GBytes *test_key_sign(const TestKey *key, const char *digest, const char *text);

/* The r||s form of an ECDSA signature in DER, for a field of `field` bytes. */
GBytes *test_pair_of_der(GBytes *der, int field);

/* A raw DEFLATE stream. */
GBytes *test_deflate(const void *bytes, gsize size);

/* "SAMLRequest=..." with percent escapes in upper or lower case hex. */
char *test_escape(const char *text, gboolean lower);
char *test_base64(GBytes *bytes);

/* The query of a message by Redirect, unsigned; relay_state may be NULL. */
char *test_query(const char *xml, const char *relay_state);

/* The same, signed under `algorithm` (a URI) with `digest`. */
char *test_signed_query(const char *xml, const char *relay_state, const TestKey *key,
			const char *algorithm, const char *digest);

/* The key as the daemon holds it. */
XmlKey *test_xml_key(const TestKey *key);

/* https://idp.example, of "Skolan", with scope skola.example. Borrows both. */
SamlIdentity test_identity(const XmlKey *key, GPtrArray *certificates);

/* Fails the test unless xmllint finds the file to be of SAML's schemas. */
void test_schema(const char *file);

#define RSA_SHA1     "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
#define RSA_SHA256   "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define RSA_SHA384   "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
#define RSA_SHA512   "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
#define ECDSA_SHA1   "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"
#define ECDSA_SHA256 "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
#define ECDSA_SHA384 "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"
