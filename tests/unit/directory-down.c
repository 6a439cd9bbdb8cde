/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A directory that is slow, dead, restarted or busy: nobody waits long, and it recovers. */
#include "idp/seal.h"
#include "tests/lib/rogue.h"
#include "tests/lib/school.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static Directory *school(const char *uris)
{
	g_autoptr(DirectoryOptions) options = school_options(uris);
	return school_open(options, NULL);
}

static double seconds_since(gint64 start)
{
	return (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
}

static pid_t slapd_pid(void)
{
	g_autofree char *text = school_text("slapd/slapd.pid");
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

/* ---- a directory that fails ---- */

static void test_failover(void)
{
	static const RogueManner manners[] = {ROGUE_CLOSED, ROGUE_SILENT, ROGUE_NO_TLS,
					      ROGUE_STALLED_TLS, ROGUE_DRIPPING_TLS};
	for (gsize i = 0; i < G_N_ELEMENTS(manners); i++) {
		g_autoptr(Rogue) rogue = rogue_new(manners[i]);
		g_autofree char *uris = g_strdup_printf("%s %s", rogue_uri(rogue), school_uri());
		g_autoptr(Directory) directory = school(uris);
		g_autoptr(DirectoryEntry) first = NULL, second = NULL;
		gint64 start = g_get_monotonic_time();
		g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &first), ==,
				DIRECTORY_FOUND);
		double slow = seconds_since(start);
		/* the bad one rests, so that the next person does not wait */
		start = g_get_monotonic_time();
		g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &second), ==,
				DIRECTORY_FOUND);
		double fast = seconds_since(start);
		g_test_message("manner %d: %.3f s, then %.3f s", manners[i], slow, fast);
		g_assert_cmpfloat(slow, <, 2.5);
		if (manners[i] != ROGUE_NO_TLS)
			g_assert_cmpfloat(fast, <, 1.0);
	}
}

static gpointer one_login(gpointer directory)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	gint64 start = g_get_monotonic_time();
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &entry), ==,
			DIRECTORY_FAULT);
	return GINT_TO_POINTER((int)(seconds_since(start) * 1000));
}

static void test_all_down(void)
{
	g_autoptr(Rogue) a = rogue_new(ROGUE_SILENT);
	g_autoptr(Rogue) b = rogue_new(ROGUE_STALLED_TLS);
	g_autoptr(Rogue) c = rogue_new(ROGUE_SILENT);
	g_autofree char *uris =
		g_strdup_printf("%s %s %s", rogue_uri(a), rogue_uri(b), rogue_uri(c));
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
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &entry), ==,
			DIRECTORY_FAULT);
	g_assert_cmpfloat(seconds_since(start), <, 4.0);
}

static void slapd_again(void)
{
	g_autofree char *slapd = school_path("slapd"), *ca = school_path("ca.pem"),
			*cert = school_path("cert.pem");
	g_autofree char *key = school_path("key.pem"), *port = school_text("slapd/port");
	school_run(TEST_SRCDIR "/contrib/school/slapd", "start", slapd, port, ca, cert, key, NULL);
}

static void test_restart(void)
{
	g_autoptr(Directory) directory = school(school_uri());
	g_autoptr(DirectoryEntry) before = NULL, during = NULL, after = NULL, soon = NULL;

	/* restarted between two logins: nobody notices, though every idle connection is dead */
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &before), ==,
			DIRECTORY_FOUND);
	g_assert_cmpint(kill(slapd_pid(), SIGKILL), ==, 0);
	g_usleep(100000);
	slapd_again();
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &soon), ==,
			DIRECTORY_FOUND);

	/* down for a while: a fault while it is, a login as soon as it is back */
	g_assert_cmpint(kill(slapd_pid(), SIGKILL), ==, 0);
	g_usleep(100000);
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &during), ==,
			DIRECTORY_FAULT);
	slapd_again();
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &after), ==,
			DIRECTORY_FOUND);
}

static void test_frozen(void)
{
	g_autoptr(Directory) directory = school(school_uri());
	g_autoptr(DirectoryEntry) before = NULL, during = NULL, after = NULL;

	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &before), ==,
			DIRECTORY_FOUND);
	g_assert_cmpint(kill(slapd_pid(), SIGSTOP), ==, 0);
	g_usleep(100000);
	gint64 start = g_get_monotonic_time();
	DirectoryOutcome frozen = school_login(directory, "alvlin", SCHOOL_PASSWORD, &during);
	double seconds = seconds_since(start);
	g_assert_cmpint(kill(slapd_pid(), SIGCONT), ==, 0);
	g_assert_cmpint(frozen, ==, DIRECTORY_FAULT);
	g_assert_cmpfloat(seconds, <, 4.0);
	g_assert_cmpint(school_login(directory, "alvlin", SCHOOL_PASSWORD, &after), ==,
			DIRECTORY_FOUND);
}

static gpointer many_logins(gpointer directory)
{
	for (int i = 0; i < 25; i++) {
		g_autoptr(DirectoryEntry) right = NULL, wrong = NULL, read = NULL;
		g_assert_cmpint(school_login(directory, i % 2 ? "alvlin" : "noabjo",
					     SCHOOL_PASSWORD, &right),
				==, DIRECTORY_FOUND);
		g_assert_cmpint(school_login(directory, "alvlin", "fel", &wrong), ==,
				DIRECTORY_WRONG_PASSWORD);
		g_assert_cmpint(directory_read(directory, g_get_monotonic_time(), entry_key(right),
					       &read, NULL),
				==, DIRECTORY_FOUND);
		g_assert_cmpstr(entry_dn(read), ==, entry_dn(right));
	}
	return NULL;
}

/* More threads than connections: they wait for each other, and nobody gets another's answer. */
static void test_threads(void)
{
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	options->connections = 3;
	g_autoptr(Directory) directory = school_open(options, NULL);
	GThread *threads[6];
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("logins", many_logins, directory);
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

int main(int argc, char **argv)
{
	/* what an admin's shell may say must change nothing */
	g_setenv("LDAPTLS_REQCERT", "never", TRUE);
	g_setenv("LDAPTLS_CACERT", "/nonexistent", TRUE);
	g_setenv("LDAPTLS_CIPHER_SUITE", "nonsense", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	school_up(NULL, NULL);
	g_test_add_func("/directory-down/failover", test_failover);
	g_test_add_func("/directory-down/all-down", test_all_down);
	g_test_add_func("/directory-down/unresolvable", test_unresolvable);
	g_test_add_func("/directory-down/restart", test_restart);
	g_test_add_func("/directory-down/frozen", test_frozen);
	g_test_add_func("/directory-down/threads", test_threads);
	int failed = g_test_run();
	school_down();
	return failed;
}
