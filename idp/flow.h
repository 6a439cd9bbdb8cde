/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The life of a request: a table of steps (step.h) and endpoints (route.h). Read flow.c first.
 *
 * A visit passes the steps that its endpoint has, in order, until one answers it or finds a
 * fault. A step runs in its lane: the worker lane computes, the directory lane waits for LDAP.
 */
#pragma once

#include "idp/visit.h"

typedef enum { LANE_WORKER, LANE_DIRECTORY } Lane;

/*
 * Runs the visit's steps in this lane. True: the visit is finished and gone. False: its next step
 * belongs to the other lane, and the visit is still the caller's.
 */
bool flow_run(Visit *visit, Lane lane);
