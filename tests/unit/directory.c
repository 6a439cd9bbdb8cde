/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The directory against a real slapd with the sample school, and against servers that misbehave. */
#include "idp/masterdata/directory.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/masterdata/masterdata.h"
#include "idp/seal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PASSWORD "katten-sover-gott"
#define PEOPLE   "ou=people,dc=skola,dc=example"

static char *dir;  /* holds pki, and slapd/ */
static char *good; /* ldap://127.0.0.1:PORT of the sample school */

/* ---- the servers ---- */

#define LIBRARY TEST_SRCDIR "/tests/lib/slapd.sh"

static void run_script(const char *command, ...) G_GNUC_NULL_TERMINATED;
static void run_script(const char *command, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	int status = -1;
	va_list args;

	g_ptr_array_add(argv, (gpointer)(guintptr) "bash");
	va_start(args, command);
	for (const char *arg = command; arg; arg = va_arg(args, const char *))
		g_ptr_array_add(argv, (gpointer)(guintptr)arg);
	va_end(args);
	g_ptr_array_add(argv, NULL);
	g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
		     &status, &error);
	g_assert_no_error(error);
	g_assert_cmpint(status, ==, 0);
}

static char *path(const char *name)
{
	return g_build_filename(dir, name, NULL);
}

static char *read_number(const char *name)
{
	g_autofree char *file = path(name);
	char *text = NULL;
	g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
	return g_strstrip(text);
}

