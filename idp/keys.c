/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(GError **error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_propagate_error(
		error, g_error_new_valist(G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, format, args));
	va_end(args);
	return false;
}

static bool fail_errno(GError **error, const char *path, const char *verb)
{
	int code = errno;
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: cannot %s: %s%s",
		    path, verb, g_strerror(code),
		    code == EACCES ? "; run as root, or as the user portvakt serve runs as" : "");
	return false;
}

/* Judged on the open file, so that it cannot be exchanged between the look and the reading. */
static bool judge(int fd, const char *path, uid_t owner, GError **error)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return fail_errno(error, path, "look at it");
	if (!S_ISREG(st.st_mode))
		return fail(error, "%s: a secret must be a regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid() && (geteuid() != 0 || st.st_uid != owner))
		return fail(
			error,
			"%s: this secret belongs to another user than root and the owner of the "
			"store; `chown` it to the user that runs portvakt",
			path);
	if (st.st_mode & 077)
		return fail(error, "%s: others may read this secret; run `chmod 0600 %s`", path,
			    path);
	if (st.st_size > KEYS_FILE_MAX)
		return fail(error, "%s: over 16 KiB, this is no key", path);
	return true;
}

uid_t keys_owner(const Config *config)
{
	const char *file = config_path(config, "store", "file");
	g_autofree char *folder = g_path_get_dirname(file);
	struct stat st;

	return lstat(file, &st) == 0 || stat(folder, &st) == 0 ? st.st_uid : 0;
}

Secret *keys_read(const char *path, uid_t owner, GError **error)
{
	char bytes[KEYS_FILE_MAX + 1];
	gsize length = 0;
	ssize_t got = 0;
	int fd = g_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	if (fd < 0) {
		fail_errno(error, path, "open");
		return NULL;
	}
	bool good = judge(fd, path, owner, error);
	while (good && length < sizeof bytes &&
	       (got = TEMP_FAILURE_RETRY(read(fd, bytes + length, sizeof bytes - length))) > 0)
		length += (gsize)got;
	if (good && (got < 0 || length > KEYS_FILE_MAX))
		good = fail_errno(error, path, "read");
	g_close(fd, NULL);
	Secret *secret = good ? secret_new(bytes, length) : NULL;
	seal_wipe(bytes, sizeof bytes);
	return secret;
}

static bool write_all(int fd, const char *bytes, gsize length)
{
	while (length) {
		ssize_t done = TEMP_FAILURE_RETRY(write(fd, bytes, length));
		if (done < 0)
			return false;
		bytes += done;
		length -= (gsize)done;
	}
	return fsync(fd) == 0;
}

/* O_EXCL: what is there is never overwritten, not even in a race with another `keys new'. */
static bool make_file(const char *path, mode_t mode, const void *bytes, gsize length,
		      GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	if (g_mkdir_with_parents(folder, 0700) != 0)
		return fail_errno(error, folder, "make the folder");
	int fd = g_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return fail_errno(error, path, "make");
	bool good = fchmod(fd, mode) == 0 && write_all(fd, bytes, length);
	if (!good)
		fail_errno(error, path, "write");
	if (!g_close(fd, good ? error : NULL))
		good = false;
	if (!good)
		g_unlink(path);
	return good;
}

static bool make_random(const char *path, const char *what, KeysTold told, gpointer data,
			GError **error)
{
	if (g_file_test(path, G_FILE_TEST_EXISTS)) {
		told(path, what, false, data);
		return true;
	}
	g_autoptr(Secret) key = secret_new_random(SEAL_KEY_BYTES);
	if (!make_file(path, 0600, secret_bytes(key), secret_length(key), error))
		return false;
	told(path, what, true, data);
	return true;
}

static bool make_pair(const Config *config, const KeysRequest *request, KeysTold told,
		      gpointer data, GError **error)
{
	const char *key_path = config_path(config, "saml", "key");
	const char *certificate_path = config_path(config, "saml", "certificate");
	bool has_key = g_file_test(key_path, G_FILE_TEST_EXISTS);
	bool has_certificate = g_file_test(certificate_path, G_FILE_TEST_EXISTS);
	g_autofree char *key = NULL;
	g_autofree char *certificate = NULL;
	if (has_key != has_certificate)
		return fail(
			error,
			"%s is there but %s is not: put the missing half back, or move both away",
			has_key ? key_path : certificate_path,
			has_key ? certificate_path : key_path);
	if (has_key) {
		told(key_path, "SAML signing key", false, data);
		return true;
	}
	if (!keypair_new(request->kind, config_text(config, "idp", "base-url"), request->now,
			 request->days, &key, &certificate, error))
		return false;
	bool made = make_file(key_path, 0600, key, strlen(key), error);
	seal_wipe(key, strlen(key));
	if (!made)
		return false;
	if (!make_file(certificate_path, 0644, certificate, strlen(certificate), error)) {
		g_unlink(key_path);
		return false;
	}
	told(key_path, "SAML signing key", true, data);
	told(certificate_path, "its certificate", true, data);
	return true;
}

bool keys_make(const Config *config, const KeysRequest *request, KeysTold told, gpointer data,
	       GError **error)
{
	static const struct {
		KeysWhich which;
		const char *group, *what;
	} random[] = {
		{KEYS_LEDGER, "ledger", "ledger key"},
		{KEYS_SEAL, "seal", "seal key"},
		{KEYS_IDENTIFIERS, "identifiers", "key of new identifiers"},
	};

	if ((request->which & KEYS_SAML) && !make_pair(config, request, told, data, error))
		return false;
	for (gsize i = 0; i < G_N_ELEMENTS(random); i++)
		if ((request->which & random[i].which) &&
		    !make_random(config_path(config, random[i].group, "key"), random[i].what, told,
				 data, error))
			return false;
	return true;
}
