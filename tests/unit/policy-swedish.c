/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* All that is said of a policy, in Swedish: everything that the other tests make it say in English
 * is said again and looked up in policy-swedish.tsv, where each line is the name of a case, a tab
 * and the Swedish. What is never said there is said nowhere, and what has no Swedish is found. */
#include "tests/unit/policy-errors.h"
#include "tests/unit/policy-guess.h"
#include "tests/unit/policy-lines.h"

#include "tests/unit/policy-expect.h"
#undef END
#undef BASE
#include "tests/unit/policy-warn.h"
#undef END
#include "tests/unit/policy-effort.h"

/* The table itself, with a look-up in the place of its own that remembers what was looked for: the
 * library's object is not linked then. */
#define swedish_of table_swedish_of
#include "policy/swedish.c" /* NOLINT(bugprone-suspicious-include) */
#undef swedish_of

static GHashTable *looked_for; /* English */

const char *swedish_of(const char *english) G_GNUC_FORMAT(1);
const char *swedish_of(const char *english)
{
	if (looked_for)
		g_hash_table_add(looked_for, g_strdup(english));
	return table_swedish_of(english);
}

static bool has_swedish(const char *english)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (g_str_equal(table[i].english, english))
			return true;
	return false;
}

/* Neither a format of nothing but values, nor a word of the language in quotes. */
static bool needs_swedish(const char *english)
{
	if (*english == '\'' && !strchr(english, ' '))
		return false;
	for (; *english; english++)
		if (*english == '%' && english[1])
			english++;
		else if (g_ascii_isalpha(*english))
			return true;
	return false;
}

static void fail(const char *what, const char *text)
{
	g_test_message("%s\t%s", what, text);
	g_test_fail();
}

/* "%s %u": what a format takes. Transfer full. */
static char *conversions(const char *format)
{
	GString *text = g_string_new(NULL);

	while ((format = strchr(format, '%'))) {
		size_t n = 1 + strspn(format + 1, "0123456789");

		g_string_append_len(text, format, (gssize)n + 1);
		g_string_append_c(text, ' ');
		format += n + 1;
	}
	return g_string_free(text, FALSE);
}

static void test_table(void)
{
	size_t n;
	const Swedish *texts = swedish_table(&n);
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < n; i++) {
		g_autofree char *takes = conversions(texts[i].english);
		g_autofree char *swedish = conversions(texts[i].swedish);

		g_assert_cmpstr(swedish, ==, takes);
		g_assert_true(g_hash_table_add(told, (gpointer)(guintptr)texts[i].english));
		g_assert_true(g_utf8_validate(texts[i].swedish, -1, NULL));
		g_assert_true(swedish_of(texts[i].english) == texts[i].swedish);
	}
	g_assert_cmpuint(n, >, 200);
	g_assert_cmpstr(swedish_of("no such text"), ==, "no such text");
}

/* ---- what the sources say ---- */

/* The part of a text that stands there: its end, or NULL if none does. */
static const char *text_part(const char *at, GString *text)
{
	const char *start = at + 1;

	if (g_str_has_prefix(at, "DAY_FORMAT")) {
		g_string_append(text, DAY_FORMAT);
		return at + strlen("DAY_FORMAT");
	}
	if (*at != '"')
		return NULL;
	for (at++; *at != '"'; at++)
		at += *at == '\\';
	g_string_append_len(text, start, at - start);
	return at + 1;
}

/* The first text of a call, whatever stands before it, with its parts put together; NULL: it has
 * none, and says what it is given. `at` is after the opening parenthesis. Transfer full. */
static char *first_text(const char *at)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *end = NULL;

	for (unsigned depth = 1; depth > 0 && *at && !end; at++) {
		end = text_part(at, text);
		depth += *at == '(';
		depth -= *at == ')';
	}
	for (const char *next = end; next; next = text_part(next, text)) {
		end = next;
		while (g_ascii_isspace(*next))
			next++;
	}
	return end ? g_strcompress(text->str) : NULL;
}

static unsigned check_calls(const char *file, const char *source, const char *call)
{
	unsigned n = 0;

	for (const char *at = source; (at = strstr(at, call)); n++) {
		g_autofree char *text = first_text(at += strlen(call));

		if (!text || !needs_swedish(text) || has_swedish(text))
			continue;
		fail(file, text);
	}
	return n;
}

