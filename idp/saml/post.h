/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A SAML request as the HTTP-POST binding carries it (saml-bindings 3.5): two form fields. */
#pragma once

#include "idp/http/form.h"
#include <glib.h>

typedef struct {
	GBytes *message;   /* the XML, at most LIMIT_SAML_MESSAGE bytes */
	char *relay_state; /* or NULL: none came */
	char *base64;      /* the field without line breaks: what a second reader gets */
} SamlPost;

/*
 * Reads SAMLRequest and RelayState of the form. Line breaks (CR, LF) inside the base64 are
 * accepted, as RFC 2045 has them; all else outside the alphabet refuses. Transfer full; faults as
 * in redirect.h.
 */
SamlPost *saml_post_read(const Form *form, GError **error);
void saml_post_free(SamlPost *post);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SamlPost, saml_post_free)
