/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * `portvakt serve`: the threads, their queues, the writer and the listener around the flow, and
 * the swap of generations.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Daemon Daemon;

/* Loads the first generation, opens the store and listens. lasso and the XML libraries must have
 * been started. Errors say file, line and what to do. Transfer full. */
Daemon *daemon_start(const char *config_file, GError **error);

/* Builds a whole new generation and swaps it in; false: the old one stays, error says why.
 * Visits under way end in the one they began with. What threads and listener are made of (group
 * [server], [store], the number of directory connections) changes with a restart only, and is
 * warned of; another base-url is refused. */
bool daemon_reload(Daemon *daemon, GError **error);

/* Takes no new connections, finishes every visit and commit, and frees everything. */
void daemon_stop(Daemon *daemon);
