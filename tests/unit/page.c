/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/page.h"
#include "idp/fault.h"
#include "policy/person.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define FOLDER TEST_SRCDIR "/templates"

static const char *const langs[] = {"sv", "en"};

static Pages *load(void)
{
	const PageOptions options = {.folder = FOLDER,
				     .name_sv = "Ekskolans inloggning",
				     .name_en = "Login of the Oak School",
				     .support_email = "hjalp@skola.example"};
	g_autoptr(GError) error = NULL;
	Pages *pages = pages_load(&options, &error);

	g_assert_no_error(error);
	return pages;
}

/* ---- every page, with `x` in every place a peer can fill ---- */

typedef HttpResponse *(*Maker)(const Pages *pages, const char *lang, const char *x);

static HttpResponse *make_login(const Pages *pages, const char *lang, const char *x)
{
	const PageLogin page = {.service = x, .handle = x, .csrf = x, .login = x, .failed = true};
	return page_login(pages, lang, &page);
}

static HttpResponse *make_first_login(const Pages *pages, const char *lang, const char *x)
{
	const PageLogin page = {.service = x, .handle = x, .csrf = x};
	return page_login(pages, lang, &page);
}

static HttpResponse *make_role(const Pages *pages, const char *lang, const char *x)
{
	const PageRole page = {.service = x,
			       .handle = x,
			       .csrf = x,
			       .roles = ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN};
	return page_role(pages, lang, &page);
}

static HttpResponse *make_post(const Pages *pages, const char *lang, const char *x)
{
	g_autofree char *acs = g_strconcat("https://sp.example/", x, NULL);
	const PagePost page = {.acs = acs, .saml_response = x, .relay_state = x, .service = x};
	return page_post(pages, lang, &page);
}

static HttpResponse *make_not_open(const Pages *pages, const char *lang, const char *x)
{
	g_autofree char *acs = g_strconcat("https://sp.example/", x, NULL);
	const PagePost page = {.acs = acs, .saml_response = x, .relay_state = x, .service = x};
	return page_not_open(pages, lang, &page, x);
}

static HttpResponse *make_fault(const Pages *pages, const char *lang, const char *x)
{
	g_autofree char *back = g_strconcat("https://sp.example/", x, NULL);
	g_autofree char *retry = g_strconcat("/login?", x, NULL);
	const PageFault page = {.fault = "saml-authn-context",
				.status = 400,
				.reference = x,
				.service = x,
				.back = back,
				.retry = retry};
	return page_fault(pages, lang, &page);
}

static HttpResponse *make_bare_fault(const Pages *pages, const char *lang, const char *x)
{
	const PageFault page = {.fault = "internal", .status = 500, .reference = x};
	return page_fault(pages, lang, &page);
}

static HttpResponse *make_start(const Pages *pages, const char *lang, const char *x)
{
	const PageStart page = {.logged_in = true, .csrf = x};
	return page_start(pages, lang, &page);
}

static HttpResponse *make_stranger(const Pages *pages, const char *lang, const char *x)
{
	const PageStart page = {0};
	return page_start(pages, lang, &page);
}

static HttpResponse *make_logged_out(const Pages *pages, const char *lang, const char *x)
{
	return page_logged_out(pages, lang);
}

#define CSP                                                                                        \
	"default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; "           \
	"base-uri 'none'; "

/* What the page's form may reach; no page but the one that posts onward runs any script. */
static const struct {
	const char *name;
	Maker make;
	unsigned status;
	const char *csp;
} pages_table[] = {
	{"login-failed", make_login, 200, CSP "form-action 'self'"},
	{"login", make_first_login, 200, CSP "form-action 'self'"},
	{"role", make_role, 200, CSP "form-action 'self'"},
	{"post", make_post, 200, CSP "script-src 'self'; form-action https:"},
	{"not-open", make_not_open, 403, CSP "form-action https:"},
	{"fault", make_fault, 400, CSP "form-action 'self'"},
	{"fault-bare", make_bare_fault, 500, CSP "form-action 'self'"},
	{"start-logged-in", make_start, 200, CSP "form-action 'self'"},
	{"start", make_stranger, 200, CSP "form-action 'self'"},
	{"logout", page_logout, 200, CSP "form-action 'self'"},
	{"logged-out", make_logged_out, 200, CSP "form-action 'self'"},
};

