/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One HTTP response as a plain value. A new one carries the headers that every page of ours has:
 * Cache-Control: no-store, X-Content-Type-Options: nosniff, X-Frame-Options: DENY,
 * Referrer-Policy: same-origin, Cross-Origin-Resource-Policy: same-origin and
 * Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'.
 * No Cross-Origin-Opener-Policy: services that log in from a pop-up would lose their opener.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *name;
	char *value;
} HttpHeader;

typedef struct HttpResponse {
	unsigned status;
	GPtrArray *headers; /* HttpHeader; Content-Length, Date and Connection are the server's */
	GBytes *body;       /* never NULL */
} HttpResponse;

/* `body` (transfer full) may be NULL for none; `content_type` may be NULL then. */
HttpResponse *http_response_new(unsigned status, const char *content_type, GBytes *body);

/* text/html; charset=utf-8. `html` transfer full. `csp` NULL keeps the default policy. */
HttpResponse *http_response_html(unsigned status, char *html, const char *csp);

/* text/plain; charset=utf-8, copied. */
HttpResponse *http_response_text(unsigned status, const char *text);

/* 303 See Other: always a GET next, whatever the method was. `url` absolute or starting with '/'.
 */
HttpResponse *http_response_redirect(const char *url);

void http_response_free(HttpResponse *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpResponse, http_response_free)

/*
 * Sets a header (replacing one of that name) or adds another (Set-Cookie). A name that is not a
 * token or a value with control characters is a bug and asserted: whatever a peer may influence
 * (a URL for Location) has to be checked before it comes here.
 */
void http_response_set(HttpResponse *response, const char *name, const char *value);
void http_response_add(HttpResponse *response, const char *name, const char *value);

/* The first value of that name, any case, or NULL (transfer none). */
const char *http_response_get(const HttpResponse *response, const char *name);
