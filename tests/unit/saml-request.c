/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* AuthnRequest by Redirect and by POST: what of it is taken, and what is refused how. */
#include "idp/limits.h"
#include "idp/saml/own-metadata.h"
#include "idp/saml/redirect.h"
#include "tests/unit/saml-request-fixture.h"
#include <string.h>
#include <time.h>

#define CLASS  "urn:oasis:names:tc:SAML:2.0:ac:classes:"
#define NAMEID "urn:oasis:names:tc:SAML:2.0:nameid-format:"

#define POLICY(attributes) "<samlp:NameIDPolicy " attributes "/>"
#define CONTEXT(attributes, classes)                                                               \
	"<samlp:RequestedAuthnContext " attributes ">" classes "</samlp:RequestedAuthnContext>"
#define REF(class) "<saml:AuthnContextClassRef>" class "</saml:AuthnContextClassRef>"
#define PPT        REF(CLASS "PasswordProtectedTransport")

/* Each goes by Redirect and by POST, unsigned, from SP. */
static const struct {
	const char *name, *attributes, *children;
	FaultCode want;
	bool returnable;
} unsigned_ones[] = {
	{"plain", "", "", FAULT_NONE, false},
	{"no-destination", "Destination='" ENDPOINT "'", "", FAULT_NONE, false},
	{"oldest", "IssueInstant='2026-11-23T08:07:30Z'", "", FAULT_NONE, false},
	{"newest", "IssueInstant='2026-11-23T08:18:30Z'", "", FAULT_NONE, false},
	{"stale", "IssueInstant='2026-11-23T08:07:29Z'", "", FAULT_SAML_STALE, false},
	{"early", "IssueInstant='2026-11-23T08:18:31Z'", "", FAULT_SAML_STALE, false},
	{"year-9999", "IssueInstant='9999-12-31T23:59:59Z'", "", FAULT_SAML_STALE, false},
	{"other-destination", "Destination='https://other.example/saml/sso'", "",
	 FAULT_SAML_DESTINATION, false},
	{"longer-destination", "Destination='" ENDPOINT "/'", "", FAULT_SAML_DESTINATION, false},
	{"shouted-destination", "Destination='HTTPS://IDP.EXAMPLE/saml/sso'", "",
	 FAULT_SAML_DESTINATION, false},

	{"acs-url", "AssertionConsumerServiceURL='" SP "/acs'", "", FAULT_NONE, false},
	{"acs-url-binding",
	 "AssertionConsumerServiceURL='" SP "/acs2?a=1&amp;b=2' ProtocolBinding='" POST "'", "",
	 FAULT_NONE, false},
	{"acs-index", "AssertionConsumerServiceIndex='1'", "", FAULT_NONE, false},
	{"acs-foreign", "AssertionConsumerServiceURL='https://evil.example/acs'", "",
	 FAULT_SAML_ACS, false},
	{"acs-longer", "AssertionConsumerServiceURL='" SP "/acs/'", "", FAULT_SAML_ACS, false},
	{"acs-upper", "AssertionConsumerServiceURL='https://SP.example/acs'", "", FAULT_SAML_ACS,
	 false},
	{"acs-of-another", "AssertionConsumerServiceURL='" KEYED "/acs'", "", FAULT_SAML_ACS,
	 false},
	{"acs-index-unknown", "AssertionConsumerServiceIndex='9'", "", FAULT_SAML_ACS, false},
	{"acs-index-artifact", "AssertionConsumerServiceIndex='2'", "", FAULT_SAML_ACS, false},
	{"acs-artifact", "AssertionConsumerServiceURL='" SP "/artifact'", "", FAULT_SAML_ACS,
	 false},
	{"binding-artifact", "ProtocolBinding='" ARTIFACT "'", "", FAULT_SAML_BINDING, true},
	{"binding-artifact-url",
	 "AssertionConsumerServiceURL='" SP "/acs' ProtocolBinding='" ARTIFACT "'", "",
	 FAULT_SAML_BINDING, true},
	{"binding-nonsense", "ProtocolBinding='urn:x'", "", FAULT_SAML_BINDING, true},

	{"version-2.1", "Version='2.1'", "", FAULT_SAML_VERSION, true},
	{"version-1.1", "Version='1.1'", "", FAULT_SAML_VERSION, true},
	{"version-2", "Version='2'", "", FAULT_SAML_VERSION, true},

	{"subject", "", "<saml:Subject><saml:NameID>x</saml:NameID></saml:Subject>",
	 FAULT_SAML_UNSUPPORTED, true},
	{"conditions", "",
	 "<saml:Conditions><saml:AudienceRestriction><saml:Audience>x</saml:Audience>"
	 "</saml:AudienceRestriction></saml:Conditions>",
	 FAULT_NONE, false},
	{"scoping", "", "<samlp:Scoping ProxyCount='0'/>", FAULT_NONE, false},
	{"extensions", "", "<samlp:Extensions><x xmlns='urn:x' ID='_x'>y</x></samlp:Extensions>",
	 FAULT_NONE, false},

	{"policy-empty", "", POLICY(""), FAULT_NONE, false},
	{"policy-create", "", POLICY("AllowCreate='true'"), FAULT_NONE, false},
	{"policy-transient", "", POLICY("Format='" NAMEID "transient'"), FAULT_NONE, false},
	{"policy-unspecified", "",
	 POLICY("Format='urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'"), FAULT_NONE,
	 false},
	{"policy-persistent", "", POLICY("Format='" NAMEID "persistent'"), FAULT_SAML_NAMEID_POLICY,
	 true},
	{"policy-email", "",
	 POLICY("Format='urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'"),
	 FAULT_SAML_NAMEID_POLICY, true},
	{"policy-2.0-unspecified", "", POLICY("Format='" NAMEID "unspecified'"),
	 FAULT_SAML_NAMEID_POLICY, true},
	{"policy-own-qualifier", "", POLICY("SPNameQualifier='" SP "'"), FAULT_NONE, false},
	{"policy-other-qualifier", "", POLICY("SPNameQualifier='" KEYED "'"),
	 FAULT_SAML_NAMEID_POLICY, true},

	{"context-ppt", "", CONTEXT("", PPT), FAULT_NONE, false},
	{"context-spaced", "", CONTEXT("", REF("\n " CLASS "PasswordProtectedTransport\t")),
	 FAULT_NONE, false},
	{"context-among", "", CONTEXT("Comparison='exact'", REF("urn:x") PPT REF("urn:y")),
	 FAULT_NONE, false},
	{"context-mfa", "", CONTEXT("", REF("https://refeds.org/profile/mfa")),
	 FAULT_SAML_AUTHN_CONTEXT, true},
	{"context-skolverket", "",
	 CONTEXT("Comparison='exact'",
		 REF("http://id.elegnamnden.se/loa/1.0/loa2")
			 REF("http://id.swedenconnect.se/loa/1.0/uncertified-loa3")),
	 FAULT_SAML_AUTHN_CONTEXT, true},
	{"context-password-exact", "", CONTEXT("", REF(CLASS "Password")), FAULT_SAML_AUTHN_CONTEXT,
	 true},
	{"context-password-minimum", "", CONTEXT("Comparison='minimum'", REF(CLASS "Password")),
	 FAULT_SAML_AUTHN_CONTEXT, true},
	{"context-ppt-minimum", "", CONTEXT("Comparison='minimum'", PPT), FAULT_NONE, false},
	{"context-mfa-minimum", "",
	 CONTEXT("Comparison='minimum'", REF("https://refeds.org/profile/mfa")),
	 FAULT_SAML_AUTHN_CONTEXT, true},
	{"context-ppt-maximum", "", CONTEXT("Comparison='maximum'", PPT), FAULT_NONE, false},
	{"context-password-maximum", "", CONTEXT("Comparison='maximum'", REF(CLASS "Password")),
	 FAULT_SAML_AUTHN_CONTEXT, true},
	{"context-password-better", "", CONTEXT("Comparison='better'", REF(CLASS "Password")),
	 FAULT_SAML_AUTHN_CONTEXT, true},
	{"context-ppt-better", "", CONTEXT("Comparison='better'", PPT REF(CLASS "Password")),
	 FAULT_SAML_AUTHN_CONTEXT, true},
	{"context-declaration", "",
	 CONTEXT("", "<saml:AuthnContextDeclRef>" CLASS "PasswordProtectedTransport"
		     "</saml:AuthnContextDeclRef>"),
	 FAULT_SAML_AUTHN_CONTEXT, true},

	{"consuming-index", "AttributeConsumingServiceIndex='3'", "", FAULT_NONE, false},
	{"consuming-index-unknown", "AttributeConsumingServiceIndex='4'", "",
	 FAULT_SAML_UNSUPPORTED, true},

	{"foreign-attribute", "xmlns:x='urn:x' x:IsPassive='maybe' x:ID='_x'", "", FAULT_NONE,
	 false},
	{"passive-maybe", "IsPassive='maybe'", "", FAULT_SAML_MALFORMED, false},
	{"index-1x", "AssertionConsumerServiceIndex='1x'", "", FAULT_SAML_MALFORMED, false},
	{"index-overflow", "AssertionConsumerServiceIndex='4294967297'", "", FAULT_SAML_MALFORMED,
	 false},
	{"two-issuers", "", "<saml:Issuer>" KEYED "</saml:Issuer>", FAULT_SAML_MALFORMED, false},
	{"two-ids", "", "<samlp:Extensions><x xmlns='urn:x' ID='_request'/></samlp:Extensions>",
	 FAULT_SAML_MALFORMED, false},
	{"stray-signature", "",
	 "<samlp:Extensions><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>"
	 "</samlp:Extensions>",
	 FAULT_SAML_SIGNATURE, false},

	/* lasso takes attributes of the protocol's namespace for those without: we do not */
	{"differing-readers", "samlp:ForceAuthn='true'", "", FAULT_SAML_DISAGREE, false},
	{"differing-readers-passive", "IsPassive='true' samlp:IsPassive='false'", "",
	 FAULT_SAML_DISAGREE, false},
	{"differing-readers-acs",
	 "AssertionConsumerServiceURL='" SP "/acs' "
	 "samlp:AssertionConsumerServiceURL='" SP "/acs2?a=1&amp;b=2'",
	 "", FAULT_SAML_DISAGREE, false},
};

