/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/saml-request-fixture.h"

#include "idp/saml/own-metadata.h"
#include <string.h>

TestKey *rsa, *ec, *stranger;
EntitySet *entities;
LassoReader *lasso;

/* ---- the services ---- */

Entity *request_service(const char *id, const TestKey *key, bool signs)
{
	g_autofree char *base64 = key ? test_base64(key->der) : g_strdup("");
	g_autofree char *descriptor = g_strconcat(
		"<KeyDescriptor use='signing'><ds:KeyInfo "
		"xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:X509Data><ds:X509Certificate>",
		base64, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>", NULL);
	g_autofree char *xml = g_strconcat(
		"<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='", id,
		"'><SPSSODescriptor AuthnRequestsSigned='", signs ? "true" : "false",
		"' protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>",
		key ? descriptor : "",
		"<AssertionConsumerService index='0' Binding='" POST "' Location='", id,
		"/acs'/><AssertionConsumerService index='1' Binding='" POST "' Location='", id,
		"/acs2?a=1&amp;b=2'/><AssertionConsumerService index='2' Binding='" ARTIFACT
		"' Location='",
		id,
		"/artifact'/><AttributeConsumingService index='3'><ServiceName xml:lang='sv'>x"
		"</ServiceName><RequestedAttribute Name='urn:oid:1.3.6.1.4.1.5923.1.1.1.6' "
		"NameFormat='urn:oasis:names:tc:SAML:2.0:attrname-format:uri'/>"
		"</AttributeConsumingService></SPSSODescriptor></EntityDescriptor>",
		NULL);
	g_autoptr(GError) error = NULL;
	Entity *entity = entity_parse(xml, strlen(xml), NOW, &error);

	g_assert_no_error(error);
	return entity;
}

void request_set_up(void)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GPtrArray) certificates = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	rsa = test_key_new("RSA-2048");
	stranger = test_key_new("RSA-2048");
	ec = test_key_new("P-256");
	g_ptr_array_add(all, request_service(SP, NULL, false));
	g_ptr_array_add(all, request_service(SIGNER, rsa, true));
	g_ptr_array_add(all, request_service(KEYED, rsa, false));
	g_ptr_array_add(all, request_service(CURVED, ec, true));
	entities = entity_set_new(all, &error);
	g_assert_no_error(error);
	g_ptr_array_add(certificates, stranger->der);
	const SamlIdentity identity = test_identity(NULL, certificates);
	g_autofree char *own = own_metadata_for_reader(&identity);
	lasso = lasso_reader_new(own, &error);
	g_assert_no_error(error);
}

void request_tear_down(void)
{
	lasso_reader_free(lasso);
	entity_set_free(entities);
	test_key_free(rsa);
	test_key_free(ec);
	test_key_free(stranger);
}

/* ---- messages ---- */

/* Defaults: Version 2.0, issued now, to our endpoint. */
char *request_message(const char *issuer, const char *attributes, const char *children)
{
	return g_strconcat(
		OPEN, strstr(attributes, "Version=") ? "" : "Version='2.0' ",
		strstr(attributes, "IssueInstant=") ? "" : "IssueInstant='2026-11-23T08:15:30Z' ",
		strstr(attributes, "Destination=") ? "" : "Destination='" ENDPOINT "' ", attributes,
		"><saml:Issuer>", issuer, "</saml:Issuer>", children, "</samlp:AuthnRequest>",
		NULL);
}

SamlContext request_context(void)
{
	return (SamlContext){
		.endpoint = ENDPOINT, .entities = entities, .lasso = lasso, .now = NOW};
}

SamlRequest *request_by_redirect(const char *query)
{
	const SamlContext ours = request_context();

	return saml_request_by_redirect(&ours, query);
}

SamlRequest *request_by_post(const char *xml, const char *relay_state)
{
	const SamlContext ours = request_context();
	g_autofree char *base64 = g_base64_encode((const guchar *)xml, strlen(xml));
	g_autofree char *request = test_escape(base64, FALSE);
	g_autofree char *relay = test_escape(relay_state ?: "", FALSE);
	g_autofree char *body = g_strconcat("SAMLRequest=", request,
					    relay_state ? "&RelayState=" : NULL, relay, NULL);
	g_autoptr(Form) form = form_parse(body, strlen(body), NULL);

	return saml_request_by_post(&ours, form);
}

void request_check(const SamlRequest *request, FaultCode want, bool returnable)
{
	if (want == FAULT_NONE) {
		g_assert_no_error(request->fault);
		g_assert_nonnull(request->ask);
		return;
	}
	g_assert_error(request->fault, FAULT_ERROR, (int)want);
	g_assert_true(!request->ask == !returnable);
}
