/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The colours of the style sheet, light and dark, against WCAG 2.1: 1.4.3 (text, 4.5:1) and 1.4.11
 * (borders and focus, 3:1). */
#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define STYLE_SHEET TEST_SRCDIR "/templates/static/portvakt.css"

static const struct {
	const char *front, *behind;
	double least;
} pairs[] = {
	{"ink", "card", 4.5},       {"ink", "wall", 4.5},          {"quiet", "card", 4.5},
	{"quiet", "wall", 4.5},     {"door", "card", 4.5},         {"door", "wall", 4.5},
	{"on-door", "door", 4.5},   {"on-door", "door-deep", 4.5}, {"door-deep", "card", 4.5},
	{"door-deep", "wall", 4.5}, {"alert", "alert-wall", 4.5},  {"line", "card", 3},
	{"alert", "card", 3},       {"focus", "card", 3},          {"focus", "wall", 3},
};

/* The 24 bits of `--name: #rrggbb;` in a block. */
static guint64 colour(const char *block, const char *name)
{
	g_autofree char *begin = g_strdup_printf("--%s: #", name);
	const char *at = strstr(block, begin);
	char *end = NULL;

	g_assert_nonnull(at);
	at += strlen(begin);
	guint64 value = g_ascii_strtoull(at, &end, 16);
	g_assert_true(end == at + 6 && *end == ';');
	return value;
}

static double channel(guint64 value)
{
	double c = (double)(value & 0xff) / 255;

	return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(guint64 value)
{
	return 0.2126 * channel(value >> 16) + 0.7152 * channel(value >> 8) +
	       0.0722 * channel(value);
}

static double contrast(guint64 a, guint64 b)
{
	double la = luminance(a), lb = luminance(b);

	return (MAX(la, lb) + 0.05) / (MIN(la, lb) + 0.05);
}

static void test_contrast(void)
{
	g_autofree char *css = NULL;
	unsigned schemes = 0;

	g_assert_cmpfloat_with_epsilon(contrast(0x000000, 0xffffff), 21, 0.001);
	g_assert_true(g_file_get_contents(STYLE_SHEET, &css, NULL, NULL));
	for (const char *p = css; (p = strstr(p, ":root {")); schemes++) {
		g_autofree char *block = g_strndup(p, strcspn(p, "}"));
		for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
			double got = contrast(colour(block, pairs[i].front),
					      colour(block, pairs[i].behind));
			if (got < pairs[i].least)
				g_error("scheme %u: %s on %s is %.2f:1, not %.1f:1", schemes,
					pairs[i].front, pairs[i].behind, got, pairs[i].least);
		}
		p += strlen(":root {");
	}
	g_assert_cmpuint(schemes, ==, 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/style/contrast", test_contrast);
	return g_test_run();
}
