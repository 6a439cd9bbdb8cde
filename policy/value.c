/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/value.h"

#include <string.h>

#include "policy/policy.h"

#define SUBJECT "urn:oasis:names:tc:SAML:attribute:"

static const struct {
	const char *sv, *en;
} texts[VALUE_LAST + 1] = {
	[VALUE_NOT_UTF8] = {"inte UTF-8", "not UTF-8"},
	[VALUE_TOO_LONG] = {"längre än 256 tecken", "longer than 256 characters"},
	[VALUE_CONTROL] = {"styrtecken", "a control character"},
	[VALUE_NOT_SCOPED] = {"inte namn@domän", "not name@domain"},
	[VALUE_SPACE] = {"blanksteg", "white space"},
	[VALUE_NOT_ID] = {"bara a-z, 0-9, = och - är tillåtna före @",
			  "only a-z, 0-9, = and - are allowed before @"},
	[VALUE_FOREIGN_SCOPE] = {"främmande domän", "foreign domain"},
};

static bool is_control(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	/* U+FFFE and U+FFFF are valid UTF-8 and not allowed in XML. */
	return type == G_UNICODE_CONTROL || c == 0xfffe || c == 0xffff;
}

static ValueFault judge_text(const char *value)
{
	unsigned characters = 0;

	/* Before anything that walks it character by character. */
	if (!g_utf8_validate(value, -1, NULL))
		return VALUE_NOT_UTF8;
	for (; *value; value += g_utf8_skip[(guchar)*value], characters++) {
		if (characters == POLICY_VALUE_MAX)
			return VALUE_TOO_LONG;
		if (is_control(g_utf8_get_char(value)))
			return VALUE_CONTROL;
	}
	return VALUE_GOOD;
}

/* [A-Za-z0-9][A-Za-z0-9=-]{0,126}@[A-Za-z0-9][A-Za-z0-9.-]{0,126} (SAML subject-id 3.3, 3.4) */
static bool is_subject_id(const char *value, const char *at)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789.-=";
	size_t name = strcspn(value, "."), scope = strlen(at + 1);

	return (size_t)(at - value) <= 127 && scope <= 127 && name >= (size_t)(at - value) &&
	       g_ascii_isalnum(value[0]) && g_ascii_isalnum(at[1]) &&
	       strspn(value, letters) == (size_t)(at - value) && strspn(at + 1, letters) == scope &&
	       !strchr(at + 1, '=');
}

static ValueFault judge_scoped(const Attribute *attribute, const char *value,
			       const char *const *scopes)
{
	const char *at = strchr(value, '@');

	if (!at || at == value || at[1] == '\0' || strchr(at + 1, '@'))
		return VALUE_NOT_SCOPED;
	for (const char *c = value; *c; c += g_utf8_skip[(guchar)*c])
		if (g_unichar_isspace(g_utf8_get_char(c)))
			return VALUE_SPACE;
	if (!g_strv_contains(scopes, at + 1))
		return VALUE_FOREIGN_SCOPE;
	return g_str_has_prefix(attribute->saml, SUBJECT) && !is_subject_id(value, at)
		       ? VALUE_NOT_ID
		       : VALUE_GOOD;
}

ValueFault value_judge(const Attribute *attribute, const char *value, const char *const *scopes)
{
	ValueFault fault = judge_text(value);

	return fault == VALUE_GOOD && attribute->scoped ? judge_scoped(attribute, value, scopes)
							: fault;
}

const char *value_fault_text(ValueFault fault, const char *language)
{
	g_assert(fault >= 0 && fault <= VALUE_LAST);
	return strcmp(language, "sv") == 0 ? texts[fault].sv : texts[fault].en;
}
