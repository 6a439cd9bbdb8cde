/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What we answer at: a method and a path, and whether a request there shows that somebody is on the
 * way already. What each does is a column of flow.c's table.
 */
#pragma once

#include "idp/fault.h"
#include "idp/http/request.h"

/* In the order of the columns of flow.c's table. */
enum {
	/* clang-format off */
	AT_SSO, AT_SSO_POST, AT_CONTINUE, AT_LOGIN_PAGE, AT_LOGIN, AT_ROLE, AT_CONSENT_PAGE, AT_CONSENT,
	AT_START, AT_CHOICES_PAGE, AT_CHOICES, AT_LOGOUT_PAGE, AT_LOGOUT, AT_METADATA, AT_ERROR, AT_STATIC,
	ENDPOINTS
	/* clang-format on */
};

/* The one that serves a request. False: `*ret_fault` says why not (FAULT_HTTP_NOT_FOUND,
 * FAULT_HTTP_METHOD), and the endpoint is the one of that path, or ENDPOINTS. */
bool route_find(const HttpRequest *request, unsigned *ret_endpoint, FaultCode *ret_fault);

/*
 * Whether the request carries what only somebody has who is on the way already: a session, a handle
 * or the cookie of a page of ours. Such go before others. It is judged by its form only, in the
 * time the listener has: what it is worth is found out later, and then it may be nothing.
 */
bool route_has_ticket(const HttpRequest *request, unsigned endpoint);

/* "sso", "login" and so on, for the log; NULL: none. */
const char *route_name(unsigned endpoint);

/* Where it is, for a redirect to it. One that ends in '/' and is longer than that serves all below
 * it. */
const char *route_path(unsigned endpoint);

/* The largest body one takes, in bytes; 0: the common limit. */
gsize route_body_limit(HttpMethod method, const char *path);
