/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which values a page shows: what it tells is what leaves, and what it asks about is what a yes
 * adds. */
#include "idp/choice/consent.h"
#include "tests/unit/policy-fixture.h"

#define PUPIL   "student mail=a@skola.example mail=b@skola.example mail=c@skola.example sn=C"
#define SERVICE "service Bok is \"https://bok.example/sp\"%s; "
#define GIVES(title, gifts, page)                                                                  \
	"release \"" title "\" { to service Bok; for everyone; give " gifts "; " page              \
	"; because \"" title "\" }; "
#define ASKS(title, gifts, sv, en)                                                                 \
	"release \"" title "\" { to service Bok; for everyone; give " gifts "; ask; because \"" sv \
	"\"; because en \"" en "\" }; "
#define A " only beginning \"a\""
#define B " only beginning \"b\""
#define C " only beginning \"c\""

static const struct {
	const char *name, *block, *releases;
	const char *answers; /* y and n, to the pages before it */
	const char *want;
	const char *lang; /* NULL: Swedish */
} rows[] = {
	{"told alone", "", GIVES("I", "mail", "inform"), "", "told a b c"},
	{"asked alone", "", GIVES("Q", "mail", "ask"), "", "asked a b c"},
	{"what is asked is not told", "", GIVES("I", "mail" A, "inform") GIVES("Q", "mail", "ask"),
	 "", "told a asked b c"},
	{"nor what leaves in silence", "", GIVES("S", "mail" A, "silent") GIVES("Q", "mail", "ask"),
	 "", "asked b c"},
	{"one question is not the other", "",
	 GIVES("I", "sn", "inform") GIVES("P", "mail" A, "ask") GIVES("Q", "mail" B, "ask"), "",
	 "told C asked a"},
	{"after a yes the rest is asked", "",
	 GIVES("S", "sn", "silent") GIVES("P", "mail" A, "ask") GIVES("Q", "mail", "ask"), "y",
	 "asked b c"},
	{"after a no all", "",
	 GIVES("S", "sn", "silent") GIVES("P", "mail" A, "ask") GIVES("Q", "mail", "ask"), "n",
	 "asked a b c"},
	{"where a no shuts the door, all that a yes lets out", " { needs mail }",
	 GIVES("I", "sn", "inform") GIVES("Q", "mail" B, "ask"), "", "told C asked b"},
	{"where a yes is too much for the service, what leaves without it is told",
	 " { guard size 40 bytes }", GIVES("I", "sn", "inform") GIVES("Q", "mail", "ask"), "",
	 "told C"},
	{"and what is not too much is asked", " { guard size 64 bytes }",
	 GIVES("I", "sn", "inform") GIVES("P", "mail", "ask") GIVES("Q", "mail" A, "ask"), "",
	 "told C asked a"},
	{"where all is too much nothing is told", " { guard size 40 bytes }",
	 GIVES("I", "mail" C, "inform") GIVES("Q", "mail", "ask"), "", ""},
	{"where it takes more than one yes, all of them", " { needs mail; needs sn }",
	 GIVES("P", "mail" A, "ask") GIVES("Q", "sn", "ask"), "", "asked a"},
	{"a form that makes two values one", " { lower-case mail }",
	 GIVES("I", "mail" C, "inform") GIVES("Q", "mail" A, "ask"), "", "told c asked a"},
	{"two questions in other words are two", "",
	 GIVES("S", "sn", "silent") ASKS("P", "mail" A, "X", "Z") ASKS("Q", "mail" B, "Y", "Z"), "",
	 "asked a"},
	{"and one where they are in the same words", "",
	 GIVES("S", "sn", "silent") ASKS("P", "mail" A, "X", "Z") ASKS("Q", "mail" B, "Y", "Z"), "",
	 "asked a b", "en"},
	{"by the words of the page, not of the other language", "",
	 GIVES("S", "sn", "silent") ASKS("P", "mail" A, "X", "Y") ASKS("Q", "mail" B, "X", "Z"), "",
	 "asked a", "en"},
	{"likewise in Swedish", "",
	 GIVES("S", "sn", "silent") ASKS("P", "mail" A, "X", "Y") ASKS("Q", "mail" B, "X", "Z"), "",
	 "asked a b"},
};

/* By their first letters. */
static void append(GString *text, const char *word, const Consent *consent, const Matter *matter)
{
	if (!matter)
		return;
	g_string_append_printf(text, "%s%s", text->len ? " " : "", word);
	for (guint i = 0; i < matter->attributes->len; i++) {
		g_autoptr(GPtrArray) values =
			consent_values(consent, matter, matter->attributes->pdata[i]);
		for (guint j = 0; values && j < values->len; j++)
			g_string_append_printf(text, " %c", *(const char *)values->pdata[j]);
	}
}

static void test_values(void)
{
	g_autoptr(LedgerKey) key =
		ledger_key_new("12345678901234567890123456789012", SEAL_KEY_BYTES, NULL);
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Stockholm");
	g_autoptr(Person) person = fixture_person(PUPIL);
	g_autoptr(Service) service = fixture_service("https://bok.example/sp mail sn");

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		const char *lang = rows[i].lang ? rows[i].lang : "sv";
		g_autofree char *head = g_strdup_printf(SERVICE, rows[i].block);
		g_autofree char *rules = g_strconcat(head, rows[i].releases, NULL);
		g_autoptr(Policy) policy = fixture_load(rules, NULL, 0, &error);
		g_assert_no_error(error);
		const ConsentCase of = {
			.policy = policy,
			.key = key,
			.zone = zone,
			.identity = "anna",
			.lang = lang,
			.person = person,
			.service = service,
			.circumstances = {.today = FIXTURE_TODAY},
		};
		g_autoptr(Consent) consent = consent_find(
			&of, policy_decide(policy, person, service, &of.circumstances), &error);
		g_assert_no_error(error);
		for (const char *answer = rows[i].answers; *answer; answer++) {
			uint8_t print[CONSENT_PRINT_BYTES];
			consent_print(consent, print);
			g_assert_true(
				consent_hear(consent, print, *answer == 'y' ? "yes" : "no", lang));
		}
		g_autoptr(GString) text = g_string_new(NULL);
		append(text, "told", consent, consent->told);
		append(text, "asked", consent, consent->asked);
		g_test_message("%s", rows[i].name);
		g_assert_cmpstr(text->str, ==, rows[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/consent-values/shown", test_values);
	return g_test_run();
}
