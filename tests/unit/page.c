/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is on each page, and what comes with it. */
#include "tests/unit/page-fixture.h"

#include <string.h>

#include "idp/fault.h"
#include "policy/person.h"

static unsigned count(const char *html, const char *what)
{
	unsigned n = 0;

	for (const char *p = html; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

static void test_headers(void)
{
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < FIXTURE_PAGES; i++) {
		for (size_t j = 0; j < FIXTURE_LANGS; j++) {
			g_autoptr(HttpResponse) r =
				fixture_table[i].make(pages, fixture_langs[j], "Mattebok");
			g_test_message("%s %s", fixture_table[i].name, fixture_langs[j]);
			g_assert_cmpuint(r->status, ==, fixture_table[i].status);
			g_assert_cmpstr(http_response_get(r, "Content-Security-Policy"), ==,
					fixture_table[i].csp);
			g_assert_cmpstr(http_response_get(r, "Cache-Control"), ==, "no-store");
			g_assert_cmpstr(http_response_get(r, "Referrer-Policy"), ==, "same-origin");
			g_assert_cmpstr(http_response_get(r, "Content-Type"), ==,
					"text/html; charset=utf-8");
			g_assert_cmpstr(http_response_get(r, "Content-Language"), ==,
					fixture_langs[j]);
		}
	}
}

/* What a screen reader, a kiosk and a browser without scripts need. */
static void test_markup(void)
{
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < FIXTURE_PAGES; i++) {
		for (size_t j = 0; j < FIXTURE_LANGS; j++) {
			g_autoptr(HttpResponse) r =
				fixture_table[i].make(pages, fixture_langs[j], "Mattebok");
			const char *html = fixture_body(r);
			g_autofree char *lang =
				g_strdup_printf("<html lang=\"%s\">", fixture_langs[j]);
			g_test_message("%s %s", fixture_table[i].name, fixture_langs[j]);
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
			g_assert_cmpuint(count(html, "<script"), ==, fixture_table[i].runs_script);
			g_assert_cmpuint(count(html, "<script src=\"/static/post."), ==,
					 fixture_table[i].runs_script);
			g_assert_cmpuint(count(html, "src="), ==, count(html, "src=\"/"));
			g_assert_cmpuint(count(html, "http://"), ==, 0);
			g_assert_cmpuint(count(html, "{{"), ==, 0);
			/* one password field, and no control without a name to it */
			g_assert_cmpuint(count(html, "type=\"password\""), ==,
					 g_str_has_prefix(fixture_table[i].name, "login"));
			g_assert_cmpuint(count(html, "<input ") - count(html, "type=\"hidden\""),
					 ==, count(html, "<label for="));
		}
	}
}

static void test_login_form(void)
{
	g_autoptr(Pages) pages = fixture_pages();
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
		g_assert_nonnull(strstr(fixture_body(a), in_first[i]));
	g_assert_null(strstr(fixture_body(a), "role=\"alert\""));
	for (size_t i = 0; i < G_N_ELEMENTS(in_again); i++)
		g_assert_nonnull(strstr(fixture_body(b), in_again[i]));
	g_assert_null(strstr(fixture_body(b), "id=\"service\""));
}

