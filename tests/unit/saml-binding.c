/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/post.h"
#include "idp/saml/redirect.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "tests/unit/saml-fixture.h"
#include <string.h>

#define DEFLATE "urn%3Aoasis%3Anames%3Atc%3ASAML%3A2.0%3Abindings%3AURL-Encoding%3ADEFLATE"
/* "<a/>" as one raw DEFLATE stream, base64 */
#define GOOD "s0nUtwMA"

static const struct {
	const char *name;
	const char *query;
	FaultCode want;
	const char *relay_state; /* of what is read */
} queries[] = {
	{"plain", "SAMLRequest=" GOOD, FAULT_NONE, NULL},
	{"relay-state", "SAMLRequest=" GOOD "&RelayState=a%20b%C3%A5", FAULT_NONE, "a bå"},
	{"relay-state-first", "RelayState=x&SAMLRequest=" GOOD, FAULT_NONE, "x"},
	{"relay-state-plus", "SAMLRequest=" GOOD "&RelayState=a+b", FAULT_NONE, "a b"},
	{"relay-state-empty", "SAMLRequest=" GOOD "&RelayState=", FAULT_NONE, NULL},
	{"encoding", "SAMLRequest=" GOOD "&SAMLEncoding=" DEFLATE, FAULT_NONE, NULL},
	{"others", "x=1&SAMLRequest=" GOOD "&y=2", FAULT_NONE, NULL},
	{"escaped-value", "SAMLRequest=%73%30nUtwMA", FAULT_NONE, NULL},

	{"nothing", "", FAULT_SAML_MALFORMED, NULL},
	{"empty-request", "SAMLRequest=", FAULT_SAML_MALFORMED, NULL},
	{"no-request", "RelayState=x", FAULT_SAML_MALFORMED, NULL},
	{"request-twice", "SAMLRequest=" GOOD "&SAMLRequest=" GOOD, FAULT_SAML_MALFORMED, NULL},
	{"request-twice-escaped", "SAMLRequest=" GOOD "&SAMLReques%74=" GOOD, FAULT_SAML_MALFORMED,
	 NULL},
	{"request-escaped-name", "SAMLReques%74=" GOOD, FAULT_SAML_MALFORMED, NULL},
	{"relay-state-twice", "SAMLRequest=" GOOD "&RelayState=a&RelayState=b",
	 FAULT_SAML_MALFORMED, NULL},
	{"relay-state-nul", "SAMLRequest=" GOOD "&RelayState=a%00b", FAULT_SAML_MALFORMED, NULL},
	{"relay-state-newline", "SAMLRequest=" GOOD "&RelayState=a%0Ab", FAULT_SAML_MALFORMED,
	 NULL},
	{"relay-state-utf8", "SAMLRequest=" GOOD "&RelayState=%E5", FAULT_SAML_MALFORMED, NULL},
	{"bad-escape", "SAMLRequest=" GOOD "&RelayState=%zz", FAULT_SAML_MALFORMED, NULL},
	{"cut-escape", "SAMLRequest=" GOOD "&RelayState=%4", FAULT_SAML_MALFORMED, NULL},
	{"encoding-other", "SAMLRequest=" GOOD "&SAMLEncoding=gzip", FAULT_SAML_MALFORMED, NULL},
	{"encoding-twice", "SAMLRequest=" GOOD "&SAMLEncoding=" DEFLATE "&SAMLEncoding=" DEFLATE,
	 FAULT_SAML_MALFORMED, NULL},
	{"base64-space", "SAMLRequest=s0nU+twMA", FAULT_SAML_MALFORMED, NULL},
	{"base64-newline", "SAMLRequest=s0nU%0AtwMA", FAULT_SAML_MALFORMED, NULL},
	{"base64-url-alphabet", "SAMLRequest=s0nUtw-_", FAULT_SAML_MALFORMED, NULL},
	{"base64-unpadded", "SAMLRequest=s0nUtwM", FAULT_SAML_MALFORMED, NULL},
	{"base64-after-padding", "SAMLRequest=s0nUtwMA%3D%3D" GOOD, FAULT_SAML_MALFORMED, NULL},
	{"base64-loose-bits", "SAMLRequest=s0nUtwN%3D", FAULT_SAML_MALFORMED, NULL},
	{"deflate-cut", "SAMLRequest=s0nU", FAULT_SAML_MALFORMED, NULL},
	{"deflate-trailing", "SAMLRequest=s0nUtwMAAA%3D%3D", FAULT_SAML_MALFORMED, NULL},
	{"deflate-twice", "SAMLRequest=s0nUtwMAs0nUtwMA", FAULT_SAML_MALFORMED, NULL},
	{"not-deflated", "SAMLRequest=PGEvPg%3D%3D", FAULT_SAML_MALFORMED, NULL},
	{"zlib-header", "SAMLRequest=eJyzSdS3AwACswEL", FAULT_SAML_MALFORMED, NULL},
	{"algorithm-alone", "SAMLRequest=" GOOD "&SigAlg=x", FAULT_SAML_SIGNATURE, NULL},
	{"signature-alone", "SAMLRequest=" GOOD "&Signature=AAAA", FAULT_SAML_SIGNATURE, NULL},
	{"signature-twice", "SAMLRequest=" GOOD "&SigAlg=x&Signature=AAAA&Signature=AAAA",
	 FAULT_SAML_MALFORMED, NULL},
	{"algorithm-twice", "SAMLRequest=" GOOD "&SigAlg=x&SigAlg=x&Signature=AAAA",
	 FAULT_SAML_MALFORMED, NULL},
	{"signature-base64", "SAMLRequest=" GOOD "&SigAlg=x&Signature=A", FAULT_SAML_SIGNATURE,
	 NULL},
	{"signature-empty", "SAMLRequest=" GOOD "&SigAlg=x&Signature=", FAULT_SAML_SIGNATURE, NULL},
};

