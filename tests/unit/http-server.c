/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The life of connections: deadlines, caps, stop. */
#include "tests/unit/http-fixture.h"

static void test_keep_alive(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	house_open(&house, &options);
	int fd = client_connect(house_port(&house));

	for (int i = 0; i < 5; i++) {
		const char *ask = i % 2 ? GET_OF("/wait/5") : GET_OF("/");
		client_send(fd, ask, strlen(ask));
		g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
		g_assert_cmpint(reply->status, ==, 200);
		g_assert_cmpstr(reply->body->str, ==, "answered");
	}
	/* Two at once: the second waits for its turn. */
	client_send(fd, BYTES(GET_OF("/wait/5") GET_OF("/")));
	g_autoptr(Reply) first = client_read(fd, false, PATIENCE_MS);
	g_autoptr(Reply) second = client_read(fd, false, PATIENCE_MS);
	g_assert_cmpint(first->status + second->status, ==, 400);
	client_send(fd, BYTES("HEAD /wait/1 HTTP/1.1\r\nHost: a\r\n\r\n" GET_OF("/")));
	g_autoptr(Reply) head = client_read(fd, true, PATIENCE_MS);
	g_autoptr(Reply) after = client_read(fd, false, PATIENCE_MS);
	g_assert_nonnull(strstr(head->head, "Content-Length: 8"));
	g_assert_cmpstr(after->body->str, ==, "answered");
	close(fd);
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.sent), ==, 9);
	g_assert_cmpuint(atomic_load(&house.unsent), ==, 0);
}

static void test_headers(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	options.hsts = true;
	house_open(&house, &options);
	g_autoptr(Reply) reply = client_ask(house_port(&house), BYTES(GET_OF("/")));

	g_assert_nonnull(strstr(reply->head, "Strict-Transport-Security: max-age=31536000\r\n"));
	g_assert_nonnull(strstr(reply->head, "X-Content-Type-Options: nosniff\r\n"));
	g_assert_nonnull(strstr(reply->head, "Cache-Control: no-store\r\n"));
	g_assert_null(strstr(reply->head, "Server:"));
	house_close(&house);
}

static void test_hosts(void)
{
	static const char *const hosts[] = {"idp.example:8443", "[::1]:8443", NULL};
	static const struct {
		const char *host;
		int want;
	} table[] = {
		{"idp.example:8443", 200},
		{"IDP.Example:8443", 200},
		{"[::1]:8443", 200},
		{"idp.example", 421},
		{"idp.example:443", 421},
		{"idp.example.:8443", 421},
		{"[::2]:8443", 421},
		{"evil.example:8443", 421},
		{"127.0.0.1:8443", 421},
		{"u@idp.example:8443", 400},
		{"idp.example:8443:8443", 400},
		{"[::1", 400},
		{"idp.example:", 400},
	};
	House house = {0};
	HttpServerOptions options = house_options(&house);
	options.hosts = hosts;
	house_open(&house, &options);

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *bytes =
			g_strdup_printf("GET / HTTP/1.1\r\nHost: %s\r\n\r\n", table[i].host);
		g_autoptr(Reply) reply = client_ask(house_port(&house), bytes, strlen(bytes));
		g_test_message("%s", table[i].host);
		g_assert_cmpint(reply->status, ==, table[i].want);
	}
	house_close(&house);
}

static HttpResponse *render(const HttpRefusal *refusal, gpointer user)
{
	return http_response_html(
		refusal->status,
		g_strdup_printf("<p>%s in %s", refusal->reference,
				refusal->accept_language ? refusal->accept_language : "none"),
		NULL);
}

static void test_refusal_page(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	options.refuse = render;
	house_open(&house, &options);
	g_autoptr(Reply) early = client_ask(house_port(&house), BYTES("PUT / HTTP/1.1\r\n\r\n"));
	g_autoptr(Reply) late =
		client_ask(house_port(&house),
			   BYTES("GET /hold HTTP/1.1\r\nHost: a\r\nAccept-Language: sv\r\n\r\n"));

	g_assert_cmpint(early->status, ==, 405);
	g_assert_nonnull(strstr(early->head, "Allow: GET, HEAD, POST\r\n"));
	g_assert_true(g_str_has_suffix(early->body->str, " in none"));
	g_assert_cmpint(late->status, ==, 503);
	g_assert_nonnull(strstr(late->head, "Retry-After: "));
	g_assert_true(g_str_has_suffix(late->body->str, " in sv"));
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.refused), ==, 2);
	g_assert_cmpuint(atomic_load(&house.lost), ==, 1);
}

