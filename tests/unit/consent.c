/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What people are told and asked, over a real policy and a real store: when a page is due, what an
 * answer counts for, and what makes it count no more. */
#include "idp/choice/consent.h"
#include "tests/unit/policy-fixture.h"
#include "tests/unit/store-world.h"

#define NOW  1795421730 /* 2026-11-23 */
#define DAY  86400
#define BOK  "https://bok.example/sp"
#define ASKS " pairwise-id mail displayName givenName sn"
#define PUPIL                                                                                      \
	"student pairwise-id=abc@skola.example mail=a@skola.example displayName=A givenName=B sn=C"

typedef struct {
	StoreWorld *store;
	LedgerKey *key;
	GTimeZone *zone;
} World;

static LedgerKey *key_of(uint8_t first)
{
	uint8_t bytes[SEAL_KEY_BYTES] = {first, 1, 2, 3};

	return ledger_key_new(bytes, sizeof bytes, NULL);
}

static World *world_new(void)
{
	World *world = g_new0(World, 1);

	world->store = store_world_new();
	world->key = key_of(1);
	world->zone = g_time_zone_new_identifier("Europe/Stockholm");
	return world;
}

static void world_free(World *world)
{
	store_world_free(world->store);
	ledger_key_unref(world->key);
	g_time_zone_unref(world->zone);
	g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

/* One login: what is due, and what would leave. */
typedef struct {
	Policy *policy;
	Person *person;
	Service *service;
	Consent *consent;
} Login;

static void login_free(Login *login)
{
	consent_free(login->consent);
	policy_unref(login->policy);
	person_free(login->person);
	service_free(login->service);
	g_free(login);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Login, login_free)

typedef struct {
	const char *policy, *person, *service;
	const char *identity; /* NULL: "anna" */
	bool too_young;
} Case;

static Login *login(World *world, const Case *of)
{
	Login *login = g_new0(Login, 1);
	g_autoptr(GError) error = NULL;

	login->policy = fixture_load(of->policy, NULL, 0, &error);
	g_assert_no_error(error);
	login->person = fixture_person(of->person ? of->person : PUPIL);
	login->service = fixture_service(of->service ? of->service : BOK ASKS);
	const ConsentCase about = {
		.policy = login->policy,
		.key = world->key,
		.reader = world->store->reader,
		.zone = world->zone,
		.identity = of->identity ? of->identity : "anna",
		.person = login->person,
		.service = login->service,
		.circumstances = {.today = FIXTURE_TODAY, .too_young = of->too_young},
	};
	Decision *first =
		policy_decide(login->policy, login->person, login->service, &about.circumstances);
	login->consent = consent_find(&about, first, &error);
	g_assert_no_error(error);
	return login;
}

static void append_matter(GString *text, const char *word, const Matter *matter)
{
	if (!matter)
		return;
	g_string_append_printf(text, "%s%s", text->len ? " " : "", word);
	for (guint i = 0; i < matter->attributes->len; i++)
		g_string_append_printf(text, "%c%s", i ? ',' : ' ',
				       ((const Attribute *)matter->attributes->pdata[i])->name);
}

/* "told mail asked sn,givenName anyway", or what leaves: "given mail,sn" or "refused". */
static char *render(const Consent *consent)
{
	GString *text = g_string_new(NULL);
	const Decision *decision = consent_decision(consent);

	append_matter(text, "told", consent->told);
	append_matter(text, "asked", consent->asked);
	if (consent->asked && consent->lets_in)
		g_string_append(text, " anyway");
	if (text->len)
		return g_string_free(text, FALSE);
	g_string_append(text, decision->outcome == OUTCOME_ANSWERED
				      ? "given"
				      : reason_code_name(decision->reason));
	char joint = ' ';
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		if (row->values)
			g_string_append_printf(text, "%c%s", joint, row->name);
		joint = row->values ? ',' : joint;
	}
	return g_string_free(text, FALSE);
}

/* Says it to the page that is due, and what comes then, for good. */
static char *say(World *world, const Case *of, const char *answer, int64_t now)
{
	g_autoptr(Login) one = login(world, of);
	StoreCommit *commit = store_commit_new(now, NULL, NULL);
	uint8_t print[CONSENT_PRINT_BYTES];

	consent_print(one->consent, print);
	g_assert_true(consent_hear(one->consent, print, answer, now));
	g_assert_true(consent_keep(one->consent, commit, NULL));
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
	return render(one->consent);
}

static void assert_due(World *world, const Case *of, const char *want)
{
	g_autoptr(Login) one = login(world, of);
	g_autofree char *got = render(one->consent);

	g_assert_cmpstr(got, ==, want);
}

