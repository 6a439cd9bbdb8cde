/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The grammar of portvakt-policy(5) is what the parser reads: sentences are made of it by chance,
 * and none of them may be called something else than a sentence. What they say need not make sense.
 */
#include "policy/parser.h"
#include "tests/unit/policy-municipality.h"

#define SENTENCES 20000
#define DEEP      24 /* from there on nothing is repeated and nothing left out is put in */

typedef struct {
	GPtrArray *words;  /* char *: of the grammar, as written */
	GHashTable *rules; /* name -> place of what stands after its '=' */
	bool *used;        /* of each word, whether a sentence had it */
	GRand *rand;
} Grammar;

static const char *at(const Grammar *grammar, guint i)
{
	return i < grammar->words->len ? grammar->words->pdata[i] : ";";
}

static bool is(const Grammar *grammar, guint i, const char *word)
{
	return g_str_equal(at(grammar, i), word);
}

/* Words in quotes, names, and the signs that put them together. */
static void read_grammar(Grammar *grammar)
{
	g_autofree char *page = NULL, *text = NULL;
	g_autoptr(GRegex) regex = g_regex_new("\"[^\"]*\"|\\w+|[=|;{}()\\[\\]]", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	const char *start;

	g_assert_true(
		g_file_get_contents(TEST_SRCDIR "/policy/portvakt-policy.5", &page, NULL, NULL));
	start = strstr(strstr(page, "\n.Sh GRAMMAR\n"), "\n.Bd -literal\n");
	start += strlen("\n.Bd -literal\n");
	text = g_strndup(start, (gsize)(strstr(start, ".Ed\n") - start));
	grammar->words = g_ptr_array_new_with_free_func(g_free);
	for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL))
		g_ptr_array_add(grammar->words, g_match_info_fetch(match, 0));
	grammar->rules = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i + 1 < grammar->words->len; i++)
		if (is(grammar, i + 1, "="))
			g_hash_table_insert(grammar->rules, (gpointer)(guintptr)at(grammar, i),
					    GUINT_TO_POINTER(i + 2));
	grammar->used = g_new0(bool, grammar->words->len);
	grammar->rand = g_rand_new_with_seed(20261126);
}

static bool opens(const char *word)
{
	return *word == '(' || *word == '[' || *word == '{';
}

static bool closes(const char *word)
{
	return *word == ')' || *word == ']' || *word == '}';
}

/* From one part to where the next of the same depth begins. */
static guint skip(const Grammar *grammar, guint i)
{
	unsigned depth = 0;

	do {
		depth += opens(at(grammar, i));
		depth -= closes(at(grammar, i));
		i++;
	} while (depth > 0);
	return i;
}

static bool ends(const Grammar *grammar, guint i)
{
	return is(grammar, i, "|") || is(grammar, i, ";") || closes(at(grammar, i));
}

/* What stands for a token, whatever it may mean there. */
static const char *token_text(const char *token)
{
	static const struct {
		const char *token, *text;
	} texts[] = {
		{"WORD", "NE"},
		{"STRING", "\"https://x.example\""},
		{"INT", "1"},
		{"RANGE", "1-2"},
		{"DATE", "2027-06-30"},
		{"EOL", "\n"},
		{"LANG", "sv"},
		{"LEVEL", "eid2"},
		{"GROUP", "vikarier"},
		{"FEED", "skolfederation"},
		{"ATTR", "sisSchoolCourseStudent"},
		{"KIND", "contact"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (g_str_equal(texts[i].token, token))
			return texts[i].text;
	g_error("the grammar has no rule '%s'", token);
}

static void derive(Grammar *grammar, guint i, unsigned depth, GString *sentence);

static unsigned times(Grammar *grammar, unsigned depth, unsigned most)
{
	return depth >= DEEP ? 0 : (unsigned)g_rand_int_range(grammar->rand, 0, (gint32)most + 1);
}

static void derive_part(Grammar *grammar, guint i, unsigned depth, GString *sentence)
{
	const char *word = at(grammar, i);
	gpointer rule;

	grammar->used[i] = true;
	if (opens(word)) {
		unsigned n = *word == '(' ? 1 : times(grammar, depth, *word == '{' ? 3 : 1);

		while (n-- > 0)
			derive(grammar, i + 1, depth + 1, sentence);
	} else if (*word == '"') {
		g_string_append_len(sentence, word + 1, (gssize)strlen(word) - 2);
		g_string_append_c(sentence, ' ');
	} else if (g_hash_table_lookup_extended(grammar->rules, word, NULL, &rule)) {
		derive(grammar, GPOINTER_TO_UINT(rule), depth + 1, sentence);
	} else {
		g_string_append_printf(sentence, "%s ", token_text(word));
	}
}

/* One of the alternatives from there to the end. */
static void derive(Grammar *grammar, guint i, unsigned depth, GString *sentence)
{
	guint starts[32] = {i}, n = 1;

	for (guint j = i; !is(grammar, j, ";") && !closes(at(grammar, j)); j = skip(grammar, j))
		if (is(grammar, j, "|"))
			starts[n++] = j + 1;
	g_assert_cmpuint(n, <, G_N_ELEMENTS(starts));
	for (i = starts[g_rand_int_range(grammar->rand, 0, (gint32)n)]; !ends(grammar, i);
	     i = skip(grammar, i))
		derive_part(grammar, i, depth, sentence);
}

static void assert_sentence(const char *text)
{
	PolicySource source = {"t.policy", text, strlen(text), NULL};
	PolicyContext context = {.scopes = fixture_scopes, .today = FIXTURE_TODAY};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	municipality_fill(&context);
	policy = policy_load(&source, 1, &context, &error);
	if (g_error_matches(error, POLICY_ERROR, POLICY_ERROR_SYNTAX))
		g_error("%s\n%s", error->message, text);
}

static void test_sentences(void)
{
	Grammar grammar;
	guint rule;

	read_grammar(&grammar);
	rule = GPOINTER_TO_UINT(g_hash_table_lookup(grammar.rules, "rule"));
	for (unsigned i = 0; i < SENTENCES; i++) {
		g_autoptr(GString) sentence = g_string_new("policy 1\n");

		derive(&grammar, rule, 0, sentence);
		assert_sentence(sentence->str);
	}
	/* all of it was said, but for how a file begins */
	for (guint i = rule; i < grammar.words->len; i++)
		if (*at(&grammar, i) == '"' && !grammar.used[i])
			g_error("no sentence had %s", at(&grammar, i));
	g_ptr_array_unref(grammar.words);
	g_hash_table_unref(grammar.rules);
	g_free(grammar.used);
	g_rand_free(grammar.rand);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/grammar/sentences", test_sentences);
	return g_test_run();
}
