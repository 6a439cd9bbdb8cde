/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values written in a real slapd, one change at a time, and what it refuses. */
#include "idp/masterdata/directory-editor.h"

#include "idp/fault.h"
#include "tests/lib/rogue.h"
#include "tests/lib/school.h"

#include <string.h>

#define WRITER "cn=writer,ou=service,dc=skola,dc=example"
#define CLASSES                                                                                    \
	"objectClass: inetOrgPerson\nobjectClass: eduPerson\nsn: x\ncn: x\n"                       \
	"userPassword: {SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD\n"

static const char extra_people[] =
	"dn: " WRITER "\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
	"cn: writer\nuserPassword: {SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD\n\n"
	"dn: uid=plain," SCHOOL_PEOPLE "\nuid: plain\n" CLASSES "\n"
	"dn: uid=titled," SCHOOL_PEOPLE "\nuid: titled\ntitle: lektor\n" CLASSES "\n";

static const char extra_conf[] =
	"moduleload unique.so\n"
	"rootdn cn=root,dc=skola,dc=example\n"
	"overlay unique\n"
	"unique_uri ldap:///" SCHOOL_PEOPLE "?eduPersonPrincipalName?sub?\n"
	"access to dn.children=" SCHOOL_PEOPLE " attrs=entry,eduPersonPrincipalName,title,"
	"portvaktStaffPrincipalName,portvaktTestPerson by dn.exact=" WRITER " write by * break\n"
	"access to dn.children=" SCHOOL_PEOPLE " attrs=mail,displayName by dn.exact=" WRITER
	" read by * break\n";

static Directory *school(const char *uris)
{
	static const char *const attributes[] = {"eduPersonPrincipalName", "title", NULL};
	g_autoptr(DirectoryOptions) options = school_options(uris);
	return school_open(options, attributes);
}

static DirectoryEditor *editor_of(Directory *directory, const char *dn, const char *password,
				  GError **error)
{
	Secret *secret = secret_new(password, strlen(password));
	DirectoryEditor *editor = directory_editor_open(directory, dn, secret, error);
	secret_unref(secret);
	g_assert_cmpint(editor == NULL, ==, error && *error);
	return editor;
}

/* The values as "a,b". */
static char *values_of(Directory *directory, const char *login, const char *attribute)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	g_assert_cmpint(directory_find(directory, login, &entry, NULL), ==, DIRECTORY_FOUND);
	const char *const *values = entry_values(entry, attribute);
	return values ? g_strjoinv(",", (char **)(guintptr)values) : g_strdup("");
}

#define EPPN "eduPersonPrincipalName"

/* In this order. */
static const struct {
	const char *name, *login, *attribute, *before, *after;
	int want; /* ChangeError; -1: done */
	const char *then;
} changes[] = {
	{"replaced", "alvlin", EPPN, "wprk77@skola.example", "b2c3d4@skola.example", -1,
	 "b2c3d4@skola.example"},
	{"replaced by somebody else before", "alvlin", EPPN, "wprk77@skola.example",
	 "f2c3d4@skola.example", CHANGE_OVERTAKEN, "b2c3d4@skola.example"},
	{"there already", "alvlin", EPPN, NULL, "f2c3d4@skola.example", CHANGE_OVERTAKEN,
	 "b2c3d4@skola.example"},
	{"that of another", "alvlin", EPPN, "b2c3d4@skola.example", "4nggv7@skola.example",
	 CHANGE_TAKEN, "b2c3d4@skola.example"},
	{"that of another, in capitals", "plain", EPPN, NULL, "4NGGV7@skola.example", CHANGE_TAKEN,
	 ""},
	{"the first", "plain", EPPN, NULL, "g2c3d4@skola.example", -1, "g2c3d4@skola.example"},
	{"the first of many", "plain", "title", NULL, "rektor", -1, "rektor"},
	{"one beside another", "titled", "title", NULL, "rektor", CHANGE_OVERTAKEN, "lektor"},
	{"an attribute of others", "alvlin", "mail", "alvlin@elev.skola.example", "a@b.example",
	 CHANGE_DENIED, NULL},
	{"an attribute of others, empty", "plain", "displayName", NULL, "Plain", CHANGE_DENIED,
	 NULL},
	{"an attribute that may not be seen", "plain", "carLicense", NULL, "ABC123",
	 CHANGE_OVERTAKEN, NULL},
	{"no such person", "gone", EPPN, NULL, "h2c3d4@skola.example", CHANGE_OVERTAKEN, NULL},
	{"no class for it", "plain", "portvaktStaffPrincipalName", NULL, "h2c3d4@skola.example",
	 CHANGE_IMPOSSIBLE, NULL},
	{"unknown attribute", "plain", "eppnXyz", NULL, "h2c3d4@skola.example", CHANGE_IMPOSSIBLE,
	 NULL},
	{"no such syntax", "alvlin", "portvaktTestPerson", NULL, "kanske", CHANGE_IMPOSSIBLE, NULL},
};

