/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The life of connections and exchanges: deadlines, races for the answer, caps, stop, TLS. */
#include "idp/http/server.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <stdatomic.h>

#include "idp/http/exchange.h"
#include "idp/http/listen.h"
#include "idp/pool.h"
#include "tests/unit/http-client.h"

#define BYTES(text)  text, sizeof text - 1
#define GET_OF(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define MOST_HELD    64
#define READ_MS      400
#define PATIENCE_MS  5000
#define LONG_ENOUGH  (20 * 1000)

/* What one test lets its server do. */
typedef struct {
	HttpServer *server;
	Pool *pool;
	pthread_mutex_t lock;
	HttpExchange *held[MOST_HELD];
	unsigned n_held;
	atomic_uint handled, won, lost;
	atomic_uint sent, unsent, refused;
	atomic_ullong response_bytes;
} House;

static void answer(House *house, HttpExchange *exchange, unsigned status)
{
	bool won = http_exchange_answer(exchange, http_response_text(status, "answered"));

	atomic_fetch_add(won ? &house->won : &house->lost, 1);
}

/* /wait/MS */
static void work(void *job, void *worker, void *user)
{
	HttpExchange *exchange = job;
	const char *path = http_exchange_request(exchange)->path;

	g_usleep((gulong)atoi(path + strlen("/wait/")) * 1000);
	answer(user, exchange, 200);
}

static void handle(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	House *house = user;

	g_assert_cmpstr(request->address, !=, "");
	g_assert_true(http_exchange_request(exchange) == request);
	g_assert_true(http_exchange_deadline(exchange) >= request->received);
	if (g_str_has_prefix(request->path, "/wait/")) {
		if (!pool_push(house->pool, exchange))
			answer(house, exchange, 503);
	} else if (strcmp(request->path, "/hold") == 0) {
		pthread_mutex_lock(&house->lock);
		g_assert_cmpuint(house->n_held, <, MOST_HELD);
		house->held[house->n_held++] = exchange;
		pthread_mutex_unlock(&house->lock);
	} else if (strcmp(request->path, "/large") == 0) {
		HttpResponse *large = http_response_new(
			200, "text/plain", g_bytes_new_take(g_strnfill(32 << 20, 'x'), 32 << 20));
		http_exchange_answer(exchange, large);
	} else {
		answer(house, exchange, 200);
	}
	atomic_fetch_add(&house->handled, 1);
}

static void count_access(const HttpAccess *access, gpointer user)
{
	House *house = user;

	g_assert_cmpuint(strlen(access->reference) > 0 || !access->sent, ==, true);
	atomic_fetch_add(access->sent ? &house->sent : &house->unsent, 1);
	if (access->refusal)
		atomic_fetch_add(&house->refused, 1);
	atomic_fetch_add(&house->response_bytes, access->response_bytes);
}

static HttpServerOptions usual(House *house)
{
	return (HttpServerOptions){
		.listen = "127.0.0.1:0",
		.threads = 2,
		.handler = handle,
		.access = count_access,
		.user = house,
		.read_ms = READ_MS,
		.idle_ms = READ_MS,
		.total_ms = 800,
		.drain_ms = 1000,
	};
}

static void house_open(House *house, const HttpServerOptions *options)
{
	PoolOptions pool = {"answers", 4, MOST_HELD, NULL, NULL, work, house};
	g_autoptr(GError) error = NULL;

	pthread_mutex_init(&house->lock, NULL);
	house->pool = pool_new(&pool, &error);
	g_assert_no_error(error);
	house->server = http_server_start(options, &error);
	g_assert_no_error(error);
}

static void answer_held(House *house)
{
	pthread_mutex_lock(&house->lock);
	for (unsigned i = 0; i < house->n_held; i++)
		answer(house, house->held[i], 200);
	house->n_held = 0;
	pthread_mutex_unlock(&house->lock);
}

static void house_close(House *house)
{
	if (house->server)
		http_server_stop(house->server);
	pool_free(house->pool);
	answer_held(house);
	pthread_mutex_destroy(&house->lock);
}

static guint16 port_of(House *house)
{
	return http_server_port(house->server);
}

static void wait_for(atomic_uint *counter, unsigned want)
{
	gint64 patience = g_get_monotonic_time() + PATIENCE_MS * 1000;

	while (atomic_load(counter) < want) {
		g_assert_cmpint(g_get_monotonic_time(), <, patience);
		g_usleep(1000);
	}
}