/* One byte every 40 ms keeps no connection alive. */
static void drip(const char *bytes, gsize length, const char *filler)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	house_open(&house, &options);
	int fd = client_connect(house_port(&house));
	gint64 began = g_get_monotonic_time();
	int byte = -2;

	client_send(fd, bytes, length);
	while (byte == -2) {
		client_send(fd, filler, strlen(filler));
		byte = client_byte(fd, 40);
		g_assert_cmpint(g_get_monotonic_time() - began, <, 3000 * 1000);
	}
	g_assert_cmpint(byte, ==, -1);
	g_assert_cmpint(g_get_monotonic_time() - began, >, (READ_MS - 50) * 1000);
	close(fd);
	HttpStats stats;
	http_server_stats(house.server, &stats);
	g_assert_cmpuint(stats.timed_out, ==, 1);
	g_assert_cmpuint(stats.requests, ==, 0);
	house_close(&house);
}

static void test_slow_line(void)
{
	drip(BYTES("GET /"), "a");
}

static void test_slow_headers(void)
{
	drip(BYTES("GET / HTTP/1.1\r\nHost: a\r\n"), "X: y\r\n");
}

static void test_slow_body(void)
{
	drip(BYTES("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"), "a");
}

static void test_slow_chunks(void)
{
	drip(BYTES("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
	     "1\r\na\r\n");
}

static void test_silent(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	house_open(&house, &options);
	int fresh = client_connect(house_port(&house)), used = client_connect(house_port(&house));

	client_send(used, BYTES(GET_OF("/")));
	g_autoptr(Reply) reply = client_read(used, false, PATIENCE_MS);
	g_assert_cmpint(reply->status, ==, 200);
	g_assert_cmpint(client_byte(fresh, 2000), ==, -1);
	g_assert_cmpint(client_byte(used, 2000), ==, -1);
	close(fresh);
	close(used);
	house_close(&house);
}

/* A reader that takes nothing holds 32 MiB of ours no longer than the total time and its grace. */
static void test_slow_reader(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	house_open(&house, &options);
	int fd = client_connect(house_port(&house));

	client_send(fd, BYTES(GET_OF("/large")));
	house_wait(&house.unsent, 1);
	house_wait_connections(&house, 0);
	close(fd);
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.sent), ==, 0);
}

static void *stop(void *data)
{
	House *house = data;

	http_server_stop(house->server);
	return NULL;
}

static void test_stop_waits(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	pthread_t stopper;
	house_open(&house, &options);
	guint16 port = house_port(&house);
	int busy = client_connect(port), idle = client_connect(port);

	client_send(busy, BYTES(GET_OF("/wait/200")));
	house_wait(&house.handled, 1);
	pthread_create(&stopper, NULL, stop, &house);
	/* Nothing new is let in, what waits is closed, what is worked on gets its house_answer. */
	g_assert_cmpint(client_byte(idle, 150), ==, -1);
	g_autoptr(Reply) reply = client_read(busy, false, PATIENCE_MS);
	g_assert_cmpint(reply->status, ==, 200);
	g_assert_true(reply->closed);
	pthread_join(stopper, NULL);
	house.server = NULL;
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int late = socket(AF_INET, SOCK_STREAM, 0);
	g_assert_cmpint(connect(late, (struct sockaddr *)&to, sizeof to), ==, -1);
	close(late);
	close(busy);
	close(idle);
	house_close(&house);
}

static void test_stop_gives_up(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	pthread_t stopper;
	options.total_ms = 60000;
	options.drain_ms = 200;
	house_open(&house, &options);
	int held = client_connect(house_port(&house)), slow = client_connect(house_port(&house));
	int reader = client_connect(house_port(&house));

	client_send(held, BYTES(GET_OF("/hold")));
	client_send(slow, BYTES("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"));
	client_send(reader, BYTES(GET_OF("/large")));
	house_wait(&house.handled, 2);
	gint64 began = g_get_monotonic_time();
	pthread_create(&stopper, NULL, stop, &house);
	g_autoptr(Reply) reply = client_read(held, false, PATIENCE_MS);
	g_assert_cmpint(reply->status, ==, 503);
	g_assert_cmpint(client_byte(slow, PATIENCE_MS), ==, -1);
	pthread_join(stopper, NULL);
	g_assert_cmpint(g_get_monotonic_time() - began, <, 4000 * 1000);
	house.server = NULL;
	/* Whoever still works on it finds that nobody waits, and may say so to nobody's harm. */
	g_assert_false(http_exchange_is_open(house.held[0]));
	g_assert_cmpstr(http_exchange_request(house.held[0])->path, ==, "/hold");
	house_answer_held(&house);
	g_assert_cmpuint(atomic_load(&house.lost), ==, 1);
	close(held);
	close(slow);
	close(reader);
	house_close(&house);
}

