/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Static files: how long a browser may keep them, and that there are no others. */
#include "tests/unit/page-fixture.h"

#include <string.h>

static void test_static(void)
{
	g_autoptr(Pages) pages = fixture_pages();
	const PageStart stranger = {0};
	g_autoptr(HttpResponse) start = page_start(pages, "sv", &stranger);
	const char *at = strstr(fixture_body(start), "/static/portvakt.");
	g_autofree char *url = g_strndup(at, strcspn(at, "\""));
	g_autoptr(HttpResponse) kept = page_static(pages, url, NULL);
	g_autoptr(HttpResponse) plain = page_static(pages, "/static/portvakt.css", NULL);
	g_autoptr(HttpResponse) old =
		page_static(pages, "/static/portvakt.0123456789abcdef.css", NULL);
	const char *etag = http_response_get(plain, "ETag");
	static const char *const absent[] = {
		"/static/",
		"/static/none.css",
		"/static/../login.html",
		"/static",
		"/static/portvakt.css/",
		"/static/portvakt",
		"/",
		"/static/.0123456789abcdef",
		"/static/0123456789abcdef.css",
		"/static//post.js",
		"/static/.0123456789abcdef.css",
	};

	g_assert_cmpstr(http_response_get(kept, "Cache-Control"), ==,
			"public, max-age=31536000, immutable");
	g_assert_cmpstr(http_response_get(plain, "Cache-Control"), ==, "no-cache");
	g_assert_cmpstr(http_response_get(old, "Cache-Control"), ==, "no-cache");
	g_assert_cmpstr(http_response_get(plain, "Content-Type"), ==, "text/css; charset=utf-8");
	g_assert_true(g_bytes_equal(kept->body, plain->body));
	g_assert_true(g_bytes_equal(old->body, plain->body));
	for (size_t i = 0; i < G_N_ELEMENTS(absent); i++)
		g_assert_null(page_static(pages, absent[i], NULL));

	g_autofree char *weak = g_strconcat("\"other\", W/", etag, NULL);
	g_autofree char *bare = g_strndup(etag + 1, strlen(etag) - 2);
	const struct {
		const char *if_none_match;
		unsigned status;
	} rows[] = {{etag, 304}, {weak, 304},        {"*", 304},
		    {bare, 200}, {"\"other\"", 200}, {"", 200}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(HttpResponse) r =
			page_static(pages, "/static/portvakt.css", rows[i].if_none_match);
		g_assert_cmpuint(r->status, ==, rows[i].status);
		g_assert_cmpstr(http_response_get(r, "ETag"), ==, etag);
		g_assert_true((g_bytes_get_size(r->body) == 0) == (r->status == 304));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/page/static", test_static);
	return g_test_run();
}
