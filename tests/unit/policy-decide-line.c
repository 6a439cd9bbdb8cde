/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The decision: what the lines of a service make of it. */
#include "tests/unit/policy-decide.h"

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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	decide_add("/policy/decide/line", cases, G_N_ELEMENTS(cases));
	g_test_add_func("/policy/subject", test_subject);
	return g_test_run();
}
