/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-inside.h"

/*
 * What must be asked besides of an entry that was found, before anybody gets it: whether another
 * entry has its EPPN, whether it is in the group of those with protected identity, in which groups
 * that policies speak of it is, and who the persons are that its values speak of. Such a value goes
 * where its person is protected, or cannot be found and judged. Nobody is called unique or
 * unprotected because a question failed.
 *
 * LINK_OK: all is known. LINK_LOST, LINK_FAULT: error is set, and the entry is of no use.
 */

/* Of one entry, which nobody else holds yet. */
LinkResult marks_of_one(Link *link, const Directory *directory, DirectoryEntry *entry,
			gint64 deadline, GError **error);

/* Of a page of everybody (DirectoryEntry *), but for the EPPNs: within LIMIT_DIRECTORY_PAGE_MS for
 * each group, and LIMIT_DIRECTORY_TOTAL_MS for each that speaks of others. */
LinkResult marks_of_page(Link *link, const Directory *directory, const GPtrArray *entries,
			 GError **error);
