/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What of a configuration gives the words of a policy another meaning, and what does not. */
#include "idp/meaning.h"

#include <glib/gstdio.h>
#include <string.h>

#define HEAD                                                                                       \
	"[idp]\nbase-url = https://idp.skola.example\nname-sv = S\nname-en = S\n"                  \
	"support-email = a@skola.example\n[saml]\nkey = k\ncertificate = c\n[ledger]\nkey = l\n"   \
	"[seal]\nkey = s\n[identifiers]\nkey = i\n[idp]\n"
#define SCOPES "scopes = skola.example\n"
#define DIRECTORY                                                                                  \
	"[directory main]\nca = ca\nbind-dn = cn=p\npassword-file = pw\nbase = dc=skola\n"         \
	"uri = ldaps://a\n"
#define PUPILS   "student = a=student\nprotected-attribute = none\n"
#define USUAL    SCOPES DIRECTORY PUPILS
#define CONFIRMS "[policy]\nconfirm-widening = yes\n"

static char *path;

static char *meaning_of(const char *text, const char *sum)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *whole = g_strconcat(HEAD, text, NULL);

	g_assert_true(g_file_set_contents(path, whole, -1, NULL));
	g_autoptr(Config) config = config_load(path, &error);
	g_assert_no_error(error);
	return meaning_text(config, sum);
}

static void test_changes(void)
{
	static const struct {
		const char *name, *before, *after, *want;
	} cases[] = {
		{"nothing", USUAL, USUAL, ""},
		{"another server", USUAL,
		 SCOPES "[directory main]\nca = ca2\nbind-dn = cn=q\npassword-file = pw2\n"
			"base = dc=skola\nuri = ldaps://b\nconnections = 7\n" PUPILS,
		 ""},
		{"what was so anyway", USUAL, USUAL "[consent]\nage = 13\n", ""},
		{"the order", USUAL "[attributes]\nmail = a\nsn = b\n",
		 USUAL "[attributes]\nsn = b\nmail = a\n", ""},
		{"who waits", USUAL, USUAL CONFIRMS, ""},
		{"who still waits", USUAL CONFIRMS, USUAL CONFIRMS "[consent]\nage = 13\n", ""},
		{"who waits no more", USUAL CONFIRMS, USUAL, "policy"},
		{"who waits no more, and a scope", USUAL CONFIRMS,
		 "scopes = skola.example;other.example\n" DIRECTORY PUPILS, "policy|idp"},
		{"a scope", USUAL, "scopes = skola.example;other.example\n" DIRECTORY PUPILS,
		 "idp"},
		{"who is a pupil", USUAL,
		 SCOPES DIRECTORY "student = a=*\nprotected-attribute = none\n", "directory main"},
		{"who is protected", USUAL,
		 SCOPES DIRECTORY
		 "student = a=student\nprotected-attribute = p\nprotected-no = n\n",
		 "directory main"},
		{"where mail is", USUAL, USUAL "[attributes]\nmail = privateMail\n", "attributes"},
		{"where an alias is", USUAL, USUAL "[alias]\nmail = aliasMail\n", "alias"},
		{"what never leaves", USUAL, USUAL "[protected]\nsuppress = birth\n", "protected"},
		{"who is in a group", USUAL "[group it]\nfilter = (a=b)\n",
		 USUAL "[group it]\nfilter = (a=*)\n", "group it"},
		{"a group that is new", USUAL, USUAL "[group it]\nfilter = (a=b)\n", ""},
		{"a group that is gone", USUAL "[group it]\nfilter = (a=b)\n", USUAL, ""},
		{"what proves a level", USUAL "[level eid2]\n",
		 USUAL "[level eid2]\nproved-by = password\n", "level eid2"},
		{"a level that includes one", USUAL "[level eid2]\n",
		 USUAL "[level eid2]\n[level all]\nproved-by = password\nincludes = eid2\n",
		 "level all"},
		{"a trial that is none any more",
		 USUAL "[feed t]\nfile = f\ncertificate = c\ntrial = yes\n",
		 USUAL "[feed t]\nfile = f\ncertificate = c\n", "feed t"},
		{"a feed in another file", USUAL "[feed t]\nfile = f\ncertificate = c\n",
		 USUAL "[feed t]\nfile = g\ncertificate = d\n", ""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *before = meaning_of(cases[i].before, "ab");
		g_autofree char *after = meaning_of(cases[i].after, "ab");
		g_autoptr(GPtrArray) sections = meaning_widens(before, after);

		g_ptr_array_add(sections, NULL);
		g_autofree char *got = g_strjoinv("|", (char **)sections->pdata);
		if (strcmp(got, cases[i].want) != 0)
			g_error("%s: wanted “%s”, got “%s”", cases[i].name, cases[i].want, got);
	}
}

/* What files define attributes, and what is not known of before. */
static void test_registry(void)
{
	g_autoptr(GPtrArray) sections = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *before = meaning_of(USUAL, "ab");
	g_autofree char *after = meaning_of(USUAL, "abc");

	meaning_compare(before, after, sections);
	g_assert_cmpuint(sections->len, ==, 1);
	g_assert_cmpstr(sections->pdata[0], ==, "registry");
	meaning_compare("", after, sections);
	g_assert_cmpuint(sections->len, >, 5);
}

/* That it has to be confirmed is no word of the policy: what ran may go on without it. */
static void test_confirms(void)
{
	g_autoptr(GPtrArray) sections = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *no = meaning_of(USUAL, "ab");
	g_autofree char *yes = meaning_of(USUAL CONFIRMS, "ab");

	g_assert_false(meaning_confirms(no));
	g_assert_false(meaning_confirms(""));
	g_assert_true(meaning_confirms(yes));
	meaning_compare(yes, no, sections);
	meaning_compare(no, yes, sections);
	g_assert_cmpuint(sections->len, ==, 0);
}

static void test_sentences(void)
{
	static const struct {
		const char *section, *language, *want;
	} cases[] = {
		{"level eid2", "en",
		 "[level eid2] says something else: the same policy may release more"},
		{"level eid2", "sv",
		 "[level eid2] säger något annat: samma regler kan lämna ut mer"},
		{"policy", "en",
		 "[policy] confirm-widening is not yes any more: what releases more waits for "
		 "nobody from then on"},
		{"policy", "sv",
		 "[policy] confirm-widening är inte längre yes: det som lämnar ut mer väntar "
		 "därefter inte på någon"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = meaning_sentence(cases[i].section, cases[i].language);
		g_assert_cmpstr(got, ==, cases[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autofree char *folder = g_dir_make_tmp("portvakt-meaning-XXXXXX", NULL);
	path = g_build_filename(folder, "portvakt.conf", NULL);
	g_test_add_func("/meaning/changes", test_changes);
	g_test_add_func("/meaning/registry", test_registry);
	g_test_add_func("/meaning/confirms", test_confirms);
	g_test_add_func("/meaning/sentences", test_sentences);
	int result = g_test_run();
	g_unlink(path);
	g_rmdir(folder);
	g_free(path);
	return result;
}
