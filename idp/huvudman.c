/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/huvudman.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "idp/almanac.h"
#include "idp/apart.h"
#include "idp/kept-policy.h"
#include "idp/limits.h"
#include "idp/log.h"
#include "idp/store/door.h"

/* Builds of a generation until its rows are written: admins do not approve that fast. */
#define SETTLE_TRIES 3

struct Huvudman {
	char *name; /* NULL: the only one */
	char *host;
	HuvudmanLane lane;
	Throttle *throttle;
	Almanac *almanac;
	Tally tally;

	/* From the first generation on, and constant from then. */
	char *store_file;
	Writer *writer;
	Door *door; /* of the main thread */
	Pool *directory;

	pthread_mutex_t lock; /* pthread, so that TSan sees it; of what follows */
	Generation *generation;
	gint64 loaded; /* seconds since 1970 */
	guint64 reloads, reloads_failed;
	char *error; /* of the last load; NULL: it was taken */
	char *base;  /* what was taken (kept_policy_base()), "" if it could not be kept; of the
			main thread */
};

static gint64 now_seconds(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static int64_t writer_clock(void)
{
	return now_seconds();
}

Huvudman *huvudman_new(const char *name, const HuvudmanLane *lane)
{
	Huvudman *huvudman = g_new0(Huvudman, 1);
	huvudman->name = g_strdup(name);
	huvudman->lane = *lane;
	huvudman->throttle = throttle_new();
	huvudman->almanac = almanac_new(huvudman->name);
	pthread_mutex_init(&huvudman->lock, NULL);
	return huvudman;
}

const char *huvudman_name(const Huvudman *huvudman)
{
	return huvudman ? huvudman->name : NULL;
}

const char *huvudman_host(const Huvudman *huvudman)
{
	return huvudman->host;
}

Generation *huvudman_current(Huvudman *huvudman)
{
	pthread_mutex_lock(&huvudman->lock);
	Generation *generation = huvudman->generation ? generation_ref(huvudman->generation) : NULL;
	pthread_mutex_unlock(&huvudman->lock);
	return generation;
}

StoreReader *huvudman_reader(const Huvudman *huvudman, GError **error)
{
	return store_reader_open(store_sqlite, huvudman->store_file, error);
}

Writer *huvudman_writer(const Huvudman *huvudman)
{
	return huvudman->writer;
}

Throttle *huvudman_throttle(const Huvudman *huvudman)
{
	return huvudman->throttle;
}

Tally *huvudman_tally(Huvudman *huvudman)
{
	return &huvudman->tally;
}

bool huvudman_wait(Huvudman *huvudman, void *job, guint64 origin)
{
	return pool_push(huvudman->directory, job, POOL_FIRST, origin);
}

/* ---- the store and the lane ---- */

static void note_store_fault(const GError *error, gpointer data)
{
	const Huvudman *huvudman = data;
	const LogField fields[] = {
		{"huvudman", huvudman->name}, {"error", error->message}, {NULL, NULL}};
	log_event(G_LOG_LEVEL_WARNING, "the store cannot be swept or filled", fields);
}

static void note_reserve(const WriterReserve *reserve, gpointer data)
{
	static const char *const texts[] = {
		[RESERVE_GOOD] = "the store's reserve is whole again",
		[RESERVE_LOW] = "the disk of the store is full, and its reserve a fifth or less: "
				"make room",
		[RESERVE_LAST] = "the disk of the store is full, and its reserve a twentieth or "
				 "less: make room now, or nobody can log in",
	};
	const Huvudman *huvudman = data;
	g_autofree char *left = g_strdup_printf("%" G_GUINT64_FORMAT, reserve->left);
	g_autofree char *meant = g_strdup_printf("%" G_GUINT64_FORMAT, reserve->meant);
	const LogField fields[] = {{"huvudman", huvudman->name},
				   {"reserve_left", left},
				   {"reserve_meant", meant},
				   {NULL, NULL}};
	log_event(reserve->level > RESERVE_GOOD ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_INFO,
		  texts[reserve->level], fields);
}

/* What was confirmed is let in at once. */
static void ask_for_reload(gpointer data)
{
	kill(getpid(), SIGHUP);
}

static bool open_writer(Huvudman *huvudman, GError **error)
{
	const WriterOptions options = {
		.clock = writer_clock,
		.fault = note_store_fault,
		.reserve = LIMIT_STORE_RESERVE,
		.reserve_changed = note_reserve,
		.data = huvudman,
	};
	Store *store = store_open(store_sqlite, huvudman->store_file, error);
	if (store)
		huvudman->writer = writer_start(store, &options, error);
	if (huvudman->writer)
		huvudman->door = door_open(huvudman->store_file, huvudman->writer, error);
	if (huvudman->door)
		door_watch(huvudman->door, STORE_CONFIRMATION, ask_for_reload, NULL);
	return huvudman->door != NULL;
}

static bool open_lane(Huvudman *huvudman, const Config *config, GError **error)
{
	const PoolOptions options = {
		.name = "directory",
		.threads = (unsigned)config_number(config, config_directories(config)[0],
						   "connections"),
		.capacity = huvudman->lane.capacity,
		.work = huvudman->lane.work,
		.late = huvudman->lane.late,
		.user = huvudman->lane.user,
	};
	huvudman->directory = pool_new(&options, error);
	return huvudman->directory != NULL;
}

static bool open_parts(Huvudman *huvudman, const Config *config, GError **error)
{
	huvudman->store_file = g_strdup(config_path(config, "store", "file"));
	/* one in a folder that was made for it; that it is not there is for the store to say */
	g_autofree char *folder = g_path_get_dirname(huvudman->store_file);
	if (huvudman->name)
		g_mkdir(folder, 0700);
	if (open_writer(huvudman, error) && open_lane(huvudman, config, error))
		return true;
	g_clear_pointer(&huvudman->door, door_close);
	g_clear_pointer(&huvudman->writer, writer_stop);
	g_clear_pointer(&huvudman->store_file, g_free);
	return false;
}

/* ---- generations ---- */

/* The first in the order of the file has it, even where nothing else of it is right. */
static bool claim_host(Huvudman *huvudman, const char *base_url, Huvudman *const *others,
		       unsigned n, GError **error)
{
	const char *host = base_url + strlen("https://");
	for (unsigned i = 0; i < n; i++)
		if (others[i] != huvudman && others[i]->host &&
		    apart_same_host(host, others[i]->host)) {
			g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
				    "the host of base-url is also that of huvudman %s",
				    others[i]->name);
			return false;
		}
	huvudman->host = g_strdup(host);
	return true;
}

