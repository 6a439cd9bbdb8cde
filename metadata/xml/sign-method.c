/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/sign-method.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"

static const struct {
	const char *uri;
	XmlKeyKind kind;
} methods[] = {
	[XML_SIGN_NONE] = {"", 0},
	[XML_SIGN_RSA_SHA256] = {MORE "rsa-sha256", XML_KEY_RSA},
	[XML_SIGN_RSA_SHA384] = {MORE "rsa-sha384", XML_KEY_RSA},
	[XML_SIGN_RSA_SHA512] = {MORE "rsa-sha512", XML_KEY_RSA},
	[XML_SIGN_ECDSA_SHA256] = {MORE "ecdsa-sha256", XML_KEY_EC},
	[XML_SIGN_ECDSA_SHA384] = {MORE "ecdsa-sha384", XML_KEY_EC},
	[XML_SIGN_ECDSA_SHA512] = {MORE "ecdsa-sha512", XML_KEY_EC},
};

XmlSignMethod xml_sign_method_from_uri(const char *uri)
{
	for (guint i = XML_SIGN_NONE + 1; i < G_N_ELEMENTS(methods); i++) {
		if (g_strcmp0(uri, methods[i].uri) == 0)
			return i;
	}
	return XML_SIGN_NONE;
}

const char *xml_sign_method_uri(XmlSignMethod method)
{
	g_assert(method < G_N_ELEMENTS(methods));
	return methods[method].uri;
}

XmlKeyKind xml_sign_method_kind(XmlSignMethod method)
{
	g_assert(method < G_N_ELEMENTS(methods));
	return methods[method].kind;
}

bool xml_sign_digest_is_taken(const char *uri)
{
	return g_strcmp0(uri, XML_SIGN_SHA256) == 0 || g_strcmp0(uri, MORE "sha384") == 0 ||
	       g_strcmp0(uri, "http://www.w3.org/2001/04/xmlenc#sha512") == 0;
}
