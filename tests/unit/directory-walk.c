/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Everybody of a real slapd, and of servers that give half of them. */
#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/seal.h"
#include "tests/lib/rogue.h"
#include "tests/lib/school.h"

#include <string.h>

/* Two and a half pages. */
enum { PUPILS = 2 * LIMIT_DIRECTORY_PAGE + LIMIT_DIRECTORY_PAGE / 2 };

#define CLASSES                                                                                    \
	"objectClass: inetOrgPerson\nobjectClass: eduPerson\nobjectClass: portvaktSchoolPerson\n"

static char *many_people(void)
{
	GString *ldif = g_string_new("dn: ou=many," SCHOOL_PEOPLE
				     "\nobjectClass: organizationalUnit\nou: many\n\n");
	for (int i = 0; i < PUPILS; i++)
		g_string_append_printf(ldif,
				       "dn: uid=p%d,ou=many," SCHOOL_PEOPLE "\nuid: p%d\n" CLASSES
				       "sn: Efternamn\ncn: x\nportvaktPersonId: P%d\n\n",
				       i, i, i);
	/* nobody's key */
	g_string_append(ldif, "dn: uid=keyless,ou=many," SCHOOL_PEOPLE "\nuid: keyless\n" CLASSES
			      "sn: x\ncn: x\n\n");
	return g_string_free(ldif, FALSE);
}

static Directory *school(const char *uris, const char *base)
{
	g_autoptr(DirectoryOptions) options = school_options(uris);
	if (base) {
		g_free(options->base);
		options->base = g_strdup(base);
		options->person_key = g_strdup("portvaktPersonId");
	}
	return school_open(options, NULL);
}

/* What the process holds in memory, in kB. */
static gint64 resident(void)
{
	g_autofree char *status = NULL;
	g_assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
	return g_ascii_strtoll(strstr(status, "VmRSS:") + strlen("VmRSS:"), NULL, 10);
}

typedef struct {
	GHashTable *keys;
	guint told, keyless, with_surname, enough; /* enough 0: never */
	gint64 early;                              /* resident() after a thousand */
} Seen;

static bool see(const DirectoryWalked *walked, gpointer data)
{
	Seen *seen = data;
	const char *const *surname = entry_values(walked->entry, "sn");

	g_assert_cmpuint(walked->number, ==, ++seen->told);
	if (seen->told == 1000)
		seen->early = resident();
	seen->with_surname += surname && g_str_equal(*surname, "Efternamn");
	if (walked->outcome == DIRECTORY_NO_KEY) {
		seen->keyless++;
		g_assert_cmpstr(entry_key(walked->entry), ==, "");
	} else {
		g_assert_cmpint(walked->outcome, ==, DIRECTORY_FOUND);
		g_assert_true(g_hash_table_add(seen->keys, g_strdup(entry_key(walked->entry))));
	}
	return seen->told != seen->enough;
}

static bool walk(Directory *directory, const DirectoryWalkOptions *options, Seen *seen,
		 GError **error)
{
	seen->told = seen->keyless = seen->with_surname = 0;
	g_clear_pointer(&seen->keys, g_hash_table_unref);
	seen->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	bool all = directory_walk(directory, options, see, seen, error);
	if (error && *error)
		g_test_message("%s", (*error)->message);
	return all;
}

