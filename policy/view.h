/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/category.h"
#include "policy/number.h"
#include "policy/people.h"
#include "policy/scratch.h"
#include "policy/service.h"

/*
 * A person and a service as the rules of a policy see them: what rules speak of, as sets of
 * numbers, looked up once for a decision.
 */

typedef struct {
	Kinds kinds; /* the one they are of; none: no release is for them */
	Years years; /* the one they are in */
	const uint64_t *groups, *units;
} PersonView;

typedef struct {
	const Service *service;
	unsigned number;    /* of the service; NUMBER_NONE: no rule names it */
	unsigned authority; /* NUMBER_NONE: no rule speaks of it */
	const uint64_t *declared, *effective, *approved; /* categories; see match.h */
	const uint64_t *feeds;
	const Category *minimal; /* of the categories of which only one counts: the one that does;
				    NULL: the service carries none of them */
} ServiceView;

/* The views last as long as scratch, policy, person and service. */
void person_view_init(PersonView *view, const Numbers *numbers, const Person *person,
		      Scratch *scratch);

/* number: of the service among those that the policy speaks of. */
void service_view_init(ServiceView *view, const Numbers *numbers, const Service *service,
		       unsigned number, Scratch *scratch);
