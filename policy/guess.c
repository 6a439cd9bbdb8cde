/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/guess.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define GUESS_LENGTH_MAX 64

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	return MIN(MIN(a, b), c);
}

/* Optimal string alignment: Levenshtein's distance with swapped neighbours counted once. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned rows[3][GUESS_LENGTH_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= nb; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
			row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
			    y == g_ascii_tolower(a[i - 2]))
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
		unsigned *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[nb];
}

static bool holds(const char *name, const char *word)
{
	g_autofree char *folded_name = g_ascii_strdown(name, -1);
	g_autofree char *folded_word = g_ascii_strdown(word, -1);
	return strstr(folded_name, folded_word) != NULL;
}

const char *guess_nearest(const char *word, const char *const *names, size_t n)
{
	size_t length = strlen(word);
	const char *best = NULL, *part = NULL;
	unsigned best_distance = G_MAXUINT;
	if (length == 0 || length > GUESS_LENGTH_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t name_length = strlen(names[i]);
		if (name_length > GUESS_LENGTH_MAX)
			continue;
		unsigned d = distance(word, length, names[i], name_length);
		if (d < best_distance && d <= MAX(name_length, length) / 3) {
			best = names[i];
			best_distance = d;
		}
		if (!part && length >= 4 && holds(names[i], word))
			part = names[i];
	}
	return best ? best : part;
}
