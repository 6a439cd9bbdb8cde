/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/flow.h"

#include <string.h>

#include "idp/answer.h"
#include "idp/choice/consent.h"
#include "idp/http/cookie.h"
#include "idp/limits.h"
#include "idp/login/csrf.h"
#include "idp/login/known.h"
#include "idp/login/throttle.h"
#include "idp/saml/own-metadata.h"
#include "idp/saml/request.h"
#include "idp/saml/response.h"
#include "idp/visit-choices.h"
#include "idp/visit-consent.h"
#include "idp/visit-page.h"
#include "idp/visit-rows.h"

enum {
	/* clang-format off */
	SSO, SSO_POST, CONTINUE, LOGIN_PAGE, LOGIN, ROLE, CONSENT_PAGE, CONSENT, START, CHOICES_PAGE, CHOICES,
	LOGOUT_PAGE, LOGOUT, METADATA, ERROR, STATIC,
	ENDPOINTS
	/* clang-format on */
};

/* By what a request shows that somebody is on the way already. */
typedef enum {
	TICKET_NONE,
	TICKET_SESSION, /* the session cookie */
	TICKET_BROWSER, /* the cookie that came with a login page */
	TICKET_HANDLE,  /* a handle in the query */
} Ticket;

/* clang-format off */
static const struct {
	const char *name;
	HttpMethod method;
	const char *path; /* one that ends in '/' and is longer than that serves all below it */
	Ticket ticket;
} endpoints[ENDPOINTS] = {
	[SSO]          = {"sso",          HTTP_GET,  "/saml/sso",      TICKET_SESSION},
	[SSO_POST]     = {"sso-post",     HTTP_POST, "/saml/sso",      TICKET_NONE}, /* no Lax cookies */
	[CONTINUE]     = {"continue",     HTTP_GET,  "/saml/continue", TICKET_HANDLE},
	[LOGIN_PAGE]   = {"login-page",   HTTP_GET,  "/login",         TICKET_HANDLE},
	[LOGIN]        = {"login",        HTTP_POST, "/login",         TICKET_BROWSER},
	[ROLE]         = {"role",         HTTP_POST, "/role",          TICKET_BROWSER},
	[CONSENT_PAGE] = {"consent-page", HTTP_GET,  "/consent",       TICKET_HANDLE},
	[CONSENT]      = {"consent",      HTTP_POST, "/consent",       TICKET_BROWSER},
	[START]        = {"start",        HTTP_GET,  "/",              TICKET_SESSION},
	[CHOICES_PAGE] = {"choices-page", HTTP_GET,  "/me/choices",    TICKET_SESSION},
	[CHOICES]      = {"choices",      HTTP_POST, "/me/choices",    TICKET_SESSION},
	[LOGOUT_PAGE]  = {"logout-page",  HTTP_GET,  "/logout",        TICKET_SESSION},
	[LOGOUT]       = {"logout",       HTTP_POST, "/logout",        TICKET_SESSION},
	[METADATA]     = {"metadata",     HTTP_GET,  "/saml/metadata", TICKET_NONE},
	[ERROR]        = {"error",        HTTP_GET,  "/error",         TICKET_NONE},
	[STATIC]       = {"static",       HTTP_GET,  "/static/",       TICKET_BROWSER},
};

typedef enum { STEP_FAULT = 0, STEP_ON, STEP_ANSWERED } StepOutcome;

static StepOutcome step_form(Visit *visit), step_request(Visit *visit), step_handle(Visit *visit),
	step_proof(Visit *visit), step_service(Visit *visit), step_detour(Visit *visit),
	step_session(Visit *visit), step_known(Visit *visit), step_password(Visit *visit),
	step_recall(Visit *visit), step_person(Visit *visit), step_page(Visit *visit),
	step_role(Visit *visit), step_identify(Visit *visit), step_decide(Visit *visit),
	step_consent(Visit *visit), step_answer(Visit *visit), step_start(Visit *visit),
	step_choices(Visit *visit), step_logout_page(Visit *visit), step_logout(Visit *visit),
	step_metadata(Visit *visit), step_error(Visit *visit), step_static(Visit *visit);

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

/* Whom the visit is about, by person key; NULL: nobody yet. */
static const char *person_key(const Visit *visit)
{
	if (visit->endpoint == ROLE)
		return visit->pending->person_key;
	return visit->session ? visit->session->person_key : NULL;
}

