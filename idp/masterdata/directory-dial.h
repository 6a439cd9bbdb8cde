/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * Connects to the server of an LDAP URI, whatever the resolver and the network do: getaddrinfo()
 * has no timeout of its own, and libldap's does not cover it.
 *
 * uri: ldap:, ldaps: (TCP) or ldapi: (local socket), as directory_new() admits them.
 * deadline: g_get_monotonic_time() at which it gives up.
 * Errors: G_IO_ERROR.
 * Returns: a non-blocking descriptor, closed on exec, which the caller closes; -1 on error. */
int dial(const char *uri, gint64 deadline, GError **error);
