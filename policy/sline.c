/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/sline.h"

#include <string.h>

#include "policy/clause.h"
#include "policy/facet.h"
#include "policy/gift.h"
#include "policy/pset.h"
#include "policy/rename.h"

#define URI_MAX        1024     /* characters of an entityID (SAML core 8.3.6) */
#define GUARD_SIZE_MAX 10000000 /* bytes: no answer is larger, so that no more can be meant */

/* A line of a block while it is read. */
typedef struct {
	Parser *parser;
	ServiceBlock *block;
	Lines *lines;
	Place place; /* of its first word */
} Line;

/* ---- what lines have in common ---- */

static bool is_uri(const char *text)
{
	return strchr(text, ':') && text[0] != ':' && !strpbrk(text, " \"<>\\^`{|}") &&
	       strlen(text) <= URI_MAX;
}

static GArray *list_of(GArray **list, guint size)
{
	if (!*list)
		*list = g_array_new(FALSE, FALSE, size);
	return *list;
}

/* `'signal eid2' is said twice in the block (first at line 3)` */
static bool said_twice(const Line *line, const char *what, const char *of, const Place *first,
		       GError **error)
{
	place_error(error, POLICY_ERROR_MEANING, &line->place,
		    "'%s%s%s' is said twice in the block (first at line %u)", what, of ? " " : "",
		    of ? of : "", first->line);
	return false;
}

/* Keeps in said where the line stands, if the block has not said it before. */
static bool once(const Line *line, const char *what, Place *said, GError **error)
{
	if (said->line != 0)
		return said_twice(line, what, NULL, said, error);
	*said = line->place;
	return true;
}

static bool not_a_uri(const Token *token, const char *what, const char *like, GError **error)
{
	g_autofree char *text = token_describe(token);

	place_error(error, POLICY_ERROR_MEANING, &token->place, "%s is no %s; it is a URI like %s",
		    text, place_say(&token->place, what), like);
	return false;
}

/* ---- subject ---- */

/* A format of our own making would say something untrue of the name, or nothing. */
static bool check_format(const Token *token, const Subject *subject, GError **error)
{
	static const char *const reserved[] = {
		SUBJECT_FORMAT_TRANSIENT,
		"urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted",
		"urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
	};

	if (!is_uri(token->text))
		return not_a_uri(token, "format", SUBJECT_FORMAT_PERSISTENT, error);
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

static bool read_subject(const Line *line, GError **error)
{
	return once(line, "subject", &line->block->subject_place, error) &&
	       subject_line(line->parser, &line->block->subject, error);
}

/* ---- what is asked, needed and demanded ---- */

static bool read_asks(const Line *line, GError **error)
{
	return gift_asks(line->parser, list_of(&line->lines->asks, sizeof(Ask)), error);
}

static bool read_needs(const Line *line, GError **error)
{
	g_autoptr(GArray) attributes = g_array_new(FALSE, FALSE, sizeof(const Attribute *));
	Need need = {.place = line->place};

	do {
		const Attribute *attribute;

		if (!clause_attribute(line->parser, &attribute, error))
			return false;
		g_array_append_val(attributes, attribute);
	} while (parser_accept(line->parser, "or"));
	if (parser_accept(line->parser, "of") &&
	    !pset_people(line->parser, CLAUSE_SERVICE, &need.of, NULL, error))
		return false;
	need.attributes = arena_array(line->parser->arena, attributes);
	need.n_attributes = attributes->len;
	g_array_append_val(list_of(&line->lines->needs, sizeof(Need)), need);
	return true;
}

static bool read_demand(const Line *line, GError **error)
{
	Demand demand = {.place = line->place};

	if (!clause_level(line->parser, &demand.level, error) ||
	    !parser_need_word(line->parser, "of", error) ||
	    !pset_people(line->parser, CLAUSE_SERVICE, &demand.of, NULL, error))
		return false;
	g_array_append_val(list_of(&line->lines->demands, sizeof(Demand)), demand);
	return true;
}

static bool read_signal(const Line *line, GError **error)
{
	GArray *signals = list_of(&line->lines->signals, sizeof(Signal));
	Signal one = {.place = line->place};
	const Token *token;

	if (!clause_level(line->parser, &one.level, error) ||
	    !parser_need_word(line->parser, "as", error))
		return false;
	token = parser_need(line->parser, TOKEN_STRING, "the URI of the level in quotes", error);
	if (!token)
		return false;
	if (!is_uri(token->text))
		return not_a_uri(token, "level", "http://id.elegnamnden.se/loa/1.0/loa3", error);
	one.uri = token->text;
	for (guint i = 0; i < signals->len; i++) {
		const Signal *other = &g_array_index(signals, Signal, i);

		if (strcmp(other->level, one.level) == 0)
			return said_twice(line, "signal", one.level, &other->place, error);
	}
	g_array_append_val(signals, one);
	return true;
}

/* ---- names and forms ---- */

static bool read_rename(const Line *line, GError **error)
{
	static const char *const protocols[] = {"saml", "oidc", NULL};
	Parser *parser = line->parser;
	GArray *renames = list_of(&line->lines->renames, sizeof(Rename));
	Rename one = {.in_saml = true, .in_oidc = true, .place = line->place};
	const Token *token;

	if (!clause_attribute(parser, &one.attribute, error) ||
	    !parser_need_word(parser, "to", error))
		return false;
	token = parser_need(parser, TOKEN_STRING, "the other name in quotes", error);
	if (!token)
		return false;
	one.to = token->text;
	if (parser_accept(parser, "without")) {
		one.without_format = true;
		if (!parser_need_word(parser, "format", error))
			return false;
	}
	if (parser_accept(parser, "in")) {
		one.in_saml = parser_accept(parser, "saml");
		one.in_oidc = !one.in_saml && parser_accept(parser, "oidc");
		if (!one.in_saml && !one.in_oidc)
			return parser_unexpected(parser, "'saml' or 'oidc'", protocols, error);
	}
	for (guint i = 0; i < renames->len; i++) {
		const Rename *other = &g_array_index(renames, Rename, i);

		if (other->attribute == one.attribute && rename_overlap(&one, other))
			return said_twice(line, "rename", one.attribute->name, &other->place,
					  error);
	}
	if (!rename_check(&one, parser->context->attributes, &token->place, error))
		return false;
	g_array_append_val(renames, one);
	return true;
}

/* `value, unit, group`: the parts that values of an attribute have. */
static char *parts_of(const Attribute *attribute)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i <= FACET_PART_LAST; i++)
		if (facet_can(attribute, (FacetPart)i))
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
					       facet_part_name((FacetPart)i));
	return g_string_free(text, FALSE);
}

