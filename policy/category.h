/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "policy/attribute.h"

/*
 * Entity categories that have a name of their own in policy files, and what they imply (REFEDS
 * access categories, R&S, GÉANT Code of Conduct, MyAcademicID ESI).
 */

#define CATEGORY_BUNDLE_MAX 8

typedef struct {
	const char *name; /* as written in policy */
	const char *uri;
	unsigned minimal; /* of the categories where it is not 0 only the lowest counts (REFEDS:
			     anonymous before pseudonymous before personalized) */
	const char *bundle[CATEGORY_BUNDLE_MAX + 1]; /* names of the attributes it asks for */
} Category;

/* The table, in a fixed order. */
const Category *category_table(size_t *n);
const Category *category_by_name(const char *name);
const Category *category_by_uri(const char *uri);

/* Which one of these URIs (char *) sets the category aside: the more minimal one that is among
 * them; NULL if none does. */
const Category *category_set_aside(const Category *category, const GPtrArray *uris);
