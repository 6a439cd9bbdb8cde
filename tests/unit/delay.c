/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/delay.h"

#include <pthread.h>
#include <stdatomic.h>

/* What is called notes its letter, and when. */
typedef struct {
	char letter;
	gint64 due, done;
} Note;

static GString *order; /* the delay's thread's, until it has ended */
static atomic_uint notes;

static void note(gpointer data)
{
	Note *mine = data;

	mine->done = g_get_monotonic_time();
	if (order)
		g_string_append_c(order, mine->letter);
	atomic_fetch_add(&notes, 1);
}

static Delay *begin(void)
{
	g_autoptr(GError) error = NULL;
	Delay *delay = delay_new(&error);

	g_assert_no_error(error);
	atomic_store(&notes, 0);
	return delay;
}

static void wait_for(unsigned count)
{
	while (atomic_load(&notes) < count)
		g_usleep(1000);
}

static void nothing_comes_too_early(void)
{
	Delay *delay = begin();
	Note table[] = {{'d', 60000, 0}, {'b', 20000, 0}, {'a', -5000, 0},
			{'e', 60000, 0}, {'c', 40000, 0}, {'f', 60000, 0}};
	gint64 now = g_get_monotonic_time();

	order = g_string_new(NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		table[i].due += now;
		delay_push(delay, table[i].due, note, &table[i]);
	}
	wait_for(G_N_ELEMENTS(table));
	delay_stop(delay);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
		g_assert_cmpint(table[i].done, >=, table[i].due);
	/* 'a' is due at once, and may come before the others are there */
	g_assert_cmpstr(order->str, ==, "abcdef");
	g_string_free(g_steal_pointer(&order), TRUE);
}

static void a_nearer_one_wakes_the_thread(void)
{
	Delay *delay = begin();
	gint64 now = g_get_monotonic_time();
	Note far = {'x', now + G_TIME_SPAN_HOUR, 0}, near = {'y', now + 20000, 0};

	delay_push(delay, far.due, note, &far);
	g_usleep(5000);
	delay_push(delay, near.due, note, &near);
	wait_for(1);
	g_assert_cmpint(near.done, >=, near.due);
	g_assert_cmpint(far.done, ==, 0);
	g_test_message("a stop does at once what still waits");
	delay_stop(delay);
	g_assert_cmpint(far.done, >, 0);
}

typedef struct {
	Delay *delay;
	Note notes[500];
} Pusher;

static void *push(void *data)
{
	Pusher *pusher = data;

	for (gsize i = 0; i < G_N_ELEMENTS(pusher->notes); i++) {
		Note *mine = &pusher->notes[i];
		mine->due = g_get_monotonic_time() + (gint64)(i * 7919 % 30) * 1000;
		delay_push(pusher->delay, mine->due, note, mine);
	}
	return NULL;
}

static void many_push_at_once(void)
{
	Delay *delay = begin();
	Pusher pushers[4] = {0};
	pthread_t threads[G_N_ELEMENTS(pushers)];

	for (gsize i = 0; i < G_N_ELEMENTS(pushers); i++) {
		pushers[i].delay = delay;
		g_assert_cmpint(pthread_create(&threads[i], NULL, push, &pushers[i]), ==, 0);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(pushers); i++)
		pthread_join(threads[i], NULL);
	wait_for(4 * G_N_ELEMENTS(pushers[0].notes));
	delay_stop(delay);
	for (gsize i = 0; i < G_N_ELEMENTS(pushers); i++)
		for (gsize n = 0; n < G_N_ELEMENTS(pushers[i].notes); n++)
			g_assert_cmpint(pushers[i].notes[n].done, >=, pushers[i].notes[n].due);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/delay/nothing-comes-too-early", nothing_comes_too_early);
	g_test_add_func("/delay/a-nearer-one-wakes-the-thread", a_nearer_one_wakes_the_thread);
	g_test_add_func("/delay/many-push-at-once", many_push_at_once);
	delay_stop(NULL);
	return g_test_run();
}
