/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a peer wrote stays text on a page, and a link leads to where it says. */
#include "tests/unit/page-fixture.h"

#include <string.h>

static void test_hostile(void)
{
	static const char *const hostile[] = {
		"\"><script>alert(1)</script>",
		"'><script>alert(1)</script>",
		"\" onfocus=\"alert(1)\" autofocus=\"",
		"' onfocus='alert(1)' x='",
		"</title><script>alert(1)</script>",
		"</h1><form action=//evil.example>",
		"--><img src=x onerror=alert(1)>",
		"]]><svg/onload=alert(1)>",
		"&#60;script&#62;",
		"`onerror=alert(1)`",
		"{{>head}}{{{x}}}{{#service}}",
		"\xff\xfe\"><b>",
		"\xc0\xbcscript\xc0\xbe",
		"line\r\nSet-Cookie: x=y\r\n\r\n<b>",
	};
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < FIXTURE_PAGES; i++) {
		g_autoptr(HttpResponse) tame = fixture_table[i].make(pages, "sv", "Mattebok");
		g_autofree char *want = fixture_skeleton(fixture_body(tame));
		for (size_t j = 0; j < G_N_ELEMENTS(hostile); j++) {
			g_autoptr(HttpResponse) r = fixture_table[i].make(pages, "sv", hostile[j]);
			g_autofree char *got = fixture_skeleton(fixture_body(r));
			g_test_message("%s %zu", fixture_table[i].name, j);
			g_assert_cmpstr(got, ==, want);
			g_assert_true(g_utf8_validate(fixture_body(r), -1, NULL));
			g_assert_cmpstr(http_response_get(r, "Content-Security-Policy"), ==,
					fixture_table[i].csp);
		}
	}
}

/* Names are one line of plain text, whatever the service calls itself. */
static void test_names(void)
{
	g_autofree char *long_name = g_strnfill(1000000, 'x');
	g_autofree char *shown = g_strnfill(PAGE_NAME_MAX, 'x');
	g_autofree char *cut = g_strconcat(">", shown, "…<", NULL);
	const struct {
		const char *name, *want;
	} rows[] = {
		{"Matte\u202ebok", ">Mattebok<"},
		{"\u2066Matte\u2069bok\ufeff", ">Mattebok<"},
		{"Matte\nbok\x01"
		 "\x7f"
		 "\xc2\x85\u2028x",
		 ">Matte bok    x<"},
		{"  Mattebok  ", ">Mattebok<"},
		{"می‌خواهم", ">می‌خواهم<"}, /* U+200C belongs to the word */
		{"Ъ 学校 åäö", ">Ъ 学校 åäö<"},
		{"\xff", ">\ufffd<"},
		{long_name, cut},
	};
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageLogin page = {.service = rows[i].name, .handle = "H", .csrf = "C"};
		g_autoptr(HttpResponse) r = page_login(pages, "sv", &page);
		g_autofree char *want = g_strconcat("id=\"service\"", rows[i].want, NULL);
		g_assert_nonnull(strstr(fixture_body(r), want));
	}
}

/* Links lead to where they say, whatever a table or metadata gave. */
static void test_links(void)
{
	static const struct {
		const char *back, *retry;
		bool has_back, has_retry;
	} rows[] = {
		{"https://sp.example", "/login?handle=H", true, true},
		{"javascript:alert(1)", "javascript:alert(1)", false, false},
		{"http://sp.example", "//evil.example/", false, false},
		{"//sp.example", "/\\evil.example/", false, false},
		{NULL, NULL, false, false},
	};
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageFault page = {.fault = "busy",
					.status = 503,
					.try_again = true,
					.back = rows[i].back,
					.retry = rows[i].retry};
		g_autoptr(HttpResponse) r = page_fault(pages, "sv", &page);
		g_assert_true(!!strstr(fixture_body(r), "id=\"back\"") == rows[i].has_back);
		g_assert_true(!!strstr(fixture_body(r), "id=\"start\"") == !rows[i].has_back);
		g_assert_true(!!strstr(fixture_body(r), "id=\"retry\"") == rows[i].has_retry);
		g_assert_null(strstr(fixture_body(r), "javascript:"));
		g_assert_null(strstr(fixture_body(r), "evil"));
		g_assert_nonnull(http_response_get(r, "Retry-After"));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/page/hostile-values-stay-values", test_hostile);
	g_test_add_func("/page/names", test_names);
	g_test_add_func("/page/links", test_links);
	return g_test_run();
}
