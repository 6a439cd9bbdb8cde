/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the pages of page.h are made with: texts into a context, and the response around a page. */
#pragma once

#include "idp/page/page.h"

#define CSP_BASE                                                                                   \
	"default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; "           \
	"base-uri 'none'; "
#define CSP_OURS "form-action 'self'"
#define CSP_POST "script-src 'self'; form-action https:"
#define CSP_AWAY "form-action https:"

/* Puts a text of ours, as it is; NULL puts nothing. */
void page_put(GVariantDict *context, const char *key, const char *text);
/* Puts a name from a peer, or a value of the directory, as one line of plain text of at most
 * PAGE_NAME_MAX characters. */
void page_put_name(GVariantDict *context, const char *key, const char *name);
/* Puts a text that the policy or the table of attributes holds, as one line of plain text of at
 * most PAGE_TEXT_MAX characters. */
void page_put_text(GVariantDict *context, const char *key, const char *text);
void page_put_true(GVariantDict *context, const char *key, bool value);
/* What page_put_name() and page_put_text() put. Transfer full. */
char *page_clean(const char *name);
char *page_clean_text(const char *text);

/* The page of a template; of the last resort where it cannot be made. Transfer full. */
HttpResponse *page_respond(const Pages *pages, const char *lang, unsigned status,
			   const char *template, GVariantDict *context, const char *csp);
