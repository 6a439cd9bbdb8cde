/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store of a command beside a running daemon: a backend that hands each commit to the door
 * (door.h). It holds no connection between two commits.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idp/limits.h"
#include "idp/store/door-message.h"
#include "idp/store/place.h"

#define WAIT_STEP_US 50000

typedef struct {
	Store base;
	char *path;
} BesideStore;

/* ---- a connection ---- */

/* A daemon that could take what we hand over is the owner of the store, or root. */
static bool is_the_owner(int fd, const char *path)
{
	struct ucred who;
	socklen_t length = sizeof who;
	struct stat st;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 &&
	       lstat(path, &st) == 0 && (who.uid == st.st_uid || who.uid == 0);
}

static bool reach(int fd, const struct sockaddr_un *address, const char *path, GError **error)
{
	const struct timeval wait = {.tv_sec = LIMIT_DOOR_ANSWER_MS / 1000};

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) == 0 &&
	    connect(fd, (const struct sockaddr *)address, sizeof *address) == 0) {
		if (is_the_owner(fd, path))
			return true;
		g_set_error(error, STORE_ERROR, STORE_ERROR_PERMISSION,
			    "%s.door: somebody other than the owner of the store answers there: "
			    "nothing was handed over",
			    path);
	} else if (errno == ENOENT || errno == ECONNREFUSED) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_MISSING,
			    "%s.door: portvakt serve does not run, or has just ended: try again",
			    path);
	} else {
		int code = errno;

		g_set_error(error, STORE_ERROR,
			    code == EACCES ? STORE_ERROR_PERMISSION : STORE_ERROR_IO,
			    "%s.door: cannot reach portvakt serve: %s%s", path, g_strerror(code),
			    code == EACCES ? "; run as root, or as the user it runs as" : "");
	}
	return false;
}

/* STORE_ERROR_MISSING when no daemon is there. */
static int connect_to(const char *path, GError **error)
{
	struct sockaddr_un address;
	int folder = place_door(path, &address, error);
	int fd;

	if (folder < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (!reach(fd, &address, path, error) && fd >= 0) {
		close(fd);
		fd = -1;
	}
	close(folder);
	return fd;
}

static GBytes *exchange(int fd, const char *path, GBytes *message, GError **error)
{
	g_autofree char *answer = g_malloc(LIMIT_DOOR_MESSAGE + 1);
	gsize length;
	const void *bytes = g_bytes_get_data(message, &length);
	ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

	if (n >= 0)
		n = recv(fd, answer, LIMIT_DOOR_MESSAGE + 1, 0);
	if (n > 0 && n <= LIMIT_DOOR_MESSAGE)
		return g_bytes_new(answer, (gsize)n);
	g_set_error(error, STORE_ERROR, STORE_ERROR_IO,
		    "%s.door: portvakt serve has %s: look whether it was written before you do it "
		    "again",
		    path,
		    n < 0 && errno == EAGAIN ? "not answered in time" : "ended without an answer");
	return NULL;
}

/* ---- the backend ---- */

static const StoreBackend backend;

static bool begin(Store *base, GError **error)
{
	return true;
}

static StoreOutcome apply(Store *base, StoreCommit *commit, unsigned *op, GError **error)
{
	BesideStore *store = (BesideStore *)base;
	g_autoptr(GBytes) message = door_message_commit(commit, error);
	g_autoptr(GBytes) answer = NULL;
	int fd = message != NULL ? connect_to(store->path, error) : -1;

	if (fd < 0)
		return STORE_FAULT;
	answer = exchange(fd, store->path, message, error);
	close(fd);
	return answer != NULL ? door_message_read_answer(answer, commit, op, error) : STORE_FAULT;
}

/* It was durable when apply() returned. */
static bool commit_all(Store *base, GError **error)
{
	return true;
}

static void rollback(Store *base)
{
}

static bool sweep(Store *base, int64_t until, unsigned limit, bool *more, GError **error)
{
	/* The daemon does. */
	*more = false;
	return true;
}

static void store_free(Store *base)
{
	g_free(((BesideStore *)base)->path);
	g_free(base);
}

static const StoreBackend backend = {
	.name = "beside",
	.close = store_free,
	.begin = begin,
	.apply = apply,
	.commit = commit_all,
	.rollback = rollback,
	.sweep = sweep,
};

/* ---- opening ---- */

/* NULL without an error when there is no daemon. */
static Store *open_door(const char *path, GError **error)
{
	g_autoptr(GError) failed = NULL;
	int fd = connect_to(path, &failed);
	BesideStore *store;

	if (fd < 0) {
		if (!g_error_matches(failed, STORE_ERROR, STORE_ERROR_MISSING))
			g_propagate_error(error, g_steal_pointer(&failed));
		return NULL;
	}
	/* Each commit has a connection of its own: the daemon may be restarted in between. */
	close(fd);
	store = g_new0(BesideStore, 1);
	store->base.backend = &backend;
	store->path = g_strdup(path);
	return &store->base;
}

static void become(uid_t uid, gid_t gid)
{
	/* the group while we are root: afterwards we may not */
	if (geteuid() != 0 && seteuid(0) != 0)
		abort();
	if (setegid(gid) != 0 || seteuid(uid) != 0)
		abort();
}

/* Files that root made there would lock the daemon out, so root makes them as the owner; what
 * SQLite makes later beside the store it gives to the store's owner itself. */
static Store *open_own(const StoreBackend *own, const char *path, GError **error)
{
	gid_t group = getegid();
	struct stat st;

	if (geteuid() != 0 || lstat(path, &st) != 0 || st.st_uid == 0)
		return store_open(own, path, error);
	become(st.st_uid, st.st_gid);
	Store *store = store_open(own, path, error);
	become(0, group);
	return store;
}

Store *store_open_beside(const StoreBackend *own, const char *place, GError **error)
{
	g_autofree char *path = g_canonicalize_filename(place, NULL);
	int64_t until = g_get_monotonic_time() + LIMIT_DOOR_WAIT_MS * G_TIME_SPAN_MILLISECOND;

	for (;;) {
		g_autoptr(GError) failed = NULL;
		Store *store = open_door(path, &failed);

		if (store == NULL && failed == NULL)
			store = open_own(own, path, &failed);
		if (store != NULL)
			return store;
		if (g_error_matches(failed, STORE_ERROR, STORE_ERROR_LOCKED) &&
		    g_get_monotonic_time() < until) {
			g_usleep(WAIT_STEP_US);
			continue;
		}
		if (g_error_matches(failed, STORE_ERROR, STORE_ERROR_LOCKED))
			g_prefix_error(&failed,
				       "portvakt serve does not listen at %s.door, or is "
				       "an older one: restart it: ",
				       path);
		g_propagate_error(error, g_steal_pointer(&failed));
		return NULL;
	}
}
