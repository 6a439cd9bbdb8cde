/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/grammar.h"

#include <string.h>

#include "policy/block.h"
#include "policy/canonical.h"
#include "policy/clause.h"

/* The clauses of a release or never that come at most once: where each was said. */
typedef enum {
	SAID_TO,
	SAID_FOR,
	SAID_GIVE,
	SAID_SILENT,
	SAID_BASIS,
	SAID_AGREEMENT,
	SAID_FROM,
	SAID_UNTIL,
	SAID_APPROVED,
	SAID_LAST = SAID_APPROVED
} Said;

typedef struct {
	const char *title;
	Place places[SAID_LAST + 1]; /* line 0: not said */
	GArray *becauses;
	GArray *lines; /* const char *: each clause as canonical.h writes it */
} Clauses;

static bool say(Clauses *clauses, Said said, const Place *place, GError **error)
{
	static const char *const words[] = {
		"to", "for", "give", "silent", "basis", "agreement", "from", "until", "approved",
	};
	static const char *const hints[] = {
		"; put a comma between the targets",
		"; put a comma between the people",
		"; put a comma between the gifts",
		"",
		"",
		"",
		"",
		"",
		"",
	};

	if (clauses->places[said].line == 0) {
		clauses->places[said] = *place;
		return true;
	}
	place_error(error, POLICY_ERROR_MEANING, place,
		    "'%s' is said twice in \"%s\" (first at "
		    "line %u)%s",
		    words[said], clauses->title, clauses->places[said].line, hints[said]);
	return false;
}

static bool is_language(const char *text)
{
	size_t length = strlen(text);

	return (length == 2 || length == 3) && strspn(text, "abcdefghijklmnopqrstuvwxyz") == length;
}

static bool because(Parser *parser, Clauses *clauses, const Place *place, GError **error)
{
	Because one = {0};
	const Token *token = parser_peek(parser);

	if (token->type == TOKEN_WORD && is_language(token->text))
		one.language = parser_take(parser)->text;
	token = parser_need(parser, TOKEN_STRING,
			    "a text in quotes, after a language (sv, en) or none", error);
	if (!token)
		return false;
	one.text = token->text;
	for (guint i = 0; i < clauses->becauses->len; i++) {
		const Because *other = &g_array_index(clauses->becauses, Because, i);

		if (g_strcmp0(other->language, one.language) != 0)
			continue;
		place_error(error, POLICY_ERROR_MEANING, place,
			    "'because%s%s' is said twice in \"%s\"", one.language ? " " : "",
			    one.language ? one.language : "", clauses->title);
		return false;
	}
	g_array_append_val(clauses->becauses, one);
	return true;
}

static bool need_date(Parser *parser, unsigned *date, GError **error)
{
	const Token *token =
		parser_need(parser, TOKEN_DATE, "a day, written like 2027-06-30", error);

	if (token)
		*date = token->date;
	return token != NULL;
}

static bool agreement(Parser *parser, Release *release, GError **error)
{
	const Token *token =
		parser_need(parser, TOKEN_STRING, "the agreement's name in quotes", error);

	if (!token)
		return false;
	release->agreement = token->text;
	release->agreement_place = token->place;
	return !parser_accept(parser, "until") ||
	       need_date(parser, &release->agreement_until, error);
}

static bool basis(Parser *parser, Release *release, GError **error)
{
	const Token *token = parser_need(parser, TOKEN_STRING, "the legal basis in quotes", error);

	if (!token)
		return false;
	release->basis = token->text;
	/* Consent is what `ask` makes; a basis of consent without it would be untrue. */
	if (!g_str_has_prefix(token->text, "6.1 a"))
		return true;
	place_error(error, POLICY_ERROR_MEANING, &token->place,
		    "basis \"%s\" is consent, but \"%s\" does not ask (this version cannot)",
		    token->text, release->title);
	return false;
}

