/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/endpoint.h"

#include <string.h>

#include "metadata/error.h"

void endpoint_free(Endpoint *endpoint)
{
	g_free(endpoint->binding);
	g_free(endpoint->location);
	g_free(endpoint->response_location);
	g_free(endpoint);
}

static bool refuse(GError **error, const char *what)
{
	g_set_error_literal(error, METADATA_ERROR, METADATA_ERROR_ENDPOINT, what);
	return false;
}

/* Browsers read "\" as "/" and drop line ends: what we judge must be what they go to. */
static bool is_printable_url(const char *url)
{
	for (const char *p = url; *p; p++) {
		if (!g_ascii_isgraph(*p) || strchr("\\\"<>^`{|}", *p))
			return false;
	}
	return true;
}

/* A name or address that no reader takes for anything else, and that may stand in a header. */
static bool is_host(const char *host, gsize len)
{
	static const char name[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return strspn(host + 1, "0123456789abcdefABCDEF:.") == len - 2;
	return len > 0 && len <= 255 && strspn(host, name) >= len && host[0] != '.';
}

static bool is_port(const char *port, gsize len)
{
	g_autofree char *digits = g_strndup(port, len);
	return g_ascii_string_to_unsigned(digits, 10, 1, 65535, NULL, NULL);
}

/* host[:port], from after "https://". */
static bool authority_check(const char *authority, GError **error)
{
	gsize len = strcspn(authority, "/?#");
	if (memchr(authority, '@', len))
		return refuse(error, "the URL holds a user name");
	const char *close = memchr(authority, ']', len);
	const char *from = close ? close : authority;
	const char *colon = memchr(from, ':', authority + len - from);
	gsize host = colon ? (gsize)(colon - authority) : len;
	if (!is_host(authority, host))
		return refuse(error, "the URL holds no host name that can be used (names with å, "
				     "ä, ö are written as xn--…)");
	if (colon && !is_port(colon + 1, authority + len - colon - 1))
		return refuse(error, "the URL holds a port that is not a number from 1 to 65535");
	return true;
}

bool endpoint_url_check(const char *url, GError **error)
{
	if (!*url)
		return refuse(error, "the URL is empty");
	if (strlen(url) > ENDPOINT_URL_MAX)
		return refuse(error, "the URL is longer than 2048 bytes");
	if (!is_printable_url(url))
		return refuse(error, "the URL holds white space or another character that no URL "
				     "may hold");
	if (g_ascii_strncasecmp(url, "https://", strlen("https://")) != 0)
		return refuse(error, "the URL does not begin with https://");
	if (!authority_check(url + strlen("https://"), error))
		return false;
	if (strchr(url, '#'))
		return refuse(error, "the URL holds a fragment (#)");
	if (!g_uri_is_valid(url, G_URI_FLAGS_NONE, NULL))
		return refuse(error, "this is not a URL");
	return true;
}

char *endpoint_origin(const char *url)
{
	gsize scheme = strlen("https://");
	return g_ascii_strdown(url, scheme + strcspn(url + scheme, "/?#"));
}
