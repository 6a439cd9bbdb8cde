/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/server.h"

#include <gio/gio.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "idp/http/connection.h"
#include "idp/http/exchange.h"
#include "idp/http/forwarded.h"
#include "idp/http/gate.h"
#include "idp/http/listen.h"
#include "idp/http/tls.h"
#include "idp/limits.h"

/* The library's memory for one connection: the head as it came, and beside it its parsed form, the
 * copy of the cookies it takes apart, and the head of the answer. */
#define CONNECTION_MEMORY (2 * LIMIT_HTTP_REQUEST)

/* A body that is too large is still read up to here, so that the client sees the refusal instead of
 * a reset connection. */
#define LINGER_BYTES (1024L * 1024)

/* How long a stop that has given up lets refusals and slow readers finish. */
#define LAST_WORDS_US G_USEC_PER_SEC

/* Descriptors for everything but connections: store, directory, logs. */
#define SPARE_DESCRIPTORS 256

struct HttpServer {
	HttpHandler handler;
	gsize (*body_limit)(HttpMethod method, const char *path, gpointer user);
	void (*access)(const HttpAccess *access, gpointer user);
	gpointer user;
	GStrv hosts;
	TrustedProxies *proxies;
	bool hsts;
	unsigned total_ms, drain_ms;

	struct MHD_Daemon *daemon;
	int listener;
	char *address;
	guint16 port;
	ConnectionTable *table;
	ExchangeHub *hub;
	atomic_bool quiescing;
	atomic_ullong requests, refused;
};

/* ---- one request, on its I/O thread ---- */

