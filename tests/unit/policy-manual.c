/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The manual page says what is so: its examples are policies that hold, its tables are those of the
 * registry. The policies that are shipped hold too, all together. */
#include "policy/category.h"
#include "tests/unit/policy-fixture.h"

static char *read_source(const char *name)
{
	g_autofree char *path = g_build_filename(TEST_SRCDIR, "policy", name, NULL);
	g_autoptr(GError) error = NULL;
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

static unsigned all_approve(const char *canonical, gpointer data)
{
	return 2;
}

static void assert_holds(const char *name, const char *text)
{
	PolicySource source = {name, text, strlen(text)};
	PolicyContext context = {
		.scopes = fixture_scopes, .today = FIXTURE_TODAY, .approvers = all_approve};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

	g_assert_no_error(error);
	if (policy_warnings(policy)->len > 0)
		g_error("%s", (char *)policy_warnings(policy)->pdata[0]);
}

static void test_examples(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");
	g_auto(GStrv) displays = g_strsplit(page, "\n.Bd -literal", -1);
	unsigned count = 0;

	for (char **display = displays + 1; *display; display++) {
		char *text = strchr(*display, '\n') + 1;

		*strstr(text, ".Ed\n") = '\0';
		if (!g_str_has_prefix(text, "policy 1\n"))
			continue;
		assert_holds("example.policy", text);
		count++;
	}
	g_assert_cmpuint(count, >=, 6);
}

static void test_tables(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");
	size_t n;
	const Attribute *table = attribute_table(&n);
	const Category *categories;

	for (size_t i = 0; i < n; i++) {
		const char *form = table[i].scoped && table[i].single ? "scoped, single"
				   : table[i].scoped                  ? "scoped"
				   : table[i].single                  ? "single"
								      : "plain";
		g_autofree char *row = g_strdup_printf("\n.It Li %s Ta %s Ta %s\n", table[i].name,
						       attribute_kind_name(table[i].kind), form);

		if (!strstr(page, row))
			g_error("the manual lacks %s", row);
	}
	categories = category_table(&n);
	for (size_t i = 0; i < n; i++) {
		g_autofree char *row = g_strdup_printf("\n.It Cm %s\n.Lk %s\n", categories[i].name,
						       categories[i].uri);

		if (!strstr(page, row))
			g_error("the manual lacks %s", row);
		for (unsigned j = 0; categories[i].bundle[j]; j++)
			g_assert_nonnull(attribute_by_name(categories[i].bundle[j]));
	}
	for (unsigned i = REASON_GIVEN; i <= REASON_LAST; i++)
		if (!strstr(page, reason_code_name((Reason)i)))
			g_error("the manual lacks the reason %s", reason_code_name((Reason)i));
}

/* The page's own example of a canonical text is one. */
static void test_canonical(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");
	g_auto(GStrv) displays =
		g_strsplit(strstr(page, ".Sh APPROVAL"), "\n.Bd -literal -offset indent\n", 4);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	*strstr(displays[1], ".Ed\n") = '\0';
	*strstr(displays[2], ".Ed\n") = '\0';
	text = g_strconcat("\nservice DNP is \"https://a.example\"\n", displays[1], NULL);
	policy = fixture_load(text, NULL, 0, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(policy_rule_canonical(policy, "Prov"), ==, displays[2]);
}

static void test_shipped(void)
{
	static const char *const names[] = {"personnummer.policy", "skolverket-dnp.policy"};
	PolicySource sources[G_N_ELEMENTS(names)];
	PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		char *text = read_source(names[i]);

		g_ptr_array_add(texts, text);
		assert_holds(names[i], text);
		sources[i] = (PolicySource){names[i], text, strlen(text)};
	}
	policy = policy_load(sources, G_N_ELEMENTS(names), &context, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(policy_warnings(policy)->len, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/manual/examples", test_examples);
	g_test_add_func("/policy/manual/tables", test_tables);
	g_test_add_func("/policy/manual/canonical", test_canonical);
	g_test_add_func("/policy/shipped", test_shipped);
	return g_test_run();
}
