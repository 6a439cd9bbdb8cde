/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-servers.h"

#include "idp/fault.h"
#include "idp/limits.h"

#include <pthread.h>
#include <time.h>

#define MS G_TIME_SPAN_MILLISECOND

typedef struct {
	Link *link;
	gint64 since;
} Idle;

typedef struct {
	char *uri;
	gint64 rest_until;        /* g_get_monotonic_time(); 0: does not rest */
	GArray *idle[LINK_KINDS]; /* Idle, the one used last at the end */
} Server;

struct Servers {
	char *ca_file;
	char *bind_dn;
	Secret *password;
	unsigned most;
	unsigned n;
	Server *all;

	/* guards what follows, and rest_until and idle of the servers; pthread, so that TSan sees
	 * it */
	pthread_mutex_t lock;
	pthread_cond_t freed;
	unsigned running;
	bool probing; /* somebody is looking whether resting servers are back */
};

typedef pthread_mutex_t Locked;

static Locked *lock(Servers *servers)
{
	pthread_mutex_lock(&servers->lock);
	return &servers->lock;
}

static void unlock(Locked *locked)
{
	pthread_mutex_unlock(locked);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Locked, unlock)

Servers *servers_new(const char *const *uris, const char *ca_file, const char *bind_dn,
		     Secret *password, unsigned most)
{
	Servers *servers = g_new0(Servers, 1);
	pthread_condattr_t monotonic;
	servers->ca_file = g_strdup(ca_file);
	servers->bind_dn = g_strdup(bind_dn);
	servers->password = secret_ref(password);
	servers->most = most;
	servers->n = g_strv_length((char **)(guintptr)uris);
	g_assert(servers->n <= SERVERS_MAX);
	servers->all = g_new0(Server, servers->n);
	for (unsigned i = 0; i < servers->n; i++) {
		servers->all[i].uri = g_strdup(uris[i]);
		for (int kind = 0; kind < LINK_KINDS; kind++)
			servers->all[i].idle[kind] = g_array_new(FALSE, FALSE, sizeof(Idle));
	}
	pthread_mutex_init(&servers->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&servers->freed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return servers;
}

static void free_links(GArray *idle)
{
	for (guint i = 0; i < idle->len; i++)
		link_free(g_array_index(idle, Idle, i).link);
	g_array_unref(idle);
}

void servers_free(Servers *servers)
{
	if (!servers)
		return;
	g_assert(servers->running == 0);
	for (unsigned i = 0; i < servers->n; i++) {
		for (int kind = 0; kind < LINK_KINDS; kind++)
			free_links(servers->all[i].idle[kind]);
		g_free(servers->all[i].uri);
	}
	g_free(servers->all);
	g_free(servers->ca_file);
	g_free(servers->bind_dn);
	secret_unref(servers->password);
	pthread_mutex_destroy(&servers->lock);
	pthread_cond_destroy(&servers->freed);
	g_free(servers);
}

unsigned servers_count(const Servers *servers)
{
	return servers->n;
}

/* ---- which servers ---- */

/* What a call may try: servers that do not rest, or, if all do, all of them, but by one call at a
 * time: a dead directory then costs one thread its patience and not every one. */
typedef struct {
	bool try[SERVERS_MAX];
	bool probe;
} Round;

static bool round_begin(Servers *servers, Round *round, gint64 deadline, GError **error)
{
	bool any = false;
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);

	const struct timespec until = {deadline / G_USEC_PER_SEC, deadline % G_USEC_PER_SEC * 1000};
	while (servers->running >= servers->most)
		if (pthread_cond_timedwait(&servers->freed, &servers->lock, &until) != 0) {
			g_set_error_literal(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN,
					    "all connections to the directory are taken");
			return false;
		}
	gint64 now = g_get_monotonic_time();
	for (unsigned i = 0; i < servers->n; i++)
		any |= round->try[i] = servers->all[i].rest_until <= now;
	if (!any && servers->probing) {
		g_set_error_literal(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN,
				    "no address of the directory answered a moment ago");
		return false;
	}
	if (!any) {
		servers->probing = round->probe = true;
		for (unsigned i = 0; i < servers->n; i++)
			round->try[i] = true;
	}
	servers->running++;
	return true;
}

static void round_end(Servers *servers, const Round *round)
{
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);
	servers->running--;
	if (round->probe)
		servers->probing = false;
	pthread_cond_signal(&servers->freed);
}

