/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Warnings: what is remarked on when a policy is loaded. */
#include "tests/unit/policy-warn.h"

static void test_remark(gconstpointer data)
{
	const Remark *remark = data;
	g_autoptr(GPtrArray) services = fixture_services(remark->services);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(
		remark->text, (const Service *const *)services->pdata, services->len, &error);
	g_autofree char *got = NULL;

	g_assert_no_error(error);
	got = remarks_on(policy);
	g_assert_cmpstr(got, ==, remark->want);
}

static void test_supports(void)
{
	g_autoptr(Policy) policy = remark_supports("en");
	g_autofree char *got = remarks_on(policy);

	g_assert_cmpstr(got, ==,
			"1:1: our metadata supports research-and-scholarship, but no release gives "
			"its bundle to staff and students");
}

static void test_census(void)
{
	g_autofree char *got = remark_census("en");

	g_assert_cmpstr(got, ==,
			"t.policy:1:42: group 'rektorer' is empty or unreadable|"
			"t.policy:2:51: unit 23456789 is nobody's|"
			"t.policy:2:121: nobody in the directory has attribute uid|"
			"t.policy:3:27: no student in the directory has a school year that can be "
			"read");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(remarks); i++) {
		g_autofree char *path = g_strconcat("/policy/warn/", remarks[i].name, NULL);

		g_test_add_data_func(path, &remarks[i], test_remark);
	}
	g_test_add_func("/policy/warn-supports", test_supports);
	g_test_add_func("/policy/census", test_census);
	return g_test_run();
}
