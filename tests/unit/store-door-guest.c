/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Those who come to a daemon's door: of all kinds, many at once, and what may happen to them and to
 * the daemon meanwhile.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "idp/limits.h"
#include "idp/store/place.h"
#include "tests/unit/store-door-daemon.h"

/* ---- guests of all kinds ---- */

/* A connection to the door, by hand. */
static int knock(const Daemon *daemon)
{
	struct sockaddr_un address;
	int folder = place_door(daemon->place, &address, NULL);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	close(folder);
	return fd;
}

static void whoever_says_nothing_is_sent_away(void)
{
	g_auto(Daemon) daemon = daemon_new();
	gint64 began = g_get_monotonic_time();
	int silent[LIMIT_DOOR_GUESTS];
	char byte;

	for (unsigned i = 0; i < LIMIT_DOOR_GUESTS; i++)
		silent[i] = knock(&daemon);
	g_test_message("the next comes when the first are sent away");
	assert_serves(&daemon, "a");
	g_assert_cmpfloat(seconds_since(began), >=, LIMIT_DOOR_READ_MS / 1000.0);
	g_assert_cmpfloat(seconds_since(began), <, 3 * LIMIT_DOOR_READ_MS / 1000.0);
	for (unsigned i = 0; i < LIMIT_DOOR_GUESTS; i++) {
		g_assert_cmpint(recv(silent[i], &byte, 1, 0), ==, 0);
		close(silent[i]);
	}
	g_test_message("and does not keep the daemon from its end");
	int last = knock(&daemon);
	began = g_get_monotonic_time();
	daemon_end(&daemon);
	g_assert_cmpfloat(seconds_since(began), <, 0.5);
	close(last);
}

static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* A process without descriptors neither spins nor stays closed. */
static void no_descriptor_is_left(void)
{
	g_auto(Daemon) daemon = daemon_new();
	struct sockaddr_un address;
	int folder = place_door(daemon.place, &address, NULL);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct rlimit before, none;
	double began;
	char byte;

	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
	none = (struct rlimit){.rlim_cur = (rlim_t)fd + 1, .rlim_max = before.rlim_max};
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	began = cpu_seconds();
	g_usleep(500 * 1000);
	g_assert_cmpfloat(cpu_seconds() - began, <, 0.03);
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
	g_assert_cmpint(send(fd, "x", 1, 0), ==, 1);
	g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 1);
	close(fd);
	close(folder);
	assert_serves(&daemon, "a");
}

static void nonsense_is_answered(void)
{
	g_auto(Daemon) daemon = daemon_new();
	static const struct {
		const char *name;
		gsize length;
	} cases[] = {{"a byte", 1},
		     {"a head", 8},
		     {"more", 1000},
		     {"the most", LIMIT_DOOR_MESSAGE},
		     {"too much", LIMIT_DOOR_MESSAGE + 1}};
	g_autofree char *bytes = g_strnfill(LIMIT_DOOR_MESSAGE + 1, 'P');

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		char answer[1000];
		int fd = knock(&daemon);

		g_test_message("%s", cases[i].name);
		g_assert_cmpint(send(fd, bytes, cases[i].length, 0), ==, (int)cases[i].length);
		ssize_t n = recv(fd, answer, sizeof answer, 0);
		g_assert_cmpint(n, >, 8);
		g_assert_cmpmem(answer, 6, "Pvktre", 6);
		g_assert_cmpint(recv(fd, answer, sizeof answer, 0), ==, 0);
		close(fd);
	}
	assert_serves(&daemon, "a");
	g_assert_cmpuint(writer_stats(daemon.writer).commits, ==, 1);
}

