/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/keypair.h"

#include <gio/gio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)

/* X.520 ub-common-name */
#define COMMON_NAME_MAX 64
/* RFC 5280 4.1.2.2: positive, at most 20 octets; CA/B wants 64 random bits, we take 127. */
#define SERIAL_BITS 127

static const struct {
	const char *name;
	int bits; /* 0: P-256 */
} kinds[] = {
	[KEYPAIR_RSA_3072] = {"rsa-3072", 3072},
	[KEYPAIR_RSA_2048] = {"rsa-2048", 2048},
	[KEYPAIR_P256] = {"p-256", 0},
};

bool keypair_kind_by_name(const char *name, KeypairKind *ret_kind)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_equal(kinds[i].name, name)) {
			*ret_kind = (KeypairKind)i;
			return true;
		}
	return false;
}

static bool fill_certificate(X509 *certificate, EVP_PKEY *key, const char *common_name, gint64 now,
			     int days)
{
	g_autoptr(BIGNUM) serial = BN_new();
	g_autofree char *name = g_utf8_substring(
		common_name, 0, MIN(g_utf8_strlen(common_name, -1), COMMON_NAME_MAX));
	X509_NAME *subject = X509_get_subject_name(certificate);
	return serial && BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
	       BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) &&
	       X509_set_version(certificate, 2) &&
	       ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)now) &&
	       ASN1_TIME_adj(X509_getm_notAfter(certificate), (time_t)now, days, 0) &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const guchar *)name, -1,
					  -1, 0) &&
	       X509_set_issuer_name(certificate, subject) && X509_set_pubkey(certificate, key) &&
	       X509_sign(certificate, key, EVP_sha256()) > 0;
}

static char *take_text(BIO *bio)
{
	char *bytes = NULL;
	long length = BIO_get_mem_data(bio, &bytes);
	return g_strndup(bytes, (gsize)length);
}

bool keypair_new(KeypairKind kind, const char *common_name, gint64 now, int days, char **ret_key,
		 char **ret_certificate, GError **error)
{
	int bits = kinds[kind].bits;
	g_autoptr(EVP_PKEY) key = bits ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits)
				       : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	g_autoptr(X509) certificate = X509_new();
	/* secure memory is wiped when it is freed */
	g_autoptr(BIO) key_bio = BIO_new(BIO_s_secmem());
	g_autoptr(BIO) certificate_bio = BIO_new(BIO_s_mem());
	if (!key || !certificate || !key_bio || !certificate_bio ||
	    !fill_certificate(certificate, key, common_name, now, days) ||
	    !PEM_write_bio_PKCS8PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL) ||
	    !PEM_write_bio_X509(certificate_bio, certificate)) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
				    "OpenSSL could not make the key and its certificate");
		return false;
	}
	*ret_key = take_text(key_bio);
	*ret_certificate = take_text(certificate_bio);
	return true;
}
