/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The manual page says what is so: its examples are policies that hold, its grammar has the words
 * of the parser, its tables are those of the code. What the guides show holds too. */
#include "policy/category.h"
#include "policy/parser.h"
#include "policy/value.h"
#include "tests/unit/policy-municipality.h"

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
	PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	municipality_fill(&context);
	context.approvers = all_approve;
	if (g_str_has_prefix(text, "policy 1 huvudman norra\n"))
		context.huvudman = source.huvudman = "norra";
	policy = policy_load(&source, 1, &context, &error);
	g_assert_no_error(error);
}

/* What stands between the lines `begin` and `.Ed`, moved to its end. */
static char *next_display(char **page, const char *begin)
{
	char *text = strstr(*page, begin), *end;

	if (!text)
		return NULL;
	text = strchr(text + 1, '\n') + 1;
	end = strstr(text, ".Ed\n");
	*page = end + strlen(".Ed\n");
	return g_strndup(text, (gsize)(end - text));
}

static void test_examples(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");
	char *at = page, *text;
	unsigned count = 0;

	while ((text = next_display(&at, "\n.Bd -literal -offset indent\n"))) {
		if (g_str_has_prefix(text, "policy 1")) {
			assert_holds("example.policy", text);
			count++;
		}
		g_free(text);
	}
	g_assert_cmpuint(count, ==, 15);
}

/* Every policy that a guide shows, which begins with `policy 1` and goes on as long as it is
 * indented as that is. What follows in another block may add to it. */
static void assert_guide_holds(const char *name, unsigned policies)
{
	g_autofree char *path = g_build_filename("..", "doc", name, NULL);
	g_autofree char *guide = read_source(path);
	g_auto(GStrv) lines = g_strsplit(guide, "\n", -1);
	unsigned count = 0;

	for (char **line = lines; *line; line++) {
		size_t indent = strspn(*line, " ");
		g_autoptr(GString) text = g_string_new(NULL);

		if (!g_str_equal(*line + indent, "policy 1") || indent < 4)
			continue;
		for (; *line && (strspn(*line, " ") >= indent || **line == '\0'); line++)
			g_string_append_printf(text, "%s\n", **line ? *line + indent : "");
		line--;
		assert_holds(name, text->str);
		count++;
	}
	g_assert_cmpuint(count, ==, policies);
}

static void test_guides(void)
{
	assert_guide_holds("guide.md", 2);
	assert_guide_holds("handbok.md", 2);
	assert_guide_holds("coming-from.md", 6);
}

/* The words in quotes of the grammar are those of the parser, and no others. */
static void test_grammar(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");
	char *at = strstr(page, "\n.Sh GRAMMAR\n");
	g_autofree char *grammar = next_display(&at, "\n.Bd -literal\n");
	g_auto(GStrv) parts = g_strsplit(grammar, "\"", -1);
	g_autoptr(GHashTable) written = g_hash_table_new(g_str_hash, g_str_equal);
	size_t n;
	const char *const *words = parser_words(&n);

	for (unsigned i = 1; parts[i]; i += 2) {
		g_assert_nonnull(parts[i + 1]);
		if (g_ascii_isalpha(parts[i][0]))
			g_hash_table_add(written, parts[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (!g_hash_table_remove(written, words[i]))
			g_error("the grammar lacks \"%s\"", words[i]);
	if (g_hash_table_size(written) > 0) {
		g_autofree gpointer *left = g_hash_table_get_keys_as_array(written, NULL);

		g_error("\"%s\" is no word of the parser", (char *)left[0]);
	}
}

static void assert_page_has(const char *page, const char *row)
{
	if (!strstr(page, row))
		g_error("the manual lacks %s", row);
}

static void test_attributes(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");
	size_t n, rows = 0;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++) {
		const Attribute *attribute = &table[i];
		const char *form = attribute->scoped && attribute->single ? "scoped, single"
				   : attribute->scoped                    ? "scoped"
				   : attribute->single                    ? "single"
									  : "plain";
		g_autofree char *row =
			g_strdup_printf("\n.It Li %s Ta %s Ta %s Ta %s Ta %s\n", attribute->name,
					attribute_kind_name(attribute->kind), form,
					attribute_syntax_name(attribute->syntax),
					sensitivity_name(attribute->sensitivity));
		g_autofree char *scope =
			attribute->scope ? g_strdup_printf(" ,\nscope\n.Li %s\n", attribute->scope)
					 : g_strdup("\n");
		g_autofree char *outside =
			g_strdup_printf("\n.It Li %s\n.Li %s ;\nclaim\n.Li %s%s.", attribute->name,
					attribute->saml, attribute->claim, scope);

		assert_page_has(page, row);
		assert_page_has(page, outside);
	}
	for (const char *at = strstr(page, "\n.Sh ATTRIBUTES\n"); (at = strstr(at, " Ta ")); at++)
		rows++;
	/* the head, a line for each attribute with four of them, and one for each syntax */
	g_assert_cmpuint(rows, ==, 4 + 4 * n + SYNTAX_LAST + 1);
	for (unsigned i = 0; i <= SYNTAX_LAST; i++) {
		g_autofree char *row = g_strdup_printf("\n.It Li %s Ta ",
						       attribute_syntax_name((AttributeSyntax)i));

		assert_page_has(page, row);
	}
}

/* What the page says of legacy names is so of all. */
static void test_legacy_names(void)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++) {
		const Attribute *attribute = &table[i];
		g_autofree char *legacy = g_strconcat(g_str_has_prefix(attribute->name, "schac")
							      ? "urn:mace:terena.org:attribute-def:"
							      : "urn:mace:dir:attribute-def:",
						      attribute->name, NULL);

		g_assert_true(attribute_has_saml(attribute, legacy) ==
			      g_str_has_prefix(attribute->saml, "urn:oid:"));
		for (const char *const *other = attribute->legacy; other && *other; other++)
			g_assert_cmpstr(*other, ==, legacy);
	}
}

