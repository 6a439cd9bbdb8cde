/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a visit leaves behind for good, added to its commit before its answer leaves. Of a visit
 * whose answer came too late the session and the spent ask are taken back; the rest stays, and
 * hurts nobody: the EPPN is its person's as the directory says, and identifiers that nobody got are
 * those that the same person gets the next time.
 */
#pragma once

#include "idp/visit.h"

/* The session that is opened or used, the spent ask, the known browser, that its names are not
 * being renewed, and the EPPN of whom it lets in, whether a service gets it or not. */
void visit_keep_session(Visit *visit, bool is_login);

/* What is given, value by value, with the line of policy that gave it, and the identifiers that are
 * given for the first time. False: more values than a ledger row takes. */
bool visit_keep_given(Visit *visit, const char *response_id);
