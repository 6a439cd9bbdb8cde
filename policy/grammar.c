/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/grammar.h"

#include <string.h>

#include "policy/block.h"
#include "policy/canonical.h"
#include "policy/clause.h"
#include "policy/day.h"
#include "policy/expect.h"
#include "policy/gift.h"
#include "policy/pset.h"

#define LISTS_ROOM 1024 /* bytes: of the lists of an ordinary rule */

/* The clauses of a release or never that come at most once: where each was said. */
typedef enum {
	SAID_TO,
	SAID_FOR,
	SAID_GIVE,
	SAID_PAGE,
	SAID_BASIS,
	SAID_AGREEMENT,
	SAID_FROM,
	SAID_UNTIL,
	SAID_DEMAND,
	SAID_NEW,
	SAID_APPROVED,
	SAID_LAST = SAID_APPROVED
} Said;

typedef struct {
	const char *title;
	Place places[SAID_LAST + 1]; /* line 0: not said */
	GArray *becauses;
	GArray *ends; /* guint: where each clause begins and ends among the tokens */
} Clauses;

static bool say(Clauses *clauses, Said said, const Place *place, GError **error)
{
	static const char *const words[] = {
		"to",   "for",   "give",   "inform", "basis",    "agreement",
		"from", "until", "demand", "new",    "approved",
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
		    words[said], clauses->title, clauses->places[said].line,
		    place_say(place, hints[said]));
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

static bool agreement(Parser *parser, Release *release, GError **error)
{
	const Token *token =
		parser_need(parser, TOKEN_STRING, "the agreement's name in quotes", error);

	if (!token)
		return false;
	release->agreement = token->text;
	release->agreement_place = token->place;
	return !parser_accept(parser, "until") ||
	       parser_need_date(parser, &release->agreement_until, error);
}

static bool basis(Parser *parser, Release *release, GError **error)
{
	const Token *token = parser_need(parser, TOKEN_STRING, "the legal basis in quotes", error);

	if (!token)
		return false;
	release->basis = token->text;
	release->basis_place = token->place;
	return true;
}

/* Which page a word asks for; false if it is none of these words. */
static bool page_of(Parser *parser, PageKind *page)
{
	static const struct {
		const char *word;
		PageKind page;
	} pages[] = {{"inform", PAGE_INFORM}, {"ask", PAGE_ASK}, {"silent", PAGE_SILENT}};

	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
		if (!parser_accept(parser, pages[i].word))
			continue;
		*page = pages[i].page;
		return true;
	}
	return false;
}

static bool say_page(Clauses *clauses, Release *release, PageKind page, const Place *place,
		     GError **error)
{
	if (clauses->places[SAID_PAGE].line == 0) {
		clauses->places[SAID_PAGE] = release->page_place = *place;
		release->page = page;
		return true;
	}
	if (page == release->page)
		place_error(error, POLICY_ERROR_MEANING, place,
			    "'%s' is said twice in \"%s\" (first at line %u)", page_kind_name(page),
			    clauses->title, release->page_place.line);
	else
		place_error(error, POLICY_ERROR_MEANING, place,
			    "\"%s\" says '%s' here and '%s' at line %u; say one of them",
			    clauses->title, page_kind_name(page), page_kind_name(release->page),
			    release->page_place.line);
	return false;
}

static bool release_clause(Parser *parser, Release *release, Clauses *clauses, GError **error)
{
	static const char *const words[] = {"to",     "for",     "give",  "inform",    "ask",
					    "silent", "because", "basis", "agreement", "from",
					    "until",  "demand",  "new",   "approved",  NULL};
	Place place = parser_peek(parser)->place;
	PageKind page;

	if (parser_accept(parser, "to"))
		return say(clauses, SAID_TO, &place, error) &&
		       clause_targets(parser, CLAUSE_RELEASE, &release->to, error);
	if (parser_accept(parser, "for"))
		return say(clauses, SAID_FOR, &place, error) &&
		       pset_people(parser, CLAUSE_RELEASE, &release->people,
				   &release->protected_place, error);
	if (parser_accept(parser, "give"))
		return say(clauses, SAID_GIVE, &place, error) &&
		       gift_list(parser, &release->gifts, &release->n_gifts, error);
	if (page_of(parser, &page))
		return say_page(clauses, release, page, &place, error);
	if (parser_accept(parser, "because"))
		return because(parser, clauses, &place, error);
	if (parser_accept(parser, "basis"))
		return say(clauses, SAID_BASIS, &place, error) && basis(parser, release, error);
	if (parser_accept(parser, "agreement"))
		return say(clauses, SAID_AGREEMENT, &place, error) &&
		       agreement(parser, release, error);
	if (parser_accept(parser, "from"))
		return say(clauses, SAID_FROM, &place, error) &&
		       parser_need_date(parser, &release->from, error);
	if (parser_accept(parser, "until"))
		return say(clauses, SAID_UNTIL, &place, error) &&
		       parser_need_date(parser, &release->until, error);
	if (parser_accept(parser, "demand")) {
		release->demand_place = place;
		return say(clauses, SAID_DEMAND, &place, error) &&
		       clause_level(parser, &release->demand, error);
	}
	if (parser_accept(parser, "new")) {
		release->new_asks_place = place;
		return say(clauses, SAID_NEW, &place, error) &&
		       parser_need_word(parser, "asks", error) &&
		       parser_need_word(parser, "pass", error);
	}
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
		       pset_people(parser, CLAUSE_NEVER, &never->people, NULL, error);
	if (parser_accept(parser, "give"))
		return say(clauses, SAID_GIVE, &place, error) &&
		       gift_taken(parser, &never->taken, &never->n_taken, error);
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
		    clauses->title, place_say(place, lacks));
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
	       must_say_why(clauses, place, "release", error);
}

