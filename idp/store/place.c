/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool place_fail_errno(const char *path, const char *doing, GError **error)
{
	int code = errno;

	g_set_error(error, STORE_ERROR,
		    code == EACCES || code == EPERM || code == EROFS ? STORE_ERROR_PERMISSION
								     : STORE_ERROR_IO,
		    "%s: cannot %s: %s%s", path, doing, g_strerror(code),
		    code == EACCES ? "; run as root, or as the user portvakt serve runs as" : "");
	return false;
}

static PlaceState refuse(const char *path, StoreError code, const char *why, GError **error)
{
	g_set_error(error, STORE_ERROR, code, "%s: %s", path, why);
	return PLACE_REFUSED;
}

static bool exists(const char *path, const char *suffix)
{
	g_autofree char *beside = g_strconcat(path, suffix, NULL);
	struct stat st;

	return lstat(beside, &st) == 0;
}

PlaceState place_look(const char *path, bool foreign_owner, GError **error)
{
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno != ENOENT) {
			place_fail_errno(path, "look at the store", error);
			return PLACE_REFUSED;
		}
		/* A log without its file would be played back into a new one. */
		if (exists(path, "-wal") || exists(path, "-journal"))
			return refuse(path, STORE_ERROR_CORRUPT,
				      "the store is gone, but its log (-wal or -journal) is there: "
				      "put the file back, or move the log away to start anew",
				      error);
		return PLACE_ABSENT;
	}
	if (!S_ISREG(st.st_mode))
		return refuse(path, STORE_ERROR_FOREIGN,
			      "the store is not a regular file; name the file itself, not a link",
			      error);
	if (st.st_uid != geteuid() && !(foreign_owner && geteuid() == 0))
		return refuse(path, STORE_ERROR_PERMISSION,
			      "the store belongs to another user: run as its owner, or change the "
			      "owner (chown)",
			      error);
	if ((st.st_mode & 077) != 0)
		return refuse(path, STORE_ERROR_PERMISSION,
			      "other users may use the store: take that away (chmod 600)", error);
	if (st.st_size == 0)
		return refuse(path, STORE_ERROR_CORRUPT,
			      "the store is an empty file: restore it from a backup, or move it "
			      "away to start anew",
			      error);
	return PLACE_PRESENT;
}

bool place_check_folder(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	struct stat st;

	if (stat(folder, &st) != 0)
		return place_fail_errno(folder, "look at the folder of the store", error);
	if ((st.st_uid == geteuid() || st.st_uid == 0) &&
	    ((st.st_mode & 022) == 0 || (st.st_mode & S_ISVTX) != 0))
		return true;
	g_set_error(error, STORE_ERROR, STORE_ERROR_PERMISSION,
		    "%s: other users may put files into the folder of the store: make it ours "
		    "alone (chown, chmod 700)",
		    folder);
	return false;
}

static int lock_file_open(const char *path, GError **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat st;

	if (fd < 0) {
		place_fail_errno(path, "open the lock file", error);
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid())
		return fd;
	close(fd);
	g_set_error(error, STORE_ERROR, STORE_ERROR_PERMISSION,
		    "%s: the lock file belongs to another user", path);
	return -1;
}

int place_lock(const char *path, GError **error)
{
	g_autofree char *lock = g_strconcat(path, ".lock", NULL);
	char pid[32] = "";
	int fd = lock_file_open(lock, error);

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK) {
			ssize_t n = read(fd, pid, sizeof(pid) - 1);

			g_set_error(error, STORE_ERROR, STORE_ERROR_LOCKED,
				    "%s: another portvakt (process %s) writes this store: stop it "
				    "first",
				    path, n > 0 ? g_strchomp(pid) : "unknown");
		} else {
			place_fail_errno(lock, "lock", error);
		}
		close(fd);
		return -1;
	}
	/* For the message above only; the lock itself is the kernel's. */
	g_snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, strlen(pid), 0) < 0) {
		place_fail_errno(lock, "write", error);
		close(fd);
		return -1;
	}
	return fd;
}

bool place_make(const char *draft, GError **error)
{
	static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
	int fd;

	for (unsigned i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *old = g_strconcat(draft, suffixes[i], NULL);

		if (unlink(old) != 0 && errno != ENOENT)
			return place_fail_errno(old, "remove what an earlier try left", error);
	}
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return place_fail_errno(draft, "make the store", error);
	close(fd);
	return true;
}

bool place_move(const char *draft, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	bool synced;
	int fd;

	if (rename(draft, path) != 0)
		return place_fail_errno(path, "put the new store in its place", error);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return place_fail_errno(folder, "open the folder of the store", error);
	synced = fsync(fd) == 0;
	if (!synced)
		place_fail_errno(folder, "sync the folder of the store", error);
	close(fd);
	return synced;
}

int place_door(const char *path, struct sockaddr_un *address, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), written;

	if (fd < 0) {
		place_fail_errno(folder, "open the folder of the store", error);
		return -1;
	}
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	written = g_snprintf(address->sun_path, sizeof address->sun_path,
			     "/proc/self/fd/%d/%s.door", fd, name);
	if ((gsize)written < sizeof address->sun_path)
		return fd;
	close(fd);
	g_set_error(error, STORE_ERROR, STORE_ERROR_LIMIT,
		    "%s: the name of the store's file is too long for the socket beside it", path);
	return -1;
}