static pid_t slapd_pid(void)
{
	g_autofree char *text = read_number("slapd/slapd.pid");
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

/* People that the sample school has no use for. */
static char *extra_people(void)
{
	GString *ldif = g_string_new(NULL);
#define CLASSES                                                                                    \
	"objectClass: inetOrgPerson\nobjectClass: eduPerson\nobjectClass: portvaktSchoolPerson\n"  \
	"objectClass: testPerson\nsn: x\ncn: x\neduPersonAffiliation: student\n"                   \
	"userPassword: {SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD\n"
	g_string_append(
		ldif,
		/* no marking at all; a marking of bytes that are no text */
		"dn: uid=unmarked," PEOPLE "\nuid: unmarked\n" CLASSES "\n"
		"dn: uid=garbled," PEOPLE "\nuid: garbled\n" CLASSES "testMarking:: SW5nZW7/\n\n"
		/* two humans with one address */
		"dn: uid=twin1," PEOPLE "\nuid: twin1\nmail: twins@skola.example\n" CLASSES "\n"
		"dn: uid=twin2," PEOPLE "\nuid: twin2\nmail: twins@skola.example\n" CLASSES "\n"
		/* a login that would be a filter, if it were not escaped */
		"dn: uid=\\2a," PEOPLE "\nuid: *\n" CLASSES "\n"
		/* locked by the server */
		"dn: cn=default,ou=service,dc=skola,dc=example\nobjectClass: device\n"
		"objectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\n"
		"pwdLockout: TRUE\n\n"
		"dn: uid=locked," PEOPLE "\nuid: locked\n" CLASSES
		"pwdAccountLockedTime: 000001010000Z\n\n"
		/* Active Directory's key: 16 bytes, some of them special in filters */
		"dn: uid=guid," PEOPLE "\nuid: guid\n" CLASSES
		"objectGUID:: ACooKVz/gMMowAECAwQFBg==\n\n"
		/* no password */
		"dn: uid=nopass," PEOPLE "\nuid: nopass\nobjectClass: inetOrgPerson\n"
		"sn: x\ncn: x\n\n"
		/* the empty password, hashed */
		"dn: uid=emptypass," PEOPLE "\nuid: emptypass\n"
		"objectClass: inetOrgPerson\nsn: x\ncn: x\nuserPassword:\n\n"
		"dn: uid=member," PEOPLE "\nuid: member\n" CLASSES);
	for (int i = 0; i < LIMIT_ENTRY_VALUES + 100; i++)
		g_string_append_printf(ldif, "eduPersonEntitlement: urn:x:%d\n", i);
	g_string_append(ldif, "\ndn: uid=large," PEOPLE "\nuid: large\n" CLASSES);
	g_autofree char *filler = g_strnfill(100 * 1024, 'a');
	for (int i = 0; i < LIMIT_DIRECTORY_MESSAGE / (100 * 1024) + 2; i++)
		g_string_append_printf(ldif, "description: %d%s\n", i, filler);
	g_string_append(ldif, "\n");
	return g_string_free(ldif, FALSE);
}

static const char extra_conf[] =
	"overlay ppolicy\n"
	"ppolicy_default cn=default,ou=service,dc=skola,dc=example\n"
	"attributetype ( 2.25.1.1 NAME 'objectGUID' EQUALITY octetStringMatch "
	"SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )\n"
	"attributetype ( 2.25.1.2 NAME 'testMarking' EQUALITY octetStringMatch "
	"SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )\n"
	"objectclass ( 2.25.1.3 NAME 'testPerson' SUP top AUXILIARY "
	"MAY ( objectGUID $ testMarking ) )\n";

/* Ends the servers and removes their folder as soon as `leash` is closed, or this test dies. */
static GPid keeper;
static int leash;

static void keeper_start(void)
{
	const char *const argv[] = {
		"bash",
		"-c",
		"read -r _; bash \"$0\" down \"$1\"; \"$2\" stop \"$1/other\"; rm -rf \"$1\"",
		LIBRARY,
		dir,
		TEST_SRCDIR "/contrib/school/slapd",
		NULL};
	g_autoptr(GError) error = NULL;
	g_spawn_async_with_pipes(NULL, (char **)(guintptr)argv, NULL,
				 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
					 G_SPAWN_STDERR_TO_DEV_NULL,
				 NULL, NULL, &keeper, &leash, NULL, NULL, &error);
	g_assert_no_error(error);
}

static void servers_up(void)
{
	g_autofree char *ldif = extra_people();
	dir = g_dir_make_tmp("portvakt-directory-XXXXXX", NULL);
	g_assert_nonnull(dir);
	g_assert_cmpint(g_chmod(dir, 0755), ==, 0);
	keeper_start();
	g_autofree char *ldif_file = path("extra.ldif"), *conf_file = path("extra.conf");
	g_assert_true(g_file_set_contents(ldif_file, ldif, -1, NULL));
	g_assert_true(g_file_set_contents(conf_file, extra_conf, -1, NULL));
	run_script(LIBRARY, "up", dir, ldif_file, conf_file, NULL);
	g_autofree char *port = read_number("slapd/port");
	good = g_strdup_printf("ldap://127.0.0.1:%s", port);
}

static void servers_down(void)
{
	close(leash);
	g_assert_cmpint(waitpid(keeper, NULL, 0), ==, keeper);
	g_free(dir);
	g_free(good);
}

/* ---- a server that misbehaves ---- */

typedef enum { CLOSED, SILENT, NO_TLS, STALLED_TLS, DRIPPING_TLS } Manner;

typedef struct {
	Manner manner;
	int listener;
	GThread *thread;
	char *uri;
	GMutex lock;
	int peer; /* under lock; -1: none */
	bool stop;
} Rogue;

/* LDAP: the answers to a StartTLS request with message id 1 */
static const char tls_yes[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
static const char tls_no[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00";

static void misbehave(Rogue *rogue, int peer)
{
	char bytes[512];
	gssize ignored G_GNUC_UNUSED = recv(peer, bytes, sizeof bytes, 0);

	if (rogue->manner == NO_TLS)
		send(peer, tls_no, sizeof tls_no - 1, MSG_NOSIGNAL);
	if (rogue->manner == STALLED_TLS || rogue->manner == DRIPPING_TLS)
		send(peer, tls_yes, sizeof tls_yes - 1, MSG_NOSIGNAL);
	if (rogue->manner == DRIPPING_TLS) {
		/* a handshake record of 512 bytes, one every 100 ms */
		recv(peer, bytes, sizeof bytes, 0);
		send(peer, "\x16\x03\x03\x02\x00", 5, MSG_NOSIGNAL);
		while (send(peer, "\x02", 1, MSG_NOSIGNAL) == 1)
			g_usleep(100000);
	}
	while (recv(peer, bytes, sizeof bytes, 0) > 0)
		;
}

static gpointer rogue_run(gpointer data)
{
	Rogue *rogue = data;
	for (;;) {
		int peer = accept(rogue->listener, NULL, NULL);
		g_mutex_lock(&rogue->lock);
		bool stop = rogue->stop;
		rogue->peer = stop ? -1 : peer;
		g_mutex_unlock(&rogue->lock);
		if (peer >= 0 && !stop)
			misbehave(rogue, peer);
		g_mutex_lock(&rogue->lock);
		rogue->peer = -1;
		if (peer >= 0)
			close(peer);
		g_mutex_unlock(&rogue->lock);
		if (stop || peer < 0)
			return NULL;
	}
}

static Rogue *rogue_new(Manner manner)
{
	Rogue *rogue = g_new0(Rogue, 1);
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;

	rogue->manner = manner;
	rogue->peer = -1;
	g_mutex_init(&rogue->lock);
	rogue->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(rogue->listener, (struct sockaddr *)&address, length), ==, 0);
	g_assert_cmpint(getsockname(rogue->listener, (struct sockaddr *)&address, &length), ==, 0);
	rogue->uri = g_strdup_printf("ldap://127.0.0.1:%d", ntohs(address.sin_port));
	/* CLOSED: the port is ours, so that nobody else takes it, but nobody listens */
	if (manner != CLOSED) {
		g_assert_cmpint(listen(rogue->listener, 16), ==, 0);
		rogue->thread = g_thread_new("rogue", rogue_run, rogue);
	}
	return rogue;
}

static void rogue_free(Rogue *rogue)
{
	g_mutex_lock(&rogue->lock);
	rogue->stop = true;
	shutdown(rogue->listener, SHUT_RDWR);
	if (rogue->peer >= 0)
		shutdown(rogue->peer, SHUT_RDWR);
	g_mutex_unlock(&rogue->lock);
	if (rogue->thread)
		g_thread_join(rogue->thread);
	close(rogue->listener);
	g_free(rogue->uri);
	g_mutex_clear(&rogue->lock);
	g_free(rogue);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rogue, rogue_free)

/* ---- making directories ---- */

static DirectoryOptions *school_options(const char *uris)
{
	DirectoryOptions *options = directory_options_new();
	options->name = g_strdup("main");
	options->uris = g_strsplit(uris, " ", -1);
	options->start_tls = true;
	options->ca_file = path("ca.pem");
	options->bind_dn = g_strdup("cn=portvakt,ou=service,dc=skola,dc=example");
	options->password_file = path("slapd/password");
	options->base = g_strdup(PEOPLE);
	options->decoy_dn = g_strdup("cn=decoy,ou=service,dc=skola,dc=example");
	options->connections = 4;
	return options;
}

static MasterdataOptions *school_meaning(void)
{
	MasterdataOptions *options = masterdata_options_new();
	options->name = g_strdup("main");
	options->student = g_strsplit("eduPersonAffiliation=student", ";", -1);
	options->staff = g_strsplit("eduPersonAffiliation=employee", ";", -1);
	options->teacher = g_strsplit("eduPersonAffiliation=faculty", ";", -1);
	options->protected_attribute = g_strdup("securityMarking");
	options->protected_no = g_strsplit("Ingen", ";", -1);
	options->eppn_staff = g_strdup("portvaktStaffPrincipalName");
	return options;
}

static const char *const basic[] = {"uid", "displayName", "eduPersonEntitlement", NULL};

static Directory *open_with(const DirectoryOptions *options, const char *const *attributes)
{
	g_autoptr(GError) error = NULL;
	Directory *directory = directory_new(options, attributes, &error);
	g_assert_no_error(error);
	return directory;
}

static Directory *school(const char *uris)
{
	g_autoptr(DirectoryOptions) options = school_options(uris);
	return open_with(options, basic);
}

static DirectoryOutcome login(Directory *directory, const char *name, const char *password,
			      DirectoryEntry **ret_entry)
{
	g_autoptr(GError) error = NULL;
	DirectoryOutcome outcome = directory_login(directory, name, strlen(name), password,
						   strlen(password), ret_entry, &error);
	if (error)
		g_test_message("error: %s", error->message);
	g_assert_cmpint(error != NULL, ==, outcome == DIRECTORY_FAULT);
	g_assert_cmpint(*ret_entry != NULL, ==, outcome == DIRECTORY_FOUND);
	if (error)
		g_assert_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN);
	return outcome;
}

static double seconds_since(gint64 start)
{
	return (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
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
		{"pupil", "alvlin", PASSWORD, DIRECTORY_FOUND},
		{"again", "alvlin", PASSWORD, DIRECTORY_FOUND},
		{"case of the login", "ALVLIN", PASSWORD, DIRECTORY_FOUND},
		{"argon2", "ingber", PASSWORD, DIRECTORY_FOUND},
		{"UTF-8 password", "asajon", "blåbär & Åska", DIRECTORY_FOUND},
		{"wrong password", "alvlin", "fel", DIRECTORY_WRONG_PASSWORD},
		{"longer password", "alvlin", PASSWORD "x", DIRECTORY_WRONG_PASSWORD},
		{"shorter password", "alvlin", "katten-sover-got", DIRECTORY_WRONG_PASSWORD},
		{"case of the password", "alvlin", "Katten-sover-gott", DIRECTORY_WRONG_PASSWORD},
		{"the hash as password", "alvlin", "{SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD",
		 DIRECTORY_WRONG_PASSWORD},
		{"wrong password against argon2", "ingber", "fel", DIRECTORY_WRONG_PASSWORD},
		{"locked", "locked", PASSWORD, DIRECTORY_WRONG_PASSWORD},
		{"no password in the entry", "nopass", PASSWORD, DIRECTORY_WRONG_PASSWORD},
		{"unknown", "nobody", PASSWORD, DIRECTORY_UNKNOWN},
		{"unknown, service account", "portvakt", PASSWORD, DIRECTORY_UNKNOWN},
		{"a DN", "uid=alvlin," PEOPLE, PASSWORD, DIRECTORY_UNKNOWN},
		{"star is a person called star", "*", PASSWORD, DIRECTORY_FOUND},
		{"star at the end", "alv*", PASSWORD, DIRECTORY_UNKNOWN},
		{"filter", ")(uid=*", PASSWORD, DIRECTORY_UNKNOWN},
		{"filter", "x)(|(uid=*))", PASSWORD, DIRECTORY_UNKNOWN},
		{"filter", "alvlin)(objectClass=*", PASSWORD, DIRECTORY_UNKNOWN},
		{"escape", "\\61lvlin", PASSWORD, DIRECTORY_UNKNOWN},
		{"backslash", "alvlin\\", PASSWORD, DIRECTORY_UNKNOWN},
		{"non-Latin", "Шевченко", PASSWORD, DIRECTORY_UNKNOWN},
	};
	g_autoptr(Directory) directory = school(good);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_test_message("%s: %s", cases[i].name, cases[i].login);
		g_assert_cmpstr(directory_outcome_name(login(directory, cases[i].login,
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
		{"this one would be sent", "alvlin", 6, PASSWORD, 17, DIRECTORY_FAULT},
		{"empty login", "", 0, PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"empty password", "alvlin", 6, "", 0, DIRECTORY_BAD_INPUT},
		{"NUL in the login", "alvlin\0x", 8, PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"NUL in the password", "alvlin", 6, PASSWORD "\0x", 19, DIRECTORY_BAD_INPUT},
		{"NUL as password", "alvlin", 6, "\0", 1, DIRECTORY_BAD_INPUT},
		{"login too long", long_login, LIMIT_LOGIN + 1, PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"longest login", long_login, LIMIT_LOGIN, PASSWORD, 17, DIRECTORY_FAULT},
		{"password too long", "alvlin", 6, long_password, LIMIT_PASSWORD + 1,
		 DIRECTORY_BAD_INPUT},
		{"longest password", "alvlin", 6, long_password, LIMIT_PASSWORD, DIRECTORY_FAULT},
		{"login not UTF-8", "alv\xff", 4, PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"overlong UTF-8", "alv\xc0\xaf", 5, PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"control character", "alv\nlin", 7, PASSWORD, 17, DIRECTORY_BAD_INPUT},
		{"password not UTF-8 is the server's to judge", "alvlin", 6, "\xff", 1,
		 DIRECTORY_FAULT},
	};
	g_autoptr(Rogue) rogue = rogue_new(CLOSED);
	g_autoptr(Directory) directory = school(rogue->uri);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(directory_login(directory, cases[i].login, cases[i].login_length,
						cases[i].password, cases[i].password_length, &entry,
						NULL),
				==, cases[i].want);
		g_assert_null(entry);
	}
}

static void test_ambiguous(void)
{
	g_autoptr(DirectoryOptions) options = school_options(good);
	options->login_filter = g_strdup("(|(uid={login})(mail={login}))");
	g_autoptr(Directory) directory = open_with(options, basic);
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
		g_assert_cmpint(login(directory, cases[i].login, PASSWORD, &entry), ==,
				cases[i].want);
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
		g_autoptr(DirectoryOptions) options = school_options(good);
		options->person_key = g_strdup(cases[i].attribute);
		g_autoptr(Directory) directory = open_with(options, basic);
		g_autoptr(DirectoryEntry) entry = NULL, again = NULL;
		DirectoryOutcome outcome = login(directory, cases[i].login, PASSWORD, &entry);
		g_test_message("%s", cases[i].name);
		if (!cases[i].want) {
			g_assert_cmpint(outcome, ==, DIRECTORY_NO_KEY);
			continue;
		}
		g_assert_cmpstr(entry_key(entry), ==, cases[i].want);
		/* and back */
		g_assert_cmpint(directory_read(directory, cases[i].want, &again, NULL), ==,
				DIRECTORY_FOUND);
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
	g_autoptr(Directory) directory = school(good);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_autoptr(GError) error = NULL;
		DirectoryOutcome outcome = directory_read(directory, cases[i].key, &entry, &error);
		g_assert_no_error(error);
		g_assert_cmpint(outcome, ==, cases[i].want);
	}
	/* only what was asked for comes, and never a password */
	g_autoptr(DirectoryEntry) entry = NULL;
	directory_read(directory, cases[0].key, &entry, NULL);
	g_assert_nonnull(entry_values(entry, "DISPLAYNAME"));
	g_assert_null(entry_values(entry, "norEduPersonNIN"));
	g_assert_null(entry_values(entry, "userPassword"));
}

/* With one connection of each kind, a service connection that had been bound as the pupil could
 * not read anybody: the server's rules let a pupil see nothing. */
static void test_service_stays_service(void)
{
	g_autoptr(DirectoryOptions) options = school_options(good);
	options->connections = 1;
	g_autoptr(Directory) directory = open_with(options, basic);
	g_autofree char *key = key_of(directory, "noabjo");
	for (int i = 0; i < 3; i++) {
		g_autoptr(DirectoryEntry) pupil = NULL, other = NULL;
		g_assert_cmpint(login(directory, "alvlin", PASSWORD, &pupil), ==, DIRECTORY_FOUND);
		g_assert_cmpint(directory_read(directory, key, &other, NULL), ==, DIRECTORY_FOUND);
	}
}

static void test_limits_of_an_answer(void)
{
	g_autoptr(Directory) directory = school(good);
	g_autoptr(DirectoryEntry) entry = NULL;
	g_assert_cmpint(login(directory, "member", PASSWORD, &entry), ==, DIRECTORY_FOUND);
	g_assert_cmpuint(entry_values(entry, "eduPersonEntitlement")->len, ==,
			 LIMIT_ENTRY_VALUES + 1);

	/* an answer past the limit is no answer, and the next one is read all the same */
	static const char *const all[] = {"description", NULL};
	g_autoptr(DirectoryOptions) options = school_options(good);
	g_autoptr(Directory) greedy = open_with(options, all);
	g_autoptr(DirectoryEntry) large = NULL, small = NULL;
	g_assert_cmpint(login(greedy, "large", PASSWORD, &large), ==, DIRECTORY_FAULT);
	g_assert_cmpint(login(greedy, "alvlin", PASSWORD, &small), ==, DIRECTORY_FOUND);
}

/* ---- TLS ---- */

static void test_tls(void)
{
	g_autofree char *ca = path("ca.pem"), *foreign = path("foreign.pem");
	g_autofree char *socket = path("slapd/run/ldapi");
	g_auto(GStrv) slashes = g_strsplit(socket, "/", -1);
	g_autofree char *escaped = g_strjoinv("%2F", slashes);
	g_autofree char *local = g_strdup_printf("ldapi://%s", escaped);
	const char *port = strrchr(good, ':') + 1;
	int tls_port = (int)g_ascii_strtoll(port, NULL, 10) + 1;
	g_autofree char *ldaps = g_strdup_printf("ldaps://127.0.0.1:%d", tls_port);
	g_autofree char *localhost = g_strdup_printf("ldap://localhost:%s", port);
	g_autofree char *other = g_strdup_printf("ldap://127.0.0.2:%s", port);
	g_autofree char *other_dir = path("other");
	g_autoptr(Rogue) no_tls = rogue_new(NO_TLS);

	/* the second server shows the certificate of another host */
	g_autofree char *cert = path("other.pem"), *key = path("other-key.pem");
	run_script(TEST_SRCDIR "/contrib/school/slapd", "start", other_dir, "0", ca, cert, key,
		   NULL);
	g_autofree char *other_port = read_number("other/port");
	g_autofree char *misnamed = g_strdup_printf("ldap://127.0.0.1:%s", other_port);
	g_autofree char *misnamed_tls = g_strdup_printf(
		"ldaps://127.0.0.1:%d", (int)g_ascii_strtoll(other_port, NULL, 10) + 1);

	const struct {
		const char *name, *uri, *ca;
		DirectoryOutcome want;
	} cases[] = {
		{"StartTLS", good, ca, DIRECTORY_FOUND},
		{"ldaps", ldaps, ca, DIRECTORY_FOUND},
		{"local socket", local, NULL, DIRECTORY_FOUND},
		{"StartTLS, foreign CA", good, foreign, DIRECTORY_FAULT},
		{"ldaps, foreign CA", ldaps, foreign, DIRECTORY_FAULT},
		{"StartTLS, certificate of another host", misnamed, ca, DIRECTORY_FAULT},
		{"ldaps, certificate of another host", misnamed_tls, ca, DIRECTORY_FAULT},
		{"StartTLS refused by the server", no_tls->uri, ca, DIRECTORY_FAULT},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(cases[i].uri);
		g_autoptr(DirectoryEntry) entry = NULL;
		g_free(options->ca_file);
		options->ca_file = g_strdup(cases[i].ca);
		g_autoptr(Directory) directory = open_with(options, basic);
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(login(directory, "alvlin", PASSWORD, &entry), ==, cases[i].want);
	}
	run_script(TEST_SRCDIR "/contrib/school/slapd", "stop", other_dir, NULL);
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
	g_autofree char *cert = path("cert.pem"), *key = path("key.pem");
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		/* a port that was free a moment ago */
		Rogue *rogue = rogue_new(CLOSED);
		g_autofree char *address = g_strdup(rogue->uri + strlen("ldap://"));
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
		 "/etc/passwd is open to others than its owner; chmod 0600 it"},
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
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(good);
		g_autoptr(GError) error = NULL;
		char **field = G_STRUCT_MEMBER_P(options, cases[i].field);
		g_free(*field);
		*field = g_strdup(cases[i].value);
		g_test_message("%s", cases[i].name);
		g_assert_null(directory_new(options, basic, &error));
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
		g_assert_null(directory_new(options, basic, &error));
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
		g_autoptr(DirectoryOptions) options = school_options(good);
		g_autoptr(GError) error = NULL;
		char **field = G_STRUCT_MEMBER_P(options, cases[i].field);
		g_free(*field);
		*field = g_strdup(cases[i].value);
		g_autoptr(Directory) directory = open_with(options, basic);
		bool well = directory_check(directory, &error);
		g_test_message("%s: %s", cases[i].name, error ? error->message : "");
		g_assert_cmpint(well, ==, cases[i].want == NULL);
		if (cases[i].want)
			g_assert_nonnull(strstr(error->message, cases[i].want));
	}
	/* every address is looked at, also the second */
	g_autoptr(Rogue) closed = rogue_new(CLOSED);
	g_autofree char *both = g_strdup_printf("%s %s", good, closed->uri);
	g_autoptr(Directory) directory = school(both);
	g_autoptr(GError) error = NULL;
	g_assert_false(directory_check(directory, &error));
	g_assert_nonnull(strstr(error->message, closed->uri));
}