static void check_redirect(const char *query, FaultCode want, const char *relay_state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SamlRedirect) redirect = saml_redirect_read(query, &error);

	if (want != FAULT_NONE) {
		g_assert_null(redirect);
		g_assert_error(error, FAULT_ERROR, (int)want);
		return;
	}
	g_assert_no_error(error);
	g_assert_cmpmem(g_bytes_get_data(redirect->message, NULL),
			(int)g_bytes_get_size(redirect->message), "<a/>", 4);
	g_assert_cmpstr(redirect->relay_state, ==, relay_state);
	g_assert_null(redirect->signature);
}

static void test_redirect(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);

	check_redirect(queries[i].query, queries[i].want, queries[i].relay_state);
}

static void test_sizes(void)
{
	const struct {
		const char *name;
		gsize message, relay;
		FaultCode want;
	} cases[] = {
		{"most", LIMIT_SAML_MESSAGE, LIMIT_RELAY_STATE, FAULT_NONE},
		{"message", LIMIT_SAML_MESSAGE + 1, 1, FAULT_SAML_TOO_LARGE},
		{"bomb", 50000000, 1, FAULT_SAML_TOO_LARGE},
		{"relay", 1, LIMIT_RELAY_STATE + 1, FAULT_SAML_TOO_LARGE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *message = g_strnfill(cases[i].message, 'a');
		g_autofree char *relay = g_strnfill(cases[i].relay, 'b');
		g_autofree char *query = test_query(message, relay);
		g_autoptr(GError) error = NULL;
		g_autoptr(SamlRedirect) redirect = saml_redirect_read(query, &error);

		g_test_message("%s", cases[i].name);
		g_assert_true(!redirect == (cases[i].want != FAULT_NONE));
		if (!redirect)
			g_assert_error(error, FAULT_ERROR, (int)cases[i].want);
	}
}

static TestKey *rsa, *other, *weak, *ec;

static const struct {
	const char *name;
	TestKey **key; /* that signs */
	const char *algorithm, *digest;
	TestKey **known; /* in the service's metadata beside `other`; NULL: no keys at all */
	FaultCode want;
} signatures[] = {
	{"rsa-sha256", &rsa, RSA_SHA256, "SHA256", &rsa, FAULT_NONE},
	{"rsa-sha384", &rsa, RSA_SHA384, "SHA384", &rsa, FAULT_NONE},
	{"rsa-sha512", &rsa, RSA_SHA512, "SHA512", &rsa, FAULT_NONE},
	{"ecdsa-sha256", &ec, ECDSA_SHA256, "SHA256", &ec, FAULT_NONE},
	{"second-key", &other, RSA_SHA256, "SHA256", &rsa, FAULT_NONE},
	{"no-key", &rsa, RSA_SHA256, "SHA256", NULL, FAULT_SAML_SIGNATURE},
	{"unknown-key", &rsa, RSA_SHA256, "SHA256", &ec, FAULT_SAML_SIGNATURE},
	{"rsa-sha1", &rsa, RSA_SHA1, "SHA1", &rsa, FAULT_SAML_SIGNATURE},
	{"ecdsa-sha1", &ec, ECDSA_SHA1, "SHA1", &ec, FAULT_SAML_SIGNATURE},
	{"rsa-1024", &weak, RSA_SHA256, "SHA256", &weak, FAULT_SAML_SIGNATURE},
	{"other-digest", &rsa, RSA_SHA256, "SHA512", &rsa, FAULT_SAML_SIGNATURE},
	{"other-kind", &ec, RSA_SHA256, "SHA256", &ec, FAULT_SAML_SIGNATURE},
	{"hmac", &rsa, "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "SHA1", &rsa,
	 FAULT_SAML_SIGNATURE},
	{"nonsense", &rsa, "rsa-sha256", "SHA256", &rsa, FAULT_SAML_SIGNATURE},
};

static void add_key(GPtrArray *keys, const TestKey *test)
{
	CryptoKey *key = crypto_key_from_certificate(test->der, NULL);

	if (key)
		g_ptr_array_add(keys, key);
}

static FaultCode verify(const char *query, const GPtrArray *keys)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SamlRedirect) redirect = saml_redirect_read(query, &error);

	g_assert_no_error(error);
	if (saml_redirect_verify(redirect, keys, &error))
		return FAULT_NONE;
	g_assert_true(error->domain == FAULT_ERROR);
	return (FaultCode)error->code;
}

