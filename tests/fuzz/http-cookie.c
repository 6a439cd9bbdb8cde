/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/target.h"

#include <string.h>

#include "idp/http/cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(HttpRequest) request = http_request_new(HTTP_GET, "/");

	request->cookies = g_strndup((const char *)data, size);
	g_autofree char *value = cookie_get(request, "__Host-session");
	fuzz_verdict(value ? "taken %s" : "refused", value);
	if (!value)
		return 0;
	/* What comes out was there, once, and may be set again as it is. */
	g_autofree char *pair = g_strconcat("__Host-session=", value, NULL);
	const char *there = strstr(request->cookies, pair);
	g_assert(there != NULL);
	g_autoptr(HttpResponse) response = http_response_redirect("/");
	cookie_set(response, "__Host-session", value, COOKIE_SESSION);
	return 0;
}
