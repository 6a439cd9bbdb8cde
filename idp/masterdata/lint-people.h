/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/person.h"

#include <glib.h>
#include <stdbool.h>

/*
 * What must be remembered of everybody while a directory is walked, so that two who have the same
 * are both told: the DN and the key, and who was first with a text. Of texts a part of the SHA-256
 * is kept, so that memory does not depend on how long they are. Belongs to one thread.
 */
typedef struct LintPeople LintPeople;

LintPeople *lint_people_new(void);
void lint_people_free(LintPeople *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LintPeople, lint_people_free)

/* Adds somebody, who gets the next number from 0 on. What is longer than LIMIT_LINT_DN bytes is cut
 * and ends in "…"; what is no UTF-8, or shows nothing, is replaced by U+FFFD. */
guint lint_people_add(LintPeople *people, const char *dn, const char *key);
guint lint_people_size(const LintPeople *people);

/* Transfer none, good until somebody is added. */
const char *lint_people_dn(const LintPeople *people, guint number);
const char *lint_people_key(const LintPeople *people, guint number);

/* Who has a text, and where: `place` is the caller's, below LINT_PLACES. */
#define LINT_PLACES 16
typedef struct {
	guint number;
	unsigned place;
	bool told; /* that another has the same */
} LintHolder;

/* Texts of different spaces are never equal. */
typedef enum { LINT_SPACE_KEY, LINT_SPACE_EPPN, LINT_SPACE_EPPN_FOLDED } LintSpace;

/* False: nobody had it, and now `holder` has. True: *ret_first had it first, and counts as told
 * from now on. */
bool lint_people_claim(LintPeople *people, LintSpace space, const char *text, LintHolder holder,
		       LintHolder *ret_first);
