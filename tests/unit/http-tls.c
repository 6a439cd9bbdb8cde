/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* HTTPS: what the server starts with, which versions it speaks, and that a connection is kept. */
#include <gio/gio.h>
#include <glib/gstdio.h>

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

	/* Plain HTTP to it is closed, and one that never ends its handshake is, too. */
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-server/tls", test_tls);
	return g_test_run();
}
