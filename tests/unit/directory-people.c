/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What masterdata makes of entries that a real slapd gives, and what that costs. */
#include "idp/seal.h"
#include "tests/lib/school.h"

#include <time.h>

/* No marking at all; a marking of bytes that are no text. */
#define CLASSES                                                                                    \
	"objectClass: inetOrgPerson\nobjectClass: eduPerson\nobjectClass: portvaktSchoolPerson\n"  \
	"objectClass: testPerson\nsn: x\ncn: x\neduPersonAffiliation: student\n"
static const char extra_people[] =
	"dn: uid=unmarked," SCHOOL_PEOPLE "\nuid: unmarked\n" CLASSES "\n"
	"dn: uid=again," SCHOOL_PEOPLE "\nuid: again\nportvaktPersonId: A1\n" CLASSES "\n"
	"dn: uid=garbled," SCHOOL_PEOPLE "\nuid: garbled\n" CLASSES "testMarking:: SW5nZW7/\n\n";

static const char extra_conf[] =
	"rootdn cn=root,dc=skola,dc=example\nrootpw rot\n"
	"attributetype ( 2.25.1.2 NAME 'testMarking' EQUALITY octetStringMatch "
	"SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )\n"
	"objectclass ( 2.25.1.3 NAME 'testPerson' SUP top AUXILIARY MAY testMarking )\n";

static Person *person_of(Directory *directory, Masterdata *masterdata, const char *name, Role role)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	g_autoptr(GError) error = NULL;
	DirectoryOutcome outcome = directory_find(directory, name, &entry, &error);
	g_assert_no_error(error);
	g_assert_cmpint(outcome, ==, DIRECTORY_FOUND);
	return masterdata_person(masterdata, entry, role);
}

static const char *first_value(const Person *person, const char *attribute)
{
	const GPtrArray *values = person_values(person, attribute_by_name(attribute));
	return values && values->len ? values->pdata[0] : NULL;
}

static void test_people(void)
{
	static const struct {
		const char *login;
		Role role;
		bool is_protected, teacher;
		const char *attribute, *want;
	} cases[] = {
		{"alvlin", ROLE_STUDENT, false, false, "displayName", "Alva Lindström"},
		{"olesje", ROLE_STUDENT, false, false, "displayName", "Олена Шевченко"},
		{"omamah", ROLE_STUDENT, false, false, "givenName", "عمر"},
		{"liming", ROLE_STUDENT, false, false, "sn", "李"},
		{"ailpai", ROLE_STUDENT, false, false, "displayName", "Áilu Päiviö"},
		{"noohad", ROLE_STUDENT, false, false, "eduPersonPrincipalName",
		 "q6nfgx@skola.example"},
		{"noohad", ROLE_STAFF, false, false, "eduPersonPrincipalName",
		 "ppp35t@skola.example"},
		{"asajon", ROLE_STAFF, false, true, "eduPersonPrincipalName",
		 "rmt4d6@skola.example"},
		{"saglun", ROLE_STUDENT, true, false, "eduPersonPrincipalName",
		 "v36zbs@skola.example"},
		{"unmarked", ROLE_STUDENT, true, false, "sn", NULL},
	};
	g_autoptr(MasterdataOptions) meaning = school_meaning();
	g_autoptr(Masterdata) masterdata = masterdata_new(meaning, NULL);
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	g_autoptr(Directory) directory = school_open(options, masterdata_attributes(masterdata));
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Person) person =
			person_of(directory, masterdata, cases[i].login, cases[i].role);
		g_test_message("%s", cases[i].login);
		g_assert_cmpint(person->is_protected, ==, cases[i].is_protected);
		g_assert_cmpint(person->teacher, ==, cases[i].teacher);
		g_assert_cmpstr(first_value(person, cases[i].attribute), ==, cases[i].want);
	}
}

