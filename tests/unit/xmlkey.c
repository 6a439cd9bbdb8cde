/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/key.h"

#include <string.h>

#include "metadata/xml/document.h"
#include "tests/unit/testkeys.h"

static EVP_PKEY *rsa(const char *name, guint bits)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
	EVP_PKEY *pkey = NULL;
	g_assert_cmpint(EVP_PKEY_keygen_init(context), ==, 1);
	EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits);
	g_assert_cmpint(EVP_PKEY_generate(context, &pkey), ==, 1);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static EVP_PKEY *explicit_curve(void)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char group[] = "P-256", encoding[] = OSSL_PKEY_EC_ENCODING_EXPLICIT;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, encoding, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey = NULL;
	g_assert_cmpint(EVP_PKEY_keygen_init(context), ==, 1);
	g_assert_cmpint(EVP_PKEY_CTX_set_params(context, params), ==, 1);
	g_assert_cmpint(EVP_PKEY_generate(context, &pkey), ==, 1);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static EVP_PKEY *make(const char *what)
{
	if (strcmp(what, "explicit") == 0)
		return explicit_curve();
	if (strcmp(what, "pss") == 0)
		return rsa("RSA-PSS", 2048);
	if (strcmp(what, "ed25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (g_ascii_isdigit(*what))
		return rsa("RSA", (int)g_ascii_strtoll(what, NULL, 10));
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", what);
}

static const struct {
	const char *what;
	guint bits; /* 0: refused */
	bool signs;
	const char *says;
} kinds[] = {
	{"2048", 2048, true},
	{"2047", 0, false, "2047 bits"},
	{"1024", 0, false, "1024 bits"},
	{"P-256", 256, true},
	{"P-384", 384, true},
	{"P-521", 521, false},
	{"P-224", 0, false, "curve"},
	{"secp256k1", 0, false, "curve"},
	{"explicit", 0, false, "curve"},
	{"pss", 0, false, "neither RSA nor EC"},
	{"ed25519", 0, false, "neither RSA nor EC"},
};

static XmlKey *key_from(const char *key_pem, const char *cert_pem, GError **error)
{
	return xml_key_new(key_pem, strlen(key_pem), cert_pem, strlen(cert_pem), error);
}

static void test_kind(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autoptr(TestKey) test = test_key_new(make(kinds[i].what));
	g_autoptr(GError) error = NULL;
	XmlCertificate certificate;
	bool read = xml_certificate_read(test->der, &certificate, &error);
	g_assert_cmpint(read, ==, kinds[i].bits > 0);
	if (read) {
		g_assert_cmpuint(certificate.bits, ==, kinds[i].bits);
		g_autofree char *print = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, test->der);
		g_assert_cmpstr(certificate.fingerprint, ==, print);
		gint64 now = g_get_real_time() / G_USEC_PER_SEC;
		g_assert_cmpint(llabs(certificate.not_before - now + 86400), <, 60);
		g_assert_cmpint(llabs(certificate.not_after - now - 3650L * 86400), <, 60);
	} else {
		g_assert_error(error, XML_ERROR, XML_ERROR_KEY);
		g_assert_nonnull(strstr(error->message, kinds[i].says));
	}
	g_clear_error(&error);
	g_autoptr(XmlKey) key = NULL;
	key = key_from(test->key_pem, test->cert_pem, &error);
	g_assert_cmpint(key != NULL, ==, kinds[i].signs);
	if (!key)
		g_assert_error(error, XML_ERROR, XML_ERROR_KEY);
}

static char *encrypted(EVP_PKEY *pkey)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char pass[] = "x1x1";
	PEM_write_bio_PrivateKey(bio, pkey, EVP_aes_256_cbc(), (guchar *)pass, 4, NULL, NULL);
	return test_key_take_bio(bio);
}

static void refused(const char *key_pem, const char *cert_pem, const char *says)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(key_from(key_pem, cert_pem, &error));
	g_assert_error(error, XML_ERROR, XML_ERROR_KEY);
	if (!strstr(error->message, says))
		g_error("\"%s\" does not say \"%s\"", error->message, says);
}

