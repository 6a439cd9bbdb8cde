/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/expect.h"

#include "policy/clause.h"
#include "policy/gift.h"
#include "policy/pset.h"

static bool expect_gets(Parser *parser, Expect *expect, GError **error)
{
	g_autoptr(GArray) gets = g_array_new(FALSE, FALSE, sizeof(Expected));

	if (parser_accept(parser, "nothing"))
		return true;
	if (parser_accept(parser, "login")) {
		expect->type = EXPECT_LOGIN;
		return true;
	}
	expect->type = EXPECT_GETS;
	do {
		Place place = parser_peek(parser)->place;
		Expected one;

		if (!clause_attribute(parser, &one.attribute, error) ||
		    !gift_only(parser, &one.only, error))
			return false;
		for (guint i = 0; i < gets->len; i++) {
			if (g_array_index(gets, Expected, i).attribute != one.attribute)
				continue;
			place_error(error, POLICY_ERROR_MEANING, &place, "%s is said twice",
				    one.attribute->name);
			return false;
		}
		g_array_append_val(gets, one);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	expect->gets = arena_array(parser->arena, gets);
	expect->n_gets = gets->len;
	return true;
}

/* `is`: what happens to the person, whatever they get. */
static bool expect_state(Parser *parser, Expect *expect, GError **error)
{
	static const struct {
		const char *word;
		ExpectType type;
	} states[] = {
		{"refused", EXPECT_REFUSED},
		{"asked", EXPECT_ASKED},
		{"informed", EXPECT_INFORMED},
	};
	static const char *const words[] = {"refused", "asked", "informed", NULL};

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		if (!parser_accept(parser, states[i].word))
			continue;
		expect->type = states[i].type;
		return true;
	}
	return parser_unexpected(parser, "'refused', 'asked' or 'informed'", words, error);
}

static bool expect_outcome(Parser *parser, Expect *expect, GError **error)
{
	static const char *const words[] = {"gets", "never", "is", NULL};

	expect->type = EXPECT_REFUSED;
	if (parser_accept(parser, "gets"))
		return expect_gets(parser, expect, error);
	if (parser_accept(parser, "is"))
		return expect_state(parser, expect, error);
	if (!parser_accept(parser, "never"))
		return parser_unexpected(parser, "'gets', 'never gets' or 'is'", words, error);
	expect->type = EXPECT_NEVER_GETS;
	if (!parser_need_word(parser, "gets", error))
		return false;
	return parser_accept(parser, "any") ? clause_kind(parser, &expect->kind, error)
					    : clause_attribute(parser, &expect->attribute, error);
}

static bool expect_without(Parser *parser, Expect *expect, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(const Attribute *));

	if (!parser_accept(parser, "without"))
		return true;
	do {
		const Attribute *attribute;

		if (!clause_attribute(parser, &attribute, error))
			return false;
		g_array_append_val(list, attribute);
	} while (parser_accept(parser, "or"));
	expect->without = arena_array(parser->arena, list);
	expect->n_without = list->len;
	return true;
}

/* A bare name or text is one service; anything else is a list of targets. */
static bool expect_at(Parser *parser, Expect *expect, GError **error)
{
	const Token *token = parser_peek(parser);
	Target *target;

	if (token->type != TOKEN_STRING &&
	    (token->type != TOKEN_WORD || parser_is_reserved(token->text)))
		return clause_targets(parser, CLAUSE_EXPECT, &expect->at, error);
	clause_any(parser->arena, &expect->at);
	target = expect->at.targets;
	target->place = token->place;
	target->atoms->type = ATOM_LITERAL;
	target->atoms->n_literals = 1;
	target->atoms->literals = arena_alloc(parser->arena, sizeof(Literal));
	return clause_service(parser, target->atoms->literals, error);
}

bool expect_read(Parser *parser, Rules *rules, GError **error)
{
	Expect *expect = arena_alloc(parser->arena, sizeof *expect);

	expect->place = parser_take(parser)->place;
	if (!pset_people(parser, CLAUSE_EXPECT, &expect->people, NULL, error) ||
	    !expect_without(parser, expect, error) ||
	    (parser_accept(parser, "on") && !parser_need_date(parser, &expect->on, error)) ||
	    !parser_need_word(parser, "at", error) || !expect_at(parser, expect, error) ||
	    !expect_outcome(parser, expect, error))
		return false;
	g_ptr_array_add(rules->expects, expect);
	return true;
}
