/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/attribute.h"

/*
 * A person in one role, as the policy sees them: plain values, made by masterdata from one
 * directory entry and one chosen role. Who has several roles is several persons here, never the
 * union of them.
 */

typedef enum {
	ROLE_NONE = 0, /* matched by no rule at all */
	ROLE_STUDENT = 1,
	ROLE_STAFF = 2,
	ROLE_GUARDIAN = 4,
} Role;

/* School years: a number below YEARS, so that a set of them is a word of bits. Year 1 of the
 * compulsory school and year 1 of the upper secondary school are not the same. */
#define YEARS             17
#define YEAR_GRADE(n)     (n)        /* year 0-10 of the compulsory school */
#define YEAR_GYMNASIUM(n) (10 + (n)) /* year 1-4 of the upper secondary school */
#define YEAR_NONE         15         /* in no year, as staff and guardians are */
#define YEAR_UNKNOWN      16         /* of a pupil: nothing tells it, or nothing that can be read */
#define GRADE_LAST        10
#define GYMNASIUM_LAST    4

typedef struct Person {
	char *key;         /* the directory's stable id; never shown, never released */
	Role role;         /* exactly one bit, or none */
	bool teacher;      /* staff who teach; means nothing in another role */
	bool is_protected; /* protected identity, or a marking that could not be read */
	bool is_test;      /* a test person */
	unsigned year;     /* YEAR_GRADE(0) .. YEAR_UNKNOWN */
	GPtrArray *groups; /* char *: names of the configured groups they are in; NULL: in none */
	GPtrArray *units;  /* char *: codes of the school units they are at, in that role, also
			      where no value may be told of a protected person; NULL: at none */
	unsigned born;     /* yyyymmdd; 0: not known */
	GPtrArray *values[ATTRIBUTE_MAX]; /* char *, by attribute_index(); NULL: no value */
	/* of a protected person: the directory has a value and no alias for it, so that there is
	 * none here */
	bool no_alias[ATTRIBUTE_MAX];
	bool suppressed[ATTRIBUTE_MAX]; /* takes no value, whoever adds one */
} Person;

/* A person without role and without values, whose year is not known, which no rule matches. key is
 * copied. Returns: transfer full. */
Person *person_new(const char *key);
void person_free(Person *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Person, person_free)

/* Adds a copy of the length bytes at value (-1: up to its NUL), in the order given. An empty value
 * is no value and is not added, nor is one of an attribute that is suppressed. Nothing is judged
 * here but this: a NUL inside the bytes is kept as the byte 0xFF, so that the value is seen as
 * broken by policy_decide() and not cut short. */
void person_add_value(Person *person, const Attribute *attribute, const char *value, gssize length);

/* Adds a name (copied) to the groups, or a code to the units, of the person. */
void person_add_group(Person *person, const char *name);
void person_add_unit(Person *person, const char *code);

/* Leaves the person without values of an attribute. */
void person_drop_values(Person *person, const Attribute *attribute);

/* The values of an attribute (char *), or NULL if there are none. Transfer none. */
const GPtrArray *person_values(const Person *person, const Attribute *attribute);

/* "student", "staff", "guardian"; NULL for ROLE_NONE. */
const char *role_name(Role role);

/* The role of that name; ROLE_NONE if there is none. */
Role role_by_name(const char *name);
