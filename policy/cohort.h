/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/people.h"

/*
 * A set of persons in words: those of some kinds, in some school years, who are in all of some
 * groups and at all of some units. "students in grade 7-9 in group vikarier at unit 12345678".
 */
typedef struct {
	Kinds kinds;
	Years years;
	const GPtrArray *groups; /* const char *; NULL: none */
	const GPtrArray *units;
} Cohort;

/* All of them, in "sv" or "en". Transfer full. */
char *cohort_describe(const Cohort *cohort, const char *language);

/* One of them: "a student in grade 7 in group vikarier". Transfer full. */
char *cohort_describe_one(const Cohort *cohort, const char *language);

/* Anyone of a kind: "a student", "a protected test teacher". Transfer full. */
char *cohort_describe_kind(unsigned kind, const char *language);

/* The persons of a pset as it is written, with `or` between choices. Transfer full. */
char *cohort_describe_pset(const Pset *pset, const char *language);

/* The same as a `for` or `of` says it: "student in grade 7-9 in group vikarier". That those whose
 * year is not known are met too (PEOPLE_STOPPED) is not said there. Transfer full. */
char *cohort_write_pset(const Pset *pset);
