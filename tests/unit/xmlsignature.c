/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/sign.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "metadata/xml/init.h"
#include "tests/unit/testkeys.h"

static TestKey *rsa_test, *ec_test, *other_test, *weak_test;
static XmlKey *rsa_key, *ec_key;

static XmlKey *load(const TestKey *test)
{
	g_autoptr(GError) error = NULL;
	XmlKey *key = xml_key_new(test->key_pem, strlen(test->key_pem), test->cert_pem,
				  strlen(test->cert_pem), &error);
	g_assert_no_error(error);
	return key;
}

/* A Response with an Assertion of the size that a login has, both signed; or a plain request. */
static XmlDocument *build(const XmlKey *key, bool with_assertion)
{
	g_autoptr(GError) error = NULL;
	XmlDocument *doc = xml_document_new();
	XmlNode *root = xml_document_add_root(doc, XML_NS_SAMLP, "samlp",
					      with_assertion ? "Response" : "AuthnRequest");
	xml_node_set(root, "ID", "_root");
	xml_node_set(root, "Version", "2.0");
	XmlNode *issuer =
		xml_node_add_with_text(root, XML_NS_SAML, "saml", "Issuer", "https://idp.example");
	if (!with_assertion) {
		xml_node_set(xml_node_add(root, XML_NS_SAMLP, "samlp", "NameIDPolicy"),
			     "AllowCreate", "true");
	} else {
		xml_node_set(xml_node_add(xml_node_add(root, XML_NS_SAMLP, "samlp", "Status"),
					  XML_NS_SAMLP, "samlp", "StatusCode"),
			     "Value", "urn:oasis:names:tc:SAML:2.0:status:Success");
		XmlNode *assertion = xml_node_add(root, XML_NS_SAML, "saml", "Assertion");
		xml_node_set(assertion, "ID", "_assertion");
		XmlNode *inner = xml_node_add_with_text(assertion, XML_NS_SAML, "saml", "Issuer",
							"https://idp.example");
		XmlNode *statement =
			xml_node_add(assertion, XML_NS_SAML, "saml", "AttributeStatement");
		for (int i = 0; i < 6; i++) {
			XmlNode *attribute =
				xml_node_add(statement, XML_NS_SAML, "saml", "Attribute");
			xml_node_set(attribute, "Name", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6");
			xml_node_set_ns(xml_node_add_with_text(attribute, XML_NS_SAML, "saml",
							       "AttributeValue", "Åsa Ögren"),
					XML_NS_XSI, "xsi", "type", "xs:string");
		}
		g_assert_true(xml_sign(doc, assertion, "_assertion", key, inner, &error));
	}
	g_assert_true(xml_sign(doc, root, "_root", key, issuer, &error));
	g_assert_no_error(error);
	return doc;
}

static char *signed_text(const XmlKey *key, bool with_assertion)
{
	g_autoptr(XmlDocument) doc = build(key, with_assertion);
	g_autoptr(GBytes) bytes = xml_document_to_message(doc);
	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static bool verify(const char *text, gsize len, const TestKey *const *keys, GError **error)
{
	g_autoptr(XmlDocument) doc = xml_document_parse(text, len, &XML_LIMITS_MESSAGE, error);
	if (!doc)
		return false;
	g_autoptr(GPtrArray) certs = g_ptr_array_new();
	for (; *keys; keys++)
		g_ptr_array_add(certs, (*keys)->der);
	return xml_signature_verify(doc, xml_document_root(doc), certs, error);
}

static void test_round_trip(gconstpointer data)
{
	const XmlKey *key = data;
	const TestKey *mine = key == rsa_key ? rsa_test : ec_test;
	g_autofree char *text = signed_text(key, false);
	const TestKey *const pinned[] = {mine, NULL};
	const TestKey *const several[] = {weak_test, other_test, mine, NULL};
	const TestKey *const wrong[] = {weak_test, other_test, key == rsa_key ? ec_test : rsa_test,
					NULL};
	const TestKey *const none[] = {NULL};
	g_autoptr(GError) error = NULL;
	g_assert_true(verify(text, strlen(text), pinned, &error));
	g_assert_true(verify(text, strlen(text), several, &error));
	g_assert_no_error(error);
	/* KeyInfo carries the right certificate; it must not count. */
	g_assert_false(verify(text, strlen(text), wrong, &error));
	g_assert_error(error, XML_ERROR, XML_ERROR_SIGNATURE);
	g_clear_error(&error);
	g_assert_false(verify(text, strlen(text), none, &error));
	g_assert_error(error, XML_ERROR, XML_ERROR_SIGNATURE);
}

/* Each byte of what is signed, one at a time. Those of KeyInfo are not signed, but change nothing
 * that is read. Of the last letter of base64 before "==" four bits mean nothing. */
static void test_each_byte(void)
{
	g_autofree char *text = signed_text(ec_key, false);
	const TestKey *const pinned[] = {ec_test, NULL};
	const char *from = strstr(text, "<ds:KeyInfo>"), *to = strstr(text, "</ds:KeyInfo>");
	for (gsize i = 0; text[i]; i++) {
		if (text + i >= from && text + i < to + strlen("</ds:KeyInfo>"))
			continue;
		if (g_str_has_prefix(text + i + 1, "==</ds:SignatureValue>"))
			continue;
		char was = text[i];
		text[i] = was == 'a' ? 'b' : 'a';
		g_autoptr(GError) error = NULL;
		if (verify(text, strlen(text), pinned, &error))
			g_error("byte %zu: '%c' for '%c' verifies", i, text[i], was);
		g_assert_nonnull(error);
		text[i] = was;
	}
	g_assert_true(verify(text, strlen(text), pinned, NULL));
}

/* The same with another's eyes. */
static void test_xmlsec1_command(gconstpointer data)
{
	const XmlKey *key = data;
	const TestKey *mine = key == rsa_key ? rsa_test : ec_test;
	g_autofree char *program = g_find_program_in_path("xmlsec1");
	if (!program) {
		g_test_skip("xmlsec1 is not installed");
		return;
	}
	g_autofree char *folder = g_dir_make_tmp("xmlsignature-XXXXXX", NULL);
	g_autofree char *message = g_build_filename(folder, "message.xml", NULL);
	g_autofree char *cert = g_build_filename(folder, "cert.pem", NULL);
	g_autofree char *text = signed_text(key, true);
	g_assert_true(g_file_set_contents(cert, mine->cert_pem, -1, NULL));
	static const char *const xpaths[] = {
		"/*[local-name()='Response']/*[local-name()='Signature']",
		"//*[local-name()='Assertion']/*[local-name()='Signature']"};
	for (int broken = 0; broken < 2; broken++) {
		if (broken)
			strstr(text, "gren<")[2] = 'a';
		g_assert_true(g_file_set_contents(message, text, -1, NULL));
		for (gsize i = 0; i < G_N_ELEMENTS(xpaths); i++) {
			g_autoptr(GSubprocess) child = g_subprocess_new(
				G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
					G_SUBPROCESS_FLAGS_STDERR_SILENCE,
				NULL, program, "--verify", "--pubkey-cert-pem", cert,
				"--id-attr:ID", XML_NS_SAMLP ":Response", "--id-attr:ID",
				XML_NS_SAML ":Assertion", "--enabled-key-data",
				"rsa,ec,ecdsa,key-name", "--node-xpath", xpaths[i], message, NULL);
			g_assert_nonnull(child);
			g_assert_cmpint(g_subprocess_wait_check(child, NULL, NULL), ==, !broken);
		}
	}
	g_unlink(message);
	g_unlink(cert);
	g_rmdir(folder);
}

#define OBJECT "<ds:Object><a xmlns=\"u:a\"/></ds:Object>"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define EXC    "http://www.w3.org/2001/10/xml-exc-c14n#"
#define OPEN   "<ds:Transform Algorithm=\""
#define ENV    OPEN "http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"
#define C14N   OPEN EXC "\"/>"

/* Changes to the text of a signed message; each is refused for its form, whatever the keys. */
static const struct {
	const char *name, *find, *put;
	bool fine;
} shapes[] = {
	{"as-signed", "", "", true},
	{"inclusive-namespaces", C14N,
	 OPEN EXC "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		  "\" PrefixList=\"xs\"/></ds:Transform>",
	 true},
	{"sha-512", SHA256, "http://www.w3.org/2001/04/xmlenc#sha512", true},
	{"white-space-within", "<ds:SignedInfo>", "\n <ds:SignedInfo>\n", true},

	{"rsa-sha1", "2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"},
	{"dsa-sha1", "2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#dsa-sha1"},
	{"hmac-sha1", "2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#hmac-sha1"},
	{"hmac-sha256", "#rsa-sha256", "#hmac-sha256"},
	{"rsa-md5", "#rsa-sha256", "#rsa-md5"},
	{"rsa-pss", "2001/04/xmldsig-more#rsa-sha256", "2007/05/xmldsig-more#sha256-rsa-MGF1"},
	{"method-with-hidden-letter", "#rsa-sha256", "#rsa-sha256 "},
	{"method-without-algorithm", "<ds:SignatureMethod Algorithm", "<ds:SignatureMethod Alg"},
	{"hmac-output-length", "#rsa-sha256\"/>",
	 "#rsa-sha256\"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"},
	{"digest-sha1", SHA256, "http://www.w3.org/2000/09/xmldsig#sha1"},
	{"digest-md5", SHA256, "http://www.w3.org/2001/04/xmldsig-more#md5"},
	{"c14n-inclusive", "<ds:CanonicalizationMethod Algorithm=\"" EXC,
	 "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
	{"c14n-with-comments", "<ds:CanonicalizationMethod Algorithm=\"" EXC,
	 "<ds:CanonicalizationMethod Algorithm=\"" EXC "WithComments"},

	{"transform-with-comments", C14N, OPEN EXC "WithComments\"/>"},
	{"transform-c14n-inclusive", C14N,
	 OPEN "http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>"},
	{"transform-xslt", C14N, OPEN "http://www.w3.org/TR/1999/REC-xslt-19991116\"/>"},
	{"transform-xslt-third", C14N, C14N OPEN "http://www.w3.org/TR/1999/REC-xslt-19991116\"/>"},
	{"transform-xpath", ENV,
	 OPEN
	 "http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>1</ds:XPath></ds:Transform>"},
	{"transform-base64", C14N, OPEN "http://www.w3.org/2000/09/xmldsig#base64\"/>"},
	{"transform-only-c14n", ENV, ""},
	{"transform-only-enveloped", C14N, ""},
	{"transform-reversed", ENV C14N, C14N ENV},
	{"transform-enveloped-twice", ENV, ENV ENV},
	{"transforms-missing", "<ds:Transforms>" ENV C14N "</ds:Transforms>", ""},
	{"transform-with-parameter", C14N, OPEN EXC "\"><x xmlns=\"u:x\"/></ds:Transform>"},
	{"transform-with-text", C14N, OPEN EXC "\">x</ds:Transform>"},

	{"reference-empty", "URI=\"#_root\"", "URI=\"\""},
	{"reference-missing", " URI=\"#_root\"", ""},
	{"reference-to-other", "URI=\"#_root\"", "URI=\"#_other\""},
	{"reference-bare", "URI=\"#_root\"", "URI=\"#\""},
	{"reference-xpointer-root", "URI=\"#_root\"", "URI=\"#xpointer(/)\""},
	{"reference-xpointer-id", "URI=\"#_root\"", "URI=\"#xpointer(id('_root'))\""},
	{"reference-file", "URI=\"#_root\"", "URI=\"file:///etc/passwd\""},
	{"reference-http", "URI=\"#_root\"", "URI=\"http://127.0.0.1/#_root\""},
	{"reference-twice", "<ds:Reference ", "<ds:Reference URI=\"#_root\"/><ds:Reference "},
	{"reference-none", "ds:Reference", "ds:Manifest"},
	{"digest-with-comment", "<ds:DigestValue>", "<ds:DigestValue><!-- x -->"},
	{"digest-with-element", "<ds:DigestValue>", "<ds:DigestValue><ds:x/>"},
	{"value-with-comment", "<ds:SignatureValue>", "<ds:SignatureValue><!-- x -->"},
	{"comment-in-signed-info", "<ds:SignedInfo>", "<ds:SignedInfo><!-- x -->"},
	{"text-in-signed-info", "<ds:SignedInfo>", "<ds:SignedInfo>x"},
	{"comment-in-signature", "<ds:SignedInfo>", "<!-- x --><ds:SignedInfo>"},
	{"signed-info-twice", "<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>"},
	{"signed-info-of-another-namespace", "<ds:SignatureMethod", "<SignatureMethod"},
	{"object", "<ds:KeyInfo>", OBJECT "<ds:KeyInfo>"},
	{"object-after", "</ds:KeyInfo>", "</ds:KeyInfo>" OBJECT},
	{"key-info-twice", "<ds:KeyInfo>", "<ds:KeyInfo/><ds:KeyInfo>"},
	{"key-info-first", "<ds:SignedInfo>", "<ds:KeyInfo/><ds:SignedInfo>"},

	{"signature-twice", "<ds:Signature ",
	 "<ds:Signature xmlns:ds=\"" XML_NS_DS "\"/><ds:Signature "},
	{"signature-second-within", "<samlp:NameIDPolicy ",
	 "<a><ds:Signature xmlns:ds=\"" XML_NS_DS "\"/></a><samlp:NameIDPolicy "},
	{"signature-within-key-info", "<ds:KeyInfo>", "<ds:KeyInfo><ds:Signature/>"},
	{"signature-first-within-issuer", "https://idp.example<",
	 "https://idp.example<ds:Signature xmlns:ds=\"" XML_NS_DS "\"/><"},
	{"signature-nested", "<ds:Signature ", "<samlp:Extensions><ds:Signature "},
	{"signature-late", "<ds:Signature ", "<samlp:NameIDPolicy/><ds:Signature "},
	{"signature-before-issuer", "<saml:Issuer ",
	 "<ds:Signature xmlns:ds=\"" XML_NS_DS "\"/><saml:Issuer "},
	{"root-without-id", " ID=\"_root\"", ""},
	{"root-with-other-spelling", " ID=\"_root\"", " Id=\"_root\""},
	{"wrapped", "<samlp:AuthnRequest ",
	 "<samlp:AuthnRequest xmlns:samlp=\"" XML_NS_SAMLP
	 "\" ID=\"_evil\"><samlp:Extensions><samlp:AuthnRequest "},
	{"wrapped-same-id", "<samlp:AuthnRequest ",
	 "<samlp:AuthnRequest xmlns:samlp=\"" XML_NS_SAMLP
	 "\" ID=\"_root\"><samlp:Extensions><samlp:AuthnRequest "},
};

/* Closes what a change left open, so that only the form of the signature is wrong. */
static char *change(const char *text, gsize i)
{
	GString *all = g_string_new(text);
	if (*shapes[i].find) {
		bool every = strcmp(shapes[i].find, "ds:Reference") == 0;
		g_assert_cmpuint(g_string_replace(all, shapes[i].find, shapes[i].put, !every), >,
				 0);
	}
	if (strcmp(shapes[i].name, "signature-nested") == 0)
		g_string_replace(all, "</ds:Signature>", "</ds:Signature></samlp:Extensions>", 1);
	if (g_str_has_prefix(shapes[i].name, "wrapped"))
		g_string_append(all, "</samlp:Extensions></samlp:AuthnRequest>");
	return g_string_free(all, FALSE);
}

static void test_shape(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autofree char *text = signed_text(rsa_key, false);
	g_autofree char *changed = change(text, i);
	g_autoptr(GError) error = NULL;
	g_autoptr(XmlDocument) doc =
		xml_document_parse(changed, strlen(changed), &XML_LIMITS_MESSAGE, &error);
	if (!doc) {
		g_assert_true(g_error_matches(error, XML_ERROR, XML_ERROR_DUPLICATE_ID) ||
			      g_error_matches(error, XML_ERROR, XML_ERROR_SYNTAX));
		g_assert_true(strcmp(shapes[i].name, "wrapped-same-id") == 0 ||
			      strcmp(shapes[i].name, "reference-none") == 0);
		return;
	}
	XmlSignatureInfo info;
	bool taken = xml_signature_inspect(doc, xml_document_root(doc), &info, &error);
	g_assert_cmpint(taken, ==, shapes[i].fine);
	if (taken)
		g_assert_cmpint(info.method, ==, XML_SIGN_RSA_SHA256);
	else
		g_assert_true(error && error->domain == XML_ERROR);
	g_clear_error(&error);
	const TestKey *const pinned[] = {rsa_test, NULL};
	bool verified = verify(changed, strlen(changed), pinned, &error);
	g_assert_cmpint(verified, ==, strcmp(shapes[i].name, "as-signed") == 0);
}

static void test_unsigned(void)
{
	static const char text[] = "<a ID='x'/>";
	const TestKey *const pinned[] = {rsa_test, NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(XmlDocument) doc =
		xml_document_parse(text, strlen(text), &XML_LIMITS_MESSAGE, &error);
	XmlSignatureInfo info;
	g_assert_true(xml_signature_inspect(doc, xml_document_root(doc), &info, &error));
	g_assert_null(info.signature);
	g_assert_false(verify(text, strlen(text), pinned, &error));
	g_assert_error(error, XML_ERROR, XML_ERROR_SIGNATURE);
}

static void test_methods(void)
{
	static const char *const bad[] = {NULL,
					  "",
					  "rsa-sha256",
					  "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
					  "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
					  "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256",
					  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224"};
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_cmpint(xml_sign_method_from_uri(bad[i]), ==, XML_SIGN_NONE);
	for (int method = XML_SIGN_RSA_SHA256; method <= XML_SIGN_ECDSA_SHA512; method++) {
		g_assert_cmpint(xml_sign_method_from_uri(xml_sign_method_uri(method)), ==, method);
		g_assert_cmpint(xml_sign_method_kind(method), ==,
				method <= XML_SIGN_RSA_SHA512 ? XML_KEY_RSA : XML_KEY_EC);
	}
}

static gpointer sign_many(gpointer data)
{
	const TestKey *const pinned[] = {ec_test, NULL};
	for (int i = 0; i < 40; i++) {
		g_autofree char *text = signed_text(ec_key, i % 2);
		if (i % 2 == 0)
			g_assert_true(verify(text, strlen(text), pinned, NULL));
	}
	return NULL;
}

static void test_threads(void)
{
	GThread *threads[4];
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("sign", sign_many, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

static double cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Information, not judged: under sanitizers it says little. */
static void test_cost(void)
{
	enum { ROUNDS = 100 };
	guchar signature[512];
	double start = cpu_ms();
	for (int i = 0; i < ROUNDS; i++) {
		gsize len = sizeof signature;
		EVP_MD_CTX *context = EVP_MD_CTX_new();
		EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, rsa_test->pkey);
		g_assert_cmpint(EVP_DigestSign(context, signature, &len, (const guchar *)"x", 1),
				==, 1);
		EVP_MD_CTX_free(context);
	}
	double bare = (cpu_ms() - start) / ROUNDS;
	start = cpu_ms();
	for (int i = 0; i < ROUNDS; i++)
		g_free(signed_text(rsa_key, true));
	double both = (cpu_ms() - start) / ROUNDS;
	g_test_message(
		"bare RSA-2048 signature %.3f ms; Response with both signatures, built, signed "
		"and written, %.3f ms = %.2f bare",
		bare, both, both / bare);
}

static void make_keys(void)
{
	rsa_test = test_key_new(EVP_RSA_gen(2048));
	other_test = test_key_new(EVP_RSA_gen(2048));
	weak_test = test_key_new(EVP_RSA_gen(1024));
	ec_test = test_key_new(EVP_EC_gen("P-256"));
	rsa_key = load(rsa_test);
	ec_key = load(ec_test);
}

static void drop_keys(void)
{
	test_key_free(rsa_test);
	test_key_free(other_test);
	test_key_free(weak_test);
	test_key_free(ec_test);
	xml_key_unref(rsa_key);
	xml_key_unref(ec_key);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	make_keys();
	g_test_add_data_func("/signature/round-trip/rsa", rsa_key, test_round_trip);
	g_test_add_data_func("/signature/round-trip/ec", ec_key, test_round_trip);
	g_test_add_data_func("/signature/xmlsec1/rsa", rsa_key, test_xmlsec1_command);
	g_test_add_data_func("/signature/xmlsec1/ec", ec_key, test_xmlsec1_command);
	g_test_add_func("/signature/each-byte", test_each_byte);
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
		g_autofree char *path = g_strconcat("/signature/shape/", shapes[i].name, NULL);
		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_shape);
	}
	g_test_add_func("/signature/unsigned", test_unsigned);
	g_test_add_func("/signature/methods", test_methods);
	g_test_add_func("/signature/threads", test_threads);
	g_test_add_func("/signature/cost", test_cost);
	int result = g_test_run();
	drop_keys();
	xml_shutdown();
	return result;
}