/* ---- a directory that fails ---- */

static void test_failover(void)
{
	static const Manner manners[] = {CLOSED, SILENT, NO_TLS, STALLED_TLS, DRIPPING_TLS};
	for (gsize i = 0; i < G_N_ELEMENTS(manners); i++) {
		g_autoptr(Rogue) rogue = rogue_new(manners[i]);
		g_autofree char *uris = g_strdup_printf("%s %s", rogue->uri, good);
		g_autoptr(Directory) directory = school(uris);
		g_autoptr(DirectoryEntry) first = NULL, second = NULL;
		gint64 start = g_get_monotonic_time();
		g_assert_cmpint(login(directory, "alvlin", PASSWORD, &first), ==, DIRECTORY_FOUND);
		double slow = seconds_since(start);
		/* the bad one rests, so that the next person does not wait */
		start = g_get_monotonic_time();
		g_assert_cmpint(login(directory, "alvlin", PASSWORD, &second), ==, DIRECTORY_FOUND);
		double fast = seconds_since(start);
		g_test_message("manner %d: %.3f s, then %.3f s", manners[i], slow, fast);
		g_assert_cmpfloat(slow, <, 2.5);
		if (manners[i] != NO_TLS)
			g_assert_cmpfloat(fast, <, 1.0);
	}
}

