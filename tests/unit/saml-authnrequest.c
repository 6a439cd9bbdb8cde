/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/authnrequest.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/saml/instant.h"
#include "metadata/xml/init.h"
#include <string.h>

#define OPEN                                                                                       \
	"<samlp:AuthnRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' "                  \
	"xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' "
#define CLOSE  "</samlp:AuthnRequest>"
#define HEAD   "ID='_a' Version='2.0' IssueInstant='2026-11-23T08:15:30Z' "
#define ISSUER "<saml:Issuer>https://sp.example</saml:Issuer>"
#define XSI    "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
#define ENTITY "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

/* Attributes after HEAD, with a good Issuer. */
static const struct {
	const char *name, *attributes;
	bool want;
} attributes[] = {
	{"none", "", true},
	{"foreign", "xmlns:x='urn:x' x:ID='_b' x:IsPassive='maybe'", true},
	{"force-true", "ForceAuthn='true'", true},
	{"force-1", "ForceAuthn='1'", true},
	{"force-0", "ForceAuthn='0'", true},
	{"force-maybe", "ForceAuthn='maybe'", false},
	{"force-True", "ForceAuthn='True'", false},
	{"force-empty", "ForceAuthn=''", false},
	{"force-space", "ForceAuthn=' true'", false},
	{"passive-maybe", "IsPassive='maybe'", false},
	{"passive-2", "IsPassive='2'", false},
	{"acs-index", "AssertionConsumerServiceIndex='0'", true},
	{"acs-index-most", "AssertionConsumerServiceIndex='65535'", true},
	{"acs-index-1x", "AssertionConsumerServiceIndex='1x'", false},
	{"acs-index-x", "AssertionConsumerServiceIndex='x'", false},
	{"acs-index-empty", "AssertionConsumerServiceIndex=''", false},
	{"acs-index-negative", "AssertionConsumerServiceIndex='-1'", false},
	{"acs-index-plus", "AssertionConsumerServiceIndex='+1'", false},
	{"acs-index-space", "AssertionConsumerServiceIndex=' 1'", false},
	{"acs-index-hex", "AssertionConsumerServiceIndex='0x1'", false},
	{"acs-index-65536", "AssertionConsumerServiceIndex='65536'", false},
	{"acs-index-2^32", "AssertionConsumerServiceIndex='4294967296'", false},
	{"acs-index-2^64", "AssertionConsumerServiceIndex='18446744073709551617'", false},
	{"acs-index-and-url",
	 "AssertionConsumerServiceIndex='1' AssertionConsumerServiceURL='https://a/'", false},
	{"acs-index-and-binding", "AssertionConsumerServiceIndex='1' ProtocolBinding='urn:b'",
	 false},
	{"acs-url-empty", "AssertionConsumerServiceURL=''", false},
	{"acs-url-and-binding", "AssertionConsumerServiceURL='https://a/' ProtocolBinding='urn:b'",
	 true},
	{"consuming-index", "AttributeConsumingServiceIndex='3'", true},
	{"consuming-index-1x", "AttributeConsumingServiceIndex='1x'", false},
	{"consuming-index-negative", "AttributeConsumingServiceIndex='-1'", false},
	{"destination-empty", "Destination=''", false},
};

