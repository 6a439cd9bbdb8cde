/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/daemon.h"

#include <pthread.h>
#include <string.h>

#include "idp/flow.h"
#include "idp/health/monitor.h"
#include "idp/http/tls.h"
#include "idp/huvudman.h"
#include "idp/keys.h"
#include "idp/limits.h"
#include "idp/log.h"
#include "idp/pool.h"
#include "idp/route.h"

/* Open files of one huvudman but for its readers, one a worker: the store's, its log's and its
 * lock's, and a connection to the directory for each thread that may ask. */
#define HUVUDMAN_DESCRIPTORS 80
#define READER_DESCRIPTORS   3

struct Daemon {
	char *config_file;
	Config *main;        /* of the start */
	Huvudman **huvudmen; /* constant while there are threads */
	unsigned n;
	Delay *delay;
	unsigned queue; /* jobs that may wait for a worker, or for a directory */
	Pool *workers;
	pthread_mutex_t server_lock; /* of server and last: monitors still ask while it stops */
	HttpServer *server;
	HttpStats last;  /* of the server when it was told to stop */
	gint64 tls_ends; /* seconds since 1970; 0: no TLS */
	Monitor *monitor;
	int visits; /* under way; atomic */
};

static gint64 now_seconds(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

/* Whose host that is; NULL: nobody's. */
static Huvudman *find_huvudman(const Daemon *daemon, const char *host)
{
	if (!huvudman_name(daemon->huvudmen[0]))
		return daemon->huvudmen[0];
	for (unsigned i = 0; host && i < daemon->n; i++)
		if (!g_strcmp0(huvudman_host(daemon->huvudmen[i]), host))
			return daemon->huvudmen[i];
	return NULL;
}

/* ---- the lanes ---- */

/* What a worker has of each huvudman, in their order. */
typedef struct {
	unsigned n;
	VisitWorker of[];
} Worker;

static void *worker_new(void *user, GError **error)
{
	const Daemon *daemon = user;
	Worker *worker = g_malloc0(sizeof *worker + daemon->n * sizeof worker->of[0]);
	worker->n = daemon->n;
	return worker;
}

static void worker_free(void *data)
{
	Worker *worker = data;
	for (unsigned i = 0; i < worker->n; i++) {
		store_reader_close(worker->of[i].reader);
		g_clear_pointer(&worker->of[i].lasso, lasso_reader_free);
	}
	g_free(worker);
}

/* What the worker has of the visit's huvudman; NULL with an error. */
static VisitWorker *worker_for(const Daemon *daemon, Worker *worker, const Visit *visit,
			       GError **error)
{
	unsigned i = 0;
	while (daemon->huvudmen[i] != visit->huvudman)
		i++;
	if (!worker->of[i].reader)
		worker->of[i].reader = huvudman_reader(visit->huvudman, error);
	return worker->of[i].reader ? &worker->of[i] : NULL;
}

static void turn_away(void *job, void *user)
{
	visit_fail(job, FAULT_HTTP_BUSY, "others came first");
}

static void work(void *job, void *worker, void *user)
{
	Daemon *daemon = user;
	Visit *visit = job;
	g_autoptr(GError) error = NULL;
	visit->worker = worker_for(daemon, worker, visit, &error);
	if (!visit->worker) {
		visit_fail(visit, FAULT_STORE_DOWN, error->message);
		return;
	}
	if (flow_run(visit, LANE_WORKER))
		return;
	visit->worker = NULL;
	if (!huvudman_wait(visit->huvudman, visit, visit->request->peer))
		visit_fail(visit, FAULT_HTTP_BUSY, "a queue is full");
}

static void hand_over(Daemon *daemon, Visit *visit, PoolClass class)
{
	if (!pool_push(daemon->workers, visit, class, visit->request->peer))
		visit_fail(visit, FAULT_HTTP_BUSY, "a queue is full");
}

static void wait_for_directory(void *job, void *worker, void *user)
{
	if (!flow_run(job, LANE_DIRECTORY))
		hand_over(user, job, POOL_FIRST);
}

/* ---- the listener's questions, asked on I/O threads ---- */

/* There are no pages: not this huvudman's, and not another's either. */
static HttpResponse *page_without_pages(const char *reference)
{
	g_autofree char *text =
		g_strdup_printf("Det går inte att logga in här just nu. Försök igen om en "
				"stund.\n"
				"You cannot log in here right now. Please try again in a while.\n"
				"Täällä ei voi nyt kirjautua. Yritä hetken kuluttua "
				"uudelleen.\n\n"
				"Referens / reference / viite: %s\n",
				reference);
	HttpResponse *response = http_response_text(503, text);
	http_response_set(response, "Retry-After", "60");
	return response;
}

static void refuse_unloaded(HttpExchange *exchange, const HttpRequest *request,
			    const Huvudman *huvudman)
{
	const LogField fields[] = {{"huvudman", huvudman_name(huvudman)},
				   {"reference", request->reference},
				   {"outcome", "not-loaded"},
				   {"status", "503"},
				   {NULL, NULL}};
	log_peer_event(G_LOG_LEVEL_WARNING, "refused", "not-loaded", fields);
	http_exchange_answer(exchange, page_without_pages(request->reference));
}

static void handle(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	Daemon *daemon = user;
	Huvudman *huvudman = find_huvudman(daemon, request->host);
	g_autoptr(Generation) generation = huvudman_current(huvudman);
	if (!generation) {
		refuse_unloaded(exchange, request, huvudman);
		return;
	}
	Visit *visit = visit_new(exchange, request, generation, huvudman_writer(huvudman),
				 &daemon->visits, now_seconds());
	visit->huvudman = huvudman;
	visit->tally = huvudman_tally(huvudman);
	visit->throttle = huvudman_throttle(huvudman);
	visit->delay = daemon->delay;
	FaultCode fault = FAULT_NONE;
	if (route_find(request, &visit->endpoint, &fault))
		hand_over(daemon, visit,
			  route_has_ticket(request, visit->endpoint) ? POOL_FIRST : POOL_LATER);
	else
		visit_fail(visit, fault, "no endpoint of that path and method");
}

static gsize body_limit(HttpMethod method, const char *path, gpointer user)
{
	return route_body_limit(method, path);
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
	Huvudman *huvudman = find_huvudman(user, refusal->host);
	g_autoptr(Generation) generation = huvudman ? huvudman_current(huvudman) : NULL;
	FaultCode fault = FAULT_HTTP_BAD_REQUEST;
	if (!generation)
		return NULL;
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

/* ---- the monitors' questions, asked on their own I/O thread ---- */

static void gather(Health *health, gpointer user)
{
	Daemon *daemon = user;
	health_init(health, daemon->n);
	health->now = now_seconds();
	for (unsigned i = 0; i < daemon->n; i++)
		huvudman_gather(daemon->huvudmen[i], health->now, &health->of[i]);
	health->generations = generation_alive();
	pthread_mutex_lock(&daemon->server_lock);
	health->draining = daemon->server == NULL;
	health->http = daemon->last;
	if (daemon->server)
		http_server_stats(daemon->server, &health->http);
	pthread_mutex_unlock(&daemon->server_lock);
	pool_stats(daemon->workers, &health->workers);
	health->queue = daemon->queue;
	health->visits = (unsigned)g_atomic_int_get(&daemon->visits);
	health->writer_queue = LIMIT_WRITER_QUEUE;
	health->tls_certificate_ends = daemon->tls_ends;
	health->log = log_stats();
	health->process = process_figures();
}

/* ---- start, reload, stop ---- */

static bool start_workers(Daemon *daemon, GError **error)
{
	const PoolOptions workers = {
		.name = "worker",
		.threads = (unsigned)config_number(daemon->main, "server", "workers"),
		.capacity = daemon->queue,
		.later_capacity = daemon->queue / LIMIT_HTTP_QUEUED_SHARE,
		.later_ms = LIMIT_HTTP_QUEUED_MS,
		.late = turn_away,
		.worker_new = worker_new,
		.worker_free = worker_free,
		.work = work,
		.user = daemon,
	};
	daemon->workers = pool_new(&workers, error);
	return daemon->workers != NULL;
}

static bool read_tls(const Config *config, HttpServerOptions *options, GError **error)
{
	char *certificate = NULL;
	gsize length = 0;
	if (!config_has(config, "server", "tls-key"))
		return true;
	g_autoptr(Secret) key = keys_read(config_path(config, "server", "tls-key"), 0, error);
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
	const Config *config = daemon->main;
	unsigned workers = (unsigned)config_number(config, "server", "workers");
	g_autofree const char **hosts = g_new0(const char *, daemon->n + 1);
	for (unsigned i = 0, known = 0; i < daemon->n; i++)
		if (huvudman_host(daemon->huvudmen[i]))
			hosts[known++] = huvudman_host(daemon->huvudmen[i]);
	HttpServerOptions options = {
		.listen = config_text(config, "server", "listen"),
		.threads = (unsigned)config_number(config, "server", "io-threads"),
		.hosts = hosts,
		.descriptors =
			(daemon->n - 1) * (HUVUDMAN_DESCRIPTORS + READER_DESCRIPTORS * workers),
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
	const Config *config = daemon->main;
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

static void note_warning(const char *huvudman, const char *warning)
{
	const LogField fields[] = {{"huvudman", huvudman}, {"warning", warning}, {NULL, NULL}};
	log_event(G_LOG_LEVEL_WARNING, "look at this", fields);
}

static void note_warnings(const Huvudman *huvudman, const Generation *generation)
{
	for (guint i = 0; i < generation->warnings->len; i++)
		note_warning(huvudman_name(huvudman), generation->warnings->pdata[i]);
}

/* NULL: nothing is. */
static char *held_text(const Generation *generation)
{
	const HoldsCount count = holds_count(generation->holds);
	return count.services ? holds_count_text(&count) : NULL;
}

/* What is released from now on, or would be, and was not. */
static void note_wider(const Huvudman *huvudman, const Admission *admission, bool taken)
{
	for (guint i = 0; admission->wider && i < admission->wider->len; i++) {
		const LogField fields[] = {{"huvudman", huvudman_name(huvudman)},
					   {"wider", admission->wider->pdata[i]},
					   {"confirmed-by", admission->account},
					   {NULL, NULL}};
		log_event(G_LOG_LEVEL_WARNING,
			  taken ? "more is released than before" : "more would be released",
			  fields);
	}
}

static void note_failure(const char *huvudman, const char *message, const GError *failed)
{
	const LogField fields[] = {
		{"huvudman", huvudman}, {"error", failed->message}, {NULL, NULL}};
	log_event(G_LOG_LEVEL_WARNING, message, fields);
}

/* At a start. */
static void note_waiting(const Huvudman *huvudman, const Admission *admission)
{
	const LogField fields[] = {
		{"huvudman", huvudman_name(huvudman)}, {"error", admission->waits}, {NULL, NULL}};
	note_wider(huvudman, admission, false);
	log_event(G_LOG_LEVEL_WARNING, "what ran before goes on: what is configured waits", fields);
}

/* Each by itself: one that cannot be loaded is told, and answers 503. Nobody at all is an error. */
static bool load_huvudmen(Daemon *daemon, GError **error)
{
	g_autoptr(GError) first = NULL;
	unsigned loaded = 0;
	for (unsigned i = 0; i < daemon->n; i++) {
		g_autoptr(GError) failed = NULL;
		g_auto(Admission) admission = {0};
		Huvudman *huvudman = daemon->huvudmen[i];
		if (huvudman_load(huvudman, daemon->main, daemon->huvudmen, daemon->n, &admission,
				  &failed))
			loaded++;
		else if (daemon->n > 1)
			note_failure(huvudman_name(huvudman), "not loaded: nobody is served there",
				     failed);
		if (admission.waits)
			note_waiting(huvudman, &admission);
		if (failed && !first)
			first = g_steal_pointer(&failed);
	}
	if (!loaded)
		g_propagate_error(error, g_steal_pointer(&first));
	if (!loaded && daemon->n > 1)
		g_prefix_error(error, "none of the %u huvudmän could be loaded: ", daemon->n);
	return loaded > 0;
}

static void make_huvudmen(Daemon *daemon)
{
	const char *const *names = config_huvudmen(daemon->main);
	const HuvudmanLane lane = {daemon->queue, wait_for_directory, turn_away, daemon};
	daemon->n = MAX(g_strv_length((char **)(guintptr)names), 1);
	daemon->huvudmen = g_new0(Huvudman *, daemon->n);
	for (unsigned i = 0; i < daemon->n; i++)
		daemon->huvudmen[i] = huvudman_new(names[i], &lane);
}

static void note_serving(const Daemon *daemon)
{
	for (unsigned i = 0; i < daemon->n; i++) {
		Huvudman *huvudman = daemon->huvudmen[i];
		g_autoptr(Generation) generation = huvudman_current(huvudman);
		if (!generation)
			continue;
		note_warnings(huvudman, generation);
		g_autofree char *held = held_text(generation);
		const LogField fields[] = {
			{"huvudman", huvudman_name(huvudman)},
			{"listen", http_server_address(daemon->server)},
			{"health", daemon->monitor ? monitor_address(daemon->monitor) : NULL},
			{"generation", generation->id},
			{"held", held},
			{NULL, NULL}};
		log_event(G_LOG_LEVEL_INFO, "serving", fields);
	}
}

Daemon *daemon_start(const char *config_file, GError **error)
{
	Config *main = config_load(config_file, error);
	if (!main)
		return NULL;
	Daemon *daemon = g_new0(Daemon, 1);
	pthread_mutex_init(&daemon->server_lock, NULL);
	daemon->config_file = g_strdup(config_file);
	daemon->main = main;
	daemon->queue = (unsigned)config_number(main, "server", "queue");
	make_huvudmen(daemon);
	daemon->delay = delay_new(error);
	if (!daemon->delay || !load_huvudmen(daemon, error) || !start_workers(daemon, error) ||
	    !start_server(daemon, error) || !start_monitor(daemon, error)) {
		daemon_stop(daemon);
		return NULL;
	}
	note_serving(daemon);
	return daemon;
}

/* What threads and listener are made of only waits for a restart; who is served is another thing
 * altogether when the first huvudman gets a name, or the last one loses it. */
static bool may_go_on(const Daemon *daemon, const Config *main, GError **error)
{
	bool named = huvudman_name(daemon->huvudmen[0]) != NULL;
	if (named == (config_huvudmen(main)[0] != NULL))
		return true;
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		    "%s: there are groups [huvudman NAME] now and were none at the start, or the "
		    "other way round; restart portvakt",
		    daemon->config_file);
	return false;
}

static void warn_fixed(const Daemon *daemon, const Config *main)
{
	static const struct {
		const char *group, *key;
	} fixed[] = {{"server", "listen"},     {"health", "listen"}, {"server", "tls-certificate"},
		     {"server", "tls-key"},    {"server", "hsts"},   {"server", "workers"},
		     {"server", "io-threads"}, {"server", "queue"},  {"server", "trusted-proxies"}};
	for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
		const char *group = fixed[i].group, *key = fixed[i].key;
		if (!g_strcmp0(config_text(main, group, key),
			       config_text(daemon->main, group, key)))
			continue;
		g_autofree char *where = config_where(main, group, key);
		g_autofree char *warning = g_strdup_printf(
			"%s: %s of [%s] holds from the next restart on", where, key, group);
		note_warning(NULL, warning);
	}
}

/* Who is new is served from a restart on, and who is gone until then. */
static void warn_names(const Config *before, const Config *after, const char *what)
{
	const char *const *names = config_huvudmen(before);
	for (const char *const *name = config_huvudmen(after); *name; name++) {
		if (g_strv_contains(names, *name))
			continue;
		g_autofree char *warning = g_strdup_printf(
			"[huvudman %s] is %s, which holds from the next restart on", *name, what);
		note_warning(*name, warning);
	}
}

static void reload_one(Daemon *daemon, Huvudman *huvudman, Config *main)
{
	g_autoptr(GError) failed = NULL;
	g_auto(Admission) admission = {0};
	g_autoptr(Generation) before = huvudman_current(huvudman);
	char id[sizeof before->id] = "";
	if (before)
		g_strlcpy(id, before->id, sizeof id);
	g_clear_pointer(&before, generation_unref);
	if (!huvudman_load(huvudman, main, daemon->huvudmen, daemon->n, &admission, &failed)) {
		note_wider(huvudman, &admission, false);
		note_failure(huvudman_name(huvudman),
			     *id ? "not reloaded: the generation before goes on"
				 : "not reloaded: nobody is served there",
			     failed);
		return;
	}
	if (admission.waits)
		note_waiting(huvudman, &admission);
	else
		note_wider(huvudman, &admission, true);
	g_autoptr(Generation) generation = huvudman_current(huvudman);
	g_autofree char *alive = g_strdup_printf("%u", generation_alive());
	g_autofree char *held = held_text(generation);
	const LogField fields[] = {{"huvudman", huvudman_name(huvudman)},
				   {"generation", generation->id},
				   {"before", *id ? id : NULL},
				   {"generations", alive},
				   {"held", held},
				   {NULL, NULL}};
	note_warnings(huvudman, generation);
	log_event(G_LOG_LEVEL_INFO, "reloaded", fields);
}

void daemon_reload(Daemon *daemon)
{
	g_autoptr(GError) failed = NULL;
	g_autoptr(Config) main = config_load(daemon->config_file, &failed);
	if (!main || !may_go_on(daemon, main, &failed)) {
		for (unsigned i = 0; i < daemon->n; i++)
			huvudman_keep(daemon->huvudmen[i], failed->message);
		note_failure(NULL, "not reloaded: the generation before goes on", failed);
		return;
	}
	warn_fixed(daemon, main);
	warn_names(daemon->main, main, "new");
	warn_names(main, daemon->main, "gone");
	for (unsigned i = 0; i < daemon->n; i++) {
		const char *name = huvudman_name(daemon->huvudmen[i]);
		if (!name || g_strv_contains(config_huvudmen(main), name))
			reload_one(daemon, daemon->huvudmen[i], main);
	}
}

void daemon_look(Daemon *daemon)
{
	for (unsigned i = 0; i < daemon->n; i++)
		huvudman_look(daemon->huvudmen[i], now_seconds());
}

/*
 * The order keeps every visit's way open to its end: first no new ones, then, while all lanes and
 * the writers still run, the end of those under way. Each ends by itself: the directory waits for
 * three seconds at most. Monitors are told of it until then.
 */
void daemon_stop(Daemon *daemon)
{
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
	for (unsigned i = 0; i < daemon->n; i++)
		huvudman_stop(daemon->huvudmen[i]);
	pool_free(daemon->workers);
	for (unsigned i = 0; i < daemon->n; i++)
		huvudman_free(daemon->huvudmen[i]);
	pthread_mutex_destroy(&daemon->server_lock);
	g_free(daemon->huvudmen);
	config_unref(daemon->main);
	g_free(daemon->config_file);
	g_free(daemon);
}