static bool release_clause(Parser *parser, Release *release, Clauses *clauses, GError **error)
{
	static const char *const words[] = {"to",      "for",      "give",      "silent",
					    "because", "basis",    "agreement", "from",
					    "until",   "approved", NULL};
	Place place = parser_peek(parser)->place;

	if (parser_accept(parser, "to"))
		return say(clauses, SAID_TO, &place, error) &&
		       clause_targets(parser, CLAUSE_RELEASE, &release->to, error);
	if (parser_accept(parser, "for"))
		return say(clauses, SAID_FOR, &place, error) &&
		       clause_people(parser, CLAUSE_RELEASE, &release->people,
				     &release->protected_place, error);
	if (parser_accept(parser, "give"))
		return say(clauses, SAID_GIVE, &place, error) &&
		       clause_gifts(parser, &release->gifts, &release->n_gifts, error);
	if (parser_accept(parser, "silent"))
		return say(clauses, SAID_SILENT, &place, error);
	if (parser_accept(parser, "because"))
		return because(parser, clauses, &place, error);
	if (parser_accept(parser, "basis"))
		return say(clauses, SAID_BASIS, &place, error) && basis(parser, release, error);
	if (parser_accept(parser, "agreement"))
		return say(clauses, SAID_AGREEMENT, &place, error) &&
		       agreement(parser, release, error);
	if (parser_accept(parser, "from"))
		return say(clauses, SAID_FROM, &place, error) &&
		       need_date(parser, &release->from, error);
	if (parser_accept(parser, "until"))
		return say(clauses, SAID_UNTIL, &place, error) &&
		       need_date(parser, &release->until, error);
	if (parser_accept(parser, "approved"))
		return say(clauses, SAID_APPROVED, &place, error) &&
		       parser_need_word(parser, "by", error) &&
		       parser_need_word(parser, "two", error);
	return parser_unexpected(parser, "a line of the release ('to', 'for', 'give' …)", words,
				 error);
}

static bool never_clause(Parser *parser, Never *never, Clauses *clauses, GError **error)
{
	static const char *const words[] = {"to", "for", "give", "because", NULL};
	Place place = parser_peek(parser)->place;

	if (parser_accept(parser, "to"))
		return say(clauses, SAID_TO, &place, error) &&
		       clause_targets(parser, CLAUSE_NEVER, &never->to, error);
	if (parser_accept(parser, "for"))
		return say(clauses, SAID_FOR, &place, error) &&
		       clause_people(parser, CLAUSE_NEVER, &never->people, NULL, error);
	if (parser_accept(parser, "give"))
		return say(clauses, SAID_GIVE, &place, error) &&
		       clause_taken(parser, &never->taken, &never->n_taken, error);
	if (parser_accept(parser, "because"))
		return because(parser, clauses, &place, error);
	if (parser_is(parser, "from") || parser_is(parser, "until")) {
		place_error(error, POLICY_ERROR_MEANING, &place,
			    "a never has no dates; remove it by hand when it is over");
		return false;
	}
	return parser_unexpected(parser, "a line of the never ('to', 'for', 'give', 'because')",
				 words, error);
}

/* What a rule must say, and what to write to say it. */
static bool must_say(const Clauses *clauses, Said said, const Place *place, const char *rule,
		     const char *lacks, GError **error)
{
	if (clauses->places[said].line != 0)
		return true;
	place_error(error, POLICY_ERROR_MEANING, place, "%s \"%s\" does not say %s", rule,
		    clauses->title, lacks);
	return false;
}

static bool must_say_why(const Clauses *clauses, const Place *place, const char *rule,
			 GError **error)
{
	if (clauses->becauses->len > 0)
		return true;
	place_error(error, POLICY_ERROR_MEANING, place,
		    "%s \"%s\" does not say why; write 'because \"…\"'", rule, clauses->title);
	return false;
}

static bool release_complete(const Clauses *clauses, const Place *place, GError **error)
{
	return must_say(clauses, SAID_TO, place, "release",
			"to which services; write 'to any' if you mean it", error) &&
	       must_say(clauses, SAID_FOR, place, "release",
			"for whom; write 'for everyone' if you mean it", error) &&
	       must_say(clauses, SAID_GIVE, place, "release",
			"what it gives; write 'give login' to let people in and no more", error) &&
	       must_say_why(clauses, place, "release", error) &&
	       must_say(clauses, SAID_SILENT, place, "release",
			"'silent'; this version has no page that tells people what is released, "
			"so it must be written",
			error);
}

/* What a release about protected persons must be: no more than two people have looked at. */
static bool release_protects(const Release *release, const Clauses *clauses, GError **error)
{
	if (release->protected_place.line == 0)
		return true;
	if (clauses->places[SAID_APPROVED].line == 0) {
		place_error(error, POLICY_ERROR_MEANING, &release->protected_place,
			    "\"%s\" is for protected persons and needs the line 'approved by two'",
			    release->title);
		return false;
	}
	for (unsigned i = 0; i < release->n_gifts; i++) {
		const Gift *gift = &release->gifts[i];

		if (gift->type != GIFT_REQUESTED && gift->type != GIFT_REQUIRED)
			continue;
		place_error(error, POLICY_ERROR_MEANING, &gift->place,
			    "'%s' is not allowed for protected persons; name the attributes",
			    gift->type == GIFT_REQUESTED ? "requested" : "required");
		return false;
	}
	return true;
}

static bool release_block(Parser *parser, Release *release, Clauses *clauses, GError **error)
{
	g_autofree char *what = g_strdup_printf("release \"%s\"", release->title);
	int more;

	while ((more = parser_next_clause(parser, &release->place, what, error)) > 0) {
		guint from = parser->at;
		const char *line;

		if (!release_clause(parser, release, clauses, error) ||
		    !parser_end_of_clause(parser, error))
			return false;
		line = canonical_clause(parser, from);
		g_array_append_val(clauses->lines, line);
	}
	return more == 0;
}

