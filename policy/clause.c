/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/clause.h"

#include <string.h>

#include "policy/category.h"
#include "policy/guess.h"

/* What people call attributes who know them by another name. */
static const struct {
	const char *nickname, *name;
} nicknames[] = {
	{"eppn", "eduPersonPrincipalName"},
	{"epsa", "eduPersonScopedAffiliation"},
	{"epost", "mail"},
	{"personnummer", "norEduPersonNIN"},
	{"nin", "norEduPersonNIN"},
	{"förnamn", "givenName"},
	{"efternamn", "sn"},
	{"surname", "sn"},
	{"skolenhetskod", "sisSchoolUnitCode"},
};

/* What sets `any` of a target apart from the word `any`: nothing is less than everything. */
static const char *const atom_words[] = {"service",  "client", "tag", "category",
					 "protocol", "any",    NULL};

static bool unknown_word(const Token *token, const char *what, const GPtrArray *known,
			 GError **error)
{
	g_autofree char *found = token_describe(token);
	g_autofree char *meant = guess_phrase(token->text, known);

	place_error(error, POLICY_ERROR_MEANING, &token->place, "no %s is called %s%s", what, found,
		    meant);
	return false;
}

static bool unknown_attribute(const Token *token, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *low = g_utf8_strdown(token->text, -1);
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; i < G_N_ELEMENTS(nicknames); i++) {
		if (strcmp(nicknames[i].nickname, low) != 0)
			continue;
		place_error(error, POLICY_ERROR_MEANING, &token->place,
			    "no attribute is called '%s'; did you mean '%s'?", token->text,
			    nicknames[i].name);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		g_ptr_array_add(names, (gpointer)(guintptr)table[i].name);
	return unknown_word(token, "attribute", names, error);
}

bool clause_attribute(Parser *parser, const Attribute **attribute, GError **error)
{
	const Token *token = parser_peek(parser);

	if (token->type != TOKEN_WORD || parser_is_reserved(token->text))
		return parser_unexpected(parser, "the name of an attribute", NULL, error);
	*attribute = attribute_by_name(token->text);
	if (!*attribute)
		return unknown_attribute(token, error);
	parser_take(parser);
	return true;
}

bool clause_kind(Parser *parser, AttributeKind *kind, GError **error)
{
	const Token *token = parser_need(parser, TOKEN_WORD, "a kind of attribute", error);
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	if (!token)
		return false;
	*kind = attribute_kind_by_name(token->text);
	if (*kind)
		return true;
	for (unsigned i = KIND_PSEUDONYM; i <= KIND_LAST; i++)
		g_ptr_array_add(names, (gpointer)(guintptr)attribute_kind_name((AttributeKind)i));
	return unknown_word(token, "kind of attribute", names, error);
}

bool clause_ident(Parser *parser, Literal *literal, GError **error)
{
	Protocol protocol = parser_accept(parser, "client") ? PROTOCOL_OIDC : PROTOCOL_SAML;
	const Token *token =
		parser_need(parser, TOKEN_STRING,
			    protocol == PROTOCOL_OIDC ? "a client_id in quotes"
						      : "an entityID in quotes, or 'client' and a "
							"client_id",
			    error);

	if (!token)
		return false;
	*literal = (Literal){
		.type = NAMED_IDENT, .ident = {protocol, token->text}, .place = token->place};
	return true;
}

bool clause_service(Parser *parser, Literal *literal, GError **error)
{
	const Token *token;

	if (parser_peek(parser)->type == TOKEN_STRING)
		return clause_ident(parser, literal, error);
	token = parser_need_name(parser, "the name of a service, or its entityID in quotes", error);
	if (!token)
		return false;
	*literal = (Literal){.type = NAMED_SERVICE, .name = token->text, .place = token->place};
	return true;
}

static bool tag_name(Parser *parser, Literal *literal, GError **error)
{
	const Token *token = parser_need_name(parser, "the name of a tag", error);

	if (!token)
		return false;
	*literal = (Literal){.type = NAMED_TAG, .name = token->text, .place = token->place};
	return true;
}

static bool client_id(Parser *parser, Literal *literal, GError **error)
{
	const Token *token = parser_need(parser, TOKEN_STRING, "a client_id in quotes", error);

	if (!token)
		return false;
	*literal = (Literal){
		.type = NAMED_IDENT, .ident = {PROTOCOL_OIDC, token->text}, .place = token->place};
	return true;
}

/* one { "or" one } */
static bool literals(Parser *parser, bool (*one)(Parser *, Literal *, GError **), Atom *atom,
		     GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Literal));

	do {
		Literal literal;

		if (!parser_count_condition(parser, error) || !one(parser, &literal, error))
			return false;
		g_array_append_val(list, literal);
	} while (parser_accept(parser, "or"));
	atom->type = ATOM_LITERAL;
	atom->literals = arena_array(parser->arena, list);
	atom->n_literals = list->len;
	return true;
}

