/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An AuthnRequest (SAML core 3.4.1) read from our one libxml2 tree, strictly: what a second reader
 * could understand differently is refused here already.
 */
#pragma once

#include "idp/saml/reading.h"
#include "metadata/xml/document.h"
#include <glib.h>
#include <stdbool.h>

typedef struct {
	SamlReading *reading;  /* what is compared with lasso's */
	gint64 issued;         /* IssueInstant, unix seconds */
	bool has_signature;    /* the root has a ds:Signature child */
	bool has_scoping;      /* IDPList and ProxyCount mean nothing to us: we proxy to nobody */
	bool has_declarations; /* AuthnContextDeclRef: declarations, of which we support none */
} AuthnRequest;

/*
 * Who the request says it is from, which is all that is read before its signature is judged: the
 * text of the Issuer that is the root's first child. Transfer full. NULL with FAULT_SAML_MALFORMED
 * when the root is another element or does not begin with an Issuer of text alone.
 */
char *authnrequest_claim(const XmlDocument *document, GError **error);

/*
 * Reads the request. Transfer full. NULL with FAULT_ERROR/FAULT_SAML_MALFORMED when the root is
 * another element; ID is missing, no NCName or over 256 characters; Version is missing (which one
 * it is, the caller judges); IssueInstant is no xs:dateTime in UTC; there is not exactly one Issuer
 * of format entity; an xs:boolean or an index is not one ("maybe", "1x", -1, 65536);
 * AssertionConsumerServiceIndex stands beside a URL or a binding (core 3.4.1); a child is repeated,
 * out of order or not of the schema; text has comments or elements in it;
 * or it or a child has an xsi:type. Attributes not of the
 * schema and what is in Extensions are tolerated and not read.
 */
AuthnRequest *authnrequest_read(const XmlDocument *document, GError **error);
void authnrequest_free(AuthnRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuthnRequest, authnrequest_free)
