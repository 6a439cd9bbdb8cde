/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/lint-value.h"

#include "idp/masterdata/entry.h"
#include "policy/value.h"

#include <string.h>

#define BIT(code) (G_GUINT64_CONSTANT(1) << (code))

#define UNIT_CODE_DIGITS 8

static const char *const numbers[] = {"norEduPersonNIN", "personalIdentityNumber",
				      "previousPersonalIdentityNumber", NULL};
static const char *const units[] = {"sisSchoolUnitCode", "norEduOrgUnitUniqueIdentifier", NULL};
static const char *const mails[] = {"mail", "mailLocalAddress", NULL};

bool lint_value_is_number(const Attribute *attribute)
{
	return g_strv_contains(numbers, attribute->name);
}

static bool is_unit_code(const char *value)
{
	return strlen(value) == UNIT_CODE_DIGITS && strspn(value, "0123456789") == UNIT_CODE_DIGITS;
}

static bool is_mail(const char *value)
{
	const char *at = strchr(value, '@');
	return at && at > value && at[1] && !strchr(at + 1, '@') && !strpbrk(value, " \t");
}

static bool is_padded(const char *value)
{
	const char *last = g_utf8_find_prev_char(value, value + strlen(value));
	return g_unichar_isspace(g_utf8_get_char(value)) ||
	       (last && g_unichar_isspace(g_utf8_get_char(last)));
}

/* Characters that show nothing, but for the two joiners, which Arabic and Indic names need. */
static bool has_invisible(const char *value)
{
	for (const char *c = value; *c; c += g_utf8_skip[(guchar)*c]) {
		gunichar u = g_utf8_get_char(c);
		if (u >= 0x80 && g_unichar_type(u) == G_UNICODE_FORMAT && u != 0x200c &&
		    u != 0x200d)
			return true;
	}
	return false;
}

guint64 lint_value(const Attribute *attribute, const char *value, const char *const *scopes)
{
	static const guint64 faults[VALUE_LAST + 1] = {
		[VALUE_NOT_UTF8] = BIT(LINT_UNREADABLE), [VALUE_TOO_LONG] = BIT(LINT_LONG),
		[VALUE_CONTROL] = BIT(LINT_CONTROL),     [VALUE_NOT_SCOPED] = BIT(LINT_SCOPED_FORM),
		[VALUE_SPACE] = BIT(LINT_SCOPED_FORM),   [VALUE_NOT_ID] = BIT(LINT_SCOPED_FORM),
		[VALUE_FOREIGN_SCOPE] = BIT(LINT_SCOPE),
	};
	if (!*value)
		return BIT(LINT_EMPTY);
	guint64 codes = faults[value_judge(attribute, value, scopes)];
	if (codes & BIT(LINT_UNREADABLE))
		return codes;
	if (is_padded(value))
		codes |= BIT(LINT_PADDED);
	if (has_invisible(value))
		codes |= BIT(LINT_INVISIBLE);
	if (g_strv_contains(units, attribute->name) && !is_unit_code(value))
		codes |= BIT(LINT_UNIT_CODE);
	if (g_strv_contains(mails, attribute->name) && !is_mail(value))
		codes |= BIT(LINT_MAIL);
	return codes;
}

static bool has_capital(const char *value)
{
	for (const char *c = value; *c; c += g_utf8_skip[(guchar)*c])
		if (g_unichar_isupper(g_utf8_get_char(c)))
			return true;
	return false;
}

guint64 lint_value_eppn(const Attribute *attribute, const Attribute *subject_id, const char *value,
			const char *const *scopes)
{
	static const guint64 faults[VALUE_LAST + 1] = {
		[VALUE_NOT_UTF8] = BIT(LINT_EPPN_UNREADABLE),
		[VALUE_TOO_LONG] = BIT(LINT_EPPN_UNREADABLE),
		[VALUE_CONTROL] = BIT(LINT_EPPN_UNREADABLE),
		[VALUE_NOT_SCOPED] = BIT(LINT_EPPN_FORM),
		[VALUE_SPACE] = BIT(LINT_EPPN_FORM),
		[VALUE_NOT_ID] = BIT(LINT_EPPN_FORM),
		[VALUE_FOREIGN_SCOPE] = BIT(LINT_EPPN_SCOPE),
	};
	guint64 codes = faults[value_judge(attribute, value, scopes)];
	if (codes & BIT(LINT_EPPN_UNREADABLE))
		return codes;
	if (!codes && value_judge(subject_id, value, scopes) == VALUE_NOT_ID)
		codes |= BIT(LINT_EPPN_SUBJECT_ID);
	if (has_capital(value))
		codes |= BIT(LINT_EPPN_UPPER_CASE);
	if (has_invisible(value))
		codes |= BIT(LINT_INVISIBLE);
	return codes;
}
