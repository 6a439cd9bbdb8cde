/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/cookie.h"

#include <string.h>

#include "idp/limits.h"

static const struct {
	const char *name, *header, *want;
} cases[] = {
	{"alone", "__Host-s=abc", "abc"},
	{"first", "__Host-s=abc; x=y", "abc"},
	{"last", "x=y; __Host-s=abc", "abc"},
	{"without space", "x=y;__Host-s=abc;z=1", "abc"},
	{"equals in value", "__Host-s=a=b==", "a=b=="},
	{"foreign junk beside it", "x=\"a b\",; y; =z; ;; __Host-s=abc", "abc"},
	{"semicolon last", "__Host-s=abc;", "abc"},

	{"no header", NULL, NULL},
	{"empty header", "", NULL},
	{"other case", "__host-s=abc", NULL},
	{"prefix of ours", "__Host-=abc", NULL},
	{"longer than ours", "__Host-s2=abc", NULL},
	{"name inside another value", "x=__Host-s=abc", NULL},
	{"no equals", "__Host-s", NULL},
	{"space before equals", "__Host-s =abc", NULL},
	{"empty value", "__Host-s=", NULL},
	{"twice", "__Host-s=abc; __Host-s=def", NULL},
	{"twice the same", "__Host-s=abc; __Host-s=abc", NULL},
	{"second empty", "__Host-s=abc; __Host-s=", NULL},
	{"quoted", "__Host-s=\"abc\"", NULL},
	{"comma", "__Host-s=a,b", NULL},
	{"space inside", "__Host-s=a b", NULL},
	{"space after", "__Host-s=abc ; x=y", NULL},
	{"backslash", "__Host-s=a\\b", NULL},
	{"byte past ascii", "__Host-s=\xc3\xa5", NULL},
	{"control character", "__Host-s=a\x01", NULL},
};

static void test_get(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(HttpRequest) request = http_request_new(HTTP_GET, "/");
		request->cookies = g_strdup(cases[i].header);
		g_autofree char *got = cookie_get(request, "__Host-s");
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(got, ==, cases[i].want);
	}
}

static void test_bounds(void)
{
	g_autoptr(HttpRequest) request = http_request_new(HTTP_GET, "/");
	g_autoptr(GString) many = g_string_new(NULL);

	for (int i = 0; i < LIMIT_HTTP_COOKIES; i++)
		g_string_append(many, "a=b; ");
	g_string_append(many, "__Host-s=abc");
	request->cookies = g_strdup(many->str);
	g_assert_null(cookie_get(request, "__Host-s"));
	g_free(request->cookies);
	request->cookies = g_strdup(many->str + 5);
	g_autofree char *got = cookie_get(request, "__Host-s");
	g_assert_cmpstr(got, ==, "abc");

	g_autofree char *filler = g_strnfill(LIMIT_HTTP_COOKIE_HEADER, 'x');
	g_free(request->cookies);
	request->cookies = g_strconcat("__Host-s=abc; y=", filler, NULL);
	g_assert_null(cookie_get(request, "__Host-s"));
}

static void test_set(void)
{
	g_autoptr(HttpResponse) response = http_response_redirect("/");

	cookie_set(response, "__Host-s", "aZ-_09", COOKIE_SESSION);
	g_assert_cmpstr(http_response_get(response, "set-cookie"), ==,
			"__Host-s=aZ-_09; Path=/; Secure; HttpOnly; SameSite=Lax");
	cookie_clear(response, "__Host-t");
	cookie_set(response, "__Host-u", "v", 31536000);
	const HttpHeader *clear = g_ptr_array_index(response->headers, response->headers->len - 2);
	const HttpHeader *year = g_ptr_array_index(response->headers, response->headers->len - 1);
	g_assert_cmpstr(clear->value, ==,
			"__Host-t=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
	g_assert_cmpstr(year->value, ==,
			"__Host-u=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000");
}

static void trap(const char *path)
{
	g_test_trap_subprocess(path, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_failed();
}

static void test_not_host(void)
{
	if (g_test_subprocess()) {
		g_autoptr(HttpResponse) response = http_response_redirect("/");
		cookie_set(response, "session", "v", COOKIE_SESSION);
		return;
	}
	trap(NULL);
}

static void test_injection(void)
{
	if (g_test_subprocess()) {
		g_autoptr(HttpResponse) response = http_response_redirect("/");
		cookie_set(response, "__Host-s", "v; Domain=example", COOKIE_SESSION);
		return;
	}
	trap(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-cookie/get", test_get);
	g_test_add_func("/http-cookie/bounds", test_bounds);
	g_test_add_func("/http-cookie/set", test_set);
	g_test_add_func("/http-cookie/only-host-prefix", test_not_host);
	g_test_add_func("/http-cookie/value-with-attributes", test_injection);
	return g_test_run();
}
