/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/people.h"

#include <string.h>

/* A kind is two bits of role and two of marks. */
enum { STUDENT, STAFF, TEACHER, GUARDIAN, ROLES };
enum { TEST = 1, PROTECTED = 2 };

#define KIND(role, marks) ((unsigned)(marks) << 2 | (unsigned)(role))
#define BIT(kind)         ((Kinds)(1u << (kind)))

static const struct {
	const char *word;
	unsigned roles; /* a bit for each role */
} words[] = {
	{"student", 1 << STUDENT},
	{"teacher", 1 << TEACHER},
	{"staff", 1 << STAFF | 1 << TEACHER},
	{"guardian", 1 << GUARDIAN},
	{"everyone", 1 << STUDENT | 1 << STAFF | 1 << TEACHER | 1 << GUARDIAN},
};

/* Which marks of a person a pset with that mark takes (marks: the person's). */
static bool takes(PeopleMark mark, PeopleUse use, unsigned marks)
{
	if (use == PEOPLE_EXPECTED)
		return marks == (mark == MARK_TEST        ? TEST
				 : mark == MARK_PROTECTED ? PROTECTED
							  : 0u);
	if (mark == MARK_PROTECTED)
		return (marks & PROTECTED) != 0;
	/* Only who says `protected` can give anything about protected persons. */
	if (use == PEOPLE_GIVEN && (marks & PROTECTED))
		return false;
	return mark != MARK_TEST || (marks & TEST);
}

Kinds kinds_of(const char *word, PeopleMark mark, PeopleUse use)
{
	Kinds kinds = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		for (unsigned role = 0; role < ROLES; role++)
			for (unsigned marks = 0; marks < 4; marks++)
				if ((words[i].roles & 1u << role) && takes(mark, use, marks))
					kinds |= BIT(KIND(role, marks));
	}
	return kinds;
}

Kinds kinds_of_person(const Person *person)
{
	unsigned marks = (person->is_test ? TEST : 0) | (person->is_protected ? PROTECTED : 0);

	switch (person->role) {
	case ROLE_STUDENT:
		return BIT(KIND(STUDENT, marks));
	case ROLE_STAFF:
		return BIT(KIND(person->teacher ? TEACHER : STAFF, marks));
	case ROLE_GUARDIAN:
		return BIT(KIND(GUARDIAN, marks));
	case ROLE_NONE:
		break;
	}
	return 0;
}

Kinds kinds_unprotected(Kinds kinds)
{
	Kinds low = (Kinds)(BIT(KIND(0, PROTECTED)) - 1);

	return (Kinds)((kinds & low) | kinds >> KIND(0, PROTECTED));
}

/* Only an exception without any condition takes a kind away whole. */
static bool is_whole(const Pset *pset)
{
	return pset->years == YEARS_ALL && pset->n_groups == 0 && pset->n_units == 0;
}

Kinds people_kinds(const People *people)
{
	Kinds kinds = 0;

	for (unsigned i = 0; i < people->n_psets; i++)
		kinds |= people->psets[i].kinds;
	for (unsigned i = 0; i < people->n_exceptions; i++)
		if (is_whole(&people->exceptions[i]))
			kinds &= (Kinds)~people->exceptions[i].kinds;
	return kinds;
}

Person *people_example(unsigned kind)
{
	static const Role roles[ROLES] = {ROLE_STUDENT, ROLE_STAFF, ROLE_STAFF, ROLE_GUARDIAN};
	Person *person = person_new("");

	g_assert(kind < PEOPLE_KINDS);
	person->role = roles[kind % ROLES];
	person->teacher = kind % ROLES == TEACHER;
	person->is_test = (kind / ROLES & TEST) != 0;
	person->is_protected = (kind / ROLES & PROTECTED) != 0;
	return person;
}
