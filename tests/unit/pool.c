/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/pool.h"

#include <gio/gio.h>
#include <pthread.h>
#include <stdatomic.h>

typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool open; /* workers wait for it */
	atomic_uint done, made, freed;
	Pool *other;
	atomic_uint refused;
} Shop;

static void shop_open(Shop *shop)
{
	pthread_mutex_lock(&shop->lock);
	shop->open = true;
	pthread_cond_broadcast(&shop->opened);
	pthread_mutex_unlock(&shop->lock);
}

static void *worker_new(void *user, GError **error)
{
	Shop *shop = user;
	unsigned *count = g_new0(unsigned, 1);

	atomic_fetch_add(&shop->made, 1);
	return count;
}

static void *third_worker_fails(void *user, GError **error)
{
	Shop *shop = user;

	if (atomic_fetch_add(&shop->made, 1) < 2)
		return g_new0(unsigned, 1);
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "no more");
	return NULL;
}

static atomic_uint workers_freed;

static void worker_free(void *worker)
{
	atomic_fetch_add(&workers_freed, 1);
	g_free(worker);
}

/* Unlocked on purpose: a worker that two threads shared would be seen by ThreadSanitizer. */
static void work(void *job, void *worker, void *user)
{
	Shop *shop = user;
	unsigned *mine = worker;

	pthread_mutex_lock(&shop->lock);
	while (!shop->open)
		pthread_cond_wait(&shop->opened, &shop->lock);
	pthread_mutex_unlock(&shop->lock);
	++*mine;
	++*(unsigned *)job;
	atomic_fetch_add(&shop->done, 1);
}

static Shop shop_new(bool open)
{
	return (Shop){.lock = PTHREAD_MUTEX_INITIALIZER,
		      .opened = PTHREAD_COND_INITIALIZER,
		      .open = open};
}

static void wait_until_idle(Pool *pool, unsigned working)
{
	PoolStats stats;

	do {
		g_usleep(1000);
		pool_stats(pool, &stats);
	} while (stats.working != working);
}

static void test_full(void)
{
	Shop shop = shop_new(false);
	PoolOptions options = {"test", 2, 3, worker_new, worker_free, work, &shop};
	g_autoptr(GError) error = NULL;
	g_autoptr(Pool) pool = pool_new(&options, &error);
	unsigned jobs[6] = {0};
	PoolStats stats;

	g_assert_no_error(error);
	g_assert_true(pool_push(pool, &jobs[0], POOL_FIRST, 0));
	g_assert_true(pool_push(pool, &jobs[1], POOL_FIRST, 0));
	wait_until_idle(pool, 2);
	for (int i = 2; i < 5; i++)
		g_assert_true(pool_push(pool, &jobs[i], POOL_FIRST, 0));
	g_assert_false(pool_push(pool, &jobs[5], POOL_FIRST, 0));
	pool_stats(pool, &stats);
	g_assert_cmpuint(stats.waiting, ==, 3);
	g_assert_cmpuint(stats.peak, ==, 3);
	g_assert_cmpuint(stats.refused, ==, 1);
	shop_open(&shop);
	pool_stop(pool);
	/* What was queued before the stop is done, what comes after is not taken. */
	g_assert_cmpuint(atomic_load(&shop.done), ==, 5);
	g_assert_false(pool_push(pool, &jobs[5], POOL_FIRST, 0));
	pool_stats(pool, &stats);
	g_assert_cmpuint(stats.done, ==, 5);
	g_assert_cmpuint(stats.working, ==, 0);
	for (int i = 0; i < 5; i++)
		g_assert_cmpuint(jobs[i], ==, 1);
}

