/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/fault.h"

G_DEFINE_QUARK(portvakt - fault, fault_error)

#define STATUS    "urn:oasis:names:tc:SAML:2.0:status:"
#define REQUESTER STATUS "Requester"
#define RESPONDER STATUS "Responder"
#define MISMATCH  STATUS "VersionMismatch"
#define QUIET     G_LOG_LEVEL_INFO
#define LOUD      G_LOG_LEVEL_WARNING

/* A fault of the protocol is answered 400: the browser carried what somebody else wrote. */
/* clang-format off */
static const Fault table[FAULT_COUNT] = {
	[FAULT_NONE]                 = {FAULT_NONE, "none", 200, NULL, NULL, QUIET, false},

	[FAULT_HTTP_BAD_REQUEST]     = {FAULT_HTTP_BAD_REQUEST, "bad-request", 400, NULL, NULL, QUIET, false},
	[FAULT_HTTP_NOT_FOUND]       = {FAULT_HTTP_NOT_FOUND, "not-found", 404, NULL, NULL, QUIET, false},
	[FAULT_HTTP_METHOD]          = {FAULT_HTTP_METHOD, "method", 405, NULL, NULL, QUIET, false},
	[FAULT_HTTP_TOO_LARGE]       = {FAULT_HTTP_TOO_LARGE, "too-large", 413, NULL, NULL, QUIET, false},
	[FAULT_HTTP_BUSY]            = {FAULT_HTTP_BUSY, "busy", 503, NULL, NULL, LOUD, true},
	[FAULT_HTTP_TIMEOUT]         = {FAULT_HTTP_TIMEOUT, "timeout", 408, NULL, NULL, QUIET, true},
	[FAULT_HTTP_HOST]            = {FAULT_HTTP_HOST, "host", 421, NULL, NULL, QUIET, false},

	[FAULT_SAML_MALFORMED]       = {FAULT_SAML_MALFORMED, "saml-malformed", 400, REQUESTER, NULL, LOUD, false},
	[FAULT_SAML_TOO_LARGE]       = {FAULT_SAML_TOO_LARGE, "saml-too-large", 413, NULL, NULL, LOUD, false},
	[FAULT_SAML_VERSION]         = {FAULT_SAML_VERSION, "saml-version", 400, MISMATCH, NULL, LOUD, false},
	[FAULT_SAML_STALE]           = {FAULT_SAML_STALE, "saml-stale", 400, NULL, NULL, QUIET, false},
	[FAULT_SAML_DESTINATION]     = {FAULT_SAML_DESTINATION, "saml-destination", 400, NULL, NULL, LOUD, false},
	[FAULT_SAML_UNKNOWN_SERVICE] = {FAULT_SAML_UNKNOWN_SERVICE, "saml-unknown-service", 400, NULL, NULL, LOUD, false},
	[FAULT_SAML_ACS]             = {FAULT_SAML_ACS, "saml-acs", 400, NULL, NULL, LOUD, false},
	[FAULT_SAML_SIGNATURE]       = {FAULT_SAML_SIGNATURE, "saml-signature", 400, NULL, NULL, LOUD, false},
	[FAULT_SAML_UNSIGNED]        = {FAULT_SAML_UNSIGNED, "saml-unsigned", 400, NULL, NULL, LOUD, false},
	[FAULT_SAML_DISAGREE]        = {FAULT_SAML_DISAGREE, "saml-disagree", 400, NULL, NULL, LOUD, false},
	[FAULT_SAML_UNSUPPORTED]     = {FAULT_SAML_UNSUPPORTED, "saml-unsupported", 400, REQUESTER, STATUS "RequestUnsupported", LOUD, false},
	[FAULT_SAML_BINDING]         = {FAULT_SAML_BINDING, "saml-binding", 400, REQUESTER, STATUS "UnsupportedBinding", LOUD, false},
	[FAULT_SAML_NAMEID_POLICY]   = {FAULT_SAML_NAMEID_POLICY, "saml-nameid-policy", 400, REQUESTER, STATUS "InvalidNameIDPolicy", LOUD, false},
	[FAULT_SAML_AUTHN_CONTEXT]   = {FAULT_SAML_AUTHN_CONTEXT, "saml-authn-context", 400, RESPONDER, STATUS "NoAuthnContext", QUIET, false},
	[FAULT_SAML_NO_PASSIVE]      = {FAULT_SAML_NO_PASSIVE, "saml-no-passive", 400, RESPONDER, STATUS "NoPassive", QUIET, false},

	[FAULT_LOGIN_EXPIRED]        = {FAULT_LOGIN_EXPIRED, "login-expired", 400, NULL, NULL, QUIET, false},
	[FAULT_LOGIN_SPENT]          = {FAULT_LOGIN_SPENT, "login-spent", 400, NULL, NULL, QUIET, false},
	[FAULT_LOGIN_OTHER_BROWSER]  = {FAULT_LOGIN_OTHER_BROWSER, "login-other-browser", 400, NULL, NULL, QUIET, false},
	[FAULT_LOGIN_ORIGIN]         = {FAULT_LOGIN_ORIGIN, "login-origin", 403, NULL, NULL, LOUD, false},
	[FAULT_LOGIN_NO_ROLE]        = {FAULT_LOGIN_NO_ROLE, "login-no-role", 403, RESPONDER, STATUS "RequestDenied", QUIET, false},
	[FAULT_LOGIN_OTHER_PERSON]   = {FAULT_LOGIN_OTHER_PERSON, "login-other-person", 400, NULL, NULL, QUIET, false},

	[FAULT_EPPN_SHARED]          = {FAULT_EPPN_SHARED, "eppn-shared", 403, RESPONDER, STATUS "RequestDenied", LOUD, false},
	[FAULT_EPPN_TAKEN]           = {FAULT_EPPN_TAKEN, "eppn-taken", 403, RESPONDER, STATUS "RequestDenied", LOUD, false},
	[FAULT_IDENTIFIER_LOST]      = {FAULT_IDENTIFIER_LOST, "identifier-lost", 500, RESPONDER, STATUS "RequestDenied", LOUD, false},
	[FAULT_PERSON_CHANGING]      = {FAULT_PERSON_CHANGING, "person-changing", 503, NULL, NULL, QUIET, true},

	[FAULT_NOT_OPEN]             = {FAULT_NOT_OPEN, "not-open", 403, RESPONDER, STATUS "RequestDenied", QUIET, false},
	[FAULT_DECLINED]             = {FAULT_DECLINED, "declined", 403, RESPONDER, STATUS "RequestDenied", QUIET, false},
	[FAULT_TOO_YOUNG]            = {FAULT_TOO_YOUNG, "too-young", 403, RESPONDER, STATUS "RequestDenied", QUIET, false},

	[FAULT_SERVICE_ERROR]        = {FAULT_SERVICE_ERROR, "service-error", 200, NULL, NULL, QUIET, false},

	[FAULT_DIRECTORY_DOWN]       = {FAULT_DIRECTORY_DOWN, "directory-down", 503, NULL, NULL, LOUD, true},
	[FAULT_STORE_DOWN]           = {FAULT_STORE_DOWN, "store-down", 503, NULL, NULL, LOUD, true},
	[FAULT_STORE_SLOW]           = {FAULT_STORE_SLOW, "store-slow", 503, NULL, NULL, LOUD, true},
	[FAULT_INTERNAL]             = {FAULT_INTERNAL, "internal", 500, NULL, NULL, LOUD, true},
};
/* clang-format on */

const Fault *fault_row(FaultCode code)
{
	g_assert((unsigned)code < FAULT_COUNT && table[code].name);
	return &table[code];
}

const Fault *fault_of(const GError *error)
{
	g_assert(error);
	if (error->domain != FAULT_ERROR || error->code <= FAULT_NONE || error->code >= FAULT_COUNT)
		return &table[FAULT_INTERNAL];
	return fault_row((FaultCode)error->code);
}
