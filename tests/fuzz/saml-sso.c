/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What arrives at /saml/sso, from the raw query or body to the ask, with lasso beside us: the
 * whole of what stands between a stranger and the login page. The input is a line and then the
 * bytes:
 *     GET: the query
 *     POST: the body, a form
 *     XML: the message itself, which then comes by POST
 */
#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/saml/own-metadata.h"
#include "idp/saml/request.h"
#include "tests/fuzz/signer.h"
#include "tests/fuzz/target.h"

#include <string.h>

#define NOW      1795421730 /* 2026-11-23T08:15:30Z */
#define ENDPOINT "https://idp.example/saml/sso"
#define MD       "urn:oasis:names:tc:SAML:2.0:metadata"
#define POST     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

static EntitySet *entities;
static LassoReader *lasso;

static Entity *service(const char *id, bool has_keys, bool signs)
{
	g_autoptr(GString) xml = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	g_string_append_printf(xml,
			       "<EntityDescriptor xmlns='" MD "' entityID='%s'><SPSSODescriptor "
			       "AuthnRequestsSigned='%s' "
			       "protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>",
			       id, signs ? "true" : "false");
	for (const char *const *c = signer_certificates; has_keys && *c; c++)
		g_string_append_printf(
			xml,
			"<KeyDescriptor use='signing'><ds:KeyInfo "
			"xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:X509Data>"
			"<ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
			"</KeyDescriptor>",
			*c);
	g_string_append_printf(xml,
			       "<AssertionConsumerService index='0' Binding='" POST
			       "' Location='%s/acs'/><AssertionConsumerService index='1' "
			       "Binding='" POST "' Location='%s/acs2'/></SPSSODescriptor>"
			       "</EntityDescriptor>",
			       id, id);
	Entity *entity = entity_parse(xml->str, xml->len, NOW, &error);
	g_assert_no_error(error);
	return entity;
}

static void load(void)
{
	static const char *const scopes[] = {"skola.example", NULL};
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	gsize size = 0;
	guchar *der = g_base64_decode(signer_certificates[0], &size);
	g_autoptr(GBytes) certificate = g_bytes_new_take(der, size);
	const SamlIdentity identity = {.entity_id = "https://idp.example/saml/metadata",
				       .base_url = "https://idp.example",
				       .scopes = scopes,
				       .name_sv = "Skolan",
				       .name_en = "The school",
				       .support_email = "it@skola.example",
				       .certificates = certificates};
	g_autoptr(GError) error = NULL;

	lasso_reader_prepare_process();
	g_assert_true(lasso_reader_init(NULL));
	/* what lasso calls critical is a refusal, not a bug of ours */
	g_log_set_always_fatal(G_LOG_FATAL_MASK);
	g_ptr_array_add(certificates, certificate);
	g_ptr_array_add(all, service("https://sp.example", false, false));
	g_ptr_array_add(all, service("https://signer.example", true, true));
	g_ptr_array_add(all, service("https://keyed.example", true, false));
	entities = entity_set_new(all, &error);
	g_assert_no_error(error);
	g_autofree char *own = own_metadata_for_reader(&identity);
	lasso = lasso_reader_new(own, &error);
	g_assert_no_error(error);
}

/* What may be wrong with a request, an ask goes only to where metadata say. */
static void check(const SamlRequest *request)
{
	const Ask *ask = request->ask;

	g_assert_true(ask || request->fault);
	g_assert_true(!request->fault || request->fault->domain == FAULT_ERROR);
	if (!ask)
		return;
	g_autofree char *first = g_strconcat(ask->service, "/acs", NULL);
	g_autofree char *second = g_strconcat(ask->service, "/acs2", NULL);
	g_assert_true(strcmp(ask->return_url, first) == 0 || strcmp(ask->return_url, second) == 0);
	g_assert_true(ask->is_signed || strcmp(ask->service, "https://signer.example") != 0);
	g_assert_true(!ask->is_signed || strcmp(ask->service, "https://sp.example") != 0);
	g_assert_cmpint(g_utf8_strlen(ask->request_id, -1), <=, LIMIT_SAML_ID);
	g_assert_true(!ask->relay_state || strlen(ask->relay_state) <= LIMIT_RELAY_STATE);
}

static SamlRequest *by_post(const SamlContext *context, const char *body, gsize length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Form) form = form_parse(body, length, &error);

	if (!form)
		fuzz_verdict("refused form: %s", error->message);
	return form ? saml_request_by_post(context, form) : NULL;
}

static SamlRequest *by_xml(const SamlContext *context, const char *xml, gsize length)
{
	g_autofree char *base64 = g_base64_encode((const guchar *)xml, length);
	g_autofree char *escaped = g_uri_escape_string(base64, NULL, FALSE);
	g_autofree char *body = g_strconcat("SAMLRequest=", escaped, NULL);

	return by_post(context, body, strlen(body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = memchr(text, '\n', size);
	g_autofree char *kind = g_strndup(text, end ? (gsize)(end - text) : 0);
	const char *bytes = end ? end + 1 : text;
	gsize length = end ? size - (gsize)(bytes - text) : 0;
	g_autofree char *copy = g_strndup(bytes, length);
	g_autoptr(SamlRequest) request = NULL;

	if (!entities)
		load();
	const SamlContext context = {
		.endpoint = ENDPOINT, .entities = entities, .lasso = lasso, .now = NOW};
	if (strcmp(kind, "GET") == 0)
		request = saml_request_by_redirect(&context, copy);
	else if (strcmp(kind, "POST") == 0)
		request = by_post(&context, bytes, length);
	else if (strcmp(kind, "XML") == 0)
		request = by_xml(&context, bytes, length);
	if (!request)
		return 0;
	check(request);
	if (request->fault)
		fuzz_verdict("refused %s: %s", fault_of(request->fault)->name,
			     request->fault->message);
	else
		fuzz_verdict("taken%s, to %s", request->ask->is_signed ? ", signed" : "",
			     request->ask->return_url);
	return 0;
}
