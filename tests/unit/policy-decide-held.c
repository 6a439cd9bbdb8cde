/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: what a service newly asks for, and newly is, waits for an admin. */
#include "tests/unit/policy-decide.h"

#define SAID      "; for student; give "
#define NAMED     "release \"A\" { to service \"" NE "\"" SAID
#define ANY       "release \"A\" { to any" SAID
#define PEOPLE    "student mail=a@y sn=Ek eduPersonScopedAffiliation=student@skola.example"
#define RESEARCH  "http://refeds.org/category/research-and-scholarship"
#define TO_COCO   "release \"A\" { to category coco-v2" SAID
#define HELD_COCO "~" COCO

static const DecideCase cases[] = {
	/* What is newly asked for. */
	{"held", ANY "mail, sn; " BECAUSE, PEOPLE, NE " ~mail sn",
	 "answered@1; sn=given@1[Ek]; mail=held@1"},
	{"held-for-requested", NAMED "requested; " BECAUSE, PEOPLE, NE " ~mail! sn",
	 "answered@1; sn=given@1[Ek]; mail=held@1"},
	{"held-for-required", NAMED "required; " BECAUSE, PEOPLE, NE " ~mail! sn!",
	 "answered@1; sn=given@1[Ek]; mail=held@1"},
	{"not-required-before-it-is-held", NAMED "required; " BECAUSE, PEOPLE, NE " ~mail sn!",
	 "answered@1; sn=given@1[Ek]; mail=not-required@1"},
	{"named-at-a-named-service", NAMED "mail, sn; " BECAUSE, PEOPLE, NE " ~mail sn",
	 "answered@1; sn=given@1[Ek]; mail=given@1[a@y]"},
	{"named-at-a-tag",
	 "tag t { \"" NE "\" }\nrelease \"A\" { to tag t, client \"c\"" SAID "mail; " BECAUSE
	 "\nrelease \"B\" { to client \"c\"" SAID "pairwise-id; " BECAUSE,
	 PEOPLE, NE " ~mail", "answered@2; mail=given@2[a@y]"},
	{"named-where-one-target-is-open",
	 "release \"A\" { to service \"" NE "\", category coco-v2" SAID "mail; " BECAUSE, PEOPLE,
	 NE " ~mail", "refused-no-rule; mail=held@1"},
	{"named-where-a-literal-is-one-condition-of-two",
	 "release \"A\" { to service \"" NE "\" and protocol saml" SAID "mail; " BECAUSE, PEOPLE,
	 NE " ~mail", "answered@1; mail=given@1[a@y]"},
	{"if-required-and-newly-required", ANY "mail if required; " BECAUSE, PEOPLE, NE " ~mail!",
	 "refused-no-rule; mail=held@1"},
	{"named-if-required-and-newly-required", NAMED "mail if required; " BECAUSE, PEOPLE,
	 NE " ~mail!", "answered@1; mail=given@1[a@y]"},
	{"unasked-does-not-wait", NAMED "mail unasked; " BECAUSE, PEOPLE, NE " ~mail",
	 "answered@1; mail=given@1[a@y]"},
	{"asked-by-our-line-too", "service NE is \"" NE "\" { asks mail }\n" ANY "mail; " BECAUSE,
	 PEOPLE, NE " ~mail", "answered@2; mail=given@2[a@y]"},
	{"required-by-our-line-too",
	 "service NE is \"" NE "\" { asks mail required }\n" ANY "required; " BECAUSE, PEOPLE,
	 NE " ~mail!", "answered@2; mail=given@2[a@y]"},
	{"asked-by-our-line-and-newly-required",
	 "service NE is \"" NE "\" { asks mail }\n" ANY "required; " BECAUSE, PEOPLE, NE " ~mail!",
	 "refused-no-rule; mail=held@2"},
	{"new-asks-pass", ANY "requested; new asks pass; " BECAUSE, PEOPLE, NE " ~mail ~sn",
	 "answered@1; sn=given@1[Ek]; mail=given@1[a@y]"},
	{"new-asks-pass-but-must-be-named", ANY "requested; new asks pass; " BECAUSE,
	 "student norEduPersonNIN=200001012384 mail=a@y", NE " ~norEduPersonNIN ~mail",
	 "answered@1; norEduPersonNIN=must-be-named@1; mail=given@1[a@y]"},
	{"held-before-it-must-be-named", ANY "requested, login; " BECAUSE,
	 "student norEduPersonNIN=200001012384", NE " ~norEduPersonNIN",
	 "answered@1; norEduPersonNIN=held@1"},
	{"another-release-that-may",
	 ANY "mail; " BECAUSE "\nrelease \"B\" { to any" SAID "mail; new asks pass; " BECAUSE,
	 PEOPLE, NE " ~mail", "answered@2; mail=given@2[a@y]"},

	/* What a category asks for that nobody has approved. */
	{"bundle", ANY "mail, eduPersonScopedAffiliation; " BECAUSE, PEOPLE, NE " %" RESEARCH,
	 "answered@1; eduPersonPrincipalName=no-rule; "
	 "eduPersonScopedAffiliation=given@1[student@skola.example]; displayName=no-rule; "
	 "givenName=no-rule; sn=no-rule; mail=given@1[a@y]"},
	{"bundle-of-a-new-category", ANY "mail, eduPersonScopedAffiliation; " BECAUSE, PEOPLE,
	 NE " ~%" RESEARCH,
	 "refused-no-rule; eduPersonPrincipalName=no-rule; eduPersonScopedAffiliation=held@1; "
	 "displayName=no-rule; givenName=no-rule; sn=no-rule; mail=held@1"},
	{"bundle-of-a-new-category-that-is-named", NAMED "mail; " BECAUSE, PEOPLE,
	 NE " ~%" RESEARCH,
	 "answered@1; eduPersonPrincipalName=no-rule; eduPersonScopedAffiliation=no-rule; "
	 "displayName=no-rule; givenName=no-rule; sn=no-rule; mail=given@1[a@y]"},
	{"a-wish-beside-a-new-category", ANY "mail; " BECAUSE, PEOPLE, NE " mail ~%" RESEARCH,
	 "answered@1; eduPersonPrincipalName=no-rule; eduPersonScopedAffiliation=no-rule; "
	 "displayName=no-rule; givenName=no-rule; sn=no-rule; mail=given@1[a@y]"},

	/* A release that reaches the service only by the new category. */
	{"by-a-category", TO_COCO "mail; " BECAUSE, PEOPLE, NE " mail " COCO,
	 "answered@1; mail=given@1[a@y]"},
	{"by-a-new-category", TO_COCO "mail; " BECAUSE, PEOPLE, NE " mail " HELD_COCO,
	 "refused-no-rule; mail=held@1"},
	{"by-a-new-category-as-a-whole",
	 TO_COCO "mail, login, eduPersonScopedAffiliation; " BECAUSE, PEOPLE,
	 NE " mail eduPersonScopedAffiliation " HELD_COCO,
	 "refused-no-rule; eduPersonScopedAffiliation=held@1; mail=held@1"},
	{"by-a-new-category-that-may-be-anything", TO_COCO "requested; " BECAUSE, PEOPLE,
	 NE " eduPersonScopedAffiliation " HELD_COCO,
	 "refused-no-rule; eduPersonScopedAffiliation=held@1"},
	{"by-a-new-category-nothing-sensitive", TO_COCO "eduPersonScopedAffiliation; " BECAUSE,
	 PEOPLE, NE " eduPersonScopedAffiliation " HELD_COCO,
	 "answered@1; eduPersonScopedAffiliation=given@1[student@skola.example]"},
	{"by-a-new-category-new-asks-pass", TO_COCO "required; new asks pass; " BECAUSE, PEOPLE,
	 NE " ~mail! " HELD_COCO, "answered@1; mail=given@1[a@y]"},
	{"by-another-target-too",
	 "release \"A\" { to category coco-v2, registered-by \"http://x\"" SAID "mail; " BECAUSE,
	 PEOPLE, NE " mail ^http://x " HELD_COCO, "answered@1; mail=given@1[a@y]"},
	{"by-another-category-too",
	 "release \"A\" { to category coco-v2 or coco-v1" SAID "mail; " BECAUSE, PEOPLE,
	 NE " mail %http://www.geant.net/uri/dataprotection-code-of-conduct/v1 " HELD_COCO,
	 "answered@1; mail=given@1[a@y]"},
	{"a-new-category-counts-in-a-never",
	 ANY "mail; " BECAUSE "\nnever \"N\" { to category coco-v2; give mail; because \"x\" }",
	 PEOPLE, NE " mail " HELD_COCO, "refused-no-rule; mail=never@2"},
	{"a-new-category-counts-in-an-exception",
	 "release \"A\" { to any except category coco-v2" SAID "mail; " BECAUSE, PEOPLE,
	 NE " mail " HELD_COCO, "refused-no-rule; mail=no-rule"},
	{"a-new-minimal-category-sets-aside",
	 "release \"A\" { to category pseudonymous" SAID "eduPersonScopedAffiliation; " BECAUSE,
	 PEOPLE, NE " eduPersonScopedAffiliation " PSEUDO " ~" ANON,
	 "refused-no-rule; pairwise-id=set-aside; eduPersonScopedAffiliation=no-rule; "
	 "eduPersonAssurance=set-aside; schacHomeOrganization=no-rule"},
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	decide_add("/policy/decide/held", cases, G_N_ELEMENTS(cases));
	return g_test_run();
}
