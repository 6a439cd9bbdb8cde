/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What loads as pages, and what does not: templates, texts and static files of a folder. */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/unit/page-fixture.h"

static void lint_template(const char *name, const char *source)
{
	bool in_tag = false, in_quotes = false;

	for (const char *p = source; *p; p++) {
		if (in_tag && *p == '"')
			in_quotes = !in_quotes;
		else if (!in_tag && *p == '<')
			in_tag = true;
		else if (in_tag && !in_quotes && *p == '>')
			in_tag = false;
		/* a value in an attribute without quotes is not safe, escaped or not */
		if (in_tag && !in_quotes && g_str_has_prefix(p, "{{") && !strchr("#^/", p[2]))
			g_error("%s: a value outside of quotes at \"%.40s\"", name, p);
		if (in_tag && *p == '\'')
			g_error("%s: single quotes at \"%.40s\"", name, p);
		/* step over the tag, whose '>' (of a partial) is not markup */
		if (g_str_has_prefix(p, "{{"))
			p = strstr(p, "}}") + 1;
	}
	g_assert_false(in_tag);
}

static void test_templates(void)
{
	g_autoptr(GDir) dir = g_dir_open(FIXTURE_TEMPLATES, 0, NULL);
	const char *name;
	unsigned seen = 0;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(FIXTURE_TEMPLATES, name, NULL);
		g_autofree char *source = NULL;
		if (!g_str_has_suffix(name, ".html"))
			continue;
		g_assert_true(g_file_get_contents(path, &source, NULL, NULL));
		lint_template(name, source);
		seen++;
	}
	g_assert_cmpuint(seen, >=, 12);
}

/* A copy of our templates, in which the test breaks one thing. */
static char *copy_templates(void)
{
	char *folder = g_dir_make_tmp("portvakt-page-XXXXXX", NULL);
	g_autofree char *statics = g_build_filename(folder, "static", NULL);
	const char *const subs[] = {"", "static"};

	g_assert_cmpint(g_mkdir(statics, 0700), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *from = g_build_filename(FIXTURE_TEMPLATES, subs[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
		const char *name;
		while ((name = g_dir_read_name(dir))) {
			g_autofree char *source = g_build_filename(from, name, NULL);
			g_autofree char *target = g_build_filename(folder, subs[i], name, NULL);
			g_autofree char *contents = NULL;
			gsize length;
			if (!g_file_test(source, G_FILE_TEST_IS_REGULAR))
				continue;
			g_assert_true(g_file_get_contents(source, &contents, &length, NULL));
			g_assert_true(g_file_set_contents(target, contents, (gssize)length, NULL));
		}
	}
	return folder;
}

static void remove_templates(const char *folder)
{
	const char *const subs[] = {"static", ""};

	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *path = g_build_filename(folder, subs[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
		const char *name;
		while ((name = g_dir_read_name(dir))) {
			g_autofree char *file = g_build_filename(path, name, NULL);
			g_unlink(file);
		}
		g_rmdir(path);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *file, *contents, *want; /* contents NULL: the file is taken away */
	} rows[] = {
		{"login.html", "<h1>\n<p title=\"{{{name}}}\">",
		 "login.html:2:11: values are always"},
		{"login.html", "{{#a}}", "login.html:1:1: the section 'a' is never closed"},
		{"login.html", "{{>hed}}",
		 "login.html:1:1: there is no template or text called 'hed'"},
		{"login.html", "{{>*nix}}", "login.html:1:1: '*nix' names no template or text"},
		{"login.html", "{{>login}}", "nested more than 32 deep"},
		{"login.html", "\xff", "login.html:1:1: a template is UTF-8"},
		{"login.html", NULL, "the template 'login' is missing"},
		{"texts.en.ini", "[login]\ntitle=x\n", "texts.en.ini: the text '"},
		{"texts.sv.ini", NULL, "there is no texts.sv.ini"},
		{"login-title.html", "x",
		 "there already is a template or text called 'login-title'"},
		{"static/post.js", NULL, "'static/post.js' is missing"},
		{"static/post.map", "{}", "post.map: a static file is called by"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *folder = copy_templates();
		g_autofree char *path = g_build_filename(folder, rows[i].file, NULL);
		const PageOptions options = {.folder = folder, .name_sv = "x"};
		g_autoptr(GError) error = NULL;
		if (rows[i].contents)
			g_assert_true(g_file_set_contents(path, rows[i].contents, -1, NULL));
		else
			g_assert_cmpint(g_unlink(path), ==, 0);
		g_autoptr(Pages) pages = pages_load(&options, &error);
		g_assert_null(pages);
		if (!strstr(error->message, rows[i].want))
			g_error("%s: \"%s\" does not say \"%s\"", rows[i].file, error->message,
				rows[i].want);
		remove_templates(folder);
	}
}

/* A fault whose text is missing in both languages would only show when it happens. */
static void test_fault_without_text(void)
{
	g_autofree char *folder = copy_templates();
	g_autoptr(GError) error = NULL;
	const PageOptions options = {.folder = folder, .name_sv = "x"};

	for (size_t i = 0; i < FIXTURE_LANGS; i++) {
		g_autofree char *name = g_strdup_printf("texts.%s.ini", fixture_langs[i]);
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autoptr(GKeyFile) file = g_key_file_new();
		g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
		g_assert_true(g_key_file_remove_key(file, "fault", "store-down-todo", NULL));
		g_assert_true(g_key_file_save_to_file(file, path, NULL));
	}
	g_autoptr(Pages) pages = pages_load(&options, &error);
	g_assert_null(pages);
	g_assert_nonnull(strstr(error->message, "the text 'fault-store-down-todo' is missing"));
	remove_templates(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/page/templates", test_templates);
	g_test_add_func("/page/refused", test_refused);
	g_test_add_func("/page/fault-without-text", test_fault_without_text);
	return g_test_run();
}
