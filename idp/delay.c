/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/delay.h"

#include "idp/thread.h"

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
			thread_wait(&delay->wake, &delay->lock, next->due);
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

static void delay_free(Delay *delay)
{
	pthread_cond_destroy(&delay->wake);
	pthread_mutex_destroy(&delay->lock);
	g_free(delay);
}

Delay *delay_new(GError **error)
{
	Delay *delay = g_new0(Delay, 1);

	pthread_mutex_init(&delay->lock, NULL);
	thread_condition_init(&delay->wake);
	if (thread_start(&delay->thread, "delay", work, delay, error))
		return delay;
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
