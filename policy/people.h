/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/person.h"

/*
 * Kinds of persons. As far as this version of the language can tell people apart there are sixteen
 * kinds, so a set of people is sixteen bits, a rule meets a person in one test, and a proof over
 * all persons is a loop.
 */
typedef uint16_t People;

/* Where a set of people is written, which decides what a plain word there means. */
typedef enum {
	PEOPLE_GIVEN,    /* `for` of a release: never a protected person */
	PEOPLE_STOPPED,  /* `for` of a never, and after `except`: protected persons too */
	PEOPLE_EXPECTED, /* expect: exactly the marks that are written */
} PeopleUse;

typedef enum { MARK_NONE, MARK_TEST, MARK_PROTECTED } PeopleMark;

/* How many kinds there are: a kind is a number below it. */
#define PEOPLE_KINDS 16

/* The kinds that a word ("student", "teacher", "staff", "guardian", "everyone") with that mark
 * means in that place; 0 if it is no such word. */
People people_of(const char *word, PeopleMark mark, PeopleUse use);

/* The set that holds just the kind of a person; empty for a person without a role. */
People people_of_person(const Person *person);

/* The same kinds of people, as if none were protected. */
People people_unprotected(People people);

/* A person of a kind, with no values and no key. Transfer full. */
Person *people_example(unsigned kind);

/* "a student", "a protected teacher", "a test guardian". Static. */
const char *people_describe(unsigned kind);
