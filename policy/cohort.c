/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/cohort.h"

#include <string.h>

typedef struct {
	const char *one_en, *one_sv, *all_en, *all_sv;
} Name;

/* By the four bits of the roles (people.h: student, staff, teacher, guardian). Of staff and
 * teachers together one word is enough; other unions are lists. */
enum { STUDENTS = 1, OTHER_STAFF = 2, TEACHERS = 4, GUARDIANS = 8, STAFF = 6, EVERYONE = 15 };

static const struct {
	unsigned roles;
	Name name;
} names[] = {
	{EVERYONE, {"a person", "en person", "everyone", "alla"}},
	{STUDENTS, {"a student", "en elev", "students", "elever"}},
	{STAFF, {"a member of staff", "en anställd", "staff", "personal"}},
	{TEACHERS, {"a teacher", "en lärare", "teachers", "lärare"}},
	{OTHER_STAFF,
	 {"a non-teaching member of staff", "en anställd som inte är lärare", "non-teaching staff",
	  "personal som inte är lärare"}},
	{GUARDIANS, {"a guardian", "en vårdnadshavare", "guardians", "vårdnadshavare"}},
};

/* By two bits: one for persons without the mark `test`, one for those with it. */
enum { ORDINARY = 1, TEST = 2, BOTH = 3 };

static bool is_swedish(const char *language)
{
	return strcmp(language, "sv") == 0;
}

/* "students", "students and guardians"; of one: the first. */
static void append_roles(GString *text, unsigned roles, bool sv)
{
	const char *and = "";

	for (size_t i = 0; roles && i < G_N_ELEMENTS(names); i++) {
		if ((roles & names[i].roles) != names[i].roles)
			continue;
		roles &= ~names[i].roles;
		g_string_append_printf(text, "%s%s", and,
				       sv ? names[i].name.all_sv : names[i].name.all_en);
		and = sv ? " och " : " and ";
	}
}

static void append_marked(GString *text, unsigned roles, unsigned tests, bool protected, bool sv)
{
	/* What is said of the second list is not said of the first. */
	if (text->len)
		g_string_append(text, sv ? ", och " : ", and ");
	if (protected && roles == EVERYONE)
		g_string_append(text, sv ? "alla med skyddade uppgifter" : "protected persons");
	else if (protected)
		g_string_append(text, sv ? "" : "protected ");
	if (tests == TEST && roles == EVERYONE && !protected) {
		g_string_append(text, sv ? "testpersoner" : "test persons");
		return;
	}
	if (!(protected && roles == EVERYONE))
		append_roles(text, roles, sv);
	if (protected && sv && roles != EVERYONE)
		g_string_append(text, " med skyddade uppgifter");
	if (tests == TEST)
		g_string_append(text, sv ? " som är testpersoner" : " who are test persons");
	else if (tests == ORDINARY)
		g_string_append(text,
				sv ? " som inte är testpersoner" : " who are no test persons");
}

/* Sets of roles with the same marks become one list each. */
static void append_kinds(GString *text, Kinds kinds, bool sv)
{
	for (unsigned protected = 0; protected < 2; protected ++)
		for (unsigned tests = BOTH; tests > 0; tests--) {
			unsigned ordinary = kinds >> (8 * protected) & 0xf;
			unsigned test = kinds >> (8 * protected + 4) & 0xf;
			unsigned roles = tests == BOTH   ? ordinary & test
					 : tests == TEST ? test & ~ordinary
							 : ordinary & ~test;

			if (roles)
				append_marked(text, roles, tests, protected, sv);
		}
}

/* Runs of numbers: "1-3 or 7". */
static void append_runs(GString *text, unsigned bits, unsigned first, const char *joint)
{
	const char *before = " ";

	for (unsigned i = 0; bits >> i; i++) {
		unsigned last = i;

		if (!(bits >> i & 1))
			continue;
		while (bits >> (last + 1) & 1)
			last++;
		g_string_append_printf(text, "%s%u", before, first + i);
		if (last > i)
			g_string_append_printf(text, "-%u", first + last);
		before = joint;
		i = last;
	}
}

/* "in grade 7-9 or in gymnasium year 1" */
static void append_in_years(GString *text, Years years, bool sv)
{
	unsigned grades = years & ((1u << (GRADE_LAST + 1)) - 1);
	unsigned gymnasium = years >> YEAR_GYMNASIUM(1) & ((1u << GYMNASIUM_LAST) - 1);
	const char *joint = sv ? " eller " : " or ", *before = "";

	if (grades) {
		g_string_append(text, sv ? "i årskurs" : "in grade");
		append_runs(text, grades, 0, joint);
		before = joint;
	}
	if (gymnasium) {
		g_string_append_printf(text, "%s%s", before,
				       sv ? "i gymnasieår" : "in gymnasium year");
		append_runs(text, gymnasium, 1, joint);
		before = joint;
	}
	if (years >> YEAR_NONE & 1) {
		g_string_append_printf(text, "%s%s", before, sv ? "utan årskurs" : "in no year");
		before = joint;
	}
	if (years >> YEAR_UNKNOWN & 1)
		g_string_append_printf(text, "%s%s", before,
				       sv ? "i okänd årskurs" : "in an unknown year");
}

/* Of most years it is shorter to say which are not. */
static void append_years(GString *text, Years years, bool sv)
{
	unsigned n = 0;

	for (unsigned i = 0; i < YEARS; i++)
		n += years >> i & 1;
	if (years == YEARS_ALL)
		return;
	g_string_append(text, n <= YEARS / 2 ? " " : sv ? " utom " : " except ");
	append_in_years(text, n <= YEARS / 2 ? years : (Years)~years, sv);
}

