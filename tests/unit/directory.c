/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Logins and reads against a real slapd with the sample school. */
#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/seal.h"
#include "tests/lib/rogue.h"
#include "tests/lib/school.h"

#include <gio/gio.h>
#include <string.h>
#include <time.h>

static const char *const few[] = {"uid", NULL};

/* People that the sample school has no use for. */
static char *extra_people(void)
{
	GString *ldif = g_string_new(NULL);
#define CLASSES                                                                                    \
	"objectClass: inetOrgPerson\nobjectClass: eduPerson\nobjectClass: portvaktSchoolPerson\n"  \
	"objectClass: testPerson\nsn: x\ncn: x\neduPersonAffiliation: student\n"                   \
	"userPassword: {SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD\n"
	g_string_append(ldif,
			/* two humans with one address */
			"dn: uid=twin1," SCHOOL_PEOPLE
			"\nuid: twin1\nmail: twins@skola.example\n" CLASSES "\n"
			"dn: uid=twin2," SCHOOL_PEOPLE
			"\nuid: twin2\nmail: twins@skola.example\n" CLASSES "\n"
			/* a login that would be a filter, if it were not escaped */
			"dn: uid=\\2a," SCHOOL_PEOPLE "\nuid: *\n" CLASSES "\n"
			/* locked by the server */
			"dn: cn=default,ou=service,dc=skola,dc=example\nobjectClass: device\n"
			"objectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\n"
			"pwdLockout: TRUE\n\n"
			"dn: uid=locked," SCHOOL_PEOPLE "\nuid: locked\n" CLASSES
			"pwdAccountLockedTime: 000001010000Z\n\n"
			/* Active Directory's key: 16 bytes, some of them special in filters */
			"dn: uid=guid," SCHOOL_PEOPLE "\nuid: guid\n" CLASSES
			"objectGUID:: ACooKVz/gMMowAECAwQFBg==\n\n"
			/* no password */
			"dn: uid=nopass," SCHOOL_PEOPLE
			"\nuid: nopass\nobjectClass: inetOrgPerson\n"
			"sn: x\ncn: x\n\n"
			/* the empty password, hashed */
			"dn: uid=emptypass," SCHOOL_PEOPLE "\nuid: emptypass\n"
			"objectClass: inetOrgPerson\nsn: x\ncn: x\nuserPassword:\n\n"
			"dn: uid=member," SCHOOL_PEOPLE "\nuid: member\n" CLASSES);
	for (int i = 0; i < 10000; i++)
		g_string_append_printf(ldif, "eduPersonEntitlement: urn:x:%d\n", i);
	g_autofree char *mebibyte = g_strnfill(1048576, 'a');
	g_string_append_printf(ldif,
			       "displayName: whole\ndisplayName;lang-sv: hel\n"
			       "description: kort\ndescription: %s\n",
			       mebibyte);
	g_string_append(ldif, "\ndn: uid=large," SCHOOL_PEOPLE "\nuid: large\n" CLASSES);
	g_autofree char *filler = g_strnfill(102400, 'a');
	for (int i = 0; i < LIMIT_DIRECTORY_MESSAGE / 102400 + 2; i++)
		g_string_append_printf(ldif, "description: %d%s\n", i, filler);
	g_string_append(ldif, "\n");
	return g_string_free(ldif, FALSE);
}

static const char extra_conf[] =
	"overlay ppolicy\n"
	"ppolicy_default cn=default,ou=service,dc=skola,dc=example\n"
	"attributetype ( 2.25.1.1 NAME 'objectGUID' EQUALITY octetStringMatch "
	"SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )\n"
	"objectclass ( 2.25.1.3 NAME 'testPerson' SUP top AUXILIARY MAY objectGUID )\n";

static Directory *school(const char *uris)
{
	g_autoptr(DirectoryOptions) options = school_options(uris);
	return school_open(options, NULL);
}

