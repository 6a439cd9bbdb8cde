/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/person.h"
#include "policy/source.h"

/*
 * Whom a rule speaks of. A person is of one of sixteen kinds (role and marks), in one school year
 * or none, in some groups and at some school units; nothing else tells people apart here, so
 * that a rule meets a person in a few masked words and a proof over all persons is a loop.
 */
typedef uint16_t Kinds; /* a set of kinds, a bit for each */

/* How many kinds there are: a kind is a number below it. */
#define PEOPLE_KINDS 16

typedef uint32_t Years; /* a set of school years, a bit for each Person.year */

#define YEARS_ALL ((Years)((1u << YEARS) - 1))

/* `in group vikarier or rektorer`, `at unit "12345678" or "23456789"`: any one of them. */
typedef struct {
	const char **names;
	unsigned *numbers; /* resolved: places in Policy.groups, or in Policy.units */
	unsigned n;
	Place place;
} Choice;

/* Persons of whom all of it holds. */
typedef struct {
	Kinds kinds;
	Years years;
	Choice *groups; /* each must hold, by any of its names */
	unsigned n_groups;
	Choice *units;
	unsigned n_units;
	Place place;
} Pset;

/* Any of the psets (`,`), but none of the exceptions. */
typedef struct {
	Pset *psets;
	unsigned n_psets;
	Pset *exceptions;
	unsigned n_exceptions;
} People;

/* Where a set of people is written, which decides what a plain word there means. */
typedef enum {
	PEOPLE_GIVEN,    /* `for` of a release: never a protected person */
	PEOPLE_STOPPED,  /* `for` of a never, `of` of a demand, and after `except`: protected
			    persons too, and in any years also whose year is not known */
	PEOPLE_EXPECTED, /* expect: exactly the marks that are written */
} PeopleUse;

typedef enum { MARK_NONE, MARK_TEST, MARK_PROTECTED } PeopleMark;

/* The kinds that a word ("student", "teacher", "staff", "guardian", "everyone") with that mark
 * means in that place; 0 if it is no such word. */
Kinds kinds_of(const char *word, PeopleMark mark, PeopleUse use);

/* The set that holds just the kind of a person; empty for a person without a role. */
Kinds kinds_of_person(const Person *person);

/* The same kinds, as if none were protected. */
Kinds kinds_unprotected(Kinds kinds);

/* The kinds of which some person may be among the people, whatever their years, groups and units.
 */
Kinds people_kinds(const People *people);

/* A person of a kind, with no values and no key. Transfer full. */
Person *people_example(unsigned kind);
