/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * `portvakt serve`: the threads, their queues and the listener around the flow, for one huvudman or
 * several, each asked for by its host.
 */
#pragma once

#include <glib.h>

typedef struct Daemon Daemon;

/* Loads the first generation, opens the store and listens. lasso and the XML libraries must have
 * been started. Errors say file, line and what to do. Of several huvudmän, one that cannot be
 * loaded is told in the log, and is an error only where it is the last. Transfer full. */
Daemon *daemon_start(const char *config_file, GError **error);

/* For each huvudman, builds a whole new generation and swaps it in, or keeps the old one; the log
 * says which, and why. What threads and listener are made of (group [server], [store], the number
 * of directory connections, which huvudmän there are) changes with a restart only, and is warned
 * of; another base-url is refused. */
void daemon_reload(Daemon *daemon);

/* To be called every second or so: sees that a day has begun. */
void daemon_look(Daemon *daemon);

/* Takes no new connections, finishes every visit and commit, and frees everything. */
void daemon_stop(Daemon *daemon);
