/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is proved over all persons and services, against going through them all: the parts of
 * policy-brute.c, which draw policies (policy-draw.h) and ask for one decision after another.
 */
#pragma once

#include "policy/universe.h"
#include "policy/work.h"
#include "tests/unit/policy-draw.h"

enum { ATTRIBUTES = 7 };
enum { KNOWN, IMAGINED, SITES };

/* Of whom a part tells apart: so many kinds of persons in so many school years. */
enum { BRUTE_YEARS = 6, BRUTE_WHOM = PEOPLE_KINDS * BRUTE_YEARS };

/* Which of them a person is, and whether sets of kinds and years hold that. */
unsigned brute_whom(const Person *person);
bool brute_holds(Kinds kinds, Years years, unsigned whom);

/* The attributes of draw_attributes, and the one that stands for norEduPersonNIN where that may not
 * be given. */
const Attribute *brute_about(unsigned i);

PolicyContext brute_context(const GPtrArray *services, guint known);

/* A service like that one that asks for everything, in one of five ways; 0 for nothing
 * but what our lines and its categories say. Transfer full. */
enum { BRUTE_ASKINGS = 5 };
Service *brute_asking(const Service *service, unsigned how);

/* What a part did, which is told when it ends. */
typedef struct {
	unsigned drawn;
	unsigned policies; /* of those that stand, and so were compared */
	guint64 decisions; /* for one person at one service on one day */
} Figures;

extern Figures brute_figures;

/* Whether enough policies have not been compared yet; one more is drawn then. Most of them stand.
 */
bool brute_draws(void);

void brute_test_diff(void);
void brute_test_expectations(void);
