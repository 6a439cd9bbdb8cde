/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Four services, their keys, and what they send to one identity provider. */
#pragma once

#include "idp/fault.h"
#include "idp/saml/request.h"
#include "tests/unit/saml-fixture.h"

/* 2026-11-23T08:15:30Z */
#define NOW      1795421730
#define ENDPOINT "https://idp.example/saml/sso"

#define SP     "https://sp.example"     /* no key */
#define SIGNER "https://signer.example" /* RSA; says AuthnRequestsSigned */
#define KEYED  "https://keyed.example"  /* RSA; does not say it */
#define CURVED "https://curved.example" /* P-256; says it */

#define POST     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
#define ARTIFACT "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"

/* How an AuthnRequest begins. */
#define OPEN                                                                                       \
	"<samlp:AuthnRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' "                  \
	"xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' ID='_request' "

/* Between request_set_up() and request_tear_down(). */
extern TestKey *rsa, *ec, *stranger;
extern EntitySet *entities;
extern LassoReader *lasso;

void request_set_up(void);
void request_tear_down(void);

/* The metadata of a service that signs with that key, or has none. Transfer full. */
Entity *request_service(const char *id, const TestKey *key, bool signs);

/* An AuthnRequest; what the attributes leave out is Version 2.0, issued now, to our endpoint.
 * Transfer full. */
char *request_message(const char *issuer, const char *attributes, const char *children);

SamlContext request_context(void);
SamlRequest *request_by_redirect(const char *query);                    /* transfer full */
SamlRequest *request_by_post(const char *xml, const char *relay_state); /* transfer full */

/* The request was taken, or refused with that fault, which the service may be told or not. */
void request_check(const SamlRequest *request, FaultCode want, bool returnable);
