/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/trusted.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metadata/read.h"

struct Trusted {
	int fd;
	char *path;
};

static bool fail(GError **error, const char *path, int code)
{
	g_set_error(error, METADATA_ERROR, METADATA_ERROR_IO, "%s: %s", path, g_strerror(code));
	return false;
}

/* POSIX ACLs that let others write show in the group's bits. */
static bool judge(const struct stat *st, const char *path, GError **error)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		g_set_error(error, METADATA_ERROR, METADATA_ERROR_TRUST,
			    "%s: belongs to user %u, who could change it; it must belong to root "
			    "or to the user that portvakt runs as: chown root %s",
			    path, st->st_uid, path);
		return false;
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		g_set_error(error, METADATA_ERROR, METADATA_ERROR_TRUST,
			    "%s: others than its owner may write it: chmod go-w %s", path, path);
		return false;
	}
	return true;
}

Trusted *trusted_open(const char *folder, GError **error)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		fail(error, folder, errno);
		return NULL;
	}
	struct stat st;
	bool known = fstat(fd, &st) == 0 || fail(error, folder, errno);
	if (!known || !judge(&st, folder, error)) {
		close(fd);
		return NULL;
	}
	Trusted *trusted = g_new0(Trusted, 1);
	trusted->fd = fd;
	trusted->path = g_strdup(folder);
	return trusted;
}

void trusted_free(Trusted *trusted)
{
	if (!trusted)
		return;
	close(trusted->fd);
	g_free(trusted->path);
	g_free(trusted);
}

char *trusted_path(const Trusted *trusted, const char *name)
{
	return g_build_filename(trusted->path, name, NULL);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *trusted_list(Trusted *trusted, const char *suffix, guint max, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	int fd = openat(trusted->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		fail(error, trusted->path, errno);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	const struct dirent *entry;
	while ((entry = readdir(dir)) && names->len <= max) {
		if (*entry->d_name != '.' && g_str_has_suffix(entry->d_name, suffix))
			g_ptr_array_add(names, g_strdup(entry->d_name));
	}
	closedir(dir);
	if (names->len > max) {
		g_set_error(error, METADATA_ERROR, METADATA_ERROR_LIMIT,
			    "%s: more than %u files of %s", trusted->path, max, suffix);
		return NULL;
	}
	g_ptr_array_sort(names, by_name);
	return g_steal_pointer(&names);
}

/* O_NONBLOCK: opening a pipe that somebody put there must not hang the start. */
int trusted_open_file(const Trusted *trusted, const char *name, GError **error)
{
	g_autofree char *path = trusted_path(trusted, name);
	int fd = openat(trusted->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ELOOP)
			g_set_error(error, METADATA_ERROR, METADATA_ERROR_TRUST,
				    "%s: a symbolic link; put the file itself here", path);
		else
			fail(error, path, errno);
		return -1;
	}
	struct stat st;
	bool good = false;
	if (fstat(fd, &st) < 0)
		fail(error, path, errno);
	else if (!S_ISREG(st.st_mode))
		g_set_error(error, METADATA_ERROR, METADATA_ERROR_TRUST, "%s: not a file", path);
	else
		good = judge(&st, path, error);
	if (good)
		return fd;
	close(fd);
	return -1;
}

GBytes *trusted_read(const Trusted *trusted, const char *name, gsize max, GError **error)
{
	g_autofree char *path = trusted_path(trusted, name);
	int fd = trusted_open_file(trusted, name, error);
	if (fd < 0)
		return NULL;
	GBytes *bytes = metadata_read(fd, path, max, error);
	close(fd);
	return bytes;
}

static bool write_all(int fd, GBytes *bytes)
{
	gsize len;
	const guint8 *data = g_bytes_get_data(bytes, &len);
	for (gsize done = 0; done < len;) {
		ssize_t n = write(fd, data + done, len - done);
		if (n < 0 && errno != EINTR)
			return false;
		done += MAX(n, 0);
	}
	return fchmod(fd, 0644) == 0 && fsync(fd) == 0;
}

/* First a file that trusted_list does not see, then a rename: a reader or a crash meets the old
 * or the new one, never half. */
bool trusted_write(const Trusted *trusted, const char *name, GBytes *bytes, GError **error)
{
	g_autofree char *hidden = g_strdup_printf(".%s.XXXXXX", name);
	g_autofree char *path = trusted_path(trusted, name);
	g_autofree char *temporary = trusted_path(trusted, hidden);
	int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(error, trusted->path, errno);
	bool good = write_all(fd, bytes);
	int code = errno;
	close(fd);
	if (good && rename(temporary, path) == 0 && fsync(trusted->fd) == 0)
		return true;
	if (good)
		code = errno;
	unlink(temporary);
	return fail(error, path, code);
}

bool trusted_has(const Trusted *trusted, const char *name)
{
	struct stat st;
	return fstatat(trusted->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