static void test_pair(void)
{
	g_autoptr(TestKey) one = test_key_new(make("P-256"));
	g_autoptr(TestKey) two = test_key_new(make("P-256"));
	g_autoptr(XmlKey) key = key_from(one->key_pem, one->cert_pem, NULL);
	g_assert_nonnull(key);
	g_assert_cmpint(xml_key_kind(key), ==, XML_KEY_EC);
	g_assert_true(g_bytes_equal(xml_key_certificate_der(key), one->der));
	g_assert_null(strchr(xml_key_certificate_base64(key), '\n'));
	XmlKey *again = xml_key_ref(key);
	g_assert_true(again == key);
	xml_key_unref(again);

	refused(one->key_pem, two->cert_pem, "another key");
	refused("", one->cert_pem, "not a private key");
	refused(one->cert_pem, one->cert_pem, "not a private key");
	refused(one->key_pem, one->key_pem, "not a certificate");
	g_autofree char *both = g_strconcat(one->cert_pem, two->cert_pem, NULL);
	refused(one->key_pem, both, "2 certificates");
	g_autofree char *locked = encrypted(one->pkey);
	refused(locked, one->cert_pem, "encrypted");
}

static void test_exponent_one(void)
{
	/* OpenSSL makes no such key, but reads one: a certificate whose every message verifies. */
	BIGNUM *n = BN_new(), *e = BN_new();
	BN_rand(n, 2048, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
	BN_one(e);
	guchar modulus[256], one[1] = {1};
	BN_bn2lebinpad(n, modulus, sizeof modulus);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, sizeof modulus),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, one, 1),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY_fromdata_init(context);
	g_assert_cmpint(EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params), ==, 1);
	g_autoptr(TestKey) signer = test_key_new(make("P-256"));
	X509 *x509 = X509_new();
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 1);
	X509_set_pubkey(x509, pkey);
	X509_sign(x509, signer->pkey, EVP_sha256());
	guchar *bytes = NULL;
	int len = i2d_X509(x509, &bytes);
	g_autoptr(GBytes) der = g_bytes_new(bytes, len);
	XmlCertificate certificate;
	g_autoptr(GError) error = NULL;
	g_assert_false(xml_certificate_read(der, &certificate, &error));
	g_assert_nonnull(strstr(error->message, "exponent"));
	OPENSSL_free(bytes);
	X509_free(x509);
	EVP_PKEY_free(pkey);
	EVP_PKEY_CTX_free(context);
	BN_free(n);
	BN_free(e);
}

static void decodes(const void *bytes, gsize len, GBytes *want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) der = xml_certificate_decode(bytes, len, &error);
	if (!want) {
		g_assert_null(der);
		g_assert_error(error, XML_ERROR, XML_ERROR_KEY);
		return;
	}
	g_assert_no_error(error);
	g_assert_true(g_bytes_equal(der, want));
}

static void test_decode(void)
{
	g_autoptr(TestKey) test = test_key_new(make("P-256"));
	gsize len;
	const guint8 *der = g_bytes_get_data(test->der, &len);
	g_autofree char *base64 = g_base64_encode(der, len);
	g_autofree char *spaced = g_strdup_printf(" \n\t%.10s\r\n %s \n", base64, base64 + 10);
	g_autofree char *talkative = g_strconcat("subject=test\n", test->cert_pem, "\n", NULL);
	g_autofree char *extra = g_strconcat(base64, "AAAA", NULL);
	g_autofree char *odd = g_strconcat(base64, "!", NULL);
	g_autofree guint8 *longer = g_malloc0(len + 1);
	memcpy(longer, der, len);
	decodes(der, len, test->der);
	decodes(base64, strlen(base64), test->der);
	decodes(spaced, strlen(spaced), test->der);
	decodes(test->cert_pem, strlen(test->cert_pem), test->der);
	decodes(talkative, strlen(talkative), test->der);
	decodes(longer, len + 1, NULL);
	decodes(der, len - 1, NULL);
	decodes(der, 1, NULL);
	decodes("", 0, NULL);
	decodes("====", 4, NULL);
	decodes(odd, strlen(odd), NULL);
	decodes(extra, strlen(extra), NULL);
	decodes(test->cert_pem, strlen(test->cert_pem) - 10, NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path = g_strconcat("/key/kind/", kinds[i].what, NULL);
		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_kind);
	}
	g_test_add_func("/key/pair", test_pair);
	g_test_add_func("/key/exponent-one", test_exponent_one);
	g_test_add_func("/key/decode", test_decode);
	return g_test_run();
}
