/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/flow.h"

#include "idp/step.h"

/* clang-format off */
#define X true
#define o false
#define W LANE_WORKER
#define D LANE_DIRECTORY
static const struct {
	const char *name;
	Lane lane;
	StepOutcome (*run)(Visit *visit);
	bool at[ENDPOINTS];
} steps[] = {
/*                                          sso       log  in        con  sent      choi ces  log  out
 *                                     sso  post cont page post role page post home page post page post meta err  file */
{"form",        W, step_form,        { o,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   o,   X,   o }},
{"request",     W, step_request,     { X,   X,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o }},
{"handle",      W, step_handle,      { o,   o,   X,   X,   X,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"proof",       W, step_proof,       { o,   o,   o,   o,   X,   X,   o,   X,   o,   o,   X,   o,   X,   o,   o,   o }},
{"service",     W, step_service,     { X,   o,   X,   X,   X,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"detour",      W, step_detour,      { o,   X,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o }},
{"session",     W, step_session,     { X,   o,   X,   o,   o,   o,   X,   X,   X,   X,   X,   X,   o,   o,   o,   o }},
{"known",       W, step_known,       { o,   o,   o,   o,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o }},
{"password",    D, step_password,    { o,   o,   o,   o,   X,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o }},
{"recall",      W, step_recall,      { X,   o,   X,   o,   o,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"person",      D, step_person,      { X,   o,   X,   o,   o,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"page",        W, step_page,        { X,   o,   X,   X,   X,   o,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"role",        W, step_role,        { X,   o,   X,   o,   X,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"identify",    W, step_identify,    { X,   o,   X,   o,   X,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"decide",      W, step_decide,      { X,   o,   X,   o,   X,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"consent",     W, step_consent,     { X,   o,   X,   o,   X,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"answer",      W, step_answer,      { X,   o,   X,   o,   X,   X,   X,   X,   o,   o,   o,   o,   o,   o,   o,   o }},
{"start",       W, step_start,       { o,   o,   o,   o,   o,   o,   o,   o,   X,   o,   o,   o,   o,   o,   o,   o }},
{"choices",     W, step_choices,     { o,   o,   o,   o,   o,   o,   o,   o,   o,   X,   X,   o,   o,   o,   o,   o }},
{"logout-page", W, step_logout_page, { o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   X,   o,   o,   o,   o }},
{"logout",      W, step_logout,      { o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   X,   o,   o,   o }},
{"metadata",    W, step_metadata,    { o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   X,   o,   o }},
{"error",       W, step_error,       { o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   X,   o }},
{"static",      W, step_static,      { o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   o,   X }},
};
#undef X
#undef o
#undef W
#undef D
/* clang-format on */

/* The only reason to wait for the directory: somebody to look up who has not been looked up. */
static bool step_waits(const Visit *visit, Lane lane)
{
	return lane == LANE_WORKER || visit->endpoint == AT_LOGIN ||
	       (!visit->entry && step_person_key(visit));
}

bool flow_run(Visit *visit, Lane lane)
{
	for (; visit->step < G_N_ELEMENTS(steps); visit->step++) {
		if (!steps[visit->step].at[visit->endpoint] ||
		    !step_waits(visit, steps[visit->step].lane))
			continue;
		if (steps[visit->step].lane != lane)
			return false;
		if (!http_exchange_is_open(visit->exchange)) {
			/* its browser has been told to try again: nothing may be entered or leave
			 */
			visit_fail(visit, FAULT_HTTP_TIMEOUT,
				   "the answer would have come too late");
			return true;
		}
		StepOutcome outcome = steps[visit->step].run(visit);
		g_assert((outcome == STEP_FAULT) == (visit->fault != NULL));
		g_assert((outcome == STEP_ANSWERED) == (visit->response != NULL));
		if (outcome == STEP_ON)
			continue;
		visit_finish(visit);
		return true;
	}
	g_assert_not_reached();
}
