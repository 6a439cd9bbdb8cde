/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/page.h"

#include "idp/page/page-set.h"
#include "policy/person.h"

#include <string.h>

#define CSP_BASE                                                                                   \
	"default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; "           \
	"base-uri 'none'; "
#define CSP_OURS "form-action 'self'"
#define CSP_POST "script-src 'self'; form-action https:"
#define CSP_AWAY "form-action https:"

/* Seconds after which somebody who was told 503 may come again. */
#define RETRY_AFTER "10"

/* What a person sees when even the page cannot be made: a limit of template.h was passed. */
static const char last_resort[] =
	"<!DOCTYPE html><html lang=\"sv\"><title>Fel</title><h1>Något gick sönder hos oss</h1>"
	"<p>Gå tillbaka till tjänsten och försök igen.</p>"
	"<p lang=\"en\">Something broke on our side. Go back to the service and try again.</p>";

/*
 * A name from a peer as one line of plain text. The attacks prevented are a name that turns the
 * direction of the text after it around, and one that pushes our own words off the page.
 */
static char *clean(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *out = g_string_new(NULL);
	glong length = 0;

	for (char *p = valid; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		GUnicodeType type = g_unichar_type(c);
		if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
		    type == G_UNICODE_PARAGRAPH_SEPARATOR)
			c = ' ';
		/* U+200C and U+200D join and part letters in several scripts */
		else if (type == G_UNICODE_FORMAT && c != 0x200c && c != 0x200d)
			continue;
		if (++length > PAGE_NAME_MAX) {
			g_string_append(out, "…");
			break;
		}
		g_string_append_unichar(out, c);
	}
	return g_strstrip(g_string_free(out, FALSE));
}

static void put(GVariantDict *context, const char *key, const char *text)
{
	if (text)
		g_variant_dict_insert_value(context, key,
					    g_variant_new_take_string(g_utf8_make_valid(text, -1)));
}

static void put_name(GVariantDict *context, const char *key, const char *name)
{
	if (name)
		g_variant_dict_insert_value(context, key, g_variant_new_take_string(clean(name)));
}

static void put_true(GVariantDict *context, const char *key, bool value)
{
	g_variant_dict_insert(context, key, "b", value);
}

/* The attack prevented: a link or form that runs script ("javascript:…"). */
static bool is_https(const char *url)
{
	return url && g_ascii_strncasecmp(url, "https://", strlen("https://")) == 0;
}

/* A path of ours; "//host" would be another's. */
static bool is_own_path(const char *path)
{
	return path && path[0] == '/' && path[1] != '/' && path[1] != '\\';
}

static HttpResponse *respond(const Pages *pages, const char *lang, unsigned status,
			     const char *template, GVariantDict *context, const char *csp)
{
	g_autofree char *html = page_set_render(pages, lang, template, context, NULL);

	if (!html)
		return http_response_html(500, g_strdup(last_resort), CSP_BASE CSP_OURS);
	HttpResponse *response = http_response_html(status, g_steal_pointer(&html), csp);
	http_response_set(response, "Content-Language", lang);
	return response;
}

HttpResponse *page_login(const Pages *pages, const char *lang, const PageLogin *login)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);
	g_autofree char *handle = g_uri_escape_string(login->handle, NULL, FALSE);
	g_autofree char *url = g_strconcat("/login?handle=", handle, NULL);

	page_set_switch(pages, &context, lang, url);
	put(&context, "title", "login-title");
	put_name(&context, "service", login->service);
	put(&context, "handle", login->handle);
	put(&context, "csrf", login->csrf);
	put_name(&context, "login", login->login);
	put_true(&context, "failed", login->failed);
	if (login->wait == 0)
		return respond(pages, lang, 200, "login", &context, CSP_BASE CSP_OURS);
	g_autofree char *wait = g_strdup_printf("%u", login->wait);
	put(&context, "wait", wait);
	HttpResponse *response = respond(pages, lang, 429, "login", &context, CSP_BASE CSP_OURS);
	http_response_set(response, "Retry-After", wait);
	return response;
}