static void assert_said(World *world, const Case *of, const char *answer, const char *want)
{
	g_autofree char *got = say(world, of, answer, NOW);

	g_assert_cmpstr(got, ==, want);
}

/* ---- what is the same ---- */

#define SERVICE "service Bok is \"" BOK "\"; "
#define FOR     "for student; "
#define GIVE    "give mail, displayName; "
#define WHY     "because \"Lektion\" }"
#define BASE    SERVICE "release \"R\" { to service Bok; " FOR GIVE "%s; " WHY

/* What changes the canonical text of a release, and what does not. */
static const struct {
	const char *name;
	const char *policy, *service; /* NULL: as before */
	bool same;
} changes[] = {
	{"nothing", BASE, NULL, true},
	{"another title", SERVICE "release \"Ny\" { to service Bok; " FOR GIVE "%s; " WHY, NULL,
	 true},
	{"the order of lines",
	 SERVICE "release \"R\" { %s; because \"Lektion\"; " GIVE FOR "to service Bok }", NULL,
	 true},
	{"the order of attributes",
	 SERVICE "release \"R\" { to service Bok; " FOR "give displayName, mail; %s; " WHY, NULL,
	 true},
	{"line breaks and comments",
	 "# en kommentar\n\n" SERVICE "\nrelease \"R\" { # här\n\tto service Bok\n" FOR GIVE
	 "\n%s\n" WHY "\n# slut",
	 NULL, true},
	{"rules before it",
	 "release \"0\" { to service \"https://x.example\"; for staff; give sn; silent; "
	 "because \"x\" }; " BASE,
	 NULL, true},
	{"another name for the service",
	 "service Boken is \"" BOK "\"; release \"R\" { to service Boken; " FOR GIVE "%s; " WHY,
	 NULL, true},
	{"no name for the service", "release \"R\" { to service \"" BOK "\"; " FOR GIVE "%s; " WHY,
	 NULL, true},
	{"by a wider target", "release \"R\" { to any; " FOR GIVE "%s; " WHY, NULL, true},
	{"for more people",
	 SERVICE "release \"R\" { to service Bok; for everyone; " GIVE "%s; " WHY, NULL, true},
	{"what the person has no value of",
	 SERVICE "release \"R\" { to service Bok; " FOR
		 "give mail, displayName, eduPersonOrcid; %s; " WHY,
	 BOK ASKS " eduPersonOrcid", true},
	{"what the service does not ask for",
	 SERVICE "release \"R\" { to service Bok; " FOR
		 "give mail, displayName, eduPersonPrincipalName; %s; " WHY,
	 NULL, true},
	{"a translation",
	 SERVICE "release \"R\" { to service Bok; " FOR GIVE
		 "%s; because \"Lektion\"; because en \"Lesson\" }",
	 NULL, true},
	{"the language said",
	 SERVICE "release \"R\" { to service Bok; " FOR GIVE "%s; because sv \"Lektion\" }", NULL,
	 true},
	{"an agreement and an end",
	 SERVICE "release \"R\" { to service Bok; " FOR GIVE
		 "%s; agreement \"A\"; until 2027-06-30; " WHY,
	 NULL, true},
	{"that the service asks for more", BASE, BOK ASKS " eduPersonAffiliation", true},
	{"what is given in silence besides",
	 BASE "; release \"S\" { to service Bok; for student; give sn; silent; because \"Namn\" }",
	 NULL, true},

	{"an attribute more",
	 SERVICE "release \"R\" { to service Bok; " FOR "give mail, displayName, sn; %s; " WHY,
	 NULL, false},
	{"an attribute less", SERVICE "release \"R\" { to service Bok; " FOR "give mail; %s; " WHY,
	 NULL, false},
	{"another attribute",
	 SERVICE "release \"R\" { to service Bok; " FOR "give mail, sn; %s; " WHY, NULL, false},
	{"another purpose",
	 SERVICE "release \"R\" { to service Bok; " FOR GIVE "%s; because \"Lektioner\" }", NULL,
	 false},
	{"a purpose in other letters",
	 SERVICE "release \"R\" { to service Bok; " FOR GIVE "%s; because \"lektion\" }", NULL,
	 false},
	{"another receiver", "release \"R\" { to any; " FOR GIVE "%s; " WHY,
	 "https://bok.example/sp2" ASKS, false},
	{"a receiver of that id with another protocol",
	 "release \"R\" { to any; " FOR GIVE "%s; " WHY, "client:" BOK ASKS, false},
};