static enum MHD_Result queue(HttpServer *server, HttpExchange *exchange)
{
	const HttpResponse *answer = exchange_answer(exchange);
	gsize size = 0;
	gconstpointer data = g_bytes_get_data(answer->body, &size);
	struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
		size, (void *)(guintptr)data, (MHD_ContentReaderFreeCallback)g_bytes_unref,
		g_bytes_ref(answer->body));
	/* After chunks, whose framing the library reads leniently, and after anything that we
	 * refused, no byte is taken for the beginning of another request. */
	bool last = atomic_load(&server->quiescing) || !exchange->handed ||
		    exchange->request->body_announced < 0;

	g_assert(response);
	for (guint i = 0; i < answer->headers->len; i++) {
		const HttpHeader *header = answer->headers->pdata[i];
		MHD_add_response_header(response, header->name, header->value);
	}
	if (server->hsts)
		MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
	if (last)
		MHD_add_response_header(response, "Connection", "close");
	exchange->queued = true;
	exchange->status = answer->status;
	connection_writing(exchange->connection);
	enum MHD_Result result = MHD_queue_response(exchange->mhd, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(HttpServer *server, HttpExchange *exchange, unsigned status,
			      const char *what)
{
	atomic_fetch_add(&server->refused, 1);
	exchange_refuse(exchange, status, what);
	return queue(server, exchange);
}

typedef struct {
	HttpField fields[LIMIT_HTTP_HEADERS + 1];
	gsize n;
} FieldList;

static enum MHD_Result add_field(void *data, enum MHD_ValueKind kind, const char *name,
				 gsize name_length, const char *value, gsize value_length)
{
	FieldList *list = data;

	list->fields[list->n++] = (HttpField){name, value, name_length, value_length};
	return list->n < G_N_ELEMENTS(list->fields) ? MHD_YES : MHD_NO;
}

/* Whose request it is: the peer's, or that of a client for whom a trusted proxy speaks. */
static bool take_client(HttpServer *server, HttpExchange *exchange, const FieldList *fields,
			HttpRequest *request, GError **error)
{
	const char *forwarded = NULL;
	PeerAddress client;

	request->peer = connection_peer(exchange->connection);
	g_free(request->address);
	request->address = g_strdup(connection_address(exchange->connection));
	if (!connection_is_proxy(exchange->connection))
		return true;
	for (gsize i = 0; i < fields->n; i++) {
		if (g_ascii_strcasecmp(fields->fields[i].name, "X-Forwarded-For") != 0)
			continue;
		if (forwarded) {
			g_set_error_literal(error, HTTP_ERROR, 400,
					    "X-Forwarded-For of a trusted proxy is there twice");
			return false;
		}
		forwarded = fields->fields[i].value;
	}
	if (!forwarded)
		return true;
	if (!forwarded_client(server->proxies, forwarded, &client, error))
		return false;
	g_free(request->address);
	request->address = address_to_text(&client.any);
	request->peer = address_to_peer(&client.any);
	return true;
}

static HttpRequest *decode(HttpServer *server, HttpExchange *exchange, const char *method,
			   const char *version, GError **error)
{
	FieldList list = {.n = 0};

	MHD_get_connection_values_n(exchange->mhd, MHD_HEADER_KIND, add_field, &list);
	HttpHead head = {method,      exchange->target, version,
			 list.fields, list.n,           (const char *const *)server->hosts};
	GateHead gate = {method,      exchange->head_bytes,
			 version,     strlen(exchange->target),
			 list.fields, list.n};

	if (exchange->head_bytes > LIMIT_HTTP_REQUEST) {
		g_set_error_literal(error, HTTP_ERROR, 431, "head is longer than the limit");
		return NULL;
	}
	if (list.n <= LIMIT_HTTP_HEADERS && !gate_is_exact(&gate)) {
		g_set_error_literal(error, HTTP_ERROR, 400, "head is not framed exactly");
		return NULL;
	}
	g_autoptr(HttpRequest) request = http_request_decode(&head, error);
	if (!request || !take_client(server, exchange, &list, request, error))
		return NULL;
	return g_steal_pointer(&request);
}

static gsize body_limit(HttpServer *server, const HttpExchange *exchange)
{
	const HttpRequest *request = exchange->request;
	gsize limit = server->body_limit
			      ? server->body_limit(request->method, request->path, server->user)
			      : 0;

	return limit ? limit : LIMIT_HTTP_REQUEST - exchange->head_bytes;
}

/* The head is there, the body is not: what is refused here costs us no more than the head. */
static enum MHD_Result judge_head(HttpServer *server, HttpExchange *exchange, const char *method,
				  const char *version)
{
	g_autoptr(GError) error = NULL;

	exchange->judged = true;
	exchange->head_bytes =
		MHD_get_connection_info(exchange->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
			->header_size;
	HttpRequest *request = decode(server, exchange, method, version, &error);
	if (!request)
		return refuse(server, exchange, (unsigned)error->code, error->message);
	exchange->request = request;
	request->received = exchange->received;
	if (request->body_announced == 0)
		return MHD_YES;

	gsize limit = body_limit(server, exchange);
	if (request->body_announced > (gint64)limit) {
		bool waits = MHD_lookup_connection_value(exchange->mhd, MHD_HEADER_KIND,
							 "Expect") != NULL;
		if (waits || request->body_announced > LINGER_BYTES)
			return refuse(server, exchange, 413, "body is longer than the limit");
		exchange->body_limit = 0;
		return MHD_YES;
	}
	exchange_expect_body(exchange,
			     request->body_announced < 0 ? limit : (gsize)request->body_announced);
	return MHD_YES;
}

static enum MHD_Result hand_over(HttpServer *server, HttpExchange *exchange)
{
	if (exchange->body_bytes > exchange->body_limit)
		return refuse(server, exchange, 413, "body is longer than the limit");
	exchange_finish_body(exchange);
	exchange->handed = true;
	atomic_fetch_add(&server->requests, 1);
	atomic_fetch_add(&server->hub->waiting, 1);
	connection_waiting(exchange->connection, exchange);
	server->handler(exchange_ref(exchange), exchange->request, server->user);
	if (exchange_answer(exchange))
		return queue(server, exchange);
	exchange_sleep(exchange);
	return MHD_YES;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *mhd, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **context)
{
	HttpServer *server = data;
	HttpExchange *exchange = *context;

	if (!exchange)
		return MHD_NO;
	if (!exchange->judged)
		return judge_head(server, exchange, method, version);
	if (*upload_size > 0) {
		exchange_take_body(exchange, upload, *upload_size);
		*upload_size = 0;
		return exchange->body_bytes > LINGER_BYTES ? MHD_NO : MHD_YES;
	}
	if (!exchange->handed)
		return hand_over(server, exchange);
	return exchange_answer(exchange) ? queue(server, exchange) : MHD_NO;
}

/* The only place where the request target is still as it came. */
static void *on_target(void *data, const char *target, struct MHD_Connection *mhd)
{
	HttpServer *server = data;
	Connection *connection =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	HttpExchange *exchange = exchange_new(server->hub, mhd, connection, target ? target : "");

	exchange->deadline =
		connection_reading(connection) + (gint64)server->total_ms * G_TIME_SPAN_MILLISECOND;
	return exchange;
}

/* Unescaping in place would destroy what gate_is_exact() looks at, and we decode ourselves. */
static size_t leave_escaped(void *data, struct MHD_Connection *mhd, char *text)
{
	return strlen(text);
}

static void report(HttpServer *server, HttpExchange *exchange, bool sent)
{
	const HttpRequest *request = exchange->request;
	const HttpResponse *answer = exchange_answer(exchange);
	HttpAccess access = {
		.reference = request ? request->reference : exchange->reference,
		.method = request ? request->method : HTTP_GET,
		.status = exchange->status,
		.duration = g_get_monotonic_time() - exchange->received,
		.request_bytes = exchange->head_bytes + exchange->body_bytes,
		.response_bytes = answer ? g_bytes_get_size(answer->body) : 0,
		.refusal = exchange->queued ? exchange->refusal : "request was broken off",
		.sent = sent && exchange->queued,
	};

	if (server->access)
		server->access(&access, server->user);
}

static void on_completed(void *data, struct MHD_Connection *mhd, void **context,
			 enum MHD_RequestTerminationCode code)
{
	HttpServer *server = data;
	HttpExchange *exchange = g_steal_pointer(context);

	if (!exchange)
		return;
	report(server, exchange, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	connection_idle(exchange->connection);
	if (atomic_load(&server->quiescing))
		connection_table_close_idle(server->table);
	atomic_fetch_sub(&server->hub->active, 1);
	exchange_unref(exchange);
}

static void on_connection(void *data, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	HttpServer *server = data;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		int fd =
			MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		const struct sockaddr *address =
			MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				->client_addr;
		*context = connection_opened(server->table, fd, address,
					     trusted_proxies_include(server->proxies, address));
	} else {
		connection_closed(g_steal_pointer(context));
	}
}

/* ---- the server ---- */

static void hold_exchange(void *exchange)
{
	exchange_ref(exchange);
}

static gint64 when_due(const void *data)
{
	return exchange_due(data);
}

static void answer_overdue(void *data)
{
	HttpExchange *exchange = data;

	exchange_refuse(exchange, 503, "no answer in time");
	exchange_unref(exchange);
}

static bool raise_descriptor_limit(unsigned connections, unsigned others, GError **error)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)connections + SPARE_DESCRIPTORS + others;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
		limit.rlim_cur = MIN(wanted, limit.rlim_max);
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= wanted)
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
		    "only %llu open files are allowed, and %u connections need %llu: raise "
		    "LimitNOFILE",
		    (unsigned long long)limit.rlim_cur, connections, (unsigned long long)wanted);
	return false;
}

