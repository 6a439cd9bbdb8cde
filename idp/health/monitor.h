/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The private listener, for monitors and load balancers:
 *
 *   /health/live   200 as long as the process answers, with a line on each huvudman
 *   /health/ready  200 while people are served, 503 when not; JSON with every check
 *   /metrics       the same in numbers
 *
 * Plain HTTP at one written-out address, and nothing of it on the public listener. Only that
 * address (and localhost, where it is a loopback one) is taken as Host: a page whose own name
 * resolves to it, to read this in a browser inside, is refused.
 */
#pragma once

#include "idp/health/health.h"

typedef struct Monitor Monitor;

typedef struct {
	const char *listen; /* as listen_hosts() takes it */
	/* Fills in all of Health, which is zeroed and not initialised. On an I/O thread: it must
	 * not block. */
	void (*gather)(Health *health, gpointer user);
	gpointer user;
} MonitorOptions;

/* Binds and serves. NULL with an error that names the address. Transfer full. */
Monitor *monitor_start(const MonitorOptions *options, GError **error);

/* The address bound. Transfer none. */
const char *monitor_address(const Monitor *monitor);

/* Answers what is under way, then no more; `gather` is not called after. NULL is fine. */
void monitor_stop(Monitor *monitor);