static Config *read_config(Huvudman *huvudman, Config *main, char **base_url, GError **error)
{
	if (huvudman->name)
		return config_load_huvudman(main, huvudman->name, base_url, error);
	*base_url = g_strdup(config_text(main, "idp", "base-url"));
	return config_ref(main);
}

/* The listener knows its hosts from the start: with another in the pages, it would refuse all that
 * they send. A store that is another only waits for the restart. */
static bool may_follow(const Huvudman *huvudman, const Generation *generation, GError **error)
{
	const Config *config = generation->config;
	g_autofree char *where = config_where(config, "idp", "base-url");
	const char *host = config_text(config, "idp", "base-url") + strlen("https://");
	if (g_strcmp0(huvudman->host, host) != 0) {
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
			    "%s: base-url is another than at the start; restart portvakt", where);
		return false;
	}
	if (!huvudman->store_file ||
	    g_str_equal(huvudman->store_file, config_path(config, "store", "file")))
		return true;
	g_autofree char *store = config_where(config, "store", "file");
	g_ptr_array_add(
		generation->warnings,
		g_strdup_printf("%s: file of [store] holds from the next restart on", store));
	return true;
}

static bool is_apart(Huvudman *huvudman, const Generation *generation, Huvudman *const *others,
		     unsigned n, GError **error)
{
	for (unsigned i = 0; i < n; i++) {
		g_autoptr(Generation) other =
			others[i] == huvudman ? NULL : huvudman_current(others[i]);
		if (other && !apart(generation, other, error))
			return false;
	}
	return true;
}

static Generation *build(Huvudman *huvudman, Config *main, Huvudman *const *others, unsigned n,
			 GError **error)
{
	bool first = huvudman->error == NULL && !huvudman->generation && !huvudman->host;
	g_autofree char *base_url = NULL;
	g_autoptr(Config) config = read_config(huvudman, main, &base_url, error);
	g_autoptr(GError) taken = NULL;
	if (first && base_url)
		claim_host(huvudman, base_url, others, n, &taken);
	g_autoptr(Generation) next = config ? generation_load(config, now_seconds(), error) : NULL;
	if (!next || !is_apart(huvudman, next, others, n, error))
		return NULL;
	if (taken) {
		g_autofree char *where = config_where(config, "idp", "base-url");
		g_propagate_prefixed_error(error, g_steal_pointer(&taken), "%s: ", where);
		return NULL;
	}
	return may_follow(huvudman, next, error) ? g_steal_pointer(&next) : NULL;
}

