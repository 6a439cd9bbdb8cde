/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/crypto.h"

#include "idp/fault.h"
#include "tests/unit/saml-fixture.h"
#include <string.h>

#define TEXT "SAMLRequest=abc&SigAlg=def"

static const struct {
	const char *name;
	const char *kind;
	const char *digest; /* what signs */
	XmlSignMethod method;
	int field; /* of the r||s form; 0: the signature as it is */
	CryptoVerdict want;
} verdicts[] = {
	{"rsa-sha256", "RSA-2048", "SHA256", XML_SIGN_RSA_SHA256, 0, CRYPTO_VERIFIED},
	{"rsa-sha384", "RSA-2048", "SHA384", XML_SIGN_RSA_SHA384, 0, CRYPTO_VERIFIED},
	{"rsa-sha512", "RSA-3072", "SHA512", XML_SIGN_RSA_SHA512, 0, CRYPTO_VERIFIED},
	{"ecdsa-sha256-der", "P-256", "SHA256", XML_SIGN_ECDSA_SHA256, 0, CRYPTO_VERIFIED},
	{"ecdsa-sha256-pair", "P-256", "SHA256", XML_SIGN_ECDSA_SHA256, 32, CRYPTO_VERIFIED},
	{"ecdsa-sha384-pair", "P-384", "SHA384", XML_SIGN_ECDSA_SHA384, 48, CRYPTO_VERIFIED},
	{"ecdsa-sha512-pair", "P-521", "SHA512", XML_SIGN_ECDSA_SHA512, 66, CRYPTO_VERIFIED},
	{"rsa-other-digest", "RSA-2048", "SHA256", XML_SIGN_RSA_SHA512, 0, CRYPTO_REFUSED},
	{"rsa-signed-with-sha1", "RSA-2048", "SHA1", XML_SIGN_RSA_SHA256, 0, CRYPTO_REFUSED},
	{"rsa-key-as-ecdsa", "RSA-2048", "SHA256", XML_SIGN_ECDSA_SHA256, 0, CRYPTO_REFUSED},
	{"ec-key-as-rsa", "P-256", "SHA256", XML_SIGN_RSA_SHA256, 0, CRYPTO_REFUSED},
	{"no-method", "RSA-2048", "SHA256", XML_SIGN_NONE, 0, CRYPTO_REFUSED},
	{"pair-too-wide", "P-256", "SHA256", XML_SIGN_ECDSA_SHA256, 33, CRYPTO_REFUSED},
};

static void test_verify(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(TestKey) test = test_key_new(verdicts[i].kind);
	g_autoptr(CryptoKey) key = crypto_key_from_certificate(test->der, &error);
	g_autoptr(GBytes) der = test_key_sign(test, verdicts[i].digest, TEXT);
	g_autoptr(GBytes) signature =
		verdicts[i].field ? test_pair_of_der(der, verdicts[i].field) : g_bytes_ref(der);
	gsize size = 0;
	const guchar *bytes = g_bytes_get_data(signature, &size);

	g_assert_no_error(error);
	g_assert_cmpint(crypto_verify(key, verdicts[i].method, TEXT, strlen(TEXT), bytes, size), ==,
			verdicts[i].want);
	/* every shorter signature, one changed byte, and another text refuse */
	for (gsize n = 0; n < size; n++)
		g_assert_cmpint(
			crypto_verify(key, verdicts[i].method, TEXT, strlen(TEXT), bytes, n), ==,
			CRYPTO_REFUSED);
	g_autofree guchar *changed = g_memdup2(bytes, size);
	changed[size / 2] ^= 1;
	g_assert_cmpint(crypto_verify(key, verdicts[i].method, TEXT, strlen(TEXT), changed, size),
			==, CRYPTO_REFUSED);
	g_assert_cmpint(crypto_verify(key, verdicts[i].method, "other", 5, bytes, size), ==,
			CRYPTO_REFUSED);
}

static const struct {
	const char *kind;
	int bits; /* 0: refused */
} kinds[] = {
	{"RSA-1024", 0}, {"RSA-2047", 0},  {"RSA-2048", 2048}, {"P-192", 0},
	{"P-256", 256},  {"secp256k1", 0}, {"P-384", 384},
};

static void test_kinds(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(TestKey) test = test_key_new(kinds[i].kind);
		g_autoptr(CryptoKey) key = crypto_key_from_certificate(test->der, &error);

		g_test_message("%s", kinds[i].kind);
		if (kinds[i].bits)
			g_assert_cmpint(crypto_key_bits(key), ==, kinds[i].bits);
		else
			g_assert_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE);
		g_assert_true(!key == !kinds[i].bits);
	}
}

static void test_not_certificates(void)
{
	g_autoptr(TestKey) test = test_key_new("P-256");
	gsize size = 0;
	const guchar *der = g_bytes_get_data(test->der, &size);
	g_autofree guchar *longer = g_malloc0(size + 1);

	memcpy(longer, der, size);
	for (gsize n = 0; n <= size + 1; n++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) bytes = g_bytes_new(longer, n);
		g_autoptr(CryptoKey) key = crypto_key_from_certificate(bytes, &error);

		if (n == size) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_null(key);
		g_assert_error(error, FAULT_ERROR, FAULT_SAML_SIGNATURE);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(verdicts); i++) {
		g_autofree char *path = g_strconcat("/crypto/verify/", verdicts[i].name, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_verify);
	}
	g_test_add_func("/crypto/kinds", test_kinds);
	g_test_add_func("/crypto/not-certificates", test_not_certificates);
	return g_test_run();
}
