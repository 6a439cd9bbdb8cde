/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What people are told and asked: when a page is due, what an answer counts for, and how it is
 * taken back. */
#include "tests/unit/consent-world.h"

#include <string.h>

/* ---- when a page is due ---- */

static void test_inform(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE GIVES("A", "mail", "inform") GIVES("B", "sn", "inform")};
	const Case silent = {.policy = SERVICE GIVES("A", "mail", "silent")};
	const Case other = {.policy = of.policy, .identity = "bo"};
	const Case staff = {.policy = of.policy, .person = "staff mail=a@skola.example sn=C"};
	const Case outside = {.policy = SERVICE "release \"A\" { to service Bok; for staff; give "
						"mail; because \"A\" }"};

	assert_due(world, &silent, "given mail");
	assert_due(world, &outside, "refused-no-rule");
	assert_due(world, &of, "told mail,sn");
	assert_said(world, &of, NULL, "given sn,mail");
	g_test_message("once");
	assert_due(world, &of, "given sn,mail");
	g_test_message("but each person, in each role");
	assert_due(world, &other, "told mail,sn");
	assert_due(world, &staff, "told mail,sn");
	assert_said(world, &staff, "yes", "given sn,mail");
	assert_due(world, &staff, "given sn,mail");
	g_test_message("what was told before something else is told again");
	const Case more = {.policy = SERVICE GIVES("A", "mail, displayName", "inform")};
	assert_said(world, &more, NULL, "given displayName,mail");
	assert_due(world, &of, "told mail,sn");
}

static void test_ask(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE GIVES("A", "pairwise-id", "silent")
				 GIVES("B", "mail", "ask") GIVES("C", "sn, mail", "ask")};
	const Case alone = {.policy = SERVICE GIVES("A", "mail", "ask")
				    GIVES("B", "pairwise-id", "inform")};

	assert_due(world, &of, "asked mail anyway");
	assert_said(world, &of, "no", "asked mail,sn anyway");
	assert_said(world, &of, "yes", "given pairwise-id,sn,mail");
	assert_due(world, &of, "given pairwise-id,sn,mail");
	g_test_message("what is told and what is asked are on one page");
	assert_due(world, &alone, "told pairwise-id asked mail anyway");
	assert_said(world, &alone, "no", "given pairwise-id");
	assert_due(world, &alone, "given pairwise-id");
}

static void test_nothing_remains(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE GIVES("A", "mail", "ask")};
	const Case login_alone = {.policy = SERVICE GIVES("A", "login", "ask"), .identity = "bo"};
	const Case stopped = {
		.policy = SERVICE GIVES("A", "mail", "ask") GIVES(
			"B", "sn",
			"inform") "never \"S\" { to service Bok; give anything; because \"S\" }"};

	assert_due(world, &of, "asked mail");
	assert_said(world, &of, "no", "refused-declined");
	assert_due(world, &of, "refused-declined");
	g_test_message("being let in may be all there is to say yes to");
	assert_due(world, &login_alone, "asked");
	assert_said(world, &login_alone, "yes", "given");
	assert_due(world, &login_alone, "given");
	g_test_message("nobody is asked in vain");
	assert_due(world, &stopped, "refused-stopped");
}

/* A yes to less does not come back when what is asked is less again, and a no to more was said. */
static void test_no_yes_comes_back(void)
{
	g_autoptr(World) world = world_new();
	const Case less = {.policy = SERVICE GIVES("A", "pairwise-id", "silent")
				   GIVES("B", "mail", "ask")};
	const Case more = {.policy = SERVICE GIVES("A", "pairwise-id", "silent")
				   GIVES("B", "mail, sn", "ask")};
	const Case two = {.policy = SERVICE GIVES("A", "pairwise-id", "silent")
				  GIVES("B", "mail", "ask") GIVES("C", "sn", "ask")};
	const Case elsewhere = {.policy = "release \"B\" { to any; for everyone; give mail; ask; "
					  "because \"B\" }",
				.service = "https://x.example" ASKS};

	assert_said(world, &elsewhere, "yes", "given mail");
	assert_said(world, &less, "yes", "given pairwise-id,mail");
	assert_said(world, &more, "no", "given pairwise-id");
	assert_due(world, &less, "asked mail anyway");
	g_test_message("but an answer to another question, or elsewhere, changes nothing");
	assert_said(world, &less, "yes", "given pairwise-id,mail");
	assert_said(world, &two, "no", "given pairwise-id,mail");
	assert_due(world, &less, "given pairwise-id,mail");
	assert_due(world, &elsewhere, "given mail");
}

static void test_two_that_ask_the_same(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {
		.policy = SERVICE
		"release \"A\" { to service Bok; for student; give mail; ask; because \"x\" }; "
		"release \"B\" { to service Bok; for student; give mail; ask; because \"x\" }"};

	assert_said(world, &of, "yes", "given mail");
	assert_due(world, &of, "given mail");
}

