/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The life of a request: a table of steps and endpoints. Read flow.c first.
 *
 * A visit passes the steps that its endpoint has, in order, until one answers it or finds a
 * fault. A step runs in its lane: the worker lane computes, the directory lane waits for LDAP.
 */
#pragma once

#include "idp/visit.h"

typedef enum { LANE_WORKER, LANE_DIRECTORY } Lane;

/* The endpoint that serves a request, as an index of the table. False: `*ret_fault` says why not
 * (FAULT_HTTP_NOT_FOUND, FAULT_HTTP_METHOD), and the endpoint is the one of that path, or none. */
bool flow_route(const HttpRequest *request, unsigned *ret_endpoint, FaultCode *ret_fault);

/*
 * Whether the request carries what only somebody has who is on the way already: a session, a handle
 * or the cookie of a page of ours. Such go before others. It is judged by its form only, in the
 * time the listener has: what it is worth is found out later, and then it may be nothing.
 */
bool flow_has_ticket(const HttpRequest *request, unsigned endpoint);

/* "sso", "login" and so on, for the log; NULL: none. */
const char *flow_endpoint_name(unsigned endpoint);

/* The largest body an endpoint takes; 0: the common limit. */
gsize flow_body_limit(HttpMethod method, const char *path);

/*
 * Runs the visit's steps in this lane. True: the visit is finished and gone. False: its next step
 * belongs to the other lane, and the visit is still the caller's.
 */
bool flow_run(Visit *visit, Lane lane);
