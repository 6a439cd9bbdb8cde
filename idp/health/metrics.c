/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/health/metrics.h"

#include "idp/route.h"

/* Where the only number of a family stands in Health, and as what. */
typedef enum { OF_ROWS = 0, OF_UNSIGNED, OF_UINT64, OF_INT64, OF_DOUBLE } NumberKind;

typedef struct {
	NumberKind kind;
	gsize offset;
	bool own; /* in HealthOf: one for each huvudman */
} Number;

#define KIND(number)                                                                               \
	_Generic(number, unsigned                                                                  \
		 : OF_UNSIGNED, guint64                                                            \
		 : OF_UINT64, gint64                                                               \
		 : OF_INT64, double                                                                \
		 : OF_DOUBLE)
#define NUMBER(member)                                                                             \
	{                                                                                          \
		KIND(((Health *)0)->member), offsetof(Health, member), false                       \
	}
#define OWN(member)                                                                                \
	{                                                                                          \
		KIND(((HealthOf *)0)->member), offsetof(HealthOf, member), true                    \
	}
#define ROWS                                                                                       \
	{                                                                                          \
		OF_ROWS, 0, false                                                                  \
	}
#define OWN_ROWS                                                                                   \
	{                                                                                          \
		OF_ROWS, 0, true                                                                   \
	}

typedef struct {
	GString *text;
	const char *name; /* of the family */
	const Health *health;
	const HealthOf *of;   /* whose row it is; NULL: the process's */
	const char *huvudman; /* the label; NULL: none */
	const GPtrArray *checks;
} Page;

static void rows_build(Page *page), rows_checks(Page *page), rows_visits(Page *page),
	rows_faults(Page *page), rows_choices(Page *page), rows_duration(Page *page),
	rows_queued(Page *page), rows_queue_max(Page *page), rows_queue_refused(Page *page),
	rows_queue_late(Page *page), rows_directory_up(Page *page),
	rows_directory_questions(Page *page), rows_directory_failures(Page *page),
	rows_throttle_held(Page *page), rows_throttle_evicted(Page *page),
	rows_throttle_entries(Page *page), rows_feed_services(Page *page),
	rows_feed_ends(Page *page), rows_feed_old(Page *page);