static gpointer one_login(gpointer directory)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	gint64 start = g_get_monotonic_time();
	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &entry), ==, DIRECTORY_FAULT);
	return GINT_TO_POINTER((int)(seconds_since(start) * 1000));
}

static void test_all_down(void)
{
	g_autoptr(Rogue) a = rogue_new(SILENT);
	g_autoptr(Rogue) b = rogue_new(STALLED_TLS);
	g_autoptr(Rogue) c = rogue_new(SILENT);
	g_autofree char *uris = g_strdup_printf("%s %s %s", a->uri, b->uri, c->uri);
	g_autoptr(Directory) directory = school(uris);
	struct rusage before, after;

	getrusage(RUSAGE_SELF, &before);
	int first = GPOINTER_TO_INT(one_login(directory));
	getrusage(RUSAGE_SELF, &after);
	double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
		     (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
		     (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
		     (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
	g_test_message("the first call took %d ms and %.3f s of CPU", first, cpu);
	g_assert_cmpint(first, <, 4000);
	/* waiting is not spinning */
	g_assert_cmpfloat(cpu, <, 1.0);

	/* now all rest: one of four looks again, the others are told at once */
	GThread *threads[4];
	int slow = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("login", one_login, directory);
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		int ms = GPOINTER_TO_INT(g_thread_join(threads[i]));
		g_assert_cmpint(ms, <, 4000);
		slow += ms > 500;
	}
	g_assert_cmpint(slow, ==, 1);
}

/* A name that does not resolve, or resolves to nobody, costs no more than another dead server. */
static void test_unresolvable(void)
{
	g_autoptr(Directory) directory = school("ldap://ldap.invalid ldaps://ldap.invalid:1");
	g_autoptr(DirectoryEntry) entry = NULL;
	gint64 start = g_get_monotonic_time();
	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &entry), ==, DIRECTORY_FAULT);
	g_assert_cmpfloat(seconds_since(start), <, 4.0);
}

