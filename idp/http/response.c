/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/response.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	const char *name, *value;
} defaults[] = {
	{"Cache-Control", "no-store"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"},
};

static void header_free(gpointer data)
{
	HttpHeader *header = data;

	g_free(header->name);
	g_free(header->value);
	g_free(header);
}

HttpResponse *http_response_new(unsigned status, const char *content_type, GBytes *body)
{
	HttpResponse *response = g_new0(HttpResponse, 1);

	g_assert(status >= 200 && status <= 599);
	response->status = status;
	response->headers = g_ptr_array_new_with_free_func(header_free);
	response->body = body ? body : g_bytes_new_static("", 0);
	for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++)
		http_response_add(response, defaults[i].name, defaults[i].value);
	if (content_type)
		http_response_add(response, "Content-Type", content_type);
	return response;
}

HttpResponse *http_response_html(unsigned status, char *html, const char *csp)
{
	HttpResponse *response = http_response_new(status, "text/html; charset=utf-8",
						   g_bytes_new_take(html, strlen(html)));

	if (csp)
		http_response_set(response, "Content-Security-Policy", csp);
	return response;
}

HttpResponse *http_response_text(unsigned status, const char *text)
{
	return http_response_new(status, "text/plain; charset=utf-8",
				 g_bytes_new(text, strlen(text)));
}

HttpResponse *http_response_redirect(const char *url)
{
	HttpResponse *response = http_response_new(303, NULL, NULL);

	http_response_set(response, "Location", url);
	return response;
}

void http_response_free(HttpResponse *response)
{
	if (!response)
		return;
	g_ptr_array_unref(response->headers);
	g_bytes_unref(response->body);
	g_free(response);
}

/* A line break would end the header and let the rest of the value write the next one. */
static void assert_sound(const char *name, const char *value)
{
	g_assert(name[0] != '\0' &&
		 name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")] ==
			 '\0');
	for (const unsigned char *p = (const unsigned char *)value; *p; p++)
		g_assert(*p >= 0x20 && *p != 0x7f);
}

static HttpHeader *find(const HttpResponse *response, const char *name)
{
	for (guint i = 0; i < response->headers->len; i++) {
		HttpHeader *header = g_ptr_array_index(response->headers, i);
		if (g_ascii_strcasecmp(header->name, name) == 0)
			return header;
	}
	return NULL;
}

void http_response_add(HttpResponse *response, const char *name, const char *value)
{
	HttpHeader *header = g_new0(HttpHeader, 1);

	assert_sound(name, value);
	header->name = g_strdup(name);
	header->value = g_strdup(value);
	g_ptr_array_add(response->headers, header);
}

void http_response_set(HttpResponse *response, const char *name, const char *value)
{
	HttpHeader *header = find(response, name);

	if (!header) {
		http_response_add(response, name, value);
		return;
	}
	assert_sound(name, value);
	g_free(header->value);
	header->value = g_strdup(value);
}

const char *http_response_get(const HttpResponse *response, const char *name)
{
	HttpHeader *header = find(response, name);

	return header ? header->value : NULL;
}
