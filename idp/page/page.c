/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/page.h"

#include "idp/page/page-put.h"
#include "idp/page/page-set.h"
#include "policy/person.h"

#include <string.h>

/* Seconds after which somebody who was told 503 may come again. */
#define RETRY_AFTER "10"

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

HttpResponse *page_login(const Pages *pages, const char *lang, const PageLogin *login)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);
	g_autofree char *handle = g_uri_escape_string(login->handle, NULL, FALSE);
	g_autofree char *url = g_strconcat("/login?handle=", handle, NULL);

	page_set_switch(pages, &context, lang, url);
	page_put(&context, "title", "login-title");
	page_put_name(&context, "service", login->service);
	page_put(&context, "handle", login->handle);
	page_put(&context, "csrf", login->csrf);
	page_put_name(&context, "login", login->login);
	page_put_true(&context, "failed", login->failed);
	if (login->wait == 0)
		return page_respond(pages, lang, 200, "login", &context, CSP_BASE CSP_OURS);
	g_autofree char *wait = g_strdup_printf("%u", login->wait);
	page_put(&context, "wait", wait);
	HttpResponse *response =
		page_respond(pages, lang, 429, "login", &context, CSP_BASE CSP_OURS);
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
		page_put(&one, "role", name);
		page_put(&one, "label", label);
		page_put(&one, "hint", hint);
		g_variant_builder_add_value(&list, g_variant_dict_end(&one));
	}
	g_variant_dict_insert_value(&context, "roles", g_variant_builder_end(&list));
	page_put(&context, "title", "role-title");
	page_put_name(&context, "service", role->service);
	page_put(&context, "handle", role->handle);
	page_put(&context, "csrf", role->csrf);
	return page_respond(pages, lang, 200, "role", &context, CSP_BASE CSP_OURS);
}

static void put_post(GVariantDict *context, const PagePost *post)
{
	g_assert(is_https(post->acs));
	page_put(context, "acs", post->acs);
	page_put(context, "saml_response", post->saml_response);
	page_put_true(context, "has_relay_state", post->relay_state != NULL);
	page_put(context, "relay_state", post->relay_state);
	page_put_name(context, "service", post->service);
}

HttpResponse *page_post(const Pages *pages, const char *lang, const PagePost *post)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	put_post(&context, post);
	page_put(&context, "title", "post-title");
	page_put(&context, "button", "post-button");
	page_put(&context, "script", page_set_asset(pages, "post.js"));
	page_put_true(&context, "open", true);
	return page_respond(pages, lang, 200, "post", &context, CSP_BASE CSP_POST);
}

/* What a fault is called, what it means, what to do. */
static void put_fault(GVariantDict *context, const char *fault)
{
	static const char *const parts[] = {"title", "text", "todo"};

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *key = g_strdup_printf("fault-%s-%s", fault, parts[i]);
		page_put(context, parts[i], key);
	}
}

HttpResponse *page_refused(const Pages *pages, const char *lang, const PagePost *post,
			   const char *fault, unsigned status, const char *reference)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	put_post(&context, post);
	put_fault(&context, fault);
	page_put(&context, "button", "refused-button");
	page_put_true(&context, "choices", strcmp(fault, "declined") == 0);
	page_put_name(&context, "reference", reference);
	return page_respond(pages, lang, status, "refused", &context, CSP_BASE CSP_AWAY);
}

HttpResponse *page_fault(const Pages *pages, const char *lang, const PageFault *fault)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	put_fault(&context, fault->fault);
	page_put_name(&context, "service", fault->service);
	page_put_name(&context, "reference", fault->reference);
	page_put(&context, "back", is_https(fault->back) ? fault->back : NULL);
	page_put(&context, "retry", is_own_path(fault->retry) ? fault->retry : NULL);

	HttpResponse *response =
		page_respond(pages, lang, fault->status, "fault", &context, CSP_BASE CSP_OURS);
	if (fault->status == 503 && fault->try_again)
		http_response_set(response, "Retry-After", RETRY_AFTER);
	return response;
}

HttpResponse *page_start(const Pages *pages, const char *lang, const PageStart *start)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	page_set_switch(pages, &context, lang, "/");
	page_put(&context, "title", "start-title");
	page_put(&context, "csrf", start->csrf);
	if (start->role) {
		g_autofree char *as = g_strconcat("start-", role_name(start->role), NULL);
		page_put(&context, "as", as);
	}
	page_put_true(&context, "open", start->role != ROLE_NONE);
	return page_respond(pages, lang, 200, "start", &context, CSP_BASE CSP_OURS);
}

HttpResponse *page_logout(const Pages *pages, const char *lang, const char *csrf)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	page_set_switch(pages, &context, lang, "/logout");
	page_put(&context, "title", "logout-title");
	page_put(&context, "csrf", csrf);
	page_put_true(&context, "open", true);
	return page_respond(pages, lang, 200, "logout", &context, CSP_BASE CSP_OURS);
}

HttpResponse *page_logged_out(const Pages *pages, const char *lang)
{
	g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);

	page_put(&context, "title", "logged-out-title");
	return page_respond(pages, lang, 200, "logged-out", &context, CSP_BASE CSP_OURS);
}