/* clang-format off */
static const struct {
	MetricsFamily family;
	Number number;
	void (*rows)(Page *page);
} table[] = {
	{{"portvakt_build_info", "gauge", "Which version this is; always 1."}, ROWS, rows_build},
	{{"portvakt_check_status", "gauge", "Each check of /health/ready: 0 ready, 1 degraded, 2 not ready."}, ROWS, rows_checks},

	{{"portvakt_visits_total", "counter", "Requests that were answered, by endpoint and outcome or fault; those that never came about are left out."}, OWN_ROWS, rows_visits},
	{{"portvakt_faults_total", "counter", "Requests that ended in a fault, by fault."}, OWN_ROWS, rows_faults},
	{{"portvakt_choices_total", "counter", "What pages told and asked people before something left, and what they said."}, OWN_ROWS, rows_choices},
	{{"portvakt_visit_duration_seconds", "histogram", "From the request line to the answer, of logins and of answers by session."}, OWN_ROWS, rows_duration},

	{{"portvakt_http_connections_total", "counter", "Connections accepted."}, NUMBER(http.accepted), NULL},
	{{"portvakt_http_connections", "gauge", "Connections that are open."}, NUMBER(http.connections), NULL},
	{{"portvakt_http_requests_total", "counter", "Requests that were read whole."}, NUMBER(http.requests), NULL},
	{{"portvakt_http_waiting", "gauge", "Requests that have no answer yet."}, NUMBER(http.waiting), NULL},
	{{"portvakt_http_refused_total", "counter", "Requests refused as HTTP: not strict, or too large."}, NUMBER(http.refused), NULL},
	{{"portvakt_http_timed_out_total", "counter", "Connections and requests ended by a deadline."}, NUMBER(http.timed_out), NULL},
	{{"portvakt_http_evicted_total", "counter", "Connections closed to keep within their number."}, NUMBER(http.evicted), NULL},

	{{"portvakt_visits_under_way", "gauge", "Requests that are being worked on or wait for it."}, NUMBER(visits), NULL},

	{{"portvakt_queue_jobs", "gauge", "What waits in a queue."}, OWN_ROWS, rows_queued},
	{{"portvakt_queue_jobs_max", "gauge", "What may wait in it."}, OWN_ROWS, rows_queue_max},
	{{"portvakt_queue_refused_total", "counter", "What found it full."}, OWN_ROWS, rows_queue_refused},
	{{"portvakt_queue_late_total", "counter", "What had waited too long, and gave way to those on their way."}, ROWS, rows_queue_late},

	{{"portvakt_store_commits_total", "counter", "Commits that are durable."}, OWN(writer.commits), NULL},
	{{"portvakt_store_refused_total", "counter", "Commits refused because of a row that was there, or of a cap."}, OWN(writer.refused), NULL},
	{{"portvakt_store_faults_total", "counter", "Commits that the store failed at."}, OWN(writer.faults), NULL},
	{{"portvakt_store_transactions_total", "counter", "Transactions, each of one or more commits."}, OWN(writer.transactions), NULL},

	{{"portvakt_store_reserve_bytes", "gauge", "What is left of the reserve against a full disk."}, OWN(writer.reserve.left), NULL},
	{{"portvakt_store_reserve_meant_bytes", "gauge", "What there should be of it."}, OWN(writer.reserve.meant), NULL},

	{{"portvakt_directory_up", "gauge", "Each address of the directory, counted from 1: whether it answered when last asked."}, OWN_ROWS, rows_directory_up},
	{{"portvakt_directory_questions_total", "counter", "Questions to it since the last reload."}, OWN_ROWS, rows_directory_questions},
	{{"portvakt_directory_failures_total", "counter", "Those that it did not answer."}, OWN_ROWS, rows_directory_failures},
	{{"portvakt_directory_questions", "gauge", "Questions that have no answer yet."}, OWN(directory.running), NULL},
	{{"portvakt_persons_kept", "gauge", "Persons kept for person max-age."}, OWN(directory.cache.entries), NULL},
	{{"portvakt_persons_kept_bytes", "gauge", "The memory they take."}, OWN(directory.cache.bytes), NULL},
	{{"portvakt_persons_found_total", "counter", "Times that a person was found among them."}, OWN(directory.cache.hits), NULL},
	{{"portvakt_persons_not_found_total", "counter", "Times that the directory had to be asked."}, OWN(directory.cache.misses), NULL},

	{{"portvakt_throttle_admitted_total", "counter", "Passwords that were tried."}, OWN(throttle.admitted), NULL},
	{{"portvakt_throttle_held_total", "counter", "Passwords that were not, since too many wrong ones came before: by the same browser, for the same person, from the same address."}, OWN_ROWS, rows_throttle_held},
	{{"portvakt_throttle_evicted_total", "counter", "What was forgotten of them for lack of room."}, OWN_ROWS, rows_throttle_evicted},
	{{"portvakt_throttle_entries", "gauge", "How many of each are remembered."}, OWN_ROWS, rows_throttle_entries},

	{{"portvakt_generation_loaded_timestamp_seconds", "gauge", "When configuration, policy and metadata were last taken."}, OWN(generation_loaded), NULL},
	{{"portvakt_reloads_total", "counter", "Reloads that were taken."}, OWN(reloads), NULL},
	{{"portvakt_reloads_failed_total", "counter", "Reloads that were not taken."}, OWN(reloads_failed), NULL},
	{{"portvakt_services", "gauge", "Services whose metadata is loaded."}, OWN(services), NULL},
	{{"portvakt_held_asks", "gauge", "Attributes that services newly ask for, which are held."}, OWN(held.asks), NULL},
	{{"portvakt_held_categories", "gauge", "Categories that services newly carry, which are held."}, OWN(held.categories), NULL},
	{{"portvakt_generations", "gauge", "Generations in memory: the current one, and those that requests began with."}, NUMBER(generations), NULL},
	{{"portvakt_feed_services", "gauge", "Services of each feed."}, OWN_ROWS, rows_feed_services},
	{{"portvakt_feed_end_timestamp_seconds", "gauge", "When each feed ends, unless a newer one is read."}, OWN_ROWS, rows_feed_ends},
	{{"portvakt_feed_old", "gauge", "Whether the last good copy is used, since the file cannot be."}, OWN_ROWS, rows_feed_old},
	{{"portvakt_saml_certificate_end_timestamp_seconds", "gauge", "When the SAML certificate ends."}, OWN(saml_certificate_ends), NULL},
	{{"portvakt_tls_certificate_end_timestamp_seconds", "gauge", "When the TLS certificate ends; 0: there is none."}, NUMBER(tls_certificate_ends), NULL},

	{{"portvakt_log_lines_total", "counter", "Lines written to the log."}, NUMBER(log.written), NULL},
	{{"portvakt_log_left_out_total", "counter", "Lines left out, since there were too many like them."}, NUMBER(log.left_out), NULL},

	{{"process_cpu_seconds_total", "counter", "CPU time, user and system."}, NUMBER(process.cpu_seconds), NULL},
	{{"process_resident_memory_bytes", "gauge", "Memory in use."}, NUMBER(process.resident_bytes), NULL},
	{{"process_open_fds", "gauge", "Open files and sockets."}, NUMBER(process.open_files), NULL},
	{{"process_max_fds", "gauge", "Open files and sockets that are allowed."}, NUMBER(process.open_files_max), NULL},
	{{"process_start_time_seconds", "gauge", "When the process began."}, NUMBER(process.started), NULL},
};
/* clang-format on */

