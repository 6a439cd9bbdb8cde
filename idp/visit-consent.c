/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/visit-consent.h"

#include "idp/choice/consent.h"
#include "idp/identity/continuation.h"
#include "idp/login/csrf.h"
#include "idp/visit-page.h"
#include "idp/visit-rows.h"
#include "idp/visit-words.h"

/* From that age on the words are those for grown-ups. */
#define ADULT 18

static HttpResponse *fail(Visit *visit, FaultCode code, const char *message)
{
	visit->fault = g_error_new_literal(FAULT_ERROR, (int)code, message);
	return NULL;
}

Circumstances visit_circumstances(const Visit *visit)
{
	const Generation *generation = visit->generation;
	unsigned today = generation_today(generation->zone, visit->now);
	unsigned age = (unsigned)config_number(generation->config, "consent", "age");

	return (Circumstances){
		.today = today,
		.level = assurance_of_password(generation->assurance),
		.too_young = consent_is_too_young(visit->person, age, today),
	};
}

/* ---- the page ---- */

/* The handle of the page that is due. Transfer full. */
static char *make_handle(Visit *visit, const Consent *consent)
{
	uint8_t print[CONSENT_PRINT_BYTES];

	G_STATIC_ASSERT(CONSENT_PRINT_BYTES == PENDING_ID_BYTES);
	consent_print(consent, print);
	visit_know_browser(visit);
	return pending_seal_consent(visit->generation->sealer, visit->ask, visit->browser,
				    visit->person->key, visit->role, visit->auth_instant, print,
				    visit->now);
}

static bool is_pupil(const Visit *visit)
{
	const Circumstances now = visit_circumstances(visit);

	return consent_is_too_young(visit->person, ADULT, now.today);
}

static HttpResponse *show(Visit *visit, const Consent *consent)
{
	const Generation *generation = visit->generation;
	g_auto(Words) told, asked;
	const Matter *to_tell = consent->told, *to_ask = consent->asked;
	g_autofree char *handle = make_handle(visit, consent);
	g_autofree char *csrf =
		csrf_token(generation->sealer, CSRF_CONSENT, visit->browser, handle);
	words_init(&told);
	words_init(&asked);
	if (to_tell)
		words_of_matter(&told, visit->lang, consent, to_tell);
	if (to_ask)
		words_of_matter(&asked, visit->lang, consent, to_ask);
	const PageConsent page = {
		.service = visit_service_name(visit),
		.handle = handle,
		.csrf = csrf,
		.is_pupil = is_pupil(visit),
		.told = to_tell ? &told.page : NULL,
		.asked = to_ask ? &asked.page : NULL,
		.is_consent = to_ask && to_ask->is_consent,
		.lets_in = consent->lets_in,
		.too_young = consent->too_young
				     ? (unsigned)config_number(generation->config, "consent", "age")
				     : 0,
	};
	return page_consent(generation->pages, visit->lang, &page);
}

/* Whoever is led away leaves what they did so far behind for good: a login, an answer. */
static HttpResponse *lead(Visit *visit, const Consent *consent, ConsentAt at)
{
	bool is_login = visit->pending && (visit->pending->purpose == PENDING_LOGIN ||
					   visit->pending->purpose == PENDING_ROLE);
	g_autofree char *handle = make_handle(visit, consent);
	g_autofree char *url = g_strconcat("/consent?handle=", handle, "&lang=", visit->lang, NULL);

	if (is_login || at == CONSENT_SAID)
		visit_keep_session(visit, is_login);
	visit->outcome = is_login ? "login" : "page";
	if (!visit->choice)
		visit->choice = consent->asked ? "asked" : "told";
	return http_response_redirect(url);
}

static HttpResponse *due(Visit *visit, const Consent *consent, ConsentAt at)
{
	if (visit->ask->is_passive)
		return fail(visit, FAULT_SAML_NO_PASSIVE, "a page is due, and none is allowed");
	return at == CONSENT_LOOKED ? show(visit, consent) : lead(visit, consent, at);
}

/* The attack prevented: what one person was shown is answered as another, who has logged in in the
 * same browser since. */
static bool is_theirs(const Visit *visit)
{
	return visit->session &&
	       g_str_equal(visit->pending->person_key, visit->session->person_key) &&
	       visit->pending->roles == visit->session->role;
}

/* False: a fault of the store. */
static bool hear(Visit *visit, Consent *consent, GError **error)
{
	const char *answer = form_get(visit->form, "answer", NULL);

	if (!consent_hear(consent, visit->pending->id, answer, visit->lang))
		return true;
	if (!consent_keep(consent, visit_commit(visit), error))
		return false;
	visit->choice = !consent->heard_asked                    ? "seen"
			: consent->heard_asked->said == SAID_YES ? "agreed"
								 : "declined";
	return true;
}

/* The visit goes on by what was said before. */
static HttpResponse *use(Visit *visit, const Consent *consent)
{
	/* nothing is entered of a question that nobody sees refused */
	if (visit->ask->is_passive && consent_decision(consent)->outcome != OUTCOME_ANSWERED)
		return NULL;
	StoreCommit *commit = visit_commit(visit);
	visit->said_op = store_commit_ops(commit) + 1;
	consent_use(consent, commit);
	visit->said_last = store_commit_ops(commit);
	return NULL;
}

HttpResponse *visit_consent(Visit *visit, ConsentAt at)
{
	const Generation *generation = visit->generation;
	g_autoptr(GError) error = NULL;
	const ConsentCase of = {
		.policy = generation->policy,
		.key = generation->ledger_key,
		.reader = visit->worker->reader,
		.zone = generation->zone,
		.identity = visit->identity->person,
		.lang = visit->lang,
		.person = visit->person,
		.service = visit->service,
		.circumstances = visit_circumstances(visit),
		.at = {visit->now, generation->choice_keep},
	};

	if (at != CONSENT_AHEAD && !is_theirs(visit))
		return fail(visit, FAULT_LOGIN_OTHER_PERSON,
			    "the page was made for somebody who is not logged in any more");
	if (visit->decision->page == PAGE_SILENT)
		return NULL;
	g_autoptr(Consent) consent = consent_find(&of, g_steal_pointer(&visit->decision), &error);
	if (!consent || (at == CONSENT_SAID && !hear(visit, consent, &error)))
		return fail(visit, FAULT_STORE_DOWN, error->message);
	HttpResponse *response =
		consent->told || consent->asked ? due(visit, consent, at) : use(visit, consent);
	visit->decision = consent_take_decision(consent);
	return response;
}
