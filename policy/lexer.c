/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/lexer.h"

#include <string.h>

#define SHOWN_MAX     60 /* characters of a word that a message repeats */
#define BYTES_A_TOKEN 5  /* of text that is written to be read */

typedef struct {
	const Source *source;
	Arena *arena;
	GArray *tokens;
	GArray *comments; /* NULL: nobody wants them */
	GString *text;    /* room for one text */
	size_t at;
	Place place; /* of what stands at `at` */
} Lexer;

static int peek(const Lexer *lexer)
{
	return lexer->at < lexer->source->length ? (guchar)lexer->source->bytes[lexer->at] : -1;
}

/* Past one character, which is not the end of a line. */
static void advance(Lexer *lexer)
{
	lexer->at += g_utf8_skip[(guchar)lexer->source->bytes[lexer->at]];
	lexer->place.column++;
}

static gunichar character(const Lexer *lexer)
{
	return peek(lexer) < 0 ? 0 : g_utf8_get_char(lexer->source->bytes + lexer->at);
}

static bool is_letter(gunichar c)
{
	if (c < 0x80)
		return g_ascii_isalpha((char)c);
	switch (c) {
	case 0xe5: /* å ä ö é ü, small and large: the letters of Swedish names of services */
	case 0xe4:
	case 0xf6:
	case 0xe9:
	case 0xfc:
	case 0xc5:
	case 0xc4:
	case 0xd6:
	case 0xc9:
	case 0xdc:
		return true;
	default:
		return false;
	}
}

static bool is_part(gunichar c)
{
	return is_letter(c) || (c < 0x80 && g_ascii_isdigit((char)c)) || c == '-' || c == '_';
}

/* As much of a word as a message repeats. */
static char *shown(const char *text)
{
	return g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), SHOWN_MAX));
}

static Token *push(Lexer *lexer, TokenType type, const Place *place)
{
	Token token = {.type = type, .place = *place};

	g_array_append_val(lexer->tokens, token);
	return &g_array_index(lexer->tokens, Token, lexer->tokens->len - 1);
}

static Token *last(const Lexer *lexer)
{
	guint n = lexer->tokens->len;

	return n > 0 ? &g_array_index(lexer->tokens, Token, n - 1) : NULL;
}

/* A clause goes on when its line ends in a comma or brace. */
static void push_end_of_line(Lexer *lexer, bool firm)
{
	Token *before = last(lexer);

	if (before && before->type == TOKEN_EOL) {
		if (firm && !before->firm)
			before->place = lexer->place;
		before->firm = before->firm || firm;
		return;
	}
	if (!firm && (!before || before->type == TOKEN_COMMA || before->type == TOKEN_OPEN))
		return;
	push(lexer, TOKEN_EOL, &lexer->place)->firm = firm;
}

/* A clause also goes on when the next line begins with a word that cannot begin one. */
static void join_lines(Lexer *lexer, const char *next)
{
	const Token *before = last(lexer);

	if (before && before->type == TOKEN_EOL && !before->firm &&
	    (strcmp(next, "and") == 0 || strcmp(next, "or") == 0 || strcmp(next, "except") == 0 ||
	     strcmp(next, "{") == 0))
		g_array_set_size(lexer->tokens, lexer->tokens->len - 1);
}

/* The text of a word or number, and where it stands. */
static char *take_parts(Lexer *lexer, Place *place)
{
	const char *bytes = lexer->source->bytes, *start = bytes + lexer->at, *at = start;
	const char *stop = bytes + lexer->source->length;
	unsigned n = 0;

	*place = lexer->place;
	for (; at < stop; at += g_utf8_skip[(guchar)*at], n++)
		if (!g_ascii_isalnum(*at) && !is_part(g_utf8_get_char(at)))
			break;
	lexer->at = (size_t)(at - bytes);
	lexer->place.column += n;
	place->width = n;
	return arena_text(lexer->arena, start, (size_t)(at - start));
}

static void read_word(Lexer *lexer)
{
	Place place;
	char *text = take_parts(lexer, &place);

	join_lines(lexer, text);
	push(lexer, TOKEN_WORD, &place)->text = text;
}

/* Alphabets with letters that look like those of ours. */
static bool is_lookalike(gunichar c)
{
	switch (g_unichar_get_script(c)) {
	case G_UNICODE_SCRIPT_CYRILLIC:
	case G_UNICODE_SCRIPT_GREEK:
	case G_UNICODE_SCRIPT_ARMENIAN:
	case G_UNICODE_SCRIPT_CHEROKEE:
	case G_UNICODE_SCRIPT_COPTIC:
	case G_UNICODE_SCRIPT_LISU:
		return true;
	default:
		return false;
	}
}

/* A word of two alphabets that look alike reads as what it is not: a title that two have approved,
 * a service that is named. place: of the text's first quote, on whose line it all stands. */
