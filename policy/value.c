/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/value.h"

#include <string.h>

#include "policy/policy.h"
#include "policy/syntax.h"

#define UNREADABLE "\xff"

static const struct {
	const char *sv, *en;
} texts[VALUE_LAST + 1] = {
	[VALUE_UNREADABLE] = {"gick inte att läsa: inte UTF-8, för långt eller för många värden",
			      "could not be read: not UTF-8, too long or too many values"},
	[VALUE_NOT_UTF8] = {"inte UTF-8", "not UTF-8"},
	[VALUE_TOO_LONG] = {"längre än 256 tecken", "longer than 256 characters"},
	[VALUE_CONTROL] = {"styrtecken", "a control character"},
	[VALUE_INVISIBLE] = {"tecken som inte syns eller som vänder skrivriktningen",
			     "a character that cannot be seen or turns the direction of writing"},
	[VALUE_NOT_SCOPED] = {"inte namn@domän", "not name@domain"},
	[VALUE_SPACE] = {"blanksteg", "white space"},
	[VALUE_NOT_ID] = {"bara a-z, 0-9, = och - är tillåtna före @",
			  "only a-z, 0-9, = and - are allowed before @"},
	[VALUE_FOREIGN_SCOPE] = {"främmande domän", "foreign domain"},
	[VALUE_NOT_AFFILIATION] = {"inget av orden faculty, student, staff, alum, member, "
				   "affiliate, employee, library-walk-in",
				   "none of the words faculty, student, staff, alum, member, "
				   "affiliate, employee, library-walk-in"},
	[VALUE_NOT_UNIT_CODE] = {"inte 8 siffror", "not 8 digits"},
	[VALUE_NOT_NIN] = {"inte 8 siffror och sedan 4 siffror eller bokstäver",
			   "not 8 digits and then 4 digits or letters"},
	[VALUE_NOT_PIN] = {"inte 12 siffror", "not 12 digits"},
	[VALUE_NOT_DIGITS] = {"inte bara siffror, eller fel antal",
			      "not digits alone, or not as many as there must be"},
	[VALUE_NOT_DAY_PLAIN] = {"ingen dag skriven ÅÅÅÅMMDD", "no day written YYYYMMDD"},
	[VALUE_NOT_DAY] = {"ingen dag skriven ÅÅÅÅ-MM-DD", "no day written YYYY-MM-DD"},
	[VALUE_NOT_MAIL] = {"ingen e-postadress", "no e-mail address"},
	[VALUE_NOT_DOMAIN] = {"inget domännamn", "no domain name"},
	[VALUE_NOT_COUNTRY] = {"inte två stora bokstäver", "not two capital letters"},
	[VALUE_NOT_LANGUAGE] = {"ingen språkkod", "no language tag"},
	[VALUE_NOT_URI] = {"ingen URI", "no URI"},
	[VALUE_NOT_ORCID] = {"inte https://orcid.org/ och 16 siffror",
			     "not https://orcid.org/ and 16 digits"},
	[VALUE_NOT_PERSONAL_CODE] = {"börjar inte med urn:schac:personalUniqueCode:",
				     "does not begin with urn:schac:personalUniqueCode:"},
	[VALUE_NOT_SEX] = {"inte 0, 1, 2 eller 9", "not 0, 1, 2 or 9"},
	[VALUE_NOT_BOOLEAN] = {"inte TRUE eller FALSE", "neither TRUE nor FALSE"},
};

