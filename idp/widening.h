/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What one generation releases that another does not, over all persons there can be: what an admin
 * is told before it is let in. Where the words of the policy have another meaning (meaning.h), it
 * may be more.
 */
#pragma once

#include "idp/generation.h"

/* More than that many lines nobody reads, and one log need not hold. */
#define WIDENING_LINES 100

/* DiffEntry: what the policies release otherwise, as of `now`, at these services; whole: also what
 * is less. Transfer full; valid while both generations are. */
GPtrArray *widening_entries(const Generation *before, const Generation *after,
			    const GPtrArray *services, gint64 now, bool whole);

/* Sentences in English, char *, each with the service and the line of policy: what `after` releases
 * and `before` did not, or may not have, as of `now`; empty: nothing. Takes some seconds at most,
 * and says that it may widen where that does not do. Transfer full. */
GPtrArray *widening_find(const Generation *before, const Generation *after, gint64 now);
