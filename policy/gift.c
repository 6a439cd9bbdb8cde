/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/gift.h"

#include "policy/clause.h"

static FacetType facet_type(Parser *parser)
{
	static const struct {
		const char *word;
		FacetType type;
	} types[] = {
		{"beginning", FACET_BEGINNING},
		{"unit", FACET_UNIT},
		{"subject", FACET_SUBJECT},
		{"kind", FACET_KIND},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (parser_accept(parser, types[i].word))
			return types[i].type;
	return FACET_VALUE;
}

static const Token *facet_text(Parser *parser, FacetType type, GError **error)
{
	static const char *const expected[] = {
		[FACET_VALUE] = "a value in quotes, 'beginning', 'unit', 'subject' or 'kind'",
		[FACET_BEGINNING] = "the beginning of a value in quotes",
		[FACET_UNIT] = "the code of a school unit in quotes",
		[FACET_SUBJECT] = "a subject in quotes",
	};

	return type == FACET_KIND ? parser_need_name(parser, "a kind of group", error)
				  : parser_need(parser, TOKEN_STRING, expected[type], error);
}

static bool facet(Parser *parser, Facet *one, GError **error)
{
	const guint texts = parser_list(parser);

	one->type = facet_type(parser);
	do {
		const Token *token;

		if (!parser_count_condition(parser, error))
			return false;
		token = facet_text(parser, one->type, error);
		if (!token)
			return false;
		parser_add(parser, &token->text, sizeof token->text);
	} while (parser_accept(parser, "or"));
	one->texts = parser_keep(parser, texts, sizeof(const char *), &one->n_texts);
	return true;
}

static bool some_facets(Parser *parser, Only *only, GError **error)
{
	const guint facets = parser_list(parser);

	do {
		Facet one;

		if (!facet(parser, &one, error))
			return false;
		parser_add(parser, &one, sizeof one);
	} while (parser_accept(parser, "and"));
	only->facets = parser_keep(parser, facets, sizeof(Facet), &only->n_facets);
	return true;
}

bool gift_only(Parser *parser, Only *only, GError **error)
{
	*only = (Only){0};
	return !parser_accept(parser, "only") || some_facets(parser, only, error);
}

static bool gift(Parser *parser, Gift *one, GError **error)
{
	*one = (Gift){.type = GIFT_LOGIN, .place = parser_peek(parser)->place};
	if (parser_accept(parser, "login"))
		return true;
	if (parser_accept(parser, "requested")) {
		one->type = GIFT_REQUESTED;
		return gift_only(parser, &one->only, error);
	}
	if (parser_accept(parser, "required")) {
		one->type = GIFT_REQUIRED;
		return gift_only(parser, &one->only, error);
	}
	one->type = GIFT_ATTRIBUTE;
	if (parser_is(parser, "any") || parser_is(parser, "anything")) {
		place_error(error, POLICY_ERROR_MEANING, &one->place,
			    "a release names what it gives, or says 'requested' for what the "
			    "service asks for");
		return false;
	}
	if (!clause_attribute(parser, &one->attribute, error))
		return false;
	one->unasked = parser_accept(parser, "unasked");
	if (!one->unasked && parser_accept(parser, "if")) {
		one->if_required = true;
		if (!parser_need_word(parser, "required", error))
			return false;
	}
	return gift_only(parser, &one->only, error);
}

bool gift_list(Parser *parser, Gift **gifts, unsigned *n, GError **error)
{
	const guint list = parser_list(parser);

	do {
		Gift one;
		const Gift *before;
		unsigned n_before;

		if (!gift(parser, &one, error))
			return false;
		before = parser_listed(parser, list, sizeof(Gift), &n_before);
		for (unsigned i = 0; i < n_before; i++) {
			const Gift *other = &before[i];

			if (other->type != one.type || other->attribute != one.attribute)
				continue;
			place_error(error, POLICY_ERROR_MEANING, &one.place,
				    "this is given twice (first at line %u)", other->place.line);
			return false;
		}
		parser_add(parser, &one, sizeof one);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	*gifts = parser_keep(parser, list, sizeof(Gift), n);
	return true;
}

static bool taken_one(Parser *parser, Taken *one, GError **error)
{
	*one = (Taken){.type = TAKEN_LOGIN, .place = parser_peek(parser)->place};
	if (parser_accept(parser, "login"))
		return true;
	one->type = TAKEN_ANYTHING;
	if (parser_accept(parser, "anything"))
		return true;
	one->type = TAKEN_KIND;
	if (parser_accept(parser, "any"))
		return clause_kind(parser, &one->kind, error) &&
		       gift_only(parser, &one->only, error);
	one->type = TAKEN_ATTRIBUTE;
	return clause_attribute(parser, &one->attribute, error) &&
	       gift_only(parser, &one->only, error);
}

bool gift_taken(Parser *parser, Taken **taken, unsigned *n, GError **error)
{
	const guint list = parser_list(parser);

	do {
		Taken one;

		if (!taken_one(parser, &one, error))
			return false;
		parser_add(parser, &one, sizeof one);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	*taken = parser_keep(parser, list, sizeof(Taken), n);
	return true;
}

bool gift_asks(Parser *parser, GArray *asks, GError **error)
{
	do {
		Ask ask = {0};

		if (!clause_attribute(parser, &ask.attribute, error))
			return false;
		ask.required = parser_accept(parser, "required");
		g_array_append_val(asks, ask);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	return true;
}
