/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/directory-link.h"

#include <ldap.h>

/* What the operations on a link share; for directory-*.c alone. */
struct Link {
	LDAP *ld;
	char *uri;
	int fd; /* -1: handed to ld, which closes it */
	gint64 deadline;
};

/* Sets the error "URI: DOING: WHY" (FAULT_DIRECTORY_DOWN) and returns the result. */
LinkResult link_fail(const Link *link, LinkResult result, const char *doing, const char *why,
		     GError **error);

/* A server that answers with a failure; one that says it is overloaded is as good as lost. */
LinkResult link_refused_to(const Link *link, const char *doing, int code, GError **error);

/* What the library says of a call that got no answer. Text from the server is left out: it may
 * quote a name or a value. */
LinkResult link_lost(const Link *link, const char *doing, int code, GError **error);

/* Waits for the next message of an operation: LINK_OK, or that it will not come; error is set. */
LinkResult link_await(Link *link, int msgid, int all, const char *doing, LDAPMessage **ret_message,
		      GError **error);

/* The result code of a final message, which is freed. */
int link_result_code(const Link *link, LDAPMessage *message);
