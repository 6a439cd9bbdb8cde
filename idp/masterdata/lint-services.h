/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/identity/identity.h"
#include "idp/masterdata/lint-finding.h"
#include "idp/masterdata/lint-people.h"
#include "idp/masterdata/masterdata.h"
#include "policy/policy.h"

/*
 * Who will fail to log in to some services, and why: each person in each of their roles is decided
 * on as the flow does, with the identifiers that a login would give them (identity_find(),
 * policy_decide()). Nothing is written.
 *
 * Listed by name is who fails because of masterdata, as an ordinary person would: whether somebody
 * is protected changes nothing about it. Whom no rule lets in is counted, and a protected person
 * is one of those (not-for-person, whatever a rule for protected persons gives). Listing them would
 * be a list of the protected.
 */
typedef struct LintServices LintServices;

#define LINT_SERVICES_MAX 64 /* each person has a bit for each */

typedef struct {
	const Policy *policy;
	const Masterdata *masterdata;
	const IdentityRules *identities;
	StoreReader *reader;       /* NULL: there is no store yet */
	gint64 now;                /* seconds since 1970 */
	unsigned today;            /* yyyymmdd */
	const char *level;         /* the one that people prove; NULL: none */
	const char *language;      /* "sv" or "en" */
	const GPtrArray *services; /* const Service *, at most LINT_SERVICES_MAX */
	void (*tell)(const LintFinding *finding, gpointer data);
	gpointer data;
} LintServicesOptions;

/* options: copied; what it points to must live as long. Transfer full. */
LintServices *lint_services_new(const LintServicesOptions *options);
void lint_services_free(LintServices *services);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LintServices, lint_services_free)

/* Decides on somebody. number: of people, growing from call to call. shut_out: the
 * finding that lets them in nowhere, or LINT_CODES. */
void lint_services_person(LintServices *services, const LintPeople *people, guint number,
			  const DirectoryEntry *entry, LintCode shut_out);

/* Somebody who was decided on turns out to be let in nowhere. */
void lint_services_shut_out(LintServices *services, const LintPeople *people, guint number,
			    LintCode shut_out);

/* Tells what was counted. */
void lint_services_finish(LintServices *services);

/* Why the store could not be asked about somebody; NULL: it could. Transfer none. */
const GError *lint_services_error(const LintServices *services);
