/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Policies made to keep a load busy: each is loaded or refused within a moment, and says why. */
#include "tests/unit/policy-effort.h"

#include <time.h>

#include "policy/diff.h"
#include "policy/who.h"

#define LOAD_MAX 4.0 /* seconds of CPU in an ordinary build: the worst of them takes one */

static double load(const char *text, Policy **ret_policy, GError **error)
{
	clock_t start = clock();

	*ret_policy = fixture_load(text, NULL, 0, error);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void test_load(gconstpointer data)
{
	const Load *c = data;
	g_autoptr(GString) text = g_string_new("\n");
	g_autoptr(Policy) policy = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *got = NULL;
	double seconds;

	c->make(text);
	seconds = load(text->str, &policy, &error);
	g_assert_true((c->want == NULL) == (policy != NULL));
	got = error ? cases_message(error) : NULL;
	g_assert_cmpstr(got, ==, c->want);
	g_test_message("%.2f s of CPU", seconds);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	g_assert_cmpfloat(seconds, <, LOAD_MAX);
#endif
}

/* Whoever gets no more warnings for want of work is told so. */
static void test_unfinished(void)
{
	g_autoptr(GString) text = g_string_new("\n");
	g_autoptr(Policy) policy = NULL;
	bool told = false;

	make_pairs(text);
	load(text->str, &policy, NULL);
	g_assert_nonnull(policy);
	for (guint i = 0; i < policy_warnings(policy)->len; i++)
		told = told || strcmp(policy_warnings(policy)->pdata[i],
				      "t.policy:1:1: this policy says so much that not all "
				      "warnings could be looked for") == 0;
	g_assert_true(told);
	g_assert_cmpuint(policy_warnings(policy)->len, <, 50000);
}

/* Each of many releases is looked at on each of many days. */
static Policy *load_days(const char *gives)
{
	g_autoptr(GString) text = g_string_new("\n");
	g_autoptr(Policy) policy = NULL;
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; i < 500; i++)
		g_string_append_printf(
			text,
			"release \"R%u\" { to any; for student at unit \"%u\"; give %s; "
			"until %u-%02u-%02u" END,
			i, 10000000 + i, gives, 2027 + i / 336, 1 + i / 28 % 12, 1 + i % 28);
	load(text->str, &policy, &error);
	g_assert_no_error(error);
	return g_steal_pointer(&policy);
}

/* What is too much to compare is taken for wider. */
static void test_diff(void)
{
	const PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};
	g_autoptr(Policy) old = load_days("mail"), new = load_days("mail, sn");
	clock_t start = clock();
	g_autoptr(GPtrArray) entries = policy_diff(old, new, &context);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	bool told = false;

	for (guint i = 0; i < entries->len; i++)
		told = told || ((DiffEntry *)entries->pdata[i])->way == DIFF_MAY_WIDEN;
	g_assert_true(told);
	g_test_message("%.2f s of CPU", seconds);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	g_assert_cmpfloat(seconds, <, 3 * LOAD_MAX);
#endif
}

/* Many releases, each for many choices of units, who are looked for in many nevers. */
static Policy *load_choices(void)
{
	g_autoptr(GString) text = g_string_new("\n");
	g_autoptr(Policy) policy = NULL;
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; i < 400; i++) {
		g_string_append_printf(text, "release \"R%u\" { to any; for student", i);
		for (unsigned j = 0; j < 3; j++)
			for (unsigned k = 0; k < 10; k++)
				g_string_append_printf(text, "%s \"%u\"", k ? " or" : " at unit",
						       10000000 + 10 * (3 * i + j) + k);
		g_string_append_printf(text,
				       "; give mail only \"%u\"" END
				       "never \"N%u\" { for teacher in group vikarier; give mail "
				       "only \"%u\"; because \"x\" }\n",
				       i, i, i);
	}
	load(text->str, &policy, &error);
	g_assert_no_error(error);
	return g_steal_pointer(&policy);
}

/* Whom something is given to, or who is let in, is told whole or not at all. */
static void assert_too_much(const Policy *policy, const PolicyContext *context,
			    const Attribute *attribute, const char *want)
{
	g_autoptr(GError) error = NULL;
	clock_t start = clock();
	g_autoptr(GPtrArray) entries = policy_who(policy, context, attribute, &error);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;

	g_assert_null(entries);
	g_assert_error(error, POLICY_ERROR, POLICY_ERROR_MEANING);
	g_assert_cmpstr(error->message, ==, want);
	g_test_message("%.2f s of CPU", seconds);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	g_assert_cmpfloat(seconds, <, 2 * LOAD_MAX);
#endif
}

static void test_who(void)
{
	const PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};
	g_autoptr(Policy) policy = load_choices();
	g_autoptr(GPtrArray) entries = NULL;
	g_autoptr(GError) error = NULL;

	assert_too_much(policy, &context, fixture_attribute("mail"),
			"it takes too much work to find who can get mail; use fewer groups and "
			"units in the rules that give it or take it");
	assert_too_much(policy, &context, NULL,
			"it takes too much work to find who can be let in; use fewer groups and "
			"units in the rules that let them in");
	entries = policy_who(policy, &context, fixture_attribute("sn"), &error);
	g_assert_no_error(error);
	g_assert_cmpuint(entries->len, ==, 0);
}

/* Open releases beside a never that excepts more services than are imagined at them. */
static void test_who_short(void)
{
	const PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};
	g_autoptr(GString) text = g_string_new("tag T {");
	g_autoptr(Policy) policy = NULL;
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; i < 10000; i++)
		g_string_append_printf(text, "%s \"https://s%u.example\"", i ? ",\n" : "", i);
	g_string_append(
		text, " }\n"
		      "never \"N\" { to any except tag T; for student; give mail; because \"N\" }\n"
		      "release \"A\" { to any; for student; give mail; silent; because \"A\" }\n"
		      "release \"B\" { to any; for staff; give mail; silent; because \"B\" }\n");
	policy = fixture_load(text->str, NULL, 0, &error);
	g_assert_no_error(error);
	assert_too_much(policy, &context, fixture_attribute("mail"),
			"it takes too much work to find who can get mail; except fewer services in "
			"the nevers, or release to services by name");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
		g_autofree char *path = g_strconcat("/policy/effort/", loads[i].name, NULL);

		g_test_add_data_func(path, &loads[i], test_load);
	}
	g_test_add_func("/policy/effort/diff", test_diff);
	g_test_add_func("/policy/effort/unfinished", test_unfinished);
	g_test_add_func("/policy/effort/who", test_who);
	g_test_add_func("/policy/effort/who-short", test_who_short);
	return g_test_run();
}
