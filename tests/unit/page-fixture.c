/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/page-fixture.h"

#include <string.h>

#include "policy/person.h"

const char *const fixture_langs[FIXTURE_LANGS] = {"sv", "en"};

Pages *fixture_pages(void)
{
	const PageOptions options = {.folder = FIXTURE_TEMPLATES,
				     .name_sv = "Ekskolans inloggning",
				     .name_en = "Login of the Oak School",
				     .support_email = "hjalp@skola.example"};
	g_autoptr(GError) error = NULL;
	Pages *pages = pages_load(&options, &error);

	g_assert_no_error(error);
	return pages;
}

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

static HttpResponse *make_held_login(const Pages *pages, const char *lang, const char *x)
{
	const PageLogin page = {.service = x, .handle = x, .csrf = x, .login = x, .wait = 60};
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

static HttpResponse *make_refused(const Pages *pages, const char *lang, const char *x)
{
	g_autofree char *acs = g_strconcat("https://sp.example/", x, NULL);
	const PagePost page = {.acs = acs, .saml_response = x, .relay_state = x, .service = x};
	return page_refused(pages, lang, &page, "eppn-taken", 403, x);
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
	const PageStart page = {.role = ROLE_STUDENT, .csrf = x};
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

const FixturePage fixture_table[FIXTURE_PAGES] = {
	{"login-failed", make_login, 200, CSP "form-action 'self'", false},
	{"login-held", make_held_login, 429, CSP "form-action 'self'", false},
	{"login", make_first_login, 200, CSP "form-action 'self'", false},
	{"role", make_role, 200, CSP "form-action 'self'", false},
	{"post", make_post, 200, CSP "script-src 'self'; form-action https:", true},
	{"refused", make_refused, 403, CSP "form-action https:", false},
	{"fault", make_fault, 400, CSP "form-action 'self'", false},
	{"fault-bare", make_bare_fault, 500, CSP "form-action 'self'", false},
	{"start-logged-in", make_start, 200, CSP "form-action 'self'", false},
	{"start", make_stranger, 200, CSP "form-action 'self'", false},
	{"logout", page_logout, 200, CSP "form-action 'self'", false},
	{"logged-out", make_logged_out, 200, CSP "form-action 'self'", false},
};

const char *fixture_body(const HttpResponse *response)
{
	gsize length;
	const char *html = g_bytes_get_data(response->body, &length);

	/* the bytes of a page end in a NUL that is not counted: it was made from a string */
	g_assert_cmpuint(strlen(html), ==, length);
	return html;
}

char *fixture_skeleton(const char *html)
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
