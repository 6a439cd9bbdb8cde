/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Expectations and warnings: what is proved when a policy is loaded, and what is remarked on. */
#include "tests/unit/policy-expect.h"

static void test_expect(gconstpointer data)
{
	const Promise *c = data;
	g_autoptr(GPtrArray) services = fixture_services(c->services);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(c->text, (const Service *const *)services->pdata,
						services->len, &error);
	g_auto(GStrv) lines = NULL;
	g_autofree char *want = g_strconcat("t.policy:", c->want, NULL);

	if (!c->want) {
		g_assert_no_error(error);
		g_assert_nonnull(policy);
		return;
	}
	g_assert_null(policy);
	lines = g_strsplit(error->message, "\n", 2);
	g_assert_cmpstr(lines[0], ==, want);
}

/* An expectation that fails is told apart from a broken file. */
static void test_code(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy =
		fixture_load(BASE "expect student at DNP is refused", NULL, 0, &error);

	g_assert_null(policy);
	g_assert_error(error, POLICY_ERROR, POLICY_ERROR_EXPECT);
}

/* Where the school owns no domain no scoped value can leave, and no promise of one holds. */
static void test_no_scopes(void)
{
	static const char text[] =
		"policy 1\n" BASE "expect student at DNP gets eduPersonPrincipalName";
	static const char *const none[] = {NULL};
	PolicySource source = {"t.policy", text, sizeof text - 1};
	PolicyContext context = {none, FIXTURE_TODAY, NULL, 0};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

	g_assert_null(policy);
	g_assert_error(error, POLICY_ERROR, POLICY_ERROR_EXPECT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(promises); i++) {
		g_autofree char *path = g_strconcat("/policy/expect/", promises[i].name, NULL);

		g_test_add_data_func(path, &promises[i], test_expect);
	}
	g_test_add_func("/policy/expect-code", test_code);
	g_test_add_func("/policy/expect-no-scopes", test_no_scopes);
	return g_test_run();
}
