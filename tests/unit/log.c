/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How many lines peers may cause: the limit as a value, and the log that keeps it. */
#include "idp/log.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "idp/log-limit.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define START  (1000 * SECOND)

/* Offers `n` lines of a kind, evenly within `span` from `begin`. -> how many were let through */
static unsigned offer(LogLimit *limit, const char *kind, unsigned n, gint64 begin, gint64 span)
{
	unsigned written = 0;
	for (unsigned i = 0; i < n; i++)
		written += log_limit_take(limit, kind, begin + span * i / n);
	return written;
}

static void test_rates(void)
{
	static const struct {
		const char *name;
		unsigned n;
		gint64 span;
		unsigned least, most;
	} cases[] = {
		{"a few", 10, SECOND, 10, 10},
		{"a burst", 1000, 1, 50, 50},
		{"as many as the rate", 200, 10 * SECOND, 200, 200},
		{"a flood for a second", 5000, SECOND, 69, 70},
		{"a flood for a minute", 300000, 60 * SECOND, 1249, 1250},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		LogLimit limit = {0};
		unsigned written = offer(&limit, "x", cases[i].n, START, cases[i].span);
		const char *kind = NULL;
		guint64 left_out = 0;
		if (written < cases[i].least || written > cases[i].most)
			g_error("%s: %u lines", cases[i].name, written);
		if (log_limit_tell(&limit, &kind, &left_out))
			g_assert_cmpstr(kind, ==, "x");
		g_assert_cmpuint(written + left_out, ==, cases[i].n);
		g_assert_false(log_limit_tell(&limit, &kind, &left_out));
	}
}

/* One kind's flood takes nothing from another; what was saved up is a burst and no more. */
static void test_kinds(void)
{
	LogLimit limit = {0};
	g_assert_cmpuint(offer(&limit, "flood", 5000, START, SECOND), <=, 70);
	g_assert_cmpuint(offer(&limit, "else", 40, START + SECOND, 1), ==, 40);
	g_assert_cmpuint(offer(&limit, "flood", 5000, START + 3600 * SECOND, 1), ==, 50);
}

/* All kinds at once: the shared bucket holds, each kind is heard every second, none beyond the
 * table gets a place of its own, and the counts add up. */
static void test_many_kinds(void)
{
	LogLimit limit = {0};
	const unsigned kinds = 2 * LIMIT_LOG_KINDS, seconds = 60;
	unsigned offered = 0, written = 0, told = 0;
	for (unsigned i = 0; i < seconds * 100; i++)
		for (unsigned j = 0; j < kinds; j++, offered++) {
			g_autofree char *kind = g_strdup_printf("kind %u", j);
			written += log_limit_take(&limit, kind, START + i * (SECOND / 100));
		}
	g_assert_cmpuint(written, >=, (seconds - 1) * LIMIT_LOG_KINDS);
	g_assert_cmpuint(written, <=,
			 LIMIT_LOG_BURST + seconds * (LIMIT_LOG_RATE + LIMIT_LOG_KINDS));
	const char *kind = NULL;
	guint64 left_out = 0, sum = 0;
	for (; log_limit_tell(&limit, &kind, &left_out); told++)
		sum += left_out;
	g_assert_cmpuint(told, ==, LIMIT_LOG_KINDS);
	g_assert_cmpuint(sum + written, ==, offered);
}

static void test_clock(void)
{
	LogLimit limit = {0};
	g_assert_cmpuint(offer(&limit, "x", 60, START, 1), ==, 50);
	/* two threads may read the clock in one order and come in another */
	g_assert_cmpuint(offer(&limit, "x", 60, START - SECOND, 1), ==, 0);
	g_assert_cmpuint(offer(&limit, "x", 60, START, 1), ==, 0);
	g_assert_cmpuint(offer(&limit, "x", 60, START + 100 * SECOND, 1), ==, 50);
}

/* ---- the log itself ---- */

#define THREADS  4
#define REFUSALS 5000

static void *refuse(void *data)
{
	const LogField fields[] = {{"outcome", "not-found"}, {NULL, NULL}};
	for (unsigned i = 0; i < REFUSALS; i++)
		log_peer_event(G_LOG_LEVEL_INFO, "refused", "not-found", fields);
	log_event(G_LOG_LEVEL_INFO, "answered", NULL);
	return NULL;
}

/* The text of what `run` writes to standard error. */
static char *standard_error_of(void (*run)(void))
{
	g_autofree char *path = NULL;
	char *text = NULL;
	int fd = g_file_open_tmp("portvakt-log-XXXXXX", &path, NULL);
	int before = dup(STDERR_FILENO);
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(dup2(fd, STDERR_FILENO), ==, STDERR_FILENO);
	run();
	g_assert_cmpint(dup2(before, STDERR_FILENO), ==, STDERR_FILENO);
	close(before);
	close(fd);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_unlink(path);
	return text;
}

static void flood(void)
{
	pthread_t threads[THREADS];
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		g_assert_cmpint(pthread_create(&threads[i], NULL, refuse, NULL), ==, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
		pthread_join(threads[i], NULL);
	log_tell_left_out(true);
	log_tell_left_out(true); /* says nothing twice */
}

static unsigned count(char **lines, const char *needle)
{
	unsigned n = 0;
	for (; *lines; lines++)
		n += strstr(*lines, needle) != NULL;
	return n;
}

static void test_log(void)
{
	LogStats before = log_stats();
	g_autofree char *text = standard_error_of(flood);
	LogStats after = log_stats();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	unsigned refused = count(lines, "\"message\":\"refused\"");
	g_autofree char *told = g_strdup_printf("\"count\":\"%u\"", THREADS * REFUSALS - refused);
	g_assert_cmpuint(refused, >=, LIMIT_LOG_KIND_BURST);
	g_assert_cmpuint(refused, <, THREADS * REFUSALS / 2);
	g_assert_cmpuint(count(lines, "\"message\":\"more were left out\""), ==, 1);
	g_assert_cmpuint(count(lines, told), ==, 1);
	g_assert_cmpuint(count(lines, "\"message\":\"answered\""), ==, THREADS);
	g_assert_cmpuint(after.written - before.written, ==, refused + 1 + THREADS);
	g_assert_cmpuint(after.left_out - before.left_out, ==, THREADS * REFUSALS - refused);
}

static void speak(void)
{
	for (unsigned i = 0; i < 1000; i++)
		g_log("Lasso", G_LOG_LEVEL_MESSAGE, "a peer sent <secret>");
	log_tell_left_out(true);
}

/* Libraries log what peers send: neither its text nor without end. */
static void test_library(void)
{
	g_autofree char *text = standard_error_of(speak);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_assert_null(strstr(text, "secret"));
	g_assert_cmpuint(count(lines, "\"library\":\"Lasso\""), >=, LIMIT_LOG_KIND_BURST);
	g_assert_cmpuint(count(lines, "\"library\":\"Lasso\""), <, 500);
	g_assert_cmpuint(count(lines, "\"outcome\":\"Lasso\""), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	log_init();
	g_test_add_func("/log/limit/rates", test_rates);
	g_test_add_func("/log/limit/kinds", test_kinds);
	g_test_add_func("/log/limit/many-kinds", test_many_kinds);
	g_test_add_func("/log/limit/clock", test_clock);
	g_test_add_func("/log/flood", test_log);
	g_test_add_func("/log/library", test_library);
	return g_test_run();
}
