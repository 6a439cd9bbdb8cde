/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/visit.h"

#include "idp/http/cookie.h"
#include "idp/limits.h"
#include "idp/log.h"
#include "idp/route.h"
#include "idp/saml/response.h"
#include "metadata/endpoint.h"

Visit *visit_new(HttpExchange *exchange, const HttpRequest *request, Generation *generation,
		 Writer *writer, int *alive, gint64 now)
{
	Visit *visit = g_new0(Visit, 1);
	visit->exchange = exchange;
	visit->request = request;
	visit->generation = generation_ref(generation);
	visit->writer = writer;
	visit->now = now;
	visit->began = g_get_monotonic_time();
	visit->alive = alive;
	g_atomic_int_inc(alive);
	visit->lang = pages_lang(generation->pages, NULL, request->accept_language);
	g_strlcpy(visit->reference, request->reference, sizeof visit->reference);
	return visit;
}

static void visit_free(Visit *visit)
{
	g_clear_pointer(&visit->form, form_free);
	g_free(visit->browser);
	g_free(visit->session_cookie);
	g_clear_pointer(&visit->pending, pending_free);
	g_free(visit->handle);
	g_clear_pointer(&visit->ask, ask_free);
	g_free(visit->claimed_service);
	g_clear_pointer(&visit->entity, entity_unref);
	g_clear_pointer(&visit->session, session_free);
	g_clear_pointer(&visit->known, known_free);
	g_free(visit->known_cookie);
	g_clear_pointer(&visit->entry, entry_unref);
	g_clear_pointer(&visit->person, person_free);
	g_clear_pointer(&visit->identity, identity_free);
	g_clear_pointer(&visit->decision, decision_free);
	g_clear_pointer(&visit->commit, store_commit_free);
	g_clear_pointer(&visit->response, http_response_free);
	g_free(visit->response_id);
	g_clear_error(&visit->fault);
	generation_unref(visit->generation);
	int *alive = visit->alive;
	g_free(visit);
	g_atomic_int_add(alive, -1);
}

const char *visit_service_name(const Visit *visit)
{
	return visit->service ? service_display(visit->service, visit->lang) : NULL;
}

PagePost visit_post(const Visit *visit, const char *message)
{
	return (PagePost){
		.acs = visit->ask->return_url,
		.saml_response = message,
		.relay_state = visit->ask->relay_state,
		.service = visit_service_name(visit),
	};
}

/* One line a login, a refusal or a fault; nothing for a page that was only looked at. Whoever can
 * do without a right password can do it without end. */
static void visit_log(const Visit *visit, unsigned status, gint64 took)
{
	const Fault *fault = visit->fault ? fault_of(visit->fault) : NULL;
	g_autofree char *http = g_strdup_printf("%u", status);
	g_autofree char *duration = g_strdup_printf("%" G_GINT64_FORMAT, took / 1000);
	if (!fault && !visit->outcome)
		return;
	const LogField fields[] = {
		{"reference", visit->reference},
		{"huvudman", huvudman_name(visit->huvudman)},
		{"endpoint", route_name(visit->endpoint)},
		{"outcome", fault ? fault->name : visit->outcome},
		{"choice", visit->choice},
		{"error", fault ? visit->fault->message : NULL},
		{"status", http},
		{"service", visit->ask ? visit->ask->service : NULL},
		{"claimed_service", visit->ask ? NULL : visit->claimed_service},
		{"response_id", visit->response_id},
		{"generation", visit->generation->id},
		{"milliseconds", duration},
		{NULL, NULL},
	};
	if (fault)
		log_peer_event(fault->log, "refused", fault->name, fields);
	else if (visit->password_failed)
		log_peer_event(G_LOG_LEVEL_INFO, "answered", visit->outcome, fields);
	else
		log_event(G_LOG_LEVEL_INFO, "answered", fields);
}

static void visit_count(const Visit *visit, gint64 took)
{
	if (!visit->tally)
		return;
	tally_choice(visit->tally, visit->choice);
	if (visit->fault)
		tally_fault(visit->tally, visit->endpoint, fault_of(visit->fault)->code);
	else
		tally_outcome(visit->tally, visit->endpoint,
			      visit->hold              ? TALLY_HELD
			      : visit->password_failed ? TALLY_NOT_LOGGED_IN
						       : tally_outcome_of(visit->outcome),
			      took);
}

/* What was entered for an answer that nobody got is taken back, so that its person can try again;
 * but for the ledger, which may tell of more than left, and never of less. */
static void undo_late(Visit *visit)
{
	if (!visit->durable || (!visit->logged_in && !visit->spent_op))
		return;
	StoreCommit *commit = store_commit_new(visit->now, NULL, NULL);
	if (visit->spent_op) {
		g_autofree char *id = pending_id_text(visit->pending);
		store_drop(commit, STORE_SPENT_ASK, id);
	}
	if (visit->logged_in)
		session_drop(commit, visit->session->token);
	if (!writer_push(visit->writer, &commit))
		store_commit_free(commit);
}

