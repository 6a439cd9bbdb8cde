/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The life of an exchange: who answers it, whoever else tries, whether or not the client stays. */
#include "idp/http/exchange.h"

#include "tests/unit/http-fixture.h"

static void test_overdue(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	house_open(&house, &options);
	int fd = client_connect(house_port(&house));
	HttpStats stats;

	client_send(fd, BYTES(GET_OF("/hold")));
	house_wait(&house.handled, 1);
	http_server_stats(house.server, &stats);
	g_assert_cmpuint(stats.waiting, ==, 1);
	g_assert_true(http_exchange_is_open(house.held[0]));
	g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
	g_assert_cmpint(reply->status, ==, 503);
	g_assert_nonnull(strstr(reply->body->str, "reference: "));
	g_assert_false(http_exchange_is_open(house.held[0]));
	/* The request is still there for who works on it, and the connection serves on. */
	g_assert_cmpstr(http_exchange_request(house.held[0])->path, ==, "/hold");
	house_answer_held(&house);
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

/* A password is in it: the library's buffer would keep it as long as the visit lasts. */
static void test_body_leaves_nothing(void)
{
	ExchangeHub *hub = exchange_hub_new();
	HttpExchange *exchange = exchange_new(hub, NULL, NULL, "/login");
	char piece[] = "password=katten";
	const char nothing[sizeof piece] = {0};

	exchange_expect_body(exchange, 100);
	exchange_take_body(exchange, piece, strlen(piece));
	g_assert_cmpmem(piece, sizeof piece, nothing, sizeof nothing);
	g_assert_cmpmem(exchange->body->data, 15, "password=katten", 15);
	exchange_unref(exchange);
	exchange_hub_unref(hub);
}

static void test_client_gone(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	house_open(&house, &options);

	for (int i = 0; i < 20; i++) {
		int fd = client_connect(house_port(&house));
		/* Half of them with a reset instead of a farewell. */
		struct linger reset = {1, 0};
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		client_send(fd, BYTES(GET_OF("/hold")));
		house_wait(&house.handled, (unsigned)i + 1);
		close(fd);
	}
	house_answer_held(&house);
	g_assert_cmpuint(atomic_load(&house.won), ==, 20);
	house_close(&house);
}

/* Who has only closed its sending half still gets its house_answer. */
static void test_half_closed(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	house_open(&house, &options);
	int fd = client_connect(house_port(&house));

	client_send(fd, BYTES(GET_OF("/wait/50")));
	shutdown(fd, SHUT_WR);
	g_autoptr(Reply) reply = client_read(fd, false, PATIENCE_MS);
	g_assert_cmpint(reply->status, ==, 200);
	close(fd);
	house_close(&house);
}

/* Answers that come just as the time is up: each request gets exactly one. */
static void *race(void *data)
{
	Racer *racer = data;
	int fd = client_connect(house_port(racer->house));

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
	HttpServerOptions options = house_options(&house);
	Racer racers[RACERS] = {0};
	unsigned ok = 0, late = 0;

	options.total_ms = 20;
	options.read_ms = options.idle_ms = 3000;
	house_open(&house, &options);
	racers_start(racers, &house, race);
	racers_join(racers);
	for (gsize i = 0; i < RACERS; i++) {
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
	HttpServerOptions options = house_options(&house);
	options.read_ms = options.idle_ms = options.total_ms = 20000;
	house_open(&house, &options);
	int fd = client_connect(house_port(&house));

	for (unsigned round = 0; round < 300; round++) {
		pthread_t threads[CROWD];
		client_send(fd, BYTES(GET_OF("/hold")));
		house_wait(&house.handled, round + 1);
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
		house_answer(&house, crowd.exchange, 200);
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
			house_port(racer->house), BYTES("GET /wait/0 HTTP/1.1\r\nHost: a\r\n\r\n"));
		racer->ok += reply->status == 200;
	}
	return NULL;
}

/* The worker answers before, while and after the I/O thread goes to sleep over it. */
static void test_quick_answers(void)
{
	House house = {0};
	HttpServerOptions options = house_options(&house);
	Racer racers[RACERS] = {0};

	house_open(&house, &options);
	racers_start(racers, &house, ask_quickly);
	racers_join(racers);
	for (gsize i = 0; i < RACERS; i++) {
		g_assert_cmpuint(racers[i].ok, ==, 100);
	}
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.won), ==, 400);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-exchange/body-leaves-nothing", test_body_leaves_nothing);
	g_test_add_func("/http-server/overdue", test_overdue);
	g_test_add_func("/http-server/client-gone", test_client_gone);
	g_test_add_func("/http-server/half-closed", test_half_closed);
	g_test_add_func("/http-server/race", test_race);
	g_test_add_func("/http-server/crowd", test_crowd);
	g_test_add_func("/http-server/quick-answers", test_quick_answers);
	return g_test_run();
}
