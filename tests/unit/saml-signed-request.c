/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signatures of AuthnRequests, by Redirect and by POST. */
#include "metadata/xml/sign.h"
#include "tests/unit/saml-request-fixture.h"
#include <string.h>

/* ---- signatures by Redirect ---- */

static const struct {
	const char *name, *issuer, *attributes;
	TestKey **key; /* NULL: unsigned */
	const char *algorithm, *digest;
	FaultCode want;
} redirects[] = {
	{"demanded", SIGNER, "", &rsa, RSA_SHA256, "SHA256", FAULT_NONE},
	{"demanded-sha512", SIGNER, "", &rsa, RSA_SHA512, "SHA512", FAULT_NONE},
	{"demanded-ecdsa", CURVED, "", &ec, ECDSA_SHA256, "SHA256", FAULT_NONE},
	{"not-demanded", KEYED, "", &rsa, RSA_SHA256, "SHA256", FAULT_NONE},
	{"unsigned-where-demanded", SIGNER, "", NULL, NULL, NULL, FAULT_SAML_UNSIGNED},
	{"unsigned-where-not", KEYED, "", NULL, NULL, NULL, FAULT_NONE},
	{"other-key", SIGNER, "", &stranger, RSA_SHA256, "SHA256", FAULT_SAML_SIGNATURE},
	{"other-key-where-not-demanded", KEYED, "", &stranger, RSA_SHA256, "SHA256",
	 FAULT_SAML_SIGNATURE},
	{"no-key-known", SP, "", &rsa, RSA_SHA256, "SHA256", FAULT_SAML_SIGNATURE},
	{"sha1", SIGNER, "", &rsa, RSA_SHA1, "SHA1", FAULT_SAML_SIGNATURE},
	{"no-destination", SIGNER, "", &rsa, RSA_SHA256, "SHA256", FAULT_SAML_DESTINATION},
	/* a bad signature is told before anything else of the message counts */
	{"stale-and-bad", SIGNER, "IssueInstant='2020-01-01T00:00:00Z'", &stranger, RSA_SHA256,
	 "SHA256", FAULT_SAML_SIGNATURE},
	{"stale-and-good", SIGNER, "IssueInstant='2020-01-01T00:00:00Z'", &rsa, RSA_SHA256,
	 "SHA256", FAULT_SAML_STALE},
};

static void without(char *xml, const char *attribute)
{
	char *start = strstr(xml, attribute);

	memmove(start, start + strlen(attribute), strlen(start + strlen(attribute)) + 1);
}

static void test_signed_redirects(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(redirects); i++) {
		g_autofree char *xml =
			request_message(redirects[i].issuer, redirects[i].attributes, "");

		g_test_message("%s", redirects[i].name);
		if (redirects[i].want == FAULT_SAML_DESTINATION)
			without(xml, "Destination='" ENDPOINT "' ");
		g_autofree char *query =
			redirects[i].key
				? test_signed_query(xml, "r", *redirects[i].key,
						    redirects[i].algorithm, redirects[i].digest)
				: test_query(xml, "r");
		g_autoptr(SamlRequest) request = request_by_redirect(query);

		request_check(request, redirects[i].want, false);
		if (request->ask)
			g_assert_true(request->ask->is_signed == (redirects[i].key != NULL));
	}
	g_autofree char *bare = request_message(SP, "", "");
	without(bare, "Destination='" ENDPOINT "' ");
	g_autofree char *query = test_query(bare, NULL);
	g_autoptr(SamlRequest) unsigned_one = request_by_redirect(query);
	request_check(unsigned_one, FAULT_NONE, false);
}

/* ---- signatures by POST ---- */

static char *sign_xml(const char *xml, const TestKey *test)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(XmlKey) key = test_xml_key(test);
	g_autoptr(XmlDocument) document =
		xml_document_parse(xml, strlen(xml), &XML_LIMITS_MESSAGE, &error);
	g_assert_no_error(error);
	XmlNode *root = xml_document_root(document);
	g_assert_true(xml_sign(document, root, "_request", key,
			       xml_node_child(root, XML_NS_SAML, "Issuer"), &error));
	g_autoptr(GBytes) bytes = xml_document_to_message(document);
	gsize size = 0;
	const char *text = g_bytes_get_data(bytes, &size);

	return g_strndup(text, size);
}

static char *replace(const char *text, const char *from, const char *to)
{
	g_auto(GStrv) parts = g_strsplit(text, from, -1);

	g_assert_nonnull(parts[1]); /* it is there */
	return g_strjoinv(to, parts);
}

static void check_post(const char *name, const char *xml, FaultCode want)
{
	g_autoptr(SamlRequest) request = request_by_post(xml, NULL);

	g_test_message("%s", name);
	request_check(request, want, false);
	if (request->ask)
		g_assert_true(request->ask->is_signed);
}

