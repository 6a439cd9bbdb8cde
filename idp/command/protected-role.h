/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The protected-data role: who may see why a protected person gets what they get, and that each
 * such look is entered in the ledger first.
 */
#pragma once

#include "idp/generation.h"

/* Whether this process has the role: it runs as root, or has [protected] role-group among its
 * groups. To be asked before anybody is looked up, so that a refusal tells nothing of a person.
 * Errors: CONFIG_ERROR/VALUE, what to do. */
bool protected_role_has(const Generation *generation, GError **error);

/*
 * Enters that whoever runs this process (approver.h) looks at a person; false, with an error, where
 * that is not durable or they lack the role: then nothing may be told. Also for persons who are not
 * protected, so that the entry does not tell who is.
 *
 * person: the identity, as in the ledger's other rows. service: at which service; NULL: at all of
 * them. Blocks until the disk has it; the store may be one that a daemon writes.
 */
bool protected_role_look(const Generation *generation, const char *person, const char *service,
			 GError **error);
