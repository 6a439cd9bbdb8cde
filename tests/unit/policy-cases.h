/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/unit/policy-fixture.h"

/* Broken policies as tables: each is refused, and says where and what was probably meant. */

/* Everything but what a case is about. */
#define TO      "to service \"https://x\"; "
#define FOR     "for student; "
#define GIVE    "give mail; "
#define BECAUSE "silent; because \"x\" }"
#define REST    FOR GIVE BECAUSE
#define WHOLE   TO REST
/* What is printed in the place of what should not be. */
#define HIDDEN "\xef\xbf\xbd"
#define SAYS   " release \"X\" { "

typedef struct {
	const char *name, *text, *marked, *want;
} Case;

/* The message of an error, without its place and the quoted line. */
static inline char *cases_message(const GError *error)
{
	g_auto(GStrv) parts = g_strsplit(error->message, ":", 4);

	g_assert_cmpuint(g_strv_length(parts), ==, 4);
	*strchr(parts[3], '\n') = '\0';
	return g_strdup(parts[3] + 1);
}

/* marked: what is marked in the quoted line. want: the message after `t.policy:LINE:COLUMN: `. Most
 * texts begin on line 2, for on line 1 stands `policy 1; `. */
static inline void case_test(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(c->text, NULL, 0, &error);
	g_auto(GStrv) lines = NULL;
	g_autofree char *marked = NULL, *got = NULL;
	unsigned column, width;

	g_assert_null(policy);
	g_assert_true(error->domain == POLICY_ERROR);
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	g_assert_true(g_str_has_prefix(error->message, "t.policy:"));
	got = cases_message(error);
	g_assert_cmpstr(got, ==, c->want);
	lines = g_strsplit(error->message, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), ==, 3);
	column = (unsigned)g_ascii_strtoull(strchr(strchr(lines[0], ':') + 1, ':') + 1, NULL, 10);
	width = (unsigned)strlen(strchr(lines[2], '^'));
	marked = g_utf8_substring(lines[1], 4 + column - 1,
				  MIN(4 + column - 1 + width, g_utf8_strlen(lines[1], -1)));
	g_assert_cmpstr(marked, ==, c->marked);
	g_assert_cmpint(strcspn(lines[2], "^"), ==, 4 + column - 1);
}

static inline void cases_add(const char *folder, const Case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s", folder, cases[i].name);

		g_test_add_data_func(path, &cases[i], case_test);
	}
}
