/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/rules.h"

/*
 * Other names for attributes, and that none of them passes one thing off as another.
 */

/* Whether both are in force at once: in the same protocol. */
bool rename_overlap(const Rename *one, const Rename *other);

/* A name as careless software compares it: without case and white space around, and whichever way
 * its characters are encoded. Two names that are one so must not be two attributes'. Transfer
 * full. */
char *rename_plain(const char *name);

/* Whether such a name is one of an attribute: its own name, its SAML Name or the OID in it, a
 * legacy name, its claim. */
bool rename_is_of(const char *plain, const Attribute *attribute);

/* Whether such a name is one that the answer itself uses. */
bool rename_is_reserved(const char *plain);

/* Fails, at place, if the new name is one of another attribute (its own name, its SAML Name or the
 * OID in it, its legacy name, its claim), or one that the answer itself uses. */
bool rename_check(const Rename *rename, const Registry *registry, const Place *place,
		  GError **error);