/* The only reason to wait for the directory: somebody to look up who has not been looked up. */
static bool step_waits(const Visit *visit, Lane lane)
{
	return lane == LANE_WORKER || visit->endpoint == LOGIN ||
	       (!visit->entry && person_key(visit));
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

bool flow_route(const HttpRequest *request, unsigned *ret_endpoint, FaultCode *ret_fault)
{
	*ret_fault = FAULT_HTTP_NOT_FOUND;
	*ret_endpoint = ENDPOINTS;
	for (unsigned i = 0; i < ENDPOINTS; i++) {
		const char *path = endpoints[i].path;
		bool whole = path[1] == '\0' || !g_str_has_suffix(path, "/");
		if (whole ? !g_str_equal(request->path, path)
			  : !g_str_has_prefix(request->path, path))
			continue;
		*ret_fault = FAULT_HTTP_METHOD;
		*ret_endpoint = i;
		/* a HEAD would enter in the ledger what nobody is sent */
		if (endpoints[i].method == request->method &&
		    !(request->is_head && (i == SSO || i == CONTINUE || i == CONSENT_PAGE)))
			return true;
	}
	return false;
}

bool flow_has_ticket(const HttpRequest *request, unsigned endpoint)
{
	g_autofree char *cookie = NULL;
	g_assert(endpoint < ENDPOINTS);
	switch (endpoints[endpoint].ticket) {
	case TICKET_NONE:
		break;
	case TICKET_SESSION:
		cookie = cookie_get(request, SESSION_COOKIE);
		return session_token_is_valid(cookie);
	case TICKET_BROWSER:
		cookie = cookie_get(request, PENDING_BROWSER_COOKIE);
		return pending_browser_is_valid(cookie);
	case TICKET_HANDLE:
		return request->query && (g_str_has_prefix(request->query, "handle=") ||
					  strstr(request->query, "&handle="));
	}
	return false;
}

const char *flow_endpoint_name(unsigned endpoint)
{
	return endpoint < ENDPOINTS ? endpoints[endpoint].name : NULL;
}

gsize flow_body_limit(HttpMethod method, const char *path)
{
	return method == HTTP_POST && g_str_equal(path, endpoints[SSO_POST].path)
		       ? LIMIT_HTTP_BODY_SAML
		       : 0;
}

static StepOutcome fail(Visit *visit, FaultCode code, const char *message)
{
	visit->fault = g_error_new_literal(FAULT_ERROR, (int)code, message);
	return STEP_FAULT;
}

/* A fault of strict HTTP decoding, whose code is a status, as one of ours. */
static StepOutcome fail_http(Visit *visit, const GError *error)
{
	return fail(visit, error->code == 413 ? FAULT_HTTP_TOO_LARGE : FAULT_HTTP_BAD_REQUEST,
		    error->message);
}

static StepOutcome answered(Visit *visit, HttpResponse *response)
{
	visit->response = response;
	return STEP_ANSWERED;
}

/* A form field, "" when it is absent or there twice: what is missing fails where it is used. */
static const char *field(const Visit *visit, const char *name)
{
	const char *value = form_get(visit->form, name, NULL);
	return value ? value : "";
}

/* ---- what was sent ---- */

/* The body of a POST, else the query. */
static StepOutcome step_form(Visit *visit)
{
	g_autoptr(GError) error = NULL;
	visit->form = visit->request->method == HTTP_POST ? form_from_body(visit->request, &error)
							  : form_from_query(visit->request, &error);
	if (!visit->form)
		return fail_http(visit, error);
	if (form_has_duplicates(visit->form))
		return fail(visit, FAULT_HTTP_BAD_REQUEST, "a form field is there twice");
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

static StepOutcome step_request(Visit *visit)
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
static StepOutcome step_handle(Visit *visit)
{
	static const PendingPurpose purposes[ENDPOINTS] = {
		[CONTINUE] = PENDING_CONTINUE,    [LOGIN_PAGE] = PENDING_LOGIN,
		[LOGIN] = PENDING_LOGIN,          [ROLE] = PENDING_ROLE,
		[CONSENT_PAGE] = PENDING_CONSENT, [CONSENT] = PENDING_CONSENT,
	};
	visit->browser = cookie_get(visit->request, PENDING_BROWSER_COOKIE);
	visit->handle = g_strdup(form_get(visit->form, "handle", NULL));
	if (!visit->handle && visit->endpoint == LOGIN_PAGE)
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
		return fail(visit, FAULT_LOGIN_EXPIRED, "the page is older than ten minutes");
	case PENDING_OTHER_BROWSER:
		return fail(visit, FAULT_LOGIN_OTHER_BROWSER,
			    "the page was made for another browser");
	case PENDING_BROKEN:
		break;
	}
	return fail(visit, FAULT_HTTP_BAD_REQUEST, "the handle is none of ours");
}

/* That the POST comes from a page of ours, in the browser the page was made for. */
static StepOutcome step_proof(Visit *visit)
{
	static const CsrfPage pages[ENDPOINTS] = {
		[LOGIN] = CSRF_LOGIN,     [ROLE] = CSRF_ROLE,     [CONSENT] = CSRF_CONSENT,
		[CHOICES] = CSRF_CHOICES, [LOGOUT] = CSRF_LOGOUT,
	};
	bool by_session = visit->endpoint == LOGOUT || visit->endpoint == CHOICES;
	visit->session_cookie = cookie_get(visit->request, SESSION_COOKIE);
	if (!csrf_origin_is_own(visit->request->origin, visit->generation->identity.base_url))
		return fail(visit, FAULT_LOGIN_ORIGIN, "the Origin header is not our own");
	if (!csrf_token_is_right(visit->generation->sealer, pages[visit->endpoint],
				 by_session ? visit->session_cookie : visit->browser,
				 by_session ? "" : visit->handle,
				 form_get(visit->form, "csrf", NULL)))
		return fail(visit, FAULT_LOGIN_ORIGIN, "the form's token is not right");
	return STEP_ON;
}

/* Metadata may have been replaced since a handle was made: service and ACS are looked up afresh. */
static StepOutcome step_service(Visit *visit)
{
	if (!visit->ask)
		return STEP_ON;
	g_clear_pointer(&visit->entity, entity_unref);
	visit->entity =
		entity_set_find(visit->generation->entities, visit->ask->service, visit->now);
	if (!visit->entity)
		return fail(visit, FAULT_SAML_UNKNOWN_SERVICE, "the service is no longer known");
	visit->service = entity_service(visit->entity, visit->ask->consuming_index);
	if (!entity_choose_acs(visit->entity, visit->ask->return_url, -1, NULL, NULL))
		return fail(visit, FAULT_SAML_ACS, "the service no longer answers at that address");
	if (!visit->service)
		return fail(visit, FAULT_SAML_UNSUPPORTED,
			    "the service has no AttributeConsumingService of that index");
	return STEP_ON;
}

/* A cross-site POST brings no Lax cookies: go on with a GET, which does. */
static StepOutcome step_detour(Visit *visit)
{
	g_autofree char *handle = pending_seal(visit->generation->sealer, PENDING_CONTINUE,
					       visit->ask, NULL, visit->now);
	g_autofree char *url = g_strconcat(endpoints[CONTINUE].path, "?handle=", handle, NULL);
	return answered(visit, http_response_redirect(url));
}

/* ---- who is there ---- */

static StepOutcome step_session(Visit *visit)
{
	g_autoptr(GError) error = NULL;
	bool afresh = visit->ask && visit->ask->force_authn;
	/* when who comes from a page of ours has proved presence for this ask */
	gint64 since = visit->pending ? visit->pending->auth_instant : 0;
	g_free(visit->session_cookie);
	visit->session_cookie = cookie_get(visit->request, SESSION_COOKIE);
	if (afresh && !since)
		return STEP_ON;
	if (session_find(visit->worker->reader, visit->session_cookie, &visit->generation->session,
			 visit->now, &visit->session, &error) == STORE_FAULT)
		return fail(visit, FAULT_STORE_DOWN, error->message);
	if (afresh && visit->session && visit->session->auth_instant < since)
		g_clear_pointer(&visit->session, session_free);
	return STEP_ON;
}

/* Who has logged in in this browser before. Without the store no login can be entered, so it ends
 * here: no password is sent out in vain, and no try counted. */
static StepOutcome step_known(Visit *visit)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *cookie = cookie_get(visit->request, KNOWN_COOKIE);
	if (known_find(visit->worker->reader, cookie, visit->now, &visit->known, &error) ==
	    STORE_FAULT)
		return fail(visit, FAULT_STORE_DOWN, error->message);
	return STEP_ON;
}

