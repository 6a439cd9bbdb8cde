/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One HTTP request as a plain value, decoded strictly (RFC 9112, RFC 9110): what two readers could
 * understand differently is refused, not repaired. Nothing here knows the server library.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Faults of reading HTTP. The code is the HTTP status to answer with (400, 405, 413, 421, 431,
 * 501, 505); the message names the defect and never quotes the request. */
#define HTTP_ERROR (http_error_quark())
GQuark http_error_quark(void);

typedef enum {
	HTTP_GET, /* also HEAD: the handler answers as for GET and the server leaves the body out */
	HTTP_POST,
} HttpMethod;

/* Ten characters of Crockford's Base32 (no I, L, O, U): 50 random bits. The same reference stands
 * in the log and on the page, and can be read out over a telephone. */
#define HTTP_REFERENCE_LENGTH 10

typedef struct HttpRequest {
	HttpMethod method;
	bool is_head; /* it was HEAD: nobody will see the body */
	char *path;   /* percent-decoded UTF-8, starts with '/', without empty, "." or ".."
		       * segments and without control characters */
	char *query;  /* exactly as received, undecoded (a SAML Redirect signature covers these
		       * bytes); NULL without '?', "" after a bare one */
	GBytes *body; /* never NULL */
	gint64 body_announced; /* Content-Length, 0 without one, -1 when chunked */
	char *content_type;    /* media type in lower case, parameters dropped; NULL when absent */
	char *host;            /* Host in lower case, with its port when it has one */
	char *origin; /* Origin as sent ("null" is a value a page of no origin sends) or NULL */
	char *sec_fetch_site;  /* Sec-Fetch-Site or NULL */
	char *accept_language; /* Accept-Language or NULL */
	char *if_none_match;   /* If-None-Match or NULL */
	char *cookies;         /* the Cookie header or NULL; read it with cookie_get() */
	char *address;         /* the client's address as text, no port: the connection's peer, or
				* whom a trusted proxy speaks for */
	guint64 peer;          /* who counts as one for caps: address_to_peer() */
	gint64 received;       /* g_get_monotonic_time() when the request line was complete */
	char reference[HTTP_REFERENCE_LENGTH + 1];
} HttpRequest;

/* What a server library saw of a request's head; nothing of it is kept. */
typedef struct {
	const char *name;
	const char *value;
	gsize name_length;
	gsize value_length; /* a length beyond strlen() means a NUL in the value */
} HttpField;

typedef struct {
	const char *method;
	const char *target;  /* the raw request target */
	const char *version; /* "HTTP/1.1" */
	const HttpField *fields;
	gsize n_fields;
	const char *const
		*hosts; /* Host values we answer to, lower case, NULL-terminated; NULL: any */
} HttpHead;

/*
 * Decodes a head. Refused: methods but GET, HEAD, POST (405); versions but 1.0 and 1.1 (505);
 * targets not in origin-form, bad or overlong escapes, %00, control characters, escaped slashes,
 * dot segments; names that are not tokens; NUL, CR, LF or other controls in values; more than one
 * of any field kept below, or of Content-Length, Transfer-Encoding, Authorization; Content-Length
 * that is not plain digits, or beside Transfer-Encoding; any Transfer-Encoding but "chunked" (501)
 * or one in HTTP/1.0; GET with a body; a missing Host, or one that is not ours (421); more than
 * LIMIT_HTTP_HEADERS (431).
 * -> a request (transfer full) with an empty body, a new reference, address "" and received 0, or
 * NULL with HTTP_ERROR. Names and values of `head` must be NUL-terminated at their lengths.
 */
HttpRequest *http_request_decode(const HttpHead *head, GError **error);

/* A request made by hand, for tests and tools: path "/x?y" is split at '?', not checked. */
HttpRequest *http_request_new(HttpMethod method, const char *target);
void http_request_free(HttpRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_free)

/* Puts a fresh reference into `reference`. */
void http_reference_new(char reference[HTTP_REFERENCE_LENGTH + 1]);
