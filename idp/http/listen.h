/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Addresses as text and as sockets. Names are not looked up: only numbers say what is bound. */

/*
 * Opens a listening TCP socket at "127.0.0.1:8443", "[::1]:8443" or "*:8443" (IPv6 and IPv4). Port
 * 0 takes a free one. -> the descriptor (close-on-exec, not blocking), or -1 with an error in
 * G_IO_ERROR that names the address and what to do.
 */
int listen_open(const char *spec, GError **error);

/*
 * The Host values by which clients ask there: the address itself, and localhost where it is a
 * loopback one, with the port unless it is http's. NULL with an error as above unless the spec is
 * one written-out address and port: not "*", 0.0.0.0, [::] or port 0. Transfer full.
 */
char **listen_hosts(const char *spec, GError **error);

/* The address a socket is bound to, as "127.0.0.1:8443" (transfer full), and its port. */
char *listen_address(int fd, guint16 *port);

/* A peer as text without port (transfer full); an IPv4 one in IPv6 clothes comes out as IPv4. */
char *address_to_text(const struct sockaddr *address);

/* What counts as one peer for a cap: the IPv4 address, or the /64 of an IPv6 one, since that much
 * is what a single household gets. */
guint64 address_to_peer(const struct sockaddr *address);