static unsigned open_connections(House *house)
{
	HttpStats stats;

	http_server_stats(house->server, &stats);
	return stats.connections;
}

static void wait_for_connections(House *house, unsigned most)
{
	gint64 patience = g_get_monotonic_time() + PATIENCE_MS * 1000;

	while (open_connections(house) > most) {
		g_assert_cmpint(g_get_monotonic_time(), <, patience);
		g_usleep(1000);
	}
}

static void test_keep_alive(void)
{
	House house = {0};
	HttpServerOptions options = usual(&house);
	house_open(&house, &options);
	int fd = client_connect(port_of(&house));

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
	HttpServerOptions options = usual(&house);
	options.hsts = true;
	house_open(&house, &options);
	g_autoptr(Reply) reply = client_ask(port_of(&house), BYTES(GET_OF("/")));

	g_assert_nonnull(strstr(reply->head, "Strict-Transport-Security: max-age=31536000\r\n"));
	g_assert_nonnull(strstr(reply->head, "X-Content-Type-Options: nosniff\r\n"));
	g_assert_nonnull(strstr(reply->head, "Cache-Control: no-store\r\n"));
	g_assert_null(strstr(reply->head, "Server:"));
	house_close(&house);
}

static void test_hosts(void)
{
	static const char *const hosts[] = {"a", NULL};
	House house = {0};
	HttpServerOptions options = usual(&house);
	options.hosts = hosts;
	house_open(&house, &options);
	g_autoptr(Reply) ours = client_ask(port_of(&house), BYTES(GET_OF("/")));
	g_autoptr(Reply) foreign =
		client_ask(port_of(&house), BYTES("GET / HTTP/1.1\r\nHost: b\r\n\r\n"));

	g_assert_cmpint(ours->status, ==, 200);
	g_assert_cmpint(foreign->status, ==, 421);
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
	HttpServerOptions options = usual(&house);
	options.refuse = render;
	house_open(&house, &options);
	g_autoptr(Reply) early = client_ask(port_of(&house), BYTES("PUT / HTTP/1.1\r\n\r\n"));
	g_autoptr(Reply) late =
		client_ask(port_of(&house),
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
	HttpServerOptions options = usual(&house);
	house_open(&house, &options);
	int fd = client_connect(port_of(&house));
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
	HttpServerOptions options = usual(&house);
	house_open(&house, &options);
	int fresh = client_connect(port_of(&house)), used = client_connect(port_of(&house));

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
	HttpServerOptions options = usual(&house);
	house_open(&house, &options);
	int fd = client_connect(port_of(&house));

	client_send(fd, BYTES(GET_OF("/large")));
	wait_for(&house.unsent, 1);
	wait_for_connections(&house, 0);
	close(fd);
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.sent), ==, 0);
}

static void test_overdue(void)
{
	House house = {0};
	HttpServerOptions options = usual(&house);
	house_open(&house, &options);
	int fd = client_connect(port_of(&house));
	HttpStats stats;

	client_send(fd, BYTES(GET_OF("/hold")));
	wait_for(&house.handled, 1);
	http_server_stats(house.server, &stats);
	g_assert_cmpuint(stats.waiting, ==, 1);
	g_assert_true(http_exchange_is_open(house.held[0]));
	g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
	g_assert_cmpint(reply->status, ==, 503);
	g_assert_nonnull(strstr(reply->body->str, "reference: "));
	g_assert_false(http_exchange_is_open(house.held[0]));
	/* The request is still there for who works on it, and the connection serves on. */
	g_assert_cmpstr(http_exchange_request(house.held[0])->path, ==, "/hold");
	answer_held(&house);
	g_assert_cmpuint(atomic_load(&house.lost), ==, 1);
	client_send(fd, BYTES(GET_OF("/")));
	g_autoptr(Reply) next = client_read(fd, false, PATIENCE_MS);
	g_assert_cmpint(next->status, ==, 200);
	http_server_stats(house.server, &stats);
	g_assert_cmpuint(stats.waiting, ==, 0);
	g_assert_cmpuint(stats.timed_out, ==, 1);
	close(fd);
	house_close(&house);
}

