/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/day.h"

static void set_date(GDate *date, unsigned day)
{
	g_date_clear(date, 1);
	g_date_set_dmy(date, (GDateDay)(day % 100), (GDateMonth)(day / 100 % 100),
		       (GDateYear)(day / 10000));
}

bool day_is_real(unsigned day)
{
	return g_date_valid_dmy((GDateDay)(day % 100), (GDateMonth)(day / 100 % 100),
				(GDateYear)(day / 10000));
}

unsigned day_after(unsigned day)
{
	GDate date;

	set_date(&date, day);
	g_date_add_days(&date, 1);
	return g_date_get_year(&date) * 10000u + (unsigned)g_date_get_month(&date) * 100u +
	       g_date_get_day(&date);
}

int day_count(unsigned from, unsigned to)
{
	GDate first, second;

	set_date(&first, from);
	set_date(&second, to);
	return g_date_days_between(&first, &second);
}

char *day_text(unsigned day)
{
	return day ? g_strdup_printf(DAY_FORMAT, DAY_PARTS(day)) : NULL;
}