static bool check_alphabets(const char *text, const Place *place, GError **error)
{
	bool ours = false, theirs = false;
	const char *first = text;

	/* ours alone up to the first letter that is not */
	while (*first && (guchar)*first < 0x80)
		first++;
	while (*first && first > text && g_ascii_isalpha(first[-1]))
		first--;
	for (const char *at = first; *at; at += g_utf8_skip[(guchar)*at]) {
		gunichar c = (guchar)*at < 0x80 ? (gunichar)*at : g_utf8_get_char(at);

		if (c < 0x80 ? !g_ascii_isalpha((char)c) : !g_unichar_isalpha(c)) {
			ours = theirs = false;
			continue;
		}
		if (c >= 0x370 && is_lookalike(c))
			theirs = true;
		else if (c < 0x250)
			ours = true;
		if (!ours || !theirs)
			continue;
		place_error(error, POLICY_ERROR_SYNTAX, place,
			    "a word in this text mixes letters of two alphabets that look alike "
			    "(U+%04X)",
			    c);
		return false;
	}
	return true;
}

/* Past what is plain in a text: up to a quote, an escape or the end of the line. */
static void skip_plain(Lexer *lexer)
{
	const Source *source = lexer->source;

	for (; lexer->at < source->length; lexer->at++) {
		guchar c = (guchar)source->bytes[lexer->at];

		if (c == '"' || c == '\\' || c == '\n')
			return;
		/* a character is counted at its first byte */
		lexer->place.column += (c & 0xc0) != 0x80;
	}
}

/* Up to the closing quote, adding what the text means. place: of the opening quote. */
static bool read_meaning(Lexer *lexer, const Place *place, GString *text, GError **error)
{
	const char *bytes = lexer->source->bytes;

	for (;;) {
		size_t start = lexer->at;

		skip_plain(lexer);
		g_string_append_len(text, bytes + start, (gssize)(lexer->at - start));
		if (peek(lexer) == '"')
			return true;
		if (peek(lexer) != '\\') {
			place_error(error, POLICY_ERROR_SYNTAX, place,
				    "this text has no closing quote");
			return false;
		}
		lexer->at++;
		if (peek(lexer) != '"' && peek(lexer) != '\\') {
			place_error(error, POLICY_ERROR_SYNTAX, &lexer->place,
				    "in a text \\ stands only before \" or another \\");
			return false;
		}
		g_string_append_c(text, (char)peek(lexer));
		lexer->at++;
		lexer->place.column += 2;
	}
}

static bool read_string(Lexer *lexer, GError **error)
{
	GString *text = g_string_truncate(lexer->text, 0);
	Place place = lexer->place;
	Token *token;

	advance(lexer);
	if (!read_meaning(lexer, &place, text, error))
		return false;
	advance(lexer);
	place.width = lexer->place.column - place.column;
	if (text->len == 0) {
		place_error(error, POLICY_ERROR_SYNTAX, &place, "this text is empty");
		return false;
	}
	if (!check_alphabets(text->str, &place, error))
		return false;
	token = push(lexer, TOKEN_STRING, &place);
	token->text = arena_text(lexer->arena, text->str, text->len);
	return true;
}

static bool is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789"), more;

	if (text[digits] == '\0')
		return digits <= 9;
	more = strspn(text + digits + 1, "0123456789");
	return text[digits] == '-' && digits <= 9 && more > 0 && more <= 9 &&
	       text[digits + 1 + more] == '\0';
}

/* The digits at the start of a text, which are few. */
static unsigned number(const char *text)
{
	return (unsigned)g_ascii_strtoull(text, NULL, 10);
}

static bool looks_like_date(const char *text)
{
	return strspn(text, "0123456789") == 4 && text[4] == '-' &&
	       strspn(text + 5, "0123456789") == 2 && text[7] == '-' &&
	       strspn(text + 8, "0123456789") == 2 && text[10] == '\0';
}

static bool read_number(Lexer *lexer, GError **error)
{
	Place place;
	char *text = take_parts(lexer, &place);
	Token *token;

	if (looks_like_date(text)) {
		unsigned year = number(text), month = number(text + 5), day = number(text + 8);

		if (!g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year)) {
			place_error(error, POLICY_ERROR_MEANING, &place, "%s is not a day", text);
			return false;
		}
		token = push(lexer, TOKEN_DATE, &place);
		token->date = year * 10000 + month * 100 + day;
	} else if (is_number(text)) {
		token = push(lexer, TOKEN_NUMBER, &place);
	} else {
		g_autofree char *start_of_it = shown(text);

		place_error(error, POLICY_ERROR_SYNTAX, &place,
			    "'%s' is neither a word, a number nor a day (a day is written "
			    "2027-06-30)",
			    start_of_it);
		return false;
	}
	token->text = text;
	return true;
}