static void test_client_gone(void)
{
	House house = {0};
	HttpServerOptions options = usual(&house);
	house_open(&house, &options);

	for (int i = 0; i < 20; i++) {
		int fd = client_connect(port_of(&house));
		/* Half of them with a reset instead of a farewell. */
		struct linger reset = {1, 0};
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		client_send(fd, BYTES(GET_OF("/hold")));
		wait_for(&house.handled, (unsigned)i + 1);
		close(fd);
	}
	answer_held(&house);
	g_assert_cmpuint(atomic_load(&house.won), ==, 20);
	house_close(&house);
}

/* Who has only closed its sending half still gets its answer. */
static void test_half_closed(void)
{
	House house = {0};
	HttpServerOptions options = usual(&house);
	house_open(&house, &options);
	int fd = client_connect(port_of(&house));

	client_send(fd, BYTES(GET_OF("/wait/50")));
	shutdown(fd, SHUT_WR);
	g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
	g_assert_cmpint(reply->status, ==, 200);
	close(fd);
	house_close(&house);
}

typedef struct {
	House *house;
	pthread_t thread;
	unsigned ok, late, other;
} Racer;

/* Answers that come just as the time is up: each request gets exactly one. */
static void *race(void *data)
{
	Racer *racer = data;
	int fd = client_connect(port_of(racer->house));

	for (unsigned i = 0; i < 40; i++) {
		g_autofree char *bytes = g_strdup_printf("GET /wait/%d HTTP/1.1\r\nHost: a\r\n\r\n",
							 g_random_int_range(2, 34));
		client_send(fd, bytes, strlen(bytes));
		g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
		racer->ok += reply->status == 200;
		racer->late += reply->status == 503;
		racer->other += reply->status != 200 && reply->status != 503;
	}
	close(fd);
	return NULL;
}

