/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The steps of flow.c's table, which says at which endpoints and in which order they run. Each adds
 * to the visit what it has learnt, and leans on what those before it have. For flow.c and the files
 * of steps alone.
 */
#pragma once

#include "idp/route.h"
#include "idp/visit.h"

typedef enum {
	STEP_FAULT = 0, /* visit->fault says which */
	STEP_ON,
	STEP_ANSWERED, /* visit->response is the answer */
} StepOutcome;

/* step-request.c: what was sent, and that it may be looked at. */
StepOutcome step_form(Visit *visit);
StepOutcome step_request(Visit *visit);
StepOutcome step_handle(Visit *visit);
StepOutcome step_proof(Visit *visit);
StepOutcome step_service(Visit *visit);
StepOutcome step_detour(Visit *visit);

/* step-person.c: who is there, and as what. */
StepOutcome step_session(Visit *visit);
StepOutcome step_known(Visit *visit);
StepOutcome step_password(Visit *visit);
StepOutcome step_recall(Visit *visit);
StepOutcome step_person(Visit *visit);
StepOutcome step_page(Visit *visit);
StepOutcome step_role(Visit *visit);

/* Whom the visit is about, by person key; NULL: nobody yet. Transfer none. */
const char *step_person_key(const Visit *visit);

/* step-release.c: what leaves. */
StepOutcome step_identify(Visit *visit);
StepOutcome step_decide(Visit *visit);
StepOutcome step_consent(Visit *visit);
StepOutcome step_answer(Visit *visit);

/* step-own.c: the endpoints where no service asks. */
StepOutcome step_start(Visit *visit);
StepOutcome step_choices(Visit *visit);
StepOutcome step_logout_page(Visit *visit);
StepOutcome step_logout(Visit *visit);
StepOutcome step_metadata(Visit *visit);
StepOutcome step_error(Visit *visit);
StepOutcome step_static(Visit *visit);

/* Ends a step with a fault. `message` is for the log. */
static inline StepOutcome step_fail(Visit *visit, FaultCode code, const char *message)
{
	visit->fault = g_error_new_literal(FAULT_ERROR, (int)code, message);
	return STEP_FAULT;
}

/* Ends a step with the answer (transfer full). */
static inline StepOutcome step_end(Visit *visit, HttpResponse *response)
{
	visit->response = response;
	return STEP_ANSWERED;
}