/* Stop in the middle of traffic, again and again. */
static void *ask_until_refused(void *data)
{
	Racer *racer = data;
	int fd = client_connect(house_port(racer->house));
	bool going = true;

	while (going) {
		client_send(fd, BYTES("GET /wait/1 HTTP/1.1\r\nHost: a\r\n\r\n"));
		g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
		racer->ok += reply->status == 200;
		racer->other += reply->status != 200 && reply->status != 0;
		going = !reply->closed;
	}
	close(fd);
	return NULL;
}

static void test_stop_under_load(void)
{
	for (int round = 0; round < 10; round++) {
		House house = {0};
		HttpServerOptions options = house_options(&house);
		Racer racers[RACERS] = {0};
		house_open(&house, &options);
		racers_start(racers, &house, ask_until_refused);
		house_wait(&house.handled, 8);
		g_usleep(20 * 1000);
		http_server_stop(house.server);
		house.server = NULL;
		racers_join(racers);
		for (gsize i = 0; i < RACERS; i++) {
			g_assert_cmpuint(racers[i].other, ==, 0);
			g_assert_cmpuint(racers[i].ok, >, 0);
		}
		house_close(&house);
		/* Every request that was handed over was answered. */
		g_assert_cmpuint(atomic_load(&house.won), ==, atomic_load(&house.handled));
	}
}

static void test_cap_per_address(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	int fds[6];
	options.connections_per_address = 4;
	options.read_ms = options.idle_ms = options.total_ms = 10000;
	house_open(&house, &options);

	/* The oldest is at work, so the second oldest has to go. */
	fds[0] = house_connect(&house, 1);
	client_send(fds[0], BYTES(GET_OF("/hold")));
	house_wait(&house.handled, 1);
	for (int i = 1; i < 4; i++)
		fds[i] = house_connect(&house, 1);
	fds[4] = house_connect(&house, 2);
	client_send(fds[4], BYTES(GET_OF("/")));
	g_autoptr(Reply) neighbour = client_read(fds[4], false, PATIENCE_MS);
	g_assert_cmpint(neighbour->status, ==, 200);
	fds[5] = house_connect(&house, 1);
	g_assert_cmpint(client_byte(fds[1], PATIENCE_MS), ==, -1);
	for (int i = 2; i < 6; i++) {
		client_send(fds[i], BYTES(GET_OF("/")));
		g_autoptr(Reply) reply = client_read(fds[i], false, PATIENCE_MS);
		g_assert_cmpint(reply->status, ==, 200);
	}
	house_answer_held(&house);
	g_autoptr(Reply) worked = client_read(fds[0], false, PATIENCE_MS);
	g_assert_cmpint(worked->status, ==, 200);
	HttpStats stats;
	http_server_stats(house.server, &stats);
	g_assert_cmpuint(stats.evicted, ==, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
		close(fds[i]);
	house_close(&house);
}

/* A thousand that say nothing keep nobody out. */
static void test_cap(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	static int silent[300];
	options.connections = 50;
	options.connections_per_address = 40;
	options.read_ms = options.idle_ms = options.total_ms = 10000;
	house_open(&house, &options);

	for (gsize i = 0; i < G_N_ELEMENTS(silent); i++) {
		silent[i] = client_connect_from(1 + (unsigned)i % 20, house_port(&house));
		if (i % 30 != 0)
			continue;
		int fd = client_connect_from(99, house_port(&house));
		client_send(fd, BYTES(GET_OF("/wait/1")));
		g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
		g_assert_cmpint(reply->status, ==, 200);
		close(fd);
	}
	house_wait_connections(&house, 50);
	for (gsize i = 0; i < G_N_ELEMENTS(silent); i++)
		close(silent[i]);
	house_close(&house);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-server/keep-alive", test_keep_alive);
	g_test_add_func("/http-server/headers", test_headers);
	g_test_add_func("/http-server/hosts", test_hosts);
	g_test_add_func("/http-server/refusal-page", test_refusal_page);
	g_test_add_func("/http-server/slow/line", test_slow_line);
	g_test_add_func("/http-server/slow/headers", test_slow_headers);
	g_test_add_func("/http-server/slow/body", test_slow_body);
	g_test_add_func("/http-server/slow/chunks", test_slow_chunks);
	g_test_add_func("/http-server/slow/silent", test_silent);
	g_test_add_func("/http-server/slow/reader", test_slow_reader);
	g_test_add_func("/http-server/stop/waits", test_stop_waits);
	g_test_add_func("/http-server/stop/gives-up", test_stop_gives_up);
	g_test_add_func("/http-server/stop/under-load", test_stop_under_load);
	g_test_add_func("/http-server/cap/per-address", test_cap_per_address);
	g_test_add_func("/http-server/cap/all", test_cap);
	return g_test_run();
}
