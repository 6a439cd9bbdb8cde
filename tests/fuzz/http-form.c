/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/target.h"

#include <string.h>

#include "idp/http/form.h"
#include "idp/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Form) form = form_parse((const char *)data, size, &error);
	g_autoptr(GString) again = g_string_new(NULL);

	g_assert((form == NULL) == (error != NULL));
	if (!form) {
		fuzz_verdict("refused %d: %s", error->code, error->message);
		return 0;
	}
	g_assert(form->pairs->len <= LIMIT_HTTP_PARAMETERS);
	for (guint i = 0; i < form->pairs->len; i++) {
		const FormPair *pair = g_ptr_array_index(form->pairs, i);
		g_assert(g_utf8_validate(pair->name, -1, NULL) &&
			 g_utf8_validate(pair->value, -1, NULL));
		g_assert(strlen(pair->name) <= strlen(pair->raw_name));
		g_string_append_printf(again, "%s%s%s%s", i ? "&" : "", pair->raw_name,
				       pair->raw_value ? "=" : "",
				       pair->raw_value ? pair->raw_value : "");
		GError *twice = NULL;
		const char *value = form_get(form, pair->name, &twice);
		g_assert((value == NULL) == (twice != NULL));
		g_clear_error(&twice);
	}
	/* Nothing between the pairs is lost: a signature over the raw text can be checked from
	 * them. */
	g_assert(again->len == size && memcmp(again->str, data, size) == 0);
	fuzz_verdict("taken %u%s", form->pairs->len,
		     form_has_duplicates(form) ? ", one twice" : "");
	return 0;
}
