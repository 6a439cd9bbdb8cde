/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/request.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "idp/limits.h"

G_DEFINE_QUARK(http - error, http_error)

/* The fields that are kept, or whose framing we judge. Each may come once only: a proxy in front
 * may have believed the other one. */
typedef enum {
	FIELD_HOST,
	FIELD_CONTENT_LENGTH,
	FIELD_TRANSFER_ENCODING,
	FIELD_CONTENT_TYPE,
	FIELD_COOKIE,
	FIELD_ORIGIN,
	FIELD_SEC_FETCH_SITE,
	FIELD_ACCEPT_LANGUAGE,
	FIELD_IF_NONE_MATCH,
	FIELD_AUTHORIZATION,
	FIELD_MAX,
} Field;

static const char *const field_names[FIELD_MAX] = {
	[FIELD_HOST] = "Host",
	[FIELD_CONTENT_LENGTH] = "Content-Length",
	[FIELD_TRANSFER_ENCODING] = "Transfer-Encoding",
	[FIELD_CONTENT_TYPE] = "Content-Type",
	[FIELD_COOKIE] = "Cookie",
	[FIELD_ORIGIN] = "Origin",
	[FIELD_SEC_FETCH_SITE] = "Sec-Fetch-Site",
	[FIELD_ACCEPT_LANGUAGE] = "Accept-Language",
	[FIELD_IF_NONE_MATCH] = "If-None-Match",
	[FIELD_AUTHORIZATION] = "Authorization",
};

void http_reference_new(char reference[HTTP_REFERENCE_LENGTH + 1])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned char bytes[HTTP_REFERENCE_LENGTH];
	ssize_t got = getrandom(bytes, sizeof bytes, 0);

	g_assert(got == (ssize_t)sizeof bytes);
	for (gsize i = 0; i < sizeof bytes; i++)
		reference[i] = alphabet[bytes[i] & 31];
	reference[HTTP_REFERENCE_LENGTH] = '\0';
}

static bool refuse(GError **error, unsigned status, const char *what)
{
	g_set_error_literal(error, HTTP_ERROR, (int)status, what);
	return false;
}

/* RFC 9110 section 5.6.2 */
static bool is_token(const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum(text[i]) && !strchr("!#$%&'*+-.^_`|~", text[i]))
			return false;
	return length > 0 && memchr(text, '\0', length) == NULL;
}

static bool has_control(const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
			return true;
	return false;
}

