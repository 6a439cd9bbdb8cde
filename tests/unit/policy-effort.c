/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Policies made to keep a load busy: each is loaded or refused within a moment, and says why. */
#include "policy/diff.h"
#include "policy/who.h"
#include "tests/unit/policy-fixture.h"

#include <time.h>

#define LOAD_MAX 4.0 /* seconds of CPU in an ordinary build: the worst of them takes one */

#define S_ASKS "service S is \"https://s.example/\" { asks mail required, sn }\n"
#define END    "; because \"x\"; basis \"6.1 e\" }\n"

typedef struct {
	const char *name;
	void (*make)(GString *text);
	const char *want; /* in the error; NULL: it loads */
	const char *swedish;
} Case;

/* Every combination of nevers is a person of its own, who is asked about what is left. */
static void make_nevers(GString *text)
{
	g_string_append(text, S_ASKS "release \"R\" { to service S; for student; ask; give mail; "
				     "because \"x\"; basis \"6.1 a\" }\n");
	for (unsigned i = 0; i < 200; i++)
		g_string_append_printf(text,
				       "never \"N%u\" { to service S; for student at unit \"%u\"; "
				       "give mail only \"%u\"; because \"x\" }\n",
				       i, 10000000 + i, i);
	g_string_append(text, "expect student at S is asked\n");
}

/* The same, but that the nevers take nothing of what is given. */
static void make_others(GString *text)
{
	g_string_append(text, S_ASKS "release \"R\" { to service S; for student; give mail" END);
	for (unsigned i = 0; i < 200; i++)
		g_string_append_printf(text,
				       "never \"N%u\" { to service S; for student at unit \"%u\"; "
				       "give any personal-number; because \"x\" }\n",
				       i, 10000000 + i);
	g_string_append(text, "expect student at S gets mail\n");
}

/* Every choice of a unit in each condition is a person of its own. */
static void make_choices(GString *text)
{
	g_string_append(text, S_ASKS "release \"R\" { to service S; for student");
	for (unsigned i = 0; i < 15; i++)
		for (unsigned j = 0; j < 4; j++)
			g_string_append_printf(text, "%s \"%u\"", j ? " or" : " at unit",
					       10000000 + 4 * i + j);
	g_string_append(text, " except student in group vikarier; give mail" END);
}

/* Each of many services is named by each of many rules. */
static void make_tags(GString *text)
{
	g_string_append(text, "tag t { \"https://x\"");
	for (unsigned i = 0; i < 10000; i++)
		g_string_append_printf(text, ",\n\"https://x%u\"", i);
	g_string_append(text, " }\n");
	for (unsigned i = 0; i < 300; i++)
		g_string_append_printf(text,
				       "release \"R%u\" { to tag t; for student; give mail" END, i);
}

/* Each of two long lists of exceptions is compared with the other. */
static void make_exceptions(GString *text)
{
	g_string_append(text, "tag t { \"https://x\"");
	for (unsigned i = 0; i < 15000; i++)
		g_string_append_printf(text, ",\n\"https://x%u\"", i);
	g_string_append(text, " }\n");
	for (unsigned i = 0; i < 200; i++)
		g_string_append_printf(
			text, "release \"R%u\" { to any except tag t; for student; give mail" END,
			i);
}

/* Each of many releases that ask is compared with each that does not. */
static void make_pairs(GString *text)
{
	for (unsigned i = 0; i < 1500; i++)
		g_string_append_printf(
			text,
			"release \"A%u\" { to any; for staff; ask; "
			"give mail, sn, givenName; because \"x\"; basis \"6.1 a\" }\n"
			"release \"R%u\" { to any; for staff; "
			"give pairwise-id, mail" END,
			i, i);
}

/* Each of many expectations is about each of many services. */
static void make_expectations(GString *text)
{
	for (unsigned i = 0; i < 1000; i++)
		g_string_append_printf(text,
				       "release \"R%u\" { to service \"https://s%u\"; "
				       "for student in grade 7; give mail" END
				       "expect student in grade 6 at any never gets mail\n",
				       i, i);
}

