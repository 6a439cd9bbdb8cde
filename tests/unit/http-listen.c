/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a server may listen, and who a peer is. */
#include "idp/http/listen.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

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

static void test_hosts(void)
{
	static const struct {
		const char *spec, *hosts; /* NULL: refused */
	} cases[] = {
		{"127.0.0.1:9464", "127.0.0.1:9464 localhost:9464"},
		{"127.1.2.3:09464", "127.1.2.3:9464 localhost:9464"},
		{"[::1]:9464", "[::1]:9464 localhost:9464"},
		{"[0:0::0:1]:9464", "[::1]:9464 localhost:9464"},
		{"192.0.2.7:80", "192.0.2.7:80 192.0.2.7"},
		{"[2001:db8::1]:9464", "[2001:db8::1]:9464"},
		{"*:9464", NULL},
		{"0.0.0.0:9464", NULL},
		{"[::]:9464", NULL},
		{"127.0.0.1:0", NULL},
		{"127.0.0.1:65536", NULL},
		{"127.0.0.1", NULL},
		{"9464", NULL},
		{"localhost:9464", NULL},
		{"", NULL},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(GStrv) hosts = listen_hosts(cases[i].spec, &error);
		g_autofree char *text = hosts ? g_strjoinv(" ", hosts) : NULL;
		g_assert_cmpstr(text, ==, cases[i].hosts);
		if (!hosts)
			g_assert_nonnull(strstr(error->message, cases[i].spec));
	}
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-server/listen", test_listen);
	g_test_add_func("/http-server/hosts", test_hosts);
	g_test_add_func("/http-server/peers", test_peers);
	return g_test_run();
}
