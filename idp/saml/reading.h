/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What an AuthnRequest says, as one plain value, so that two readers of the same bytes can be
 * compared field by field. We read it from our own tree (authnrequest.h) and lasso reads it beside
 * us (lasso.h); a request the two understand differently is refused: the difference is what
 * signature wrapping and parser confusion live on.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	SAML_COMPARISON_EXACT = 0, /* the default (core 3.3.2.2.1) */
	SAML_COMPARISON_MINIMUM,
	SAML_COMPARISON_MAXIMUM,
	SAML_COMPARISON_BETTER,
} SamlComparison;

typedef struct {
	char *id;            /* NCName */
	char *version;       /* "2.0" */
	char *issue_instant; /* as written */
	char *destination;   /* or NULL */
	char *issuer;        /* entityID */
	char *acs_url;       /* AssertionConsumerServiceURL, or NULL */
	int acs_index;       /* AssertionConsumerServiceIndex 0..65535, or -1 */
	char *binding;       /* ProtocolBinding, or NULL */
	int consuming_index; /* AttributeConsumingServiceIndex 0..65535, or -1 */
	bool force_authn;
	bool is_passive;
	bool has_name_id_policy;
	char *name_id_format;    /* NameIDPolicy/@Format, or NULL */
	char *name_id_qualifier; /* NameIDPolicy/@SPNameQualifier, or NULL */
	bool allow_create;
	bool has_context; /* RequestedAuthnContext is there */
	SamlComparison comparison;
	GPtrArray *contexts; /* char *: AuthnContextClassRef, white space trimmed; never NULL */
	bool has_subject;
	bool has_conditions;
	char *consent;     /* or NULL */
	char *relay_state; /* what came beside the message, or NULL */
} SamlReading;

/* A zeroed reading with both indexes -1 and no contexts. Transfer full. */
SamlReading *saml_reading_new(void);
void saml_reading_free(SamlReading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SamlReading, saml_reading_free)

/*
 * Whether the two readings agree in every field. Otherwise false with
 * FAULT_ERROR/FAULT_SAML_DISAGREE and the name of the first field that differs (never its value).
 */
bool saml_reading_agrees(const SamlReading *a, const SamlReading *b, GError **error);
