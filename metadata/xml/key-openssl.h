/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "metadata/xml/key.h"

/* What key.c, certificate.c and sign.c share of OpenSSL; for nobody outside metadata/xml/. */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)

/* Whether a public or private key is of a kind and size that we take. Else XML_ERROR_KEY. */
bool xml_pkey_judge(EVP_PKEY *pkey, XmlKeyKind *ret_kind, guint *ret_bits, GError **error);
/* (transfer full) or NULL with XML_ERROR_KEY. */
X509 *xml_x509_from_der(GBytes *der, GError **error);
/* Fills *ret and judges the key; der is what x509 was read from. */
bool xml_x509_describe(X509 *x509, GBytes *der, XmlCertificate *ret, GError **error);
/* (transfer none) */
EVP_PKEY *xml_key_pkey(const XmlKey *key);
