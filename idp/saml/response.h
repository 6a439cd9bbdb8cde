/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The Response (SAML core 3.3.3, profiles 4.1.4.2; saml2int SDP-IDP09..20): exactly one assertion
 * with exactly one AuthnStatement, assertion and Response both signed. Not encrypted yet.
 *
 * Clock and randomness are told by the caller in a stamp, so equal arguments give equal bytes
 * (with an RSA key).
 */
#pragma once

#include "idp/answer.h"
#include "idp/fault.h"
#include "idp/saml/identity.h"
#include <glib.h>

/* How long the assertion may be taken: a slow page load, no more. */
#define SAML_RESPONSE_LIFETIME_SECONDS 300
/* NotBefore lies this long ago, for services whose clock lags. */
#define SAML_RESPONSE_SKEW_SECONDS 60

/* '_' and 40 hex digits (160 bits: core 1.3.4 asks for 128 to 160), and NUL. */
#define SAML_ID_SIZE 42
/* '_' and 32 hex digits (128 bits), and NUL. */
#define SAML_NAME_ID_SIZE 34

typedef struct {
	gint64 now; /* unix seconds */
	char response_id[SAML_ID_SIZE];
	char assertion_id[SAML_ID_SIZE];
	char name_id[SAML_NAME_ID_SIZE]; /* the transient NameID */
	char session_index[SAML_NAME_ID_SIZE];
} SamlStamp;

/* Draws a stamp's four identifiers; `now` is as given. */
void saml_stamp_draw(SamlStamp *stamp, gint64 now);

/* What the browser posts: action = ask->return_url, fields SAMLResponse and RelayState. */

/*
 * The Response that lets a person in, base64 on one line. AttributeStatement holds exactly the
 * values of the decision's rows that are told, and is left out when there are none. The NameID is
 * the decision's subject, or name_id of the stamp where that is transient. Transfer full. NULL with
 * FAULT_INTERNAL when signing fails; nothing unsigned is ever returned.
 */
char *saml_response_login(const SamlIdentity *identity, const Answer *answer,
			  const SamlStamp *stamp, GError **error);

/*
 * The Response that tells a fault as a two-level status, signed, without assertion, base64. The
 * fault's row must have a SAML status (asserted). No text of the fault is told. Transfer full.
 */
char *saml_response_fault(const SamlIdentity *identity, const Ask *ask, FaultCode fault,
			  const SamlStamp *stamp, GError **error);
