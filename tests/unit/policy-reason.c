/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The reasons: every one of them is given by some decision, and told in both languages. */
#include "tests/unit/policy-decide.h"

/* attribute: whose row; NULL: the whole decision. */
typedef struct {
	Reason reason;
	const char *person, *service, *attribute, *sv, *en, *how;
} Sentence;

#define KLUBB "https://klubb.example"
#define DNP   "https://dnp.example"
#define TRIAL "https://trial.example"
#define SKOL  "; for student; give "

static const char text[] =
	"service NE is \"" NE "\"\n"
	"release \"Uppslag\" { to service NE" SKOL
	"mail only beginning \"a\", displayName, sn, eduPersonPrincipalName; " BECAUSE "\n"
	"release \"Gammal\" { to service NE; for guardian; give mail; "
	"agreement \"PUB 9\" until 2026-06-30; " BECAUSE "\n"
	"release \"Slut\" { to service NE; for guardian; give uid; until 2026-07-31; " BECAUSE "\n"
	"release \"Start\" { to service NE; for guardian; give l; from 2027-01-01; " BECAUSE "\n"
	"release \"Ny [1]\" { to service NE; for guardian; give sn; approved by two; " BECAUSE "\n"
	"release \"[2]\" { to service NE; for protected guardian; give mail, sn; approved by two; " BECAUSE
	"\n"
	"service Klubb is \"" KLUBB "\" { subject from uid }\n"
	"release \"Klubb\" { to service Klubb" SKOL "uid, sn, login; " BECAUSE "\n"
	"release \"Utskick\" { to service Klubb" SKOL "mail; ask; because \"x\" }\n"
	"release \"Bara_ja\" { to service \"https://ja.example\"" SKOL
	"login; ask; because \"x\" }\n"
	"release \"Personal\" { to service NE; for staff; give mail; " BECAUSE "\n"
	"never \"Stopp\" { for staff; give login; because \"x\" }\n"
	"never \"Inga titlar\" { for guardian; give any role; because \"x\" }\n"
	"release \"Titlar\" { to service NE; for guardian; give title; " BECAUSE "\n"
	"service DNP is \"" DNP "\" { demand eid2 of everyone; guard ascii; guard size 80 bytes; "
	"needs mail of guardian; value sisSchoolCourseStudent \"{unit}/{group}\" }\n"
	"release \"DNP\" { to service DNP; for student, guardian; give sn, mail, login, "
	"sisSchoolCourseStudent; " BECAUSE "\n"
	"release \"DNP mer\" { to service DNP" SKOL "uid; demand eid3; " BECAUSE "\n"
	"release \"Prov\" { to federation skolfederation-trial" SKOL "mail; " BECAUSE "\n"
	"release \"Alla\" { to registered-by \"http://r\"" SKOL "login, requested; " BECAUSE "\n"
	"release \"Krav\" { to service \"https://k\"" SKOL "login, title if required; " BECAUSE;

