/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/policy-fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idp/command/command.h"
#include "metadata/read.h"
#include "policy/format.h"

static gboolean check, to_stdout;
static char *language;

static const GOptionEntry entries[] = {
	{"check", 0, 0, G_OPTION_ARG_NONE, &check,
	 "Write nothing, name the files that would be changed", NULL},
	{"stdout", 0, 0, G_OPTION_ARG_NONE, &to_stdout, "Write nothing, print the text", NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language,
	 "Of what is wrong with a file: sv or en (default: by the locale)", "LANG"},
	G_OPTION_ENTRY_NULL,
};

/* A file and what it held when it was read. */
typedef struct {
	const char *name; /* as it was given */
	char *path;       /* where it lies, whatever links lead there; NULL: standard input */
	struct stat st;
	GBytes *bytes;
} File;

static void file_clear(File *file)
{
	g_free(file->path);
	g_clear_pointer(&file->bytes, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(File, file_clear)

static bool fail(const char *name, int code, GError **error)
{
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", name,
		    g_strerror(code));
	return false;
}

static bool read_open(File *file, int fd, GError **error)
{
	if (fstat(fd, &file->st) < 0)
		return fail(file->name, errno, error);
	if (file->path && !S_ISREG(file->st.st_mode))
		return fail(file->name, S_ISDIR(file->st.st_mode) ? EISDIR : EINVAL, error);
	file->bytes = metadata_read(fd, file->name, POLICY_FILE_MAX, error);
	return file->bytes != NULL;
}

static bool file_read(File *file, GError **error)
{
	if (g_str_equal(file->name, "-")) {
		file->name = "standard input";
		return read_open(file, STDIN_FILENO, error);
	}
	file->path = realpath(file->name, NULL);
	/* of a pipe or device in its place nothing is awaited */
	int fd = file->path ? open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	if (fd < 0)
		return fail(file->name, errno, error);
	bool good = read_open(file, fd, error);
	close(fd);
	return good;
}

static bool write_all(int fd, const char *text)
{
	for (gsize length = strlen(text); length > 0;) {
		ssize_t n = write(fd, text, length);
		if (n < 0 && errno != EINTR)
			return false;
		text += MAX(n, 0);
		length -= (gsize)MAX(n, 0);
	}
	return true;
}

/* The new file is the old one's owner's, and as open to others. */
static bool make_like(int fd, const struct stat *st)
{
	struct stat own;
	if (fstat(fd, &own) < 0)
		return false;
	if ((own.st_uid != st->st_uid || own.st_gid != st->st_gid) &&
	    fchown(fd, st->st_uid, st->st_gid) < 0)
		return false;
	return fchmod(fd, st->st_mode & 07777) == 0;
}

/* Whether nobody has written the file since it was read. */
static bool is_as_read(const File *file)
{
	struct stat now;
	return stat(file->path, &now) == 0 && now.st_ino == file->st.st_ino &&
	       now.st_dev == file->st.st_dev && now.st_size == file->st.st_size &&
	       now.st_mtim.tv_sec == file->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == file->st.st_mtim.tv_nsec;
}

static bool put_in_place(const File *file, int fd, const char *draft, const char *text,
			 GError **error)
{
	if (!write_all(fd, text) || !make_like(fd, &file->st) || fsync(fd) < 0)
		return fail(file->name, errno, error);
	if (!is_as_read(file)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN,
			    "%s: somebody has written it meanwhile; it is left alone", file->name);
		return false;
	}
	return rename(draft, file->path) == 0 || fail(file->name, errno, error);
}

/* The old text or the new one, never half; the name of the draft is none of a policy file. */
static bool file_write(const File *file, const char *text, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(file->path);
	g_autofree char *base = g_path_get_basename(file->path);
	g_autofree char *draft = g_strdup_printf("%s/.%s.XXXXXX", folder, base);
	int fd = g_mkstemp_full(draft, O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(folder, errno, error);
	bool good = put_in_place(file, fd, draft, text, error);
	close(fd);
	if (!good)
		unlink(draft);
	return good;
}

/* Returns: an exit code. */
static int one_file(const char *name)
{
	g_auto(File) file = {.name = name};
	g_autoptr(GError) error = NULL;
	gsize length = 0;
	if (!file_read(&file, &error))
		return command_fail(error);
	/* of an empty file there are none */
	const char *data = g_bytes_get_data(file.bytes, &length);
	const char *bytes = data ? data : "";
	g_autofree char *text = format_policy(file.name, bytes, length, language, &error);
	if (!text)
		return command_fail(error);
	bool same = strlen(text) == length && memcmp(text, bytes, length) == 0;
	if (!check && (to_stdout || !file.path)) {
		g_print("%s", text);
		return COMMAND_DONE;
	}
	if (same)
		return COMMAND_DONE;
	if (!check && !file_write(&file, text, &error))
		return command_fail(error);
	g_print("%s\n", file.name);
	return check ? COMMAND_PROBLEM : COMMAND_DONE;
}

static int usage(const char *message)
{
	g_printerr("portvakt policy fmt: %s\nTry `portvakt policy fmt --help'.\n", message);
	return COMMAND_USAGE;
}

static int run(char *const *files)
{
	int worst = COMMAND_DONE;
	if (!command_language("policy fmt", &language))
		return COMMAND_USAGE;
	if (!files)
		return usage("say which files");
	if (check && to_stdout)
		return usage("--check and --stdout are two things; say one of them");
	if (to_stdout && files[1])
		return usage("--stdout is about one file");
	for (; *files; files++) {
		int code = one_file(*files);
		worst = MAX(worst, code);
	}
	return worst;
}

int policy_fmt(int argc, char **argv)
{
	CommandLine line = {
		.name = "policy fmt",
		.arguments = "FILE...",
		.summary =
			"Lays policy files out anew, each in its place, and names those that were "
			"changed.\nOf `-', standard input, the text is printed.",
		.entries = entries,
		.of_all = true,
	};
	int result = command_parse(&line, &argc, &argv) ? run(line.rest) : COMMAND_USAGE;
	command_line_clear(&line);
	g_clear_pointer(&language, g_free);
	return result;
}
