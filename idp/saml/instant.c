/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/instant.h"

#include <string.h>

#define FRACTION_DIGITS 12

/* 'd' stands for a digit. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape; shape++, text++)
		if (*shape == 'd' ? !g_ascii_isdigit(*text) : *text != *shape)
			return false;
	return true;
}

static int number(const char *digits, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++)
		value = value * 10 + (digits[i] - '0');
	return value;
}

/* Whether what follows the seconds is an optional fraction and Z. */
static bool has_good_end(const char *text)
{
	if (*text == '.') {
		gsize digits = strspn(++text, "0123456789");

		if (digits < 1 || digits > FRACTION_DIGITS)
			return false;
		text += digits;
	}
	return strcmp(text, "Z") == 0;
}

bool saml_instant_parse(const char *text, gint64 *ret_seconds)
{
	g_autoptr(GDateTime) time = NULL;

	if (!has_shape(text, "dddd-dd-ddTdd:dd:dd") || !has_good_end(text + 19))
		return false;
	time = g_date_time_new_utc(number(text, 4), number(text + 5, 2), number(text + 8, 2),
				   number(text + 11, 2), number(text + 14, 2),
				   number(text + 17, 2));
	if (!time)
		return false;
	*ret_seconds = g_date_time_to_unix(time);
	return true;
}

const char *saml_instant_format(gint64 seconds, char ret[SAML_INSTANT_SIZE])
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);

	g_assert(time);
	g_snprintf(ret, SAML_INSTANT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		   g_date_time_get_year(time), g_date_time_get_month(time),
		   g_date_time_get_day_of_month(time), g_date_time_get_hour(time),
		   g_date_time_get_minute(time), g_date_time_get_second(time));
	return ret;
}
