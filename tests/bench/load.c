/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Load for a portvakt that listens on loopback: single sign-on with a session, whole logins, or
 * strangers who only ask, from several kept connections at once. Bounded in count and time. Prints
 * one JSON line; fails when any visit failed.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/browser.h"

#define MOST_VISITS      10000000
#define MOST_CONNECTIONS 1024
#define MOST_SECONDS     900
#define NOBODY_THERE_US  5000

static struct {
	char *at, *host, *origin, *targets_file, *cookies_file, *users_file, *save_file, *expect;
	char *hold_file, *from;
	char *responses_file, *ca_file, *values_file, *next_file;
	int count, connections, seconds, rate;
	gboolean spread, show, anonymous, drain, fresh;
} option = {.at = NULL, .count = 1000, .connections = 16, .seconds = 60};

static const GOptionEntry entries[] = {
	{"connect", 'c', 0, G_OPTION_ARG_STRING, &option.at, "Server, 127.x.x.x:PORT", "ADDRESS"},
	{"host", 'H', 0, G_OPTION_ARG_STRING, &option.host, "Host header (default: ADDRESS)",
	 "HOST"},
	{"origin", 'O', 0, G_OPTION_ARG_STRING, &option.origin,
	 "Origin of POSTs (default: https://HOST)", "ORIGIN"},
	{"targets", 't', 0, G_OPTION_ARG_FILENAME, &option.targets_file,
	 "Request targets, one a line, taken in turn", "FILE"},
	{"cookies", 'k', 0, G_OPTION_ARG_FILENAME, &option.cookies_file,
	 "Cookie headers, one a line: one session for each connection in turn", "FILE"},
	{"login", 'l', 0, G_OPTION_ARG_FILENAME, &option.users_file,
	 "Log in on each visit, as the next 'login:password' of the file", "FILE"},
	{"save-cookies", 's', 0, G_OPTION_ARG_FILENAME, &option.save_file,
	 "Append each login's cookies to the file", "FILE"},
	{"hold", 'w', 0, G_OPTION_ARG_FILENAME, &option.hold_file,
	 "With --login: the login page stays on the screen until the file exists", "FILE"},
	{"anonymous", 'a', 0, G_OPTION_ARG_NONE, &option.anonymous,
	 "Only ask, without cookies: a login page is good, 503 with Retry-After is 'shed'", NULL},
	{"save-responses", 'R', 0, G_OPTION_ARG_FILENAME, &option.responses_file,
	 "Append of each Response its ID, its attributes' names, the cookies, the login's form",
	 "FILE"},
	{"save-values", 'V', 0, G_OPTION_ARG_FILENAME, &option.values_file,
	 "With --login: append of each Response the login, the service, NameID and attributes",
	 "FILE"},
	{"then", 'N', 0, G_OPTION_ARG_FILENAME, &option.next_file,
	 "With --login: ask with the new session as the next target of the file, too", "FILE"},
	{"expect", 'e', 0, G_OPTION_ARG_STRING, &option.expect,
	 "What the last page must hold (default: SAMLResponse)", "TEXT"},
	{"count", 'n', 0, G_OPTION_ARG_INT, &option.count, "Visits in all (1000)", "N"},
	{"connections", 'p', 0, G_OPTION_ARG_INT, &option.connections, "At once (16)", "N"},
	{"seconds", 'T', 0, G_OPTION_ARG_INT, &option.seconds, "Stop after (60)", "N"},
	{"rate", 'r', 0, G_OPTION_ARG_INT, &option.rate,
	 "Visits a second, each timed from when it was due (default: as fast as it goes)", "N"},
	{"spread", 'S', 0, G_OPTION_ARG_NONE, &option.spread,
	 "Give each connection an address of its own in 127.0.0.0/8", NULL},
	{"from", 'f', 0, G_OPTION_ARG_STRING, &option.from,
	 "Address of all connections, or of the first with --spread (127.0.0.1)", "127.x.x.x"},
	{"drain", 'd', 0, G_OPTION_ARG_NONE, &option.drain,
	 "The server is about to stop: a connection ends where it gets no answer, not half of one",
	 NULL},
	{"ca", 'C', 0, G_OPTION_ARG_FILENAME, &option.ca_file,
	 "Speak TLS, to a server whose certificate chains to this", "PEM"},
	{"fresh", 'F', 0, G_OPTION_ARG_NONE, &option.fresh, "A new connection for each visit",
	 NULL},
	{"show", 'v', 0, G_OPTION_ARG_NONE, &option.show, "Print the page of a failed visit", NULL},
	{NULL}};