static const Sentence sentences[] = {
	{REASON_GIVEN, "student sn=E", NE " sn", "sn", "Lämnas ut enligt \"Uppslag\".",
	 "Given by \"Uppslag\".", NULL},
	{REASON_GIVEN_PART, "student mail=a@y mail=b@y", NE " mail", "mail",
	 "Lämnas ut enligt \"Uppslag\"; 1 av 2 värden, övriga är inte till för NE.",
	 "Given by \"Uppslag\"; 1 of 2 values, the others are not for NE.", NULL},
	{REASON_GIVEN_AGREED, "student uid=a mail=a@y", KLUBB " mail", "mail",
	 "Lämnas ut enligt \"Utskick\"; personen sa ja 2026-09-01.",
	 "Given by \"Utskick\"; the person said yes on 2026-09-01.", "Utskick:yes"},
	{REASON_GIVEN_SUBJECT, "student uid=a", KLUBB, "uid",
	 "Lämnas ut enligt \"Klubb\" som inloggningsidentitet (NameID/sub).",
	 "Given by \"Klubb\" as the login name (NameID/sub).", NULL},
	{REASON_UNKNOWN_ATTRIBUTE, "student", NE " ?urn:x:shoe", "urn:x:shoe",
	 "NE frågar efter \"urn:x:shoe\", som inte är definierad här.",
	 "NE asks for \"urn:x:shoe\", which nobody has defined here.", NULL},
	{REASON_NO_RULE, "student uid=a", KLUBB " title", "title",
	 "Klubb frågar efter uppgiften, men ingen regel lämnar ut den dit.",
	 "Klubb asks for it, but no release gives it to Klubb.", NULL},
	{REASON_SET_ASIDE, "teacher", NE " " ANON " " PERSONAL, "givenName",
	 "NE har flera kategorier; bara den minsta, anonymous, räknas.",
	 "NE carries several categories; only the most minimal, anonymous, counts.", NULL},
	{REASON_NOT_FOR_PERSON, "teacher", KLUBB " sn", "sn",
	 "\"Klubb\" lämnar ut den till Klubb, men gäller inte den här personen.",
	 "\"Klubb\" gives it to Klubb, but not for this person.", NULL},
	{REASON_NOT_YET, "guardian l=x", NE " l", "l", "\"Start\" börjar gälla 2027-01-01.",
	 "\"Start\" starts 2027-01-01.", NULL},
	{REASON_RULE_ENDED, "guardian uid=x", NE " uid", "uid",
	 "\"Slut\" slutade gälla 2026-07-31.", "\"Slut\" ended 2026-07-31.", NULL},
	{REASON_AGREEMENT_ENDED, "guardian", NE " mail", "mail",
	 "Avtalet \"PUB 9\" för \"Gammal\" gick ut 2026-06-30.",
	 "Agreement \"PUB 9\" of \"Gammal\" ended 2026-06-30.", NULL},
	{REASON_NOT_APPROVED, "guardian sn=a", NE " sn", "sn",
	 "\"Ny [1]\" väntar på godkännande av två (1 av 2).",
	 "\"Ny [1]\" waits for approval by two (1 of 2).", NULL},
	{REASON_NOT_ASKED, "student", NE, "displayName",
	 "\"Uppslag\" skulle ge den, men NE frågar inte efter den.",
	 "\"Uppslag\" would give it, but NE does not ask for it.", NULL},
	{REASON_NOT_REQUIRED, "student title=x", "https://k title", "title",
	 "\"Krav\" ger den bara om den krävs; https://k anger den som valfri.",
	 "\"Krav\" gives it only if required; https://k calls it optional.", NULL},
	{REASON_MUST_BE_NAMED, "student norEduPersonNIN=200001012384",
	 "https://r ^http://r norEduPersonNIN", "norEduPersonNIN",
	 "\"Alla\" ger det som efterfrågas, men norEduPersonNIN måste nämnas vid namn.",
	 "\"Alla\" gives what is asked for, but norEduPersonNIN must be named.", NULL},
	{REASON_HELD, "student uid=x", "https://r ^http://r ~uid", "uid",
	 "https://r har nyligen börjat fråga efter den; väntar på godkännande.",
	 "https://r has newly asked for it; waits for an admin (portvakt metadata approve).", NULL},
	{REASON_NO_VALUE, "student", NE " mail", "mail", "Katalogen saknar värde för personen.",
	 "The directory has no value for this person.", NULL},
	{REASON_NO_ALIAS, "guardian protected mail=a@y -sn", NE " mail sn", "sn",
	 "Personen har skyddade uppgifter och saknar aliasvärde.",
	 "The person is protected and has no alias value.", NULL},
	{REASON_SEVERAL_VALUES, "student displayName=A displayName=B", NE " displayName",
	 "displayName", "displayName ska ha ett värde, katalogen har 2.",
	 "displayName must have one value, the directory has 2.", NULL},
	{REASON_BAD_VALUE, "student eduPersonPrincipalName=a@b@c", NE " eduPersonPrincipalName",
	 "eduPersonPrincipalName",
	 "Värdet följer inte formatet för eduPersonPrincipalName (inte namn@domän).",
	 "The value breaks the form of eduPersonPrincipalName (not name@domain).", NULL},
	{REASON_FOREIGN_SCOPE, "student eduPersonPrincipalName=a@evil.example",
	 NE " eduPersonPrincipalName", "eduPersonPrincipalName",
	 "Domänen evil.example är inte vår.", "The domain evil.example is not one of ours.", NULL},
	{REASON_FILTERED, "student mail=b@y", NE " mail", "mail",
	 "\"Uppslag\" ger bara vissa värden; personen har inget av dem.",
	 "\"Uppslag\" gives only some values; this person has none of them.", NULL},
	{REASON_NEVER, "guardian title=x", NE " title", "title", "Stoppas av \"Inga titlar\".",
	 "Stopped by \"Inga titlar\".", NULL},
	{REASON_LEVEL_TOO_LOW, "student uid=a sn=E", DNP " uid", "uid",
	 "\"DNP mer\" kräver inloggning på nivå eid3; den här är eid2.",
	 "\"DNP mer\" demands login at eid3; this one is eid2.", "eid2"},
	{REASON_LEVEL_TOO_LOW, "student uid=a sn=E", DNP " uid", "uid",
	 "\"DNP mer\" kräver inloggning på nivå eid3; den här är ingen.",
	 "\"DNP mer\" demands login at eid3; this one is none.", NULL},
	{REASON_TO_ASK, "student uid=a mail=a@y", KLUBB " mail", "mail",
	 "Personen kommer att tillfrågas.", "The person will be asked.", NULL},
	{REASON_DECLINED, "student uid=a mail=a@y", KLUBB " mail", "mail",
	 "Personen sa nej 2026-09-01.", "The person said no on 2026-09-01.", "Utskick:no"},
	{REASON_TOO_YOUNG, "student uid=a mail=a@y", KLUBB " mail", "mail",
	 "\"Utskick\" frågar personen, som är för ung för att tillfrågas.",
	 "\"Utskick\" asks the person, who is too young to be asked.", "young"},
	{REASON_TEMPLATE_GAP, "student sn=E sisSchoolCourseStudent=grupp",
	 DNP " sisSchoolCourseStudent", "sisSchoolCourseStudent",
	 "Värdet saknar unit som formatet till DNP behöver.",
	 "The value lacks unit, which the form for DNP needs.", "eid2"},
	{REASON_NOT_ASCII, "student sn=Åslöf", DNP " sn", "sn",
	 "DNP klarar inte å, ä, ö (guard ascii).", "DNP cannot take å, ä, ö (guard ascii).",
	 "eid2"},
	{REASON_ANSWER_REFUSED, "staff mail=a@y", NE " mail", "mail",
	 "Skulle lämnas ut, men hela svaret stoppas: NE är stängd av \"Stopp\".",
	 "Would be given, but the whole answer is refused: NE is shut by \"Stopp\".", NULL},
	{REASON_ANSWER_REFUSED, "student sn=a", KLUBB " sn", "sn",
	 "Skulle lämnas ut, men hela svaret stoppas: Klubb känner igen personer på uid, som inte "
	 "lämnas ut: Katalogen saknar värde för personen.",
	 "Would be given, but the whole answer is refused: Klubb identifies people by uid, which is "
	 "withheld: The directory has no value for this person.",
	 NULL},
	{REASON_REFUSED_NO_RULE, "guardian", KLUBB, NULL,
	 "Ingen regel släpper in personen i Klubb.", "No release lets this person into Klubb.",
	 NULL},
	{REASON_REFUSED_STOPPED, "staff", NE, NULL, "NE är stängd av \"Stopp\".",
	 "NE is shut by \"Stopp\".", NULL},
	{REASON_REFUSED_SUBJECT, "student", KLUBB, NULL,
	 "Klubb känner igen personer på uid, som inte lämnas ut: Katalogen saknar värde för "
	 "personen.",
	 "Klubb identifies people by uid, which is withheld: The directory has no value for this "
	 "person.",
	 NULL},
	{REASON_REFUSED_SUBJECT, "student", "client:app ^http://r", NULL,
	 "app känner igen personer på pairwise-id, som inte lämnas ut: app frågar efter uppgiften, "
	 "men ingen regel lämnar ut den dit.",
	 "app identifies people by pairwise-id, which is withheld: app asks for it, but no release "
	 "gives it to app.",
	 NULL},
	{REASON_REFUSED_MISSING, "guardian", DNP " mail", NULL,
	 "DNP får inte svar utan mail, och mail lämnas inte ut: Katalogen saknar värde för "
	 "personen.",
	 "DNP must not be answered without mail, and mail is withheld: The directory has no value "
	 "for this person.",
	 "eid2"},
	{REASON_REFUSED_LEVEL, "student", DNP, NULL, "DNP kräver eid2 av personen.",
	 "DNP demands eid2 of this person.", "two-factor"},
	{REASON_REFUSED_TO_ASK, "student", "https://ja.example", NULL,
	 "Personen kommer att tillfrågas; utan ett ja återstår inget.",
	 "The person will be asked; without a yes nothing is left.", NULL},
	{REASON_REFUSED_DECLINED, "student", "https://ja.example", NULL,
	 "Personen avböjde och inget återstår.", "The person declined and nothing is left.",
	 "Bara_ja:no"},
	{REASON_REFUSED_TOO_YOUNG, "student", "https://ja.example", NULL,
	 "Bara ett ja skulle släppa in personen, som är för ung för att tillfrågas.",
	 "Only a yes would let the person in, who is too young to be asked.", "young"},
	{REASON_REFUSED_TRIAL, "student", TRIAL " #!skolfederation-trial", NULL,
	 TRIAL " är en testtjänst; bara testpersoner.",
	 TRIAL " is a trial service; only test persons.", NULL},
	{REASON_REFUSED_TOO_BIG,
	 "student mail=abcdefghijklmnopqrstuvwxyz@abcdefghijklmnopqrstuvwxyz", DNP " mail", NULL,
	 "Svaret är 86 byte, DNP tar 80.", "The answer is 86 bytes, DNP takes 80.", "eid2"},
};

