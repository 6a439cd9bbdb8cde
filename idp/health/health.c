/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/health/health.h"

#include "idp/json.h"
#include "idp/limits.h"

#define DAY (24 * G_GINT64_CONSTANT(3600))

/* A certificate's end is told a month ahead, and again when somebody must act this week; services
 * pin the SAML one, so that `portvakt check' warns earlier still. */
#define CERTIFICATE_SOON   (30 * DAY)
#define CERTIFICATE_URGENT (7 * DAY)

/* Days left of an agreement with which a release ends. */
#define AGREEMENT_DAYS 30

/* Seconds that a store which could not be written is left alone. */
#define STORE_RETRY 30

/* A queue so full that the next burst may not fit. */
#define QUEUE_PERCENT 80

void health_init(Health *health, unsigned n)
{
	health->of = g_new0(HealthOf, n);
	health->n = n;
}

void health_clear(Health *health)
{
	for (unsigned i = 0; i < health->n; i++) {
		g_clear_pointer(&health->of[i].kept, generation_unref);
		g_clear_pointer(&health->of[i].error, g_free);
		g_clear_pointer(&health->of[i].agreement, g_free);
		g_clear_pointer(&health->of[i].feeds, g_array_unref);
	}
	g_clear_pointer(&health->of, g_free);
	health->n = 0;
}

typedef struct {
	HealthStatus status;
	char *says;
} Verdict;

static Verdict verdict(HealthStatus status, const char *format, ...) G_GNUC_PRINTF(2, 3);
static Verdict verdict(HealthStatus status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *says = g_strdup_vprintf(format, args);
	va_end(args);
	return (Verdict){status, says};
}

/* ---- the checks ---- */

static Verdict check_serving(const Health *health, const HealthOf *of)
{
	if (health->draining)
		return verdict(HEALTH_NOT_READY,
			       "told to stop: %u requests are answered to their end",
			       health->visits);
	return verdict(HEALTH_READY, "requests are taken");
}

/* A node that nobody is sent to commits nothing, and would never see that it can again: after a
 * while it is given another try. */
static Verdict check_store(const Health *health, const HealthOf *of)
{
	gint64 ago = health->now - of->store_failed;
	if (of->store_failed && ago < STORE_RETRY)
		return verdict(HEALTH_NOT_READY,
			       "%" G_GINT64_FORMAT
			       " s ago it could not be written; the log says why",
			       ago);
	if (of->store_failed)
		return verdict(HEALTH_DEGRADED,
			       "when last tried, %" G_GINT64_FORMAT
			       " s ago, it could not be written",
			       ago);
	if (of->writer.queued >= health->writer_queue)
		return verdict(HEALTH_NOT_READY,
			       "%u commits wait and no more can: is the disk stuck?",
			       of->writer.queued);
	return verdict(HEALTH_READY, "rows are written");
}

/* Nobody can log in, and those with a session are served for as long as what was read of them is
 * fresh: no reason to take the node away, since others ask the same directory. */
static Verdict check_directory(const Health *health, const HealthOf *of)
{
	const DirectoryStats *directory = &of->directory;
	const char *lost = NULL;
	unsigned n = 0;
	for (unsigned i = 0; i < directory->n_servers; i++)
		if (directory->servers[i].lost) {
			lost = directory->servers[i].uri;
			n++;
		}
	if (!lost)
		return verdict(HEALTH_READY, "no address of %u is known to be down",
			       directory->n_servers);
	if (n < directory->n_servers)
		return verdict(HEALTH_DEGRADED, "%s does not answer; %u of %u addresses are down",
			       lost, n, directory->n_servers);
	return verdict(HEALTH_DEGRADED,
		       "%s does not answer, nor does any other address: nobody can log in, and "
		       "sessions are served for %" G_GINT64_FORMAT " s after their person was read",
		       lost, directory->max_age / G_USEC_PER_SEC);
}

static Verdict check_reserve(const Health *health, const HealthOf *of)
{
	const WriterReserve *reserve = &of->writer.reserve;
	unsigned percent =
		reserve->meant > 0 ? (unsigned)(reserve->left * 100 / reserve->meant) : 0;
	if (reserve->level == RESERVE_LAST)
		return verdict(HEALTH_DEGRADED,
			       "the disk of the store is full, and %u %% of its reserve is left: "
			       "make room now, or nobody can log in",
			       percent);
	if (reserve->level == RESERVE_LOW)
		return verdict(HEALTH_DEGRADED,
			       "the disk of the store is full, and %u %% of its reserve is left: "
			       "make room",
			       percent);
	if (reserve->level == RESERVE_FILLING)
		return verdict(HEALTH_READY, "the reserve against a full disk is being laid out");
	return verdict(HEALTH_READY, "%u %% of the reserve against a full disk is there", percent);
}

/* "3 days", "5 hours": the larger unit that is not nought. */
static char *span_text(gint64 seconds)
{
	gint64 n = seconds >= 2 * DAY ? seconds / DAY : seconds / 3600;
	return g_strdup_printf("%" G_GINT64_FORMAT " %s", n, seconds >= 2 * DAY ? "days" : "hours");
}

