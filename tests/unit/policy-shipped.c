/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The policies that are shipped hold, alone and together, and say no more than they prove: whatever
 * is deleted from one, a rule, a line, or words within a line, the load fails, or
 * policy-shipped.redundant names what was deleted and says why nothing proves it.
 */
#include "policy/format.h"
#include "policy/lexer.h"
#include "policy/value.h"
#include "tests/unit/policy-municipality.h"

#define LISTED "tests/unit/policy-shipped.redundant"

static const char *const shipped[] = {"personnummer.policy", "skolfederation.policy",
				      "skolverket-dnp.policy", "swamid.policy"};

static char *read_source(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(TEST_SRCDIR, folder, name, NULL);
	g_autoptr(GError) error = NULL;
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

/* The services that a text gives a name to are known, and ask for nothing. */
static GPtrArray *known_services(const char *text)
{
	GPtrArray *services = g_ptr_array_new_with_free_func((GDestroyNotify)service_free);

	while ((text = strstr(text, " is \""))) {
		g_autofree char *id = NULL;

		text += strlen(" is \"");
		id = g_strndup(text, strcspn(text, "\""));
		g_ptr_array_add(services, service_new(PROTOCOL_SAML, id));
	}
	return services;
}

static Policy *load_among(const PolicySource *sources, size_t n, const GPtrArray *known,
			  GError **error)
{
	PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};

	municipality_fill(&context);
	context.services = (const Service *const *)known->pdata;
	context.n_services = known->len;
	return policy_load(sources, n, &context, error);
}

static Policy *load(const PolicySource *sources, size_t n, GError **error)
{
	g_autoptr(GPtrArray) known = known_services("");

	return load_among(sources, n, known, error);
}

/* A `never` proves nothing where nothing is given: one who gives away what it takes, careless of
 * what leaves. */
static const char careless[] = "policy 1\n"
			       "release \"Slarvigt\" {\n"
			       "    to service \"https://slarv.example/sp\"; for everyone\n"
			       "    give norEduPersonNIN unasked, schacDateOfBirth unasked,\n"
			       "         sisLegalGuardianFor unasked; because \"Slarv\"\n"
			       "}\n";

static Policy *load_text(const char *name, const char *text, const GPtrArray *known, GError **error)
{
	const PolicySource sources[] = {{name, text, strlen(text), NULL},
					{"slarv.policy", careless, strlen(careless), NULL}};

	/* only who forbids it can hold beside it */
	return load_among(sources, g_str_equal(name, "personnummer.policy") ? 2 : 1, known, error);
}

/* ---- what can be deleted ---- */

typedef struct {
	const char *name, *text;
	GArray *tokens;
	const GPtrArray *known; /* const Service * */
	GPtrArray *listed;      /* GPatternSpec * */
	bool *met;              /* for each of them, whether something was deleted that it names */
	unsigned deleted;
} Cutter;

/* Where a token begins, in bytes. */
static size_t start_of(const Cutter *cutter, guint at)
{
	const Token *token = &g_array_index(cutter->tokens, Token, at);
	const char *line = cutter->text + token->place.start;

	return (size_t)(g_utf8_offset_to_pointer(line, token->place.column - 1) - cutter->text);
}

static size_t end_of(const Cutter *cutter, guint at)
{
	const Token *token = &g_array_index(cutter->tokens, Token, at);
	const char *start = cutter->text + start_of(cutter, at);

	return (size_t)(g_utf8_offset_to_pointer(start, token->place.width) - cutter->text);
}

/* `from` to `to` inclusive, with one space for what stands between two words. */
static char *words_of(const Cutter *cutter, guint from, guint to)
{
	GString *words = g_string_new(NULL);

	for (guint i = from; i <= to; i++) {
		size_t start = start_of(cutter, i);
		const Token *token = &g_array_index(cutter->tokens, Token, i);

		if (token->type == TOKEN_EOL)
			continue;
		if (words->len > 0 && token->type != TOKEN_COMMA)
			g_string_append_c(words, ' ');
		g_string_append_len(words, cutter->text + start,
				    (gssize)(end_of(cutter, i) - start));
	}
	return g_string_free(words, FALSE);
}

static bool is_listed(Cutter *cutter, const char *what)
{
	bool listed = false;

	for (guint i = 0; i < cutter->listed->len; i++) {
		if (!g_pattern_spec_match_string(cutter->listed->pdata[i], what))
			continue;
		cutter->met[i] = true;
		listed = true;
	}
	return listed;
}

