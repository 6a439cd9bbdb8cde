/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/delay.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

typedef struct {
	GList link;
	gint64 due;
	void (*run)(gpointer data);
	gpointer data;
} Item;

struct Delay {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	GQueue waiting; /* Item, the next first */
	bool stopping;
};

static void wait_until(Delay *delay, gint64 due)
{
	const struct timespec until = {
		.tv_sec = due / G_USEC_PER_SEC,
		.tv_nsec = due % G_USEC_PER_SEC * 1000,
	};
	pthread_cond_timedwait(&delay->wake, &delay->lock, &until);
}

static void *work(void *data)
{
	Delay *delay = data;

	pthread_mutex_lock(&delay->lock);
	for (;;) {
		Item *next = g_queue_peek_head(&delay->waiting);
		if (!next && delay->stopping)
			break;
		if (!next) {
			pthread_cond_wait(&delay->wake, &delay->lock);
		} else if (!delay->stopping && next->due > g_get_monotonic_time()) {
			wait_until(delay, next->due);
		} else {
			g_queue_unlink(&delay->waiting, &next->link);
			pthread_mutex_unlock(&delay->lock);
			next->run(next->data);
			g_free(next);
			pthread_mutex_lock(&delay->lock);
		}
	}
	pthread_mutex_unlock(&delay->lock);
	return NULL;
}

/* With all signals blocked: they are the main thread's. */
static int start(Delay *delay)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&delay->thread, NULL, work, delay);
	if (failed == 0)
		pthread_setname_np(delay->thread, "delay");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

static void delay_free(Delay *delay)
{
	pthread_cond_destroy(&delay->wake);
	pthread_mutex_destroy(&delay->lock);
	g_free(delay);
}

Delay *delay_new(GError **error)
{
	Delay *delay = g_new0(Delay, 1);
	pthread_condattr_t attributes;

	pthread_mutex_init(&delay->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&delay->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	int failed = start(delay);
	if (failed == 0)
		return delay;
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(failed),
		    "cannot start the thread of delays: %s", g_strerror(failed));
	delay_free(delay);
	return NULL;
}

void delay_push(Delay *delay, gint64 due, void (*run)(gpointer data), gpointer data)
{
	Item *item = g_new0(Item, 1);

	item->link.data = item;
	item->due = due;
	item->run = run;
	item->data = data;
	pthread_mutex_lock(&delay->lock);
	g_assert(!delay->stopping);
	/* from the end: most are pushed in the order they are due */
	GList *before = delay->waiting.tail;
	while (before && ((Item *)before->data)->due > due)
		before = before->prev;
	g_queue_insert_after_link(&delay->waiting, before, &item->link);
	if (!before)
		pthread_cond_signal(&delay->wake);
	pthread_mutex_unlock(&delay->lock);
}

void delay_stop(Delay *delay)
{
	if (!delay)
		return;
	pthread_mutex_lock(&delay->lock);
	delay->stopping = true;
	pthread_cond_signal(&delay->wake);
	pthread_mutex_unlock(&delay->lock);
	pthread_join(delay->thread, NULL);
	delay_free(delay);
}
