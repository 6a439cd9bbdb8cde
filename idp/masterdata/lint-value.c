/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/lint-value.h"

#include "idp/masterdata/entry.h"
#include "policy/value.h"

#include <string.h>

#define BIT(code) (G_GUINT64_CONSTANT(1) << (code))

static const char *const numbers[] = {"norEduPersonNIN", "personalIdentityNumber",
				      "previousPersonalIdentityNumber", NULL};

bool lint_value_is_number(const Attribute *attribute)
{
	return g_strv_contains(numbers, attribute->name);
}

static bool is_padded(const char *value)
{
	const char *last = g_utf8_find_prev_char(value, value + strlen(value));
	return g_unichar_isspace(g_utf8_get_char(value)) ||
	       (last && g_unichar_isspace(g_utf8_get_char(last)));
}

static guint64 meaning(ValueFault fault)
{
	switch (fault) {
	case VALUE_GOOD:
		return 0;
	case VALUE_UNREADABLE:
	case VALUE_NOT_UTF8:
		return BIT(LINT_UNREADABLE);
	case VALUE_TOO_LONG:
		return BIT(LINT_LONG);
	case VALUE_CONTROL:
		return BIT(LINT_CONTROL);
	case VALUE_INVISIBLE:
		return BIT(LINT_INVISIBLE);
	case VALUE_NOT_SCOPED:
	case VALUE_SPACE:
	case VALUE_NOT_ID:
		return BIT(LINT_SCOPED_FORM);
	case VALUE_FOREIGN_SCOPE:
		return BIT(LINT_SCOPE);
	case VALUE_NOT_UNIT_CODE:
		return BIT(LINT_UNIT_CODE);
	case VALUE_NOT_MAIL:
		return BIT(LINT_MAIL);
	case VALUE_NOT_NIN:
	case VALUE_NOT_PIN:
		return 0; /* LINT_NUMBER_… say it better */
	default:
		return BIT(LINT_SYNTAX);
	}
}

guint64 lint_value(const Attribute *attribute, const char *value, const char *const *scopes)
{
	if (!*value)
		return BIT(LINT_EMPTY);
	guint64 codes = meaning(value_judge(attribute, value, scopes));
	if (codes & BIT(LINT_UNREADABLE))
		return codes;
	return is_padded(value) ? codes | BIT(LINT_PADDED) : codes;
}

static bool has_capital(const char *value)
{
	for (const char *c = value; *c; c += g_utf8_skip[(guchar)*c])
		if (g_unichar_isupper(g_utf8_get_char(c)))
			return true;
	return false;
}

static guint64 eppn_meaning(ValueFault fault)
{
	switch (fault) {
	case VALUE_GOOD:
		return 0;
	case VALUE_UNREADABLE:
	case VALUE_NOT_UTF8:
	case VALUE_TOO_LONG:
	case VALUE_CONTROL:
		return BIT(LINT_EPPN_UNREADABLE);
	case VALUE_INVISIBLE:
		return BIT(LINT_EPPN_FORM) | BIT(LINT_INVISIBLE);
	case VALUE_FOREIGN_SCOPE:
		return BIT(LINT_EPPN_SCOPE);
	default:
		return BIT(LINT_EPPN_FORM);
	}
}

guint64 lint_value_eppn(const Attribute *attribute, const Attribute *subject_id, const char *value,
			const char *const *scopes)
{
	guint64 codes = eppn_meaning(value_judge(attribute, value, scopes));
	if (codes & BIT(LINT_EPPN_UNREADABLE))
		return codes;
	if (!codes && value_judge(subject_id, value, scopes) == VALUE_NOT_ID)
		codes |= BIT(LINT_EPPN_SUBJECT_ID);
	if (has_capital(value))
		codes |= BIT(LINT_EPPN_UPPER_CASE);
	return codes;
}