static void test_signatures(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(signatures); i++) {
		g_autoptr(GPtrArray) keys =
			g_ptr_array_new_with_free_func((GDestroyNotify)crypto_key_unref);
		g_autofree char *query =
			test_signed_query("<a/>", "state", *signatures[i].key,
					  signatures[i].algorithm, signatures[i].digest);

		g_test_message("%s", signatures[i].name);
		if (signatures[i].known) {
			add_key(keys, other);
			add_key(keys, *signatures[i].known);
		}
		g_assert_cmpint(verify(query, keys), ==, signatures[i].want);
	}
}

static char *sign_octets(const char *octets)
{
	g_autoptr(GBytes) signature = test_key_sign(rsa, "SHA256", octets);
	g_autofree char *base64 = test_base64(signature);
	g_autofree char *last = test_escape(base64, TRUE);

	return g_strconcat(octets, "&Signature=", last, NULL);
}

/* The signature is over the octets as the sender wrote them, in the binding's order. */
static void test_raw_octets(void)
{
	g_autoptr(GPtrArray) keys =
		g_ptr_array_new_with_free_func((GDestroyNotify)crypto_key_unref);
	g_autofree char *lower = test_escape(RSA_SHA256, TRUE);
	g_autofree char *upper = test_escape(RSA_SHA256, FALSE);
	g_autofree char *octets =
		g_strconcat("SAMLRequest=%730nUtwMA&RelayState=a%2fb&SigAlg=", lower, NULL);
	g_autofree char *good = NULL;

	add_key(keys, rsa);
	good = sign_octets(octets);
	g_assert_cmpint(verify(good, keys), ==, FAULT_NONE);

	/* the same parameters in another order: signed octets are those of the binding */
	g_auto(GStrv) parts = g_strsplit(good, "&", -1);
	g_autofree char *moved =
		g_strjoin("&", "x=y", parts[3], parts[2], parts[1], parts[0], NULL);
	g_assert_cmpint(verify(moved, keys), ==, FAULT_NONE);

	/* re-encoded on the way: no longer what was signed */
	g_autofree char *again =
		g_strjoin("&", parts[0], "RelayState=a%2Fb", parts[2], parts[3], NULL);
	g_assert_cmpint(verify(again, keys), ==, FAULT_SAML_SIGNATURE);
	g_autofree char *algorithm = g_strconcat("SigAlg=", upper, NULL);
	g_autofree char *encoded = g_strjoin("&", parts[0], parts[1], algorithm, parts[3], NULL);
	g_assert_cmpint(verify(encoded, keys), ==, FAULT_SAML_SIGNATURE);

	/* RelayState taken away, changed or added */
	g_autofree char *without = g_strjoin("&", parts[0], parts[2], parts[3], NULL);
	g_assert_cmpint(verify(without, keys), ==, FAULT_SAML_SIGNATURE);
	g_autofree char *changed =
		g_strjoin("&", parts[0], "RelayState=b", parts[2], parts[3], NULL);
	g_assert_cmpint(verify(changed, keys), ==, FAULT_SAML_SIGNATURE);

	/* an empty RelayState that was sent is among what is signed */
	g_autofree char *empty =
		g_strconcat("SAMLRequest=" GOOD "&RelayState=&SigAlg=", upper, NULL);
	g_autofree char *with_empty = sign_octets(empty);
	g_assert_cmpint(verify(with_empty, keys), ==, FAULT_NONE);
	g_assert_cmpint(verify("SAMLRequest=" GOOD, keys), ==, FAULT_SAML_UNSIGNED);
}

