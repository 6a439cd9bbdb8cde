/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/visit-page.h"

#include "idp/http/cookie.h"
#include "idp/login/csrf.h"

void visit_know_browser(Visit *visit)
{
	if (!visit->browser)
		visit->browser = cookie_get(visit->request, PENDING_BROWSER_COOKIE);
	if (pending_browser_is_valid(visit->browser))
		return;
	g_free(visit->browser);
	visit->browser = pending_browser_new();
	visit->browser_is_new = true;
}

HttpResponse *visit_login_page(Visit *visit)
{
	const Sealer *sealer = visit->generation->sealer;
	const char *login = visit->password_failed ? form_get(visit->form, "login", NULL) : NULL;
	bool again = visit->pending && visit->pending->purpose == PENDING_LOGIN;
	visit_know_browser(visit);
	g_autofree char *handle =
		again ? g_strdup(visit->handle)
		      : pending_seal(sealer, PENDING_LOGIN, visit->ask, visit->browser, visit->now);
	g_autofree char *csrf = csrf_token(sealer, CSRF_LOGIN, visit->browser, handle);
	const PageLogin page = {
		.service = visit_service_name(visit),
		.handle = handle,
		.csrf = csrf,
		.login = login,
		.failed = visit->password_failed && visit->hold == 0,
		.wait = throttle_seconds(visit->hold),
	};
	return page_login(visit->generation->pages, visit->lang, &page);
}

HttpResponse *visit_role_page(Visit *visit)
{
	const Sealer *sealer = visit->generation->sealer;
	visit->pending->ask = g_steal_pointer(&visit->ask);
	g_autofree char *handle = pending_seal_role(sealer, visit->pending, entry_key(visit->entry),
						    visit->roles, visit->auth_instant, visit->now);
	g_autofree char *csrf = csrf_token(sealer, CSRF_ROLE, visit->browser, handle);
	const PageRole page = {
		.service = visit_service_name(visit),
		.handle = handle,
		.csrf = csrf,
		.roles = visit->roles,
	};
	return page_role(visit->generation->pages, visit->lang, &page);
}

char *visit_logout_token(const Visit *visit)
{
	return csrf_token(visit->generation->sealer, CSRF_LOGOUT, visit->session_cookie, "");
}
