/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/throttle.h"

#include <pthread.h>

#include "idp/limits.h"
#include "idp/seal.h"

#define START  G_GINT64_CONSTANT(5000000)
#define SECOND 1000
#define MINUTE (60 * SECOND)

static gint64 clock_ms;

/* ---- words ---- */

static const ThrottleWho guesser = {.person = "anna", .peer = 1};
static const ThrottleWho owner = {.person = "anna", .browser = "annas browser", .peer = 1};

static Throttle *fresh(void)
{
	clock_ms = START;
	return throttle_new();
}

/* A wrong try. -> how long it would have to wait; 0: it was admitted. */
static gint64 wrong(Throttle *throttle, ThrottleWho who)
{
	ThrottleTry try = {0};
	gint64 wait = throttle_admit(throttle, &who, clock_ms, &try);

	g_assert_true(try.counted == (wait == 0));
	g_assert_cmpint(wait, >=, 0);
	g_assert_cmpint(wait, <=, LIMIT_THROTTLE_HOLD_MS);
	return wait;
}

static gint64 right(Throttle *throttle, ThrottleWho who)
{
	ThrottleTry try = {0};
	gint64 wait = throttle_admit(throttle, &who, clock_ms, &try);

	if (wait == 0)
		throttle_right(throttle, &try);
	return wait;
}

static void use_up(Throttle *throttle, ThrottleWho who)
{
	for (int i = 0; i < LIMIT_THROTTLE_FREE; i++)
		g_assert_cmpint(wrong(throttle, who), ==, 0);
}

static unsigned entries(Throttle *throttle, ThrottleKind kind)
{
	ThrottleStats stats;

	throttle_stats(throttle, &stats);
	return stats.entries[kind];
}

/* ---- one bucket ---- */