void huvudman_keep(Huvudman *huvudman, const char *why)
{
	g_assert(why);
	pthread_mutex_lock(&huvudman->lock);
	g_free(huvudman->error);
	huvudman->error = g_strdup(why);
	huvudman->reloads_failed += huvudman->generation != NULL;
	pthread_mutex_unlock(&huvudman->lock);
}

/* Waits for a commit of the writer's. */
typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t told;
	bool is_told;
	StoreOutcome outcome;
	GError *error;
} Settled;

static void note_settled(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Settled *settled = data;
	pthread_mutex_lock(&settled->lock);
	settled->is_told = true;
	settled->outcome = result->outcome;
	settled->error = result->error ? g_error_copy(result->error) : NULL;
	pthread_cond_signal(&settled->told);
	pthread_mutex_unlock(&settled->lock);
}

static StoreOutcome wait_for(Huvudman *huvudman, StoreCommit *commit, Settled *settled,
			     GError **error)
{
	if (!writer_push(huvudman->writer, &commit)) {
		store_commit_free(commit);
		g_set_error_literal(error, STORE_ERROR, STORE_ERROR_IO,
				    "too much waits for the store; reload again");
		return STORE_FAULT;
	}
	pthread_mutex_lock(&settled->lock);
	while (!settled->is_told)
		pthread_cond_wait(&settled->told, &settled->lock);
	pthread_mutex_unlock(&settled->lock);
	if (settled->error)
		g_propagate_error(error, settled->error);
	else if (settled->outcome != STORE_OK)
		g_set_error_literal(error, STORE_ERROR, STORE_ERROR_IO,
				    "the store was changed meanwhile; reload again");
	return settled->outcome;
}

/* Writes what services ask for now, before anybody is answered by it: who was asked for more and
 * was killed must not find it there as if it had always been. */
static StoreOutcome settle(Huvudman *huvudman, Generation *next, GError **error)
{
	Settled settled = {.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};
	StoreCommit *commit = holds_commit(next->holds, now_seconds(), note_settled, &settled);
	StoreOutcome outcome = commit ? wait_for(huvudman, commit, &settled, error) : STORE_OK;
	pthread_cond_destroy(&settled.told);
	pthread_mutex_destroy(&settled.lock);
	if (outcome != STORE_OK)
		g_prefix_error(error, "what services ask for cannot be written: ");
	return outcome;
}

/* Builds anew where an admin has let something pass between reading and writing, or where the store
 * that was read was an older version's. */
static Generation *build_settled(Huvudman *huvudman, Config *main, Huvudman *const *others,
				 unsigned n, GError **error)
{
	StoreOutcome outcome = STORE_CONFLICT;
	for (unsigned tries = 0; outcome == STORE_CONFLICT && tries < SETTLE_TRIES; tries++) {
		g_clear_error(error);
		g_autoptr(Generation) next = build(huvudman, main, others, n, error);
		if (!next || (!huvudman->writer && !open_parts(huvudman, next->config, error)))
			return NULL;
		generation_keep_feeds(next);
		outcome = settle(huvudman, next, error);
		if (outcome == STORE_OK)
			return g_steal_pointer(&next);
	}
	return NULL;
}

/* Before others see it: a start compares with what is kept. Where nobody waits for a confirmation
 * it is only worth a warning. */
static bool keep_policy(Huvudman *huvudman, const Generation *next, GError **error)
{
	GError *failed = NULL;
	gint64 now = now_seconds();
	if (kept_policy_write(next, now, &failed)) {
		g_free(huvudman->base);
		huvudman->base = kept_policy_base(next->digest, now);
		return true;
	}
	g_prefix_error(&failed, "the policy cannot be kept beside the store: ");
	if (config_bool(next->config, "policy", "confirm-widening")) {
		g_propagate_error(error, failed);
		return false;
	}
	g_ptr_array_add(next->warnings, g_strdup(failed->message));
	g_error_free(failed);
	g_free(huvudman->base);
	huvudman->base = g_strdup("");
	return true;
}

static void swap_in(Huvudman *huvudman, Generation *next)
{
	Generation *old = huvudman->generation;
	if (old)
		directory_inherit(next->directory, old->directory);
	pthread_mutex_lock(&huvudman->lock);
	huvudman->generation = next;
	huvudman->loaded = now_seconds();
	huvudman->reloads += old != NULL;
	g_clear_pointer(&huvudman->error, g_free);
	pthread_mutex_unlock(&huvudman->lock);
	generation_unref(old);
}

