/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/connection.h"

#include <pthread.h>

#include "idp/http/listen.h"
#include "idp/limits.h"
#include "idp/thread.h"

/* An answer that comes as the time is up still gets this long to be sent. */
#define GRACE_MS 2000

typedef enum { PHASE_IDLE, PHASE_READING, PHASE_WAITING, PHASE_WRITING } Phase;

/* Whose connections are counted together; lives as long as one is open. */
typedef struct {
	guint64 id; /* first: the key of the table is its address */
	unsigned open;
} Peer;

struct Connection {
	ConnectionTable *table;
	GList link; /* in table->all, oldest first */
	int fd;
	char *address;
	guint64 peer_id;
	Peer *peer;  /* NULL: a proxy's, which are not counted together */
	bool shut;   /* already told to close */
	bool served; /* not its first request */
	Phase phase;
	gint64 began;    /* when the time of this request began */
	gint64 deadline; /* of this phase */
	void *exchange;  /* in PHASE_WAITING */
};

struct ConnectionTable {
	ConnectionLimits limits;
	ConnectionHooks hooks;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t reaper;
	bool stopping;
	GQueue all;
	GHashTable *peers; /* guint64 -> Peer */
	ConnectionStats stats;
};

static gint64 after(gint64 when, unsigned ms)
{
	return when + (gint64)ms * 1000;
}

static void shut(Connection *connection)
{
	if (!connection->shut)
		shutdown(connection->fd, SHUT_RDWR);
	connection->shut = true;
}

/* Puts exchanges of overdue answers, held, into `overdue`; closes what else is late. */
static void collect_late(ConnectionTable *table, gint64 now, GPtrArray *overdue)
{
	for (GList *link = table->all.head; link; link = link->next) {
		Connection *connection = link->data;
		bool waiting = connection->phase == PHASE_WAITING;
		bool due = waiting && table->hooks.due && connection->deadline != G_MAXINT64 &&
			   now >= table->hooks.due(connection->exchange);
		if ((now < connection->deadline && !due) || (connection->shut && !waiting))
			continue;
		table->stats.timed_out++;
		if (waiting) {
			table->hooks.hold(connection->exchange);
			g_ptr_array_add(overdue, connection->exchange);
			connection->deadline = G_MAXINT64;
		} else {
			shut(connection);
		}
	}
}

static void wait_for_tick(ConnectionTable *table)
{
	const ConnectionLimits *limits = &table->limits;
	unsigned shortest = MIN(MIN(limits->read_ms, limits->total_ms), limits->idle_ms);
	gint64 tick = CLAMP(shortest / 8, 5, LIMIT_HTTP_TICK_MS);

	thread_wait(&table->wake, &table->lock, g_get_monotonic_time() + tick * 1000);
}

static void *reap(void *data)
{
	ConnectionTable *table = data;
	g_autoptr(GPtrArray) overdue = g_ptr_array_new();

	pthread_mutex_lock(&table->lock);
	while (!table->stopping) {
		collect_late(table, g_get_monotonic_time(), overdue);
		if (overdue->len > 0) {
			pthread_mutex_unlock(&table->lock);
			for (guint i = 0; i < overdue->len; i++)
				table->hooks.overdue(overdue->pdata[i]);
			g_ptr_array_set_size(overdue, 0);
			pthread_mutex_lock(&table->lock);
		} else {
			wait_for_tick(table);
		}
	}
	pthread_mutex_unlock(&table->lock);
	return NULL;
}

ConnectionTable *connection_table_new(const ConnectionLimits *limits, const ConnectionHooks *hooks)
{
	ConnectionTable *table = g_new0(ConnectionTable, 1);

	table->limits = *limits;
	table->hooks = *hooks;
	table->peers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	pthread_mutex_init(&table->lock, NULL);
	thread_condition_init(&table->wake);
	bool started = thread_start(&table->reaper, "http-deadlines", reap, table, NULL);
	g_assert(started);
	return table;
}

void connection_table_free(ConnectionTable *table)
{
	pthread_mutex_lock(&table->lock);
	table->stopping = true;
	pthread_cond_signal(&table->wake);
	pthread_mutex_unlock(&table->lock);
	pthread_join(table->reaper, NULL);
	g_assert(table->all.length == 0);
	g_hash_table_unref(table->peers);
	pthread_cond_destroy(&table->wake);
	pthread_mutex_destroy(&table->lock);
	g_free(table);
}

void connection_table_stats(ConnectionTable *table, ConnectionStats *stats)
{
	pthread_mutex_lock(&table->lock);
	*stats = table->stats;
	stats->open = table->all.length;
	pthread_mutex_unlock(&table->lock);
}

void connection_table_close_idle(ConnectionTable *table)
{
	pthread_mutex_lock(&table->lock);
	for (GList *link = table->all.head; link; link = link->next) {
		Connection *connection = link->data;
		if (connection->phase == PHASE_IDLE)
			shut(connection);
	}
	pthread_mutex_unlock(&table->lock);
}

