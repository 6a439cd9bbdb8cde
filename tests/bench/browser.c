/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/bench/browser.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_REDIRECTS 5

Browser *browser_new(void)
{
	Browser *browser = g_new0(Browser, 1);

	browser->fd = -1;
	browser->jar = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	browser->in = g_string_new(NULL);
	browser->body = g_string_new(NULL);
	browser->timeout_ms = 10000;
	return browser;
}

void browser_hang_up(Browser *browser)
{
	if (browser->tls) {
		gnutls_bye(browser->tls, GNUTLS_SHUT_WR);
		gnutls_deinit(browser->tls);
	}
	browser->tls = NULL;
	if (browser->fd >= 0)
		close(browser->fd);
	browser->fd = -1;
	g_string_truncate(browser->in, 0);
}

void browser_free(Browser *browser)
{
	browser_hang_up(browser);
	g_hash_table_unref(browser->jar);
	g_string_free(browser->in, TRUE);
	g_string_free(browser->body, TRUE);
	g_free(browser->location);
	g_free(browser->head);
	g_free(browser);
}

static void keep_cookie(Browser *browser, const char *pair, gsize length)
{
	const char *equals = memchr(pair, '=', length);

	if (equals)
		g_hash_table_insert(browser->jar, g_strndup(pair, (gsize)(equals - pair)),
				    g_strndup(equals + 1, length - (gsize)(equals - pair) - 1));
}

void browser_set_cookies(Browser *browser, const char *header)
{
	g_auto(GStrv) pairs = g_strsplit(header ? header : "", "; ", -1);

	g_hash_table_remove_all(browser->jar);
	for (char **pair = pairs; *pair; pair++)
		keep_cookie(browser, *pair, strlen(*pair));
}

char *browser_cookies(const Browser *browser)
{
	GString *header = g_string_new(NULL);
	GHashTableIter iter;
	gpointer name, value;

	g_hash_table_iter_init(&iter, browser->jar);
	while (g_hash_table_iter_next(&iter, &name, &value))
		g_string_append_printf(header, "%s%s=%s", header->len ? "; " : "", (char *)name,
				       (char *)value);
	return g_string_free(header, FALSE);
}

/* The certificate must chain to the CA given and name the host, as for any browser. */
static bool shake_hands(Browser *browser)
{
	g_autofree char *name = g_strndup(browser->host, strcspn(browser->host, ":"));
	int code;

	if (gnutls_init(&browser->tls, GNUTLS_CLIENT) != GNUTLS_E_SUCCESS)
		return false;
	gnutls_set_default_priority(browser->tls);
	gnutls_credentials_set(browser->tls, GNUTLS_CRD_CERTIFICATE, browser->trust);
	gnutls_server_name_set(browser->tls, GNUTLS_NAME_DNS, name, strlen(name));
	gnutls_session_set_verify_cert(browser->tls, name, 0);
	gnutls_handshake_set_timeout(browser->tls, (unsigned)browser->timeout_ms);
	gnutls_transport_set_int(browser->tls, browser->fd);
	do
		code = gnutls_handshake(browser->tls);
	while (code < 0 && !gnutls_error_is_fatal(code));
	return code == GNUTLS_E_SUCCESS;
}

static bool send_all(Browser *browser, const GString *out)
{
	if (!browser->tls)
		return send(browser->fd, out->str, out->len, MSG_NOSIGNAL) == (ssize_t)out->len;
	return gnutls_record_send(browser->tls, out->str, out->len) == (ssize_t)out->len;
}