static const struct {
	const char *name;
	const char *body;
	FaultCode want;
	const char *relay_state;
} bodies[] = {
	{"plain", "SAMLRequest=PGEvPg%3D%3D", FAULT_NONE, NULL},
	{"relay-state", "SAMLRequest=PGEvPg%3D%3D&RelayState=a+b", FAULT_NONE, "a b"},
	{"line-breaks", "SAMLRequest=PGEv%0D%0APg%3D%3D%0A", FAULT_NONE, NULL},
	{"nothing", "", FAULT_SAML_MALFORMED, NULL},
	{"empty", "SAMLRequest=", FAULT_SAML_MALFORMED, NULL},
	{"twice", "SAMLRequest=PGEvPg%3D%3D&SAMLRequest=PGEvPg%3D%3D", FAULT_SAML_MALFORMED, NULL},
	{"escaped-name", "SAMLReques%74=PGEvPg%3D%3D", FAULT_SAML_MALFORMED, NULL},
	{"relay-state-twice", "SAMLRequest=PGEvPg%3D%3D&RelayState=a&RelayState=b",
	 FAULT_SAML_MALFORMED, NULL},
	{"space", "SAMLRequest=PGEv+Pg%3D%3D", FAULT_SAML_MALFORMED, NULL},
	{"not-base64", "SAMLRequest=%3Ca/%3E", FAULT_SAML_MALFORMED, NULL},
	{"two-values", "SAMLRequest=PGEvPg%3D%3DPGEvPg%3D%3D", FAULT_SAML_MALFORMED, NULL},
};

static void test_post(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(Form) form = form_parse(bodies[i].body, strlen(bodies[i].body), &error);
	g_assert_no_error(error);
	g_autoptr(SamlPost) post = saml_post_read(form, &error);

	if (bodies[i].want != FAULT_NONE) {
		g_assert_null(post);
		g_assert_error(error, FAULT_ERROR, (int)bodies[i].want);
		return;
	}
	g_assert_no_error(error);
	g_assert_cmpmem(g_bytes_get_data(post->message, NULL), (int)g_bytes_get_size(post->message),
			"<a/>", 4);
	g_assert_cmpstr(post->relay_state, ==, bodies[i].relay_state);
	g_assert_cmpstr(post->base64, ==, "PGEvPg==");
}

static void test_post_sizes(void)
{
	const struct {
		gsize message, relay;
		FaultCode want;
	} cases[] = {
		{LIMIT_SAML_MESSAGE, LIMIT_RELAY_STATE, FAULT_NONE},
		{LIMIT_SAML_MESSAGE + 1, 1, FAULT_SAML_TOO_LARGE},
		{LIMIT_SAML_BASE64, 1, FAULT_SAML_TOO_LARGE},
		{1, LIMIT_RELAY_STATE + 1, FAULT_SAML_TOO_LARGE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *message = g_strnfill(cases[i].message, 'a');
		g_autofree char *relay = g_strnfill(cases[i].relay, 'b');
		g_autofree char *base64 = g_base64_encode((guchar *)message, cases[i].message);
		g_autofree char *escaped = test_escape(base64, FALSE);
		g_autofree char *body =
			g_strconcat("SAMLRequest=", escaped, "&RelayState=", relay, NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(Form) form = form_parse(body, strlen(body), &error);
		g_assert_no_error(error);
		g_autoptr(SamlPost) post = saml_post_read(form, &error);

		g_assert_true(!post == (cases[i].want != FAULT_NONE));
		if (!post)
			g_assert_error(error, FAULT_ERROR, (int)cases[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	rsa = test_key_new("RSA-2048");
	other = test_key_new("RSA-2048");
	weak = test_key_new("RSA-1024");
	ec = test_key_new("P-256");
	for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
		g_autofree char *path = g_strconcat("/saml/redirect/", queries[i].name, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_redirect);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
		g_autofree char *path = g_strconcat("/saml/post/", bodies[i].name, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_post);
	}
	g_test_add_func("/saml/redirect/sizes", test_sizes);
	g_test_add_func("/saml/redirect/signatures", test_signatures);
	g_test_add_func("/saml/redirect/raw-octets", test_raw_octets);
	g_test_add_func("/saml/post/sizes", test_post_sizes);
	int status = g_test_run();
	test_key_free(rsa);
	test_key_free(other);
	test_key_free(weak);
	test_key_free(ec);
	return status;
}
