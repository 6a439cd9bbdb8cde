/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/pset.h"

#include <string.h>

static const char *const where_words[] = {"grade", "gymnasium", "group", NULL};

/* One end of a range of years; those of a school are first .. last. */
static bool year(const Token *token, const char *text, unsigned first, unsigned last,
		 const char *school, unsigned *number, GError **error)
{
	guint64 n = g_ascii_strtoull(text, NULL, 10);

	*number = (unsigned)n;
	if (n >= first && n <= last)
		return true;
	place_error(error, POLICY_ERROR_MEANING, &token->place, "there is no %s %u; they are %u-%u",
		    school, *number, first, last);
	return false;
}

/* ( INT | RANGE ) { "or" ( INT | RANGE ) }; shift: the year before the first of that school. */
static bool years(Parser *parser, const char *school, unsigned first, unsigned last, unsigned shift,
		  Years *set, GError **error)
{
	*set = 0;
	do {
		const Token *token;
		const char *dash;
		unsigned low, high;

		if (!parser_count_condition(parser, error))
			return false;
		token = parser_need(parser, TOKEN_NUMBER, "years like 7 or 7-9", error);
		if (!token || !year(token, token->text, first, last, school, &low, error))
			return false;
		dash = strchr(token->text, '-');
		high = low;
		if (dash && !year(token, dash + 1, first, last, school, &high, error))
			return false;
		if (high < low) {
			place_error(error, POLICY_ERROR_MEANING, &token->place,
				    "%s runs backwards; write %u-%u", token->text, high, low);
			return false;
		}
		for (; low <= high; low++)
			*set |= (Years)(1u << (shift + low));
	} while (parser_accept(parser, "or"));
	return true;
}

static bool in_years(Parser *parser, Pset *pset, const Place *place, GError **error)
{
	bool is_grade = parser_accept(parser, "grade");
	Years set;

	if (!is_grade)
		parser_take(parser);
	if (is_grade ? !years(parser, "grade", 0, GRADE_LAST, YEAR_GRADE(0), &set, error)
		     : !years(parser, "gymnasium", 1, GYMNASIUM_LAST, YEAR_GYMNASIUM(0), &set,
			      error))
		return false;
	pset->years &= set;
	if (pset->years != 0)
		return true;
	place_error(error, POLICY_ERROR_MEANING, place,
		    "nobody is in both; put a comma between to mean either of them");
	return false;
}

static const Token *group_name(Parser *parser, GError **error)
{
	const Token *token = parser_need_name(parser, "the name of a group", error);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *const *known = parser->context->groups;

	for (; token && known && *known; known++) {
		if (strcmp(*known, token->text) == 0)
			return token;
		g_ptr_array_add(names, (gpointer)(guintptr)*known);
	}
	if (token)
		clause_unknown(token, "group", names, error);
	return NULL;
}

static const Token *unit_code(Parser *parser, GError **error)
{
	return parser_need(parser, TOKEN_STRING, "the code of a school unit in quotes", error);
}

static bool choice(Parser *parser, const Token *(*one)(Parser *, GError **), GArray *choices,
		   GError **error)
{
	const guint names = parser_list(parser);
	Choice made = {.place = parser_peek(parser)->place};

	do {
		const Token *token;

		if (!parser_count_condition(parser, error))
			return false;
		token = one(parser, error);
		if (!token)
			return false;
		parser_add(parser, &token->text, sizeof token->text);
	} while (parser_accept(parser, "or"));
	made.names = parser_keep(parser, names, sizeof(const char *), &made.n);
	g_array_append_val(choices, made);
	return true;
}

/* Whether `at unit`, and not the `at` of an expect, is at hand. */
static bool at_unit(const Parser *parser)
{
	const Token *next = parser_look(parser, 1);

	return parser_is(parser, "at") && next->type == TOKEN_WORD &&
	       strcmp(next->text, "unit") == 0;
}

/* In how many ways all choices can be met by one name of each; no more than POLICY_WAYS_MAX + 1, so
 * that the product of two of them is a number too. */
