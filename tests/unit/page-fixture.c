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

void fixture_matter_init(FixtureMatter *matter, const char *text)
{
	const PageItem item = {.label = text, .explained = text};

	matter->values = g_ptr_array_new();
	matter->purposes = g_ptr_array_new();
	matter->items = g_array_new(FALSE, TRUE, sizeof(PageItem));
	for (unsigned i = 0; i < PAGE_VALUES_MAX + 3; i++)
		g_ptr_array_add(matter->values, (gpointer)(guintptr)text);
	g_ptr_array_add(matter->purposes, (gpointer)(guintptr)text);
	g_array_append_val(matter->items, item);
	g_array_append_val(matter->items, item);
	g_array_index(matter->items, PageItem, 1).values = matter->values;
	matter->page = (PageMatter){matter->items, matter->purposes};
}

void fixture_matter_clear(FixtureMatter *matter)
{
	g_ptr_array_unref(matter->values);
	g_ptr_array_unref(matter->purposes);
	g_array_unref(matter->items);
}

static HttpResponse *make_inform(const Pages *pages, const char *lang, const char *x)
{
	g_auto(FixtureMatter) matter;
	fixture_matter_init(&matter, x);
	const PageConsent page = {.service = x,
				  .handle = x,
				  .csrf = x,
				  .is_pupil = true,
				  .told = &matter.page,
				  .too_young = 13};
	return page_consent(pages, lang, &page);
}

static HttpResponse *make_ask(const Pages *pages, const char *lang, const char *x)
{
	g_auto(FixtureMatter) matter;
	fixture_matter_init(&matter, x);
	const PageConsent page = {.service = x,
				  .handle = x,
				  .csrf = x,
				  .told = &matter.page,
				  .asked = &matter.page,
				  .is_consent = true};
	return page_consent(pages, lang, &page);
}

static HttpResponse *make_choices(const Pages *pages, const char *lang, const char *x)
{
	static const PageSaid said[] = {PAGE_SAID_YES, PAGE_SAID_SEEN, PAGE_SAID_NO};
	g_autoptr(GArray) choices = g_array_new(FALSE, FALSE, sizeof(PageChoice));
	g_auto(FixtureMatter) matter;
	fixture_matter_init(&matter, x);
	g_array_index(matter.items, PageItem, 1).values = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		const PageChoice one = {
			.id = x, .said = said[i], .service = x, .date = x, .what = matter.page};
		g_array_append_val(choices, one);
	}
	return page_choices(pages, lang, choices, x);
}

static HttpResponse *make_no_choices(const Pages *pages, const char *lang, const char *x)
{
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(PageChoice));
	return page_choices(pages, lang, none, x);
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
	{"inform", make_inform, 200, CSP "form-action 'self'", false},
	{"ask", make_ask, 200, CSP "form-action 'self'", false},
	{"choices", make_choices, 200, CSP "form-action 'self'", false},
	{"choices-none", make_no_choices, 200, CSP "form-action 'self'", false},
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
