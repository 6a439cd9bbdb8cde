/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/personal-number.h"

#include <glib.h>
#include <string.h>

#define COORDINATION 60 /* what a samordningsnummer adds to the day */

/* 9 a digit, N a digit or capital, - and + and letters themselves. */
static const struct {
	NumberForm form;
	const char *pattern;
} patterns[] = {
	{NUMBER_TWELVE, "999999999999"},
	{NUMBER_TWELVE_HYPHEN, "99999999-9999"},
	{NUMBER_TEN, "9999999999"},
	{NUMBER_TEN_HYPHEN, "999999-9999"},
	{NUMBER_TEN_HYPHEN, "999999+9999"},
	{NUMBER_TEMPORARY, "99999999TF9N"},
	{NUMBER_TEMPORARY_HYPHEN, "99999999-TF9N"},
};

static const struct {
	const char *sv, *en;
} names[NUMBER_LAST + 1] = {
	[NUMBER_NONE] = {"okänd form", "an unknown form"},
	[NUMBER_TWELVE] = {"12 siffror", "12 digits"},
	[NUMBER_TWELVE_HYPHEN] = {"12 siffror med bindestreck", "12 digits with a hyphen"},
	[NUMBER_TEN] = {"10 siffror", "10 digits"},
	[NUMBER_TEN_HYPHEN] = {"10 siffror med skiljetecken", "10 digits with a separator"},
	[NUMBER_TEMPORARY] = {"tillfälligt nummer utan bindestreck",
			      "a temporary number without a hyphen"},
	[NUMBER_TEMPORARY_HYPHEN] = {"tillfälligt nummer med bindestreck",
				     "a temporary number with a hyphen"},
};

static bool fits(const char *text, const char *pattern)
{
	for (; *text && *pattern; text++, pattern++) {
		bool digit = g_ascii_isdigit(*text);
		if (*pattern == '9'   ? !digit
		    : *pattern == 'N' ? !digit && !g_ascii_isupper(*text)
				      : *text != *pattern)
			return false;
	}
	return !*text && !*pattern;
}

static NumberForm form_of(const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++)
		if (fits(text, patterns[i].pattern))
			return patterns[i].form;
	return NUMBER_NONE;
}

static unsigned digits(const char *text, unsigned n)
{
	unsigned number = 0;
	while (n--)
		number = number * 10 + (unsigned)(*text++ - '0');
	return number;
}

/* The century that a number of ten digits leaves out: the last one that is not in the future. */
static unsigned whole_year(const char *text, unsigned this_year)
{
	unsigned year = this_year / 100 * 100 + digits(text, 2);
	if (year > this_year)
		year -= 100;
	return strchr(text, '+') ? year - 100 : year;
}

static bool is_day(NumberForm form, const char *text, unsigned today)
{
	bool ten = form == NUMBER_TEN || form == NUMBER_TEN_HYPHEN;
	unsigned year = ten ? whole_year(text, today / 10000) : digits(text, 4);
	const char *rest = text + (ten ? 2 : 4);
	unsigned month = digits(rest, 2), day = digits(rest + 2, 2);

	if (day > COORDINATION)
		day -= COORDINATION;
	return year >= 1900 &&
	       g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year) &&
	       (ten || year * 10000 + month * 100 + day <= today);
}

/* Luhn over YYMMDDNNNN: every other digit doubled, from the first. */
static bool check_digit(NumberForm form, const char *text)
{
	bool ten = form == NUMBER_TEN || form == NUMBER_TEN_HYPHEN;
	unsigned sum = 0, n = 0;

	for (const char *c = text + (ten ? 0 : 2); *c; c++) {
		if (!g_ascii_isdigit(*c))
			continue;
		unsigned digit = (unsigned)(*c - '0') * (n++ % 2 ? 1 : 2);
		sum += digit / 10 + digit % 10;
	}
	return sum % 10 == 0;
}

PersonalNumber personal_number_read(const char *text, unsigned today)
{
	char copy[16];
	PersonalNumber number = {NUMBER_NONE, false, false};

	if (g_strlcpy(copy, text + strspn(text, " \t"), sizeof copy) >= sizeof copy)
		return number;
	g_strchomp(copy);
	number.form = form_of(copy);
	if (number.form == NUMBER_NONE)
		return number;
	number.is_day = is_day(number.form, copy, today);
	number.check_digit =
		number_form_is_temporary(number.form) || check_digit(number.form, copy);
	return number;
}

const char *number_form_name(NumberForm form, const char *language)
{
	g_assert(form <= NUMBER_LAST);
	return strcmp(language, "sv") == 0 ? names[form].sv : names[form].en;
}

bool number_form_is_temporary(NumberForm form)
{
	return form == NUMBER_TEMPORARY || form == NUMBER_TEMPORARY_HYPHEN;
}