static void test_race(void)
{
	House house = {0};
	HttpServerOptions options = usual(&house);
	Racer racers[4] = {0};
	unsigned ok = 0, late = 0;

	options.total_ms = 20;
	options.read_ms = options.idle_ms = 3000;
	house_open(&house, &options);
	for (gsize i = 0; i < G_N_ELEMENTS(racers); i++) {
		racers[i].house = &house;
		pthread_create(&racers[i].thread, NULL, race, &racers[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(racers); i++) {
		pthread_join(racers[i].thread, NULL);
		g_assert_cmpuint(racers[i].other, ==, 0);
		ok += racers[i].ok;
		late += racers[i].late;
	}
	g_test_message("%u answered, %u overdue", ok, late);
	house_close(&house);
	g_assert_cmpuint(ok + late, ==, 160);
	g_assert_cmpuint(ok, ==, atomic_load(&house.won));
	g_assert_cmpuint(late, ==, atomic_load(&house.lost));
	g_assert_cmpuint(ok, >, 0);
	g_assert_cmpuint(late, >, 0);
}

#define CROWD 2

static struct {
	atomic_uint arrived; /* spinning, so that they run into it together */
	HttpExchange *exchange;
	atomic_uint winners;
} crowd;

static void *answer_in_crowd(void *data)
{
	HttpResponse *response = http_response_text(200, "one");

	atomic_fetch_add(&crowd.arrived, 1);
	while (atomic_load(&crowd.arrived) < CROWD)
		continue;
	if (http_exchange_answer(crowd.exchange, response))
		atomic_fetch_add(&crowd.winners, 1);
	return NULL;
}

/* Worker, writer and deadline at the very same moment. */
static void test_crowd(void)
{
	House house = {0};
	HttpServerOptions options = usual(&house);
	options.read_ms = options.idle_ms = options.total_ms = 20000;
	house_open(&house, &options);
	int fd = client_connect(port_of(&house));

	for (unsigned round = 0; round < 300; round++) {
		pthread_t threads[CROWD];
		client_send(fd, BYTES(GET_OF("/hold")));
		wait_for(&house.handled, round + 1);
		pthread_mutex_lock(&house.lock);
		crowd.exchange = house.held[--house.n_held];
		pthread_mutex_unlock(&house.lock);
		atomic_store(&crowd.winners, 0);
		atomic_store(&crowd.arrived, 0);
		for (gsize i = 0; i < CROWD; i++)
			exchange_ref(crowd.exchange);
		for (gsize i = 0; i < CROWD; i++)
			pthread_create(&threads[i], NULL, answer_in_crowd, NULL);
		for (gsize i = 0; i < CROWD; i++)
			pthread_join(threads[i], NULL);
		g_assert_cmpuint(atomic_load(&crowd.winners), ==, 1);
		answer(&house, crowd.exchange, 200);
		g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
		g_assert_cmpstr(reply->body->str, ==, "one");
	}
	g_assert_cmpuint(atomic_load(&house.lost), ==, 300);
	close(fd);
	house_close(&house);
}

static void *ask_quickly(void *data)
{
	Racer *racer = data;

	for (unsigned i = 0; i < 100; i++) {
		g_autoptr(Reply) reply = client_ask(
			port_of(racer->house), BYTES("GET /wait/0 HTTP/1.1\r\nHost: a\r\n\r\n"));
		racer->ok += reply->status == 200;
	}
	return NULL;
}

/* The worker answers before, while and after the I/O thread goes to sleep over it. */
static void test_quick_answers(void)
{
	House house = {0};
	HttpServerOptions options = usual(&house);
	Racer racers[4] = {0};

	house_open(&house, &options);
	for (gsize i = 0; i < G_N_ELEMENTS(racers); i++) {
		racers[i].house = &house;
		pthread_create(&racers[i].thread, NULL, ask_quickly, &racers[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(racers); i++) {
		pthread_join(racers[i].thread, NULL);
		g_assert_cmpuint(racers[i].ok, ==, 100);
	}
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.won), ==, 400);
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
	HttpServerOptions options = usual(&house);
	pthread_t stopper;
	house_open(&house, &options);
	guint16 port = port_of(&house);
	int busy = client_connect(port), idle = client_connect(port);

	client_send(busy, BYTES(GET_OF("/wait/200")));
	wait_for(&house.handled, 1);
	pthread_create(&stopper, NULL, stop, &house);
	/* Nothing new is let in, what waits is closed, what is worked on gets its answer. */
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
	HttpServerOptions options = usual(&house);
	pthread_t stopper;
	options.total_ms = 60000;
	options.drain_ms = 200;
	house_open(&house, &options);
	int held = client_connect(port_of(&house)), slow = client_connect(port_of(&house));
	int reader = client_connect(port_of(&house));

	client_send(held, BYTES(GET_OF("/hold")));
	client_send(slow, BYTES("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"));
	client_send(reader, BYTES(GET_OF("/large")));
	wait_for(&house.handled, 2);
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
	answer_held(&house);
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
	int fd = client_connect(port_of(racer->house));
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
		HttpServerOptions options = usual(&house);
		Racer racers[4] = {0};
		house_open(&house, &options);
		for (gsize i = 0; i < G_N_ELEMENTS(racers); i++) {
			racers[i].house = &house;
			pthread_create(&racers[i].thread, NULL, ask_until_refused, &racers[i]);
		}
		wait_for(&house.handled, 8);
		g_usleep(LONG_ENOUGH);
		http_server_stop(house.server);
		house.server = NULL;
		for (gsize i = 0; i < G_N_ELEMENTS(racers); i++) {
			pthread_join(racers[i].thread, NULL);
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
	HttpServerOptions options = usual(&house);
	int fds[6];
	options.connections_per_address = 4;
	options.read_ms = options.idle_ms = options.total_ms = 10000;
	house_open(&house, &options);

	/* The oldest is at work, so the second oldest has to go. */
	fds[0] = client_connect_from(1, port_of(&house));
	client_send(fds[0], BYTES(GET_OF("/hold")));
	wait_for(&house.handled, 1);
	for (int i = 1; i < 4; i++)
		fds[i] = client_connect_from(1, port_of(&house));
	fds[4] = client_connect_from(2, port_of(&house));
	client_send(fds[4], BYTES(GET_OF("/")));
	g_autoptr(Reply) neighbour = client_read(fds[4], false, PATIENCE_MS);
	g_assert_cmpint(neighbour->status, ==, 200);
	fds[5] = client_connect_from(1, port_of(&house));
	g_assert_cmpint(client_byte(fds[1], PATIENCE_MS), ==, -1);
	for (int i = 2; i < 6; i++) {
		client_send(fds[i], BYTES(GET_OF("/")));
		g_autoptr(Reply) reply = client_read(fds[i], false, PATIENCE_MS);
		g_assert_cmpint(reply->status, ==, 200);
	}
	answer_held(&house);
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
	HttpServerOptions options = usual(&house);
	static int silent[300];
	options.connections = 50;
	options.connections_per_address = 40;
	options.read_ms = options.idle_ms = options.total_ms = 10000;
	house_open(&house, &options);

	for (gsize i = 0; i < G_N_ELEMENTS(silent); i++) {
		silent[i] = client_connect_from(1 + (unsigned)i % 20, port_of(&house));
		if (i % 30 != 0)
			continue;
		int fd = client_connect_from(99, port_of(&house));
		client_send(fd, BYTES(GET_OF("/wait/1")));
		g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
		g_assert_cmpint(reply->status, ==, 200);
		close(fd);
	}
	wait_for_connections(&house, 50);
	for (gsize i = 0; i < G_N_ELEMENTS(silent); i++)
		close(silent[i]);
	house_close(&house);
}

static void test_listen(void)
{
	static const char *const wrong[] = {
		"",
		":",
		"8443",
		"127.0.0.1",
		"127.0.0.1:",
		"localhost:1",
		"[::1]",
		"::1:80",
		"127.0.0.1:65536",
		"127.0.0.1:-1",
		"1.2.3:4x",
		"[::1:80",
		"[127.0.0.1]x:1",
		"203.0.113.7:0",
		"*",
		"127.0.0.1:0x50",
	};
	guint16 port = 0, again = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_cmpint(listen_open(wrong[i], &error), ==, -1);
		g_assert_true(error->domain == G_IO_ERROR);
		g_assert_nonnull(strstr(error->message, wrong[i]));
	}
	g_autoptr(GError) error = NULL;
	int fd = listen_open("127.0.0.1:0", &error);
	g_assert_no_error(error);
	g_autofree char *address = listen_address(fd, &port);
	g_assert_true(g_str_has_prefix(address, "127.0.0.1:"));
	g_assert_cmpint(listen_open(address, &error), ==, -1);
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
	close(fd);
	g_clear_error(&error);

	fd = listen_open("[::1]:0", &error);
	if (fd < 0) {
		g_test_message("no IPv6 here: %s", error->message);
		return;
	}
	g_autofree char *six = listen_address(fd, &again);
	g_assert_true(g_str_has_prefix(six, "[::1]:") && again > 0);
	close(fd);
}

static void test_peers(void)
{
	struct sockaddr_in6 one = {.sin6_family = AF_INET6}, two = one, mapped = one;
	struct sockaddr_in four = {.sin_family = AF_INET};

	inet_pton(AF_INET6, "2001:db8:1:2::1", &one.sin6_addr);
	inet_pton(AF_INET6, "2001:db8:1:2:ffff::2", &two.sin6_addr);
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &mapped.sin6_addr);
	inet_pton(AF_INET, "192.0.2.7", &four.sin_addr);
	g_autofree char *text = address_to_text((struct sockaddr *)&mapped);
	g_assert_cmpstr(text, ==, "192.0.2.7");
	g_assert_true(address_to_peer((struct sockaddr *)&one) ==
		      address_to_peer((struct sockaddr *)&two));
	g_assert_true(address_to_peer((struct sockaddr *)&mapped) ==
		      address_to_peer((struct sockaddr *)&four));
	inet_pton(AF_INET6, "2001:db8:1:3::1", &two.sin6_addr);
	g_assert_true(address_to_peer((struct sockaddr *)&one) !=
		      address_to_peer((struct sockaddr *)&two));
}

/* ---- TLS ---- */

static int run(const char *const *argv, char **output)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *complaint = NULL;
	int status = -1;

	g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output,
		     &complaint, &status, &error);
	g_assert_no_error(error);
	if (status != 0)
		g_test_message("%s", complaint);
	return status;
}