/* Deletes the tokens, and says so if nobody would notice. */
static bool cut(Cutter *cutter, guint from, guint to)
{
	g_autofree char *words = words_of(cutter, from, to);
	g_autofree char *what = g_strdup_printf("%s: %s", cutter->name, words);
	GString *left = g_string_new_len(cutter->text, (gssize)start_of(cutter, from));
	g_autofree char *text = NULL;
	g_autoptr(Policy) policy = NULL;

	g_string_append(left, cutter->text + end_of(cutter, to));
	text = g_string_free(left, FALSE);
	policy = load_text(cutter->name, text, cutter->known, NULL);
	cutter->deleted++;
	if (!policy || is_listed(cutter, what))
		return true;
	g_test_message("nothing fails without \"%s\" (line %u)", what,
		       g_array_index(cutter->tokens, Token, from).place.line);
	return false;
}

static TokenType type_at(const Cutter *cutter, guint at)
{
	return g_array_index(cutter->tokens, Token, at).type;
}

/* Every run of words of a line: `from` to `to` inclusive. */
static bool cut_within(Cutter *cutter, guint from, guint to)
{
	bool good = true;

	for (guint i = from; i <= to; i++)
		for (guint j = i; j <= to; j++)
			good = cut(cutter, i, j) && good;
	return good;
}

/* The lines of a rule, of which the first is its head, and the last ends before `end`. */
static bool cut_lines(Cutter *cutter, guint from, guint end)
{
	bool good = true;

	for (guint i = from; i < end; i++) {
		guint to = i;

		while (to < end && type_at(cutter, to) != TOKEN_EOL &&
		       type_at(cutter, to) != TOKEN_OPEN && type_at(cutter, to) != TOKEN_CLOSE)
			to++;
		if (to > i)
			good = cut_within(cutter, i, to - 1) && good;
		i = to;
	}
	return good;
}

/* Where a rule ends: at the end of line, or of file, that is in no block. */
static guint end_of_rule(const Cutter *cutter, guint from)
{
	unsigned depth = 0;
	guint at = from;

	for (; type_at(cutter, at) != TOKEN_END; at++) {
		depth += type_at(cutter, at) == TOKEN_OPEN;
		depth -= type_at(cutter, at) == TOKEN_CLOSE;
		if (depth == 0 && type_at(cutter, at) == TOKEN_EOL)
			break;
	}
	return at;
}

/* Expectations are what the others are held against. */
static bool cut_rules(Cutter *cutter)
{
	bool good = true;

	for (guint at = 0; type_at(cutter, at) != TOKEN_END; at++) {
		guint end = end_of_rule(cutter, at);
		const Token *first = &g_array_index(cutter->tokens, Token, at);

		if (first->type == TOKEN_WORD && strcmp(first->text, "expect") != 0) {
			good = cut(cutter, at, end - 1) && good;
			good = cut_lines(cutter, at, end) && good;
		}
		at = MIN(end, cutter->tokens->len - 2);
	}
	return good;
}

static bool cut_file(const char *name, GPtrArray *listed, bool *met)
{
	g_autofree char *text = read_source("policy", name);
	const Source source = {.name = name, .bytes = text, .length = strlen(text)};
	g_autoptr(GPtrArray) known = known_services(text);
	g_autoptr(Policy) policy = load_text(name, text, known, NULL);
	Cutter cutter = {name, text, NULL, known, listed, met, 0};
	Arena arena;
	bool good;

	g_assert_nonnull(policy);
	arena_init(&arena);
	cutter.tokens = lexer_read(&source, &arena, NULL);
	good = cut_rules(&cutter);
	g_test_message("%s: %u deletions", name, cutter.deleted);
	g_assert_cmpuint(cutter.deleted, >=, 50);
	g_array_unref(cutter.tokens);
	arena_clear(&arena);
	return good;
}

/* A line of the list is a pattern of FILE: WORDS, two spaces, and why. */
static GPtrArray *read_list(GPtrArray *patterns)
{
	g_autofree char *text = read_source(".", LISTED);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GPtrArray *listed = g_ptr_array_new_with_free_func((GDestroyNotify)g_pattern_spec_free);

	for (char **line = lines; *line; line++) {
		char *why = strstr(*line, "  ");

		if (**line == '#' || **line == '\0')
			continue;
		if (!why)
			g_error("%s: '%s' does not say why", LISTED, *line);
		*why = '\0';
		g_ptr_array_add(patterns, g_strdup(*line));
		g_ptr_array_add(listed, g_pattern_spec_new(*line));
	}
	return listed;
}

static void test_deleted(void)
{
	g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) listed = read_list(patterns);
	g_autofree bool *met = g_new0(bool, listed->len + 1);
	bool good = true;

	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++)
		good = cut_file(shipped[i], listed, met) && good;
	g_assert_true(good);
	for (guint i = 0; i < listed->len; i++)
		if (!met[i])
			g_error("%s: '%s' names nothing that could be deleted", LISTED,
				(char *)patterns->pdata[i]);
}

/* ---- what they are ---- */

static void test_each(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autofree char *text = read_source("policy", shipped[i]);
		const PolicySource source = {shipped[i], text, strlen(text), NULL};
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = load(&source, 1, &error);

		g_assert_no_error(error);
	}
}

