/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * How much work a load, or a question about a policy, may still take, in looks at a rule or a
 * value: proofs are over all persons and services there can be, and a policy can be made that
 * describes more of them than anybody can wait for. Counted, and not timed, so that the same policy
 * is refused or loaded everywhere.
 */
typedef struct {
	guint64 left;
} Effort;

/* Proving a policy: about a second. What 10,000 ordinary rules take is a thirtieth of it. */
#define EFFORT_PROVE 60000000

/* Comparing two of them, in each direction: two seconds. */
#define EFFORT_DIFF 400000000

/* Asking who can ever get an attribute: some seconds; and what each attribute is given to, of all
 * that there are. */
#define EFFORT_WHO      200000000
#define EFFORT_REGISTER 2000000000

/* Looking for warnings in it. */
#define EFFORT_WARN 20000000

/* Spends some; false, and nothing is left, if it was not enough. NULL is without end. */
static inline bool effort_spend(Effort *effort, guint64 looks)
{
	if (!effort)
		return true;
	if (effort->left < looks)
		effort->left = 0;
	else
		effort->left -= looks;
	return effort->left > 0;
}

static inline bool effort_is_spent(const Effort *effort)
{
	return effort && effort->left == 0;
}