gsize metrics_families(void)
{
	return G_N_ELEMENTS(table);
}

MetricsFamily metrics_family(gsize i)
{
	return table[i].family;
}

char *metrics_label(const char *value)
{
	GString *text = g_string_new(value);
	g_string_replace(text, "\\", "\\\\", 0);
	g_string_replace(text, "\"", "\\\"", 0);
	g_string_replace(text, "\n", "\\n", 0);
	return g_string_free(text, FALSE);
}

/* ---- rows ---- */

static void row_start(Page *page, const char *suffix, const char *labels)
{
	const char *whose = page->huvudman;
	g_string_append_printf(page->text, "%s%s", page->name, suffix);
	if (whose)
		g_string_append_printf(page->text, "{huvudman=\"%s\"%s%s} ", whose,
				       *labels ? "," : "", labels);
	else if (*labels)
		g_string_append_printf(page->text, "{%s} ", labels);
	else
		g_string_append_c(page->text, ' ');
}

static void row(Page *page, const char *suffix, const char *labels, guint64 value)
{
	row_start(page, suffix, labels);
	g_string_append_printf(page->text, "%" G_GUINT64_FORMAT "\n", value);
}

static void row_of(Page *page, const char *label, const char *name, guint64 value)
{
	g_autofree char *escaped = metrics_label(name);
	g_autofree char *labels = g_strdup_printf("%s=\"%s\"", label, escaped);
	row(page, "", labels, value);
}

/* A dot for the decimals whatever the locale. */
static void append_double(GString *text, double value)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];
	g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.6f", value));
}

static void row_number(Page *page, const Number *number)
{
	const char *at = (number->own ? (const char *)page->of : (const char *)page->health) +
			 number->offset;
	switch (number->kind) {
	case OF_UNSIGNED:
		row(page, "", "", *(const unsigned *)(const void *)at);
		return;
	case OF_UINT64:
		row(page, "", "", *(const guint64 *)(const void *)at);
		return;
	case OF_INT64:
		row(page, "", "", (guint64)MAX(*(const gint64 *)(const void *)at, 0));
		return;
	case OF_DOUBLE:
		row_start(page, "", "");
		append_double(page->text, *(const double *)(const void *)at);
		g_string_append_c(page->text, '\n');
		return;
	case OF_ROWS:
		break;
	}
	g_assert_not_reached();
}

static void rows_build(Page *page)
{
	row_of(page, "version", PACKAGE_VERSION, 1);
}

