/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* HTTPS: what the server starts with, which versions it speaks, and that a connection is kept. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gnutls/gnutls.h>

#include "idp/http/tls.h"
#include "tests/unit/http-fixture.h"

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
	HttpServerOptions options = house_options(&house);
	g_autoptr(GError) error = NULL;

	make_certificate(certificate, key);
	make_certificate(spare, other);
	g_autoptr(GBytes) chain = bytes_of(certificate), private = bytes_of(key);
	g_autoptr(GBytes) foreign = bytes_of(other);
	/* a monitor is told when the leaf ends, whatever follows it */
	gint64 left = tls_certificate_end(chain) - g_get_real_time() / G_USEC_PER_SEC;
	g_assert_cmpint(left, >, 2 * 86400 - 600);
	g_assert_cmpint(left, <=, 2 * 86400 + 1);
	g_assert_cmpint(tls_certificate_end(private), ==, 0);
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
		g_strdup_printf("https://idp.localhost:%u/wait/5", house_port(&house));
	g_autofree char *second = g_strdup_printf("https://idp.localhost:%u/", house_port(&house));
	g_autofree char *third = g_strdup_printf("https://idp.localhost:%u/x", house_port(&house));
	const char *const curl[] = {
		"curl",     "-q",        "-sS", "--http1.1",
		"--cacert", certificate, "-w",  "|%{http_code} %{num_connects} ",
		first,      second,      third, NULL};
	g_autofree char *output = NULL;
	g_assert_cmpint(run(curl, &output), ==, 0);
	/* One handshake, three answers. */
	g_assert_cmpstr(output, ==, "answered|200 1 answered|200 0 answered|200 0 ");

	g_assert_cmpint(tls_handshake(house_port(&house), "-tls1_3", certificate), ==, 0);
	g_assert_cmpint(tls_handshake(house_port(&house), "-tls1_2", certificate), ==, 0);
	g_assert_cmpint(tls_handshake(house_port(&house), "-tls1_1", certificate), !=, 0);

	/* Plain HTTP to it is closed. */
	g_autoptr(Reply) plain = client_ask(house_port(&house), BYTES(GET_OF("/")));
	g_assert_cmpint(plain->status, ==, 0);
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.sent), ==, 3);

	g_unlink(certificate);
	g_unlink(key);
	g_unlink(spare);
	g_unlink(other);
	g_rmdir(folder);
}

/* ---- clients that do not end ---- */

static GBytes *own_chain, *own_key;

static void make_own(void)
{
	g_autofree char *folder = g_dir_make_tmp("http-XXXXXX", NULL);
	g_autofree char *certificate = g_build_filename(folder, "tls.crt", NULL);
	g_autofree char *key = g_build_filename(folder, "tls.key", NULL);

	make_certificate(certificate, key);
	own_chain = bytes_of(certificate);
	own_key = bytes_of(key);
	g_unlink(certificate);
	g_unlink(key);
	g_rmdir(folder);
}

static void house_open_tls(House *house)
{
	HttpServerOptions options = house_options(house);

	options.tls_certificate = own_chain;
	options.tls_key = own_key;
	house_open(house, &options);
}

typedef struct {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
} TlsClient;

static TlsClient tls_open(guint16 port, const char *priorities)
{
	TlsClient client = {.fd = client_connect(port)};

	gnutls_certificate_allocate_credentials(&client.credentials);
	gnutls_init(&client.session, GNUTLS_CLIENT);
	gnutls_priority_set_direct(client.session, priorities, NULL);
	gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, client.credentials);
	gnutls_transport_set_int(client.session, client.fd);
	gnutls_handshake_set_timeout(client.session, PATIENCE_MS);
	g_assert_cmpint(gnutls_handshake(client.session), ==, GNUTLS_E_SUCCESS);
	return client;
}

static void tls_close(TlsClient *client)
{
	gnutls_deinit(client->session);
	gnutls_certificate_free_credentials(client->credentials);
	close(client->fd);
}

