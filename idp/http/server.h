/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The listener: I/O threads read requests strictly and under total deadlines, hand each complete
 * one to the handler, and send the answer whenever and from whichever thread it comes.
 * One HttpServer is one listening address; a daemon has several.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "idp/http/request.h"
#include "idp/http/response.h"

typedef struct HttpServer HttpServer;

/* One request waiting for its answer. */
typedef struct HttpExchange HttpExchange;

/*
 * Called on an I/O thread for each complete request: it must not block. It owns `exchange`
 * (transfer full) and gives it back, then or later, from any thread, by http_exchange_answer().
 * `request` belongs to the exchange and lives as long.
 */
typedef void (*HttpHandler)(HttpExchange *exchange, const HttpRequest *request, gpointer user);

/* What the server itself has to say: a refusal, or that nobody answered in time. */
typedef struct {
	unsigned status;
	const char *reference;
	const char *accept_language; /* NULL when unknown */
	const char *host;            /* the request's; NULL when unknown */
	unsigned late;               /* of http_exchange_answer_by(), else 0 */
	const HttpRequest *request;  /* that the handler got and nobody answered; else NULL */
} HttpRefusal;

/* One finished request in counts only: nothing the peer sent, so it may be logged as it is. */
typedef struct {
	const char *reference;
	HttpMethod method;
	unsigned status;
	gint64 duration;     /* microseconds, from the request line to the last byte sent */
	gsize request_bytes; /* head and body */
	gsize response_bytes;
	const char *refusal; /* the defect when the server itself refused, else NULL */
	bool sent;           /* false: the client went away or was too slow */
} HttpAccess;

typedef struct {
	const char
		*listen;  /* "127.0.0.1:8443", "[::1]:8443", "*:80" (v6 and v4); port 0: any free */
	unsigned threads; /* I/O threads; 0: one */

	GBytes *tls_certificate; /* PEM chain, leaf first; NULL: plain HTTP (behind a proxy) */
	GBytes *tls_key;         /* PEM */

	/* Host values (lower case, with port if not the scheme's) that are ours; NULL: any. */
	const char *const *hosts;

	/*
	 * Proxies whose X-Forwarded-For is believed (trusted_proxies_new()); NULL: none. The client
	 * it names is a request's address and peer; the proxy's own connections count for no cap
	 * per address. Malformed or there twice, the request is refused; without one, the proxy
	 * itself is the client.
	 */
	const char *const *trusted_proxies;

	bool hsts; /* send Strict-Transport-Security, one year; only with TLS somewhere in front */

	HttpHandler handler;
	/* Largest body for this path in bytes; NULL, or 0 returned: LIMIT_HTTP_REQUEST in all. */
	gsize (*body_limit)(HttpMethod method, const char *path, gpointer user);
	/* Renders the server's own refusals (transfer full); NULL, or NULL returned: a line of
	 * text. */
	HttpResponse *(*refuse)(const HttpRefusal *refusal, gpointer user);
	/* Called once per finished request, on an I/O thread. */
	void (*access)(const HttpAccess *access, gpointer user);
	gpointer user;

	/* 0: as in idp/limits.h. Tests shorten them. */
	unsigned read_ms, total_ms, idle_ms, drain_ms;
	unsigned connections, connections_per_address;
	unsigned descriptors; /* open files for others than connections, beyond the usual few */
} HttpServerOptions;

/* Counters since the start; `connections` and `waiting` are of now. */
typedef struct {
	guint64 accepted;  /* connections */
	guint64 requests;  /* complete ones, handed to the handler */
	guint64 refused;   /* by strict decoding and size */
	guint64 timed_out; /* connections closed and requests answered by a deadline */
	guint64 evicted;   /* connections closed to keep a cap */
	unsigned connections;
	unsigned waiting; /* handed to the handler, not answered */
} HttpStats;

/*
 * Binds, listens and serves. Options are copied but for `user`. NULL with an error in G_IO_ERROR or
 * HTTP_ERROR that says what is wrong with address, certificate, key or a proxy.
 */
HttpServer *http_server_start(const HttpServerOptions *options, GError **error);

/* The address bound, "127.0.0.1:41234" (transfer none), and its port. */
const char *http_server_address(const HttpServer *server);
guint16 http_server_port(const HttpServer *server);

void http_server_stats(HttpServer *server, HttpStats *stats);

/* Accepts no more connections; those there are served on, each closed after its answer. */
void http_server_quiesce(HttpServer *server);

/*
 * Quiesces, waits until every request has its answer (drain_ms at most; then 503 answers those
 * left), closes everything and frees. Exchanges still held may be answered afterwards; nothing
 * happens.
 */
void http_server_stop(HttpServer *server);

/* The request; valid until http_exchange_answer(). */
const HttpRequest *http_exchange_request(const HttpExchange *exchange);

/* When the server will answer by itself (g_get_monotonic_time() microseconds), and whether nobody
 * has yet: a worker that sees false can drop the work. */
gint64 http_exchange_deadline(const HttpExchange *exchange);
bool http_exchange_is_open(const HttpExchange *exchange);

/*
 * Sets an earlier deadline (monotonic microseconds), kept within LIMIT_HTTP_TICK_MS: the server
 * then answers 503 by itself, and tells `late`, which is the caller's and not 0, to `refuse`. Any
 * thread that has the exchange.
 */
void http_exchange_answer_by(HttpExchange *exchange, gint64 when, unsigned late);

/*
 * Answers and gives the exchange back (both transfer full). From any thread, once per exchange.
 * -> whether this answer is the one that goes out: false when the deadline had answered before.
 * Neither exchange nor request may be touched after.
 */
bool http_exchange_answer(HttpExchange *exchange, HttpResponse *response);

/*
 * The same in two steps, for who has to say before what will have become of the answer: claim, and
 * at once, with what it returned, settle. No deadline comes between.
 */
bool http_exchange_claim(HttpExchange *exchange);
void http_exchange_settle(HttpExchange *exchange, bool claimed, HttpResponse *response);
