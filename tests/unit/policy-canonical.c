/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What two approve: the text of a release that every edit changes, and no rewriting does. */
#include "tests/unit/policy-decide.h"

/* What is approved is what stands there and what its names mean, not how it is written. */
static void test_canonical(void)
{
	static const char head[] =
		"tag t { \"https://b\", NE }\nservice NE is client \"m\", \"" NE "\"\n";
	static const char first[] =
		"release \"A \\\"[2]\\\"\" { to service NE, tag t except service \"https://c\" # c\n"
		"for protected  student,\nstaff; give mail only beginning \"a\" and \"b\", sn, pairwise-id\n"
		"approved by two; silent; until 2027-06-30; because en \"x\"; because \"y\" }";
	static const char again[] =
		"release \"A \\\"[2]\\\"\" {\nbecause \"y\"\nsilent\nbecause en \"x\"\n"
		"until 2027-06-30\ngive mail only beginning \"a\"\nand \"b\", sn, pairwise-id\napproved by two\n"
		"for protected student, staff\nto service NE, tag t\nexcept service \"https://c\" }";
	static const char want[] = "release \"A \\\"[2]\\\"\"\n"
				   "approved by two\n"
				   "because \"y\"\n"
				   "because en \"x\"\n"
				   "for protected student, staff\n"
				   "give mail only beginning \"a\" and \"b\", sn, pairwise-id\n"
				   "silent\n"
				   "to service NE, tag t except service \"https://c\"\n"
				   "until 2027-06-30\n"
				   "service NE is \"" NE "\", client \"m\"\n"
				   "tag t is \"https://b\", \"" NE "\", client \"m\"\n";
	const char *const texts[] = {first, again};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *text = g_strconcat(head, texts[i], NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);
		g_autoptr(GArray) approvals = NULL;
		const PolicyApproval *approval;

		g_assert_no_error(error);
		approvals = policy_approvals(policy);
		g_assert_cmpuint(approvals->len, ==, 1);
		approval = &g_array_index(approvals, PolicyApproval, 0);
		g_assert_cmpstr(approval->canonical, ==, want);
		g_assert_cmpstr(policy_rule_canonical(policy, "A \"[2]\""), ==, want);
		g_assert_cmpstr(approval->title, ==, "A \"[2]\"");
		g_assert_cmpstr(approval->file, ==, "t.policy");
		g_assert_cmpuint(approval->line, ==, 3);
		g_assert_cmpuint(approval->approvers, ==, 2);
		g_assert_null(policy_rule_canonical(policy, "B"));
	}
}

/* Any edit gives another text: of a clause, of the title, and of what a name stands for. */
static void test_canonical_differs(void)
{
	static const char *const texts[] = {
		"service NE is \"" NE "\"\nrelease \"A\" { to service NE; for student; give mail; "
		"approved by two; " BECAUSE,
		"service NE is \"" NE "\"\nrelease \"B\" { to service NE; for student; give mail; "
		"approved by two; " BECAUSE,
		"service NE is \"" NE "\"\nrelease \"A\" { to service NE; for student; give sn; "
		"approved by two; " BECAUSE,
		"service NE is \"" NE "\"\nrelease \"A\" { to service NE; for student; give mail; "
		"approved by two; until 2027-01-01; " BECAUSE,
		"service NE is \"" NE "\"\nrelease \"A\" { to service \"" NE
		"\"; for student; give mail; approved by two; " BECAUSE,
		"service NE is \"https://evil.example\"\nrelease \"A\" { to service NE; for "
		"student; give mail; approved by two; " BECAUSE,
		"service NE is \"" NE
		"\", \"https://evil.example\"\nrelease \"A\" { to service NE; "
		"for student; give mail; approved by two; " BECAUSE,
	};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(texts[i], NULL, 0, &error);
		g_autoptr(GArray) approvals = NULL;

		g_assert_no_error(error);
		approvals = policy_approvals(policy);
		g_assert_true(g_hash_table_add(
			seen, g_strdup(g_array_index(approvals, PolicyApproval, 0).canonical)));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/canonical/same", test_canonical);
	g_test_add_func("/policy/canonical/differs", test_canonical_differs);
	return g_test_run();
}
