/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The text of /metrics, read as Prometheus reads it, and the manual's list of what is in it. */
#include "idp/health/metrics.h"

#include <string.h>

#include "idp/route.h"
#include "tests/unit/health-fixture.h"

static Tally tally;

#define NAME  "[a-zA-Z_:][a-zA-Z0-9_:]*"
#define VALUE "(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*"
#define LABEL "[a-zA-Z_][a-zA-Z0-9_]*=\"" VALUE "\""

static char *text_of(const Health *health)
{
	g_autoptr(GPtrArray) checks = health_checks(health);
	return metrics_text(health, checks);
}

/* The value of a row, or -1. */
static double value_of(const char *text, const char *row)
{
	g_autofree char *start = g_strconcat("\n", row, " ", NULL);
	const char *at = strstr(text, start);
	return at ? g_ascii_strtod(at + strlen(start), NULL) : -1;
}

/* A row belongs to the family whose TYPE came last: by that name, or as a part of a histogram. */
static bool belongs(const char *name, const char *family, bool histogram)
{
	static const char *const parts[] = {"_bucket", "_sum", "_count"};
	if (!histogram)
		return g_str_equal(name, family);
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *part = g_strconcat(family, parts[i], NULL);
		if (g_str_equal(name, part))
			return true;
	}
	return false;
}

/* Text exposition format 0.0.4: HELP and TYPE once before a family's rows, rows all together, each
 * a name, labels and a number, none twice, and a line feed at the end. -> the number of rows */
static unsigned assert_valid(const char *text)
{
	g_autoptr(GRegex) help = g_regex_new("^# HELP (" NAME ") \\S.*$", 0, 0, NULL);
	g_autoptr(GRegex) type =
		g_regex_new("^# TYPE (" NAME ") (counter|gauge|histogram)$", 0, 0, NULL);
	g_autoptr(GRegex) row = g_regex_new(
		"^(" NAME ")(\\{" LABEL "(?:," LABEL ")*\\})? ([0-9]+(?:\\.[0-9]+)?)$", 0, 0, NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *helped = g_strdup(""), *family = g_strdup("");
	bool histogram = false;
	unsigned rows = 0;
	g_assert_true(g_str_has_suffix(text, "\n"));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i + 1]; i++) {
		g_autoptr(GMatchInfo) match = NULL;
		if (g_regex_match(help, lines[i], 0, &match)) {
			g_free(helped);
			helped = g_match_info_fetch(match, 1);
			g_assert_true(g_hash_table_add(seen, g_strdup(helped)));
			continue;
		}
		g_clear_pointer(&match, g_match_info_unref);
		if (g_regex_match(type, lines[i], 0, &match)) {
			g_autofree char *kind = g_match_info_fetch(match, 2);
			g_free(family);
			family = g_match_info_fetch(match, 1);
			g_assert_cmpstr(family, ==, helped);
			histogram = g_str_equal(kind, "histogram");
			g_assert_cmpint(g_str_equal(kind, "counter"), ==,
					g_str_has_suffix(family, "_total"));
			continue;
		}
		g_clear_pointer(&match, g_match_info_unref);
		if (!g_regex_match(row, lines[i], 0, &match))
			g_error("no row: %s", lines[i]);
		g_autofree char *name = g_match_info_fetch(match, 1);
		g_autofree char *labels = g_match_info_fetch(match, 2);
		if (!belongs(name, family, histogram))
			g_error("%s stands below %s", name, family);
		g_assert_true(g_hash_table_add(seen, g_strconcat(name, labels, "}", NULL)));
		rows++;
	}
	return rows;
}

static void test_format(void)
{
	g_auto(Health) health = health_fixture(&tally);
	g_autofree char *text = text_of(&health);
	g_assert_cmpuint(assert_valid(text), >, 60);
	for (gsize i = 0; i < metrics_families(); i++) {
		MetricsFamily family = metrics_family(i);
		g_autofree char *help = g_strdup_printf("# HELP %s %s\n", family.name, family.help);
		g_autofree char *type = g_strdup_printf("# TYPE %s %s\n", family.name, family.type);
		g_assert_nonnull(strstr(text, help));
		g_assert_nonnull(strstr(text, type));
		g_assert_true(g_str_has_prefix(family.name, "portvakt_") ||
			      g_str_has_prefix(family.name, "process_"));
	}
}