void connection_table_give_up(ConnectionTable *table, bool writing)
{
	pthread_mutex_lock(&table->lock);
	for (GList *link = table->all.head; link; link = link->next) {
		Connection *connection = link->data;
		if (connection->phase == PHASE_WAITING)
			connection->deadline = connection->deadline == G_MAXINT64 ? G_MAXINT64 : 0;
		else if (connection->phase != PHASE_WRITING || writing)
			shut(connection);
	}
	pthread_cond_signal(&table->wake);
	pthread_mutex_unlock(&table->lock);
}

static Peer *peer_join(ConnectionTable *table, guint64 id)
{
	Peer *peer = g_hash_table_lookup(table->peers, &id);

	if (!peer) {
		peer = g_new0(Peer, 1);
		peer->id = id;
		g_hash_table_insert(table->peers, &peer->id, peer);
	}
	peer->open++;
	return peer;
}

static void peer_leave(ConnectionTable *table, Peer *peer)
{
	if (--peer->open == 0)
		g_hash_table_remove(table->peers, &peer->id);
}

static unsigned share_of(const Connection *connection)
{
	return connection->peer ? connection->peer->open : 1;
}

/* Newest wins: whoever holds connections open without asking anything loses the oldest of them, so
 * holding many keeps nobody out. One that is being worked on is never taken, and none of somebody
 * who has fewer than the newest's own. */
static void make_room(ConnectionTable *table, Connection *newest, bool of_same_peer)
{
	Connection *victim = newest;
	unsigned most = share_of(newest) - 1;

	for (GList *link = table->all.head; link && link->data != newest; link = link->next) {
		Connection *connection = link->data;
		bool waits = connection->phase == PHASE_IDLE || connection->phase == PHASE_READING;
		if (waits && !connection->shut && share_of(connection) > most &&
		    (!of_same_peer || connection->peer == newest->peer)) {
			victim = connection;
			most = share_of(connection);
		}
	}
	table->stats.evicted++;
	shut(victim);
}

Connection *connection_opened(ConnectionTable *table, int fd, const struct sockaddr *address,
			      bool is_proxy)
{
	Connection *connection = g_new0(Connection, 1);

	connection->table = table;
	connection->link.data = connection;
	connection->fd = fd;
	connection->address = address_to_text(address);
	connection->peer_id = address_to_peer(address);
	connection->began = g_get_monotonic_time();
	connection->deadline = after(connection->began, table->limits.read_ms);
	pthread_mutex_lock(&table->lock);
	g_queue_push_tail_link(&table->all, &connection->link);
	table->stats.accepted++;
	if (!is_proxy)
		connection->peer = peer_join(table, connection->peer_id);
	if (share_of(connection) > table->limits.connections_per_address)
		make_room(table, connection, true);
	else if (table->all.length > table->limits.connections)
		make_room(table, connection, false);
	pthread_mutex_unlock(&table->lock);
	return connection;
}

void connection_closed(Connection *connection)
{
	ConnectionTable *table = connection->table;

	pthread_mutex_lock(&table->lock);
	g_queue_unlink(&table->all, &connection->link);
	if (connection->peer)
		peer_leave(table, connection->peer);
	pthread_mutex_unlock(&table->lock);
	g_free(connection->address);
	g_free(connection);
}

gint64 connection_reading(Connection *connection)
{
	ConnectionTable *table = connection->table;

	pthread_mutex_lock(&table->lock);
	if (connection->served)
		connection->began = g_get_monotonic_time();
	connection->served = true;
	connection->phase = PHASE_READING;
	connection->deadline = after(connection->began, table->limits.read_ms);
	pthread_mutex_unlock(&table->lock);
	return connection->began;
}

void connection_waiting(Connection *connection, void *exchange)
{
	ConnectionTable *table = connection->table;

	pthread_mutex_lock(&table->lock);
	connection->phase = PHASE_WAITING;
	connection->exchange = exchange;
	connection->deadline = after(connection->began, table->limits.total_ms);
	pthread_mutex_unlock(&table->lock);
}

void connection_writing(Connection *connection)
{
	ConnectionTable *table = connection->table;
	gint64 least = after(g_get_monotonic_time(), GRACE_MS);

	pthread_mutex_lock(&table->lock);
	connection->phase = PHASE_WRITING;
	connection->exchange = NULL;
	connection->deadline = MAX(after(connection->began, table->limits.total_ms), least);
	pthread_mutex_unlock(&table->lock);
}

void connection_idle(Connection *connection)
{
	ConnectionTable *table = connection->table;

	pthread_mutex_lock(&table->lock);
	connection->phase = PHASE_IDLE;
	connection->exchange = NULL;
	connection->deadline = after(g_get_monotonic_time(), table->limits.idle_ms);
	pthread_mutex_unlock(&table->lock);
}

const char *connection_address(const Connection *connection)
{
	return connection->address;
}

bool connection_is_proxy(const Connection *connection)
{
	return connection->peer == NULL;
}

guint64 connection_peer(const Connection *connection)
{
	return connection->peer_id;
}
