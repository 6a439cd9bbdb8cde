/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How the daemon is: what was gathered of its parts, a plain value, and what that means for whoever
 * decides whether to send people here. Pure: no lock, no clock, no file.
 *
 * READY: all is well. DEGRADED: an admin should look, and people are still served, at least those
 * who have a session: a load balancer must not take the only node away for it. NOT_READY: nobody
 * can be answered here.
 */
#pragma once

#include "idp/generation.h"
#include "idp/health/process.h"
#include "idp/health/tally.h"
#include "idp/http/server.h"
#include "idp/log.h"
#include "idp/login/throttle.h"
#include "idp/pool.h"
#include "idp/store/writer.h"

typedef enum { HEALTH_READY, HEALTH_DEGRADED, HEALTH_NOT_READY } HealthStatus;

/* Times in seconds since 1970; 0: never, or there is none. */
typedef struct {
	Generation *kept; /* what strings are borrowed from; NULL: nobody's */
	gint64 now;
	bool draining;   /* told to stop */
	unsigned visits; /* requests on their way through flow.c */
	HttpStats http;
	PoolStats workers, directory_lane;
	unsigned queue; /* jobs that may wait in each of the two */
	WriterStats writer;
	unsigned writer_queue;    /* commits that may wait */
	gint64 store_failed;      /* when the last transaction failed; 0: it did not */
	DirectoryStats directory; /* counters begin anew with each generation */
	ThrottleStats throttle;
	const char *generation;
	gint64 generation_loaded;
	guint64 reloads, reloads_failed;
	char *reload_error; /* why the last reload was not taken; NULL: it was */
	unsigned services;
	GArray *feeds;        /* FeedStatus; NULL: none */
	unsigned generations; /* that are alive */
	gint64 saml_certificate_ends;
	gint64 tls_certificate_ends;
	LogStats log;
	ProcessFigures process;
	const Tally *tally;
} Health;

void health_clear(Health *health);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Health, health_clear)

/* One look at one part: a few words an admin can act on, nothing personal. */
typedef struct {
	const char *name;
	HealthStatus status;
	char *says;
} HealthCheck;

/* "ready", "degraded", "not-ready". */
const char *health_status_name(HealthStatus status);

/* Every check, in the order of the table. HealthCheck; transfer full. */
GPtrArray *health_checks(const Health *health);

/* The worst of them. */
HealthStatus health_status(const GPtrArray *checks);

/* {"status": ..., "checks": [{"check", "status", "says"}...]}. Transfer full. */
char *health_json(const GPtrArray *checks);
