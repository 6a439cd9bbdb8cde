/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/store/store.h"

/*
 * What a lint asks the store: whose an EPPN has been (idp/identity/eppn.h). key: the person key of
 * who has it in the directory now. After a fault of the store every answer is no, and `error` says
 * why: look at it before a report is called complete.
 */
typedef struct {
	StoreReader *reader; /* borrowed */
	GError *error;
} LintStore;

/* data: a LintStore. Is the EPPN somebody else's? */
bool lint_store_is_taken(const char *eppn, const char *key, gpointer data);

/* Is it theirs, and were they let in with it before they became protected? */
bool lint_store_was_open(const char *eppn, const char *key, gpointer data);