static void test_categories(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");
	size_t n;
	const Category *categories = category_table(&n);

	for (size_t i = 0; i < n; i++) {
		const Category *category = &categories[i];
		g_autofree char *bundle = g_strjoinv(", ", (char **)(guintptr)category->bundle);
		g_autofree char *row = g_strdup_printf(
			"\n.It Cm %s\n.Lk %s\n.br\n%s.\n", category->name, category->uri,
			*bundle ? bundle : "What its metadata requests");

		assert_page_has(page, row);
	}
}

static void replace(GString *text, const char *what, const char *by)
{
	g_assert_cmpuint(g_string_replace(text, what, by, 0), >=, 1);
}

/* The sentence with what is filled in as the page has it: `{s}`. Numbers and days cannot be given
 * so, and are looked for. */
static char *template_of(Reason reason, const char *language)
{
	const Attribute subject = {.name = "{i}"}, missing = {.name = "{u}"};
	char service[] = "{s}", detail[] = "{x}";
	DecisionRow row = {.attribute = &subject,
			   .name = "{a}",
			   .reason = reason,
			   .rule = {"{r}", "f", 1},
			   .total = 5,
			   .date = 20270102,
			   .detail = detail,
			   .fault = VALUE_CONTROL,
			   .level = "{l}"};
	DecisionRow other = {.attribute = &missing};
	Decision decision = {.service = service,
			     .rule = {"{r}", "f", 1},
			     .subject = {.attribute = &subject},
			     .missing = &missing,
			     .level_demanded = "{k}",
			     .size = 71,
			     .size_max = 72};
	g_autoptr(GPtrArray) rows = g_ptr_array_new(), values = g_ptr_array_new();
	bool whole = reason >= REASON_REFUSED_NO_RULE;
	g_autofree char *nested = NULL, *sentence = NULL;
	GString *text;

	g_ptr_array_add(rows, &row);
	g_ptr_array_add(rows, &other);
	g_ptr_array_set_size(values, 3);
	decision.rows = rows;
	row.values = values;
	nested = reason_sentence(&decision, NULL, language);
	if (whole) {
		row.reason = REASON_NONE;
		decision.reason = reason;
	}
	sentence = reason_sentence(&decision, whole ? NULL : &row, language);
	text = g_string_new(sentence);
	g_string_replace(text, "2027-01-02", "{d}", 0);
	g_string_replace(text, value_fault_text(VALUE_CONTROL, language), "{w}", 0);
	g_string_replace(text, "71", "{y}", 0);
	g_string_replace(text, "72", "{z}", 0);
	g_string_replace(text, "3", "{n}", 0);
	g_string_replace(text, "5", "{m}", 0);
	if (reason == REASON_ANSWER_REFUSED)
		replace(text, nested, "{o}");
	else if (reason == REASON_REFUSED_SUBJECT)
		replace(text, nested, "{j}");
	else if (reason == REASON_REFUSED_MISSING)
		replace(text, nested, "{v}");
	return g_string_free(text, FALSE);
}

static void test_reasons(void)
{
	g_autofree char *page = read_source("portvakt-policy.5");

	for (unsigned i = REASON_GIVEN; i <= REASON_LAST; i++) {
		Reason reason = (Reason)i;
		g_autofree char *en = template_of(reason, "en"), *sv = template_of(reason, "sv");
		g_autofree char *row = g_strdup_printf("\n.It Cm %s\n%s\n.br\n%s\n",
						       reason_code_name(reason), en, sv);

		assert_page_has(page, row);
	}
}

/* 10000 as people write it: 10,000. */
static char *grouped(unsigned n)
{
	return n < 1000 ? g_strdup_printf("%u", n) : g_strdup_printf("%u,%03u", n / 1000, n % 1000);
}

static void test_limits(void)
{
	static const struct {
		unsigned limit;
		const char *words;
	} limits[] = {
		{POLICY_LINE_MAX, "\nbytes a line,\n"},
		{POLICY_RULES_MAX, "\nrules all files together,\n"},
		{POLICY_CONDITIONS_MAX, "\nconditions a rule.\n"},
	};
	g_autofree char *page = read_source("portvakt-policy.5");
	g_autofree char *value = g_strdup_printf("at most %d characters", POLICY_VALUE_MAX);

	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		g_autofree char *number = grouped(limits[i].limit);
		g_autofree char *row = g_strconcat("\n.It ", number, limits[i].words, NULL);

		assert_page_has(page, row);
	}
	g_assert_cmpuint(POLICY_FILE_MAX, ==, 1024 * 1024);
	assert_page_has(page, "\n.It 1 MiB\nis the most a file may hold,\n");
	assert_page_has(page, value);
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/manual/examples", test_examples);
	g_test_add_func("/policy/manual/guides", test_guides);
	g_test_add_func("/policy/manual/grammar", test_grammar);
	g_test_add_func("/policy/manual/attributes", test_attributes);
	g_test_add_func("/policy/manual/legacy-names", test_legacy_names);
	g_test_add_func("/policy/manual/categories", test_categories);
	g_test_add_func("/policy/manual/reasons", test_reasons);
	g_test_add_func("/policy/manual/limits", test_limits);
	g_test_add_func("/policy/manual/canonical", test_canonical);
	return g_test_run();
}
