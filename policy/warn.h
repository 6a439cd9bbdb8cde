/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/prove.h"

/*
 * What stands in a policy and cannot be meant, or should be looked at: section WARNINGS of
 * portvakt-policy(5).
 *
 *   warn.c          collects, and looks ahead
 *   warn-release.c  one release at a time
 *   warn-fate.c     what nevers and other releases leave of a release
 *   warn-service.c  one service at a time
 *   warn-known.c    ids that nobody knows
 */
typedef struct {
	const Policy *policy;
	const PolicyContext *context;
	const Universe
		*universe;  /* of that policy alone, imagined services and wishes told apart */
	GHashTable *counts; /* Release -> how many known services it reaches */
	GArray *warnings;
} Warner;

/* How far ahead is looked, in days: time enough to renew an agreement. */
#define WARN_SOON_DAYS 30

/* Adds one, in the language of messages: format is the English of it. */
void warn_say(Warner *warner, const Place *place, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Fills policy->warnings. */
void warn_policy(Policy *policy, const PolicyContext *context, const Universe *universe);

void warn_releases(Warner *warner);
void warn_fates(Warner *warner);
void warn_services(Warner *warner);
void warn_unknown_services(Warner *warner);

/* "a, b and c" of words (const char *), with `last` before the last of them. Transfer full. */
char *warn_list(const GPtrArray *words, const char *last);

/* "students", "students and guardians": the roles of a set of people, for a message about a place.
 * Transfer full. */
char *warn_roles(Kinds kinds, const Place *place);

/* Whether a service can come under it that is not named. */
bool warn_is_open(const Release *release);
