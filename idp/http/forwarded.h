/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * X-Forwarded-For: who asks, where a proxy stands in front. Only the header of a proxy that the
 * admin has named is read; everybody else can write what they like into theirs.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

/* An address of either family, as the sockets' functions take it. */
typedef union {
	struct sockaddr any;
	struct sockaddr_storage room;
} PeerAddress;

typedef struct TrustedProxies TrustedProxies;

/*
 * Addresses and networks: "127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8". NULL and an empty list
 * trust nobody. NULL with an error in G_IO_ERROR for anything else, for a network with bits set
 * past its length, and for one of length 0, which would believe everybody.
 */
TrustedProxies *trusted_proxies_new(const char *const *texts, GError **error);
void trusted_proxies_free(TrustedProxies *proxies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrustedProxies, trusted_proxies_free)

/* Whether it is one of them; ::ffff:a.b.c.d counts as a.b.c.d. */
bool trusted_proxies_include(const TrustedProxies *proxies, const struct sockaddr *address);

/*
 * The client that a trusted proxy speaks for, of the header's value: the last address that is not
 * itself a trusted proxy, or, where all are, the first. Further left nothing is looked at: nobody
 * we trust has written it. An element is an IPv4 or IPv6 address, the latter in brackets or not,
 * and with a port if IPv4 or in brackets. False with HTTP_ERROR 400 for an element of another form
 * ("unknown", a name, an empty one) and for more than LIMIT_HTTP_FORWARDED of them.
 */
bool forwarded_client(const TrustedProxies *proxies, const char *value, PeerAddress *client,
		      GError **error);
