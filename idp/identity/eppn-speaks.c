/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/eppn-speaks.h"

#include "idp/limits.h"
#include <string.h>

/* ---- readings: a text as lower-case letters and digits, parts set apart by one space ---- */

typedef struct {
	gunichar letter;
	const char *one; /* NULL: what is left without its mark */
	const char *two;
} Spelling;

static const Spelling spellings[] = {
	{0xe5 /* å */, NULL, "aa"},  {0xe4 /* ä */, NULL, "ae"},  {0xe6 /* æ */, "a", "ae"},
	{0xf6 /* ö */, NULL, "oe"},  {0xf8 /* ø */, "o", "oe"},   {0xfc /* ü */, NULL, "ue"},
	{0x111 /* đ */, "d", "dj"},  {0xf0 /* ð */, "d", "dh"},   {0xfe /* þ */, "t", "th"},
	{0x14b /* ŋ */, "n", "ng"},  {0x167 /* ŧ */, "t", "th"},  {0x161 /* š */, NULL, "sh"},
	{0x10d /* č */, NULL, "ch"}, {0x17e /* ž */, NULL, "zh"}, {0x142 /* ł */, "l", "l"},
	{0x1e5 /* ǥ */, "g", "gh"},  {0x292 /* ʒ */, "z", "dz"},  {0x127 /* ħ */, "h", "hh"},
	{0x131 /* ı */, "i", "i"},   {0x153 /* œ */, "o", "oe"},
};

/* Which letters a reading spells with two: å, ä, ö, and all others. */
enum {
	TWO_AA = 1,
	TWO_AE = 2,
	TWO_OE = 4,
	TWO_OTHERS = 8,
	TWO_ALL = 15,
};

static unsigned which_two(const char *two)
{
	if (strcmp(two, "aa") == 0)
		return TWO_AA;
	if (strcmp(two, "ae") == 0)
		return TWO_AE;
	if (strcmp(two, "oe") == 0 || strcmp(two, "ue") == 0)
		return TWO_OE;
	return TWO_OTHERS;
}

static const Spelling *spelling_of(gunichar letter)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(spellings); i++)
		if (spellings[i].letter == letter)
			return &spellings[i];
	return NULL;
}

/* Of which letters the text has any: TWO_... */
static unsigned choices_in(const char *text)
{
	unsigned choices = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_find_next_char(p, NULL)) {
		const Spelling *spelling = spelling_of(g_utf8_get_char(p));

		if (spelling != NULL)
			choices |= which_two(spelling->two);
	}
	return choices;
}

static bool is_mark(gunichar c)
{
	return g_unichar_ismark(c);
}

/* Letters, digits and marks as they are; whatever is between them as one space. */
static char *only_letters(const char *text)
{
	GString *letters = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p = g_utf8_find_next_char(p, NULL)) {
		gunichar c = g_utf8_get_char(p);

		if ((g_unichar_isalnum(c) && g_unichar_type(c) != G_UNICODE_MODIFIER_LETTER) ||
		    is_mark(c))
			g_string_append_unichar(letters, c);
		else if (letters->len > 0 && letters->str[letters->len - 1] != ' ')
			g_string_append_c(letters, ' ');
	}
	if (letters->len > 0 && letters->str[letters->len - 1] == ' ')
		g_string_truncate(letters, letters->len - 1);
	return g_string_free(letters, FALSE);
}

static char *without_marks(const char *text)
{
	g_autofree char *apart = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
	GString *bare = g_string_new(NULL);

	for (const char *p = apart; *p != '\0'; p = g_utf8_find_next_char(p, NULL))
		if (!is_mark(g_utf8_get_char(p)))
			g_string_append_unichar(bare, g_utf8_get_char(p));
	return g_string_free(bare, FALSE);
}

static char *spelled(const char *text, unsigned two)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p = g_utf8_find_next_char(p, NULL)) {
		const Spelling *spelling = spelling_of(g_utf8_get_char(p));
		const char *as = spelling == NULL                        ? NULL
				 : (which_two(spelling->two) & two) != 0 ? spelling->two
									 : spelling->one;

		if (as != NULL)
			g_string_append(out, as);
		else
			g_string_append_unichar(out, g_utf8_get_char(p));
	}
	return without_marks(out->str);
}

static char *ascii_of(const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p++)
		if (g_ascii_isprint(*p))
			g_string_append_c(out, *p);
	return g_string_free(out, FALSE);
}