static bool dial(Browser *browser)
{
	static const int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	/* Otherwise a source port is held although the four-tuple is free. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
	browser->fd = fd;
	if ((browser->from.sin_family != 0 &&
	     bind(fd, (struct sockaddr *)&browser->from, sizeof browser->from) != 0) ||
	    connect(fd, (struct sockaddr *)&browser->server, sizeof browser->server) != 0 ||
	    (browser->trust && !shake_hands(browser))) {
		browser_hang_up(browser);
		return false;
	}
	return true;
}

static bool send_request(Browser *browser, const char *target, const char *form)
{
	g_autofree char *cookies = browser_cookies(browser);
	g_autoptr(GString) out = g_string_new(NULL);

	g_string_printf(out, "%s %s HTTP/1.1\r\nHost: %s\r\nAccept-Language: %s\r\n",
			form ? "POST" : "GET", target, browser->host,
			browser->language ? browser->language : "sv");
	if (cookies[0])
		g_string_append_printf(out, "Cookie: %s\r\n", cookies);
	if (form)
		g_string_append_printf(out,
				       "Origin: %s\r\n"
				       "Content-Type: application/x-www-form-urlencoded\r\n"
				       "Content-Length: %zu\r\n",
				       browser->origin, strlen(form));
	g_string_append_printf(out, "\r\n%s", form ? form : "");
	return send_all(browser, out);
}

static bool receive(Browser *browser, gint64 deadline)
{
	char buffer[16384];
	gint64 left = (deadline - g_get_monotonic_time()) / 1000;
	struct pollfd wait = {.fd = browser->fd, .events = POLLIN};

	bool there = browser->tls && gnutls_record_check_pending(browser->tls) > 0;
	if (left <= 0 || (!there && poll(&wait, 1, (int)left) != 1))
		return false;
	ssize_t n = browser->tls ? gnutls_record_recv(browser->tls, buffer, sizeof buffer)
				 : recv(browser->fd, buffer, sizeof buffer, 0);
	/* a session ticket came, and nothing else yet */
	if (browser->tls && (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED))
		return true;
	if (n <= 0)
		return false;
	g_string_append_len(browser->in, buffer, n);
	return true;
}

/* Reads one header line; -> Content-Length through `length`. */
static void take_header(Browser *browser, char *line, gsize *length, bool *last)
{
	if (g_ascii_strncasecmp(line, "Content-Length: ", 16) == 0) {
		*length = strtoul(line + 16, NULL, 10);
	} else if (g_ascii_strncasecmp(line, "Location: ", 10) == 0) {
		browser->location = g_strdup(line + 10);
	} else if (g_ascii_strncasecmp(line, "Retry-After: ", 13) == 0) {
		browser->retry_after = true;
	} else if (g_ascii_strcasecmp(line, "Connection: close") == 0) {
		*last = true;
	} else if (g_ascii_strncasecmp(line, "Set-Cookie: ", 12) == 0) {
		const char *pair = line + 12;
		gsize end = strcspn(pair, ";");
		g_autofree char *name = g_strndup(pair, strcspn(pair, "=;"));
		if (strstr(pair, "; Max-Age=0"))
			g_hash_table_remove(browser->jar, name);
		else
			keep_cookie(browser, pair, end);
	}
}

static bool read_answer(Browser *browser)
{
	gint64 deadline = g_get_monotonic_time() + (gint64)browser->timeout_ms * 1000;
	gsize length = 0;
	bool last = false;
	char *end;

	while ((end = strstr(browser->in->str, "\r\n\r\n")) == NULL)
		if (!receive(browser, deadline))
			return false;
	gsize head = (gsize)(end - browser->in->str) + 4;
	g_free(browser->head);
	browser->head = g_strndup(browser->in->str, head - 4);
	g_auto(GStrv) lines = g_strsplit(browser->head, "\r\n", -1);
	g_clear_pointer(&browser->location, g_free);
	browser->retry_after = false;
	browser->status = strlen(lines[0]) > 9 ? (int)g_ascii_strtoll(lines[0] + 9, NULL, 10) : 0;
	for (char **line = lines + 1; *line; line++)
		take_header(browser, *line, &length, &last);
	while (browser->in->len < head + length)
		if (!receive(browser, deadline))
			return false;
	g_string_truncate(browser->body, 0);
	g_string_append_len(browser->body, browser->in->str + head, (gssize)length);
	g_string_erase(browser->in, 0, (gssize)(head + length));
	if (last)
		browser_hang_up(browser);
	return true;
}