static void holds_double_up_to_a_minute(void)
{
	static const gint64 holds[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
	const ThrottleWho *const both[] = {&guesser, &owner};

	for (gsize k = 0; k < G_N_ELEMENTS(both); k++) {
		g_autoptr(Throttle) throttle = fresh();

		use_up(throttle, *both[k]);
		for (gsize i = 0; i < G_N_ELEMENTS(holds); i++) {
			g_assert_cmpint(wrong(throttle, *both[k]), ==, 0);
			g_assert_cmpint(wrong(throttle, *both[k]), ==, holds[i] * SECOND);
			clock_ms += holds[i] * SECOND - 1;
			g_assert_cmpint(wrong(throttle, *both[k]), ==, 1);
			clock_ms += 1;
		}
	}
}

static void trying_during_a_hold_does_not_lengthen_it(void)
{
	g_autoptr(Throttle) throttle = fresh();

	use_up(throttle, guesser);
	for (int i = 0; i < 1000; i++)
		wrong(throttle, guesser);
	g_assert_cmpint(wrong(throttle, guesser), ==, SECOND);
	clock_ms += SECOND;
	g_assert_cmpint(right(throttle, guesser), ==, 0);
}

static void is_forgotten_in_time(void)
{
	g_autoptr(Throttle) throttle = fresh();

	use_up(throttle, guesser);
	wrong(throttle, guesser);
	clock_ms += LIMIT_THROTTLE_FORGET_MS - 1;
	g_test_message("a moment before, it is still known");
	g_assert_cmpint(wrong(throttle, guesser), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, 2 * SECOND);
	clock_ms += LIMIT_THROTTLE_FORGET_MS;
	use_up(throttle, guesser);
	g_assert_cmpint(wrong(throttle, guesser), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, SECOND);
}

static void a_right_password_costs_nothing(void)
{
	g_autoptr(Throttle) throttle = fresh();

	for (int i = 0; i < 5000; i++)
		g_assert_cmpint(right(throttle, guesser), ==, 0);
	g_assert_cmpuint(entries(throttle, THROTTLE_UNKNOWN), ==, 0);
	g_test_message("and forgives nothing where a guesser may be");
	use_up(throttle, guesser);
	g_assert_cmpint(right(throttle, guesser), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, SECOND);
}

static void no_answer_costs_nothing(void)
{
	g_autoptr(Throttle) throttle = fresh();
	ThrottleTry first = {0}, later = {0};

	use_up(throttle, guesser);
	g_assert_cmpint(throttle_admit(throttle, &guesser, clock_ms, &first), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, SECOND);
	throttle_give_back(throttle, &first);
	g_test_message("its hold is gone with it");
	g_assert_cmpint(throttle_admit(throttle, &guesser, clock_ms, &first), ==, 0);
	clock_ms += SECOND;
	g_assert_cmpint(throttle_admit(throttle, &guesser, clock_ms, &later), ==, 0);
	throttle_give_back(throttle, &first);
	g_test_message("but not the hold of a later try");
	g_assert_cmpint(wrong(throttle, guesser), ==, 2 * SECOND);
	g_test_message("given back twice is given back once");
	throttle_give_back(throttle, &first);
	g_assert_cmpint(wrong(throttle, guesser), ==, 2 * SECOND);
}

/* The directory asks again when a second server has to answer. */
static void one_password_is_one_try(void)
{
	g_autoptr(Throttle) throttle = fresh();
	ThrottleTry try = {0};

	for (int i = 0; i < 100; i++)
		g_assert_cmpint(throttle_admit(throttle, &guesser, clock_ms, &try), ==, 0);
	for (int i = 1; i < LIMIT_THROTTLE_FREE; i++)
		g_assert_cmpint(wrong(throttle, guesser), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, SECOND);
}

/* ---- who shares a bucket ---- */

static void who_shares_a_bucket(void)
{
	static const struct {
		const char *name;
		ThrottleWho a, b;
		bool shared;
	} cases[] = {
		{"other addresses",
		 {.person = "anna", .peer = 1},
		 {.person = "anna", .peer = 2},
		 true},
		{"another spelling of a user there is",
		 {.person = "anna", .login = "anna"},
		 {.person = "anna", .login = "Anna Ek"},
		 true},
		{"another person", {.person = "anna"}, {.person = "bo"}, false},
		{"the owner's browser",
		 {.person = "anna"},
		 {.person = "anna", .browser = "t"},
		 false},
		{"two browsers of the owner's",
		 {.person = "anna", .browser = "t"},
		 {.person = "anna", .browser = "u"},
		 false},
		{"one browser known to two",
		 {.person = "anna", .browser = "t"},
		 {.person = "bo", .browser = "t"},
		 false},
		{"a user there is not, and a person of that key",
		 {.login = "anna"},
		 {.person = "anna"},
		 false},
		{"capitals", {.login = "anna"}, {.login = "ANNA"}, true},
		{"capitals beyond ASCII", {.login = "åsa"}, {.login = "ÅSA"}, true},
		{"another form of the same", {.login = "å"}, {.login = "a\xcc\x8a"}, true},
		{"full width", {.login = "anna"}, {.login = "ａｎｎａ"}, true},
		{"blanks around", {.login = "anna"}, {.login = " \tanna\xc2\xa0 "}, true},
		{"blanks within", {.login = "anna ek"}, {.login = "anna   ek"}, true},
		{"no blank", {.login = "anna ek"}, {.login = "annaek"}, false},
		{"another letter", {.login = "åsa"}, {.login = "asa"}, false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Throttle) throttle = fresh();

		g_test_message("%s", cases[i].name);
		use_up(throttle, cases[i].a);
		g_assert_cmpint(wrong(throttle, cases[i].a), ==, 0);
		g_assert_cmpint(wrong(throttle, cases[i].b), ==, cases[i].shared ? SECOND : 0);
	}
}

static void a_classmate_never_delays_the_owner(void)
{
	g_autoptr(Throttle) throttle = fresh();
	unsigned admitted = 0;
	gint64 wait = 0;

	for (unsigned i = 0; i < 1000; i++) {
		ThrottleWho classmate = {.person = "anna", .peer = i % 3};
		admitted += wrong(throttle, classmate) == 0;
		g_assert_cmpint(right(throttle, owner), ==, 0);
		clock_ms += 100;
	}
	g_test_message("%u of 1,000 in 100 s were looked at", admitted);
	g_assert_cmpuint(admitted, <, 20);
	wait = wrong(throttle, guesser);
	g_assert_cmpint(wait, >, 0);
	clock_ms += wait;
	g_assert_cmpint(right(throttle, guesser), ==, 0);
	g_test_message("nor do the owner's own mistakes delay anybody elsewhere");
	clock_ms += LIMIT_THROTTLE_FORGET_MS;
	use_up(throttle, owner);
	wrong(throttle, owner);
	g_assert_cmpint(wrong(throttle, owner), >, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, 0);
}

static void the_owner_starts_anew_in_a_known_browser(void)
{
	g_autoptr(Throttle) throttle = fresh();

	for (int round = 0; round < 20; round++) {
		use_up(throttle, owner);
		g_assert_cmpint(right(throttle, owner), ==, 0);
	}
	g_assert_cmpuint(entries(throttle, THROTTLE_KNOWN), ==, 0);
}

/* ---- addresses ---- */

static ThrottleWho pupil(unsigned number, guint64 peer)
{
	static char names[8][32];
	static unsigned next;
	char *name = names[next++ % G_N_ELEMENTS(names)];

	g_snprintf(name, sizeof names[0], "pupil %u", number);
	return (ThrottleWho){.person = name, .peer = peer};
}

static void a_school_behind_one_address_logs_in(void)
{
	g_autoptr(Throttle) throttle = fresh();

	for (unsigned i = 0; i < 600; i++) {
		g_assert_cmpint(wrong(throttle, pupil(i, 7)), ==, 0);
		g_assert_cmpint(wrong(throttle, pupil(i, 7)), ==, 0);
		g_assert_cmpint(right(throttle, pupil(i, 7)), ==, 0);
		clock_ms += 5 * MINUTE / 600;
	}
}

static void a_spray_is_slowed_down(void)
{
	g_autoptr(Throttle) throttle = fresh();
	ThrottleWho known = pupil(3, 7);
	unsigned admitted = 0;

	for (unsigned i = 0; i < 20000; i++)
		admitted += wrong(throttle, pupil(i, 7)) == 0;
	g_assert_cmpuint(admitted, ==, LIMIT_THROTTLE_ADDRESS);
	g_assert_cmpint(wrong(throttle, pupil(1, 7)), ==, LIMIT_THROTTLE_ADDRESS_MS);
	g_test_message("another address is not concerned, nor is a known browser at this one");
	g_assert_cmpint(wrong(throttle, pupil(1, 8)), ==, 0);
	known.browser = "pupil 3's";
	g_assert_cmpint(wrong(throttle, known), ==, 0);
	g_test_message("one try comes back each second, and all in time");
	clock_ms += 10 * LIMIT_THROTTLE_ADDRESS_MS;
	for (unsigned i = 0; i < 10; i++)
		g_assert_cmpint(wrong(throttle, pupil(50000 + i, 7)), ==, 0);
	g_assert_cmpint(wrong(throttle, pupil(60000, 7)), >, 0);
	clock_ms += (gint64)LIMIT_THROTTLE_ADDRESS * LIMIT_THROTTLE_ADDRESS_MS;
	for (unsigned i = 0; i < LIMIT_THROTTLE_ADDRESS; i++)
		g_assert_cmpint(wrong(throttle, pupil(100000 + i, 7)), ==, 0);
	g_assert_cmpint(wrong(throttle, pupil(1, 7)), >, 0);
}

static void right_ones_are_not_a_spray(void)
{
	g_autoptr(Throttle) throttle = fresh();

	for (unsigned i = 0; i < 3 * LIMIT_THROTTLE_ADDRESS; i++)
		g_assert_cmpint(right(throttle, pupil(i, 7)), ==, 0);
	for (unsigned i = 0; i < LIMIT_THROTTLE_ADDRESS; i++)
		g_assert_cmpint(wrong(throttle, pupil(i, 7)), ==, 0);
}

/* ---- tables ---- */

static void the_tables_are_bounded(void)
{
	g_autoptr(Throttle) throttle = fresh();
	ThrottleStats stats;

	use_up(throttle, guesser);
	use_up(throttle, owner);
	for (unsigned i = 0; i < LIMIT_THROTTLE_UNKNOWN + 1000; i++) {
		wrong(throttle, pupil(i, i));
		if (i % 10000 == 0) /* one that is in use stays */
			wrong(throttle, (ThrottleWho){.person = "bo", .peer = 1});
	}
	throttle_stats(throttle, &stats);
	g_assert_cmpuint(stats.entries[THROTTLE_UNKNOWN], ==, LIMIT_THROTTLE_UNKNOWN);
	g_assert_cmpuint(stats.entries[THROTTLE_ADDRESS], ==, LIMIT_THROTTLE_ADDRESSES);
	g_assert_cmpuint(stats.evicted[THROTTLE_UNKNOWN], ==, 1002);
	g_test_message("what was used least is forgotten, what is used is not");
	g_assert_cmpint(wrong(throttle, guesser), ==, 0);
	g_assert_cmpint(wrong(throttle, guesser), ==, 0);
	for (int i = 0; i < 3; i++)
		wrong(throttle, (ThrottleWho){.person = "bo", .peer = 1});
	g_assert_cmpint(wrong(throttle, (ThrottleWho){.person = "bo", .peer = 1}), ==, 0);
	g_assert_cmpint(wrong(throttle, (ThrottleWho){.person = "bo", .peer = 1}), >, 0);
	g_test_message("and a known browser's not at all");
	g_assert_cmpint(wrong(throttle, owner), ==, 0);
	g_assert_cmpint(wrong(throttle, owner), ==, SECOND);
}

static void what_is_over_makes_room(void)
{
	g_autoptr(Throttle) throttle = fresh();
	ThrottleStats stats;

	for (unsigned i = 0; i < 1000; i++)
		wrong(throttle, pupil(i, i));
	clock_ms += LIMIT_THROTTLE_FORGET_MS;
	for (unsigned i = 0; i < 1000; i++)
		wrong(throttle, pupil(5000 + i, i));
	throttle_stats(throttle, &stats);
	g_assert_cmpuint(stats.entries[THROTTLE_UNKNOWN], ==, 1000);
	g_assert_cmpuint(stats.evicted[THROTTLE_UNKNOWN], ==, 0);
}

static void counts(void)
{
	g_autoptr(Throttle) throttle = fresh();
	ThrottleStats stats;

	for (int i = 0; i < 20; i++) {
		wrong(throttle, guesser);
		wrong(throttle, owner);
		wrong(throttle, owner);
	}
	for (unsigned i = 0; i < LIMIT_THROTTLE_ADDRESS; i++)
		wrong(throttle, pupil(i, 1));
	throttle_stats(throttle, &stats);
	g_assert_cmpuint(stats.admitted, ==, 22 + LIMIT_THROTTLE_ADDRESS - 11);
	g_assert_cmpuint(stats.held[THROTTLE_UNKNOWN], ==, 9);
	g_assert_cmpuint(stats.held[THROTTLE_KNOWN], ==, 29);
	g_assert_cmpuint(stats.held[THROTTLE_ADDRESS], ==, 11);
	g_assert_cmpuint(stats.entries[THROTTLE_KNOWN], ==, 1);
	g_assert_cmpuint(stats.entries[THROTTLE_ADDRESS], ==, 1);
}

static void waits_are_told_in_fives(void)
{
	static const struct {
		gint64 wait;
		unsigned want;
	} cases[] = {{0, 0}, {1, 5}, {5000, 5}, {5001, 10}, {59999, 60}, {60000, 60}};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpuint(throttle_seconds(cases[i].wait), ==, cases[i].want);
}

/* ---- many at once ---- */

typedef struct {
	Throttle *throttle;
	unsigned admitted;
} Crowd;

/* All ask before any has heard whether the password was right. */
static void *crowd_runs(void *data)
{
	Crowd *crowd = data;
	ThrottleTry tries[50] = {0};

	for (gsize i = 0; i < G_N_ELEMENTS(tries); i++)
		crowd->admitted += throttle_admit(crowd->throttle, &guesser, START, &tries[i]) == 0;
	for (unsigned i = 0; i < 500; i++) {
		ThrottleTry try = {0};
		ThrottleWho who = {
			.person = i % 2 ? "bo" : "eva", .browser = i % 3 ? NULL : "t", .peer = i};
		if (throttle_admit(crowd->throttle, &who, START + i, &try) == 0)
			throttle_right(crowd->throttle, &try);
	}
	return NULL;
}

static void a_hundred_at_once_get_no_further(void)
{
	g_autoptr(Throttle) throttle = fresh();
	Crowd crowds[8] = {0};
	pthread_t threads[G_N_ELEMENTS(crowds)];
	unsigned admitted = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(crowds); i++) {
		crowds[i].throttle = throttle;
		g_assert_cmpint(pthread_create(&threads[i], NULL, crowd_runs, &crowds[i]), ==, 0);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(crowds); i++) {
		pthread_join(threads[i], NULL);
		admitted += crowds[i].admitted;
	}
	g_assert_cmpuint(admitted, ==, LIMIT_THROTTLE_FREE + 1);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{"/throttle/holds-double-up-to-a-minute", holds_double_up_to_a_minute},
		{"/throttle/trying-during-a-hold-does-not-lengthen-it",
		 trying_during_a_hold_does_not_lengthen_it},
		{"/throttle/is-forgotten-in-time", is_forgotten_in_time},
		{"/throttle/a-right-password-costs-nothing", a_right_password_costs_nothing},
		{"/throttle/no-answer-costs-nothing", no_answer_costs_nothing},
		{"/throttle/one-password-is-one-try", one_password_is_one_try},
		{"/throttle/who-shares-a-bucket", who_shares_a_bucket},
		{"/throttle/a-classmate-never-delays-the-owner",
		 a_classmate_never_delays_the_owner},
		{"/throttle/the-owner-starts-anew-in-a-known-browser",
		 the_owner_starts_anew_in_a_known_browser},
		{"/throttle/a-school-behind-one-address-logs-in",
		 a_school_behind_one_address_logs_in},
		{"/throttle/a-spray-is-slowed-down", a_spray_is_slowed_down},
		{"/throttle/right-ones-are-not-a-spray", right_ones_are_not_a_spray},
		{"/throttle/the-tables-are-bounded", the_tables_are_bounded},
		{"/throttle/what-is-over-makes-room", what_is_over_makes_room},
		{"/throttle/counts", counts},
		{"/throttle/waits-are-told-in-fives", waits_are_told_in_fives},
		{"/throttle/a-hundred-at-once-get-no-further", a_hundred_at_once_get_no_further},
	};

	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
