/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/connection.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	ConnectionTable *table;
	int pairs[8][2];
	Connection *connections[8];
	unsigned n;
	bool is_proxy; /* those to come */
} Door;

typedef struct {
	atomic_uint held, overdue;
} Waiter;

static void hold(void *data)
{
	Waiter *waiter = data;

	atomic_fetch_add(&waiter->held, 1);
}

static void overdue(void *data)
{
	Waiter *waiter = data;

	atomic_fetch_add(&waiter->overdue, 1);
}

static Door door_new(ConnectionLimits limits)
{
	static const ConnectionHooks hooks = {hold, overdue};

	return (Door){.table = connection_table_new(&limits, &hooks)};
}

static Connection *door_open(Door *door, const char *address)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	int *pair = door->pairs[door->n];

	inet_pton(AF_INET, address, &from.sin_addr);
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
	return door->connections[door->n++] = connection_opened(
		       door->table, pair[0], (struct sockaddr *)&from, door->is_proxy);
}

static bool is_shut(const Door *door, unsigned i)
{
	char byte;

	return recv(door->pairs[i][1], &byte, 1, MSG_DONTWAIT) == 0;
}

static void door_close(Door *door)
{
	for (unsigned i = 0; i < door->n; i++) {
		connection_closed(door->connections[i]);
		close(door->pairs[i][0]);
		close(door->pairs[i][1]);
	}
	connection_table_free(door->table);
}

static void wait_for(atomic_uint *counter, unsigned want)
{
	gint64 patience = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;

	while (atomic_load(counter) < want) {
		g_assert_cmpint(g_get_monotonic_time(), <, patience);
		g_usleep(1000);
	}
}

/* Who goes when a fourth comes: the oldest of those that nobody works for. */
static void test_eviction(void)
{
	static const struct {
		const char *name;
		const char *phases; /* of the three before: idle, reading, waiting, writing */
		const char *from;   /* their last byte of the address */
		unsigned connections, per_address;
		int victim; /* 3: the new one, -1: nobody */
	} table[] = {
		{"room for all", "iii", "111", 4, 4, -1},
		{"oldest idle", "iii", "123", 3, 4, 0},
		{"reading counts as idle", "rii", "123", 3, 4, 0},
		{"not one at work", "wii", "423", 3, 4, 1},
		{"none of who has fewer", "wii", "123", 3, 4, 3},
		{"of who has the most", "iii", "233", 3, 4, 1},
		{"of who has the most, not at work", "iwi", "233", 3, 4, 2},
		{"not one being answered", "oir", "423", 3, 4, 1},
		{"all at work", "wow", "123", 3, 4, 3},
		{"own oldest", "iii", "213", 9, 1, 1},
		{"own at work", "iwi", "213", 9, 1, 3},
		{"neighbours stay", "iii", "234", 9, 1, -1},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		Door door = door_new((ConnectionLimits){table[i].connections, table[i].per_address,
							60000, 60000, 60000});
		Waiter waiter = {0};
		for (unsigned k = 0; k < 3; k++) {
			g_autofree char *from = g_strdup_printf("192.0.2.%c", table[i].from[k]);
			Connection *connection = door_open(&door, from);
			if (table[i].phases[k] != 'i')
				connection_reading(connection);
			if (table[i].phases[k] == 'w')
				connection_waiting(connection, &waiter);
			if (table[i].phases[k] == 'o')
				connection_writing(connection);
		}
		door_open(&door, "192.0.2.1");
		g_test_message("%s", table[i].name);
		for (int k = 0; k < 4; k++)
			g_assert_cmpint(is_shut(&door, (unsigned)k), ==, k == table[i].victim);
		ConnectionStats stats;
		connection_table_stats(door.table, &stats);
		g_assert_cmpuint(stats.evicted, ==, table[i].victim >= 0);
		g_assert_cmpuint(stats.open, ==, 4);
		door_close(&door);
	}
}

/* Evicted in the very moment when its request was complete: it still has to be answered, or it
 * would sleep for ever. */
static void test_evicted_while_completing(void)
{
	Door door = door_new((ConnectionLimits){1, 1, 40, 40, 40});
	Waiter waiter = {0};
	Connection *first = door_open(&door, "192.0.2.1");

	connection_reading(first);
	door_open(&door, "192.0.2.2");
	g_assert_true(is_shut(&door, 0));
	connection_waiting(first, &waiter);
	wait_for(&waiter.overdue, 1);
	g_usleep(100 * 1000);
	g_assert_cmpuint(atomic_load(&waiter.overdue), ==, 1);
	g_assert_cmpuint(atomic_load(&waiter.held), ==, 1);
	door_close(&door);
}

/* Behind a proxy all come from one address, and are as many clients as connections. */
static void test_proxy(void)
{
	Door door = door_new((ConnectionLimits){3, 1, 60000, 60000, 60000});

	door.is_proxy = true;
	for (int i = 0; i < 3; i++)
		door_open(&door, "192.0.2.1");
	for (unsigned i = 0; i < 3; i++)
		g_assert_false(is_shut(&door, i));
	g_assert_true(connection_is_proxy(door.connections[0]));
	door_open(&door, "192.0.2.1");
	g_assert_true(is_shut(&door, 0));
	door.is_proxy = false;
	door_open(&door, "192.0.2.7");
	g_assert_false(connection_is_proxy(door.connections[4]));
	g_assert_true(is_shut(&door, 1));
	g_assert_false(is_shut(&door, 4));
	door_close(&door);
}

static void test_began(void)
{
	Door door = door_new((ConnectionLimits){9, 9, 60000, 60000, 60000});
	gint64 before = g_get_monotonic_time();
	Connection *connection = door_open(&door, "192.0.2.1");
	gint64 opened = g_get_monotonic_time();

	g_usleep(20 * 1000);
	/* The first request counts from accept, the next from its own line. */
	gint64 first = connection_reading(connection);
	g_assert_cmpint(first, >=, before);
	g_assert_cmpint(first, <=, opened);
	connection_idle(connection);
	g_assert_cmpint(connection_reading(connection), >, opened);
	g_assert_cmpstr(connection_address(connection), ==, "192.0.2.1");
	door_close(&door);
}

static void test_give_up(void)
{
	Door door = door_new((ConnectionLimits){9, 9, 60000, 60000, 60000});
	Waiter waiter = {0};

	for (int i = 0; i < 4; i++)
		door_open(&door, "192.0.2.1");
	connection_reading(door.connections[1]);
	connection_waiting(door.connections[2], &waiter);
	connection_writing(door.connections[3]);
	connection_table_close_idle(door.table);
	g_assert_true(is_shut(&door, 0));
	g_assert_false(is_shut(&door, 1));
	connection_table_give_up(door.table, false);
	connection_table_give_up(door.table, false);
	g_assert_true(is_shut(&door, 1));
	g_assert_false(is_shut(&door, 2));
	g_assert_false(is_shut(&door, 3));
	wait_for(&waiter.overdue, 1);
	connection_table_give_up(door.table, true);
	g_assert_true(is_shut(&door, 3));
	g_assert_false(is_shut(&door, 2));
	g_usleep(20 * 1000);
	g_assert_cmpuint(atomic_load(&waiter.overdue), ==, 1);
	door_close(&door);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http-connection/eviction", test_eviction);
	g_test_add_func("/http-connection/evicted-while-completing", test_evicted_while_completing);
	g_test_add_func("/http-connection/proxy", test_proxy);
	g_test_add_func("/http-connection/began", test_began);
	g_test_add_func("/http-connection/give-up", test_give_up);
	return g_test_run();
}
