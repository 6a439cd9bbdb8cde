/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Levels and groups of the configuration, and what can be wrong with them. */
#include "idp/assurance.h"

#include "idp/group-options.h"

#include <glib/gstdio.h>
#include <string.h>

#define BASE                                                                                       \
	"[idp]\nbase-url = https://idp.skola.example\nscopes = skola.example\nname-sv = S\n"       \
	"name-en = S\nsupport-email = a@skola.example\n[saml]\nkey = k\ncertificate = c\n"         \
	"[directory main]\nuri = ldaps://a\nca = ca\nbind-dn = cn=p\npassword-file = pw\n"         \
	"base = dc=skola\nstudent = a=student\nprotected-attribute = none\n[ledger]\nkey = l\n"    \
	"[seal]\nkey = s\n[identifiers]\nkey = i\n"
#define PASSWORD_URI "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

static char *path;

static Config *load(const char *text, GError **error)
{
	g_autofree char *whole = g_strconcat(BASE, text, NULL);

	g_assert_true(g_file_set_contents(path, whole, -1, NULL));
	return config_load(path, error);
}

static char *levels_of(const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load(text, &error);
	g_assert_no_error(error);
	g_autoptr(Assurance) assurance = assurance_new(config, &error);
	GString *said = g_string_new(assurance_of_password(assurance));
	gsize n = 0;
	const PolicyLevel *levels = assurance_levels(assurance, &n);

	for (gsize i = 0; i < n; i++) {
		g_autofree char *includes = g_strjoinv(",", (char **)(guintptr)levels[i].includes);
		const char *uri = assurance_uri(assurance, levels[i].name);
		g_string_append_printf(said, "; %s(%s) %s", levels[i].name, includes,
				       uri ? uri : "-");
	}
	g_assert_null(assurance_uri(assurance, "none"));
	return g_string_free(said, FALSE);
}

static void test_levels(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", "password; password() " PASSWORD_URI},
		{"[level password]\nuri = urn:x\n", "password; password() urn:x"},
		{"[level password]\nproved-by = password\n", "password; password() " PASSWORD_URI},
		{"[level eid2]\nincludes = password\nuri = urn:y\n",
		 "password; eid2(password) urn:y; password() " PASSWORD_URI},
		{"[level al1]\nproved-by = password\n[level al2]\nincludes = al1\n",
		 "al1; al1() -; al2(al1) -"},
		/* a diamond is no circle */
		{"[level a]\nincludes = b;c\n[level b]\nincludes = d\n[level c]\nincludes = d\n"
		 "[level d]\nproved-by = password\n",
		 "d; a(b,c) -; b(d) -; c(d) -; d() -"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *said = levels_of(cases[i].text);
		g_assert_cmpstr(said, ==, cases[i].want);
	}
}

static void test_mistakes(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"[level]\n", "there is no group [level]; give it a name: [level main]"},
		{"[level 2fa]\n", "a level's name begins with a letter"},
		{"[level a b]\n", "a level's name is letters a-z, digits, - and _, at most 64"},
		{"[level student]\n", "'student' is a word of the policy language"},
		{"[level a]\nproved = x\n", "[level a] has no setting 'proved'"},
		{"[level a]\nproved-by = bankid\n",
		 ":13: nobody can log in by 'bankid'; this version knows: password; leave the line "
		 "out for a level that nothing proves yet"},
		{"[level a]\nproved-by = password\n[level b]\nproved-by = password\n",
		 "a password proves a already; let it include this level"},
		{"[level eid3]\n[level a]\nincludes = eid33\n",
		 ":12: no level is called 'eid33'; did you mean 'eid3'?"},
		{"[level a]\nincludes = a\n", "a includes a, which includes a"},
		{"[level a]\nincludes = b\n[level b]\nincludes = c\n[level c]\nincludes = a\n",
		 "a includes b, which includes a; remove one of the two"},
		{"[level a]\nuri = not a uri\n", "uri is what services are told of the level"},
		{"[group 9]\ndn = cn=a\n", "a group's name begins with a letter"},
		{"[group everyone]\ndn = cn=a\n", "'everyone' is a word of the policy language"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(load(cases[i].text, &error));
		if (!strstr(error->message, cases[i].want))
			g_error("%s, not %s", error->message, cases[i].want);
	}
}

/* Everything includes everything after it: judged in no time. */
static void test_many(void)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (int i = 0; i < 16; i++) {
		g_string_append_printf(text, "[level l%d]\n", i);
		for (int j = i + 1; j < 16; j++)
			g_string_append_printf(text, "%sl%d", j == i + 1 ? "includes = " : ";", j);
		g_string_append_c(text, '\n');
	}
	g_autofree char *said = levels_of(text->str);
	g_assert_true(g_str_has_prefix(said, "password; l0(l1,"));
	g_string_append(text, "[level l16]\n");
	g_autoptr(GError) error = NULL;
	g_assert_null(load(text->str, &error));
	g_assert_nonnull(strstr(error->message, "more than 16 levels"));
}

static void test_groups(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config =
		load("[group vikarier]\ndn = cn=v,dc=skola\nrole = staff\n"
		     "[group rektorer]\nfilter = (title=rektor)\nattribute = uniqueMember\n",
		     &error);
	g_autoptr(GPtrArray) of_directory = NULL, of_masterdata = NULL;

	g_assert_no_error(error);
	g_assert_true(group_options_fill(config, &of_directory, &of_masterdata, &error));
	const DirectoryGroup *first = of_directory->pdata[0], *second = of_directory->pdata[1];
	g_assert_cmpstr(first->name, ==, "vikarier");
	g_assert_cmpstr(first->dn, ==, "cn=v,dc=skola");
	g_assert_cmpstr(first->attribute, ==, "member");
	g_assert_null(first->filter);
	g_assert_cmpstr(second->filter, ==, "(title=rektor)");
	g_assert_cmpuint(((const MasterdataGroup *)of_masterdata->pdata[0])->roles, ==, ROLE_STAFF);
	g_assert_cmpuint(((const MasterdataGroup *)of_masterdata->pdata[1])->roles, ==, 7);
	g_autofree const char **names = group_options_names(config);
	g_assert_cmpstr(names[0], ==, "vikarier");
	g_assert_cmpstr(names[1], ==, "rektorer");
	g_assert_null(names[2]);

	g_autoptr(Config) wrong = load("[group a]\ndn = cn=a\nrole = teacher\n", NULL);
	g_autoptr(GPtrArray) none = NULL;
	g_assert_false(group_options_fill(wrong, &none, &none, &error));
	g_assert_cmpstr(error->message, ==,
			"[group a] role: `teacher' is no role; write student, staff or guardian");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autofree char *folder = g_dir_make_tmp("assurance-XXXXXX", NULL);
	path = g_build_filename(folder, "portvakt.conf", NULL);
	g_test_add_func("/assurance/levels", test_levels);
	g_test_add_func("/assurance/mistakes", test_mistakes);
	g_test_add_func("/assurance/many", test_many);
	g_test_add_func("/assurance/groups", test_groups);
	int failed = g_test_run();
	g_unlink(path);
	g_rmdir(folder);
	g_free(path);
	return failed;
}
