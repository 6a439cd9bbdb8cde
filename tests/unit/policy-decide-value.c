/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: which values are given. */
#include "tests/unit/policy-decide.h"

#define GROUPS "release \"A\" { to any; for student; give sisSchoolCourseStudent "
#define PUPIL                                                                                      \
	"student sisSchoolCourseStudent=12345678/class/MA/9A "                                     \
	"sisSchoolCourseStudent=23456789/course/SV/SV7 sisSchoolCourseStudent=12345678/9B "        \
	"sisSchoolCourseStudent=other"
#define UNITS "release \"A\" { to any; give sisSchoolUnitCode, sisSchoolCourseStudent, mail; for "
#define TWO_UNITS                                                                                  \
	"student unit:12345678 unit:23456789 sisSchoolUnitCode=12345678 "                          \
	"sisSchoolUnitCode=23456789 sisSchoolCourseStudent=12345678/9A "                           \
	"sisSchoolCourseStudent=23456789/7B sisSchoolCourseStudent=klass mail=a@y"
#define UNIT_ASKS NE " sisSchoolUnitCode sisSchoolCourseStudent mail"

static const DecideCase cases[] = {
	/* Values. */
	{"several-of-a-single",
	 "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student eduPersonPrincipalName=a@skola.example eduPersonPrincipalName=b@skola.example",
	 NE " eduPersonPrincipalName", "answered@1; eduPersonPrincipalName=several-values@1"},
	{"foreign-scope", "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student eduPersonPrincipalName=a@evil.example", NE " eduPersonPrincipalName",
	 "answered@1; eduPersonPrincipalName=foreign-scope@1"},
	{"scope-in-other-case",
	 "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student eduPersonPrincipalName=a@Skola.example", NE " eduPersonPrincipalName",
	 "answered@1; eduPersonPrincipalName=foreign-scope@1"},
	{"second-scope", "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student eduPersonPrincipalName=a@edu.sollunda.example", NE " eduPersonPrincipalName",
	 "answered@1; eduPersonPrincipalName=given@1[a@edu.sollunda.example]"},
	{"two-at-signs", "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student eduPersonPrincipalName=a@evil.example@skola.example",
	 NE " eduPersonPrincipalName", "answered@1; eduPersonPrincipalName=bad-value@1"},
	{"no-at-sign", "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student eduPersonScopedAffiliation=student", NE " eduPersonScopedAffiliation",
	 "answered@1; eduPersonScopedAffiliation=bad-value@1"},
	{"nothing-before-at",
	 "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student eduPersonScopedAffiliation=@skola.example", NE " eduPersonScopedAffiliation",
	 "answered@1; eduPersonScopedAffiliation=bad-value@1"},
	{"good-values-leave-beside-foreign-ones",
	 "release \"A\" { to any; for student; give requested; " BECAUSE,
	 "student eduPersonScopedAffiliation=student@evil.example "
	 "eduPersonScopedAffiliation=student@skola.example",
	 NE " eduPersonScopedAffiliation",
	 "answered@1; eduPersonScopedAffiliation=given-part@1[student@skola.example]"},
	{"mail-is-not-scoped", "release \"A\" { to any; for student; give requested; " BECAUSE,
	 "student mail=a@elsewhere.example mail=b@y", NE " mail",
	 "answered@1; mail=given@1[a@elsewhere.example,b@y]"},
	{"subject-id", "release \"A\" { to any; for student; give requested, login; " BECAUSE,
	 "student subject-id=a.b@skola.example pairwise-id=7=x@skola.example",
	 NE " subject-id pairwise-id",
	 "answered@1; pairwise-id=given@1[7=x@skola.example]; subject-id=bad-value@1"},

	/* only */
	{"only", "release \"A\" { to any; for student; give mail only \"b@y\" or \"c@y\"; " BECAUSE,
	 "student mail=a@y mail=b@y mail=c@y mail=bb@y", NE " mail",
	 "answered@1; mail=given-part@1[b@y,c@y]"},
	{"only-nothing-left",
	 "release \"A\" { to any; for student; give mail only \"b@y\"; " BECAUSE,
	 "student mail=a@y", NE " mail", "refused-no-rule; mail=filtered@1"},
	{"only-before-the-at-of-a-scoped-one",
	 "release \"A\" { to any; for student; give eduPersonScopedAffiliation only "
	 "\"student\"; " BECAUSE,
	 "student eduPersonScopedAffiliation=student@skola.example "
	 "eduPersonScopedAffiliation=students@skola.example "
	 "eduPersonScopedAffiliation=member@skola.example",
	 NE " eduPersonScopedAffiliation",
	 "answered@1; eduPersonScopedAffiliation=given-part@1[student@skola.example]"},
	{"only-whole-scoped",
	 "release \"A\" { to any; for student; give eduPersonScopedAffiliation only "
	 "\"student@edu.sollunda.example\"; " BECAUSE,
	 "student eduPersonScopedAffiliation=student@skola.example",
	 NE " eduPersonScopedAffiliation",
	 "refused-no-rule; eduPersonScopedAffiliation=filtered@1"},
	{"only-at-of-mail-is-no-scope",
	 "release \"A\" { to any; for student; give mail only \"a\"; " BECAUSE,
	 "student mail=a@skola.example", NE " mail", "refused-no-rule; mail=filtered@1"},
	{"only-beginning",
	 "release \"A\" { to any; for student; give mail only beginning \"a\" and \"ab@y\" or "
	 "\"b@y\"; " BECAUSE,
	 "student mail=a@y mail=ab@y mail=abc@y mail=b@y", NE " mail",
	 "answered@1; mail=given-part@1[ab@y]"},
	{"requested-only",
	 "release \"A\" { to any; for student; give requested only beginning \"E\"; " BECAUSE,
	 STUDENT, NE " mail sn", "answered@1; sn=given@1[Ek]; mail=filtered@1"},
	{"values-of-two-releases-add-up",
	 "release \"A\" { to any; for student; give mail only \"a@y\"; " BECAUSE "\n"
	 "release \"B\" { to any; for student; give mail only \"b@y\"; " BECAUSE,
	 "student mail=a@y mail=b@y", NE " mail", "answered@1; mail=given@1[a@y,b@y]"},

	/* never */
	{"never-attribute",
	 "release \"A\" { to any; for student; give mail, sn; " BECAUSE
	 "\nnever \"N\" { give mail; because \"x\" }",
	 STUDENT, NE " mail sn", "answered@1; sn=given@1[Ek]; mail=never@2"},
	{"never-kind-elsewhere",
	 "release \"A\" { to any; for student; give mail; " BECAUSE
	 "\nnever \"N\" { to any except service \"" NE "\"; give any contact; because \"x\" }",
	 STUDENT, NE " mail", "answered@1; mail=given@1[a@skola.example]"},
	{"never-some-values",
	 "release \"A\" { to any; for student; give mail; " BECAUSE
	 "\nnever \"N\" { give mail only beginning \"b\"; because \"x\" }",
	 "student mail=a@y mail=bc@y", NE " mail", "answered@1; mail=given-part@1[a@y]"},
	{"never-for-others",
	 "release \"A\" { to any; for student; give mail; " BECAUSE
	 "\nnever \"N\" { for staff; give mail; because \"x\" }",
	 STUDENT, NE " mail", "answered@1; mail=given@1[a@skola.example]"},
	{"never-anything",
	 "release \"A\" { to any; for student; give mail, login; " BECAUSE
	 "\nnever \"N\" { to service \"" NE "\"; give anything; because \"x\" }",
	 STUDENT, NE " mail", "refused-stopped@2; mail=never@2"},
	{"never-login",
	 "release \"A\" { to any; for student; give mail, login; " BECAUSE
	 "\nnever \"N\" { to service \"" NE "\"; give login; because \"x\" }",
	 STUDENT, NE " mail sn", "refused-stopped@2; sn=no-rule; mail=answer-refused@1"},
	{"never-is-stronger-than-any-number-of-releases",
	 "never \"N\" { give mail; because \"x\" }\n"
	 "release \"A\" { to any; for student; give mail; " BECAUSE "\n"
	 "release \"B\" { to service \"" NE
	 "\"; for student; give mail unasked, requested; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=never@1"},

	/* The parts of a value. */
	{"only-unit", GROUPS "only unit \"12345678\"; " BECAUSE, PUPIL,
	 NE " sisSchoolCourseStudent",
	 "answered@1; sisSchoolCourseStudent=given-part@1[12345678/class/MA/9A,12345678/9B]"},
	{"only-kind", GROUPS "only kind class; " BECAUSE, PUPIL, NE " sisSchoolCourseStudent",
	 "answered@1; sisSchoolCourseStudent=given-part@1[12345678/class/MA/9A]"},
	{"only-subject", GROUPS "only subject \"SV\" or \"EN\"; " BECAUSE, PUPIL,
	 NE " sisSchoolCourseStudent",
	 "answered@1; sisSchoolCourseStudent=given-part@1[23456789/course/SV/SV7]"},
	{"only-two-parts", GROUPS "only unit \"12345678\" and subject \"SV\"; " BECAUSE, PUPIL,
	 NE " sisSchoolCourseStudent", "refused-no-rule; sisSchoolCourseStudent=filtered@1"},
	{"a-value-without-the-part-is-not-given", GROUPS "only kind class; " BECAUSE,
	 "student sisSchoolCourseStudent=12345678/9A", NE " sisSchoolCourseStudent",
	 "refused-no-rule; sisSchoolCourseStudent=filtered@1"},
	{"never-some-parts",
	 GROUPS "; " BECAUSE "\nnever \"N\" { give sisSchoolCourseStudent only subject \"SV\"; "
		"because \"x\" }",
	 PUPIL, NE " sisSchoolCourseStudent",
	 "answered@1; "
	 "sisSchoolCourseStudent=given-part@1[12345678/class/MA/9A,12345678/9B,other]"},

	/* A rule for one school speaks of that school only. */
	{"at-unit-narrows", UNITS "student at unit \"12345678\"; " BECAUSE, TWO_UNITS, UNIT_ASKS,
	 "answered@1; sisSchoolUnitCode=given-part@1[12345678]; "
	 "sisSchoolCourseStudent=given-part@1[12345678/9A]; mail=given@1[a@y]"},
	{"at-units-narrow-to-all-of-them",
	 UNITS "student at unit \"12345678\" or \"23456789\"; " BECAUSE, TWO_UNITS, UNIT_ASKS,
	 "answered@1; sisSchoolUnitCode=given@1[12345678,23456789]; "
	 "sisSchoolCourseStudent=given-part@1[12345678/9A,23456789/7B]; mail=given@1[a@y]"},
	{"only-psets-that-hold-narrow",
	 UNITS "student at unit \"12345678\", teacher at unit \"23456789\"; " BECAUSE, TWO_UNITS,
	 UNIT_ASKS,
	 "answered@1; sisSchoolUnitCode=given-part@1[12345678]; "
	 "sisSchoolCourseStudent=given-part@1[12345678/9A]; mail=given@1[a@y]"},
	{"psets-add-up",
	 UNITS "student at unit \"12345678\", everyone at unit \"23456789\"; " BECAUSE, TWO_UNITS,
	 UNIT_ASKS,
	 "answered@1; sisSchoolUnitCode=given@1[12345678,23456789]; "
	 "sisSchoolCourseStudent=given-part@1[12345678/9A,23456789/7B]; mail=given@1[a@y]"},
	{"a-pset-for-all-schools-does-not-narrow",
	 UNITS "student at unit \"12345678\", student; " BECAUSE, TWO_UNITS, UNIT_ASKS,
	 "answered@1; sisSchoolUnitCode=given@1[12345678,23456789]; "
	 "sisSchoolCourseStudent=given@1[12345678/9A,23456789/7B,klass]; mail=given@1[a@y]"},
	{"narrowed-to-nothing", UNITS "student at unit \"12345678\"; " BECAUSE,
	 "student unit:12345678 sisSchoolUnitCode=23456789", NE " sisSchoolUnitCode",
	 "refused-no-rule; sisSchoolUnitCode=filtered@1; sisSchoolCourseStudent=not-asked@1; "
	 "mail=not-asked@1"},
	{"an-exception-does-not-narrow",
	 UNITS "student except student at unit \"34567890\"; " BECAUSE, TWO_UNITS, UNIT_ASKS,
	 "answered@1; sisSchoolUnitCode=given@1[12345678,23456789]; "
	 "sisSchoolCourseStudent=given@1[12345678/9A,23456789/7B,klass]; mail=given@1[a@y]"},
	{"a-never-for-one-school-takes-all",
	 UNITS "student; " BECAUSE "\nnever \"N\" { for student at unit \"12345678\"; give "
	       "sisSchoolUnitCode; because \"x\" }",
	 TWO_UNITS, NE " sisSchoolUnitCode mail",
	 "answered@1; sisSchoolUnitCode=never@2; sisSchoolCourseStudent=not-asked@1; "
	 "mail=given@1[a@y]"},
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	decide_add("/policy/decide/value", cases, G_N_ELEMENTS(cases));
	return g_test_run();
}
