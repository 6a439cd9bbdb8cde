/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/canonical.h"

#include <string.h>

static void append_text(GString *line, const char *text)
{
	g_string_append_c(line, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(line, '\\');
		g_string_append_c(line, *text);
	}
	g_string_append_c(line, '"');
}

void canonical_token(GString *line, const Token *token)
{
	if (token->type == TOKEN_STRING)
		append_text(line, token->text);
	else
		g_string_append(line, token->text);
}

static void append_token(GString *line, const Token *token)
{
	if (token->type == TOKEN_COMMA) {
		g_string_append_c(line, ',');
		return;
	}
	if (line->len > 0)
		g_string_append_c(line, ' ');
	canonical_token(line, token);
}

const char *canonical_clause(const Parser *parser, guint from, guint end)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (guint i = from; i < end; i++)
		append_token(line, &g_array_index(parser->tokens, Token, i));
	return arena_text(parser->arena, line->str, line->len);
}

static gint by_bytes(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts lines and leaves out those that repeat the one before. */
static void append_sorted(GString *text, GPtrArray *lines, const char *between)
{
	const char *before = NULL;

	g_ptr_array_sort(lines, by_bytes);
	for (guint i = 0; i < lines->len; i++) {
		const char *line = lines->pdata[i];

		if (before && strcmp(before, line) == 0)
			continue;
		g_string_append_printf(text, "%s%s", before ? between : "", line);
		before = line;
	}
}

/* `service NE is "…", client "…"`: what a name stood for when it was approved. */
static char *meaning(const Literal *literal)
{
	g_autoptr(GPtrArray) idents = g_ptr_array_new_with_free_func(g_free);
	GString *line = g_string_new(literal->type == NAMED_TAG ? "tag " : "service ");

	for (unsigned i = 0; i < literal->n_meaning; i++) {
		const Ident *ident = &literal->meaning[i];
		g_autoptr(GString) one =
			g_string_new(ident->protocol == PROTOCOL_OIDC ? "client " : "");

		append_text(one, ident->id);
		g_ptr_array_add(idents, g_strdup(one->str));
	}
	g_string_append_printf(line, "%s is ", literal->name);
	append_sorted(line, idents, ", ");
	return g_string_free(line, FALSE);
}

static void add_meanings(GPtrArray *lines, const Target *targets, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < targets[i].n_atoms; j++)
			for (unsigned k = 0; k < targets[i].atoms[j].n_literals; k++) {
				const Literal *literal = &targets[i].atoms[j].literals[k];

				if (literal->type != NAMED_IDENT)
					g_ptr_array_add(lines, meaning(literal));
			}
}

const char *canonical_text(const Release *release, Arena *arena)
{
	g_autoptr(GPtrArray) clauses = g_ptr_array_new();
	g_autoptr(GPtrArray) meanings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) text = g_string_new("release ");

	append_text(text, release->title);
	g_string_append_c(text, '\n');
	for (unsigned i = 0; i < release->n_clauses; i++)
		g_ptr_array_add(clauses, (gpointer)(guintptr)release->clauses[i]);
	append_sorted(text, clauses, "\n");
	g_string_append_c(text, '\n');
	add_meanings(meanings, release->to.targets, release->to.n_targets);
	add_meanings(meanings, release->to.exceptions, release->to.n_exceptions);
	append_sorted(text, meanings, "\n");
	if (meanings->len > 0)
		g_string_append_c(text, '\n');
	return arena_text(arena, text->str, text->len);
}
