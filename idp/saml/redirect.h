/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A SAML request as the HTTP-Redirect binding carries it (saml-bindings 3.4): read from the raw
 * query exactly as it arrived, since the signature is over those octets and not over what some
 * decoder made of them.
 */
#pragma once

#include "idp/crypto.h"
#include <glib.h>
#include <stdbool.h>

typedef struct {
	GBytes *message;    /* the inflated XML, at most LIMIT_SAML_MESSAGE bytes */
	char *relay_state;  /* decoded, UTF-8 without control characters, or NULL: none came */
	char *algorithm;    /* SigAlg, decoded, or NULL: unsigned */
	GBytes *signature;  /* Signature, decoded, or NULL: unsigned */
	char *signed_query; /* the octets the signature is over, as received, or NULL: unsigned */
	char *plain_query;  /* SAMLRequest=...[&RelayState=...] as received, without a signature */
} SamlRedirect;

/*
 * Reads the raw query (what stands between '?' and '#', undecoded). Transfer full.
 * Refused with FAULT_ERROR: SAMLRequest missing; SAMLRequest, RelayState, SigAlg, Signature or
 * SAMLEncoding twice (also when the second one's name is percent-encoded); a bad percent escape;
 * base64 that is not strict; SAMLEncoding other than DEFLATE; a stream that is not exactly one
 * DEFLATE stream, or has bytes after it (FAULT_SAML_MALFORMED); a message over LIMIT_SAML_MESSAGE
 * or a RelayState over LIMIT_RELAY_STATE (FAULT_SAML_TOO_LARGE); SigAlg without Signature or the
 * other way round (FAULT_SAML_SIGNATURE). Parameters of other names are ignored.
 */
SamlRedirect *saml_redirect_read(const char *query, GError **error);
void saml_redirect_free(SamlRedirect *redirect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SamlRedirect, saml_redirect_free)

/*
 * Whether the query's signature verifies with one of `keys` (CryptoKey *). False with
 * FAULT_SAML_UNSIGNED when there is none, and with FAULT_SAML_SIGNATURE when the algorithm is not
 * allowed (SHA-1 is not), or no key fits and verifies.
 */
bool saml_redirect_verify(const SamlRedirect *redirect, const GPtrArray *keys, GError **error);
