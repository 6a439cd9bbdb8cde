/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who asks, where a proxy stands in front: the header by itself, and through a real listener. */
#include "idp/http/forwarded.h"

#include <gio/gio.h>

#include "idp/http/listen.h"
#include "tests/unit/http-fixture.h"

static TrustedProxies *proxies_of(const char *list)
{
	g_auto(GStrv) texts = g_strsplit(list, " ", -1);
	g_autoptr(GError) error = NULL;
	TrustedProxies *proxies = trusted_proxies_new((const char *const *)texts, &error);

	g_assert_no_error(error);
	return proxies;
}

static void test_lists(void)
{
	static const char *const bad[] = {
		"proxy.example", "",           "10.0.0.1/8", "0.0.0.0/0",   "::/0",
		"10.0.0.0/33",   "10.0.0.0/x", "10/8",       "127.0.0.1 ",  "fe80::1%lo",
		"10.0.0.0/",     "010.0.0.1",  "[::1]",      "127.0.0.1:80"};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		const char *const list[] = {"127.0.0.1", bad[i], NULL};
		g_autoptr(GError) error = NULL;
		g_test_message("%s", bad[i]);
		g_assert_null(trusted_proxies_new(list, &error));
		g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
		g_assert_nonnull(strstr(error->message, bad[i]));
	}
}

static void test_include(void)
{
	static const struct {
		const char *list, *address;
		bool want;
	} table[] = {
		{"127.0.0.1", "127.0.0.1", true},        {"127.0.0.1", "127.0.0.2", false},
		{"10.0.0.0/8", "10.255.0.1", true},      {"10.0.0.0/8", "11.0.0.1", false},
		{"10.0.0.0/8", "::ffff:10.1.2.3", true}, {"::1", "::1", true},
		{"::1 10.0.0.0/8", "10.0.0.1", true},    {"fd00::/8", "fd12::1", true},
		{"fd00::/8", "fe80::1", false},          {"::1", "127.0.0.1", false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TrustedProxies) proxies = proxies_of(table[i].list);
		struct sockaddr_in6 six = {.sin6_family = AF_INET6};
		struct sockaddr_in four = {.sin_family = AF_INET};
		bool is_six = inet_pton(AF_INET6, table[i].address, &six.sin6_addr) == 1;
		if (!is_six)
			inet_pton(AF_INET, table[i].address, &four.sin_addr);
		g_test_message("%s in %s", table[i].address, table[i].list);
		g_assert_true(trusted_proxies_include(proxies, is_six ? (struct sockaddr *)&six
								      : (struct sockaddr *)&four) ==
			      table[i].want);
	}
	g_autoptr(TrustedProxies) none = trusted_proxies_new(NULL, NULL);
	struct sockaddr_in loopback = {.sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	g_assert_false(trusted_proxies_include(none, (struct sockaddr *)&loopback));
}

/* With 127.0.0.1, ::1 and 10.0.0.0/8 as proxies. `want` NULL: refused. */
static const struct {
	const char *value, *want;
} values[] = {
	{"203.0.113.7", "203.0.113.7"},
	{" 203.0.113.7\t", "203.0.113.7"},
	{"203.0.113.7:4711", "203.0.113.7"},
	{"2001:db8::1", "2001:db8::1"},
	{"2001:DB8:0:0::1", "2001:db8::1"},
	{"[2001:db8::1]", "2001:db8::1"},
	{"[2001:db8::1]:4711", "2001:db8::1"},
	{"::ffff:203.0.113.7", "203.0.113.7"},
	/* the last that is no proxy; what stands before it may be made up */
	{"203.0.113.7, 198.51.100.9", "198.51.100.9"},
	{"203.0.113.7, 10.1.2.3", "203.0.113.7"},
	{"203.0.113.7,10.1.2.3,::1 , 127.0.0.1", "203.0.113.7"},
	{"127.0.0.1, 198.51.100.9, 10.1.2.3", "198.51.100.9"},
	{"<script>, 198.51.100.9", "198.51.100.9"},
	{",,, 198.51.100.9", "198.51.100.9"},
	{"203.0.113.7, ::ffff:10.1.2.3", "203.0.113.7"},
	/* proxies only: the first of them asks */
	{"127.0.0.1", "127.0.0.1"},
	{"10.9.9.9, 127.0.0.1", "10.9.9.9"},
	{"1.1.1.1, 10.0.0.7, 10.0.0.6, 10.0.0.5, 10.0.0.4, 10.0.0.3, 10.0.0.2, 10.0.0.1",
	 "1.1.1.1"},
	{"1.1.1.1, 10.0.0.8, 10.0.0.7, 10.0.0.6, 10.0.0.5, 10.0.0.4, 10.0.0.3, 10.0.0.2, 10.0.0.1",
	 NULL},
	{"", NULL},
	{" ", NULL},
	{",", NULL},
	{"203.0.113.7,", NULL},
	{"203.0.113.7, ", NULL},
	{"203.0.113.7, , 127.0.0.1", NULL},
	{"unknown", NULL},
	{"_hidden", NULL},
	{"client.example", NULL},
	{"localhost", NULL},
	{"203.0.113", NULL},
	{"203.0.113.7.1", NULL},
	{"203.0.113.256", NULL},
	{"0203.0.113.7", NULL},
	{"0xcb.0.113.7", NULL},
	{"3405803783", NULL},
	{"203.0.113.7 198.51.100.9", NULL},
	{"203.0.113.7; 198.51.100.9", NULL},
	{"203.0.113.7:", NULL},
	{"203.0.113.7:port", NULL},
	{"203.0.113.7:123456", NULL},
	{"\"203.0.113.7\"", NULL},
	{"for=203.0.113.7", NULL},
	{"203.0.113.0/24", NULL},
	{"[203.0.113.7]", NULL},
	{"[2001:db8::1", NULL},
	{"2001:db8::1]", NULL},
	{"[2001:db8::1]4711", NULL},
	{"[2001:db8::1]:", NULL},
	{"[[2001:db8::1]]", NULL},
	{"[]", NULL},
	{"fe80::1%eth0", NULL},
	{"2001:db8:::1", NULL},
	{"-1", NULL},
};

static void test_values(void)
{
	g_autoptr(TrustedProxies) proxies = proxies_of("127.0.0.1 ::1 10.0.0.0/8");

	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autoptr(GError) error = NULL;
		PeerAddress client;
		bool got = forwarded_client(proxies, values[i].value, &client, &error);
		g_test_message("%s", values[i].value);
		g_assert_true(got == (values[i].want != NULL));
		if (!got) {
			g_assert_error(error, HTTP_ERROR, 400);
			continue;
		}
		g_autofree char *text = address_to_text(&client.any);
		g_assert_cmpstr(text, ==, values[i].want);
	}
}

