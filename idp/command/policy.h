/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of `portvakt policy` have in common. */
#pragma once

#include "idp/approver.h"
#include "idp/command/command.h"

/* The options of all its verbs. */
typedef struct {
	gboolean as_json, dry_run, yes;
} PolicyOptions;

/* Who runs this, as a person: not the daemon's account, which is nobody's own. The store must be
 * there. */
bool policy_find_approver(const Generation *generation, Approver *approver, GError **error);

/* `policy waiting' and `policy confirm [DIGEST]'. */
int policy_waiting(const CommandLine *line, const PolicyOptions *options);
int policy_confirm(const CommandLine *line, const PolicyOptions *options);
