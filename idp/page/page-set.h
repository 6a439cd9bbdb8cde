/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What pages.c makes and page.c uses: the compiled templates of every language, and the files. */
#pragma once

#include "idp/page/page.h"

/*
 * Renders a template with `context` (emptied) and what every page has: lang, page, name, support,
 * css, icon. NULL and error as template_render(). Transfer full.
 */
char *page_set_render(const Pages *pages, const char *lang, const char *template,
		      GVariantDict *context, GError **error);

/* Adds the links to the same page in the other languages: `url` with `lang` added to its query. */
void page_set_switch(const Pages *pages, GVariantDict *context, const char *lang, const char *url);

/* Transfer none; never NULL for a file that pages_load() demands. */
const char *page_set_asset(const Pages *pages, const char *name);
