/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/own-metadata.h"
#include "idp/saml/response.h"

#include "idp/saml/lasso.h"
#include "idp/seal.h"
#include "metadata/xml/sign.h"
#include "tests/unit/saml-fixture.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <lasso/lasso.h>
#include <lasso/xml/misc_text_node.h>
#include <lasso/xml/saml-2.0/saml2_assertion.h>
#include <lasso/xml/saml-2.0/saml2_attribute.h>
#include <lasso/xml/saml-2.0/saml2_attribute_statement.h>
#include <lasso/xml/saml-2.0/saml2_attribute_value.h>
#include <lasso/xml/saml-2.0/samlp2_status_response.h>
#include <string.h>
#include <time.h>

#define IDP "https://idp.example/saml/metadata"
#define SP  "https://sp.example/shibboleth?a=1&b=2"
#define ACS "https://sp.example/acs"

/* 2026-11-23T08:15:30Z */
#define NOW 1795421730

static TestKey *key, *sp_key;
static SamlIdentity identity;
static Subject subject; /* of the decisions that are made */
static Ask ask;
static const SamlStamp stamp = {
	.now = NOW,
	.response_id = "_1111111111111111111111111111111111111111",
	.assertion_id = "_2222222222222222222222222222222222222222",
	.name_id = "_33333333333333333333333333333333",
	.session_index = "_44444444444444444444444444444444",
};

/* What a decision holds: an attribute and its values, ';' between them; NULL: withheld. */
typedef struct {
	const char *attribute, *values;
	const char *told_as; /* NULL: its own name */
	bool without_format;
} Given;

static Decision *decide(const Given *given, gsize count)
{
	Decision *decision = g_new0(Decision, 1);

	decision->outcome = OUTCOME_ANSWERED;
	decision->subject = subject;
	decision->rows = g_ptr_array_new();
	for (gsize i = 0; i < count; i++) {
		DecisionRow *row = g_new0(DecisionRow, 1);

		row->attribute = attribute_by_name(given[i].attribute);
		row->told_as = given[i].told_as;
		row->without_format = given[i].without_format;
		g_assert_nonnull(row->attribute);
		row->name = row->attribute->name;
		row->reason =
			row->attribute == subject.attribute ? REASON_GIVEN_SUBJECT : REASON_GIVEN;
		if (given[i].values) {
			g_auto(GStrv) values = g_strsplit(given[i].values, ";", -1);

			row->values = g_ptr_array_new_with_free_func(g_free);
			for (char **value = values; *value; value++)
				g_ptr_array_add(row->values, g_strdup(*value));
		}
		g_ptr_array_add(decision->rows, row);
	}
	return decision;
}

static void forget(Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		DecisionRow *row = decision->rows->pdata[i];

		if (row->values)
			g_ptr_array_unref(row->values);
		g_free(row);
	}
	g_ptr_array_unref(decision->rows);
	g_free(decision);
}

static char *respond(const Given *given, gsize count, const SamlIdentity *as)
{
	Decision *decision = decide(given, count);
	Answer answer = {.ask = &ask,
			 .decision = decision,
			 .authenticated_at = NOW - 60,
			 .session_until = NOW + 36000};
	g_autoptr(GError) error = NULL;
	char *response = saml_response_login(as, &answer, &stamp, &error);

	g_assert_no_error(error);
	g_assert_nonnull(response);
	forget(decision);
	return response;
}

static char *decode(const char *base64)
{
	gsize size = 0;
	g_autofree guchar *bytes = g_base64_decode(base64, &size);

	return g_strndup((char *)bytes, size);
}

/* Takes the signatures out, which differ with the key. */
static char *unsigned_text(const char *base64, guint *ret_signatures)
{
	char *xml = decode(base64);

	*ret_signatures = 0;
	for (char *start; (start = strstr(xml, "<ds:Signature ")); ++*ret_signatures) {
		char *end = strstr(start, "</ds:Signature>") + strlen("</ds:Signature>");

		memmove(start, end, strlen(end) + 1);
	}
	return xml;
}

