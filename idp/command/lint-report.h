/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/lint-finding.h"

#include <glib.h>

/*
 * The report of a lint on stdout. CSV (RFC 4180, with a line feed) and JSON are written as findings
 * come; the text is grouped, with counts and examples, and printed at the end.
 */
typedef enum { REPORT_TEXT, REPORT_CSV, REPORT_JSON } ReportForm;

typedef struct {
	ReportForm form;
	const char *language; /* "sv" or "en" */
	guint limit;          /* entries told of each finding; 0: all. All are counted */
	bool quiet;           /* text: only what is worse than notes, and else nothing at all */
	bool keys;            /* person keys in place of DNs */
} LintReportOptions;

typedef struct LintReport LintReport;

/* options: copied; the language must live as long. Transfer full. */
LintReport *lint_report_new(const LintReportOptions *options);
void lint_report_free(LintReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LintReport, lint_report_free)

/* A LintTell; data is the report. */
void lint_report_add(const LintFinding *finding, gpointer data);

/* incomplete: why not everybody was seen; NULL: everybody was. entries: how many were. */
void lint_report_finish(LintReport *report, guint entries, double seconds, const char *incomplete);

/* Findings so far of that severity. */
guint64 lint_report_count(const LintReport *report, LintSeverity severity);