static void test_workers(void)
{
	Shop shop = shop_new(true);
	PoolOptions options = {"test", 4, 3, third_worker_fails, worker_free, work, &shop};
	g_autoptr(GError) error = NULL;

	atomic_store(&workers_freed, 0);
	g_assert_null(pool_new(&options, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
	g_assert_cmpuint(atomic_load(&workers_freed), ==, 2);

	options.worker_new = worker_new;
	Pool *pool = pool_new(&options, NULL);
	pool_free(pool);
	g_assert_cmpuint(atomic_load(&workers_freed), ==, 6);
}

static void pass_on(void *job, void *worker, void *user)
{
	Shop *shop = user;

	if (!pool_push(shop->other, job, POOL_FIRST, 0))
		atomic_fetch_add(&shop->refused, 1);
	else
		atomic_fetch_add(&shop->done, 1);
}

/* Jobs move between two pools while both are being stopped. */
static void test_two_lanes(void)
{
	static unsigned jobs[2000];
	Shop here = shop_new(true), there = shop_new(true);
	PoolOptions first = {"here", 2, 64, NULL, NULL, pass_on, &here};
	PoolOptions second = {"there", 2, 64, worker_new, worker_free, work, &there};
	g_autoptr(Pool) target = pool_new(&second, NULL);
	here.other = target;
	g_autoptr(Pool) source = pool_new(&first, NULL);
	unsigned pushed = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(jobs); i++) {
		pushed += pool_push(source, &jobs[i], POOL_FIRST, 0);
		if (i == G_N_ELEMENTS(jobs) / 2)
			pool_stop(target);
	}
	pool_stop(source);
	g_assert_cmpuint(atomic_load(&here.done) + atomic_load(&here.refused), ==, pushed);
	g_assert_cmpuint(atomic_load(&there.done), ==, atomic_load(&here.done));
}

static void count_late(void *job, void *user)
{
	Shop *shop = user;

	*(unsigned *)job += 100;
	atomic_fetch_add(&shop->refused, 1);
}

/* In which order jobs were done. */
typedef struct {
	Shop shop;
	char order[16];
	gsize n;
} Diary;

static void write_down(void *job, void *worker, void *user)
{
	Diary *diary = user;

	pthread_mutex_lock(&diary->shop.lock);
	while (!diary->shop.open)
		pthread_cond_wait(&diary->shop.opened, &diary->shop.lock);
	diary->order[diary->n++] = *(char *)job;
	pthread_mutex_unlock(&diary->shop.lock);
}

static void test_first_come_first(void)
{
	Diary diary = {.shop = shop_new(false)};
	PoolOptions options = {.name = "test",
			       .threads = 1,
			       .capacity = 6,
			       .work = write_down,
			       .user = &diary,
			       .later_capacity = 3};
	g_autoptr(Pool) pool = pool_new(&options, NULL);
	static char jobs[] = "0abcdABCD";
	PoolStats stats;

	g_assert_true(pool_push(pool, &jobs[0], POOL_LATER, 0));
	wait_until_idle(pool, 1);
	/* The many that can wait take their part of the queue and no more. */
	for (int i = 1; i <= 4; i++)
		g_assert_true(pool_push(pool, &jobs[i], POOL_LATER, 0) == (i <= 3));
	for (int i = 5; i <= 8; i++)
		g_assert_true(pool_push(pool, &jobs[i], POOL_FIRST, 0) == (i <= 7));
	pool_stats(pool, &stats);
	g_assert_cmpuint(stats.waiting, ==, 6);
	g_assert_cmpuint(stats.refused, ==, 2);
	shop_open(&diary.shop);
	pool_stop(pool);
	g_assert_cmpstr(diary.order, ==, "0ABCabc");
}

/* A full queue of the first leaves the others nothing. */
static void test_capacity_is_shared(void)
{
	Shop shop = shop_new(false);
	PoolOptions options = {"test", 1, 2, worker_new, worker_free, work, &shop, 2, 0, NULL};
	g_autoptr(Pool) pool = pool_new(&options, NULL);
	unsigned jobs[4] = {0};

	g_assert_true(pool_push(pool, &jobs[0], POOL_FIRST, 0));
	wait_until_idle(pool, 1);
	g_assert_true(pool_push(pool, &jobs[1], POOL_FIRST, 0));
	g_assert_true(pool_push(pool, &jobs[2], POOL_FIRST, 0));
	g_assert_false(pool_push(pool, &jobs[3], POOL_LATER, 0));
	shop_open(&shop);
	pool_stop(pool);
	g_assert_cmpuint(jobs[3], ==, 0);
}

static void test_late(void)
{
	Shop shop = shop_new(false);
	PoolOptions options = {"test", 1,     9, worker_new, worker_free,
			       work,   &shop, 0, 30,         count_late};
	g_autoptr(Pool) pool = pool_new(&options, NULL);
	unsigned jobs[4] = {0};
	PoolStats stats;

	g_assert_true(pool_push(pool, &jobs[0], POOL_FIRST, 0));
	wait_until_idle(pool, 1);
	g_assert_true(pool_push(pool, &jobs[1], POOL_LATER, 0));
	g_assert_true(pool_push(pool, &jobs[2], POOL_FIRST, 0));
	g_usleep(50 * 1000);
	shop_open(&shop);
	wait_until_idle(pool, 0);
	g_assert_true(pool_push(pool, &jobs[3], POOL_LATER, 0));
	pool_stop(pool);
	/* Who could wait has waited too long; who goes first is never late. */
	g_assert_cmpuint(jobs[1], ==, 100);
	g_assert_cmpuint(jobs[2], ==, 1);
	g_assert_cmpuint(jobs[3], ==, 1);
	pool_stats(pool, &stats);
	g_assert_cmpuint(stats.late, ==, 1);
	g_assert_cmpuint(stats.done, ==, 3);
}

/* The queue is full of one origin's: others get in, and it is the one that is turned away. */
static void test_displaced(void)
{
	static const struct {
		const char *name, *waiting; /* origins, in the order they came */
		guint64 origin;             /* of the one that comes last */
		int want;                   /* who goes; -1: it is not taken */
	} table[] = {
		{"of the greedy one the newest", "11111", '2', 4},
		{"of the greediest", "12122", '3', 4},
		{"the newest of it, not the newest", "11123", '2', 2},
		{"not its own", "11112", '1', -1},
		{"not for one less", "11223", '3', -1},
		{"not where all have one", "12345", '6', -1},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		Shop shop = shop_new(false);
		PoolOptions options = {"test", 1,     9, worker_new, worker_free,
				       work,   &shop, 5, 0,          count_late};
		g_autoptr(Pool) pool = pool_new(&options, NULL);
		unsigned jobs[7] = {0};
		g_test_message("%s", table[i].name);
		g_assert_true(pool_push(pool, &jobs[6], POOL_FIRST, 0));
		wait_until_idle(pool, 1);
		for (int k = 0; k < 5; k++)
			g_assert_true(pool_push(pool, &jobs[k], POOL_LATER,
						(guint64)table[i].waiting[k]));
		g_assert_true(pool_push(pool, &jobs[5], POOL_LATER, table[i].origin) ==
			      (table[i].want >= 0));
		shop_open(&shop);
		pool_stop(pool);
		for (int k = 0; k < 5; k++)
			g_assert_cmpuint(jobs[k], ==, k == table[i].want ? 100 : 1);
		g_assert_cmpuint(jobs[5], ==, table[i].want >= 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pool/full", test_full);
	g_test_add_func("/pool/workers", test_workers);
	g_test_add_func("/pool/two-lanes", test_two_lanes);
	g_test_add_func("/pool/first-come-first", test_first_come_first);
	g_test_add_func("/pool/capacity-is-shared", test_capacity_is_shared);
	g_test_add_func("/pool/late", test_late);
	g_test_add_func("/pool/displaced", test_displaced);
	return g_test_run();
}
