/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/format.h"

#include <string.h>

#include "policy/canonical.h"
#include "policy/lexer.h"

#define INDENT 4
#define WIDTH  100 /* columns: a list is broken after a comma rather than go beyond */
#define COLUMN 8   /* where what follows the first word of a clause begins, if that is shorter */

/* A file as words and comments. */
typedef struct {
	GArray *tokens;   /* Token */
	GArray *comments; /* Comment */
} Words;

/* One line as it will be. */
typedef struct {
	GString *text;
	bool is_comment; /* and nothing else */
	bool is_closed;  /* by a comment: nothing can be added */
	bool is_rule;    /* a rule begins here */
	bool is_expect;  /* namely an `expect` */
	bool is_end;     /* the } of a block */
	bool opens;      /* it ends in { */
	bool is_apart;   /* a blank line stands before it */
	unsigned depth;
} Line;

typedef struct {
	const Words *words;
	guint at;      /* of the next token */
	guint comment; /* of the next comment */
	GPtrArray *lines;
	bool in_clause; /* a clause has begun and not ended */
	bool in_column; /* it is one of a release or never, and its first word has just been written
			 */
	unsigned depth;
	const char *rule; /* the word that the rule at hand began with; NULL: between rules */
	unsigned
		last_line; /* of the source, where the last word or comment stood; 0: nothing yet */
} Layout;

/* ---- words ---- */

