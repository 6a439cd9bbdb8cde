/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/csv.h"

#include "idp/limits.h"
#include <stdbool.h>
#include <string.h>

/* ---- out ---- */

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static void append_field(GString *out, const char *field)
{
	/* what begins with a mark might begin the file, and lose it */
	if (strpbrk(field, ",\"\r\n") == NULL && !g_str_has_prefix(field, BYTE_ORDER_MARK)) {
		g_string_append(out, field);
		return;
	}
	g_string_append_c(out, '"');
	for (; *field != '\0'; field++) {
		if (*field == '"')
			g_string_append_c(out, '"');
		g_string_append_c(out, *field);
	}
	g_string_append_c(out, '"');
}

void csv_append(GString *out, const char *const *fields)
{
	for (unsigned i = 0; fields[i] != NULL; i++) {
		if (i > 0)
			g_string_append_c(out, ',');
		append_field(out, fields[i]);
	}
	g_string_append(out, "\r\n");
}

/* The attack prevented: a service calls itself =HYPERLINK(...), and whoever opens the list runs it.
 */
void csv_append_shown(GString *out, const char *const *fields)
{
	g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func(g_free);

	for (; *fields; fields++)
		g_ptr_array_add(shown,
				g_strconcat(**fields && strchr("=+-@\t\r", **fields) ? "'" : "",
					    *fields, NULL));
	g_ptr_array_add(shown, NULL);
	csv_append(out, (const char *const *)shown->pdata);
}

/* ---- in ---- */

typedef struct {
	const char *at, *end;
	unsigned line;
} Csv;

static void record_free(gpointer data)
{
	CsvRecord *record = data;

	g_ptr_array_unref(record->fields);
	g_free(record);
}

static bool wrong(unsigned line, const char *what, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%u: %s", line, what);
	return false;
}

static bool is_break(const Csv *csv)
{
	return *csv->at == '\n' ||
	       (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n');
}

static void take_break(Csv *csv)
{
	csv->at += *csv->at == '\r' ? 2 : 1;
	csv->line++;
}

/* What stands between quotes, where two are one; the first has been passed. */
static bool take_quoted(Csv *csv, GString *field, GError **error)
{
	unsigned begun = csv->line;

	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"' && (csv->at + 1 == csv->end || csv->at[1] != '"')) {
			csv->at++;
			if (csv->at < csv->end && *csv->at != ',' && !is_break(csv))
				return wrong(csv->line, "a closing quote ends a field", error);
			return true;
		}
		if (*csv->at == '"')
			csv->at++;
		else if (*csv->at == '\n')
			csv->line++;
		g_string_append_c(field, *csv->at);
	}
	return wrong(begun, "a quote that is opened here is never closed", error);
}

static bool take_field(Csv *csv, GPtrArray *fields, GError **error)
{
	g_autoptr(GString) field = g_string_new(NULL);

	if (csv->at < csv->end && *csv->at == '"') {
		csv->at++;
		if (!take_quoted(csv, field, error))
			return false;
	} else {
		for (; csv->at < csv->end && *csv->at != ',' && !is_break(csv); csv->at++) {
			if (*csv->at == '"')
				return wrong(csv->line,
					     "a quote stands inside a field without "
					     "quotes",
					     error);
			g_string_append_c(field, *csv->at);
		}
	}
	g_ptr_array_add(fields, g_strdup(field->str));
	return true;
}

static bool take_record(Csv *csv, GPtrArray *records, GError **error)
{
	CsvRecord *record = g_new0(CsvRecord, 1);

	record->line = csv->line;
	record->fields = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(records, record);
	if (records->len > LIMIT_CSV_RECORDS)
		return wrong(csv->line, "there are more lines than people", error);
	for (;;) {
		if (record->fields->len == LIMIT_CSV_FIELDS)
			return wrong(csv->line, "there are too many fields", error);
		if (!take_field(csv, record->fields, error))
			return false;
		if (csv->at == csv->end)
			return true;
		if (is_break(csv)) {
			take_break(csv);
			return true;
		}
		csv->at++;
	}
}

GPtrArray *csv_read(const char *text, gsize length, GError **error)
{
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(record_free);
	Csv csv = {text, text + length, 1};

	if (!g_utf8_validate_len(text, length, NULL)) {
		wrong(1, "this is no UTF-8 text", error);
		return NULL;
	}
	if (length >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0)
		csv.at += 3;
	while (csv.at < csv.end) {
		if (is_break(&csv))
			take_break(&csv);
		else if (!take_record(&csv, records, error))
			return NULL;
	}
	return g_steal_pointer(&records);
}
