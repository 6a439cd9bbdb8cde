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
static const char *const atom_words[] = {"service",  "client",        "tag",
					 "category", "registered-by", "federation",
					 "protocol", "any",           NULL};

/* How many names can be read at a glance. */
#define NAMES_TOLD 12

/* Where nothing is like a name: which there are, of those that are configured all or none. */
static char *there_are(const Place *place, const GPtrArray *known)
{
	GString *names = g_string_new(NULL);

	if (known->len == 0)
		g_string_append(names, place_say(place, "; portvakt.conf has none"));
	for (guint i = 0; i < known->len && known->len <= NAMES_TOLD; i++)
		g_string_append_printf(names, "%s%s",
				       i > 0 ? ", " : place_say(place, "; there are: "),
				       (const char *)known->pdata[i]);
	return g_string_free(names, FALSE);
}

bool clause_unknown(const Token *token, const char *what, const GPtrArray *known, GError **error)
{
	g_autofree char *found = token_describe(token);
	g_autofree char *meant = place_guess(&token->place, token->text, known);
	g_autofree char *others = *meant ? NULL : there_are(&token->place, known);

	place_error(error, POLICY_ERROR_MEANING, &token->place, "no %s is called %s%s",
		    place_say(&token->place, what), found, others ? others : meant);
	return false;
}

static bool unknown_attribute(const Registry *registry, const Token *token, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *low = g_utf8_strdown(token->text, -1);
	const Attribute *claimed;

	for (size_t i = 0; i < G_N_ELEMENTS(nicknames); i++) {
		if (strcmp(nicknames[i].nickname, low) != 0)
			continue;
		place_error(error, POLICY_ERROR_MEANING, &token->place,
			    "no attribute is called '%s'; did you mean '%s'?", token->text,
			    nicknames[i].name);
		return false;
	}
	claimed = registry_by_claim(registry, token->text);
	if (claimed) {
		place_error(error, POLICY_ERROR_MEANING, &token->place,
			    "no attribute is called '%s'; did you mean '%s'?", token->text,
			    claimed->name);
		return false;
	}
	for (unsigned i = 0; i < registry_size(registry); i++)
		g_ptr_array_add(names, (gpointer)(guintptr)registry_get(registry, i)->name);
	return clause_unknown(token, "attribute", names, error);
}

bool clause_attribute(Parser *parser, const Attribute **attribute, GError **error)
{
	const Token *token = parser_peek(parser);

	if (token->type != TOKEN_WORD || parser_is_reserved(token->text))
		return parser_unexpected(parser, "the name of an attribute", NULL, error);
	*attribute = registry_by_name(parser->context->attributes, token->text);
	if (!*attribute)
		return unknown_attribute(parser->context->attributes, token, error);
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
	return clause_unknown(token, "kind of attribute", names, error);
}

bool clause_level(Parser *parser, const char **level, GError **error)
{
	const Token *token = parser_need_name(parser, "the name of a level", error);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const PolicyContext *context = parser->context;

	if (!token)
		return false;
	*level = token->text;
	for (size_t i = 0; i < context->n_levels; i++) {
		if (strcmp(context->levels[i].name, token->text) == 0)
			return true;
		g_ptr_array_add(names, (gpointer)(guintptr)context->levels[i].name);
	}
	return clause_unknown(token, "level", names, error);
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
	const guint list = parser_list(parser);

	do {
		Literal literal;

		if (!parser_count_condition(parser, error) || !one(parser, &literal, error))
			return false;
		parser_add(parser, &literal, sizeof literal);
	} while (parser_accept(parser, "or"));
	atom->type = ATOM_LITERAL;
	atom->literals = parser_keep(parser, list, sizeof(Literal), &atom->n_literals);
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
	return clause_unknown(token, "category", names, error);
}

static bool authority(Parser *parser, const char **uri, GError **error)
{
	const Token *token = parser_need(parser, TOKEN_STRING,
					 "the registration authority's URI in quotes", error);

	if (token)
		*uri = token->text;
	return token != NULL;
}

