/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/rules.h"

#include <string.h>

void rules_init(Rules *rules)
{
	rules->releases = g_ptr_array_new();
	rules->nevers = g_ptr_array_new();
	rules->services = g_ptr_array_new();
	rules->tags = g_ptr_array_new();
	rules->expects = g_ptr_array_new();
}

void rules_clear(Rules *rules)
{
	g_clear_pointer(&rules->releases, g_ptr_array_unref);
	g_clear_pointer(&rules->nevers, g_ptr_array_unref);
	g_clear_pointer(&rules->services, g_ptr_array_unref);
	g_clear_pointer(&rules->tags, g_ptr_array_unref);
	g_clear_pointer(&rules->expects, g_ptr_array_unref);
}

unsigned rules_count(const Rules *rules)
{
	return rules->releases->len + rules->nevers->len + rules->services->len + rules->tags->len +
	       rules->expects->len;
}

typedef enum { CLASS_OTHER, CLASS_DIGIT, CLASS_LETTER } Class;

static Class class_of(char c)
{
	return g_ascii_isdigit(c)                             ? CLASS_DIGIT
	       : g_ascii_isalpha(c) || (unsigned char)c > 127 ? CLASS_LETTER
							      : CLASS_OTHER;
}

/* Goes past a whole word or number, and what is neither before it, if that is what comes. */
static bool skip_word(const char **text, const char *word)
{
	const char *from = *text;
	size_t length = strlen(word);

	while (*from && class_of(*from) == CLASS_OTHER)
		from++;
	if (g_ascii_strncasecmp(from, word, length) != 0 ||
	    class_of(from[length]) == class_of(word[length - 1]))
		return false;
	*text = from + length;
	return true;
}

bool rules_is_consent(const char *basis)
{
	static const char *const before[] = {"GDPR", "art", "artikel", "article"};

	for (size_t i = 0; i < G_N_ELEMENTS(before); i++)
		skip_word(&basis, before[i]);
	if (skip_word(&basis, "samtycke") || skip_word(&basis, "consent"))
		return true;
	return skip_word(&basis, "6") && skip_word(&basis, "1") && skip_word(&basis, "a");
}
