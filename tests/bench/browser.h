/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The least of a browser that can log in: one kept connection of HTTP/1.1 to loopback, plain or in
 * TLS, cookies, redirects, and the form on a page. Not thread-safe; one per thread.
 */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdbool.h>

typedef struct {
	struct sockaddr_in server, from; /* from.sin_port is 0 */
	const char *host;                /* the Host header */
	const char *origin;              /* sent with each POST */
	const char *language;            /* that is accepted; NULL: sv */
	int timeout_ms;                  /* per request */
	/* What certificates are judged by, for the name of `host`; NULL: plain HTTP. */
	gnutls_certificate_credentials_t trust;

	int fd;               /* -1: not connected */
	gnutls_session_t tls; /* over fd; NULL: plain */
	GHashTable *jar;      /* name -> value, of Set-Cookie */
	GString *in;          /* received, not consumed */
	guint64 requests;

	/* Of the last answer. */
	int status;
	char *location; /* or NULL */
	bool retry_after;
	bool torn;  /* when there was none: it began to come */
	char *head; /* status line and headers, or NULL */
	GString *body;
} Browser;

Browser *browser_new(void);
void browser_free(Browser *browser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Browser, browser_free)

/* Forgets the cookies and puts those of a Cookie header there (NULL: none). */
void browser_set_cookies(Browser *browser, const char *header);

/* The jar as a Cookie header (transfer full), "" when empty. */
char *browser_cookies(const Browser *browser);

/* Ends the connection; the next request makes a new one. Cookies stay. */
void browser_hang_up(Browser *browser);

/* One request; `form` NULL for GET, else the body of a POST. False: no answer. */
bool browser_ask(Browser *browser, const char *target, const char *form);

/* Follows redirects, at most five, that stay on the host. False: no answer or led elsewhere. */
bool browser_follow(Browser *browser);

/*
 * The first POST form on the page with a password field, filled in: hidden fields as they are, text
 * fields with `login`, password fields with `password`. -> the body to send, and the target in
 * `action` (both transfer full), or NULL when there is no such form.
 */
char *browser_fill_form(const Browser *browser, const char *login, const char *password,
			char **action);
