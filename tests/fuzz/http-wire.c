/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any bytes on a connection to a real server: what the library below repairs, ours must refuse.
 * Taken are the requests that the handler saw, and they are what the bytes say under any reading of
 * RFC 9112; http-head and the gate see only what the library has made of them.
 */
#include "idp/http/server.h"
#include "idp/limits.h"
#include "tests/fuzz/target.h"
#include "tests/unit/http-client.h"

#include <pthread.h>

/* How long the client listens before it says that it has nothing more to send, and then: an input
 * may be half a request. */
#define PATIENCE_MS 2000
#define HASTE_MS    3
#define REST_MS     5000

static HttpServer *server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GString *seen; /* what the handler was asked, under the lock */

static void note(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	g_assert_true(request->path[0] == '/' && g_utf8_validate(request->path, -1, NULL));
	g_assert_true(!strstr(request->path, "//") && !strstr(request->path, "/../"));
	pthread_mutex_lock(&lock);
	g_string_append_printf(seen, " %s%s%s%s %zu",
			       request->method == HTTP_POST ? "POST"
			       : request->is_head           ? "HEAD"
							    : "GET",
			       request->path, request->query ? "?" : "",
			       request->query ? request->query : "",
			       g_bytes_get_size(request->body));
	pthread_mutex_unlock(&lock);
	http_exchange_answer(exchange, http_response_text(200, "yes"));
}

static void start(void)
{
	/* the library does not always see that the client has said its last; a deadline does */
	HttpServerOptions options = {.listen = "127.0.0.1:0",
				     .threads = 1,
				     .handler = note,
				     .read_ms = fuzz_is_replay ? 0 : 100};
	g_autoptr(GError) error = NULL;

	seen = g_string_new(NULL);
	server = http_server_start(&options, &error);
	g_assert_no_error(error);
}

/* Reads to the end, or for `ms`. False: the time was up. */
static bool listen_to(int fd, GString *answer, int ms)
{
	gint64 deadline = g_get_monotonic_time() + ms * G_TIME_SPAN_MILLISECOND;
	char buffer[4096];

	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		gint64 left = (deadline - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
		if (left < 0 || poll(&wait, 1, (int)left) == 0)
			return false;
		ssize_t n = recv(fd, buffer, sizeof buffer, 0);
		if (n <= 0)
			return true;
		g_string_append_len(answer, buffer, n);
	}
}

static void talk(const char *bytes, gsize length, GString *answer)
{
	/* A search of millions would run out of ports: none lingers where we close first, and where
	 * the server does, 200 addresses have enough for the minute that they do. */
	static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	static unsigned host;
	int fd = client_connect_from(1 + host++ % 200, http_server_port(server));

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	client_send(fd, bytes, length);
	if (!listen_to(fd, answer, fuzz_is_replay ? PATIENCE_MS : HASTE_MS)) {
		shutdown(fd, SHUT_WR);
		g_assert_true(listen_to(fd, answer, REST_MS));
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GString) answer = g_string_new(NULL);

	if (!server)
		start();
	g_string_truncate(seen, 0);
	talk((const char *)data, size, answer);
	pthread_mutex_lock(&lock);
	if (seen->len > 0)
		fuzz_verdict("taken%s", seen->str);
	else if (answer->len > 12)
		fuzz_verdict("refused %.3s", answer->str + strlen("HTTP/1.1 "));
	else
		fuzz_verdict("refused, closed");
	pthread_mutex_unlock(&lock);
	return 0;
}
