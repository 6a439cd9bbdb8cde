/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The attribute registry: one table of every attribute Portvakt can speak of. What is not in it can
 * neither be written in a policy nor leave. Names are those of the attribute profile of
 * Skolfederation (SIS/TK 450) 4.2, eduPerson, norEdu, SCHAC and the SAML subject identifiers.
 *
 * The table begins with what is shipped. What schools define besides is put after that and stays
 * for as long as the process lives, so that an Attribute is compared by its address, and arrays are
 * indexed by its place. Which of those a school can speak of is told by its Registry (registry.h).
 * Any thread may call any function.
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

/* How much a value tells of one person. */
typedef enum {
	SENSITIVITY_OPEN,     /* what many share, or a pseudonym */
	SENSITIVITY_PERSONAL, /* who somebody is, or where to find them */
	SENSITIVITY_STRICT,   /* personal numbers, birth, family: must be named in a release */
	SENSITIVITY_LAST = SENSITIVITY_STRICT
} Sensitivity;

/* What a value must look like (value_judge()). Of a scoped attribute the part before @ is meant.
 * ASCII alone, unless another thing is said. */
typedef enum {
	SYNTAX_TEXT,          /* anything that is text */
	SYNTAX_TOKEN,         /* no white space; other letters too */
	SYNTAX_SUBJECT_ID,    /* SAML subject-id 3.3: letters, digits, = and -; scoped only */
	SYNTAX_AFFILIATION,   /* one of eduPerson's words, in any case */
	SYNTAX_UNIT_CODE,     /* skolenhetskod: 8 digits */
	SYNTAX_NIN,           /* yyyymmdd and 4 digits or letters: interim numbers too. No check
				 digit: real numbers are known that fail it */
	SYNTAX_PIN,           /* 12 digits; no check digit either */
	SYNTAX_DIGITS,        /* digits; `length` of them, if it is not 0 */
	SYNTAX_DAY_PLAIN,     /* yyyymmdd, a real day */
	SYNTAX_DAY,           /* yyyy-mm-dd, a real day */
	SYNTAX_MAIL,          /* something@something; other letters too */
	SYNTAX_DOMAIN,        /* letters, digits, . and - */
	SYNTAX_COUNTRY,       /* two capital letters (ISO 3166) */
	SYNTAX_LANGUAGE,      /* a language tag, or a list of them as in Accept-Language */
	SYNTAX_URI,           /* scheme:something without white space */
	SYNTAX_ORCID,         /* https://orcid.org/0000-0002-1825-0097 */
	SYNTAX_PERSONAL_CODE, /* urn:schac:personalUniqueCode:… (ESI) */
	SYNTAX_SEX,           /* 0, 1, 2 or 9 (ISO 5218) */
	SYNTAX_BOOLEAN,       /* TRUE or FALSE, in any case */
	SYNTAX_LAST = SYNTAX_BOOLEAN
} AttributeSyntax;

/* Swedish, English, Finnish: "sv", "en", "fi". */
enum { ATTRIBUTE_LANGUAGES = 3 };

typedef struct {
	const char *label[ATTRIBUTE_LANGUAGES]; /* lower case but for names; of what schools define
						   Finnish and English may be NULL */
	const char *plain[ATTRIBUTE_LANGUAGES]; /* what it is, told to a ten-year-old, in whole
						   sentences; NULL likewise, and Swedish too */
} AttributeWords;

typedef struct {
	const char *name;          /* as written in policy; also the SAML FriendlyName */
	const char *saml;          /* SAML Name, a URI (urn:oid:… or urn:oasis:…) */
	const char *const *legacy; /* SAML Names by which it is asked for too, NULL-terminated;
				      NULL: none */
	const char *claim;         /* OIDC claim */
	const char *scope;         /* OIDC scope that asks for it; NULL: it is asked for by claim */
	AttributeKind kind;
	Sensitivity sensitivity;
	AttributeSyntax syntax;
	unsigned length;          /* of SYNTAX_DIGITS; else 0 */
	bool scoped;              /* value@scope, and the scope must be one the school owns */
	bool single;              /* must not have more than one value */
	const char *const *forms; /* how its values are put together (facet.h), NULL-terminated, at
				     most FACET_FORMS_MAX; NULL: values have no parts */
	const AttributeWords *words;
} Attribute;

/* No table is longer: sizes the arrays that are indexed by attribute. The 63 that are shipped, and
 * room for as many that schools define and, until the next start, redefine. */
#define ATTRIBUTE_MAX 160

/* All there are, of all schools, in an order that only grows. n: how many now, at most
 * ATTRIBUTE_MAX. Whoever asks what a school can speak of goes through its Registry. */
const Attribute *attribute_table(size_t *n);

/* How many of them, from the first on, are shipped. */
unsigned attribute_shipped_count(void);

/* The shipped attribute of that name, byte by byte; NULL if there is none. */
const Attribute *attribute_by_name(const char *name);

/* The shipped attribute of that SAML Name, byte by byte, or of that legacy name; NULL if there is
 * none. */
const Attribute *attribute_by_saml(const char *saml);

/* The shipped attribute of that OIDC claim; NULL if there is none. */
const Attribute *attribute_by_claim(const char *claim);

/* Whether that is the SAML Name of an attribute, or one of its legacy names. */
bool attribute_has_saml(const Attribute *attribute, const char *saml);

/* The place of an attribute in the table, 0 .. ATTRIBUTE_MAX-1. */
unsigned attribute_index(const Attribute *attribute);

/* Puts a copy of an attribute into the table for good, or finds one there that equals it in
 * everything. NULL: the table is full until the process starts anew. */
const Attribute *attribute_add(const Attribute *attribute);

/* The label, and the explanation, in "sv", "en" or "fi", or in another of them if it has none in
 * that; the explanation may be NULL. Static. */
const char *attribute_label(const Attribute *attribute, const char *language);
const char *attribute_explanation(const Attribute *attribute, const char *language);

/* Whether it tells of one person: more than SENSITIVITY_OPEN. */
bool attribute_is_sensitive(const Attribute *attribute);

/* Whether `requested` and `required` do not cover it: kinds personal-number, birth and family. */
bool attribute_must_be_named(const Attribute *attribute);

/* "personal-number" and so on; NULL for what is no kind. */
const char *attribute_kind_name(AttributeKind kind);

/* The kind of that name; 0 if there is none. */
AttributeKind attribute_kind_by_name(const char *name);

/* How sensitive attributes of a kind are, if nothing else is said of them. */
Sensitivity attribute_kind_sensitivity(AttributeKind kind);

/* "open", "personal", "strict"; "text", "unit-code" and so on; NULL for what is none. */
const char *sensitivity_name(Sensitivity sensitivity);
const char *attribute_syntax_name(AttributeSyntax syntax);