static void test_unsigned(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);
	g_autofree char *xml =
		request_message(SP, unsigned_ones[i].attributes, unsigned_ones[i].children);
	g_autofree char *query = test_query(xml, "state å+&=");
	g_autoptr(SamlRequest) first = request_by_redirect(query);
	g_autoptr(SamlRequest) second = request_by_post(xml, "state å+&=");

	request_check(first, unsigned_ones[i].want, unsigned_ones[i].returnable);
	request_check(second, unsigned_ones[i].want, unsigned_ones[i].returnable);
	if (first->ask) {
		g_autoptr(GVariant) one = g_variant_ref_sink(ask_to_variant(first->ask));
		g_autoptr(GVariant) two = g_variant_ref_sink(ask_to_variant(second->ask));

		g_assert_true(g_variant_equal(one, two));
		g_assert_cmpstr(first->ask->relay_state, ==, "state å+&=");
		g_assert_false(first->ask->is_signed);
	}
	if (first->fault)
		g_assert_null(strstr(first->fault->message, "evil"));
}

/* What a request may say of its NameID depends on what the policy gives the service; and what it
 * said is remembered. */
static void test_name(void)
{
	static const char *const lines[] = {
		"subject transient",
		"subject pairwise",
		"subject from mail format \"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"",
	};
	static const struct {
		const char *children;
		AskName name;
		bool no_new_name;
		int taken; /* a bit for each line */
	} cases[] = {
		{"", ASK_NAME_ANY, false, 7},
		{POLICY(""), ASK_NAME_ANY, true, 7},
		{POLICY("AllowCreate='1'"), ASK_NAME_ANY, false, 7},
		{POLICY("AllowCreate='false'"), ASK_NAME_ANY, true, 7},
		{POLICY("Format='urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'"),
		 ASK_NAME_ANY, true, 7},
		{POLICY("Format='" NAMEID "transient' AllowCreate='true'"), ASK_NAME_TRANSIENT,
		 false, 1},
		{POLICY("Format='" NAMEID "persistent' AllowCreate='true'"), ASK_NAME_PERSISTENT,
		 false, 2},
		{POLICY("Format='" NAMEID "persistent'"), ASK_NAME_PERSISTENT, true, 2},
		{POLICY("Format='urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'"),
		 ASK_NAME_OTHER, true, 4},
		{POLICY("Format='urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName'"),
		 ASK_NAME_OTHER, true, 0},
		{POLICY("Format='" NAMEID "encrypted'"), ASK_NAME_OTHER, true, 0},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		static const char *const scopes[] = {"skola.example", NULL};
		g_autofree char *text =
			g_strdup_printf("policy 1\nservice \"" SP "\" { %s }\n", lines[i]);
		const PolicySource source = {"t.policy", text, strlen(text)};
		const PolicyContext facts = {.scopes = scopes, .today = 20261123};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(&source, 1, &facts, &error);

		g_assert_no_error(error);
		for (gsize j = 0; j < G_N_ELEMENTS(cases); j++) {
			g_autofree char *xml = request_message(SP, "", cases[j].children);
			g_autofree char *query = test_query(xml, NULL);
			SamlContext ours = request_context();
			ours.policy = policy;
			g_autoptr(SamlRequest) request = saml_request_by_redirect(&ours, query);

			request_check(request,
				      cases[j].taken & 1 << i ? FAULT_NONE
							      : FAULT_SAML_NAMEID_POLICY,
				      true);
			g_assert_cmpint(request->ask->name, ==, cases[j].name);
			g_assert_cmpint(request->ask->no_new_name, ==, cases[j].no_new_name);
		}
	}
}