/* The whole message. */
static const struct {
	const char *name, *xml;
	bool want;
} messages[] = {
	{"plain", OPEN HEAD ">" ISSUER CLOSE, true},
	{"issuer-entity",
	 OPEN HEAD "><saml:Issuer Format='" ENTITY "'>https://sp.example</saml:Issuer>" CLOSE,
	 true},
	{"extensions",
	 OPEN HEAD ">" ISSUER "<samlp:Extensions><x xmlns='urn:x'/></samlp:Extensions>" CLOSE,
	 true},
	{"all-children",
	 OPEN HEAD
	 ">" ISSUER "<samlp:Extensions/><saml:Subject/><samlp:NameIDPolicy/>"
	 "<saml:Conditions/><samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:a"
	 "</saml:AuthnContextClassRef></samlp:RequestedAuthnContext><samlp:Scoping/>" CLOSE,
	 true},

	{"other-root", "<a/>", false},
	{"other-namespace", "<AuthnRequest " HEAD "/>", false},
	{"logout-request",
	 "<p:LogoutRequest xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' " HEAD "/>", false},
	{"no-issuer", OPEN HEAD "/>", false},
	{"two-issuers", OPEN HEAD ">" ISSUER ISSUER CLOSE, false},
	{"issuer-last", OPEN HEAD "><samlp:NameIDPolicy/>" ISSUER CLOSE, false},
	{"issuer-in-protocol-namespace",
	 OPEN HEAD "><samlp:Issuer>https://sp.example</samlp:Issuer>" CLOSE, false},
	{"issuer-empty", OPEN HEAD "><saml:Issuer/>" CLOSE, false},
	{"issuer-comment",
	 OPEN HEAD "><saml:Issuer>https://sp.example<!-- -->.evil</saml:Issuer>" CLOSE, false},
	{"issuer-element",
	 OPEN HEAD "><saml:Issuer>https://sp.example<b xmlns=''/></saml:Issuer>" CLOSE, false},
	{"issuer-format",
	 OPEN HEAD "><saml:Issuer Format='urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'>"
		   "https://sp.example</saml:Issuer>" CLOSE,
	 false},
	{"foreign-child", OPEN HEAD ">" ISSUER "<x xmlns='urn:x'/>" CLOSE, false},
	{"root-type", OPEN HEAD XSI "xsi:type='samlp:LogoutRequest'>" ISSUER CLOSE, false},
	{"issuer-type",
	 OPEN HEAD XSI
	 "><saml:Issuer xsi:type='saml:Assertion'>https://sp.example</saml:Issuer>" CLOSE,
	 false},
	{"policy-type", OPEN HEAD XSI ">" ISSUER "<samlp:NameIDPolicy xsi:type='x:y'/>" CLOSE,
	 false},
	{"policy-twice", OPEN HEAD ">" ISSUER "<samlp:NameIDPolicy/><samlp:NameIDPolicy/>" CLOSE,
	 false},
	{"policy-before-subject", OPEN HEAD ">" ISSUER "<samlp:NameIDPolicy/><saml:Subject/>" CLOSE,
	 false},
	{"policy-create-maybe",
	 OPEN HEAD ">" ISSUER "<samlp:NameIDPolicy AllowCreate='maybe'/>" CLOSE, false},
	{"context-empty", OPEN HEAD ">" ISSUER "<samlp:RequestedAuthnContext/>" CLOSE, false},
	{"context-comparison",
	 OPEN HEAD ">" ISSUER
		   "<samlp:RequestedAuthnContext Comparison='Exact'><saml:AuthnContextClassRef>urn:"
		   "a</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>" CLOSE,
	 false},
	{"context-both",
	 OPEN HEAD ">" ISSUER "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:a"
		   "</saml:AuthnContextClassRef><saml:AuthnContextDeclRef>urn:a"
		   "</saml:AuthnContextDeclRef></samlp:RequestedAuthnContext>" CLOSE,
	 false},
	{"context-comment",
	 OPEN HEAD ">" ISSUER
		   "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:a<!-- -->b"
		   "</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>" CLOSE,
	 false},

	{"no-id", OPEN "Version='2.0' IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE, false},
	{"id-empty", OPEN "ID='' Version='2.0' IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE,
	 false},
	{"id-digit", OPEN "ID='1a' Version='2.0' IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE,
	 false},
	{"id-colon",
	 OPEN "ID='a:b' Version='2.0' IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE, false},
	{"id-markup",
	 OPEN "ID='a&lt;b' Version='2.0' IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE, false},
	{"id-swedish",
	 OPEN "ID='åäö-1.2_3' Version='2.0' IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE,
	 true},
	{"no-version", OPEN "ID='_a' IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE, false},
	{"no-instant", OPEN "ID='_a' Version='2.0'>" ISSUER CLOSE, false},
};

static AuthnRequest *read_xml(const char *xml, GError **error)
{
	g_autoptr(GError) broken = NULL;
	g_autoptr(XmlDocument) document =
		xml_document_parse(xml, strlen(xml), &XML_LIMITS_MESSAGE, &broken);

	g_assert_no_error(broken);
	return authnrequest_read(document, error);
}

static void check(const char *xml, bool want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(AuthnRequest) request = read_xml(xml, &error);

	g_assert_true(!request == !want);
	if (!want)
		g_assert_error(error, FAULT_ERROR, FAULT_SAML_MALFORMED);
	else
		g_assert_no_error(error);
}

static void test_attributes(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autofree char *xml =
		g_strconcat(OPEN HEAD, attributes[i].attributes, ">" ISSUER CLOSE, NULL);

	check(xml, attributes[i].want);
}

static void test_messages(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);

	check(messages[i].xml, messages[i].want);
}

static void test_lengths(void)
{
	for (gsize n = LIMIT_SAML_ID; n <= LIMIT_SAML_ID + 1; n++) {
		g_autofree char *long_one = g_strnfill(n, 'a');
		g_autofree char *id =
			g_strconcat(OPEN "ID='", long_one,
				    "' Version='2.0' "
				    "IssueInstant='2026-11-23T08:15:30Z'>" ISSUER CLOSE,
				    NULL);
		g_autofree char *issuer = g_strconcat(OPEN HEAD "><saml:Issuer>", long_one,
						      "</saml:Issuer>" CLOSE, NULL);

		check(id, n <= LIMIT_SAML_ID);
		check(issuer, n <= LIMIT_SAML_ID);
	}
	for (guint n = LIMIT_SAML_CONTEXTS; n <= LIMIT_SAML_CONTEXTS + 1; n++) {
		GString *xml = g_string_new(OPEN HEAD ">" ISSUER "<samlp:RequestedAuthnContext>");

		for (guint i = 0; i < n; i++)
			g_string_append(xml, "<saml:AuthnContextClassRef>urn:a"
					     "</saml:AuthnContextClassRef>");
		g_string_append(xml, "</samlp:RequestedAuthnContext>" CLOSE);
		check(xml->str, n <= LIMIT_SAML_CONTEXTS);
		g_string_free(xml, TRUE);
	}
}

static void test_values(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(AuthnRequest) request = read_xml(
		OPEN HEAD
		"Destination='https://idp.example/saml/sso' Consent='urn:c' ForceAuthn='1' "
		"IsPassive='true' AssertionConsumerServiceURL='https://sp.example/acs?a=1&amp;b=2' "
		"ProtocolBinding='urn:b' AttributeConsumingServiceIndex='7'>" ISSUER
		"<samlp:NameIDPolicy Format='urn:f' SPNameQualifier='q' AllowCreate='true'/>"
		"<samlp:RequestedAuthnContext Comparison='minimum'><saml:AuthnContextClassRef>\n"
		"  urn:a </saml:AuthnContextClassRef><saml:AuthnContextClassRef>urn:b"
		"</saml:AuthnContextClassRef></samlp:RequestedAuthnContext><samlp:Scoping/>" CLOSE,
		&error);

	g_assert_no_error(error);
	const SamlReading *reading = request->reading;
	g_assert_cmpstr(reading->id, ==, "_a");
	g_assert_cmpstr(reading->version, ==, "2.0");
	g_assert_cmpstr(reading->issue_instant, ==, "2026-11-23T08:15:30Z");
	g_assert_cmpint(request->issued, ==, 1795421730);
	g_assert_cmpstr(reading->destination, ==, "https://idp.example/saml/sso");
	g_assert_cmpstr(reading->issuer, ==, "https://sp.example");
	g_assert_cmpstr(reading->acs_url, ==, "https://sp.example/acs?a=1&b=2");
	g_assert_cmpint(reading->acs_index, ==, -1);
	g_assert_cmpstr(reading->binding, ==, "urn:b");
	g_assert_cmpint(reading->consuming_index, ==, 7);
	g_assert_true(reading->force_authn && reading->is_passive && reading->allow_create);
	g_assert_true(reading->has_name_id_policy && reading->has_context);
	g_assert_cmpstr(reading->name_id_format, ==, "urn:f");
	g_assert_cmpstr(reading->name_id_qualifier, ==, "q");
	g_assert_cmpint(reading->comparison, ==, SAML_COMPARISON_MINIMUM);
	g_assert_cmpuint(reading->contexts->len, ==, 2);
	g_assert_cmpstr(reading->contexts->pdata[0], ==, "urn:a");
	g_assert_cmpstr(reading->contexts->pdata[1], ==, "urn:b");
	g_assert_false(reading->has_subject || reading->has_conditions || request->has_signature);
	g_assert_true(request->has_scoping);
	g_assert_false(request->has_declarations);
}

static const struct {
	const char *text;
	gint64 want; /* -1: refused */
} instants[] = {
	{"2026-11-23T08:15:30Z", 1795421730},
	{"2026-11-23T08:15:30.1Z", 1795421730},
	{"2026-11-23T08:15:30.123456789012Z", 1795421730},
	{"2024-02-29T00:00:00Z", 1709164800},
	{"1970-01-01T00:00:00Z", 0},
	{"2026-11-23T08:15:30", -1},
	{"2026-11-23T08:15:30z", -1},
	{"2026-11-23T08:15:30+00:00", -1},
	{"2026-11-23T08:15:30+01:00", -1},
	{"2026-11-23T08:15:30.Z", -1},
	{"2026-11-23T08:15:30.1234567890123Z", -1},
	{"2026-11-23T08:15:30Z ", -1},
	{" 2026-11-23T08:15:30Z", -1},
	{"2026-11-23 08:15:30Z", -1},
	{"2026-11-23T08:15Z", -1},
	{"2026-13-01T00:00:00Z", -1},
	{"2026-02-29T00:00:00Z", -1},
	{"2026-11-31T00:00:00Z", -1},
	{"2026-11-23T24:00:00Z", -1},
	{"2026-11-23T08:60:00Z", -1},
	{"2026-11-23T08:15:60Z", -1},
	{"0000-01-01T00:00:00Z", -1},
	{"-026-11-23T08:15:30Z", -1},
	{"12026-11-23T08:15:30Z", -1},
	{"20261123T081530Z", -1},
	{"2026", -1},
	{"", -1},
};

static void test_instants(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(instants); i++) {
		gint64 seconds = -1;
		bool good = saml_instant_parse(instants[i].text, &seconds);

		g_test_message("%s", instants[i].text);
		g_assert_cmpint(seconds, ==, instants[i].want);
		g_assert_true(good == (instants[i].want >= 0));
	}
	char text[SAML_INSTANT_SIZE];
	g_assert_cmpstr(saml_instant_format(1795421730, text), ==, "2026-11-23T08:15:30Z");
	g_assert_cmpstr(saml_instant_format(0, text), ==, "1970-01-01T00:00:00Z");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(xml_init(NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(attributes); i++) {
		g_autofree char *path =
			g_strconcat("/saml/authnrequest/attribute/", attributes[i].name, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_attributes);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
		g_autofree char *path =
			g_strconcat("/saml/authnrequest/message/", messages[i].name, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_messages);
	}
	g_test_add_func("/saml/authnrequest/lengths", test_lengths);
	g_test_add_func("/saml/authnrequest/values", test_values);
	g_test_add_func("/saml/instant", test_instants);
	int status = g_test_run();
	xml_shutdown();
	return status;
}
