/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/feed-child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "metadata/confine.h"
#include "metadata/entity-read.h"
#include "metadata/feed-aggregate.h"
#include "metadata/feed-index.h"
#include "metadata/read.h"
#include "metadata/xml/init.h"

#define ARGUMENT "--feed-child"
/* What the child says goes into one line of a log. */
#define WORDS_MAX       1024 /* bytes */
#define CERTIFICATE_MAX 65536

/* The child's descriptors; nothing else is open in it. */
enum { FD_AGGREGATE = 0, FD_INDEX = 1, FD_WORDS = 2, FD_CERTIFICATE = 3, FD_END };

/* ---- the child ---- */

bool feed_child_is_wanted(int argc, char **argv)
{
	return argc == 3 && strcmp(argv[1], ARGUMENT) == 0;
}

/* The exit code is METADATA_ERROR's, plus one. No destructors: nothing of what was read is to run
 * any further. */
static G_NORETURN void end(const GError *error)
{
	if (!error)
		_exit(0);
	int code = error->domain == METADATA_ERROR ? error->code : METADATA_ERROR_IO;
	gsize len = MIN(strlen(error->message), WORDS_MAX);
	ssize_t written = write(FD_WORDS, error->message, len);
	_exit(written < 0 ? METADATA_ERROR_IO + 1 : code + 1);
}

/* The first use of an algorithm has OpenSSL read its configuration. */
static void warm_up(GBytes *certificate)
{
	guint8 digest[DIGEST_SIZE];
	XmlCertificate read;
	digest_of("", 0, digest);
	xml_certificate_read(certificate, &read, NULL);
}

static bool work(gint64 now, GError **error)
{
	g_autoptr(GBytes) certificate =
		metadata_read(FD_CERTIFICATE, "certificate", CERTIFICATE_MAX, error);
	close(FD_CERTIFICATE);
	if (!certificate)
		return false;
	warm_up(certificate);
	if (!confine_process(error))
		return false;
	g_autoptr(GBytes) aggregate =
		metadata_read(FD_AGGREGATE, "it", XML_LIMITS_FEED.bytes, error);
	return aggregate && feed_aggregate_index(aggregate, certificate, now, FD_INDEX, error);
}

void feed_child_main(char **argv)
{
	GError *error = NULL;
	gint64 now = g_ascii_strtoll(argv[2], NULL, 10);
	/* Else GLib would first ask the environment, then files, who reads messages. */
	g_log_set_writer_func(g_log_writer_standard_streams, NULL, NULL);
	if (xml_init(&error) && work(now, &error))
		end(NULL);
	end(error);
}

/* ---- its parent ---- */

typedef struct {
	int aggregate, index, words[2], certificate[2];
} Pipes;

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void pipes_clear(Pipes *pipes)
{
	shut(&pipes->aggregate);
	shut(&pipes->index);
	shut(&pipes->words[0]);
	shut(&pipes->words[1]);
	shut(&pipes->certificate[0]);
	shut(&pipes->certificate[1]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pipes, pipes_clear)

static bool fail(GError **error, const char *what)
{
	return metadata_refuse(error, METADATA_ERROR_IO, "the process that reads metadata: %s: %s",
			       what, g_strerror(errno));
}

/* Above all that the child will have, so that no dup2 overwrites what a later one needs. */
static bool lift(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, FD_END);
	if (high < 0)
		return false;
	if (high != *fd)
		close(*fd);
	*fd = high;
	return true;
}

static bool open_pipes(Pipes *pipes, int aggregate, int out, GError **error)
{
	pipes->aggregate = fcntl(aggregate, F_DUPFD_CLOEXEC, FD_END);
	pipes->index = fcntl(out, F_DUPFD_CLOEXEC, FD_END);
	if (pipes->aggregate < 0 || pipes->index < 0 || pipe2(pipes->words, O_CLOEXEC) < 0 ||
	    pipe2(pipes->certificate, O_CLOEXEC) < 0 || !lift(&pipes->words[1]) ||
	    !lift(&pipes->certificate[0]))
		return fail(error, "pipe");
	return true;
}

/* A pipe takes 64 KiB without a reader. */
static bool hand_over(Pipes *pipes, GBytes *certificate, GError **error)
{
	gsize len;
	const void *data = g_bytes_get_data(certificate, &len);
	g_assert(len <= CERTIFICATE_MAX);
	if (fcntl(pipes->certificate[1], F_SETFL, O_NONBLOCK) < 0 ||
	    write(pipes->certificate[1], data, len) != (ssize_t)len)
		return fail(error, "write");
	shut(&pipes->certificate[1]);
	return true;
}

