/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: whom releases and nevers are for, and what two must approve. */
#include "tests/unit/policy-decide.h"

#define FOR  "release \"A\" { to any; for "
#define GIVE "; give mail; " BECAUSE

static const DecideCase cases[] = {
	{"staff-is-not-student", "release \"A\" { to any; for student; give mail; " BECAUSE,
	 "staff mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"teacher-is-staff", "release \"A\" { to any; for staff; give mail; " BECAUSE,
	 "teacher mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"staff-need-not-teach", "release \"A\" { to any; for teacher; give mail; " BECAUSE,
	 "staff mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"except-people",
	 "release \"A\" { to any; for staff, student except teacher; give mail; " BECAUSE,
	 "teacher mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"guardian", "release \"A\" { to any; for guardian; give mail; " BECAUSE,
	 "guardian mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"test-person-is-a-person", "release \"A\" { to any; for student; give mail; " BECAUSE,
	 "student test mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"test-only", "release \"A\" { to any; for test everyone; give mail; " BECAUSE,
	 "student mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"test-everyone", "release \"A\" { to any; for test everyone; give mail; " BECAUSE,
	 "guardian test mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},

	/* Protected persons look like anybody outside the rule. */
	{"protected", "release \"A\" { to any; for everyone; give mail, login; " BECAUSE,
	 "student protected mail=a@y", NE " mail sn",
	 "refused-no-rule; sn=no-rule; mail=not-for-person@1"},
	{"protected-test", "release \"A\" { to any; for test everyone; give mail, login; " BECAUSE,
	 "student test protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"a-never-for-protected-does-not-show",
	 "release \"A\" { to any; for everyone; give mail; " BECAUSE
	 "\nnever \"Skyddade\" { for protected everyone; give anything; because \"x\" }",
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"a-shut-service-is-shut-for-all",
	 "release \"A\" { to any; for everyone; give mail; " BECAUSE
	 "\nnever \"N\" { give anything; because \"x\" }",
	 "student protected mail=a@y", NE " mail", "refused-stopped@2; mail=not-for-person@1"},

	/* A release that names them is for them, and for nobody else. */
	{"for-protected", PROTECTED "give mail; " BECAUSE, "student protected mail=a@y", NE " mail",
	 "answered@1; mail=given@1[a@y]"},
	{"for-protected-is-not-for-others", PROTECTED "give mail; " BECAUSE, "student mail=a@y",
	 NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"for-protected-staff-is-not-for-pupils",
	 "release \"[2]\" { to any; for protected staff; approved by two; give mail; " BECAUSE,
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"protected-test-person-is-protected", PROTECTED "give mail; " BECAUSE,
	 "student test protected mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"except-a-protected-person-of-for-protected",
	 "release \"[2]\" { to any; for protected everyone except student; approved by two; "
	 "give mail; " BECAUSE,
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"never-stops-what-protected-get",
	 PROTECTED "give mail, sn; " BECAUSE
		   "\nnever \"N\" { for student; give sn; because \"x\" }",
	 "student protected mail=a@y sn=b", NE " mail sn",
	 "answered@1; sn=never@2; mail=given@1[a@y]"},
	{"never-for-protected-stops-what-protected-get",
	 PROTECTED "give mail, sn; " BECAUSE
		   "\nnever \"N\" { for protected student; give sn; because \"x\" }",
	 "student protected mail=a@y sn=b", NE " mail sn",
	 "answered@1; sn=never@2; mail=given@1[a@y]"},
	{"a-refusal-of-a-protected-person-tells-nothing",
	 PROTECTED "give mail; " BECAUSE
		   "\nnever \"N\" { for protected student; give login; because \"x\" }",
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"nor-does-a-value-that-is-missing", PROTECTED "give mail; " BECAUSE, "student protected",
	 NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"no-alias-is-told-where-a-value-would-have-been-given",
	 PROTECTED "give mail, sn, givenName; " BECAUSE, "student protected mail=a@y -sn",
	 NE " mail sn givenName",
	 "answered@1; givenName=no-value@1; sn=no-alias@1; mail=given@1[a@y]"},
	{"nor-does-a-missing-alias", PROTECTED "give mail; " BECAUSE, "student protected -mail",
	 NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"nor-does-a-release-that-sleeps",
	 "release \"[1]\" { to any; for protected student; approved by two; give mail; " BECAUSE,
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},

	/* What two must approve. */
	{"approved", "release \"[2]\" { to any; for student; approved by two; give mail; " BECAUSE,
	 STUDENT, NE " mail", "answered@1; mail=given@1[a@skola.example]"},
	{"approved-by-one",
	 "release \"[1]\" { to any; for student; approved by two; give mail; " BECAUSE, STUDENT,
	 NE " mail", "refused-no-rule; mail=not-approved@1"},
	{"approved-by-nobody",
	 "release \"A\" { to any; for student; approved by two; give login, mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=not-approved@1"},
	{"a-release-that-ended-has-ended-first",
	 "release \"A\" { to any; for student; approved by two; give mail; until 2026-11-04; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=rule-ended@1"},

	/* Years, groups and units. */
	{"grade", FOR "student in grade 7-9" GIVE, "student grade:9 mail=a@y", NE " mail",
	 "answered@1; mail=given@1[a@y]"},
	{"another-grade", FOR "student in grade 7-9" GIVE, "student grade:6 mail=a@y", NE " mail",
	 "refused-no-rule; mail=not-for-person@1"},
	{"no-grade", FOR "student in grade 0-10" GIVE, "student mail=a@y", NE " mail",
	 "refused-no-rule; mail=not-for-person@1"},
	{"grades-by-or", FOR "student in grade 1 or 4-5" GIVE, "student grade:4 mail=a@y",
	 NE " mail", "answered@1; mail=given@1[a@y]"},
	{"gymnasium-is-not-grade", FOR "student in grade 1" GIVE, "student gymnasium:1 mail=a@y",
	 NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"gymnasium", FOR "student in gymnasium 1-3" GIVE, "student gymnasium:3 mail=a@y",
	 NE " mail", "answered@1; mail=given@1[a@y]"},
	{"gymnasium-that-is-grade", FOR "student in gymnasium 1-3" GIVE, "student grade:3 mail=a@y",
	 NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"group", FOR "staff in group vikarier" GIVE, "staff group:vikarier mail=a@y", NE " mail",
	 "answered@1; mail=given@1[a@y]"},
	{"another-group", FOR "staff in group vikarier" GIVE, "staff group:rektorer mail=a@y",
	 NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"a-group-that-nobody-speaks-of", FOR "staff in group vikarier" GIVE,
	 "staff group:vik group:vikarierna mail=a@y", NE " mail",
	 "refused-no-rule; mail=not-for-person@1"},
	{"one-of-two-groups", FOR "staff in group vikarier or rektorer" GIVE,
	 "staff group:it-drift group:rektorer mail=a@y", NE " mail",
	 "answered@1; mail=given@1[a@y]"},
	{"both-groups", FOR "staff in group vikarier in group rektorer" GIVE,
	 "staff group:rektorer group:vikarier mail=a@y", NE " mail",
	 "answered@1; mail=given@1[a@y]"},
	{"one-of-both-groups", FOR "staff in group vikarier in group rektorer" GIVE,
	 "staff group:rektorer mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"unit", FOR "student at unit \"12345678\"" GIVE, "student unit:12345678 mail=a@y",
	 NE " mail", "answered@1; mail=given@1[a@y]"},
	{"another-unit", FOR "student at unit \"12345678\"" GIVE,
	 "student unit:23456789 unit:1234567 mail=a@y", NE " mail",
	 "refused-no-rule; mail=not-for-person@1"},
	{"all-conditions", FOR "student in grade 7-9 at unit \"12345678\" or \"23456789\"" GIVE,
	 "student grade:7 unit:23456789 mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"all-conditions-but-one",
	 FOR "student in grade 7-9 at unit \"12345678\" or \"23456789\"" GIVE,
	 "student grade:6 unit:23456789 mail=a@y", NE " mail",
	 "refused-no-rule; mail=not-for-person@1"},
	{"a-condition-is-of-its-pset-alone",
	 FOR "student in grade 7-9, teacher at unit \"12345678\"" GIVE,
	 "teacher unit:23456789 mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"another-pset-will-do", FOR "student in grade 7-9, teacher at unit \"12345678\"" GIVE,
	 "student grade:8 mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"except-some", FOR "staff except staff in group vikarier" GIVE,
	 "teacher group:vikarier mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"except-others", FOR "staff except staff in group vikarier" GIVE,
	 "teacher group:rektorer mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"except-removes-from-the-whole-list",
	 FOR "student, staff except everyone in group vikarier" GIVE,
	 "student group:vikarier mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"never-for-some",
	 FOR "staff" GIVE "\nnever \"N\" { for staff in group vikarier; give mail; "
	     "because \"x\" }",
	 "staff group:vikarier mail=a@y", NE " mail", "refused-no-rule; mail=never@2"},
	{"never-for-others",
	 FOR "staff" GIVE "\nnever \"N\" { for staff in group vikarier; give mail; "
	     "because \"x\" }",
	 "staff group:rektorer mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"never-for-some-who-are-protected",
	 PROTECTED "give mail, sn; " BECAUSE
		   "\nnever \"N\" { for student in grade 7-9; give mail; because \"x\" }",
	 "student protected grade:7 mail=a@y sn=b", NE " mail sn",
	 "answered@1; sn=given@1[b]; mail=never@2"},
	{"protected-at-a-unit",
	 "release \"[2]\" { to any; for protected student at unit \"12345678\"; approved by two; "
	 "give mail; " BECAUSE,
	 "student protected unit:12345678 mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	decide_add("/policy/decide/who", cases, G_N_ELEMENTS(cases));
	return g_test_run();
}