static char *key_of(Directory *directory, const char *name)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	g_autoptr(GError) error = NULL;
	DirectoryOutcome outcome = directory_find(directory, name, &entry, &error);
	g_assert_no_error(error);
	g_assert_cmpint(outcome, ==, DIRECTORY_FOUND);
	return g_strdup(entry_key(entry));
}

/* ---- logins ---- */

static void test_logins(void)
{
	static const struct {
		const char *name, *login, *password;
		DirectoryOutcome want;
	} cases[] = {
		{"pupil", "alvlin", SCHOOL_PASSWORD, DIRECTORY_FOUND},
		{"again", "alvlin", SCHOOL_PASSWORD, DIRECTORY_FOUND},
		{"case of the login", "ALVLIN", SCHOOL_PASSWORD, DIRECTORY_FOUND},
		{"argon2", "ingber", SCHOOL_PASSWORD, DIRECTORY_FOUND},
		{"UTF-8 password", "asajon", "blåbär & Åska", DIRECTORY_FOUND},
		{"wrong password", "alvlin", "fel", DIRECTORY_WRONG_PASSWORD},
		{"longer password", "alvlin", SCHOOL_PASSWORD "x", DIRECTORY_WRONG_PASSWORD},
		{"shorter password", "alvlin", "katten-sover-got", DIRECTORY_WRONG_PASSWORD},
		{"case of the password", "alvlin", "Katten-sover-gott", DIRECTORY_WRONG_PASSWORD},
		{"the hash as password", "alvlin", "{SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD",
		 DIRECTORY_WRONG_PASSWORD},
		{"wrong password against argon2", "ingber", "fel", DIRECTORY_WRONG_PASSWORD},
		{"locked", "locked", SCHOOL_PASSWORD, DIRECTORY_WRONG_PASSWORD},
		{"no password in the entry", "nopass", SCHOOL_PASSWORD, DIRECTORY_WRONG_PASSWORD},
		{"unknown", "nobody", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"unknown, service account", "portvakt", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"a DN", "uid=alvlin," SCHOOL_PEOPLE, SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"star is a person called star", "*", SCHOOL_PASSWORD, DIRECTORY_FOUND},
		{"star at the end", "alv*", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"filter", ")(uid=*", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"filter", "x)(|(uid=*))", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"filter", "alvlin)(objectClass=*", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"escape", "\\61lvlin", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"backslash", "alvlin\\", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
		{"non-Latin", "Шевченко", SCHOOL_PASSWORD, DIRECTORY_UNKNOWN},
	};
	g_autoptr(Directory) directory = school(school_uri());
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_test_message("%s: %s", cases[i].name, cases[i].login);
		g_assert_cmpstr(directory_outcome_name(school_login(directory, cases[i].login,
								    cases[i].password, &entry)),
				==, directory_outcome_name(cases[i].want));
	}
}