static Verdict check_end(const Health *health, gint64 ends, const char *after)
{
	gint64 left = ends - health->now;
	if (!ends)
		return verdict(HEALTH_READY, "there is none");
	g_autofree char *span = span_text(ABS(left));
	if (left <= 0)
		return verdict(HEALTH_DEGRADED, "it ended %s ago: %s", span, after);
	if (left <= CERTIFICATE_URGENT)
		return verdict(HEALTH_DEGRADED, "it ends in %s, within a week: %s", span, after);
	if (left <= CERTIFICATE_SOON)
		return verdict(HEALTH_DEGRADED, "it ends in %s: %s", span, after);
	return verdict(HEALTH_READY, "it is good for %s", span);
}

static Verdict check_saml_certificate(const Health *health, const HealthOf *of)
{
	return check_end(health, of->saml_certificate_ends,
			 "services that look at the date refuse what it signs after that");
}

static Verdict check_tls_certificate(const Health *health, const HealthOf *of)
{
	return check_end(health, health->tls_certificate_ends,
			 "browsers refuse it after that; a new one needs a restart");
}

static Verdict check_generation(const Health *health, const HealthOf *of)
{
	g_autoptr(GDateTime) loaded = g_date_time_new_from_unix_utc(of->generation_loaded);
	g_autofree char *since = g_date_time_format(loaded, "%Y-%m-%dT%H:%M:%SZ");
	if (!of->generation)
		return verdict(HEALTH_NOT_READY,
			       "none could be loaded, so that nobody is served: %s", of->error);
	if (!of->error)
		return verdict(HEALTH_READY, "%s, loaded %s", of->generation, since);
	return verdict(HEALTH_DEGRADED, "%s, loaded %s, goes on: the last reload failed: %s",
		       of->generation, since, of->error);
}

/* Nothing is wrong with it: somebody is to look, at leisure. */
static Verdict check_holds(const Health *health, const HealthOf *of)
{
	g_autofree char *text = holds_count_text(&of->held);
	return verdict(HEALTH_READY, "%s", text);
}

/* The services of a feed are unknown from its validUntil on. */
static Verdict check_feeds(const Health *health, const HealthOf *of)
{
	for (guint i = 0; of->feeds && i < of->feeds->len; i++) {
		const FeedStatus *feed = &g_array_index(of->feeds, FeedStatus, i);
		gint64 left = feed->valid_until - health->now;
		g_autofree char *span = span_text(ABS(left));
		if (left <= 0)
			return verdict(
				HEALTH_DEGRADED,
				"%s ended %s ago: none of its services is known; fetch a new "
				"one and reload",
				feed->name, span);
		if (left < FEED_WARN_BEFORE)
			return verdict(
				HEALTH_DEGRADED,
				"%s ends in %s, and its services with it: why is no newer one "
				"fetched?",
				feed->name, span);
		if (feed->is_old)
			return verdict(
				HEALTH_DEGRADED,
				"the new %s cannot be used: the last good one goes on for %s",
				feed->name, span);
	}
	return of->feeds && of->feeds->len ? verdict(HEALTH_READY, "%u are valid", of->feeds->len)
					   : verdict(HEALTH_READY, "there is none");
}

static Verdict check_queues(const Health *health, const HealthOf *of)
{
	const struct {
		const char *name;
		unsigned waiting, most;
	} queues[] = {
		{"worker", health->workers.waiting, health->queue},
		{"directory", of->directory_lane.waiting, health->queue},
		{"writer", of->writer.queued, health->writer_queue},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(queues); i++)
		if (queues[i].waiting >= queues[i].most / 100.0 * QUEUE_PERCENT)
			return verdict(HEALTH_DEGRADED,
				       "the %s queue holds %u of %u: people wait, and soon get 503",
				       queues[i].name, queues[i].waiting, queues[i].most);
	return verdict(HEALTH_READY, "%u, %u and %u wait for a worker, the directory, the disk",
		       queues[0].waiting, queues[1].waiting, queues[2].waiting);
}

static Verdict check_throttle(const Health *health, const HealthOf *of)
{
	static const struct {
		const char *name;
		unsigned most;
	} tables[THROTTLE_KINDS] = {
		[THROTTLE_KNOWN] = {"persons in known browsers", LIMIT_THROTTLE_KNOWN},
		[THROTTLE_UNKNOWN] = {"persons", LIMIT_THROTTLE_UNKNOWN},
		[THROTTLE_ADDRESS] = {"addresses", LIMIT_THROTTLE_ADDRESSES},
	};
	for (unsigned i = 0; i < THROTTLE_KINDS; i++)
		if (of->throttle.entries[i] >= tables[i].most)
			return verdict(HEALTH_DEGRADED,
				       "as many %s as can be remembered typed wrong passwords: "
				       "somebody guesses at many at once",
				       tables[i].name);
	return verdict(HEALTH_READY, "%u persons and %u addresses typed wrong passwords lately",
		       of->throttle.entries[THROTTLE_UNKNOWN],
		       of->throttle.entries[THROTTLE_ADDRESS]);
}

