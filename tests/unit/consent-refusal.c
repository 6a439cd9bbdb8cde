/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Why somebody is refused, as pages and the log tell it. */
#include "idp/choice/consent.h"
#include "tests/unit/policy-fixture.h"

#define BOK "https://bok.example/sp"

/* Nobody is known for protected by what the log says beside a no. */
static void test_refusal(void)
{
	static const struct {
		const char *person;
		bool answered, declined;
		const char *want;
	} cases[] = {
		{"student mail=a@y", true, true, "refused-declined"},
		{"student protected mail=a@y", true, true, "refused-declined"},
		{"student mail=a@y", true, false, "refused-declined"},
		{"student protected mail=a@y", true, false, "refused-no-rule"},
		{"staff mail=a@y", false, false, "refused-no-rule"},
		{"teacher mail=a@y", true, true, "refused-missing"},
	};
	static const PersonAnswer no[] = {{"A [2]", false, 20261101}};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(
		"service Bok is \"" BOK "\" { asks mail; needs sn of teacher }"
		"\nrelease \"A [2]\" { to service Bok; for student, teacher, protected "
		"student; give mail; ask; approved by two; because \"x\" }"
		"\nrelease \"B\" { to service Bok; for teacher; give login; because "
		"\"x\" }",
		NULL, 0, &error);
	g_autoptr(Service) service = fixture_service(BOK);

	g_assert_no_error(error);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Person) person = fixture_person(cases[i].person);
		const Circumstances now = {
			.today = FIXTURE_TODAY, .answers = no, .n_answers = cases[i].answered};
		g_autoptr(Decision) decision = policy_decide(policy, person, service, &now);

		g_assert_cmpstr(reason_code_name(consent_refusal(decision, cases[i].declined)), ==,
				cases[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/consent/refusal", test_refusal);
	return g_test_run();
}