static void test_values(void)
{
	g_autofree char *xml =
		request_message(SP,
				"ForceAuthn='1' IsPassive='true' AssertionConsumerServiceIndex='1' "
				"AttributeConsumingServiceIndex='3'",
				"");
	g_autofree char *query = test_query(xml, NULL);
	g_autoptr(SamlRequest) request = request_by_redirect(query);
	const Ask *ask = request->ask;

	g_assert_no_error(request->fault);
	g_assert_cmpint(ask->protocol, ==, PROTOCOL_SAML);
	g_assert_cmpstr(ask->service, ==, SP);
	g_assert_cmpstr(ask->request_id, ==, "_request");
	g_assert_cmpstr(ask->return_url, ==, SP "/acs2?a=1&b=2");
	g_assert_null(ask->relay_state);
	g_assert_cmpint(ask->issued, ==, NOW);
	g_assert_cmpint(ask->consuming_index, ==, 3);
	g_assert_true(ask->force_authn && ask->is_passive);
	g_assert_false(ask->is_signed);
	g_assert_cmpstr(request->claimed_service, ==, SP);
}

/* What is no message at all, by POST. */
static const struct {
	const char *name, *xml;
	FaultCode want;
} broken[] = {
	{"not-xml", "hello", FAULT_SAML_MALFORMED},
	{"doctype", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
	 FAULT_SAML_MALFORMED},
	{"utf-7", "<?xml version='1.0' encoding='UTF-7'?><a/>", FAULT_SAML_MALFORMED},
	{"utf-16", "<?xml version='1.0' encoding='UTF-16'?><a/>", FAULT_SAML_MALFORMED},
	{"other-message", "<LogoutRequest xmlns='urn:oasis:names:tc:SAML:2.0:protocol'/>",
	 FAULT_SAML_MALFORMED},
	{"unknown-service",
	 OPEN "Version='2.0' IssueInstant='2026-11-23T08:15:30Z'><saml:Issuer>https://x.example"
	      "</saml:Issuer></samlp:AuthnRequest>",
	 FAULT_SAML_UNKNOWN_SERVICE},
	{"spaced-service",
	 OPEN "Version='2.0' IssueInstant='2026-11-23T08:15:30Z'><saml:Issuer> " SP
	      "</saml:Issuer></samlp:AuthnRequest>",
	 FAULT_SAML_UNKNOWN_SERVICE},
	{"trailing-element",
	 OPEN "Version='2.0' IssueInstant='2026-11-23T08:15:30Z'><saml:Issuer>" SP
	      "</saml:Issuer></samlp:AuthnRequest><a/>",
	 FAULT_SAML_MALFORMED},
	{"trailing-text",
	 OPEN "Version='2.0' IssueInstant='2026-11-23T08:15:30Z'><saml:Issuer>" SP
	      "</saml:Issuer></samlp:AuthnRequest>x",
	 FAULT_SAML_MALFORMED},
};