static void test_login_held(void)
{
	static const struct {
		const char *lang, *says;
	} rows[] = {{"sv", "Vänta 25 sekunder"}, {"en", "Wait 25 seconds"}};
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageLogin page = {.handle = "H", .csrf = "C", .login = "asa", .wait = 25};
		g_autoptr(HttpResponse) r = page_login(pages, rows[i].lang, &page);
		const char *html = fixture_body(r);
		g_assert_cmpuint(r->status, ==, 429);
		g_assert_cmpstr(http_response_get(r, "Retry-After"), ==, "25");
		g_assert_nonnull(strstr(html, rows[i].says));
		g_assert_nonnull(
			strstr(html, "<p id=\"message\" class=\"message\" role=\"alert\">"));
		g_assert_nonnull(strstr(html, "value=\"asa\""));
		g_assert_nonnull(strstr(html, "aria-describedby=\"message\""));
		/* nobody has said that it is wrong */
		g_assert_null(strstr(html, "aria-invalid"));
	}
	const PageLogin now = {.handle = "H", .csrf = "C"};
	g_autoptr(HttpResponse) r = page_login(pages, "sv", &now);
	g_assert_null(http_response_get(r, "Retry-After"));
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
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageRole page = {.handle = "H", .csrf = "C", .roles = rows[i].roles};
		g_autoptr(HttpResponse) r = page_role(pages, "sv", &page);
		g_assert_true(!!strstr(fixture_body(r), "name=\"role\" value=\"student\"") ==
			      rows[i].student);
		g_assert_true(!!strstr(fixture_body(r), "name=\"role\" value=\"staff\"") ==
			      rows[i].staff);
		g_assert_true(!!strstr(fixture_body(r), "name=\"role\" value=\"guardian\"") ==
			      rows[i].guardian);
		g_assert_nonnull(strstr(fixture_body(r), "action=\"/role\""));
	}
}

/* What the pages that tell and ask say, to whom. */
static void test_consent(void)
{
	static const struct {
		const char *name;
		bool pupil, told, asked, is_consent, lets_in, young;
		const char *lang, *has, *lacks;
	} rows[] = {
		{"told", true, true, false, false, true, false, "sv",
		 "<h1>Det här får Boken veta om dig</h1>", "id=\"yes\""},
		{"told-adult", false, true, false, false, true, false, "sv",
		 "<h1>Uppgifter som lämnas till Boken</h1>", "id=\"asked\""},
		{"told-button", true, true, false, false, true, false, "sv",
		 "<button id=\"go-on\" type=\"submit\" name=\"answer\" value=\"seen\">Gå vidare till "
		 "Boken</button>",
		 "id=\"young\""},
		{"told-never-consent", false, true, false, true, true, true, "sv", "id=\"told\"",
		 "amtyck"},
		{"told-never-consent-en", false, true, false, true, true, true, "en", "id=\"told\"",
		 " consent"},
		{"young", true, true, false, false, true, true, "sv", "fyllt 13 år", "amtyck"},
		{"young-en", true, true, false, false, true, true, "en", "you are 13 years old",
		 " consent"},
		{"asked", true, false, true, true, true, false, "sv",
		 "<h1>Får Boken veta det här om dig?</h1>", "id=\"told\""},
		{"asked-adult", false, false, true, true, true, false, "sv",
		 "<h1>Vill du lämna de här uppgifterna till Boken?</h1>", "id=\"go-on\""},
		{"asked-consent", true, false, true, true, true, false, "sv",
		 "Ett ja här kallas samtycke.", "action=\"/login\""},
		{"asked-consent-en", false, false, true, true, true, false, "en",
		 "A yes is your consent", "id=\"go-on\""},
		{"asked-without-consent", true, false, true, false, true, false, "sv",
		 "Du kan ångra dig när du vill.", "amtyck"},
		{"asked-free", true, false, true, true, true, false, "sv",
		 "Du kommer in i Boken även om du säger nej.", "kommer du inte in"},
		{"asked-closed", true, false, true, true, false, false, "sv",
		 "Säger du nej kommer du inte in i Boken", "även om du säger nej"},
		{"asked-and-told", true, true, true, true, true, false, "sv",
		 "<h2>Får Boken veta det här också?</h2>", "id=\"go-on\""},
		{"purpose", true, true, false, false, true, false, "sv", "<li>x &lt;b&gt;</li>",
		 "<b>"},
		{"value", true, true, false, false, true, false, "sv",
		 "<dd class=\"value\">x &lt;b&gt;</dd>", "<b>"},
		{"more-values", true, true, false, false, true, false, "sv", "och 3 till", "<b>"},
		{"language", true, true, false, false, true, false, "sv",
		 "<a href=\"/consent?handle=H&amp;lang=en\"", "<script"},
	};
	g_autoptr(Pages) pages = fixture_pages();
	g_auto(FixtureMatter) matter;

	fixture_matter_init(&matter, "x <b>");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageConsent page = {.service = "Boken",
					  .handle = "H",
					  .csrf = "C",
					  .is_pupil = rows[i].pupil,
					  .told = rows[i].told ? &matter.page : NULL,
					  .asked = rows[i].asked ? &matter.page : NULL,
					  .is_consent = rows[i].is_consent,
					  .lets_in = rows[i].lets_in,
					  .too_young = rows[i].young ? 13 : 0};
		g_autoptr(HttpResponse) r = page_consent(pages, rows[i].lang, &page);
		g_test_message("%s", rows[i].name);
		g_assert_nonnull(strstr(fixture_body(r), rows[i].has));
		g_assert_null(strstr(fixture_body(r), rows[i].lacks));
		g_assert_nonnull(strstr(fixture_body(r), "action=\"/consent\""));
		g_assert_cmpuint(count(fixture_body(r), "name=\"answer\""), ==,
				 rows[i].asked ? 2 : 1);
		g_assert_cmpuint(count(fixture_body(r), "autofocus"), ==, 0);
	}
}