/* Everything that can be counted, counted once: still valid, and with a bound. */
static void test_all(void)
{
	g_autofree Tally *all = g_new0(Tally, 1);
	unsigned endpoints = 0;
	while (route_name(endpoints))
		endpoints++;
	g_assert_cmpuint(endpoints, <=, TALLY_ENDPOINTS);
	for (unsigned i = 0; i <= endpoints; i++) {
		unsigned where = i == endpoints ? TALLY_NOWHERE : i;
		for (unsigned j = 0; j < TALLY_OUTCOMES; j++)
			tally_outcome(all, where, (TallyOutcome)j, 1500);
		for (unsigned j = 1; j < FAULT_COUNT; j++)
			tally_fault(all, where, (FaultCode)j);
	}
	g_auto(Health) health = health_fixture(all);
	g_autofree char *text = text_of(&health);
	g_assert_cmpuint(assert_valid(text), <, 1000);
	g_assert_cmpuint(strlen(text), <, 100000);
	g_assert_cmpfloat(value_of(text, "portvakt_faults_total{fault=\"busy\"}"), ==,
			  endpoints + 1);
	g_assert_cmpfloat(value_of(text, "portvakt_visits_total{endpoint=\"none\","
					 "outcome=\"not-found\"}"),
			  ==, 1);
}

static void test_numbers(void)
{
	g_autofree Tally *some = g_new0(Tally, 1);
	g_auto(Health) health = health_fixture(some);
	tally_outcome(some, 0, tally_outcome_of("sso"), 900);
	tally_outcome(some, 0, tally_outcome_of("sso"), 1000);
	tally_outcome(some, 0, tally_outcome_of("sso"), 1001);
	tally_outcome(some, 0, tally_outcome_of("sso"), 9 * G_USEC_PER_SEC);
	tally_outcome(some, 0, tally_outcome_of(NULL), 1);
	tally_outcome(some, 99, tally_outcome_of("something-new"), 1);
	health.http.accepted = G_MAXUINT64;
	health.of->writer.queued = 3;
	health.of->throttle.held[THROTTLE_ADDRESS] = 5;
	health.of->directory.servers[1].lost = true;
	health.process.cpu_seconds = 12.25;
	FeedStatus feed = {"fidus", FIXTURE_NOW + 7, 900, true};
	health.of->held = (HoldsCount){2, 3, 1};
	health.of->feeds = g_array_new(FALSE, FALSE, sizeof feed);
	g_array_append_val(health.of->feeds, feed);
	health.of->saml_certificate_ends = FIXTURE_NOW - FIXTURE_DAY;
	g_autofree char *text = text_of(&health);
	static const struct {
		const char *row;
		double want;
	} rows[] = {
		{"portvakt_visits_total{endpoint=\"sso\",outcome=\"sso\"}", 4},
		{"portvakt_visits_total{endpoint=\"sso\",outcome=\"page\"}", 1},
		{"portvakt_visits_total{endpoint=\"none\",outcome=\"other\"}", 1},
		{"portvakt_visits_total{endpoint=\"sso\",outcome=\"login\"}", -1},
		{"portvakt_visit_duration_seconds_bucket{outcome=\"sso\",le=\"0.001\"}", 2},
		{"portvakt_visit_duration_seconds_bucket{outcome=\"sso\",le=\"0.002\"}", 3},
		{"portvakt_visit_duration_seconds_bucket{outcome=\"sso\",le=\"4\"}", 3},
		{"portvakt_visit_duration_seconds_bucket{outcome=\"sso\",le=\"+Inf\"}", 4},
		{"portvakt_visit_duration_seconds_count{outcome=\"sso\"}", 4},
		{"portvakt_visit_duration_seconds_count{outcome=\"login\"}", 0},
		{"portvakt_faults_total{fault=\"internal\"}", 0},
		{"portvakt_queue_jobs{queue=\"writer\"}", 3},
		{"portvakt_check_status{check=\"saml-certificate\"}", 1},
		{"portvakt_check_status{check=\"serving\"}", 0},
		{"portvakt_saml_certificate_end_timestamp_seconds", FIXTURE_NOW - FIXTURE_DAY},
		{"portvakt_directory_up{address=\"1\"}", 1},
		{"portvakt_directory_up{address=\"2\"}", 0},
		{"portvakt_throttle_held_total{by=\"address\"}", 5},
		{"portvakt_throttle_held_total{by=\"person\"}", 0},
		{"portvakt_feed_services{feed=\"fidus\"}", 900},
		{"portvakt_held_asks", 3},
		{"portvakt_held_categories", 1},
		{"portvakt_feed_end_timestamp_seconds{feed=\"fidus\"}", FIXTURE_NOW + 7},
		{"portvakt_feed_old{feed=\"fidus\"}", 1},
		{"process_cpu_seconds_total", 12.25},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (value_of(text, rows[i].row) != rows[i].want)
			g_error("%s is %f", rows[i].row, value_of(text, rows[i].row));
	g_assert_nonnull(strstr(text, "portvakt_http_connections_total 18446744073709551615\n"));
	g_assert_nonnull(strstr(text, "_sum{outcome=\"sso\"} 9.002901\n"));
}

/* With several huvudmän each row of one says whose it is, and the process's rows come once. */
static void test_several(void)
{
	g_auto(Health) health = health_fixture_of_two(&tally);
	health.of[1].writer.commits = 7;
	health.workers.waiting = 3;
	g_autofree char *text = text_of(&health);
	assert_valid(text);
	static const struct {
		const char *row;
		double want;
	} rows[] = {
		{"portvakt_store_commits_total{huvudman=\"norra\"}", 0},
		{"portvakt_store_commits_total{huvudman=\"sodra\"}", 7},
		{"portvakt_store_commits_total", -1},
		{"portvakt_check_status{huvudman=\"sodra\",check=\"store\"}", 0},
		{"portvakt_check_status{check=\"serving\"}", 0},
		{"portvakt_check_status{huvudman=\"norra\",check=\"serving\"}", -1},
		{"portvakt_queue_jobs{queue=\"worker\"}", 3},
		{"portvakt_queue_jobs{huvudman=\"norra\",queue=\"worker\"}", -1},
		{"portvakt_queue_jobs{huvudman=\"norra\",queue=\"writer\"}", 0},
		{"portvakt_directory_up{huvudman=\"norra\",address=\"2\"}", 1},
		{"portvakt_http_connections", 0},
		{"portvakt_visit_duration_seconds_count{huvudman=\"norra\",outcome=\"sso\"}", 0},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (value_of(text, rows[i].row) != rows[i].want)
			g_error("%s is %f", rows[i].row, value_of(text, rows[i].row));
}

static void test_label(void)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{"", ""},
		{"saml-acs", "saml-acs"},
		{"a\"} 1\nb", "a\\\"} 1\\nb"},
		{"C:\\n", "C:\\\\n"},
		{"\\\"", "\\\\\\\""},
		{"skolan å", "skolan å"},
	};
	g_autoptr(GRegex) value = g_regex_new("^" VALUE "$", G_REGEX_DOLLAR_ENDONLY, 0, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = metrics_label(cases[i].value);
		g_assert_cmpstr(got, ==, cases[i].want);
		g_assert_true(g_regex_match(value, got, 0, NULL));
	}
}

