/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

typedef void Filter;
static void filter_free(Filter *filter)
{
	seccomp_release(filter);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filter, filter_free)

static bool fail(GError **error, const char *what, int code)
{
	return metadata_refuse(error, METADATA_ERROR_IO, "%s: %s", what, g_strerror(code));
}

static bool limit(GError **error)
{
	static const struct {
		int resource;
		rlim_t most;
	} limits[] = {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		{RLIMIT_AS, CONFINE_MEMORY},
#endif
		{RLIMIT_CPU, CONFINE_SECONDS},
		{RLIMIT_FSIZE, CONFINE_FILE},
		{RLIMIT_CORE, 0},
		{RLIMIT_NOFILE, 0}, /* those that are open stay */
	};
	for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
		const struct rlimit to = {limits[i].most, limits[i].most};
		if (setrlimit((__rlimit_resource_t)limits[i].resource, &to) < 0)
			return fail(error, "setrlimit", errno);
	}
	return true;
}

/* Memory that can be run is what an exploit asks for first. */
static int allow_memory(Filter *filter)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	int failed = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(calls) && !failed; i++)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
					  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return failed;
}

/* fstat is newfstatat of a descriptor to libc; of a path it would tell which files there are. */
static int allow_fstat(Filter *filter)
{
	int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fstat), 0);
	if (!failed)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 2,
					  SCMP_A0(SCMP_CMP_LE, 2),
					  SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
	return failed;
}

static int allow_plain(Filter *filter)
{
	static const int calls[] = {
		SCMP_SYS(read),           SCMP_SYS(write),       SCMP_SYS(pwrite64),
		SCMP_SYS(lseek),          SCMP_SYS(close),       SCMP_SYS(brk),
		SCMP_SYS(munmap),         SCMP_SYS(mremap),      SCMP_SYS(madvise),
		SCMP_SYS(futex),          SCMP_SYS(getrandom),   SCMP_SYS(clock_gettime),
		SCMP_SYS(gettimeofday),   SCMP_SYS(time),        SCMP_SYS(getpid),
		SCMP_SYS(gettid),         SCMP_SYS(sched_yield), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
		SCMP_SYS(exit),           SCMP_SYS(exit_group),
	};
	int failed = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(calls) && !failed; i++)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return failed;
}

/* What is not in the list is EPERM and not death, so that a library that only tries something goes
 * on without it; calls of other architectures are death. */
static bool filter_calls(GError **error)
{
	g_autoptr(Filter) filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return fail(error, "seccomp", ENOMEM);
	int failed = allow_plain(filter);
	if (!failed)
		failed = allow_memory(filter);
	if (!failed)
		failed = allow_fstat(filter);
	if (!failed)
		failed = seccomp_load(filter);
	return !failed || fail(error, "seccomp", -failed);
}

bool confine_process(GError **error)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(error, "prctl", errno);
	return limit(error) && filter_calls(error);
}
