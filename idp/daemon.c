/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/daemon.h"

#include <pthread.h>
#include <string.h>

#include "idp/flow.h"
#include "idp/health/monitor.h"
#include "idp/http/tls.h"
#include "idp/keys.h"
#include "idp/limits.h"
#include "idp/log.h"
#include "idp/pool.h"
#include "idp/store/door.h"

struct Daemon {
	char *config_file;
	char *store_file;
	pthread_mutex_t lock; /* pthread, so that TSan sees it; of generation to reload_error */
	Generation *generation;
	gint64 loaded; /* seconds since 1970 */
	guint64 reloads, reloads_failed;
	char *reload_error; /* of the last reload; NULL: it was taken */
	Writer *writer;
	Door *door;
	Throttle *throttle;
	Delay *delay;
	unsigned queue; /* jobs that may wait in each of the two */
	Pool *workers;
	Pool *directory;
	pthread_mutex_t server_lock; /* of server and last: monitors still ask while it stops */
	HttpServer *server;
	HttpStats last;  /* of the server when it was told to stop */
	gint64 tls_ends; /* seconds since 1970; 0: no TLS */
	Monitor *monitor;
	Tally tally;
	int visits; /* under way; atomic */
};

static gint64 now_seconds(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static int64_t writer_clock(void)
{
	return now_seconds();
}

static Generation *current(Daemon *daemon)
{
	pthread_mutex_lock(&daemon->lock);
	Generation *generation = generation_ref(daemon->generation);
	pthread_mutex_unlock(&daemon->lock);
	return generation;
}

/* ---- the two lanes ---- */

static void *worker_new(void *user, GError **error)
{
	const Daemon *daemon = user;
	VisitWorker *worker = g_new0(VisitWorker, 1);
	worker->reader = store_reader_open(store_sqlite, daemon->store_file, error);
	if (!worker->reader)
		g_clear_pointer(&worker, g_free);
	return worker;
}

static void worker_free(void *data)
{
	VisitWorker *worker = data;
	store_reader_close(worker->reader);
	g_clear_pointer(&worker->lasso, lasso_reader_free);
	g_free(worker);
}

static void hand_over(Visit *visit, Pool *pool, PoolClass class)
{
	if (!pool_push(pool, visit, class, visit->request->peer))
		visit_fail(visit, FAULT_HTTP_BUSY, "a queue is full");
}

static void turn_away(void *job, void *user)
{
	visit_fail(job, FAULT_HTTP_BUSY, "others came first");
}

static void work(void *job, void *worker, void *user)
{
	Daemon *daemon = user;
	Visit *visit = job;
	visit->worker = worker;
	if (!flow_run(visit, LANE_WORKER)) {
		visit->worker = NULL;
		hand_over(visit, daemon->directory, POOL_FIRST);
	}
}

static void wait_for_directory(void *job, void *worker, void *user)
{
	Daemon *daemon = user;
	if (!flow_run(job, LANE_DIRECTORY))
		hand_over(job, daemon->workers, POOL_FIRST);
}

/* ---- the listener's questions, asked on I/O threads ---- */

static void handle(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	Daemon *daemon = user;
	g_autoptr(Generation) generation = current(daemon);
	Visit *visit = visit_new(exchange, request, generation, daemon->writer, &daemon->visits,
				 now_seconds());
	visit->tally = &daemon->tally;
	visit->throttle = daemon->throttle;
	visit->delay = daemon->delay;
	FaultCode fault = FAULT_NONE;
	if (flow_route(request, &visit->endpoint, &fault))
		hand_over(visit, daemon->workers,
			  flow_has_ticket(request, visit->endpoint) ? POOL_FIRST : POOL_LATER);
	else
		visit_fail(visit, fault, "no endpoint of that path and method");
}

static gsize body_limit(HttpMethod method, const char *path, gpointer user)
{
	return flow_body_limit(method, path);
}

static HttpResponse *refuse(const HttpRefusal *refusal, gpointer user)
{
	static const struct {
		unsigned status;
		FaultCode fault;
	} table[] = {
		{405, FAULT_HTTP_METHOD},    {408, FAULT_HTTP_TIMEOUT}, {413, FAULT_HTTP_TOO_LARGE},
		{414, FAULT_HTTP_TOO_LARGE}, {421, FAULT_HTTP_HOST},    {431, FAULT_HTTP_TOO_LARGE},
		{503, FAULT_HTTP_BUSY},
	};
	Daemon *daemon = user;
	g_autoptr(Generation) generation = current(daemon);
	FaultCode fault = FAULT_HTTP_BAD_REQUEST;
	if (refusal->late)
		return visit_late_page(generation, refusal->late, refusal->request);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
		if (table[i].status == refusal->status)
			fault = table[i].fault;
	HttpResponse *response =
		visit_fault_page(generation, fault, refusal->reference, refusal->accept_language);
	response->status = refusal->status;
	return response;
}

static void note_refusal(const HttpAccess *access, gpointer user)
{
	if (!access->refusal)
		return;
	g_autofree char *status = g_strdup_printf("%u", access->status);
	const LogField fields[] = {{"reference", access->reference},
				   {"status", status},
				   {"error", access->refusal},
				   {NULL, NULL}};
	log_peer_event(G_LOG_LEVEL_INFO, "refused", access->refusal, fields);
}

static void note_store_fault(const GError *error, gpointer user)
{
	log_error(G_LOG_LEVEL_WARNING, "the store cannot be swept or filled", error);
}

static void note_reserve(const WriterReserve *reserve, gpointer user)
{
	static const char *const texts[] = {
		[RESERVE_GOOD] = "the store's reserve is whole again",
		[RESERVE_LOW] = "the disk of the store is full, and its reserve a fifth or less: "
				"make room",
		[RESERVE_LAST] = "the disk of the store is full, and its reserve a twentieth or "
				 "less: make room now, or nobody can log in",
	};
	g_autofree char *left = g_strdup_printf("%" G_GUINT64_FORMAT, reserve->left);
	g_autofree char *meant = g_strdup_printf("%" G_GUINT64_FORMAT, reserve->meant);
	const LogField fields[] = {{"reserve_left", left}, {"reserve_meant", meant}, {NULL, NULL}};
	log_event(reserve->level > RESERVE_GOOD ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_INFO,
		  texts[reserve->level], fields);
}

/* ---- the monitors' questions, asked on their own I/O thread ---- */

static void gather_generation(Daemon *daemon, Health *health)
{
	pthread_mutex_lock(&daemon->lock);
	const Generation *generation = health->kept = generation_ref(daemon->generation);
	health->generation_loaded = daemon->loaded;
	health->reloads = daemon->reloads;
	health->reloads_failed = daemon->reloads_failed;
	health->reload_error = g_strdup(daemon->reload_error);
	pthread_mutex_unlock(&daemon->lock);
	health->generation = generation->id;
	directory_stats(generation->directory, &health->directory);
	health->services = entity_set_size(generation->entities);
	health->feeds = generation_feeds(generation);
	health->generations = generation_alive();
	health->saml_certificate_ends = xml_key_certificate(generation->key)->not_after;
}

static void gather(Health *health, gpointer user)
{
	Daemon *daemon = user;
	health->now = now_seconds();
	gather_generation(daemon, health);
	pthread_mutex_lock(&daemon->server_lock);
	health->draining = daemon->server == NULL;
	health->http = daemon->last;
	if (daemon->server)
		http_server_stats(daemon->server, &health->http);
	pthread_mutex_unlock(&daemon->server_lock);
	pool_stats(daemon->workers, &health->workers);
	pool_stats(daemon->directory, &health->directory_lane);
	health->queue = daemon->queue;
	health->visits = (unsigned)g_atomic_int_get(&daemon->visits);
	health->writer = writer_stats(daemon->writer);
	health->writer_queue = LIMIT_WRITER_QUEUE;
	if (health->writer.failed)
		health->store_failed =
			health->now -
			(g_get_monotonic_time() - health->writer.failed) / G_USEC_PER_SEC;
	throttle_stats(daemon->throttle, &health->throttle);
	health->tls_certificate_ends = daemon->tls_ends;
	health->log = log_stats();
	health->process = process_figures();
	health->tally = &daemon->tally;
}

/* ---- start, reload, stop ---- */

static bool start_writer(Daemon *daemon, GError **error)
{
	const WriterOptions options = {
		.clock = writer_clock,
		.fault = note_store_fault,
		.reserve = LIMIT_STORE_RESERVE,
		.reserve_changed = note_reserve,
	};
	Store *store = store_open(store_sqlite, daemon->store_file, error);
	if (store)
		daemon->writer = writer_start(store, &options, error);
	if (daemon->writer)
		daemon->door = door_open(daemon->store_file, daemon->writer, error);
	return daemon->door != NULL;
}

static bool start_pools(Daemon *daemon, GError **error)
{
	const Config *config = daemon->generation->config;
	daemon->queue = (unsigned)config_number(config, "server", "queue");
	const PoolOptions workers = {
		.name = "worker",
		.threads = (unsigned)config_number(config, "server", "workers"),
		.capacity = daemon->queue,
		.later_capacity = daemon->queue / LIMIT_HTTP_QUEUED_SHARE,
		.later_ms = LIMIT_HTTP_QUEUED_MS,
		.late = turn_away,
		.worker_new = worker_new,
		.worker_free = worker_free,
		.work = work,
		.user = daemon,
	};
	const PoolOptions directory = {
		.name = "directory",
		.threads = (unsigned)config_number(config, config_directories(config)[0],
						   "connections"),
		.capacity = daemon->queue,
		.work = wait_for_directory,
		.late = turn_away,
		.user = daemon,
	};
	daemon->workers = pool_new(&workers, error);
	if (daemon->workers)
		daemon->directory = pool_new(&directory, error);
	return daemon->directory != NULL;
}

static bool read_tls(const Config *config, HttpServerOptions *options, GError **error)
{
	char *certificate = NULL;
	gsize length = 0;
	if (!config_has(config, "server", "tls-key"))
		return true;
	g_autoptr(Secret) key = keys_read(config_path(config, "server", "tls-key"), error);
	if (!key || !g_file_get_contents(config_path(config, "server", "tls-certificate"),
					 &certificate, &length, error))
		return false;
	/* no copy that nobody wipes */
	options->tls_key =
		g_bytes_new_with_free_func(secret_bytes(key), secret_length(key),
					   (GDestroyNotify)secret_unref, secret_ref(key));
	options->tls_certificate = g_bytes_new_take(certificate, length);
	return true;
}

static bool start_server(Daemon *daemon, GError **error)
{
	const Config *config = daemon->generation->config;
	const char *host = config_text(config, "idp", "base-url") + strlen("https://");
	const char *const hosts[] = {host, NULL};
	HttpServerOptions options = {
		.listen = config_text(config, "server", "listen"),
		.threads = (unsigned)config_number(config, "server", "io-threads"),
		.hosts = hosts,
		.trusted_proxies = config_list(config, "server", "trusted-proxies"),
		.hsts = config_bool(config, "server", "hsts"),
		.handler = handle,
		.body_limit = body_limit,
		.refuse = refuse,
		.access = note_refusal,
		.user = daemon,
	};
	if (read_tls(config, &options, error))
		daemon->server = http_server_start(&options, error);
	if (!daemon->server) {
		g_autofree char *where = config_where(config, "server", "listen");
		g_prefix_error(error, "%s: ", where);
	}
	if (options.tls_certificate)
		daemon->tls_ends = tls_certificate_end(options.tls_certificate);
	g_clear_pointer(&options.tls_certificate, g_bytes_unref);
	g_clear_pointer(&options.tls_key, g_bytes_unref);
	return daemon->server != NULL;
}

static bool start_monitor(Daemon *daemon, GError **error)
{
	const Config *config = daemon->generation->config;
	const MonitorOptions options = {
		.listen = config_text(config, "health", "listen"),
		.gather = gather,
		.user = daemon,
	};
	if (!options.listen)
		return true;
	daemon->monitor = monitor_start(&options, error);
	if (!daemon->monitor) {
		g_autofree char *where = config_where(config, "health", "listen");
		g_prefix_error(error, "%s: ", where);
	}
	return daemon->monitor != NULL;
}

static void note_warnings(const Generation *generation)
{
	for (guint i = 0; i < generation->warnings->len; i++) {
		const LogField fields[] = {{"warning", generation->warnings->pdata[i]},
					   {NULL, NULL}};
		log_event(G_LOG_LEVEL_WARNING, "look at this", fields);
	}
}

Daemon *daemon_start(const char *config_file, GError **error)
{
	Generation *generation = generation_load(config_file, now_seconds(), error);
	if (!generation)
		return NULL;
	generation_keep_feeds(generation);
	Daemon *daemon = g_new0(Daemon, 1);
	pthread_mutex_init(&daemon->lock, NULL);
	pthread_mutex_init(&daemon->server_lock, NULL);
	daemon->config_file = g_strdup(config_file);
	daemon->generation = generation;
	daemon->loaded = now_seconds();
	daemon->store_file = g_strdup(config_path(generation->config, "store", "file"));
	daemon->throttle = throttle_new();
	daemon->delay = delay_new(error);
	if (!daemon->delay || !start_writer(daemon, error) || !start_pools(daemon, error) ||
	    !start_server(daemon, error) || !start_monitor(daemon, error)) {
		daemon_stop(daemon);
		return NULL;
	}
	note_warnings(generation);
	const LogField fields[] = {
		{"listen", http_server_address(daemon->server)},
		{"health", daemon->monitor ? monitor_address(daemon->monitor) : NULL},
		{"generation", generation->id},
		{NULL, NULL}};
	log_event(G_LOG_LEVEL_INFO, "serving", fields);
	return daemon;
}

/* The listener knows its address from the start: with another in the pages, it would refuse all
 * that they send. What else needs a restart only waits for it. */
static bool may_follow(const Generation *generation, const Generation *before, GError **error)
{
	static const struct {
		const char *group, *key;
	} fixed[] = {{"server", "listen"},     {"health", "listen"}, {"server", "tls-certificate"},
		     {"server", "tls-key"},    {"server", "hsts"},   {"server", "workers"},
		     {"server", "io-threads"}, {"server", "queue"},  {"server", "trusted-proxies"},
		     {"store", "file"}};
	const Config *new = generation->config, *old = before->config;
	if (!g_str_equal(config_text(new, "idp", "base-url"),
			 config_text(old, "idp", "base-url"))) {
		g_autofree char *where = config_where(new, "idp", "base-url");
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
			    "%s: base-url is another than at the start; restart portvakt", where);
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
		const char *group = fixed[i].group, *key = fixed[i].key;
		if (g_strcmp0(config_text(new, group, key), config_text(old, group, key)) == 0)
			continue;
		g_autofree char *where = config_where(new, group, key);
		g_ptr_array_add(generation->warnings,
				g_strdup_printf("%s: %s of [%s] holds from the next restart on",
						where, key, group));
	}
	return true;
}

