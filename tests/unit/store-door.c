/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Commands beside a daemon: the conformance suite through the door, and what may lie where the door
 * should be.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "idp/limits.h"
#include "idp/store/place.h"
#include "tests/unit/store-door-daemon.h"

/* ---- the conformance suite ---- */

static Daemon suite_daemon;

static char *suite_place(void)
{
	suite_daemon = daemon_new();
	return g_strdup(suite_daemon.place);
}

static void suite_remove(char *place)
{
	g_assert_cmpstr(place, ==, suite_daemon.place);
	daemon_clear(&suite_daemon);
	g_free(place);
}

static Store *open_beside(const char *place, GError **error)
{
	Store *store = store_open_beside(store_sqlite, place, error);

	g_assert_cmpstr(store->backend->name, ==, "beside");
	return store;
}

static StoreReader *open_reader(const char *place, GError **error)
{
	return store_reader_open(store_sqlite, place, error);
}

static const StoreBackend suite_backend = {
	.name = "beside", .open = open_beside, .reader_open = open_reader};
static const StoreSuite suite = {&suite_backend, suite_place, suite_remove, true};

/* ---- opening ---- */

static void without_a_daemon_it_is_the_store(void)
{
	Daemon daemon = {.place = new_place()};
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; i < 2; i++) {
		g_autoptr(Store) store = store_open_beside(store_sqlite, daemon.place, &error);

		g_assert_no_error(error);
		g_assert_cmpstr(store->backend->name, ==, "sqlite");
		g_assert_cmpint(ensure(store, "a", "x", &error), ==, STORE_OK);
		g_test_message("the next finds the door of a daemon that is gone");
		g_clear_pointer(&store, store_close);
		if (i == 0) {
			daemon_begin(&daemon, NULL);
			daemon_end(&daemon);
		}
	}
	remove_place(daemon.place);
}

static void a_daemon_without_a_door_is_told(void)
{
	g_autofree char *place = new_place();
	g_autoptr(GError) error = NULL;
	Store *daemon = store_open(store_sqlite, place, NULL);
	gint64 began = g_get_monotonic_time();

	g_assert_null(store_open_beside(store_sqlite, place, &error));
	g_test_message("%s", error->message);
	g_assert_error(error, STORE_ERROR, STORE_ERROR_LOCKED);
	g_assert_nonnull(strstr(error->message, "restart it"));
	g_assert_cmpfloat(seconds_since(began), <, 2 * LIMIT_DOOR_WAIT_MS / 1000.0);
	store_close(daemon);
	remove_place(g_steal_pointer(&place));
}

static void *close_soon(void *store)
{
	g_usleep(300 * 1000);
	store_close(store);
	return NULL;
}

static void a_command_waits_for_another(void)
{
	g_autofree char *place = new_place();
	g_autoptr(GError) error = NULL;
	pthread_t thread;

	pthread_create(&thread, NULL, close_soon, store_open_beside(store_sqlite, place, NULL));
	Store *second = store_open_beside(store_sqlite, place, &error);
	g_assert_no_error(error);
	store_close(second);
	pthread_join(thread, NULL);
	remove_place(g_steal_pointer(&place));
}

/* In a child that is nobody: what it was told. */
static char *told_as_nobody(const char *place)
{
	char text[500] = "";
	int ends[2], status;

	g_assert_cmpint(pipe(ends), ==, 0);
	pid_t pid = fork();
	if (pid == 0) {
		g_autoptr(GError) error = NULL;
		Store *store;

		if (seteuid(65534) != 0)
			_exit(1);
		store = store_open_beside(store_sqlite, place, &error);
		if (store != NULL && ensure(store, "evil", "x", &error) == STORE_OK)
			_exit(2);
		_exit(write(ends[1], error->message, strlen(error->message)) > 0 ? 0 : 3);
	}
	close(ends[1]);
	g_assert_cmpint(read(ends[0], text, sizeof text - 1), >, 0);
	close(ends[0]);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 0);
	return g_strdup(text);
}

static void others_are_not_let_in(void)
{
	g_auto(Daemon) daemon = daemon_new();
	g_autofree char *folder = g_path_get_dirname(daemon.place);
	g_autofree char *door = g_strconcat(daemon.place, ".door", NULL);

	if (geteuid() != 0) {
		g_test_skip("only root can become somebody else");
		return;
	}
	g_chmod(folder, 0755);
	g_autofree char *first = told_as_nobody(daemon.place);
	g_test_message("%s", first);
	g_assert_nonnull(strstr(first, "run as root"));
	g_test_message("whoever opens the door to all has a doorkeeper still");
	g_chmod(door, 0666);
	g_autofree char *second = told_as_nobody(daemon.place);
	g_test_message("%s", second);
	g_assert_false(has(daemon.place, "evil"));
	assert_serves(&daemon, "good");
}

static void the_door_is_ours_alone(void)
{
	mode_t mask = umask(0);
	g_auto(Daemon) daemon = daemon_new();
	g_autofree char *door = g_strconcat(daemon.place, ".door", NULL);
	GStatBuf st;

	umask(mask);
	g_assert_cmpint(g_lstat(door, &st), ==, 0);
	g_assert_cmpuint(st.st_mode, ==, S_IFSOCK | 0600);
	daemon_end(&daemon);
	g_assert_cmpint(g_lstat(door, &st), !=, 0);
}

static void what_is_in_the_way(void)
{
	g_auto(Daemon) daemon = daemon_new();
	g_autofree char *door = g_strconcat(daemon.place, ".door", NULL);
	g_autoptr(GError) error = NULL;

	g_test_message("the door of a daemon that was killed");
	door_close(g_steal_pointer(&daemon.door));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	int folder = place_door(daemon.place, &address, NULL);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	close(folder);
	close(fd);
	daemon.door = door_open(daemon.place, daemon.writer, &error);
	g_assert_no_error(error);
	assert_serves(&daemon, "a");

	g_test_message("a file");
	door_close(g_steal_pointer(&daemon.door));
	g_assert_true(g_file_set_contents(door, "precious", -1, NULL));
	g_assert_null(door_open(daemon.place, daemon.writer, &error));
	g_test_message("%s", error->message);
	g_assert_error(error, STORE_ERROR, STORE_ERROR_FOREIGN);
	g_assert_true(g_file_test(door, G_FILE_TEST_IS_REGULAR));
}

static void a_long_path_is_no_matter(void)
{
	g_autofree char *top = g_dir_make_tmp("portvakt-door-XXXXXX", NULL);
	g_autofree char *part = g_strnfill(200, 'p');
	g_autofree char *folder = g_build_filename(top, part, NULL);
	Daemon daemon = {.place = g_build_filename(folder, "portvakt.db", NULL)};

	g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
	daemon_begin(&daemon, NULL);
	assert_serves(&daemon, "a");
	daemon_clear(&daemon);
	g_assert_cmpint(g_rmdir(top), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	store_conformance_add(&suite);
	g_test_add_func("/door/without-a-daemon-it-is-the-store", without_a_daemon_it_is_the_store);
	g_test_add_func("/door/a-daemon-without-a-door-is-told", a_daemon_without_a_door_is_told);
	g_test_add_func("/door/a-command-waits-for-another", a_command_waits_for_another);
	g_test_add_func("/door/others-are-not-let-in", others_are_not_let_in);
	g_test_add_func("/door/the-door-is-ours-alone", the_door_is_ours_alone);
	g_test_add_func("/door/what-is-in-the-way", what_is_in_the_way);
	g_test_add_func("/door/a-long-path-is-no-matter", a_long_path_is_no_matter);
	return g_test_run();
}