static GBytes *bytes_of(const char *path)
{
	char *text = NULL;
	gsize length = 0;

	g_assert_true(g_file_get_contents(path, &text, &length, NULL));
	return g_bytes_new_take(text, length);
}

static void make_certificate(const char *certificate, const char *key)
{
	const char *const argv[] = {"openssl",
				    "req",
				    "-x509",
				    "-newkey",
				    "ec",
				    "-pkeyopt",
				    "ec_paramgen_curve:P-256",
				    "-nodes",
				    "-days",
				    "2",
				    "-subj",
				    "/CN=idp.localhost",
				    "-addext",
				    "subjectAltName=DNS:idp.localhost",
				    "-out",
				    certificate,
				    "-keyout",
				    key,
				    NULL};

	g_assert_cmpint(run(argv, NULL), ==, 0);
}

static int tls_handshake(guint16 port, const char *version, const char *certificate)
{
	g_autofree char *at = g_strdup_printf("127.0.0.1:%u", port);
	const char *const argv[] = {"openssl",  "s_client",
				    "-connect", at,
				    "-CAfile",  certificate,
				    "-brief",   "-verify_return_error",
				    "-cipher",  "DEFAULT:@SECLEVEL=0",
				    version,    NULL};
	g_autofree char *output = NULL;

	return run(argv, &output);
}