/* While the server stops, whoever comes is closed at once. MHD_quiesce_daemon() would do it, but
 * takes the listener out of an epoll set that the I/O thread takes it out of at the same time, and
 * the one that comes second aborts the process (0.9.75). */
static enum MHD_Result accept_policy(void *user, const struct sockaddr *address, socklen_t length)
{
	HttpServer *server = user;

	return atomic_load(&server->quiescing) ? MHD_NO : MHD_YES;
}

static struct MHD_Daemon *start_daemon(HttpServer *server, const HttpServerOptions *options,
				       unsigned connections)
{
	unsigned threads = MAX(options->threads, 1);
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
	struct MHD_OptionItem items[16];
	gsize n = 0;
	g_autofree char *certificate = NULL, *key = NULL;
	sigset_t all, before;

	items[n++] = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, server->listener, NULL};
	items[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
					     NULL};
	/* Per thread, and with room: the cap is ours, which closes the oldest, while the library
	 * would stop to accept. */
	items[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT,
					     (intptr_t)(connections + 64) * threads, NULL};
	if (threads > 1)
		items[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, threads, NULL};
	if (options->tls_certificate) {
		flags |= MHD_USE_TLS;
		certificate = g_strndup(g_bytes_get_data(options->tls_certificate, NULL),
					g_bytes_get_size(options->tls_certificate));
		key = g_strndup(g_bytes_get_data(options->tls_key, NULL),
				g_bytes_get_size(options->tls_key));
		items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, certificate};
		items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, key};
		items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
						     (void *)(guintptr)tls_priorities};
	}
	items[n++] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};

	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	struct MHD_Daemon *daemon = MHD_start_daemon(
		flags, 0, accept_policy, server, on_request, server, MHD_OPTION_URI_LOG_CALLBACK,
		on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, server, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (key)
		explicit_bzero(key, strlen(key));
	return daemon;
}

