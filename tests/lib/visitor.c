/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * People who visit services, and answer what they are asked as dice say. Reads lines
 *
 *     CASE TAB LOGIN TAB ROLE TAB new|kept TAB LANGUAGE TAB TARGET
 *
 * where TARGET is a path of the identity provider that a service leads to, or `change', for
 * somebody who takes back something that they have said; `new' comes in a browser without cookies.
 * Prints what each met (visited.h), and
 *
 *     page inform|ask          a page that told or asked something, which the following were on
 *     answer seen|yes|no       what was answered to it
 *     choice ...               at the end of a visit: what all has been said
 *     changed SERVICE yes|no   an answer that was taken back
 *     end KIND REFERENCE       the page it ended at: post, refused, ...; stayed where somebody did
 *                              not go on; the reference on it
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/browser.h"
#include "tests/lib/visited.h"

#define MOST_PAGES 16

static struct {
	char *at, *host, *password, *jars;
	int seed;
} option;

static const GOptionEntry entries[] = {
	{"connect", 'c', 0, G_OPTION_ARG_STRING, &option.at, "Server, 127.0.0.1:PORT", "ADDRESS"},
	{"host", 'H', 0, G_OPTION_ARG_STRING, &option.host, "Host header", "HOST"},
	{"password", 'p', 0, G_OPTION_ARG_STRING, &option.password, "Everybody's", "PASSWORD"},
	{"jars", 'j', 0, G_OPTION_ARG_FILENAME, &option.jars, "File that keeps everybody's cookies",
	 "FILE"},
	{"seed", 's', 0, G_OPTION_ARG_INT, &option.seed, "Of the dice", "N"},
	G_OPTION_ENTRY_NULL};

enum { CASE, LOGIN, ROLE, HOW, LANGUAGE, TARGET, COLUMNS };

static GRand *dice;

static bool ask(Browser *browser, const char *target, const char *form)
{
	return browser_ask(browser, target, form) && browser_follow(browser);
}

/* Sends the first form that matches with those fields more, name and value in turn. */
static bool press(Browser *browser, Page *page, const char *condition, const char *const *more)
{
	g_autofree char *action = NULL;
	g_autofree char *body = page_form(page, condition, &action);

	if (!body)
		return false;
	g_autoptr(GString) form = g_string_new(body);
	for (; *more; more += 2) {
		g_autofree char *escaped = g_uri_escape_string(more[1], NULL, FALSE);
		g_string_append_printf(form, "&%s=%s", more[0], escaped);
	}
	return ask(browser, action, form->str);
}

static bool log_in(Browser *browser, Page *page, char **row)
{
	const char *const fields[] = {"login", row[LOGIN], "password", option.password, NULL};

	return press(browser, page, ".//input[@type='password']", fields);
}

static bool choose_role(Browser *browser, Page *page, char **row)
{
	const char *const fields[] = {"role", row[ROLE], NULL};

	return press(browser, page, ".//button[@name='role']", fields);
}

/* NULL: they do not go on. */
static const char *throw_answer(bool asked)
{
	int n = g_rand_int_range(dice, 0, 15);

	return n == 0 ? NULL : !asked ? "seen" : n < 9 ? "yes" : "no";
}

static bool answer(Browser *browser, Page *page, char **row, const char *what, bool *ret_stays)
{
	const char *said = throw_answer(strcmp(what, "ask") == 0);
	const char *const fields[] = {"answer", said, NULL};

	visited(row[CASE], "page", what, "");
	visited_matters(row[CASE], page);
	*ret_stays = !said;
	if (said)
		visited(row[CASE], "answer", said, "");
	return said && press(browser, page, ".//button[@name='answer']", fields);
}

/* Through the pages in between, to the last; NULL: the way ends where none would. */
static Page *go(Browser *browser, char **row, char **ret_kind)
{
	for (unsigned i = 0; i < MOST_PAGES; i++) {
		g_autoptr(Page) page = page_read(browser->body);
		g_autofree char *kind = page ? page_text(page, "//main/@data-page") : NULL;
		bool on = true, stays = false;
		if (g_strcmp0(kind, "login") == 0)
			on = log_in(browser, page, row);
		else if (g_strcmp0(kind, "role") == 0)
			on = choose_role(browser, page, row);
		else if (g_strcmp0(kind, "inform") == 0 || g_strcmp0(kind, "ask") == 0)
			on = answer(browser, page, row, kind, &stays);
		else {
			*ret_kind = g_steal_pointer(&kind);
			return g_steal_pointer(&page);
		}
		if (stays) {
			*ret_kind = g_strdup("stayed");
			return g_steal_pointer(&page);
		}
		if (!on)
			return NULL;
	}
	return NULL;
}

