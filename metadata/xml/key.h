/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Keys and certificates as SAML uses them: RSA of 2048 bits or more, or EC on P-256 or P-384.
 * Everything else is refused (SDP-MD06, SDP-MD07). */

typedef enum { XML_KEY_RSA = 1, XML_KEY_EC } XmlKeyKind;

/* What a certificate says. Dates are not judged: in SAML the certificate carries a pinned key and
 * may have expired (SDP-MD, IIP-MD12). */
typedef struct {
	XmlKeyKind kind;
	guint bits;
	gint64 not_before, not_after; /* seconds since 1970, UTC */
	char fingerprint[65];         /* SHA-256 of the DER, lower-case hex */
} XmlCertificate;

/* Reads a DER certificate. False with XML_ERROR_KEY when it is unreadable, carries bytes after the
 * certificate, or its key is weak or of another kind; the message says which. */
bool xml_certificate_read(GBytes *der, XmlCertificate *ret, GError **error);
/* DER of a certificate given as PEM or DER or bare base64 (as in ds:X509Certificate). Exactly one
 * certificate. (transfer full) or NULL with XML_ERROR_KEY. */
GBytes *xml_certificate_decode(const void *bytes, gsize len, GError **error);

/* A signing key with its certificate, in memory. Immutable; shared by any number of threads. */
typedef struct XmlKey XmlKey;

/* Reads an unencrypted PEM private key (PKCS#8, PKCS#1 or SEC1) and its PEM certificate. Refused
 * with XML_ERROR_KEY: weak or other kinds, a certificate of another key, an encrypted key. The
 * caller wipes key_pem. (transfer full) */
XmlKey *xml_key_new(const void *key_pem, gsize key_len, const void *cert_pem, gsize cert_len,
		    GError **error);
XmlKey *xml_key_ref(XmlKey *key);
void xml_key_unref(XmlKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlKey, xml_key_unref)

XmlKeyKind xml_key_kind(const XmlKey *key);
/* Kind, bits, dates and fingerprint of its certificate. (transfer none) */
const XmlCertificate *xml_key_certificate(const XmlKey *key);
/* The public key (SubjectPublicKeyInfo in DER): the same whatever the certificate says. (transfer
 * full) */
GBytes *xml_key_public_der(const XmlKey *key);
/* The certificate's DER, and the same in base64 on one line, for KeyInfo. (transfer none) */
GBytes *xml_key_certificate_der(const XmlKey *key);
const char *xml_key_certificate_base64(const XmlKey *key);