/* Takes the text. */
static void add_reading(GPtrArray *readings, char *text)
{
	g_autofree char *owned = text;
	g_autofree char *folded = g_utf8_casefold(owned, -1);
	char *letters = only_letters(folded);

	if (*letters == '\0' ||
	    g_ptr_array_find_with_equal_func(readings, letters, g_str_equal, NULL))
		g_free(letters);
	else
		g_ptr_array_add(readings, letters);
}

/* Valid, cut, small and with letters and marks in one. */
static char *composed(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
	glong length = MIN(LIMIT_EPPN_NAME, g_utf8_strlen(valid, -1));
	g_autofree char *cut = g_utf8_substring(valid, 0, length);
	g_autofree char *folded = g_utf8_casefold(cut, -1);

	return g_utf8_normalize(folded, -1, G_NORMALIZE_DEFAULT_COMPOSE);
}

/* The first is the text as it stands; none for a text without letters. */
static GPtrArray *readings_of(const char *text)
{
	g_autofree char *whole = composed(text);
	unsigned choices;
	GPtrArray *readings = g_ptr_array_new_with_free_func(g_free);

	add_reading(readings, g_strdup(whole));
	if (g_str_is_ascii(whole))
		return readings;
	choices = choices_in(whole);
	for (unsigned two = 0; two <= TWO_ALL; two++)
		if ((two & ~choices) == 0)
			add_reading(readings, spelled(whole, two));
	add_reading(readings, g_str_to_ascii(whole, "C"));
	add_reading(readings, ascii_of(whole));
	return readings;
}

static char *joined(const char *reading)
{
	GString *out = g_string_new(reading);

	g_string_replace(out, " ", "", 0);
	return g_string_free(out, FALSE);
}

/* ---- looking for pieces ---- */

/* The readings of the local part, without what separates. */
static GPtrArray *local_of(const char *eppn)
{
	const char *at = strrchr(eppn, '@');
	g_autofree char *local = g_strndup(eppn, at != NULL ? (gsize)(at - eppn) : strlen(eppn));
	GPtrArray *readings = readings_of(local);

	for (guint i = 0; i < readings->len; i++) {
		char *whole = joined(readings->pdata[i]);

		g_free(readings->pdata[i]);
		readings->pdata[i] = whole;
	}
	return readings;
}

static bool says(const GPtrArray *local, const char *piece)
{
	for (guint i = 0; i < local->len; i++)
		if (strstr(local->pdata[i], piece) != NULL)
			return true;
	return false;
}

static glong letters_of(const char *reading)
{
	g_autofree char *whole = joined(reading);

	return g_utf8_strlen(whole, -1);
}

/* Any three letters in a row, or all there are; a reading of fewer than `least` says nothing. */
static bool says_three(const GPtrArray *local, const char *reading, glong least)
{
	g_autofree char *whole = joined(reading);
	glong length = g_utf8_strlen(whole, -1);
	glong width = MIN(3, length);

	if (length == 0 || length < least)
		return false;
	for (glong i = 0; i + width <= length; i++) {
		g_autofree char *piece = g_utf8_substring(whole, i, i + width);

		if (says(local, piece))
			return true;
	}
	return false;
}

/* The first two letters; NULL where there are fewer than `least`. */
static char *head(const char *part, glong least)
{
	glong length = g_utf8_strlen(part, -1);

	return length < least ? NULL : g_utf8_substring(part, 0, MIN(2, length));
}

static void add_head(GPtrArray *heads, char *text)
{
	if (text == NULL || g_ptr_array_find_with_equal_func(heads, text, g_str_equal, NULL))
		g_free(text);
	else
		g_ptr_array_add(heads, text);
}

/* How the parts of a name begin, and the whole of it, which may be one letter. */
static GPtrArray *heads_of(const GPtrArray *readings)
{
	GPtrArray *heads = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < readings->len; i++) {
		g_autofree char *whole = joined(readings->pdata[i]);
		g_auto(GStrv) parts = g_strsplit(readings->pdata[i], " ", LIMIT_EPPN_NAME_PARTS);

		add_head(heads, head(whole, 1));
		for (unsigned k = 0; parts[k] != NULL; k++)
			add_head(heads, head(parts[k], 2));
	}
	return heads;
}

static bool says_two_and_two(const GPtrArray *local, const GPtrArray *given,
			     const GPtrArray *surname)
{
	g_autoptr(GPtrArray) firsts = heads_of(given);
	g_autoptr(GPtrArray) lasts = heads_of(surname);

	for (guint i = 0; i < firsts->len; i++)
		for (guint k = 0; k < lasts->len; k++) {
			const char *first = firsts->pdata[i], *last = lasts->pdata[k];
			g_autofree char *one = g_strconcat(last, first, NULL);
			g_autofree char *other = g_strconcat(first, last, NULL);

			if (says(local, one) || says(local, other))
				return true;
		}
	return false;
}