static const char *body(const HttpResponse *response)
{
	gsize length;
	const char *html = g_bytes_get_data(response->body, &length);

	/* the bytes of a page end in a NUL that is not counted: it was made from a string */
	g_assert_cmpuint(strlen(html), ==, length);
	return html;
}

static unsigned count(const char *html, const char *what)
{
	unsigned n = 0;

	for (const char *p = html; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

static void test_headers(void)
{
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(pages_table); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(langs); j++) {
			g_autoptr(HttpResponse) r =
				pages_table[i].make(pages, langs[j], "Mattebok");
			g_test_message("%s %s", pages_table[i].name, langs[j]);
			g_assert_cmpuint(r->status, ==, pages_table[i].status);
			g_assert_cmpstr(http_response_get(r, "Content-Security-Policy"), ==,
					pages_table[i].csp);
			g_assert_cmpstr(http_response_get(r, "Cache-Control"), ==, "no-store");
			g_assert_cmpstr(http_response_get(r, "Referrer-Policy"), ==, "same-origin");
			g_assert_cmpstr(http_response_get(r, "Content-Type"), ==,
					"text/html; charset=utf-8");
			g_assert_cmpstr(http_response_get(r, "Content-Language"), ==, langs[j]);
		}
	}
}

/* What a screen reader, a kiosk and a browser without scripts need. */
static void test_markup(void)
{
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(pages_table); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(langs); j++) {
			g_autoptr(HttpResponse) r =
				pages_table[i].make(pages, langs[j], "Mattebok");
			const char *html = body(r);
			g_autofree char *lang = g_strdup_printf("<html lang=\"%s\">", langs[j]);
			g_test_message("%s %s", pages_table[i].name, langs[j]);
			g_assert_true(g_str_has_prefix(html, "<!DOCTYPE html>\n"));
			g_assert_cmpuint(count(html, lang), ==, 1);
			g_assert_cmpuint(count(html, "<h1>"), ==, 1);
			g_assert_cmpuint(count(html, "<main "), ==, 1);
			g_assert_cmpuint(count(html, "<header>"), ==, 1);
			g_assert_cmpuint(count(html, "<footer>"), ==, 1);
			g_assert_cmpuint(count(html, "<title>"), ==, 1);
			g_assert_cmpuint(count(html, "autofocus"), <=, 1);
			/* nothing inline, nothing from elsewhere, nothing left of a template */
			g_assert_cmpuint(count(html, "style="), ==, 0);
			g_assert_cmpuint(count(html, "<style"), ==, 0);
			g_assert_cmpuint(count(html, "<script"), ==,
					 pages_table[i].make == make_post);
			g_assert_cmpuint(count(html, "<script src=\"/static/post."), ==,
					 pages_table[i].make == make_post);
			g_assert_cmpuint(count(html, "src="), ==, count(html, "src=\"/"));
			g_assert_cmpuint(count(html, "http://"), ==, 0);
			g_assert_cmpuint(count(html, "{{"), ==, 0);
			/* one password field, and no control without a name to it */
			g_assert_cmpuint(count(html, "type=\"password\""), ==,
					 g_str_has_prefix(pages_table[i].name, "login"));
			g_assert_cmpuint(count(html, "<input ") - count(html, "type=\"hidden\""),
					 ==, count(html, "<label for="));
		}
	}
}