static const Given pupil[] = {
	{"eduPersonPrincipalName", "fc79e369@skola.example"},
	{"eduPersonScopedAffiliation", "student@skola.example;member@skola.example"},
	{"mail", NULL},
	{"displayName", "Åsa <b>&\"Öberg\x01"},
};

#define RESPONSE_HEAD                                                                              \
	"<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" "                    \
	"ID=\"_1111111111111111111111111111111111111111\" Version=\"2.0\" "                        \
	"IssueInstant=\"2026-11-23T08:15:30Z\" InResponseTo=\"_request\" "                         \
	"Destination=\"https://sp.example/acs\">"                                                  \
	"<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">" IDP "</saml:Issuer>"
#define ASSERTION                                                                                  \
	RESPONSE_HEAD                                                                              \
	"<samlp:Status><samlp:StatusCode "                                                         \
	"Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>"                    \
	"<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" "                    \
	"ID=\"_2222222222222222222222222222222222222222\" Version=\"2.0\" "                        \
	"IssueInstant=\"2026-11-23T08:15:30Z\"><saml:Issuer>" IDP "</saml:Issuer>"                 \
	"<saml:Subject><saml:NameID "                                                              \
	"Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\" NameQualifier=\"" IDP      \
	"\" SPNameQualifier=\"https://sp.example/shibboleth?a=1&amp;b=2\">"                        \
	"_33333333333333333333333333333333</saml:NameID><saml:SubjectConfirmation "                \
	"Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData "          \
	"InResponseTo=\"_request\" Recipient=\"https://sp.example/acs\" "                          \
	"NotOnOrAfter=\"2026-11-23T08:20:30Z\"/></saml:SubjectConfirmation></saml:Subject>"        \
	"<saml:Conditions NotBefore=\"2026-11-23T08:14:30Z\" "                                     \
	"NotOnOrAfter=\"2026-11-23T08:20:30Z\"><saml:AudienceRestriction><saml:Audience>"          \
	"https://sp.example/shibboleth?a=1&amp;b=2</saml:Audience></saml:AudienceRestriction>"     \
	"</saml:Conditions><saml:AuthnStatement AuthnInstant=\"2026-11-23T08:14:30Z\" "            \
	"SessionIndex=\"_44444444444444444444444444444444\" "                                      \
	"SessionNotOnOrAfter=\"2026-11-23T18:15:30Z\"><saml:AuthnContext>"                         \
	"<saml:AuthnContextClassRef>"                                                              \
	"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"                        \
	"</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
#define ATTRIBUTE(name, oid)                                                                       \
	"<saml:Attribute FriendlyName=\"" name "\" Name=\"urn:oid:" oid "\" "                      \
	"NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"
#define VALUE(text) "<saml:AttributeValue>" text "</saml:AttributeValue>"

#define STATEMENT                                                                                  \
	"<saml:AttributeStatement>" ATTRIBUTE("eduPersonPrincipalName",                            \
					      "1.3.6.1.4.1.5923.1.1.1.6")                          \
		VALUE("fc79e369@skola.example") "</saml:Attribute>" ATTRIBUTE(                     \
			"eduPersonScopedAffiliation",                                              \
			"1.3.6.1.4.1.5923.1.1.1.9") VALUE("student@skola.example")                 \
			VALUE("member@skola.example") "</saml:Attribute>" ATTRIBUTE(               \
				"displayName", "2.16.840.1.113730.3.1.241")                        \
				VALUE("Åsa &lt;b&gt;&amp;\"Öberg\xef\xbf\xbd") "</saml:Attribute></saml:AttributeStatement>"

