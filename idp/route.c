/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/route.h"

#include <string.h>

#include "idp/http/cookie.h"
#include "idp/limits.h"
#include "idp/login/pending.h"
#include "idp/login/session.h"

/* By what a request shows that somebody is on the way already. */
typedef enum {
	TICKET_NONE,
	TICKET_SESSION, /* the session cookie */
	TICKET_BROWSER, /* the cookie that came with a login page */
	TICKET_HANDLE,  /* a handle in the query */
} Ticket;

/* clang-format off */
static const struct {
	const char *name;
	HttpMethod method;
	const char *path; /* one that ends in '/' and is longer than that serves all below it */
	Ticket ticket;
} endpoints[ENDPOINTS] = {
	[AT_SSO]          = {"sso",          HTTP_GET,  "/saml/sso",      TICKET_SESSION},
	[AT_SSO_POST]     = {"sso-post",     HTTP_POST, "/saml/sso",      TICKET_NONE}, /* no Lax cookies */
	[AT_CONTINUE]     = {"continue",     HTTP_GET,  "/saml/continue", TICKET_HANDLE},
	[AT_LOGIN_PAGE]   = {"login-page",   HTTP_GET,  "/login",         TICKET_HANDLE},
	[AT_LOGIN]        = {"login",        HTTP_POST, "/login",         TICKET_BROWSER},
	[AT_ROLE]         = {"role",         HTTP_POST, "/role",          TICKET_BROWSER},
	[AT_CONSENT_PAGE] = {"consent-page", HTTP_GET,  "/consent",       TICKET_HANDLE},
	[AT_CONSENT]      = {"consent",      HTTP_POST, "/consent",       TICKET_BROWSER},
	[AT_START]        = {"start",        HTTP_GET,  "/",              TICKET_SESSION},
	[AT_CHOICES_PAGE] = {"choices-page", HTTP_GET,  "/me/choices",    TICKET_SESSION},
	[AT_CHOICES]      = {"choices",      HTTP_POST, "/me/choices",    TICKET_SESSION},
	[AT_LOGOUT_PAGE]  = {"logout-page",  HTTP_GET,  "/logout",        TICKET_SESSION},
	[AT_LOGOUT]       = {"logout",       HTTP_POST, "/logout",        TICKET_SESSION},
	[AT_METADATA]     = {"metadata",     HTTP_GET,  "/saml/metadata", TICKET_NONE},
	[AT_ERROR]        = {"error",        HTTP_GET,  "/error",         TICKET_NONE},
	[AT_STATIC]       = {"static",       HTTP_GET,  "/static/",       TICKET_BROWSER},
};
/* clang-format on */

bool route_find(const HttpRequest *request, unsigned *ret_endpoint, FaultCode *ret_fault)
{
	*ret_fault = FAULT_HTTP_NOT_FOUND;
	*ret_endpoint = ENDPOINTS;
	for (unsigned i = 0; i < ENDPOINTS; i++) {
		const char *path = endpoints[i].path;
		bool whole = path[1] == '\0' || !g_str_has_suffix(path, "/");
		if (whole ? !g_str_equal(request->path, path)
			  : !g_str_has_prefix(request->path, path))
			continue;
		*ret_fault = FAULT_HTTP_METHOD;
		*ret_endpoint = i;
		/* a HEAD would enter in the ledger what nobody is sent */
		if (endpoints[i].method == request->method &&
		    !(request->is_head &&
		      (i == AT_SSO || i == AT_CONTINUE || i == AT_CONSENT_PAGE)))
			return true;
	}
	return false;
}

bool route_has_ticket(const HttpRequest *request, unsigned endpoint)
{
	g_autofree char *cookie = NULL;
	g_assert(endpoint < ENDPOINTS);
	switch (endpoints[endpoint].ticket) {
	case TICKET_NONE:
		break;
	case TICKET_SESSION:
		cookie = cookie_get(request, SESSION_COOKIE);
		return session_token_is_valid(cookie);
	case TICKET_BROWSER:
		cookie = cookie_get(request, PENDING_BROWSER_COOKIE);
		return pending_browser_is_valid(cookie);
	case TICKET_HANDLE:
		return request->query && (g_str_has_prefix(request->query, "handle=") ||
					  strstr(request->query, "&handle="));
	}
	return false;
}

const char *route_name(unsigned endpoint)
{
	return endpoint < ENDPOINTS ? endpoints[endpoint].name : NULL;
}

const char *route_path(unsigned endpoint)
{
	g_assert(endpoint < ENDPOINTS);
	return endpoints[endpoint].path;
}

gsize route_body_limit(HttpMethod method, const char *path)
{
	return method == HTTP_POST && g_str_equal(path, endpoints[AT_SSO_POST].path)
		       ? LIMIT_HTTP_BODY_SAML
		       : 0;
}
