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

static bool refuse(GError **error, const char *what)
{
	g_set_error_literal(error, HTTP_ERROR, 400, what);
	return false;
}

/* Decodes in place, so that no other copy of a password stays behind. */
static bool decode(char *text, GError **error)
{
	char *end = text;

	for (const char *p = text; *p; p++) {
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
	return g_utf8_validate(text, end - text, NULL) || refuse(error, "form is not UTF-8");
}

static bool add_pair(Form *form, const char *piece, gsize length, GError **error)
{
	const char *equals = memchr(piece, '=', length);
	gsize name_length = equals ? (gsize)(equals - piece) : length;
	FormPair *pair = g_new0(FormPair, 1);

	g_ptr_array_add(form->pairs, pair);
	if (form->pairs->len > LIMIT_HTTP_PARAMETERS)
		return refuse(error, "form has more parameters than the limit");
	if (name_length == 0)
		return refuse(error, "form has a parameter without a name");
	pair->raw_name = g_strndup(piece, name_length);
	pair->name = g_strdup(pair->raw_name);
	if (equals)
		pair->raw_value = g_strndup(equals + 1, length - name_length - 1);
	pair->value = g_strdup(equals ? pair->raw_value : "");
	return decode(pair->name, error) && decode(pair->value, error);
}

static bool add_pairs(Form *form, const char *bytes, gsize length, GError **error)
{
	for (gsize i = 0; i < length; i++)
		if (bytes[i] < 0x21 || bytes[i] > 0x7e)
			return refuse(error, "form has a byte that must be escaped");
	for (gsize start = 0; start < length;) {
		const char *amp = memchr(bytes + start, '&', length - start);
		gsize end = amp ? (gsize)(amp - bytes) : length;
		if (!add_pair(form, bytes + start, end - start, error))
			return false;
		if (amp && end + 1 == length)
			return refuse(error, "form ends in the middle");
		start = end + 1;
	}
	return true;
}

Form *form_parse(const char *bytes, gsize length, GError **error)
{
	Form *form = g_new0(Form, 1);

	form->pairs = g_ptr_array_new_with_free_func(pair_free);
	if (!add_pairs(form, bytes, length, error))
		g_clear_pointer(&form, form_free);
	return form;
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
		if (found) {
			refuse(error, "form has a parameter twice");
			return NULL;
		}
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