static bool remember_failure(Daemon *daemon, GError *failed, GError **error)
{
	pthread_mutex_lock(&daemon->lock);
	g_free(daemon->reload_error);
	daemon->reload_error = g_strdup(failed->message);
	daemon->reloads_failed++;
	pthread_mutex_unlock(&daemon->lock);
	g_propagate_error(error, failed);
	return false;
}

bool daemon_reload(Daemon *daemon, GError **error)
{
	GError *failed = NULL;
	g_autoptr(Generation) next = generation_load(daemon->config_file, now_seconds(), &failed);
	if (!next || !may_follow(next, daemon->generation, &failed))
		return remember_failure(daemon, failed, error);
	generation_keep_feeds(next);
	Generation *generation = g_steal_pointer(&next);
	directory_inherit(generation->directory, daemon->generation->directory);
	pthread_mutex_lock(&daemon->lock);
	Generation *old = daemon->generation;
	daemon->generation = generation;
	daemon->loaded = now_seconds();
	daemon->reloads++;
	g_clear_pointer(&daemon->reload_error, g_free);
	pthread_mutex_unlock(&daemon->lock);
	note_warnings(generation);
	char before[sizeof old->id];
	g_strlcpy(before, old->id, sizeof before);
	generation_unref(old);
	g_autofree char *alive = g_strdup_printf("%u", generation_alive());
	const LogField fields[] = {{"generation", generation->id},
				   {"before", before},
				   {"generations", alive},
				   {NULL, NULL}};
	log_event(G_LOG_LEVEL_INFO, "reloaded", fields);
	return true;
}

