/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which values may leave at all: every syntax and every fault, at both sides of its border. */
#include "policy/value.h"

#include <string.h>

#include "policy/policy.h"
#include "policy/syntax.h"

static const char *const scopes[] = {"skola.example", "gymnasiet.example", NULL};

static const struct {
	const char *attribute, *value;
	ValueFault fault;
} cases[] = {
	/* what holds of any text */
	{"sn", "\xff", VALUE_UNREADABLE},
	{"sn", "a\xff", VALUE_NOT_UTF8},
	{"sn", "E\xc3", VALUE_NOT_UTF8},
	{"sn", "\xed\xa0\x80", VALUE_NOT_UTF8},
	{"sn", "E\nk", VALUE_CONTROL},
	{"sn", "E\x7fk", VALUE_CONTROL},
	{"sn", "\xc2\x85", VALUE_CONTROL},
	{"sn", "\xef\xbf\xbe", VALUE_CONTROL},
	{"sn", "\xc3\x85sa \xe5\xb1\xb1", VALUE_GOOD},
	/* right-to-left override, isolate, mark; byte order mark, soft hyphen, zero width space */
	{"sn", "Ek\xe2\x80\xaeuld", VALUE_INVISIBLE},
	{"sn", "Ek\xe2\x81\xa6uld", VALUE_INVISIBLE},
	{"sn", "Ek\xe2\x80\x8fuld", VALUE_INVISIBLE},
	{"sn",
	 "\xef\xbb\xbf"
	 "Ek",
	 VALUE_INVISIBLE},
	{"sn", "Ek\xc2\xad", VALUE_INVISIBLE},
	{"sn", "Ek\xe2\x80\x8b", VALUE_INVISIBLE},
	{"sn", "Ek\xe2\x80\xa8", VALUE_INVISIBLE},
	{"sn", "Ek\xe3\x85\xa4", VALUE_INVISIBLE},
	/* a joiner belongs to Persian, and hides between Latin letters */
	{"sn", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xa2", VALUE_GOOD},
	{"sn", "E\xe2\x80\x8ck", VALUE_INVISIBLE},
	{"sn", "\xe2\x80\x8dk", VALUE_INVISIBLE},
	/* other scripts and right-to-left names are names */
	{"sn", "\xd8\xa3\xd8\xad\xd9\x85\xd8\xaf", VALUE_GOOD},

	/* scoped ones */
	{"eduPersonPrincipalName", "a@skola.example", VALUE_GOOD},
	{"eduPersonPrincipalName", "a", VALUE_NOT_SCOPED},
	{"eduPersonPrincipalName", "a@", VALUE_NOT_SCOPED},
	{"eduPersonPrincipalName", "@skola.example", VALUE_NOT_SCOPED},
	{"eduPersonPrincipalName", "a@b@skola.example", VALUE_NOT_SCOPED},
	{"eduPersonPrincipalName", "a b@skola.example", VALUE_SPACE},
	{"eduPersonPrincipalName", "a\xc2\xa0@skola.example", VALUE_SPACE},
	{"eduPersonPrincipalName", "a@skola.example\xff", VALUE_NOT_UTF8},
	{"eduPersonPrincipalName", "a@skola.example.", VALUE_FOREIGN_SCOPE},
	{"eduPersonPrincipalName", "a@Skola.example", VALUE_FOREIGN_SCOPE},
	/* a Cyrillic letter in the scope is another scope */
	{"eduPersonPrincipalName", "a@sk\xd0\xbela.example", VALUE_FOREIGN_SCOPE},
	{"pairwise-id", "A=-9@skola.example", VALUE_GOOD},
	{"pairwise-id", "-a@skola.example", VALUE_NOT_ID},
	{"pairwise-id", "a_b@skola.example", VALUE_NOT_ID},
	{"pairwise-id", "a.b@skola.example", VALUE_NOT_ID},
	{"pairwise-id", "\xc3\xa5@skola.example", VALUE_NOT_ID},

	{"eduPersonScopedAffiliation", "student@skola.example", VALUE_GOOD},
	{"eduPersonScopedAffiliation", "Library-Walk-In@skola.example", VALUE_GOOD},
	{"eduPersonScopedAffiliation", "elev@skola.example", VALUE_NOT_AFFILIATION},
	{"eduPersonScopedAffiliation", "student@annan.example", VALUE_FOREIGN_SCOPE},
	{"eduPersonAffiliation", "member", VALUE_GOOD},
	{"eduPersonAffiliation", "membe", VALUE_NOT_AFFILIATION},
	{"eduPersonAffiliation", "members", VALUE_NOT_AFFILIATION},

	/* numbers: none is refused for its check digit, and interim ones have letters */
	{"norEduPersonNIN", "200112240129", VALUE_GOOD},
	{"norEduPersonNIN", "200901872385", VALUE_GOOD},
	{"norEduPersonNIN", "20090127TF20", VALUE_GOOD},
	{"norEduPersonNIN", "20090127r123", VALUE_GOOD},
	{"norEduPersonNIN", "20090127-TF20", VALUE_NOT_NIN},
	{"norEduPersonNIN", "0901272385", VALUE_NOT_NIN},
	{"norEduPersonNIN", "2009012T2385", VALUE_NOT_NIN},
	{"norEduPersonNIN", "20090127 385", VALUE_NOT_NIN},
	{"personalIdentityNumber", "200901872385", VALUE_GOOD},
	{"personalIdentityNumber", "20090127TF20", VALUE_NOT_PIN},
	{"personalIdentityNumber", "20090187238", VALUE_NOT_PIN},
	{"previousPersonalIdentityNumber", "2009018723855", VALUE_NOT_PIN},

	{"norEduPersonBirthDate", "20090127", VALUE_GOOD},
	{"norEduPersonBirthDate", "20080229", VALUE_GOOD},
	{"norEduPersonBirthDate", "20090229", VALUE_NOT_DAY_PLAIN},
	{"norEduPersonBirthDate", "20091301", VALUE_NOT_DAY_PLAIN},
	{"norEduPersonBirthDate", "20090100", VALUE_NOT_DAY_PLAIN},
	{"norEduPersonBirthDate", "00000101", VALUE_NOT_DAY_PLAIN},
	{"norEduPersonBirthDate", "2009-01-27", VALUE_NOT_DAY_PLAIN},
	{"schacDateOfBirth", "2009012", VALUE_NOT_DAY_PLAIN},
	{"dateOfBirth", "2009-01-27", VALUE_GOOD},
	{"dateOfBirth", "2009-02-29", VALUE_NOT_DAY},
	{"dateOfBirth", "20090127", VALUE_NOT_DAY},
	{"dateOfBirth", "2009/01/27", VALUE_NOT_DAY},

	{"sisSchoolUnitCode", "12345678", VALUE_GOOD},
	{"sisSchoolUnitCode", "1234567", VALUE_NOT_UNIT_CODE},
	{"sisSchoolUnitCode", "123456789", VALUE_NOT_UNIT_CODE},
	{"sisSchoolUnitCode", "1234567a", VALUE_NOT_UNIT_CODE},
	/* what no source tells the form of stays free */
	{"sisSchoolGrade", "\xc3\xa5k 9", VALUE_GOOD},
	{"sisLegalGuardianFor", "x y", VALUE_GOOD},
	{"sisSchoolCourseStudent", "anything at all", VALUE_GOOD},

	{"mail", "astrid.ek@skola.example", VALUE_GOOD},
	{"mail", "\xc3\xa5sa@sk\xc3\xb6la.example", VALUE_GOOD},
	{"mail", "astrid", VALUE_NOT_MAIL},
	{"mail", "a b@skola.example", VALUE_NOT_MAIL},
	{"mail", "a@b@c", VALUE_NOT_MAIL},
	{"mail", "@c", VALUE_NOT_MAIL},
	{"mailLocalAddress", "c@", VALUE_NOT_MAIL},
	{"userPrincipalName", "a@b.onmicrosoft.com", VALUE_GOOD},
	{"userPrincipalName", "a", VALUE_NOT_MAIL},
	{"immutableId", "x+/9==", VALUE_GOOD},
	{"immutableId", "x 9", VALUE_SPACE},
	{"schacHomeOrganization", "skola.example", VALUE_GOOD},
	{"schacHomeOrganization", "sk\xc3\xb6la.example", VALUE_NOT_DOMAIN},
	{"schacHomeOrganization", ".example", VALUE_NOT_DOMAIN},
	{"schacHomeOrganization", "a@skola.example", VALUE_NOT_DOMAIN},
	{"c", "SE", VALUE_GOOD},
	{"c", "se", VALUE_NOT_COUNTRY},
	{"c", "SWE", VALUE_NOT_COUNTRY},
	{"c", "\xc3\x85", VALUE_NOT_COUNTRY},
	{"preferredLanguage", "sv", VALUE_GOOD},
	{"preferredLanguage", "sv-SE, en-gb;q=0.8", VALUE_GOOD},
	{"preferredLanguage", "-", VALUE_NOT_LANGUAGE},
	{"preferredLanguage", "svensk\xc3\xa5", VALUE_NOT_LANGUAGE},
	{"eduPersonEntitlement", "urn:mace:dir:entitlement:common-lib-terms", VALUE_GOOD},
	{"eduPersonEntitlement", "https://b.example/l\xc3\xa4s", VALUE_GOOD},
	{"eduPersonEntitlement", "l\xc3\xa4rare", VALUE_NOT_URI},
	{"eduPersonAssurance", "urn:", VALUE_NOT_URI},
	{"eduPersonAssurance", "a b:c", VALUE_NOT_URI},
	{"eduPersonAssurance", "urn:a b", VALUE_NOT_URI},
	{"schacPersonalUniqueID", "9urn:x", VALUE_NOT_URI},
	{"eduPersonOrcid", "https://orcid.org/0000-0002-1825-0097", VALUE_GOOD},
	{"eduPersonOrcid", "http://orcid.org/0000-0002-1694-233X", VALUE_GOOD},
	{"eduPersonOrcid", "0000-0002-1825-0097", VALUE_NOT_ORCID},
	{"eduPersonOrcid", "https://orcid.org/0000-0002-1825-009", VALUE_NOT_ORCID},
	{"eduPersonOrcid", "https://orcid.org/0000-0002-1825-009Y", VALUE_NOT_ORCID},
	{"eduPersonOrcid", "https://orcid.org/X000-0002-1825-0097", VALUE_NOT_ORCID},
	{"schacPersonalUniqueCode", "urn:schac:personalUniqueCode:int:esi:se:1", VALUE_GOOD},
	{"schacPersonalUniqueCode", "urn:mace:terena.org:schac:personalUniqueCode:se:x",
	 VALUE_GOOD},
	{"schacPersonalUniqueCode", "urn:schac:personalUniqueCode:", VALUE_NOT_PERSONAL_CODE},
	{"schacPersonalUniqueCode", "urn:schac:x:1", VALUE_NOT_PERSONAL_CODE},
	{"schacGender", "2", VALUE_GOOD},
	{"schacGender", "3", VALUE_NOT_SEX},
	{"schacGender", "12", VALUE_NOT_SEX},
	{"schacGender", "kvinna", VALUE_NOT_SEX},
};

static void test_cases(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s %s", cases[i].attribute, cases[i].value);
		g_assert_cmpint(
			value_judge(attribute_by_name(cases[i].attribute), cases[i].value, scopes),
			==, cases[i].fault);
	}
}

