/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A portvakt for benchmarks: the daemon as it is, and beside it a thread that now and then makes
 * one bare RSA-2048 signature, so that the physical limit is measured inside the same loaded
 * process. It serves until SIGTERM; each SIGUSR1 prints on stdout, as one JSON line, what it has
 * used since the one before: CPU of the process without the sampler, CPU per bare signature. Its
 * store may lie on a slow disk (tests/lib/vfs.h): PORTVAKT_BENCH_FSYNC_MS=5.
 */
#include <glib-unix.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "idp/daemon.h"
#include "idp/health/process.h"
#include "idp/log.h"
#include "idp/saml/lasso.h"
#include "idp/seal.h"
#include "metadata/xml/init.h"
#include "tests/lib/vfs.h"

/* Twenty samples a second cost half a percent of a core. */
#define SAMPLE_EVERY_US 50000

static atomic_bool ending;
static atomic_llong bare_ns, bare_count;

static long long thread_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long process_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *sample(void *data)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	guchar text[256] = "what a signature is made over", signature[512];
	while (!ending) {
		EVP_MD_CTX *context = EVP_MD_CTX_new();
		size_t size = sizeof signature;
		long long begin = thread_ns();
		bool good = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
			    EVP_DigestSign(context, signature, &size, text, sizeof text) == 1;
		bare_ns += thread_ns() - begin;
		bare_count++;
		g_assert(good);
		EVP_MD_CTX_free(context);
		g_usleep(SAMPLE_EVERY_US);
	}
	EVP_PKEY_free(key);
	return NULL;
}

static gboolean tell(gpointer data)
{
	static long long last_process, last_bare, last_count;
	struct rusage usage;
	long long process = process_ns(), bare = bare_ns, count = bare_count;
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"cpu_us\":%.1f,\"bare_us\":%.2f,\"samples\":%lld,\"rss_kb\":%" G_GUINT64_FORMAT
	       ",\"most_kb\":%ld}\n",
	       (double)(process - last_process - (bare - last_bare)) / 1000,
	       (double)(bare - last_bare) / 1000 / (double)MAX(count - last_count, 1),
	       count - last_count, process_figures().resident_bytes / 1024, usage.ru_maxrss);
	fflush(stdout);
	last_process = process;
	last_bare = bare;
	last_count = count;
	return G_SOURCE_CONTINUE;
}

static gboolean stop(gpointer loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	pthread_t sampler;
	lasso_reader_prepare_process();
	log_init();
	signal(SIGPIPE, SIG_IGN);
	g_assert(argc == 2 && lasso_reader_init(NULL) && seal_init() && xml_init(NULL));
	vfs_register_from_environment();
	Daemon *daemon = daemon_start(argv[1], &error);
	if (!daemon) {
		fprintf(stderr, "%s\n", error->message);
		return 1;
	}
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGTERM, stop, loop);
	g_unix_signal_add(SIGUSR1, tell, NULL);
	pthread_create(&sampler, NULL, sample, NULL);
	g_main_loop_run(loop);
	ending = true;
	pthread_join(sampler, NULL);
	daemon_stop(daemon);
	g_main_loop_unref(loop);
	return 0;
}