/* Answers with who asks. */
static void tell(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	g_autofree char *text =
		g_strdup_printf("%s %" G_GINT64_MODIFIER "x", request->address, request->peer);

	http_exchange_answer(exchange, http_response_text(200, text));
}

static HttpServer *start(const char *const *proxies)
{
	HttpServerOptions options = {.listen = "127.0.0.1:0",
				     .handler = tell,
				     .trusted_proxies = proxies,
				     .connections_per_address = 2};
	g_autoptr(GError) error = NULL;
	HttpServer *server = http_server_start(&options, &error);

	g_assert_no_error(error);
	return server;
}

static Reply *ask_from(HttpServer *server, unsigned host, const char *headers)
{
	g_autofree char *bytes = g_strdup_printf("GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", headers);
	int fd = client_connect_from(host, http_server_port(server));

	client_send(fd, bytes, strlen(bytes));
	Reply *reply = client_read(fd, false, PATIENCE_MS);
	close(fd);
	return reply;
}

static void test_listener(void)
{
	static const char *const proxies[] = {"127.0.0.2", "10.0.0.0/8", NULL};
	static const struct {
		unsigned from; /* 127.0.0.N */
		const char *headers, *want;
	} table[] = {
		{1, "", "127.0.0.1 7f000001"},
		{1, "X-Forwarded-For: 203.0.113.7\r\n", "127.0.0.1 7f000001"},
		{1, "X-Forwarded-For: junk\r\nX-Forwarded-For: 10.0.0.1\r\n", "127.0.0.1 7f000001"},
		{2, "", "127.0.0.2 7f000002"},
		{2, "x-forwarded-for: 203.0.113.7\r\n", "203.0.113.7 cb007107"},
		{2, "X-Forwarded-For: 198.51.100.9, 203.0.113.7, 10.0.0.1\r\n",
		 "203.0.113.7 cb007107"},
		{2, "X-Forwarded-For: 2001:db8:1:2::3\r\n", "2001:db8:1:2::3 "},
		{2, "X-Forwarded-For: junk\r\n", NULL},
		{2, "X-Forwarded-For:\r\n", NULL},
		{2, "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 203.0.113.7\r\n", NULL},
		{2, "Forwarded: for=203.0.113.7\r\nX-Real-IP: 203.0.113.7\r\n",
		 "127.0.0.2 7f000002"},
	};
	HttpServer *server = start(proxies);

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(Reply) reply = ask_from(server, table[i].from, table[i].headers);
		g_test_message("%s", table[i].headers);
		g_assert_cmpint(reply->status, ==, table[i].want ? 200 : 400);
		if (table[i].want)
			g_assert_true(g_str_has_prefix(reply->body->str, table[i].want));
	}
	http_server_stop(server);
}

/* The cap per address is for clients; a proxy may hold as many connections as it needs. */
static void test_no_cap(void)
{
	static const char *const proxies[] = {"127.0.0.2", NULL};
	HttpServer *server = start(proxies);
	int fds[8];
	HttpStats stats;

	for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
		fds[i] = client_connect_from(2, http_server_port(server));
	for (gsize i = 0; i < G_N_ELEMENTS(fds); i++) {
		client_send(fds[i], BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
		g_autoptr(Reply) reply = client_read(fds[i], false, PATIENCE_MS);
		g_assert_cmpint(reply->status, ==, 200);
		close(fds[i]);
	}
	http_server_stats(server, &stats);
	g_assert_cmpuint(stats.evicted, ==, 0);
	http_server_stop(server);
}

static void test_bad_proxy(void)
{
	static const char *const proxies[] = {"everybody", NULL};
	HttpServerOptions options = {
		.listen = "127.0.0.1:0", .handler = tell, .trusted_proxies = proxies};
	g_autoptr(GError) error = NULL;

	g_assert_null(http_server_start(&options, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-forwarded/lists", test_lists);
	g_test_add_func("/http-forwarded/include", test_include);
	g_test_add_func("/http-forwarded/values", test_values);
	g_test_add_func("/http-forwarded/listener", test_listener);
	g_test_add_func("/http-forwarded/no-cap", test_no_cap);
	g_test_add_func("/http-forwarded/bad-proxy", test_bad_proxy);
	return g_test_run();
}
