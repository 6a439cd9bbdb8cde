/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How the daemon is, in numbers: the text exposition format of Prometheus, version 0.0.4. Labels
 * hold names from closed tables and nothing that a peer sent; the number of lines has a bound.
 * Where there are several huvudmän, what is of one has the label huvudman with its name.
 */
#pragma once

#include "idp/health/health.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* What portvakt-serve(1) lists, in the order of the text. */
typedef struct {
	const char *name; /* portvakt_NAME_UNIT, _total for counters; process_NAME as usual */
	const char *type; /* "counter", "gauge", "histogram" */
	const char *help; /* one sentence */
} MetricsFamily;

gsize metrics_families(void);
MetricsFamily metrics_family(gsize i);

/* All of it. `checks` are those of health_checks(). Transfer full. */
char *metrics_text(const Health *health, const GPtrArray *checks);

/* A value as it may stand between the quotes of a label: backslash, quote and line feed escaped.
 * Transfer full. */
char *metrics_label(const char *value);
