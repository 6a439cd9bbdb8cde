/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Editors colour the words of the language, all of them and no others. */
#include <jansson.h>
#include <string.h>

#include "policy/parser.h"

#define EDITOR TEST_SRCDIR "/contrib/editor/"

static GHashTable *words_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* Adds each of the words, none of which may be there yet. */
static void add_words(GHashTable *words, const char *text, const char *between)
{
	g_auto(GStrv) list = g_strsplit(text, between, -1);

	for (char **word = list; *word; word++)
		if (**word && !g_hash_table_add(words, g_strdup(*word)))
			g_error("'%s' is there twice", *word);
}

static void assert_words(GHashTable *words)
{
	size_t n;
	const char *const *reserved = parser_words(&n);

	for (size_t i = 0; i < n; i++)
		if (!g_hash_table_remove(words, reserved[i]))
			g_error("'%s' is not there", reserved[i]);
	if (g_hash_table_size(words) > 0) {
		g_autofree gpointer *left = g_hash_table_get_keys_as_array(words, NULL);

		g_error("'%s' is no word of the language", (char *)left[0]);
	}
}

static void test_vim(void)
{
	g_autoptr(GHashTable) words = words_new();
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_assert_true(
		g_file_get_contents(EDITOR "vim/syntax/portvakt-policy.vim", &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		const char *list = *line + strlen("syntax keyword ");

		if (!g_str_has_prefix(*line, "syntax keyword ") ||
		    g_str_has_prefix(list, "portvaktTodo "))
			continue;
		add_words(words, strchr(list, ' ') + 1, " ");
	}
	assert_words(words);
}

static json_t *read_json(const char *name)
{
	g_autofree char *path = g_strconcat(EDITOR "vscode/", name, NULL);
	json_error_t error;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		g_error("%s:%d: %s", name, error.line, error.text);
	return json;
}

/* Words stand in the patterns as (?:one|other). */
static void test_vscode(void)
{
	g_autoptr(GHashTable) words = words_new();
	json_t *grammar = read_json("syntaxes/portvakt-policy.tmLanguage.json"), *pattern;
	size_t i;

	json_array_foreach(json_object_get(grammar, "patterns"), i, pattern)
	{
		const char *match = json_string_value(json_object_get(pattern, "match"));
		const char *list = match ? strstr(match, "(?:") : NULL;
		g_autofree char *inside = NULL;

		if (!list)
			continue;
		list += strlen("(?:");
		inside = g_strndup(list, strcspn(list, ")"));
		add_words(words, inside, "|");
	}
	assert_words(words);
	json_decref(grammar);
}

/* What VS Code reads is there. */
static void test_package(void)
{
	json_t *package = read_json("package.json"), *language, *syntax;
	json_t *configuration = read_json("language-configuration.json");
	json_t *grammar = read_json("syntaxes/portvakt-policy.tmLanguage.json");
	const char *id, *grammar_id, *scope, *path, *of;

	g_assert_cmpint(json_unpack(package, "{s:{s:[o], s:[o]}}", "contributes", "languages",
				    &language, "grammars", &syntax),
			==, 0);
	g_assert_cmpint(json_unpack(language, "{s:s, s:s}", "id", &id, "configuration", &path), ==,
			0);
	g_assert_cmpstr(path, ==, "./language-configuration.json");
	g_assert_cmpint(json_unpack(syntax, "{s:s, s:s, s:s}", "language", &grammar_id, "scopeName",
				    &scope, "path", &path),
			==, 0);
	g_assert_cmpstr(path, ==, "./syntaxes/portvakt-policy.tmLanguage.json");
	g_assert_cmpstr(grammar_id, ==, id);
	g_assert_cmpint(json_unpack(grammar, "{s:s}", "scopeName", &of), ==, 0);
	g_assert_cmpstr(of, ==, scope);
	json_decref(package);
	json_decref(configuration);
	json_decref(grammar);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/words/vim", test_vim);
	g_test_add_func("/policy/words/vscode", test_vscode);
	g_test_add_func("/policy/words/package", test_package);
	return g_test_run();
}