static void visit_send(gpointer data)
{
	Visit *visit = data;
	gint64 took = g_get_monotonic_time() - visit->request->received;
	unsigned status = visit->response->status;
	bool claimed = http_exchange_claim(visit->exchange);
	if (!claimed) {
		status = fault_row(FAULT_STORE_SLOW)->http;
		undo_late(visit);
		if (!visit->fault)
			visit->fault = g_error_new_literal(
				FAULT_ERROR, visit->durable ? FAULT_STORE_SLOW : FAULT_HTTP_TIMEOUT,
				"the answer came too late: its browser was told to try again");
	}
	if (visit->browser_is_new)
		cookie_set(visit->response, PENDING_BROWSER_COOKIE, visit->browser, COOKIE_SESSION);
	if (visit->logged_in)
		cookie_set(visit->response, SESSION_COOKIE, visit->session->token, COOKIE_SESSION);
	if (visit->logged_in && visit->known_cookie)
		cookie_set(visit->response, KNOWN_COOKIE, visit->known_cookie, KNOWN_LIFE);
	visit_log(visit, status, took);
	visit_count(visit, took);
	http_exchange_settle(visit->exchange, claimed, g_steal_pointer(&visit->response));
	visit_free(visit);
}

HttpResponse *visit_fault_page(const Generation *generation, FaultCode code, const char *reference,
			       const char *accept_language)
{
	const Fault *fault = fault_row(code);
	const PageFault page = {
		.fault = fault->name,
		.status = fault->http,
		.reference = reference,
		.try_again = fault->try_again,
	};
	return page_fault(generation->pages, pages_lang(generation->pages, NULL, accept_language),
			  &page);
}

/* Where to try again: the same page, or, by its handle, the one whose form was sent, if it has the
 * address that the form is sent to; NULL: nowhere. */
static char *retry_path(const HttpRequest *request, const char *handle)
{
	if (request->method == HTTP_GET)
		return g_strconcat(request->path, request->query ? "?" : NULL, request->query,
				   NULL);
	return handle ? g_strconcat(request->path, "?handle=", handle, NULL) : NULL;
}

static bool has_own_page(const char *path)
{
	return g_str_equal(path, "/login") || g_str_equal(path, "/consent");
}

HttpResponse *visit_late_page(const Generation *generation, FaultCode code,
			      const HttpRequest *request)
{
	const Fault *fault = fault_row(code);
	g_autoptr(Form) form = request->method == HTTP_POST ? form_from_body(request, NULL)
							    : form_from_query(request, NULL);
	const char *lang = form ? form_get(form, "lang", NULL) : NULL;
	const char *handle =
		form && has_own_page(request->path) ? form_get(form, "handle", NULL) : NULL;
	g_autofree char *retry = fault->try_again ? retry_path(request, handle) : NULL;
	const PageFault page = {
		.fault = fault->name,
		.status = fault->http,
		.reference = request->reference,
		.try_again = fault->try_again,
		.retry = retry,
	};
	return page_fault(generation->pages,
			  pages_lang(generation->pages, lang, request->accept_language), &page);
}

/* The service's own site: by its metadata, also where the ask may not be answered; or NULL. */
static char *back_url(const Visit *visit)
{
	const Endpoint *acs = NULL;
	if (visit->ask)
		return endpoint_origin(visit->ask->return_url);
	if (visit->entity)
		acs = entity_choose_acs(visit->entity, NULL, -1, NULL, NULL);
	return acs ? endpoint_origin(acs->location) : NULL;
}

static HttpResponse *fault_page(const Visit *visit, const Fault *fault)
{
	g_autofree char *back = back_url(visit);
	bool own = visit->pending && has_own_page(visit->request->path);
	g_autofree char *retry =
		fault->try_again ? retry_path(visit->request, own ? visit->handle : NULL) : NULL;
	const PageFault page = {
		.fault = fault->name,
		.status = fault->http,
		.reference = visit->reference,
		.service = visit_service_name(visit),
		.back = back,
		.try_again = fault->try_again,
		.retry = retry,
	};
	return page_fault(visit->generation->pages, visit->lang, &page);
}

/* The fault whose texts a person should read before the service is told; NULL: none. */
static const char *told_before(const Fault *fault)
{
	switch (fault->code) {
	case FAULT_LOGIN_NO_ROLE:
		return fault_row(FAULT_NOT_OPEN)->name;
	case FAULT_NOT_OPEN:
	case FAULT_DECLINED:
	case FAULT_TOO_YOUNG:
	case FAULT_EPPN_SHARED:
	case FAULT_EPPN_TAKEN:
	case FAULT_IDENTIFIER_LOST:
		return fault->name;
	default:
		return NULL;
	}
}

/* The fault as a signed status, posted to the service; our own page first where a person should
 * read why. NULL when it cannot be signed. */
