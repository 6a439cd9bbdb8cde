/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/filter.h"

#include "idp/limits.h"

#include <string.h>

bool filter_is_one(const char *filter)
{
	int depth = 0;
	bool one = g_str_has_prefix(filter, "(") && g_utf8_validate(filter, -1, NULL);

	for (const char *c = filter; *c && depth >= 0; c++) {
		depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
		one &= depth > 0 || c[1] == '\0';
	}
	return one && depth == 0;
}

/* Escapes more than must be: what is neither a letter, a digit nor one of a few marks. */
static void append_escaped(GString *filter, const char *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (g_ascii_isalnum(bytes[i]) || (bytes[i] && strchr("@._-", bytes[i])))
			g_string_append_c(filter, bytes[i]);
		else
			g_string_append_printf(filter, "\\%02x", (guchar)bytes[i]);
}

char *filter_for_login(const char *login_filter, const char *login, gsize length)
{
	GString *filter = g_string_new(NULL);
	const char *rest = login_filter;
	for (const char *place; (place = strstr(rest, FILTER_PLACE));
	     rest = place + strlen(FILTER_PLACE)) {
		g_string_append_len(filter, rest, place - rest);
		append_escaped(filter, login, length);
	}
	g_string_append(filter, rest);
	return g_string_free(filter, FALSE);
}

char *filter_for_everybody(const char *login_filter)
{
	GString *filter = g_string_new(login_filter);
	g_string_replace(filter, FILTER_PLACE, "*", 0);
	return g_string_free(filter, FALSE);
}

char *filter_for_any(char *const *attributes, const char *value)
{
	GString *filter = g_string_new("(|");
	for (; *attributes; attributes++) {
		g_string_append_printf(filter, "(%s=", *attributes);
		append_escaped(filter, value, strlen(value));
		g_string_append_c(filter, ')');
	}
	g_string_append_c(filter, ')');
	return g_string_free(filter, FALSE);
}

char *filter_for_key(const char *attribute, bool is_binary, const char *key)
{
	gsize length = strlen(key);
	g_autoptr(GString) filter = g_string_new(NULL);

	if (length == 0 || length > LIMIT_PERSON_KEY)
		return NULL;
	g_string_printf(filter, "(%s=", attribute);
	if (!is_binary)
		append_escaped(filter, key, length);
	for (gsize i = 0; is_binary && i < length; i += 2) {
		if (!g_ascii_isxdigit(key[i]) || !g_ascii_isxdigit(key[i + 1]))
			return NULL;
		g_string_append_printf(filter, "\\%c%c", key[i], key[i + 1]);
	}
	g_string_append_c(filter, ')');
	return g_strdup(filter->str);
}
