/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/form.h"

#include <string.h>

#include "idp/limits.h"

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	g_free(text);
}

static void pair_free(gpointer data)
{
	FormPair *pair = data;

	g_free(pair->name);
	g_free(pair->raw_name);
	wipe(pair->value);
	wipe(pair->raw_value);
	g_free(pair);
}

static void *refuse(GError **error, const char *what)
{
	g_set_error_literal(error, HTTP_ERROR, 400, what);
	return NULL;
}

/* Decodes into a buffer of its own size, so that no growing copy of a password stays behind. */
static char *decode(const char *raw, GError **error)
{
	g_autofree char *text = g_malloc(strlen(raw) + 1);
	char *end = text;

	for (const char *p = raw; *p; p++) {
		if (*p != '%') {
			*end++ = *p == '+' ? ' ' : *p;
			continue;
		}
		if (!g_ascii_isxdigit(p[1]) || !g_ascii_isxdigit(p[2]))
			return refuse(error, "form has a bad percent escape");
		*end = (char)(g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2]));
		/* C strings would end here for one reader and go on for the next. */
		if (*end == '\0')
			return refuse(error, "form has a NUL");
		end++;
		p += 2;
	}
	*end = '\0';
	if (!g_utf8_validate(text, end - text, NULL))
		return refuse(error, "form is not UTF-8");
	return g_steal_pointer(&text);
}

static FormPair *parse_pair(const char *piece, gsize length, GError **error)
{
	const char *equals = memchr(piece, '=', length);
	gsize name_length = equals ? (gsize)(equals - piece) : length;
	g_autofree FormPair *pair = g_new0(FormPair, 1);

	if (name_length == 0)
		return refuse(error, "form has a parameter without a name");
	pair->raw_name = g_strndup(piece, name_length);
	if (equals)
		pair->raw_value = g_strndup(equals + 1, length - name_length - 1);
	pair->name = decode(pair->raw_name, error);
	if (pair->name)
		pair->value = decode(equals ? pair->raw_value : "", error);
	if (!pair->value) {
		pair_free(g_steal_pointer(&pair));
		return NULL;
	}
	return g_steal_pointer(&pair);
}

Form *form_parse(const char *bytes, gsize length, GError **error)
{
	g_autoptr(Form) form = g_new0(Form, 1);

	form->pairs = g_ptr_array_new_with_free_func(pair_free);
	for (gsize i = 0; i < length; i++)
		if (bytes[i] < 0x21 || bytes[i] > 0x7e)
			return refuse(error, "form has a byte that must be escaped");
	for (gsize start = 0; start < length;) {
		const char *amp = memchr(bytes + start, '&', length - start);
		gsize end = amp ? (gsize)(amp - bytes) : length;
		if (form->pairs->len == LIMIT_HTTP_PARAMETERS)
			return refuse(error, "form has more parameters than the limit");
		FormPair *pair = parse_pair(bytes + start, end - start, error);
		if (!pair)
			return NULL;
		g_ptr_array_add(form->pairs, pair);
		if (amp && end + 1 == length)
			return refuse(error, "form ends in the middle");
		start = end + 1;
	}
	return g_steal_pointer(&form);
}

Form *form_from_query(const HttpRequest *request, GError **error)
{
	const char *query = request->query ? request->query : "";

	return form_parse(query, strlen(query), error);
}

Form *form_from_body(const HttpRequest *request, GError **error)
{
	gsize length = 0;
	const char *bytes = g_bytes_get_data(request->body, &length);

	if (g_strcmp0(request->content_type, "application/x-www-form-urlencoded") != 0) {
		g_set_error_literal(error, HTTP_ERROR, 415, "body is not a form");
		return NULL;
	}
	return form_parse(bytes, length, error);
}

void form_free(Form *form)
{
	if (!form)
		return;
	g_ptr_array_unref(form->pairs);
	g_free(form);
}

const FormPair *form_get_pair(const Form *form, const char *name, GError **error)
{
	const FormPair *found = NULL;

	for (guint i = 0; i < form->pairs->len; i++) {
		const FormPair *pair = g_ptr_array_index(form->pairs, i);
		if (strcmp(pair->name, name) != 0)
			continue;
		if (found)
			return refuse(error, "form has a parameter twice");
		found = pair;
	}
	return found;
}

const char *form_get(const Form *form, const char *name, GError **error)
{
	const FormPair *pair = form_get_pair(form, name, error);

	return pair ? pair->value : NULL;
}

bool form_has_duplicates(const Form *form)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < form->pairs->len; i++) {
		FormPair *pair = g_ptr_array_index(form->pairs, i);
		if (!g_hash_table_add(seen, pair->name))
			return true;
	}
	return false;
}
