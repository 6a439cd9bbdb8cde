/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/mapping.h"
#include "idp/masterdata/masterdata.h"

/*
 * Where a person stands: in which school year, at which school units, in which groups, and how old
 * they are. What rules are matched by, and never given to anybody; of protected persons it is as
 * true as of others. For masterdata.c.
 */
typedef struct Standing Standing;

/* Errors: as masterdata_new(). Transfer full. */
Standing *standing_new(const MasterdataOptions *options, GError **error);
void standing_free(Standing *standing);

/* The LDAP attributes that it looks at besides those of the mapping, NULL-terminated. Transfer
 * container. */
const char **standing_attributes(const Standing *standing);

/* Fills year, units, groups and born of a person who has a role. source: of everybody. */
void standing_read(const Standing *standing, const Mapping *source, const DirectoryEntry *entry,
		   Person *person);

/* The school year of a pupil. */
unsigned standing_year(const Standing *standing, const Mapping *source,
		       const DirectoryEntry *entry);

/* The LDAP attribute with it; NULL: there is none. Transfer none. */
const char *standing_year_source(const Standing *standing, const Mapping *source);
