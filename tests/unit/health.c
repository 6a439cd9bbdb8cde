/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is made of what was gathered: ready, degraded, not ready. */
#include "tests/unit/health-fixture.h"

#include <string.h>

#include "idp/limits.h"

static Tally tally;

typedef struct {
	const char *name;
	void (*spoil)(Health *health);
	const char *check; /* the only one that is not ready */
	HealthStatus status;
	const char *says; /* a part of it */
} Case;

static void draining(Health *health)
{
	health->draining = true;
	health->visits = 7;
}

static void writer_full(Health *health)
{
	health->of->writer.queued = 1024;
	health->writer_queue = 1024;
}

static void store_failed(Health *health)
{
	health->of->store_failed = health->now - 29;
}

static void store_failed_before(Health *health)
{
	health->of->store_failed = health->now - 30;
}

static void one_address_down(Health *health)
{
	health->of->directory.servers[1].lost = true;
}

static void directory_down(Health *health)
{
	health->of->directory.servers[0].lost = health->of->directory.servers[1].lost = true;
}

static void guessing(Health *health)
{
	health->of->throttle.entries[THROTTLE_UNKNOWN] = LIMIT_THROTTLE_UNKNOWN;
}

static void reload_failed(Health *health)
{
	health->of->error = g_strdup("school.policy:3:13: no attribute is called 'x\"'");
}

static void saml_29_days(Health *health)
{
	health->of->saml_certificate_ends = health->now + 29 * FIXTURE_DAY;
}

static void saml_3_days(Health *health)
{
	health->of->saml_certificate_ends = health->now + 3 * FIXTURE_DAY;
}

static void saml_ended(Health *health)
{
	health->of->saml_certificate_ends = health->now - 5 * FIXTURE_DAY;
}

static void tls_5_hours(Health *health)
{
	health->tls_certificate_ends = health->now + 5 * 3600;
}

static void workers_behind(Health *health)
{
	health->workers.waiting = 820;
}

static void directory_behind(Health *health)
{
	health->of->directory_lane.waiting = 1024;
}

static void reserve_low(Health *health)
{
	health->of->writer.reserve = (WriterReserve){20, 100, RESERVE_LOW};
}

static void reserve_last(Health *health)
{
	health->of->writer.reserve = (WriterReserve){5, 100, RESERVE_LAST};
}

static void set_feed(Health *health, gint64 left, bool is_old)
{
	FeedStatus good = {"skolfederation", health->now + 30 * FIXTURE_DAY, 900, false};
	FeedStatus feed = {"fidus", health->now + left, 7, is_old};
	health->of->feeds = g_array_new(FALSE, FALSE, sizeof(FeedStatus));
	g_array_append_val(health->of->feeds, good);
	g_array_append_val(health->of->feeds, feed);
}

static void feed_ended(Health *health)
{
	set_feed(health, -7200, false);
}

static void feed_ends(Health *health)
{
	set_feed(health, FEED_WARN_BEFORE - 1, false);
}

static void feed_old(Health *health)
{
	set_feed(health, 9 * FIXTURE_DAY, true);
}

static void writer_behind(Health *health)
{
	health->of->writer.queued = 900;
}

static const Case cases[] = {
	{"told to stop", draining, "serving", HEALTH_NOT_READY, "7 requests"},
	{"the store cannot be written", store_failed, "store", HEALTH_NOT_READY, "29 s ago"},
	{"could not be", store_failed_before, "store", HEALTH_DEGRADED, "30 s ago"},
	{"one address is down", one_address_down, "directory", HEALTH_DEGRADED,
	 "ldaps://b does not answer; 1 of 2"},
	{"the directory is down", directory_down, "directory", HEALTH_DEGRADED, "for 300 s"},
	{"somebody guesses", guessing, "throttle", HEALTH_DEGRADED, "as many persons as"},
	{"a failed reload", reload_failed, "generation", HEALTH_DEGRADED, "school.policy:3:13"},
	{"SAML certificate ends this month", saml_29_days, "saml-certificate", HEALTH_DEGRADED,
	 "ends in 29 days:"},
	{"and this week", saml_3_days, "saml-certificate", HEALTH_DEGRADED,
	 "3 days, within a week"},
	{"and has ended", saml_ended, "saml-certificate", HEALTH_DEGRADED, "ended 5 days ago"},
	{"TLS certificate ends today", tls_5_hours, "tls-certificate", HEALTH_DEGRADED, "5 hours"},
	{"workers behind", workers_behind, "queues", HEALTH_DEGRADED, "worker queue holds 820"},
	{"directory behind", directory_behind, "queues", HEALTH_DEGRADED, "directory queue"},
	{"the disk is full", reserve_low, "reserve", HEALTH_DEGRADED, "20 % of its reserve"},
	{"and soon in earnest", reserve_last, "reserve", HEALTH_DEGRADED, "5 % of its reserve"},
	{"a feed has ended", feed_ended, "feeds", HEALTH_DEGRADED, "fidus ended 2 hours ago"},
	{"a feed ends", feed_ends, "feeds", HEALTH_DEGRADED, "fidus ends in 2 days"},
	{"a feed is old", feed_old, "feeds", HEALTH_DEGRADED, "the new fidus cannot be used"},
	{"writer behind", writer_behind, "queues", HEALTH_DEGRADED, "writer queue holds 900"},
};

