/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The XML of a request, read by us and by lasso beside us. */
#include "tests/fuzz/target.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/saml/authnrequest.h"
#include "idp/saml/lasso.h"
#include "metadata/xml/document.h"
#include "tests/fuzz/xml-error.h"
#include <string.h>

#define SP                                                                                         \
	"<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' "                          \
	"entityID='https://sp.example'><SPSSODescriptor "                                          \
	"protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"                       \
	"<AssertionConsumerService index='0' "                                                     \
	"Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' "                                \
	"Location='https://sp.example/acs'/></SPSSODescriptor></EntityDescriptor>"
#define IDP                                                                                        \
	"<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' "                          \
	"entityID='https://idp.example'><IDPSSODescriptor "                                        \
	"protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'><SingleSignOnService "  \
	"Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' "                                \
	"Location='https://idp.example/saml/sso'/></IDPSSODescriptor></EntityDescriptor>"

static LassoReader *lasso(void)
{
	static LassoReader *reader;
	static GBytes *metadata;

	if (!reader) {
		lasso_reader_prepare_process();
		/* what lasso calls critical is a refusal, not a bug of ours */
		g_log_set_always_fatal(G_LOG_FATAL_MASK);
		reader = lasso_reader_new(IDP, NULL);
		metadata = g_bytes_new_static(SP, strlen(SP));
		g_assert_nonnull(reader);
	}
	g_assert_true(lasso_reader_know(reader, "https://sp.example", metadata, NULL));
	return reader;
}

static void check(const AuthnRequest *request)
{
	const SamlReading *reading = request->reading;

	g_assert_nonnull(reading->id);
	g_assert_nonnull(reading->version);
	g_assert_cmpint(g_utf8_strlen(reading->id, -1), <=, LIMIT_SAML_ID);
	g_assert_cmpint(g_utf8_strlen(reading->issuer, -1), <=, LIMIT_SAML_ID);
	g_assert_cmpint(reading->acs_index, >=, -1);
	g_assert_cmpint(reading->acs_index, <=, G_MAXUINT16);
	g_assert_cmpint(reading->consuming_index, >=, -1);
	g_assert_cmpint(reading->consuming_index, <=, G_MAXUINT16);
	g_assert_true(reading->acs_index < 0 || (!reading->acs_url && !reading->binding));
	g_assert_cmpuint(reading->contexts->len, <=, LIMIT_SAML_CONTEXTS);
	g_assert_true(saml_reading_agrees(reading, reading, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	LassoReader *reader = lasso();
	g_autoptr(XmlDocument) document =
		xml_document_parse(data, size, &XML_LIMITS_MESSAGE, &error);
	g_autoptr(AuthnRequest) request = document ? authnrequest_read(document, &error) : NULL;

	if (!request) {
		g_assert_true(error->domain == (document ? FAULT_ERROR : XML_ERROR));
		fuzz_verdict("refused %s: %s",
			     document ? fault_of(error)->name : xml_error_name(error),
			     error->message);
		return 0;
	}
	check(request);
	g_autofree char *base64 = g_base64_encode(data, size);
	g_autoptr(LassoOpinion) opinion = lasso_reader_post(reader, base64, NULL, false, &error);
	if (opinion && saml_reading_agrees(request->reading, opinion->reading, &error))
		fuzz_verdict("taken");
	else
		fuzz_verdict("refused %s: %s", fault_of(error)->name, error->message);
	return 0;
}
