/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Cookies (RFC 6265bis). Ours are all "__Host-": a browser takes such a one only from this host,
 * over HTTPS, without Domain, so that no sibling of the school's domain can plant one.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "idp/http/request.h"
#include "idp/http/response.h"

/* Max-Age values with a meaning of their own. */
#define COOKIE_SESSION (-1) /* no Max-Age: gone with the browser */
#define COOKIE_CLEAR   0    /* the browser forgets it now */

/*
 * The value of `name` (transfer full), or NULL: absent, malformed, or there twice with that name (a
 * browser never sends two of a __Host- name, so somebody else wrote the header; as good as none).
 * Cookies of other names are not judged. Values are RFC 6265 cookie-octets, never quoted.
 */
char *cookie_get(const HttpRequest *request, const char *name);

/*
 * Adds Set-Cookie `name` = `value`; Path=/; Secure; HttpOnly; SameSite=Lax. Asserts that the name
 * starts with "__Host-" and that the value consists of cookie-octets. `max_age` in seconds or a
 * constant above.
 */
void cookie_set(HttpResponse *response, const char *name, const char *value, int max_age);
void cookie_clear(HttpResponse *response, const char *name);