static void test_cases(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Health) health = health_fixture(&tally);
		unsigned found = 0;
		cases[i].spoil(&health);
		g_autoptr(GPtrArray) checks = health_checks(&health);
		g_assert_cmpint((int)health_status(checks), ==, (int)cases[i].status);
		for (guint j = 0; j < checks->len; j++) {
			const HealthCheck *check = checks->pdata[j];
			if (check->status == HEALTH_READY)
				continue;
			g_assert_cmpstr(check->name, ==, cases[i].check);
			g_assert_cmpint((int)check->status, ==, (int)cases[i].status);
			if (!strstr(check->says, cases[i].says))
				g_error("%s: wanted “%s” in “%s”", cases[i].name, cases[i].says,
					check->says);
			found++;
		}
		g_assert_cmpuint(found, ==, 1);
	}
}

/* Somebody is to look at what is held, but nothing is wrong. */
static void test_holds(void)
{
	g_auto(Health) health = health_fixture(&tally);
	health.of->held = (HoldsCount){2, 3, 1};
	g_autoptr(GPtrArray) checks = health_checks(&health);
	unsigned found = 0;
	for (guint i = 0; i < checks->len; i++) {
		const HealthCheck *check = checks->pdata[i];
		if (strcmp(check->name, "holds") != 0)
			continue;
		g_assert_cmpint((int)check->status, ==, HEALTH_READY);
		g_assert_cmpstr(check->says, ==,
				"3 attributes and 1 category of 2 services are held");
		found++;
	}
	g_assert_cmpuint(found, ==, 1);
}

static void test_writer_full(void)
{
	g_auto(Health) health = health_fixture(&tally);
	writer_full(&health);
	g_autoptr(GPtrArray) checks = health_checks(&health);
	g_assert_cmpint((int)health_status(checks), ==, (int)HEALTH_NOT_READY);
}

static void test_well(void)
{
	g_auto(Health) health = health_fixture(&tally);
	health.tls_certificate_ends = 0; /* behind a proxy */
	g_autoptr(GPtrArray) checks = health_checks(&health);
	g_assert_cmpint((int)health_status(checks), ==, (int)HEALTH_READY);
	for (guint i = 0; i < checks->len; i++) {
		const HealthCheck *check = checks->pdata[i];
		g_assert_true(check->status == HEALTH_READY && *check->says);
	}
}

/* One huvudman of several who is not served leaves the node where it is; all of them do not. */
static void test_several(void)
{
	static const struct {
		bool norra, sodra; /* could not be loaded */
		HealthStatus node, of_norra, of_sodra;
	} nodes[] = {
		{false, false, HEALTH_READY, HEALTH_READY, HEALTH_READY},
		{true, false, HEALTH_DEGRADED, HEALTH_NOT_READY, HEALTH_READY},
		{false, true, HEALTH_DEGRADED, HEALTH_READY, HEALTH_NOT_READY},
		{true, true, HEALTH_NOT_READY, HEALTH_NOT_READY, HEALTH_NOT_READY},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(nodes); i++) {
		g_auto(Health) health = health_fixture_of_two(&tally);
		const bool broken[] = {nodes[i].norra, nodes[i].sodra};
		for (unsigned j = 0; j < 2; j++)
			if (broken[j]) {
				health.of[j].generation = NULL;
				health.of[j].error = g_strdup("x.policy:1:1: no");
			}
		g_autoptr(GPtrArray) checks = health_checks(&health);
		g_assert_cmpint((int)health_status(checks), ==, (int)nodes[i].node);
		g_assert_cmpint((int)health_status_of(checks, "norra"), ==, (int)nodes[i].of_norra);
		g_assert_cmpint((int)health_status_of(checks, "sodra"), ==, (int)nodes[i].of_sodra);
		g_assert_cmpint((int)health_status_of(checks, NULL), ==, (int)HEALTH_READY);
		g_autofree char *json = health_json(checks);
		g_assert_nonnull(strstr(json, "\"huvudman\": \"norra\""));
		g_assert_cmpint(strstr(json, "nobody is served: x.policy:1:1: no") != NULL, ==,
				nodes[i].norra || nodes[i].sodra);
		/* of one that was not loaded there is nothing else to tell */
		g_assert_cmpuint(checks->len, ==,
				 2 + (nodes[i].norra ? 1u : 10u) + (nodes[i].sodra ? 1u : 10u));
	}
}

/* The process's own part counts whole. */
static void test_several_draining(void)
{
	g_auto(Health) health = health_fixture_of_two(&tally);
	draining(&health);
	g_autoptr(GPtrArray) checks = health_checks(&health);
	g_assert_cmpint((int)health_status(checks), ==, (int)HEALTH_NOT_READY);
}

static void test_json(void)
{
	g_auto(Health) health = health_fixture(&tally);
	reload_failed(&health);
	g_autoptr(GPtrArray) checks = health_checks(&health);
	g_autofree char *json = health_json(checks);
	g_assert_nonnull(strstr(json, "\"status\": \"degraded\""));
	g_assert_nonnull(strstr(json, "\"check\": \"generation\""));
	g_assert_nonnull(strstr(json, "called 'x\\\"'"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/health/well", test_well);
	g_test_add_func("/health/cases", test_cases);
	g_test_add_func("/health/holds", test_holds);
	g_test_add_func("/health/writer-full", test_writer_full);
	g_test_add_func("/health/json", test_json);
	g_test_add_func("/health/several", test_several);
	g_test_add_func("/health/several-draining", test_several_draining);
	return g_test_run();
}
