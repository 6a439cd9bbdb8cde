/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the words of a policy mean by all else that is configured: who is a pupil, who is in a
 * group, what proves a level, which scopes are ours, where an attribute is read. Where one of these
 * is said otherwise, the same policy may release more, and no comparison of two policies can tell.
 */
#pragma once

#include "idp/config.h"

/* Lines of a hash and a section of the configuration, as `directory main'. registry_sum: of the
 * files that define attributes. Transfer full. */
char *meaning_text(const Config *config, const char *registry_sum);

/* Adds to `lines' (char *) a sentence for each section by which `after' may release more than
 * `before': each that is another. A group or a feed that is new is told by the policy that names
 * it. */
void meaning_compare(const char *before, const char *after, GPtrArray *lines);
