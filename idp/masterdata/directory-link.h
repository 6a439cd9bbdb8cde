/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/entry.h"

#include <stdbool.h>

/*
 * One connection to one LDAP server, secured before anything is said on it. The only file that
 * includes ldap.h is directory-link.c.
 *
 * deadline: g_get_monotonic_time() at which a call gives up, wherever it is then: resolving,
 * connecting, in the TLS handshake, or waiting for an answer. A Link belongs to one thread at a
 * time.
 */
typedef struct Link Link;

typedef enum {
	LINK_LOST = 0, /* the connection is dead or too slow; error is set; free the link */
	LINK_FAULT,    /* the server answered, but with a failure of its own; error is set; free */
	LINK_OK,
	LINK_REFUSED, /* bind: not that password, or not any more */
	LINK_NONE,    /* search: no entry */
	LINK_MANY,    /* search: more than one */
	LINK_NO_KEY,  /* search: one entry, but without exactly one usable key */
} LinkResult;

typedef struct LinkSearch {
	const char *base;
	const char *filter;            /* RFC 4515 */
	const char *const *attributes; /* NULL-ended; holds key */
	const char *key;               /* the attribute with the person key */
	bool key_is_binary;            /* its value is shown as lower-case hex */
} LinkSearch;

/* Call before the first link_open(), while there is one thread: it changes the environment. */
void link_init(void);

/* Connects and secures. uri: as directory_new() admits. ca_file: PEM; not used for ldapi:.
 * Errors: FAULT_ERROR/FAULT_DIRECTORY_DOWN. Returns: transfer full. */
Link *link_open(const char *uri, const char *ca_file, gint64 deadline, GError **error);
void link_free(Link *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_free)

/* Simple bind (RFC 4513, 5.1.3). dn and password must not be empty: a server may well take an
 * empty one for a wish to be anonymous, and say Success. */
LinkResult link_bind(Link *link, const char *dn, const char *password, gsize length,
		     gint64 deadline, GError **error);

/* Searches for one entry. ret_entry: transfer full, set for LINK_OK only. */
LinkResult link_search(Link *link, const LinkSearch *search, gint64 deadline,
		       DirectoryEntry **ret_entry, GError **error);
