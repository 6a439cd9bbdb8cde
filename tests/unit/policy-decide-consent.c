/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: what the login must prove, and what the person is told and asked. */
#include "tests/unit/policy-decide.h"

#define RELEASE(title, gives, line)                                                                \
	"release \"" title "\" { to any; for student; give " gives "; " line "; because \"x\" }\n"
#define PEOPLE "student mail=a@y sn=Ek uid=ek"

static const DecideCase cases[] = {
	/* The level that a release demands. */
	{"level", RELEASE("A", "mail", "silent; demand eid2"), PEOPLE, NE " mail",
	 "answered@1; mail=given@1[a@y]", "eid2"},
	{"level-that-includes-it", RELEASE("A", "mail", "silent; demand eid2"), PEOPLE, NE " mail",
	 "answered@1; mail=given@1[a@y]", "eid3"},
	{"level-that-is-included", RELEASE("A", "mail", "silent; demand eid3"), PEOPLE, NE " mail",
	 "refused-level wants eid3; mail=level-too-low@1", "eid2"},
	{"another-level", RELEASE("A", "mail", "silent; demand eid2"), PEOPLE, NE " mail",
	 "refused-level wants eid2; mail=level-too-low@1", "two-factor"},
	{"no-level", RELEASE("A", "login", "silent; demand eid2"), PEOPLE, NE,
	 "refused-level wants eid2"},
	{"a-level-nobody-knows", RELEASE("A", "login", "silent; demand eid2"), PEOPLE, NE,
	 "refused-level wants eid2", "eid9"},
	{"more-at-a-level",
	 RELEASE("A", "mail", "silent") RELEASE("B", "sn", "silent; demand two-factor"), PEOPLE,
	 NE " mail sn", "answered@1 wants two-factor; sn=level-too-low@2; mail=given@1[a@y]"},
	{"no-more-at-a-level",
	 RELEASE("A", "mail", "silent; demand two-factor") RELEASE("B", "mail", "silent"), PEOPLE,
	 NE " mail", "answered@2; mail=given@2[a@y]"},
	{"more-values-at-a-level",
	 RELEASE("A", "mail", "silent; demand two-factor")
		 RELEASE("B", "mail only \"b@y\"", "silent"),
	 "student mail=a@y mail=b@y", NE " mail",
	 "answered@2 wants two-factor; mail=given-part@2[b@y]"},
	{"the-level-that-proves-most",
	 RELEASE("A", "mail", "silent; demand eid2") RELEASE("B", "sn", "silent; demand eid3"),
	 PEOPLE, NE " mail sn",
	 "refused-level wants eid3; sn=level-too-low@2; "
	 "mail=level-too-low@1"},
	{"never-before-level",
	 RELEASE("A", "mail, login",
		 "silent; demand eid2") "never \"N\" { give mail; because \"x\" }",
	 PEOPLE, NE " mail", "refused-level wants eid2; mail=never@2"},
	{"nothing-at-a-higher-level-either",
	 RELEASE("A", "mail", "silent; demand eid2") "never \"N\" { give mail; because \"x\" }",
	 PEOPLE, NE " mail", "refused-no-rule; mail=never@2"},
	{"no-step-up-to-a-shut-service",
	 RELEASE("A", "mail", "silent; demand eid2") "never \"N\" { give login; because \"x\" }",
	 PEOPLE, NE " mail", "refused-stopped@2; mail=level-too-low@1"},
	{"a-protected-person-may-step-up",
	 "release \"[2]\" { to any; for protected student; approved by two; give mail; demand eid2; " BECAUSE,
	 "student protected mail=a@y", NE " mail",
	 "refused-no-rule wants eid2; mail=not-for-person@1"},

	/* The level that a service demands. */
	{"service-level", "service NE is \"" NE "\" { demand eid2 of staff }\n" LOGIN, "student",
	 NE, "answered@2"},
	{"service-level-of-others", "service NE is \"" NE "\" { demand eid2 of student }\n" LOGIN,
	 "student", NE, "refused-level wants eid2"},
	{"service-level-that-is-proved",
	 "service NE is \"" NE "\" { demand eid2 of everyone }\n" LOGIN, "student", NE,
	 "answered@2", "eid3"},
	{"every-line-counts",
	 "service NE is \"" NE "\" { demand two-factor of everyone; demand eid2 of student in "
	 "grade 7-9 }\n" LOGIN,
	 "student grade:8", NE, "refused-level wants eid2", "two-factor"},
	{"every-line-that-matches",
	 "service NE is \"" NE "\" { demand two-factor of everyone; demand eid2 of student in "
	 "grade 7-9 }\n" LOGIN,
	 "student grade:6", NE, "answered@2", "two-factor"},
	{"a-protected-person-is-demanded-too",
	 "service NE is \"" NE "\" { demand eid2 of student }\n" PROTECTED "give mail; " BECAUSE,
	 "student protected mail=a@y", NE " mail",
	 "refused-no-rule wants eid2; mail=not-for-person@2"},
	{"service-level-before-more",
	 "service NE is \"" NE "\" { demand two-factor of everyone }\n" RELEASE(
		 "A", "mail", "silent") RELEASE("B", "sn", "silent; demand eid3"),
	 PEOPLE, NE " mail sn",
	 "refused-level wants two-factor; sn=level-too-low@3; mail=answer-refused@2"},

	/* Pages. */
	{"inform", RELEASE("A", "mail", "inform"), PEOPLE, NE " mail",
	 "answered@1 inform; mail=given@1[a@y]"},
	{"inform-is-the-default", "release \"A\" { to any; for student; give mail; because \"x\" }",
	 PEOPLE, NE " mail", "answered@1 inform; mail=given@1[a@y]"},
	{"inform-of-login", RELEASE("A", "login", "inform"), PEOPLE, NE, "answered@1 inform"},
	{"the-strictest-page", RELEASE("A", "mail", "silent") RELEASE("B", "mail", "inform"),
	 PEOPLE, NE " mail", "answered@1 inform; mail=given@1[a@y]"},
	{"the-page-of-what-gives-nothing",
	 RELEASE("A", "mail", "silent") RELEASE("B", "sn", "inform"), PEOPLE, NE " mail",
	 "answered@1; sn=not-asked@2; mail=given@1[a@y]"},

	/* Asked about. */
	{"ask", RELEASE("A", "mail", "ask"), PEOPLE, NE " mail",
	 "refused-to-ask ask {A to-ask: mail}; mail=to-ask@1"},
	{"agreed", RELEASE("A", "mail", "ask"), PEOPLE, NE " mail",
	 "answered@1 ask {A agreed: mail}; mail=given-agreed@1[a@y]", "A:yes"},
	{"declined", RELEASE("A", "mail", "ask"), PEOPLE, NE " mail",
	 "refused-declined; mail=declined@1", "A:no"},
	{"too-young", RELEASE("A", "mail", "ask"), PEOPLE, NE " mail",
	 "refused-too-young; mail=too-young@1", "young"},
	{"too-young-for-a-yes-of-old", RELEASE("A", "mail", "ask"), PEOPLE, NE " mail",
	 "refused-too-young; mail=too-young@1", "young A:yes"},
	{"ask-beside-more", RELEASE("A", "mail", "inform") RELEASE("B", "sn", "ask"), PEOPLE,
	 NE " mail sn", "answered@1 ask {B to-ask: sn}; sn=to-ask@2; mail=given@1[a@y]"},
	{"declined-beside-more", RELEASE("A", "mail", "inform") RELEASE("B", "sn", "ask"), PEOPLE,
	 NE " mail sn", "answered@1 inform {B declined: sn}; sn=declined@2; mail=given@1[a@y]",
	 "B:no"},
	{"too-young-beside-more", RELEASE("A", "mail", "silent") RELEASE("B", "sn", "ask"), PEOPLE,
	 NE " mail sn", "answered@1 {B too-young: sn}; sn=too-young@2; mail=given@1[a@y]", "young"},
	{"given-without-asking", RELEASE("A", "mail, sn", "ask") RELEASE("B", "mail", "silent"),
	 PEOPLE, NE " mail sn", "answered@2 ask {A to-ask: sn}; sn=to-ask@1; mail=given@2[a@y]"},
	{"all-given-without-asking", RELEASE("A", "mail", "ask") RELEASE("B", "mail", "silent"),
	 PEOPLE, NE " mail", "answered@2; mail=given@2[a@y]"},
	{"some-values-given-without-asking",
	 RELEASE("A", "mail", "ask") RELEASE("B", "mail only \"b@y\"", "silent"),
	 "student mail=a@y mail=b@y", NE " mail",
	 "answered@2 ask {A to-ask: mail}; mail=given-part@2[b@y]"},
	{"some-values-by-a-yes",
	 RELEASE("A", "mail", "ask") RELEASE("B", "mail only \"b@y\"", "silent"),
	 "student mail=a@y mail=b@y", NE " mail",
	 "answered@1 ask {A agreed: mail}; mail=given-agreed@1[a@y,b@y]", "A:yes"},
	{"asked-once-for-each-release", RELEASE("A", "mail", "ask") RELEASE("B", "sn", "ask"),
	 PEOPLE, NE " mail sn",
	 "answered@1 ask {A agreed: mail} {B to-ask: sn}; sn=to-ask@2; mail=given-agreed@1[a@y]",
	 "A:yes"},
	{"a-yes-to-one-of-two", RELEASE("A", "mail", "ask") RELEASE("B", "mail", "ask"), PEOPLE,
	 NE " mail", "answered@2 ask {A declined: mail} {B agreed: mail}; mail=given-agreed@2[a@y]",
	 "A:no B:yes"},
	{"an-answer-to-something-else", RELEASE("A", "mail", "ask"), PEOPLE, NE " mail",
	 "refused-to-ask ask {A to-ask: mail}; mail=to-ask@1", "B:yes a:yes"},
	{"nothing-to-ask-about", RELEASE("A", "mail", "ask") RELEASE("B", "login", "silent"),
	 "student", NE " mail", "answered@2; mail=no-value@1"},
	{"not-for-the-person", RELEASE("A", "mail", "ask"), "staff mail=a@y", NE " mail",
	 "refused-no-rule; mail=not-for-person@1"},
	{"login-by-a-yes", RELEASE("A", "login", "ask"), PEOPLE, NE,
	 "refused-to-ask ask {A to-ask}"},
	{"login-without-asking", RELEASE("A", "login", "ask") RELEASE("B", "login", "silent"),
	 PEOPLE, NE, "answered@2"},
	{"never-before-asking",
	 RELEASE("A", "mail", "ask") "never \"N\" { give mail; because \"x\" }", PEOPLE, NE " mail",
	 "refused-no-rule; mail=never@2"},
	{"nobody-is-asked-in-vain",
	 "service NE is \"" NE "\" { needs uid }\n" RELEASE("A", "mail", "ask"), PEOPLE, NE " mail",
	 "refused-missing; mail=answer-refused@2; uid=no-rule"},
	{"what-is-needed-is-asked-about",
	 "service NE is \"" NE "\" { needs mail }\n" RELEASE("A", "mail", "ask")
		 RELEASE("B", "sn", "inform"),
	 PEOPLE, NE " mail sn",
	 "refused-missing ask {A to-ask: mail}; sn=answer-refused@3; mail=to-ask@2"},
	{"nobody-is-asked-at-a-shut-service",
	 RELEASE("A", "mail", "ask") "never \"N\" { give login; because \"x\" }", PEOPLE,
	 NE " mail", "refused-stopped@2; mail=to-ask@1"},
	{"level-before-asking", RELEASE("A", "mail", "ask; demand eid2"), PEOPLE, NE " mail",
	 "refused-level wants eid2; mail=level-too-low@1"},
	{"asked-at-the-level", RELEASE("A", "mail", "ask; demand eid2"), PEOPLE, NE " mail",
	 "refused-to-ask ask {A to-ask: mail}; mail=to-ask@1", "eid2"},
	{"no-step-up-after-a-no", RELEASE("A", "mail", "ask; demand eid2"), PEOPLE, NE " mail",
	 "refused-level; mail=level-too-low@1", "A:no"},
	{"the-service-demands-before-it-asks",
	 "service NE is \"" NE "\" { demand eid2 of everyone }\n" RELEASE("A", "mail", "ask")
		 RELEASE("B", "login", "silent"),
	 PEOPLE, NE " mail", "refused-level wants eid2; mail=to-ask@2"},
	{"a-subject-that-is-asked-about",
	 "service NE is \"" NE "\" { subject from uid }\n" RELEASE("A", "uid", "ask")
		 RELEASE("B", "login", "silent"),
	 PEOPLE, NE, "refused-subject as uid ask {A to-ask: uid}; uid=to-ask@2"},
	{"a-protected-person-is-asked",
	 "release \"[2]\" { to any; for protected student; approved by two; give mail; ask; because "
	 "\"x\" }",
	 "student protected mail=a@y", NE " mail",
	 "refused-no-rule ask {[2] to-ask: mail}; mail=not-for-person@1"},
	{"a-no-of-a-protected-person-tells-nothing",
	 "release \"[2]\" { to any; for protected student; approved by two; give mail; ask; because "
	 "\"x\" }",
	 "student protected mail=a@y", NE " mail", "refused-no-rule; mail=not-for-person@1",
	 "[2]:no"},
};