/* Whoever is let in, in any number of groups, must be able to be answered. */
static void make_subject(GString *text)
{
	g_string_append(text, "service S is \"https://s.example/\" { asks mail, sn; subject from "
			      "mail }\nrelease \"R\" { to service S; for student; give sn" END);
	for (unsigned i = 0; i < 60; i++)
		g_string_append_printf(text,
				       "release \"R%u\" { to service S; for student at unit \"%u\" "
				       "at unit \"%u\"; give mail only \"a%u\"" END
				       "never \"N%u\" { to service S; for student at unit \"%u\"; "
				       "give mail; because \"x\" }\n",
				       i, 10000000 + i, 20000000 + i, i, i, 20000000 + i);
}

static const Case cases[] = {
	{"nevers", make_nevers, "this and the expectations before it take too much work to prove",
	 NULL},
	{"other-nevers", make_others, NULL, NULL},
	{"choices", make_choices,
	 "the groups and units of these people can be combined in more than 1000 ways, too many "
	 "to prove; divide it",
	 "personernas grupper och skolenheter kan kombineras på fler än 1000 sätt, för många att "
	 "bevisa; dela villkoret"},
	{"tags", make_tags,
	 "this target and those before it name so many services in so many rules that proving "
	 "them takes too much work; write one rule for all of them",
	 "denna mottagare och de före den nämner så många tjänster i så många regler att det är "
	 "för mycket arbete att bevisa dem; skriv en regel för alla"},
	{"subject", make_subject,
	 "it takes too much work to prove that whom these rules let in can be answered; use fewer "
	 "groups and units in the rules for the service",
	 "det är för mycket arbete att bevisa att de som reglerna släpper in kan få svar; använd "
	 "färre grupper och skolenheter i reglerna för tjänsten"},
	{"exceptions", make_exceptions, NULL, NULL},
	{"pairs", make_pairs, NULL, NULL},
	{"expectations", make_expectations, NULL, NULL},
};

static double load(const char *language, const char *text, Policy **ret_policy, GError **error)
{
	clock_t start = clock();

	*ret_policy = fixture_load_in(language, text, NULL, 0, error);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void assert_refused(const char *language, const char *text, const char *want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	load(language, text, &policy, &error);
	g_assert_null(policy);
	g_assert_nonnull(error);
	if (!strstr(error->message, want))
		g_error("%s", error->message);
}

static void test_case(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(GString) text = g_string_new("\n");
	g_autoptr(Policy) policy = NULL;
	g_autoptr(GError) error = NULL;
	double seconds;

	c->make(text);
	seconds = load(NULL, text->str, &policy, &error);
	if (c->want) {
		g_assert_null(policy);
		assert_refused(NULL, text->str, c->want);
	} else {
		g_assert_no_error(error);
	}
	if (c->swedish)
		assert_refused("sv", text->str, c->swedish);
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
	load(NULL, text->str, &policy, NULL);
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
	load(NULL, text->str, &policy, &error);
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
	load(NULL, text->str, &policy, &error);
	g_assert_no_error(error);
	return g_steal_pointer(&policy);
}

/* Who gets it is told whole, or not. */
static void test_who(void)
{
	const PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};
	g_autoptr(Policy) policy = load_choices();
	g_autoptr(GError) error = NULL, other = NULL;
	clock_t start = clock();
	g_autoptr(GPtrArray) entries =
		policy_who(policy, &context, fixture_attribute("mail"), &error);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;

	g_assert_null(entries);
	g_assert_error(error, POLICY_ERROR, POLICY_ERROR_MEANING);
	g_assert_cmpstr(error->message, ==,
			"it takes too much work to find who can get mail; use fewer groups and "
			"units in the rules that give it or take it");
	g_test_message("%.2f s of CPU", seconds);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	g_assert_cmpfloat(seconds, <, 2 * LOAD_MAX);
#endif
	entries = policy_who(policy, &context, fixture_attribute("sn"), &other);
	g_assert_no_error(other);
	g_assert_cmpuint(entries->len, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/policy/effort/", cases[i].name, NULL);

		g_test_add_data_func(path, &cases[i], test_case);
	}
	g_test_add_func("/policy/effort/diff", test_diff);
	g_test_add_func("/policy/effort/unfinished", test_unfinished);
	g_test_add_func("/policy/effort/who", test_who);
	return g_test_run();
}
