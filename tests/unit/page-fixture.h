/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages of our own templates: each with any text in every place that a peer can fill. */
#pragma once

#include "idp/page/page-choice.h"

#define FIXTURE_TEMPLATES TEST_SRCDIR "/templates"
#define FIXTURE_LANGS     2
#define FIXTURE_PAGES     16

extern const char *const fixture_langs[FIXTURE_LANGS];

typedef struct {
	const char *name;
	HttpResponse *(*make)(const Pages *pages, const char *lang,
			      const char *x); /* x: the text */
	unsigned status;
	const char *csp;  /* what the page's form may reach */
	bool runs_script; /* no page but the one that posts onward does */
} FixturePage;

extern const FixturePage fixture_table[FIXTURE_PAGES];

/* Those of "Ekskolans inloggning"; fails the test if they do not load. Transfer full. */
Pages *fixture_pages(void);

/* What a page is about, with that text in every place; to be cleared. */
typedef struct {
	GPtrArray *values, *purposes;
	GArray *items;
	PageMatter page;
} FixtureMatter;
void fixture_matter_init(FixtureMatter *matter, const char *text);
void fixture_matter_clear(FixtureMatter *matter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FixtureMatter, fixture_matter_clear)

/* The page's text; transfer none. */
const char *fixture_body(const HttpResponse *response);

/* What is markup in a page: its tags with the names of their attributes, without any value or
 * text. A value that gets out of its place changes it. Transfer full. */
char *fixture_skeleton(const char *html);
