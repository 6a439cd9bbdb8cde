/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: what leaves, what does not, and why, for one policy, person and service each. */
#include "tests/unit/policy-fixture.h"

#define NE        "https://ne.example/saml"
#define BECAUSE   "silent; because \"x\" }"
#define LOGIN     "release \"A\" { to any; for student; give login; " BECAUSE
#define PAIRWISE  "student pairwise-id=p7@skola.example"
#define PROTECTED "release \"[2]\" { to any; for protected student; approved by two; "
#define STUDENT   "student eduPersonPrincipalName=abc@skola.example mail=a@skola.example sn=Ek"
#define ANON      "%https://refeds.org/category/anonymous"
#define PSEUDO    "%https://refeds.org/category/pseudonymous"
#define PERSONAL  "%https://refeds.org/category/personalized"

typedef struct {
	const char *name, *policy, *person, *service, *want;
} Case;

static const Case cases[] = {
	/* Default deny. */
	{"no-rules", "", STUDENT, NE " mail!", "refused-no-rule; mail=no-rule"},
	{"no-role", "release \"A\" { to any; for everyone; give mail, login; " BECAUSE,
	 "mail=a@skola.example", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"other-service",
	 "release \"A\" { to service \"https://other.example\"; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail sn", "refused-no-rule; sn=no-rule; mail=no-rule"},
	{"id-is-compared-byte-by-byte",
	 "release \"A\" { to service \"https://NE.example/saml\"; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},
	{"never-alone-gives-nothing", "never \"N\" { give norEduPersonNIN; because \"x\" }",
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},

	/* A release gives what it names if it is asked for, and lets in. */
	{"given", "\nrelease \"A\" { to service \"" NE "\"; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "answered@2; mail=given@2[a@skola.example]"},
	{"not-asked", "release \"A\" { to service \"" NE "\"; for student; give mail, sn; " BECAUSE,
	 STUDENT, NE " mail", "answered@1; sn=not-asked@1; mail=given@1[a@skola.example]"},
	{"nothing-asked-nothing-given",
	 "release \"A\" { to service \"" NE "\"; for student; give mail; " BECAUSE, STUDENT, NE,
	 "refused-no-rule; mail=not-asked@1"},
	{"unasked",
	 "release \"A\" { to service \"" NE "\"; for student; give mail unasked; " BECAUSE, STUDENT,
	 NE, "answered@1; mail=given@1[a@skola.example]"},
	{"login", "release \"A\" { to service \"" NE "\"; for student; give login; " BECAUSE,
	 STUDENT, NE, "answered@1"},
	{"login-with-asked",
	 "release \"A\" { to service \"" NE "\"; for student; give login; " BECAUSE, STUDENT,
	 NE " mail", "answered@1; mail=no-rule"},
	{"if-required-and-optional",
	 "release \"A\" { to service \"" NE
	 "\"; for student; give login, mail if required; " BECAUSE,
	 STUDENT, NE " mail", "answered@1; mail=not-required@1"},
	{"if-required-and-required",
	 "release \"A\" { to service \"" NE "\"; for student; give mail if required; " BECAUSE,
	 STUDENT, NE " mail!", "answered@1; mail=given@1[a@skola.example]"},
	{"asked-by-our-line",
	 "service NE is \"" NE "\" { asks mail required }\n"
	 "release \"A\" { to service NE; for student; give mail if required; " BECAUSE,
	 STUDENT, NE " mail", "answered@2; mail=given@2[a@skola.example]"},
	{"asked-by-a-second-block",
	 "service NE is \"" NE "\", \"https://old.example\"\nservice NE { asks mail }\n"
	 "service \"https://old.example\" { asks sn }\n"
	 "release \"A\" { to service NE; for student; give mail, sn; " BECAUSE,
	 STUDENT, NE, "answered@4; sn=given@4[Ek]; mail=given@4[a@skola.example]"},
	{"required-by-one-of-two-lines",
	 "service NE is \"" NE "\" { asks mail; asks sn required }\n"
	 "service NE { asks mail required; asks sn }\n"
	 "release \"A\" { to service NE; for student; give mail if required, sn if required; " BECAUSE,
	 STUDENT, NE, "answered@3; sn=given@3[Ek]; mail=given@3[a@skola.example]"},
	{"second-id-of-a-name",
	 "service NE is \"https://new.example\", \"" NE "\"\n"
	 "release \"A\" { to service NE; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "answered@2; mail=given@2[a@skola.example]"},
	{"unknown-wish",
	 "release \"A\" { to service \"" NE "\"; for student; give requested; " BECAUSE, STUDENT,
	 NE " ?urn:example:shoe mail",
	 "answered@1; mail=given@1[a@skola.example]; urn:example:shoe=unknown-attribute"},
	{"releases-add-up",
	 "release \"B\" { to service \"" NE "\"; for student; give mail; " BECAUSE "\n"
	 "release \"A\" { to any; for everyone; give sn; " BECAUSE,
	 STUDENT, NE " mail sn", "answered@1; sn=given@2[Ek]; mail=given@1[a@skola.example]"},

	/* requested, required */
	{"requested", "release \"A\" { to any; for student; give requested; " BECAUSE, STUDENT,
	 NE " mail sn! displayName",
	 "answered@1; displayName=no-value@1; sn=given@1[Ek]; mail=given@1[a@skola.example]"},
	{"required", "release \"A\" { to any; for student; give required; " BECAUSE, STUDENT,
	 NE " mail sn!", "answered@1; sn=given@1[Ek]; mail=not-required@1"},
	{"requested-never-covers-personal-numbers",
	 "release \"A\" { to service \"" NE "\"; for student; give requested; " BECAUSE,
	 "student norEduPersonNIN=200001012384 norEduPersonBirthDate=20000101 "
	 "sisLegalGuardianFor=x mail=a@y",
	 NE " norEduPersonNIN! norEduPersonBirthDate! sisLegalGuardianFor! mail",
	 "answered@1; norEduPersonNIN=must-be-named@1; norEduPersonBirthDate=must-be-named@1; "
	 "sisLegalGuardianFor=must-be-named@1; mail=given@1[a@y]"},
	{"a-personal-number-that-is-named",
	 "release \"A\" { to service \"" NE "\"; for student; give norEduPersonNIN; " BECAUSE,
	 "student norEduPersonNIN=200001012384", NE " norEduPersonNIN",
	 "answered@1; norEduPersonNIN=given@1[200001012384]"},

	/* Who. */
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

	/* By what the service knows people. */
	{"subject-transient", "service NE is \"" NE "\" { subject transient }\n" LOGIN, STUDENT, NE,
	 "answered@2"},
	{"subject-pairwise",
	 "service NE is \"" NE "\" { subject pairwise }\n"
	 "release \"A\" { to service NE; for student; give pairwise-id; " BECAUSE,
	 PAIRWISE, NE, "answered@2 as pairwise-id; pairwise-id=given-subject@2[p7@skola.example]"},
	{"subject-of-every-id",
	 "service NE is \"https://new.example\", \"" NE "\"\n"
	 "service \"https://new.example\" { subject pairwise }\n"
	 "release \"A\" { to service NE; for student; give pairwise-id; " BECAUSE,
	 PAIRWISE, NE, "answered@3 as pairwise-id; pairwise-id=given-subject@3[p7@skola.example]"},
	{"subject-said-twice-the-same",
	 "service NE is \"" NE "\" { subject pairwise }\n"
	 "service NE { subject from pairwise-id format "
	 "\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" }\n"
	 "release \"A\" { to service NE; for student; give pairwise-id; " BECAUSE,
	 PAIRWISE, NE, "answered@3 as pairwise-id; pairwise-id=given-subject@3[p7@skola.example]"},
	{"subject-is-asked-for-as-required",
	 "service NE is \"" NE "\" { subject from mail }\n"
	 "release \"A\" { to service NE; for student; give required; " BECAUSE,
	 STUDENT, NE " sn",
	 "answered@2 as mail; sn=not-required@2; "
	 "mail=given-subject@2[a@skola.example]"},
	{"subject-without-value",
	 "service NE is \"" NE "\" { subject pairwise }\n"
	 "release \"A\" { to service NE; for student; give pairwise-id, mail, login; " BECAUSE,
	 STUDENT, NE " mail",
	 "refused-subject as pairwise-id; pairwise-id=no-value@2; mail=answer-refused@2"},
	{"subject-of-foreign-scope",
	 "service NE is \"" NE "\" { subject pairwise }\n"
	 "release \"A\" { to service NE; for student; give pairwise-id, login; " BECAUSE,
	 "student pairwise-id=p7@evil.example", NE,
	 "refused-subject as pairwise-id; pairwise-id=foreign-scope@2"},
	{"subject-with-several-values",
	 "service NE is \"" NE "\" { subject from mail }\n"
	 "release \"A\" { to service NE; for student; give mail, login; " BECAUSE,
	 "student mail=a@y mail=b@y", NE, "refused-subject as mail; mail=several-values@2"},
	{"subject-that-only-filters",
	 "service NE is \"" NE "\" { subject from mail }\n"
	 "release \"A\" { to service NE; for student; give mail only \"b@y\", login; " BECAUSE,
	 "student mail=a@y", NE, "refused-subject as mail; mail=filtered@2"},
	{"subject-of-a-release-that-sleeps",
	 "service NE is \"" NE "\" { subject from mail }\n" LOGIN "\n"
	 "release \"B\" { to service NE; for student; give mail; approved by two; " BECAUSE,
	 STUDENT, NE, "refused-subject as mail; mail=not-approved@3"},
	{"refused-by-no-rule-before-subject",
	 "service NE is \"" NE "\" { subject from mail }\n"
	 "release \"A\" { to service NE; for staff; give mail; " BECAUSE,
	 STUDENT, NE, "refused-no-rule as mail; mail=not-for-person@2"},
	{"stopped-before-subject",
	 "service NE is \"" NE "\" { subject from mail }\n"
	 "release \"A\" { to service NE; for student; give mail; " BECAUSE
	 "\nnever \"N\" { give login; because \"x\" }",
	 "student", NE, "refused-stopped@3 as mail; mail=no-value@2"},

	/* Which services. */
	{"except-service",
	 "release \"A\" { to any except service \"" NE "\"; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},
	{"client-is-not-service",
	 "release \"A\" { to client \"" NE "\"; for student; give mail; " BECAUSE, STUDENT,
	 NE " mail", "refused-no-rule; mail=no-rule"},
	{"except-client-is-not-except-service",
	 "release \"A\" { to any except client \"" NE "\"; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "answered@1; mail=given@1[a@skola.example]"},
	{"client", "release \"A\" { to client \"moodle\"; for student; give pairwise-id; " BECAUSE,
	 PAIRWISE, "client:moodle pairwise-id!",
	 "answered@1 as pairwise-id; pairwise-id=given-subject@1[p7@skola.example]"},
	{"a-client-is-not-answered-without-a-name",
	 "release \"A\" { to client \"moodle\"; for student; give mail; " BECAUSE, STUDENT,
	 "client:moodle mail",
	 "refused-subject as pairwise-id; pairwise-id=no-rule; mail=answer-refused@1"},
	{"protocol", "release \"A\" { to protocol oidc; for student; give mail; " BECAUSE, STUDENT,
	 NE " mail", "refused-no-rule; mail=no-rule"},
	{"and",
	 "release \"A\" { to service \"" NE
	 "\" and category coco-v2; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},
	{"and-both",
	 "release \"A\" { to service \"" NE
	 "\" and category coco-v2; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail %https://refeds.org/category/code-of-conduct/v2",
	 "answered@1; mail=given@1[a@skola.example]"},
	{"tag",
	 "tag skolan { \"https://a.example\", NE, client \"m\" }\nservice NE is \"" NE "\"\n"
	 "release \"A\" { to tag skolan; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "answered@3; mail=given@3[a@skola.example]"},
	{"except-tag",
	 "tag skolan {\n\"https://a.example\",\n\"" NE "\"\n}\n"
	 "release \"A\" { to any, client \"m\" except tag skolan; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},

	/* Categories. */
	{"category-bundle",
	 "release \"A\" { to category anonymous; for student; give requested; " BECAUSE,
	 "student schacHomeOrganization=skola.example "
	 "eduPersonScopedAffiliation=student@skola.example "
	 "mail=a@y",
	 NE " " ANON,
	 "answered@1; eduPersonScopedAffiliation=given@1[student@skola.example]; "
	 "schacHomeOrganization=given@1[skola.example]"},
	{"only-the-most-minimal-category-counts",
	 "release \"A\" { to category personalized; for student; give mail; " BECAUSE, STUDENT,
	 NE " " PERSONAL " " ANON,
	 "refused-no-rule; subject-id=set-aside; eduPersonScopedAffiliation=no-rule; "
	 "eduPersonAssurance=set-aside; displayName=set-aside; givenName=set-aside; sn=set-aside; "
	 "mail=set-aside; schacHomeOrganization=no-rule"},
	{"a-never-sees-every-category",
	 "release \"A\" { to category anonymous; for student; give eduPersonScopedAffiliation; "
	 "" BECAUSE "\nnever \"N\" { to category personalized; give any role; because \"x\" }",
	 "student eduPersonScopedAffiliation=student@skola.example", NE " " PERSONAL " " ANON,
	 "refused-no-rule; subject-id=set-aside; eduPersonScopedAffiliation=never@2; "
	 "eduPersonAssurance=set-aside; displayName=set-aside; givenName=set-aside; sn=set-aside; "
	 "mail=set-aside; schacHomeOrganization=no-rule"},
	{"an-exception-sees-every-category",
	 "release \"A\" { to category anonymous except category pseudonymous; for student; "
	 "give eduPersonScopedAffiliation; " BECAUSE,
	 "student eduPersonScopedAffiliation=student@skola.example", NE " " PSEUDO " " ANON,
	 "refused-no-rule; pairwise-id=set-aside; eduPersonScopedAffiliation=no-rule; "
	 "eduPersonAssurance=set-aside; schacHomeOrganization=no-rule"},
	{"category-by-uri",
	 "release \"A\" { to category \"https://own.example/c\" or coco-v1; for student; give "
	 "mail; " BECAUSE,
	 STUDENT, NE " mail %https://own.example/c", "answered@1; mail=given@1[a@skola.example]"},

	/* Time. The day named is included. */
	{"from-today", "release \"A\" { to any; for student; give mail; from 2026-11-05; " BECAUSE,
	 STUDENT, NE " mail", "answered@1; mail=given@1[a@skola.example]"},
	{"from-tomorrow",
	 "release \"A\" { to any; for student; give mail; from 2026-11-06; " BECAUSE, STUDENT,
	 NE " mail", "refused-no-rule; mail=not-yet@1"},
	{"until-today",
	 "release \"A\" { to any; for student; give login; until 2026-11-05; " BECAUSE, STUDENT, NE,
	 "answered@1"},
	{"until-yesterday",
	 "release \"A\" { to any; for student; give login, mail; until 2026-11-04; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=rule-ended@1"},
	{"agreement-ended",
	 "release \"A\" { to any; for student; give mail; agreement \"P\" until 2026-11-04; "
	 "" BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=agreement-ended@1"},
	{"the-release-that-came-furthest-tells",
	 "release \"A\" { to any; for staff; give mail; " BECAUSE "\n"
	 "release \"B\" { to any; for student; give mail; until 2026-01-01; " BECAUSE "\n"
	 "release \"C\" { to any; for staff; give mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=rule-ended@2"},
	{"of-equals-the-first-tells",
	 "release \"A\" { to any; for staff; give mail; " BECAUSE "\n"
	 "release \"B\" { to any; for guardian; give mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=not-for-person@1"},

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
};

static void test_case(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(c->policy, NULL, 0, &error);
	g_autoptr(Person) person = fixture_person(c->person);
	g_autoptr(Service) service = fixture_service(c->service);
	g_autoptr(Decision) decision = NULL;
	g_autofree char *got = NULL;

	g_assert_no_error(error);
	decision = policy_decide(policy, person, service, &(Circumstances){.today = FIXTURE_TODAY});
	got = fixture_render(decision);
	g_assert_cmpstr(got, ==, c->want);
	/* What holds of every decision. */
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		g_autofree char *sv = reason_sentence(decision, row, "sv");
		g_autofree char *en = reason_sentence(decision, row, "en");

		g_assert_true((row->values != NULL) ==
			      (row->reason == REASON_GIVEN || row->reason == REASON_GIVEN_PART ||
			       row->reason == REASON_GIVEN_SUBJECT));
		g_assert_true(!row->values || row->values->len > 0);
		g_assert_true(!row->values || decision->outcome == OUTCOME_ANSWERED);
		g_assert_null(strpbrk(sv, "{}"));
		g_assert_null(strpbrk(en, "{}"));
		if (row->attribute)
			g_assert_true(decision_row(decision, row->attribute) == row);
	}
}

static void test_may_give(void)
{
	static const struct {
		const char *rule, *service;
		bool may;
	} table[] = {
		{"to any; for student; give pairwise-id", NE " pairwise-id", true},
		{"to any; for student; give pairwise-id", NE " mail", false},
		{"to any; for student; give mail", NE " pairwise-id", false},
		{"to any; for student; give requested", NE " pairwise-id", true},
		{"to any; for student; give requested", NE " mail", false},
		{"to any; for student; give required", NE " pairwise-id", false},
		{"to any; for student; give required", NE " pairwise-id!", true},
		{"to any; for student; give pairwise-id if required", NE " pairwise-id", false},
		{"to any; for student; give login", NE " pairwise-id!", false},
		{"to service \"" NE "\"; for student; give pairwise-id unasked", NE, true},
		{"to service \"https://else\"; for student; give pairwise-id", NE " pairwise-id",
		 false},
		/* whoever and whenever */
		{"to any; for guardian; give pairwise-id; until 2001-01-01", NE " pairwise-id",
		 true},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text = g_strconcat("release \"A\" { ", table[i].rule,
						    "; silent; because \"x\" }", NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);
		g_autoptr(Service) service = fixture_service(table[i].service);
		g_assert_no_error(error);
		if (policy_may_give(policy, service, attribute_by_name("pairwise-id")) !=
		    table[i].may)
			g_error("%s at %s", table[i].rule, table[i].service);
	}
}

/* The subject, with its format, and whether it leaves as attribute too. */
static void test_subject(void)
{
	static const struct {
		const char *line, *attribute, *format, *phrase;
		bool told;
	} subjects[] = {
		{"subject pairwise", "pairwise-id", SUBJECT_FORMAT_PERSISTENT, "subject pairwise",
		 false},
		{"subject pairwise also attribute", "pairwise-id", SUBJECT_FORMAT_PERSISTENT,
		 "subject pairwise also attribute", true},
		{"subject from mail", "mail", SUBJECT_FORMAT_UNSPECIFIED, "subject from mail",
		 false},
		{"subject from mail format \"urn:x\" also attribute", "mail", "urn:x",
		 "subject from mail format \"urn:x\" also attribute", true},
		{"subject transient", NULL, SUBJECT_FORMAT_TRANSIENT, "subject transient", false},
		{"asks mail", NULL, SUBJECT_FORMAT_TRANSIENT, "subject transient", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		g_autofree char *text = g_strdup_printf(
			"service NE is \"" NE "\" { %s }\n"
			"release \"A\" { to service NE; for student; give pairwise-id, mail, "
			"login; " BECAUSE,
			subjects[i].line);
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);
		g_autoptr(Person) person = fixture_person(PAIRWISE " mail=a@b");
		g_autoptr(Service) service = fixture_service(NE);
		g_autoptr(Decision) decision = NULL;
		g_autofree char *phrase = NULL;
		const DecisionRow *row;
		Subject subject;

		g_assert_no_error(error);
		decision = policy_decide(policy, person, service,
					 &(Circumstances){.today = FIXTURE_TODAY});
		subject = policy_subject(policy, PROTOCOL_SAML, NE);
		phrase = subject_phrase(&subject);
		g_assert_cmpstr(phrase, ==, subjects[i].phrase);
		g_assert_true(subject_equal(&subject, &decision->subject));
		g_assert_cmpstr(subject.format, ==, subjects[i].format);
		if (!subjects[i].attribute) {
			g_assert_null(subject.attribute);
			g_assert_null(decision_subject(decision));
			continue;
		}
		row = decision_row(decision, fixture_attribute(subjects[i].attribute));
		g_assert_cmpstr(decision_subject(decision), ==, row->values->pdata[0]);
		g_assert_cmpint(decision_row_is_told(decision, row), ==, subjects[i].told);
	}
}

/* Who may know of protection sees why; who may not sees what is so of anybody. */
static void test_sight(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(
		"release \"[2]\" { to any; for protected student; approved by two; give mail, "
		"sn; " BECAUSE "\nrelease \"[1]\" { to any; for protected student; "
		"approved by two; give uid; " BECAUSE
		"\nnever \"N\" { for protected everyone; give sn; because \"x\" }",
		NULL, 0, &error);
	g_autoptr(Person) person = fixture_person("student protected mail=a@y sn=b uid=c");
	g_autoptr(Service) service = fixture_service(NE " mail sn uid");
	g_autoptr(Decision) openly = NULL, outside = NULL;
	g_autofree char *seen = NULL, *shown = NULL;

	g_assert_no_error(error);
	openly = policy_decide_openly(policy, person, service,
				      &(Circumstances){.today = FIXTURE_TODAY});
	outside = policy_decide_outside(policy, person, service,
					&(Circumstances){.today = FIXTURE_TODAY});
	seen = fixture_render(openly);
	shown = fixture_render(outside);
	g_assert_cmpstr(seen, ==, "answered@1; sn=never@3; mail=given@1[a@y]; uid=not-approved@2");
	g_assert_cmpstr(shown, ==,
			"refused-no-rule; sn=not-for-person@1; mail=not-for-person@1; "
			"uid=not-for-person@2");
}

/* Fail closed: a Decision nobody filled in gives nothing. */
static void test_zeroed(void)
{
	Decision decision = {0};

	g_assert_cmpint(decision.outcome, ==, OUTCOME_REFUSED);
	g_assert_null(decision_row(&decision, fixture_attribute("mail")));
	g_assert_cmpstr(reason_code_name(decision.reason), ==, "none");
}

/* A decision lives on its own: policy, person and service may be gone. */
static void test_lifetime(void)
{
	Policy *policy = fixture_load("release \"A\" { to any; for student; give mail; " BECAUSE,
				      NULL, 0, NULL);
	Person *person = fixture_person("student mail=a@y");
	Service *service = fixture_service(NE " mail ?urn:x");
	g_autoptr(Decision) decision =
		policy_decide(policy, person, service, &(Circumstances){.today = FIXTURE_TODAY});
	g_autofree char *got = NULL;

	policy_unref(policy);
	person_free(person);
	service_free(service);
	got = fixture_render(decision);
	g_assert_cmpstr(got, ==, "answered@1; mail=given@1[a@y]; urn:x=unknown-attribute");
	g_assert_cmpstr(decision->rule.file, ==, "t.policy");
	g_assert_cmpstr(decision->rule.title, ==, "A");
	g_assert_cmpstr(decision->service, ==, NE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/policy/decide/", cases[i].name, NULL);

		g_test_add_data_func(path, &cases[i], test_case);
	}
	g_test_add_func("/policy/may-give", test_may_give);
	g_test_add_func("/policy/subject", test_subject);
	g_test_add_func("/policy/sight", test_sight);
	g_test_add_func("/policy/zeroed", test_zeroed);
	g_test_add_func("/policy/lifetime", test_lifetime);
	return g_test_run();
}
