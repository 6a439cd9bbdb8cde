/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A directory that is slow, dead, restarted or busy: nobody waits long, and it recovers. */
#include "idp/limits.h"
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

static bool rests(Directory *directory, unsigned server)
{
	DirectoryStats stats;
	directory_stats(directory, &stats);
	return stats.servers[server].rests;
}

/* How often it was tried: tells who waited on a machine too busy to tell it by the clock. */
static guint64 questions(Directory *directory, unsigned server)
{
	DirectoryStats stats;
	directory_stats(directory, &stats);
	return stats.servers[server].questions;
}

static pid_t slapd_pid(void)
{
	g_autofree char *text = school_text("slapd/slapd.pid");
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

/* ---- a directory that fails ---- */

static void test_failover(void)
{
	static const RogueManner manners[] = {ROGUE_CLOSED, ROGUE_FULL,        ROGUE_SILENT,
					      ROGUE_NO_TLS, ROGUE_STALLED_TLS, ROGUE_DRIPPING_TLS};
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
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("login", one_login, directory);
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		int ms = GPOINTER_TO_INT(g_thread_join(threads[i]));
		g_assert_cmpint(ms, <, 4000);
	}
	g_assert_cmpuint(questions(directory, 0), ==, 2);
}

typedef struct {
	Directory *directory;
	gint64 began;
	DirectoryOutcome outcome;
	double seconds;
} Asked;

static gpointer one_question(gpointer data)
{
	Asked *asked = data;
	g_autoptr(DirectoryEntry) entry = NULL;
	gint64 start = g_get_monotonic_time();
	asked->outcome =
		directory_login(asked->directory, asked->began, "alvlin", 6, SCHOOL_PASSWORD,
				strlen(SCHOOL_PASSWORD), NULL, &entry, NULL);
	asked->seconds = seconds_since(start);
	return NULL;
}

static Asked ask(Directory *directory, double seconds_ago)
{
	Asked asked = {directory,
		       g_get_monotonic_time() - (gint64)(seconds_ago * G_TIME_SPAN_SECOND),
		       DIRECTORY_FAULT, 0};
	one_question(&asked);
	return asked;
}

/* Who has waited before counts it; who has no time left blames nobody. */
static void test_time_that_is_left(void)
{
	static const struct {
		const char *name;
		RogueManner manner;
		double waited; /* seconds */
		double least, most;
		bool rests;
	} cases[] = {
		{"just come", ROGUE_SILENT, 0, 1.1, 2.5, true},
		{"has waited", ROGUE_SILENT, 2.4, 0.5, 1.1, true},
		{"nearly all", ROGUE_SILENT, 2.6, 0, 1.0, false},
		{"all", ROGUE_CLOSED, 3.0, 0, 1.0, false},
		{"much more", ROGUE_SILENT, 30, 0, 1.0, false},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rogue) rogue = rogue_new(cases[i].manner);
		g_autoptr(Directory) directory = school(rogue_uri(rogue));
		Asked asked = ask(directory, cases[i].waited);
		g_test_message("%s: %.3f s", cases[i].name, asked.seconds);
		g_assert_cmpint(asked.outcome, ==, DIRECTORY_FAULT);
		g_assert_cmpfloat(asked.seconds, >=, cases[i].least);
		g_assert_cmpfloat(asked.seconds, <, cases[i].most);
		g_assert_cmpint(rests(directory, 0), ==, cases[i].rests);
		g_assert_cmpuint(questions(directory, 0), ==, cases[i].rests ? 1 : 0);
	}
	/* a server that is well is asked all the same, and is well thereafter */
	g_autoptr(Directory) directory = school(school_uri());
	g_assert_cmpint(ask(directory, 0).outcome, ==, DIRECTORY_FOUND);
	g_assert_cmpint(ask(directory, 2.0).outcome, ==, DIRECTORY_FOUND);
	g_assert_cmpint(ask(directory, 2.9).outcome, ==, DIRECTORY_FAULT);
	g_assert_cmpint(ask(directory, 0).outcome, ==, DIRECTORY_FOUND);
}

/* When the first address' rest is over, one person looks whether it is back, and no more than one.
 */