static void test_too_young(void)
{
	g_autoptr(World) world = world_new();
	const char *both = SERVICE GIVES("A", "pairwise-id", "inform") GIVES("B", "mail", "ask");
	const char *asks = SERVICE GIVES("B", "mail", "ask");
	const struct {
		const char *name, *policy, *want;
		bool young, says_why;
	} cases[] = {
		{"old enough", both, "told pairwise-id asked mail anyway", false, false},
		{"too young", both, "told pairwise-id", true, true},
		{"too young, and nothing else", asks, "refused-too-young", true, false},
		{"nothing asks", SERVICE GIVES("A", "mail", "silent"), "given mail", true, false},
		{"no rule", SERVICE, "refused-no-rule", true, false},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Case of = {.policy = cases[i].policy, .too_young = cases[i].young};
		g_test_message("%s", cases[i].name);
		assert_due(world, &of, cases[i].want);
		g_autoptr(Login) one = login(world, &of);
		g_assert_true(one->consent->too_young == cases[i].says_why);
	}
	g_test_message("a yes that was said before does not count");
	const Case old = {.policy = asks}, young = {.policy = asks, .too_young = true};
	assert_said(world, &old, "yes", "given mail");
	assert_due(world, &young, "refused-too-young");
}

static void test_age(void)
{
	static const struct {
		Role role;
		unsigned born, today;
		bool want;
	} cases[] = {
		{ROLE_STUDENT, 20131106, 20261105, true},
		{ROLE_STUDENT, 20131105, 20261105, false},
		{ROLE_STUDENT, 20131104, 20261105, false},
		{ROLE_STUDENT, 20131231, 20261231, false},
		{ROLE_STUDENT, 20140101, 20261231, true},
		{ROLE_STUDENT, 20120229, 20250228, true},
		{ROLE_STUDENT, 20120229, 20250301, false},
		{ROLE_STUDENT, 0, 20261105, true},
		{ROLE_STUDENT, 20270101, 20261105, true},
		{ROLE_STUDENT, 19000101, 20261105, false},
		{ROLE_STAFF, 0, 20261105, false},
		{ROLE_GUARDIAN, 0, 20261105, false},
		{ROLE_STAFF, 20200101, 20261105, false},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Person person = {.role = cases[i].role, .born = cases[i].born};
		g_test_message("%u at %u", cases[i].born, cases[i].today);
		g_assert_true(consent_is_too_young(&person, 13, cases[i].today) == cases[i].want);
	}
	const Person pupil = {.role = ROLE_STUDENT, .born = 20101105};
	g_assert_false(consent_is_too_young(&pupil, 16, FIXTURE_TODAY));
	g_assert_true(consent_is_too_young(&pupil, 17, FIXTURE_TODAY));
}

/* Who is protected and let in by no release of theirs meets what those outside every rule meet; one
 * of theirs, which two have approved, tells and asks them as anybody. */
static void test_protected(void)
{
	g_autoptr(World) world = world_new();
	const char *for_all = SERVICE GIVES("A", "pairwise-id", "inform") GIVES("B", "mail", "ask");
	const char *theirs =
		SERVICE "release \"P [2]\" { to service Bok; for protected student; give "
			"pairwise-id; approved by two; because \"P\" }; "
			"release \"Q [2]\" { to service Bok; for protected student; give "
			"mail; ask; approved by two; because \"Q\" }";
	const char *asks =
		SERVICE "release \"Q [2]\" { to service Bok; for protected student; give "
			"mail; ask; approved by two; because \"Q\" }";
	const Case outside = {.policy = for_all, .person = "protected " PUPIL};
	const Case inside = {.policy = theirs, .person = "protected " PUPIL};
	const Case asked = {.policy = asks, .person = "protected " PUPIL, .identity = "bo"};

	g_autoptr(Login) one = login(world, &outside);
	g_assert_cmpuint(one->consent->matters->len, ==, 0);
	assert_due(world, &outside, "refused-no-rule");
	assert_due(world, &inside, "told pairwise-id asked mail anyway");
	assert_said(world, &inside, "no", "given pairwise-id");
	assert_due(world, &asked, "asked mail");
	g_test_message("what they declined is not told of");
	assert_said(world, &asked, "no", "refused-no-rule");
}

/* ---- what an answer counts for ---- */