static void slapd_again(void)
{
	g_autofree char *slapd = path("slapd"), *ca = path("ca.pem"), *cert = path("cert.pem");
	g_autofree char *key = path("key.pem"), *port = read_number("slapd/port");
	run_script(TEST_SRCDIR "/contrib/school/slapd", "start", slapd, port, ca, cert, key, NULL);
}

static void test_restart(void)
{
	g_autoptr(Directory) directory = school(good);
	g_autoptr(DirectoryEntry) before = NULL, during = NULL, after = NULL, soon = NULL;

	/* restarted between two logins: nobody notices, though every idle connection is dead */
	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &before), ==, DIRECTORY_FOUND);
	g_assert_cmpint(kill(slapd_pid(), SIGKILL), ==, 0);
	g_usleep(100000);
	slapd_again();
	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &soon), ==, DIRECTORY_FOUND);

	/* down for a while: a fault while it is, a login as soon as it is back */
	g_assert_cmpint(kill(slapd_pid(), SIGKILL), ==, 0);
	g_usleep(100000);
	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &during), ==, DIRECTORY_FAULT);
	slapd_again();
	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &after), ==, DIRECTORY_FOUND);
}

static void test_frozen(void)
{
	g_autoptr(Directory) directory = school(good);
	g_autoptr(DirectoryEntry) before = NULL, during = NULL, after = NULL;

	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &before), ==, DIRECTORY_FOUND);
	g_assert_cmpint(kill(slapd_pid(), SIGSTOP), ==, 0);
	g_usleep(100000);
	gint64 start = g_get_monotonic_time();
	DirectoryOutcome frozen = login(directory, "alvlin", PASSWORD, &during);
	double seconds = seconds_since(start);
	g_assert_cmpint(kill(slapd_pid(), SIGCONT), ==, 0);
	g_assert_cmpint(frozen, ==, DIRECTORY_FAULT);
	g_assert_cmpfloat(seconds, <, 4.0);
	g_assert_cmpint(login(directory, "alvlin", PASSWORD, &after), ==, DIRECTORY_FOUND);
}