static void words_clear(Words *words)
{
	g_clear_pointer(&words->tokens, g_array_unref);
	g_clear_pointer(&words->comments, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static bool words_read(Words *words, const Source *source, Arena *arena, GError **error)
{
	if (!source_check(source, error))
		return false;
	words->comments = g_array_new(FALSE, FALSE, sizeof(Comment));
	words->tokens = lexer_read_all(source, arena, words->comments, error);
	return words->tokens != NULL;
}

static const Token *token_at(const Words *words, guint i)
{
	return &g_array_index(words->tokens, Token, MIN(i, words->tokens->len - 1));
}

static const Comment *comment_at(const Words *words, guint i)
{
	return i < words->comments->len ? &g_array_index(words->comments, Comment, i) : NULL;
}

/* An end of line that says nothing: where no clause is open, before a } or at the end. */
static bool is_idle(const Words *words, guint i)
{
	const Token *token = token_at(words, i), *next = token_at(words, i + 1);
	const Token *before = i > 0 ? token_at(words, i - 1) : NULL;

	return token->type == TOKEN_EOL && (!before || before->type == TOKEN_OPEN ||
					    next->type == TOKEN_CLOSE || next->type == TOKEN_END);
}

/* The next token from i on that says something. */
static guint next_word(const Words *words, guint i)
{
	while (i + 1 < words->tokens->len && is_idle(words, i))
		i++;
	return i;
}

static bool words_equal(const Words *one, const Words *other)
{
	guint i = 0, j = 0;

	if (one->comments->len != other->comments->len)
		return false;
	for (guint k = 0; k < one->comments->len; k++)
		if (strcmp(comment_at(one, k)->text, comment_at(other, k)->text) != 0)
			return false;
	for (;; i++, j++) {
		const Token *a = token_at(one, i = next_word(one, i));
		const Token *b = token_at(other, j = next_word(other, j));

		if (a->type != b->type || g_strcmp0(a->text, b->text) != 0)
			return false;
		if (a->type == TOKEN_END)
			return true;
	}
}

/* ---- lines ---- */

static void line_free(gpointer data)
{
	Line *line = data;

	g_string_free(line->text, TRUE);
	g_free(line);
}

static Line *last_line(const Layout *layout)
{
	guint n = layout->lines->len;

	return n > 0 ? layout->lines->pdata[n - 1] : NULL;
}

/* A tag is one list, whose lines stand below each other. */
static bool is_indented(const Layout *layout)
{
	return layout->in_clause && !(layout->depth > 0 && g_strcmp0(layout->rule, "tag") == 0);
}

/* source: the line where what follows stands; a clause that begins after blank lines is set
 * apart. */
static Line *add_line(Layout *layout, unsigned source)
{
	const Line *before = last_line(layout);
	Line *line = g_new0(Line, 1);
	unsigned depth = layout->depth + (is_indented(layout) ? 1 : 0);

	line->text = g_string_new(NULL);
	line->depth = layout->depth;
	line->is_apart =
		before && !before->opens && !layout->in_clause && source > layout->last_line + 1;
	for (unsigned i = 0; i < depth * INDENT; i++)
		g_string_append_c(line->text, ' ');
	g_ptr_array_add(layout->lines, line);
	return line;
}

static void lay_comment(Layout *layout, const Comment *comment)
{
	Line *line = last_line(layout);

	if (comment->is_alone || !line || line->is_closed) {
		line = add_line(layout, comment->place.line);
		line->is_comment = true;
	} else {
		g_string_append(line->text, "  ");
	}
	g_string_append(line->text, comment->text);
	line->is_closed = true;
	layout->last_line = comment->place.line;
}

/* A ; that cannot be a line end, since the next line would be taken for the same clause. */
static bool must_stay(const Layout *layout, const Token *token)
{
	static const char *const joining[] = {"and", "or", "except", "{"};
	const Token *next = token_at(layout->words, layout->at + 1);
	const Token *before = layout->at > 0 ? token_at(layout->words, layout->at - 1) : NULL;

	if (!token->firm || !before || is_idle(layout->words, layout->at))
		return false;
	if (before->type == TOKEN_COMMA)
		return true;
	for (size_t i = 0; next->text && next->type != TOKEN_STRING && i < G_N_ELEMENTS(joining);
	     i++)
		if (strcmp(next->text, joining[i]) == 0)
			return true;
	return false;
}

static void lay_end_of_line(Layout *layout, const Token *token)
{
	Line *line = last_line(layout);

	if (must_stay(layout, token)) {
		if (!line || line->is_closed)
			line = add_line(layout, token->place.line);
		g_string_append_c(line->text, ';');
		layout->last_line = token->place.line;
	} else if (layout->at > 0 && token_at(layout->words, layout->at - 1)->type == TOKEN_COMMA) {
		return; /* a ; after a comma that nothing follows ends nothing */
	}
	layout->in_clause = false;
	if (layout->depth == 0)
		layout->rule = NULL;
}

static void lay_open(Layout *layout, const Token *token)
{
	Line *line = last_line(layout);

	if (!layout->in_clause || !line || line->is_closed) {
		layout->in_clause = false;
		line = add_line(layout, token->place.line);
	} else {
		g_string_append_c(line->text, ' ');
	}
	g_string_append_c(line->text, '{');
	line->opens = true;
	layout->depth++;
	layout->in_clause = false;
}

static void lay_close(Layout *layout, const Token *token)
{
	Line *line;

	layout->depth -= layout->depth > 0;
	if (layout->depth == 0)
		layout->rule = NULL;
	/* within a clause: nothing sets a } apart */
	layout->in_clause = true;
	line = add_line(layout, token->place.line);
	g_string_assign(line->text, "");
	for (unsigned i = 0; i < layout->depth * INDENT; i++)
		g_string_append_c(line->text, ' ');
	g_string_append_c(line->text, '}');
	line->is_end = true;
}

/* The columns that an item of a list takes, from its first word to the comma or what else ends
 * it. */
static glong item_width(const Layout *layout)
{
	g_autoptr(GString) item = g_string_new(NULL);

	for (guint i = layout->at;; i++) {
		const Token *token = token_at(layout->words, i);

		if (token->type == TOKEN_COMMA)
			g_string_append_c(item, ',');
		if (token->type != TOKEN_WORD && token->type != TOKEN_STRING &&
		    token->type != TOKEN_NUMBER && token->type != TOKEN_DATE)
			return g_utf8_strlen(item->str, -1);
		if (item->len > 0)
			g_string_append_c(item, ' ');
		canonical_token(item, token);
	}
}

/* Whether a word stands on another line than the one before it: because its author put it there,
 * or because the list would be too wide. */
static bool is_broken(const Layout *layout, const Line *line, const Token *token)
{
	const Token *before = layout->at > 0 ? token_at(layout->words, layout->at - 1) : NULL;

	if (!before)
		return false;
	return token->place.line > before->place.line ||
	       (before->type == TOKEN_COMMA &&
		g_utf8_strlen(line->text->str, -1) + 1 + item_width(layout) > WIDTH);
}

/* The line that a word belongs to, with what stands before it. */
static Line *line_for(Layout *layout, const Token *token)
{
	Line *line = last_line(layout);

	if (!layout->in_clause || !line || line->is_closed || line->opens ||
	    is_broken(layout, line, token))
		return add_line(layout, token->place.line);
	if (layout->in_column)
		while (line->text->len < layout->depth * INDENT + COLUMN - 1)
			g_string_append_c(line->text, ' ');
	if (token->type != TOKEN_COMMA)
		g_string_append_c(line->text, ' ');
	return line;
}

static void lay_word(Layout *layout, const Token *token)
{
	bool begins = !layout->in_clause;
	Line *line = line_for(layout, token);

	if (begins && layout->depth == 0) {
		layout->rule = token->text;
		line->is_rule = true;
		line->is_expect = strcmp(token->text, "expect") == 0;
	}
	canonical_token(line->text, token);
	layout->in_clause = true;
	layout->in_column =
		begins && layout->depth == 1 &&
		(g_strcmp0(layout->rule, "release") == 0 || g_strcmp0(layout->rule, "never") == 0);
}

static void lay_token(Layout *layout, const Token *token)
{
	switch (token->type) {
	case TOKEN_END:
		return;
	case TOKEN_EOL:
		lay_end_of_line(layout, token);
		return;
	case TOKEN_OPEN:
		lay_open(layout, token);
		break;
	case TOKEN_CLOSE:
		lay_close(layout, token);
		break;
	case TOKEN_COMMA:
	case TOKEN_WORD:
	case TOKEN_STRING:
	case TOKEN_NUMBER:
	case TOKEN_DATE:
		lay_word(layout, token);
		break;
	}
	layout->last_line = token->place.line;
}

static bool stands_before(const Place *one, const Place *other)
{
	return one->line < other->line || (one->line == other->line && one->column < other->column);
}

static void lay_out(Layout *layout)
{
	for (layout->at = 0; layout->at < layout->words->tokens->len; layout->at++) {
		const Token *token = token_at(layout->words, layout->at);
		const Comment *comment;

		while ((comment = comment_at(layout->words, layout->comment)) &&
		       (token->type == TOKEN_END ||
			stands_before(&comment->place, &token->place))) {
			/* a ; after it belongs to the clause before it, and goes */
			if (comment->is_alone && token->type == TOKEN_EOL &&
			    !must_stay(layout, token))
				lay_end_of_line(layout, token);
			lay_comment(layout, comment);
			layout->comment++;
		}
		lay_token(layout, token);
	}
}

/* ---- blank lines ---- */

/* Whether the rule that begins at a line has a block. */
static bool has_block(const Layout *layout, guint i)
{
	for (; i < layout->lines->len; i++) {
		const Line *line = layout->lines->pdata[i];

		if (line->opens)
			return true;
		if (i + 1 < layout->lines->len &&
		    ((const Line *)layout->lines->pdata[i + 1])->is_rule)
			return false;
	}
	return false;
}

/* Where the comments begin that belong to the rule at a line, since nothing sets them apart. */
static guint first_of(const Layout *layout, guint i)
{
	while (i > 0 && !((const Line *)layout->lines->pdata[i])->is_apart) {
		const Line *before = layout->lines->pdata[i - 1];

		if (!before->is_comment || before->depth > 0)
			break;
		i--;
	}
	return i;
}

/* Rules with a block stand apart, but for expectations that follow what they are about. */
static void set_apart(Layout *layout)
{
	for (guint i = 1; i < layout->lines->len; i++) {
		const Line *line = layout->lines->pdata[i];
		guint first = line->is_rule ? first_of(layout, i) : 0;
		const Line *before = first > 0 ? layout->lines->pdata[first - 1] : NULL;

		if (before && ((before->is_end && !line->is_expect) || has_block(layout, i)))
			((Line *)layout->lines->pdata[first])->is_apart = true;
	}
}

static char *join(const Layout *layout)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < layout->lines->len; i++) {
		const Line *line = layout->lines->pdata[i];

		if (line->is_apart)
			g_string_append_c(text, '\n');
		g_string_append_len(text, line->text->str, (gssize)line->text->len);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

/* ---- all of it ---- */

/* Whether a text says what the words say; sets error if it is no text that could be read. */
static bool says_the_same(const char *name, const char *text, const Words *words, Arena *arena,
			  GError **error)
{
	const Source source = {.name = name, .bytes = text, .length = strlen(text)};
	g_auto(Words) again = {0};

	if (!words_read(&again, &source, arena, error))
		return false;
	if (words_equal(words, &again))
		return true;
	g_set_error(error, POLICY_ERROR, POLICY_ERROR_SYNTAX,
		    "%s: cannot be laid out without saying something else", name);
	return false;
}

char *format_policy(const char *name, const char *bytes, size_t length, const char *language,
		    GError **error)
{
	const Source source = {.name = name,
			       .bytes = bytes,
			       .length = length,
			       .is_swedish = g_strcmp0(language, "sv") == 0};
	g_auto(Words) words = {0};
	g_autofree char *text = NULL;
	Layout layout = {.words = &words};
	Arena arena;
	bool good;

	arena_init(&arena);
	good = words_read(&words, &source, &arena, error);
	if (good) {
		layout.lines = g_ptr_array_new_with_free_func(line_free);
		lay_out(&layout);
		set_apart(&layout);
		text = join(&layout);
		g_ptr_array_unref(layout.lines);
		good = says_the_same(name, text, &words, &arena, error);
	}
	arena_clear(&arena);
	return good ? g_steal_pointer(&text) : NULL;
}