typedef struct {
	pthread_t thread;
	unsigned number;
	Browser *browser;
	GArray *latencies; /* gint64 microseconds of good visits */
	unsigned shed;
	GHashTable *failures; /* what -> count */
} Visitor;

static GStrv targets, next_targets, cookies, users;
static gnutls_certificate_credentials_t trust;
static struct sockaddr_in server, from;
static gint64 began, ends;
static atomic_int next_visit;
static FILE *saved, *responses, *values;
static pthread_mutex_t saving = PTHREAD_MUTEX_INITIALIZER;

static void save_cookies(const Browser *browser)
{
	g_autofree char *header = browser_cookies(browser);

	pthread_mutex_lock(&saving);
	fprintf(saved, "%s\n", header);
	pthread_mutex_unlock(&saving);
}

static void look_at_page(void)
{
	while (option.hold_file && !g_file_test(option.hold_file, G_FILE_TEST_EXISTS) &&
	       g_get_monotonic_time() < ends)
		g_usleep(20 * 1000);
}

/* The Response on the page, transfer full; NULL: there is none, or only a part. */
static char *response_on(const char *page)
{
	static const char field[] = "name=\"SAMLResponse\" value=\"";
	const char *value = strstr(page, field);
	gsize length = 0;

	if (!value)
		return NULL;
	value += strlen(field);
	g_autofree char *base64 = g_strndup(value, strcspn(value, "\""));
	g_autofree char *xml = (char *)g_base64_decode(base64, &length);
	g_autofree char *text = g_strndup(xml, length);
	return strstr(text, "Response>") ? g_steal_pointer(&text) : NULL;
}

/* The values of an XML attribute, each once as often as it is there, with commas between. */
static char *values_of(const char *xml, const char *start)
{
	GString *all = g_string_new(NULL);

	for (const char *p = strstr(xml, start); p; p = strstr(p, start)) {
		p += strlen(start);
		g_string_append_printf(all, "%s%.*s", all->len ? "," : "", (int)strcspn(p, "\""),
				       p);
	}
	return g_string_free(all, FALSE);
}

/* -> NULL, or what went wrong. */
static const char *save_response(const Browser *browser, const char *form)
{
	g_autofree char *header = browser_cookies(browser);
	g_autofree char *response = response_on(browser->body->str);
	const char *id = response ? strstr(response, " ID=\"") : NULL;

	if (!id)
		return "no whole Response on the page";
	id += strlen(" ID=\"");
	g_autofree char *names = values_of(response, " FriendlyName=\"");
	pthread_mutex_lock(&saving);
	fprintf(responses, "%.*s\t%s\t%s\t%s\n", (int)strcspn(id, "\""), id, names, header,
		form ? form : "");
	fflush(responses);
	pthread_mutex_unlock(&saving);
	return NULL;
}

/* What stands between the two, after `at`; transfer full. NULL: nothing does. */
static char *between(const char *at, const char *start, const char *end)
{
	const char *first = strstr(at, start);
	const char *last = first ? strstr(first + strlen(start), end) : NULL;

	if (!last)
		return NULL;
	first += strlen(start);
	return g_strndup(first, (gsize)(last - first));
}

