/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stddef.h>

/*
 * What a misspelt word was probably meant to be: for the messages of policy and configuration.
 *
 * Returns the one of `names` that is nearest to `word`: a name that differs only in case, else
 * one within an edit distance (insert, delete, replace, swap neighbours) of a third of its length,
 * else one that holds the word as a part (at least 4 characters). NULL if none is near. Names
 * longer than 64 bytes are never guessed. Bytes are compared, ASCII case folded. Transfer none.
 */
const char *guess_nearest(const char *word, const char *const *names, size_t n);