/* The only server is closed: an outcome that is no fault shows that nothing was sent. */
static void test_refused_before_any_packet(void)
{
	g_autofree char *long_login = g_strnfill(LIMIT_LOGIN + 1, 'a');
	g_autofree char *long_password = g_strnfill(LIMIT_PASSWORD + 1, 'a');
	const struct {
		const char *name, *login;
		gsize login_length;
		const char *password;
		gsize password_length;
		DirectoryOutcome want;
	} cases[] = {
		{"this one would be sent", "alvlin", 6, SCHOOL_PASSWORD, 17, DIRECTORY_FAULT},
		{"empty login", "", 0, SCHOOL_PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"empty password", "alvlin", 6, "", 0, DIRECTORY_BAD_INPUT},
		{"NUL in the login", "alvlin\0x", 8, SCHOOL_PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"NUL in the password", "alvlin", 6, SCHOOL_PASSWORD "\0x", 19,
		 DIRECTORY_BAD_INPUT},
		{"NUL as password", "alvlin", 6, "\0", 1, DIRECTORY_BAD_INPUT},
		{"login too long", long_login, LIMIT_LOGIN + 1, SCHOOL_PASSWORD, 17,
		 DIRECTORY_BAD_INPUT},
		{"longest login", long_login, LIMIT_LOGIN, SCHOOL_PASSWORD, 17, DIRECTORY_FAULT},
		{"password too long", "alvlin", 6, long_password, LIMIT_PASSWORD + 1,
		 DIRECTORY_BAD_INPUT},
		{"longest password", "alvlin", 6, long_password, LIMIT_PASSWORD, DIRECTORY_FAULT},
		{"login not UTF-8", "alv\xff", 4, SCHOOL_PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"overlong UTF-8", "alv\xc0\xaf", 5, SCHOOL_PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"control character", "alv\nlin", 7, SCHOOL_PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"password not UTF-8 is the server's to judge", "alvlin", 6, "\xff", 1,
		 DIRECTORY_FAULT},
	};
	g_autoptr(Rogue) rogue = rogue_new(ROGUE_CLOSED);
	g_autoptr(Directory) directory = school(rogue_uri(rogue));
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(directory_login(directory, g_get_monotonic_time(), cases[i].login,
						cases[i].login_length, cases[i].password,
						cases[i].password_length, NULL, &entry, NULL),
				==, cases[i].want);
		g_assert_null(entry);
	}
}

static void test_ambiguous(void)
{
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	options->login_filter = g_strdup("(|(uid={login})(mail={login}))");
	g_autoptr(Directory) directory = school_open(options, NULL);
	static const struct {
		const char *login;
		DirectoryOutcome want;
	} cases[] = {
		{"twins@skola.example", DIRECTORY_AMBIGUOUS},
		{"twin1", DIRECTORY_FOUND},
		{"alvlin@elev.skola.example", DIRECTORY_FOUND},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_test_message("%s", cases[i].login);
		g_assert_cmpint(school_login(directory, cases[i].login, SCHOOL_PASSWORD, &entry),
				==, cases[i].want);
	}
}

typedef struct {
	bool open;
	unsigned asked;
	char *key;
} Gate;

static bool gate_is_open(const char *person_key, gpointer data)
{
	Gate *gate = data;

	gate->asked++;
	g_free(gate->key);
	gate->key = g_strdup(person_key);
	return gate->open;
}

static void test_gate(void)
{
	static const struct {
		const char *name, *login, *password;
		bool open;
		DirectoryOutcome want;
		bool has_key;
		unsigned asked;
	} cases[] = {
		{"right, open", "alvlin", SCHOOL_PASSWORD, true, DIRECTORY_FOUND, true, 1},
		{"right, closed", "alvlin", SCHOOL_PASSWORD, false, DIRECTORY_HELD, true, 1},
		{"wrong, open", "alvlin", "x", true, DIRECTORY_WRONG_PASSWORD, true, 1},
		{"wrong, closed", "alvlin", "x", false, DIRECTORY_HELD, true, 1},
		{"unknown, open", "nobody", "x", true, DIRECTORY_UNKNOWN, false, 1},
		{"unknown, closed", "nobody", "x", false, DIRECTORY_HELD, false, 1},
		{"two of that name", "twins@skola.example", "x", false, DIRECTORY_HELD, false, 1},
		{"nothing to try", "alvlin", "", false, DIRECTORY_BAD_INPUT, false, 0},
	};
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	options->login_filter = g_strdup("(|(uid={login})(mail={login}))");
	g_autoptr(Directory) directory = school_open(options, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		Gate gate = {.open = cases[i].open};
		const DirectoryGate asked = {gate_is_open, &gate};
		g_autoptr(DirectoryEntry) entry = NULL;
		g_autoptr(GError) error = NULL;

		g_test_message("%s", cases[i].name);
		g_assert_cmpint(directory_login(directory, g_get_monotonic_time(), cases[i].login,
						strlen(cases[i].login), cases[i].password,
						strlen(cases[i].password), &asked, &entry, &error),
				==, cases[i].want);
		g_assert_no_error(error);
		g_assert_cmpint(entry != NULL, ==, cases[i].want == DIRECTORY_FOUND);
		g_assert_cmpuint(gate.asked, ==, cases[i].asked);
		g_assert_cmpint(gate.key != NULL, ==, cases[i].has_key);
		if (entry)
			g_assert_cmpstr(gate.key, ==, entry_key(entry));
		g_free(gate.key);
	}
}