static void test_sources(void)
{
	static const char *const calls[] = {"place_error(", "place_say(", "warn_say(",
					    "say(proof, ", "say(promise, "};
	g_autofree char *folder = g_build_filename(TEST_SRCDIR, "policy", NULL);
	g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
	unsigned n = 0;

	g_assert_nonnull(files);
	for (const char *name = g_dir_read_name(files); name; name = g_dir_read_name(files)) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *source = NULL;

		if (!g_str_has_suffix(name, ".c") ||
		    !g_file_get_contents(path, &source, NULL, NULL))
			continue;
		for (size_t i = 0; i < G_N_ELEMENTS(calls); i++)
			n += check_calls(name, source, calls[i]);
	}
	g_assert_cmpuint(n, >, 150);
}

/* ---- what is said ---- */

static GHashTable *wanted; /* by the name of the case */

static void read_wanted(void)
{
	g_autofree char *path =
		g_build_filename(TEST_SRCDIR, "tests/unit/policy-swedish.tsv", NULL);
	g_auto(GStrv) lines_of = NULL;
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		g_error("no %s", path);
	wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	lines_of = g_strsplit(text, "\n", -1);
	for (char **line = lines_of; *line; line++) {
		g_auto(GStrv) parts = g_strsplit(*line, "\t", 2);

		if (parts[0] && parts[1])
			g_assert_true(g_hash_table_insert(wanted, g_strdup(parts[0]),
							  g_strdup(parts[1])));
	}
}

/* english: what the case says in English, which is the Swedish of it if nothing in it is a word. */
static void told(const char *folder, const char *name, const char *english, const char *got)
{
	g_autofree char *key = g_strdup_printf("/policy/%s/%s", folder, name);
	const char *want = g_hash_table_lookup(wanted, key);

	if (g_strcmp0(got, want ? want : english) != 0)
		fail(key, got);
	g_hash_table_remove(wanted, key);
}

static char *refused(const char *text, const GPtrArray *services)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load_in(
		"sv", text, services ? (const Service *const *)services->pdata : NULL,
		services ? services->len : 0, &error);

	return error ? cases_message(error) : NULL;
}

static void say_cases(const char *folder, const Case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *got = refused(cases[i].text, NULL);

		told(folder, cases[i].name, cases[i].want, got);
	}
}

static void say_promises(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(promises); i++) {
		const Promise *promise = &promises[i];
		g_autoptr(GPtrArray) services = fixture_services(promise->services);
		g_autofree char *got = refused(promise->text, services);

		g_assert_true((got == NULL) == (promise->want == NULL));
		if (got)
			told("expect", promise->name, NULL, got);
	}
}

static void say_remarks(void)
{
	g_autoptr(Policy) supporting = remark_supports("sv");
	g_autofree char *supports = remarks_on(supporting), *census = remark_census("sv");

	for (size_t i = 0; i < G_N_ELEMENTS(remarks); i++) {
		const Remark *remark = &remarks[i];
		g_autoptr(GPtrArray) services = fixture_services(remark->services);
		g_autoptr(Policy) policy =
			fixture_load_in("sv", remark->text, (const Service *const *)services->pdata,
					services->len, NULL);
		g_autofree char *got = remarks_on(policy);

		told("warn", remark->name, *remark->want ? NULL : "", got);
	}
	told("warn", "supports", NULL, supports);
	told("warn", "census", NULL, census);
}

static void say_loads(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
		g_autoptr(GString) text = g_string_new("\n");
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = NULL;
		g_autofree char *got = NULL;

		loads[i].make(text);
		policy = fixture_load_in("sv", text->str, NULL, 0, &error);
		got = error ? cases_message(error)
		      : policy_warnings(policy)->len > 0
			      ? g_strdup(policy_warnings(policy)->pdata[0])
			      : NULL;
		told("effort", loads[i].name, NULL, got);
	}
}

/* ---- what is said of a file as a whole ---- */

static char *refused_file(const PolicySource *source, const char *huvudman)
{
	PolicyContext context = {.scopes = fixture_scopes,
				 .today = FIXTURE_TODAY,
				 .huvudman = huvudman,
				 .language = "sv"};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(source, 1, &context, &error);

	g_assert_null(policy);
	return g_strndup(error->message, strcspn(error->message, "\n"));
}

