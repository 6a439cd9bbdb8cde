/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is to be done later, on one thread of its own: nobody who waits holds a worker. A plain
 * pthread and not the main loop, so that ThreadSanitizer sees it, and so that a stop can finish
 * what waits after the main loop has ended.
 *
 * It keeps what it is given: whoever pushes is bounded by something else (a visit by its
 * connection).
 */
#pragma once

#include <glib.h>

typedef struct Delay Delay;

/* Starts the thread. Transfer full. */
Delay *delay_new(GError **error);

/* Calls `run` with `data` on the thread, not before `due` (g_get_monotonic_time() microseconds).
 * It must be quick: what is due next waits behind it. From any thread. */
void delay_push(Delay *delay, gint64 due, void (*run)(gpointer data), gpointer data);

/* Does at once what still waits, ends the thread and frees. NULL is fine. */
void delay_stop(Delay *delay);