/* The title of a rule and its '{'; NULL and error if there is none. */
static const Token *open_rule(Parser *parser, Clauses *clauses, GError **error)
{
	const Token *title = parser_need(parser, TOKEN_STRING, "a title in quotes", error);

	if (!title)
		return NULL;
	clauses->title = title->text;
	return parser_need(parser, TOKEN_OPEN, "'{'", error) ? title : NULL;
}

static bool read_release(Parser *parser, Rules *rules, GError **error)
{
	Release *release = arena_alloc(parser->arena, sizeof *release);
	g_autoptr(GArray) becauses = g_array_new(FALSE, FALSE, sizeof(Because));
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(const char *));
	Clauses clauses = {.becauses = becauses, .lines = lines};
	const Token *title;

	release->place = parser_take(parser)->place;
	title = open_rule(parser, &clauses, error);
	if (!title)
		return false;
	release->title = title->text;
	release->title_place = title->place;
	if (!release_block(parser, release, &clauses, error) ||
	    !release_complete(&clauses, &release->title_place, error) ||
	    !release_protects(release, &clauses, error))
		return false;
	if (release->from && release->until && release->from > release->until) {
		place_error(error, POLICY_ERROR_MEANING, &clauses.places[SAID_FROM],
			    "from %u-%02u-%02u is after until %u-%02u-%02u", release->from / 10000,
			    release->from / 100 % 100, release->from % 100, release->until / 10000,
			    release->until / 100 % 100, release->until % 100);
		return false;
	}
	release->becauses = arena_array(parser->arena, becauses);
	release->n_becauses = becauses->len;
	release->by_two_place = clauses.places[SAID_APPROVED];
	release->clauses = arena_array(parser->arena, lines);
	release->n_clauses = lines->len;
	g_ptr_array_add(rules->releases, release);
	return true;
}

static bool never_block(Parser *parser, Never *never, Clauses *clauses, GError **error)
{
	g_autofree char *what = g_strdup_printf("never \"%s\"", never->title);
	int more;

	while ((more = parser_next_clause(parser, &never->place, what, error)) > 0)
		if (!never_clause(parser, never, clauses, error) ||
		    !parser_end_of_clause(parser, error))
			return false;
	return more == 0;
}

/* Without `to`, a never is about any service. */
static void target_any(Arena *arena, Targets *targets)
{
	targets->n_targets = 1;
	targets->targets = arena_alloc(arena, sizeof *targets->targets);
	targets->targets->n_atoms = 1;
	targets->targets->atoms = arena_alloc(arena, sizeof *targets->targets->atoms);
	targets->targets->atoms->type = ATOM_ANY;
}

static void people_everyone(Arena *arena, People *people)
{
	people->n_psets = 1;
	people->psets = arena_alloc(arena, sizeof *people->psets);
	people->psets->kinds = kinds_of("everyone", MARK_NONE, PEOPLE_STOPPED);
	people->psets->years = YEARS_ALL;
}

static bool read_never(Parser *parser, Rules *rules, GError **error)
{
	Never *never = arena_alloc(parser->arena, sizeof *never);
	g_autoptr(GArray) becauses = g_array_new(FALSE, FALSE, sizeof(Because));
	Clauses clauses = {.becauses = becauses};
	const Token *title;

	never->place = parser_take(parser)->place;
	title = open_rule(parser, &clauses, error);
	if (!title)
		return false;
	never->title = title->text;
	never->title_place = title->place;
	if (!never_block(parser, never, &clauses, error) ||
	    !must_say(&clauses, SAID_GIVE, &never->title_place, "never",
		      "what it stops; write 'give anything' to shut the service", error) ||
	    !must_say_why(&clauses, &never->title_place, "never", error))
		return false;
	if (clauses.places[SAID_TO].line == 0)
		target_any(parser->arena, &never->to);
	if (clauses.places[SAID_FOR].line == 0)
		people_everyone(parser->arena, &never->people);
	never->becauses = arena_array(parser->arena, becauses);
	never->n_becauses = becauses->len;
	g_ptr_array_add(rules->nevers, never);
	return true;
}

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
		    !clause_only(parser, &one.only, error))
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

