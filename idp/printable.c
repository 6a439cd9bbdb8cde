/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/printable.h"

#include <stdbool.h>

static bool acts(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
	       type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *printable(const char *text, gssize length, gunichar instead)
{
	g_autofree char *valid = g_utf8_make_valid(text, length);
	GString *fit = g_string_new(NULL);

	for (const char *at = valid; *at; at += g_utf8_skip[(guchar)*at]) {
		gunichar c = g_utf8_get_char(at);
		g_string_append_unichar(fit, acts(c) ? instead : c);
	}
	return g_string_free(fit, FALSE);
}