static void server_free(HttpServer *server)
{
	if (server->table)
		connection_table_free(server->table);
	if (server->listener >= 0)
		close(server->listener);
	exchange_hub_unref(server->hub);
	g_strfreev(server->hosts);
	trusted_proxies_free(server->proxies);
	g_free(server->address);
	g_free(server);
}

static HttpServer *server_new(const HttpServerOptions *options)
{
	HttpServer *server = g_new0(HttpServer, 1);

	server->handler = options->handler;
	server->body_limit = options->body_limit;
	server->access = options->access;
	server->user = options->user;
	server->hosts = options->hosts ? g_strdupv((char **)(guintptr)options->hosts) : NULL;
	server->hsts = options->hsts;
	server->total_ms = options->total_ms ? options->total_ms : LIMIT_HTTP_TOTAL_MS;
	server->drain_ms = options->drain_ms ? options->drain_ms : LIMIT_HTTP_DRAIN_MS;
	server->listener = -1;
	server->hub = exchange_hub_new();
	server->hub->refuse = options->refuse;
	server->hub->user = options->user;
	return server;
}

static bool check_tls(const HttpServerOptions *options, GError **error)
{
	if (!options->tls_certificate && !options->tls_key)
		return true;
	if (options->tls_certificate && options->tls_key)
		return tls_check(options->tls_certificate, options->tls_key, error);
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    "TLS needs both a certificate and a key");
	return false;
}

HttpServer *http_server_start(const HttpServerOptions *options, GError **error)
{
	static const ConnectionHooks hooks = {hold_exchange, answer_overdue, when_due};
	HttpServer *server = server_new(options);
	ConnectionLimits limits = {
		options->connections ? options->connections : LIMIT_HTTP_CONNECTIONS,
		options->connections_per_address ? options->connections_per_address
						 : LIMIT_HTTP_CONNECTIONS_PER_ADDRESS,
		options->read_ms ? options->read_ms : LIMIT_HTTP_READ_MS,
		server->total_ms,
		options->idle_ms ? options->idle_ms : LIMIT_HTTP_IDLE_MS,
	};

	g_assert(options->handler && options->listen);
	server->proxies = trusted_proxies_new(options->trusted_proxies, error);
	if (server->proxies && check_tls(options, error) &&
	    raise_descriptor_limit(limits.connections, options->descriptors, error))
		server->listener = listen_open(options->listen, error);
	if (server->listener < 0) {
		server_free(server);
		return NULL;
	}
	server->address = listen_address(server->listener, &server->port);
	server->table = connection_table_new(&limits, &hooks);
	server->daemon = start_daemon(server, options, limits.connections);
	if (!server->daemon) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot serve at '%s'",
			    options->listen);
		server_free(server);
		return NULL;
	}
	return server;
}

const char *http_server_address(const HttpServer *server)
{
	return server->address;
}

guint16 http_server_port(const HttpServer *server)
{
	return server->port;
}

void http_server_stats(HttpServer *server, HttpStats *stats)
{
	ConnectionStats connections;

	connection_table_stats(server->table, &connections);
	*stats = (HttpStats){
		.accepted = connections.accepted,
		.requests = atomic_load(&server->requests),
		.refused = atomic_load(&server->refused),
		.timed_out = connections.timed_out,
		.evicted = connections.evicted,
		.connections = connections.open,
		.waiting = atomic_load(&server->hub->waiting),
	};
}

void http_server_quiesce(HttpServer *server)
{
	if (atomic_exchange(&server->quiescing, true))
		return;
	connection_table_close_idle(server->table);
}

static bool is_busy(HttpServer *server)
{
	return atomic_load(&server->hub->active) > 0 || atomic_load(&server->hub->answering) > 0;
}

void http_server_stop(HttpServer *server)
{
	gint64 patience = g_get_monotonic_time() + (gint64)server->drain_ms * 1000;

	http_server_quiesce(server);
	/* The library aborts the process when it is stopped with a sleeping connection. */
	while (is_busy(server)) {
		gint64 late = g_get_monotonic_time() - patience;
		if (late > 0)
			connection_table_give_up(server->table, late > LAST_WORDS_US);
		g_usleep(2000);
	}
	MHD_stop_daemon(server->daemon);
	server->listener = -1; /* the library has closed it */
	server_free(server);
}
