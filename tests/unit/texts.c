/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/texts.h"

#include <glib/gstdio.h>
#include <string.h>

#define FOLDER TEST_SRCDIR "/templates"

static void test_choose(void)
{
	static const struct {
		const char *wanted, *accept, *want;
	} rows[] = {
		{NULL, NULL, "sv"},
		{"", "", "sv"},
		{"en", NULL, "en"},
		{"sv", "en", "sv"},
		{"EN", NULL, "en"},
		{"en-GB", NULL, "en"},
		{"se", NULL, "sv"}, /* Northern Sámi */
		{"se", "en", "en"},
		{"enx", NULL, "sv"},
		{"e", NULL, "sv"},
		{"en_GB", NULL, "sv"},
		{"../en", NULL, "sv"},
		{"\"><script>", "en", "en"},
		{"\xff\xfe", NULL, "sv"},
		{NULL, "en", "en"},
		{NULL, "se", "sv"},
		{NULL, "se, fi;q=0.9, en;q=0.8, sv;q=0.7", "en"},
		{NULL, "en;q=0.3,sv;q=0.7", "sv"},
		{NULL, "en-US,en;q=0.9,sv;q=0.8", "en"},
		{NULL, "sv;q=0, en;q=0.1", "en"},
		{NULL, "en;q=0", "sv"},
		{NULL, "en ; q=0.5 , sv ; q=0.4", "en"},
		{NULL, "en;q=x", "sv"},
		{NULL, "en;level=1", "sv"},
		{NULL, "en;q=99999999999999999999", "en"},
		{NULL, "*", "sv"},
		{NULL, "*;q=0.5, en;q=0.4", "en"},
		{NULL, ",,,;;;q=,=,en", "en"},
		{NULL, "zh-Hant-TW-x-private", "sv"},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Texts) texts = texts_load(FOLDER, &error);
	g_autofree char *many = g_strnfill(100000, ',');
	g_autofree char *late = g_strconcat(many, "en", NULL);

	g_assert_no_error(error);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(texts_choose(texts, rows[i].wanted, rows[i].accept), ==,
				rows[i].want);
	g_assert_cmpstr(texts_choose(texts, NULL, late), ==, "sv");
	g_assert_cmpstr(texts_choose(texts, late, NULL), ==, "sv");
}

/* Ours: every language says everything, nothing twice over, in words and not in markup. */
static void test_ours(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Texts) texts = texts_load(FOLDER, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(texts_langs(texts)[0], ==, "en");
	g_assert_cmpstr(texts_langs(texts)[1], ==, "sv");
	g_assert_null(texts_langs(texts)[2]);
	for (size_t i = 0; texts_keys(texts)[i]; i++) {
		const char *key = texts_keys(texts)[i];
		const char *sv = texts_get(texts, "sv", key);
		const char *en = texts_get(texts, "en", key);
		g_assert_nonnull(sv);
		g_assert_nonnull(en);
		if (!*sv || !*en || strchr(sv, '<') || strchr(en, '<') || g_str_equal(sv, en))
			g_error("%s: empty, with markup, or the same in both languages", key);
	}
	g_assert_null(texts_get(texts, "se", "login-title"));
	g_assert_null(texts_get(texts, "sv", "login-nothing"));
}

static void write_file(const char *folder, const char *name, const char *contents)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, contents, -1, NULL));
}

static void test_refused(void)
{
	static const struct {
		const char *name, *sv, *en, *want;
	} rows[] = {
		{"english-lacks", "[a]\nx=1\ny=2\n", "[a]\nx=1\n",
		 "texts.en.ini: the text 'a-y' of texts.sv.ini is missing"},
		{"swedish-lacks", "[a]\nx=1\n", "[a]\nx=1\ny=2\n",
		 "texts.sv.ini: the text 'a-y' of texts.en.ini is missing"},
		{"no-group", "x=1\n", "[a]\nx=1\n", "texts.sv.ini: "},
		{"not-utf-8", "[a]\nx=\xff\n", "[a]\nx=1\n", "texts.sv.ini: [a] x: "},
		{"bad-escape", "[a]\nx=1\\q\n", "[a]\nx=1\n", "texts.sv.ini: [a] x: "},
		{"no-swedish", NULL, "[a]\nx=1\n", "there is no texts.sv.ini"},
	};
	g_autofree char *folder = g_dir_make_tmp("portvakt-texts-XXXXXX", NULL);
	g_autofree char *sv = g_build_filename(folder, "texts.sv.ini", NULL);
	g_autofree char *en = g_build_filename(folder, "texts.en.ini", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_unlink(sv);
		if (rows[i].sv)
			write_file(folder, "texts.sv.ini", rows[i].sv);
		write_file(folder, "texts.en.ini", rows[i].en);
		g_autoptr(Texts) texts = texts_load(folder, &error);
		g_assert_null(texts);
		g_assert_nonnull(error);
		if (!strstr(error->message, rows[i].want))
			g_error("%s: \"%s\" does not say \"%s\"", rows[i].name, error->message,
				rows[i].want);
	}
	g_unlink(sv);
	g_unlink(en);
	g_rmdir(folder);
	g_autoptr(GError) error = NULL;
	g_assert_null(texts_load(folder, &error));
	g_assert_nonnull(error);
}

/* A broken tag in a text: the message says which. */
static void test_broken_tag(void)
{
	g_autofree char *folder = g_dir_make_tmp("portvakt-texts-XXXXXX", NULL);
	g_autofree char *sv = g_build_filename(folder, "texts.sv.ini", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(TemplateSet) set = template_set_new();

	write_file(folder, "texts.sv.ini", "[a]\nx=Hej {{{namn}}}\n");
	write_file(folder, "texts.x.ini", "not read: the language has one letter");
	g_autoptr(Texts) texts = texts_load(folder, &error);
	g_assert_no_error(error);
	g_assert_false(texts_add_to(texts, "sv", set, &error));
	g_assert_true(g_str_has_prefix(error->message, "texts.sv.ini: a-x:1:5: values are always"));
	g_autofree char *other = g_build_filename(folder, "texts.x.ini", NULL);
	g_unlink(other);
	g_unlink(sv);
	g_rmdir(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/texts/choose", test_choose);
	g_test_add_func("/texts/ours", test_ours);
	g_test_add_func("/texts/refused", test_refused);
	g_test_add_func("/texts/broken-tag", test_broken_tag);
	return g_test_run();
}
