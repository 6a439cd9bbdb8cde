/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From what arrived at /saml/sso to an Ask: binding, our one XML tree with its limits, freshness,
 * service, signature, lasso as second reader, ACS from metadata, and what we can give at all.
 */
#pragma once

#include "idp/ask.h"
#include "idp/http/form.h"
#include "idp/saml/lasso.h"
#include "metadata/entity-set.h"
#include "policy/policy.h"
#include <glib.h>

/* How old, and how far ahead of us, an IssueInstant may be (saml2int SDP-G01: clocks differ by up
 * to three minutes; and a person may look for a while at a page that will send them here). */
#define SAML_REQUEST_MAX_AGE   480
#define SAML_REQUEST_MAX_AHEAD 180

typedef struct {
	const char *endpoint;      /* our SSO URL: what Destination must be */
	const EntitySet *entities; /* the services of this generation */
	LassoReader *lasso;        /* this worker's */
	const Policy *policy;      /* by what services know people; NULL: they do not */
	gint64 now;                /* unix seconds */
} SamlContext;

/*
 * fault NULL: `ask` is set, go on with it.
 * fault and ask: the fault may be told to the service, by saml_response_fault() to ask->return_url:
 * the service is known, the ACS is from its metadata, our own reading is done, lasso agrees, and a
 * signature, if present or demanded, has verified. Whether it is told is for the fault's row: a
 * row without SAML status is shown on our page all the same.
 * fault and no ask: stays on our page.
 */
typedef struct {
	Ask *ask;
	GError *fault;         /* of domain FAULT_ERROR */
	char *claimed_service; /* the Issuer as the message has it, unproven, for the log; or NULL
				*/
} SamlRequest;

/* Never fails to give one of the three. `query`: the raw query, undecoded. */
SamlRequest *saml_request_by_redirect(const SamlContext *context, const char *query);

/* `form`: the body, strictly read. */
SamlRequest *saml_request_by_post(const SamlContext *context, const Form *form);

void saml_request_free(SamlRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SamlRequest, saml_request_free)
