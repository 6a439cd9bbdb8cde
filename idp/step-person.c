/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/step.h"

#include <string.h>

#include "idp/http/cookie.h"
#include "idp/limits.h"
#include "idp/visit-page.h"

const char *step_person_key(const Visit *visit)
{
	if (visit->endpoint == AT_ROLE)
		return visit->pending->person_key;
	return visit->session ? visit->session->person_key : NULL;
}

/* A form field, "" when it is absent or there twice: what is missing fails where it is used. */
static const char *field(const Visit *visit, const char *name)
{
	const char *value = form_get(visit->form, name, NULL);
	return value ? value : "";
}

StepOutcome step_session(Visit *visit)
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
		return step_fail(visit, FAULT_STORE_DOWN, error->message);
	if (afresh && visit->session && visit->session->auth_instant < since)
		g_clear_pointer(&visit->session, session_free);
	return STEP_ON;
}

/* Who has logged in in this browser before. Without the store no login can be entered, so it ends
 * here: no password is sent out in vain, and no try counted. */
StepOutcome step_known(Visit *visit)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *cookie = cookie_get(visit->request, KNOWN_COOKIE);
	if (known_find(visit->worker->reader, cookie, visit->now, &visit->known, &error) ==
	    STORE_FAULT)
		return step_fail(visit, FAULT_STORE_DOWN, error->message);
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

StepOutcome step_password(Visit *visit)
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
StepOutcome step_recall(Visit *visit)
{
	const char *key = step_person_key(visit);
	if (key)
		visit->entry = directory_recall(visit->generation->directory, key);
	return STEP_ON;
}

/* Who logged in before is read anew: a role, a marking or a person may have gone. */
StepOutcome step_person(Visit *visit)
{
	DirectoryOutcome outcome =
		directory_read(visit->generation->directory, visit->began, step_person_key(visit),
			       &visit->entry, &visit->fault);
	if (outcome == DIRECTORY_FAULT)
		return STEP_FAULT;
	if (!visit->entry && visit->endpoint == AT_ROLE)
		return step_fail(visit, FAULT_LOGIN_EXPIRED,
				 "the person is gone since the password");
	return STEP_ON;
}

/* The login page, unless somebody is there. */
StepOutcome step_page(Visit *visit)
{
	if (visit->entry)
		return STEP_ON;
	if (visit->ask && visit->ask->is_passive)
		return step_fail(visit, FAULT_SAML_NO_PASSIVE,
				 "nobody is logged in, and no page is allowed");
	return step_end(visit, visit_login_page(visit));
}

/* One role, and which: the session's, the only one, or the one that was chosen. */
StepOutcome step_role(Visit *visit)
{
	visit->roles = masterdata_roles(visit->generation->masterdata, visit->entry);
	if (visit->endpoint == AT_ROLE) {
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
		return step_fail(visit, FAULT_SAML_NO_PASSIVE,
				 "a page is due, and none is allowed");
	if (!visit->roles || visit->endpoint != AT_LOGIN)
		return step_fail(visit, FAULT_LOGIN_NO_ROLE,
				 "the person has no role here, or not that one");
	return step_end(visit, visit_role_page(visit));
}
