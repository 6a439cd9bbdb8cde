/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What must happen to each file of a corpus: tests/fuzz/want/TARGET, one line for a case,
 *
 *     CASE <tab> VERDICT [<tab> WORDS]
 *
 * The verdict is what the target says before ": ", byte for byte; WORDS stand somewhere in the
 * rest. Blank lines and those that begin with '#' mean nothing.
 *
 * A case whose name begins with "honest-" must be `taken`. Every other one is hostile, and must be
 * `refused`, or be `harmless`: the target took it, with no other effect than the verdict says.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *verdict;
	char *words; /* "" where none are asked for */
} Want;

/* By the name of the case. NULL with an error, of G_FILE_ERROR or G_KEY_FILE_ERROR, that names file
 * and line. Transfer full. */
GHashTable *want_read(const char *file, GError **error);

bool want_is_met(const Want *want, const char *verdict);