/* Ends with the server's closing, in the time that a request has to be read. */
static void expect_given_up(House *house, int fd, gint64 began, unsigned timed_out)
{
	HttpStats stats;

	/* one that has not been accepted yet is not open either */
	do {
		g_usleep(1000);
		http_server_stats(house->server, &stats);
		g_assert_cmpint(g_get_monotonic_time() - began, <, PATIENCE_MS * 1000);
	} while (stats.accepted < timed_out);
	house_wait_connections(house, 0);
	g_assert_cmpint(g_get_monotonic_time() - began, >, (READ_MS - 50) * 1000);
	while (client_byte(fd, PATIENCE_MS) >= 0)
		continue;
	http_server_stats(house->server, &stats);
	g_assert_cmpuint(stats.timed_out, ==, timed_out);
	g_assert_cmpuint(stats.requests, ==, 0);
}

static unsigned open_now(House *house)
{
	HttpStats stats;

	http_server_stats(house->server, &stats);
	return stats.connections;
}

/* A handshake is part of the first request's time, silent or dripping. */
static void test_endless_handshake(void)
{
	static const char hello[] = "\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03";
	House house = {0};
	house_open_tls(&house);
	gint64 began = g_get_monotonic_time();
	int silent = client_connect(house_port(&house));

	expect_given_up(&house, silent, began, 1);
	close(silent);
	began = g_get_monotonic_time();
	int dripping = client_connect(house_port(&house));
	client_send(dripping, BYTES(hello));
	do {
		client_send(dripping, "a", 1);
		g_usleep(40 * 1000);
		g_assert_cmpint(g_get_monotonic_time() - began, <, PATIENCE_MS * 1000);
	} while (open_now(&house) > 0);
	expect_given_up(&house, dripping, began, 2);
	close(dripping);
	house_close(&house);
}

/* A byte in each record. */
static void test_dripping_records(void)
{
	House house = {0};
	house_open_tls(&house);
	gint64 began = g_get_monotonic_time();
	TlsClient client = tls_open(house_port(&house), "NORMAL");

	gnutls_record_send(client.session, BYTES("GET / HTTP/1.1\r\nHost: a\r\nX: "));
	do {
		gnutls_record_send(client.session, "a", 1);
		g_usleep(40 * 1000);
		g_assert_cmpint(g_get_monotonic_time() - began, <, PATIENCE_MS * 1000);
	} while (open_now(&house) > 0);
	expect_given_up(&house, client.fd, began, 1);
	tls_close(&client);
	house_close(&house);
}

/* Who asks for 32 MiB and takes nothing. */
static void test_slow_tls_reader(void)
{
	House house = {0};
	house_open_tls(&house);
	TlsClient client = tls_open(house_port(&house), "NORMAL");

	gnutls_record_send(client.session, BYTES(GET_OF("/large")));
	house_wait(&house.unsent, 1);
	house_wait_connections(&house, 0);
	tls_close(&client);
	house_close(&house);
	g_assert_cmpuint(atomic_load(&house.sent), ==, 0);
}

/* TLS 1.2 lets a client begin again and again, which costs us more than it costs him: who tries is
 * refused, and what he sends afterwards is no request. */
static void test_renegotiation(void)
{
	House house = {0};
	house_open_tls(&house);
	TlsClient client = tls_open(house_port(&house), "NORMAL:-VERS-ALL:+VERS-TLS1.2");

	gnutls_record_send(client.session, BYTES(GET_OF("/")));
	house_wait(&house.sent, 1);
	gnutls_handshake_set_timeout(client.session, 2000);
	g_assert_cmpint(gnutls_handshake(client.session), !=, GNUTLS_E_SUCCESS);
	house_wait_connections(&house, 0);
	g_assert_cmpuint(atomic_load(&house.handled), ==, 1);
	tls_close(&client);
	house_close(&house);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	make_own();
	g_test_add_func("/http-server/tls", test_tls);
	g_test_add_func("/http-server/tls/endless-handshake", test_endless_handshake);
	g_test_add_func("/http-server/tls/dripping-records", test_dripping_records);
	g_test_add_func("/http-server/tls/slow-reader", test_slow_tls_reader);
	g_test_add_func("/http-server/tls/renegotiation", test_renegotiation);
	int result = g_test_run();
	g_bytes_unref(own_chain);
	g_bytes_unref(own_key);
	return result;
}