static void read_mark(Lexer *lexer, TokenType type, const char *text)
{
	join_lines(lexer, text);
	push(lexer, type, &lexer->place)->text = text;
	advance(lexer);
}

static bool is_alone(const Source *source, const Place *place, size_t at)
{
	for (size_t i = place->start; i < at; i++)
		if (source->bytes[i] != ' ' && source->bytes[i] != '\t')
			return false;
	return true;
}

static void skip_comment(Lexer *lexer)
{
	const char *bytes = lexer->source->bytes;
	Comment comment = {.place = lexer->place};
	size_t start = lexer->at, end;

	while (peek(lexer) != '\n' && peek(lexer) != -1)
		advance(lexer);
	if (!lexer->comments)
		return;
	for (end = lexer->at; bytes[end - 1] == ' ' || bytes[end - 1] == '\t'; end--)
		;
	comment.text = arena_text(lexer->arena, bytes + start, end - start);
	comment.is_alone = is_alone(lexer->source, &comment.place, start);
	g_array_append_val(lexer->comments, comment);
}

/* What a program for writing letters, or another language, has in the place of a mark; NULL: none
 * that is known. */
static const char *meant_mark(const Lexer *lexer)
{
	switch (character(lexer)) {
	case 0x2010: /* hyphens, dashes and the minus sign */
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2212:
		return "-";
	case '\'': /* quotes: single, double and angle ones */
	case 0x2018:
	case 0x2019:
	case 0x201c:
	case 0x201d:
	case 0x201e:
	case 0xab:
	case 0xbb:
		return "\"";
	case '/':
		return lexer->at + 1 < lexer->source->length &&
				       lexer->source->bytes[lexer->at + 1] == '/'
			       ? "#"
			       : NULL;
	}
	return NULL;
}

static bool bad_character(const Lexer *lexer, GError **error)
{
	const char *meant = meant_mark(lexer);
	char shown[7] = {0};

	g_unichar_to_utf8(character(lexer), shown);
	if (meant)
		place_error(error, POLICY_ERROR_SYNTAX, &lexer->place,
			    "'%s' has no meaning here; did you mean '%s'?", shown, meant);
	else
		place_error(error, POLICY_ERROR_SYNTAX, &lexer->place,
			    "'%s' has no meaning here; texts stand in quotes \"…\"", shown);
	return false;
}

static bool read_token(Lexer *lexer, GError **error)
{
	switch (peek(lexer)) {
	case ' ':
	case '\t':
		for (; peek(lexer) == ' ' || peek(lexer) == '\t'; lexer->place.column++)
			lexer->at++;
		return true;
	case '#':
		skip_comment(lexer);
		return true;
	case '\n':
		push_end_of_line(lexer, false);
		lexer->at++;
		lexer->place.line++;
		lexer->place.column = 1;
		lexer->place.start = lexer->at;
		return true;
	case ';':
		push_end_of_line(lexer, true);
		advance(lexer);
		return true;
	case '{':
		read_mark(lexer, TOKEN_OPEN, "{");
		return true;
	case '}':
		read_mark(lexer, TOKEN_CLOSE, "}");
		return true;
	case ',':
		read_mark(lexer, TOKEN_COMMA, ",");
		return true;
	case '"':
		return read_string(lexer, error);
	}
	if (is_letter(character(lexer))) {
		read_word(lexer);
		return true;
	}
	if (g_ascii_isdigit((char)peek(lexer)))
		return read_number(lexer, error);
	return bad_character(lexer, error);
}

GArray *lexer_read(const Source *source, Arena *arena, GError **error)
{
	return lexer_read_all(source, arena, NULL, error);
}

GArray *lexer_read_all(const Source *source, Arena *arena, GArray *comments, GError **error)
{
	/* room for as many as there usually are, so that few of them move */
	g_autoptr(GArray) tokens = g_array_sized_new(
		FALSE, FALSE, sizeof(Token), (guint)MIN(source->length / BYTES_A_TOKEN, 4096));
	g_autoptr(GString) text = g_string_new(NULL);
	Lexer lexer = {source, arena, tokens, comments, text, 0, {source, 1, 1, 1, 0}};

	while (peek(&lexer) != -1)
		if (!read_token(&lexer, error))
			return NULL;
	/* The last line need not end in a newline. */
	push_end_of_line(&lexer, false);
	push(&lexer, TOKEN_END, &lexer.place);
	return g_steal_pointer(&tokens);
}

char *token_describe(const Token *token)
{
	g_autofree char *start = NULL;

	if (token->type == TOKEN_END)
		return g_strdup(place_say(&token->place, "the end of the file"));
	if (token->type == TOKEN_EOL)
		return g_strdup(token->firm ? "';'"
					    : place_say(&token->place, "the end of the line"));
	start = shown(token->text);
	return g_strdup_printf(token->type == TOKEN_STRING ? "\"%s\"" : "'%s'", start);
}