/* A marking that the account may not read, or that is no text, protects. */
static void test_unreadable_marking(void)
{
	static const struct {
		const char *login, *attribute;
		bool want;
	} cases[] = {
		{"alvlin", "securityMarking", false},
		{"alvlin", "userPassword", true}, /* there, but not for us */
		{"garbled", "testMarking", true},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(MasterdataOptions) meaning = school_meaning();
		g_free(meaning->protected_attribute);
		meaning->protected_attribute = g_strdup(cases[i].attribute);
		g_autoptr(Masterdata) masterdata = masterdata_new(meaning, NULL);
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		g_autoptr(Directory) directory =
			school_open(options, masterdata_attributes(masterdata));
		g_autoptr(Person) person =
			person_of(directory, masterdata, cases[i].login, ROLE_STUDENT);
		g_assert_cmpint(person->is_protected, ==, cases[i].want);
	}
}

/* Deleted and loaded again, under another name, as by a yearly re-import. */
static const char recreate[] =
	"export LDAPNOINIT=1; u=ldapi://${0//\\//%2F}; who=(-x -D cn=root,dc=skola,dc=example -w rot)\n"
	"ldapdelete -H \"$u\" \"${who[@]}\" 'uid=again," SCHOOL_PEOPLE "' &&\n"
	"ldapadd -H \"$u\" \"${who[@]}\" >/dev/null <<'END'\n"
	"dn: uid=again2," SCHOOL_PEOPLE "\nuid: again2\nportvaktPersonId: A1\n" CLASSES "END\n";

static void test_recreated(void)
{
	static const struct {
		const char *key;
		DirectoryOutcome want;
	} cases[] = {
		{"portvaktPersonId", DIRECTORY_FOUND},
		{"entryUUID", DIRECTORY_UNKNOWN},
	};
	Directory *directories[G_N_ELEMENTS(cases)];
	char *keys[G_N_ELEMENTS(cases)];
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		g_autoptr(DirectoryEntry) before = NULL;
		options->person_key = g_strdup(cases[i].key);
		directories[i] = school_open(options, NULL);
		g_assert_cmpint(directory_find(directories[i], "again", &before, NULL), ==,
				DIRECTORY_FOUND);
		keys[i] = g_strdup(entry_key(before));
	}
	g_autofree char *socket = school_path("slapd/run/ldapi");
	school_run("-c", recreate, socket, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) after = NULL;
		g_assert_cmpint(directory_read(directories[i], g_get_monotonic_time(), keys[i],
					       &after, NULL),
				==, cases[i].want);
		if (after)
			g_assert_cmpstr(entry_values(after, "uid")[0], ==, "again2");
		g_assert_cmpint(directory_makes_key(cases[i].key), ==,
				cases[i].want == DIRECTORY_UNKNOWN);
		directory_free(directories[i]);
		g_free(keys[i]);
	}
}

static void test_cost(void)
{
	enum { TIMES = 300 };
	g_autoptr(MasterdataOptions) meaning = school_meaning();
	g_autoptr(Masterdata) masterdata = masterdata_new(meaning, NULL);
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	g_autoptr(Directory) directory = school_open(options, masterdata_attributes(masterdata));
	g_autoptr(DirectoryEntry) first = NULL;
	directory_find(directory, "alvlin", &first, NULL);
	const char *key = entry_key(first);
	clock_t start = clock();

	for (int i = 0; i < TIMES; i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_assert_cmpint(
			directory_read(directory, g_get_monotonic_time(), key, &entry, NULL), ==,
			DIRECTORY_FOUND);
	}
	double read = (double)(clock() - start) / CLOCKS_PER_SEC / TIMES;
	g_autoptr(DirectoryEntry) entry = NULL;
	directory_read(directory, g_get_monotonic_time(), key, &entry, NULL);
	start = clock();
	for (int i = 0; i < TIMES; i++) {
		g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
		g_assert_cmpint(person->role, ==, ROLE_STUDENT);
	}
	double person = (double)(clock() - start) / CLOCKS_PER_SEC / TIMES;
	g_test_message("CPU of ours: %.0f us to read an entry, %.0f us to make a person of it",
		       read * 1e6, person * 1e6);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	school_up(extra_people, extra_conf);
	g_test_add_func("/directory-people/people", test_people);
	g_test_add_func("/directory-people/unreadable-marking", test_unreadable_marking);
	g_test_add_func("/directory-people/recreated", test_recreated);
	g_test_add_func("/directory-people/cost", test_cost);
	int failed = g_test_run();
	school_down();
	return failed;
}
