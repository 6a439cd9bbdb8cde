/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/person.h"

#include <stdbool.h>

/*
 * What can be found wrong with masterdata: one constant table of codes, severities and texts, which
 * portvakt-masterdata(1) repeats. Codes are a public interface (CSV and JSON); they are never
 * renamed.
 */

typedef enum {
	LINT_NOTE = 0, /* worth knowing */
	LINT_WARNING,  /* something is withheld, or a service takes the person for another */
	LINT_ERROR,    /* cannot log in, or dangerous */
	LINT_SEVERITIES
} LintSeverity;

typedef enum {
	LINT_KEY_MISSING = 0,
	LINT_KEY_SEVERAL,
	LINT_KEY_DUPLICATE,
	LINT_ROLE_NONE,
	LINT_ROLE_TWO,
	LINT_MARKING,
	LINT_GROUP,
	LINT_EPPN_MISSING,
	LINT_EPPN_SEVERAL,
	LINT_EPPN_UNREADABLE,
	LINT_EPPN_FORM,
	LINT_EPPN_SCOPE,
	LINT_EPPN_DUPLICATE,
	LINT_EPPN_CASE,
	LINT_EPPN_TWO_ROLES,
	LINT_EPPN_TAKEN,
	LINT_EPPN_NUMBER,
	LINT_EPPN_NAME,
	LINT_EPPN_UPPER_CASE,
	LINT_EPPN_SUBJECT_ID,
	LINT_NUMBER_DAY,
	LINT_NUMBER_FORM,
	LINT_NUMBER_CHECK_DIGIT,
	LINT_NUMBER_MIXED,
	LINT_NUMBER_UNUSUAL,
	LINT_UNIT_CODE,
	LINT_GRADE,
	LINT_YEAR,
	LINT_STAFF_MAIL,
	LINT_MAIL,
	LINT_UNREADABLE,
	LINT_EMPTY,
	LINT_PADDED,
	LINT_CONTROL,
	LINT_INVISIBLE,
	LINT_LONG,
	LINT_SEVERAL,
	LINT_SCOPE,
	LINT_SCOPED_FORM,
	LINT_SYNTAX,
	LINT_SERVICE_REFUSED,
	LINT_SERVICE_WITHHELD,
	LINT_SERVICE_UNGIVEN,
	LINT_SERVICE_CLOSED,
	LINT_ROTATE,
	LINT_CODES
} LintCode;

typedef struct {
	const char *name; /* "eppn-missing" */
	LintSeverity severity;
	bool shuts_out;      /* whoever has it is let in nowhere */
	const char *sv, *en; /* what is wrong, and what to do */
} LintKind;

/* The row of a code. Static. */
const LintKind *lint_kind(LintCode code);

/* "note", "warning", "error". Static. */
const char *lint_severity_name(LintSeverity severity);

/* One thing that was found. No string holds a value of a person, but that a DN may hold a name. */
typedef struct {
	LintCode code;
	const char *dn;  /* NULL: no entry in particular */
	const char *key; /* the person key; "" if there is none; NULL: as dn */
	const char
		*attribute;  /* the LDAP attribute; of a service the registry's name; may be NULL */
	Role role;           /* ROLE_NONE: no role in particular */
	const char *service; /* of LINT_SERVICE_…: what the service is called; else NULL */
	const char *reason;  /* of LINT_SERVICE_…: a reason_code_name(), or the name of the
			      * finding that lets the person in nowhere; else NULL */
	const char *detail;  /* what else is known, in the language; may be NULL */
	unsigned count;      /* how many persons: 1 where dn is there */
} LintFinding;

/* The sentence about it, service and detail included; language "sv" or "en". Transfer full. */
char *lint_sentence(const LintFinding *finding, const char *language);
