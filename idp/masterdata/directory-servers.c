/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-servers.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/thread.h"

#define MS G_TIME_SPAN_MILLISECOND

typedef struct {
	Link *link;
	gint64 since;
} Idle;

typedef struct {
	char *uri;
	gint64 rest_until;        /* g_get_monotonic_time(); 0: is well, as far as we know */
	bool probed;              /* not well, and somebody is looking whether it is back */
	GArray *idle[LINK_KINDS]; /* Idle, the one used last at the end */
	ServersStats stats;
} Server;

struct Servers {
	char *ca_file;
	char *bind_dn;
	Secret *password;
	unsigned most;
	unsigned n;
	Server *all;

	/* guards what follows and all of the servers but their addresses; pthread, so that TSan
	 * sees it */
	pthread_mutex_t lock;
	pthread_cond_t freed;
	unsigned running;
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
	thread_condition_init(&servers->freed);
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

/* What a call may try: servers that are well, and those that were not, once their rest is over or
 * when there is no other. The latter are tried by one call at a time: a server that hangs then
 * costs one person their patience and not everybody. */
typedef struct {
	bool try[SERVERS_MAX];
	bool probe[SERVERS_MAX];
} Round;

static bool fail(GError **error, const char *why)
{
	g_set_error_literal(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, why);
	return false;
}

static bool has_time(gint64 deadline)
{
	return deadline - g_get_monotonic_time() >= LIMIT_DIRECTORY_LEAST_MS * MS;
}

static bool round_begin(Servers *servers, Round *round, gint64 deadline, GError **error)
{
	bool any_well = false, any = false;
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);

	while (servers->running >= servers->most)
		if (!thread_wait(&servers->freed, &servers->lock, deadline))
			return fail(error, "all connections to the directory are taken");
	if (!has_time(deadline)) {
		pthread_cond_signal(&servers->freed); /* of use to another */
		return fail(error, "the directory is asked more than it answers");
	}
	gint64 now = g_get_monotonic_time();
	for (unsigned i = 0; i < servers->n; i++)
		any_well |= servers->all[i].rest_until == 0;
	for (unsigned i = 0; i < servers->n; i++) {
		Server *server = &servers->all[i];
		bool well = server->rest_until == 0;
		bool due = !any_well || server->rest_until <= now;
		round->probe[i] = !well && due && !server->probed;
		round->try[i] = well || round->probe[i];
		server->probed |= round->probe[i];
		any |= round->try[i];
	}
	if (!any)
		return fail(error, "no address of the directory answered a moment ago");
	servers->running++;
	return true;
}

static void round_end(Servers *servers, const Round *round)
{
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);
	servers->running--;
	for (unsigned i = 0; i < servers->n; i++)
		servers->all[i].probed &= !round->probe[i];
	pthread_cond_signal(&servers->freed);
}

static void mark(Servers *servers, unsigned uri, LinkResult result)
{
	gint64 now = g_get_monotonic_time();
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);
	Server *server = &servers->all[uri];
	server->rest_until = result == LINK_LOST ? now + LIMIT_DIRECTORY_REST_MS * MS : 0;
	server->stats.questions++;
	if (result == LINK_OK)
		server->stats.answered = now;
	else
		server->stats.failures++;
}

bool servers_try(Servers *servers, gint64 began, ServersAttempt attempt, gpointer data,
		 GError **error)
{
	gint64 deadline = began + LIMIT_DIRECTORY_TOTAL_MS * MS;
	Round round = {0};
	g_autoptr(GString) failures = g_string_new(NULL);
	bool answered = false;

	if (!round_begin(servers, &round, deadline, error))
		return false;
	for (unsigned i = 0; i < servers->n && !answered; i++) {
		gint64 now = g_get_monotonic_time();
		g_autoptr(GError) failure = NULL;
		if (!round.try[i] || !has_time(deadline))
			continue;
		LinkResult result =
			attempt(servers, i, MIN(deadline, now + LIMIT_DIRECTORY_URI_MS * MS), data,
				&failure);
		mark(servers, i, result);
		answered = result == LINK_OK;
		if (!answered)
			g_string_append_printf(failures, "%s%s", failures->len ? "; " : "",
					       failure->message);
	}
	round_end(servers, &round);
	return answered || fail(error, failures->str);
}

unsigned servers_stats(Servers *servers, ServersStats ret_stats[SERVERS_MAX], unsigned *ret_running)
{
	gint64 now = g_get_monotonic_time();
	g_autoptr(Locked) locked G_GNUC_UNUSED = lock(servers);
	for (unsigned i = 0; i < servers->n; i++) {
		const Server *server = &servers->all[i];
		ret_stats[i] = server->stats;
		ret_stats[i].uri = server->uri;
		ret_stats[i].rests = server->rest_until > now;
		ret_stats[i].lost = server->rest_until != 0;
	}
	*ret_running = servers->running;
	return servers->n;
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

Link *servers_open(Servers *servers, unsigned uri, gint64 deadline, GError **error)
{
	return link_open(servers->all[uri].uri, servers->ca_file, deadline, error);
}

Link *servers_connect(Servers *servers, unsigned uri, gint64 deadline, GError **error)
{
	g_autoptr(Link) link = servers_open(servers, uri, deadline, error);
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
	return kind == LINK_SERVICE ? servers_connect(servers, uri, deadline, error)
				    : servers_open(servers, uri, deadline, error);
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
