/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/block.h"

#include "policy/canonical.h"
#include "policy/clause.h"
#include "policy/sline.h"

static bool service_block(Parser *parser, ServiceBlock *block, Lines *lines, GError **error)
{
	g_autofree char *what = g_strdup_printf("service %s", block->name ? block->name : "\"…\"");
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Setting));
	int more;

	while ((more = parser_next_clause(parser, &block->place, what, error)) > 0) {
		guint from = parser->at;
		Setting line = {.place = parser_peek(parser)->place};

		if (!sline_read(parser, block, lines, error) ||
		    !parser_end_of_clause(parser, error))
			return false;
		line.text = canonical_clause(parser, from, parser->at);
		g_array_append_val(all, line);
	}
	block->lines = arena_array(parser->arena, all);
	block->n_lines = all->len;
	return more == 0;
}

static bool ident_list(Parser *parser, ServiceBlock *block, GError **error)
{
	g_autoptr(GArray) idents = g_array_new(FALSE, FALSE, sizeof(Literal));

	do {
		Literal ident;

		if (!clause_ident(parser, &ident, error))
			return false;
		g_array_append_val(idents, ident);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	block->idents = arena_array(parser->arena, idents);
	block->n_idents = idents->len;
	return true;
}

static bool service_head(Parser *parser, ServiceBlock *block, GError **error)
{
	const Token *token = parser_peek(parser);

	if (token->type == TOKEN_STRING || parser_is(parser, "client"))
		return clause_ident(parser, &block->block, error);
	token = parser_need_name(parser, "a name for the service, or its entityID in quotes",
				 error);
	if (!token)
		return false;
	block->name = token->text;
	block->name_place = token->place;
	return !parser_accept(parser, "is") || ident_list(parser, block, error);
}

bool block_service(Parser *parser, Rules *rules, GError **error)
{
	ServiceBlock *block = arena_alloc(parser->arena, sizeof *block);
	g_auto(Lines) lines = {0};

	block->place = parser_take(parser)->place;
	if (!service_head(parser, block, error))
		return false;
	if (parser_accept_type(parser, TOKEN_OPEN) && !service_block(parser, block, &lines, error))
		return false;
	lines_keep(&lines, parser->arena, block);
	g_ptr_array_add(rules->services, block);
	return true;
}

static bool tag_members(Parser *parser, const Tag *tag, GArray *members, GError **error)
{
	g_autofree char *what = g_strdup_printf("tag %s", tag->name);

	do {
		Literal member;

		parser_skip_lines(parser);
		if (!parser_check_open(parser, &tag->place, what, error))
			return false;
		if (parser_is(parser, "client") ? !clause_ident(parser, &member, error)
						: !clause_service(parser, &member, error))
			return false;
		g_array_append_val(members, member);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	parser_skip_lines(parser);
	return parser_check_open(parser, &tag->place, what, error) &&
	       parser_need(parser, TOKEN_CLOSE, "a comma or '}'", error);
}

bool block_tag(Parser *parser, Rules *rules, GError **error)
{
	Tag *tag = arena_alloc(parser->arena, sizeof *tag);
	g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(Literal));
	const Token *name;

	tag->place = parser_take(parser)->place;
	name = parser_need_name(parser, "a name for the tag", error);
	if (!name)
		return false;
	tag->name = name->text;
	tag->name_place = name->place;
	if (!parser_need(parser, TOKEN_OPEN, "'{'", error) ||
	    !tag_members(parser, tag, members, error))
		return false;
	tag->members = arena_array(parser->arena, members);
	tag->n_members = members->len;
	g_ptr_array_add(rules->tags, tag);
	return true;
}
