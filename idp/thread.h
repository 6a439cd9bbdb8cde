/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What our threads have in common. They are plain pthreads, which ThreadSanitizer sees.
 */
#pragma once

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

/*
 * Starts a thread, called `name` (at most 15 characters), with all signals blocked: they are the
 * main thread's. False: error is G_FILE_ERROR, with the name.
 */
bool thread_start(pthread_t *thread, const char *name, void *(*run)(void *data), void *data,
		  GError **error);

/* A condition for thread_wait(). */
void thread_condition_init(pthread_cond_t *condition);

/* Waits, with the lock held, until it is signalled (true) or `until` (g_get_monotonic_time()
 * microseconds) has come (false). As with any condition, look again what you waited for. */
bool thread_wait(pthread_cond_t *condition, pthread_mutex_t *lock, gint64 until);
