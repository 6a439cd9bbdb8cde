/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: what the lines of a service make of it. */
#include "tests/unit/policy-decide.h"

#define LINES(lines)                                                                               \
	"service NE is \"" NE "\" { " lines " }\n"                                                 \
	"release \"A\" { to service NE; for student; give mail, sn; " BECAUSE
#define COURSES(lines)                                                                             \
	"service NE is \"" NE "\" { " lines " }\n"                                                 \
	"release \"A\" { to service NE; for student; give sisSchoolCourseStudent, login; " BECAUSE
#define PUPIL                                                                                      \
	"student sisSchoolCourseStudent=12345678/class/MA/9A "                                     \
	"sisSchoolCourseStudent=12345678/9B"
#define TEN(text) text text text text text text text text text text

static const DecideCase cases[] = {
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

	/* What a service must have. */
	{"needs", LINES("needs mail"), STUDENT, NE " mail sn",
	 "answered@2; sn=given@2[Ek]; mail=given@2[a@skola.example]"},
	{"needs-what-has-no-value", LINES("needs mail"), "student sn=Ek", NE " mail sn",
	 "refused-missing; sn=answer-refused@2; mail=no-value@2"},
	{"needs-what-is-not-asked-for", LINES("needs mail"), STUDENT, NE " sn",
	 "refused-missing; sn=answer-refused@2; mail=not-asked@2"},
	{"needs-what-nothing-gives", LINES("needs title"), STUDENT, NE " sn",
	 "refused-missing; sn=answer-refused@2; mail=not-asked@2; title=no-rule"},
	{"needs-one-of-two", LINES("needs title or mail"), STUDENT, NE " mail",
	 "answered@2; sn=not-asked@2; mail=given@2[a@skola.example]"},
	{"needs-neither-of-two", LINES("needs title or mail"), "student sn=Ek", NE " mail sn",
	 "refused-missing; sn=answer-refused@2; mail=no-value@2"},
	{"needs-both", LINES("needs sn; needs mail"), "student sn=Ek", NE " mail sn",
	 "refused-missing; sn=answer-refused@2; mail=no-value@2"},
	{"needs-of-others", LINES("needs mail of teacher"), "student sn=Ek", NE " sn",
	 "answered@2; sn=given@2[Ek]; mail=not-asked@2"},
	{"needs-of-them", LINES("needs mail of teacher, student in grade 7-9"),
	 "student grade:8 sn=Ek", NE " sn",
	 "refused-missing; sn=answer-refused@2; mail=not-asked@2"},
	{"needs-of-others-in-another-year", LINES("needs mail of teacher, student in grade 7-9"),
	 "student grade:6 sn=Ek", NE " sn", "answered@2; sn=given@2[Ek]; mail=not-asked@2"},
	{"needs-of-a-protected-person",
	 "service NE is \"" NE "\" { needs mail of student }\n" PROTECTED
	 "give mail, login; " BECAUSE,
	 "student protected", NE " mail", "refused-no-rule; mail=not-for-person@2"},
	{"subject-before-needs",
	 "service NE is \"" NE "\" { needs mail; subject from uid }\n"
	 "release \"A\" { to service NE; for student; give uid, login; " BECAUSE,
	 "student", NE, "refused-subject as uid; uid=no-value@2"},
	{"needs-before-demand", LINES("needs mail; demand eid2 of everyone"), "student sn=Ek",
	 NE " sn", "refused-missing; sn=answer-refused@2; mail=not-asked@2"},

	/* By what name it is told. */
	{"rename", LINES("rename mail to \"urn:x:mail\""), STUDENT, NE " mail sn",
	 "answered@2; sn=given@2[Ek]; mail=given@2[a@skola.example]>urn:x:mail"},
	{"rename-without-format", LINES("rename sn to \"surname\" without format"), STUDENT,
	 NE " sn", "answered@2; sn=given@2[Ek]>surname!; mail=not-asked@2"},
	{"rename-elsewhere", LINES("rename sn to \"surname\" in oidc"), STUDENT, NE " sn",
	 "answered@2; sn=given@2[Ek]; mail=not-asked@2"},
	{"rename-here", LINES("rename sn to \"surname\" in saml"), STUDENT, NE " sn",
	 "answered@2; sn=given@2[Ek]>surname; mail=not-asked@2"},
	{"rename-of-a-client",
	 "service M is client \"m\" { rename sn to \"surname\" in oidc }\n"
	 "release \"A\" { to service M; for student; give sn, pairwise-id; " BECAUSE,
	 PAIRWISE " sn=Ek", "client:m sn pairwise-id",
	 "answered@2 as pairwise-id; pairwise-id=given-subject@2[p7@skola.example]; "
	 "sn=given@2[Ek]>surname"},

	/* In what form it is told. */
	{"value", COURSES("value sisSchoolCourseStudent \"{unit}/{group}\""), PUPIL,
	 NE " sisSchoolCourseStudent",
	 "answered@2; sisSchoolCourseStudent=given@2[12345678/9A,12345678/9B]"},
	{"value-with-text",
	 COURSES("value sisSchoolCourseStudent \"http://skola.example/{group}#{kind}\""),
	 "student sisSchoolCourseStudent=12345678/class/MA/9A", NE " sisSchoolCourseStudent",
	 "answered@2; sisSchoolCourseStudent=given@2[http://skola.example/9A#class]"},
	{"value-whole", COURSES("value sisSchoolCourseStudent \"x-{value}\""),
	 "student sisSchoolCourseStudent=12345678/9A", NE " sisSchoolCourseStudent",
	 "answered@2; sisSchoolCourseStudent=given@2[x-12345678/9A]"},
	{"value-gap-in-some", COURSES("value sisSchoolCourseStudent \"{kind}/{group}\""), PUPIL,
	 NE " sisSchoolCourseStudent", "answered@2; sisSchoolCourseStudent=given-part@2[class/9A]"},
	{"value-gap-in-all", COURSES("value sisSchoolCourseStudent \"{subject}/{group}\""),
	 "student sisSchoolCourseStudent=12345678/9B", NE " sisSchoolCourseStudent sn",
	 "answered@2; sisSchoolCourseStudent=template-gap@2; sn=no-rule"},
	{"value-gap-in-what-is-needed",
	 COURSES("value sisSchoolCourseStudent \"{subject}/{group}\"; needs sisSchoolCourseStudent"),
	 "student sisSchoolCourseStudent=12345678/9B", NE " sisSchoolCourseStudent",
	 "refused-missing; sisSchoolCourseStudent=template-gap@2"},
	{"values-that-become-one", COURSES("value sisSchoolCourseStudent \"{unit}\""), PUPIL,
	 NE " sisSchoolCourseStudent", "answered@2; sisSchoolCourseStudent=given@2[12345678]"},
	{"only-looks-at-the-value-as-it-was",
	 "service NE is \"" NE "\" { value sisSchoolCourseStudent \"{unit}/{group}\" }\n"
	 "release \"A\" { to service NE; for student; give sisSchoolCourseStudent only kind class; " BECAUSE,
	 PUPIL, NE " sisSchoolCourseStudent",
	 "answered@2; sisSchoolCourseStudent=given-part@2[12345678/9A]"},
	{"lower-case", LINES("lower-case mail; lower-case sn"), "student mail=A.B@Y sn=ÅSLÖF",
	 NE " mail sn", "answered@2; sn=given@2[åslöf]; mail=given@2[a.b@y]"},
	{"lower-case-of-the-subject", LINES("lower-case mail; subject from mail"),
	 "student mail=A@Y", NE, "answered@2 as mail; sn=not-asked@2; mail=given-subject@2[a@y]"},
	{"lower-case-before-the-form",
	 COURSES("lower-case sisSchoolCourseStudent; value sisSchoolCourseStudent \"{group}+{value}\""),
	 "student sisSchoolCourseStudent=12345678/9A", NE " sisSchoolCourseStudent",
	 "answered@2; sisSchoolCourseStudent=given@2[9a+12345678/9a]"},
	{"values-that-become-one-in-lower-case", LINES("lower-case mail"),
	 "student mail=a@y mail=A@Y", NE " mail", "answered@2; sn=not-asked@2; mail=given@2[a@y]"},
	{"a-form-that-is-too-long", COURSES("value sisSchoolCourseStudent \"" TEN("{value}") "\""),
	 "student sisSchoolCourseStudent=12345678/abcdefghijklmnopqrstuvwxyz",
	 NE " sisSchoolCourseStudent", "answered@2; sisSchoolCourseStudent=bad-value@2"},

	/* What a service cannot take. */
	{"guard-ascii", LINES("guard ascii"), "student mail=a@y sn=Åslöf", NE " mail sn",
	 "answered@2; sn=not-ascii@2; mail=given@2[a@y]"},
	{"guard-ascii-of-one-value", LINES("guard ascii"), "student mail=a@y sn=Ek sn=Åslöf",
	 NE " mail sn", "answered@2; sn=given-part@2[Ek]; mail=given@2[a@y]"},
	{"guard-ascii-of-the-subject", LINES("guard ascii; subject from sn"), "student sn=Åslöf",
	 NE, "refused-subject as sn; sn=not-ascii@2; mail=not-asked@2"},
	{"guard-ascii-of-a-value-that-does-not-leave",
	 "service NE is \"" NE "\" { guard ascii }\n"
	 "release \"A\" { to service NE; for student; give sn only \"Ek\"; " BECAUSE,
	 "student sn=Ek sn=Åslöf", NE " sn", "answered@2; sn=given-part@2[Ek]"},
	/* 33 bytes: urn:oid:0.9.2342.19200300.100.1.3 */
	{"guard-size", LINES("guard size 36 bytes"), "student mail=a@y", NE " mail",
	 "answered@2; sn=not-asked@2; mail=given@2[a@y]"},
	{"guard-size-passed-by-one", LINES("guard size 35 bytes"), "student mail=a@y", NE " mail",
	 "refused-too-big; sn=not-asked@2; mail=answer-refused@2"},
	{"guard-size-of-a-new-name", LINES("guard size 7 bytes; rename mail to \"Mail\""),
	 "student mail=a@y", NE " mail", "answered@2; sn=not-asked@2; mail=given@2[a@y]>Mail"},
	{"guard-size-of-the-subject", LINES("guard size 3 bytes; subject from mail"),
	 "student mail=a@y", NE, "answered@2 as mail; sn=not-asked@2; mail=given-subject@2[a@y]"},
	{"guard-size-of-the-subject-too",
	 LINES("guard size 38 bytes; subject from mail also attribute"), "student mail=a@y", NE,
	 "refused-too-big as mail; sn=not-asked@2; mail=answer-refused@2"},

	/* Several blocks. */
	{"lines-of-every-block",
	 "service NE is \"" NE "\" { lower-case mail }\nservice NE { rename mail to \"Mail\" }\n"
	 "service \"" NE "\" { needs mail }\n"
	 "release \"A\" { to service NE; for student; give mail; " BECAUSE,
	 "student mail=A@Y", NE " mail", "answered@4; mail=given@4[a@y]>Mail"},
};

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
		g_assert_true(subject.attribute == decision->subject.attribute);
		g_assert_cmpstr(subject.format, ==, decision->subject.format);
		g_assert_true(subject.also_attribute == decision->subject.also_attribute);
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