static void test_bytes(void)
{
	g_autofree char *one = respond(pupil, G_N_ELEMENTS(pupil), &identity);
	g_autofree char *two = respond(pupil, G_N_ELEMENTS(pupil), &identity);
	guint signatures = 0;
	g_autofree char *text = unsigned_text(one, &signatures);

	g_assert_cmpstr(one, ==, two);
	g_assert_cmpuint(signatures, ==, 2);
	g_assert_cmpstr(text, ==, ASSERTION STATEMENT "</saml:Assertion></samlp:Response>");
}

static void test_nothing_given(void)
{
	const Given none[] = {{"mail", NULL}};
	g_autofree char *response = respond(none, 1, &identity);
	guint signatures = 0;
	g_autofree char *text = unsigned_text(response, &signatures);

	g_assert_cmpstr(text, ==, ASSERTION "</saml:Assertion></samlp:Response>");
}

/* By the name that the policy gives it, with NameFormat or without. */
static void test_renamed(void)
{
	static const Given given[] = {
		{"mail", "a@skola.example", "http://schemas.example/mail", false},
		{"givenName", "Åsa", "fornamn", true}};
	g_autofree char *response = respond(given, G_N_ELEMENTS(given), &identity);
	guint signatures = 0;
	g_autofree char *text = unsigned_text(response, &signatures);

	g_assert_nonnull(strstr(text,
				"<saml:Attribute FriendlyName=\"mail\" "
				"Name=\"http://schemas.example/mail\" "
				"NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"));
	g_assert_nonnull(
		strstr(text, "<saml:Attribute FriendlyName=\"givenName\" Name=\"fornamn\">"));
}

/* What the policy makes the subject is the NameID, and an attribute only if that is said. */
static void test_subject(void)
{
	static const char qualifiers[] =
		" NameQualifier=\"" IDP
		"\" SPNameQualifier=\"https://sp.example/shibboleth?a=1&amp;b=2\"";
	static const Given given[] = {{"pairwise-id", "k7q2@skola.example"}, {"mail", "å@b"}};
	static const struct {
		const char *attribute, *format;
		bool also;
		const char *value;
		bool qualified;
	} subjects[] = {
		{"pairwise-id", SUBJECT_FORMAT_PERSISTENT, false, "k7q2@skola.example", true},
		{"pairwise-id", SUBJECT_FORMAT_PERSISTENT, true, "k7q2@skola.example", true},
		{"mail", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", false, "å@b",
		 false},
		{"mail", SUBJECT_FORMAT_UNSPECIFIED, true, "å@b", false},
		{NULL, SUBJECT_FORMAT_TRANSIENT, false, stamp.name_id, true},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(subjects); i++) {
		const char *attribute = subjects[i].attribute;
		guint signatures = 0;
		subject = (Subject){attribute ? attribute_by_name(attribute) : NULL,
				    subjects[i].format, subjects[i].also};
		g_autofree char *response = respond(given, G_N_ELEMENTS(given), &identity);
		g_autofree char *text = unsigned_text(response, &signatures);
		g_autofree char *name_id = g_strdup_printf(
			"<saml:NameID Format=\"%s\"%s>%s</saml:NameID>", subjects[i].format,
			subjects[i].qualified ? qualifiers : "", subjects[i].value);

		g_assert_nonnull(strstr(text, name_id));
		for (gsize j = 0; j < G_N_ELEMENTS(given); j++) {
			g_autofree char *value = g_strdup_printf(
				"<saml:AttributeValue>%s</saml:AttributeValue>", given[j].values);
			bool told =
				g_strcmp0(attribute, given[j].attribute) != 0 || subjects[i].also;

			g_assert_true(!strstr(text, value) == !told);
		}
	}
	subject = subject_transient;
}

/* A service that is told a name and nothing else gets no AttributeStatement, which may not be
 * empty. */
static void test_subject_alone(void)
{
	static const Given given[] = {{"pairwise-id", "k7q2@skola.example"}};
	guint signatures = 0;

	subject = (Subject){attribute_by_name("pairwise-id"), SUBJECT_FORMAT_PERSISTENT, false};
	g_autofree char *response = respond(given, 1, &identity);
	g_autofree char *text = unsigned_text(response, &signatures);
	g_assert_null(strstr(text, "AttributeStatement"));
	g_assert_nonnull(strstr(text, ">k7q2@skola.example</saml:NameID>"));
	subject = subject_transient;
}