static bool category_uri(Parser *parser, const char **uri, GError **error)
{
	const Token *token = parser_peek(parser);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const Category *category, *table;
	size_t n;

	if (token->type == TOKEN_STRING) {
		*uri = parser_take(parser)->text;
		return true;
	}
	if (token->type != TOKEN_WORD)
		return parser_unexpected(parser, "the name of a category, or its URI in quotes",
					 NULL, error);
	category = category_by_name(token->text);
	if (category) {
		*uri = category->uri;
		parser_take(parser);
		return true;
	}
	table = category_table(&n);
	for (size_t i = 0; i < n; i++)
		g_ptr_array_add(names, (gpointer)(guintptr)table[i].name);
	return unknown_word(token, "category", names, error);
}

static bool categories(Parser *parser, Atom *atom, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(const char *));

	do {
		const char *uri;

		if (!parser_count_condition(parser, error) || !category_uri(parser, &uri, error))
			return false;
		g_array_append_val(list, uri);
	} while (parser_accept(parser, "or"));
	atom->type = ATOM_CATEGORY;
	atom->texts = arena_array(parser->arena, list);
	atom->n_texts = list->len;
	return true;
}

static bool protocol(Parser *parser, Atom *atom, GError **error)
{
	static const char *const names[] = {"saml", "oidc", NULL};

	atom->type = ATOM_PROTOCOL;
	atom->protocol = PROTOCOL_SAML;
	if (parser_accept(parser, "saml"))
		return true;
	atom->protocol = PROTOCOL_OIDC;
	return parser_accept(parser, "oidc") ||
	       parser_unexpected(parser, "'saml' or 'oidc'", names, error);
}

static bool target_atom(Parser *parser, Atom *atom, GError **error)
{
	*atom = (Atom){.type = ATOM_ANY};
	if (parser_accept(parser, "service"))
		return literals(parser, clause_service, atom, error);
	if (parser_accept(parser, "client"))
		return literals(parser, client_id, atom, error);
	if (parser_accept(parser, "tag"))
		return literals(parser, tag_name, atom, error);
	if (parser_accept(parser, "category"))
		return categories(parser, atom, error);
	if (!parser_count_condition(parser, error))
		return false;
	if (parser_accept(parser, "protocol"))
		return protocol(parser, atom, error);
	return parser_accept(parser, "any") ||
	       parser_unexpected(parser,
				 "whom: 'service', 'client', 'tag', 'category', 'protocol' or "
				 "'any'",
				 atom_words, error);
}

static bool one_target(Parser *parser, Target *target, GError **error)
{
	g_autoptr(GArray) atoms = g_array_new(FALSE, FALSE, sizeof(Atom));

	target->place = parser_peek(parser)->place;
	do {
		Atom atom;

		if (!target_atom(parser, &atom, error))
			return false;
		g_array_append_val(atoms, atom);
	} while (parser_accept(parser, "and"));
	target->atoms = arena_array(parser->arena, atoms);
	target->n_atoms = atoms->len;
	return true;
}

static bool target_list(Parser *parser, Target **targets, unsigned *n, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Target));

	do {
		Target target;

		if (!one_target(parser, &target, error))
			return false;
		g_array_append_val(list, target);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	*targets = arena_array(parser->arena, list);
	*n = list->len;
	return true;
}

bool clause_targets(Parser *parser, ClauseUse use, Targets *targets, GError **error)
{
	*targets = (Targets){0};
	if (!target_list(parser, &targets->targets, &targets->n_targets, error))
		return false;
	if (!parser_accept(parser, "except"))
		return true;
	if (!target_list(parser, &targets->exceptions, &targets->n_exceptions, error))
		return false;
	for (unsigned i = 0; use == CLAUSE_NEVER && i < targets->n_exceptions; i++) {
		const Target *exception = &targets->exceptions[i];

		if (exception->n_atoms == 1 && exception->atoms[0].type == ATOM_LITERAL)
			continue;
		place_error(error, POLICY_ERROR_MEANING, &exception->place,
			    "a never excepts only services, clients and tags");
		return false;
	}
	return true;
}

static bool pset(Parser *parser, PeopleUse use, Pset *pset, Place *ret_protected, GError **error)
{
	static const char *const names[] = {"protected", "test",     "student",  "teacher",
					    "staff",     "guardian", "everyone", NULL};
	const Token *token, *first = parser_peek(parser);
	PeopleMark mark = MARK_NONE;

	*pset = (Pset){.years = YEARS_ALL, .place = first->place};
	if (!parser_count_condition(parser, error))
		return false;
	if (parser_accept(parser, "protected"))
		mark = MARK_PROTECTED;
	else if (parser_accept(parser, "test"))
		mark = MARK_TEST;
	token = parser_peek(parser);
	pset->kinds = token->type == TOKEN_WORD ? kinds_of(token->text, mark, use) : 0;
	if (!pset->kinds)
		return parser_unexpected(parser,
					 "for whom: 'student', 'teacher', 'staff', 'guardian' or "
					 "'everyone'",
					 mark == MARK_NONE ? names : names + 2, error);
	parser_take(parser);
	/* `at unit` narrows people; any other `at` belongs to an expect. */
	if (parser_is(parser, "in"))
		return parser_unexpected(parser, "", NULL, error);
	if (parser_is(parser, "at") && parser_look(parser, 1)->type == TOKEN_WORD &&
	    strcmp(parser_look(parser, 1)->text, "unit") == 0) {
		parser_take(parser);
		return parser_unexpected(parser, "", NULL, error);
	}
	if (mark == MARK_PROTECTED && ret_protected && ret_protected->line == 0)
		*ret_protected = first->place;
	return true;
}

