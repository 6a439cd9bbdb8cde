/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-inside.h"

/*
 * The groups that policies speak of ([group NAME]): who is in each is asked of the directory, which
 * has the DN of a person in the group's entry, or finds the person's entry by a filter. A group
 * that cannot be asked about is a fault, and never one that somebody is, or is not, in.
 */

/* Errors: G_KEY_FILE_ERROR/INVALID_VALUE, "[group NAME] KEY: what is wrong; what to do". */
bool groups_check(const GPtrArray *groups, const char *base, GError **error);

/* What is equal for two lists of groups that ask the same. Transfer full. */
char *groups_sameness(const GPtrArray *groups);

/* A copy. NULL is the empty list. Transfer full. */
GPtrArray *groups_copy(const GPtrArray *groups);

/* Notes in each of n entries, which nobody else holds yet, which groups it is in. budget_ms: the
 * time for each group, or, where it is 0, until deadline for all. LINK_OK: all is known. */
LinkResult groups_mark(Link *link, const Directory *directory, DirectoryEntry **entries, guint n,
		       gint64 deadline, unsigned budget_ms, GError **error);

/* Whether the server can be asked about each group: of somebody who does not exist. */
bool groups_probe(Link *link, const Directory *directory, const char *nobody, gint64 deadline,
		  GError **error);
