/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How the daemon is: what was gathered of its parts, a plain value, and what that means for whoever
 * decides whether to send people here. Pure: no lock, no clock, no file. Some of it is of the
 * process, the rest of each huvudman it serves.
 *
 * READY: all is well. DEGRADED: an admin should look, and people are still served, at least those
 * who have a session: a load balancer must not take the only node away for it. NOT_READY: nobody
 * can be answered here. Where there are several huvudmän, one who is not ready leaves the node
 * degraded as long as another is served.
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

/* Of one huvudman. Times in seconds since 1970; 0: never, or there is none. */
typedef struct {
	const char *name;       /* NULL: the only one */
	Generation *kept;       /* what strings are borrowed from; NULL: nobody's */
	const char *generation; /* NULL: none could be loaded, and error says why */
	gint64 generation_loaded;
	guint64 reloads, reloads_failed;
	char *error; /* why the last load or reload was not taken; NULL: it was */
	PoolStats directory_lane;
	WriterStats writer;
	gint64 store_failed;      /* when the last transaction failed; 0: it did not */
	DirectoryStats directory; /* counters begin anew with each generation */
	ThrottleStats throttle;
	unsigned services;
	HoldsCount held;
	GArray *feeds; /* FeedStatus; NULL: none */
	gint64 saml_certificate_ends;
	char *agreement;         /* the one that ends first, as a sentence; NULL: none does soon */
	unsigned agreement_left; /* days */
	const Tally *tally;
} HealthOf;

typedef struct {
	gint64 now;
	bool draining;   /* told to stop */
	unsigned visits; /* requests on their way through flow.c */
	HttpStats http;
	PoolStats workers;
	unsigned queue;        /* jobs that may wait for a worker, or for a directory */
	unsigned writer_queue; /* commits that may wait */
	unsigned generations;  /* that are alive */
	gint64 tls_certificate_ends;
	LogStats log;
	ProcessFigures process;
	HealthOf *of; /* one for each huvudman */
	unsigned n;   /* one or more */
} Health;

/* Makes room for so many huvudmän, zeroed. */
void health_init(Health *health, unsigned n);
void health_clear(Health *health);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Health, health_clear)

/* One look at one part: a few words an admin can act on, nothing personal. */
typedef struct {
	const char *name;
	const char *huvudman; /* whose part; NULL: the process's, or there is only one */
	HealthStatus status;
	char *says;
} HealthCheck;

/* "ready", "degraded", "not-ready". */
const char *health_status_name(HealthStatus status);

/* Every check, in the order of the table, and of a huvudman none could be loaded for only
 * `generation`. HealthCheck, which borrow from health; transfer full. */
GPtrArray *health_checks(const Health *health);

/* What it comes to for the node, and for one huvudman alone (NULL: for the process's part). */
HealthStatus health_status(const GPtrArray *checks);
HealthStatus health_status_of(const GPtrArray *checks, const char *huvudman);

/* {"status": ..., "checks": [{"check", "huvudman", "status", "says"}...]}. Transfer full. */
char *health_json(const GPtrArray *checks);