/*
 * The order keeps every visit's way open to its end: first no new ones, then, while both lanes and
 * the writer still run, the end of those under way. Each ends by itself: the directory waits for
 * three seconds at most. Monitors are told of it until then.
 */
void daemon_stop(Daemon *daemon)
{
	door_close(daemon->door);
	pthread_mutex_lock(&daemon->server_lock);
	if (daemon->server)
		http_server_stats(daemon->server, &daemon->last);
	HttpServer *server = g_steal_pointer(&daemon->server);
	pthread_mutex_unlock(&daemon->server_lock);
	if (server)
		http_server_stop(server);
	while (g_atomic_int_get(&daemon->visits) > 0)
		g_usleep(1000);
	monitor_stop(daemon->monitor);
	delay_stop(daemon->delay);
	pool_stop(daemon->workers);
	pool_stop(daemon->directory);
	pool_free(daemon->workers);
	pool_free(daemon->directory);
	writer_stop(daemon->writer);
	throttle_free(daemon->throttle);
	generation_unref(daemon->generation);
	pthread_mutex_destroy(&daemon->lock);
	pthread_mutex_destroy(&daemon->server_lock);
	g_free(daemon->reload_error);
	g_free(daemon->config_file);
	g_free(daemon->store_file);
	g_free(daemon);
}
