/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Policies laid out anew: what comes of them, that it says the same, and that it stays as it is. */
#include "policy/format.h"
#include "policy/parser.h"
#include "tests/unit/policy-fixture.h"

#define ROUNDS 3000

static char *laid_out(const char *text)
{
	g_autoptr(GError) error = NULL;
	char *out = format_policy("t.policy", text, strlen(text), NULL, &error);

	g_assert_no_error(error);
	return out;
}

static void assert_stays(const char *text)
{
	g_autofree char *again = laid_out(text);

	g_assert_cmpstr(again, ==, text);
}

static const struct {
	const char *name, *text, *want;
} cases[] = {
	{"empty", "", ""},
	{"blank", "\n \n\t\n", ""},
	{"header", "policy   1", "policy 1\n"},
	{"comment-alone", "  # x  \n\n\n", "# x\n"},
	{"comments", "# a\n\n\n\n# b \t\n# c\n\npolicy 1 # d\n",
	 "# a\n\n# b\n# c\n\npolicy 1  # d\n"},
	{"release",
	 "policy 1\nrelease \"X\" {to service NE;for student,staff except teacher;give mail,sn if "
	 "required;silent;because \"x\";because en \"y\";agreement \"P\" until 2027-01-01}",
	 "policy 1\n\n"
	 "release \"X\" {\n"
	 "    to      service NE\n"
	 "    for     student, staff except teacher\n"
	 "    give    mail, sn if required\n"
	 "    silent\n"
	 "    because \"x\"\n"
	 "    because en \"y\"\n"
	 "    agreement \"P\" until 2027-01-01\n"
	 "}\n"},
	{"already", "policy 1\n\nnever \"N\" {\n    give    mail\n    because \"x\"\n}\n",
	 "policy 1\n\nnever \"N\" {\n    give    mail\n    because \"x\"\n}\n"},
	{"brace-on-the-next-line", "release \"X\"\n{\n\n\n  silent\n\n\n}\n",
	 "release \"X\" {\n    silent\n}\n"},
	{"brace-after-a-comment", "release \"X\" # why\n{ silent }\n",
	 "release \"X\"  # why\n{\n    silent\n}\n"},
	{"trailing-comments",
	 "release \"X\" { # 1\nto any; silent # 2\n } # 3\nexpect student at NE is refused # 4",
	 "release \"X\" {  # 1\n    to      any\n    silent  # 2\n}  # 3\n"
	 "expect student at NE is refused  # 4\n"},
	{"long-lists-stay-broken",
	 "release \"X\" { give mail,\nsn, uid,\n\n   cn\nto service A\n or B\nor C }",
	 "release \"X\" {\n"
	 "    give    mail,\n"
	 "        sn, uid,\n"
	 "        cn\n"
	 "    to      service A\n"
	 "        or B\n"
	 "        or C\n"
	 "}\n"},
	{"long-lists-are-broken",
	 "release \"X\" { give eduPersonPrincipalName, sisSchoolUnitCode, eduPersonScopedAffiliation, "
	 "sisSchoolCourseStudent only kind class, mail }",
	 "release \"X\" {\n"
	 "    give    eduPersonPrincipalName, sisSchoolUnitCode, eduPersonScopedAffiliation,\n"
	 "        sisSchoolCourseStudent only kind class, mail\n}\n"},
	{"comments-within-a-list",
	 "release \"X\" { give mail, # a\n# b\n  sn # c\n   # d\n to any }",
	 "release \"X\" {\n"
	 "    give    mail,  # a\n"
	 "        # b\n"
	 "        sn  # c\n"
	 "    # d\n"
	 "    to      any\n"
	 "}\n"},
	{"service", "service NE is \"x\",\n client \"y\" { asks mail required ; sign both }",
	 "service NE is \"x\",\n    client \"y\" {\n    asks mail required\n    sign both\n}\n"},
	{"service-without-a-block", "service NE is \"x\"  ;service \"y\"\n",
	 "service NE is \"x\"\nservice \"y\"\n"},
	{"tag", "tag t { NE, \"x\",\n  client \"y\",\n\n# all\nM }",
	 "tag t {\n    NE, \"x\",\n    client \"y\",\n    # all\n    M\n}\n"},
	{"blocks-stand-apart",
	 "policy 1\nservice NE is \"x\"\n# of X\nrelease \"X\" { silent }\nexpect student at NE is "
	 "refused\n# of Y\n# and\nnever \"Y\" { give mail }\ntag t { NE }\nservice M is \"m\"\n",
	 "policy 1\nservice NE is \"x\"\n\n"
	 "# of X\nrelease \"X\" {\n    silent\n}\nexpect student at NE is refused\n\n"
	 "# of Y\n# and\nnever \"Y\" {\n    give    mail\n}\n\n"
	 "tag t {\n    NE\n}\n\n"
	 "service M is \"m\"\n"},
	{"blank-lines-within-a-block",
	 "release \"X\" {\n\n to any\n\n\n\n for student\n\n # x\n\n}",
	 "release \"X\" {\n    to      any\n\n    for     student\n\n    # x\n}\n"},
	{"texts", "service \"say \\\"hi\\\" \\\\ # no comment\" # one",
	 "service \"say \\\"hi\\\" \\\\ # no comment\"  # one\n"},
	{"semicolons", ";;policy 1;;\n;expect student at NE is refused;;",
	 "policy 1\nexpect student at NE is refused\n"},
	/* no policy, but words: they stay what they are */
	{"semicolon-that-must-stay", "a ; or b , ; c", "a;\nor b,;\nc\n"},
	{"semicolon-after-a-comment", "a # x\n ; or b", "a  # x\n    ;\nor b\n"},
	{"braces", "} { { a } } b", "} {\n    {\n        a\n    }\n} b\n"},
};

