/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a list of an admin's, in CSV: what is taken says the same when it is written and
 * read again. */
#include "idp/command/csv.h"
#include "tests/fuzz/target.h"

#include <string.h>

static void write_record(GString *out, const CsvRecord *record)
{
	g_autoptr(GPtrArray) fields = g_ptr_array_new();

	for (guint i = 0; i < record->fields->len; i++)
		g_ptr_array_add(fields, record->fields->pdata[i]);
	g_ptr_array_add(fields, NULL);
	csv_append(out, (const char *const *)fields->pdata);
}

static bool is_empty(const CsvRecord *record)
{
	return record->fields->len == 1 && *(const char *)record->fields->pdata[0] == '\0';
}

static void check_again(const GPtrArray *records)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GPtrArray) again = NULL;
	guint at = 0;

	for (guint i = 0; i < records->len; i++)
		write_record(out, records->pdata[i]);
	again = csv_read(out->str, out->len, NULL);
	g_assert_nonnull(again);
	for (guint i = 0; i < records->len; i++) {
		const CsvRecord *one = records->pdata[i];
		if (is_empty(one))
			continue;
		const CsvRecord *other = again->pdata[at++];
		g_assert_cmpuint(one->fields->len, ==, other->fields->len);
		for (guint k = 0; k < one->fields->len; k++)
			g_assert_cmpstr(one->fields->pdata[k], ==, other->fields->pdata[k]);
	}
	g_assert_cmpuint(at, ==, again->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = g_memdup2(data, size);
	g_autoptr(GPtrArray) records = csv_read(size > 0 ? text : "", size, &error);

	g_assert_true((records != NULL) == (error == NULL));
	if (records) {
		check_again(records);
		const CsvRecord *last = records->len > 0 ? records->pdata[records->len - 1] : NULL;
		fuzz_verdict("taken %u, the last of %u at %u", records->len,
			     last ? last->fields->len : 0, last ? last->line : 0);
		return 0;
	}
	const char *message = strstr(error->message, ": ");
	g_assert_nonnull(message);
	fuzz_verdict("refused %.*s: %s", (int)(message - error->message), error->message,
		     message + 2);
	return 0;
}