HttpResponse *page_role(const Pages *pages, const char *lang, const PageRole *role)
{
	static const Role roles[] = {ROLE_STUDENT, ROLE_STAFF, ROLE_GUARDIAN};
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);
	g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

	for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
		g_auto(GVariantDict) one = G_VARIANT_DICT_INIT(NULL);
		const char *name = role_name(roles[i]);
		g_autofree char *label = g_strconcat("role-", name, NULL);
		g_autofree char *hint = g_strconcat("role-", name, "-hint", NULL);
		if (!(role->roles & roles[i]))
			continue;
		put(&one, "role", name);
		put(&one, "label", label);
		put(&one, "hint", hint);
		g_variant_builder_add_value(&list, g_variant_dict_end(&one));
	}
	g_variant_dict_insert_value(&context, "roles", g_variant_builder_end(&list));
	put(&context, "title", "role-title");
	put_name(&context, "service", role->service);
	put(&context, "handle", role->handle);
	put(&context, "csrf", role->csrf);
	return respond(pages, lang, 200, "role", &context, CSP_BASE CSP_OURS);
}

static void put_post(GVariantDict *context, const PagePost *post)
{
	g_assert(is_https(post->acs));
	put(context, "acs", post->acs);
	put(context, "saml_response", post->saml_response);
	put_true(context, "has_relay_state", post->relay_state != NULL);
	put(context, "relay_state", post->relay_state);
	put_name(context, "service", post->service);
}

HttpResponse *page_post(const Pages *pages, const char *lang, const PagePost *post)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	put_post(&context, post);
	put(&context, "title", "post-title");
	put(&context, "button", "post-button");
	put(&context, "script", page_set_asset(pages, "post.js"));
	put_true(&context, "open", true);
	return respond(pages, lang, 200, "post", &context, CSP_BASE CSP_POST);
}

/* What a fault is called, what it means, what to do. */
static void put_fault(GVariantDict *context, const char *fault)
{
	static const char *const parts[] = {"title", "text", "todo"};

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *key = g_strdup_printf("fault-%s-%s", fault, parts[i]);
		put(context, parts[i], key);
	}
}

HttpResponse *page_refused(const Pages *pages, const char *lang, const PagePost *post,
			   const char *fault, unsigned status, const char *reference)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	put_post(&context, post);
	put_fault(&context, fault);
	put(&context, "button", "refused-button");
	put_name(&context, "reference", reference);
	return respond(pages, lang, status, "refused", &context, CSP_BASE CSP_AWAY);
}

HttpResponse *page_fault(const Pages *pages, const char *lang, const PageFault *fault)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	put_fault(&context, fault->fault);
	put_name(&context, "service", fault->service);
	put_name(&context, "reference", fault->reference);
	put(&context, "back", is_https(fault->back) ? fault->back : NULL);
	put(&context, "retry", is_own_path(fault->retry) ? fault->retry : NULL);

	HttpResponse *response =
		respond(pages, lang, fault->status, "fault", &context, CSP_BASE CSP_OURS);
	if (fault->status == 503 && fault->try_again)
		http_response_set(response, "Retry-After", RETRY_AFTER);
	return response;
}

HttpResponse *page_start(const Pages *pages, const char *lang, const PageStart *start)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	page_set_switch(pages, &context, lang, "/");
	put(&context, "title", "start-title");
	put(&context, "csrf", start->csrf);
	if (start->role) {
		g_autofree char *as = g_strconcat("start-", role_name(start->role), NULL);
		put(&context, "as", as);
	}
	put_true(&context, "open", start->role != ROLE_NONE);
	return respond(pages, lang, 200, "start", &context, CSP_BASE CSP_OURS);
}

HttpResponse *page_logout(const Pages *pages, const char *lang, const char *csrf)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	page_set_switch(pages, &context, lang, "/logout");
	put(&context, "title", "logout-title");
	put(&context, "csrf", csrf);
	put_true(&context, "open", true);
	return respond(pages, lang, 200, "logout", &context, CSP_BASE CSP_OURS);
}

HttpResponse *page_logged_out(const Pages *pages, const char *lang)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	put(&context, "title", "logged-out-title");
	return respond(pages, lang, 200, "logged-out", &context, CSP_BASE CSP_OURS);
}
