/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/lint-finding.h"
#include "idp/masterdata/lint-services.h"
#include "idp/masterdata/masterdata.h"

/*
 * How good the school's masterdata are: entries in, one after the other, findings out. No network,
 * no files, no clock; belongs to one thread. Memory grows by some hundred bytes for each entry.
 *
 * Nothing that is told depends on whether somebody is protected: a protected person yields the
 * findings of an ordinary one, and the finding that a marking cannot be read depends on whether it
 * can be read and not on what it or a group says. But LINT_ROTATE, which is for those who may know.
 * Whoever walks keeps the values that speak of protected persons (DirectoryWalkOptions).
 */

/* Called for each finding, as soon as it is known. */
typedef void (*LintTell)(const LintFinding *finding, gpointer data);

typedef struct {
	const Masterdata *masterdata;
	const char *const *scopes; /* the domains the school owns, NULL-terminated */
	const char *language;      /* of details: "sv" or "en" */
	const char *person_key;    /* the LDAP attribute with the person key */
	unsigned today;            /* yyyymmdd */
	bool eppn_elsewhere;       /* those of the directory are not what is released */
	/* Has the store seen the EPPN with somebody else than who has that person key? NULL: no
	 * store is asked. */
	bool (*is_taken)(const char *eppn, const char *key, gpointer data);
	/* Has the store seen it with this person before they became protected? NULL: is not told.
	 */
	bool (*was_open)(const char *eppn, const char *key, gpointer data);
	gpointer store;
	LintServices *services; /* what services are asked about; NULL: none. Borrowed */
	LintTell tell;
	gpointer data; /* of tell */
} LintOptions;

typedef struct Lint Lint;

/* options: copied; what it points to must live as long. Transfer full. */
Lint *lint_new(const LintOptions *options);
void lint_free(Lint *lint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lint, lint_free)

/* An entry that could log in: with the values of the person key among its attributes, and "" for
 * its key where it has not exactly one that is usable. */
void lint_entry(Lint *lint, const DirectoryEntry *entry);

/* What can be told only when everybody was seen. Once, at the end; also of a walk that was cut off.
 */
void lint_finish(Lint *lint);

/* How many entries were seen. */
guint lint_size(const Lint *lint);
