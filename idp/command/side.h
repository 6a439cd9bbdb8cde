/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/command/command.h"
#include "idp/known-services.h"

/* One of the two that a command compares: a policy, with all it needs to decide. */
typedef struct {
	Generation *generation;
	KnownServices *known;
	char *says;   /* what it is, for people: "what is configured" */
	char *digest; /* of what runs: as it was taken; else NULL */
} Side;

void side_clear(Side *side);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Side, side_clear)

/* What the configuration says now. */
bool side_configured(Side *side, const CommandLine *line, gint64 now, GError **error);

/* What the daemon took last, under the configuration of now; but it still says what its words meant
 * when it was taken (meaning.h). */
bool side_running(Side *side, const CommandLine *line, gint64 now, GError **error);

/* A folder of policy files or a single one (*.policy), under the configuration of now; or else
 * another configuration. */
bool side_at(Side *side, const char *path, const CommandLine *line, gint64 now, GError **error);

/* Fills `known', with what its policy names. */
void side_know(Side *side, gint64 now);

/* Fills `known' of both, so that each has what either policy names. */
void sides_know(Side *before, Side *after, gint64 now);

/* What else than the policy may make the second release more: sections, as meaning_widens() finds
 * them. Transfer full. */
GPtrArray *sides_meaning(const Side *before, const Side *after);
