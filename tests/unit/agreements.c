/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What time does to a policy: the days on which it changes by itself, and what is told before. */
#include "idp/agreements.h"

#include "policy/register.h"
#include <string.h>

#define BECAUSE "silent; because \"x\"; because en \"x\""

static Policy *load(const char *rules)
{
	static const char *const scopes[] = {"skola.example", NULL};
	const PolicyContext context = {.scopes = scopes, .today = 20261126};
	g_autofree char *text = g_strconcat("policy 1\n", rules, "\n", NULL);
	const PolicySource source = {.name = "a.policy", .bytes = text, .length = strlen(text)};
	g_autoptr(GError) error = NULL;
	Policy *policy = policy_load(&source, 1, &context, &error);

	g_assert_no_error(error);
	return policy;
}

/* Told 90, 30, 7 and 1 days before. */
static void test_thresholds(void)
{
	static const struct {
		unsigned today, left, threshold;
		const char *en, *sv;
	} cases[] = {
		{20270331, 0, 0, NULL, NULL}, /* 91 days */
		{20270401, 90, 90, "agreement \"PUB 1\" ends 2027-06-30, in 90 days",
		 "avtal \"PUB 1\" slutar 2027-06-30, om 90 dagar"},
		{20270530, 31, 90, NULL, NULL},
		{20270531, 30, 30, NULL, NULL},
		{20270623, 7, 7, NULL, NULL},
		{20270628, 2, 7, NULL, NULL},
		{20270629, 1, 1, "agreement \"PUB 1\" ends 2027-06-30, tomorrow",
		 "avtal \"PUB 1\" slutar 2027-06-30, i morgon"},
		{20270630, 0, 1, "agreement \"PUB 1\" ends 2027-06-30, today",
		 "avtal \"PUB 1\" slutar 2027-06-30, i dag"},
		{20270701, 0, 0, NULL, NULL},
	};
	g_autoptr(Policy) policy =
		load("release \"X\" { to service \"https://x\"; for student; give mail; " BECAUSE
		     "; agreement \"PUB 1\" until 2027-06-30 }");

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) ends = agreements_ending(policy, cases[i].today);

		g_test_message("%u", cases[i].today);
		g_assert_cmpuint(ends->len, ==, cases[i].threshold ? 1 : 0);
		if (!ends->len)
			continue;
		const AgreementEnd *end = ends->pdata[0];
		g_autofree char *en = agreement_end_sentence(end, "en");
		g_autofree char *sv = agreement_end_sentence(end, "sv");

		g_assert_cmpuint(end->left, ==, cases[i].left);
		g_assert_cmpuint(end->threshold, ==, cases[i].threshold);
		g_assert_cmpuint(end->day, ==, 20270701);
		if (cases[i].en)
			g_assert_cmpstr(en, ==, cases[i].en);
		if (cases[i].sv)
			g_assert_cmpstr(sv, ==, cases[i].sv);
	}
}

static void test_counted(void)
{
	AgreementEnd end = {.last = 20270630, .left = 26, .counted = true};
	char names[] = "\"PUB 1\"", losers[] = "NE: 1204, ILT: 3";

	end.names = names;
	g_autofree char *none = agreement_end_sentence(&end, "sv");
	g_assert_cmpstr(none, ==,
			"avtal \"PUB 1\" slutar 2027-06-30, om 26 dagar; ingen i katalogen "
			"förlorar något då");
	end.losers = losers;
	g_autofree char *sv = agreement_end_sentence(&end, "sv");
	g_autofree char *en = agreement_end_sentence(&end, "en");
	g_assert_cmpstr(sv, ==,
			"avtal \"PUB 1\" slutar 2027-06-30, om 26 dagar; personer som då förlorar "
			"något: NE: 1204, ILT: 3");
	g_assert_cmpstr(en, ==,
			"agreement \"PUB 1\" ends 2027-06-30, in 26 days; persons who then lose "
			"something: NE: 1204, ILT: 3");
}

