/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is told of a request before anybody works on it: its endpoint, and whether it goes first. */
#include "idp/route.h"

#include "idp/login/pending.h"
#include "idp/login/session.h"

#define TOKEN   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SESSION SESSION_COOKIE "=" TOKEN
#define BROWSER PENDING_BROWSER_COOKIE "=" TOKEN

static void test_tickets(void)
{
	static const struct {
		HttpMethod method;
		const char *target, *cookies;
		bool want;
	} table[] = {
		{HTTP_GET, "/saml/sso?SAMLRequest=x", NULL, false},
		{HTTP_GET, "/saml/sso?SAMLRequest=x", SESSION, true},
		{HTTP_GET, "/saml/sso?SAMLRequest=x", "a=b; " SESSION, true},
		{HTTP_GET, "/saml/sso?SAMLRequest=x", BROWSER, false},
		{HTTP_GET, "/saml/sso?SAMLRequest=x", SESSION_COOKIE "=x", false},
		{HTTP_GET, "/saml/sso?SAMLRequest=x", SESSION "; " SESSION, false},
		{HTTP_GET, "/saml/sso?handle=x", NULL, false},
		{HTTP_POST, "/saml/sso", SESSION, false},
		{HTTP_GET, "/saml/continue?handle=x", NULL, true},
		{HTTP_GET, "/saml/continue?a=b&handle=x", NULL, true},
		{HTTP_GET, "/saml/continue?nohandle=x", NULL, false},
		{HTTP_GET, "/saml/continue", NULL, false},
		{HTTP_GET, "/login", BROWSER, false},
		{HTTP_GET, "/login?handle=x", NULL, true},
		{HTTP_POST, "/login", NULL, false},
		{HTTP_POST, "/login", BROWSER, true},
		{HTTP_POST, "/role", BROWSER, true},
		{HTTP_GET, "/consent?handle=x", NULL, true},
		{HTTP_GET, "/consent", BROWSER, false},
		{HTTP_POST, "/consent", BROWSER, true},
		{HTTP_POST, "/consent", NULL, false},
		{HTTP_GET, "/me/choices", SESSION, true},
		{HTTP_POST, "/me/choices", SESSION, true},
		{HTTP_POST, "/me/choices", BROWSER, false},
		{HTTP_POST, "/logout", BROWSER, false},
		{HTTP_POST, "/logout", SESSION, true},
		{HTTP_GET, "/logout", SESSION, true},
		{HTTP_GET, "/", SESSION, true},
		{HTTP_GET, "/", NULL, false},
		{HTTP_GET, "/static/x.css", BROWSER, true},
		{HTTP_GET, "/static/x.css", NULL, false},
		{HTTP_GET, "/saml/metadata", SESSION "; " BROWSER, false},
		{HTTP_GET, "/error", SESSION "; " BROWSER, false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(HttpRequest) request = http_request_new(table[i].method, table[i].target);
		unsigned endpoint;
		FaultCode fault;
		request->cookies = g_strdup(table[i].cookies);
		g_test_message("%s, %s", table[i].target, table[i].cookies);
		g_assert_true(route_find(request, &endpoint, &fault));
		g_assert_true(route_has_ticket(request, endpoint) == table[i].want);
	}
}

static void test_routes(void)
{
	static const struct {
		HttpMethod method;
		bool head;
		const char *target;
		FaultCode want; /* FAULT_NONE: served */
	} table[] = {
		{HTTP_GET, false, "/saml/sso", FAULT_NONE},
		{HTTP_POST, false, "/saml/sso", FAULT_NONE},
		{HTTP_GET, true, "/saml/sso", FAULT_HTTP_METHOD},
		{HTTP_GET, true, "/saml/metadata", FAULT_NONE},
		{HTTP_GET, false, "/consent", FAULT_NONE},
		{HTTP_POST, false, "/consent", FAULT_NONE},
		{HTTP_GET, true, "/consent", FAULT_HTTP_METHOD},
		{HTTP_GET, false, "/me/choices", FAULT_NONE},
		{HTTP_GET, true, "/me/choices", FAULT_NONE},
		{HTTP_GET, false, "/me", FAULT_HTTP_NOT_FOUND},
		{HTTP_POST, false, "/saml/metadata", FAULT_HTTP_METHOD},
		{HTTP_GET, false, "/saml/sso/", FAULT_HTTP_NOT_FOUND},
		{HTTP_GET, false, "/SAML/sso", FAULT_HTTP_NOT_FOUND},
		{HTTP_GET, false, "/static/any", FAULT_NONE},
		{HTTP_GET, false, "/static", FAULT_HTTP_NOT_FOUND},
		{HTTP_GET, false, "/x", FAULT_HTTP_NOT_FOUND},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(HttpRequest) request = http_request_new(table[i].method, table[i].target);
		unsigned endpoint;
		FaultCode fault = FAULT_NONE;
		request->is_head = table[i].head;
		g_test_message("%s", table[i].target);
		bool served = route_find(request, &endpoint, &fault);
		g_assert_true(served == (table[i].want == FAULT_NONE));
		g_assert_true(served || fault == table[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/route/tickets", test_tickets);
	g_test_add_func("/route/routes", test_routes);
	return g_test_run();
}
