/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/step.h"

#include "idp/answer.h"
#include "idp/choice/consent.h"
#include "idp/saml/response.h"
#include "idp/visit-consent.h"
#include "idp/visit-rows.h"

/* Who that is to the world: under which names, and whether they are theirs. */
StepOutcome step_identify(Visit *visit)
{
	const Generation *generation = visit->generation;
	const IdentitySeen seen = {
		.eppn_is_shared = entry_marks(visit->entry) & ENTRY_EPPN_SHARED,
		.asked_at = entry_asked_at(visit->entry),
	};
	visit->person = masterdata_person(generation->masterdata, visit->entry, visit->role);
	visit->identity =
		identity_find(&generation->identities, visit->worker->reader, visit->person,
			      visit->service, &seen, visit->now, &visit->fault);
	return visit->identity ? STEP_ON : STEP_FAULT;
}

StepOutcome step_decide(Visit *visit)
{
	const Circumstances circumstances = visit_circumstances(visit);
	if (visit->service)
		visit->decision = policy_decide(visit->generation->policy, visit->person,
						visit->service, &circumstances);
	return STEP_ON;
}

/* What the person must be told or asked first; then the decision is by what they have said. */
StepOutcome step_consent(Visit *visit)
{
	static const ConsentAt at[ENDPOINTS] = {
		[AT_CONSENT_PAGE] = CONSENT_LOOKED,
		[AT_CONSENT] = CONSENT_SAID,
	};
	HttpResponse *response = visit->service ? visit_consent(visit, at[visit->endpoint]) : NULL;
	if (response)
		return step_end(visit, response);
	return visit->fault ? STEP_FAULT : STEP_ON;
}

static StepOutcome answer_service(Visit *visit)
{
	SamlStamp stamp;
	const Answer answer = {
		.ask = visit->ask,
		.decision = visit->decision,
		.authenticated_at = visit->auth_instant,
	};
	saml_stamp_draw(&stamp, visit->now);
	g_autofree char *message =
		saml_response_login(&visit->generation->identity, &answer, &stamp, &visit->fault);
	if (!message)
		return STEP_FAULT;
	const PagePost post = visit_post(visit, message);
	g_autoptr(HttpResponse) page = page_post(visit->generation->pages, visit->lang, &post);
	/* a page too large to be shown carries no Response, so no row may say that one left */
	if (page->status != 200)
		return step_fail(visit, FAULT_INTERNAL, "the Response is too large for a page");
	if (!visit_keep_given(visit, stamp.response_id))
		return step_fail(visit, FAULT_INTERNAL, "more values than a ledger row takes");
	visit->response_id = g_strdup(stamp.response_id);
	visit->outcome = visit->logged_in ? "login" : "sso";
	return step_end(visit, g_steal_pointer(&page));
}

/* Whether the answer would give the service a persistent name that it has never been given (core
 * 3.4.1.1, AllowCreate). */
static bool makes_name(const Visit *visit)
{
	return visit->decision->subject.attribute &&
	       g_str_equal(visit->decision->subject.attribute->name,
			   identifier_name(IDENTIFIER_PAIRWISE)) &&
	       visit->identity->identifiers[IDENTIFIER_PAIRWISE].news == IDENTITY_NEW;
}

/* Why the service is not open to the person, as they are told. */
static FaultCode refusal(Reason why)
{
	switch (why) {
	case REASON_REFUSED_DECLINED:
		return FAULT_DECLINED;
	case REASON_REFUSED_TOO_YOUNG:
		return FAULT_TOO_YOUNG;
	default:
		return FAULT_NOT_OPEN;
	}
}

StepOutcome step_answer(Visit *visit)
{
	bool open = !visit->decision || visit->decision->outcome == OUTCOME_ANSWERED;
	if (!open && visit->ask->is_passive)
		return step_fail(visit, FAULT_SAML_NO_PASSIVE,
				 "a page is due, and none is allowed");
	visit_keep_session(visit, visit->endpoint == AT_LOGIN || visit->endpoint == AT_ROLE);
	if (!open) {
		Reason why =
			consent_refusal(visit->decision, g_strcmp0(visit->choice, "declined") == 0);
		return step_fail(visit, refusal(why), reason_code_name(why));
	}
	/* the policy may have changed since the request was looked at */
	if (visit->ask && !ask_takes_name(visit->ask, visit->decision->subject.format))
		return step_fail(visit, FAULT_SAML_NAMEID_POLICY,
				 "NameIDPolicy asks for another format than the policy gives now");
	if (visit->ask && visit->ask->no_new_name && makes_name(visit))
		return step_fail(visit, FAULT_SAML_NAMEID_POLICY,
				 "NameIDPolicy does not allow that a persistent name is made");
	if (visit->ask)
		return answer_service(visit);
	visit->outcome = "login";
	return step_end(visit, http_response_redirect(route_path(AT_START)));
}