static bool bad_template(const Token *token, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static bool bad_template(const Token *token, GError **error, const char *format, ...)
{
	g_autofree char *text = token_describe(token), *why = NULL;
	va_list arguments;

	va_start(arguments, format);
	why = g_strdup_vprintf(place_say(&token->place, format), arguments);
	va_end(arguments);
	place_error(error, POLICY_ERROR_MEANING, &token->place, "template %s%s", text, why);
	return false;
}

/* A `{part}` at open; *close is set to its end. */
static bool check_part(const Attribute *attribute, const Token *token, const char *open,
		       const char **close, FacetPart *part, GError **error)
{
	g_autofree char *parts = NULL;

	*close = strpbrk(open + 1, "{}");
	if (!*close || **close != '}')
		return bad_template(token, error, ": a { has no }");
	if (facet_part_by_name(open + 1, (gsize)(*close - open - 1), part) &&
	    facet_can(attribute, *part))
		return true;
	parts = parts_of(attribute);
	return bad_template(token, error, ": no such part; %s has %s", attribute->name, parts);
}

/* Whether its value alone tells a person from others, so that no form may leave it out. */
static bool is_identifier(const Attribute *attribute)
{
	return attribute->kind == KIND_PSEUDONYM || attribute->kind == KIND_IDENTIFIER ||
	       attribute->kind == KIND_PERSONAL_NUMBER;
}

static bool check_template(const Attribute *attribute, const Token *token, GError **error)
{
	bool some = false, whole = false;

	if (strlen(token->text) > FACET_FORM_MAX)
		return bad_template(token, error, " is longer than %d bytes", FACET_FORM_MAX);
	for (const char *at = strpbrk(token->text, "{}"); at; at = strpbrk(at + 1, "{}")) {
		FacetPart part = FACET_PART_VALUE;

		if (*at == '}')
			return bad_template(token, error, ": a } has no {");
		if (!check_part(attribute, token, at, &at, &part, error))
			return false;
		some = true;
		whole = whole || part == FACET_PART_VALUE;
	}
	if (!some)
		return bad_template(token, error,
				    " has no part of the value; write {value} where %s stands",
				    attribute->name);
	return whole || !is_identifier(attribute) ||
	       bad_template(token, error, " makes one of many persons: %s must keep {value}",
			    attribute->name);
}

static bool read_value(const Line *line, GError **error)
{
	GArray *values = list_of(&line->lines->values, sizeof(Shape));
	Shape one = {.place = line->place};
	const Token *token;

	if (!clause_attribute(line->parser, &one.attribute, error))
		return false;
	token = parser_need(line->parser, TOKEN_STRING, "a template like \"{unit}/{group}\"",
			    error);
	if (!token || !check_template(one.attribute, token, error))
		return false;
	one.form = token->text;
	for (guint i = 0; i < values->len; i++) {
		const Shape *other = &g_array_index(values, Shape, i);

		if (other->attribute == one.attribute)
			return said_twice(line, "value", one.attribute->name, &other->place, error);
	}
	g_array_append_val(values, one);
	return true;
}

static bool read_lower_case(const Line *line, GError **error)
{
	GArray *shapes = list_of(&line->lines->lower_cases, sizeof(Shape));
	Shape one = {.place = line->place};

	if (!clause_attribute(line->parser, &one.attribute, error))
		return false;
	for (guint i = 0; i < shapes->len; i++) {
		const Shape *other = &g_array_index(shapes, Shape, i);

		if (other->attribute == one.attribute)
			return said_twice(line, "lower-case", one.attribute->name, &other->place,
					  error);
	}
	g_array_append_val(shapes, one);
	return true;
}

static bool read_guard_size(const Line *line, GError **error)
{
	const Token *token = parser_peek(line->parser);
	guint64 size;

	if (token->type != TOKEN_NUMBER || strchr(token->text, '-'))
		return parser_unexpected(line->parser, "a number of bytes", NULL, error);
	parser_take(line->parser);
	size = g_ascii_strtoull(token->text, NULL, 10);
	if (size == 0 || size > GUARD_SIZE_MAX) {
		place_error(error, POLICY_ERROR_MEANING, &token->place,
			    "a guard of %s bytes; it is 1-%u", token->text, GUARD_SIZE_MAX);
		return false;
	}
	line->block->guard_size = (unsigned)size;
	return parser_need_word(line->parser, "bytes", error);
}

static bool read_guard(const Line *line, GError **error)
{
	static const char *const words[] = {"ascii", "size", NULL};

	if (parser_accept(line->parser, "ascii"))
		return once(line, "guard ascii", &line->block->guard_ascii_place, error);
	if (parser_accept(line->parser, "size"))
		return once(line, "guard size", &line->block->guard_size_place, error) &&
		       read_guard_size(line, error);
	return parser_unexpected(line->parser, "'ascii' or 'size'", words, error);
}

/* ---- how messages look ---- */

static bool read_issuer(const Line *line, GError **error)
{
	const Token *token;

	if (!once(line, "issuer", &line->block->issuer.place, error))
		return false;
	token = parser_need(line->parser, TOKEN_STRING, "an entityID of ours in quotes", error);
	if (!token)
		return false;
	line->block->issuer.text = token->text;
	return is_uri(token->text) ||
	       not_a_uri(token, "entityID", "https://idp.skola.example/m365", error);
}

static bool read_scope(const Line *line, GError **error)
{
	const char *const *scope = line->parser->context->scopes;
	const Token *token;

	if (!once(line, "scope", &line->block->scope.place, error))
		return false;
	token = parser_need(line->parser, TOKEN_STRING, "a domain of ours in quotes", error);
	if (!token)
		return false;
	line->block->scope.text = token->text;
	for (; scope && *scope; scope++)
		if (strcmp(*scope, token->text) == 0)
			return true;
	place_error(error, POLICY_ERROR_MEANING, &token->place,
		    "scope '%s' is not one of this huvudman's", token->text);
	return false;
}

static bool read_start(const Line *line, GError **error)
{
	const Token *token;

	if (!once(line, "start", &line->block->start.place, error))
		return false;
	token = parser_need(line->parser, TOKEN_STRING, "the address where login starts in quotes",
			    error);
	if (!token)
		return false;
	line->block->start.text = token->text;
	return (is_uri(token->text) && g_str_has_prefix(token->text, "https://")) ||
	       not_a_uri(token, "address", "https://ne.example/login", error);
}

/* A word and what it stands for, as a number. */
typedef struct {
	const char *word;
	unsigned number;
} Word;

/* Takes one of the words (n of them); 0 and error if none is at hand. */
static unsigned one_word(Parser *parser, const Word *words, size_t n, const char *expected,
			 GError **error)
{
	const char *candidates[8] = {NULL};

	g_assert(n < G_N_ELEMENTS(candidates));
	for (size_t i = 0; i < n; i++) {
		if (parser_accept(parser, words[i].word))
			return words[i].number;
		candidates[i] = words[i].word;
	}
	parser_unexpected(parser, expected, candidates, error);
	return 0;
}

static bool read_sign(const Line *line, GError **error)
{
	static const Word words[] = {
		{"response", SIGN_RESPONSE}, {"assertion", SIGN_ASSERTION}, {"both", SIGN_BOTH}};

	if (!once(line, "sign", &line->block->sign_place, error))
		return false;
	line->block->sign = (Sign)one_word(line->parser, words, G_N_ELEMENTS(words),
					   "'response', 'assertion' or 'both'", error);
	return line->block->sign != SIGN_UNSAID;
}

static bool read_encrypt(const Line *line, GError **error)
{
	static const Word words[] = {{"always", ENCRYPT_ALWAYS},
				     {"never", ENCRYPT_NEVER},
				     {"when-possible", ENCRYPT_WHEN_POSSIBLE}};

	if (!once(line, "encrypt", &line->block->encrypt_place, error))
		return false;
	line->block->encrypt = (Encrypt)one_word(line->parser, words, G_N_ELEMENTS(words),
						 "'always', 'never' or 'when-possible'", error);
	return line->block->encrypt != ENCRYPT_UNSAID;
}

static bool read_requests(const Line *line, GError **error)
{
	static const Word words[] = {{"signed", REQUESTS_SIGNED}, {"unsigned", REQUESTS_UNSIGNED}};

	if (!once(line, "requests", &line->block->requests_place, error))
		return false;
	line->block->requests = (Requests)one_word(line->parser, words, G_N_ELEMENTS(words),
						   "'signed' or 'unsigned'", error);
	return line->block->requests != REQUESTS_UNSAID;
}

/* ---- all of them ---- */

static const struct {
	const char *word;
	bool (*read)(const Line *line, GError **error);
} readers[] = {
	{"asks", read_asks},     {"subject", read_subject},       {"needs", read_needs},
	{"demand", read_demand}, {"signal", read_signal},         {"rename", read_rename},
	{"value", read_value},   {"lower-case", read_lower_case}, {"guard", read_guard},
	{"issuer", read_issuer}, {"scope", read_scope},           {"start", read_start},
	{"sign", read_sign},     {"encrypt", read_encrypt},       {"requests", read_requests},
};

bool sline_read(Parser *parser, ServiceBlock *block, Lines *lines, GError **error)
{
	const char *words[G_N_ELEMENTS(readers) + 1] = {NULL};
	const Line line = {parser, block, lines, parser_peek(parser)->place};

	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
		if (parser_accept(parser, readers[i].word))
			return readers[i].read(&line, error);
		words[i] = readers[i].word;
	}
	return parser_unexpected(parser, "a line of the service ('asks', 'subject', 'needs' …)",
				 words, error);
}

void lines_clear(Lines *lines)
{
	GArray *all[] = {lines->asks,    lines->needs,  lines->demands,    lines->signals,
			 lines->renames, lines->values, lines->lower_cases};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i])
			g_array_unref(all[i]);
	*lines = (Lines){0};
}

static void *keep(Arena *arena, GArray *list, unsigned *n)
{
	*n = list ? list->len : 0;
	return list ? arena_array(arena, list) : NULL;
}

void lines_keep(const Lines *lines, Arena *arena, ServiceBlock *block)
{
	block->asks = keep(arena, lines->asks, &block->n_asks);
	block->needs = keep(arena, lines->needs, &block->n_needs);
	block->demands = keep(arena, lines->demands, &block->n_demands);
	block->signals = keep(arena, lines->signals, &block->n_signals);
	block->renames = keep(arena, lines->renames, &block->n_renames);
	block->values = keep(arena, lines->values, &block->n_values);
	block->lower_cases = keep(arena, lines->lower_cases, &block->n_lower_cases);
}
