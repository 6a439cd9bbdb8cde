/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What people are told and asked: which changes of a policy make it another matter, and which leave
 * what was said as it is. */
#include "tests/unit/consent-world.h"

#include <string.h>

#define FOR  "for student; "
#define GIVE "give mail, displayName; "
#define WHY  "because \"Lektion\" }"
#define BASE SERVICE "release \"R\" { to service Bok; " FOR GIVE "%s; " WHY

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

/* What changes of the basis, and in which language, makes a yes count no more. */
static void test_basis(void)
{
	static const struct {
		const char *name, *page, *before, *after;
		bool same;
	} cases[] = {
		{"told, on another ground", "inform", "6.1 e", "6.1 f", true},
		{"told, on a ground that was not said", "inform", NULL, "6.1 c", true},
		{"asked, and then it is consent", "ask", "6.1 e", "6.1 a", false},
		{"asked without a ground, and then it is consent", "ask", NULL, "6.1 a", false},
		{"consent, and then it is none", "ask", "6.1 a", "6.1 e", false},
		{"consent, and then nothing is said", "ask", "6.1 a", NULL, false},
		{"asked, on another ground", "ask", "6.1 e", "6.1 f", true},
		{"consent in other words", "ask", "6.1 a", "6.1 a samtycke", true},
		{"what only begins like consent", "ask", "6.1 avtal", "6.1 e", true},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(World) world = world_new();
		const char *const bases[] = {cases[i].before, cases[i].after};
		char *policies[2];
		for (unsigned j = 0; j < 2; j++)
			policies[j] =
				g_strdup_printf(SERVICE "release \"R\" { to service Bok; " FOR GIVE
							"%s; because \"Lektion\"%s%s%s }",
						cases[i].page, bases[j] ? "; basis \"" : "",
						bases[j] ? bases[j] : "", bases[j] ? "\"" : "");
		const Case first = {.policy = policies[0]}, then = {.policy = policies[1]};
		g_free(say(world, &first, "yes", NOW));
		g_autoptr(Login) again = login(world, &then);
		g_autofree char *got = render(again->consent);
		g_test_message("%s: %s", cases[i].name, got);
		g_assert_true(g_str_has_prefix(got, "given") == cases[i].same);
		g_free(policies[0]);
		g_free(policies[1]);
	}
}

/* An answer is to the words that were read. */
static void test_language(void)
{
	static const struct {
		const char *name, *lang, *before, *after;
		bool same;
	} cases[] = {
		{"read in Swedish, translated then", "sv", "because \"A\"",
		 "because \"A\"; because en \"B\"", true},
		{"read on an English page, in Swedish", "en", "because \"A\"",
		 "because \"A\"; because en \"B\"", true},
		{"read in Swedish, other words in English", "sv", "because \"A\"; because en \"B\"",
		 "because \"A\"; because en \"C\"", true},
		{"read in English, other words in English", "en", "because \"A\"; because en \"B\"",
		 "because \"A\"; because en \"C\"", false},
		{"read in English, other words in Swedish", "en", "because \"A\"; because en \"B\"",
		 "because \"D\"; because en \"B\"", true},
		{"read in Swedish, other words in Swedish", "sv", "because \"A\"; because en \"B\"",
		 "because \"D\"; because en \"B\"", false},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(World) world = world_new();
		g_autofree char *before =
			g_strconcat(SERVICE "release \"R\" { to service Bok; " FOR GIVE "ask; ",
				    cases[i].before, " }", NULL);
		g_autofree char *after =
			g_strconcat(SERVICE "release \"R\" { to service Bok; " FOR GIVE "ask; ",
				    cases[i].after, " }", NULL);
		const Case first = {.policy = before}, then = {.policy = after};
		g_test_message("%s", cases[i].name);
		g_free(say_in(world, &first, "yes", cases[i].lang, NOW));
		assert_due(world, &then,
			   cases[i].same ? "given displayName,mail" : "asked displayName,mail");
	}
}

/* What was said last holds, in whichever language, and there is one row of it. */
static void test_two_languages(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE "release \"R\" { to service Bok; " FOR GIVE
					   "ask; because \"A\"; because en \"B\" }"};
	static const struct {
		const char *lang, *answer, *want;
	} steps[] = {
		{"sv", "yes", "given displayName,mail"},
		{"en", "no", "refused-declined"},
		{"sv", "no", "refused-declined"},
		{"en", "yes", "given displayName,mail"},
	};
	g_autoptr(Login) shown = login(world, &of);
	uint8_t print[CONSENT_PRINT_BYTES];

	consent_print(shown->consent, print);
	for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autoptr(Login) one = login(world, &of);
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		g_assert_true(consent_hear(one->consent, print, steps[i].answer, steps[i].lang));
		g_assert_true(consent_keep(one->consent, commit, NULL));
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
		assert_due(world, &of, steps[i].want);
		g_autoptr(GPtrArray) all = choice_list(world->store->reader, "anna", NOW, NULL);
		unsigned said = 0;
		for (guint j = 0; j < all->len; j++)
			said += ((const Choice *)all->pdata[j])->said != SAID_LAPSED;
		g_assert_cmpuint(said, ==, 1);
	}
}

/* The form in which a matter is hashed is written down in matter.h: change it there too. */
static void test_text(void)
{
	g_autoptr(World) world = world_new();
	const Case of = {.policy = SERVICE
			 "release \"R\" { to service Bok; for student; give sn, mail; "
			 "because \"Åk 1\" }; release \"A\" { to service Bok; for "
			 "student; give displayName; ask; because \"b\"; because en \"c\"; "
			 "basis \"6.1 a\" }; "
			 "release \"B\" { to service Bok; for student; give sn, "
			 "givenName; inform; because \"Ö\\\"\"; because en \"O\" }"};
	g_autoptr(Login) one = login(world, &of);
	g_autofree char *told = matter_text(one->consent->told, "en");
	g_autofree char *asked = matter_text(one->consent->asked, "sv");
	g_autofree char *english = matter_text(one->consent->asked, "en");

	g_assert_cmpstr(told, ==,
			"choice 1:1\ninform 0:\nto-saml 22:" BOK "\nbecause 5:Åk 1\n"
			"because 3:Ö\"\ngive 9:givenName\ngive 4:mail\ngive 2:sn\n");
	g_assert_cmpstr(asked, ==,
			"choice 1:1\nask 0:\nconsent 0:\nto-saml 22:" BOK
			"\nbecause 1:b\ngive 11:displayName\n");
	g_assert_cmpstr(english, ==,
			"choice 1:1\nask 0:\nconsent 0:\nto-saml 22:" BOK
			"\nbecause 1:c\ngive 11:displayName\n");
}

/* The id says nothing to who has not got the key, and is another for another person. */
static void test_id(void)
{
	g_autoptr(LedgerKey) one = world_key(1);
	g_autoptr(LedgerKey) two = world_key(2);
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/consent/same", test_same);
	g_test_add_func("/consent/basis", test_basis);
	g_test_add_func("/consent/language", test_language);
	g_test_add_func("/consent/two-languages", test_two_languages);
	g_test_add_func("/consent/text", test_text);
	g_test_add_func("/consent/id", test_id);
	return g_test_run();
}