static void test_keys(void)
{
	static const struct {
		const char *name, *attribute, *login, *want; /* want NULL: no usable key */
	} cases[] = {
		{"entryUUID", NULL, "alvlin", "7a1d0e52-3f6b-4c8e-9b20-000000000001"},
		{"text", "portvaktPersonId", "alvlin", "S01"},
		{"absent", "portvaktPersonId", "twin1", NULL},
		{"two values", "eduPersonAffiliation", "alvlin", NULL},
		{"non-Latin", "sn", "olesje", "Шевченко"},
		{"bytes special in filters", "objectGUID", "guid",
		 "002a28295cff80c328c0010203040506"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		options->person_key = g_strdup(cases[i].attribute);
		g_autoptr(Directory) directory = school_open(options, NULL);
		g_autoptr(DirectoryEntry) entry = NULL, again = NULL;
		DirectoryOutcome outcome =
			school_login(directory, cases[i].login, SCHOOL_PASSWORD, &entry);
		g_test_message("%s", cases[i].name);
		if (!cases[i].want) {
			g_assert_cmpint(outcome, ==, DIRECTORY_NO_KEY);
			continue;
		}
		g_assert_cmpstr(entry_key(entry), ==, cases[i].want);
		/* and back */
		g_assert_cmpint(directory_read(directory, g_get_monotonic_time(), cases[i].want,
					       &again, NULL),
				==, DIRECTORY_FOUND);
		g_assert_cmpstr(entry_dn(again), ==, entry_dn(entry));
	}
}

static void test_read(void)
{
	g_autofree char *long_key = g_strnfill(LIMIT_PERSON_KEY + 1, 'a');
	const struct {
		const char *key;
		DirectoryOutcome want;
	} cases[] = {
		{"7a1d0e52-3f6b-4c8e-9b20-000000000001", DIRECTORY_FOUND},
		{"7a1d0e52-3f6b-4c8e-9b20-999999999999", DIRECTORY_UNKNOWN},
		{"", DIRECTORY_UNKNOWN},
		{"*", DIRECTORY_UNKNOWN},
		{"x)(uid=alvlin", DIRECTORY_UNKNOWN},
		{long_key, DIRECTORY_UNKNOWN},
	};
	g_autoptr(Directory) directory = school(school_uri());
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_autoptr(GError) error = NULL;
		DirectoryOutcome outcome = directory_read(directory, g_get_monotonic_time(),
							  cases[i].key, &entry, &error);
		g_assert_no_error(error);
		g_assert_cmpint(outcome, ==, cases[i].want);
	}
	/* only what was asked for comes, and never a password */
	g_autoptr(DirectoryEntry) entry = NULL;
	directory_read(directory, g_get_monotonic_time(), cases[0].key, &entry, NULL);
	g_assert_nonnull(entry_values(entry, "DISPLAYNAME"));
	g_assert_null(entry_values(entry, "norEduPersonNIN"));
	g_assert_null(entry_values(entry, "userPassword"));
}

/* With one connection of each kind, a service connection that had been bound as the pupil could
 * not read anybody: the server's rules let a pupil see nothing. */
static void test_service_stays_service(void)
{
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	options->connections = 1;
	g_autoptr(Directory) directory = school_open(options, NULL);
	g_autofree char *key = key_of(directory, "noabjo");
	for (int i = 0; i < 3; i++) {
		g_autoptr(DirectoryEntry) pupil = NULL, other = NULL;
		g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &pupil), ==,
				DIRECTORY_FOUND);
		g_assert_cmpint(
			directory_read(directory, g_get_monotonic_time(), key, &other, NULL), ==,
			DIRECTORY_FOUND);
	}
}

