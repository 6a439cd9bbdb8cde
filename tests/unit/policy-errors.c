/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Broken policies: each is refused, and says where and what was probably meant. */
#include "tests/unit/policy-errors.h"

static char *first_line(const char *message)
{
	const char *end = strchr(message, '\n');

	return end ? g_strndup(message, (gsize)(end - message)) : g_strdup(message);
}

/* The quoted line, the mark, and that what is hidden in a line is not printed. */
static void test_mark(void)
{
	static const struct {
		const char *text, *want;
	} marks[] = {
		{"\n\tservice NE  is \"x\" tågg\n",
		 "t.policy:2:21: expected the end of the line, not 'tågg'\n"
		 "    \tservice NE  is \"x\" tågg\n"
		 "    \t                   ^^^^"},
		{"\n# \033[31m röd",
		 "t.policy:2:3: the character U+001B cannot be seen, or changes how others are "
		 "seen; remove it\n"
		 "    # \xef\xbf\xbd[31m röd\n"
		 "      ^"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(marks[i].text, NULL, 0, &error);

		g_assert_null(policy);
		g_assert_cmpstr(error->message, ==, marks[i].want);
	}
}

/* A word far out in a long line is quoted with what is around it. */
static void test_long_line(void)
{
	g_autofree char *spaces = g_strnfill(3000, ' ');
	g_autofree char *text = g_strconcat("\n", spaces, "nonsense", spaces + 2000, "end", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);

	g_assert_null(policy);
	g_assert_true(g_str_has_prefix(error->message, "t.policy:2:3001: expected a rule"));
	g_assert_nonnull(strstr(error->message, " nonsense "));
	g_assert_nonnull(strstr(error->message, " ^^^^^^^^"));
	g_assert_cmpuint(strlen(error->message), <, 600);
}

static void expect_error(const char *text, const char *want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);
	g_autofree char *got = NULL;

	g_assert_null(policy);
	got = first_line(error->message);
	g_assert_cmpstr(got, ==, want);
}

/* Nothing a file can hold takes more than it may. */
static void test_limits(void)
{
	g_autofree char *long_line = g_strnfill(POLICY_LINE_MAX + 1, '#');
	g_autofree char *line = g_strconcat("\n", long_line, NULL);
	g_autofree char *large = g_strnfill(POLICY_FILE_MAX, '\n');
	g_autofree char *fits = g_strconcat("\n", long_line + 1, NULL);
	g_autoptr(GString) rules = g_string_new("\n");
	g_autoptr(GString) conditions = g_string_new("\n" SAYS "to any, service \"a\"");
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	expect_error(line, "t.policy:2:1: the line is longer than 4096 bytes");
	expect_error(large, "t.policy:1:1: the file is larger than 1048576 bytes; divide it");
	for (unsigned i = 0; i <= POLICY_RULES_MAX; i++)
		g_string_append_printf(rules, "service N%u is \"%u\"\n", i, i);
	expect_error(rules->str, "t.policy:10002:1: there are more than 10000 rules");
	for (unsigned i = 3; i <= POLICY_CONDITIONS_MAX; i++)
		g_string_append_printf(conditions, "\nor \"%u\"", i);
	g_string_append(conditions, "\n" REST);
	expect_error(conditions->str,
		     "t.policy:65:5: the rule has more than 64 conditions; gather services in a "
		     "tag, or divide it");
	policy = fixture_load(fits, NULL, 0, &error);
	g_assert_no_error(error);
	g_assert_nonnull(policy);
}

