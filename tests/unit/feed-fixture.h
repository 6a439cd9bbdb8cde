/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "metadata/entity.h"
#include "metadata/xml/sign.h"
#include "tests/unit/testkeys.h"

/* Signed aggregates for tests. */

#define FEED_ROOT(attributes)                                                                      \
	"<md:EntitiesDescriptor xmlns:md=\"" XML_NS_MD "\" xmlns:ds=\"" XML_NS_DS                  \
	"\" xmlns:saml=\"" XML_NS_SAML "\" ID=\"_feed\" " attributes ">"
#define FEED_END "</md:EntitiesDescriptor>"
/* A service; `inside` goes into its SPSSODescriptor, after the endpoint. */
#define FEED_SERVICE_WITH(id, attributes, inside)                                                      \
	"<md:EntityDescriptor entityID=\"" id "\" " attributes                                         \
	"><md:SPSSODescriptor protocolSupportEnumeration=\""                                           \
	"urn:oasis:names:tc:SAML:2.0:protocol\"><md:AssertionConsumerService Binding=\"" ENDPOINT_POST \
	"\" Location=\"https://sp.example/acs\" index=\"0\"/>" inside                                  \
	"</md:SPSSODescriptor></md:EntityDescriptor>"
#define FEED_SERVICE(id) FEED_SERVICE_WITH(id, "", "")
#define FEED_WISH(names)                                                                           \
	"<md:AttributeConsumingService index=\"0\"><md:ServiceName xml:lang=\"en\">x"              \
	"</md:ServiceName>" names "</md:AttributeConsumingService>"
#define FEED_ASK(name) "<md:RequestedAttribute Name=\"" name "\"/>"

/* The text with a signature of its root, whose ID is _feed. */
static inline GBytes *feed_sign(const char *text, const TestKey *signer)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(XmlKey) key = xml_key_new(signer->key_pem, strlen(signer->key_pem),
					    signer->cert_pem, strlen(signer->cert_pem), &error);
	g_assert_no_error(error);
	g_autoptr(XmlDocument) doc =
		xml_document_parse(text, strlen(text), &XML_LIMITS_FEED, &error);
	g_assert_no_error(error);
	g_assert_true(xml_sign(doc, xml_document_root(doc), "_feed", key, NULL, &error));
	return xml_document_to_bytes(doc);
}

static inline GBytes *feed_replace(GBytes *bytes, const char *find, const char *put)
{
	gsize len;
	const char *data = g_bytes_get_data(bytes, &len);
	GString *text = g_string_new_len(data, (gssize)len);
	g_assert_cmpuint(g_string_replace(text, find, put, 0), >, 0);
	return g_string_free_to_bytes(text);
}