/* What only attributes that schools define have. */
static void test_others(void)
{
	static const struct {
		AttributeSyntax syntax;
		unsigned length;
		const char *text;
		bool fits;
	} others[] = {
		{SYNTAX_DIGITS, 0, "1", true},
		{SYNTAX_DIGITS, 0, "1234567890123", true},
		{SYNTAX_DIGITS, 4, "1234", true},
		{SYNTAX_DIGITS, 4, "123", false},
		{SYNTAX_DIGITS, 4, "12345", false},
		{SYNTAX_DIGITS, 0, "1a", false},
		{SYNTAX_BOOLEAN, 0, "TRUE", true},
		{SYNTAX_BOOLEAN, 0, "false", true},
		{SYNTAX_BOOLEAN, 0, "yes", false},
		{SYNTAX_TOKEN, 0, "a/b", true},
		{SYNTAX_TOKEN, 0, "a\xe2\x80\x83", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		g_assert_true(syntax_fits(others[i].syntax, others[i].length, others[i].text,
					  strlen(others[i].text)) == others[i].fits);
	for (unsigned i = 0; i <= SYNTAX_LAST; i++) {
		AttributeSyntax found;

		g_assert_true(syntax_by_name(attribute_syntax_name((AttributeSyntax)i), &found));
		g_assert_cmpint(found, ==, i);
	}
	AttributeSyntax none;
	g_assert_false(syntax_by_name("number", &none));
	g_assert_null(attribute_syntax_name(SYNTAX_LAST + 1));
}

static void test_length(void)
{
	g_autofree char *value = g_strnfill((gsize)2 * POLICY_VALUE_MAX, 'x');
	g_autofree char *id = g_strnfill(200, 'x');

	/* characters are counted, not bytes */
	for (size_t i = 0; i < POLICY_VALUE_MAX; i++)
		memcpy(value + 2 * i, "å", 2);
	g_assert_cmpint(value_judge(attribute_by_name("sn"), value, scopes), ==, VALUE_GOOD);
	memset(value, 'x', POLICY_VALUE_MAX + 1);
	value[POLICY_VALUE_MAX + 1] = '\0';
	g_assert_cmpint(value_judge(attribute_by_name("sn"), value, scopes), ==, VALUE_TOO_LONG);
	memcpy(id + 128, "@skola.example", strlen("@skola.example") + 1);
	g_assert_cmpint(value_judge(attribute_by_name("pairwise-id"), id, scopes), ==,
			VALUE_NOT_ID);
	g_assert_cmpint(value_judge(attribute_by_name("pairwise-id"), id + 1, scopes), ==,
			VALUE_GOOD);
}

/* Every fault is told in both languages, in words of its own, and some case above meets it. */
static void test_texts(void)
{
	g_assert_null(value_fault_text(VALUE_GOOD, "sv"));
	for (unsigned fault = VALUE_GOOD + 1; fault <= VALUE_LAST; fault++) {
		const char *sv = value_fault_text((ValueFault)fault, "sv");
		const char *en = value_fault_text((ValueFault)fault, "en");
		bool met = fault == VALUE_TOO_LONG || fault == VALUE_NOT_DIGITS ||
			   fault == VALUE_NOT_BOOLEAN;

		g_assert_cmpstr(sv, !=, en);
		for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
			met |= cases[i].fault == fault;
		g_assert_true(met);
		for (unsigned other = 1; other < fault; other++)
			g_assert_cmpstr(sv, !=, value_fault_text((ValueFault)other, "sv"));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/value/cases", test_cases);
	g_test_add_func("/policy/value/others", test_others);
	g_test_add_func("/policy/value/length", test_length);
	g_test_add_func("/policy/value/texts", test_texts);
	return g_test_run();
}