/* Asked when it is known whose password it would be: one that is held is not tried. */
static bool may_try(const char *person_key, gpointer data)
{
	Visit *visit = data;
	bool known = person_key && known_has(visit->known, person_key);
	const ThrottleWho who = {
		.person = person_key,
		.login = field(visit, "login"),
		.browser = known ? known_token(visit->known) : NULL,
		.peer = visit->request->peer,
	};
	visit->hold =
		throttle_admit(visit->throttle, &who, g_get_monotonic_time() / 1000, &visit->try);
	return visit->hold == 0;
}

static StepOutcome step_password(Visit *visit)
{
	const char *login = field(visit, "login");
	const char *password = field(visit, "password");
	g_autofree char *trimmed = g_strstrip(g_strdup(login));
	const DirectoryGate gate = {may_try, visit};
	DirectoryOutcome outcome = directory_login(
		visit->generation->directory, visit->began, trimmed, strlen(trimmed), password,
		strlen(password), &gate, &visit->entry, &visit->fault);
	if (outcome == DIRECTORY_FOUND)
		throttle_right(visit->throttle, &visit->try);
	if (outcome == DIRECTORY_FAULT) {
		throttle_give_back(visit->throttle, &visit->try);
		return STEP_FAULT;
	}
	visit->auth_instant = visit->now;
	visit->password_failed = outcome != DIRECTORY_FOUND;
	if (visit->password_failed) {
		visit->outcome = directory_outcome_name(outcome);
		/* from the end of the body on, which may come as slowly as somebody likes */
		visit->not_before = visit->began + LIMIT_LOGIN_FAILED_MS * G_TIME_SPAN_MILLISECOND;
	}
	return STEP_ON;
}

