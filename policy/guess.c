/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/guess.h"

#include <stdbool.h>
#include <string.h>

#define GUESS_LENGTH_MAX 256

/* Edits that make word out of text (optimal string alignment), or, with part, out of that part of
 * text that is most like word. length: of word, at most GUESS_LENGTH_MAX. */
static unsigned distance(const char *word, size_t length, const char *text, bool part)
{
	unsigned rows[3][GUESS_LENGTH_MAX + 1];
	size_t m = strlen(text);
	unsigned best = (unsigned)length;

	for (size_t i = 0; i <= length; i++)
		rows[0][i] = (unsigned)i;
	for (size_t j = 1; j <= m; j++) {
		unsigned *row = rows[j % 3], *above = rows[(j + 2) % 3], *top = rows[(j + 1) % 3];
		char y = g_ascii_tolower(text[j - 1]);

		row[0] = part ? 0 : (unsigned)j;
		for (size_t i = 1; i <= length; i++) {
			char x = g_ascii_tolower(word[i - 1]);

			row[i] = MIN(above[i - 1] + (x != y), MIN(above[i], row[i - 1]) + 1);
			if (i > 1 && j > 1 && x == g_ascii_tolower(text[j - 2]) &&
			    y == g_ascii_tolower(word[i - 2]))
				row[i] = MIN(row[i], top[i - 2] + 1);
		}
		best = MIN(best, row[length]);
	}
	return part ? best : rows[m % 3][length];
}

/* How unlike, in edits; G_MAXUINT when too unlike to be meant. */
static unsigned unlikeness(const char *word, size_t length, const char *name)
{
	unsigned whole = distance(word, length, name, false), part;

	if (whole <= MAX(1, length / 3))
		return whole;
	part = length >= 4 ? distance(word, length, name, true) : G_MAXUINT;
	/* A part is weaker evidence than the whole. */
	return part <= length / 5 ? part + (unsigned)length / 3 + 1 : G_MAXUINT;
}

const char *guess_nearest(const char *word, const char *const *names, size_t n)
{
	size_t length = strlen(word);
	unsigned best = G_MAXUINT;
	const char *found = NULL;

	if (length == 0 || length > GUESS_LENGTH_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		unsigned score = unlikeness(word, length, names[i]);

		if (score < best) {
			best = score;
			found = names[i];
		}
	}
	return found;
}

char *guess_phrase(const char *word, const GPtrArray *names)
{
	const char *meant = guess_nearest(word, (const char *const *)names->pdata, names->len);

	return meant ? g_strdup_printf("; did you mean '%s'?", meant) : g_strdup("");
}
