/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What we will say to a service that a person let themselves into: protocol-neutral, borrowed from
 * the visit that makes it. The values that leave are those of the decision's rows and no others.
 */
#pragma once

#include "idp/ask.h"
#include "policy/decision.h"
#include <glib.h>

typedef struct {
	const Ask *ask;
	const Decision *decision; /* its outcome is OUTCOME_ANSWERED */
	gint64 authenticated_at;  /* when the person proved presence, unix seconds */
	gint64 session_until;     /* when the session ends for certain; 0: not told */
} Answer;
