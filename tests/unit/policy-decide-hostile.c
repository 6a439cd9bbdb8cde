/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: what somebody might hope that it overlooks. */
#include "tests/unit/policy-decide.h"

#define NAMED_BY(line) "service NE is \"" NE "\" { " line " }\n"
#define GIVES(gives)   "release \"A\" { to service NE; for student; give " gives "; " BECAUSE
#define NEVER(what)    "\nnever \"N\" { give " what "; because \"x\" }"
#define UNITS(people)                                                                              \
	"release \"A [2]\" { to any; give sisSchoolUnitCode; approved by two; for " people         \
	"; " BECAUSE
#define AT_THREE                                                                                   \
	"student unit:12345678 unit:23456789 unit:34567890 sisSchoolUnitCode=12345678 "            \
	"sisSchoolUnitCode=23456789 sisSchoolUnitCode=34567890"
#define CODES       NE " sisSchoolUnitCode"
#define AFFILIATION "eduPersonScopedAffiliation"
#define TWO_SCOPES                                                                                 \
	"student " AFFILIATION "=student@skola.example " AFFILIATION                               \
	"=student@edu.sollunda.example " AFFILIATION "=member@skola.example"
#define ASKS(title, gives, line)                                                                   \
	"release \"" title "\" { to any; for student; give " gives "; " line "; because \"x\" }\n"

