/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the process that reads an aggregate can no longer do: each is tried twice in a process of
 * its own, before it is confined, where it must work, and after, where it must not. */
#include "metadata/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *key_file;
static int key_fd, listening;

/* Each does one thing as directly as the kernel offers it, and returns -1 with errno. */
static long do_open(void)
{
	return syscall(SYS_open, key_file, O_RDONLY);
}
static long do_openat(void)
{
	return syscall(SYS_openat, AT_FDCWD, key_file, O_RDONLY);
}
static long do_stat(void)
{
	struct stat st;
	return stat(key_file, &st);
}
static long do_readlink(void)
{
	char text[16];
	return readlink("/proc/self/exe", text, sizeof text);
}
static long do_unlink(void)
{
	g_autofree char *other = g_strconcat(key_file, ".link", NULL);
	return link(key_file, other) < 0 ? -1 : unlink(other);
}
static long do_dup(void)
{
	return dup(0);
}
static long do_pipe(void)
{
	int fds[2];
	return pipe(fds);
}
static long do_memfd(void)
{
	return memfd_create("x", 0);
}
static long do_socket_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}
static long do_socket_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long do_socketpair(void)
{
	int fds[2];
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}
static long do_getsockname(void)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	return getsockname(listening, (struct sockaddr *)&address, &len);
}
static long do_exec(void)
{
	char name[] = "true";
	char *argv[] = {name, NULL}, *envp[] = {NULL};
	return execve("/proc/self/exe/none", argv, envp) < 0 && errno == ENOTDIR ? 0 : -1;
}
static long do_fork(void)
{
	long pid = syscall(SYS_fork);
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : waitpid((pid_t)pid, NULL, 0);
}
static long do_clone(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : waitpid((pid_t)pid, NULL, 0);
}
static long do_kill(void)
{
	return kill(getppid(), 0);
}
static long do_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
static long do_signal(void)
{
	return signal(SIGUSR1, SIG_IGN) == SIG_ERR ? -1 : 0;
}
static long do_prctl(void)
{
	return prctl(PR_SET_PDEATHSIG, 0);
}
static long do_rlimit(void)
{
	struct rlimit limit;
	return getrlimit(RLIMIT_AS, &limit);
}
static long do_map_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : 0;
}
static long do_make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
/* These two must go on. */
static long do_read(void)
{
	char c;
	return lseek(key_fd, 0, SEEK_SET) < 0 ? -1 : read(key_fd, &c, 1);
}
static long do_map(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : munmap(p, 4096);
}

static const struct {
	const char *name;
	long (*attempt)(void);
	int code; /* errno once confined; 0: it works */
} cases[] = {
	{"open of a key", do_open, EPERM},
	{"openat of a key", do_openat, EPERM},
	{"stat of a key", do_stat, EPERM},
	{"readlink", do_readlink, EPERM},
	{"link", do_unlink, EPERM},
	{"dup", do_dup, EPERM},
	{"pipe", do_pipe, EPERM},
	{"memfd_create", do_memfd, EPERM},
	{"socket of TCP", do_socket_inet, EPERM},
	{"socket of Unix", do_socket_unix, EPERM},
	{"socketpair", do_socketpair, EPERM},
	{"getsockname", do_getsockname, EPERM},
	{"execve", do_exec, EPERM},
	{"fork", do_fork, EPERM},
	{"clone", do_clone, EPERM},
	{"kill", do_kill, EPERM},
	{"ptrace", do_ptrace, EPERM},
	{"signal", do_signal, EPERM},
	{"prctl", do_prctl, EPERM},
	{"getrlimit", do_rlimit, EPERM},
	{"code mapped", do_map_code, EPERM},
	{"code made", do_make_code, EPERM},
	{"read of what is open", do_read, 0},
	{"memory", do_map, 0},
};

/* Exit codes of the process that tries. */
enum { AS_WANTED, NOT_BEFORE, NOT_CONFINED, OTHERWISE };

static int try_case(gsize i)
{
	if (cases[i].attempt() < 0)
		return NOT_BEFORE;
	if (!confine_process(NULL))
		return NOT_CONFINED;
	errno = 0;
	long result = cases[i].attempt();
	return cases[i].code ? (result == -1 && errno == cases[i].code ? AS_WANTED : OTHERWISE)
			     : (result >= 0 ? AS_WANTED : OTHERWISE);
}

static int in_a_process(int (*what)(gsize), gsize i)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(what(i));
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_calls(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(in_a_process(try_case, i), ==, AS_WANTED);
	}
}

/* There must be something to connect to, or that it fails would prove nothing. */
static int try_connect(gsize confined)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (getsockname(listening, (struct sockaddr *)&address, &len) < 0)
		return NOT_BEFORE;
	if (confined && !confine_process(NULL))
		return NOT_CONFINED;
	errno = 0;
	int result = connect(fd, (struct sockaddr *)&address, len);
	return confined ? (result < 0 && errno == EPERM ? AS_WANTED : OTHERWISE)
			: (result == 0 ? AS_WANTED : NOT_BEFORE);
}

static void test_connect(void)
{
	g_assert_cmpint(in_a_process(try_connect, 0), ==, AS_WANTED);
	g_assert_cmpint(in_a_process(try_connect, 1), ==, AS_WANTED);
}

/* A file that grows past its limit is the end of the process. */
static int try_file_size(gsize unused)
{
	if (!confine_process(NULL))
		return NOT_CONFINED;
	return pwrite(key_fd, "x", 1, CONFINE_FILE) < 0 ? AS_WANTED : OTHERWISE;
}

static void test_file_size(void)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(try_file_size(0));
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static int try_memory(gsize unused)
{
	if (!confine_process(NULL))
		return NOT_CONFINED;
	void *p = mmap(NULL, CONFINE_MEMORY, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p == MAP_FAILED ? AS_WANTED : OTHERWISE;
}

static void test_memory(void)
{
	g_assert_cmpint(in_a_process(try_memory, 0), ==, AS_WANTED);
}
#endif

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	g_test_init(&argc, &argv, NULL);
	key_fd = g_file_open_tmp("confine-XXXXXX", &key_file, NULL);
	g_assert_cmpint(write(key_fd, "secret", 6), ==, 6);
	listening = socket(AF_INET, SOCK_STREAM, 0);
	g_assert_cmpint(bind(listening, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(listening, 8), ==, 0);
	g_test_add_func("/confine/calls", test_calls);
	g_test_add_func("/confine/connect", test_connect);
	g_test_add_func("/confine/file-size", test_file_size);
	/* not where a sanitizer's shadow needs all address space */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	g_test_add_func("/confine/memory", test_memory);
#endif
	int result = g_test_run();
	unlink(key_file);
	g_free(key_file);
	return result;
}
