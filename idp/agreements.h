/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Agreements that end soon, and who loses what with them: what an admin is told 90, 30, 7 and 1
 * days before, so that nobody is shut out one morning by a date in a file.
 */
#pragma once

#include "idp/generation.h"

/* Those that end on one day, together. */
typedef struct {
	unsigned last;      /* yyyymmdd: their last day, in the school's time zone */
	unsigned day;       /* the day after, from which their releases give nothing */
	unsigned left;      /* days until the last one; 0: it is today */
	unsigned threshold; /* the least of 90, 30, 7 and 1 that is not less than `left' */
	char *names;        /* "PUB 2026-114", or "A, B" */
	DecisionRule rule; /* the first release under one of them; its texts belong to the policy */
	bool counted;      /* as to the following */
	guint most;        /* persons who lose something at one service, where it is most of them */
	char *losers;      /* "NE: 1204, ILT: 3", the most first; NULL: nobody, or not counted */
} AgreementEnd;

void agreement_end_free(AgreementEnd *end);

/* The sentence, in "sv" or "en": `agreement "PUB 2026-114" ends 2027-06-30, in 26 days; so many
 * persons lose something: NE: 1204'. Transfer full. */
char *agreement_end_sentence(const AgreementEnd *end, const char *language);

/* Those that end in 90 days or less from today (yyyymmdd) on, by day: AgreementEnd *, valid as long
 * as the policy. Transfer full. */
GPtrArray *agreements_ending(const Policy *policy, unsigned today);

/*
 * Counts for the first LIMIT_AGREEMENT_DAYS of them in one walk through the directory, as nobody
 * with the protected-data role would: each person before and after the last day, in each role.
 * sees: called with each entry; false: that was enough, and nothing is counted. It is also called
 * where nothing ends. NULL: nobody else wants to see them. now: seconds since 1970. False with an
 * error of directory_walk(): nothing is counted either.
 */
bool agreements_count(const Generation *generation, GPtrArray *ends, gint64 now,
		      bool (*sees)(const DirectoryEntry *entry, gpointer data), gpointer data,
		      GError **error);
