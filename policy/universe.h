/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/loaded.h"

/*
 * All the persons and services a proof must try, and no more: section EXPECTATIONS of
 * portvakt-policy(5).
 *
 * Persons: one of every kind; for every attribute a value of every class that some `only` can tell
 * from the others. Rules look at one value at a time, so a person with all of them at once shows
 * what happens to each.
 *
 * Services: the least one that each target describes, and nothing else; in both protocols where
 * the target does not say which.
 */
typedef struct {
	GPtrArray *imagined;              /* Service */
	GPtrArray *values[ATTRIBUTE_MAX]; /* char *; NULL: nobody can have a good value */
} Universe;

/* services: the known ones; no service is imagined under an id that one of them has.
 * Fails when a target has more combinations of categories than can be tried. */
Universe *universe_new(const Policy *policy, const Service *const *services, size_t n,
		       GError **error);
void universe_free(Universe *universe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Universe, universe_free)

/* A person of a kind with every attribute but those. Transfer full. */
Person *universe_person(const Universe *universe, unsigned kind, const Attribute *const *without,
			unsigned n);

/* Whether a value stands for all those that no rule mentions. */
bool universe_is_other(const char *value);

/* An imagined service in words: its id, or "any service of category …". Transfer full. */
char *universe_describe(const Service *service);

/* Proves every expectation, or tells of one that does not hold. */
bool prove_expectations(const Policy *policy, const PolicyContext *context,
			const Universe *universe, GError **error);

/* Tries one expectation on a day, whatever day it names. Returns NULL if it holds, else what goes
 * wrong for whom and where, in words; transfer full. */
char *prove_expectation(const Policy *policy, const PolicyContext *context,
			const Universe *universe, const Expect *expect, unsigned day);

/* Proves that whom a release lets into a service that knows people by an attribute, a release gives
 * that attribute to, or tells of a kind of person who could never be answered. */
bool prove_subjects(const Policy *policy, const PolicyContext *context, const Universe *universe,
		    GError **error);

/* Fills policy->warnings. */
void warn_policy(Policy *policy, const PolicyContext *context, const Universe *universe);