static void test_login_form(void)
{
	g_autoptr(Pages) pages = load();
	const PageLogin first = {.service = "Mattebok", .handle = "H-_1", .csrf = "C"};
	const PageLogin again = {
		.service = NULL, .handle = "H", .csrf = "C", .login = "åsa \"x\"", .failed = true};
	g_autoptr(HttpResponse) a = page_login(pages, "sv", &first);
	g_autoptr(HttpResponse) b = page_login(pages, "en", &again);
	static const char *const in_first[] = {
		"<title>Logga in – Ekskolans inloggning</title>",
		"<form id=\"login-form\" method=\"post\" action=\"/login\">",
		"<input type=\"hidden\" name=\"handle\" value=\"H-_1\">",
		"<input type=\"hidden\" name=\"csrf\" value=\"C\">",
		"<input type=\"hidden\" name=\"lang\" value=\"sv\">",
		"autocomplete=\"username\"",
		"autocomplete=\"current-password\"",
		"<strong id=\"service\">Mattebok</strong>",
		"<a href=\"/login?handle=H-_1&amp;lang=en\" lang=\"en\" hreflang=\"en\">English</a>",
		"value=\"\" autocomplete",
		"mailto:hjalp@skola.example",
	};
	static const char *const in_again[] = {
		"<p id=\"message\" class=\"message\" role=\"alert\">Wrong user name or password.",
		"value=\"åsa &quot;x&quot;\"",
		"aria-describedby=\"message\"",
		"<a href=\"/login?handle=H&amp;lang=sv\" lang=\"sv\" hreflang=\"sv\">Svenska</a>",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(in_first); i++)
		g_assert_nonnull(strstr(body(a), in_first[i]));
	g_assert_null(strstr(body(a), "role=\"alert\""));
	for (size_t i = 0; i < G_N_ELEMENTS(in_again); i++)
		g_assert_nonnull(strstr(body(b), in_again[i]));
	g_assert_null(strstr(body(b), "id=\"service\""));
}

static void test_role_form(void)
{
	static const struct {
		unsigned roles;
		bool student, staff, guardian;
	} rows[] = {
		{ROLE_STUDENT | ROLE_STAFF, true, true, false},
		{ROLE_STAFF | ROLE_GUARDIAN, false, true, true},
		{ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN, true, true, true},
	};
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageRole page = {.handle = "H", .csrf = "C", .roles = rows[i].roles};
		g_autoptr(HttpResponse) r = page_role(pages, "sv", &page);
		g_assert_true(!!strstr(body(r), "name=\"role\" value=\"student\"") ==
			      rows[i].student);
		g_assert_true(!!strstr(body(r), "name=\"role\" value=\"staff\"") == rows[i].staff);
		g_assert_true(!!strstr(body(r), "name=\"role\" value=\"guardian\"") ==
			      rows[i].guardian);
		g_assert_nonnull(strstr(body(r), "action=\"/role\""));
	}
}

