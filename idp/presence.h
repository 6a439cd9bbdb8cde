/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whether the directory has what a policy speaks of: groups, school units, attributes and school
 * years of which somebody is or has one. Each of everybody is looked at once, in each role, and
 * only names are kept; those with protected identity count too, for that somebody is there tells of
 * nobody.
 */
#pragma once

#include "idp/generation.h"

typedef struct Presence Presence;

/* generation: must live as long. Transfer full. */
Presence *presence_new(const Generation *generation);
void presence_free(Presence *presence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Presence, presence_free)

void presence_add(Presence *presence, const DirectoryEntry *entry);

/* What of the policy nobody who was added has, as policy_census() says it: char *, in the language
 * of the policy. Transfer full. */
GPtrArray *presence_warnings(const Presence *presence);
