/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* How far a command has come with everybody in the directory, told on stderr: often in one line of
 * a terminal, now and then elsewhere. */
typedef struct {
	const char *language; /* "sv" or "en" */
	bool quiet;
	bool on_terminal;
	gint64 began, told; /* monotonic */
} Progress;

/* Begins now. quiet: nothing is told. `language` must live as long. */
void progress_begin(Progress *progress, const char *language, bool quiet);

/* So many entries were read. To be called for each. */
void progress_tell(Progress *progress, guint n);

/* Nothing is told from now on. Returns: the seconds it took. */
double progress_end(const Progress *progress);