/* Who was read a moment ago need not be read again, and is let in while the directory is away. */
static StepOutcome step_recall(Visit *visit)
{
	const char *key = person_key(visit);
	if (key)
		visit->entry = directory_recall(visit->generation->directory, key);
	return STEP_ON;
}

/* Who logged in before is read anew: a role, a marking or a person may have gone. */
static StepOutcome step_person(Visit *visit)
{
	DirectoryOutcome outcome = directory_read(visit->generation->directory, visit->began,
						  person_key(visit), &visit->entry, &visit->fault);
	if (outcome == DIRECTORY_FAULT)
		return STEP_FAULT;
	if (!visit->entry && visit->endpoint == ROLE)
		return fail(visit, FAULT_LOGIN_EXPIRED, "the person is gone since the password");
	return STEP_ON;
}

/* The login page, unless somebody is there. */
static StepOutcome step_page(Visit *visit)
{
	if (visit->entry)
		return STEP_ON;
	if (visit->ask && visit->ask->is_passive)
		return fail(visit, FAULT_SAML_NO_PASSIVE,
			    "nobody is logged in, and no page is allowed");
	return answered(visit, visit_login_page(visit));
}

/* One role, and which: the session's, the only one, or the one that was chosen. */
static StepOutcome step_role(Visit *visit)
{
	visit->roles = masterdata_roles(visit->generation->masterdata, visit->entry);
	if (visit->endpoint == ROLE) {
		visit->role = role_by_name(field(visit, "role"));
		visit->auth_instant = visit->pending->auth_instant;
	} else if (visit->session) {
		visit->role = visit->session->role;
		visit->auth_instant = visit->session->auth_instant;
	} else if (visit->roles && !(visit->roles & (visit->roles - 1))) {
		visit->role = (Role)visit->roles;
	}
	if (visit->role & visit->roles)
		return STEP_ON;
	/* by session, a role that the school has taken away since */
	if (visit->ask && visit->ask->is_passive)
		return fail(visit, FAULT_SAML_NO_PASSIVE, "a page is due, and none is allowed");
	if (!visit->roles || visit->endpoint != LOGIN)
		return fail(visit, FAULT_LOGIN_NO_ROLE,
			    "the person has no role here, or not that one");
	return answered(visit, visit_role_page(visit));
}

/* ---- what leaves ---- */

/* Who that is to the world: under which names, and whether they are theirs. */
static StepOutcome step_identify(Visit *visit)
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

static StepOutcome step_decide(Visit *visit)
{
	const Circumstances circumstances = visit_circumstances(visit);
	if (visit->service)
		visit->decision = policy_decide(visit->generation->policy, visit->person,
						visit->service, &circumstances);
	return STEP_ON;
}

