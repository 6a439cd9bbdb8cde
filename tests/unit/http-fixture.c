/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/http-fixture.h"

void house_answer(House *house, HttpExchange *exchange, unsigned status)
{
	bool won = http_exchange_answer(exchange, http_response_text(status, "answered"));

	atomic_fetch_add(won ? &house->won : &house->lost, 1);
}

/* /wait/MS */
static void work(void *job, void *worker, void *user)
{
	HttpExchange *exchange = job;
	const char *path = http_exchange_request(exchange)->path;

	g_usleep((gulong)g_ascii_strtoull(path + strlen("/wait/"), NULL, 10) * 1000);
	house_answer(user, exchange, 200);
}

static void handle(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	House *house = user;

	g_assert_cmpstr(request->address, !=, "");
	g_assert_true(http_exchange_request(exchange) == request);
	g_assert_true(http_exchange_deadline(exchange) >= request->received);
	if (g_str_has_prefix(request->path, "/wait/")) {
		if (!pool_push(house->pool, exchange, POOL_FIRST, 0))
			house_answer(house, exchange, 503);
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
		house_answer(house, exchange, 200);
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

HttpServerOptions house_options(House *house)
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

void house_open(House *house, const HttpServerOptions *options)
{
	PoolOptions pool = {"answers", 4, MOST_HELD, NULL, NULL, work, house};
	g_autoptr(GError) error = NULL;

	pthread_mutex_init(&house->lock, NULL);
	house->pool = pool_new(&pool, &error);
	g_assert_no_error(error);
	house->server = http_server_start(options, &error);
	g_assert_no_error(error);
}

void house_answer_held(House *house)
{
	pthread_mutex_lock(&house->lock);
	for (unsigned i = 0; i < house->n_held; i++)
		house_answer(house, house->held[i], 200);
	house->n_held = 0;
	pthread_mutex_unlock(&house->lock);
}

void house_close(House *house)
{
	if (house->server)
		http_server_stop(house->server);
	pool_free(house->pool);
	house_answer_held(house);
	pthread_mutex_destroy(&house->lock);
}

guint16 house_port(House *house)
{
	return http_server_port(house->server);
}

void house_wait(atomic_uint *counter, unsigned want)
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

void house_wait_connections(House *house, unsigned most)
{
	gint64 patience = g_get_monotonic_time() + PATIENCE_MS * 1000;

	while (open_connections(house) > most) {
		g_assert_cmpint(g_get_monotonic_time(), <, patience);
		g_usleep(1000);
	}
}

int house_connect(House *house, unsigned host)
{
	gint64 patience = g_get_monotonic_time() + PATIENCE_MS * 1000;
	HttpStats before, now;

	http_server_stats(house->server, &before);
	int fd = client_connect_from(host, house_port(house));
	for (;;) {
		http_server_stats(house->server, &now);
		if (now.accepted > before.accepted)
			return fd;
		g_assert_cmpint(g_get_monotonic_time(), <, patience);
		g_usleep(1000);
	}
}

void racers_start(Racer *racers, House *house, void *(*run)(void *racer))
{
	for (gsize i = 0; i < RACERS; i++) {
		racers[i].house = house;
		g_assert_cmpint(pthread_create(&racers[i].thread, NULL, run, &racers[i]), ==, 0);
	}
}

void racers_join(Racer *racers)
{
	for (gsize i = 0; i < RACERS; i++)
		pthread_join(racers[i].thread, NULL);
}
