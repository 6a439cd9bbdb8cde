/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/parser.h"

#include <string.h>

#include "policy/guess.h"

/* Every word of the language, sorted by bytes. */
static const char *const words[] = {
	"agreement", "also",      "always",    "and",        "any",
	"anything",  "approved",  "as",        "ascii",      "ask",
	"asked",     "asks",      "assertion", "at",         "attribute",
	"basis",     "because",   "beginning", "both",       "by",
	"bytes",     "category",  "client",    "demand",     "encrypt",
	"everyone",  "except",    "expect",    "federation", "for",
	"format",    "from",      "gets",      "give",       "grade",
	"group",     "guard",     "guardian",  "gymnasium",  "huvudman",
	"if",        "in",        "inform",    "informed",   "is",
	"issuer",    "kind",      "login",     "lower-case", "needs",
	"never",     "new",       "nothing",   "of",         "oidc",
	"on",        "only",      "or",        "pairwise",   "pass",
	"policy",    "protected", "protocol",  "refused",    "registered-by",
	"release",   "rename",    "requested", "requests",   "required",
	"response",  "saml",      "scope",     "service",    "sign",
	"signal",    "signed",    "silent",    "size",       "staff",
	"start",     "student",   "subject",   "tag",        "teacher",
	"test",      "to",        "transient", "two",        "unasked",
	"unit",      "unsigned",  "until",     "value",      "when-possible",
	"without",
};

const char *const parser_rule_words[] = {"release", "never", "service", "tag", "expect", NULL};

