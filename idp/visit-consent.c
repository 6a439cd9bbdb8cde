/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/visit-consent.h"

#include "idp/choice/consent.h"
#include "idp/identity/continuation.h"
#include "idp/login/csrf.h"
#include "idp/page/page-choice.h"
#include "idp/visit-page.h"
#include "idp/visit-rows.h"

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

/* ---- what a page says ---- */

static const char *in_language(const char *lang, const char *sv, const char *en)
{
	return g_str_equal(lang, "sv") ? sv : en;
}

/* What is on a page, in its language. */
typedef struct {
	GArray *items;
	GPtrArray *purposes;
	PageMatter page;
} Words;

static void words_init(Words *words)
{
	words->items = g_array_new(FALSE, TRUE, sizeof(PageItem));
	words->purposes = g_ptr_array_new();
	words->page = (PageMatter){words->items, words->purposes};
}

static void words_clear(Words *words)
{
	g_array_unref(words->items);
	g_ptr_array_unref(words->purposes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static void add_item(Words *words, const char *lang, const Attribute *attribute,
		     const GPtrArray *values)
{
	const PageItem item = {
		.label = attribute_label(attribute, lang),
		.explained = attribute_explanation(attribute, lang),
		.values = values,
		.is_secret = attribute->kind == KIND_PERSONAL_NUMBER,
	};

	g_array_append_val(words->items, item);
}

static const PageMatter *words_of(Words *words, const char *lang, const Matter *matter,
				  const Decision *decision)
{
	words_init(words);
	if (!matter)
		return NULL;
	for (guint i = 0; i < matter->attributes->len; i++) {
		const Attribute *attribute = matter->attributes->pdata[i];
		const DecisionRow *row = decision_row(decision, attribute);
		add_item(words, lang, attribute, row ? row->values : NULL);
	}
	for (guint i = 0; i < matter->purposes->len; i++) {
		const Purpose *purpose = &g_array_index(matter->purposes, Purpose, i);
		g_ptr_array_add(words->purposes,
				(gpointer)(guintptr)in_language(lang, purpose->sv, purpose->en));
	}
	return &words->page;
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
	g_autofree char *handle = make_handle(visit, consent);
	g_autofree char *csrf =
		csrf_token(generation->sealer, CSRF_CONSENT, visit->browser, handle);
	const PageConsent page = {
		.service = visit_service_name(visit),
		.handle = handle,
		.csrf = csrf,
		.is_pupil = is_pupil(visit),
		.told = words_of(&told, visit->lang, consent->told, consent->hoped),
		.asked = words_of(&asked, visit->lang, consent->asked, consent->hoped),
		.is_consent = consent->asked && consent->asked->basis &&
			      g_str_has_prefix(consent->asked->basis, "6.1 a"),
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

	if (!consent_hear(consent, visit->pending->id, answer, visit->now))
		return true;
	if (!consent_keep(consent, visit_commit(visit), error))
		return false;
	visit->choice = !consent->heard_asked                    ? "seen"
			: consent->heard_asked->said == SAID_YES ? "agreed"
								 : "declined";
	return true;
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
		.person = visit->person,
		.service = visit->service,
		.circumstances = visit_circumstances(visit),
	};

	if (at != CONSENT_AHEAD && !is_theirs(visit))
		return fail(visit, FAULT_LOGIN_OTHER_PERSON,
			    "the page was made for somebody who is not logged in any more");
	if (visit->decision->page == PAGE_SILENT)
		return NULL;
	g_autoptr(Consent) consent = consent_find(&of, g_steal_pointer(&visit->decision), &error);
	if (!consent || (at == CONSENT_SAID && !hear(visit, consent, &error)))
		return fail(visit, FAULT_STORE_DOWN, error->message);
	HttpResponse *response = consent->told || consent->asked ? due(visit, consent, at) : NULL;
	visit->decision = consent_take_decision(consent);
	return response;
}

/* ---- what was said before ---- */

/* Choices in the role of the session, the latest first; NULL: a fault. */
static GPtrArray *own_choices(Visit *visit, char **ret_person)
{
	g_autoptr(GError) error = NULL;
	StoreReader *reader = visit->worker->reader;
	*ret_person = continuation_of(reader, visit->session->person_key, &error);
	GPtrArray *all = *ret_person ? choice_list(reader, *ret_person, &error) : NULL;

	if (!all) {
		fail(visit, FAULT_STORE_DOWN, error->message);
		return NULL;
	}
	for (guint i = all->len; i > 0; i--)
		if (((const Choice *)all->pdata[i - 1])->role != visit->session->role)
			g_ptr_array_remove_index(all, i - 1);
	return all;
}

static void words_of_choice(Words *words, const char *lang, const Choice *choice)
{
	const GPtrArray *purposes =
		g_str_equal(lang, "sv") ? choice->purposes_sv : choice->purposes_en;

	words_init(words);
	for (guint i = 0; i < choice->attributes->len; i++) {
		const char *name = choice->attributes->pdata[i];
		const Attribute *attribute = attribute_by_name(name);
		/* the school may have had an attribute then that it has no more */
		const PageItem item = {.label =
					       attribute ? attribute_label(attribute, lang) : name};
		g_array_append_val(words->items, item);
	}
	for (guint i = 0; i < purposes->len; i++)
		g_ptr_array_add(words->purposes, purposes->pdata[i]);
}

static char *date_text(GTimeZone *zone, gint64 time)
{
	unsigned day = generation_today(zone, time);

	return g_strdup_printf("%04u-%02u-%02u", day / 10000, day / 100 % 100, day % 100);
}

HttpResponse *visit_choices(Visit *visit)
{
	const Generation *generation = visit->generation;
	g_autofree char *person = NULL;
	g_autoptr(GPtrArray) all = own_choices(visit, &person);
	g_autoptr(GArray) pages = g_array_new(FALSE, TRUE, sizeof(PageChoice));
	g_autoptr(GPtrArray) dates = g_ptr_array_new_with_free_func(g_free);

	if (!all)
		return NULL;
	g_autofree Words *words = g_new0(Words, all->len);
	for (guint i = 0; i < all->len; i++) {
		const Choice *choice = all->pdata[i];
		words_of_choice(&words[i], visit->lang, choice);
		g_ptr_array_add(dates, date_text(generation->zone, choice->time));
		const PageChoice one = {
			.id = choice->id,
			.said = choice->said == SAID_YES  ? PAGE_SAID_YES
				: choice->said == SAID_NO ? PAGE_SAID_NO
							  : PAGE_SAID_SEEN,
			.service = in_language(visit->lang, choice->name_sv, choice->name_en),
			.date = dates->pdata[i],
			.what = words[i].page,
		};
		g_array_append_val(pages, one);
	}
	g_autofree char *csrf =
		csrf_token(generation->sealer, CSRF_CHOICES, visit->session_cookie, "");
	HttpResponse *response = page_choices(generation->pages, visit->lang, pages, csrf);
	for (guint i = 0; i < all->len; i++)
		words_clear(&words[i]);
	return response;
}

/* The form says what the answer was: pressed twice, the button does not go two steps. */
static bool is_meant(const Visit *visit, const Choice *choice)
{
	const char *said = choice->said == SAID_YES ? "yes" : choice->said == SAID_NO ? "no" : "";

	return *said && g_strcmp0(form_get(visit->form, "choice", NULL), choice->id) == 0 &&
	       g_strcmp0(form_get(visit->form, "said", NULL), said) == 0;
}

HttpResponse *visit_take_back(Visit *visit)
{
	g_autofree char *person = NULL;
	g_autoptr(GPtrArray) all = own_choices(visit, &person);
	g_autofree char *url = g_strconcat("/me/choices?lang=", visit->lang, NULL);

	if (!all)
		return NULL;
	for (guint i = 0; i < all->len; i++) {
		if (!is_meant(visit, all->pdata[i]))
			continue;
		StoreCommit *commit = visit_commit(visit);
		session_use(commit, visit->session, &visit->generation->session, visit->now);
		choice_take_back(commit, person, all->pdata[i], visit->now);
		visit->choice_op = store_commit_ops(commit);
		visit->choice = "taken-back";
		visit->outcome = "page";
		break;
	}
	return http_response_redirect(url);
}
