/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Other systems, and people, have other words: what was meant is guessed. */
#include "tests/unit/policy-cases.h"

static const Case cases[] = {
	{"target-text", "\n" SAYS "to \"https://ne\"; " REST, "\"https://ne\"",
	 "expected whom: 'service', 'client', 'tag', 'category', 'registered-by', 'federation', "
	 "'protocol' or 'any', not \"https://ne\"; did you mean 'service \"…\"'?"},
	{"attribute-claim", "\n" SAYS TO FOR "give family_name; " BECAUSE, "family_name",
	 "no attribute is called 'family_name'; did you mean 'sn'?"},
	{"people-in-swedish", "\n" SAYS TO "for elever; " GIVE BECAUSE, "elever",
	 "expected for whom: 'student', 'teacher', 'staff', 'guardian' or 'everyone', not "
	 "'elever'; did you mean 'student'?"},
	{"people-all", "\n" SAYS TO "for Alla; " GIVE BECAUSE, "Alla",
	 "expected for whom: 'student', 'teacher', 'staff', 'guardian' or 'everyone', not "
	 "'Alla'; did you mean 'everyone'?"},
	{"rule-of-others", "\ndeny \"X\" { " WHOLE, "deny",
	 "expected a rule ('release', 'never', 'service', 'tag' or 'expect'), not 'deny'; "
	 "did you mean 'never'?"},
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	cases_add("/policy/guess", cases, G_N_ELEMENTS(cases));
	return g_test_run();
}
