/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Two people in turn, each many times, at a portvakt on loopback: asks, logs in, and asks again by
 * session. What they get must be the same but for what differs between any two visits (the list
 * `masks`), and as fast. Writes what each got, masked, each text once, and their references; prints
 * the medians as one JSON line.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/browser.h"

#define MOST_VISITS  100000
#define MOST_SECONDS 600
/* Visits before caches and connections are as they stay: compared, but not timed. */
#define WARM_UP 20

typedef struct {
	char *targets_file, *user; /* login:password */
	GStrv targets;
	GHashTable *texts; /* masked text -> nothing */
	GString *references;
	GArray *times[2]; /* double ms: of the login, by session */
} Twin;

static struct {
	char *at, *host, *folder, *alike;
	int count, seconds, status;
	gboolean b_first;
} option = {.count = 2000, .seconds = 120, .status = 403};
static Twin twins[2];
static GRegex *mask, *response, *inner;

static const GOptionEntry entries[] = {
	{"connect", 'c', 0, G_OPTION_ARG_STRING, &option.at, "Server, 127.0.0.1:PORT", "ADDRESS"},
	{"host", 'H', 0, G_OPTION_ARG_STRING, &option.host, "Host header", "HOST"},
	{"folder", 'o', 0, G_OPTION_ARG_FILENAME, &option.folder,
	 "Where a.texts, b.texts, a.references and b.references go", "DIR"},
	{"a", 'a', 0, G_OPTION_ARG_STRING, &twins[0].user, "The first", "LOGIN:PASSWORD"},
	{"b", 'b', 0, G_OPTION_ARG_STRING, &twins[1].user, "The second", "LOGIN:PASSWORD"},
	{"a-targets", 'A', 0, G_OPTION_ARG_FILENAME, &twins[0].targets_file,
	 "What the first asks, one a line, in turn", "FILE"},
	{"b-targets", 'B', 0, G_OPTION_ARG_FILENAME, &twins[1].targets_file, "The second", "FILE"},
	{"alike", 'm', 0, G_OPTION_ARG_STRING, &option.alike,
	 "What is X in the one's text and Y, as long, in the other's, is equal", "X=Y"},
	{"count", 'n', 0, G_OPTION_ARG_INT, &option.count, "Visits in all (2000)", "N"},
	{"seconds", 'T', 0, G_OPTION_ARG_INT, &option.seconds, "Give up after (120)", "N"},
	{"status", 's', 0, G_OPTION_ARG_INT, &option.status, "What each answer must be (403)", "N"},
	{"b-first", 'r', 0, G_OPTION_ARG_NONE, &option.b_first, "Begin with the second", NULL},
	{NULL}};

/* What differs between any two visits: the groups are replaced by their lengths. */
static const char *const masks[] = {
	"(?<=\r\nDate: )[^\r]*", /* the clock */
	"(?<=\r\nSet-Cookie: __Host-portvakt-session=)[^;]*",
	"(?<=\r\nSet-Cookie: __Host-known=)[^;]*",
	"(?<=\r\nSet-Cookie: __Host-portvakt-browser=)[^;]*",
	"(?<=id=\"reference\">)[^<]*",
	"(?<=name=\"csrf\" value=\")[^\"]*",
	"(?<=name=\"handle\" value=\")[^\"]*",
};
/* Within the Response, which is compared decoded. */
static const char *const inner_masks[] = {
	"(?<= ID=\")[^\"]*",           "(?<= IssueInstant=\")[^\"]*",
	"(?<= InResponseTo=\")[^\"]*", "(?<= URI=\"#)[^\"]*", /* of the signature: the ID */
	"(?<=<ds:DigestValue>)[^<]*",  "(?<=<ds:SignatureValue>)[^<]*",
};

static GRegex *any_of(const char *const *list, gsize n)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (gsize i = 0; i < n; i++)
		g_string_append_printf(all, "%s%s", i ? "|" : "", list[i]);
	return g_regex_new(all->str, 0, 0, NULL);
}

static gboolean put_length(const GMatchInfo *match, GString *out, gpointer data)
{
	int start = 0, end = 0;

	(void)data;
	g_match_info_fetch_pos(match, 0, &start, &end);
	g_string_append_printf(out, "#%d", end - start);
	return FALSE;
}