static pid_t spawn(const Pipes *pipes, gint64 now, GError **error)
{
	g_autofree char *time = g_strdup_printf("%" G_GINT64_FORMAT, now);
	char name[] = "portvakt", argument[] = ARGUMENT;
	char *const argv[] = {name, argument, time, NULL};
	char *const nothing[] = {NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	posix_spawn_file_actions_init(&actions);
	int code = posix_spawn_file_actions_adddup2(&actions, pipes->aggregate, FD_AGGREGATE);
	if (!code)
		code = posix_spawn_file_actions_adddup2(&actions, pipes->index, FD_INDEX);
	if (!code)
		code = posix_spawn_file_actions_adddup2(&actions, pipes->words[1], FD_WORDS);
	if (!code)
		code = posix_spawn_file_actions_adddup2(&actions, pipes->certificate[0],
							FD_CERTIFICATE);
	if (!code)
		code = posix_spawn_file_actions_addclosefrom_np(&actions, FD_END);
	if (!code)
		code = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, nothing);
	posix_spawn_file_actions_destroy(&actions);
	errno = code;
	if (code)
		fail(error, "/proc/self/exe");
	return code ? -1 : pid;
}

/* Keeps what fits; the rest is read, so that the child does not wait for us. False: no more. */
static bool listen_to(int fd, GByteArray *words)
{
	guint8 block[WORDS_MAX];
	ssize_t n = read(fd, block, sizeof block);
	if (n < 0)
		return errno == EINTR;
	g_byte_array_append(words, block, (guint)MIN((gsize)n, WORDS_MAX - words->len));
	return n > 0;
}

/* Until it has ended or the time is up. */
static bool await(int child, int words_fd, GByteArray *words, guint seconds)
{
	gint64 deadline = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
	struct pollfd fds[] = {{child, POLLIN, 0}, {words_fd, POLLIN, 0}};
	for (gint64 left; (left = deadline - g_get_monotonic_time()) > 0;) {
		if (poll(fds, G_N_ELEMENTS(fds), (int)(left / 1000) + 1) < 0 && errno != EINTR)
			return false;
		if (fds[1].revents && !listen_to(words_fd, words))
			fds[1].fd = -1;
		else if (fds[0].revents && !fds[1].revents)
			return true;
		fds[1].revents = 0;
	}
	return false;
}

/* Only text to us: whatever the child may have become, it says no more than a line. */
static char *tidy(const GByteArray *words)
{
	g_autofree char *text = words->len
					? g_utf8_make_valid((const char *)words->data, words->len)
					: g_strdup("");
	char *line = entity_read_tidy(text, WORDS_MAX);
	return line ? line : g_strdup("it did not say why");
}

static bool judge(int status, bool in_time, guint seconds, const GByteArray *words, GError **error)
{
	if (!in_time)
		return metadata_refuse(error, METADATA_ERROR_LIMIT,
				       "reading it took more than %u seconds", seconds);
	if (WIFSIGNALED(status))
		return metadata_refuse(error, METADATA_ERROR_LIMIT,
				       "the process that reads it was ended by signal %d (%s)",
				       WTERMSIG(status), g_strsignal(WTERMSIG(status)));
	int code = WEXITSTATUS(status);
	g_autofree char *line = tidy(words);
	return code == 0 ||
	       metadata_refuse(error,
			       code - 1 <= METADATA_ERROR_SIGNATURE ? code - 1 : METADATA_ERROR_IO,
			       "%s", line);
}

bool feed_child_run(int aggregate, GBytes *certificate, gint64 now, int out, guint seconds,
		    GError **error)
{
	g_auto(Pipes) pipes = {-1, -1, {-1, -1}, {-1, -1}};
	g_autoptr(GByteArray) words = g_byte_array_new();
	if (!open_pipes(&pipes, aggregate, out, error) || !hand_over(&pipes, certificate, error))
		return false;
	pid_t pid = spawn(&pipes, now, error);
	if (pid < 0)
		return false;
	shut(&pipes.words[1]);
	int child = pidfd_open(pid, 0);
	bool in_time = child >= 0 && await(child, pipes.words[0], words, seconds);
	int status = 0;
	/* Ours and not waited for yet, so the number is nobody else's. */
	if (!in_time)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	shut(&child);
	return judge(status, in_time, seconds, words, error);
}
