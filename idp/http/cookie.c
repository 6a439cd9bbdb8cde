/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/cookie.h"

#include <string.h>

#include "idp/limits.h"

/* cookie-octet, RFC 6265 section 4.1.1 */
static bool is_octets(const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (text[i] < 0x21 || text[i] > 0x7e || strchr("\",;\\", text[i]))
			return false;
	return true;
}

char *cookie_get(const HttpRequest *request, const char *name)
{
	const char *header = request->cookies;
	gsize name_length = strlen(name);
	const char *found = NULL;
	gsize found_length = 0;
	unsigned count = 0;

	if (!header || strlen(header) > LIMIT_HTTP_COOKIE_HEADER)
		return NULL;
	for (const char *p = header; *p && count < LIMIT_HTTP_COOKIES; count++) {
		p += strspn(p, " \t");
		gsize length = strcspn(p, ";");
		if (length > name_length && p[name_length] == '=' &&
		    memcmp(p, name, name_length) == 0) {
			if (found)
				return NULL;
			found = p + name_length + 1;
			found_length = length - name_length - 1;
		}
		p += length + (p[length] == ';');
	}
	if (!found || found_length == 0 || !is_octets(found, found_length))
		return NULL;
	return g_strndup(found, found_length);
}

void cookie_set(HttpResponse *response, const char *name, const char *value, int max_age)
{
	g_autoptr(GString) header = g_string_new(name);

	g_assert(g_str_has_prefix(name, "__Host-") && is_octets(name, strlen(name)) &&
		 !strchr(name, '='));
	g_assert(is_octets(value, strlen(value)));
	g_string_append_printf(header, "=%s; Path=/; Secure; HttpOnly; SameSite=Lax", value);
	if (max_age >= 0)
		g_string_append_printf(header, "; Max-Age=%d", max_age);
	http_response_add(response, "Set-Cookie", header->str);
}

void cookie_clear(HttpResponse *response, const char *name)
{
	cookie_set(response, name, "", COOKIE_CLEAR);
}
