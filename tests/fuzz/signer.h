/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The keys whose signatures are in the corpora of saml-redirect and saml-sso. The private halves
 * were thrown away when those were made; who makes more of them makes a key of their own and adds
 * its certificate.
 */
#pragma once

#include <glib.h>

/* Base64 of the certificates' DER, as metadata has them, NULL-ended: RSA-2048 and P-256. */
extern const char *const signer_certificates[];

/* Their keys (CryptoKey *). Transfer none. */
const GPtrArray *signer_keys(void);
