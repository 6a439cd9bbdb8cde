/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/own-metadata.h"

#include "idp/saml/lasso.h"
#include "metadata/xml/document.h"
#include "metadata/xml/init.h"
#include "metadata/xml/sign.h"
#include "tests/unit/saml-fixture.h"
#include <glib/gstdio.h>
#include <string.h>

/* 2026-11-23T08:15:30Z */
#define NOW 1795421730

static TestKey *key, *next;
static XmlKey *signer;
static GPtrArray *certificates;

static char *text_of(const SamlIdentity *identity, bool is_signed)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = own_metadata_build(identity, NOW, "_id", is_signed, &error);
	gsize size = 0;

	g_assert_no_error(error);
	const char *data = g_bytes_get_data(bytes, &size);
	return g_strndup(data, size);
}

#define HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
	"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" "                  \
	"entityID=\"https://idp.example/saml/metadata\" ID=\"_id\" "                               \
	"validUntil=\"2027-01-22T08:15:30Z\" cacheDuration=\"PT1H\">"
#define ROLE                                                                                       \
	"<md:IDPSSODescriptor "                                                                    \
	"protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\" "                     \
	"errorURL=\"https://idp.example/error?errorurl_code=ERRORURL_CODE&amp;"                    \
	"errorurl_ts=ERRORURL_TS&amp;errorurl_rp=ERRORURL_RP&amp;errorurl_tid=ERRORURL_TID&amp;"   \
	"errorurl_ctx=ERRORURL_CTX\"><md:Extensions><shibmd:Scope "                                \
	"xmlns:shibmd=\"urn:mace:shibboleth:metadata:1.0\" regexp=\"false\">skola.example"         \
	"</shibmd:Scope><mdui:UIInfo xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\">"          \
	"<mdui:DisplayName xml:lang=\"sv\">Skolan</mdui:DisplayName>"                              \
	"<mdui:DisplayName xml:lang=\"en\">The school</mdui:DisplayName>"                          \
	"<mdui:Description xml:lang=\"sv\">Inloggning för elever och personal vid Skolan"         \
	"</mdui:Description><mdui:Description xml:lang=\"en\">"                                    \
	"Login for pupils and staff of The school</mdui:Description>"                              \
	"<mdui:InformationURL xml:lang=\"sv\">https://idp.example</mdui:InformationURL>"           \
	"<mdui:InformationURL xml:lang=\"en\">https://idp.example</mdui:InformationURL>"           \
	"</mdui:UIInfo></md:Extensions>"
#define KEY                                                                                        \
	"<md:KeyDescriptor use=\"signing\"><ds:KeyInfo "                                           \
	"xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>%s"      \
	"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
#define SSO(binding)                                                                               \
	"<md:SingleSignOnService "                                                                 \
	"Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:" binding "\" "                            \
	"Location=\"https://idp.example/saml/sso\"/>"
#define ORGANIZATION                                                                               \
	"<md:Organization><md:OrganizationName xml:lang=\"sv\">Skolan</md:OrganizationName>"       \
	"<md:OrganizationName xml:lang=\"en\">The school</md:OrganizationName>"                    \
	"<md:OrganizationDisplayName xml:lang=\"sv\">Skolan</md:OrganizationDisplayName>"          \
	"<md:OrganizationDisplayName xml:lang=\"en\">The school</md:OrganizationDisplayName>"      \
	"<md:OrganizationURL xml:lang=\"sv\">https://idp.example</md:OrganizationURL>"             \
	"<md:OrganizationURL xml:lang=\"en\">https://idp.example</md:OrganizationURL>"             \
	"</md:Organization>"
#define CONTACT(type)                                                                              \
	"<md:ContactPerson contactType=\"" type "\"><md:EmailAddress>mailto:it@skola.example"      \
	"</md:EmailAddress></md:ContactPerson>"

static void test_bytes(void)
{
	const SamlIdentity identity = test_identity(signer, certificates);
	g_autofree char *text = text_of(&identity, false);
	g_autofree char *one = test_base64(key->der);
	g_autofree char *two = test_base64(next->der);
	g_autofree char *want = g_strdup_printf(
		"%s" KEY KEY "%s", HEAD ROLE, one, two,
		"<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
		"</md:NameIDFormat>"
		"<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
		"</md:NameIDFormat>" SSO("HTTP-Redirect") SSO(
			"HTTP-POST") "</md:IDPSSODescriptor>" ORGANIZATION CONTACT("administrative")
			CONTACT("technical") CONTACT("support") "</md:EntityDescriptor>\n");

	g_assert_cmpstr(text, ==, want);
	/* Skolverket's gateway does not sign: an IdP that says it wants that is shut out */
	g_assert_null(strstr(text, "WantAuthnRequestsSigned"));
}

static XmlNode *walk(XmlDocument *document, const char *const *path)
{
	XmlNode *node = xml_document_root(document);

	for (; *path; path++) {
		node = xml_node_child(node, NULL, *path);
		g_assert_nonnull(node);
	}
	return node;
}

