/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/rules.h"
#include "policy/view.h"

/* Whether conditions hold: of a service, and of a value. */

/* Which categories a `category` condition sees. */
typedef enum {
	SEES_EFFECTIVE, /* in a release: of the access categories only the most minimal */
	SEES_DECLARED,  /* in a never, an expect and after `except`: all */
	SEES_APPROVED,  /* those that are effective, but for what no admin has approved */
} Sees;

/* One target (all its atoms), and a whole list with its exceptions. sees is about the targets;
 * exceptions always see what is declared. A release (not SEES_DECLARED) reaches a trial service
 * only through a target that holds `federation` with a feed of it. */
bool match_target(const Target *target, const Service *service, Sees sees);
bool match_targets(const Targets *targets, const Service *service, Sees sees);

/* The same by numbers. */
bool match_view(const Targets *targets, const ServiceView *view, Sees sees);

/* Whether the person is in any of the psets and in none of the exceptions; and in one pset. */
bool match_people(const People *people, const PersonView *view);
bool match_pset(const Pset *pset, const PersonView *view);

/* Whether a target is limited to services that are named one by one. */
bool match_is_literal(const Target *target);

/* Whether `only` lets a value of that attribute through. */
bool match_value(const Only *only, const Attribute *attribute, const char *value);

/* Whether a pset names that unit: `length` bytes of `unit`, not NUL-terminated. */
bool match_unit(const Pset *pset, const char *unit, size_t length);