/* Beginnings of a file. */
static void test_header(void)
{
	static const struct {
		const char *text, *want;
	} headers[] = {
		{"", "a.policy:1:1: a policy file begins with 'policy 1'"},
		{"# only a comment\n", "a.policy:2:1: a policy file begins with 'policy 1'"},
		{"release \"X\" {}", "a.policy:1:1: a policy file begins with 'policy 1'"},
		{"policy", "a.policy:1:7: expected the version of the language, 1, not the end of "
			   "the line"},
		{"policy 2\n", "a.policy:1:8: this version of Portvakt understands policy 1, not "
			       "policy 2"},
		{"policy 1 huvudman norra\n",
		 "a.policy:1:19: huvudman 'norra', but there is one huvudman here, without a name: "
		 "write 'policy 1'"},
		{"policy 1 service", "a.policy:1:10: expected the end of the line, not 'service'"},
		{"\n\n# x\npolicy 1", NULL},
		{"policy 1;;;\n;", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
		PolicySource source = {"a.policy", headers[i].text, strlen(headers[i].text)};
		PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

		if (!headers[i].want) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_null(policy);
		g_autofree char *got = first_line(error->message);
		g_assert_cmpstr(got, ==, headers[i].want);
	}
}

/* Whom a file binds: its header and its folder say the same, or it is not taken. */
static void test_huvudman(void)
{
	static const struct {
		const char *text, *folder, *want;
	} bound[] = {
		{"policy 1 huvudman norra", "norra", NULL},
		{"policy 1 huvudman staff", "staff", NULL},
		{"policy 1", NULL, NULL},
		{"policy 1", "norra",
		 "a.policy:1:9: in folder norra a policy file begins with 'policy 1 huvudman "
		 "norra'"},
		{"policy 1 huvudman norra", "sodra",
		 "a.policy:1:19: huvudman 'norra' in folder sodra"},
		{"policy 1 huvudman norra", NULL,
		 "a.policy:1:19: huvudman 'norra' in the folder of all: move the file to the "
		 "folder norra in it"},
		{"policy 1 huvudman", "norra",
		 "a.policy:1:18: expected the name of a huvudman, not the end of the line"},
		{"policy 1 huvudman \"norra\"", "norra",
		 "a.policy:1:19: expected the name of a huvudman, not \"norra\""},
		{"policy 1 huvudman norra sodra", "norra",
		 "a.policy:1:25: expected the end of the line, not 'sodra'"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bound); i++) {
		PolicySource source = {"a.policy", bound[i].text, strlen(bound[i].text),
				       bound[i].folder};
		PolicyContext context = {.scopes = fixture_scopes,
					 .today = FIXTURE_TODAY,
					 .huvudman = bound[i].folder ? bound[i].folder : "norra"};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

		if (!bound[i].want) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_null(policy);
		g_autofree char *got = first_line(error->message);
		g_assert_cmpstr(got, ==, bound[i].want);
	}
}

/* An agreement is between a service and one huvudman. */
static void test_shared_agreement(void)
{
	static const char rule[] = "release \"Ett\" { to any; for student; give login; silent; "
				   "because \"x\"; basis \"6.1 e\"; agreement \"PUB 1\" }\n";
	g_autofree char *all = g_strconcat("policy 1\n", rule, NULL);
	g_autofree char *own = g_strconcat("policy 1 huvudman norra\n", rule, NULL);
	const PolicySource sources[] = {{"a.policy", all, strlen(all), NULL},
					{"norra/a.policy", own, strlen(own), "norra"}};

	for (size_t i = 0; i < 3; i++) {
		PolicyContext context = {.scopes = fixture_scopes,
					 .today = FIXTURE_TODAY,
					 .huvudman = i < 2 ? "norra" : NULL};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(&sources[i == 1], 1, &context, &error);
		unsigned told = 0;

		g_assert_no_error(error);
		for (guint j = 0; j < policy_warnings(policy)->len; j++)
			told += strstr(policy_warnings(policy)->pdata[j],
				       "a rule of all huvudmän has an agreement") != NULL;
		g_assert_cmpuint(told, ==, i == 0);
	}
}

/* The same title may stand in the files of two huvudmän, who never meet, and not in those of all
 * and of one. */
static void test_titles(void)
{
	static const char rule[] = "release \"Ett\" { to any; for student; give login; silent; "
				   "because \"x\"; basis \"6.1 e\" }\n";
	g_autofree char *all = g_strconcat("policy 1\n", rule, NULL);
	g_autofree char *own = g_strconcat("policy 1 huvudman norra\n", rule, NULL);
	const PolicySource sources[] = {{"a.policy", all, strlen(all), NULL},
					{"norra/a.policy", own, strlen(own), "norra"}};
	PolicyContext context = {
		.scopes = fixture_scopes, .today = FIXTURE_TODAY, .huvudman = "norra"};
	g_autoptr(GError) error = NULL;

	g_assert_null(policy_load(sources, 2, &context, &error));
	g_assert_nonnull(strstr(error->message, "norra/a.policy:2:"));
	g_assert_nonnull(strstr(error->message, "a.policy:2"));
}

/* Bytes after a NUL are not out of sight. */
static void test_nul(void)
{
	static const char bytes[] = "policy 1\n\0release";
	PolicySource source = {"a.policy", bytes, sizeof bytes - 1};
	PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

	g_assert_null(policy);
	g_assert_true(g_str_has_prefix(error->message, "a.policy:2:1: the byte 0x00 is not UTF-8"));
}

/* Several files, in whatever order they come. */
static void test_files(void)
{
	static const char first[] = "policy 1\nservice NE is \"https://ne\"\n"
				    "release \"A\" { to service B; " REST;
	static const char second[] = "policy 1\nservice B is \"https://b\"\n"
				     "never \"A\" { to service NE; give mail; because \"x\" }";
	PolicySource sources[] = {{"b.policy", second, sizeof second - 1},
				  {"a.policy", first, sizeof first - 1}};
	PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};

	for (unsigned i = 0; i < 2; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = policy_load(sources, 2, &context, &error);
		PolicySource swap = sources[0];

		g_assert_null(policy);
		g_assert_true(g_str_has_prefix(
			error->message, "b.policy:3:7: two rules are called \"A\" (a.policy:3)\n"));
		sources[0] = sources[1];
		sources[1] = swap;
	}
}