/* What the person must be told or asked first; then the decision is by what they have said. */
static StepOutcome step_consent(Visit *visit)
{
	static const ConsentAt at[ENDPOINTS] = {
		[CONSENT_PAGE] = CONSENT_LOOKED,
		[CONSENT] = CONSENT_SAID,
	};
	HttpResponse *response = visit->service ? visit_consent(visit, at[visit->endpoint]) : NULL;
	if (response)
		return answered(visit, response);
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
		return fail(visit, FAULT_INTERNAL, "the Response is too large for a page");
	if (!visit_keep_given(visit, stamp.response_id))
		return fail(visit, FAULT_INTERNAL, "more values than a ledger row takes");
	visit->response_id = g_strdup(stamp.response_id);
	visit->outcome = visit->logged_in ? "login" : "sso";
	return answered(visit, g_steal_pointer(&page));
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

static StepOutcome step_answer(Visit *visit)
{
	bool open = !visit->decision || visit->decision->outcome == OUTCOME_ANSWERED;
	if (!open && visit->ask->is_passive)
		return fail(visit, FAULT_SAML_NO_PASSIVE, "a page is due, and none is allowed");
	visit_keep_session(visit, visit->endpoint == LOGIN || visit->endpoint == ROLE);
	if (!open) {
		Reason why =
			consent_refusal(visit->decision, g_strcmp0(visit->choice, "declined") == 0);
		return fail(visit, refusal(why), reason_code_name(why));
	}
	/* the policy may have changed since the request was looked at */
	if (visit->ask && !ask_takes_name(visit->ask, visit->decision->subject.format))
		return fail(visit, FAULT_SAML_NAMEID_POLICY,
			    "NameIDPolicy asks for another format than the policy gives now");
	if (visit->ask && visit->ask->no_new_name && makes_name(visit))
		return fail(visit, FAULT_SAML_NAMEID_POLICY,
			    "NameIDPolicy does not allow that a persistent name is made");
	if (visit->ask)
		return answer_service(visit);
	visit->outcome = "login";
	return answered(visit, http_response_redirect(endpoints[START].path));
}

/* ---- the other endpoints ---- */

static StepOutcome step_start(Visit *visit)
{
	g_autofree char *csrf = visit->session ? visit_logout_token(visit) : NULL;
	const PageStart page = {
		.role = visit->session ? visit->session->role : ROLE_NONE,
		.csrf = csrf,
	};
	return answered(visit, page_start(visit->generation->pages, visit->lang, &page));
}

static StepOutcome step_choices(Visit *visit)
{
	if (!visit->session)
		return answered(visit, http_response_redirect(endpoints[START].path));
	HttpResponse *response =
		visit->endpoint == CHOICES ? visit_take_back(visit) : visit_choices(visit);
	return response ? answered(visit, response) : STEP_FAULT;
}

static StepOutcome step_logout_page(Visit *visit)
{
	if (!visit->session)
		return answered(visit, http_response_redirect(endpoints[START].path));
	g_autofree char *csrf = visit_logout_token(visit);
	return answered(visit, page_logout(visit->generation->pages, visit->lang, csrf));
}

static StepOutcome step_logout(Visit *visit)
{
	session_drop(visit_commit(visit), visit->session_cookie);
	HttpResponse *response = page_logged_out(visit->generation->pages, visit->lang);
	cookie_clear(response, SESSION_COOKIE);
	visit->outcome = "logout";
	return answered(visit, response);
}

static StepOutcome step_metadata(Visit *visit)
{
	g_autofree char *id = g_strconcat("_", visit->generation->id, NULL);
	GBytes *bytes = own_metadata_build(&visit->generation->identity, visit->now, id, false,
					   &visit->fault);
	return bytes ? answered(visit,
				http_response_new(200, "application/samlmetadata+xml", bytes))
		     : STEP_FAULT;
}

/* The end of a service's errorURL (REFEDS Error Handling URL 1.0): all of it may be made up. */
static StepOutcome step_error(Visit *visit)
{
	static const char *const codes[] = {"IDENTIFICATION_FAILURE", "AUTHENTICATION_FAILURE",
					    "AUTHORIZATION_FAILURE", "OTHER_ERROR", NULL};
	const char *code = form_get(visit->form, "errorurl_code", NULL);
	visit->claimed_service = g_strdup(form_get(visit->form, "errorurl_rp", NULL));
	return fail(visit, FAULT_SERVICE_ERROR,
		    code && g_strv_contains(codes, code) ? code : "the service does not say why");
}

static StepOutcome step_static(Visit *visit)
{
	HttpResponse *response = page_static(visit->generation->pages, visit->request->path,
					     visit->request->if_none_match);
	return response ? answered(visit, response)
			: fail(visit, FAULT_HTTP_NOT_FOUND, "there is no such file");
}