static void test_signed_posts(void)
{
	g_autofree char *plain = request_message(SIGNER, "AssertionConsumerServiceIndex='1'", "");
	g_autofree char *good = sign_xml(plain, rsa);
	g_autofree char *foreign = sign_xml(plain, stranger);
	g_autofree char *curved_plain = request_message(CURVED, "", "");
	g_autofree char *curved = sign_xml(curved_plain, ec);
	g_autofree char *curved_changed =
		replace(curved, "_request\" Version", "_request\"  Version");
	g_autofree char *curved_index =
		replace(curved, "Destination=", "AssertionConsumerServiceIndex=\"1\" Destination=");
	g_autofree char *changed = replace(good, "Index=\"1\"", "Index=\"0\"");
	g_autofree char *sha1 = replace(good, "xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha1");
	g_autofree char *old =
		replace(good, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", RSA_SHA1);
	g_autofree char *digest = replace(good, "http://www.w3.org/2001/04/xmlenc#sha256",
					  "http://www.w3.org/2000/09/xmldsig#sha1");
	g_autofree char *reference = replace(good, "URI=\"#_request\"", "URI=\"\"");
	g_autofree char *elsewhere = replace(good, "URI=\"#_request\"", "URI=\"#_other\"");

	check_post("good", good, FAULT_NONE);
	check_post("ecdsa", curved, FAULT_NONE);
	check_post("ecdsa, white space within a tag", curved_changed, FAULT_NONE);
	check_post("ecdsa, index added", curved_index, FAULT_SAML_SIGNATURE);
	check_post("unsigned", plain, FAULT_SAML_UNSIGNED);
	check_post("another's key", foreign, FAULT_SAML_SIGNATURE);
	check_post("index changed", changed, FAULT_SAML_SIGNATURE);
	check_post("no such algorithm", sha1, FAULT_SAML_SIGNATURE);
	check_post("rsa-sha1", old, FAULT_SAML_SIGNATURE);
	check_post("sha1 digest", digest, FAULT_SAML_SIGNATURE);
	check_post("reference to all", reference, FAULT_SAML_SIGNATURE);
	check_post("reference elsewhere", elsewhere, FAULT_SAML_SIGNATURE);

	/* the same bytes by Redirect: there a message carries no signature of its own */
	g_autofree char *query = test_query(good, NULL);
	g_autoptr(SamlRequest) redirected = request_by_redirect(query);
	request_check(redirected, FAULT_SAML_SIGNATURE, false);

	/* wrapped: the signed request among the extensions of another */
	const char *start = strstr(good, "<samlp:AuthnRequest");
	g_autofree char *extensions =
		g_strconcat("<samlp:Extensions>", start, "</samlp:Extensions>", NULL);
	g_autofree char *around =
		request_message(SIGNER, "AssertionConsumerServiceIndex='0'", extensions);
	g_autofree char *wrapped = replace(around, "ID='_request'", "ID='_outer'");
	check_post("wrapped", wrapped, FAULT_SAML_SIGNATURE);
}

/* What lasso says by itself, since our own verification speaks first. */
static void test_lasso_verifies(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *plain = request_message(SIGNER, "AssertionConsumerServiceIndex='1'", "");
	g_autofree char *good = sign_xml(plain, rsa);
	g_autofree char *changed = replace(good, "Index=\"1\"", "Index=\"0\"");
	g_autofree char *foreign = sign_xml(plain, stranger);
	const struct {
		const char *xml;
		bool verify, want;
	} cases[] = {
		{good, true, true},     {good, false, true},    {changed, true, false},
		{changed, false, true}, {foreign, true, false}, {plain, true, false},
		{plain, false, true},
	};
	g_autoptr(Entity) entity = entity_set_find(entities, SIGNER, NOW);

	g_assert_true(lasso_reader_know(lasso, SIGNER, entity->bytes, &error));
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *base64 =
			g_base64_encode((const guchar *)cases[i].xml, strlen(cases[i].xml));
		g_autoptr(GError) refused = NULL;
		g_autoptr(LassoOpinion) opinion =
			lasso_reader_post(lasso, base64, "r", cases[i].verify, &refused);

		g_assert_true(!opinion == !cases[i].want);
		if (opinion)
			g_assert_cmpstr(opinion->reading->relay_state, ==, "r");
		else
			g_assert_error(refused, FAULT_ERROR, FAULT_SAML_SIGNATURE);
	}
}

int main(int argc, char **argv)
{
	lasso_reader_prepare_process();
	g_test_init(&argc, &argv, NULL);
	/* lasso warns of what it does not know; only its criticals would be bugs of ours */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	g_assert_true(lasso_reader_init(NULL));
	request_set_up();
	g_test_add_func("/saml/request/signed-redirects", test_signed_redirects);
	g_test_add_func("/saml/request/signed-posts", test_signed_posts);
	g_test_add_func("/saml/request/lasso-verifies", test_lasso_verifies);
	int status = g_test_run();
	request_tear_down();
	return status;
}
