/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/crypto.h"

#include "idp/fault.h"
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

/* The widest field element: P-521. */
#define MAX_FIELD 66

struct CryptoKey {
	gatomicrefcount references;
	EVP_PKEY *key;
	XmlKeyKind kind;
	int bits;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ECDSA_SIG, ECDSA_SIG_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)

static bool is_good_curve(const EVP_PKEY *key)
{
	char name[32] = "";

	return EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) == 1 &&
	       (strcmp(name, "prime256v1") == 0 || strcmp(name, "secp384r1") == 0 ||
		strcmp(name, "secp521r1") == 0);
}

/* The kind of the key if it is one we would verify with, else 0. */
static XmlKeyKind judge(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	if (EVP_PKEY_is_a(key, "RSA"))
		return bits >= CRYPTO_MIN_RSA_BITS && bits <= CRYPTO_MAX_RSA_BITS ? XML_KEY_RSA : 0;
	if (EVP_PKEY_is_a(key, "EC"))
		return is_good_curve(key) ? XML_KEY_EC : 0;
	return 0;
}

CryptoKey *crypto_key_from_certificate(GBytes *der, GError **error)
{
	gsize size = 0;
	const unsigned char *bytes = g_bytes_get_data(der, &size);
	const unsigned char *end = bytes;
	g_autoptr(X509) certificate = size ? d2i_X509(NULL, &end, (long)size) : NULL;
	g_autoptr(EVP_PKEY) key = NULL;
	XmlKeyKind kind = 0;

	/* bytes after the certificate could be another one that some other reader takes instead */
	if (certificate && end == bytes + size)
		key = X509_get_pubkey(certificate);
	if (key)
		kind = judge(key);
	ERR_clear_error();
	if (!kind) {
		g_set_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE,
			    key ? "the key of a certificate is too weak or of a kind not used"
				: "a signing certificate cannot be read");
		return NULL;
	}
	CryptoKey *ours = g_new0(CryptoKey, 1);
	g_atomic_ref_count_init(&ours->references);
	ours->bits = EVP_PKEY_get_bits(key);
	ours->kind = kind;
	ours->key = g_steal_pointer(&key);
	return ours;
}

CryptoKey *crypto_key_ref(CryptoKey *key)
{
	g_atomic_ref_count_inc(&key->references);
	return key;
}

void crypto_key_unref(CryptoKey *key)
{
	if (!key || !g_atomic_ref_count_dec(&key->references))
		return;
	EVP_PKEY_free(key->key);
	g_free(key);
}

int crypto_key_bits(const CryptoKey *key)
{
	return key->bits;
}

static const EVP_MD *digest_of(XmlSignMethod method)
{
	switch (method) {
	case XML_SIGN_RSA_SHA256:
	case XML_SIGN_ECDSA_SHA256:
		return EVP_sha256();
	case XML_SIGN_RSA_SHA384:
	case XML_SIGN_ECDSA_SHA384:
		return EVP_sha384();
	case XML_SIGN_RSA_SHA512:
	case XML_SIGN_ECDSA_SHA512:
		return EVP_sha512();
	case XML_SIGN_NONE:
		break;
	}
	return NULL;
}

static bool verify(const CryptoKey *key, const EVP_MD *digest, const void *data, gsize data_size,
		   const unsigned char *signature, gsize signature_size)
{
	g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestVerifyInit(context, NULL, digest, NULL, key->key) == 1 &&
		    EVP_DigestVerify(context, signature, signature_size, data, data_size) == 1;

	ERR_clear_error();
	return good;
}

/* r||s, each as long as the curve's field, as the DER that OpenSSL takes. */
static unsigned char *der_of_pair(const unsigned char *pair, int field, int *ret_size)
{
	g_autoptr(ECDSA_SIG) value = ECDSA_SIG_new();
	g_autoptr(BIGNUM) r = BN_bin2bn(pair, field, NULL);
	g_autoptr(BIGNUM) s = BN_bin2bn(pair + field, field, NULL);
	unsigned char *der = NULL;

	if (!value || !r || !s || ECDSA_SIG_set0(value, r, s) != 1)
		return NULL;
	r = s = NULL; /* the signature owns them now */
	*ret_size = i2d_ECDSA_SIG(value, &der);
	return der;
}

static bool verify_ec(const CryptoKey *key, const EVP_MD *digest, const void *data, gsize data_size,
		      const unsigned char *signature, gsize signature_size)
{
	int field = (key->bits + 7) / 8;

	g_assert(field <= MAX_FIELD);
	if (signature_size == 2 * (gsize)field) {
		int size = 0;
		unsigned char *der = der_of_pair(signature, field, &size);
		bool good = der && verify(key, digest, data, data_size, der, (gsize)size);

		OPENSSL_free(der);
		if (good)
			return true;
	}
	return verify(key, digest, data, data_size, signature, signature_size);
}

CryptoVerdict crypto_verify(const CryptoKey *key, XmlSignMethod method, const void *data,
			    gsize data_size, const void *signature, gsize signature_size)
{
	const EVP_MD *digest = digest_of(method);
	bool good;

	if (!digest || xml_sign_method_kind(method) != key->kind)
		return CRYPTO_REFUSED;
	if (key->kind == XML_KEY_EC)
		good = verify_ec(key, digest, data, data_size, signature, signature_size);
	else
		good = verify(key, digest, data, data_size, signature, signature_size);
	return good ? CRYPTO_VERIFIED : CRYPTO_REFUSED;
}
