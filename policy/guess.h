/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

/*
 * What a misspelt word was probably meant to be: for the messages of policy and configuration.
 */

/* The one of `names` that is most like `word`: one that differs only in case, else one within an
 * edit distance (insert, delete, replace, swap neighbours) of a third of the word, else one that
 * has the word for a part, a fifth of it wrong at most (at least 4 characters: "afiliation" for
 * "eduPersonScopedAffiliation"). Of equals the first. NULL if none is like it, or if the word is
 * longer than 256 bytes. Bytes are compared, ASCII case folded. Transfer none. */
const char *guess_nearest(const char *word, const char *const *names, size_t n);

/* "; did you mean 'X'?" for the one of names (char *) that is nearest, or "". Transfer full. */
char *guess_phrase(const char *word, const GPtrArray *names);
