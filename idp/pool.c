/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/pool.h"

#include <pthread.h>
#include <signal.h>

typedef struct {
	Pool *pool;
	void *worker;
	pthread_t thread;
	bool started;
} Seat;

struct Pool {
	PoolOptions options;
	char name[16];
	pthread_mutex_t lock;
	pthread_cond_t wake;
	void **ring; /* `capacity` jobs, `waiting` of them taken from `first` on */
	unsigned first;
	bool stopping;
	PoolStats stats;
	Seat *seats;
};

/* The next job, or NULL when the pool stops and nothing is left. */
static void *next_job(Pool *pool)
{
	void *job = NULL;

	pthread_mutex_lock(&pool->lock);
	while (pool->stats.waiting == 0 && !pool->stopping)
		pthread_cond_wait(&pool->wake, &pool->lock);
	if (pool->stats.waiting > 0) {
		job = pool->ring[pool->first];
		pool->first = (pool->first + 1) % pool->options.capacity;
		pool->stats.waiting--;
		pool->stats.working++;
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void *run(void *data)
{
	Seat *seat = data;
	Pool *pool = seat->pool;
	void *job;

	while ((job = next_job(pool)) != NULL) {
		pool->options.work(job, seat->worker, pool->options.user);
		pthread_mutex_lock(&pool->lock);
		pool->stats.working--;
		pool->stats.done++;
		pthread_mutex_unlock(&pool->lock);
	}
	return NULL;
}

static bool make_workers(Pool *pool, GError **error)
{
	const PoolOptions *options = &pool->options;

	for (unsigned i = 0; options->worker_new && i < options->threads; i++) {
		pool->seats[i].worker = options->worker_new(options->user, error);
		if (!pool->seats[i].worker)
			return false;
	}
	return true;
}

/* With all signals blocked: they are the main thread's. */
static bool start_threads(Pool *pool, GError **error)
{
	sigset_t all, before;
	bool ok = true;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned i = 0; ok && i < pool->options.threads; i++) {
		Seat *seat = &pool->seats[i];
		seat->pool = pool;
		int failed = pthread_create(&seat->thread, NULL, run, seat);
		seat->started = ok = failed == 0;
		if (ok)
			pthread_setname_np(seat->thread, pool->name);
		else
			g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(failed),
				    "cannot start a thread of %s: %s", pool->name,
				    g_strerror(failed));
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

Pool *pool_new(const PoolOptions *options, GError **error)
{
	Pool *pool = g_new0(Pool, 1);

	g_assert(options->work && options->threads > 0 && options->capacity > 0);
	pool->options = *options;
	g_strlcpy(pool->name, options->name ? options->name : "pool", sizeof pool->name);
	pool->ring = g_new0(void *, options->capacity);
	pool->seats = g_new0(Seat, options->threads);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	if (!make_workers(pool, error) || !start_threads(pool, error)) {
		pool_free(pool);
		return NULL;
	}
	return pool;
}

bool pool_push(Pool *pool, void *job)
{
	bool taken = false;

	g_assert(job);
	pthread_mutex_lock(&pool->lock);
	PoolStats *stats = &pool->stats;
	if (!pool->stopping && stats->waiting < pool->options.capacity) {
		unsigned slot = (pool->first + stats->waiting) % pool->options.capacity;
		pool->ring[slot] = job;
		stats->waiting++;
		stats->peak = MAX(stats->peak, stats->waiting);
		taken = true;
		pthread_cond_signal(&pool->wake);
	} else {
		stats->refused++;
	}
	pthread_mutex_unlock(&pool->lock);
	return taken;
}

void pool_stop(Pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->options.threads; i++) {
		if (pool->seats[i].started)
			pthread_join(pool->seats[i].thread, NULL);
		pool->seats[i].started = false;
	}
}

void pool_free(Pool *pool)
{
	if (!pool)
		return;
	pool_stop(pool);
	for (unsigned i = 0; i < pool->options.threads; i++)
		if (pool->seats[i].worker && pool->options.worker_free)
			pool->options.worker_free(pool->seats[i].worker);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	g_free(pool->seats);
	g_free(pool->ring);
	g_free(pool);
}

void pool_stats(Pool *pool, PoolStats *stats)
{
	pthread_mutex_lock(&pool->lock);
	*stats = pool->stats;
	pthread_mutex_unlock(&pool->lock);
}
