/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/arena.h"
#include "policy/source.h"

/*
 * Text into words: the lexical half of portvakt-policy(5). Whether a line goes on in the next is
 * settled here, so that the grammar sees an end of line only where a clause ends.
 */
typedef enum {
	TOKEN_END, /* of the file */
	TOKEN_EOL, /* end of line, or ; */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_WORD,
	TOKEN_STRING,
	TOKEN_NUMBER, /* 7 or 7-9 */
	TOKEN_DATE,
} TokenType;

typedef struct {
	TokenType type;
	bool firm; /* an EOL that is a ; */
	Place place;
	const char *text; /* as written; of a string: its meaning. Belongs to the arena */
	unsigned date;    /* yyyymmdd, a real day */
} Token;

/* The words of a file that source_check() has passed, with TOKEN_END last.
 * Returns: transfer full (an array of Token), or NULL and error. */
GArray *lexer_read(const Source *source, Arena *arena, GError **error);

/* What stands after a #, up to the end of the line. */
typedef struct {
	Place place;
	const char *text; /* with the #, without white space at the end; belongs to the arena */
	bool is_alone;    /* nothing stands before it on its line */
} Comment;

/* The same; and the comments, which mean nothing, are added to an array of Comment. */
GArray *lexer_read_all(const Source *source, Arena *arena, GArray *comments, GError **error);

/* A token as a message calls it: 'word', a text in quotes, "the end of the line". Transfer full. */
char *token_describe(const Token *token);