static Policy *load_all(void)
{
	PolicySource sources[G_N_ELEMENTS(shipped)];
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	Policy *policy;

	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		char *text = read_source("policy", shipped[i]);

		g_ptr_array_add(texts, text);
		sources[i] = (PolicySource){shipped[i], text, strlen(text), NULL};
	}
	policy = load(sources, G_N_ELEMENTS(shipped), &error);
	g_assert_no_error(error);
	return policy;
}

/* Whoever copies all of them has a policy. */
static void test_together(void)
{
	g_autoptr(Policy) policy = load_all();

	g_assert_nonnull(policy);
}

/* Both languages of the schools, each comment in Swedish and then in English. */
static void test_comments(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autofree char *text = read_source("policy", shipped[i]);

		g_assert_nonnull(strstr(text, "\n# "));
		g_assert_nonnull(strstr(text, "because en \""));
		g_assert_true(strstr(text, "å") && strstr(text, " the "));
	}
}

/* They look as `portvakt policy fmt` leaves them. */
static void test_layout(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autofree char *text = read_source("policy", shipped[i]);
		g_autofree char *laid_out =
			format_policy(shipped[i], text, strlen(text), NULL, NULL);

		g_assert_cmpstr(text, ==, laid_out);
	}
}

/* Somebody who has a value of everything, and asks for all of it. */
static Person *whole_person(const char *role)
{
	Person *person = fixture_person(role);
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++)
		person_add_value(person, &table[i],
				 table[i].syntax == SYNTAX_SUBJECT_ID ? "a@skola.example"
				 : table[i].scoped                    ? "student@skola.example"
								      : "200001012384",
				 -1);
	return person;
}

static Service *greedy_service(const char *text)
{
	Service *service = fixture_service(text);
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < n; i++)
		service_add_wish(service, table[i].saml, true);
	return service;
}

static void assert_nothing(const Policy *policy, const char *text)
{
	static const char *const roles[] = {"student", "staff", "teacher", "guardian"};
	const Circumstances circumstances = {.today = FIXTURE_TODAY, .level = "eid3"};
	g_autoptr(Service) service = greedy_service(text);

	for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
		g_autoptr(Person) person = whole_person(roles[i]);
		g_autoptr(Decision) decision =
			policy_decide(policy, person, service, &circumstances);

		g_assert_cmpint(decision->outcome, ==, OUTCOME_REFUSED);
		g_assert_cmpint(decision->reason, ==, REASON_REFUSED_NO_RULE);
		for (guint j = 0; j < decision->rows->len; j++)
			g_assert_null(((DecisionRow *)decision->rows->pdata[j])->values);
	}
}

/* Without a policy, whatever it carries; with all of them, a service without category that nobody
 * has decided about. */
static void test_nothing(void)
{
	g_autoptr(Policy) none = load(NULL, 0, NULL), all = load_all();

	assert_nothing(none, "https://noec.example/sp");
	assert_nothing(none, "https://noec.example/sp %https://refeds.org/category/personalized");
	assert_nothing(none, "client:moodle");
	assert_nothing(all, "https://noec.example/sp");
	assert_nothing(all, "client:moodle");
}

static bool gives(const Policy *policy, const Person *person, const Service *service,
		  const char *name)
{
	const Circumstances circumstances = {.today = FIXTURE_TODAY};
	g_autoptr(Decision) decision = policy_decide(policy, person, service, &circumstances);
	const DecisionRow *row = decision_row(decision, fixture_attribute(name));

	g_assert_cmpint(decision->outcome, ==, OUTCOME_ANSWERED);
	return row && row->values;
}

/* A code of conduct opens no way to a personal number, whatever its service requires. */
static void test_conduct(void)
{
	g_autoptr(Policy) all = load_all();
	g_autoptr(Person) person = fixture_person("staff mail=a@skola.example "
						  "norEduPersonNIN=200001012384 mobile=1");
	g_autoptr(Service) service =
		fixture_service("https://coco.example/sp mail! norEduPersonNIN! mobile "
				"%https://refeds.org/category/code-of-conduct/v2");

	g_assert_true(gives(all, person, service, "mail"));
	g_assert_false(gives(all, person, service, "norEduPersonNIN"));
	g_assert_false(gives(all, person, service, "mobile"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/shipped/each", test_each);
	g_test_add_func("/policy/shipped/together", test_together);
	g_test_add_func("/policy/shipped/comments", test_comments);
	g_test_add_func("/policy/shipped/layout", test_layout);
	g_test_add_func("/policy/shipped/nothing", test_nothing);
	g_test_add_func("/policy/shipped/conduct", test_conduct);
	g_test_add_func("/policy/shipped/deleted", test_deleted);
	return g_test_run();
}