/* The value of the hidden field `name`, as a browser would send it. */
static char *field(const char *html, const char *name)
{
	static const struct {
		const char *entity, *text;
	} entities[] = {
		{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
	g_autofree char *begin =
		g_strdup_printf("<input type=\"hidden\" name=\"%s\" value=\"", name);
	const char *at = strstr(html, begin);

	if (!at)
		return NULL;
	at += strlen(begin);
	GString *value = g_string_new_len(at, strchr(at, '"') - at);
	for (size_t i = 0; i < G_N_ELEMENTS(entities); i++)
		g_string_replace(value, entities[i].entity, entities[i].text, 0);
	return g_string_free(value, FALSE);
}

static void test_post(void)
{
	static const char *const states[] = {
		"https://mattebok.example/kapitel/7?a=b&c=d",
		"\"><script>alert(1)</script>",
		"' onclick='x",
		"&amp;&quot;",
		"{{x}}{{{x}}}",
		"rad\nrad\ttabb",
		"blå 学校 \u202egnidaer",
		"",
		NULL,
	};
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		const PagePost page = {.acs = "https://sp.example/acs?a=1&b=2",
				       .saml_response = "PHNhbWw+Lz4=",
				       .relay_state = states[i],
				       .service = "Mattebok"};
		g_autoptr(HttpResponse) r = page_post(pages, "sv", &page);
		g_autofree char *state = field(body(r), "RelayState");
		g_autofree char *message = field(body(r), "SAMLResponse");
		g_assert_cmpstr(state, ==, states[i]);
		g_assert_cmpstr(message, ==, page.saml_response);
		g_assert_nonnull(strstr(body(r), "<form id=\"post\" method=\"post\" "
						 "action=\"https://sp.example/acs?a=1&amp;b=2\">"));
		g_assert_nonnull(strstr(body(r), "<button id=\"continue\" type=\"submit\">"
						 "Fortsätt till Mattebok</button>"));
	}
}

/* Metadata may write the scheme in any case (RFC 3986, 3.1), and endpoint_url_check() takes it. */
static void test_scheme(void)
{
	g_autoptr(Pages) pages = load();
	const PagePost page = {.acs = "HTTPS://SP.example/acs", .saml_response = "x"};
	const PageFault fault = {.fault = "internal", .status = 500, .back = "HTTPS://SP.example"};

	g_autoptr(HttpResponse) r = page_post(pages, "sv", &page);
	g_assert_nonnull(strstr(body(r), "action=\"HTTPS://SP.example/acs\""));
	g_autoptr(HttpResponse) f = page_fault(pages, "sv", &fault);
	g_assert_nonnull(strstr(body(f), "href=\"HTTPS://SP.example\""));
}

/* ---- hostile values ---- */

/*
 * What is markup in a page: its tags with the names of their attributes, without any value or
 * text. A value that gets out of its place changes it.
 */
static char *skeleton(const char *html)
{
	GString *out = g_string_new(NULL);
	bool in_tag = false, in_quotes = false;

	for (const char *p = html; *p; p++) {
		if (in_tag && *p == '"')
			in_quotes = !in_quotes;
		if (!in_tag && *p == '<')
			in_tag = true;
		if (in_tag && !in_quotes)
			g_string_append_c(out, *p);
		if (in_tag && !in_quotes && *p == '>')
			in_tag = false;
	}
	return g_string_free(out, FALSE);
}

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
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(pages_table); i++) {
		g_autoptr(HttpResponse) tame = pages_table[i].make(pages, "sv", "Mattebok");
		g_autofree char *want = skeleton(body(tame));
		for (size_t j = 0; j < G_N_ELEMENTS(hostile); j++) {
			g_autoptr(HttpResponse) r = pages_table[i].make(pages, "sv", hostile[j]);
			g_autofree char *got = skeleton(body(r));
			g_test_message("%s %zu", pages_table[i].name, j);
			g_assert_cmpstr(got, ==, want);
			g_assert_true(g_utf8_validate(body(r), -1, NULL));
			g_assert_cmpstr(http_response_get(r, "Content-Security-Policy"), ==,
					pages_table[i].csp);
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
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageLogin page = {.service = rows[i].name, .handle = "H", .csrf = "C"};
		g_autoptr(HttpResponse) r = page_login(pages, "sv", &page);
		g_autofree char *want = g_strconcat("id=\"service\"", rows[i].want, NULL);
		g_assert_nonnull(strstr(body(r), want));
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
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageFault page = {.fault = "busy",
					.status = 503,
					.try_again = true,
					.back = rows[i].back,
					.retry = rows[i].retry};
		g_autoptr(HttpResponse) r = page_fault(pages, "sv", &page);
		g_assert_true(!!strstr(body(r), "id=\"back\"") == rows[i].has_back);
		g_assert_true(!!strstr(body(r), "id=\"start\"") == !rows[i].has_back);
		g_assert_true(!!strstr(body(r), "id=\"retry\"") == rows[i].has_retry);
		g_assert_null(strstr(body(r), "javascript:"));
		g_assert_null(strstr(body(r), "evil"));
		g_assert_nonnull(http_response_get(r, "Retry-After"));
	}
}

/* Every fault of the table has a page of its own in every language. */
static void test_faults(void)
{
	g_autoptr(Pages) pages = load();

	for (FaultCode code = FAULT_NONE + 1; code < FAULT_COUNT; code++) {
		const Fault *row = fault_row(code);
		for (size_t j = 0; j < G_N_ELEMENTS(langs); j++) {
			const PageFault page = {.fault = row->name,
						.status = row->http,
						.reference = "7Q2M9ZK4TX",
						.try_again = row->try_again};
			g_autoptr(HttpResponse) r = page_fault(pages, langs[j], &page);
			g_assert_cmpuint(r->status, ==, row->http);
			g_assert_nonnull(
				strstr(body(r), "<code id=\"reference\">7Q2M9ZK4TX</code>"));
			g_assert_true(!!http_response_get(r, "Retry-After") ==
				      (row->http == 503 && row->try_again));
		}
	}
}

