/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the words of a policy mean by all else that is configured: who is a pupil, who is in a
 * group, what proves a level, which scopes are ours, where an attribute is read. Where one of these
 * is said otherwise, the same policy may release more, and no comparison of two policies can tell.
 * And whether what releases more has to be confirmed, so that nobody is rid of that unseen.
 */
#pragma once

#include "idp/config.h"

/* Lines of a hash and a section of the configuration, as `directory main'. registry_sum: of the
 * files that define attributes. Transfer full. */
char *meaning_text(const Config *config, const char *registry_sum);

/* Adds to `sections' (char *, as "directory main") each by which `after' may release more than
 * `before': each that is another. A group or a feed that is new is told by the policy that names
 * it. */
void meaning_compare(const char *before, const char *after, GPtrArray *sections);

/* Whether [policy] confirm-widening is set there. */
bool meaning_confirms(const char *text);

/* What has to be confirmed of all that is not policy: sections as meaning_compare() finds them, and
 * before them "policy" where `before' confirms and `after' does not any more. Transfer full. */
GPtrArray *meaning_widens(const char *before, const char *after);

/* What one of those sections comes to, in "sv" or "en". Transfer full. */
char *meaning_sentence(const char *section, const char *language);
