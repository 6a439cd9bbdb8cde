/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-dial.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

/* Addresses of one name that are tried; a directory has one or two, each for IPv4 and IPv6. */
#define ADDRESSES_MAX 8

/* How long an address is tried before the next one is tried beside it, and how long further
 * addresses are waited for when there is one (RFC 8305, 5): one dead address costs no more. */
#define STAGGER_US (250 * 1000)

/* ---- the addresses of a name: GIO's part, for it alone gives a look-up an end ---- */

typedef struct {
	GPtrArray *addresses;
	GCancellable *cancellable;
	GSource *timer;
	GError *error;
	bool done;
} LookUp;

static GSocketConnectable *target(const char *uri, GError **error)
{
	g_autoptr(GUri) parts = g_uri_parse(uri, G_URI_FLAGS_NONE, error);
	if (!parts)
		return NULL;
	const char *scheme = g_uri_get_scheme(parts);
	if (g_str_equal(scheme, "ldapi"))
		return G_SOCKET_CONNECTABLE(g_unix_socket_address_new(g_uri_get_host(parts)));
	int port = g_uri_get_port(parts);
	if (port < 0)
		port = g_str_equal(scheme, "ldaps") ? 636 : 389;
	return g_network_address_new(g_uri_get_host(parts), (guint16)port);
}

static void on_address(GObject *enumerator, GAsyncResult *result, gpointer data)
{
	LookUp *look_up = data;
	GSocketAddressEnumerator *all = G_SOCKET_ADDRESS_ENUMERATOR(enumerator);
	GSocketAddress *address =
		g_socket_address_enumerator_next_finish(all, result, &look_up->error);
	if (address)
		g_ptr_array_add(look_up->addresses, address);
	if (address && look_up->addresses->len == 1)
		g_source_set_ready_time(look_up->timer, MIN(g_source_get_ready_time(look_up->timer),
							    g_get_monotonic_time() + STAGGER_US));
	look_up->done = !address || look_up->addresses->len == ADDRESSES_MAX;
	if (!look_up->done)
		g_socket_address_enumerator_next_async(all, look_up->cancellable, on_address,
						       look_up);
}

static gboolean on_deadline(gpointer cancellable)
{
	g_cancellable_cancel(cancellable);
	return G_SOURCE_REMOVE;
}

/* At least one GSocketAddress, or NULL. */
static GPtrArray *look_up(const char *uri, gint64 deadline, GError **error)
{
	g_autoptr(GSocketConnectable) connectable = target(uri, error);
	if (!connectable)
		return NULL;
	g_autoptr(GMainContext) context = g_main_context_new();
	g_autoptr(GMainContextPusher) pusher G_GNUC_UNUSED = g_main_context_pusher_new(context);
	g_autoptr(GSocketAddressEnumerator) all = g_socket_connectable_enumerate(connectable);
	g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_object_unref);
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(GSource) timer = g_timeout_source_new(0);
	LookUp found = {.addresses = addresses, .cancellable = cancellable, .timer = timer};

	g_source_set_ready_time(timer, deadline);
	g_source_set_callback(timer, on_deadline, cancellable, NULL);
	g_source_attach(timer, context);
	g_socket_address_enumerator_next_async(all, cancellable, on_address, &found);
	while (!found.done)
		g_main_context_iteration(context, TRUE);
	g_source_destroy(timer);

	g_autoptr(GError) why = found.error;
	if (addresses->len > 0)
		return g_steal_pointer(&addresses);
	if (!why || g_error_matches(why, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no address in time");
	else
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND, why->message);
	return NULL;
}

/* ---- the connection: plain sockets, so that no descriptor is anybody else's ---- */

/* A connection that has begun, non-blocking; -1 with errno. */
static int begin(GSocketAddress *address)
{
	static const int yes = 1;
	struct sockaddr_storage native;
	int family = (int)g_socket_address_get_family(address);
	gssize size = g_socket_address_get_native_size(address);

	if (!g_socket_address_to_native(address, &native, sizeof native, NULL)) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (family != AF_UNIX) {
		/* small packets that each wait for an answer */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	}
	if (connect(fd, (const struct sockaddr *)&native, (socklen_t)size) == 0 ||
	    errno == EINPROGRESS)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

typedef struct {
	struct pollfd attempts[ADDRESSES_MAX]; /* fd -1: failed */
	guint n, pending;
	int why; /* errno of the last that failed */
} Attempts;

static void begin_next(Attempts *all, GSocketAddress *address)
{
	struct pollfd *attempt = &all->attempts[all->n++];
	*attempt = (struct pollfd){.fd = begin(address), .events = POLLOUT};
	if (attempt->fd >= 0)
		all->pending++;
	else
		all->why = errno;
}

/* The descriptor of one that is connected, no longer among the attempts; -1: none yet. */
static int take_connected(Attempts *all)
{
	for (guint i = 0; i < all->n; i++) {
		struct pollfd *attempt = &all->attempts[i];
		int fd = attempt->fd, why = 0;
		socklen_t size = sizeof why;
		if (fd < 0 || !attempt->revents)
			continue;
		attempt->fd = -1;
		all->pending--;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) == 0 && why == 0)
			return fd;
		all->why = why;
		close(fd);
	}
	return -1;
}

static int connect_one(const GPtrArray *addresses, gint64 deadline, GError **error)
{
	Attempts all = {.why = ETIMEDOUT};
	gint64 next_at = 0, now = g_get_monotonic_time();
	int fd = -1;

	for (; fd < 0 && now < deadline; now = g_get_monotonic_time()) {
		bool more = all.n < addresses->len;
		if (!more && all.pending == 0)
			break;
		if (more && (all.pending == 0 || now >= next_at)) {
			begin_next(&all, addresses->pdata[all.n]);
			next_at = now + STAGGER_US;
			continue;
		}
		gint64 until = more ? MIN(next_at, deadline) : deadline;
		if (poll(all.attempts, all.n, (int)((until - now) / 1000) + 1) > 0)
			fd = take_connected(&all);
	}
	for (guint i = 0; i < all.n; i++)
		if (all.attempts[i].fd >= 0)
			close(all.attempts[i].fd);
	if (fd < 0 && all.pending > 0)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no connection in time");
	else if (fd < 0)
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(all.why), "%s",
			    g_strerror(all.why));
	return fd;
}

int dial(const char *uri, gint64 deadline, GError **error)
{
	g_autoptr(GPtrArray) addresses = look_up(uri, deadline, error);

	return addresses ? connect_one(addresses, deadline, error) : -1;
}
