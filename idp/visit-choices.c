/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/visit-choices.h"

#include "idp/identity/continuation.h"
#include "idp/login/csrf.h"
#include "idp/visit-words.h"
#include "policy/day.h"

/* Choices in the role of the session, the latest first; NULL: a fault. */
static GPtrArray *own_choices(Visit *visit, char **ret_person)
{
	g_autoptr(GError) error = NULL;
	StoreReader *reader = visit->worker->reader;
	*ret_person = continuation_of(reader, visit->session->person_key, &error);
	GPtrArray *all = *ret_person ? choice_list(reader, *ret_person, visit->now, &error) : NULL;

	if (!all) {
		visit->fault = g_error_new_literal(FAULT_ERROR, FAULT_STORE_DOWN, error->message);
		return NULL;
	}
	for (guint i = all->len; i > 0; i--)
		if (((const Choice *)all->pdata[i - 1])->role != visit->session->role)
			g_ptr_array_remove_index(all, i - 1);
	return all;
}

static char *date_text(GTimeZone *zone, gint64 time)
{
	return day_text(generation_today(zone, time));
}

static PageSaid page_said(Said said)
{
	static const PageSaid words[] = {
		[SAID_NOTHING] = PAGE_SAID_SEEN,  [SAID_SEEN] = PAGE_SAID_SEEN,
		[SAID_YES] = PAGE_SAID_YES,       [SAID_NO] = PAGE_SAID_NO,
		[SAID_LAPSED] = PAGE_SAID_LAPSED,
	};

	return words[said];
}

/* Whether it was a yes, and is none any more. */
static bool was_agreed(const Choice *choice)
{
	return choice->agreed > 0 && choice->said != SAID_YES;
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
		words_init(&words[i]);
		words_of_choice(&words[i], generation->registry, visit->lang, choice);
		char *date = date_text(generation->zone, choice->time);
		char *agreed =
			was_agreed(choice) ? date_text(generation->zone, choice->agreed) : NULL;
		g_ptr_array_add(dates, date);
		g_ptr_array_add(dates, agreed);
		const PageChoice one = {
			.id = choice->id,
			.said = page_said(choice->said),
			.service = words_in_language(visit->lang, choice->name_sv, choice->name_en),
			.date = date,
			.agreed = agreed,
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
	const ChoiceTime at = {visit->now, visit->generation->choice_keep};
	g_autofree char *url = g_strconcat("/me/choices?lang=", visit->lang, NULL);

	if (!all)
		return NULL;
	for (guint i = 0; i < all->len; i++) {
		if (!is_meant(visit, all->pdata[i]))
			continue;
		StoreCommit *commit = visit_commit(visit);
		session_use(commit, visit->session, &visit->generation->session, visit->now);
		choice_take_back(commit, person, all->pdata[i], &at);
		visit->choice_op = store_commit_ops(commit);
		visit->choice = "taken-back";
		visit->outcome = "page";
		break;
	}
	return http_response_redirect(url);
}