static bool says_any_three(const GPtrArray *local, const GPtrArray *readings, bool careless)
{
	glong least = careless || readings->len == 0 ? 1 : MIN(3, letters_of(readings->pdata[0]));

	for (guint i = 0; i < readings->len; i++)
		if (says_three(local, readings->pdata[i], least))
			return true;
	return false;
}

/* One letter that is all a reading leaves of a name. */
static bool says_rest(const GPtrArray *local, const GPtrArray *readings)
{
	for (guint i = 0; i < readings->len; i++)
		if (letters_of(readings->pdata[i]) == 1 && says(local, readings->pdata[i]))
			return true;
	return false;
}

/* The first `n` letters or marks, small. */
static char *beginning(const char *text, glong n)
{
	g_autofree char *whole = composed(text);

	return g_utf8_substring(whole, 0, MIN(n, g_utf8_strlen(whole, -1)));
}

/* The warning to the letter, spaces and hyphens included: "al-". */
static bool says_as_written(const char *eppn, const char *given, const char *surname)
{
	g_autofree char *text = beginning(eppn, LIMIT_EPPN_NAME);
	char *at = strrchr(text, '@');
	g_autofree char *three = beginning(surname, 3);
	g_autofree char *last = beginning(surname, 2);
	g_autofree char *first = beginning(given, 2);
	g_autofree char *both = g_strconcat(last, first, NULL);

	if (at != NULL)
		*at = '\0';
	return (g_utf8_strlen(three, -1) == 3 && strstr(text, three) != NULL) ||
	       (g_utf8_strlen(both, -1) == 4 && strstr(text, both) != NULL);
}

static bool speaks(const char *eppn, const char *given, const char *surname, bool careless)
{
	g_autoptr(GPtrArray) local = local_of(eppn);
	g_autoptr(GPtrArray) first = readings_of(given);
	g_autoptr(GPtrArray) last = readings_of(surname);

	if (says_as_written(eppn, given, surname))
		return true;
	if (last->len == 0)
		return says_any_three(local, first, careless);
	return says_any_three(local, last, careless) || says_two_and_two(local, first, last) ||
	       (careless && says_rest(local, first));
}

bool eppn_speaks_of(const char *eppn, const char *given, const char *surname)
{
	return speaks(eppn, given, surname, false);
}

bool eppn_could_speak_of(const char *eppn, const char *given, const char *surname)
{
	return speaks(eppn, given, surname, true);
}

/* ---- personal numbers ---- */

static bool is_day(const char *month_and_day)
{
	int month = (month_and_day[0] - '0') * 10 + month_and_day[1] - '0';
	int day = (month_and_day[2] - '0') * 10 + month_and_day[3] - '0';

	return month >= 1 && month <= 12 && ((day >= 1 && day <= 31) || (day >= 61 && day <= 91));
}

static bool is_century(const char *digits)
{
	return strncmp(digits, "18", 2) == 0 || strncmp(digits, "19", 2) == 0 ||
	       strncmp(digits, "20", 2) == 0;
}

static gsize digits_at(const char *text)
{
	return strspn(text, "0123456789");
}

/* `before` digits begin here, and after them, perhaps behind one mark, `text` goes on. */
static bool is_number(const char *digits, gsize before, const char *text)
{
	bool marked = *text != '\0' && strchr("-+._", *text) != NULL;
	const char *rest = text + (marked ? 1 : 0);

	if (before == 8 && is_century(digits) && is_day(digits + 4))
		return digits_at(rest) == 4 ||
		       (g_ascii_strncasecmp(rest, "tf", 2) == 0 && digits_at(rest + 2) == 2);
	return before == 6 && is_day(digits + 2) && marked && digits_at(rest) == 4;
}

bool eppn_holds_personal_number(const char *eppn)
{
	const char *at = strrchr(eppn, '@');
	g_autofree char *local = g_strndup(eppn, at != NULL ? (gsize)(at - eppn) : strlen(eppn));
	const char *p = local;

	while (*p != '\0') {
		gsize n = digits_at(p);

		if ((n == 10 && is_day(p + 2)) || (n == 12 && is_century(p) && is_day(p + 4)) ||
		    is_number(p, n, p + n))
			return true;
		p += MAX(n, 1);
	}
	return false;
}
