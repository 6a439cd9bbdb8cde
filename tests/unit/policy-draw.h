/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Small policies drawn at random from the whole language, as text; and all the persons, services
 * and days that their rules can tell apart, and some that they cannot, by going through them all.
 * What is random follows --seed.
 */
#pragma once

#include "tests/unit/policy-fixture.h"

/* What a policy is mostly about, so that the space to go through stays small. */
typedef enum { DRAW_PEOPLE, DRAW_SERVICES, DRAW_VALUES, DRAW_TIMES, DRAW_THEMES } DrawTheme;

typedef struct {
	DrawTheme theme;
	/* which of the conditions come up at all */
	bool years, groups, units;
	bool categories, feeds, authorities;
	bool client; /* rules may name one, and a tag that has it */
} Draw;

Draw draw_new(void);

/* A set of people as an expectation names it; each number chooses one way to say it, 0 none. */
typedef struct {
	unsigned mark, word, years, groups, units; /* mark: 1 test, 2 protected */
} DrawPset;

DrawPset draw_pset(const Draw *draw);
void draw_write_pset(GString *text, const DrawPset *pset);
bool draw_is_expected(const DrawPset *pset, const Person *person);

/* A policy of some rules. Some do not load. Transfer full. */
char *draw_policy(const Draw *draw);

/* The same without the lines of service blocks that who and diff take for met, or compare as they
 * are written. Transfer full. */
char *draw_plain(const char *policy);

/* The same again with some rules left out, changed or added. Transfer full. */
char *draw_change(const Draw *draw, const char *policy);

/* Each rule of a policy by itself, with all its nevers, tags and services: char *, transfer full.
 */
GPtrArray *draw_apart(const char *policy);

/* Person *, with every value of draw_values(). Transfer full. */
GPtrArray *draw_persons(const Draw *draw);

/* Service *, asking for nothing: known ones first, of which ret_known are. Transfer full. */
GPtrArray *draw_services(const Draw *draw, guint *ret_known);

/* Days from FIXTURE_TODAY on which something may be another than the day before; 0-terminated. */
extern const unsigned draw_days[];

/* Levels; NULL first, then until NULL. */
extern const char *const draw_levels[];

/* Attributes that rules speak of; NULL-terminated. */
extern const char *const draw_attributes[];

/* 0 to n - 1. */
unsigned draw_roll(unsigned n);
