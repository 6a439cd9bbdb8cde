/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comma-separated values (RFC 4180), out and in. */
#pragma once

#include <glib.h>

/* One record: a field with a comma, quote or line break in it, or a byte order mark before it, is
 * quoted; CRLF ends it. `fields` ends with NULL. */
void csv_append(GString *out, const char *const *fields);

/* The same for people who open it in a spreadsheet: a field that such a program would take for a
 * formula (it begins with =, +, -, @, a tab or CR) has ' before it, which it shows as text. Not for
 * what is read back. */
void csv_append_shown(GString *out, const char *const *fields);

typedef struct {
	unsigned line;     /* on which it begins, from 1 */
	GPtrArray *fields; /* char * */
} CsvRecord;

/*
 * Reads UTF-8, with or without a byte order mark, lines ended by CRLF or LF; empty lines are passed
 * over. CsvRecord * in a row; NULL with G_FILE_ERROR/INVAL that begins with "LINE: " for anything
 * else, and for more than LIMIT_CSV_RECORDS records or LIMIT_CSV_FIELDS fields (limits.h).
 * Transfer full.
 */
GPtrArray *csv_read(const char *text, gsize length, GError **error);