/* Every line about a service is shown, whatever block it stands in. */
static void test_deviations(void)
{
	static const struct {
		const char *text;
		unsigned line;
	} lines[] = {
		{"asks mail required, sn", 2},
		{"needs mail or sn of student", 3},
		{"rename mail to \"a \\\"b\\\"\"", 4},
		{"sign both", 5},
		{"encrypt never", 7},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy =
		fixture_load("service NE is \"" NE
			     "\" {\n asks mail required ,\tsn\nneeds mail\nor sn  of student;"
			     " rename mail to \"a \\\"b\\\"\"\n sign both }\n"
			     "service \"https://other.example\" { sign both }\n"
			     "service \"" NE "\" { encrypt never }",
			     NULL, 0, &error);
	g_autoptr(GArray) deviations = NULL, none = NULL;

	g_assert_no_error(error);
	deviations = policy_deviations(policy, PROTOCOL_SAML, NE);
	none = policy_deviations(policy, PROTOCOL_OIDC, NE);
	g_assert_cmpuint(none->len, ==, 0);
	g_assert_cmpuint(deviations->len, ==, G_N_ELEMENTS(lines));
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		const PolicyDeviation *deviation = &g_array_index(deviations, PolicyDeviation, i);

		g_assert_cmpstr(deviation->text, ==, lines[i].text);
		g_assert_cmpstr(deviation->file, ==, "t.policy");
		g_assert_cmpuint(deviation->line, ==, lines[i].line);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	decide_add("/policy/decide/line", cases, G_N_ELEMENTS(cases));
	g_test_add_func("/policy/subject", test_subject);
	g_test_add_func("/policy/deviations", test_deviations);
	return g_test_run();
}
