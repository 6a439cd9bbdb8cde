/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/lib/agreeing.h"

static GRand *dice;

void dice_begin(guint32 seed, guint32 of, guint32 part)
{
	const guint32 seeds[] = {seed, of, part};

	g_clear_pointer(&dice, g_rand_free);
	dice = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
}

unsigned dice_below(unsigned n)
{
	return (unsigned)g_rand_int_range(dice, 0, (gint32)n);
}

bool dice_one_in(unsigned n)
{
	return dice_below(n) == 0;
}

const char *dice_pick(const char *const *of)
{
	return of[dice_below(g_strv_length((char **)(guintptr)of))];
}

char *dice_day(int days, int years_ago, const char *form)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Stockholm");
	g_autoptr(GDateTime) now = g_date_time_new_now(zone);
	bool late = g_date_time_get_hour(now) == 23 && g_date_time_get_minute(now) >= 30;
	g_autoptr(GDateTime) then = g_date_time_add_days(now, late && days >= 0 ? days + 2 : days);
	g_autoptr(GDateTime) day = g_date_time_add_years(then, -years_ago);

	return g_date_time_format(day, form);
}
