/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any text in every place of every page of ours that a peer, a person or a directory can fill: the
 * markup around it stays what it is with a name that means no harm. */
#include "tests/fuzz/target.h"
#include "tests/unit/page-fixture.h"

#include <string.h>

static Pages *pages;
static char *tame[FIXTURE_PAGES][FIXTURE_LANGS];

static void load(void)
{
	pages = fixture_pages();
	for (gsize i = 0; i < FIXTURE_PAGES; i++)
		for (gsize k = 0; k < FIXTURE_LANGS; k++) {
			g_autoptr(HttpResponse) r =
				fixture_table[i].make(pages, fixture_langs[k], "Mattebok");
			tame[i][k] = fixture_skeleton(fixture_body(r));
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a name of blanks alone is none, and its place is left out */
	g_autofree char *input = g_strndup((const char *)data, size);
	g_autofree char *text = g_strconcat(input, "x", NULL);

	if (!pages)
		load();
	for (gsize i = 0; i < FIXTURE_PAGES; i++)
		for (gsize k = 0; k < FIXTURE_LANGS; k++) {
			g_autoptr(HttpResponse) r =
				fixture_table[i].make(pages, fixture_langs[k], text);
			g_autofree char *markup = fixture_skeleton(fixture_body(r));
			g_assert_cmpstr(markup, ==, tame[i][k]);
			g_assert_true(g_utf8_validate(fixture_body(r), -1, NULL));
			g_assert_cmpstr(http_response_get(r, "Content-Security-Policy"), ==,
					fixture_table[i].csp);
		}
	fuzz_verdict("taken as text");
	return 0;
}
