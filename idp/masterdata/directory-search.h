/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-link.h"

/* Searches on a link (RFC 4511, 4.5): for one entry, and for all there are, in pages (RFC 2696). */

typedef struct LinkSearch {
	const char *base;
	const char *filter;            /* RFC 4515 */
	const char *const *attributes; /* NULL-ended; holds key */
	const char *key;               /* the attribute with the person key */
	bool key_is_binary;            /* its value is shown as lower-case hex */
} LinkSearch;

/* Searches for one entry. ret_entry: transfer full, set for LINK_OK only. */
LinkResult link_search(Link *link, const LinkSearch *search, gint64 deadline,
		       DirectoryEntry **ret_entry, GError **error);

/* One more page of everybody that the search finds, of at most LIMIT_DIRECTORY_PAGE entries.
 *
 * cookie: NULL for the first page; the server's place after it; NULL again after the last one.
 * ret_entries: DirectoryEntry *, appended; one without exactly one usable key has "" for its key.
 * LINK_OK: the page is whole. Anything else: error is set, what was appended is part of a page, and
 * the link is of no more use. */
LinkResult link_page(Link *link, const LinkSearch *search, GBytes **cookie, GPtrArray *ret_entries,
		     gint64 deadline, GError **error);