static void append_names(GString *text, const GPtrArray *list, const char *what, bool sv)
{
	for (guint i = 0; list && i < list->len; i++)
		g_string_append_printf(text, "%s %s %s", i ? (sv ? " och" : " and") : "", what,
				       (const char *)list->pdata[i]);
}

static const char *in_group(bool sv)
{
	return sv ? "i gruppen" : "in group";
}

static const char *at_unit(bool sv)
{
	return sv ? "vid enheten" : "at unit";
}

static void append_memberships(GString *text, const Cohort *cohort, bool sv)
{
	append_names(text, cohort->groups, in_group(sv), sv);
	append_names(text, cohort->units, at_unit(sv), sv);
}

char *cohort_describe(const Cohort *cohort, const char *language)
{
	bool sv = is_swedish(language);
	GString *text = g_string_new(NULL);

	append_kinds(text, cohort->kinds, sv);
	append_years(text, cohort->years, sv);
	append_memberships(text, cohort, sv);
	return g_string_free(text, FALSE);
}

static unsigned lowest(unsigned bits)
{
	unsigned i = 0;

	while (!(bits >> i & 1))
		i++;
	return i;
}

/* "en anställd med skyddade uppgifter som inte är lärare": a clause of the name stays last. */
static void append_kind_sv(GString *text, const char *name, bool protected, bool test)
{
	const char *clause = strstr(name, " som ");
	size_t noun = clause ? (size_t)(clause - name) : strlen(name);

	g_string_append_len(text, name, (gssize)noun);
	g_string_append(text, protected ? " med skyddade uppgifter" : "");
	g_string_append(text, name + noun);
	if (test)
		g_string_append(text, clause ? " men är testperson" : " som är testperson");
}

static void append_kind(GString *text, unsigned kind, bool sv)
{
	unsigned role = 1u << kind % 4;
	bool test = kind & 4, protected = kind & 8;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const Name *name = &names[i].name;

		if (names[i].roles != role)
			continue;
		if (sv)
			append_kind_sv(text, name->one_sv, protected, test);
		else
			g_string_append_printf(text, "a %s%s%s", protected ? "protected " : "",
					       test ? "test " : "", strchr(name->one_en, ' ') + 1);
	}
}

char *cohort_describe_one(const Cohort *cohort, const char *language)
{
	bool sv = is_swedish(language);
	GString *text = g_string_new(NULL);

	append_kind(text, lowest(cohort->kinds), sv);
	if (cohort->years != YEARS_ALL)
		append_years(text, (Years)(1u << lowest(cohort->years)), sv);
	append_memberships(text, cohort, sv);
	return g_string_free(text, FALSE);
}

char *cohort_describe_kind(unsigned kind, const char *language)
{
	GString *text = g_string_new(NULL);

	append_kind(text, kind, is_swedish(language));
	return g_string_free(text, FALSE);
}

static void append_choices(GString *text, const Choice *choices, unsigned n, const char *what,
			   bool sv)
{
	for (unsigned i = 0; i < n; i++) {
		const char *before = " ";

		g_string_append_printf(text, "%s %s", i ? (sv ? " och" : " and") : "", what);
		for (unsigned j = 0; j < choices[i].n; j++) {
			g_string_append_printf(text, "%s%s", before, choices[i].names[j]);
			before = sv ? " eller " : " or ";
		}
	}
}

char *cohort_describe_pset(const Pset *pset, const char *language)
{
	bool sv = is_swedish(language);
	GString *text = g_string_new(NULL);

	append_kinds(text, pset->kinds, sv);
	append_years(text, pset->years, sv);
	append_choices(text, pset->groups, pset->n_groups, in_group(sv), sv);
	append_choices(text, pset->units, pset->n_units, at_unit(sv), sv);
	return g_string_free(text, FALSE);
}

static void write_kinds(GString *text, Kinds kinds)
{
	static const char *const words[] = {"student", "teacher", "staff", "guardian", "everyone"};
	static const char *const marks[] = {"", "test ", "protected "};
	static const PeopleUse uses[] = {PEOPLE_GIVEN, PEOPLE_STOPPED, PEOPLE_EXPECTED};

	for (size_t use = 0; use < G_N_ELEMENTS(uses); use++)
		for (unsigned mark = MARK_NONE; mark <= MARK_PROTECTED; mark++)
			for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
				if (kinds_of(words[i], (PeopleMark)mark, uses[use]) == kinds) {
					g_string_append_printf(text, "%s%s", marks[mark], words[i]);
					return;
				}
	append_kinds(text, kinds, false);
}

static void write_choices(GString *text, const Choice *choices, unsigned n, const char *what,
			  const char *quote)
{
	for (unsigned i = 0; i < n; i++) {
		const char *before = what;

		for (unsigned j = 0; j < choices[i].n; j++) {
			g_string_append_printf(text, " %s %s%s%s", before, quote,
					       choices[i].names[j], quote);
			before = "or";
		}
	}
}

char *cohort_write_pset(const Pset *pset)
{
	GString *text = g_string_new(NULL);

	write_kinds(text, pset->kinds);
	if (pset->years != YEARS_ALL) {
		g_string_append_c(text, ' ');
		append_in_years(text, pset->years & ~((Years)1 << YEAR_UNKNOWN), false);
	}
	write_choices(text, pset->groups, pset->n_groups, "in group", "");
	write_choices(text, pset->units, pset->n_units, "at unit", "\"");
	return g_string_free(text, FALSE);
}
