/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/error.h"

/*
 * The short-lived process that reads an aggregate: a fault in an XML library, met by what a
 * stranger wrote, is met there, where there is neither key, directory nor network, and not in the
 * process that has all of them. It is this same program, started anew through /proc/self/exe, so
 * that none of our memory is in it and an upgrade on disk changes nothing; main() hands over to
 * feed_child_main when feed_child_is_wanted.
 */

/* Whether these are a child's arguments. */
bool feed_child_is_wanted(int argc, char **argv);
/* The child: confines itself (confine.h) before the first byte of the aggregate is read. */
G_NORETURN void feed_child_main(char **argv);

/* How long it may take; what is like eduGAIN takes six seconds of CPU, more where others want it
 * too. What waits for it is the main thread: signals are answered later, but logins go on. */
#define FEED_CHILD_SECONDS 120

/* Runs a child over the aggregate that is open as `aggregate`; `certificate` (DER) and `now` as for
 * feed_aggregate_index. The index goes to `out`, an empty file. False with METADATA_ERROR, in the
 * child's words made harmless, or saying how it ended. Waits, at most `seconds`. */
bool feed_child_run(int aggregate, GBytes *certificate, gint64 now, int out, guint seconds,
		    GError **error);
