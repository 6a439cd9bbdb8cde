/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/command/command.h"
#include "idp/known-services.h"

/* One of the two that a command compares: a policy, with all it needs to decide. */
typedef struct {
	Generation *generation;
	KnownServices *known;
	char *says; /* what it is, for people: "what is configured" */
} Side;

void side_clear(Side *side);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Side, side_clear)

/* What the configuration says now. */
bool side_configured(Side *side, const CommandLine *line, gint64 now, GError **error);

/* What the daemon took last, under the configuration of now. */
bool side_running(Side *side, const CommandLine *line, gint64 now, GError **error);

/* A folder of policy files or a single one (*.policy), under the configuration of now; or else
 * another configuration. */
bool side_at(Side *side, const char *path, const CommandLine *line, gint64 now, GError **error);

/* Fills `known', with what its policy names. */
void side_know(Side *side, gint64 now);

/* Fills `known' of both, so that each has what either policy names. */
void sides_know(Side *before, Side *after, gint64 now);