static void rows_checks(Page *page)
{
	for (guint i = 0; i < page->checks->len; i++) {
		const HealthCheck *check = page->checks->pdata[i];
		page->huvudman = check->huvudman;
		row_of(page, "check", check->name, check->status);
	}
	page->huvudman = NULL;
}

static guint64 read_counter(const atomic_ullong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static const char *endpoint_name(unsigned endpoint)
{
	return endpoint == TALLY_NOWHERE ? "none" : route_name(endpoint);
}

static void row_visits(Page *page, const char *endpoint, const char *outcome, guint64 n)
{
	g_autofree char *where = metrics_label(endpoint);
	g_autofree char *what = metrics_label(outcome);
	g_autofree char *labels = g_strdup_printf("endpoint=\"%s\",outcome=\"%s\"", where, what);
	if (n)
		row(page, "", labels, n);
}

static void rows_visits(Page *page)
{
	const Tally *tally = page->of->tally;
	for (unsigned i = 0; i <= TALLY_NOWHERE; i++) {
		const char *endpoint = endpoint_name(i);
		for (unsigned j = 0; endpoint && j < TALLY_OUTCOMES; j++)
			row_visits(page, endpoint, tally_outcome_name((TallyOutcome)j),
				   read_counter(&tally->outcomes[i][j]));
		for (unsigned j = 0; endpoint && j < FAULT_COUNT; j++)
			row_visits(page, endpoint, fault_row((FaultCode)j)->name,
				   read_counter(&tally->faults[i][j]));
	}
}

static void rows_choices(Page *page)
{
	for (unsigned i = 0; i < TALLY_CHOICES; i++)
		row_of(page, "choice", tally_choice_name((TallyChoice)i),
		       read_counter(&page->of->tally->choices[i]));
}

static void rows_faults(Page *page)
{
	for (unsigned j = FAULT_NONE + 1; j < FAULT_COUNT; j++) {
		guint64 n = 0;
		for (unsigned i = 0; i <= TALLY_NOWHERE; i++)
			n += read_counter(&page->of->tally->faults[i][j]);
		row_of(page, "fault", fault_row((FaultCode)j)->name, n);
	}
}

static void row_bucket(Page *page, const char *outcome, const char *bound, guint64 n)
{
	g_autofree char *labels = g_strdup_printf("outcome=\"%s\",le=\"%s\"", outcome, bound);
	row(page, "_bucket", labels, n);
}

static void rows_duration_of(Page *page, const char *outcome, const TallyDuration *duration)
{
	guint64 n = 0;
	g_autofree char *labels = g_strdup_printf("outcome=\"%s\"", outcome);
	for (unsigned i = 0; i < TALLY_BUCKETS; i++) {
		char bound[G_ASCII_DTOSTR_BUF_SIZE];
		n += read_counter(&duration->buckets[i]);
		row_bucket(page, outcome,
			   g_ascii_formatd(bound, sizeof bound, "%g", tally_bounds_ms[i] / 1000.0),
			   n);
	}
	n += read_counter(&duration->buckets[TALLY_BUCKETS]);
	row_bucket(page, outcome, "+Inf", n);
	row_start(page, "_sum", labels);
	append_double(page->text, (double)read_counter(&duration->microseconds) / 1e6);
	g_string_append_c(page->text, '\n');
	row(page, "_count", labels, n);
}

static void rows_duration(Page *page)
{
	const Tally *tally = page->of->tally;
	rows_duration_of(page, tally_outcome_name(TALLY_LOGIN), &tally->login);
	rows_duration_of(page, tally_outcome_name(TALLY_SSO), &tally->sso);
}

/* The worker queue is everybody's: one row, among those of the first. */
static void row_worker(Page *page, guint64 value)
{
	const char *huvudman = page->huvudman;
	page->huvudman = NULL;
	if (page->of == page->health->of)
		row_of(page, "queue", "worker", value);
	page->huvudman = huvudman;
}

static void rows_queued(Page *page)
{
	row_worker(page, page->health->workers.waiting);
	row_of(page, "queue", "directory", page->of->directory_lane.waiting);
	row_of(page, "queue", "writer", page->of->writer.queued);
}

static void rows_queue_max(Page *page)
{
	row_worker(page, page->health->queue);
	row_of(page, "queue", "directory", page->health->queue);
	row_of(page, "queue", "writer", page->health->writer_queue);
}

static void rows_queue_refused(Page *page)
{
	row_worker(page, page->health->workers.refused);
	row_of(page, "queue", "directory", page->of->directory_lane.refused);
}

static void rows_queue_late(Page *page)
{
	row_of(page, "queue", "worker", page->health->workers.late);
}

/* By number: an address may name what is inside the school. */
static void row_server(Page *page, unsigned i, guint64 value)
{
	g_autofree char *number = g_strdup_printf("%u", i + 1);
	row_of(page, "address", number, value);
}

static void rows_directory_up(Page *page)
{
	const DirectoryStats *directory = &page->of->directory;
	for (unsigned i = 0; i < directory->n_servers; i++)
		row_server(page, i, directory->servers[i].lost ? 0 : 1);
}

static void rows_directory_questions(Page *page)
{
	const DirectoryStats *directory = &page->of->directory;
	for (unsigned i = 0; i < directory->n_servers; i++)
		row_server(page, i, directory->servers[i].questions);
}

static void rows_directory_failures(Page *page)
{
	const DirectoryStats *directory = &page->of->directory;
	for (unsigned i = 0; i < directory->n_servers; i++)
		row_server(page, i, directory->servers[i].failures);
}

static void row_kind(Page *page, ThrottleKind kind, guint64 value)
{
	static const char *const names[THROTTLE_KINDS] = {
		[THROTTLE_KNOWN] = "browser",
		[THROTTLE_UNKNOWN] = "person",
		[THROTTLE_ADDRESS] = "address",
	};
	row_of(page, "by", names[kind], value);
}

static void rows_throttle_held(Page *page)
{
	for (unsigned i = 0; i < THROTTLE_KINDS; i++)
		row_kind(page, (ThrottleKind)i, page->of->throttle.held[i]);
}

static void rows_throttle_evicted(Page *page)
{
	for (unsigned i = 0; i < THROTTLE_KINDS; i++)
		row_kind(page, (ThrottleKind)i, page->of->throttle.evicted[i]);
}

static void rows_throttle_entries(Page *page)
{
	for (unsigned i = 0; i < THROTTLE_KINDS; i++)
		row_kind(page, (ThrottleKind)i, page->of->throttle.entries[i]);
}

static void rows_feed(Page *page, guint64 (*figure)(const FeedStatus *feed))
{
	const GArray *feeds = page->of->feeds;
	for (guint i = 0; feeds && i < feeds->len; i++) {
		const FeedStatus *feed = &g_array_index(feeds, FeedStatus, i);
		row_of(page, "feed", feed->name, figure(feed));
	}
}

static guint64 feed_services(const FeedStatus *feed)
{
	return feed->entities;
}

static guint64 feed_ends(const FeedStatus *feed)
{
	return (guint64)MAX(feed->valid_until, 0);
}

static guint64 feed_old(const FeedStatus *feed)
{
	return feed->is_old;
}

static void rows_feed_services(Page *page)
{
	rows_feed(page, feed_services);
}

static void rows_feed_ends(Page *page)
{
	rows_feed(page, feed_ends);
}

static void rows_feed_old(Page *page)
{
	rows_feed(page, feed_old);
}

static void family_rows(Page *page, gsize i)
{
	if (table[i].rows)
		table[i].rows(page);
	else
		row_number(page, &table[i].number);
}

char *metrics_text(const Health *health, const GPtrArray *checks)
{
	Page page = {.text = g_string_new(NULL), .health = health, .checks = checks};
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		const MetricsFamily *family = &table[i].family;
		page.name = family->name;
		g_string_append_printf(page.text, "# HELP %s %s\n# TYPE %s %s\n", family->name,
				       family->help, family->name, family->type);
		if (!table[i].number.own)
			family_rows(&page, i);
		for (unsigned j = 0; table[i].number.own && j < health->n; j++) {
			page.of = &health->of[j];
			page.huvudman = page.of->name;
			family_rows(&page, i);
		}
		page.of = NULL;
		page.huvudman = NULL;
	}
	return g_string_free(page.text, FALSE);
}
