/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/service.h"

/*
 * How a service is told who it is that logs in: by a name that is new at every answer (transient),
 * or by an attribute that a release gives, which then leaves as NameID (SAML core 2.2.3, 8.3).
 */

#define SUBJECT_FORMAT_TRANSIENT   "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
#define SUBJECT_FORMAT_PERSISTENT  "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define SUBJECT_FORMAT_UNSPECIFIED "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

typedef struct {
	const Attribute *attribute; /* NULL: transient */
	const char *format;         /* of the NameID, a URI; never NULL in a Decision */
	bool also_attribute;        /* the attribute leaves as attribute too */
} Subject;

extern const Subject subject_transient;

/* What is so of a service that no `subject` line speaks of: transient in SAML, which OpenID
 * Connect does not know; there it is pairwise. */
Subject subject_default(Protocol protocol);

/* The format of a NameID of that attribute if the line names none. Static. */
const char *subject_default_format(const Attribute *attribute);

/* As a policy says it: `subject from mail format "…" also attribute`. Transfer full. */
char *subject_phrase(const Subject *subject);
