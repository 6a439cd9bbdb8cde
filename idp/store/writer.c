/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/writer.h"

#include "idp/limits.h"
#include "idp/store/backend.h"
#include "idp/thread.h"

#define SWEEP_EVERY 10

/* A reserve of 32 steps is there after some seconds, in which everybody is served. */
#define RESERVE_PAUSE_MS 100
#define RESERVE_RETRY_MS 60000

struct Writer {
	Store *store;
	WriterOptions options;
	pthread_t thread;
	int64_t sweep_at, reserve_at; /* monotonic microseconds; the thread's own */

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;
	StoreCommit *first, *last;
	bool stopping;
	WriterStats stats;
};

static int64_t sweep_interval(const Writer *writer)
{
	return (int64_t)writer->options.sweep_every * G_USEC_PER_SEC;
}

static int64_t later(unsigned ms)
{
	return g_get_monotonic_time() + (int64_t)ms * G_TIME_SPAN_MILLISECOND;
}

/* ---- the thread ---- */

/* Waits for commits, what is due, or the end. With the lock held. */
static void wait_for_work(Writer *writer)
{
	int64_t due = MIN(writer->options.clock != NULL ? writer->sweep_at : G_MAXINT64,
			  writer->reserve_at);

	while (writer->first == NULL && !writer->stopping) {
		if (due == G_MAXINT64)
			pthread_cond_wait(&writer->work, &writer->lock);
		else if (!thread_wait(&writer->work, &writer->lock, due))
			return;
	}
}

/* Takes the oldest commits off the queue, as many as one transaction may hold. With the lock. */
static unsigned gather(Writer *writer, StoreCommit **batch)
{
	gsize bytes = 0;
	unsigned n = 0;

	while (writer->first != NULL && n < writer->options.batch_max &&
	       (n == 0 || bytes + writer->first->bytes <= writer->options.batch_bytes)) {
		batch[n] = writer->first;
		writer->first = batch[n]->next;
		bytes += batch[n]->bytes;
		n++;
	}
	if (writer->first == NULL)
		writer->last = NULL;
	writer->stats.queued -= n;
	return n;
}

static void tell(StoreCommit *commit, const StoreResult *result)
{
	if (commit->done != NULL)
		commit->done(commit, result, commit->data);
	store_commit_free(commit);
}

/* What is left of the reserve, now that it was drawn on or filled, or could not be. */
static void judge_reserve(Writer *writer, bool drawn)
{
	WriterReserve now = {.meant = writer->options.reserve,
			     .level = writer->stats.reserve.level};
	WriterReserveLevel before = now.level;

	now.left = MIN(store_reserve_left(writer->store), now.meant);
	if (now.left == now.meant)
		now.level = RESERVE_GOOD;
	else if (drawn && now.left <= now.meant / 20)
		now.level = RESERVE_LAST;
	else if (drawn && now.left <= now.meant / 5)
		now.level = MAX(now.level, RESERVE_LOW);
	else if (drawn)
		now.level = MAX(now.level, RESERVE_GOOD);
	pthread_mutex_lock(&writer->lock);
	writer->stats.reserve = now;
	pthread_mutex_unlock(&writer->lock);
	if (now.level != before && (now.level > RESERVE_GOOD || before > RESERVE_GOOD) &&
	    writer->options.reserve_changed != NULL)
		writer->options.reserve_changed(&now, writer->options.data);
}

static void fill_reserve_if_due(Writer *writer)
{
	g_autoptr(GError) error = NULL;
	uint64_t left = 0;
	bool good;

	if (g_get_monotonic_time() < writer->reserve_at)
		return;
	good = store_reserve(writer->store, writer->options.reserve, &left, &error);
	judge_reserve(writer, !good);
	writer->reserve_at = !good ? later(writer->options.reserve_retry_ms)
			     : left < writer->options.reserve
				     ? later(writer->options.reserve_pause_ms)
				     : G_MAXINT64;
	if (!good && !g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL) &&
	    writer->options.fault != NULL)
		writer->options.fault(error, writer->options.data);
}

/* The disk was full a moment ago: wait before it is asked for more. */
static void refill_if_drawn(Writer *writer)
{
	if (writer->options.reserve == 0 ||
	    store_reserve_left(writer->store) >= writer->stats.reserve.left)
		return;
	judge_reserve(writer, true);
	writer->reserve_at = later(writer->options.reserve_retry_ms);
}

