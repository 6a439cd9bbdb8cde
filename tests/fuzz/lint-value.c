/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fuzz/target.h"

#include <string.h>

#include "idp/masterdata/lint-value.h"
#include "idp/masterdata/personal-number.h"

#define TODAY 20261126

static void say(GString *text, guint64 codes)
{
	for (unsigned code = 0; code < LINT_CODES; code++)
		if (codes & G_GUINT64_CONSTANT(1) << code)
			g_string_append_printf(text, " %s", lint_kind((LintCode)code)->name);
}

/* The input is a value of the directory, taken for a mail address, an EPPN and a personal number.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const scopes[] = {"skola.example", NULL};
	g_autofree char *value = g_strndup((const char *)data, size);
	g_autoptr(GString) mail = g_string_new("mail"), eppn = g_string_new("eppn");
	PersonalNumber number = personal_number_read(value, TODAY);

	say(mail, lint_value(attribute_by_name("mail"), value, scopes));
	say(eppn, lint_value_eppn(attribute_by_name("eduPersonPrincipalName"),
				  attribute_by_name("subject-id"), value, scopes));
	g_assert(number.form != NUMBER_NONE || (!number.is_day && !number.check_digit));
	/* a number is one without its blanks too, and is no mail address */
	g_autofree char *stripped = g_strstrip(g_strdup(value));
	if (number.form != NUMBER_NONE) {
		g_assert(personal_number_read(stripped, TODAY).form == number.form);
		g_assert(strcmp(mail->str, "mail") != 0);
	}
	if (strcmp(mail->str, "mail") == 0 && strcmp(eppn->str, "eppn") == 0)
		fuzz_verdict("taken");
	else
		fuzz_verdict("refused: %s; %s; %s", number_form_name(number.form, "en"), mail->str,
			     eppn->str);
	return 0;
}
