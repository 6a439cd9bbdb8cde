/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lines of a service that cannot stand: alone, beside each other, or about that service. */
#include "tests/unit/policy-lines.h"

static void test_allowed(void)
{
	static const char *const texts[] = {
		BLOCK("asks mail required, sn; needs mail or sn; needs sn of student in grade 1, staff;"
		      "demand eid2 of staff; demand two-factor of everyone in group rektorer;"
		      "signal eid2 as \"urn:a\"; signal eid3 as \"urn:a\";"
		      "rename mail to \"http://x/mail\"; rename sn to \"Last Name\" without format in "
		      "saml; rename sn to \"last\" in oidc; rename uid to \"urn:oid:"
		      "0.9.2342.19200300.100.1.1\"; rename displayName to \"name\";"
		      "value sisSchoolCourseStudent \"{unit}/{group}\"; value mail \"{value}\";"
		      "lower-case mail; lower-case sn; guard ascii; guard size 2048 bytes;"
		      "issuer \"https://idp.skola.example/x\"; scope \"skola.example\";"
		      "start \"https://x/start\"; sign assertion; encrypt when-possible; requests "
		      "unsigned"),
		BLOCKS("sign both; guard ascii; rename mail to \"a\"; value sn \"{value}\"; signal eid2 "
		       "as \"urn:a\"; lower-case sn; subject pairwise; asks pairwise-id",
		       "sign both; guard ascii; rename mail to \"a\"; value sn \"{value}\"; signal eid2 "
		       "as \"urn:a\"; lower-case sn; subject pairwise; needs sn; demand eid2 of staff") //
		"\nrelease \"X\" { to service \"x\"; for everyone; give pairwise-id; because \"x\" }",
		BLOCKS("rename mail to \"a\" in saml", "rename sn to \"a\" in oidc"),
		"\nservice M is client \"m\", \"urn:m\" { sign both; encrypt never }",
		"\nservice \"x\" { }\nservice client \"y\" { scope \"skola.example\" }\nservice \"x\" { "
		"scope \"edu.sollunda.example\" }",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(texts[i], NULL, 0, &error);

		g_assert_no_error(error);
	}
}

/* An entityID has at most 1024 characters. */
static void test_long_issuer(void)
{
	g_autofree char *fits = g_strnfill(1020, 'a'), *long_one = g_strnfill(1021, 'a');
	g_autofree char *good = g_strdup_printf(BLOCK("issuer \"urn:%s\""), fits);
	g_autofree char *bad = g_strdup_printf(BLOCK("issuer \"urn:%s\""), long_one);
	g_autoptr(Policy) policy = fixture_load(good, NULL, 0, NULL);
	g_autoptr(Policy) none = fixture_load(bad, NULL, 0, NULL);

	g_assert_nonnull(policy);
	g_assert_null(none);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	cases_add("/policy/lines", lines, G_N_ELEMENTS(lines));
	g_test_add_func("/policy/lines/allowed", test_allowed);
	g_test_add_func("/policy/lines/long-issuer", test_long_issuer);
	return g_test_run();
}