static guint64 ways_of(const GArray *choices)
{
	guint64 product = 1;

	for (guint i = 0; i < choices->len && product <= POLICY_WAYS_MAX; i++)
		product *= g_array_index(choices, Choice, i).n;
	return MIN(product, POLICY_WAYS_MAX + 1);
}

static bool some_wheres(Parser *parser, Pset *pset, GError **error)
{
	g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(Choice));
	g_autoptr(GArray) units = g_array_new(FALSE, FALSE, sizeof(Choice));

	for (;;) {
		Place place = parser_peek(parser)->place;
		bool good;

		if (at_unit(parser)) {
			parser_take(parser);
			parser_take(parser);
			good = choice(parser, unit_code, units, error);
		} else if (!parser_accept(parser, "in")) {
			break;
		} else if (parser_is(parser, "grade") || parser_is(parser, "gymnasium")) {
			good = in_years(parser, pset, &place, error);
		} else if (parser_accept(parser, "group")) {
			good = choice(parser, group_name, groups, error);
		} else {
			good = parser_unexpected(parser, "'grade', 'gymnasium' or 'group'",
						 where_words, error);
		}
		if (!good)
			return false;
	}
	if (ways_of(groups) * ways_of(units) > POLICY_WAYS_MAX) {
		place_error(error, POLICY_ERROR_MEANING, &pset->place,
			    "the groups and units of these people can be combined in more than %d "
			    "ways, too many to prove; divide it",
			    POLICY_WAYS_MAX);
		return false;
	}
	pset->groups = arena_array(parser->arena, groups);
	pset->n_groups = groups->len;
	pset->units = arena_array(parser->arena, units);
	pset->n_units = units->len;
	return true;
}

/* { where } */
static bool wheres(Parser *parser, Pset *pset, GError **error)
{
	return (!parser_is(parser, "in") && !at_unit(parser)) || some_wheres(parser, pset, error);
}

static bool pset_read(Parser *parser, PeopleUse use, Pset *pset, Place *ret_protected,
		      GError **error)
{
	static const char *const names[] = {"protected", "test",     "student",  "teacher",
					    "staff",     "guardian", "everyone", NULL};
	const Token *token;
	PeopleMark mark = MARK_NONE;

	*pset = (Pset){.years = YEARS_ALL, .place = parser_peek(parser)->place};
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
	if (mark == MARK_PROTECTED && ret_protected && ret_protected->line == 0)
		*ret_protected = pset->place;
	if (!wheres(parser, pset, error))
		return false;
	/* Who cannot be shown to be in another year is stopped as if in this one. */
	if (use == PEOPLE_STOPPED)
		pset->years |= (Years)1 << YEAR_UNKNOWN;
	return true;
}

static bool pset_list(Parser *parser, PeopleUse use, Pset **psets, unsigned *n,
		      Place *ret_protected, GError **error)
{
	const guint list = parser_list(parser);

	do {
		Pset one;

		if (!pset_read(parser, use, &one, ret_protected, error))
			return false;
		parser_add(parser, &one, sizeof one);
	} while (use != PEOPLE_EXPECTED && parser_accept_type(parser, TOKEN_COMMA));
	*psets = parser_keep(parser, list, sizeof(Pset), n);
	return true;
}

bool pset_people(Parser *parser, ClauseUse use, People *people, Place *ret_protected,
		 GError **error)
{
	static const PeopleUse uses[] = {
		[CLAUSE_RELEASE] = PEOPLE_GIVEN,
		[CLAUSE_NEVER] = PEOPLE_STOPPED,
		[CLAUSE_SERVICE] = PEOPLE_STOPPED,
		[CLAUSE_EXPECT] = PEOPLE_EXPECTED,
	};

	*people = (People){0};
	if (!pset_list(parser, uses[use], &people->psets, &people->n_psets, ret_protected, error))
		return false;
	if (use == CLAUSE_EXPECT || use == CLAUSE_SERVICE || !parser_is(parser, "except"))
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

void pset_everyone(Arena *arena, People *people)
{
	*people = (People){.n_psets = 1};
	people->psets = arena_alloc(arena, sizeof *people->psets);
	people->psets->kinds = kinds_of("everyone", MARK_NONE, PEOPLE_STOPPED);
	people->psets->years = YEARS_ALL;
}