static void what_is_too_large_is_not_sent(void)
{
	g_auto(Daemon) daemon = daemon_new();
	g_autoptr(Store) store = store_open_beside(store_sqlite, daemon.place, NULL);
	g_autofree char *text = g_strnfill(LIMIT_STORE_VALUE, 'x');
	g_autoptr(GBytes) value = g_bytes_new(text, LIMIT_STORE_VALUE);
	static const struct {
		unsigned ops, takes;
		const char *says; /* NULL: it is taken */
	} cases[] = {{7, 0, NULL},
		     {9, 0, "bytes"},
		     {0, LIMIT_DOOR_TAKES, NULL},
		     {0, LIMIT_DOOR_TAKES + 1, "too many rows"},
		     {0, LIMIT_DOOR_OPS + 1, "too many operations"}};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(StoreCommit) commit = store_commit_new(NOW, NULL, NULL);
		g_autoptr(GError) error = NULL;
		StoreResult result;

		for (unsigned k = 0; k < cases[i].ops; k++) {
			g_autofree char *key = g_strdup_printf("%u", k);

			store_put(commit, STORE_KNOWN, key, NULL, value, NOW + 10);
		}
		for (unsigned k = 0; k < cases[i].takes; k++) {
			g_autofree char *key = g_strdup_printf("%u", k);

			store_take(commit, STORE_KNOWN, key);
		}
		store_apply(store, &commit, 1, &result, &error);
		g_assert_cmpint(result.outcome, ==, cases[i].says ? STORE_FAULT : STORE_OK);
		if (cases[i].says) {
			g_test_message("%s", error->message);
			g_assert_nonnull(strstr(error->message, cases[i].says));
		}
	}
}

/* ---- many ---- */

#define COMMANDS 6
#define EACH     40

/* Forked before there are threads: a child of its own goes on when `go` is let_go(). */
static pid_t fork_command(const int go[2])
{
	char byte;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(go[1]);
	if (read(go[0], &byte, 1) != 0)
		_exit(102);
	return 0;
}

static void let_go(const int go[2])
{
	close(go[0]);
	close(go[1]);
}

/* A command of its own: its own keys, and one for which all of them race. */
static void be_command(const char *place, unsigned me)
{
	g_autoptr(Store) store = store_open_beside(store_sqlite, place, NULL);
	g_autofree char *value = g_strdup_printf("%u", me);
	unsigned won = 0;

	for (unsigned i = 0; i < EACH; i++) {
		g_autofree char *own = g_strdup_printf("own %u %u", me, i);
		g_autofree char *prize = g_strdup_printf("prize %u", i);
		StoreOutcome race;

		if (ensure(store, own, value, NULL) != STORE_OK)
			_exit(100);
		race = ensure(store, prize, value, NULL);
		if (race != STORE_OK && race != STORE_CONFLICT)
			_exit(101);
		won += race == STORE_OK;
	}
	_exit((int)won);
}

static void many_commands_at_once(void)
{
	g_auto(Daemon) daemon = {.place = new_place()};
	pid_t pids[COMMANDS];
	unsigned won = 0;
	int go[2];

	g_assert_cmpint(pipe(go), ==, 0);
	for (unsigned i = 0; i < COMMANDS; i++) {
		pids[i] = fork_command(go);
		if (pids[i] == 0)
			be_command(daemon.place, i);
	}
	daemon_begin(&daemon, NULL);
	let_go(go);
	for (unsigned i = 0; i < COMMANDS; i++) {
		int status;

		g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
		g_assert_true(WIFEXITED(status));
		g_assert_cmpint(WEXITSTATUS(status), <=, EACH);
		won += (unsigned)WEXITSTATUS(status);
	}
	g_assert_cmpuint(won, ==, EACH);
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, daemon.place, NULL);
	uint64_t rows = 0;
	g_assert_true(store_count(reader, STORE_EPPN, &rows, NULL));
	g_assert_cmpuint(rows, ==, COMMANDS * EACH + EACH);
}

/* ---- an end in the middle ---- */

static gint committing;

static bool commit_slowly(Store *store, GError **error)
{
	g_atomic_int_set(&committing, 1);
	g_usleep(300 * 1000);
	return store_sqlite->commit(store, error);
}

typedef struct {
	Store *store;
	StoreOutcome outcome;
} Asked;

static void *ask(void *data)
{
	Asked *asked = data;

	asked->outcome = ensure(asked->store, "a", "x", NULL);
	return NULL;
}