bool parser_is_reserved(const char *word)
{
	size_t low = 0, high = G_N_ELEMENTS(words);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(word, words[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

const char *const *parser_words(size_t *n)
{
	*n = G_N_ELEMENTS(words);
	return words;
}

const Token *parser_look(const Parser *parser, guint n)
{
	guint at = MIN(parser->at + n, parser->tokens->len - 1);

	return &g_array_index(parser->tokens, Token, at);
}

const Token *parser_peek(const Parser *parser)
{
	return parser_look(parser, 0);
}

const Token *parser_take(Parser *parser)
{
	const Token *token = parser_peek(parser);

	if (parser->at + 1 < parser->tokens->len)
		parser->at++;
	return token;
}

bool parser_is(const Parser *parser, const char *word)
{
	const Token *token = parser_peek(parser);

	return token->type == TOKEN_WORD && *token->text == *word && strcmp(token->text, word) == 0;
}

bool parser_accept(Parser *parser, const char *word)
{
	if (!parser_is(parser, word))
		return false;
	parser_take(parser);
	return true;
}

bool parser_accept_type(Parser *parser, TokenType type)
{
	if (parser_peek(parser)->type != type)
		return false;
	parser_take(parser);
	return true;
}

/* What other systems, and people, call what a word of the language says. */
static const struct {
	const char *word, *meant;
} others[] = {
	{"pupil", "student"},     {"pupils", "student"},
	{"elev", "student"},      {"elever", "student"},
	{"lärare", "teacher"},    {"faculty", "teacher"},
	{"personal", "staff"},    {"employee", "staff"},
	{"employees", "staff"},   {"anställda", "staff"},
	{"parent", "guardian"},   {"parents", "guardian"},
	{"förälder", "guardian"}, {"vårdnadshavare", "guardian"},
	{"all", "everyone"},      {"alla", "everyone"},
	{"anyone", "everyone"},   {"permit", "release"},
	{"allow", "release"},     {"rule", "release"},
	{"deny", "never"},        {"forbid", "never"},
};

/* The candidate that another word stands for; NULL: none. */
static const char *other_word(const char *word, const char *const *candidates)
{
	g_autofree char *low = g_utf8_strdown(word, -1);

	for (size_t i = 0; candidates && i < G_N_ELEMENTS(others); i++)
		if (strcmp(others[i].word, low) == 0 &&
		    g_strv_contains(candidates, others[i].meant))
			return others[i].meant;
	return NULL;
}

bool parser_unexpected_for(const Parser *parser, const char *expected, const char *meant,
			   GError **error)
{
	const Token *token = parser_peek(parser);
	g_autofree char *found = token_describe(token);
	g_autofree char *guess =
		meant ? g_strdup_printf(place_say(&token->place, "; did you mean '%s'?"), meant)
		      : g_strdup("");

	place_error(error, POLICY_ERROR_SYNTAX, &token->place, "expected %s, not %s%s",
		    place_say(&token->place, expected), found, guess);
	return false;
}

bool parser_unexpected(const Parser *parser, const char *expected, const char *const *candidates,
		       GError **error)
{
	const Token *token = parser_peek(parser);
	const char *meant = NULL;
	size_t n = 0;

	while (candidates && candidates[n])
		n++;
	if (token->type == TOKEN_WORD)
		meant = other_word(token->text, candidates);
	if (token->type == TOKEN_WORD && !meant)
		meant = guess_nearest(token->text, candidates, n);
	return parser_unexpected_for(parser, expected, meant, error);
}

bool parser_need_word(Parser *parser, const char *word, GError **error)
{
	const char *const candidates[] = {word, NULL};
	g_autofree char *expected = NULL;

	if (parser_accept(parser, word))
		return true;
	expected = g_strdup_printf("'%s'", word);
	return parser_unexpected(parser, expected, candidates, error);
}

const Token *parser_need(Parser *parser, TokenType type, const char *expected, GError **error)
{
	if (parser_peek(parser)->type == type)
		return parser_take(parser);
	parser_unexpected(parser, expected, NULL, error);
	return NULL;
}

const Token *parser_need_name(Parser *parser, const char *expected, GError **error)
{
	const Token *token = parser_peek(parser);

	if (token->type == TOKEN_WORD && parser_is_reserved(token->text)) {
		place_error(error, POLICY_ERROR_SYNTAX, &token->place,
			    "expected %s, but '%s' is a word of the language and names nothing",
			    place_say(&token->place, expected), token->text);
		return NULL;
	}
	return parser_need(parser, TOKEN_WORD, expected, error);
}

bool parser_need_date(Parser *parser, unsigned *date, GError **error)
{
	const Token *token =
		parser_need(parser, TOKEN_DATE, "a day, written like 2027-06-30", error);

	if (token)
		*date = token->date;
	return token != NULL;
}

guint parser_list(Parser *parser)
{
	return parser->lists->len;
}

void parser_add(Parser *parser, const void *item, size_t size)
{
	g_array_append_vals(parser->lists, item, (guint)size);
}

const void *parser_listed(const Parser *parser, guint list, size_t size, unsigned *n)
{
	*n = (parser->lists->len - list) / (guint)size;
	return parser->lists->data + list;
}

void *parser_keep(Parser *parser, guint list, size_t size, unsigned *n)
{
	const void *items = parser_listed(parser, list, size, n);
	void *copy = *n > 0 ? arena_alloc(parser->arena, *n * size) : NULL;

	if (copy)
		memcpy(copy, items, *n * size);
	g_array_set_size(parser->lists, list);
	return copy;
}

bool parser_count_condition(Parser *parser, GError **error)
{
	if (++parser->conditions <= POLICY_CONDITIONS_MAX)
		return true;
	place_error(error, POLICY_ERROR_MEANING, &parser_peek(parser)->place,
		    "the rule has more than %d conditions; gather services in a tag, or divide it",
		    POLICY_CONDITIONS_MAX);
	return false;
}

void parser_skip_lines(Parser *parser)
{
	while (parser_accept_type(parser, TOKEN_EOL))
		;
}

bool parser_end_of_rule(Parser *parser, GError **error)
{
	const Token *token = parser_peek(parser);
	g_autofree char *found = token_describe(token);

	if (token->type == TOKEN_EOL || token->type == TOKEN_END)
		return true;
	if (token->type == TOKEN_WORD)
		return parser_unexpected(parser, "the end of the line", NULL, error);
	place_error(error, POLICY_ERROR_SYNTAX, &token->place,
		    "expected the end of the line, not %s", found);
	return false;
}

bool parser_end_of_clause(Parser *parser, GError **error)
{
	const Token *token = parser_peek(parser);
	g_autofree char *found = NULL;

	if (token->type == TOKEN_EOL || token->type == TOKEN_CLOSE || token->type == TOKEN_END)
		return true;
	if (token->type == TOKEN_WORD && parser_is_reserved(token->text))
		return parser_unexpected(parser, "the end of the line", NULL, error);
	found = token_describe(token);
	place_error(error, POLICY_ERROR_SYNTAX, &token->place,
		    "expected the end of the line, not %s (a comma before it?)", found);
	return false;
}

bool parser_check_open(const Parser *parser, const Place *opened, const char *what, GError **error)
{
	const Token *token = parser_peek(parser);
	bool closed = token->type != TOKEN_END;

	for (unsigned i = 0; token->type == TOKEN_WORD && parser_rule_words[i]; i++)
		if (strcmp(token->text, parser_rule_words[i]) == 0)
			closed = false;
	if (!closed)
		place_error(error, POLICY_ERROR_SYNTAX, opened,
			    "'%s' opened here is not closed with '}'", what);
	return closed;
}

int parser_next_clause(Parser *parser, const Place *opened, const char *what, GError **error)
{
	parser_skip_lines(parser);
	if (parser_accept_type(parser, TOKEN_CLOSE))
		return 0;
	return parser_check_open(parser, opened, what, error) ? 1 : -1;
}
