/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/growth.h"

/*
 * The rules of one policy that are for one service.
 */
typedef struct {
	const Policy *policy;
	const Known *known;  /* what the policy says of the service; NULL: nothing */
	GPtrArray *releases; /* const Release *, in order */
	GPtrArray *nevers;   /* const Never *, in order */
	GPtrArray *needs;    /* const Need * */
	GPtrArray *demands;  /* const Demand * */
	bool is_trial;
} Reach;

Reach *reach_new(const Policy *policy, const Service *service);
void reach_free(Reach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reach, reach_free)

/* Tells apart whom any of the rules tells apart. */
void reach_tell_apart(const Reach *reach, Growth *growth);

/* How many services targets name: those that a tag stands for, one by one. */
guint64 reach_names(const Targets *targets);

/* How much work a decision about the person takes there: what each rule says, and the values. */
guint64 reach_looks(const Reach *reach, const Person *person);

/* Tells test persons from others, as a trial service does. */
void reach_tell_tests_apart(Growth *growth);

/* The release a decision speaks of; NULL: it is none of them. */
const Release *reach_release(const Reach *reach, const DecisionRule *rule);

/* Whether a release could give the attribute, by name or because it is asked for. */
bool reach_gives(const Release *release, const Attribute *attribute);

/* Whether a never takes the value, or lets nobody in. value NULL: some value. */
bool reach_takes(const Never *never, const Attribute *attribute, const char *value);
bool reach_shuts(const Never *never);

/* Whether a release could give what a line `needs` speaks of. */
bool reach_is_needed(const Reach *reach, const Release *release);

/* Whether a gift of a release, which is for the person of the example, lets a value through: by
 * `only`, and by the units that the release is for. */
bool reach_lets(const Release *release, const Gift *gift, const Attribute *attribute,
		const char *value, const Example *example);

/* Whether a never takes a value from the person of the example, or shuts the service for them. */
bool reach_stops(const Reach *reach, const Attribute *attribute, const char *value,
		 const Example *example);

/* Whether somebody may be in both, as far as kinds and years tell. */
bool reach_overlap(const Pset *pset, const People *people);