static void mark(Servers *servers, unsigned uri, bool is_lost)
{
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);
	servers->all[uri].rest_until =
		is_lost ? g_get_monotonic_time() + LIMIT_DIRECTORY_REST_MS * MS : 0;
}

bool servers_try(Servers *servers, ServersAttempt attempt, gpointer data, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + LIMIT_DIRECTORY_TOTAL_MS * MS;
	Round round = {0};
	g_autoptr(GString) failures = g_string_new(NULL);
	bool answered = false;

	if (!round_begin(servers, &round, deadline, error))
		return false;
	for (unsigned i = 0; i < servers->n && !answered; i++) {
		gint64 now = g_get_monotonic_time();
		g_autoptr(GError) failure = NULL;
		if (!round.try[i] || now >= deadline)
			continue;
		LinkResult result =
			attempt(servers, i, MIN(deadline, now + LIMIT_DIRECTORY_URI_MS * MS), data,
				&failure);
		mark(servers, i, result == LINK_LOST);
		answered = result == LINK_OK;
		if (!answered)
			g_string_append_printf(failures, "%s%s", failures->len ? "; " : "",
					       failure->message);
	}
	round_end(servers, &round);
	if (!answered)
		g_set_error_literal(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, failures->str);
	return answered;
}

/* ---- links ---- */

/* The idle link used last; NULL: none. Those that are too old are moved to `old`. */
static Link *take_idle(Servers *servers, unsigned uri, LinkKind kind, GArray *old)
{
	GArray *idle = servers->all[uri].idle[kind];
	gint64 oldest = g_get_monotonic_time() - LIMIT_DIRECTORY_IDLE_MS * MS;
	guint stale = 0;
	Link *link = NULL;
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);

	while (stale < idle->len && g_array_index(idle, Idle, stale).since < oldest)
		stale++;
	g_array_append_vals(old, idle->data, stale);
	g_array_remove_range(idle, 0, stale);
	if (idle->len) {
		link = g_array_index(idle, Idle, idle->len - 1).link;
		g_array_set_size(idle, idle->len - 1);
	}
	return link;
}

static void give_back(Servers *servers, unsigned uri, LinkKind kind, Link *link)
{
	Idle idle = {link, g_get_monotonic_time()};
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);
	g_array_append_val(servers->all[uri].idle[kind], idle);
}

Link *servers_connect(Servers *servers, unsigned uri, gint64 deadline, GError **error)
{
	g_autoptr(Link) link = link_open(servers->all[uri].uri, servers->ca_file, deadline, error);
	if (!link)
		return NULL;
	switch (link_bind(link, servers->bind_dn, secret_text(servers->password),
			  secret_length(servers->password), deadline, error)) {
	case LINK_OK:
		return g_steal_pointer(&link);
	case LINK_REFUSED:
		g_set_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN,
			    "%s: the service account %s is refused; are bind-dn and password-file "
			    "right?",
			    servers->all[uri].uri, servers->bind_dn);
		return NULL;
	default:
		return NULL;
	}
}

static Link *connect_as(Servers *servers, unsigned uri, LinkKind kind, gint64 deadline,
			GError **error)
{
	return kind == LINK_SERVICE
		       ? servers_connect(servers, uri, deadline, error)
		       : link_open(servers->all[uri].uri, servers->ca_file, deadline, error);
}

LinkResult servers_use(Servers *servers, unsigned uri, LinkKind kind, ServersUse use, gpointer data,
		       gint64 deadline, GError **error)
{
	g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(Idle));
	g_autoptr(Link) link = take_idle(servers, uri, kind, old);
	LinkResult result = LINK_LOST;
	g_autoptr(GError) first = NULL;

	for (guint i = 0; i < old->len; i++)
		link_free(g_array_index(old, Idle, i).link);
	if (link)
		result = use(link, deadline, data, &first);
	if (result == LINK_LOST) {
		/* the server may have been restarted since: that is not its fault */
		g_clear_pointer(&link, link_free);
		link = connect_as(servers, uri, kind, deadline, error);
		if (!link)
			return LINK_LOST;
		result = use(link, deadline, data, error);
	} else if (first) {
		g_propagate_error(error, g_steal_pointer(&first));
	}
	if (result != LINK_LOST && result != LINK_FAULT)
		give_back(servers, uri, kind, g_steal_pointer(&link));
	return result;
}