static bool expect_outcome(Parser *parser, Expect *expect, GError **error)
{
	static const char *const words[] = {"gets", "never", "is", NULL};
	static const char *const states[] = {"refused", NULL};

	expect->type = EXPECT_REFUSED;
	if (parser_accept(parser, "gets"))
		return expect_gets(parser, expect, error);
	if (parser_accept(parser, "is"))
		return parser_accept(parser, "refused") ||
		       parser_unexpected(parser, "'refused'", states, error);
	if (!parser_accept(parser, "never"))
		return parser_unexpected(parser, "'gets', 'never gets' or 'is refused'", words,
					 error);
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
	target_any(parser->arena, &expect->at);
	target = expect->at.targets;
	target->place = token->place;
	target->atoms->type = ATOM_LITERAL;
	target->atoms->n_literals = 1;
	target->atoms->literals = arena_alloc(parser->arena, sizeof(Literal));
	return clause_service(parser, target->atoms->literals, error);
}

static bool read_expect(Parser *parser, Rules *rules, GError **error)
{
	Expect *expect = arena_alloc(parser->arena, sizeof *expect);

	expect->place = parser_take(parser)->place;
	if (!clause_people(parser, CLAUSE_EXPECT, &expect->people, NULL, error) ||
	    !expect_without(parser, expect, error) ||
	    (parser_accept(parser, "on") && !need_date(parser, &expect->on, error)) ||
	    !parser_need_word(parser, "at", error) || !expect_at(parser, expect, error) ||
	    !expect_outcome(parser, expect, error))
		return false;
	g_ptr_array_add(rules->expects, expect);
	return true;
}

static bool read_rule(Parser *parser, Rules *rules, GError **error)
{
	parser->conditions = 0;
	if (parser_is(parser, "release"))
		return read_release(parser, rules, error);
	if (parser_is(parser, "never"))
		return read_never(parser, rules, error);
	if (parser_is(parser, "service"))
		return block_service(parser, rules, error);
	if (parser_is(parser, "tag"))
		return block_tag(parser, rules, error);
	if (parser_is(parser, "expect"))
		return read_expect(parser, rules, error);
	return parser_unexpected(parser,
				 "a rule ('release', 'never', 'service', 'tag' or 'expect')",
				 parser_rule_words, error);
}

/* A file binds one huvudman by its name in the header and by where it lies, or all by neither. */
static bool read_huvudman(Parser *parser, GError **error)
{
	const Source *source = parser->source;
	const char *want = source->huvudman;
	const Token *name = NULL;

	if (parser_accept(parser, "huvudman")) {
		name = parser_need(parser, TOKEN_WORD, "the name of a huvudman", error);
		if (!name)
			return false;
	}
	if (want && !name)
		place_error(error, POLICY_ERROR_MEANING, &parser_peek(parser)->place,
			    "in folder %s a policy file begins with 'policy 1 huvudman %s'", want,
			    want);
	else if (want && strcmp(name->text, want) != 0)
		place_error(error, POLICY_ERROR_MEANING, &name->place, "huvudman '%s' in folder %s",
			    name->text, want);
	else if (name && source->is_shared)
		place_error(error, POLICY_ERROR_MEANING, &name->place,
			    "huvudman '%s' in the folder of all: move the file to the folder %s in "
			    "it",
			    name->text, name->text);
	else if (name && !want)
		place_error(error, POLICY_ERROR_MEANING, &name->place,
			    "huvudman '%s', but there is one huvudman here, without a name: write "
			    "'policy 1'",
			    name->text);
	else
		return true;
	return false;
}

static bool read_header(Parser *parser, GError **error)
{
	const Token *number;

	parser_skip_lines(parser);
	if (!parser_is(parser, "policy")) {
		place_error(error, POLICY_ERROR_SYNTAX, &parser_peek(parser)->place,
			    "a policy file begins with 'policy 1'");
		return false;
	}
	parser_take(parser);
	number = parser_need(parser, TOKEN_NUMBER, "the version of the language, 1", error);
	if (!number)
		return false;
	if (strcmp(number->text, "1") != 0) {
		place_error(error, POLICY_ERROR_SYNTAX, &number->place,
			    "this version of Portvakt understands policy 1, not policy %s",
			    number->text);
		return false;
	}
	return read_huvudman(parser, error) && parser_end_of_rule(parser, error);
}

bool grammar_read(const Source *source, Arena *arena, Rules *rules, GError **error)
{
	g_autoptr(GArray) tokens = lexer_read(source, arena, error);
	Parser parser = {source, arena, tokens, 0, 0};

	if (!tokens || !read_header(&parser, error))
		return false;
	for (parser_skip_lines(&parser); parser_peek(&parser)->type != TOKEN_END;
	     parser_skip_lines(&parser)) {
		Place place = parser_peek(&parser)->place;

		if (!read_rule(&parser, rules, error) || !parser_end_of_rule(&parser, error))
			return false;
		if (rules_count(rules) > POLICY_RULES_MAX) {
			place_error(error, POLICY_ERROR_MEANING, &place,
				    "there are more than %d rules", POLICY_RULES_MAX);
			return false;
		}
	}
	return true;
}