static bool feed(Parser *parser, const char **name, GError **error)
{
	const Token *token = parser_need_name(parser, "the name of a federation", error);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const PolicyContext *context = parser->context;

	if (!token)
		return false;
	*name = token->text;
	for (size_t i = 0; i < context->n_feeds; i++) {
		if (strcmp(context->feeds[i].name, token->text) == 0)
			return true;
		g_ptr_array_add(names, (gpointer)(guintptr)context->feeds[i].name);
	}
	return clause_unknown(token, "federation", names, error);
}

/* one { "or" one } */
static bool texts(Parser *parser, bool (*one)(Parser *, const char **, GError **), AtomType type,
		  Atom *atom, GError **error)
{
	const guint list = parser_list(parser);

	do {
		const char *text;

		if (!parser_count_condition(parser, error) || !one(parser, &text, error))
			return false;
		parser_add(parser, &text, sizeof text);
	} while (parser_accept(parser, "or"));
	atom->type = type;
	atom->texts = parser_keep(parser, list, sizeof(const char *), &atom->n_texts);
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

/* A service that stands there without the word for it is the likeliest mistake. */
static bool unexpected_target(const Parser *parser, GError **error)
{
	const Token *token = parser_peek(parser);
	const char *meant = NULL;
	g_autofree char *service = NULL;

	if (token->type == TOKEN_WORD)
		meant = guess_nearest(token->text, atom_words, G_N_ELEMENTS(atom_words) - 1);
	if (!meant && token->type == TOKEN_WORD && !parser_is_reserved(token->text))
		service = g_strdup_printf("service %.64s", token->text);
	else if (!meant && token->type == TOKEN_STRING)
		service = g_strdup("service \"…\"");
	return parser_unexpected_for(parser,
				     "whom: 'service', 'client', 'tag', 'category', "
				     "'registered-by', 'federation', 'protocol' or 'any'",
				     meant ? meant : service, error);
}

static bool target_atom(Parser *parser, Atom *atom, GError **error)
{
	*atom = (Atom){.type = ATOM_ANY, .place = parser_peek(parser)->place};
	if (parser_accept(parser, "service"))
		return literals(parser, clause_service, atom, error);
	if (parser_accept(parser, "client"))
		return literals(parser, client_id, atom, error);
	if (parser_accept(parser, "tag"))
		return literals(parser, tag_name, atom, error);
	if (parser_accept(parser, "category"))
		return texts(parser, category_uri, ATOM_CATEGORY, atom, error);
	if (parser_accept(parser, "registered-by"))
		return texts(parser, authority, ATOM_REGISTERED_BY, atom, error);
	if (parser_accept(parser, "federation"))
		return texts(parser, feed, ATOM_FEDERATION, atom, error);
	if (!parser_count_condition(parser, error))
		return false;
	if (parser_accept(parser, "protocol"))
		return protocol(parser, atom, error);
	return parser_accept(parser, "any") || unexpected_target(parser, error);
}

static bool one_target(Parser *parser, Target *target, GError **error)
{
	const guint atoms = parser_list(parser);

	target->place = parser_peek(parser)->place;
	do {
		Atom atom;

		if (!target_atom(parser, &atom, error))
			return false;
		parser_add(parser, &atom, sizeof atom);
	} while (parser_accept(parser, "and"));
	target->atoms = parser_keep(parser, atoms, sizeof(Atom), &target->n_atoms);
	return true;
}

static bool target_list(Parser *parser, Target **targets, unsigned *n, GError **error)
{
	const guint list = parser_list(parser);

	do {
		Target target;

		if (!one_target(parser, &target, error))
			return false;
		parser_add(parser, &target, sizeof target);
	} while (parser_accept_type(parser, TOKEN_COMMA));
	*targets = parser_keep(parser, list, sizeof(Target), n);
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

void clause_any(Arena *arena, Targets *targets)
{
	targets->n_targets = 1;
	targets->targets = arena_alloc(arena, sizeof *targets->targets);
	targets->targets->n_atoms = 1;
	targets->targets->atoms = arena_alloc(arena, sizeof *targets->targets->atoms);
	targets->targets->atoms->type = ATOM_ANY;
}