static void test_another_page(void)
{
	const char *was = SERVICE GIVES("A", "pairwise-id", "inform") GIVES("B", "mail", "ask");
	const struct {
		const char *name, *policy, *answer;
		bool heard;
	} cases[] = {
		{"as shown", was, "yes", true},
		{"a no", was, "no", true},
		{"no answer", was, NULL, false},
		{"an empty answer", was, "", false},
		{"another word", was, "YES", false},
		{"more is asked",
		 SERVICE GIVES("A", "pairwise-id", "inform") GIVES("B", "mail, sn", "ask"), "yes",
		 false},
		{"less is asked",
		 SERVICE GIVES("A", "pairwise-id", "inform") GIVES("B", "sn", "ask"), "yes", false},
		{"for another purpose",
		 SERVICE GIVES("A", "pairwise-id", "inform") GIVES("C", "mail", "ask"), "yes",
		 false},
		{"more is told",
		 SERVICE GIVES("A", "pairwise-id, sn", "inform") GIVES("B", "mail", "ask"), "yes",
		 false},
		{"nothing is told any more", SERVICE GIVES("B", "mail", "ask"), "yes", false},
		{"nothing is asked any more", SERVICE GIVES("A", "pairwise-id", "inform"), "yes",
		 false},
		{"what was asked is told",
		 SERVICE GIVES("A", "pairwise-id", "inform") GIVES("B", "mail", "inform"), "yes",
		 false},
		{"nothing is given any more", SERVICE, "yes", false},
	};
	const Case shown = {.policy = was};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(World) world = world_new();
		const Case then = {.policy = cases[i].policy};
		uint8_t print[CONSENT_PRINT_BYTES];
		g_autoptr(Login) before = login(world, &shown);
		g_autoptr(Login) after = login(world, &then);
		g_autofree char *due = render(after->consent);
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		g_test_message("%s", cases[i].name);
		consent_print(before->consent, print);
		g_assert_true(consent_hear(after->consent, print, cases[i].answer, "sv") ==
			      cases[i].heard);
		g_assert_true(consent_keep(after->consent, commit, NULL));
		g_assert_cmpuint(store_commit_ops(commit), ==, cases[i].heard ? 2 : 0);
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
		g_autofree char *now = render(after->consent);
		g_assert_true(g_str_equal(now, due) == !cases[i].heard);
	}
}

static void test_another_person(void)
{
	g_autoptr(World) world = world_new();
	const Case anna = {.policy = SERVICE GIVES("B", "mail", "ask")};
	const Case bo = {.policy = anna.policy, .identity = "bo"};
	uint8_t print[CONSENT_PRINT_BYTES];
	g_autoptr(Login) hers = login(world, &anna);
	g_autoptr(Login) his = login(world, &bo);

	consent_print(hers->consent, print);
	g_assert_false(consent_hear(his->consent, print, "yes", "sv"));
	memset(print, 0, sizeof print);
	g_assert_false(consent_hear(his->consent, print, "yes", "sv"));
}

/* Pressed twice, gone back to, sent again from another tab: what is said last holds. */
static void test_again(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE GIVES("A", "pairwise-id", "inform")
				 GIVES("B", "mail", "ask")};
	static const struct {
		const char *answer, *want;
	} steps[] = {
		{"yes", "given pairwise-id,mail"},
		{"yes", "given pairwise-id,mail"},
		{"no", "given pairwise-id"},
		{"yes", "given pairwise-id,mail"},
	};
	uint8_t print[CONSENT_PRINT_BYTES];
	g_autoptr(Login) shown = login(world, &of);

	consent_print(shown->consent, print);
	for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autoptr(Login) one = login(world, &of);
		StoreCommit *commit = store_commit_new(NOW + i, NULL, NULL);
		g_assert_true(consent_hear(one->consent, print, steps[i].answer, "sv"));
		g_assert_true(consent_keep(one->consent, commit, NULL));
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
		g_autofree char *got = render(one->consent);
		g_assert_cmpstr(got, ==, steps[i].want);
		assert_due(world, &of, steps[i].want);
	}
	uint64_t rows = 0;
	g_assert_true(store_count(world->store->reader, STORE_CHOICE, &rows, NULL));
	g_assert_cmpuint(rows, ==, 2);
}

/* The day of the answer is the school's, and is what explain tells. */
static void test_date(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE GIVES("B", "mail", "ask")};
	/* 2026-11-23 23:30 UTC is the 24th in Stockholm */
	g_autofree char *got = say(world, &of, "yes", 1795476600);
	g_autoptr(Login) one = login(world, &of);
	const DecisionGrant *grant = consent_decision(one->consent)->grants->pdata[0];

	g_assert_cmpstr(got, ==, "given mail");
	g_assert_cmpuint(grant->date, ==, 20261124);
	g_assert_cmpint(grant->state, ==, GRANT_AGREED);
}

/* ---- taking it back ---- */

