/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/health/tally.h"

const unsigned tally_bounds_ms[TALLY_BUCKETS] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 4000};

static const char *const names[TALLY_OUTCOMES] = {
	[TALLY_PAGE] = "page",
	[TALLY_LOGIN] = "login",
	[TALLY_SSO] = "sso",
	[TALLY_LOGOUT] = "logout",
	[TALLY_NOT_LOGGED_IN] = "not-logged-in",
	[TALLY_HELD] = "held",
	[TALLY_OTHER] = "other",
};

const char *tally_outcome_name(TallyOutcome outcome)
{
	return names[outcome];
}

TallyOutcome tally_outcome_of(const char *name)
{
	if (!name)
		return TALLY_PAGE;
	for (unsigned i = 0; i < TALLY_OUTCOMES; i++)
		if (g_str_equal(names[i], name))
			return (TallyOutcome)i;
	return TALLY_OTHER;
}

static void add(atomic_ullong *counter, unsigned long long n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void add_duration(TallyDuration *duration, gint64 microseconds)
{
	unsigned i = 0;
	while (i < TALLY_BUCKETS && microseconds > (gint64)tally_bounds_ms[i] * 1000)
		i++;
	add(&duration->buckets[i], 1);
	add(&duration->microseconds, (unsigned long long)MAX(microseconds, 0));
}

void tally_outcome(Tally *tally, unsigned endpoint, TallyOutcome outcome, gint64 microseconds)
{
	add(&tally->outcomes[MIN(endpoint, TALLY_NOWHERE)][outcome], 1);
	if (outcome == TALLY_LOGIN)
		add_duration(&tally->login, microseconds);
	else if (outcome == TALLY_SSO)
		add_duration(&tally->sso, microseconds);
}

void tally_fault(Tally *tally, unsigned endpoint, FaultCode fault)
{
	add(&tally->faults[MIN(endpoint, TALLY_NOWHERE)][fault], 1);
}

static const char *const choices[TALLY_CHOICES] = {
	[TALLY_CHOICE_TOLD] = "told",         [TALLY_CHOICE_ASKED] = "asked",
	[TALLY_CHOICE_SEEN] = "seen",         [TALLY_CHOICE_AGREED] = "agreed",
	[TALLY_CHOICE_DECLINED] = "declined", [TALLY_CHOICE_TAKEN_BACK] = "taken-back",
};

const char *tally_choice_name(TallyChoice choice)
{
	return choices[choice];
}

void tally_choice(Tally *tally, const char *name)
{
	for (unsigned i = 0; i < TALLY_CHOICES; i++)
		if (g_strcmp0(choices[i], name) == 0)
			add(&tally->choices[i], 1);
}