static gpointer many_logins(gpointer directory)
{
	for (int i = 0; i < 25; i++) {
		g_autoptr(DirectoryEntry) right = NULL, wrong = NULL, read = NULL;
		g_assert_cmpint(login(directory, i % 2 ? "alvlin" : "noabjo", PASSWORD, &right), ==,
				DIRECTORY_FOUND);
		g_assert_cmpint(login(directory, "alvlin", "fel", &wrong), ==,
				DIRECTORY_WRONG_PASSWORD);
		g_assert_cmpint(directory_read(directory, entry_key(right), &read, NULL), ==,
				DIRECTORY_FOUND);
		g_assert_cmpstr(entry_dn(read), ==, entry_dn(right));
	}
	return NULL;
}

/* More threads than connections: they wait for each other, and nobody gets another's answer. */
static void test_threads(void)
{
	g_autoptr(DirectoryOptions) options = school_options(good);
	options->connections = 3;
	g_autoptr(Directory) directory = open_with(options, basic);
	GThread *threads[6];
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("logins", many_logins, directory);
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

/* ---- with masterdata ---- */

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
		{"unmarked", ROLE_STUDENT, true, false, "sn", "x"},
	};
	g_autoptr(MasterdataOptions) meaning = school_meaning();
	g_autoptr(Masterdata) masterdata = masterdata_new(meaning, NULL);
	g_autoptr(DirectoryOptions) options = school_options(good);
	g_autoptr(Directory) directory = open_with(options, masterdata_attributes(masterdata));
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
		g_autoptr(DirectoryOptions) options = school_options(good);
		g_autoptr(Directory) directory =
			open_with(options, masterdata_attributes(masterdata));
		g_autoptr(Person) person =
			person_of(directory, masterdata, cases[i].login, ROLE_STUDENT);
		g_assert_cmpint(person->is_protected, ==, cases[i].want);
	}
}

