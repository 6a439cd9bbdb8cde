/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An AuthnRequest (SAML core 3.4.1) read from our one libxml2 tree, strictly: what a second reader
 * could understand differently is refused here already.
 */
#pragma once

#include "idp/saml/reading.h"
#include <glib.h>
#include <stdbool.h>

struct XmlDocument;

typedef struct {
	SamlReading *reading;  /* what is compared with lasso's */
	gint64 issued;         /* IssueInstant, unix seconds */
	bool has_signature;    /* the root has a ds:Signature child */
	bool has_scoping;      /* IDPList and ProxyCount mean nothing to us: we proxy to nobody */
	bool has_declarations; /* AuthnContextDeclRef: declarations, of which we support none */
} AuthnRequest;

/*
 * Reads the request. Transfer full. NULL with FAULT_ERROR: FAULT_SAML_VERSION when it is an
 * AuthnRequest of another version than 2.0; FAULT_SAML_MALFORMED when the root is another element,
 * ID is missing, no NCName or over 256 characters, IssueInstant is no xs:dateTime in UTC, there is
 * not exactly one Issuer of format entity, an xs:boolean or an index is not one ("maybe", "1x", -1,
 * 65536), AssertionConsumerServiceIndex stands together with a URL or a binding (core 3.4.1), a
 * child is repeated, out of order or not of the schema, text has comments or elements in it, or an
 * attribute without namespace is not of the schema. Extensions are tolerated and not read.
 */
AuthnRequest *authnrequest_read(struct XmlDocument *document, GError **error);
void authnrequest_free(AuthnRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuthnRequest, authnrequest_free)