/* Those that end on one day are told together, each once. */
static void test_together(void)
{
	g_autoptr(Policy) policy =
		load("release \"A\" { to service \"https://a\"; for student; give mail; " BECAUSE
		     "; agreement \"PUB 1\" until 2026-12-24 }\n"
		     "release \"B\" { to service \"https://b\"; for student; give mail; " BECAUSE
		     "; agreement \"PUB 1\" until 2026-12-24 }\n"
		     "release \"C\" { to service \"https://c\"; for student; give mail; " BECAUSE
		     "; agreement \"PUB 2\" until 2026-12-24 }\n"
		     "release \"D\" { to service \"https://d\"; for student; give mail; " BECAUSE
		     "; agreement \"PUB 3\" until 2026-12-01 }\n"
		     "release \"E\" { to service \"https://e\"; for student; give mail; " BECAUSE
		     "; agreement \"PUB 4\" }\n"
		     "release \"F\" { to service \"https://f\"; for student; give mail; " BECAUSE
		     "; agreement \"PUB 5\" until 2028-12-24 }");
	g_autoptr(GPtrArray) ends = agreements_ending(policy, 20261126);

	g_assert_cmpuint(ends->len, ==, 2);
	g_assert_cmpstr(((AgreementEnd *)ends->pdata[0])->names, ==, "\"PUB 3\"");
	g_assert_cmpstr(((AgreementEnd *)ends->pdata[1])->names, ==, "\"PUB 1\", \"PUB 2\"");
	g_assert_cmpuint(((AgreementEnd *)ends->pdata[1])->rule.line, ==, 2);
}

/* What begins and ends by itself, with the first day on which it is so. */
static void test_turns(void)
{
	g_autoptr(Policy) policy =
		load("release \"A\" { to service \"https://a\"; for student; give mail; " BECAUSE
		     "; from 2027-01-11; until 2027-02-28; agreement \"P\" until 2028-02-28 }");
	static const struct {
		unsigned day, last;
		bool ends;
		const char *agreement;
	} want[] = {{20270111, 0, false, NULL},
		    {20270301, 20270228, true, NULL},
		    {20280229, 20280228, true, "P"}};
	g_autoptr(GArray) turns = policy_turns(policy);

	g_assert_cmpuint(turns->len, ==, G_N_ELEMENTS(want));
	for (guint i = 0; i < turns->len; i++) {
		const PolicyTurn *turn = &g_array_index(turns, PolicyTurn, i);

		g_assert_cmpuint(turn->day, ==, want[i].day);
		g_assert_cmpuint(turn->last, ==, want[i].last);
		g_assert_true(turn->ends == want[i].ends);
		g_assert_cmpstr(turn->agreement, ==, want[i].agreement);
		g_assert_cmpstr(turn->rule.title, ==, "A");
	}
}

/* An agreement's last day ends at midnight in Stockholm: in winter 23:00 UTC, in summer 22:00, and
 * on the days on which the clock is changed at the time that holds in the evening. */
static void test_midnight(void)
{
	static const struct {
		const char *until, *last_second; /* UTC */
	} cases[] = {
		{"2027-01-31", "2027-01-31T22:59:59Z"}, /* winter */
		{"2027-06-30", "2027-06-30T21:59:59Z"}, /* summer */
		{"2027-03-27", "2027-03-27T22:59:59Z"}, /* the day before summer time */
		{"2027-03-28", "2027-03-28T21:59:59Z"}, /* its first day: 23 hours */
		{"2027-10-30", "2027-10-30T21:59:59Z"},
		{"2027-10-31", "2027-10-31T22:59:59Z"}, /* its last day: 25 hours */
		{"2028-02-29", "2028-02-29T22:59:59Z"},
		{"2027-12-31", "2027-12-31T22:59:59Z"},
	};
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Stockholm");

	g_assert_nonnull(zone);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *rules = g_strdup_printf(
			"release \"X\" { to service \"https://x\"; for student; give login; " BECAUSE
			"; agreement \"PUB 1\" until %s }",
			cases[i].until);
		g_autoptr(Policy) policy = load(rules);
		g_autoptr(Service) service = service_new(PROTOCOL_SAML, "https://x");
		g_autoptr(Person) person = person_new("key");
		g_autoptr(GDateTime) last =
			g_date_time_new_from_iso8601(cases[i].last_second, NULL);
		gint64 then = g_date_time_to_unix(last);

		person->role = ROLE_STUDENT;
		for (int after = 0; after < 2; after++) {
			const Circumstances circumstances = {
				.today = generation_today(zone, then + after)};
			g_autoptr(Decision) decision =
				policy_decide(policy, person, service, &circumstances);

			g_test_message("%s + %d", cases[i].last_second, after);
			g_assert_cmpint(decision->outcome, ==,
					after ? OUTCOME_REFUSED : OUTCOME_ANSWERED);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/agreements/thresholds", test_thresholds);
	g_test_add_func("/agreements/counted", test_counted);
	g_test_add_func("/agreements/together", test_together);
	g_test_add_func("/agreements/turns", test_turns);
	g_test_add_func("/agreements/midnight", test_midnight);
	return g_test_run();
}
