/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/step.h"

#include "idp/http/cookie.h"
#include "idp/saml/own-metadata.h"
#include "idp/visit-choices.h"
#include "idp/visit-page.h"

StepOutcome step_start(Visit *visit)
{
	g_autofree char *csrf = visit->session ? visit_logout_token(visit) : NULL;
	const PageStart page = {
		.role = visit->session ? visit->session->role : ROLE_NONE,
		.csrf = csrf,
	};
	return step_end(visit, page_start(visit->generation->pages, visit->lang, &page));
}

StepOutcome step_choices(Visit *visit)
{
	if (!visit->session)
		return step_end(visit, http_response_redirect(route_path(AT_START)));
	HttpResponse *response =
		visit->endpoint == AT_CHOICES ? visit_take_back(visit) : visit_choices(visit);
	return response ? step_end(visit, response) : STEP_FAULT;
}

StepOutcome step_logout_page(Visit *visit)
{
	if (!visit->session)
		return step_end(visit, http_response_redirect(route_path(AT_START)));
	g_autofree char *csrf = visit_logout_token(visit);
	return step_end(visit, page_logout(visit->generation->pages, visit->lang, csrf));
}

StepOutcome step_logout(Visit *visit)
{
	session_drop(visit_commit(visit), visit->session_cookie);
	HttpResponse *response = page_logged_out(visit->generation->pages, visit->lang);
	cookie_clear(response, SESSION_COOKIE);
	visit->outcome = "logout";
	return step_end(visit, response);
}

StepOutcome step_metadata(Visit *visit)
{
	g_autofree char *id = g_strconcat("_", visit->generation->id, NULL);
	GBytes *bytes = own_metadata_build(&visit->generation->identity, visit->now, id, false,
					   &visit->fault);
	return bytes ? step_end(visit,
				http_response_new(200, "application/samlmetadata+xml", bytes))
		     : STEP_FAULT;
}

/* The end of a service's errorURL (REFEDS Error Handling URL 1.0): all of it may be made up. */
StepOutcome step_error(Visit *visit)
{
	static const char *const codes[] = {"IDENTIFICATION_FAILURE", "AUTHENTICATION_FAILURE",
					    "AUTHORIZATION_FAILURE", "OTHER_ERROR", NULL};
	const char *code = form_get(visit->form, "errorurl_code", NULL);
	visit->claimed_service = g_strdup(form_get(visit->form, "errorurl_rp", NULL));
	return step_fail(visit, FAULT_SERVICE_ERROR,
			 code && g_strv_contains(codes, code) ? code
							      : "the service does not say why");
}

StepOutcome step_static(Visit *visit)
{
	HttpResponse *response = page_static(visit->generation->pages, visit->request->path,
					     visit->request->if_none_match);
	return response ? step_end(visit, response)
			: step_fail(visit, FAULT_HTTP_NOT_FOUND, "there is no such file");
}