static bool pset_list(Parser *parser, PeopleUse use, Pset **psets, unsigned *n,
		      Place *ret_protected, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Pset));

	do {
		Pset one;

		if (!pset(parser, use, &one, ret_protected, error))
			return false;
		g_array_append_val(list, one);
	} while (use != PEOPLE_EXPECTED && parser_accept_type(parser, TOKEN_COMMA));
	*psets = arena_array(parser->arena, list);
	*n = list->len;
	return true;
}

bool clause_people(Parser *parser, ClauseUse use, People *people, Place *ret_protected,
		   GError **error)
{
	PeopleUse given = use == CLAUSE_EXPECT  ? PEOPLE_EXPECTED
			  : use == CLAUSE_NEVER ? PEOPLE_STOPPED
						: PEOPLE_GIVEN;

	*people = (People){0};
	if (!pset_list(parser, given, &people->psets, &people->n_psets, ret_protected, error))
		return false;
	if (use == CLAUSE_EXPECT || !parser_is(parser, "except"))
		return true;
	if (use == CLAUSE_NEVER) {
		place_error(error, POLICY_ERROR_MEANING, &parser_peek(parser)->place,
			    "a never has no 'except' for people; name whom it is for");
		return false;
	}
	parser_take(parser);
	return pset_list(parser, PEOPLE_STOPPED, &people->exceptions, &people->n_exceptions, NULL,
			 error);
}

static bool facet(Parser *parser, Facet *one, GError **error)
{
	g_autoptr(GArray) texts = g_array_new(FALSE, FALSE, sizeof(const char *));

	if (parser_is(parser, "subject"))
		return parser_later(parser, "values by subject", error);
	one->type = parser_accept(parser, "beginning") ? FACET_BEGINNING : FACET_VALUE;
	do {
		const Token *token;

		if (!parser_count_condition(parser, error))
			return false;
		token = parser_need(parser, TOKEN_STRING, "a value in quotes", error);
		if (!token)
			return false;
		g_array_append_val(texts, token->text);
	} while (parser_accept(parser, "or"));
	one->texts = arena_array(parser->arena, texts);
	one->n_texts = texts->len;
	return true;
}

bool clause_only(Parser *parser, Only *only, GError **error)
{
	g_autoptr(GArray) facets = g_array_new(FALSE, FALSE, sizeof(Facet));

	*only = (Only){0};
	if (!parser_accept(parser, "only"))
		return true;
	do {
		Facet one;

		if (!facet(parser, &one, error))
			return false;
		g_array_append_val(facets, one);
	} while (parser_accept(parser, "and"));
	only->facets = arena_array(parser->arena, facets);
	only->n_facets = facets->len;
	return true;
}

static bool gift(Parser *parser, Gift *one, GError **error)
{
	*one = (Gift){.type = GIFT_LOGIN, .place = parser_peek(parser)->place};
	if (parser_accept(parser, "login"))
		return true;
	if (parser_accept(parser, "requested")) {
		one->type = GIFT_REQUESTED;
		return clause_only(parser, &one->only, error);
	}
	if (parser_accept(parser, "required")) {
		one->type = GIFT_REQUIRED;
		return clause_only(parser, &one->only, error);
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
	return clause_only(parser, &one->only, error);
}

bool clause_gifts(Parser *parser, Gift **gifts, unsigned *n, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Gift));

	do {
		Gift one;

		if (!gift(parser, &one, error))
			return false;
		for (guint i = 0; i < list->len; i++) {
			const Gift *other = &g_array_index(list, Gift, i);

			if (other->type != one.type || other->attribute != one.attribute)
				continue;
			place_error(error, POLICY_ERROR_MEANING, &one.place,
				    "this is given twice (first at line %u)", other->place.line);
			return false;
		}
		g_array_append_val(list, one);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	*gifts = arena_array(parser->arena, list);
	*n = list->len;
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
		       clause_only(parser, &one->only, error);
	one->type = TAKEN_ATTRIBUTE;
	return clause_attribute(parser, &one->attribute, error) &&
	       clause_only(parser, &one->only, error);
}

bool clause_taken(Parser *parser, Taken **taken, unsigned *n, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Taken));

	do {
		Taken one;

		if (!taken_one(parser, &one, error))
			return false;
		g_array_append_val(list, one);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	*taken = arena_array(parser->arena, list);
	*n = list->len;
	return true;
}

bool clause_asks(Parser *parser, GArray *asks, GError **error)
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
