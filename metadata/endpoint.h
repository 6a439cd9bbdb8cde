/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Where a service takes messages (SAML Metadata 2.2.2, 2.2.3). */

#define ENDPOINT_POST     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
#define ENDPOINT_REDIRECT "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
#define ENDPOINT_ARTIFACT "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"

/* Longest URL taken: beyond what browsers and services use, short enough for a page. */
#define ENDPOINT_URL_MAX 2048

typedef struct {
	char *binding;           /* URI as written */
	char *location;          /* byte for byte as written: compared exactly */
	char *response_location; /* or NULL */
	int index;               /* 0..65535, -1 when the element has none */
	int is_default;          /* 1, 0, or -1 when not said */
} Endpoint;

void endpoint_free(Endpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_free)

/* Whether a browser may be sent to url with an assertion: https with a host, no user info, no
 * fragment, ASCII without white space or control characters, at most ENDPOINT_URL_MAX bytes. False
 * with METADATA_ERROR_ENDPOINT saying what is wrong. */
bool endpoint_url_check(const char *url, GError **error);

/* "https://host[:port]" of a URL that passed endpoint_url_check, in lower case: safe to stand in a
 * Content-Security-Policy. (transfer full) */
char *endpoint_origin(const char *url);