/* -> NULL, or what went wrong. */
static const char *save_values(const Browser *browser, const char *user)
{
	g_autofree char *response = response_on(browser->body->str);
	g_autofree char *service = response ? between(response, "<saml:Audience>", "<") : NULL;
	g_autofree char *element =
		response ? between(response, "<saml:NameID ", "/saml:NameID>") : NULL;
	g_autofree char *name_id = element ? between(element, ">", "<") : NULL;
	g_autoptr(GString) line = g_string_new(NULL);

	if (!service || !name_id)
		return "no whole Response on the page";
	g_string_append_printf(line, "%.*s\t%s\tNameID=%s", (int)strcspn(user, ":"), user, service,
			       name_id);
	for (const char *p = strstr(response, " FriendlyName=\""); p;
	     p = strstr(p, " FriendlyName=\"")) {
		g_autofree char *name = between(p, "FriendlyName=\"", "\"");
		g_autofree char *value = between(p, "AttributeValue>", "</saml:Attribute>");
		g_string_append_printf(line, "\t%s=%s", name, value ? value : "");
		p++;
	}
	pthread_mutex_lock(&saving);
	fprintf(values, "%s\n", line->str);
	pthread_mutex_unlock(&saving);
	return NULL;
}

/* Leaves the form that was sent. -> NULL, or what went wrong. */
static const char *log_in(Browser *browser, const char *target, const char *user, char **ret_form)
{
	g_auto(GStrv) parts = g_strsplit(user, ":", 2);
	g_autofree char *action = NULL;

	browser_set_cookies(browser, NULL);
	if (!browser_ask(browser, target, NULL) || !browser_follow(browser))
		return "no answer to the request";
	if (browser->status != 200)
		return "no login page";
	char *form = browser_fill_form(browser, parts[0], parts[1] ? parts[1] : "", &action);
	*ret_form = form;
	if (!form || !action)
		return "no login form on the page";
	look_at_page();
	if (!browser_ask(browser, action, form) || !browser_follow(browser))
		return "no answer to the password";
	return NULL;
}

/* A stranger; the counts in the report say how many were told to come again. */
static const char *knock(Visitor *visitor, const char *target)
{
	Browser *browser = visitor->browser;

	browser_set_cookies(browser, NULL);
	if (!browser_ask(browser, target, NULL))
		return "no answer";
	if (browser->status == 503 && browser->retry_after) {
		visitor->shed++;
		return NULL;
	}
	if (browser->status != 200)
		return "status is neither 200 nor 503 with Retry-After";
	return strstr(browser->body->str, option.expect) ? NULL : "no login page";
}

/* What the last page must be. -> NULL, or what went wrong. */
static const char *judge(const Browser *browser, const char *user)
{
	if (browser->status != 200)
		return browser->status == 503 ? "503" : "status is not 200";
	if (!strstr(browser->body->str, option.expect))
		return "page does not hold what is expected";
	return user && values ? save_values(browser, user) : NULL;
}

/* Another service, which needs no password. -> NULL, or what went wrong. */
static const char *go_on(Browser *browser, int number, const char *user)
{
	const char *target = next_targets[(guint)number % g_strv_length(next_targets)];

	if (!browser_ask(browser, target, NULL) || !browser_follow(browser))
		return "no answer with the session";
	return judge(browser, user);
}

static const char *visit(Visitor *visitor, int number)
{
	Browser *browser = visitor->browser;
	const char *target = targets[(guint)number % g_strv_length(targets)];
	const char *user = users ? users[(guint)number % g_strv_length(users)] : NULL;
	const char *wrong = NULL;
	g_autofree char *form = NULL;

	if (option.anonymous)
		return knock(visitor, target);
	if (users)
		wrong = log_in(browser, target, user, &form);
	else if (!browser_ask(browser, target, NULL) || !browser_follow(browser))
		wrong = "no answer";
	if (!wrong)
		wrong = judge(browser, user);
	if (!wrong && user && next_targets)
		wrong = go_on(browser, number, user);
	if (wrong)
		return wrong;
	if (users && saved)
		save_cookies(browser);
	return responses ? save_response(browser, form) : NULL;
}