static const DecisionRow *row_named(const Decision *decision, const char *name)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (strcmp(row->name, name) == 0)
			return row;
	}
	g_error("no row of %s", name);
}

static void test_sentence(const Policy *policy, const Sentence *s)
{
	g_autoptr(Person) person = fixture_person(s->person);
	g_autoptr(Service) service = fixture_service(s->service);
	PersonAnswer answers[DECIDE_ANSWERS];
	g_autofree char *how = g_strdup(s->how);
	const Circumstances circumstances = decide_circumstances(how, answers);
	g_autoptr(Decision) decision = policy_decide(policy, person, service, &circumstances);
	const DecisionRow *row = s->attribute ? row_named(decision, s->attribute) : NULL;
	g_autofree char *sv = reason_sentence(decision, row, "sv");
	g_autofree char *en = reason_sentence(decision, row, "en");

	g_assert_cmpstr(reason_code_name(row ? row->reason : decision->reason), ==,
			reason_code_name(s->reason));
	g_assert_cmpstr(sv, ==, s->sv);
	g_assert_cmpstr(en, ==, s->en);
	decide_check(decision);
}

static void test_sentences(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(text, NULL, 0, &error);
	bool told[REASON_LAST + 1] = {[REASON_NONE] = true};

	g_assert_no_error(error);
	for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
		test_sentence(policy, &sentences[i]);
		told[sentences[i].reason] = true;
	}
	for (unsigned i = 0; i <= REASON_LAST; i++)
		if (!told[i])
			g_error("no decision tells %s", reason_code_name((Reason)i));
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