static HttpResponse *fault_post(Visit *visit, const Fault *fault)
{
	SamlStamp stamp;
	g_autoptr(GError) error = NULL;
	saml_stamp_draw(&stamp, visit->now);
	g_autofree char *message = saml_response_fault(&visit->generation->identity, visit->ask,
						       fault->code, &stamp, &error);
	if (!message) {
		log_error(G_LOG_LEVEL_WARNING, "cannot sign a status", error);
		return NULL;
	}
	const PagePost post = visit_post(visit, message);
	const char *told = told_before(fault);
	visit->response_id = g_strdup(stamp.response_id);
	if (told && !visit->ask->is_passive)
		return page_refused(visit->generation->pages, visit->lang, &post, told, fault->http,
				    visit->reference);
	return page_post(visit->generation->pages, visit->lang, &post);
}

static void visit_render_fault(Visit *visit)
{
	const Fault *fault = fault_of(visit->fault);
	HttpResponse *response = NULL;
	if (fault->saml && visit->ask)
		response = fault_post(visit, fault);
	g_clear_pointer(&visit->response, http_response_free);
	visit->response = response ? response : fault_page(visit, fault);
}

/* Which condition did not hold, by the operation's number plus one: what a race was lost for. */
static FaultCode conflict(const Visit *visit, unsigned op, unsigned last, const char **message)
{
	if (op == visit->names_op) {
		*message = "since this visit found EPPN and identifiers they are being renewed";
		return FAULT_PERSON_CHANGING;
	}
	if (op == visit->eppn_op) {
		*message = "somebody else with this EPPN was let in just now; see `portvakt eppn "
			   "show', and `portvakt eppn adopt' if it is the same human";
		return FAULT_EPPN_TAKEN;
	}
	if (visit->given_op && op >= visit->given_op && op <= last) {
		*message = "another visit gave an identifier first: the next try finds it";
		return FAULT_STORE_SLOW;
	}
	if (op == visit->choice_op) {
		*message = "the answer was changed in another tab just now";
		return FAULT_STORE_SLOW;
	}
	if (visit->said_op && op >= visit->said_op && op <= visit->said_last) {
		*message = "what the person has said was changed just now: the next try finds it";
		return FAULT_STORE_SLOW;
	}
	if (visit->spent_op)
		return op == visit->spent_op ? FAULT_LOGIN_SPENT : FAULT_INTERNAL;
	return FAULT_LOGIN_EXPIRED; /* logged out while this answer was made */
}

/* In the writer's thread: the rows are durable, or are not there at all. */
static void committed(StoreCommit *commit, const StoreResult *result, gpointer data)
{
	Visit *visit = data;
	const char *message = "the commit was refused";
	FaultCode code = FAULT_NONE;
	if (result->outcome == STORE_CAPPED)
		code = FAULT_HTTP_BUSY;
	else if (result->outcome == STORE_CONFLICT)
		code = conflict(visit, result->op + 1, store_commit_ops(commit), &message);
	else if (result->outcome == STORE_UNWANTED)
		code = FAULT_STORE_SLOW;
	else if (result->outcome != STORE_OK)
		code = FAULT_STORE_DOWN;
	if (code != FAULT_NONE) {
		visit_fail(visit, code, result->error ? result->error->message : message);
		return;
	}
	visit->durable = true;
	visit_send(visit);
}

/* In the writer's thread too, before anything is written: rows of what will never leave are not. */
static bool still_waited_for(gpointer data)
{
	const Visit *visit = data;
	return http_exchange_is_open(visit->exchange);
}

StoreCommit *visit_commit(Visit *visit)
{
	if (!visit->commit)
		visit->commit = store_commit_new(visit->now, committed, visit);
	return visit->commit;
}

void visit_finish(Visit *visit)
{
	/* A refused login logs its fault and yet has rows: the session that was opened. */
	if (visit->fault && !visit->response)
		visit_render_fault(visit);
	g_assert(visit->response && !(visit->commit && visit->not_before));
	if (visit->not_before > g_get_monotonic_time()) {
		delay_push(visit->delay, visit->not_before, visit_send, visit);
		return;
	}
	if (!visit->commit) {
		visit_send(visit);
		return;
	}
	StoreCommit *commit = g_steal_pointer(&visit->commit);
	store_commit_while(commit, still_waited_for);
	http_exchange_answer_by(visit->exchange,
				g_get_monotonic_time() +
					LIMIT_STORE_COMMIT_MS * G_TIME_SPAN_MILLISECOND,
				FAULT_STORE_SLOW);
	if (!writer_push(visit->writer, &commit)) {
		store_commit_free(commit);
		visit_fail(visit, FAULT_HTTP_BUSY, "the writer's queue is full");
	}
}

void visit_fail(Visit *visit, FaultCode code, const char *message)
{
	g_clear_error(&visit->fault);
	g_clear_pointer(&visit->commit, store_commit_free);
	g_clear_pointer(&visit->response, http_response_free);
	g_clear_pointer(&visit->response_id, g_free);
	visit->logged_in = false;
	visit->fault = g_error_new_literal(FAULT_ERROR, (int)code, message);
	visit_render_fault(visit);
	visit_send(visit);
}
