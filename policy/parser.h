/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/lexer.h"

/*
 * Walking over the words of one file, for the grammar: look at a word, take it, or say what was
 * expected in its place. Functions that return bool or a pointer set error when they fail.
 */
typedef struct {
	const Source *source;
	const PolicyContext *context; /* what groups, feeds and levels there are */
	Arena *arena;
	GArray *tokens; /* of lexer_read() */
	GArray *lists;  /* of bytes: those of parser_list() */
	guint at;
	unsigned conditions; /* of the rule that is read */
} Parser;

/* The word at hand; never past TOKEN_END. */
const Token *parser_peek(const Parser *parser);

/* The word n places further on. */
const Token *parser_look(const Parser *parser, guint n);

/* Takes the word at hand. */
const Token *parser_take(Parser *parser);

/* Whether that word, byte by byte, is at hand. */
bool parser_is(const Parser *parser, const char *word);

/* Takes that word if it is at hand. */
bool parser_accept(Parser *parser, const char *word);

/* Takes a token of that type if it is at hand. */
bool parser_accept_type(Parser *parser, TokenType type);

/* Takes that word, or fails. */
bool parser_need_word(Parser *parser, const char *word, GError **error);

/* Takes a token of that type, or fails, saying what was expected ("a title in quotes"). */
const Token *parser_need(Parser *parser, TokenType type, const char *expected, GError **error);

/* Fails: what is at hand is not what was expected. words (NULL-terminated, may be NULL) are what
 * could stand here, for guessing. Returns false. */
bool parser_unexpected(const Parser *parser, const char *expected, const char *const *words,
		       GError **error);

/* The same, of what was surely meant; NULL: nobody knows. */
bool parser_unexpected_for(const Parser *parser, const char *expected, const char *meant,
			   GError **error);

/* Takes a day (yyyymmdd), or fails. */
bool parser_need_date(Parser *parser, unsigned *date, GError **error);

/*
 * Lists that are being read, one on top of the other: one that is begun within another is kept
 * before anything is added to that. What is not kept, since reading fails, goes with the parser.
 */

/* Begins a list. Returns: the mark by which the others know it. */
guint parser_list(Parser *parser);

/* Adds an item to the list on top: size bytes, a multiple of 8. */
void parser_add(Parser *parser, const void *item, size_t size);

/* What is in the list on top, valid until something is added. n: how many items of that size. */
const void *parser_listed(const Parser *parser, guint list, size_t size, unsigned *n);

/* Ends the list. Returns: a copy that belongs to the arena, NULL of none. n: how many. */
void *parser_keep(Parser *parser, guint list, size_t size, unsigned *n);

/* Counts one more condition of the rule; fails past POLICY_CONDITIONS_MAX. */
bool parser_count_condition(Parser *parser, GError **error);

void parser_skip_lines(Parser *parser);

/* Whether a word belongs to the language, and so cannot be a name. */
bool parser_is_reserved(const char *word);

/* All such words, sorted by bytes. n: how many. */
const char *const *parser_words(size_t *n);

/* Takes a WORD that can be a name. */
const Token *parser_need_name(Parser *parser, const char *expected, GError **error);

/* The words that begin a rule; NULL-terminated. */
extern const char *const parser_rule_words[];

/* Whether the rule, or the clause of a block, ends here; else fails. The end is not taken. */
bool parser_end_of_rule(Parser *parser, GError **error);
bool parser_end_of_clause(Parser *parser, GError **error);

/* Fails, at where the block began, if it is not closed: at the end of the file, or before what can
 * only begin another rule. what: how it began. */
bool parser_check_open(const Parser *parser, const Place *opened, const char *what, GError **error);

/* Steps to the next clause of a block. Returns 1 if there is one, 0 at the closing brace (which is
 * taken), -1 when the block is not closed. opened, what: where and how the block began. */
int parser_next_clause(Parser *parser, const Place *opened, const char *what, GError **error);