static void note(Visitor *visitor, gint64 due, const char *wrong)
{
	gint64 took = g_get_monotonic_time() - due;
	GHashTable *failures = visitor->failures;

	if (!wrong) {
		g_array_append_val(visitor->latencies, took);
		return;
	}
	unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(failures, wrong));
	g_hash_table_insert(failures, (gpointer)(guintptr)wrong, GUINT_TO_POINTER(count + 1));
	if (option.show)
		fprintf(stderr, "%s: %d\n%s\n", wrong, visitor->browser->status,
			visitor->browser->body->str);
}

static void *run(void *data)
{
	Visitor *visitor = data;

	for (;;) {
		int number = atomic_fetch_add(&next_visit, 1);
		gint64 due = g_get_monotonic_time();
		if (option.rate > 0) {
			gint64 planned = began + (gint64)number * G_USEC_PER_SEC / option.rate;
			if (planned > due)
				g_usleep((gulong)(planned - due));
			due = planned;
		}
		if (number >= option.count || g_get_monotonic_time() >= ends)
			return NULL;
		const char *wrong = visit(visitor, number);
		if (wrong && option.drain && visitor->browser->status == 0 &&
		    !visitor->browser->torn)
			return NULL;
		note(visitor, due, wrong);
		/* nobody is there: it may be about to start */
		if (wrong && visitor->browser->status == 0)
			g_usleep(NOBODY_THERE_US);
		if (option.fresh)
			browser_hang_up(visitor->browser);
	}
}

static Visitor *visitor_new(unsigned number)
{
	Visitor *visitor = g_new0(Visitor, 1);
	Browser *browser = browser_new();

	browser->server = server;
	browser->host = option.host;
	browser->origin = option.origin;
	browser->trust = trust;
	browser->from = from;
	if (option.spread)
		browser->from.sin_addr.s_addr =
			htonl(ntohl(from.sin_addr.s_addr) + 1 + number % 200 + (number / 200 << 8));
	if (cookies)
		browser_set_cookies(browser, cookies[number % g_strv_length(cookies)]);
	visitor->number = number;
	visitor->browser = browser;
	visitor->latencies = g_array_new(FALSE, FALSE, sizeof(gint64));
	visitor->failures = g_hash_table_new(g_str_hash, g_str_equal);
	return visitor;
}

static int compare(gconstpointer a, gconstpointer b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

	return (x > y) - (x < y);
}

static double at_share(const GArray *sorted, double share)
{
	if (sorted->len == 0)
		return 0;
	guint index = (guint)(share * (sorted->len - 1) + 0.5);
	return (double)g_array_index(sorted, gint64, index) / 1000;
}

/* -> how many visits failed. */
static unsigned report(Visitor **visitors, double seconds)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GHashTable) failures = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	gpointer what, count;
	unsigned failed = 0, shed = 0;
	guint64 requests = 0;

	for (int i = 0; i < option.connections; i++) {
		g_array_append_vals(all, visitors[i]->latencies->data, visitors[i]->latencies->len);
		requests += visitors[i]->browser->requests;
		shed += visitors[i]->shed;
		g_hash_table_iter_init(&iter, visitors[i]->failures);
		while (g_hash_table_iter_next(&iter, &what, &count)) {
			unsigned sum = GPOINTER_TO_UINT(g_hash_table_lookup(failures, what)) +
				       GPOINTER_TO_UINT(count);
			failed += GPOINTER_TO_UINT(count);
			g_hash_table_insert(failures, what, GUINT_TO_POINTER(sum));
		}
	}
	g_hash_table_iter_init(&iter, failures);
	while (g_hash_table_iter_next(&iter, &what, &count))
		fprintf(stderr, "%u x %s\n", GPOINTER_TO_UINT(count), (char *)what);
	g_array_sort(all, compare);
	printf("{\"done\":%u,\"shed\":%u,\"failed\":%u,\"requests\":%" G_GUINT64_FORMAT
	       ",\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
	       "\"max_ms\":%.2f}\n",
	       all->len, shed, failed, requests, seconds, all->len / seconds, at_share(all, 0.5),
	       at_share(all, 0.99), at_share(all, 1));
	return failed + (all->len == 0);
}

