/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pages a person sees, and the static files they use.
 *
 * Everything is read, compiled and rendered once for trial when a generation is loaded, and every
 * fault must have its texts; after that `Pages` is immutable and shared by all threads. Every page
 * works without JavaScript, loads nothing from elsewhere, and carries its own
 * Content-Security-Policy (CSP level 3) beside the headers of http_response_html().
 *
 * Values from peers may hold anything: they are always escaped, invalid UTF-8 is replaced, and
 * from names that are shown control characters, line breaks and marks that turn the direction of
 * the text around are removed, and they are cut at PAGE_NAME_MAX characters.
 *
 * form-action: Chromium applies it to the redirects after a POST too (measured with 156: a POST
 * that the policy allows, to a service that answers 302 to an origin it does not name, is
 * blocked). No POST of ours ends in a redirect to another origin: the login form's POST ends in a
 * page that posts onward, so every form of ours has 'self'. Services do redirect after their ACS,
 * often to another host, so page_post and page_refused, whose only form goes to the proven ACS,
 * allow any https.
 */
#pragma once

#include "idp/http/response.h"
#include "policy/person.h"

#include <stdbool.h>

/* Characters of a name from a peer that a page shows; the longest honest one is some 60. */
#define PAGE_NAME_MAX 120
/* Characters of a purpose or an explanation that a page shows: a line of a policy is no longer, and
 * some of them leave room within TEMPLATE_OUTPUT_MAX. */
#define PAGE_TEXT_MAX 4096

typedef struct Pages Pages;

typedef struct {
	const char *folder;        /* templates, texts.*.ini and static/; NULL: the installed one */
	const char *name_sv;       /* what the school calls its login: "Ekskolans inloggning" */
	const char *name_en;       /* NULL: the Swedish one */
	const char *support_email; /* or NULL: pages then say "ask a grown-up at school" */
} PageOptions;

/* Transfer full. Fails with file:line:column when a template or text is broken. */
Pages *pages_load(const PageOptions *options, GError **error);
Pages *pages_ref(Pages *pages);
void pages_unref(Pages *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pages, pages_unref)

/* See texts_choose(). Transfer none: lives as long as `pages`. */
const char *pages_lang(const Pages *pages, const char *wanted, const char *accept);

/* Every `lang` below is one pages_lang() gave. Every response: transfer full, never NULL. */

typedef struct {
	const char *service; /* display name in the language, or NULL (login for its own sake) */
	const char *handle;  /* bound handle (pending.h); also in the links that switch language */
	const char *csrf;
	const char *login; /* what was typed, shown again after a failed try; or NULL */
	bool failed;       /* "wrong user name or password": never says which */
	unsigned wait;     /* seconds until a password may be tried again; 0: now */
} PageLogin;

/*
 * GET /login, and POST /login after a wrong password (status 200 both), or after so many that one
 * has to wait (status 429 with Retry-After). Form POST /login: handle,
 * csrf, lang, login, password. The other language is GET /login?handle=HANDLE&lang=LANG, so GET
 * /login takes this bound handle as well as the one of a 303.
 */
HttpResponse *page_login(const Pages *pages, const char *lang, const PageLogin *login);

typedef struct {
	const char *service; /* or NULL */
	const char *handle;  /* PENDING_ROLE handle */
	const char *csrf;
	unsigned roles; /* Role bits, two or more */
} PageRole;

/* "Elev eller personal?" Form POST /role: handle, csrf, lang, role = student|staff|guardian. */
HttpResponse *page_role(const Pages *pages, const char *lang, const PageRole *role);

typedef struct {
	const char *acs;           /* https URL from proven metadata */
	const char *saml_response; /* base64 */
	const char *relay_state;   /* or NULL */
	const char *service;       /* display name, or NULL */
} PagePost;

/*
 * The page that posts the SAML Response to the service (SAML bindings 3.5): by a script of ours
 * where scripts run, else by a button. Status 200.
 */
HttpResponse *page_post(const Pages *pages, const char *lang, const PagePost *post);

/*
 * Why nobody is let in, such as "The school has not opened this service for you", by the name and
 * status of a fault; its button posts the Response that says RequestDenied. Nothing on it differs
 * between persons.
 */
HttpResponse *page_refused(const Pages *pages, const char *lang, const PagePost *post,
			   const char *fault, unsigned status, const char *reference);

typedef struct {
	const char *fault;     /* name in the table of idp/fault.h */
	unsigned status;       /* HTTP */
	const char *reference; /* the log line has the same */
	const char *service;   /* display name where the service is proven, or NULL */
	const char *back;      /* https URL of the service's own front, from metadata, or NULL */
	bool try_again;        /* it passes by itself: a 503 says Retry-After */
	const char *retry;     /* path and query of ours that "try again" leads to, or NULL */
} PageFault;

/* What happened, what to do, a way back. */
HttpResponse *page_fault(const Pages *pages, const char *lang, const PageFault *fault);

typedef struct {
	Role role;        /* as what one is logged in; ROLE_NONE: not at all */
	const char *csrf; /* for the log-out button; needed when logged in */
} PageStart;

/* GET / : what this is, whether one is logged in and as what, the button that logs out, which is
 * the way to another role. */
HttpResponse *page_start(const Pages *pages, const char *lang, const PageStart *start);

/* GET /logout: asks first, so that a link elsewhere logs nobody out. POST /logout: csrf, lang. */
HttpResponse *page_logout(const Pages *pages, const char *lang, const char *csrf);

/* After POST /logout. The caller drops the cookie. */
HttpResponse *page_logged_out(const Pages *pages, const char *lang);

/*
 * GET /static/NAME; NULL when there is no such file. `path` is the request's path,
 * `if_none_match` the header or NULL (answered 304 when it names the file's ETag). A name that
 * carries the file's hash may be kept for a year, the plain name is asked again each time.
 */
HttpResponse *page_static(const Pages *pages, const char *path, const char *if_none_match);
