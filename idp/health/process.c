/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/health/process.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* The second number of /proc/self/statm counts resident pages. */
static guint64 resident_bytes(void)
{
	g_autofree char *text = NULL;
	if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
		return 0;
	const char *second = strchr(text, ' ');
	return second ? g_ascii_strtoull(second + 1, NULL, 10) * (guint64)sysconf(_SC_PAGESIZE) : 0;
}

static unsigned open_files(void)
{
	unsigned n = 0;
	g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
	while (folder && g_dir_read_name(folder))
		n++;
	return n ? n - 1 : 0; /* without the folder itself */
}

/* The 22nd field of /proc/self/stat says at which tick after boot we began; the second, in
 * parentheses, may hold anything. */
static double read_started(void)
{
	g_autofree char *text = NULL;
	struct timespec since_boot;
	double now = (double)g_get_real_time() / 1e6;
	if (!g_file_get_contents("/proc/self/stat", &text, NULL, NULL) || !strrchr(text, ')') ||
	    clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
		return now;
	g_auto(GStrv) fields = g_strsplit(strrchr(text, ')'), " ", 22);
	if (g_strv_length(fields) < 21)
		return now;
	double ticks = g_ascii_strtod(fields[20], NULL) / (double)sysconf(_SC_CLK_TCK);
	return now - ((double)since_boot.tv_sec + (double)since_boot.tv_nsec / 1e9 - ticks);
}

static double started;

static void remember_started(void)
{
	started = read_started();
}

ProcessFigures process_figures(void)
{
	struct rusage usage = {0};
	struct rlimit files = {0};
	/* once: read anew, it would differ by the ticks' 10 ms and look like a restart */
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, remember_started);
	getrusage(RUSAGE_SELF, &usage);
	getrlimit(RLIMIT_NOFILE, &files);
	return (ProcessFigures){
		.cpu_seconds = seconds(&usage.ru_utime) + seconds(&usage.ru_stime),
		.resident_bytes = resident_bytes(),
		.open_files = open_files(),
		.open_files_max = (unsigned)MIN(files.rlim_cur, G_MAXUINT),
		.started = started,
	};
}