static GStrv lines_of(const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	if (!path)
		return NULL;
	if (!g_file_get_contents(path, &text, NULL, &error)) {
		fprintf(stderr, "load: %s\n", error->message);
		exit(2);
	}
	g_strchomp(text);
	GStrv lines = g_strsplit(text, "\n", -1);
	if (!lines[0] || !lines[0][0]) {
		fprintf(stderr, "load: %s is empty\n", path);
		exit(2);
	}
	return lines;
}

static FILE *append_to(const char *path)
{
	FILE *file = path ? fopen(path, "ae") : NULL;

	if (path && !file) {
		perror(path);
		exit(2);
	}
	return file;
}

/* Only this machine may be loaded. */
static bool take_address(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text ? text : "", ":", 2);

	from.sin_family = AF_INET;
	if (inet_pton(AF_INET, option.from ? option.from : "127.0.0.1", &from.sin_addr) != 1)
		return false;
	server.sin_family = AF_INET;
	if (g_strv_length(parts) != 2 || inet_pton(AF_INET, parts[0], &server.sin_addr) != 1)
		return false;
	server.sin_port = htons((guint16)g_ascii_strtoull(parts[1], NULL, 10));
	return ntohl(server.sin_addr.s_addr) >> 24 == 127 && server.sin_port != 0;
}

static void take_options(int *argc, char ***argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- load for portvakt on loopback");
	g_autoptr(GError) error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	bool sound = g_option_context_parse(context, argc, argv, &error) &&
		     take_address(option.at) && option.targets_file && option.count > 0 &&
		     option.count <= MOST_VISITS && option.connections > 0 &&
		     option.connections <= MOST_CONNECTIONS && option.seconds > 0 &&
		     option.seconds <= MOST_SECONDS && option.rate >= 0;
	if (!sound) {
		fprintf(stderr, "load: %s\n",
			error ? error->message
			      : "needs --connect 127.x.x.x:PORT, --targets FILE and sane numbers");
		exit(2);
	}
	option.host = option.host ? option.host : option.at;
	if (!option.expect)
		option.expect = g_strdup(option.anonymous ? "type=\"password\"" : "SAMLResponse");
	if (!option.origin)
		option.origin = g_strdup_printf("https://%s", option.host);
	targets = lines_of(option.targets_file);
	cookies = lines_of(option.cookies_file);
	users = lines_of(option.users_file);
	next_targets = lines_of(option.next_file);
	saved = append_to(option.save_file);
	responses = append_to(option.responses_file);
	values = append_to(option.values_file);
}

static void take_ca(void)
{
	if (!option.ca_file)
		return;
	g_assert(gnutls_certificate_allocate_credentials(&trust) == GNUTLS_E_SUCCESS);
	if (gnutls_certificate_set_x509_trust_file(trust, option.ca_file, GNUTLS_X509_FMT_PEM) <
	    1) {
		fprintf(stderr, "load: %s holds no certificate\n", option.ca_file);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	take_options(&argc, &argv);
	take_ca();
	Visitor **visitors = g_new0(Visitor *, (gsize)option.connections);
	for (int i = 0; i < option.connections; i++)
		visitors[i] = visitor_new((unsigned)i);
	began = g_get_monotonic_time();
	ends = began + (gint64)option.seconds * G_USEC_PER_SEC;
	for (int i = 0; i < option.connections; i++)
		g_assert(pthread_create(&visitors[i]->thread, NULL, run, visitors[i]) == 0);
	for (int i = 0; i < option.connections; i++)
		pthread_join(visitors[i]->thread, NULL);
	unsigned failed =
		report(visitors, (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC);
	for (int i = 0; i < option.connections; i++) {
		browser_free(visitors[i]->browser);
		g_array_unref(visitors[i]->latencies);
		g_hash_table_unref(visitors[i]->failures);
		g_free(visitors[i]);
	}
	g_free(visitors);
	if (trust)
		gnutls_certificate_free_credentials(trust);
	if (saved)
		fclose(saved);
	if (responses)
		fclose(responses);
	if (values)
		fclose(values);
	return failed > 0;
}