static void test_tls(void)
{
	g_autofree char *folder = g_dir_make_tmp("http-XXXXXX", NULL);
	g_autofree char *certificate = g_build_filename(folder, "tls.crt", NULL);
	g_autofree char *key = g_build_filename(folder, "tls.key", NULL);
	g_autofree char *other = g_build_filename(folder, "other.key", NULL);
	g_autofree char *spare = g_build_filename(folder, "other.crt", NULL);
	House house = {0};
	HttpServerOptions options = usual(&house);
	g_autoptr(GError) error = NULL;

	make_certificate(certificate, key);
	make_certificate(spare, other);
	g_autoptr(GBytes) chain = bytes_of(certificate), private = bytes_of(key);
	g_autoptr(GBytes) foreign = bytes_of(other);
	options.tls_certificate = chain;
	g_assert_null(http_server_start(&options, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
	g_clear_error(&error);
	options.tls_key = foreign;
	g_assert_null(http_server_start(&options, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
	g_test_message("%s", error->message);

	options.tls_key = private;
	options.read_ms = options.idle_ms = 5000;
	house_open(&house, &options);
	g_autofree char *first =
		g_strdup_printf("https://idp.localhost:%u/wait/5", port_of(&house));
	g_autofree char *second = g_strdup_printf("https://idp.localhost:%u/", port_of(&house));
	g_autofree char *third = g_strdup_printf("https://idp.localhost:%u/x", port_of(&house));
	const char *const curl[] = {
		"curl",     "-q",        "-sS", "--http1.1",
		"--cacert", certificate, "-w",  "|%{http_code} %{num_connects} ",
		first,      second,      third, NULL};
	g_autofree char *output = NULL;
	g_assert_cmpint(run(curl, &output), ==, 0);
	/* One handshake, three answers. */
	g_assert_cmpstr(output, ==, "answered|200 1 answered|200 0 answered|200 0 ");

	g_assert_cmpint(tls_handshake(port_of(&house), "-tls1_3", certificate), ==, 0);
	g_assert_cmpint(tls_handshake(port_of(&house), "-tls1_2", certificate), ==, 0);
	g_assert_cmpint(tls_handshake(port_of(&house), "-tls1_1", certificate), !=, 0);

	/* Plain HTTP to it is closed, and one that never ends its handshake is, too. */
	g_autoptr(Reply) plain = client_ask(port_of(&house), BYTES(GET_OF("/")));
	g_assert_cmpint(plain->status, ==, 0);
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.sent), ==, 3);

	g_unlink(certificate);
	g_unlink(key);
	g_unlink(spare);
	g_unlink(other);
	g_rmdir(folder);
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
	g_test_add_func("/http-server/overdue", test_overdue);
	g_test_add_func("/http-server/client-gone", test_client_gone);
	g_test_add_func("/http-server/half-closed", test_half_closed);
	g_test_add_func("/http-server/race", test_race);
	g_test_add_func("/http-server/crowd", test_crowd);
	g_test_add_func("/http-server/quick-answers", test_quick_answers);
	g_test_add_func("/http-server/stop/waits", test_stop_waits);
	g_test_add_func("/http-server/stop/gives-up", test_stop_gives_up);
	g_test_add_func("/http-server/stop/under-load", test_stop_under_load);
	g_test_add_func("/http-server/cap/per-address", test_cap_per_address);
	g_test_add_func("/http-server/cap/all", test_cap);
	g_test_add_func("/http-server/listen", test_listen);
	g_test_add_func("/http-server/peers", test_peers);
	g_test_add_func("/http-server/tls", test_tls);
	return g_test_run();
}