/* portvakt-serve(1) lists every family with its type and meaning, and no other. */
static void test_manual(void)
{
	g_autofree char *page = NULL;
	g_assert_true(g_file_get_contents(TEST_SRCDIR "/idp/command/portvakt-serve.1", &page, NULL,
					  NULL));
	for (gsize i = 0; i < metrics_families(); i++) {
		MetricsFamily family = metrics_family(i);
		g_autofree char *item =
			g_strdup_printf("\n.It Li %s Pq %s\n", family.name, family.type);
		if (!strstr(page, item))
			g_error("portvakt-serve(1) lacks:%s", item);
	}
	g_auto(GStrv) items = g_strsplit(page, "\n.It Li p", -1);
	g_assert_cmpuint(g_strv_length(items) - 1, ==, metrics_families());
	g_auto(Health) health = health_fixture(&tally);
	g_autoptr(GPtrArray) checks = health_checks(&health);
	for (guint i = 0; i < checks->len; i++) {
		const HealthCheck *check = checks->pdata[i];
		g_autofree char *item = g_strdup_printf("\n.It Cm %s\n", check->name);
		if (!strstr(page, item))
			g_error("portvakt-serve(1) lacks the check%s", item);
	}
}

static void test_process(void)
{
	ProcessFigures figures = process_figures();
	double now = (double)g_get_real_time() / 1e6;
	g_assert_cmpfloat(figures.cpu_seconds, >, 0);
	g_assert_cmpuint(figures.resident_bytes, >, 100000);
	g_assert_cmpuint(figures.open_files, >=, 3);
	g_assert_cmpuint(figures.open_files_max, >=, figures.open_files);
	g_assert_cmpfloat(figures.started, <=, now + 1);
	g_assert_cmpfloat(figures.started, >, now - 600);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/format", test_format);
	g_test_add_func("/metrics/all", test_all);
	g_test_add_func("/metrics/numbers", test_numbers);
	g_test_add_func("/metrics/label", test_label);
	g_test_add_func("/metrics/several", test_several);
	g_test_add_func("/metrics/manual", test_manual);
	g_test_add_func("/metrics/process", test_process);
	return g_test_run();
}
