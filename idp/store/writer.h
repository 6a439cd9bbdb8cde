/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The single writer: a thread that gathers the commits of all workers into one transaction after
 * another, and tells each of them (StoreDone) when its rows are durable. A worker hands over its
 * rows together with the finished answer and goes on; `done` sends the answer. While one
 * transaction waits for the disk the next gathers, so the group grows with the load by itself and
 * nobody waits for a timer.
 *
 * Between transactions it fills the reserve, a step at a time (store_reserve()).
 *
 * When nothing else is to be done the thread sweeps expired rows, a bounded slice at a time; under
 * lasting load it sweeps between transactions.
 */
#pragma once

#include "idp/store/store.h"

typedef struct Writer Writer;

/* How much there is of the reserve. It is LOW or LAST from when it was drawn on until it is filled
 * again, whatever it is meanwhile: a disk at its limit is worth one word, not many. */
typedef enum {
	RESERVE_FILLING = 0, /* for the first time since the start */
	RESERVE_GOOD,
	RESERVE_LOW,  /* a fifth or less is left */
	RESERVE_LAST, /* a twentieth or less */
} WriterReserveLevel;

typedef struct {
	uint64_t left, meant; /* bytes; both 0 when none is kept */
	WriterReserveLevel level;
} WriterReserve;

typedef struct {
	unsigned queue_max;     /* commits that may wait; 0: LIMIT_WRITER_QUEUE */
	unsigned batch_max;     /* commits in one transaction; 0: LIMIT_WRITER_BATCH */
	gsize batch_bytes;      /* bytes of rows in one transaction; 0: LIMIT_WRITER_BATCH_BYTES */
	unsigned sweep_every;   /* seconds between sweeps; 0: 10 */
	int64_t (*clock)(void); /* seconds since 1970, for sweeping; NULL: no sweeping */
	/* What a sweep that failed is told to, for the log; may be NULL. In the writer's thread. */
	void (*fault)(const GError *error, gpointer data);
	uint64_t reserve;          /* bytes kept against a full disk (store_reserve()); 0: none */
	unsigned reserve_pause_ms; /* between steps of filling it; 0: 100 */
	unsigned reserve_retry_ms; /* after the disk had no room for a step; 0: a minute */
	/* Told when the reserve becomes LOW or LAST, and when it is GOOD again; as `fault`. */
	void (*reserve_changed)(const WriterReserve *reserve, gpointer data);
	gpointer data;
} WriterOptions;

typedef struct {
	uint64_t commits;      /* acknowledged */
	uint64_t refused;      /* CONFLICT, CAPPED or UNWANTED */
	uint64_t faults;       /* FAULT */
	uint64_t transactions; /* made durable */
	int64_t failed; /* g_get_monotonic_time() when the last transaction failed; 0: it did not */
	unsigned queued; /* waiting now */
	WriterReserve reserve;
} WriterStats;

/* Starts the thread. Takes the store over (transfer full), also on failure. `options` may be
 * NULL. Transfer full. */
Writer *writer_start(Store *store, const WriterOptions *options, GError **error);

/*
 * Hands over a commit; any thread. True: `*commit` is NULL now, and `done` will be told exactly
 * once, perhaps before this returns. False: the queue is full or the writer is stopping; the commit
 * is still the caller's, and `done` will not be told.
 */
bool writer_push(Writer *writer, StoreCommit **commit);

/* Any thread. */
WriterStats writer_stats(Writer *writer);

/* Refuses new commits, finishes every accepted one (each `done` is told), ends the thread, closes
 * the store and frees the writer. NULL is allowed. Not from `done`. */
void writer_stop(Writer *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_stop)
