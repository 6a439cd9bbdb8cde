/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* Keys for tests, made when they run: none lies in the source. */

typedef struct {
	EVP_PKEY *pkey;
	char *key_pem, *cert_pem;
	GBytes *der;
} TestKey;

static inline char *test_key_take_bio(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	char *text = g_strndup(data, len);
	BIO_free(bio);
	return text;
}

/* Takes pkey; a self-signed certificate from `from` to `to`, seconds from now. */
static inline TestKey *test_key_for(EVP_PKEY *pkey, long from, long to)
{
	g_assert_nonnull(pkey);
	TestKey *key = g_new0(TestKey, 1);
	key->pkey = pkey;
	X509 *x509 = X509_new();
	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), from);
	X509_gmtime_adj(X509_getm_notAfter(x509), to);
	X509_NAME *name = X509_get_subject_name(x509);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const guchar *)"test", -1, -1, 0);
	X509_set_issuer_name(x509, name);
	X509_set_pubkey(x509, pkey);
	bool plain = EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519;
	g_assert_cmpint(X509_sign(x509, pkey, plain ? NULL : EVP_sha256()), >, 0);
	guchar *der = NULL;
	int len = i2d_X509(x509, &der);
	key->der = g_bytes_new(der, len);
	OPENSSL_free(der);
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(bio, x509);
	key->cert_pem = test_key_take_bio(bio);
	bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
	key->key_pem = test_key_take_bio(bio);
	X509_free(x509);
	return key;
}

/* Valid from yesterday for ten years. */
static inline TestKey *test_key_new(EVP_PKEY *pkey)
{
	return test_key_for(pkey, -86400, 3650L * 86400);
}

static inline void test_key_free(TestKey *key)
{
	EVP_PKEY_free(key->pkey);
	g_free(key->key_pem);
	g_free(key->cert_pem);
	g_bytes_unref(key->der);
	g_free(key);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestKey, test_key_free)
