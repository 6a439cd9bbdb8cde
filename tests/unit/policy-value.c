/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a value may be: bytes, characters, form and scope. */
#include "tests/unit/policy-fixture.h"

static void test_values(void)
{
	static const struct {
		const char *name, *value;
		ValueFault fault;
	} values[] = {
		{"sn", "\xff", VALUE_NOT_UTF8},
		{"sn", "E\xc3", VALUE_NOT_UTF8},
		{"sn", "\xed\xa0\x80", VALUE_NOT_UTF8},
		{"sn", "E\nk", VALUE_CONTROL},
		{"sn", "E\x7fk", VALUE_CONTROL},
		{"sn", "\xc2\x85", VALUE_CONTROL},
		{"sn", "\xef\xbf\xbe", VALUE_CONTROL},
		{"sn", "\xc3\x85sa \xe5\xb1\xb1", VALUE_GOOD},
		{"eduPersonPrincipalName", "a b@skola.example", VALUE_SPACE},
		{"eduPersonPrincipalName", "a\xc2\xa0@skola.example", VALUE_SPACE},
		{"eduPersonPrincipalName", "a@", VALUE_NOT_SCOPED},
		{"eduPersonPrincipalName", "a@skola.example\xff", VALUE_NOT_UTF8},
		{"eduPersonPrincipalName", "a@skola.example.", VALUE_FOREIGN_SCOPE},
		{"pairwise-id", "-a@skola.example", VALUE_NOT_ID},
		{"pairwise-id", "a_b@skola.example", VALUE_NOT_ID},
	};
	g_autofree char *long_value = g_strnfill((gsize)2 * POLICY_VALUE_MAX, 'x');
	g_autofree char *long_id = g_strnfill(200, 'x');

	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		ValueFault fault = value_judge(fixture_attribute(values[i].name), values[i].value,
					       fixture_scopes);

		g_assert_cmpint(fault, ==, values[i].fault);
	}
	/* characters are counted, not bytes */
	for (size_t i = 0; i < POLICY_VALUE_MAX; i++)
		memcpy(long_value + 2 * i, "å", 2);
	g_assert_cmpint(value_judge(fixture_attribute("sn"), long_value, fixture_scopes), ==,
			VALUE_GOOD);
	memset(long_value, 'x', POLICY_VALUE_MAX + 1);
	long_value[POLICY_VALUE_MAX + 1] = '\0';
	g_assert_cmpint(value_judge(fixture_attribute("sn"), long_value, fixture_scopes), ==,
			VALUE_TOO_LONG);
	memcpy(long_id + 128, "@skola.example", strlen("@skola.example") + 1);
	g_assert_cmpint(value_judge(fixture_attribute("pairwise-id"), long_id, fixture_scopes), ==,
			VALUE_NOT_ID);
	g_assert_cmpint(value_judge(fixture_attribute("pairwise-id"), long_id + 1, fixture_scopes),
			==, VALUE_GOOD);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/values", test_values);
	return g_test_run();
}