/* Yes and no weigh the same: nothing in the markup tells them apart but what they say. */
static void test_yes_and_no(void)
{
	g_autoptr(Pages) pages = fixture_pages();
	g_auto(FixtureMatter) matter;

	fixture_matter_init(&matter, "x");
	const PageConsent page = {.handle = "H", .csrf = "C", .asked = &matter.page};
	g_autoptr(HttpResponse) r = page_consent(pages, "sv", &page);
	g_assert_nonnull(strstr(
		fixture_body(r),
		"<div class=\"answers\">\n"
		"<button id=\"yes\" type=\"submit\" name=\"answer\" value=\"yes\">Ja, lämna dem</button>\n"
		"<button id=\"no\" type=\"submit\" name=\"answer\" value=\"no\">Nej, lämna dem "
		"inte</button>\n</div>"));
}

/* Who reads over the shoulder does not get the number; it is there, and whose it is knows it. */
static void test_secret_value(void)
{
	static const struct {
		const char *value, *shown;
	} rows[] = {
		{"201305121234", "20130512••••"},
		{"20130512-1234", "20130512-••••"},
		{"123", "•••"},
		{"åäö12345", "åäö1••••"},
		{"", ""},
	};
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(FixtureMatter) matter;
		fixture_matter_init(&matter, rows[i].value);
		g_array_index(matter.items, PageItem, 1).is_secret = true;
		g_array_index(matter.items, PageItem, 0).label = "nr";
		g_array_index(matter.items, PageItem, 1).label = "nr";
		g_array_index(matter.items, PageItem, 0).explained = NULL;
		g_array_index(matter.items, PageItem, 1).explained = NULL;
		matter.purposes->pdata[0] = (gpointer)(guintptr) "x";
		const PageConsent page = {.handle = "H", .csrf = "C", .told = &matter.page};
		g_autoptr(HttpResponse) r = page_consent(pages, "sv", &page);
		g_autofree char *want =
			g_strdup_printf("<dd class=\"value\">%s</dd>", rows[i].shown);
		g_assert_nonnull(strstr(fixture_body(r), want));
		g_assert_true(!*rows[i].value || !strstr(fixture_body(r), rows[i].value));
	}
}

