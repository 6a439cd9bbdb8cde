/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "policy/policy.h"

/*
 * One policy file while it is loaded: its lines, what text may be in it at all, and messages that
 * point into it.
 */
typedef struct {
	const char *name;  /* lives as long as the policy */
	const char *bytes; /* only during the load */
	size_t length;
	const char *huvudman; /* whom alone it binds, only during the load; NULL: all there are */
	bool is_shared;       /* there are several, and it binds them all */
	bool is_swedish;      /* the messages about it are */
} Source;

/* Where a word stands. Lines and columns count from 1, columns in characters. */
typedef struct {
	const Source *source;
	unsigned line;
	unsigned column;
	unsigned width; /* characters to mark */
	size_t start;   /* offset of the first byte of its line */
} Place;

/* Checks what section LEXICAL RULES of portvakt-policy(5) asks of the bytes themselves: size,
 * length of lines, UTF-8 in NFC, no control, bidi or other invisible characters. */
bool source_check(const Source *source, GError **error);

/* Sets error to `file:line:col: text`, the line, and the word marked below it. */
void place_error(GError **error, PolicyError code, const Place *place, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

/* The language of the messages about a place: "sv" or "en". Static. */
const char *place_language(const Place *place);

/* A text in that language (swedish.h). Static, or the text. */
const char *place_say(const Place *place, const char *english) G_GNUC_FORMAT(2);

/* `; did you mean 'X'?` in that language, for the one of names (char *) that is nearest to a word,
 * or "". Transfer full. */
char *place_guess(const Place *place, const char *word, const GPtrArray *names);

/* `file:line`, for pointing at another place within a message. Transfer full. */
char *place_name(const Place *place);