static void test_take_back(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE GIVES("A", "pairwise-id", "inform")
				 GIVES("B", "mail", "ask")};
	static const struct {
		Said was;
		const char *want;
	} steps[] = {
		{SAID_YES, "given pairwise-id"},
		{SAID_NO, "asked mail anyway"},
	};

	g_free(say(world, &of, "yes", NOW));
	for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autoptr(GPtrArray) list = choice_list(world->store->reader, "anna", NOW, NULL);
		StoreCommit *commit = store_commit_new(NOW + DAY, NULL, NULL);
		const ChoiceTime at = {NOW + DAY, KEEP};
		const Choice *choice = NULL;
		g_assert_cmpuint(list->len, ==, 2);
		for (guint j = 0; j < list->len; j++)
			if (((const Choice *)list->pdata[j])->said != SAID_SEEN)
				choice = list->pdata[j];
		g_assert_cmpint(choice->said, ==, steps[i].was);
		choice_take_back(commit, "anna", choice, &at);
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
		assert_due(world, &of, steps[i].want);
		g_test_message("and not twice");
		commit = store_commit_new(NOW + DAY, NULL, NULL);
		choice_take_back(commit, "anna", choice, &at);
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_CONFLICT);
	}
}

/* ---- how long it is kept ---- */

/* A login that goes on by what was said; whether it was still there. */
static StoreOutcome go_on(World *world, const Login *one, int64_t now)
{
	StoreCommit *commit = store_commit_new(now, NULL, NULL);

	consent_use(one->consent, commit);
	return store_world_apply(world->store, commit);
}

static void test_kept(void)
{
	g_autoptr(World) world = world_new();
	Case of = {.policy = SERVICE GIVES("A", "pairwise-id", "inform") GIVES("B", "mail", "ask")};
	Case no = {.policy = of.policy, .identity = "bo"};
	const int64_t longest = KEEP + KEEP / 12;

	assert_said(world, &of, "yes", "given pairwise-id,mail");
	assert_said(world, &no, "no", "given pairwise-id");
	g_test_message("not each login writes it");
	of.now = NOW + KEEP / 12;
	g_autoptr(Login) soon = login(world, &of);
	StoreCommit *commit = store_commit_new(of.now, NULL, NULL);
	consent_use(soon->consent, commit);
	g_assert_cmpuint(store_commit_ops(commit), ==, 1);
	store_commit_free(commit);
	g_test_message("it is there for as long after its last use as any row of the ledger");
	of.now = NOW + longest - 1;
	g_autoptr(Login) used = login(world, &of);
	g_assert_cmpint(go_on(world, used, of.now), ==, STORE_OK);
	of.now += KEEP - 1;
	assert_due(world, &of, "given pairwise-id,mail");
	g_test_message("and then asked anew, as a no is, by which nothing ever leaves");
	of.now += KEEP / 12 + 1;
	assert_due(world, &of, "told pairwise-id asked mail anyway");
	no.now = NOW + longest;
	assert_due(world, &no, "told pairwise-id asked mail anyway");
	g_assert_true(store_sweep(world->store->store, of.now + DAY, 100, NULL, NULL));
	uint64_t rows = 1;
	g_assert_true(store_count(world->store->reader, STORE_CHOICE, &rows, NULL));
	g_assert_cmpuint(rows, ==, 0);
}

/* Nothing leaves by a yes that is taken back while the answer is made. */
static void test_taken_back_meanwhile(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE GIVES("B", "mail", "ask")};
	const ChoiceTime at = {NOW + 1, KEEP};

	assert_said(world, &of, "yes", "given mail");
	g_autoptr(Login) one = login(world, &of);
	g_assert_cmpint(go_on(world, one, NOW), ==, STORE_OK);
	g_autoptr(GPtrArray) list = choice_list(world->store->reader, "anna", NOW, NULL);
	StoreCommit *commit = store_commit_new(NOW + 1, NULL, NULL);
	choice_take_back(commit, "anna", list->pdata[0], &at);
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
	g_assert_cmpint(go_on(world, one, NOW), ==, STORE_CONFLICT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/consent/inform", test_inform);
	g_test_add_func("/consent/ask", test_ask);
	g_test_add_func("/consent/nothing-remains", test_nothing_remains);
	g_test_add_func("/consent/no-yes-comes-back", test_no_yes_comes_back);
	g_test_add_func("/consent/two-that-ask-the-same", test_two_that_ask_the_same);
	g_test_add_func("/consent/too-young", test_too_young);
	g_test_add_func("/consent/age", test_age);
	g_test_add_func("/consent/protected", test_protected);
	g_test_add_func("/consent/another-page", test_another_page);
	g_test_add_func("/consent/another-person", test_another_person);
	g_test_add_func("/consent/again", test_again);
	g_test_add_func("/consent/date", test_date);
	g_test_add_func("/consent/take-back", test_take_back);
	g_test_add_func("/consent/kept", test_kept);
	g_test_add_func("/consent/taken-back-meanwhile", test_taken_back_meanwhile);
	return g_test_run();
}