static const struct {
	FaultCode fault;
	const char *status;
} faults[] = {
	{FAULT_SAML_NO_PASSIVE, "<samlp:StatusCode "
				"Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\">"
				"<samlp:StatusCode "
				"Value=\"urn:oasis:names:tc:SAML:2.0:status:NoPassive\"/>"
				"</samlp:StatusCode>"},
	{FAULT_NOT_OPEN, "<samlp:StatusCode "
			 "Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\">"
			 "<samlp:StatusCode "
			 "Value=\"urn:oasis:names:tc:SAML:2.0:status:RequestDenied\"/>"
			 "</samlp:StatusCode>"},
	{FAULT_SAML_NAMEID_POLICY, "<samlp:StatusCode "
				   "Value=\"urn:oasis:names:tc:SAML:2.0:status:Requester\">"
				   "<samlp:StatusCode "
				   "Value=\"urn:oasis:names:tc:SAML:2.0:status:"
				   "InvalidNameIDPolicy\"/></samlp:StatusCode>"},
	{FAULT_SAML_VERSION, "<samlp:StatusCode "
			     "Value=\"urn:oasis:names:tc:SAML:2.0:status:VersionMismatch\"/>"},
};

static void test_faults(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
		g_autoptr(GError) error = NULL;
		guint signatures = 0;
		g_autofree char *response =
			saml_response_fault(&identity, &ask, faults[i].fault, &stamp, &error);
		g_assert_no_error(error);
		g_autofree char *text = unsigned_text(response, &signatures);
		g_autofree char *want =
			g_strconcat(RESPONSE_HEAD "<samlp:Status>", faults[i].status,
				    "</samlp:Status></samlp:Response>", NULL);

		g_assert_cmpuint(signatures, ==, 1);
		g_assert_cmpstr(text, ==, want);
	}
}

static void test_stamp(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < 1000; i++) {
		SamlStamp drawn = {0};
		const char *const ids[] = {drawn.response_id, drawn.assertion_id, drawn.name_id,
					   drawn.session_index};

		saml_stamp_draw(&drawn, NOW);
		g_assert_cmpint(drawn.now, ==, NOW);
		for (gsize k = 0; k < G_N_ELEMENTS(ids); k++) {
			g_assert_cmpuint(strlen(ids[k]), ==, k < 2 ? 41 : 33);
			g_assert_true(ids[k][0] == '_');
			g_assert_cmpuint(strspn(ids[k] + 1, "0123456789abcdef"), ==,
					 k < 2 ? 40 : 32);
			g_assert_true(g_hash_table_add(seen, g_strdup(ids[k])));
		}
	}
}

/* ---- strangers read it ---- */

static char *sp_metadata(void)
{
	g_autofree char *base64 = test_base64(sp_key->der);

	return g_strconcat(
		"<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' "
		"entityID='https://sp.example/shibboleth?a=1&amp;b=2'><SPSSODescriptor "
		"protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"
		"<KeyDescriptor><ds:KeyInfo xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>"
		"<ds:X509Data><ds:X509Certificate>",
		base64,
		"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
		"<AssertionConsumerService index='0' Location='" ACS
		"' Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'/></SPSSODescriptor>"
		"</EntityDescriptor>",
		NULL);
}

static LassoServer *sp_server(void)
{
	g_autofree char *ours = sp_metadata();
	g_autofree char *idp = own_metadata_for_reader(&identity);
	LassoServer *server = lasso_server_new_from_buffers(ours, sp_key->key_pem, NULL, NULL);

	g_assert_nonnull(server);
	g_assert_cmpint(lasso_server_add_provider_from_buffer(server, LASSO_PROVIDER_ROLE_IDP, idp,
							      NULL, NULL),
			==, 0);
	return server;
}