static bool is_printable_ascii(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* '%' must be followed by two hex digits that are not 00. */
static bool escapes_are_sound(const char *text)
{
	for (; (text = strchr(text, '%')) != NULL; text += 3)
		if (!g_ascii_isxdigit(text[1]) || !g_ascii_isxdigit(text[2]) ||
		    (text[1] == '0' && text[2] == '0'))
			return false;
	return true;
}

/* Dot segments and empty ones: a proxy in front may have folded them, we never do. */
static bool segments_are_plain(const char *path)
{
	g_auto(GStrv) segments = g_strsplit(path + 1, "/", -1);

	for (gsize i = 0; segments[i]; i++) {
		bool last = segments[i + 1] == NULL;
		if (strcmp(segments[i], ".") == 0 || strcmp(segments[i], "..") == 0)
			return false;
		if (segments[i][0] == '\0' && !last)
			return false;
	}
	return true;
}

/* -> the decoded path, or NULL when it could be understood in two ways. */
static char *decode_path(const char *raw, gsize length)
{
	g_autoptr(GString) path = g_string_sized_new(length);

	for (gsize i = 0; i < length; i++) {
		char c = raw[i];
		if (c == '%') {
			c = (char)(g_ascii_xdigit_value(raw[i + 1]) * 16 +
				   g_ascii_xdigit_value(raw[i + 2]));
			i += 2;
			if (c == '/')
				return NULL;
		}
		/* Browsers take '\' for '/', servers do not. */
		if (c == '\\')
			return NULL;
		g_string_append_c(path, c);
	}
	if (!g_utf8_validate(path->str, (gssize)path->len, NULL))
		return NULL;
	for (char *p = path->str; *p; p = g_utf8_next_char(p))
		if (g_unichar_iscntrl(g_utf8_get_char(p)))
			return NULL;
	if (!segments_are_plain(path->str))
		return NULL;
	return g_string_free(g_steal_pointer(&path), FALSE);
}

static bool decode_target(HttpRequest *request, const char *target, GError **error)
{
	const char *mark = strchr(target, '?');
	gsize length = mark ? (gsize)(mark - target) : strlen(target);

	if (target[0] != '/')
		return refuse(error, 400, "request target is not a path");
	for (const char *p = target; *p; p++)
		if (*p < 0x21 || *p > 0x7e || *p == '#')
			return refuse(error, 400, "request target has a forbidden character");
	if (!escapes_are_sound(target))
		return refuse(error, 400, "request target has a bad percent escape");
	request->path = decode_path(target, length);
	if (!request->path)
		return refuse(error, 400, "request path is not plain");
	request->query = mark ? g_strdup(mark + 1) : NULL;
	return true;
}

static bool decode_line(HttpRequest *request, const HttpHead *head, GError **error)
{
	if (strcmp(head->version, "HTTP/1.1") != 0 && strcmp(head->version, "HTTP/1.0") != 0)
		return refuse(error, 505, "HTTP version is neither 1.0 nor 1.1");
	if (strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0)
		request->method = HTTP_GET;
	else if (strcmp(head->method, "POST") == 0)
		request->method = HTTP_POST;
	else
		return refuse(error, 405, "method is neither GET, HEAD nor POST");
	request->is_head = head->method[0] == 'H';
	return decode_target(request, head->target, error);
}

static bool collect_fields(const HttpHead *head, const char *found[FIELD_MAX], GError **error)
{
	if (head->n_fields > LIMIT_HTTP_HEADERS)
		return refuse(error, 431, "more header fields than the limit");
	for (gsize i = 0; i < head->n_fields; i++) {
		const HttpField *field = &head->fields[i];
		if (!is_token(field->name, field->name_length))
			return refuse(error, 400, "header field name is not a token");
		if (has_control(field->value, field->value_length))
			return refuse(error, 400, "header field value has a control character");
		for (gsize k = 0; k < FIELD_MAX; k++) {
			if (g_ascii_strcasecmp(field->name, field_names[k]) != 0)
				continue;
			if (found[k])
				return refuse(error, 400, "header field given twice");
			if (!is_printable_ascii(field->value))
				return refuse(error, 400, "header field value is not ASCII");
			found[k] = field->value;
		}
	}
	return true;
}

/* RFC 9112 section 6: how long the body is must have one reading only. */
static bool decode_framing(HttpRequest *request, const HttpHead *head,
			   const char *const found[FIELD_MAX], GError **error)
{
	const char *length = found[FIELD_CONTENT_LENGTH];
	const char *coding = found[FIELD_TRANSFER_ENCODING];

	if (length && coding)
		return refuse(error, 400, "both Content-Length and Transfer-Encoding");
	if (coding) {
		/* The library under us hangs on "gzip, chunked" and on trailing spaces. */
		if (g_ascii_strcasecmp(coding, "chunked") != 0)
			return refuse(error, 501, "Transfer-Encoding is not chunked");
		if (strcmp(head->version, "HTTP/1.1") != 0)
			return refuse(error, 400, "Transfer-Encoding in HTTP/1.0");
		request->body_announced = -1;
	}
	if (length) {
		gsize digits = strspn(length, "0123456789");
		if (digits == 0 || digits > 15 || length[digits] != '\0')
			return refuse(error, 400, "Content-Length is not a number");
		request->body_announced = g_ascii_strtoll(length, NULL, 10);
	}
	if (request->method == HTTP_GET && request->body_announced != 0)
		return refuse(error, 400, "GET with a body");
	return true;
}

/* RFC 9110 section 7.2; only what a host with a port can look like. */
static bool host_is_plain(const char *host)
{
	gsize bracket = host[0] == '[' ? strspn(host + 1, "0123456789abcdef:.") : 0;
	const char *rest;

	if (host[0] == '[') {
		if (bracket == 0 || host[bracket + 1] != ']')
			return false;
		rest = host + bracket + 2;
	} else {
		gsize name = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_");
		if (name == 0 || name > 253)
			return false;
		rest = host + name;
	}
	if (*rest == '\0')
		return true;
	gsize digits = *rest == ':' ? strspn(rest + 1, "0123456789") : 0;
	return digits >= 1 && digits <= 5 && rest[digits + 1] == '\0';
}

static bool decode_host(HttpRequest *request, const HttpHead *head, const char *value,
			GError **error)
{
	if (!value) {
		if (strcmp(head->version, "HTTP/1.1") == 0 || head->hosts)
			return refuse(error, 400, "no Host");
		return true;
	}
	request->host = g_ascii_strdown(value, -1);
	if (!host_is_plain(request->host))
		return refuse(error, 400, "Host is malformed");
	/* Links and redirects are never made from Host, but a foreign one means that a cache or a
	 * DNS rebinding stands between. */
	if (head->hosts && !g_strv_contains(head->hosts, request->host))
		return refuse(error, 421, "Host is not ours");
	return true;
}

static char *media_type(const char *value)
{
	gsize length = strcspn(value, ";");

	while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
		length--;
	return g_ascii_strdown(value, (gssize)length);
}

HttpRequest *http_request_decode(const HttpHead *head, GError **error)
{
	g_autoptr(HttpRequest) request = g_new0(HttpRequest, 1);
	const char *found[FIELD_MAX] = {NULL};

	request->body = g_bytes_new_static("", 0);
	request->address = g_strdup("");
	http_reference_new(request->reference);
	if (!decode_line(request, head, error) || !collect_fields(head, found, error) ||
	    !decode_framing(request, head, found, error) ||
	    !decode_host(request, head, found[FIELD_HOST], error))
		return NULL;
	if (found[FIELD_CONTENT_TYPE])
		request->content_type = media_type(found[FIELD_CONTENT_TYPE]);
	request->origin = g_strdup(found[FIELD_ORIGIN]);
	request->sec_fetch_site = g_strdup(found[FIELD_SEC_FETCH_SITE]);
	request->accept_language = g_strdup(found[FIELD_ACCEPT_LANGUAGE]);
	request->if_none_match = g_strdup(found[FIELD_IF_NONE_MATCH]);
	request->cookies = g_strdup(found[FIELD_COOKIE]);
	return g_steal_pointer(&request);
}

HttpRequest *http_request_new(HttpMethod method, const char *target)
{
	HttpRequest *request = g_new0(HttpRequest, 1);
	const char *mark = strchr(target, '?');

	request->method = method;
	request->path = mark ? g_strndup(target, (gsize)(mark - target)) : g_strdup(target);
	request->query = mark ? g_strdup(mark + 1) : NULL;
	request->body = g_bytes_new_static("", 0);
	request->address = g_strdup("");
	http_reference_new(request->reference);
	return request;
}

void http_request_free(HttpRequest *request)
{
	if (!request)
		return;
	g_free(request->path);
	g_free(request->query);
	g_clear_pointer(&request->body, g_bytes_unref);
	g_free(request->content_type);
	g_free(request->host);
	g_free(request->origin);
	g_free(request->sec_fetch_site);
	g_free(request->accept_language);
	g_free(request->if_none_match);
	g_free(request->cookies);
	g_free(request->address);
	g_free(request);
}
