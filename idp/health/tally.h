/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How visits ended, counted: by endpoint and outcome, and for logins and answers by session how
 * long they took. The names are those of closed tables (endpoints of route.c, outcomes here, faults
 * of fault.c), so that the numbers never tell of a person or a service, and never grow in number.
 * Any thread; no lock.
 */
#pragma once

#include "idp/fault.h"

#include <stdatomic.h>

/* More endpoints than route.h has; asserted where they are counted. One more counts requests that
 * belong to none. */
#define TALLY_ENDPOINTS 32
#define TALLY_NOWHERE   TALLY_ENDPOINTS

/* Upper bounds of the histogram in milliseconds; one more bucket holds all that is slower. */
#define TALLY_BUCKETS 11
extern const unsigned tally_bounds_ms[TALLY_BUCKETS];

typedef enum {
	TALLY_PAGE, /* a page or file, and nothing that is worth a line in the log */
	TALLY_LOGIN,
	TALLY_SSO,
	TALLY_LOGOUT,
	TALLY_NOT_LOGGED_IN, /* wrong password, unknown user and the like, all in one */
	TALLY_HELD,          /* a password that was not tried, after too many wrong ones */
	TALLY_OTHER,         /* an outcome that this table does not know */
	TALLY_OUTCOMES
} TallyOutcome;

/* What pages told and asked people, and what they said. */
typedef enum {
	TALLY_CHOICE_TOLD,
	TALLY_CHOICE_ASKED,
	TALLY_CHOICE_SEEN,
	TALLY_CHOICE_AGREED,
	TALLY_CHOICE_DECLINED,
	TALLY_CHOICE_TAKEN_BACK,
	TALLY_CHOICES
} TallyChoice;

typedef struct {
	atomic_ullong buckets[TALLY_BUCKETS + 1]; /* each alone, not summed up */
	atomic_ullong microseconds;               /* of all together */
} TallyDuration;

/* Begins as zeroes. */
typedef struct {
	atomic_ullong outcomes[TALLY_ENDPOINTS + 1][TALLY_OUTCOMES];
	atomic_ullong faults[TALLY_ENDPOINTS + 1][FAULT_COUNT];
	TallyDuration login, sso;
	atomic_ullong choices[TALLY_CHOICES];
} Tally;

/* "login" and so on. */
const char *tally_outcome_name(TallyOutcome outcome);

/* Of the outcome of a visit as the log has it; NULL is TALLY_PAGE. */
TallyOutcome tally_outcome_of(const char *name);

/* Counts a visit that ended well, or with a fault. `endpoint` past the table is TALLY_NOWHERE. */
void tally_outcome(Tally *tally, unsigned endpoint, TallyOutcome outcome, gint64 microseconds);
void tally_fault(Tally *tally, unsigned endpoint, FaultCode fault);

/* "told" and so on. */
const char *tally_choice_name(TallyChoice choice);

/* Counts a choice by its name; NULL, or a name that is none, counts nothing. */
void tally_choice(Tally *tally, const char *name);
