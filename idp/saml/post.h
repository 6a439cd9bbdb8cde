/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A SAML request as the HTTP-POST binding carries it (saml-bindings 3.5): two form fields. */
#pragma once

#include <glib.h>

typedef struct {
	GBytes *message;   /* the XML, at most LIMIT_SAML_MESSAGE bytes */
	char *relay_state; /* or NULL: none came */
	char *base64; /* the field as it came, without line breaks: what a second reader gets */
} SamlPost;

/*
 * Takes the decoded values of the form's SAMLRequest and RelayState (NULL: absent; the form decoder
 * has refused duplicates). Line breaks inside the base64 are accepted, as RFC 2045 has them; all
 * else outside the alphabet refuses. Transfer full; faults as in redirect.h.
 */
SamlPost *saml_post_read(const char *request, const char *relay_state, GError **error);

/*
 * The same from the raw body of application/x-www-form-urlencoded, strictly: each of the two fields
 * at most once, no bad percent escape, no NUL. Transfer full.
 */
SamlPost *saml_post_read_body(const char *body, gsize size, GError **error);
void saml_post_free(SamlPost *post);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SamlPost, saml_post_free)