/* The order of files shows neither in which error is told nor in which rule is the reason. */
static void test_order(void)
{
	static const char broken[] = "policy 2";
	static const char release[] = "policy 1\nrelease \"A\" { to any; " REST;
	static const char other[] = "policy 1\nrelease \"B\" { to any; " REST;
	PolicySource bad[] = {{"b.policy", broken, sizeof broken - 1},
			      {"a.policy", broken, sizeof broken - 1}};
	PolicySource good[] = {{"b.policy", other, sizeof other - 1},
			       {"a.policy", release, sizeof release - 1}};
	PolicyContext context = {fixture_scopes, FIXTURE_TODAY, NULL, 0};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) none = policy_load(bad, 2, &context, &error);
	g_autoptr(Policy) policy = policy_load(good, 2, &context, NULL);
	g_autoptr(Person) person = fixture_person("student mail=a@y");
	g_autoptr(Service) service = fixture_service("https://x mail");
	g_autoptr(Decision) decision =
		policy_decide(policy, person, service, &(Circumstances){.today = FIXTURE_TODAY});

	g_assert_null(none);
	g_assert_true(g_str_has_prefix(error->message, "a.policy:1:8: "));
	g_assert_cmpstr(decision->rule.file, ==, "a.policy");
	g_assert_cmpstr(decision_row(decision, fixture_attribute("mail"))->rule.title, ==, "A");
}

/* What is allowed though it looks odd. */
static void test_allowed(void)
{
	static const char *const texts[] = {
		"",
		"release \"X\" { " WHOLE,
		"release \"X\" {\n\n" TO "\n# for nobody\n" FOR ";;" GIVE "\n\n" BECAUSE,
		/* a clause goes on over lines */
		"release \"X\"\n{\n to service \"a\"\n or \"b\"\n and category coco-v1,\n\n any\n"
		" except tag t\n" REST "\ntag t\n{ \"x\" }",
		"release \"X\" { to any; for student, staff\nexcept teacher\n" GIVE BECAUSE,
		"service Läsa is \"x\" ; service \"y\" ; service client \"z\" { asks mail }",
		"tag t {\n\n NE,\n \"x\",\n client \"y\"\n\n}\nservice NE is \"ne\"",
		"release \"say \\\"hi\\\" \\\\\" { " WHOLE,
		"release \"X\" { " TO FOR GIVE
		"silent; because sv \"x\"; because en \"y\"; because \"z\" }",
		"release \"X\" { " TO FOR
		"give requested only \"a\", login, mail unasked only \"b\"; " BECAUSE,
		"service Va_xa-2 is \"x\"",
		"never \"x\" { give login, anything, any name only \"Bo\", mail; because \"y\" }",
		/* other alphabets, each for itself */
		"release \"\xd0\xa0\xd1\x83\xd1\x81 \xce\xb1-test \xe6\x97\xa5\xe6\x9c\xac A\" { " WHOLE,
		"service NE is \"x\"; tag NE { NE }",
		/* pages */
		"release \"X\" { " TO FOR GIVE "because \"x\" }",
		"release \"X\" { " TO FOR GIVE "inform; because \"x\" }",
		"release \"X\" { " TO FOR GIVE "ask; basis \"6.1 a\"; because \"x\" }",
		"release \"X\" { " TO FOR GIVE "basis \"6.1 annat\"; " BECAUSE,
		"release \"X\" { " TO FOR GIVE "demand eid2; new asks pass; " BECAUSE,
		/* people */
		"release \"X\" { " TO "for student in grade 0-3 or 5 or 7-9 in grade 1-10 in group "
		"rektorer or vikarier in group it-drift at unit \"1\" or \"2\" at unit \"2\", test "
		"guardian except everyone in gymnasium 1-4; " GIVE BECAUSE,
		"never \"x\" { for staff in group vikarier; give mail only unit \"1\" or \"2\" and "
		"kind class or course and subject \"MA\" and beginning \"a\"; because \"y\" }",
		/* services */
		"release \"X\" { to federation skolfederation or swamid and registered-by \"http://a\" "
		"or \"http://b\" and protocol saml except federation skolfederation-trial; " REST,
		/* expectations */
		"expect student in grade 7 at unit \"1\" without mail or sn on 2027-01-01 at \"x\" is "
		"refused",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = fixture_load(texts[i], NULL, 0, &error);

		g_assert_no_error(error);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	cases_add("/policy/errors", errors, G_N_ELEMENTS(errors));
	g_test_add_func("/policy/errors/mark", test_mark);
	g_test_add_func("/policy/errors/long-line", test_long_line);
	g_test_add_func("/policy/errors/limits", test_limits);
	g_test_add_func("/policy/errors/header", test_header);
	g_test_add_func("/policy/errors/huvudman", test_huvudman);
	g_test_add_func("/policy/errors/shared-agreement", test_shared_agreement);
	g_test_add_func("/policy/errors/titles", test_titles);
	g_test_add_func("/policy/errors/nul", test_nul);
	g_test_add_func("/policy/errors/files", test_files);
	g_test_add_func("/policy/errors/order", test_order);
	g_test_add_func("/policy/allowed", test_allowed);
	return g_test_run();
}