static void test_one_probes(void)
{
	g_autoptr(Rogue) rogue = rogue_new(ROGUE_SILENT);
	g_autofree char *uris = g_strdup_printf("%s %s", rogue_uri(rogue), school_uri());
	g_autoptr(Directory) directory = school(uris);
	g_assert_cmpint(ask(directory, 0).outcome, ==, DIRECTORY_FOUND);
	g_assert_true(rests(directory, 0));
	g_usleep(LIMIT_DIRECTORY_REST_MS * 1000 + 100000);
	g_assert_false(rests(directory, 0));

	GThread *threads[4];
	Asked asked[4];
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		asked[i] = (Asked){directory, g_get_monotonic_time(), DIRECTORY_FAULT, 0};
		threads[i] = g_thread_new("question", one_question, &asked[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
		g_thread_join(threads[i]);
		g_assert_cmpint(asked[i].outcome, ==, DIRECTORY_FOUND);
	}
	g_assert_cmpuint(questions(directory, 0), ==, 2);
}

/* ---- servers that speak, and say what they should not ---- */

static void test_rogue_answers(void)
{
	static const char *const attributes[] = {"uid", "sn", "mail", NULL};
	static const struct {
		RogueManner manner;
		const char *name;
		DirectoryOutcome want;
		bool rests;
		double most; /* seconds */
	} cases[] = {
		{ROGUE_CUT, "cut", DIRECTORY_FAULT, true, 1.0},
		{ROGUE_DRIPPING, "dripping", DIRECTORY_FAULT, true, 2.0},
		{ROGUE_HUGE, "huge", DIRECTORY_FAULT, false, 1.0},
		{ROGUE_TORN, "torn", DIRECTORY_FAULT, false, 1.0},
		{ROGUE_TWICE, "twice", DIRECTORY_FOUND, false, 1.0},
		{ROGUE_ENDLESS, "endless", DIRECTORY_FAULT, false, 2.0},
		{ROGUE_REFERENCE, "reference", DIRECTORY_FOUND, false, 1.0},
		{ROGUE_REFERRAL, "referral", DIRECTORY_FAULT, false, 1.0},
	};
	G_STATIC_ASSERT(G_N_ELEMENTS(cases) == ROGUE_TWO_PAGES - ROGUE_CUT);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rogue) elsewhere = rogue_new(ROGUE_SILENT);
		g_autofree char *uri = g_strdup_printf("%s/dc=x", rogue_uri(elsewhere));
		g_autoptr(Rogue) rogue = rogue_new_referring(cases[i].manner, uri);
		g_autoptr(DirectoryOptions) options = school_options(rogue_uri(rogue));
		g_autoptr(Directory) directory = school_open(options, attributes);
		g_autoptr(DirectoryEntry) entry = NULL;
		g_autoptr(GError) error = NULL;
		gint64 start = g_get_monotonic_time();
		DirectoryOutcome outcome = directory_find(directory, "rut", &entry, &error);
		g_test_message("%s: %.3f s, %s", cases[i].name, seconds_since(start),
			       error ? error->message : "found");
		g_assert_cmpint(outcome, ==, cases[i].want);
		g_assert_cmpfloat(seconds_since(start), <, cases[i].most);
		g_assert_cmpint(rests(directory, 0), ==, cases[i].rests);
		g_assert_cmpuint(rogue_connections(rogue), >, 0);
		/* nobody is sent anywhere */
		g_assert_cmpuint(rogue_connections(elsewhere), ==, 0);
		if (!entry)
			continue;
		bool twice = cases[i].manner == ROGUE_TWICE;
		g_assert_cmpstr(entry_values(entry, "uid")[0], ==, "rut");
		g_assert_cmpstr(entry_values(entry, "mail")[0], ==, "rut@rogue.example");
		g_assert_cmpstr(entry_values(entry, "sn")[0], ==, twice ? ENTRY_UNREADABLE : "Rut");
		g_assert_null(entry_values(entry, "sn")[1]);
	}
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
	g_test_add_func("/directory-down/time-that-is-left", test_time_that_is_left);
	g_test_add_func("/directory-down/one-probes", test_one_probes);
	g_test_add_func("/directory-down/rogue-answers", test_rogue_answers);
	g_test_add_func("/directory-down/unresolvable", test_unresolvable);
	g_test_add_func("/directory-down/restart", test_restart);
	g_test_add_func("/directory-down/frozen", test_frozen);
	g_test_add_func("/directory-down/threads", test_threads);
	int failed = g_test_run();
	school_down();
	return failed;
}