static void test_cost(void)
{
	enum { TIMES = 300 };
	g_autoptr(MasterdataOptions) meaning = school_meaning();
	g_autoptr(Masterdata) masterdata = masterdata_new(meaning, NULL);
	g_autoptr(DirectoryOptions) options = school_options(good);
	g_autoptr(Directory) directory = open_with(options, masterdata_attributes(masterdata));
	g_autofree char *key = key_of(directory, "alvlin");
	clock_t start = clock();

	for (int i = 0; i < TIMES; i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_assert_cmpint(directory_read(directory, key, &entry, NULL), ==, DIRECTORY_FOUND);
	}
	double read = (double)(clock() - start) / CLOCKS_PER_SEC / TIMES;
	g_autoptr(DirectoryEntry) entry = NULL;
	directory_read(directory, key, &entry, NULL);
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
	/* what an admin's shell may say must weaken nothing */
	g_setenv("LDAPTLS_REQCERT", "never", TRUE);
	g_setenv("LDAPTLS_CACERT", "/nonexistent", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	servers_up();
	g_test_add_func("/directory/logins", test_logins);
	g_test_add_func("/directory/refused-before-any-packet", test_refused_before_any_packet);
	g_test_add_func("/directory/ambiguous", test_ambiguous);
	g_test_add_func("/directory/keys", test_keys);
	g_test_add_func("/directory/read", test_read);
	g_test_add_func("/directory/service-stays-service", test_service_stays_service);
	g_test_add_func("/directory/limits-of-an-answer", test_limits_of_an_answer);
	g_test_add_func("/directory/tls", test_tls);
	g_test_add_func("/directory/old-tls", test_old_tls);
	g_test_add_func("/directory/options-refused", test_options_refused);
	g_test_add_func("/directory/check", test_check);
	g_test_add_func("/directory/failover", test_failover);
	g_test_add_func("/directory/all-down", test_all_down);
	g_test_add_func("/directory/unresolvable", test_unresolvable);
	g_test_add_func("/directory/restart", test_restart);
	g_test_add_func("/directory/frozen", test_frozen);
	g_test_add_func("/directory/threads", test_threads);
	g_test_add_func("/directory/people", test_people);
	g_test_add_func("/directory/unreadable-marking", test_unreadable_marking);
	g_test_add_func("/directory/cost", test_cost);
	int failed = g_test_run();
	servers_down();
	return failed;
}