/* What is too much of one attribute costs that attribute, whole, and nothing else. */
static void test_too_much_of_an_attribute(void)
{
	static const char *const asked[] = {"uid", "displayName", "eduPersonEntitlement",
					    "description", NULL};
	static const struct {
		const char *attribute, *want; /* want NULL: it has none */
	} cases[] = {
		{"uid", "member"},
		{"eduPersonEntitlement", ENTRY_UNREADABLE},
		{"description", ENTRY_UNREADABLE},
		{"displayName", "whole"},
		{"displayName;lang-sv", NULL},
		{"mail", NULL},
	};
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	g_autoptr(Directory) directory = school_open(options, asked);
	g_autoptr(DirectoryEntry) entry = NULL;
	g_assert_cmpint(school_login(directory, "member", SCHOOL_PASSWORD, &entry), ==,
			DIRECTORY_FOUND);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *const *values = entry_values(entry, cases[i].attribute);
		g_test_message("%s", cases[i].attribute);
		g_assert_cmpint(values != NULL, ==, cases[i].want != NULL);
		if (values) {
			g_assert_cmpstr(values[0], ==, cases[i].want);
			g_assert_null(values[1]);
		}
	}
}

/* An entry past the limit is its owner's fault and nobody else's: the server does not rest. */
static void test_too_much_of_an_entry(void)
{
	static const char *const all[] = {"description", NULL};
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	g_autoptr(Directory) directory = school_open(options, all);
	g_autofree char *key = key_of(directory, "alvlin");
	for (int i = 0; i < 3; i++) {
		g_autoptr(DirectoryEntry) large = NULL, small = NULL;
		g_autoptr(GError) error = NULL;
		DirectoryStats stats;
		g_assert_cmpint(directory_find(directory, "large", &large, &error), ==,
				DIRECTORY_FAULT);
		g_assert_nonnull(strstr(error->message, "larger than any entry may be"));
		directory_stats(directory, &stats);
		g_assert_false(stats.servers[0].rests);
		g_assert_cmpuint(stats.servers[0].failures, ==, i + 1);
		g_assert_cmpint(
			directory_read(directory, g_get_monotonic_time(), key, &small, NULL), ==,
			DIRECTORY_FOUND);
	}
}

/* ---- people who are kept ---- */

static Directory *keeping(unsigned seconds, const char *const *attributes)
{
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	options->max_age = seconds;
	return school_open(options, attributes);
}

static bool recalls(Directory *directory, const char *key)
{
	g_autoptr(DirectoryEntry) entry = directory_recall(directory, key);
	if (entry)
		g_assert_cmpstr(entry_key(entry), ==, key);
	return entry != NULL;
}

static void test_recall(void)
{
	static const char *const other[] = {"displayName", NULL};
	g_autoptr(Directory) directory = keeping(1, few), never = keeping(0, few);
	g_autoptr(Directory) next = keeping(300, few), wider = keeping(300, other);
	g_autoptr(DirectoryEntry) wrong = NULL, right = NULL;
	g_autofree char *key = key_of(never, "alvlin");
	g_assert_false(recalls(never, key));
	g_assert_false(recalls(directory, key));
	/* a stranger's guess does not bring anybody in */
	g_assert_cmpint(school_login(directory, "alvlin", "fel", &wrong), ==,
			DIRECTORY_WRONG_PASSWORD);
	g_assert_false(recalls(directory, key));
	gint64 start = g_get_monotonic_time();
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &right), ==,
			DIRECTORY_FOUND);
	bool held = recalls(directory, key);
	if (g_get_monotonic_time() - start < G_TIME_SPAN_SECOND)
		g_assert_true(held);

	/* a new generation keeps them, if it asks for the same */
	directory_inherit(next, directory);
	directory_inherit(wider, directory);
	g_assert_true(recalls(next, key));
	g_assert_false(recalls(wider, key));
	g_usleep(1100000);
	g_assert_true(recalls(next, key));
	g_assert_false(recalls(directory, key));

	/* nobody has this one, and nobody is made of it */
	g_autoptr(DirectoryEntry) gone = NULL;
	g_assert_cmpint(directory_read(directory, g_get_monotonic_time(), "gone", &gone, NULL), ==,
			DIRECTORY_UNKNOWN);
	g_assert_false(recalls(directory, "gone"));
}