static void test_changes(void)
{
	g_autoptr(Directory) directory = school(school_uri());
	g_autoptr(DirectoryEditor) editor = editor_of(directory, WRITER, SCHOOL_PASSWORD, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *dn = g_strdup_printf("uid=%s," SCHOOL_PEOPLE, changes[i].login);
		g_autoptr(GError) error = NULL;
		bool done = directory_editor_set(editor, dn, changes[i].attribute,
						 changes[i].before, changes[i].after, &error);
		g_test_message("%s: %s", changes[i].name, error ? error->message : "done");
		g_assert_cmpint(done, ==, changes[i].want < 0);
		if (!done) {
			g_assert_error(error, CHANGE_ERROR, changes[i].want);
			g_assert_null(strstr(error->message, changes[i].after));
		}
		if (changes[i].then) {
			g_autofree char *values =
				values_of(directory, changes[i].login, changes[i].attribute);
			g_assert_cmpstr(values, ==, changes[i].then);
		}
	}
}

static void test_who_may_not(void)
{
	static const struct {
		const char *name, *dn, *password;
	} cases[] = {
		{"wrong password", WRITER, "fel"},
		{"no password", WRITER, ""},
		{"nobody", "", SCHOOL_PASSWORD},
		{"unknown", "cn=gone,ou=service,dc=skola,dc=example", SCHOOL_PASSWORD},
	};
	g_autoptr(Directory) directory = school(school_uri());
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(editor_of(directory, cases[i].dn, cases[i].password, &error));
		g_test_message("%s: %s", cases[i].name, error->message);
		g_assert_error(error, CHANGE_ERROR, CHANGE_DENIED);
	}
	/* a pupil gets in, and changes nothing */
	g_autoptr(DirectoryEditor) pupil =
		editor_of(directory, "uid=noabjo," SCHOOL_PEOPLE, SCHOOL_PASSWORD, NULL);
	g_autoptr(GError) error = NULL;
	g_assert_false(directory_editor_set(pupil, "uid=noabjo," SCHOOL_PEOPLE, EPPN,
					    "jntsr7@skola.example", "h2c3d4@skola.example",
					    &error));
	g_assert_error(error, CHANGE_ERROR, CHANGE_DENIED);
}

static void test_addresses(void)
{
	static const struct {
		RogueManner manner;
		const char *name;
		int opened; /* 0: the rogue; 1: the school behind it; -1: none */
		bool alone;
	} cases[] = {
		{ROGUE_CLOSED, "closed, and the school", 1, false},
		{ROGUE_NO_TLS, "no TLS, and the school", 1, false},
		{ROGUE_NO_TLS, "no TLS", -1, true},
		{ROGUE_REFERRAL, "referral", 0, true},
		{ROGUE_CUT, "cut", 0, true},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rogue) rogue = rogue_new_referring(cases[i].manner, "ldapi://%2Fno");
		g_autofree char *uris = g_strjoin(" ", rogue_uri(rogue),
						  cases[i].alone ? NULL : school_uri(), NULL);
		g_autoptr(Directory) directory = school(uris);
		g_autoptr(GError) error = NULL;
		g_autoptr(DirectoryEditor) editor =
			editor_of(directory, WRITER, SCHOOL_PASSWORD, &error);
		g_test_message("%s", cases[i].name);
		if (cases[i].opened < 0)
			g_assert_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN);
		else
			g_assert_no_error(error);
		if (cases[i].opened != 0)
			continue;
		bool lost = cases[i].manner == ROGUE_CUT;
		for (int times = 0; times < 2; times++) {
			g_clear_error(&error);
			g_assert_false(directory_editor_set(editor, "uid=rut,dc=rogue", EPPN, "a",
							    "b", &error));
			g_test_message("%s", error->message);
			g_assert_nonnull(strstr(error->message,
						!lost   ? "takes no changes"
						: times ? "is lost"
							: "whether it is written is not known"));
			g_assert_cmpint(error->domain == FAULT_ERROR, ==, lost);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	school_up(extra_people, extra_conf);
	g_test_add_func("/directory-editor/changes", test_changes);
	g_test_add_func("/directory-editor/who-may-not", test_who_may_not);
	g_test_add_func("/directory-editor/addresses", test_addresses);
	int failed = g_test_run();
	school_down();
	return failed;
}