/* What a page shows of each release. */
static void test_grants(void)
{
	static const DecideCase c = {
		"grants",
		"release \"A\" { to any; for student; give mail, sn; ask; basis \"6.1 a\"; because "
		"\"du får brev\"; because en \"you get letters\" }\n"
		"release \"B\" { to any; for student; give uid; because \"annat\" }",
		PEOPLE,
		NE " uid mail sn",
		NULL,
		"A:yes"};
	g_autoptr(Decision) decision = decide_case(&c);
	const DecisionGrant *asks, *informs;

	g_assert_cmpuint(decision->grants->len, ==, 2);
	asks = decision->grants->pdata[0];
	informs = decision->grants->pdata[1];
	g_assert_cmpstr(asks->rule.title, ==, "A");
	g_assert_cmpuint(asks->rule.line, ==, 1);
	g_assert_cmpint(asks->page, ==, PAGE_ASK);
	g_assert_cmpint(asks->state, ==, GRANT_AGREED);
	g_assert_cmpuint(asks->date, ==, DECIDE_ANSWERED);
	g_assert_cmpstr(asks->because_sv, ==, "du får brev");
	g_assert_cmpstr(asks->because_en, ==, "you get letters");
	g_assert_cmpstr(asks->basis, ==, "6.1 a");
	g_assert_cmpuint(asks->attributes->len, ==, 2);
	g_assert_true(asks->attributes->pdata[0] == fixture_attribute("sn"));
	g_assert_true(asks->attributes->pdata[1] == fixture_attribute("mail"));
	g_assert_cmpint(informs->page, ==, PAGE_INFORM);
	g_assert_cmpint(informs->state, ==, GRANT_GIVEN);
	g_assert_cmpuint(informs->date, ==, 0);
	g_assert_cmpstr(informs->because_en, ==, "annat");
	g_assert_null(informs->basis);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	decide_add("/policy/decide/consent", cases, G_N_ELEMENTS(cases));
	g_test_add_func("/policy/decide/consent/grants", test_grants);
	return g_test_run();
}