/* What the configuration says is text, whatever it looks like. */
static void test_escaping(void)
{
	static const char *const scopes[] = {"</shibmd:Scope>&amp;", NULL};
	static const struct {
		const char *const path[6];
		const char *want;
	} cases[] = {
		{{"IDPSSODescriptor", "Extensions", "Scope"}, "</shibmd:Scope>&amp;"},
		{{"IDPSSODescriptor", "Extensions", "UIInfo", "DisplayName"}, "Åsa & \"<b>'"},
		{{"IDPSSODescriptor", "Extensions", "UIInfo", "Description"}, "<!-- -->"},
		{{"IDPSSODescriptor", "Extensions", "UIInfo", "PrivacyStatementURL"},
		 "https://a/?b&c"},
		{{"IDPSSODescriptor", "Extensions", "UIInfo", "Logo"}, "https://a/logo?a&b"},
		{{"Organization", "OrganizationName"}, "Åsa & \"<b>'"},
		{{"ContactPerson", "EmailAddress"}, "mailto:<a&b>@skola.example"},
	};
	SamlIdentity identity = test_identity(signer, certificates);

	identity.entity_id = "https://idp.example/?a=\"1\"&b='2'<";
	identity.scopes = scopes;
	identity.name_sv = identity.name_en = "Åsa & \"<b>'";
	identity.description_sv = identity.description_en = "<!-- -->";
	identity.privacy_url = "https://a/?b&c";
	identity.logo_url = "https://a/logo?a&b";
	identity.support_email = "<a&b>@skola.example";
	g_autofree char *text = text_of(&identity, false);
	g_autoptr(GError) error = NULL;
	g_autoptr(XmlDocument) document =
		xml_document_parse(text, strlen(text), &XML_LIMITS_ENTITY, &error);
	g_assert_no_error(error);
	g_autofree char *id = xml_node_attribute(xml_document_root(document), "entityID");
	g_assert_cmpstr(id, ==, identity.entity_id);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *value = xml_node_text(walk(document, cases[i].path), &error);

		g_assert_no_error(error);
		g_assert_cmpstr(value, ==, cases[i].want);
	}
}

static void test_signed(void)
{
	const SamlIdentity identity = test_identity(signer, certificates);
	g_autofree char *text = text_of(&identity, true);
	g_autofree char *again = text_of(&identity, true);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) known = g_ptr_array_new();
	g_autoptr(XmlDocument) document =
		xml_document_parse(text, strlen(text), &XML_LIMITS_ENTITY, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, again);
	g_ptr_array_add(known, key->der);
	g_assert_true(xml_signature_verify(document, xml_document_root(document), known, &error));
	known->pdata[0] = next->der;
	g_assert_false(xml_signature_verify(document, xml_document_root(document), known, &error));
}

static void test_schemas(void)
{
	g_autofree char *folder = g_dir_make_tmp("portvakt-metadata-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "metadata.xml", NULL);
	SamlIdentity identity = test_identity(signer, certificates);

	identity.privacy_url = identity.logo_url = "https://skola.example/x";
	for (int is_signed = 0; is_signed < 2; is_signed++) {
		g_autofree char *text = text_of(&identity, is_signed);

		g_assert_true(g_file_set_contents(file, text, -1, NULL));
		test_schema(file);
	}
	g_unlink(file);
	g_rmdir(folder);
}

static void test_reader(void)
{
	const SamlIdentity identity = test_identity(signer, certificates);
	g_autofree char *text = own_metadata_for_reader(&identity);
	g_autofree char *url = own_metadata_sso_url(&identity);
	g_autoptr(GError) error = NULL;
	g_autoptr(LassoReader) reader = lasso_reader_new(text, &error);

	g_assert_no_error(error);
	g_assert_nonnull(reader);
	g_assert_cmpstr(url, ==, "https://idp.example/saml/sso");
	g_assert_null(strstr(text, "validUntil"));
}

int main(int argc, char **argv)
{
	lasso_reader_prepare_process();
	g_test_init(&argc, &argv, NULL);
	g_assert_true(lasso_reader_init(NULL));
	key = test_key_new("RSA-2048");
	next = test_key_new("P-256");
	signer = test_xml_key(key);
	certificates = g_ptr_array_new();
	g_ptr_array_add(certificates, key->der);
	g_ptr_array_add(certificates, next->der);
	g_test_add_func("/saml/metadata/bytes", test_bytes);
	g_test_add_func("/saml/metadata/escaping", test_escaping);
	g_test_add_func("/saml/metadata/signed", test_signed);
	g_test_add_func("/saml/metadata/schemas", test_schemas);
	g_test_add_func("/saml/metadata/reader", test_reader);
	int status = g_test_run();
	g_ptr_array_unref(certificates);
	xml_key_unref(signer);
	test_key_free(key);
	test_key_free(next);
	return status;
}