/* Beyond every limit there still is an answer, and it holds nothing of what went wrong. */
static void test_last_resort(void)
{
	g_autoptr(Pages) pages = load();
	g_autofree char *huge = g_strnfill(600 * 1024, '<');
	const PagePost page = {.acs = "https://sp.example/", .saml_response = huge};
	const PageFault unknown = {.fault = "no-such-fault", .status = 400};
	g_autoptr(HttpResponse) a = page_post(pages, "sv", &page);
	g_autoptr(HttpResponse) b = page_fault(pages, "sv", &unknown);

	g_assert_cmpuint(a->status, ==, 500);
	g_assert_null(strstr(body(a), "&lt;"));
	g_assert_cmpuint(b->status, ==, 500);
}

/* ---- static files ---- */

static void test_static(void)
{
	g_autoptr(Pages) pages = load();
	g_autoptr(HttpResponse) start = make_stranger(pages, "sv", "x");
	const char *at = strstr(body(start), "/static/portvakt.");
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

/* ---- templates: rules that a reader would have to keep in mind ---- */

static void lint_template(const char *name, const char *source)
{
	bool in_tag = false, in_quotes = false;

	for (const char *p = source; *p; p++) {
		if (in_tag && *p == '"')
			in_quotes = !in_quotes;
		else if (!in_tag && *p == '<')
			in_tag = true;
		else if (in_tag && !in_quotes && *p == '>')
			in_tag = false;
		/* a value in an attribute without quotes is not safe, escaped or not */
		if (in_tag && !in_quotes && g_str_has_prefix(p, "{{") && !strchr("#^/", p[2]))
			g_error("%s: a value outside of quotes at \"%.40s\"", name, p);
		if (in_tag && *p == '\'')
			g_error("%s: single quotes at \"%.40s\"", name, p);
		/* step over the tag, whose '>' (of a partial) is not markup */
		if (g_str_has_prefix(p, "{{"))
			p = strstr(p, "}}") + 1;
	}
	g_assert_false(in_tag);
}

static void test_templates(void)
{
	g_autoptr(GDir) dir = g_dir_open(FOLDER, 0, NULL);
	const char *name;
	unsigned seen = 0;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(FOLDER, name, NULL);
		g_autofree char *source = NULL;
		if (!g_str_has_suffix(name, ".html"))
			continue;
		g_assert_true(g_file_get_contents(path, &source, NULL, NULL));
		lint_template(name, source);
		seen++;
	}
	g_assert_cmpuint(seen, >=, 12);
}

/* ---- what does not load ---- */

