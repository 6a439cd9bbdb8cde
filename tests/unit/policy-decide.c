/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: which services, when, and that nothing is given by default. */
#include "tests/unit/policy-decide.h"

#define REGISTERED                                                                                 \
	"release \"A\" { to registered-by \"http://www.swamid.se/\"; for student; give mail; " BECAUSE
#define FEDERATION(name) "release \"A\" { to federation " name "; for student; give mail; " BECAUSE

static const DecideCase cases[] = {
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

	/* Which services. */
	{"except-service",
	 "release \"A\" { to any except service \"" NE "\"; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},
	{"client-is-not-service",
	 "release \"A\" { to client \"" NE "\"; for student; give mail, pairwise-id; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},
	{"except-client-is-not-except-service",
	 "release \"A\" { to any except client \"" NE "\"; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail", "answered@1; mail=given@1[a@skola.example]"},
	{"client", "release \"A\" { to client \"moodle\"; for student; give pairwise-id; " BECAUSE,
	 PAIRWISE, "client:moodle pairwise-id!",
	 "answered@1 as pairwise-id; pairwise-id=given-subject@1[p7@skola.example]"},
	{"a-client-is-not-answered-without-a-name",
	 "release \"A\" { to protocol oidc; for student; give mail; " BECAUSE, STUDENT,
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
	 "release \"A\" { to tag skolan; for student; give mail; " BECAUSE
	 "\nrelease \"B\" { to client \"m\"; for student; give pairwise-id; " BECAUSE,
	 STUDENT, NE " mail", "answered@3; mail=given@3[a@skola.example]"},
	{"tags-in-different-orders",
	 "tag a { \"https://x\", \"https://y\", \"https://z\", \"" NE "\" }\n"
	 "tag b { \"" NE "\", \"https://z\", \"https://y\", \"https://x\" }\n"
	 "release \"A\" { to tag a; for student; give mail; " BECAUSE
	 "\nrelease \"B\" { to tag b; for student; give sn; " BECAUSE
	 "\nrelease \"C\" { to any except tag b; for student; give login; " BECAUSE,
	 "student mail=a@skola.example sn=b", NE " mail sn",
	 "answered@3; sn=given@4[b]; mail=given@3[a@skola.example]"},
	{"except-tag",
	 "tag skolan {\n\"https://a.example\",\n\"" NE "\"\n}\n"
	 "release \"A\" { to any, client \"m\" except tag skolan; for student; give mail; " BECAUSE
	 "\nrelease \"B\" { to client \"m\"; for student; give pairwise-id; " BECAUSE,
	 STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},

	/* Who brings it. */
	{"registered-by", REGISTERED, STUDENT, NE " mail ^http://www.swamid.se/",
	 "answered@1; mail=given@1[a@skola.example]"},
	{"registered-by-another", REGISTERED, STUDENT, NE " mail ^http://www.swamid.se",
	 "refused-no-rule; mail=no-rule"},
	{"registered-by-nobody", REGISTERED, STUDENT, NE " mail", "refused-no-rule; mail=no-rule"},
	{"federation", FEDERATION("swamid"), STUDENT, NE " mail #skolfederation #swamid",
	 "answered@1; mail=given@1[a@skola.example]"},
	{"another-federation", FEDERATION("swamid or skolfederation-trial"), STUDENT,
	 NE " mail #skolfederation", "refused-no-rule; mail=no-rule"},
	{"except-federation",
	 "release \"A\" { to any except federation swamid; for student; give mail; " BECAUSE,
	 STUDENT, NE " mail #swamid", "refused-no-rule; mail=no-rule"},
	{"never-to-a-federation",
	 "release \"A\" { to any; for student; give mail; " BECAUSE
	 "\nnever \"N\" { to federation swamid; give mail; because \"x\" }",
	 STUDENT, NE " mail #swamid", "refused-no-rule; mail=never@2"},

	/* Trial services are for test persons, and for rules that mean them. */
	{"trial", FEDERATION("skolfederation-trial"), "student test mail=a@y",
	 NE " mail #!skolfederation-trial", "answered@1; mail=given@1[a@y]"},
	{"trial-is-for-test-persons", FEDERATION("skolfederation-trial"), STUDENT,
	 NE " mail #!skolfederation-trial", "refused-trial; mail=answer-refused@1"},
	{"trial-is-not-reached-by-name",
	 "release \"A\" { to service \"" NE "\"; for student; give mail; " BECAUSE,
	 "student test mail=a@y", NE " mail #!skolfederation-trial",
	 "refused-no-rule; mail=no-rule"},
	{"trial-is-not-reached-by-any", "release \"A\" { to any; for student; give mail; " BECAUSE,
	 "student test mail=a@y", NE " mail #!skolfederation-trial",
	 "refused-no-rule; mail=no-rule"},
	{"trial-is-not-reached-by-category",
	 "release \"A\" { to category coco-v2; for student; give mail; " BECAUSE,
	 "student test mail=a@y", NE " mail " COCO " #!skolfederation-trial",
	 "refused-no-rule; mail=no-rule"},
	{"trial-by-name-and-federation",
	 "release \"A\" { to service \"" NE "\" and federation skolfederation-trial; for student; "
	 "give mail; " BECAUSE,
	 "student test mail=a@y", NE " mail #!skolfederation-trial",
	 "answered@1; mail=given@1[a@y]"},
	{"a-never-reaches-a-trial-service",
	 FEDERATION("skolfederation-trial") "\nnever \"N\" { give anything; because \"x\" }",
	 "student test mail=a@y", NE " mail #!skolfederation-trial",
	 "refused-stopped@2; mail=never@2"},
	{"an-exception-reaches-a-trial-service",
	 "release \"A\" { to federation skolfederation-trial except service \"" NE
	 "\"; for student; give mail; " BECAUSE,
	 "student test mail=a@y", NE " mail #!skolfederation-trial",
	 "refused-no-rule; mail=no-rule"},

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
	{"set-aside-though-a-release-has-ended",
	 "release \"A\" { to any; for student; give mail; until 2026-01-01; " BECAUSE
	 "\nrelease \"B [1]\" { to any; for student; give sn; approved by two; " BECAUSE
	 "\nrelease \"C\" { to any; for student; give givenName; from 2027-01-01; " BECAUSE
	 "\nrelease \"D\" { to any; for student; give displayName; agreement \"x\" until "
	 "2026-01-01; " BECAUSE,
	 STUDENT, NE " " PERSONAL " " ANON,
	 "refused-no-rule; subject-id=set-aside; eduPersonScopedAffiliation=no-rule; "
	 "eduPersonAssurance=set-aside; displayName=set-aside; givenName=set-aside; sn=set-aside; "
	 "mail=set-aside; schacHomeOrganization=no-rule"},
	{"set-aside-but-asked-for-as-well",
	 "release \"A\" { to any; for student; give mail; until 2026-01-01; " BECAUSE, STUDENT,
	 NE " mail " PSEUDO " " ANON,
	 "refused-no-rule; pairwise-id=set-aside; eduPersonScopedAffiliation=no-rule; "
	 "eduPersonAssurance=set-aside; mail=rule-ended@1; schacHomeOrganization=no-rule"},
	{"set-aside-and-given-unasked",
	 "release \"A\" { to service \"" NE "\"; for student; give pairwise-id unasked; " BECAUSE,
	 STUDENT, NE " " PSEUDO " " ANON,
	 "refused-no-rule; pairwise-id=no-value@1; eduPersonScopedAffiliation=no-rule; "
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
};

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
	decide_add("/policy/decide", cases, G_N_ELEMENTS(cases));
	g_test_add_func("/policy/may-give", test_may_give);
	g_test_add_func("/policy/sight", test_sight);
	g_test_add_func("/policy/zeroed", test_zeroed);
	g_test_add_func("/policy/lifetime", test_lifetime);
	return g_test_run();
}
