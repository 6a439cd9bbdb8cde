/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-dial.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

/* The outcome of the one connection attempt of a dial(). */
typedef struct {
	GSocketConnection *connection;
	GError *error;
	gboolean done;
} Dialled;

static void on_dialled(GObject *client, GAsyncResult *result, gpointer data)
{
	Dialled *dialled = data;
	dialled->connection =
		g_socket_client_connect_finish(G_SOCKET_CLIENT(client), result, &dialled->error);
	dialled->done = TRUE;
}

static gboolean on_deadline(gpointer cancellable)
{
	g_cancellable_cancel(cancellable);
	return G_SOURCE_REMOVE;
}

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

static int keep_descriptor(GSocketConnection *connection, GError **error)
{
	GSocket *socket = g_socket_connection_get_socket(connection);

	if (g_socket_get_family(socket) != G_SOCKET_FAMILY_UNIX) {
		/* small packets that each wait for an answer */
		g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
		g_socket_set_keepalive(socket, TRUE);
	}
	/* the GSocket closes its own */
	int fd = fcntl(g_socket_get_fd(socket), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s",
			    g_strerror(errno));
	return fd;
}

int dial(const char *uri, gint64 deadline, GError **error)
{
	g_autoptr(GSocketConnectable) address = target(uri, error);
	if (!address)
		return -1;

	g_autoptr(GMainContext) context = g_main_context_new();
	g_autoptr(GMainContextPusher) pusher G_GNUC_UNUSED = g_main_context_pusher_new(context);
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	gint64 left = MAX(deadline - g_get_monotonic_time(), 0) / 1000;
	g_autoptr(GSource) timer = g_timeout_source_new((guint)left);
	Dialled dialled = {0};

	g_source_set_callback(timer, on_deadline, cancellable, NULL);
	g_source_attach(timer, context);
	g_socket_client_set_enable_proxy(client, FALSE);
	g_socket_client_connect_async(client, address, cancellable, on_dialled, &dialled);
	while (!dialled.done)
		g_main_context_iteration(context, TRUE);
	g_source_destroy(timer);

	g_autoptr(GSocketConnection) connection = dialled.connection;
	if (!connection) {
		if (g_error_matches(dialled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
				    "no connection in time");
		else
			g_set_error_literal(error, G_IO_ERROR, dialled.error->code,
					    dialled.error->message);
		g_clear_error(&dialled.error);
		return -1;
	}
	return keep_descriptor(connection, error);
}