static int lasso_takes(const char *base64, LassoLogin **ret_login)
{
	LassoServer *server = sp_server();
	LassoLogin *login = lasso_login_new(server);
	g_autofree char *copy = g_strdup(base64);

	lasso_profile_set_message_id(LASSO_PROFILE(login), "_request");
	int status = lasso_login_process_authn_response_msg(login, copy);
	if (status == 0)
		status = lasso_login_accept_sso(login);
	lasso_server_destroy(server);
	*ret_login = login;
	return status;
}

static char *lasso_values(const LassoSaml2Attribute *attribute)
{
	GString *values = g_string_new(NULL);

	for (GList *at = attribute->AttributeValue; at; at = at->next) {
		const LassoSaml2AttributeValue *value = at->data;

		for (GList *any = value->any; any; any = any->next) {
			g_autofree char *text =
				LASSO_IS_MISC_TEXT_NODE(any->data)
					? g_strdup(((LassoMiscTextNode *)any->data)->content)
					: NULL;

			g_string_append_printf(values, "%s%s", values->len ? ";" : "", text);
		}
	}
	return g_string_free(values, FALSE);
}

static void test_lasso_as_service(void)
{
	g_autofree char *response = respond(pupil, G_N_ELEMENTS(pupil), &identity);
	LassoLogin *login = NULL;

	g_assert_cmpint(lasso_takes(response, &login), ==, 0);
	LassoSaml2Assertion *assertion = LASSO_SAML2_ASSERTION(lasso_login_get_assertion(login));
	g_assert_cmpuint(g_list_length(assertion->AttributeStatement), ==, 1);
	const LassoSaml2AttributeStatement *statement = assertion->AttributeStatement->data;
	g_assert_cmpuint(g_list_length(statement->Attribute), ==, 3);
	g_autofree char *eppn = lasso_values(statement->Attribute->data);
	g_autofree char *affiliation = lasso_values(statement->Attribute->next->data);
	g_assert_cmpstr(eppn, ==, pupil[0].values);
	g_assert_cmpstr(affiliation, ==, pupil[1].values);
	g_object_unref(assertion);
	lasso_login_destroy(login);

	/* and refuses it when a byte of either signed part has changed */
	static const char *const changes[] = {"fc79e369", "08:15:30Z", "status:Success"};
	for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *xml = decode(response);

		*strstr(xml, changes[i]) ^= 1;
		g_autofree char *changed = g_base64_encode((guchar *)xml, strlen(xml));
		g_assert_cmpint(lasso_takes(changed, &login), !=, 0);
		lasso_login_destroy(login);
	}
	g_autofree char *fault = saml_response_fault(&identity, &ask, FAULT_NOT_OPEN, &stamp, NULL);
	g_assert_cmpint(lasso_takes(fault, &login), ==, LASSO_PROFILE_ERROR_REQUEST_DENIED);
	lasso_login_destroy(login);
}

static void run_xmlsec(const char *file, const char *certificate, const char *node, bool want)
{
	g_autofree char *program = g_find_program_in_path("xmlsec1");
	const char *argv[] = {program,
			      "--verify",
			      "--enabled-key-data",
			      "rsa,ec",
			      "--pubkey-cert-pem",
			      certificate,
			      "--id-attr:ID",
			      "urn:oasis:names:tc:SAML:2.0:protocol:Response",
			      "--id-attr:ID",
			      "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
			      "--id-attr:ID",
			      "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor",
			      "--node-xpath",
			      node,
			      file,
			      NULL};
	g_autoptr(GError) error = NULL;

	g_assert_nonnull(program); /* package xmlsec1 */
	g_autoptr(GSubprocess) process = g_subprocess_newv(
		argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
		&error);
	g_assert_no_error(error);
	g_assert_true(g_subprocess_wait(process, NULL, &error));
	g_assert_true(g_subprocess_get_successful(process) == want);
}

