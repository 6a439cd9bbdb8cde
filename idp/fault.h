/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every way a login can fail, in one table: what the browser, the service and the log are told.
 *
 * A fault travels as a GError of domain FAULT_ERROR whose code is a FaultCode. Its message is for
 * the log and the admin; it never holds a value a person or a peer sent. What a person reads comes
 * from the texts `fault-NAME-title`, `fault-NAME-text` and `fault-NAME-todo`, NAME being the name
 * in the table.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	FAULT_NONE = 0,
	/* the request as HTTP */
	FAULT_HTTP_BAD_REQUEST,
	FAULT_HTTP_NOT_FOUND,
	FAULT_HTTP_METHOD,
	FAULT_HTTP_TOO_LARGE,
	FAULT_HTTP_BUSY,
	FAULT_HTTP_TIMEOUT,
	FAULT_HTTP_HOST,
	/* the request as SAML (SAML core 3.2, 3.4; bindings 3.4, 3.5) */
	FAULT_SAML_MALFORMED,
	FAULT_SAML_TOO_LARGE,
	FAULT_SAML_VERSION,
	FAULT_SAML_STALE,
	FAULT_SAML_DESTINATION,
	FAULT_SAML_UNKNOWN_SERVICE,
	FAULT_SAML_ACS,
	FAULT_SAML_SIGNATURE,
	FAULT_SAML_UNSIGNED,
	FAULT_SAML_DISAGREE,
	FAULT_SAML_UNSUPPORTED,
	FAULT_SAML_BINDING,
	FAULT_SAML_NAMEID_POLICY,
	FAULT_SAML_AUTHN_CONTEXT,
	FAULT_SAML_NO_PASSIVE,
	/* the login */
	FAULT_LOGIN_EXPIRED,
	FAULT_LOGIN_SPENT,
	FAULT_LOGIN_OTHER_BROWSER,
	FAULT_LOGIN_ORIGIN,
	FAULT_LOGIN_NO_ROLE,
	FAULT_LOGIN_OTHER_PERSON, /* the page was about somebody else than who is logged in now */
	/* who the person is to the world */
	FAULT_EPPN_SHARED,     /* another entry of the directory has the same EPPN now */
	FAULT_EPPN_TAKEN,      /* another human has had the EPPN */
	FAULT_IDENTIFIER_LOST, /* an identifier was given, and the store has it no more */
	FAULT_PERSON_CHANGING, /* the names or identifiers are being renewed just now */
	/* the person and the policy */
	FAULT_NOT_OPEN,
	FAULT_DECLINED,  /* the person said no, and nothing remains */
	FAULT_TOO_YOUNG, /* all that could leave needs a yes, and the person may not be asked */
	/* errorURL: a service sent the person here because it could not let them in */
	FAULT_SERVICE_ERROR,
	/* what we lean on */
	FAULT_DIRECTORY_DOWN,
	FAULT_STORE_DOWN,
	FAULT_STORE_SLOW, /* not durable within LIMIT_STORE_COMMIT_MS */
	FAULT_INTERNAL,
	FAULT_COUNT
} FaultCode;

typedef struct {
	FaultCode code;
	const char *name;        /* stable: texts, logs and the man page use it */
	unsigned http;           /* status of the page */
	const char *saml;        /* top-level status code, or NULL: the service is never told */
	const char *saml_second; /* second-level status code, or NULL */
	GLogLevelFlags log; /* INFO: a person's doing; WARNING: a peer's; CRITICAL is never used */
	bool try_again;     /* the page offers to try again; 503 carries Retry-After */
} Fault;

/* The row of a code; every code has one. Transfer none. */
const Fault *fault_row(FaultCode code);

/* The row an error stands for; an error of another domain is FAULT_INTERNAL. Transfer none. */
const Fault *fault_of(const GError *error);

#define FAULT_ERROR (fault_error_quark())
GQuark fault_error_quark(void);
