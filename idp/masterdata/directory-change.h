/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-link.h"

/* Changes on a link (RFC 4511, 4.6). The error of one that was refused is told by its code. */
#define CHANGE_ERROR change_error_quark()
GQuark change_error_quark(void);

typedef enum {
	CHANGE_OVERTAKEN, /* the entry is not any more as it was when it was read, or is gone */
	CHANGE_TAKEN,     /* against a rule of the server, such as: no two have that value */
	CHANGE_DENIED,    /* whoever is bound may not */
	CHANGE_IMPOSSIBLE /* not here, not so, or not now */
} ChangeError;

/* Puts a value where another one, or none, is, in one step.
 *
 * before: a value that the attribute has, which goes; NULL: it has none. If that is not so any more
 *   nothing is changed. (A server that knows no assertions, RFC 4528, cannot be asked to look that
 *   there is none: there two values may come to stand in an attribute that may have two.)
 * LINK_OK: it is so. LINK_FAULT: it is as it was, CHANGE_ERROR is set, and the link is good still.
 * LINK_LOST: nobody knows (FAULT_DIRECTORY_DOWN). No error holds a value or a DN. */
LinkResult link_change(Link *link, const char *dn, const char *attribute, const char *before,
		       const char *after, gint64 deadline, GError **error);
