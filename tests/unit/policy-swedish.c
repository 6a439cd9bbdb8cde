/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Broken policies in Swedish: the texts as such, and what is said of a file as a whole. What is
 * said of rules stands in policy-swedish.tsv, and the tests that break them look there. */
#include "policy/swedish.h"
#include "tests/unit/policy-fixture.h"

/* "%s %u": what a format takes. Transfer full. */
static char *conversions(const char *format)
{
	GString *text = g_string_new(NULL);

	while ((format = strchr(format, '%'))) {
		size_t n = 1 + strspn(format + 1, "0123456789");

		g_string_append_len(text, format, (gssize)n + 1);
		g_string_append_c(text, ' ');
		format += n + 1;
	}
	return g_string_free(text, FALSE);
}

static void test_table(void)
{
	size_t n;
	const Swedish *table = swedish_table(&n);
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < n; i++) {
		g_autofree char *takes = conversions(table[i].english);
		g_autofree char *swedish = conversions(table[i].swedish);

		g_assert_cmpstr(swedish, ==, takes);
		g_assert_true(g_hash_table_add(told, (gpointer)(guintptr)table[i].english));
		g_assert_true(g_utf8_validate(table[i].swedish, -1, NULL));
		g_assert_true(swedish_of(table[i].english) == table[i].swedish);
	}
	g_assert_cmpuint(n, >, 100);
	g_assert_cmpstr(swedish_of("no such text"), ==, "no such text");
}

static void assert_told(const PolicySource *source, const char *huvudman, const char *want)
{
	PolicyContext context = {.scopes = fixture_scopes,
				 .today = FIXTURE_TODAY,
				 .huvudman = huvudman,
				 .language = "sv"};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(source, 1, &context, &error);
	g_autofree char *got = NULL;

	g_assert_null(policy);
	got = g_strndup(error->message, strcspn(error->message, "\n"));
	g_assert_cmpstr(got, ==, want);
}

static void test_files(void)
{
	static const struct {
		const char *text, *folder, *huvudman, *want;
	} files[] = {
		{"", NULL, NULL, "a.policy:1:1: en policyfil börjar med 'policy 1'"},
		{"policy", NULL, NULL,
		 "a.policy:1:7: här ska språkets version, 1, stå, inte radens slut"},
		{"policy 2", NULL, NULL,
		 "a.policy:1:8: den här versionen av Portvakt förstår policy 1, inte policy 2"},
		{"policy 1 huvudman", "norra", "norra",
		 "a.policy:1:18: här ska namnet på en huvudman stå, inte radens slut"},
		{"policy 1", "norra", "norra",
		 "a.policy:1:9: i mappen norra börjar en policyfil med 'policy 1 huvudman norra'"},
		{"policy 1 huvudman norra", "sodra", "sodra",
		 "a.policy:1:19: huvudman 'norra' i mappen sodra"},
		{"policy 1 huvudman norra", NULL, "norra",
		 "a.policy:1:19: huvudman 'norra' i allas mapp: flytta filen till mappen norra i "
		 "den"},
		{"policy 1 huvudman norra", NULL, NULL,
		 "a.policy:1:19: huvudman 'norra', men här finns en enda huvudman, utan namn: "
		 "skriv 'policy 1'"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		const PolicySource source = {"a.policy", files[i].text, strlen(files[i].text),
					     files[i].folder};

		assert_told(&source, files[i].huvudman, files[i].want);
	}
}

static void assert_text(const char *text, const char *want)
{
	const PolicySource source = {"a.policy", text, strlen(text), NULL};

	assert_told(&source, NULL, want);
}

static void test_limits(void)
{
	g_autofree char *line = g_strnfill(POLICY_LINE_MAX + 1, '#');
	g_autofree char *large = g_strnfill(POLICY_FILE_MAX + 1, '\n');
	g_autoptr(GString) rules = g_string_new("policy 1\n");
	g_autoptr(GString) choices = g_string_new("policy 1\nnever \"N\" { give mail only \"a\"");

	assert_text(line, "a.policy:1:1: raden är längre än 4096 byte");
	assert_text(large, "a.policy:1:1: filen är större än 1048576 byte; dela den");
	for (unsigned i = 0; i <= POLICY_RULES_MAX; i++)
		g_string_append_printf(rules, "service N%u is \"%u\"\n", i, i);
	assert_text(rules->str, "a.policy:10002:1: det finns fler än 10000 regler");
	for (unsigned i = 1; i <= POLICY_CONDITIONS_MAX; i++)
		g_string_append_printf(choices, "\nor \"%u\"", i);
	assert_text(choices->str,
		    "a.policy:66:4: regeln har fler än 64 villkor; samla tjänster i en "
		    "tag eller dela den");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/swedish/table", test_table);
	g_test_add_func("/policy/swedish/files", test_files);
	g_test_add_func("/policy/swedish/limits", test_limits);
	return g_test_run();
}