static gboolean put_decoded(const GMatchInfo *match, GString *out, gpointer data)
{
	g_autofree char *base64 = g_match_info_fetch(match, 0);
	gsize length = 0;
	g_autofree guchar *bytes = g_base64_decode(base64, &length);
	g_autofree char *xml = g_strndup((char *)bytes, length);
	g_autofree char *masked =
		g_regex_replace_eval(inner, xml, -1, 0, 0, put_length, data, NULL);

	g_string_append_printf(out, "#%zu:%s", strlen(base64), masked ? masked : "?");
	return FALSE;
}

/* Everything that came, headers too, with the masks put on. Transfer full. */
static char *masked_text(const Browser *browser, const char *step)
{
	g_autofree char *text =
		g_strconcat(step, "\r\n", browser->head, "\r\n\r\n", browser->body->str, NULL);
	g_autofree char *plain = g_regex_replace_eval(mask, text, -1, 0, 0, put_length, NULL, NULL);
	char *whole =
		plain ? g_regex_replace_eval(response, plain, -1, 0, 0, put_decoded, NULL, NULL)
		      : NULL;

	if (!whole || !option.alike)
		return whole;
	g_auto(GStrv) sides = g_strsplit(option.alike, "=", 2);
	g_autoptr(GString) alike = g_string_new(whole);
	g_string_replace(alike, sides[0], sides[1] ? sides[1] : "", 0);
	g_free(whole);
	return g_string_free(g_steal_pointer(&alike), FALSE);
}

static void die(const Browser *browser, const char *what)
{
	fprintf(stderr, "twins: %s (status %d)\n%s\n%s\n", what, browser->status,
		browser->head ? browser->head : "", browser->body->str);
	exit(1);
}

static void keep(Twin *twin, const Browser *browser, const char *step)
{
	const char *reference = strstr(browser->body->str, "id=\"reference\">");

	if (browser->status != option.status)
		die(browser, "another status than expected");
	g_hash_table_add(twin->texts, masked_text(browser, step));
	if (!reference)
		return;
	reference += strlen("id=\"reference\">");
	g_string_append_printf(twin->references, "%.*s\n", (int)strcspn(reference, "<"), reference);
}

static void visit(Twin *twin, Browser *browser, int number)
{
	const char *target = twin->targets[(guint)number % g_strv_length(twin->targets)];
	g_auto(GStrv) user = g_strsplit(twin->user, ":", 2);
	g_autofree char *action = NULL;
	double took[2];

	browser_set_cookies(browser, NULL);
	if (!browser_ask(browser, target, NULL) || !browser_follow(browser))
		die(browser, "no answer to the request");
	g_autofree char *form = browser_fill_form(browser, user[0], user[1], &action);
	if (!form || !action)
		die(browser, "no login form");
	gint64 start = g_get_monotonic_time();
	if (!browser_ask(browser, action, form))
		die(browser, "no answer to the password");
	took[0] = (double)(g_get_monotonic_time() - start) / 1000;
	keep(twin, browser, "login");
	target = twin->targets[(guint)(number + 1) % g_strv_length(twin->targets)];
	start = g_get_monotonic_time();
	if (!browser_ask(browser, target, NULL))
		die(browser, "no answer by session");
	took[1] = (double)(g_get_monotonic_time() - start) / 1000;
	keep(twin, browser, "session");
	for (int i = 0; i < 2 && number >= WARM_UP; i++)
		g_array_append_val(twin->times[i], took[i]);
}