/* What ran last goes on after a start, if what is configured has to wait. */
static bool choose_first(Huvudman *huvudman, Generation **next, Admission *admission,
			 GError **error)
{
	Generation *before = NULL;
	if (admission_start(*next, now_seconds(), admission, &before, &huvudman->base, error))
		return true;
	if (!before)
		return false;
	generation_unref(*next);
	*next = before;
	return true;
}

static bool start(Huvudman *huvudman, Generation **next, Admission *admission, GError **error)
{
	g_clear_pointer(&huvudman->base, g_free);
	return choose_first(huvudman, next, admission, error) &&
	       (admission->waits || keep_policy(huvudman, *next, error));
}

static bool follow(Huvudman *huvudman, Generation *next, Admission *admission, GError **error)
{
	return admission_judge(huvudman->generation, huvudman->base, next, now_seconds(), admission,
			       error) &&
	       keep_policy(huvudman, next, error);
}

bool huvudman_load(Huvudman *huvudman, Config *main, Huvudman *const *others, unsigned n,
		   Admission *ret_admission, GError **error)
{
	GError *failed = NULL;
	Generation *next = build_settled(huvudman, main, others, n, &failed);
	bool good = next && (huvudman->generation ? follow(huvudman, next, ret_admission, &failed)
						  : start(huvudman, &next, ret_admission, &failed));
	if (good)
		swap_in(huvudman, next);
	else
		g_clear_pointer(&next, generation_unref);
	if (failed)
		huvudman_keep(huvudman, failed->message);
	else if (ret_admission->waits)
		huvudman_keep(huvudman, ret_admission->waits);
	if (failed)
		g_propagate_error(error, failed);
	return good;
}

void huvudman_look(Huvudman *huvudman, gint64 now)
{
	g_autoptr(Generation) generation = huvudman_current(huvudman);
	if (generation)
		almanac_look(huvudman->almanac, generation, now);
}

/* ---- the report ---- */

static void gather_parts(Huvudman *huvudman, const Generation *generation, gint64 now, HealthOf *of)
{
	of->generation = generation->id;
	directory_stats(generation->directory, &of->directory);
	of->services = entity_set_size(generation->entities);
	of->held = holds_count(generation->holds);
	of->feeds = generation_feeds(generation);
	of->saml_certificate_ends = xml_key_certificate(generation->key)->not_after;
	pool_stats(huvudman->directory, &of->directory_lane);
	of->writer = writer_stats(huvudman->writer);
	if (of->writer.failed)
		of->store_failed =
			now - (g_get_monotonic_time() - of->writer.failed) / G_USEC_PER_SEC;
}

void huvudman_gather(Huvudman *huvudman, gint64 now, HealthOf *of)
{
	pthread_mutex_lock(&huvudman->lock);
	of->kept = huvudman->generation ? generation_ref(huvudman->generation) : NULL;
	of->generation_loaded = huvudman->loaded;
	of->reloads = huvudman->reloads;
	of->reloads_failed = huvudman->reloads_failed;
	of->error = g_strdup(huvudman->error);
	pthread_mutex_unlock(&huvudman->lock);
	of->name = huvudman->name;
	of->tally = &huvudman->tally;
	throttle_stats(huvudman->throttle, &of->throttle);
	of->agreement = almanac_next(huvudman->almanac, &of->agreement_left);
	if (of->kept)
		gather_parts(huvudman, of->kept, now, of);
}

/* ---- the end ---- */

void huvudman_stop(Huvudman *huvudman)
{
	if (!huvudman)
		return;
	g_clear_pointer(&huvudman->door, door_close);
	almanac_stop(huvudman->almanac);
	pool_stop(huvudman->directory);
}

void huvudman_free(Huvudman *huvudman)
{
	if (!huvudman)
		return;
	pool_free(huvudman->directory);
	door_close(huvudman->door);
	writer_stop(huvudman->writer);
	almanac_free(huvudman->almanac);
	throttle_free(huvudman->throttle);
	generation_unref(huvudman->generation);
	pthread_mutex_destroy(&huvudman->lock);
	g_free(huvudman->error);
	g_free(huvudman->base);
	g_free(huvudman->store_file);
	g_free(huvudman->host);
	g_free(huvudman->name);
	g_free(huvudman);
}