static void test_same(void)
{
	static const char *const pages[] = {"inform", "ask"};

	for (unsigned page = 0; page < G_N_ELEMENTS(pages); page++) {
		for (unsigned i = 0; i < G_N_ELEMENTS(changes); i++) {
			g_autoptr(World) world = world_new();
			g_auto(GStrv) before = g_strsplit(BASE, "%s", 2);
			g_auto(GStrv) after = g_strsplit(changes[i].policy, "%s", 2);
			g_autofree char *old = g_strjoinv(pages[page], before);
			g_autofree char *new = g_strjoinv(pages[page], after);
			const Case first = {.policy = old};
			const Case then = {.policy = new, .service = changes[i].service};
			g_test_message("%s: %s", pages[page], changes[i].name);
			g_free(say(world, &first, "yes", NOW));
			g_autoptr(Login) again = login(world, &then);
			g_autofree char *got = render(again->consent);
			if (g_str_has_prefix(got, "given") != changes[i].same)
				g_error("%s, %s: %s", pages[page], changes[i].name, got);
		}
	}
}

/* The form in which a matter is hashed is written down in matter.h: change it there too. */
static void test_text(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE
			 "release \"R\" { to service Bok; for student; give sn, mail; "
			 "because \"Åk 1\" }; release \"A\" { to service Bok; for "
			 "student; give displayName; ask; because \"b\" }; "
			 "release \"B\" { to service Bok; for student; give sn, "
			 "givenName; inform; because \"Ö\\\"\" }"};
	g_autoptr(Login) one = login(world, &of);
	g_autofree char *told = matter_text(one->consent->told);
	g_autofree char *asked = matter_text(one->consent->asked);

	g_assert_cmpstr(told, ==,
			"choice 1:1\ninform 0:\nto-saml 22:" BOK "\nbecause 5:Åk 1\n"
			"because 3:Ö\"\ngive 9:givenName\ngive 4:mail\ngive 2:sn\n");
	g_assert_cmpstr(asked, ==,
			"choice 1:1\nask 0:\nto-saml 22:" BOK
			"\nbecause 1:b\ngive 11:displayName\n");
}

/* The id says nothing to who has not got the key, and is another for another person. */
static void test_id(void)
{
	g_autoptr(LedgerKey) one = key_of(1);
	g_autoptr(LedgerKey) two = key_of(2);
	g_autofree char *id = matter_id(one, "anna", "x");
	g_autofree char *again = matter_id(one, "anna", "x");
	g_autofree char *text = matter_id(one, "anna", "y");
	g_autofree char *person = matter_id(one, "bo", "x");
	g_autofree char *key = matter_id(two, "anna", "x");

	g_assert_cmpuint(strlen(id), ==, MATTER_ID_LENGTH);
	g_assert_cmpstr(id, ==, again);
	g_assert_cmpstr(id, !=, text);
	g_assert_cmpstr(id, !=, person);
	g_assert_cmpstr(id, !=, key);
}

/* ---- when a page is due ---- */

#define GIVES(title, gifts, page)                                                                  \
	" release \"" title "\" { to service Bok; for everyone; give " gifts "; " page             \
	"; because \"" title "\" }; "

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
		g_assert_true(consent_hear(after->consent, print, cases[i].answer, NOW) ==
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
	g_assert_false(consent_hear(his->consent, print, "yes", NOW));
	memset(print, 0, sizeof print);
	g_assert_false(consent_hear(his->consent, print, "yes", NOW));
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
		g_assert_true(consent_hear(one->consent, print, steps[i].answer, NOW + i));
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
		g_autoptr(GPtrArray) list = choice_list(world->store->reader, "anna", NULL);
		StoreCommit *commit = store_commit_new(NOW + DAY, NULL, NULL);
		const Choice *choice = NULL;
		g_assert_cmpuint(list->len, ==, 2);
		for (guint j = 0; j < list->len; j++)
			if (((const Choice *)list->pdata[j])->said != SAID_SEEN)
				choice = list->pdata[j];
		g_assert_cmpint(choice->said, ==, steps[i].was);
		choice_take_back(commit, "anna", choice, NOW + DAY);
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
		assert_due(world, &of, steps[i].want);
		g_test_message("and not twice");
		commit = store_commit_new(NOW + DAY, NULL, NULL);
		choice_take_back(commit, "anna", choice, NOW + DAY);
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_CONFLICT);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/consent/same", test_same);
	g_test_add_func("/consent/text", test_text);
	g_test_add_func("/consent/id", test_id);
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
	return g_test_run();
}
