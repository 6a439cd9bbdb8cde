/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-link.h"

/* Questions on a link: searches (RFC 4511, 4.5) for one entry, and for all there are, in pages
 * (RFC 2696); comparisons (RFC 4511, 4.10). */

typedef struct LinkSearch {
	const char *base;
	bool alone;                    /* that entry alone, and nothing below it */
	const char *filter;            /* RFC 4515 */
	const char *const *attributes; /* NULL-ended; holds key */
	const char *key;               /* the attribute with the person key */
	bool key_is_binary;            /* its value is shown as lower-case hex */
} LinkSearch;

/* Searches for one entry. ret_entry: transfer full, set for LINK_OK, and for LINK_NO_KEY with ""
 * for its key. */
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

typedef enum {
	LINK_UNSAID = 0, /* anything else: no such entry or attribute, no access, elsewhere */
	LINK_NO,
	LINK_YES
} LinkAnswer;

/* Which of n values does that attribute of that entry have? LINK_OK: there is an answer to each. */
LinkResult link_compare(Link *link, const char *dn, const char *attribute,
			const char *const *values, guint n, LinkAnswer *ret_answers,
			gint64 deadline, GError **error);
