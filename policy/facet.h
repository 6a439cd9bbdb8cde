/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/attribute.h"

/*
 * The parts of one value: the unit, group, kind and subject that a value of a study or school
 * attribute is put together from, and the scope of a scoped one. What `only`, `at unit` and the
 * templates of `value` speak of.
 *
 * Where the parts stand is told by the forms of the attribute: texts such as "{unit}/{group}" or
 * "http://{scope}/{unit}/{group}", tried in order until one fits the whole value. A placeholder
 * takes what stands before the next literal text of the form, and is never empty; the last one
 * takes the rest. unit, kind and scope hold neither '/' nor ':', so that "https://…" is not taken
 * for a unit called "https:".
 *
 * Pure; costs at most FACET_FORMS_MAX walks over the value and allocates nothing.
 */

typedef enum {
	FACET_PART_VALUE, /* the whole value; every value has it */
	FACET_PART_UNIT,
	FACET_PART_GROUP,
	FACET_PART_KIND,
	FACET_PART_SUBJECT,
	FACET_PART_SCOPE, /* of a scoped attribute: what follows the first @ */
	FACET_PART_LAST = FACET_PART_SCOPE
} FacetPart;

#define FACET_FORMS_MAX 8   /* forms of an attribute: more ways to write a group are no agreement */
#define FACET_FORM_MAX  128 /* bytes of a form */

/* That part of a value. False: the value has none, and what `ret` points to is left alone. ret:
 * within value, not NUL-terminated. */
bool facet_of(const Attribute *attribute, const char *value, FacetPart part, const char **ret_start,
	      gsize *ret_length);

/* Whether that part of a value is exactly that text. */
bool facet_is(const Attribute *attribute, const char *value, FacetPart part, const char *text);

/* Whether some value of the attribute could have that part. */
bool facet_can(const Attribute *attribute, FacetPart part);

/* A value of the first form that has all the parts that are told (by FacetPart; NULL: whatever),
 * with the text "x" for each that is not. NULL: no form has them all, or one of the texts cannot
 * stand there. FACET_PART_VALUE is not looked at. Transfer full. */
char *facet_compose(const Attribute *attribute, const char *const texts[FACET_PART_LAST + 1]);

/* "value", "unit", "group", "kind", "subject", "scope"; NULL for what is no part. */
const char *facet_part_name(FacetPart part);

/* The part of that name (length bytes). False: there is none. */
bool facet_part_by_name(const char *name, gsize length, FacetPart *ret_part);

/* What is wrong with a form, in words that follow "the form … "; NULL: nothing. Static. */
const char *facet_form_fault(const char *form);