#define SIGNATURE_OF(path) path "/*[local-name()='Signature']"

static void test_xmlsec_command(void)
{
	static const char *const kinds[] = {"RSA-2048", "P-256"};
	g_autofree char *folder = g_dir_make_tmp("portvakt-response-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "response.xml", NULL);
	g_autofree char *certificate = g_build_filename(folder, "certificate.pem", NULL);
	const char *const nodes[] = {SIGNATURE_OF("/*"),
				     SIGNATURE_OF("//*[local-name()='Assertion']")};

	for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
		g_autoptr(TestKey) test = test_key_new(kinds[k]);
		g_autoptr(XmlKey) signer = test_xml_key(test);
		SamlIdentity as = identity;
		as.key = signer;
		g_autofree char *response = respond(pupil, G_N_ELEMENTS(pupil), &as);
		g_autofree char *xml = decode(response);

		g_assert_true(g_file_set_contents(certificate, test->cert_pem, -1, NULL));
		for (gsize i = 0; i < G_N_ELEMENTS(nodes); i++) {
			g_assert_true(g_file_set_contents(file, xml, -1, NULL));
			test_schema(file);
			run_xmlsec(file, certificate, nodes[i], true);
			g_autofree char *changed = g_strdup(xml);
			*strstr(changed, "fc79e369") = 'x';
			g_assert_true(g_file_set_contents(file, changed, -1, NULL));
			run_xmlsec(file, certificate, nodes[i], false);
		}
	}
	g_unlink(file);
	g_unlink(certificate);
	g_rmdir(folder);
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
	const guint rounds = 100;
	double start = cpu_ms();

	for (guint i = 0; i < rounds; i++) {
		g_autoptr(GBytes) signature = test_key_sign(key, "SHA256", "bare");
	}
	double bare = (cpu_ms() - start) / rounds;
	start = cpu_ms();
	for (guint i = 0; i < rounds; i++) {
		g_autofree char *response = respond(pupil, G_N_ELEMENTS(pupil), &identity);
	}
	double whole = (cpu_ms() - start) / rounds;
	g_test_message("bare RSA-2048 signature %.3f ms, whole Response %.3f ms (%.2f of them)",
		       bare, whole, whole / bare);
}

int main(int argc, char **argv)
{
	lasso_reader_prepare_process();
	g_test_init(&argc, &argv, NULL);
	subject = subject_transient;
	g_assert_true(lasso_reader_init(NULL));
	g_assert_true(seal_init());
	key = test_key_new("RSA-2048");
	sp_key = test_key_new("RSA-2048");
	g_autoptr(XmlKey) signer = test_xml_key(key);
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	g_ptr_array_add(certificates, key->der);
	identity = test_identity(signer, certificates);
	ask = (Ask){.protocol = PROTOCOL_SAML,
		    .service = g_strdup(SP),
		    .request_id = g_strdup("_request"),
		    .return_url = g_strdup(ACS)};
	g_test_add_func("/saml/response/bytes", test_bytes);
	g_test_add_func("/saml/response/nothing-given", test_nothing_given);
	g_test_add_func("/saml/response/renamed", test_renamed);
	g_test_add_func("/saml/response/subject", test_subject);
	g_test_add_func("/saml/response/subject-alone", test_subject_alone);
	g_test_add_func("/saml/response/faults", test_faults);
	g_test_add_func("/saml/response/stamp", test_stamp);
	g_test_add_func("/saml/response/lasso-as-service", test_lasso_as_service);
	g_test_add_func("/saml/response/xmlsec-command", test_xmlsec_command);
	g_test_add_func("/saml/response/cost", test_cost);
	int status = g_test_run();
	g_free(ask.service);
	g_free(ask.request_id);
	g_free(ask.return_url);
	test_key_free(key);
	test_key_free(sp_key);
	xml_key_unref(g_steal_pointer(&signer));
	return status;
}