static void test_broken(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
		g_autoptr(SamlRequest) request = request_by_post(broken[i].xml, NULL);

		g_test_message("%s", broken[i].name);
		request_check(request, broken[i].want, false);
	}
	GString *deep = g_string_new(NULL);
	for (guint i = 0; i < 1000; i++)
		g_string_append(deep, "<a>");
	g_autoptr(SamlRequest) request = request_by_post(deep->str, NULL);
	request_check(request, FAULT_SAML_TOO_LARGE, false);
	g_string_free(deep, TRUE);
	g_autoptr(SamlRequest) empty = request_by_redirect("");
	request_check(empty, FAULT_SAML_MALFORMED, false);
}

/* ---- lasso's services ---- */

static void test_bounded(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	const SamlIdentity identity = test_identity(NULL, certificates);
	g_autofree char *own = own_metadata_for_reader(&identity);
	g_autoptr(LassoReader) reader = lasso_reader_new(own, &error);
	g_assert_no_error(error);
	g_autoptr(Entity) kept = request_service("https://kept.example", NULL, false);

	for (guint i = 0; i < LIMIT_LASSO_PROVIDERS + 20; i++) {
		g_autofree char *id = g_strdup_printf("https://s%u.example", i);
		g_autoptr(Entity) entity = request_service(id, NULL, false);

		g_assert_true(lasso_reader_know(reader, id, entity->bytes, &error));
		g_assert_true(lasso_reader_know(reader, kept->id, kept->bytes, &error));
		g_assert_cmpuint(lasso_reader_count(reader), <=, LIMIT_LASSO_PROVIDERS);
	}
	g_assert_cmpuint(lasso_reader_count(reader), ==, LIMIT_LASSO_PROVIDERS);

	/* new bytes replace the old; what is no metadata is not known */
	g_autoptr(Entity) changed = request_service(kept->id, rsa, true);
	g_assert_true(lasso_reader_know(reader, kept->id, changed->bytes, &error));
	g_autoptr(GBytes) nonsense = g_bytes_new_static("hello", 5);
	g_test_expect_message("Lasso", G_LOG_LEVEL_CRITICAL, "*Failed to add*");
	g_assert_false(lasso_reader_know(reader, kept->id, nonsense, &error));
	g_test_assert_expected_messages();
	g_assert_error(error, FAULT_ERROR, FAULT_INTERNAL);
	g_assert_cmpuint(lasso_reader_count(reader), ==, LIMIT_LASSO_PROVIDERS - 1);
}

