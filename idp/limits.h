/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every size a peer controls, with the reason for its limit. */
#pragma once

/*
 * A SAML message after decoding. libxml2's and lasso's cost grows faster than the input (a 160 kB
 * query costs lasso seconds); the largest honest AuthnRequest seen is under 8 kB.
 */
#define LIMIT_SAML_MESSAGE (64 * 1024)

/* Base64 of a message that long, with room for line breaks; checked before anything is decoded. */
#define LIMIT_SAML_BASE64 (96 * 1024)

/*
 * RelayState. The binding's 80 bytes bind the sender, and mellon and others exceed them; we carry
 * it sealed in URLs, which must stay below the request limit.
 */
#define LIMIT_RELAY_STATE (4 * 1024)

/* An identifier or entityID: saml2int SDP-G02 and SDP-G04 say 256 characters. */
#define LIMIT_SAML_ID 256

/* A URL in a request: an ACS URL longer than this is in nobody's metadata. */
#define LIMIT_SAML_URL 2048

/* Classes named in RequestedAuthnContext: Skolverket sends about 20. */
#define LIMIT_SAML_CONTEXTS 64

/* Nodes, attributes and depth of one message: an AuthnRequest with a signature, its certificate
 * and 64 classes has under 200 nodes, under 100 attributes, and is 9 deep. */
#define LIMIT_SAML_NODES      1000
#define LIMIT_SAML_ATTRIBUTES 500
#define LIMIT_SAML_DEPTH      32

/* Service providers a worker's lasso keeps loaded; each costs some 30 kB and 2 ms to load. */
#define LIMIT_LASSO_PROVIDERS 256