/* ---- TLS ---- */

static void test_tls(void)
{
	g_autofree char *ca = school_path("ca.pem"), *foreign = school_path("foreign.pem");
	g_autofree char *socket = school_path("slapd/run/ldapi");
	g_auto(GStrv) slashes = g_strsplit(socket, "/", -1);
	g_autofree char *escaped = g_strjoinv("%2F", slashes);
	g_autofree char *local = g_strdup_printf("ldapi://%s", escaped);
	const char *port = strrchr(school_uri(), ':') + 1;
	int tls_port = (int)g_ascii_strtoll(port, NULL, 10) + 1;
	g_autofree char *ldaps = g_strdup_printf("ldaps://127.0.0.1:%d", tls_port);
	g_autofree char *localhost = g_strdup_printf("ldap://localhost:%s", port);
	g_autofree char *other = g_strdup_printf("ldap://127.0.0.2:%s", port);
	g_autofree char *other_dir = school_path("other");
	g_autoptr(Rogue) no_tls = rogue_new(ROGUE_NO_TLS);

	/* the second server shows the certificate of another host */
	g_autofree char *cert = school_path("other.pem"), *key = school_path("other-key.pem");
	school_run(TEST_SRCDIR "/contrib/school/slapd", "start", other_dir, "0", ca, cert, key,
		   NULL);
	g_autofree char *other_port = school_text("other/port");
	g_autofree char *misnamed = g_strdup_printf("ldap://127.0.0.1:%s", other_port);
	g_autofree char *misnamed_tls = g_strdup_printf(
		"ldaps://127.0.0.1:%d", (int)g_ascii_strtoll(other_port, NULL, 10) + 1);

	const struct {
		const char *name, *uri, *ca;
		DirectoryOutcome want;
	} cases[] = {
		{"StartTLS", school_uri(), ca, DIRECTORY_FOUND},
		{"ldaps", ldaps, ca, DIRECTORY_FOUND},
		{"local socket", local, NULL, DIRECTORY_FOUND},
		{"StartTLS, foreign CA", school_uri(), foreign, DIRECTORY_FAULT},
		{"ldaps, foreign CA", ldaps, foreign, DIRECTORY_FAULT},
		{"StartTLS, certificate of another host", misnamed, ca, DIRECTORY_FAULT},
		{"ldaps, certificate of another host", misnamed_tls, ca, DIRECTORY_FAULT},
		{"StartTLS refused by the server", rogue_uri(no_tls), ca, DIRECTORY_FAULT},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(cases[i].uri);
		g_autoptr(DirectoryEntry) entry = NULL;
		g_free(options->ca_file);
		options->ca_file = g_strdup(cases[i].ca);
		g_autoptr(Directory) directory = school_open(options, NULL);
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &entry), ==,
				cases[i].want);
	}
	school_run(TEST_SRCDIR "/contrib/school/slapd", "stop", other_dir, NULL);
}

/* OpenSSL as a server of one TLS version; it speaks no LDAP, so that a connection it secures ends
 * at the bind. */
