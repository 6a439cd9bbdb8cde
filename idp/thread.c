/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/thread.h"

#include <signal.h>
#include <time.h>

bool thread_start(pthread_t *thread, const char *name, void *(*run)(void *data), void *data,
		  GError **error)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(thread, NULL, run, data);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(failed),
			    "cannot start a thread of %s: %s", name, g_strerror(failed));
		return false;
	}
	pthread_setname_np(*thread, name);
	return true;
}

void thread_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool thread_wait(pthread_cond_t *condition, pthread_mutex_t *lock, gint64 until)
{
	const struct timespec at = {
		.tv_sec = until / G_USEC_PER_SEC,
		.tv_nsec = until % G_USEC_PER_SEC * 1000,
	};

	return pthread_cond_timedwait(condition, lock, &at) == 0;
}
