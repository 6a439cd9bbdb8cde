/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/fault.h"

static void test_table(void)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (int code = FAULT_NONE; code < FAULT_COUNT; code++) {
		const Fault *fault = fault_row((FaultCode)code);
		g_assert_cmpint((int)fault->code, ==, code);
		g_assert_true(g_hash_table_insert(names, g_strdup(fault->name), NULL));
		g_assert_true(fault->saml || !fault->saml_second);
		g_assert_cmpint(fault->log & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL), ==, 0);
		if (code != FAULT_NONE && code != FAULT_SERVICE_ERROR)
			g_assert_cmpuint(fault->http, >=, 400);
		if (fault->http == 503)
			g_assert_true(fault->try_again);
	}
}

static void test_of(void)
{
	g_autoptr(GError) ours =
		g_error_new_literal(FAULT_ERROR, FAULT_DIRECTORY_DOWN, "no directory answers");
	g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_IO, "disk");
	g_autoptr(GError) outside = g_error_new_literal(FAULT_ERROR, 9999, "no such code");
	g_assert_cmpint((int)fault_of(ours)->code, ==, FAULT_DIRECTORY_DOWN);
	g_assert_cmpint((int)fault_of(foreign)->code, ==, FAULT_INTERNAL);
	g_assert_cmpint((int)fault_of(outside)->code, ==, FAULT_INTERNAL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fault/table", test_table);
	g_test_add_func("/fault/of", test_of);
	return g_test_run();
}