static void test_everybody(void)
{
	static const char *const surname[] = {"SN", "uid", NULL};
	const DirectoryWalkOptions options = {surname};
	g_autoptr(Directory) directory = school(school_uri(), "ou=many," SCHOOL_PEOPLE);
	g_autoptr(GError) error = NULL;
	Seen seen = {0};

	g_assert_true(walk(directory, NULL, &seen, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(seen.told, ==, PUPILS + 1);
	g_assert_cmpuint(seen.keyless, ==, 1);
	g_assert_cmpuint(seen.with_surname, ==, 0);
	g_assert_true(g_hash_table_contains(seen.keys, "P0"));
	g_assert_cmpuint(g_hash_table_size(seen.keys), ==, PUPILS);
	g_assert_true(walk(directory, &options, &seen, &error));
	g_assert_cmpuint(seen.with_surname, ==, PUPILS);
	/* the caller has seen enough */
	seen.enough = LIMIT_DIRECTORY_PAGE + 1;
	g_assert_true(walk(directory, NULL, &seen, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(seen.told, ==, seen.enough);
	g_hash_table_unref(seen.keys);
}

/* A server that gives the account no more than so many. */
static void test_limit(void)
{
	g_autofree char *folder = school_path("small"), *ldif = school_path("extra.ldif");
	g_autofree char *conf = school_path("small.conf");
	g_autofree char *ca = school_path("ca.pem"), *cert = school_path("cert.pem");
	g_autofree char *key = school_path("key.pem");
	g_assert_true(g_file_set_contents(
		conf,
		"limits dn.exact=cn=portvakt,ou=service,dc=skola,dc=example size.prtotal=700\n", -1,
		NULL));
	school_run(TEST_SRCDIR "/contrib/school/slapd", "start", folder, "0", ca, cert, key, ldif,
		   conf, NULL);
	g_autofree char *port = school_text("small/port");
	g_autofree char *uri = g_strdup_printf("ldap://127.0.0.1:%s", port);
	g_autoptr(DirectoryOptions) options = school_options(uri);
	g_autoptr(GError) error = NULL;
	Seen seen = {0};
	g_free(options->password_file);
	options->password_file = school_path("small/password");
	g_autoptr(Directory) directory = school_open(options, NULL);

	g_assert_false(walk(directory, NULL, &seen, &error));
	g_assert_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN);
	g_assert_cmpuint(seen.told, ==, LIMIT_DIRECTORY_PAGE);
	g_assert_nonnull(strstr(error->message, "after 500 people: "));
	g_assert_nonnull(strstr(error->message, "size.prtotal=unlimited"));
	school_run(TEST_SRCDIR "/contrib/school/slapd", "stop", folder, NULL);
	g_hash_table_unref(seen.keys);
}

static void test_nobody(void)
{
	static const struct {
		const char *base, *filter, *want;
	} cases[] = {
		{SCHOOL_PEOPLE, "(&(uid={login})(sn=nobodys))", "nobody is there"},
		/* an extensible match knows no presence */
		{SCHOOL_PEOPLE, "(uid:caseExactMatch:={login})", "`*' for the login"},
		{"ou=gone," SCHOOL_PEOPLE, NULL, "the base is not there"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		g_autoptr(GError) error = NULL;
		Seen seen = {0};
		g_free(options->base);
		options->base = g_strdup(cases[i].base);
		options->login_filter = g_strdup(cases[i].filter);
		g_autoptr(Directory) directory = school_open(options, NULL);
		g_assert_false(walk(directory, NULL, &seen, &error));
		g_assert_nonnull(strstr(error->message, cases[i].want));
		g_hash_table_unref(seen.keys);
	}
}

/* Half an answer is none, and an answer without end has one. */
static void test_half_answers(void)
{
	static const struct {
		RogueManner manner;
		const char *name;
		guint told;
		const char *want;
	} cases[] = {
		{ROGUE_TWO_PAGES, "two pages", 2, NULL},
		{ROGUE_SAME_PAGES, "the same page again", 1, "the same page again"},
		{ROGUE_EMPTY_PAGES, "empty pages", 0, "pages without end"},
		{ROGUE_NEW_PAGES, "new pages", LIMIT_DIRECTORY_PAGES, "pages without end"},
		{ROGUE_LATER_CUT, "cut in the second page", 1, "reading everybody"},
		{ROGUE_LATER_LIMIT, "limit in the second page", 1, "a limit of the server"},
		{ROGUE_LATER_REFERRAL, "referral in the second page", 1, "refers to another"},
		{ROGUE_LATER_NO_PAGES, "no page in the second page", 1, "does not give pages"},
		{ROGUE_CUT, "cut", 0, "reading everybody"},
		{ROGUE_TORN, "torn", 0, "malformed"},
		{ROGUE_HUGE, "huge", 0, "larger than any entry may be"},
		{ROGUE_ENDLESS, "endless", 0, "more than was asked for"},
		{ROGUE_REFERRAL, "referral", 0, "refers to another"},
		{ROGUE_REFERENCE, "no pages", 0, "does not give pages"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rogue) rogue = rogue_new_referring(cases[i].manner, "ldapi://%2Fno");
		g_autoptr(Directory) directory = school(rogue_uri(rogue), NULL);
		g_autoptr(GError) error = NULL;
		Seen seen = {0};
		g_test_message("%s", cases[i].name);
		bool all = walk(directory, NULL, &seen, &error);
		g_assert_cmpint(all, ==, !cases[i].want);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		/* nobody is held: 20,000 of them are 80 MB; their keys and DNs are ours to hold */
		if (seen.early)
			g_assert_cmpint(resident() - seen.early, <, 10000);
#endif
		g_assert_cmpuint(seen.told, ==, cases[i].told);
		if (cases[i].want) {
			g_autofree char *after =
				g_strdup_printf("after %u people: ", cases[i].told);
			g_assert_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN);
			g_assert_true(g_str_has_prefix(error->message, after));
			g_assert_nonnull(strstr(error->message, cases[i].want));
		}
		g_hash_table_unref(seen.keys);
	}
}

/* Another address helps before anybody has been told of, and never after. */
static void test_next_address(void)
{
	static const struct {
		RogueManner first, second;
		bool want;
		guint told, asked; /* asked: connections of the second */
	} cases[] = {
		{ROGUE_CLOSED, ROGUE_TWO_PAGES, true, 2, 1},
		{ROGUE_REFERRAL, ROGUE_TWO_PAGES, true, 2, 1},
		{ROGUE_LATER_CUT, ROGUE_TWO_PAGES, false, 1, 0},
		{ROGUE_CUT, ROGUE_LATER_CUT, false, 1, 1},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rogue) first = rogue_new_referring(cases[i].first, "ldapi://%2Fno");
		g_autoptr(Rogue) second = rogue_new(cases[i].second);
		g_autofree char *uris = g_strjoin(" ", rogue_uri(first), rogue_uri(second), NULL);
		g_autoptr(Directory) directory = school(uris, NULL);
		g_autoptr(GError) error = NULL;
		Seen seen = {0};
		g_assert_cmpint(walk(directory, NULL, &seen, &error), ==, cases[i].want);
		g_assert_cmpuint(seen.told, ==, cases[i].told);
		g_assert_cmpuint(rogue_connections(second), ==, cases[i].asked);
		g_hash_table_unref(seen.keys);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_autofree char *ldif = many_people();
	school_up(ldif, NULL);
	g_test_add_func("/directory-walk/everybody", test_everybody);
	g_test_add_func("/directory-walk/limit", test_limit);
	g_test_add_func("/directory-walk/nobody", test_nobody);
	g_test_add_func("/directory-walk/half-answers", test_half_answers);
	g_test_add_func("/directory-walk/next-address", test_next_address);
	int failed = g_test_run();
	school_down();
	return failed;
}
