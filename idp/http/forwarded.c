/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/forwarded.h"

#include <gio/gio.h>
#include <string.h>

#include "idp/http/listen.h"
#include "idp/http/request.h"
#include "idp/limits.h"

struct TrustedProxies {
	GPtrArray *masks; /* GInetAddressMask */
};

TrustedProxies *trusted_proxies_new(const char *const *texts, GError **error)
{
	g_autoptr(TrustedProxies) proxies = g_new0(TrustedProxies, 1);

	proxies->masks = g_ptr_array_new_with_free_func(g_object_unref);
	for (; texts && *texts; texts++) {
		GInetAddressMask *mask = g_inet_address_mask_new_from_string(*texts, NULL);
		if (mask)
			g_ptr_array_add(proxies->masks, mask);
		if (mask && g_inet_address_mask_get_length(mask) > 0)
			continue;
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    mask ? "'%s' would believe everybody: name the proxies"
				 : "'%s' is no address or network: write 127.0.0.1, ::1 or "
				   "10.0.0.0/8, with nothing set past the length",
			    *texts);
		return NULL;
	}
	return g_steal_pointer(&proxies);
}

void trusted_proxies_free(TrustedProxies *proxies)
{
	if (!proxies)
		return;
	g_ptr_array_unref(proxies->masks);
	g_free(proxies);
}

bool trusted_proxies_include(const TrustedProxies *proxies, const struct sockaddr *address)
{
	if (proxies->masks->len == 0)
		return false;
	g_autofree char *text = address_to_text(address);
	g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(text);
	for (guint i = 0; inet && i < proxies->masks->len; i++)
		if (g_inet_address_mask_matches(proxies->masks->pdata[i], inet))
			return true;
	return false;
}

static bool is_port(const char *text)
{
	gsize digits = strspn(text, "0123456789");

	return digits >= 1 && digits <= 5 && text[digits] == '\0';
}

/* Cuts off brackets and a port, in place. -> the address, or NULL: not of that form. */
static char *bare_address(char *text)
{
	if (text[0] == '[') {
		char *end = strchr(text, ']');
		if (!end || (end[1] != '\0' && (end[1] != ':' || !is_port(end + 2))))
			return NULL;
		*end = '\0';
		return strchr(text + 1, ':') ? text + 1 : NULL;
	}
	char *colon = strchr(text, ':');
	if (colon && !strchr(colon + 1, ':')) {
		if (!is_port(colon + 1))
			return NULL;
		*colon = '\0';
	}
	return text;
}

static bool read_element(const char *start, gsize length, PeerAddress *address)
{
	g_autofree char *copy = g_strstrip(g_strndup(start, length));
	const char *text = bare_address(copy);

	/* No names and no scopes ("%eth0"): the first is looked up nowhere, the second means
	 * nothing here. */
	if (!text || text[strspn(text, "0123456789abcdefABCDEF:.")] != '\0')
		return false;
	g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(text);
	if (!inet)
		return false;
	g_autoptr(GSocketAddress) at = g_inet_socket_address_new(inet, 0);
	return g_socket_address_to_native(at, address, sizeof *address, NULL);
}

bool forwarded_client(const TrustedProxies *proxies, const char *value, PeerAddress *client,
		      GError **error)
{
	const char *end = value + strlen(value);

	for (unsigned n = 0; n < LIMIT_HTTP_FORWARDED; n++) {
		const char *start = end;
		while (start > value && start[-1] != ',')
			start--;
		if (!read_element(start, (gsize)(end - start), client)) {
			g_set_error_literal(error, HTTP_ERROR, 400,
					    "X-Forwarded-For of a trusted proxy has something that "
					    "is no address");
			return false;
		}
		if (start == value || !trusted_proxies_include(proxies, &client->any))
			return true;
		end = start - 1;
	}
	g_set_error_literal(error, HTTP_ERROR, 400,
			    "X-Forwarded-For of a trusted proxy names more proxies than the limit");
	return false;
}
