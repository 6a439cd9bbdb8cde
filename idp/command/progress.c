/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/progress.h"

#include <unistd.h>

/* How often it is told, on a terminal and elsewhere. */
#define TERMINAL  (G_USEC_PER_SEC / 10)
#define ELSEWHERE (10 * G_USEC_PER_SEC)

void progress_begin(Progress *progress, const char *language, bool quiet)
{
	gint64 now = g_get_monotonic_time();
	*progress = (Progress){language, quiet, isatty(STDERR_FILENO), now, now};
}

static double seconds_since(gint64 then)
{
	return (double)(g_get_monotonic_time() - then) / G_USEC_PER_SEC;
}

void progress_tell(Progress *progress, guint n)
{
	gint64 now = g_get_monotonic_time();
	bool swedish = g_str_equal(progress->language, "sv");
	if (progress->quiet ||
	    now - progress->told <= (progress->on_terminal ? TERMINAL : ELSEWHERE))
		return;
	g_printerr("%s%u %s, %.0f %s%s", progress->on_terminal ? "\r" : "", n,
		   swedish ? "poster" : "entries", n / MAX(seconds_since(progress->began), 0.001),
		   swedish ? "i sekunden" : "a second", progress->on_terminal ? " " : "\n");
	progress->told = now;
}

double progress_end(const Progress *progress)
{
	if (!progress->quiet && progress->on_terminal)
		g_printerr("\r\033[K");
	return seconds_since(progress->began);
}
