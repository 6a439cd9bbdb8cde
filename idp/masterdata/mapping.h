/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/person.h"
#include "policy/registry.h"

/*
 * Which LDAP attribute holds which attribute of the registry, in each role: what [attributes] says
 * of everybody, and [alias] of protected persons. Immutable once loaded.
 */

/* The roles, in the order of every array that has one element for each. */
enum { MAPPING_STUDENT, MAPPING_STAFF, MAPPING_GUARDIAN, MAPPING_ROLES };

typedef struct {
	char *ldap[MAPPING_ROLES][ATTRIBUTE_MAX]; /* NULL: none in that role */
} Mapping;

Role mapping_role(unsigned place);
unsigned mapping_place(Role role);

/* Every attribute but subject-id under its own name, in the roles that it speaks of: a teacher's
 * own school grade must not follow into the staff role of somebody who is also a pupil. */
void mapping_fill(Mapping *mapping, const Registry *registry);

/* Reads the lines of a group (char * -> char *; NULL: none): NAME = LDAP-NAME, for the roles that
 * the attribute speaks of, or NAME.ROLE = LDAP-NAME, for that role alone, which then overrules the
 * other, whatever the order.
 *
 * eppn: why the EPPN does not belong in that group, and what to do instead.
 * Errors: G_KEY_FILE_ERROR/INVALID_VALUE, "[GROUP] KEY: what is wrong; what to do". */
bool mapping_load(Mapping *mapping, const Registry *registry, const char *group, GHashTable *lines,
		  const char *eppn, GError **error);

void mapping_clear(Mapping *mapping);

/* Is its value another one for each service, so that no directory attribute holds it? */
bool mapping_is_computed(const Attribute *attribute);