/* A copy of our templates, in which the test breaks one thing. */
static char *copy_templates(void)
{
	char *folder = g_dir_make_tmp("portvakt-page-XXXXXX", NULL);
	g_autofree char *statics = g_build_filename(folder, "static", NULL);
	const char *const subs[] = {"", "static"};

	g_assert_cmpint(g_mkdir(statics, 0700), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *from = g_build_filename(FOLDER, subs[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
		const char *name;
		while ((name = g_dir_read_name(dir))) {
			g_autofree char *source = g_build_filename(from, name, NULL);
			g_autofree char *target = g_build_filename(folder, subs[i], name, NULL);
			g_autofree char *contents = NULL;
			gsize length;
			if (!g_file_test(source, G_FILE_TEST_IS_REGULAR))
				continue;
			g_assert_true(g_file_get_contents(source, &contents, &length, NULL));
			g_assert_true(g_file_set_contents(target, contents, (gssize)length, NULL));
		}
	}
	return folder;
}

static void remove_templates(const char *folder)
{
	const char *const subs[] = {"static", ""};

	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *path = g_build_filename(folder, subs[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
		const char *name;
		while ((name = g_dir_read_name(dir))) {
			g_autofree char *file = g_build_filename(path, name, NULL);
			g_unlink(file);
		}
		g_rmdir(path);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *file, *contents, *want; /* contents NULL: the file is taken away */
	} rows[] = {
		{"login.html", "<h1>\n<p title=\"{{{name}}}\">",
		 "login.html:2:11: values are always"},
		{"login.html", "{{#a}}", "login.html:1:1: the section 'a' is never closed"},
		{"login.html", "{{>hed}}",
		 "login.html:1:1: there is no template or text called 'hed'"},
		{"login.html", "{{>*no}}", "login.html:1:1: '*no' names no template or text"},
		{"login.html", "{{>login}}", "nested more than 32 deep"},
		{"login.html", "\xff", "login.html:1:1: a template is UTF-8"},
		{"login.html", NULL, "the template 'login' is missing"},
		{"texts.en.ini", "[login]\ntitle=x\n", "texts.en.ini: the text '"},
		{"texts.sv.ini", NULL, "there is no texts.sv.ini"},
		{"login-title.html", "x",
		 "there already is a template or text called 'login-title'"},
		{"static/post.js", NULL, "'static/post.js' is missing"},
		{"static/post.map", "{}", "post.map: a static file is called by"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *folder = copy_templates();
		g_autofree char *path = g_build_filename(folder, rows[i].file, NULL);
		const PageOptions options = {.folder = folder, .name_sv = "x"};
		g_autoptr(GError) error = NULL;
		if (rows[i].contents)
			g_assert_true(g_file_set_contents(path, rows[i].contents, -1, NULL));
		else
			g_assert_cmpint(g_unlink(path), ==, 0);
		g_autoptr(Pages) pages = pages_load(&options, &error);
		g_assert_null(pages);
		if (!strstr(error->message, rows[i].want))
			g_error("%s: \"%s\" does not say \"%s\"", rows[i].file, error->message,
				rows[i].want);
		remove_templates(folder);
	}
}

/* A fault whose text is missing in both languages would only show when it happens. */
static void test_fault_without_text(void)
{
	g_autofree char *folder = copy_templates();
	g_autoptr(GError) error = NULL;
	const PageOptions options = {.folder = folder, .name_sv = "x"};

	for (size_t i = 0; i < G_N_ELEMENTS(langs); i++) {
		g_autofree char *name = g_strdup_printf("texts.%s.ini", langs[i]);
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autoptr(GKeyFile) file = g_key_file_new();
		g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
		g_assert_true(g_key_file_remove_key(file, "fault", "store-down-todo", NULL));
		g_assert_true(g_key_file_save_to_file(file, path, NULL));
	}
	g_autoptr(Pages) pages = pages_load(&options, &error);
	g_assert_null(pages);
	g_assert_nonnull(strstr(error->message, "the text 'fault-store-down-todo' is missing"));
	remove_templates(folder);
}

/* For looking at: PAGE_DUMP names a folder that every page is written to. */
static void dump(const char *folder)
{
	g_autoptr(Pages) pages = load();

	for (size_t i = 0; i < G_N_ELEMENTS(pages_table); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(langs); j++) {
			g_autoptr(HttpResponse) r =
				pages_table[i].make(pages, langs[j], "Nya Matteboken");
			g_autofree char *path = g_strdup_printf("%s/%s.%s.html", folder,
								pages_table[i].name, langs[j]);
			g_assert_true(g_file_set_contents(path, body(r), -1, NULL));
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (g_getenv("PAGE_DUMP"))
		dump(g_getenv("PAGE_DUMP"));
	g_test_add_func("/page/headers", test_headers);
	g_test_add_func("/page/markup", test_markup);
	g_test_add_func("/page/login-form", test_login_form);
	g_test_add_func("/page/scheme", test_scheme);
	g_test_add_func("/page/role-form", test_role_form);
	g_test_add_func("/page/post", test_post);
	g_test_add_func("/page/hostile-values-stay-values", test_hostile);
	g_test_add_func("/page/names", test_names);
	g_test_add_func("/page/links", test_links);
	g_test_add_func("/page/faults", test_faults);
	g_test_add_func("/page/last-resort", test_last_resort);
	g_test_add_func("/page/static", test_static);
	g_test_add_func("/page/templates", test_templates);
	g_test_add_func("/page/refused", test_refused);
	g_test_add_func("/page/fault-without-text", test_fault_without_text);
	return g_test_run();
}
