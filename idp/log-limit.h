/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How many lines of the log peers may cause. Lines are of kinds (the fault's name, the defect of a
 * request); each kind has a bucket of its own and all share one (limits.h: LIMIT_LOG_*). A kind
 * that has been silent for a second is heard whatever the others do. What is left out is counted,
 * kind by kind, until it is told.
 *
 * A plain value without lock and clock: the log has both.
 */
#pragma once

#include "idp/limits.h"

#include <glib.h>
#include <stdbool.h>

#define LOG_KIND_MAX 64

typedef struct {
	char name[LOG_KIND_MAX]; /* "" for a place nobody has yet */
	gint64 credit;           /* microseconds of LIMIT_LOG_KIND_RATE saved up */
	gint64 seen;             /* when credit was last right */
	gint64 written;          /* when a line of this kind was last let through */
	guint64 left_out;        /* not told yet */
} LogKind;

/* Begins as zeroes. What finds no place among the kinds shares the last. */
typedef struct {
	LogKind kinds[LIMIT_LOG_KINDS];
	gint64 credit, seen; /* of the bucket that all share */
	unsigned next;       /* whose turn it is to be told */
} LogLimit;

/* Whether one more line of that kind may be written; if not, it is counted. `now` is
 * g_get_monotonic_time(), never 0. */
bool log_limit_take(LogLimit *limit, const char *kind, gint64 now);

/*
 * Takes the count of a kind of which lines were left out, each kind in its turn. False: there is
 * none. `*ret_kind` lives as long as the limit.
 */
bool log_limit_tell(LogLimit *limit, const char **ret_kind, guint64 *ret_left_out);
