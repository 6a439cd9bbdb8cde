/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/xml/document.h"
#include "metadata/xml/key.h"

/* Enveloped XML signatures of the SAML profile (SAML Core 5.4): one Reference to the ID of the
 * signed element, transforms enveloped-signature and exc-c14n, nothing else. */

/* Signs `element`, whose ID attribute must be `id` (an NCName; a bug otherwise), with rsa-sha256 or
 * ecdsa-sha256 as the key is, digest SHA-256, the certificate in KeyInfo. The Signature goes right
 * after insert_after (the Issuer), or first when that is NULL. Sign the Assertion before the
 * Response around it; change nothing within a signed element after.
 * False with XML_ERROR_LIBRARY, the document then being of no use. */
bool xml_sign(XmlDocument *doc, XmlNode *element, const char *id, const XmlKey *key,
	      const XmlNode *insert_after, GError **error);

typedef enum {
	XML_SIGN_NONE = 0,
	XML_SIGN_RSA_SHA256,
	XML_SIGN_RSA_SHA384,
	XML_SIGN_RSA_SHA512,
	XML_SIGN_ECDSA_SHA256,
	XML_SIGN_ECDSA_SHA384,
	XML_SIGN_ECDSA_SHA512,
} XmlSignMethod;

/* The method for a SignatureMethod or SigAlg URI, XML_SIGN_NONE when not on the list: SHA-1, MD5,
 * HMAC and DSA are not. And back ("" for NONE). (transfer none) */
XmlSignMethod xml_sign_method_from_uri(const char *uri);
const char *xml_sign_method_uri(XmlSignMethod method);
/* The kind of key that the method needs. */
XmlKeyKind xml_sign_method_kind(XmlSignMethod method);

typedef struct {
	XmlNode *signature; /* (transfer none); NULL when the document holds no signature at all */
	XmlSignMethod method;
} XmlSignatureInfo;

/* Judges the form of the signature of a message before anything verifies it. `element` is the root.
 * True with ret->signature NULL: the document holds no ds:Signature anywhere. True with it set:
 * exactly one in the whole document, a direct child of the root, at most after Issuer; SignedInfo
 * with exc-c14n and a method of our list, one Reference "#" + the root's ID, the two transforms
 * (InclusiveNamespaces allowed) in their order, a SHA-2 digest; no Object, no second KeyInfo, no
 * HMACOutputLength. Everything else is false with XML_ERROR_SIGNATURE saying which. */
bool xml_signature_inspect(const XmlDocument *doc, const XmlNode *element, XmlSignatureInfo *ret,
			   GError **error);

/* As xml_signature_inspect, but only of the signature directly below the root. */
bool xml_signature_inspect_aggregate(const XmlDocument *doc, const XmlNode *element,
				     XmlSignatureInfo *ret, GError **error);

/* Inspects (as above; no signature is an error here) and verifies the signature of the root by the
 * keys of `certs` (GBytes of DER) alone; KeyInfo is ignored. Certificates that xml_certificate_read
 * refuses, or of another kind than the method, are passed over. Dates are not judged. False with
 * XML_ERROR_SIGNATURE when none of the keys verifies it.
 * Cost: at most one verification per certificate, at most 8 certificates are tried. */
bool xml_signature_verify(XmlDocument *doc, XmlNode *element, GPtrArray *certs, GError **error);

/* The same for an aggregate of metadata, whose entities may bring signatures of their own: those
 * are not looked at, since what is signed around them holds for all. Exactly one signature stands
 * directly below the root, and verifies by the key of `certificate` (DER) alone. */
bool xml_signature_verify_aggregate(XmlDocument *doc, XmlNode *element, GBytes *certificate,
				    GError **error);