bool browser_ask(Browser *browser, const char *target, const char *form)
{
	bool kept = browser->fd >= 0;

	browser->status = 0;
	browser->requests++;
	if ((kept || dial(browser)) && send_request(browser, target, form) && read_answer(browser))
		return true;
	bool nothing_came = browser->in->len == 0;
	browser->torn = !nothing_came;
	browser_hang_up(browser);
	/* A kept connection may have been closed in the meantime; a fresh one may not. */
	if (kept && nothing_came && dial(browser) && send_request(browser, target, form) &&
	    read_answer(browser))
		return true;
	browser->torn |= browser->in->len > 0;
	browser_hang_up(browser);
	return false;
}

bool browser_follow(Browser *browser)
{
	for (int i = 0; i < MOST_REDIRECTS; i++) {
		if (browser->status != 303 && browser->status != 302)
			return true;
		g_autofree char *target = g_steal_pointer(&browser->location);
		const char *path = target;
		if (!target)
			return false;
		if (target[0] != '/') {
			const char *slashes = strstr(target, "://");
			path = slashes ? strchr(slashes + 3, '/') : NULL;
			if (!path || (gsize)(path - slashes - 3) != strlen(browser->host) ||
			    strncmp(slashes + 3, browser->host, strlen(browser->host)) != 0)
				return false;
		}
		if (!browser_ask(browser, path, NULL))
			return false;
	}
	return false;
}

/* The value of an attribute within one tag, entities resolved (transfer full), or NULL. */
static char *attribute(const char *tag, gsize length, const char *name)
{
	g_autofree char *text = g_strndup(tag, length);
	g_autofree char *start = g_strdup_printf(" %s=\"", name);
	static const char *const entities[][2] = {{"&quot;", "\""}, {"&#34;", "\""},
						  {"&#39;", "'"},   {"&lt;", "<"},
						  {"&gt;", ">"},    {"&amp;", "&"}};
	const char *value = strstr(text, start);

	if (!value)
		return NULL;
	value += strlen(start);
	g_autoptr(GString) plain = g_string_new_len(value, (gssize)strcspn(value, "\""));
	for (gsize i = 0; i < G_N_ELEMENTS(entities); i++)
		g_string_replace(plain, entities[i][0], entities[i][1], 0);
	return g_string_free(g_steal_pointer(&plain), FALSE);
}

static void add_field(GString *form, const char *name, const char *value)
{
	g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);

	g_string_append_printf(form, "%s%s=%s", form->len ? "&" : "", name, escaped);
}

/* -> the body, or NULL when the form has no password field. */
static char *fill(const char *page, const char *login, const char *password)
{
	g_autoptr(GString) form = g_string_new(NULL);
	const char *end = strstr(page, "</form>");
	const char *tag = page;
	bool has_password = false;

	while ((tag = strstr(tag + 1, "<input ")) && (!end || tag < end)) {
		gsize length = strcspn(tag, ">");
		g_autofree char *type = attribute(tag, length, "type");
		g_autofree char *name = attribute(tag, length, "name");
		g_autofree char *value = attribute(tag, length, "value");
		if (!name)
			continue;
		if (g_strcmp0(type, "hidden") == 0)
			add_field(form, name, value ? value : "");
		else if (g_strcmp0(type, "password") == 0)
			add_field(form, name, password);
		else if (!type || strcmp(type, "text") == 0)
			add_field(form, name, login);
		has_password |= g_strcmp0(type, "password") == 0;
	}
	return has_password ? g_string_free(g_steal_pointer(&form), FALSE) : NULL;
}

char *browser_fill_form(const Browser *browser, const char *login, const char *password,
			char **action)
{
	const char *tag = browser->body->str;

	while ((tag = strstr(tag, "<form "))) {
		gsize length = strcspn(tag, ">");
		g_autofree char *method = attribute(tag, length, "method");
		char *form = fill(tag + length, login, password);
		if (form && g_strcmp0(method, "post") == 0) {
			*action = attribute(tag, length, "action");
			return form;
		}
		g_free(form);
		tag += length;
	}
	return NULL;
}