static const DecideCase cases[] = {
	/* The value by which a service knows people is given like any other. */
	{"subject-that-a-never-takes",
	 NAMED_BY("subject from mail also attribute") GIVES("mail, login")
		 NEVER("mail only \"a@y\""),
	 "student mail=a@y", NE, "refused-subject as mail; mail=never@3"},
	{"subject-of-which-only-leaves-one",
	 NAMED_BY("subject from mail") GIVES("mail only \"a@y\", login"),
	 "student mail=a@y mail=b@y", NE, "refused-subject as mail; mail=several-values@2"},
	{"subject-of-which-a-never-leaves-one",
	 NAMED_BY("subject from mail") GIVES("mail, login") NEVER("mail only \"b@y\""),
	 "student mail=a@y mail=b@y", NE, "refused-subject as mail; mail=several-values@2"},
	{"subject-twice-the-same", NAMED_BY("subject from mail") GIVES("mail, login"),
	 "student mail=a@y mail=a@y", NE, "refused-subject as mail; mail=several-values@2"},
	{"subject-beside-a-broken-value", NAMED_BY("subject from mail") GIVES("mail, login"),
	 "student mail=a@y mail=\xff", NE, "refused-subject as mail; mail=several-values@2"},
	{"subject-that-is-declined",
	 NAMED_BY("subject from uid") ASKS("A", "uid", "ask") ASKS("B", "login", "silent"),
	 "student uid=ek", NE, "refused-subject as uid; uid=declined@2", "A:no"},
	{"subject-at-a-higher-level",
	 NAMED_BY("subject from uid") ASKS("A", "uid", "silent; demand eid2")
		 ASKS("B", "login", "silent"),
	 "student uid=ek", NE, "refused-subject as uid wants eid2; uid=level-too-low@2"},
	{"subject-newly-asked-for-is-ours",
	 NAMED_BY(
		 "subject from mail") "release \"A\" { to any; for student; give required; " BECAUSE,
	 "student mail=a@y", NE " ~mail!", "answered@2 as mail; mail=given-subject@2[a@y]"},
	{"a-letter-that-looks-like-one-of-ascii",
	 NAMED_BY("subject from mail; lower-case mail") GIVES("mail"), "student mail=\u212aalle@y",
	 NE, "answered@2 as mail; mail=given-subject@2[\u212aalle@y]"},

	/* Lists of people and units. */
	{"units-of-one-pset-and-of-another",
	 UNITS("student at unit \"12345678\" at unit \"23456789\""), AT_THREE, CODES,
	 "answered@1; sisSchoolUnitCode=given-part@1[12345678,23456789]"},
	{"a-pset-for-protected-does-not-widen",
	 UNITS("student at unit \"12345678\", protected student"), AT_THREE, CODES,
	 "answered@1; sisSchoolUnitCode=given-part@1[12345678]"},
	{"a-pset-for-test-persons-does-not-widen",
	 UNITS("student at unit \"12345678\", test student"), AT_THREE, CODES,
	 "answered@1; sisSchoolUnitCode=given-part@1[12345678]"},
	{"an-exception-at-a-unit-shuts-out",
	 UNITS("student at unit \"12345678\", student at unit "
	       "\"23456789\" except student at unit \"34567890\""),
	 AT_THREE, CODES, "refused-no-rule; sisSchoolUnitCode=not-for-person@1"},
	{"an-exception-elsewhere-leaves-the-units",
	 UNITS("student at unit \"12345678\" except teacher"), AT_THREE, CODES,
	 "answered@1; sisSchoolUnitCode=given-part@1[12345678]"},
	{"at-unit-narrows-what-is-requested",
	 "release \"A\" { to any; for student at unit \"12345678\"; give requested; " BECAUSE,
	 AT_THREE, CODES, "answered@1; sisSchoolUnitCode=given-part@1[12345678]"},
	{"at-unit-narrows-beside-only",
	 "release \"A\" { to any; for student at unit \"12345678\"; give sisSchoolUnitCode only "
	 "\"23456789\" or \"12345678\"; " BECAUSE,
	 AT_THREE, CODES, "answered@1; sisSchoolUnitCode=given-part@1[12345678]"},
	{"a-never-takes-the-unit-that-is-left",
	 UNITS("student at unit \"12345678\"") NEVER("sisSchoolUnitCode only unit \"12345678\""),
	 AT_THREE, CODES, "refused-no-rule; sisSchoolUnitCode=never@2"},
	{"except-test-persons-who-are-protected",
	 "release \"[2]\" { to any; for protected everyone except test student; approved by two; "
	 "give mail; " BECAUSE,
	 "student test protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},
	{"except-protected-among-protected",
	 "release \"[2]\" { to any; for protected everyone except protected student; approved by "
	 "two; give mail; " BECAUSE,
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1"},

	/* Parts of scoped values. */
	{"only-before-the-at-in-every-scope",
	 "release \"A\" { to any; for student; give " AFFILIATION " only \"student\"; " BECAUSE,
	 TWO_SCOPES, NE " " AFFILIATION,
	 "answered@1; " AFFILIATION
	 "=given-part@1[student@skola.example,student@edu.sollunda.example]"},
	{"only-with-an-at-is-the-whole",
	 "release \"A\" { to any; for student; give " AFFILIATION " only \"student@\" or "
	 "\"student@skola\" or \"member@skola.example\"; " BECAUSE,
	 TWO_SCOPES, NE " " AFFILIATION,
	 "answered@1; " AFFILIATION "=given-part@1[member@skola.example]"},
	{"only-beginning-goes-past-the-at",
	 "release \"A\" { to any; for student; give " AFFILIATION " only beginning "
	 "\"student@edu\"; " BECAUSE,
	 TWO_SCOPES, NE " " AFFILIATION,
	 "answered@1; " AFFILIATION "=given-part@1[student@edu.sollunda.example]"},
	{"never-before-the-at-in-every-scope",
	 "release \"A\" { to any; for student; give requested; " BECAUSE NEVER(AFFILIATION
									       " only \"student\""),
	 TWO_SCOPES, NE " " AFFILIATION,
	 "answered@1; " AFFILIATION "=given-part@1[member@skola.example]"},
	{"never-of-one-scope",
	 "release \"A\" { to any; for student; give requested; " BECAUSE NEVER(
		 "any role only \"student@skola.example\""),
	 TWO_SCOPES, NE " " AFFILIATION,
	 "answered@1; " AFFILIATION
	 "=given-part@1[student@edu.sollunda.example,member@skola.example]"},
	{"a-form-that-makes-another-scope",
	 NAMED_BY("value " AFFILIATION " \"{value}.evil.example\"") GIVES(AFFILIATION),
	 "student " AFFILIATION "=student@skola.example", NE " " AFFILIATION,
	 "answered@2; " AFFILIATION "=foreign-scope@2"},

	/* What is asked for, and what must be named. */
	{"family-must-be-named",
	 "release \"A\" { to any; for guardian; give requested, login; " BECAUSE,
	 "guardian sisLegalGuardianFor=x", NE " sisLegalGuardianFor",
	 "answered@1; sisLegalGuardianFor=must-be-named@1"},
	{"family-must-be-named-where-it-is-required",
	 NAMED_BY(
		 "asks sisLegalGuardianFor required") "release \"A\" { to service NE; for guardian; give required, login; " BECAUSE,
	 "guardian sisLegalGuardianFor=x", NE, "answered@2; sisLegalGuardianFor=must-be-named@2"},
	{"if-required-by-a-bundle",
	 "release \"A\" { to any; for student; give schacHomeOrganization if required, login; " BECAUSE,
	 "student schacHomeOrganization=skola.example", NE " " ANON,
	 "answered@1; eduPersonScopedAffiliation=no-rule; schacHomeOrganization=not-required@1"},
	{"a-line-makes-it-asked-and-not-required",
	 NAMED_BY(
		 "asks mail") "release \"A\" { to any; for student; give required, login; " BECAUSE,
	 "student mail=a@y", NE, "answered@2; mail=not-required@2"},

	/* Consent. */
	{"asked-where-another-gives-it-higher-up",
	 ASKS("A", "mail", "ask") ASKS("B", "mail", "inform; demand eid2"), "student mail=a@y",
	 NE " mail", "refused-to-ask ask wants eid2 {A to-ask: mail}; mail=to-ask@1"},
	{"declined-where-another-gives-it-higher-up",
	 ASKS("A", "mail", "ask") ASKS("B", "mail", "inform; demand eid2"), "student mail=a@y",
	 NE " mail", "refused-declined wants eid2; mail=declined@1", "A:no"},
	{"declined-and-given-all-the-same", ASKS("A", "mail", "ask") ASKS("B", "mail", "inform"),
	 "student mail=a@y", NE " mail", "answered@2 inform; mail=given@2[a@y]", "A:no"},
	{"no-page-for-what-only-leaves-out",
	 ASKS("A", "mail only \"b@y\"", "ask") ASKS("B", "login", "silent"), "student mail=a@y",
	 NE " mail", "answered@2; mail=filtered@1"},
	{"no-page-for-what-a-never-takes",
	 ASKS("A", "mail", "inform") ASKS("B", "login", "silent") NEVER("mail"), "student mail=a@y",
	 NE " mail", "answered@2; mail=never@4"},
	{"a-yes-is-no-yes-to-a-never", ASKS("A", "mail, login", "ask") NEVER("mail"),
	 "student mail=a@y", NE " mail", "answered@1 ask {A agreed}; mail=never@3", "A:yes"},
	{"too-young-where-another-gives-it", ASKS("A", "mail", "ask") ASKS("B", "mail", "inform"),
	 "student mail=a@y", NE " mail", "answered@2 inform; mail=given@2[a@y]", "young"},

	/* Values that cannot be trusted. */
	{"a-value-that-turns-the-writing",
	 "release \"A\" { to any; for student; give mail; " BECAUSE,
	 "student mail=a\u202e@y mail=b@y", NE " mail", "answered@1; mail=given-part@1[b@y]"},
	{"a-never-of-a-broken-value-shows-what-is-wrong",
	 "release \"A\" { to any; for student; give mail, login; " BECAUSE NEVER("mail"),
	 "student mail=\xff", NE " mail", "answered@1; mail=bad-value@1"},

	/* Days count whole. */
	{"agreement-until-today",
	 "release \"A\" { to any; for student; give mail; agreement \"x\" until 2026-11-05; " BECAUSE,
	 "student mail=a@y", NE " mail", "answered@1; mail=given@1[a@y]"},
	{"agreement-until-yesterday-beside-a-later-end",
	 "release \"A\" { to any; for student; give mail; agreement \"x\" until 2026-11-04; until "
	 "2027-01-01; " BECAUSE,
	 "student mail=a@y", NE " mail", "refused-no-rule; mail=agreement-ended@1"},

	/* What is refused a protected person is refused as to anybody whom no release is for. */
	{"protected-and-too-big", NAMED_BY("guard size 3 bytes") PROTECTED "give mail; " BECAUSE,
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@2"},
	{"protected-and-without-subject",
	 NAMED_BY("subject from mail") PROTECTED "give mail, login; " BECAUSE, "student protected",
	 NE, "refused-no-rule as mail; mail=not-for-person@2"},
	{"protected-and-needed",
	 NAMED_BY("needs mail of protected student") PROTECTED "give mail, login; " BECAUSE,
	 "student protected", NE " mail", "refused-no-rule; mail=not-for-person@2"},
	{"needed-of-protected-alone", NAMED_BY("needs mail of protected student") LOGIN, "student",
	 NE " mail", "answered@2; mail=no-rule"},
	{"protected-and-too-young",
	 "release \"[2]\" { to any; for protected student; approved by two; give mail; ask; because "
	 "\"x\" }",
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1",
	 "young"},
	{"protected-and-demanded-in-vain",
	 NAMED_BY("demand eid2 of everyone; needs mail") PROTECTED "give mail, login; " BECAUSE,
	 "student protected", NE " mail", "refused-no-rule; mail=not-for-person@2"},
};

/* All that is told of a refusal but what leads on from it. */
static char *refusal_of(const Decision *decision)
{
	GString *text = g_string_new(reason_code_name(decision->reason));

	fixture_append_rule(text, &decision->rule);
	for (guint i = 0; i < decision->rows->len; i++)
		fixture_append_row(text, decision->rows->pdata[i]);
	g_string_append_printf(text, " missing %s size %u of %u level %s",
			       decision->missing ? decision->missing->name : "-", decision->size,
			       decision->size_max,
			       decision->level_demanded ? decision->level_demanded : "-");
	return g_string_free(text, FALSE);
}

/* A refusal tells of a protected person what it tells of anybody whom no release is for; and where
 * nothing leads on from it, nothing else. */
static void test_twins(void)
{
	unsigned refused = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const DecideCase *c = &cases[i];
		g_autofree char *who = g_strconcat(c->person, " protected", NULL);
		const DecideCase other = {c->name, c->policy, who, c->service, NULL, c->how};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(c->policy, NULL, 0, &error);
		g_autoptr(Person) person = fixture_person(who);
		g_autoptr(Service) service = fixture_service(c->service);
		const Circumstances now = {.today = FIXTURE_TODAY};
		g_autoptr(Decision) decision = decide_case(&other);
		g_autoptr(Decision) outside = policy_decide_outside(policy, person, service, &now);
		g_autofree char *here = NULL, *there = NULL;

		if (decision->outcome == OUTCOME_ANSWERED)
			continue;
		here = refusal_of(decision);
		there = refusal_of(outside);
		g_assert_cmpstr(here, ==, there);
		g_assert_true(decision->page == PAGE_ASK || decision->level_wanted ||
			      decision->grants->len == 0);
		refused++;
	}
	g_assert_cmpuint(refused, >, G_N_ELEMENTS(cases) / 2);
}

/* As many values as there may be leave, each in its form and once. */
static void test_many(void)
{
	static const DecideCase c = {
		"many",
		NAMED_BY("lower-case mail") GIVES("mail") NEVER("mail only beginning \"9\""),
		"student",
		NE " mail",
		NULL,
		NULL};
	g_autoptr(Policy) policy = fixture_load(c.policy, NULL, 0, NULL);
	g_autoptr(Person) person = fixture_person(c.person);
	g_autoptr(Service) service = fixture_service(c.service);
	g_autoptr(Decision) decision = NULL;
	const DecisionRow *row;

	for (unsigned i = 0; i < 10000; i++) {
		g_autofree char *value = g_strdup_printf("%u%c@Y", i / 2, i % 2 ? 'a' : 'A');

		person_add_value(person, fixture_attribute("mail"), value, -1);
	}
	decision = policy_decide(policy, person, service, &(Circumstances){.today = FIXTURE_TODAY});
	row = decision_row(decision, fixture_attribute("mail"));
	g_assert_cmpint(row->reason, ==, REASON_GIVEN_PART);
	/* of 0 to 4999 those that do not begin with 9 */
	g_assert_cmpuint(row->values->len, ==, 5000 - 111);
	g_assert_cmpstr(row->values->pdata[4888], ==, "4999a@y");
}

/* What binds all huvudmän binds each, whatever its own files give; and what it owns is its own. */
static void test_huvudman(void)
{
	static const char shared[] =
		"policy 1\nnever \"Nummer\" { give any personal-number; because \"x\" }\n"
		"release \"Alla\" { to any; for student; give mail; " BECAUSE;
	static const char own[] =
		"policy 1 huvudman norra\nrelease \"Egen\" { to service \"" NE
		"\"; for student; give norEduPersonNIN, " AFFILIATION "; " BECAUSE;
	static const char again[] = "policy 1 huvudman norra\n"
				    "release \"Alla\" { to any; for staff; give sn; " BECAUSE;
	static const char *const scopes[] = {"norra.example", NULL};
	const PolicyContext context = {
		.scopes = scopes, .today = FIXTURE_TODAY, .huvudman = "norra"};
	PolicySource sources[] = {{"norra/a.policy", own, strlen(own), "norra"},
				  {"shared.policy", shared, strlen(shared), NULL}};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(sources, G_N_ELEMENTS(sources), &context, &error);
	g_autoptr(Policy) other = NULL;
	g_autoptr(Person) person =
		fixture_person("student mail=a@y norEduPersonNIN=200001012384 " AFFILIATION
			       "=student@skola.example " AFFILIATION "=student@norra.example");
	g_autoptr(Service) service = fixture_service(NE " mail! norEduPersonNIN! " AFFILIATION "!");
	g_autoptr(Decision) decision = NULL;
	g_autofree char *got = NULL;

	g_assert_no_error(error);
	decision = policy_decide(policy, person, service, &(Circumstances){.today = FIXTURE_TODAY});
	got = fixture_render(decision);
	g_assert_cmpstr(got, ==,
			"answered@2; " AFFILIATION "=given-part@2[student@norra.example]; "
			"norEduPersonNIN=never@2; mail=given@3[a@y]");
	/* an answer is to a title, so that no other release may have it */
	sources[0] = (PolicySource){"norra/b.policy", again, strlen(again), "norra"};
	other = policy_load(sources, G_N_ELEMENTS(sources), &context, &error);
	g_assert_null(other);
	g_assert_nonnull(strstr(error->message, "two rules are called \"Alla\""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	decide_add("/policy/decide/hostile", cases, G_N_ELEMENTS(cases));
	g_test_add_func("/policy/decide/hostile/twins", test_twins);
	g_test_add_func("/policy/decide/hostile/many", test_many);
	g_test_add_func("/policy/decide/hostile/huvudman", test_huvudman);
	return g_test_run();
}