static void test_old_tls(void)
{
	static const struct {
		const char *version, *want;
	} cases[] = {
		{"-tls1_1", "nothing newer than TLS 1.1"},
		{"-tls1_2", ": binding: "},
		{"-tls1_3", ": binding: "},
	};
	g_autofree char *cert = school_path("cert.pem"), *key = school_path("key.pem");
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		/* a port that was free a moment ago */
		Rogue *rogue = rogue_new(ROGUE_CLOSED);
		g_autofree char *address = g_strdup(rogue_uri(rogue) + strlen("ldap://"));
		g_autofree char *uri = g_strdup_printf("ldaps://%s", address);
		rogue_free(rogue);
		const char *const argv[] = {
			"openssl", "s_server",       "-accept", address,   "-cert",
			cert,      "-key",           key,       "-cipher", "ALL:@SECLEVEL=0",
			"-quiet",  cases[i].version, NULL};
		g_autoptr(GError) error = NULL;
		g_autoptr(GSubprocess) server = g_subprocess_newv(
			argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
			&error);
		g_assert_no_error(error);
		for (int wait = 0; wait < 100; wait++) {
			g_autoptr(Directory) directory = school(uri);
			g_autoptr(DirectoryEntry) entry = NULL;
			g_clear_error(&error);
			g_assert_cmpint(directory_find(directory, "alvlin", &entry, &error), ==,
					DIRECTORY_FAULT);
			if (!strstr(error->message, "connecting"))
				break;
			g_usleep(50000);
		}
		g_subprocess_force_exit(server);
		g_test_message("%s: %s", cases[i].version, error->message);
		g_assert_nonnull(strstr(error->message, cases[i].want));
	}
}

/* ---- options ---- */

static void test_options_refused(void)
{
	static const struct {
		const char *name;
		gsize field; /* of DirectoryOptions, a char * */
		const char *value, *want;
	} cases[] = {
#define FIELD(f) G_STRUCT_OFFSET(DirectoryOptions, f)
		{"no CA", FIELD(ca_file), NULL, "[directory main] ca: missing"},
		{"CA not there", FIELD(ca_file), "/nonexistent", "/nonexistent"},
		{"CA is none", FIELD(ca_file), "/etc/passwd", "holds no certificate"},
		{"no bind-dn", FIELD(bind_dn), NULL, "[directory main] bind-dn: missing"},
		{"empty bind-dn", FIELD(bind_dn), "", "[directory main] bind-dn: missing"},
		{"no base", FIELD(base), NULL, "[directory main] base: missing"},
		{"no password file", FIELD(password_file), "/nonexistent", "/nonexistent"},
		{"password file open to all", FIELD(password_file), "/etc/passwd",
		 "/etc/passwd: others may read this secret; run `chmod 0600 /etc/passwd`"},
		{"password file is a folder", FIELD(password_file), "/",
		 "/: a secret must be a regular file"},
		{"filter without login", FIELD(login_filter), "(uid=*)", "anybody would do"},
		{"filter unbalanced", FIELD(login_filter), "(uid={login}", "is no LDAP filter"},
		{"two filters", FIELD(login_filter), "(uid={login})(a=b)", "is no LDAP filter"},
		{"bare filter", FIELD(login_filter), "uid={login}", "is no LDAP filter"},
		{"key", FIELD(person_key), "entry UUID", "is no LDAP attribute"},
	};
	static const struct {
		const char *uris, *want;
		bool start_tls;
	} uris[] = {
		{"", "is no address of a server", true},
		{"127.0.0.1", "is no address of a server", true},
		{"ldap://", "is no address of a server", true},
		{"ldaps://h?x", "is no address of a server", true},
		{"ldaps://h/dc=x", "is no address of a server", true},
		{"ldaps://me:pw@h", "is no address of a server", true},
		{"https://h", "is none of ldaps:, ldap:, ldapi:", true},
		{"ldap://h", "passwords do not travel in the clear", false},
		{"ldaps://h ldap://h", "passwords do not travel in the clear", false},
		{"ldaps://1 ldaps://2 ldaps://3 ldaps://4 ldaps://5 ldaps://6 ldaps://7 ldaps://8 "
		 "ldaps://9",
		 "more than 8 addresses", true},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		g_autoptr(GError) error = NULL;
		char **field = G_STRUCT_MEMBER_P(options, cases[i].field);
		g_free(*field);
		*field = g_strdup(cases[i].value);
		g_test_message("%s", cases[i].name);
		g_assert_null(directory_new(options, few, &error));
		g_assert_nonnull(strstr(error->message, cases[i].want));
	}
	for (gsize i = 0; i < G_N_ELEMENTS(uris); i++) {
		g_autoptr(DirectoryOptions) options = school_options(uris[i].uris);
		g_autoptr(GError) error = NULL;
		options->start_tls = uris[i].start_tls;
		if (!*uris[i].uris) {
			g_strfreev(options->uris);
			options->uris = g_strsplit("x:", ";", -1);
		}
		g_test_message("%s", uris[i].uris);
		g_assert_null(directory_new(options, few, &error));
		g_assert_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE);
		g_assert_nonnull(strstr(error->message, uris[i].want));
	}
}

