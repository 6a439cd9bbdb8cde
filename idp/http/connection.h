/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The open connections of one listener: caps, and deadlines counted in total from accept, since the
 * server library counts only inactivity and one byte every two seconds would live for ever.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct ConnectionTable ConnectionTable;
typedef struct Connection Connection;

typedef struct {
	unsigned connections, connections_per_address;
	unsigned read_ms, total_ms, idle_ms;
} ConnectionLimits;

typedef struct {
	guint64 accepted, timed_out, evicted;
	unsigned open;
} ConnectionStats;

/*
 * Called on the table's own thread for a request whose answer is overdue, without any lock held.
 * `exchange` comes with the reference that `hold` took.
 */
typedef struct {
	void (*hold)(void *exchange);
	void (*overdue)(void *exchange);
	gint64 (*due)(const void *exchange); /* when, if that is before the deadline; or NULL */
} ConnectionHooks;

ConnectionTable *connection_table_new(const ConnectionLimits *limits, const ConnectionHooks *hooks);

/* Ends the thread; every connection must have been closed. */
void connection_table_free(ConnectionTable *table);
void connection_table_stats(ConnectionTable *table, ConnectionStats *stats);

/* Closes those that wait for a request. */
void connection_table_close_idle(ConnectionTable *table);

/* Closes those that are still reading, makes those that wait for an answer overdue, and closes
 * those that are being answered only if `writing`: the overdue ones need a moment. */
void connection_table_give_up(ConnectionTable *table, bool writing);

/*
 * The life of a connection, called on its I/O thread. Past a cap open closes the oldest one that is
 * idle or still reading, or else the new one: of its own address when that is over its cap; past
 * the cap for all, of the address that has the most, so that who opens many pushes out nobody who
 * has few. A trusted proxy's connections count as one each: they are as many clients.
 * "Closes" means shutdown(2): the I/O thread notices and calls connection_closed().
 */
Connection *connection_opened(ConnectionTable *table, int fd, const struct sockaddr *address,
			      bool is_proxy);
void connection_closed(Connection *connection);

/* A request line came. -> when the time of this request began: accept for the first one. */
gint64 connection_reading(Connection *connection);

/* The request is complete; `exchange` is what `hold` and `overdue` get. */
void connection_waiting(Connection *connection, void *exchange);

/* The answer is being sent. */
void connection_writing(Connection *connection);

/* Answered; the next request may come. */
void connection_idle(Connection *connection);

/* The peer's address as text (transfer none). */
const char *connection_address(const Connection *connection);

/* Whether it is a trusted proxy's. */
bool connection_is_proxy(const Connection *connection);

/* What counts as one peer: address_to_peer(). */
guint64 connection_peer(const Connection *connection);
