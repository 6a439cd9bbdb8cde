/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/pool.h"

#include "idp/thread.h"

typedef struct {
	Pool *pool;
	void *worker;
	pthread_t thread;
	bool started;
} Seat;

typedef struct {
	guint64 id; /* first: the key of the table is its address */
	unsigned waiting;
} Origin;

typedef struct {
	void *job;
	gint64 since;
	Origin *origin;
} Place;

/* `waiting` places of `capacity` are taken, from `first` on. */
typedef struct {
	Place *places;
	unsigned capacity, first, waiting;
	GHashTable *origins; /* guint64 -> Origin, of those that wait */
} Ring;

struct Pool {
	PoolOptions options;
	char name[16];
	pthread_mutex_t lock;
	pthread_cond_t wake;
	Ring rings[POOL_CLASSES];
	bool stopping;
	PoolStats stats;
	Seat *seats;
};

static Ring ring_new(unsigned capacity)
{
	return (Ring){
		.places = g_new0(Place, capacity),
		.capacity = capacity,
		.origins = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free),
	};
}

static Place place_take(Ring *ring, void *job, guint64 id)
{
	Origin *origin = g_hash_table_lookup(ring->origins, &id);

	if (!origin) {
		origin = g_new0(Origin, 1);
		origin->id = id;
		g_hash_table_insert(ring->origins, &origin->id, origin);
	}
	origin->waiting++;
	return (Place){job, g_get_monotonic_time(), origin};
}

static void place_leave(Ring *ring, const Place *place)
{
	if (--place->origin->waiting == 0)
		g_hash_table_remove(ring->origins, &place->origin->id);
}

static bool ring_put(Ring *ring, void *job, guint64 origin)
{
	if (ring->waiting == ring->capacity)
		return false;
	ring->places[(ring->first + ring->waiting++) % ring->capacity] =
		place_take(ring, job, origin);
	return true;
}

static Place ring_take(Ring *ring)
{
	Place place = ring->places[ring->first];

	ring->first = (ring->first + 1) % ring->capacity;
	ring->waiting--;
	place_leave(ring, &place);
	return place;
}

/* Puts the job where the newest of the origin is that has the most. -> that one; NULL: none has
 * so many that it would be fair. */
static void *ring_displace(Ring *ring, void *job, guint64 origin)
{
	const Origin *own = g_hash_table_lookup(ring->origins, &origin);
	unsigned most = (own ? own->waiting : 0) + 1;
	Place *victim = NULL;

	for (unsigned i = ring->waiting; i-- > 0;) {
		Place *place = &ring->places[(ring->first + i) % ring->capacity];
		if (place->origin->waiting > most) {
			most = place->origin->waiting;
			victim = place;
		}
	}
	if (!victim)
		return NULL;
	Place before = *victim;
	place_leave(ring, &before);
	*victim = place_take(ring, job, origin);
	return before.job;
}

/* The next job, or NULL when the pool stops and nothing is left. */
static void *next_job(Pool *pool, bool *late)
{
	PoolStats *stats = &pool->stats;
	Place next = {NULL, 0};

	*late = false;
	pthread_mutex_lock(&pool->lock);
	while (stats->waiting == 0 && !pool->stopping)
		pthread_cond_wait(&pool->wake, &pool->lock);
	if (stats->waiting > 0) {
		bool later = pool->rings[POOL_FIRST].waiting == 0;
		next = ring_take(&pool->rings[later ? POOL_LATER : POOL_FIRST]);
		*late = later && pool->options.later_ms > 0 &&
			g_get_monotonic_time() - next.since >
				(gint64)pool->options.later_ms * G_TIME_SPAN_MILLISECOND;
		stats->waiting--;
		stats->working++;
	}
	pthread_mutex_unlock(&pool->lock);
	return next.job;
}

static void *run(void *data)
{
	Seat *seat = data;
	Pool *pool = seat->pool;
	bool late;
	void *job;

	while ((job = next_job(pool, &late)) != NULL) {
		if (late)
			pool->options.late(job, pool->options.user);
		else
			pool->options.work(job, seat->worker, pool->options.user);
		pthread_mutex_lock(&pool->lock);
		pool->stats.working--;
		pool->stats.done += !late;
		pool->stats.late += late;
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

static bool start_threads(Pool *pool, GError **error)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < pool->options.threads; i++) {
		Seat *seat = &pool->seats[i];
		seat->pool = pool;
		seat->started = ok = thread_start(&seat->thread, pool->name, run, seat, error);
	}
	return ok;
}

Pool *pool_new(const PoolOptions *options, GError **error)
{
	Pool *pool = g_new0(Pool, 1);

	g_assert(options->work && options->threads > 0 && options->capacity > 0);
	g_assert(options->later_capacity <= options->capacity);
	g_assert(!options->later_ms || options->late);
	pool->options = *options;
	g_strlcpy(pool->name, options->name ? options->name : "pool", sizeof pool->name);
	pool->rings[POOL_FIRST] = ring_new(options->capacity);
	pool->rings[POOL_LATER] =
		ring_new(options->later_capacity ? options->later_capacity : options->capacity);
	pool->seats = g_new0(Seat, options->threads);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	if (!make_workers(pool, error) || !start_threads(pool, error)) {
		pool_free(pool);
		return NULL;
	}
	return pool;
}

bool pool_push(Pool *pool, void *job, PoolClass class, guint64 origin)
{
	Ring *ring = &pool->rings[class];
	void *displaced = NULL;
	bool taken = false;

	g_assert(job);
	pthread_mutex_lock(&pool->lock);
	PoolStats *stats = &pool->stats;
	if (!pool->stopping && stats->waiting < pool->options.capacity &&
	    ring_put(ring, job, origin)) {
		stats->waiting++;
		stats->peak = MAX(stats->peak, stats->waiting);
		taken = true;
		pthread_cond_signal(&pool->wake);
	} else if (!pool->stopping && pool->options.late) {
		displaced = ring_displace(ring, job, origin);
		taken = displaced != NULL;
	}
	stats->refused += !taken;
	stats->late += displaced != NULL;
	pthread_mutex_unlock(&pool->lock);
	if (displaced)
		pool->options.late(displaced, pool->options.user);
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
	for (gsize i = 0; i < POOL_CLASSES; i++) {
		g_hash_table_unref(pool->rings[i].origins);
		g_free(pool->rings[i].places);
	}
	g_free(pool);
}

void pool_stats(Pool *pool, PoolStats *stats)
{
	pthread_mutex_lock(&pool->lock);
	*stats = pool->stats;
	pthread_mutex_unlock(&pool->lock);
}
