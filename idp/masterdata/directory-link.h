/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/entry.h"

#include <stdbool.h>

/*
 * One connection to one LDAP server, secured before anything is said on it. The operations are in
 * directory-search.h and directory-change.h.
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

/* Call before the first link_open(), while there is one thread: it changes the environment. */
void link_init(void);

/* Is that a distinguished name (RFC 4514), and not an empty one? */
bool link_is_dn(const char *text);

/* Connects and secures. uri: as directory_new() admits. ca_file: PEM; not used for ldapi:.
 * Errors: FAULT_ERROR/FAULT_DIRECTORY_DOWN. Returns: transfer full. */
Link *link_open(const char *uri, const char *ca_file, gint64 deadline, GError **error);
void link_free(Link *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_free)

/* Simple bind (RFC 4513, 5.1.3). dn and password must not be empty: a server may well take an
 * empty one for a wish to be anonymous, and say Success. */
LinkResult link_bind(Link *link, const char *dn, const char *password, gsize length,
		     gint64 deadline, GError **error);
