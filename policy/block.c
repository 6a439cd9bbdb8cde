/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/block.h"

#include <string.h>

#include "policy/clause.h"
#include "policy/gift.h"

/* A format of our own making would say something untrue of the name, or nothing. */
static bool check_format(const Token *token, const Subject *subject, GError **error)
{
	static const char *const reserved[] = {
		SUBJECT_FORMAT_TRANSIENT,
		"urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted",
		"urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
	};

	if (!strchr(token->text, ':') || strpbrk(token->text, " \"<>\\^`{|}")) {
		place_error(error, POLICY_ERROR_MEANING, &token->place,
			    "\"%s\" is no format; it is a URI like %s", token->text,
			    SUBJECT_FORMAT_PERSISTENT);
		return false;
	}
	for (size_t i = 0; subject->attribute && i < G_N_ELEMENTS(reserved); i++) {
		if (strcmp(token->text, reserved[i]) != 0)
			continue;
		place_error(error, POLICY_ERROR_MEANING, &token->place,
			    "%s is no name of that format", subject->attribute->name);
		return false;
	}
	if (subject->attribute || strcmp(token->text, SUBJECT_FORMAT_TRANSIENT) == 0)
		return true;
	place_error(error, POLICY_ERROR_MEANING, &token->place,
		    "'subject transient' has a format of its own");
	return false;
}

static bool subject_who(Parser *parser, Subject *subject, GError **error)
{
	static const char *const names[] = {"transient", "pairwise", "from", NULL};

	if (parser_accept(parser, "transient"))
		return true;
	if (parser_accept(parser, "from"))
		return clause_attribute(parser, &subject->attribute, error);
	if (!parser_accept(parser, "pairwise"))
		return parser_unexpected(parser, "'transient', 'pairwise' or 'from'", names, error);
	subject->attribute = attribute_by_name("pairwise-id");
	return true;
}

static bool subject_line(Parser *parser, Subject *subject, GError **error)
{
	const Token *token;

	if (!subject_who(parser, subject, error))
		return false;
	subject->format = subject_default_format(subject->attribute);
	if (parser_accept(parser, "format")) {
		token = parser_need(parser, TOKEN_STRING, "the URI of the format in quotes", error);
		if (!token || !check_format(token, subject, error))
			return false;
		subject->format = token->text;
	}
	token = parser_peek(parser);
	if (!parser_accept(parser, "also"))
		return true;
	subject->also_attribute = true;
	if (subject->attribute)
		return parser_need_word(parser, "attribute", error);
	place_error(error, POLICY_ERROR_MEANING, &token->place,
		    "'subject transient' is no attribute and cannot also be one");
	return false;
}

static bool subject_once(Parser *parser, ServiceBlock *block, const Place *place, GError **error)
{
	if (block->subject_place.line == 0) {
		block->subject_place = *place;
		return subject_line(parser, &block->subject, error);
	}
	place_error(error, POLICY_ERROR_MEANING, place,
		    "'subject' is said twice in the block (first at line %u)",
		    block->subject_place.line);
	return false;
}

static bool service_clause(Parser *parser, ServiceBlock *block, GArray *asks, GError **error)
{
	static const char *const words[] = {"asks", "subject", NULL};
	Place place = parser_peek(parser)->place;

	if (parser_accept(parser, "asks"))
		return gift_asks(parser, asks, error);
	if (parser_accept(parser, "subject"))
		return subject_once(parser, block, &place, error);
	return parser_unexpected(parser, "a line of the service ('asks', 'subject')", words, error);
}

static bool service_block(Parser *parser, ServiceBlock *block, GArray *asks, GError **error)
{
	g_autofree char *what = g_strdup_printf("service %s", block->name ? block->name : "\"…\"");
	int more;

	while ((more = parser_next_clause(parser, &block->place, what, error)) > 0)
		if (!service_clause(parser, block, asks, error) ||
		    !parser_end_of_clause(parser, error))
			return false;
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
	g_autoptr(GArray) asks = g_array_new(FALSE, FALSE, sizeof(Ask));

	block->place = parser_take(parser)->place;
	if (!service_head(parser, block, error))
		return false;
	if (parser_accept_type(parser, TOKEN_OPEN) && !service_block(parser, block, asks, error))
		return false;
	block->asks = arena_array(parser->arena, asks);
	block->n_asks = asks->len;
	g_ptr_array_add(rules->services, block);
	return true;
}

static bool tag_members(Parser *parser, GArray *members, GError **error)
{
	do {
		Literal member;

		parser_skip_lines(parser);
		if (parser_is(parser, "client") ? !clause_ident(parser, &member, error)
						: !clause_service(parser, &member, error))
			return false;
		g_array_append_val(members, member);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	parser_skip_lines(parser);
	return true;
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
	    !tag_members(parser, members, error) ||
	    !parser_need(parser, TOKEN_CLOSE, "a comma or '}'", error))
		return false;
	tag->members = arena_array(parser->arena, members);
	tag->n_members = members->len;
	g_ptr_array_add(rules->tags, tag);
	return true;
}