static void test_choices(void)
{
	g_autoptr(Pages) pages = fixture_pages();
	g_autoptr(GArray) choices = g_array_new(FALSE, FALSE, sizeof(PageChoice));
	g_auto(FixtureMatter) matter;
	static const char *const has[] = {
		"<h2>Det här har du svarat</h2>",
		"<h2>Det här har du fått veta</h2>",
		"<li id=\"choice-A\">\n<h3 id=\"service-A\">Boken</h3>\n<p class=\"said\">Du sa ja "
		"2026-11-23.</p>",
		"<input type=\"hidden\" name=\"said\" value=\"yes\">\n<button class=\"second\" "
		"type=\"submit\" name=\"choice\" value=\"A\" aria-describedby=\"service-A\">Ta tillbaka "
		"mitt ja</button>",
		"<input type=\"hidden\" name=\"said\" value=\"no\">\n<button class=\"second\" "
		"type=\"submit\" name=\"choice\" value=\"B\" aria-describedby=\"service-B\">Fråga mig "
		"igen</button>",
		"Du fick veta det 2026-11-23.",
		"Du sa ja, men det gäller inte längre sedan 2026-11-23.</p>\n"
		"<p class=\"agreed\">Det var ett ja från 2026-10-01.</p>",
		"<a href=\"/me/choices?lang=en\"",
	};

	fixture_matter_init(&matter, "x");
	const PageChoice all[] = {
		{"A", PAGE_SAID_YES, "Boken", "2026-11-23", matter.page},
		{"B", PAGE_SAID_NO, "Kartan", "2026-11-23", matter.page},
		{"C", PAGE_SAID_SEEN, "Ordet", "2026-11-23", matter.page},
		{"D", PAGE_SAID_LAPSED, "Provet", "2026-11-23", matter.page, "2026-10-01"},
	};
	g_array_append_vals(choices, all, G_N_ELEMENTS(all));
	g_autoptr(HttpResponse) r = page_choices(pages, "sv", choices, "C");
	for (size_t i = 0; i < G_N_ELEMENTS(has); i++)
		g_assert_nonnull(strstr(fixture_body(r), has[i]));
	g_assert_cmpuint(count(fixture_body(r), "<button"), ==, 2);
	g_assert_null(strstr(fixture_body(r), "amtyck"));
	g_array_set_size(choices, 0);
	g_autoptr(HttpResponse) none = page_choices(pages, "sv", choices, "C");
	g_assert_nonnull(strstr(fixture_body(none), "id=\"nothing\""));
	g_assert_null(strstr(fixture_body(none), "<h2>"));
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

/* As what one is logged in stands on the start page, with the way to change it. */
static void test_start_role(void)
{
	static const struct {
		Role role;
		const char *sv, *en;
	} rows[] = {
		{ROLE_STUDENT, "Du är inloggad som elev", "You are logged in as a pupil"},
		{ROLE_STAFF, "Du är inloggad som personal", "You are logged in as staff"},
		{ROLE_GUARDIAN, "Du är inloggad som vårdnadshavare",
		 "You are logged in as a guardian"},
		{ROLE_NONE, "Du är inte inloggad", "You are not logged in"},
	};
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const PageStart page = {.role = rows[i].role, .csrf = "C"};
		g_autoptr(HttpResponse) sv = page_start(pages, "sv", &page);
		g_autoptr(HttpResponse) en = page_start(pages, "en", &page);
		g_assert_nonnull(strstr(fixture_body(sv), rows[i].sv));
		g_assert_nonnull(strstr(fixture_body(en), rows[i].en));
		g_assert_cmpuint(count(fixture_body(sv), "Du är "), ==, 1);
		g_assert_true(!!strstr(fixture_body(sv), "id=\"change-role\"") ==
			      (rows[i].role != ROLE_NONE));
		g_assert_true(!!strstr(fixture_body(sv), "id=\"logout\"") ==
			      (rows[i].role != ROLE_NONE));
	}
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
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		const PagePost page = {.acs = "https://sp.example/acs?a=1&b=2",
				       .saml_response = "PHNhbWw+Lz4=",
				       .relay_state = states[i],
				       .service = "Mattebok"};
		g_autoptr(HttpResponse) r = page_post(pages, "sv", &page);
		g_autofree char *state = field(fixture_body(r), "RelayState");
		g_autofree char *message = field(fixture_body(r), "SAMLResponse");
		g_assert_cmpstr(state, ==, states[i]);
		g_assert_cmpstr(message, ==, page.saml_response);
		g_assert_nonnull(strstr(fixture_body(r),
					"<form id=\"post\" method=\"post\" "
					"action=\"https://sp.example/acs?a=1&amp;b=2\">"));
		g_assert_nonnull(strstr(fixture_body(r), "<button id=\"continue\" type=\"submit\">"
							 "Fortsätt till Mattebok</button>"));
	}
}

