/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The attribute registry: one constant table of every attribute Portvakt can speak of. What is
 * not in it can neither be written in a policy nor leave. Names are those of the attribute profile
 * of Skolfederation (SIS/TK 450) 4.2, eduPerson, norEdu, SCHAC and the SAML subject identifiers.
 *
 * All strings are static. The table never changes while the process lives, so an Attribute is
 * compared by its address.
 */

/* How sensitive an attribute is; the names a policy writes after `any`. 0 is no kind. */
typedef enum {
	KIND_PSEUDONYM = 1,   /* tells people apart without telling who they are */
	KIND_IDENTIFIER,      /* a readable or widely shared identifier */
	KIND_PERSONAL_NUMBER, /* personnummer, samordningsnummer, interim numbers */
	KIND_BIRTH,           /* date of birth, legal sex */
	KIND_NAME,
	KIND_CONTACT,   /* mail, telephone, address */
	KIND_SCHOOL,    /* where: organisation, school unit, department */
	KIND_STUDY,     /* what: grade, courses, groups */
	KIND_ROLE,      /* student, teacher, titles, entitlements */
	KIND_FAMILY,    /* whose guardian */
	KIND_ASSURANCE, /* how well the identity is known */
	KIND_CODE,      /* personal codes of other systems (ESI, ORCID) */
	KIND_LAST = KIND_CODE
} AttributeKind;

typedef struct {
	const char *name;     /* as written in policy; also the SAML FriendlyName */
	const char *saml;     /* SAML Name, a URI (urn:oid:… or urn:oasis:…) */
	const char *claim;    /* OIDC claim */
	const char *label_sv; /* for pages, lower case but for names */
	const char *label_en;
	AttributeKind kind;
	bool scoped; /* value@scope, and the scope must be one the school owns */
	bool single; /* must not have more than one value */
	const char *const *forms; /* how its values are put together (facet.h), NULL-terminated, at
				     most FACET_FORMS_MAX; NULL: values have no parts */
} Attribute;

/* No table is longer: sizes the arrays that are indexed by attribute. */
#define ATTRIBUTE_MAX 80

/* The table, in a fixed order. n: its length, at most ATTRIBUTE_MAX. */
const Attribute *attribute_table(size_t *n);

/* The attribute of that name, byte by byte; NULL if there is none. */
const Attribute *attribute_by_name(const char *name);

/* The attribute of that SAML Name, byte by byte (also the legacy urn:mace:dir:attribute-def:
 * names of the attributes that had one); NULL if there is none. */
const Attribute *attribute_by_saml(const char *saml);

/* The place of an attribute in the table, 0 .. ATTRIBUTE_MAX-1. */
unsigned attribute_index(const Attribute *attribute);

/* "personal-number" and so on; NULL for what is no kind. */
const char *attribute_kind_name(AttributeKind kind);

/* The kind of that name; 0 if there is none. */
AttributeKind attribute_kind_by_name(const char *name);
