/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/response.h"

#include <string.h>

static void test_defaults(void)
{
	static const struct {
		const char *name, *value;
	} want[] = {
		{"cache-control", "no-store"},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Referrer-Policy", "same-origin"},
		{"Content-Security-Policy",
		 "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"},
		{"Content-Type", "text/html; charset=utf-8"},
	};
	g_autoptr(HttpResponse) response = http_response_html(200, g_strdup("<p>hej"), NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(want); i++)
		g_assert_cmpstr(http_response_get(response, want[i].name), ==, want[i].value);
	g_assert_cmpuint(g_bytes_get_size(response->body), ==, 6);
}

static void test_set(void)
{
	g_autoptr(HttpResponse) response = http_response_html(200, g_strdup(""), "default-src x");
	guint before = response->headers->len;

	g_assert_cmpstr(http_response_get(response, "Content-Security-Policy"), ==,
			"default-src x");
	http_response_set(response, "cache-control", "max-age=60");
	g_assert_cmpuint(response->headers->len, ==, before);
	g_assert_cmpstr(http_response_get(response, "Cache-Control"), ==, "max-age=60");
	http_response_add(response, "Set-Cookie", "a=b");
	http_response_add(response, "Set-Cookie", "c=d");
	g_assert_cmpuint(response->headers->len, ==, before + 2);
	g_assert_null(http_response_get(response, "Location"));
}

static void test_redirect(void)
{
	g_autoptr(HttpResponse) response = http_response_redirect("/login?a=b");

	g_assert_cmpuint(response->status, ==, 303);
	g_assert_cmpstr(http_response_get(response, "Location"), ==, "/login?a=b");
	g_assert_cmpuint(g_bytes_get_size(response->body), ==, 0);
}

static const struct {
	const char *path, *name, *value;
} unsound[] = {
	{"/http-response/line-feed", "X-A", "a\nSet-Cookie: b"},
	{"/http-response/carriage-return", "X-A", "a\rSet-Cookie: b"},
	{"/http-response/tab", "X-A", "a\tb"},
	{"/http-response/colon-in-name", "X-A: b\r\nX", "a"},
	{"/http-response/empty-name", "", "a"},
};

static void test_unsound(gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE(data);

	if (g_test_subprocess()) {
		g_autoptr(HttpResponse) response = http_response_new(200, NULL, NULL);
		http_response_set(response, unsound[i].name, unsound[i].value);
		return;
	}
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_failed();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-response/defaults", test_defaults);
	g_test_add_func("/http-response/set", test_set);
	g_test_add_func("/http-response/redirect", test_redirect);
	for (gsize i = 0; i < G_N_ELEMENTS(unsound); i++)
		g_test_add_data_func(unsound[i].path, GSIZE_TO_POINTER(i), test_unsound);
	return g_test_run();
}
