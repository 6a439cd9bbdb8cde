/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Types passwords into the login page of a portvakt that listens plainly on loopback, many at once,
 * from many addresses and browsers. Bounded in count and time.
 *
 *   tries --connect 127.0.0.1:PORT --host HOST [--at-once N] [--jars FOLDER] [--pages FOLDER] <FILE
 *
 * A line of the file is `BROWSER ADDRESS LOGIN PASSWORD`. BROWSER `-` is a new one; any other name
 * is one whose cookies are kept in the folder of jars (at most one line of it at a time). For each
 * line, in their order, it prints `LOGIN STATUS MILLISECONDS RETRY-AFTER`, of the answer to the
 * password; STATUS is 0 if there was none, RETRY-AFTER `-` if it had none. The answer to line N,
 * head and body, goes into the file N of the folder of pages.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/browser.h"

#define MOST_LINES   20000
#define MOST_AT_ONCE 200
#define MOST_SECONDS 120

static struct {
	char *at, *host, *jars, *pages;
	int at_once;
} option = {.at_once = 1};

static const GOptionEntry entries[] = {
	{"connect", 'c', 0, G_OPTION_ARG_STRING, &option.at, "Server, 127.x.x.x:PORT", "ADDRESS"},
	{"host", 'H', 0, G_OPTION_ARG_STRING, &option.host, "Host header", "HOST"},
	{"at-once", 'p', 0, G_OPTION_ARG_INT, &option.at_once, "At once (1)", "N"},
	{"jars", 'j', 0, G_OPTION_ARG_FILENAME, &option.jars, "Where cookies are kept", "FOLDER"},
	{"pages", 'o', 0, G_OPTION_ARG_FILENAME, &option.pages, "Where answers go", "FOLDER"},
	{NULL}};

typedef struct {
	int status;
	double ms;
	char *retry_after; /* or NULL */
} Result;

static struct sockaddr_in server;
static char *origin;
static GStrv lines;
static guint n_lines;
static Result *results;
static atomic_uint next_line;
static gint64 ends;

static char *jar_of(const char *browser)
{
	if (!option.jars || g_str_equal(browser, "-"))
		return NULL;
	return g_build_filename(option.jars, browser, NULL);
}

static char *header(const Browser *browser, const char *name)
{
	g_auto(GStrv) head = g_strsplit(browser->head ? browser->head : "", "\r\n", -1);
	gsize length = strlen(name);

	for (char **line = head; *line; line++)
		if (g_ascii_strncasecmp(*line, name, length) == 0 && (*line)[length] == ':')
			return g_strstrip(g_strdup(*line + length + 1));
	return NULL;
}

static void keep_page(const Browser *browser, guint number)
{
	g_autofree char *name = g_strdup_printf("%u", number + 1);
	g_autofree char *path = g_build_filename(option.pages, name, NULL);
	g_autofree char *text = g_strconcat(browser->head, "\n\n", browser->body->str, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void type_in(Browser *browser, const char *login, const char *password, guint number)
{
	g_autofree char *action = NULL;
	Result *result = &results[number];

	if (!browser_ask(browser, "/login", NULL) || browser->status != 200)
		return;
	g_autofree char *form = browser_fill_form(browser, login, password, &action);
	if (!form)
		return;
	gint64 begin = g_get_monotonic_time();
	if (!browser_ask(browser, action, form))
		return;
	result->ms = (double)(g_get_monotonic_time() - begin) / 1000;
	result->status = browser->status;
	result->retry_after = header(browser, "Retry-After");
	if (option.pages)
		keep_page(browser, number);
}

static void try_line(guint number)
{
	g_auto(GStrv) parts = g_strsplit(lines[number], " ", 4);
	g_autoptr(Browser) browser = browser_new();
	g_autofree char *cookies = NULL;

	g_assert_cmpuint(g_strv_length(parts), ==, 4);
	g_autofree char *jar = jar_of(parts[0]);
	browser->server = server;
	browser->host = option.host;
	browser->origin = origin;
	browser->from.sin_family = AF_INET;
	g_assert_cmpint(inet_pton(AF_INET, parts[1], &browser->from.sin_addr), ==, 1);
	if (jar && g_file_get_contents(jar, &cookies, NULL, NULL))
		browser_set_cookies(browser, cookies);
	type_in(browser, parts[2], parts[3], number);
	g_autofree char *after = browser_cookies(browser);
	if (jar)
		g_assert_true(g_file_set_contents(jar, after, -1, NULL));
}

static void *run(void *data)
{
	guint number;

	while ((number = atomic_fetch_add(&next_line, 1)) < n_lines &&
	       g_get_monotonic_time() < ends)
		try_line(number);
	return NULL;
}

static bool read_lines(void)
{
	g_autoptr(GIOChannel) in = g_io_channel_unix_new(0);
	g_autofree char *text = NULL;

	if (g_io_channel_read_to_end(in, &text, NULL, NULL) != G_IO_STATUS_NORMAL)
		return false;
	g_strchomp(text);
	lines = g_strsplit(text, "\n", -1);
	n_lines = g_strv_length(lines);
	return n_lines > 0 && n_lines <= MOST_LINES;
}

/* Only this machine may be tried. */
static bool take_address(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text ? text : "", ":", 2);

	server.sin_family = AF_INET;
	if (g_strv_length(parts) != 2 || inet_pton(AF_INET, parts[0], &server.sin_addr) != 1)
		return false;
	server.sin_port = htons((guint16)g_ascii_strtoull(parts[1], NULL, 10));
	return ntohl(server.sin_addr.s_addr) >> 24 == 127 && server.sin_port != 0;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- types passwords in");
	pthread_t threads[MOST_AT_ONCE];

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, NULL) || !take_address(option.at) ||
	    !option.host || option.at_once < 1 || option.at_once > MOST_AT_ONCE || !read_lines()) {
		fprintf(stderr, "tries: needs --connect 127.x.x.x:PORT, --host and lines\n");
		return 2;
	}
	origin = g_strconcat("https://", option.host, NULL);
	results = g_new0(Result, n_lines);
	ends = g_get_monotonic_time() + (gint64)MOST_SECONDS * G_USEC_PER_SEC;
	for (int i = 0; i < option.at_once; i++)
		g_assert_cmpint(pthread_create(&threads[i], NULL, run, NULL), ==, 0);
	for (int i = 0; i < option.at_once; i++)
		pthread_join(threads[i], NULL);
	for (guint i = 0; i < n_lines; i++) {
		g_auto(GStrv) parts = g_strsplit(lines[i], " ", 4);
		printf("%s %d %.2f %s\n", parts[2], results[i].status, results[i].ms,
		       results[i].retry_after ? results[i].retry_after : "-");
		g_free(results[i].retry_after);
	}
	g_strfreev(lines);
	g_free(results);
	g_free(origin);
	return 0;
}
