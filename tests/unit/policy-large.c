/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* As many rules as there may be, in as many files as they need, are loaded in a moment. */
#include "tests/unit/policy-fixture.h"

#include <time.h>

#define FILES 8
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRIES 1 /* where time is not measured */
#else
#define TRIES 7 /* a machine that does other things is not its fault */
#endif
#define LOAD_MAX 4 /* times what counting the words of the same files takes: it takes two */

/* Of ten rules six are releases, one a never, two services and one an expectation. */
static void append_ten(GString *text, unsigned n)
{
	g_string_append_printf(text,
			       "service S%u is \"https://s%u.example/saml\" {\n"
			       "    asks mail required, givenName, sn\n"
			       "    rename mail to \"urn:x:mail\"\n"
			       "    needs mail of staff\n}\n"
			       "service \"https://t%u.example/saml\" { asks mail; sign both }\n",
			       n, n, n);
	for (unsigned i = 0; i < 6; i++)
		g_string_append_printf(
			text,
			"release \"Läromedel %u.%u\" {\n"
			"    to      service S%u, service \"https://t%u.example/saml\"\n"
			"    for     student in grade 7-9 at unit \"1234%u\", teacher except "
			"staff in group vikarier\n"
			"    give    mail, givenName, sn if required, eduPersonScopedAffiliation "
			"only \"student\" or \"faculty\"\n"
			"    because \"Undervisning\"; because en \"Teaching\"\n"
			"    basis   \"6.1 e\"; agreement \"PUB %u\" until 2028-06-30\n}\n",
			n, i, n, n, n, n);
	g_string_append_printf(text,
			       "never \"Stopp %u\" { to service S%u; for guardian; give any name; "
			       "because \"Ej lärare\" }\n"
			       "expect guardian at S%u is refused\n",
			       n, n, n);
}

static double load_once(const PolicySource *sources, const PolicyContext *context)
{
	g_autoptr(GError) error = NULL;
	clock_t start = clock(), end;
	g_autoptr(Policy) policy = policy_load(sources, FILES, context, &error);

	end = clock();
	g_assert_no_error(error);
	return (double)(end - start) * 1000 / CLOCKS_PER_SEC;
}

/* What the machine at hand takes for work of the same kind: texts, tables and many small pieces of
 * memory. */
static double count_words(const PolicySource *sources)
{
	clock_t start = clock();

	for (unsigned i = 0; i < FILES; i++) {
		g_auto(GStrv) words = g_strsplit_set(sources[i].bytes, " \n", -1);
		g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);

		for (char **word = words; *word; word++)
			g_hash_table_add(counts, *word);
		g_assert_cmpuint(g_hash_table_size(counts), >, 1000);
	}
	return (double)(clock() - start) * 1000 / CLOCKS_PER_SEC;
}

static void test_ten_thousand(void)
{
	PolicySource sources[FILES];
	char *names[FILES];
	GString *texts[FILES];
	PolicyContext context = {
		.scopes = fixture_scopes, .today = FIXTURE_TODAY, .groups = fixture_groups};
	double best = G_MAXDOUBLE, words = G_MAXDOUBLE;

	for (unsigned i = 0; i < FILES; i++) {
		texts[i] = g_string_new("policy 1\n");
		names[i] = g_strdup_printf("%u.policy", i);
	}
	for (unsigned n = 0; n < POLICY_RULES_MAX / 10; n++)
		append_ten(texts[n % FILES], n);
	for (unsigned i = 0; i < FILES; i++)
		sources[i] = (PolicySource){names[i], texts[i]->str, texts[i]->len};
	for (unsigned i = 0; i < TRIES; i++) {
		words = MIN(words, count_words(sources));
		best = MIN(best, load_once(sources, &context));
	}
	g_test_minimized_result(best, "10,000 rules load in %.1f ms of CPU, %.1f times their words",
				best, best / words);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	g_assert_cmpfloat(best / words, <, LOAD_MAX);
#endif
	for (unsigned i = 0; i < FILES; i++) {
		g_string_free(texts[i], TRUE);
		g_free(names[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/large/ten-thousand-rules", test_ten_thousand);
	return g_test_run();
}
