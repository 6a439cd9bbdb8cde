/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/step.h"

#include "idp/http/cookie.h"
#include "idp/login/csrf.h"
#include "idp/saml/request.h"

/* A fault of strict HTTP decoding, whose code is a status, as one of ours. */
static StepOutcome fail_http(Visit *visit, const GError *error)
{
	return step_fail(visit, error->code == 413 ? FAULT_HTTP_TOO_LARGE : FAULT_HTTP_BAD_REQUEST,
			 error->message);
}

/* The body of a POST, else the query. */
StepOutcome step_form(Visit *visit)
{
	g_autoptr(GError) error = NULL;
	visit->form = visit->request->method == HTTP_POST ? form_from_body(visit->request, &error)
							  : form_from_query(visit->request, &error);
	if (!visit->form)
		return fail_http(visit, error);
	if (form_has_duplicates(visit->form))
		return step_fail(visit, FAULT_HTTP_BAD_REQUEST, "a form field is there twice");
	visit->lang = pages_lang(visit->generation->pages, form_get(visit->form, "lang", NULL),
				 visit->request->accept_language);
	return STEP_ON;
}

static LassoReader *worker_lasso(VisitWorker *worker, const Generation *generation, GError **error)
{
	if (worker->lasso && worker->serial == generation->serial)
		return worker->lasso;
	g_clear_pointer(&worker->lasso, lasso_reader_free);
	worker->lasso = lasso_reader_new(generation->reader_metadata, error);
	worker->serial = generation->serial;
	return worker->lasso;
}

StepOutcome step_request(Visit *visit)
{
	const SamlContext context = {
		.endpoint = visit->generation->sso_url,
		.entities = visit->generation->entities,
		.lasso = worker_lasso(visit->worker, visit->generation, &visit->fault),
		.policy = visit->generation->policy,
		.now = visit->now,
	};
	if (!context.lasso)
		return STEP_FAULT;
	const char *query = visit->request->query ? visit->request->query : "";
	g_autoptr(SamlRequest) request = visit->form ? saml_request_by_post(&context, visit->form)
						     : saml_request_by_redirect(&context, query);
	visit->ask = g_steal_pointer(&request->ask);
	visit->fault = g_steal_pointer(&request->fault);
	visit->claimed_service = g_steal_pointer(&request->claimed_service);
	/* Nothing but old: the service is known, and signed if it must; people are led back to it.
	 */
	if (g_error_matches(visit->fault, FAULT_ERROR, FAULT_SAML_STALE)) {
		g_clear_pointer(&visit->entity, entity_unref);
		visit->entity = entity_set_find(visit->generation->entities, visit->claimed_service,
						visit->now);
		visit->service = visit->entity ? entity_service(visit->entity, -1) : NULL;
	}
	return visit->fault ? STEP_FAULT : STEP_ON;
}

/* The handle, of the kind the endpoint takes; GET /login without one is a login for its own sake.
 */
StepOutcome step_handle(Visit *visit)
{
	static const PendingPurpose purposes[ENDPOINTS] = {
		[AT_CONTINUE] = PENDING_CONTINUE,    [AT_LOGIN_PAGE] = PENDING_LOGIN,
		[AT_LOGIN] = PENDING_LOGIN,          [AT_ROLE] = PENDING_ROLE,
		[AT_CONSENT_PAGE] = PENDING_CONSENT, [AT_CONSENT] = PENDING_CONSENT,
	};
	visit->browser = cookie_get(visit->request, PENDING_BROWSER_COOKIE);
	visit->handle = g_strdup(form_get(visit->form, "handle", NULL));
	if (!visit->handle && visit->endpoint == AT_LOGIN_PAGE)
		return STEP_ON;
	PendingOutcome outcome =
		pending_open(visit->generation->sealer, purposes[visit->endpoint], visit->handle,
			     visit->browser, visit->now, &visit->pending);
	if (visit->pending)
		visit->ask = g_steal_pointer(&visit->pending->ask);
	switch (outcome) {
	case PENDING_OK:
		return STEP_ON;
	case PENDING_EXPIRED:
		return step_fail(visit, FAULT_LOGIN_EXPIRED, "the page is older than ten minutes");
	case PENDING_OTHER_BROWSER:
		return step_fail(visit, FAULT_LOGIN_OTHER_BROWSER,
				 "the page was made for another browser");
	case PENDING_BROKEN:
		break;
	}
	return step_fail(visit, FAULT_HTTP_BAD_REQUEST, "the handle is none of ours");
}

/* That the POST comes from a page of ours, in the browser the page was made for. */
StepOutcome step_proof(Visit *visit)
{
	static const CsrfPage pages[ENDPOINTS] = {
		[AT_LOGIN] = CSRF_LOGIN,     [AT_ROLE] = CSRF_ROLE,     [AT_CONSENT] = CSRF_CONSENT,
		[AT_CHOICES] = CSRF_CHOICES, [AT_LOGOUT] = CSRF_LOGOUT,
	};
	bool by_session = visit->endpoint == AT_LOGOUT || visit->endpoint == AT_CHOICES;
	visit->session_cookie = cookie_get(visit->request, SESSION_COOKIE);
	if (!csrf_origin_is_own(visit->request->origin, visit->generation->identity.base_url))
		return step_fail(visit, FAULT_LOGIN_ORIGIN, "the Origin header is not our own");
	if (!csrf_token_is_right(visit->generation->sealer, pages[visit->endpoint],
				 by_session ? visit->session_cookie : visit->browser,
				 by_session ? "" : visit->handle,
				 form_get(visit->form, "csrf", NULL)))
		return step_fail(visit, FAULT_LOGIN_ORIGIN, "the form's token is not right");
	return STEP_ON;
}

/* Metadata may have been replaced since a handle was made: service and ACS are looked up afresh. */
StepOutcome step_service(Visit *visit)
{
	if (!visit->ask)
		return STEP_ON;
	g_clear_pointer(&visit->entity, entity_unref);
	visit->entity =
		entity_set_find(visit->generation->entities, visit->ask->service, visit->now);
	if (!visit->entity)
		return step_fail(visit, FAULT_SAML_UNKNOWN_SERVICE,
				 "the service is no longer known");
	visit->service = entity_service(visit->entity, visit->ask->consuming_index);
	if (!entity_choose_acs(visit->entity, visit->ask->return_url, -1, NULL, NULL))
		return step_fail(visit, FAULT_SAML_ACS,
				 "the service no longer answers at that address");
	if (!visit->service)
		return step_fail(visit, FAULT_SAML_UNSUPPORTED,
				 "the service has no AttributeConsumingService of that index");
	return STEP_ON;
}

/* A cross-site POST brings no Lax cookies: go on with a GET, which does. */
StepOutcome step_detour(Visit *visit)
{
	g_autofree char *handle = pending_seal(visit->generation->sealer, PENDING_CONTINUE,
					       visit->ask, NULL, visit->now);
	g_autofree char *url = g_strconcat(route_path(AT_CONTINUE), "?handle=", handle, NULL);
	return step_end(visit, http_response_redirect(url));
}
