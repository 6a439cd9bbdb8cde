/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The reasons: every one of them, in both languages. */
#include "tests/unit/policy-decide.h"

/* The sentences, whole, in both languages. */
static void test_sentences(void)
{
	static const struct {
		const char *person, *service, *attribute, *sv, *en;
	} sentences[] = {
		{"student", NE " mail", "mail", "Katalogen saknar värde för personen.",
		 "The directory has no value for this person."},
		{"student mail=a@y mail=b@y", NE " mail", "mail",
		 "Lämnas ut enligt \"Uppslag\"; 1 av 2 värden, övriga är inte till för NE.",
		 "Given by \"Uppslag\"; 1 of 2 values, the others are not for NE."},
		{"student sn=E sn=F displayName=A displayName=B", NE " displayName", "displayName",
		 "displayName ska ha ett värde, katalogen har 2.",
		 "displayName must have one value, the directory has 2."},
		{"student eduPersonPrincipalName=a@b@c", NE " eduPersonPrincipalName",
		 "eduPersonPrincipalName",
		 "Värdet följer inte formatet för eduPersonPrincipalName (inte namn@domän).",
		 "The value breaks the form of eduPersonPrincipalName (not name@domain)."},
		{"student eduPersonPrincipalName=a@evil.example", NE " eduPersonPrincipalName",
		 "eduPersonPrincipalName", "Domänen evil.example är inte vår.",
		 "The domain evil.example is not one of ours."},
		{"guardian", NE " mail", "mail",
		 "Avtalet \"PUB 9\" för \"Gammal\" gick ut 2026-06-30.",
		 "Agreement \"PUB 9\" of \"Gammal\" ended 2026-06-30."},
		{"staff mail=a@y", NE " mail", "mail",
		 "Skulle lämnas ut, men hela svaret stoppas: NE är stängd av \"Stopp\".",
		 "Would be given, but the whole answer is refused: NE is shut by \"Stopp\"."},
		{"guardian sn=a", NE " sn", "sn",
		 "\"Ny [1]\" väntar på godkännande av två (1 av 2).",
		 "\"Ny [1]\" waits for approval by two (1 of 2)."},
		{"student uid=a", "https://klubb.example", "uid",
		 "Lämnas ut enligt \"Klubb\" som inloggningsidentitet (NameID/sub).",
		 "Given by \"Klubb\" as the login name (NameID/sub)."},
		{"student", "https://klubb.example", NULL,
		 "Klubb känner igen personer på uid, som inte lämnas ut: Katalogen saknar värde för "
		 "personen.",
		 "Klubb identifies people by uid, which is withheld: The directory has no value for "
		 "this person."},
		{"student sn=a", "https://klubb.example sn", "sn",
		 "Skulle lämnas ut, men hela svaret stoppas: Klubb känner igen personer på uid, som "
		 "inte lämnas ut: Katalogen saknar värde för personen.",
		 "Would be given, but the whole answer is refused: Klubb identifies people by uid, "
		 "which is withheld: The directory has no value for this person."},
		{"teacher", NE " " ANON " " PERSONAL, "displayName",
		 "NE har flera kategorier; bara den minsta, anonymous, räknas.",
		 "NE carries several categories; only the most minimal, anonymous, counts."},
	};
	static const char text[] =
		"service NE is \"" NE "\"\n"
		"release \"Uppslag\" { to service NE; for student; give mail only \"a@y\", "
		"displayName, "
		"eduPersonPrincipalName; " BECAUSE "\n"
		"release \"Gammal\" { to service NE; for guardian; give mail; "
		"agreement \"PUB 9\" until 2026-06-30; " BECAUSE "\n"
		"release \"Ny [1]\" { to service NE; for guardian; give sn; approved by two; " BECAUSE
		"\nservice Klubb is \"https://klubb.example\" { subject from uid }\n"
		"release \"Klubb\" { to service Klubb; for student; give uid, sn, login; " BECAUSE
		"\n"
		"release \"Personal\" { to service NE; for staff; give mail; " BECAUSE "\n"
		"never \"Stopp\" { for staff; give login; because \"x\" }";
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);

	g_assert_no_error(error);
	for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
		g_autoptr(Person) person = fixture_person(sentences[i].person);
		g_autoptr(Service) service = fixture_service(sentences[i].service);
		g_autoptr(Decision) decision = policy_decide(
			policy, person, service, &(Circumstances){.today = FIXTURE_TODAY});
		const char *attribute = sentences[i].attribute;
		const DecisionRow *row =
			attribute ? decision_row(decision, fixture_attribute(attribute)) : NULL;
		g_autofree char *sv = reason_sentence(decision, row, "sv");
		g_autofree char *en = reason_sentence(decision, row, "en");

		g_assert_cmpstr(sv, ==, sentences[i].sv);
		g_assert_cmpstr(en, ==, sentences[i].en);
	}
}

/* Every code has a name of its own, as JSON and ledger need. */
static void test_codes(void)
{
	for (unsigned i = 0; i <= REASON_LAST; i++)
		for (unsigned j = 0; j < i; j++)
			g_assert_cmpstr(reason_code_name((Reason)i), !=,
					reason_code_name((Reason)j));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/reason/sentences", test_sentences);
	g_test_add_func("/policy/reason/codes", test_codes);
	return g_test_run();
}
