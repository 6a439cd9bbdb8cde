/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/source.h"

#include <string.h>

#include "policy/guess.h"
#include "policy/swedish.h"

#define QUOTE_MAX 160 /* characters of a line that a message shows */

static size_t line_end(const Source *source, size_t start)
{
	const char *end = memchr(source->bytes + start, '\n', source->length - start);

	return end ? (size_t)(end - source->bytes) : source->length;
}

/* Characters that print nothing or change how others print could make a policy read otherwise
 * than it works. */
static bool is_invisible(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
		return c != '\t';
	case G_UNICODE_FORMAT:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_UNASSIGNED:
		return true;
	default:
		return false;
	}
}

/* The line of a place for a terminal: one that is long is cut around the word, what is broken or
 * invisible is replaced, so that quoting a hostile file is harmless. */
static void append_quote(GString *text, const Place *place)
{
	const Source *source = place->source;
	size_t length = line_end(source, place->start) - place->start;
	g_autofree char *line = g_utf8_make_valid(source->bytes + place->start, (gssize)length);
	unsigned first = place->column > QUOTE_MAX - 40 ? place->column - 40 : 1, column = 1;
	GString *mark = g_string_new(NULL);

	g_string_append(text, "\n    ");
	g_string_append(mark, "\n    ");
	for (const char *at = line; *at; at += g_utf8_skip[(guchar)*at], column++) {
		gunichar c = g_utf8_get_char(at);

		if (column < first)
			continue;
		if (column >= first + QUOTE_MAX)
			break;
		g_string_append_unichar(text, is_invisible(c) ? 0xfffd : c);
		if (column < place->column)
			g_string_append_c(mark, c == '\t' ? '\t' : ' ');
		else if (column < place->column + place->width)
			g_string_append_c(mark, '^');
	}
	if (place->column >= column)
		g_string_append_c(mark, '^');
	g_string_append(text, mark->str);
	g_string_free(mark, TRUE);
}

void place_error(GError **error, PolicyError code, const Place *place, const char *format, ...)
{
	g_autoptr(GString) text = g_string_new(NULL);
	va_list arguments;

	g_string_printf(text, "%s:%u:%u: ", place->source->name, place->line, place->column);
	va_start(arguments, format);
	g_string_append_vprintf(text, place_say(place, format), arguments);
	va_end(arguments);
	append_quote(text, place);
	g_set_error_literal(error, POLICY_ERROR, (int)code, text->str);
}

const char *place_language(const Place *place)
{
	return place->source->is_swedish ? "sv" : "en";
}

const char *place_say(const Place *place, const char *english)
{
	return place->source->is_swedish ? swedish_of(english) : english;
}

char *place_guess(const Place *place, const char *word, const GPtrArray *names)
{
	const char *meant = guess_nearest(word, (const char *const *)names->pdata, names->len);

	return meant ? g_strdup_printf(place_say(place, "; did you mean '%s'?"), meant)
		     : g_strdup("");
}

char *place_name(const Place *place)
{
	return g_strdup_printf("%s:%u", place->source->name, place->line);
}

static void set_place(Place *place, const Source *source, unsigned line, size_t start, size_t at)
{
	g_autofree char *before = g_utf8_make_valid(source->bytes + start, (gssize)(at - start));

	*place = (Place){source, line, (unsigned)g_utf8_strlen(before, -1) + 1, 1, start};
}

/* Where two texts first differ, on a character boundary of the first. */
static size_t first_difference(const char *line, size_t length, const char *other)
{
	size_t i = 0;

	while (i < length && line[i] == other[i])
		i++;
	while (i > 0 && ((guchar)line[i] & 0xc0) == 0x80)
		i--;
	return i;
}

/* Whether all of a text is letters and signs that NFC leaves as they are: below U+0300 nothing
 * combines. */
static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((guchar)text[i] >= 0xcc)
			return false;
	return true;
}

/* Whether a line is of ASCII that can be seen, blanks and tabs, as most are. */
static bool is_ascii(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((line[i] < ' ' || line[i] > '~') && line[i] != '\t')
			return false;
	return true;
}

static bool check_characters(const Source *source, unsigned number, size_t start, size_t end,
			     GError **error)
{
	Place place;

	const char *stop = source->bytes + end;

	for (const char *at = source->bytes + start;; at += g_utf8_skip[(guchar)*at]) {
		gunichar c;

		while (at < stop && *at >= ' ' && *at < 0x7f)
			at++;
		if (at >= stop)
			return true;
		c = g_utf8_get_char(at);
		if (!is_invisible(c))
			continue;
		set_place(&place, source, number, start, (size_t)(at - source->bytes));
		if (c == '\r')
			place_error(error, POLICY_ERROR_SYNTAX, &place,
				    "the line ends as in Windows (CR LF); save the file with Unix "
				    "line ends (LF)");
		else if (c == 0xfeff)
			place_error(error, POLICY_ERROR_SYNTAX, &place,
				    "a byte order mark (U+FEFF); save the file as UTF-8 without "
				    "BOM");
		else
			place_error(error, POLICY_ERROR_SYNTAX, &place,
				    "the character U+%04X cannot be seen, or changes how others "
				    "are seen; remove it",
				    c);
		return false;
	}
}

static bool check_line(const Source *source, unsigned number, size_t start, size_t end,
		       GError **error)
{
	const char *line = source->bytes + start, *bad;
	g_autofree char *normal = NULL;
	Place place;

	if (end - start > POLICY_LINE_MAX) {
		set_place(&place, source, number, start, start);
		place_error(error, POLICY_ERROR_SYNTAX, &place, "the line is longer than %d bytes",
			    POLICY_LINE_MAX);
		return false;
	}
	if (is_ascii(line, end - start))
		return true;
	if (!g_utf8_validate_len(line, end - start, &bad)) {
		set_place(&place, source, number, start, (size_t)(bad - source->bytes));
		place_error(error, POLICY_ERROR_SYNTAX, &place,
			    "the byte 0x%02X is not UTF-8; save the file as UTF-8", (guchar)*bad);
		return false;
	}
	if (!check_characters(source, number, start, end, error))
		return false;
	if (is_plain(line, end - start))
		return true;
	normal = g_utf8_normalize(line, (gssize)(end - start), G_NORMALIZE_NFC);
	if (strlen(normal) != end - start || memcmp(normal, line, end - start) != 0) {
		size_t at = first_difference(line, end - start, normal);

		set_place(&place, source, number, start, start + at);
		place_error(error, POLICY_ERROR_SYNTAX, &place,
			    "a letter is written as several characters (not NFC); type it anew");
		return false;
	}
	return true;
}

bool source_check(const Source *source, GError **error)
{
	unsigned number = 1;
	const Place start = {source, 1, 1, 1, 0};

	if (source->length > POLICY_FILE_MAX) {
		g_set_error(
			error, POLICY_ERROR, POLICY_ERROR_SYNTAX,
			place_say(&start, "%s:1:1: the file is larger than %d bytes; divide it"),
			source->name, POLICY_FILE_MAX);
		return false;
	}
	for (size_t from = 0; from < source->length; number++) {
		size_t end = line_end(source, from);

		if (!check_line(source, number, from, end, error))
			return false;
		from = end + 1;
	}
	return true;
}
