/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Threads that work off a bounded queue. Plain pthreads: ThreadSanitizer understands these and not
 * GLib's, so races in what the workers do stay visible.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Pool Pool;

/* Who waits longer when there is more to do than can be done. */
typedef enum {
	POOL_FIRST, /* goes before every POOL_LATER, and may fill the queue */
	POOL_LATER, /* may fill a part of it, and waits so long at most */
	POOL_CLASSES
} PoolClass;

typedef struct {
	const char *name; /* of the threads, at most 15 characters */
	unsigned threads;
	unsigned capacity; /* jobs that may wait, not counting those being worked on */
	/* Makes what each thread has of its own (a store handle, a LassoServer); called by
	 * pool_new(), once per thread. NULL: the worker is NULL. Returning NULL with an error fails
	 * pool_new(). */
	void *(*worker_new)(void *user, GError **error);
	void (*worker_free)(void *worker);
	/* Does one job (and owns it). */
	void (*work)(void *job, void *worker, void *user);
	void *user;
	/* POOL_LATER jobs that may wait, of the capacity; 0: as many as there is room for. */
	unsigned later_capacity;
	/* A POOL_LATER job that has waited longer than so many milliseconds goes to `late` and not
	 * to `work`; 0: none is ever late. */
	unsigned later_ms;
	/* Is given, and owns, the jobs that are not worked on: the late ones on a worker's thread,
	 * the displaced ones (pool_push()) on the pushing one. NULL: nothing is displaced. */
	void (*late)(void *job, void *user);
} PoolOptions;

typedef struct {
	unsigned waiting; /* jobs in the queue */
	unsigned working; /* jobs being worked on */
	unsigned peak;    /* most that ever waited */
	guint64 done;     /* jobs finished */
	guint64 refused;  /* pushes that found it full or stopping */
	guint64 late;     /* jobs given to `late`, not counted as done or refused */
} PoolStats;

Pool *pool_new(const PoolOptions *options, GError **error);

/*
 * Queues `job` (transfer full if true). False when there is no room for its class or the pool is
 * stopping. `origin` is whose it is: where there is no room, a job of the origin that has the most
 * of that class waiting makes room for one that has fewer by two, so that whoever asks too much
 * turns away himself. Within a class the oldest comes first: with a bounded wait that is as fresh
 * as it needs to be, and newest-first would make whoever asked at the wrong moment wait for all the
 * others.
 */
bool pool_push(Pool *pool, void *job, PoolClass class, guint64 origin);

/* Takes no more jobs, finishes those queued and ends the threads; later pushes return false. Two
 * pools that push to each other: stop both, then free both. NULL is fine. */
void pool_stop(Pool *pool);

/* Stops if need be, frees the workers and the pool. NULL is fine. */
void pool_free(Pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

void pool_stats(Pool *pool, PoolStats *stats);
