/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/say.h"

#include <glib.h>

/* NULL: the locale's. */
static const char *spoken;

static const char *locale_language(void)
{
	const char *const *wanted = g_get_language_names_with_category("LC_MESSAGES");
	for (unsigned i = 0; wanted[i]; i++) {
		if (g_str_has_prefix(wanted[i], "sv"))
			return "sv";
		if (g_str_has_prefix(wanted[i], "en"))
			break;
	}
	return "en";
}

void say_in(const char *language)
{
	spoken = g_str_equal(language, "sv") ? "sv" : "en";
}

const char *say_language(void)
{
	return spoken ? spoken : locale_language();
}

const char *say(const char *en, const char *sv)
{
	return g_str_equal(say_language(), "sv") ? sv : en;
}