/* Metadata may write the scheme in any case (RFC 3986, 3.1), and endpoint_url_check() takes it. */
static void test_scheme(void)
{
	g_autoptr(Pages) pages = fixture_pages();
	const PagePost page = {.acs = "HTTPS://SP.example/acs", .saml_response = "x"};
	const PageFault fault = {.fault = "internal", .status = 500, .back = "HTTPS://SP.example"};

	g_autoptr(HttpResponse) r = page_post(pages, "sv", &page);
	g_assert_nonnull(strstr(fixture_body(r), "action=\"HTTPS://SP.example/acs\""));
	g_autoptr(HttpResponse) f = page_fault(pages, "sv", &fault);
	g_assert_nonnull(strstr(fixture_body(f), "href=\"HTTPS://SP.example\""));
}

/* Every fault of the table has a page of its own in every language. */
static void test_faults(void)
{
	g_autoptr(Pages) pages = fixture_pages();

	for (FaultCode code = FAULT_NONE + 1; code < FAULT_COUNT; code++) {
		const Fault *row = fault_row(code);
		for (size_t j = 0; j < FIXTURE_LANGS; j++) {
			const PageFault page = {.fault = row->name,
						.status = row->http,
						.reference = "7Q2M9ZK4TX",
						.try_again = row->try_again};
			g_autoptr(HttpResponse) r = page_fault(pages, fixture_langs[j], &page);
			g_assert_cmpuint(r->status, ==, row->http);
			g_assert_nonnull(strstr(fixture_body(r),
						"<code id=\"reference\">7Q2M9ZK4TX</code>"));
			g_assert_true(!!http_response_get(r, "Retry-After") ==
				      (row->http == 503 && row->try_again));
		}
	}
}

/* Beyond every limit there still is an answer, and it holds nothing of what went wrong. */
static void test_last_resort(void)
{
	g_autoptr(Pages) pages = fixture_pages();
	g_autofree char *huge = g_strnfill(600 * 1024, '<');
	const PagePost page = {.acs = "https://sp.example/", .saml_response = huge};
	const PageFault unknown = {.fault = "no-such-fault", .status = 400};
	g_autoptr(HttpResponse) a = page_post(pages, "sv", &page);
	g_autoptr(HttpResponse) b = page_fault(pages, "sv", &unknown);

	g_assert_cmpuint(a->status, ==, 500);
	g_assert_null(strstr(fixture_body(a), "&lt;"));
	g_assert_cmpuint(b->status, ==, 500);
}

/* For looking at: PAGE_DUMP names a folder that every page is written to. */
static void dump(const char *folder)
{
	g_autoptr(Pages) pages = fixture_pages();

	for (size_t i = 0; i < FIXTURE_PAGES; i++) {
		for (size_t j = 0; j < FIXTURE_LANGS; j++) {
			g_autoptr(HttpResponse) r =
				fixture_table[i].make(pages, fixture_langs[j], "Nya Matteboken");
			g_autofree char *path = g_strdup_printf(
				"%s/%s.%s.html", folder, fixture_table[i].name, fixture_langs[j]);
			g_assert_true(g_file_set_contents(path, fixture_body(r), -1, NULL));
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
	g_test_add_func("/page/login-held", test_login_held);
	g_test_add_func("/page/consent", test_consent);
	g_test_add_func("/page/yes-and-no", test_yes_and_no);
	g_test_add_func("/page/secret-value", test_secret_value);
	g_test_add_func("/page/choices", test_choices);
	g_test_add_func("/page/scheme", test_scheme);
	g_test_add_func("/page/role-form", test_role_form);
	g_test_add_func("/page/start-role", test_start_role);
	g_test_add_func("/page/post", test_post);
	g_test_add_func("/page/faults", test_faults);
	g_test_add_func("/page/last-resort", test_last_resort);
	return g_test_run();
}