static void say_files(void)
{
	static const struct {
		const char *name, *text, *folder, *huvudman;
	} files[] = {
		{"empty", "", NULL, NULL},
		{"no-version", "policy", NULL, NULL},
		{"later-version", "policy 2", NULL, NULL},
		{"no-huvudman", "policy 1 huvudman", "norra", "norra"},
		{"huvudman-unsaid", "policy 1", "norra", "norra"},
		{"huvudman-of-another-folder", "policy 1 huvudman norra", "sodra", "sodra"},
		{"huvudman-in-the-folder-of-all", "policy 1 huvudman norra", NULL, "norra"},
		{"huvudman-where-one-is", "policy 1 huvudman norra", NULL, NULL},
		{"nothing-configured", "policy 1; never \"N\" { for staff in group x", NULL, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		const PolicySource source = {"a.policy", files[i].text, strlen(files[i].text),
					     files[i].folder};
		g_autofree char *got = refused_file(&source, files[i].huvudman);

		told("files", files[i].name, NULL, got);
	}
}

static void say_limit(const char *name, const char *text)
{
	const PolicySource source = {"a.policy", text, strlen(text), NULL};
	g_autofree char *got = refused_file(&source, NULL);

	told("limits", name, NULL, got);
}

static void say_limits(void)
{
	g_autofree char *line = g_strnfill(POLICY_LINE_MAX + 1, '#');
	g_autofree char *large = g_strnfill(POLICY_FILE_MAX + 1, '\n');
	g_autoptr(GString) rules = g_string_new("policy 1\n");
	g_autoptr(GString) choices = g_string_new("policy 1\nnever \"N\" { give mail only \"a\"");

	say_limit("line", line);
	say_limit("file", large);
	for (unsigned i = 0; i <= POLICY_RULES_MAX; i++)
		g_string_append_printf(rules, "service N%u is \"%u\"\n", i, i);
	say_limit("rules", rules->str);
	for (unsigned i = 1; i <= POLICY_CONDITIONS_MAX; i++)
		g_string_append_printf(choices, "\nor \"%u\"", i);
	say_limit("conditions", choices->str);
}

/* A warning about a file of all huvudmän. */
static void say_shared(void)
{
	static const char text[] = "policy 1\nrelease \"Ett\" { to any; for student; give login; "
				   "silent; because \"x\"; basis \"6.1 e\"; agreement \"PUB 1\" }";
	const PolicySource source = {"t.policy", text, sizeof text - 1, NULL};
	const PolicyContext context = {.scopes = fixture_scopes,
				       .today = FIXTURE_TODAY,
				       .huvudman = "norra",
				       .language = "sv"};
	g_autoptr(Policy) policy = policy_load(&source, 1, &context, NULL);
	g_autofree char *got = remarks_on(policy);

	told("files", "agreement-of-all", NULL, got);
}

/* ---- all of it ---- */

static void test_said(void)
{
	GHashTableIter iter;
	gpointer text;

	looked_for = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	read_wanted();
	say_cases("errors", errors, G_N_ELEMENTS(errors));
	say_cases("guess", guesses, G_N_ELEMENTS(guesses));
	say_cases("lines", lines, G_N_ELEMENTS(lines));
	say_promises();
	say_remarks();
	say_loads();
	say_files();
	say_limits();
	say_shared();
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (!g_hash_table_contains(looked_for, table[i].english))
			fail("never said", table[i].english);
	g_hash_table_iter_init(&iter, looked_for);
	while (g_hash_table_iter_next(&iter, &text, NULL))
		if (needs_swedish(text) && !has_swedish(text))
			fail("has no Swedish", text);
	g_hash_table_iter_init(&iter, wanted);
	while (g_hash_table_iter_next(&iter, &text, NULL))
		fail("is the name of no case", text);
	g_clear_pointer(&looked_for, g_hash_table_unref);
	g_clear_pointer(&wanted, g_hash_table_unref);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/swedish/table", test_table);
	g_test_add_func("/policy/swedish/sources", test_sources);
	g_test_add_func("/policy/swedish/said", test_said);
	return g_test_run();
}
