/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/rules.h"

/*
 * What an expectation says of one decision: section EXPECTATIONS of portvakt-policy(5). Over whom
 * and where it is tried, prove.c knows.
 */
typedef struct {
	const Expect *expect;
	const Person *person; /* whom the decision is about, with all values */
	bool no_less;         /* what the line lists must be given, and not only nothing else */
	GString *failure;     /* gets what went wrong, after "a student at NE" */
} Promise;

/* Whether the decision is what the expectation says. */
bool promise_holds(const Promise *promise, const Decision *decision);
