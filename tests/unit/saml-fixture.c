/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/saml-fixture.h"

#include <gio/gio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

static EVP_PKEY *generate(const char *kind)
{
	EVP_PKEY *key = g_str_has_prefix(kind, "RSA-")
				? EVP_RSA_gen(g_ascii_strtoull(kind + 4, NULL, 10))
				: EVP_EC_gen(kind);

	g_assert_nonnull(key);
	return key;
}

static X509 *certify(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	g_assert_cmpint(X509_set_version(certificate, 2), ==, 1);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3 * 86400L);
	X509_gmtime_adj(X509_getm_notAfter(certificate), -86400L);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const guchar *)"test", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, key);
	g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
	return certificate;
}

static char *text_of(BIO *bio)
{
	char *data = NULL;
	long size = BIO_get_mem_data(bio, &data);
	char *text = g_strndup(data, (gsize)size);

	BIO_free(bio);
	return text;
}

TestKey *test_key_new(const char *kind)
{
	TestKey *test = g_new0(TestKey, 1);
	BIO *key_bio = BIO_new(BIO_s_mem());
	BIO *certificate_bio = BIO_new(BIO_s_mem());
	guchar *der = NULL;

	test->key = generate(kind);
	X509 *certificate = certify(test->key);
	PEM_write_bio_PKCS8PrivateKey(key_bio, test->key, NULL, NULL, 0, NULL, NULL);
	PEM_write_bio_X509(certificate_bio, certificate);
	int size = i2d_X509(certificate, &der);
	test->der = g_bytes_new(der, (gsize)size);
	OPENSSL_free(der);
	X509_free(certificate);
	test->key_pem = text_of(key_bio);
	test->cert_pem = text_of(certificate_bio);
	return test;
}

void test_key_free(TestKey *key)
{
	EVP_PKEY_free(key->key);
	g_free(key->key_pem);
	g_free(key->cert_pem);
	g_bytes_unref(key->der);
	g_free(key);
}

GBytes *test_key_sign(const TestKey *key, const char *digest, const char *text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	gsize size = 0;

	g_assert_cmpint(
		EVP_DigestSignInit(context, NULL, EVP_get_digestbyname(digest), NULL, key->key), ==,
		1);
	EVP_DigestSign(context, NULL, &size, (const guchar *)text, strlen(text));
	guchar *signature = g_malloc(size);
	g_assert_cmpint(
		EVP_DigestSign(context, signature, &size, (const guchar *)text, strlen(text)), ==,
		1);
	EVP_MD_CTX_free(context);
	return g_bytes_new_take(signature, size);
}

GBytes *test_pair_of_der(GBytes *der, int field)
{
	gsize size = 0;
	const guchar *bytes = g_bytes_get_data(der, &size);
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &bytes, (long)size);
	guchar *pair = g_malloc0(2 * (gsize)field);

	BN_bn2binpad(ECDSA_SIG_get0_r(signature), pair, field);
	BN_bn2binpad(ECDSA_SIG_get0_s(signature), pair + field, field);
	ECDSA_SIG_free(signature);
	return g_bytes_new_take(pair, 2 * (gsize)field);
}

GBytes *test_deflate(const void *bytes, gsize size)
{
	g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, -1);
	g_autoptr(GInputStream) source =
		g_memory_input_stream_new_from_data(bytes, (gssize)size, NULL);
	g_autoptr(GInputStream) packed = g_converter_input_stream_new(source, G_CONVERTER(zlib));
	g_autoptr(GOutputStream) sink = g_memory_output_stream_new_resizable();
	g_autoptr(GError) error = NULL;

	g_output_stream_splice(sink, packed, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
	g_assert_no_error(error);
	return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(sink));
}

char *test_escape(const char *text, gboolean lower)
{
	GString *escaped = g_string_new(NULL);

	for (const char *at = text; *at; at++)
		if (g_ascii_isalnum(*at) || strchr("-._~", *at))
			g_string_append_c(escaped, *at);
		else
			g_string_append_printf(escaped, lower ? "%%%02x" : "%%%02X", (guchar)*at);
	return g_string_free(escaped, FALSE);
}

char *test_base64(GBytes *bytes)
{
	gsize size = 0;
	const guchar *data = g_bytes_get_data(bytes, &size);

	return g_base64_encode(data, size);
}

char *test_query(const char *xml, const char *relay_state)
{
	g_autoptr(GBytes) packed = test_deflate(xml, strlen(xml));
	g_autofree char *base64 = test_base64(packed);
	g_autofree char *request = test_escape(base64, FALSE);
	g_autofree char *relay = relay_state ? test_escape(relay_state, FALSE) : NULL;

	return g_strconcat("SAMLRequest=", request, relay ? "&RelayState=" : NULL, relay, NULL);
}

char *test_signed_query(const char *xml, const char *relay_state, const TestKey *key,
			const char *algorithm, const char *digest)
{
	g_autofree char *plain = test_query(xml, relay_state);
	g_autofree char *escaped = test_escape(algorithm, FALSE);
	g_autofree char *octets = g_strconcat(plain, "&SigAlg=", escaped, NULL);
	g_autoptr(GBytes) signature = test_key_sign(key, digest, octets);
	g_autofree char *base64 = test_base64(signature);
	g_autofree char *last = test_escape(base64, FALSE);

	return g_strconcat(octets, "&Signature=", last, NULL);
}

XmlKey *test_xml_key(const TestKey *key)
{
	g_autoptr(GError) error = NULL;
	XmlKey *ours = xml_key_new(key->key_pem, strlen(key->key_pem), key->cert_pem,
				   strlen(key->cert_pem), &error);

	g_assert_no_error(error);
	return ours;
}

SamlIdentity test_identity(const XmlKey *key, GPtrArray *certificates)
{
	static const char *const scopes[] = {"skola.example", NULL};

	return (SamlIdentity){.entity_id = "https://idp.example/saml/metadata",
			      .base_url = "https://idp.example",
			      .scopes = scopes,
			      .name_sv = "Skolan",
			      .name_en = "The school",
			      .support_email = "it@skola.example",
			      .key = key,
			      .certificates = certificates};
}

void test_schema(const char *file)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE);

	g_subprocess_launcher_setenv(launcher, "XML_CATALOG_FILES",
				     TEST_SRCDIR "/tests/unit/saml-catalog.xml", TRUE);
	g_autoptr(GSubprocess) process = g_subprocess_launcher_spawn(
		launcher, &error, "xmllint", "--nonet", "--noout", "--schema",
		TEST_SRCDIR "/tests/unit/saml-schema.xsd", file, NULL);
	g_assert_no_error(error);
	g_autofree char *words = NULL;
	g_assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, NULL, &words, &error));
	if (!g_subprocess_get_successful(process))
		g_error("%s", words);
}
