/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the kernel says of our own process (proc(5)). */
#pragma once

#include <glib.h>

typedef struct {
	double cpu_seconds;      /* user and system */
	guint64 resident_bytes;  /* 0 where /proc does not say */
	unsigned open_files;     /* 0 where /proc does not say */
	unsigned open_files_max; /* the limit */
	double started;          /* seconds since 1970 */
} ProcessFigures;

/* Reads a few lines of /proc: microseconds, never a disk. */
ProcessFigures process_figures(void);