static void test_case(gconstpointer data)
{
	const size_t i = GPOINTER_TO_SIZE(data);
	g_autofree char *out = laid_out(cases[i].text);

	g_assert_cmpstr(out, ==, cases[i].want);
	assert_stays(out);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *want;
	} broken[] = {
		{"policy 1\nservice \"x", "t.policy:2:9: this text has no closing quote\n"},
		{"policy 1\r\n", "t.policy:1:9: the line ends as in Windows (CR LF); "},
		{"policy 1 = 2", "t.policy:1:10: '=' has no meaning here; "},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(format_policy("t.policy", broken[i].text, strlen(broken[i].text),
					    NULL, &error));
		g_assert_true(g_str_has_prefix(error->message, broken[i].want));
	}
}

static void test_refused_in_swedish(void)
{
	static const char text[] = "policy 1\nservice \"x";
	g_autoptr(GError) error = NULL;

	g_assert_null(format_policy("t.policy", text, strlen(text), "sv", &error));
	g_assert_true(g_str_has_prefix(error->message,
				       "t.policy:2:9: texten saknar avslutande citattecken\n"));
}

/* Columns are characters: a line of 100 stays, one of 101 does not. */
static void test_width(void)
{
	for (unsigned i = 0; i < 2; i++) {
		g_autofree char *fill = g_strnfill(83 + i, 'a');
		g_autofree char *text = g_strdup_printf("tag t { åäö, \"%s\", b, c }", fill);
		g_autofree char *want = g_strdup_printf("tag t {\n    åäö, \"%s\", b,%sc\n}\n",
							fill, i ? "\n    " : " ");
		g_autofree char *out = laid_out(text);

		g_assert_cmpstr(out, ==, want);
		assert_stays(out);
	}
}

/* What cannot be read after it is laid out is not laid out. */
static void test_too_long(void)
{
	g_autofree char *text = g_strnfill(POLICY_LINE_MAX - 8, 'a');
	g_autofree char *line = g_strdup_printf("tag t {\n\"%s\",\n}", text);
	g_autofree char *longer = g_strdup_printf("tag t {\n\"%saaa\",\n}", text);
	g_autoptr(GError) error = NULL;

	g_free(laid_out(line));
	g_assert_null(format_policy("t.policy", longer, strlen(longer), NULL, &error));
	g_assert_true(g_str_has_prefix(error->message, "t.policy:2:1: the line is longer than"));
}

/* Policies are no others for it: those that load do, and say the same of themselves. */
static void assert_same_policy(const char *text)
{
	g_autofree char *out = laid_out(text);
	PolicySource one = {"t.policy", text, strlen(text)};
	PolicySource other = {"t.policy", out, strlen(out)};
	PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};
	g_autoptr(Policy) before = policy_load(&one, 1, &context, NULL);
	g_autoptr(Policy) after = policy_load(&other, 1, &context, NULL);
	g_autoptr(GArray) approvals = NULL;

	assert_stays(out);
	g_assert_true((before != NULL) == (after != NULL));
	if (!before)
		return;
	approvals = policy_approvals(before);
	for (guint i = 0; i < approvals->len; i++) {
		const PolicyApproval *approval = &g_array_index(approvals, PolicyApproval, i);

		g_assert_cmpstr(policy_rule_canonical(after, approval->title), ==,
				approval->canonical);
	}
}

