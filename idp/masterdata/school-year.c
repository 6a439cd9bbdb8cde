/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/school-year.h"

#include "idp/masterdata/condition.h"

#include <string.h>

/* Longer ones are sentences. */
#define VALUE_MAX 32

/* Folded: what may stand before the digits of any year. */
static const char *const words[] = {"årskurs", "åk", "ak"};

/* What stands after a word, without what parts them. */
static const char *after(const char *text, const char *word)
{
	if (!g_str_has_prefix(text, word))
		return NULL;
	text += strlen(word);
	return text + strspn(text, " .-");
}

/* A number of one or two digits and nothing else; -1: it is none. */
static int number(const char *text)
{
	gsize length = strlen(text);

	if (length < 1 || length > 2 || strspn(text, "0123456789") != length)
		return -1;
	return length == 1 ? text[0] - '0' : 10 * (text[0] - '0') + text[1] - '0';
}

static unsigned gymnasium_year(int year)
{
	return year >= 1 && year <= GYMNASIUM_LAST ? (unsigned)YEAR_GYMNASIUM(year) : YEAR_UNKNOWN;
}

static unsigned prefixed(const char *text, const char *const *prefixes)
{
	for (; *prefixes; prefixes++) {
		g_autofree char *prefix = condition_fold(*prefixes);
		const char *rest = *prefix ? after(text, prefix) : NULL;
		if (rest && number(rest) >= 0)
			return gymnasium_year(number(rest));
	}
	return YEAR_UNKNOWN;
}

unsigned school_year_read(const char *value, bool is_gymnasium, const char *const *prefixes)
{
	if (strlen(value) > VALUE_MAX || !g_utf8_validate(value, -1, NULL))
		return YEAR_UNKNOWN;
	g_autofree char *folded = condition_fold(value);
	const char *text = g_strstrip(folded);
	unsigned year = prefixed(text, prefixes);
	if (year != YEAR_UNKNOWN)
		return year;
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		const char *rest = after(text, words[i]);
		if (rest) {
			text = rest;
			break;
		}
	}
	if (is_gymnasium)
		return gymnasium_year(number(text));
	if (g_str_equal(text, "f"))
		return YEAR_GRADE(0);
	int grade = number(text);
	return grade >= 0 && grade <= GRADE_LAST ? (unsigned)YEAR_GRADE(grade) : YEAR_UNKNOWN;
}