/* ---- what it costs ---- */

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void test_cost(void)
{
	const guint rounds = 200;
	g_autofree char *plain =
		request_message(SP, "AssertionConsumerServiceURL='" SP "/acs'", "");
	g_autofree char *query = test_query(plain, "state");
	g_autofree char *mellon =
		request_message(SIGNER, "AssertionConsumerServiceURL='" SIGNER "/acs'", "");
	g_autofree char *signed_query =
		test_signed_query(mellon, "state", rsa, RSA_SHA256, "SHA256");
	const char *const queries[] = {query, signed_query};

	for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
		double start = cpu_ms();

		for (guint n = 0; n < rounds; n++) {
			g_autoptr(SamlRequest) request = request_by_redirect(queries[i]);
			g_assert_no_error(request->fault);
		}
		g_test_message("%s request %.3f ms", i ? "signed" : "unsigned",
			       (cpu_ms() - start) / rounds);
	}
	g_autoptr(SamlRedirect) redirect = saml_redirect_read(query, NULL);
	double start = cpu_ms();
	for (guint n = 0; n < rounds; n++) {
		g_autoptr(LassoOpinion) opinion =
			lasso_reader_redirect(lasso, redirect->plain_query, NULL);
		g_assert_nonnull(opinion);
	}
	g_test_message("lasso's part %.3f ms", (cpu_ms() - start) / rounds);
}

int main(int argc, char **argv)
{
	lasso_reader_prepare_process();
	g_test_init(&argc, &argv, NULL);
	/* lasso warns of what it does not know; only its criticals would be bugs of ours */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	g_assert_true(lasso_reader_init(NULL));
	request_set_up();
	for (gsize i = 0; i < G_N_ELEMENTS(unsigned_ones); i++) {
		g_autofree char *path =
			g_strconcat("/saml/request/unsigned/", unsigned_ones[i].name, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_unsigned);
	}
	g_test_add_func("/saml/request/values", test_values);
	g_test_add_func("/saml/request/name", test_name);
	g_test_add_func("/saml/request/broken", test_broken);
	g_test_add_func("/saml/request/bounded", test_bounded);
	g_test_add_func("/saml/request/cost", test_cost);
	int status = g_test_run();
	request_tear_down();
	return status;
}