/* Told from the first warning on; a month before, somebody must have a new one signed. */
static Verdict check_agreements(const Health *health, const HealthOf *of)
{
	if (!of->agreement)
		return verdict(HEALTH_READY, "none ends in 90 days");
	return verdict(of->agreement_left <= AGREEMENT_DAYS ? HEALTH_DEGRADED : HEALTH_READY, "%s",
		       of->agreement);
}

static const struct {
	const char *name;
	enum { OF_PROCESS, OF_HUVUDMAN, ALWAYS } whose; /* ALWAYS: also of one not loaded */
	Verdict (*judge)(const Health *health, const HealthOf *of);
} table[] = {
	{"serving", OF_PROCESS, check_serving},
	{"store", OF_HUVUDMAN, check_store},
	{"reserve", OF_HUVUDMAN, check_reserve},
	{"directory", OF_HUVUDMAN, check_directory},
	{"generation", ALWAYS, check_generation},
	{"feeds", OF_HUVUDMAN, check_feeds},
	{"holds", OF_HUVUDMAN, check_holds},
	{"agreements", OF_HUVUDMAN, check_agreements},
	{"saml-certificate", OF_HUVUDMAN, check_saml_certificate},
	{"tls-certificate", OF_PROCESS, check_tls_certificate},
	{"queues", OF_HUVUDMAN, check_queues},
	{"throttle", OF_HUVUDMAN, check_throttle},
};

/* ---- the report ---- */

const char *health_status_name(HealthStatus status)
{
	static const char *const names[] = {
		[HEALTH_READY] = "ready",
		[HEALTH_DEGRADED] = "degraded",
		[HEALTH_NOT_READY] = "not-ready",
	};
	return names[status];
}

static void check_free(gpointer data)
{
	HealthCheck *check = data;
	g_free(check->says);
	g_free(check);
}

static void add_check(GPtrArray *checks, gsize row, const Health *health, const HealthOf *of)
{
	Verdict judged = table[row].judge(health, of);
	HealthCheck *check = g_new(HealthCheck, 1);
	*check = (HealthCheck){table[row].name, of ? of->name : NULL, judged.status, judged.says};
	g_ptr_array_add(checks, check);
}

GPtrArray *health_checks(const Health *health)
{
	GPtrArray *checks = g_ptr_array_new_with_free_func(check_free);
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		if (table[i].whose == OF_PROCESS)
			add_check(checks, i, health, NULL);
		for (unsigned j = 0; table[i].whose != OF_PROCESS && j < health->n; j++)
			if (table[i].whose == ALWAYS || health->of[j].generation)
				add_check(checks, i, health, &health->of[j]);
	}
	return checks;
}

HealthStatus health_status_of(const GPtrArray *checks, const char *huvudman)
{
	HealthStatus worst = HEALTH_READY;
	for (guint i = 0; i < checks->len; i++) {
		const HealthCheck *check = checks->pdata[i];
		if (!g_strcmp0(check->huvudman, huvudman))
			worst = MAX(worst, check->status);
	}
	return worst;
}

HealthStatus health_status(const GPtrArray *checks)
{
	HealthStatus worst = health_status_of(checks, NULL);
	HealthStatus best = HEALTH_NOT_READY;
	bool several = false;
	for (guint i = 0; i < checks->len; i++) {
		const HealthCheck *check = checks->pdata[i];
		if (!check->huvudman)
			continue;
		several = true;
		best = MIN(best, health_status_of(checks, check->huvudman));
		worst = MAX(worst, MIN(check->status, HEALTH_DEGRADED));
	}
	return several && best == HEALTH_NOT_READY ? HEALTH_NOT_READY : worst;
}

char *health_json(const GPtrArray *checks)
{
	GVariantBuilder list, whole;
	g_variant_builder_init(&list, G_VARIANT_TYPE("aa{ss}"));
	for (guint i = 0; i < checks->len; i++) {
		const HealthCheck *check = checks->pdata[i];
		const char *status = health_status_name(check->status);
		g_variant_builder_open(&list, G_VARIANT_TYPE("a{ss}"));
		g_variant_builder_add(&list, "{ss}", "check", check->name);
		if (check->huvudman)
			g_variant_builder_add(&list, "{ss}", "huvudman", check->huvudman);
		g_variant_builder_add(&list, "{ss}", "status", status);
		g_variant_builder_add(&list, "{ss}", "says", check->says);
		g_variant_builder_close(&list);
	}
	g_variant_builder_init(&whole, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&whole, "{sv}", "status",
			      g_variant_new_string(health_status_name(health_status(checks))));
	g_variant_builder_add(&whole, "{sv}", "checks", g_variant_builder_end(&list));
	return json_from_variant(g_variant_builder_end(&whole), true);
}