/* What a value is that breaks a syntax. */
static const ValueFault broken[SYNTAX_LAST + 1] = {
	[SYNTAX_TEXT] = VALUE_GOOD,
	[SYNTAX_TOKEN] = VALUE_SPACE,
	[SYNTAX_SUBJECT_ID] = VALUE_NOT_ID,
	[SYNTAX_AFFILIATION] = VALUE_NOT_AFFILIATION,
	[SYNTAX_UNIT_CODE] = VALUE_NOT_UNIT_CODE,
	[SYNTAX_NIN] = VALUE_NOT_NIN,
	[SYNTAX_PIN] = VALUE_NOT_PIN,
	[SYNTAX_DIGITS] = VALUE_NOT_DIGITS,
	[SYNTAX_DAY_PLAIN] = VALUE_NOT_DAY_PLAIN,
	[SYNTAX_DAY] = VALUE_NOT_DAY,
	[SYNTAX_MAIL] = VALUE_NOT_MAIL,
	[SYNTAX_DOMAIN] = VALUE_NOT_DOMAIN,
	[SYNTAX_COUNTRY] = VALUE_NOT_COUNTRY,
	[SYNTAX_LANGUAGE] = VALUE_NOT_LANGUAGE,
	[SYNTAX_URI] = VALUE_NOT_URI,
	[SYNTAX_ORCID] = VALUE_NOT_ORCID,
	[SYNTAX_PERSONAL_CODE] = VALUE_NOT_PERSONAL_CODE,
	[SYNTAX_SEX] = VALUE_NOT_SEX,
	[SYNTAX_BOOLEAN] = VALUE_NOT_BOOLEAN,
};

static bool is_control(gunichar c)
{
	if (c < 0x80)
		return c < 0x20 || c == 0x7f;
	/* U+FFFE and U+FFFF are valid UTF-8 and not allowed in XML. */
	return g_unichar_type(c) == G_UNICODE_CONTROL || c == 0xfffe || c == 0xffff;
}

/* Scripts in whose words the two joiners say which letters hang together. */
static bool may_join(gunichar before)
{
	switch (g_unichar_get_script(before)) {
	case G_UNICODE_SCRIPT_COMMON:
	case G_UNICODE_SCRIPT_LATIN:
	case G_UNICODE_SCRIPT_GREEK:
	case G_UNICODE_SCRIPT_CYRILLIC:
		return false;
	default:
		return before != 0;
	}
}

/* Fillers of Hangul take the place of a letter, and the lines end in texts that have none. */
static bool is_invisible(gunichar c, gunichar before)
{
	if (c < 0x80)
		return false;
	if (c == 0x200c || c == 0x200d)
		return !may_join(before);
	switch (g_unichar_type(c)) {
	case G_UNICODE_FORMAT:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return true;
	default:
		return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
	}
}

static ValueFault judge_text(const char *value)
{
	unsigned characters = 0;
	gunichar before = 0;

	/* Before anything that walks it character by character. */
	if (!g_utf8_validate(value, -1, NULL))
		return strcmp(value, UNREADABLE) == 0 ? VALUE_UNREADABLE : VALUE_NOT_UTF8;
	for (; *value; value += g_utf8_skip[(guchar)*value], characters++) {
		gunichar c = g_utf8_get_char(value);

		if (characters == POLICY_VALUE_MAX)
			return VALUE_TOO_LONG;
		if (is_control(c))
			return VALUE_CONTROL;
		if (is_invisible(c, before))
			return VALUE_INVISIBLE;
		before = c;
	}
	return VALUE_GOOD;
}

static ValueFault judge_syntax(const Attribute *attribute, const char *text, gsize n)
{
	/* no value is empty */
	return n > 0 && syntax_fits(attribute->syntax, attribute->length, text, n)
		       ? VALUE_GOOD
		       : broken[attribute->syntax];
}

/* [A-Za-z0-9][A-Za-z0-9.-]{0,126} (SAML subject-id 3.3, 3.4) */
static bool is_subject_scope(const char *scope)
{
	return strlen(scope) <= 127 && g_ascii_isalnum(scope[0]) &&
	       syntax_fits(SYNTAX_DOMAIN, 0, scope, strlen(scope));
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
	if (attribute->syntax == SYNTAX_SUBJECT_ID && !is_subject_scope(at + 1))
		return VALUE_NOT_ID;
	return judge_syntax(attribute, value, (gsize)(at - value));
}

ValueFault value_judge(const Attribute *attribute, const char *value, const char *const *scopes)
{
	ValueFault fault = judge_text(value);

	if (fault != VALUE_GOOD)
		return fault;
	return attribute->scoped ? judge_scoped(attribute, value, scopes)
				 : judge_syntax(attribute, value, strlen(value));
}

const char *value_fault_text(ValueFault fault, const char *language)
{
	g_assert(fault >= 0 && fault <= VALUE_LAST);
	return strcmp(language, "sv") == 0 ? texts[fault].sv : texts[fault].en;
}