static int compare(gconstpointer a, gconstpointer b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(GArray *times)
{
	g_array_sort(times, compare);
	return times->len ? g_array_index(times, double, times->len / 2) : 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_file(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(option.folder, name, NULL);
	g_autoptr(GError) error = NULL;

	if (g_file_set_contents(path, text, -1, &error))
		return;
	fprintf(stderr, "twins: %s\n", error->message);
	exit(2);
}

static void write_texts(const Twin *twin, const char *name)
{
	guint n = 0;
	g_autofree const char **list =
		(const char **)g_hash_table_get_keys_as_array(twin->texts, &n);
	g_autoptr(GString) all = g_string_new(NULL);

	qsort(list, n, sizeof *list, compare_texts);
	for (guint i = 0; i < n; i++)
		g_string_append_printf(all, "=== %s\n", list[i]);
	write_file(name, all->str);
}

static GStrv lines_of(const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	if (!path || !g_file_get_contents(path, &text, NULL, &error)) {
		fprintf(stderr, "twins: %s\n", error ? error->message : "targets are needed");
		exit(2);
	}
	g_strchomp(text);
	return g_strsplit(text, "\n", -1);
}

static void take_options(int *argc, char ***argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- two people, compared");
	g_autoptr(GError) error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, &error) || !option.at || !option.host ||
	    !option.folder || !twins[0].user || !twins[1].user || option.count < 2 ||
	    option.count > MOST_VISITS || option.seconds < 1 || option.seconds > MOST_SECONDS) {
		fprintf(stderr, "twins: %s\n", error ? error->message : "see --help");
		exit(2);
	}
	for (int i = 0; i < 2; i++) {
		twins[i].targets = lines_of(twins[i].targets_file);
		twins[i].texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		twins[i].references = g_string_new(NULL);
		for (int j = 0; j < 2; j++)
			twins[i].times[j] = g_array_new(FALSE, FALSE, sizeof(double));
	}
	mask = any_of(masks, G_N_ELEMENTS(masks));
	inner = any_of(inner_masks, G_N_ELEMENTS(inner_masks));
	response = g_regex_new("(?<=name=\"SAMLResponse\" value=\")[^\"]*", 0, 0, NULL);
}

/* Only this machine may be loaded. */
static Browser *open_browser(void)
{
	Browser *browser = browser_new();
	g_auto(GStrv) parts = g_strsplit(option.at, ":", 2);

	browser->server.sin_family = AF_INET;
	if (g_strv_length(parts) != 2 ||
	    inet_pton(AF_INET, parts[0], &browser->server.sin_addr) != 1 ||
	    ntohl(browser->server.sin_addr.s_addr) >> 24 != 127) {
		fprintf(stderr, "twins: --connect takes 127.x.x.x:PORT\n");
		exit(2);
	}
	browser->server.sin_port = htons((guint16)g_ascii_strtoull(parts[1], NULL, 10));
	browser->host = option.host;
	browser->origin = g_strdup_printf("https://%s", option.host);
	return browser;
}

static void twin_clear(Twin *twin)
{
	g_strfreev(twin->targets);
	g_hash_table_unref(twin->texts);
	g_string_free(twin->references, TRUE);
	for (int i = 0; i < 2; i++)
		g_array_unref(twin->times[i]);
}

int main(int argc, char **argv)
{
	take_options(&argc, &argv);
	Browser *browser = open_browser();
	gint64 ends = g_get_monotonic_time() + (gint64)option.seconds * G_USEC_PER_SEC;
	int done = 0;
	/* a b b a a b b a …: whatever drifts, drifts for both */
	for (; done < option.count && g_get_monotonic_time() < ends; done += 2) {
		int first = (done / 2 % 2 == 1) != (option.b_first == TRUE);
		visit(&twins[first], browser, done / 2);
		visit(&twins[!first], browser, done / 2);
	}
	write_texts(&twins[0], "a.texts");
	write_texts(&twins[1], "b.texts");
	write_file("a.references", twins[0].references->str);
	write_file("b.references", twins[1].references->str);
	printf("{\"visits\":%d", done);
	for (int i = 0; i < 2; i++) {
		double a = median(twins[0].times[i]), b = median(twins[1].times[i]);
		printf(",\"%s\":{\"a_ms\":%.3f,\"b_ms\":%.3f,\"percent\":%.2f}",
		       i ? "session" : "login", a, b, a > 0 ? (b - a) / a * 100 : 100);
	}
	printf("}\n");
	g_free((char *)(guintptr)browser->origin);
	browser_free(browser);
	twin_clear(&twins[0]);
	twin_clear(&twins[1]);
	g_regex_unref(mask);
	g_regex_unref(inner);
	g_regex_unref(response);
	return done < option.count;
}
