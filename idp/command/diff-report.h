/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/difference.h"
#include "policy/diff.h"

/* What `portvakt diff` has found, for people and as JSON. Borrows all of it. */
typedef struct {
	const char *language;       /* "sv" or "en" */
	const char *before, *after; /* what was compared */
	unsigned today;             /* yyyymmdd */
	const GPtrArray *sections;  /* char *: of the configuration, see meaning_widens() */
	const GPtrArray *symbolic;  /* DiffEntry; NULL: was not looked at */
	const GArray *persons;      /* DifferenceChange; NULL: likewise */
	const GPtrArray *names;     /* char *: of the services of those */
	const GPtrArray *ids;       /* char *, likewise */
	guint n_persons;
	double seconds; /* that the persons took */
} DiffReport;

/* Whether something is given that was not, or may be. */
typedef enum { WIDER_NO, WIDER_MAY, WIDER_YES } Wider;
Wider diff_report_wider(const DiffReport *report);

/* For people, on stdout: by kinds of person, then by persons, each if it was looked at. */
void diff_report_print(const DiffReport *report);

/* The same as portvakt-diff(1) has it: a dictionary. Floating. */
GVariant *diff_report_variant(const DiffReport *report);