static bool look_at_choices(Browser *browser, char **row, Page **ret_page)
{
	if (!ask(browser, "/me/choices", NULL))
		return false;
	*ret_page = page_read(browser->body);
	return *ret_page != NULL;
}

static bool visit(Browser *browser, char **row)
{
	g_autofree char *kind = NULL;
	g_autoptr(Page) choices = NULL;
	g_autoptr(Page) page = NULL;

	if (ask(browser, row[TARGET], NULL))
		page = go(browser, row, &kind);
	if (!page)
		return false;
	g_autofree char *reference = page_text(page, "//*[@id='reference']");
	visited_message(row[CASE], page);
	visited(row[CASE], "end", kind, reference);
	if (!look_at_choices(browser, row, &choices))
		return false;
	visited_choices(row[CASE], choices);
	/* the log tells no more than so many refusals a second */
	if (*reference)
		g_usleep(50 * G_TIME_SPAN_MILLISECOND);
	return true;
}

/* One of the answers, if there is one. */
static bool change(Browser *browser, char **row)
{
	g_autoptr(Page) page = NULL;
	g_autoptr(GPtrArray) ids = NULL;

	if (!look_at_choices(browser, row, &page))
		return false;
	ids = page_texts(page, "//button[@name='choice']/@value");
	if (ids->len == 0)
		return true;
	const char *id = ids->pdata[g_rand_int_range(dice, 0, (gint32)ids->len)];
	const char *const fields[] = {"choice", id, NULL};
	g_autofree char *form = g_strdup_printf(".//button[@value='%s']", id);
	g_autofree char *was = g_strdup_printf("//form[.//button[@value='%s']]"
					       "//input[@name='said']/@value",
					       id);
	g_autofree char *where = g_strdup_printf("//*[@id='service-%s']", id);
	g_autofree char *said = page_text(page, was), *service = page_text(page, where);
	visited(row[CASE], "changed", service, said);
	return press(browser, page, form, fields) && browser->status == 200;
}

/* ---- everybody's cookies ---- */

static GKeyFile *jars;

static char *owner(char **row)
{
	return g_strdup_printf("%s %s", row[LOGIN], row[ROLE]);
}

static bool serve(Browser *browser, char **row)
{
	g_autofree char *whose = owner(row);
	g_autofree char *kept = g_key_file_get_string(jars, "jars", whose, NULL);

	browser->language = row[LANGUAGE];
	browser_set_cookies(browser, strcmp(row[HOW], "kept") == 0 ? kept : NULL);
	if (!(strcmp(row[TARGET], "change") == 0 ? change : visit)(browser, row))
		return false;
	g_autofree char *cookies = browser_cookies(browser);
	g_key_file_set_string(jars, "jars", whose, cookies);
	return true;
}

static int serve_all(Browser *browser)
{
	g_autofree char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		g_auto(GStrv) row = g_strsplit(line, "\t", COLUMNS);
		if (g_strv_length(row) != COLUMNS || !serve(browser, row)) {
			g_printerr("%s: the way ends at status %d\n%s\n", line, browser->status,
				   browser->body->str);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Browser) browser = browser_new();

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || !option.at || !option.jars ||
	    !option.host || !option.password) {
		g_printerr("visitor: %s\n", error ? error->message : "an option is missing");
		return 2;
	}
	g_auto(GStrv) parts = g_strsplit(option.at, ":", 2);
	browser->server.sin_family = AF_INET;
	browser->server.sin_port = htons((guint16)g_ascii_strtoull(parts[1], NULL, 10));
	inet_pton(AF_INET, parts[0], &browser->server.sin_addr);
	g_autofree char *origin = g_strconcat("https://", option.host, NULL);
	browser->host = option.host;
	browser->origin = origin;
	browser->timeout_ms = 60000;
	dice = g_rand_new_with_seed((guint32)option.seed);
	jars = g_key_file_new();
	g_key_file_load_from_file(jars, option.jars, G_KEY_FILE_NONE, NULL);
	int result = serve_all(browser);
	g_key_file_save_to_file(jars, option.jars, NULL);
	g_key_file_unref(jars);
	g_rand_free(dice);
	return result;
}
