/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 1024

static bool split(const char *spec, char **host, char **port)
{
	const char *colon = strrchr(spec, ':');

	if (!colon || colon == spec || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    colon[1] == '\0' || strlen(colon + 1) > 5)
		return false;
	*port = g_strdup(colon + 1);
	if (spec[0] == '[' && colon[-1] == ']')
		*host = g_strndup(spec + 1, (gsize)(colon - spec - 2));
	else
		*host = g_strndup(spec, (gsize)(colon - spec));
	/* "::1:80" could be cut in several places. */
	return spec[0] == '[' || !strchr(*host, ':');
}

static struct addrinfo *resolve(const char *spec, GError **error)
{
	g_autofree char *host = NULL, *port = NULL;
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	bool sound = split(spec, &host, &port) && g_ascii_strtoull(port, NULL, 10) <= 65535;

	if (sound && strcmp(host, "*") == 0) {
		hints.ai_family = AF_INET6;
		sound = getaddrinfo(NULL, port, &hints, &found) == 0;
	} else if (sound) {
		sound = getaddrinfo(host, port, &hints, &found) == 0;
	}
	if (!sound)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    "cannot listen at '%s': write an address and a port, as in "
			    "127.0.0.1:8443, [::1]:8443 or *:8443 (names are not looked up)",
			    spec);
	return found;
}

static int open_socket(const struct addrinfo *at, const char *spec, GError **error)
{
	static const int yes = 1, no = 0;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0;

	if (ok && at->ai_family == AF_INET6)
		ok = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, spec[0] == '*' ? &no : &yes,
				sizeof yes) == 0;
	if (ok && bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int failed = errno;
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(failed),
		    "cannot listen at '%s': %s", spec, g_strerror(failed));
	if (fd >= 0)
		close(fd);
	return -1;
}

int listen_open(const char *spec, GError **error)
{
	struct addrinfo *at = resolve(spec, error);

	if (!at)
		return -1;
	int fd = open_socket(at, spec, error);
	freeaddrinfo(at);
	return fd;
}

char **listen_hosts(const char *spec, GError **error)
{
	g_autofree char *host = NULL, *port = NULL;
	g_autoptr(GInetAddress) address = NULL;
	g_autoptr(GStrvBuilder) hosts = g_strv_builder_new();
	if (split(spec, &host, &port))
		address = g_inet_address_new_from_string(host);
	guint64 number = port ? g_ascii_strtoull(port, NULL, 10) : 0;
	if (!address || g_inet_address_get_is_any(address) || number < 1 || number > 65535) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    "'%s' is not one address and port: write it out, as in 127.0.0.1:9464 "
			    "or [::1]:9464",
			    spec);
		return NULL;
	}
	bool ipv6 = g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6;
	g_autofree char *text = g_inet_address_to_string(address);
	g_autofree char *name = g_strdup_printf(ipv6 ? "[%s]" : "%s", text);
	const char *const names[] = {name, "localhost"};
	for (gsize i = 0; i < (g_inet_address_get_is_loopback(address) ? 2 : 1); i++) {
		g_autofree char *with_port =
			g_strdup_printf("%s:%" G_GUINT64_FORMAT, names[i], number);
		g_strv_builder_add(hosts, with_port);
		if (number == 80)
			g_strv_builder_add(hosts, names[i]);
	}
	return g_strv_builder_end(hosts);
}

char *listen_address(int fd, guint16 *port)
{
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} address = {.any.sa_family = AF_UNSPEC};
	socklen_t length = sizeof address;
	int failed = getsockname(fd, &address.any, &length);

	g_assert(failed == 0);
	g_autofree char *host = address_to_text(&address.any);
	*port = ntohs(address.any.sa_family == AF_INET ? address.ipv4.sin_port
						       : address.ipv6.sin6_port);
	return g_strdup_printf(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, *port);
}

/* IPv4 as such, and as ::ffff:a.b.c.d when the socket speaks both. */
static bool get_ipv4(const struct sockaddr *address, struct in_addr *ipv4)
{
	const struct in6_addr *ipv6 = &((const struct sockaddr_in6 *)address)->sin6_addr;

	if (address->sa_family == AF_INET) {
		*ipv4 = ((const struct sockaddr_in *)address)->sin_addr;
		return true;
	}
	if (address->sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(ipv6))
		return false;
	memcpy(ipv4, &ipv6->s6_addr[12], sizeof *ipv4);
	return true;
}

char *address_to_text(const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct in_addr ipv4;

	if (get_ipv4(address, &ipv4))
		inet_ntop(AF_INET, &ipv4, text, sizeof text);
	else if (address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text,
			  sizeof text);
	return g_strdup(text);
}

guint64 address_to_peer(const struct sockaddr *address)
{
	struct in_addr ipv4;
	guint64 peer = 0;

	if (get_ipv4(address, &ipv4))
		return ntohl(ipv4.s_addr);
	if (address->sa_family == AF_INET6)
		memcpy(&peer, ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr,
		       sizeof peer);
	return peer;
}