static char *read_file(const char *path)
{
	g_autoptr(GError) error = NULL;
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

/* What is shipped is laid out. */
static void test_shipped(void)
{
	g_autofree char *folder = g_build_filename(TEST_SRCDIR, "policy", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	unsigned count = 0;

	for (const char *name; (name = g_dir_read_name(dir));) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *text = NULL;

		if (!g_str_has_suffix(name, ".policy"))
			continue;
		text = read_file(path);
		assert_stays(text);
		assert_same_policy(text);
		count++;
	}
	g_assert_cmpuint(count, >=, 2);
}

/* The examples of the manual say the same laid out. */
static void test_manual(void)
{
	g_autofree char *path = g_build_filename(TEST_SRCDIR, "policy", "portvakt-policy.5", NULL);
	g_autofree char *page = read_file(path);
	g_auto(GStrv) displays = g_strsplit(page, "\n.Bd -literal", -1);
	unsigned count = 0;

	for (char **display = displays + 1; *display; display++) {
		char *text = strchr(*display, '\n') + 1;

		*strstr(text, ".Ed\n") = '\0';
		if (!g_str_has_prefix(text, "policy 1\n"))
			continue;
		assert_same_policy(text);
		count++;
	}
	g_assert_cmpuint(count, >=, 6);
}

/* What strangers write: each that can be read can be laid out, and stays. */
static void test_corpus(void)
{
	g_autofree char *folder =
		g_build_filename(TEST_SRCDIR, "tests", "fuzz", "corpus", "policy", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	unsigned count = 0;

	for (const char *name; (name = g_dir_read_name(dir));) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *text = NULL, *out = NULL;
		gsize length;

		g_file_get_contents(path, &text, &length, NULL);
		out = format_policy("t.policy", text, length, NULL, NULL);
		if (!out)
			continue;
		assert_stays(out);
		count++;
	}
	g_assert_cmpuint(count, >=, 40);
}

/* Words of the language and marks in any order, with any white space and comments between. */
static char *any_words(GRand *rand)
{
	static const char *const marks[] = {
		"\"a text that takes rather much of the line, and a comma\"",
		"{",
		"{",
		"}",
		"}",
		",",
		",",
		";",
		"NE",
		"\"x\"",
		"\"a # b\"",
		"7-9",
		"and",
		"or",
		"except",
		"release",
		"never",
		"tag",
		"service",
		"expect"};
	static const char *const spaces[] = {" ",      "  ",      "\t",       "\n",         "\n",
					     "\n\n\n", " # c \n", "\n # d\n", "\n\n#e\n\n", " ;\n"};
	size_t n;
	const char *const *words = parser_words(&n);
	GString *text = g_string_new(NULL);
	int length = g_rand_int_range(rand, 0, 40);

	for (int i = 0; i < length; i++) {
		if (g_rand_int_range(rand, 0, 3) > 0)
			g_string_append(text,
					marks[g_rand_int_range(rand, 0, G_N_ELEMENTS(marks))]);
		else
			g_string_append(text, words[g_rand_int_range(rand, 0, (gint32)n)]);
		g_string_append(text, spaces[g_rand_int_range(rand, 0, G_N_ELEMENTS(spaces))]);
	}
	return g_string_free(text, FALSE);
}

static void test_random(void)
{
	guint32 seed = g_test_rand_int();
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	for (unsigned i = 0; i < ROUNDS; i++) {
		g_autofree char *text = any_words(rand);
		g_autofree char *out = laid_out(text);
		g_autofree char *again = laid_out(out);

		if (strcmp(out, again) != 0)
			g_error("seed %u:\n%s\n---- becomes\n%s\n---- and then\n%s", seed, text,
				out, again);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/policy/format/", cases[i].name, NULL);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_case);
	}
	g_test_add_func("/policy/format/width", test_width);
	g_test_add_func("/policy/format/refused", test_refused);
	g_test_add_func("/policy/format/refused-in-swedish", test_refused_in_swedish);
	g_test_add_func("/policy/format/too-long", test_too_long);
	g_test_add_func("/policy/format/shipped", test_shipped);
	g_test_add_func("/policy/format/manual", test_manual);
	g_test_add_func("/policy/format/corpus", test_corpus);
	g_test_add_func("/policy/format/random", test_random);
	return g_test_run();
}