/* Consent is what `ask` makes; a basis of consent without it would be untrue. */
static bool release_asks(const Release *release, GError **error)
{
	if (release->page == PAGE_ASK || !release->basis || !rules_is_consent(release->basis))
		return true;
	place_error(error, POLICY_ERROR_MEANING, &release->basis_place,
		    "basis \"%s\" is consent, but \"%s\" does not ask", release->basis,
		    release->title);
	return false;
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
	g_autofree char *what = g_strconcat("release \"", release->title, "\"", NULL);
	int more;

	while ((more = parser_next_clause(parser, &release->place, what, error)) > 0) {
		guint ends[2] = {parser->at};

		if (!release_clause(parser, release, clauses, error) ||
		    !parser_end_of_clause(parser, error))
			return false;
		ends[1] = parser->at;
		g_array_append_vals(clauses->ends, ends, 2);
	}
	return more == 0;
}

/* A release that is over before it begins, by its own day or by its agreement's, is a slip. */
static bool release_dates(const Release *release, const Clauses *clauses, GError **error)
{
	unsigned until = release->until;

	if (release->agreement_until && (!until || release->agreement_until < until))
		until = release->agreement_until;
	if (!release->from || !until || release->from <= until)
		return true;
	place_error(error, POLICY_ERROR_MEANING, &clauses->places[SAID_FROM],
		    "from " DAY_FORMAT " is after until " DAY_FORMAT, DAY_PARTS(release->from),
		    DAY_PARTS(until));
	return false;
}

/* The clauses of a release that two must approve, as they will be shown the text. */
static void keep_clauses(const Parser *parser, Release *release, const Clauses *clauses)
{
	const guint *ends = (const guint *)(gpointer)clauses->ends->data;

	release->by_two_place = clauses->places[SAID_APPROVED];
	if (release->by_two_place.line == 0)
		return;
	release->n_clauses = clauses->ends->len / 2;
	release->clauses = arena_alloc(parser->arena, release->n_clauses * sizeof(char *));
	for (unsigned i = 0; i < release->n_clauses; i++)
		release->clauses[i] = canonical_clause(parser, ends[2 * i], ends[2 * i + 1]);
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
	g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(guint));
	Clauses clauses = {.becauses = becauses, .ends = ends};
	const Token *title;

	release->place = parser_take(parser)->place;
	title = open_rule(parser, &clauses, error);
	if (!title)
		return false;
	release->title = title->text;
	release->page = PAGE_INFORM;
	release->title_place = title->place;
	if (!release_block(parser, release, &clauses, error) ||
	    !release_complete(&clauses, &release->title_place, error) ||
	    !release_asks(release, error) || !release_protects(release, &clauses, error) ||
	    !release_dates(release, &clauses, error))
		return false;
	release->becauses = arena_array(parser->arena, becauses);
	release->n_becauses = becauses->len;
	keep_clauses(parser, release, &clauses);
	g_ptr_array_add(rules->releases, release);
	return true;
}

static bool never_block(Parser *parser, Never *never, Clauses *clauses, GError **error)
{
	g_autofree char *what = g_strconcat("never \"", never->title, "\"", NULL);
	int more;

	while ((more = parser_next_clause(parser, &never->place, what, error)) > 0)
		if (!never_clause(parser, never, clauses, error) ||
		    !parser_end_of_clause(parser, error))
			return false;
	return more == 0;
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
		clause_any(parser->arena, &never->to);
	if (clauses.places[SAID_FOR].line == 0)
		pset_everyone(parser->arena, &never->people);
	never->becauses = arena_array(parser->arena, becauses);
	never->n_becauses = becauses->len;
	g_ptr_array_add(rules->nevers, never);
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
		return expect_read(parser, rules, error);
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

bool grammar_read(const Source *source, const PolicyContext *context, Arena *arena, Rules *rules,
		  GError **error)
{
	g_autoptr(GArray) tokens = lexer_read(source, arena, error);
	g_autoptr(GArray) lists = g_array_sized_new(FALSE, FALSE, 1, LISTS_ROOM);
	Parser parser = {source, context, arena, tokens, lists, 0, 0};

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