static void an_end_answers_what_it_has(void)
{
	g_auto(Daemon) daemon = {.place = new_place()};
	StoreBackend slow = *store_sqlite;
	pthread_t thread;
	Asked asked;

	slow.commit = commit_slowly;
	daemon_begin(&daemon, &slow);
	asked.store = store_open_beside(store_sqlite, daemon.place, NULL);
	pthread_create(&thread, NULL, ask, &asked);
	while (!g_atomic_int_get(&committing))
		g_usleep(1000);
	daemon_end(&daemon);
	pthread_join(thread, NULL);
	g_assert_cmpint(asked.outcome, ==, STORE_OK);
	g_test_message("whoever comes after hears that there is no daemon");
	g_autoptr(GError) error = NULL;
	g_assert_cmpint(ensure(asked.store, "b", "x", &error), ==, STORE_FAULT);
	g_test_message("%s", error->message);
	g_assert_error(error, STORE_ERROR, STORE_ERROR_MISSING);
	store_close(asked.store);
	g_assert_true(has(daemon.place, "a"));
	g_assert_false(has(daemon.place, "b"));
}

static bool die_before(Store *store, GError **error)
{
	kill(getpid(), SIGKILL);
	return false;
}

static bool die_after(Store *store, GError **error)
{
	if (store_sqlite->commit(store, error))
		kill(getpid(), SIGKILL);
	return false;
}

/* A daemon of another process that dies with a commit in its hands. */
static void dies(bool (*commit)(Store *, GError **), bool written)
{
	g_autofree char *place = new_place();
	int ends[2], status;
	char byte = 0;

	g_assert_cmpint(pipe(ends), ==, 0);
	pid_t pid = fork();
	if (pid == 0) {
		Daemon daemon = {.place = place};
		StoreBackend dying = *store_sqlite;

		dying.commit = commit;
		daemon_begin(&daemon, &dying);
		if (write(ends[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	g_assert_cmpint(read(ends[0], &byte, 1), ==, 1);
	close(ends[0]);
	close(ends[1]);
	g_autoptr(Store) store = store_open_beside(store_sqlite, place, NULL);
	g_autoptr(GError) error = NULL;
	g_assert_cmpint(ensure(store, "a", "x", &error), ==, STORE_FAULT);
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, "look whether"));
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_clear_pointer(&store, store_close);
	g_test_message("the door it left is nobody's");
	store = store_open_beside(store_sqlite, place, NULL);
	g_assert_cmpstr(store->backend->name, ==, "sqlite");
	g_assert_cmpint(has(place, "a"), ==, written);
	g_assert_cmpint(ensure(store, "a", "x", NULL), ==, STORE_OK);
	g_clear_pointer(&store, store_close);
	remove_place(g_steal_pointer(&place));
}

static void the_daemon_is_killed_before_the_commit(void)
{
	dies(die_before, false);
}

static void the_daemon_is_killed_before_the_answer(void)
{
	dies(die_after, true);
}

static void whoever_does_not_wait_is_served_too(void)
{
	g_auto(Daemon) daemon = {.place = new_place()};
	StoreBackend slow = *store_sqlite;
	int go[2], status;
	pid_t pid;

	g_assert_cmpint(pipe(go), ==, 0);
	pid = fork_command(go);
	if (pid == 0) {
		ensure(store_open_beside(store_sqlite, daemon.place, NULL), "a", "x", NULL);
		_exit(0);
	}
	slow.commit = commit_slowly;
	g_atomic_int_set(&committing, 0);
	daemon_begin(&daemon, &slow);
	let_go(go);
	while (!g_atomic_int_get(&committing))
		g_usleep(1000);
	kill(pid, SIGKILL);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFSIGNALED(status));
	assert_serves(&daemon, "b");
	g_assert_true(has(daemon.place, "a"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/door/whoever-says-nothing-is-sent-away",
			whoever_says_nothing_is_sent_away);
	g_test_add_func("/door/no-descriptor-is-left", no_descriptor_is_left);
	g_test_add_func("/door/nonsense-is-answered", nonsense_is_answered);
	g_test_add_func("/door/what-is-too-large-is-not-sent", what_is_too_large_is_not_sent);
	g_test_add_func("/door/many-commands-at-once", many_commands_at_once);
	g_test_add_func("/door/an-end-answers-what-it-has", an_end_answers_what_it_has);
	g_test_add_func("/door/the-daemon-is-killed-before-the-commit",
			the_daemon_is_killed_before_the_commit);
	g_test_add_func("/door/the-daemon-is-killed-before-the-answer",
			the_daemon_is_killed_before_the_answer);
	g_test_add_func("/door/whoever-does-not-wait-is-served-too",
			whoever_does_not_wait_is_served_too);
	return g_test_run();
}