static void test_check(void)
{
	static const struct {
		const char *name;
		gsize field;
		const char *value, *want; /* want NULL: all is well */
	} cases[] = {
		{"all is well", FIELD(decoy_dn), NULL, NULL},
		{"base not there", FIELD(base), "ou=nowhere,dc=skola,dc=example",
		 "the base is not there"},
		{"base that the account may not see", FIELD(base), "dc=skola,dc=example",
		 "the base is not there"},
		{"wrong service account", FIELD(bind_dn), "cn=other,dc=skola,dc=example",
		 "the service account cn=other,dc=skola,dc=example is refused"},
		{"filter that the library refuses", FIELD(login_filter), "(uid{login})",
		 "the filter is malformed"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		g_autoptr(GError) error = NULL;
		char **field = G_STRUCT_MEMBER_P(options, cases[i].field);
		g_free(*field);
		*field = g_strdup(cases[i].value);
		g_autoptr(Directory) directory = school_open(options, NULL);
		bool well = directory_check(directory, &error);
		g_test_message("%s: %s", cases[i].name, error ? error->message : "");
		g_assert_cmpint(well, ==, cases[i].want == NULL);
		if (error && cases[i].want)
			g_assert_nonnull(strstr(error->message, cases[i].want));
	}
	/* every address is looked at, also the second */
	g_autoptr(Rogue) closed = rogue_new(ROGUE_CLOSED);
	g_autofree char *both = g_strdup_printf("%s %s", school_uri(), rogue_uri(closed));
	g_autoptr(Directory) directory = school(both);
	g_autoptr(GError) error = NULL;
	g_assert_false(directory_check(directory, &error));
	g_assert_nonnull(strstr(error->message, rogue_uri(closed)));
}

int main(int argc, char **argv)
{
	/* what an admin's shell may say must change nothing */
	g_setenv("LDAPTLS_REQCERT", "never", TRUE);
	g_setenv("LDAPTLS_CACERT", "/nonexistent", TRUE);
	g_setenv("LDAPTLS_CIPHER_SUITE", "nonsense", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_autofree char *ldif = extra_people();
	school_up(ldif, extra_conf);
	g_test_add_func("/directory/logins", test_logins);
	g_test_add_func("/directory/refused-before-any-packet", test_refused_before_any_packet);
	g_test_add_func("/directory/ambiguous", test_ambiguous);
	g_test_add_func("/directory/gate", test_gate);
	g_test_add_func("/directory/keys", test_keys);
	g_test_add_func("/directory/read", test_read);
	g_test_add_func("/directory/service-stays-service", test_service_stays_service);
	g_test_add_func("/directory/too-much-of-an-attribute", test_too_much_of_an_attribute);
	g_test_add_func("/directory/too-much-of-an-entry", test_too_much_of_an_entry);
	g_test_add_func("/directory/recall", test_recall);
	g_test_add_func("/directory/tls", test_tls);
	g_test_add_func("/directory/old-tls", test_old_tls);
	g_test_add_func("/directory/options-refused", test_options_refused);
	g_test_add_func("/directory/check", test_check);
	int failed = g_test_run();
	school_down();
	return failed;
}
