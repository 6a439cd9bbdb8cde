/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The second reader: lasso reads the same bytes as we do and must agree; and it verifies the XML
 * signature of a message that came by POST. Nothing lasso says is used for anything else. It gets
 * no private key.
 */
#pragma once

#include "idp/saml/reading.h"
#include <glib.h>
#include <stdbool.h>

/*
 * To be called first thing in main, before any thread and before anything reads a certificate:
 * without it each key lasso loads parses the system's CA bundle (50-100 ms) and lasso trusts every
 * web CA for metadata. Sets SSL_CERT_FILE and SSL_CERT_DIR to nothing, so every outgoing TLS
 * connection must be given its CA file explicitly.
 */
void lasso_reader_prepare_process(void);

/*
 * Starts lasso, and libxml2 and xmlsec1 with it (xml_init()); any number of times, the first time
 * before there are other threads. False with FAULT_INTERNAL: lasso cannot be used.
 */
bool lasso_reader_init(GError **error);

/* One worker's reader; not for use by two threads at once. */
typedef struct LassoReader LassoReader;

/* A reader that knows itself by `metadata` (our own EntityDescriptor). Transfer full. */
LassoReader *lasso_reader_new(const char *metadata, GError **error);
void lasso_reader_free(LassoReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LassoReader, lasso_reader_free)

/*
 * Makes the service known to the reader: `metadata` is its one EntityDescriptor. It is loaded when
 * it is new or other bytes than last time (another GBytes object), and at most
 * LIMIT_LASSO_PROVIDERS are kept. False with FAULT_INTERNAL when lasso does not take it.
 */
bool lasso_reader_know(LassoReader *reader, const char *entity_id, GBytes *metadata,
		       GError **error);

/* How many services are loaded now. */
guint lasso_reader_count(const LassoReader *reader);

/* What lasso makes of a message from a service it knows. */
typedef struct {
	SamlReading *reading;  /* lasso's parse, before lasso amends anything in it */
	bool accepts_endpoint; /* lasso finds where to answer: it refuses a foreign ACS and bindings
				* it does not know, as we do */
} LassoOpinion;

void lasso_opinion_free(LassoOpinion *opinion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LassoOpinion, lasso_opinion_free)

/*
 * Reads what came by Redirect: `plain_query` of redirect.h, that is without its signature, which
 * we verify ourselves (lasso 2.8.1 loses 259 bytes for each it verifies). Transfer full. NULL with
 * FAULT_SAML_DISAGREE when lasso does not read it as an AuthnRequest of a service it knows.
 */
LassoOpinion *lasso_reader_redirect(LassoReader *reader, const char *plain_query, GError **error);

/*
 * Reads what came by POST (`base64` of post.h), and if `verify`, verifies its XML signature with
 * the service's keys; its algorithms must have been judged before. Only RSA: lasso knows no ECDSA.
 * Transfer full. NULL with FAULT_SAML_SIGNATURE when verification fails, FAULT_SAML_DISAGREE as
 * above.
 */
LassoOpinion *lasso_reader_post(LassoReader *reader, const char *base64, const char *relay_state,
				bool verify, GError **error);