static void write_batch(Writer *writer, StoreCommit **batch, unsigned n)
{
	g_autofree StoreResult *results = g_new0(StoreResult, n);
	WriterStats sum = {0};

	/* A fault is told to each commit in its result. */
	sum.transactions = store_apply(writer->store, batch, n, results, NULL) ? 1 : 0;
	for (unsigned i = 0; i < n; i++) {
		sum.commits += results[i].outcome == STORE_OK;
		sum.faults += results[i].outcome == STORE_FAULT;
		sum.refused += results[i].outcome != STORE_OK && results[i].outcome != STORE_FAULT;
	}
	/* Before anybody is told, so that whoever was told finds itself counted. */
	pthread_mutex_lock(&writer->lock);
	writer->stats.commits += sum.commits;
	writer->stats.faults += sum.faults;
	writer->stats.refused += sum.refused;
	writer->stats.transactions += sum.transactions;
	if (sum.transactions > 0)
		writer->stats.failed = 0;
	else if (sum.faults > 0)
		writer->stats.failed = g_get_monotonic_time();
	pthread_mutex_unlock(&writer->lock);
	for (unsigned i = 0; i < n; i++)
		tell(batch[i], &results[i]);
	refill_if_drawn(writer);
}

static void sweep_if_due(Writer *writer)
{
	g_autoptr(GError) error = NULL;
	int64_t now = g_get_monotonic_time();
	bool more = false;

	if (writer->options.clock == NULL || now < writer->sweep_at)
		return;
	if (!store_sweep(writer->store, writer->options.clock(), LIMIT_WRITER_SWEEP, &more,
			 &error) &&
	    writer->options.fault != NULL)
		writer->options.fault(error, writer->options.data);
	/* More is done at once, but after what came meanwhile. */
	writer->sweep_at = more ? now : now + sweep_interval(writer);
}

static void *run(void *data)
{
	Writer *writer = data;
	g_autofree StoreCommit **batch = g_new0(StoreCommit *, writer->options.batch_max);
	bool last = false;

	while (!last) {
		unsigned n;

		pthread_mutex_lock(&writer->lock);
		wait_for_work(writer);
		n = gather(writer, batch);
		last = writer->stopping && n == 0;
		pthread_mutex_unlock(&writer->lock);
		if (n > 0)
			write_batch(writer, batch, n);
		if (last)
			break;
		sweep_if_due(writer);
		fill_reserve_if_due(writer);
	}
	return NULL;
}

/* ---- the others ---- */

static void writer_free(Writer *writer)
{
	pthread_cond_destroy(&writer->work);
	pthread_mutex_destroy(&writer->lock);
	store_close(writer->store);
	g_free(writer);
}

static Writer *writer_new(Store *store, const WriterOptions *options)
{
	Writer *writer = g_new0(Writer, 1);

	writer->store = store;
	if (options != NULL)
		writer->options = *options;
	if (writer->options.queue_max == 0)
		writer->options.queue_max = LIMIT_WRITER_QUEUE;
	if (writer->options.batch_max == 0)
		writer->options.batch_max = LIMIT_WRITER_BATCH;
	if (writer->options.batch_bytes == 0)
		writer->options.batch_bytes = LIMIT_WRITER_BATCH_BYTES;
	if (writer->options.sweep_every == 0)
		writer->options.sweep_every = SWEEP_EVERY;
	if (writer->options.reserve_pause_ms == 0)
		writer->options.reserve_pause_ms = RESERVE_PAUSE_MS;
	if (writer->options.reserve_retry_ms == 0)
		writer->options.reserve_retry_ms = RESERVE_RETRY_MS;
	writer->reserve_at =
		writer->options.reserve > 0 ? later(writer->options.reserve_pause_ms) : G_MAXINT64;
	writer->stats.reserve.meant = writer->options.reserve;
	writer->stats.reserve.left = MIN(store_reserve_left(store), writer->options.reserve);
	/* at once: who is restarted often must sweep too */
	writer->sweep_at = g_get_monotonic_time();
	pthread_mutex_init(&writer->lock, NULL);
	thread_condition_init(&writer->work);
	return writer;
}

Writer *writer_start(Store *store, const WriterOptions *options, GError **error)
{
	Writer *writer = writer_new(store, options);

	if (thread_start(&writer->thread, "portvakt-writer", run, writer, error))
		return writer;
	writer_free(writer);
	return NULL;
}

bool writer_push(Writer *writer, StoreCommit **commit)
{
	StoreCommit *mine = *commit;
	bool taken;

	mine->next = NULL;
	pthread_mutex_lock(&writer->lock);
	taken = !writer->stopping && writer->stats.queued < writer->options.queue_max;
	if (taken) {
		/* Cleared under the lock: once it is released the commit may be gone. */
		*commit = NULL;
		if (writer->last != NULL)
			writer->last->next = mine;
		else
			writer->first = mine;
		writer->last = mine;
		writer->stats.queued++;
		pthread_cond_signal(&writer->work);
	}
	pthread_mutex_unlock(&writer->lock);
	return taken;
}

WriterStats writer_stats(Writer *writer)
{
	WriterStats stats;

	pthread_mutex_lock(&writer->lock);
	stats = writer->stats;
	pthread_mutex_unlock(&writer->lock);
	return stats;
}

void writer_stop(Writer *writer)
{
	if (writer == NULL)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->stopping = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	writer_free(writer);
}
