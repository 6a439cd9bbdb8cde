/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/lint-finding.h"

#include <glib.h>
#include <string.h>

/* clang-format off */
static const LintKind table[LINT_CODES] = {
	[LINT_KEY_MISSING] = {"key-missing", LINT_ERROR, true,
		"Posten saknar användbar personnyckel; ge den en (person-key i portvakt.conf).",
		"No usable person key; give the entry one (person-key in portvakt.conf)."},
	[LINT_KEY_SEVERAL] = {"key-several", LINT_ERROR, true,
		"Flera personnycklar; ta bort alla utom den rätta.",
		"Several person keys; remove all but the right one."},
	[LINT_KEY_DUPLICATE] = {"key-duplicate", LINT_ERROR, true,
		"En annan post har samma personnyckel; rätta den som är fel.",
		"Another entry has the same person key; correct the one that is wrong."},
	[LINT_ROLE_NONE] = {"role-none", LINT_WARNING, true,
		"Varken elev, personal eller vårdnadshavare, så personen släpps inte in; ge personen "
		"en roll, eller flytta bort det som inte är en person.",
		"Neither student, staff nor guardian, so the person is let in nowhere; give the person "
		"a role, or move what is no person away."},
	[LINT_ROLE_TWO] = {"role-two", LINT_NOTE, false,
		"Flera roller i en post: personen får välja roll vid varje inloggning.",
		"Several roles on one entry: the person chooses one at each login."},
	[LINT_MARKING] = {"marking-unreadable", LINT_ERROR, true,
		"Märkningen för skyddade personuppgifter saknas eller är oläslig, och då behandlas "
		"vem som helst som skyddad; skriv in den, eller ge Portvakts konto rätt att läsa den.",
		"The marking of protected identity is missing or unreadable, and anybody is then treated "
		"as protected; write it, or let Portvakt's account read it."},
	[LINT_GROUP] = {"group-unreadable", LINT_ERROR, false,
		"Gruppen med skyddade personer (protected-group) kan inte läsas, så alla behandlas som "
		"skyddade; ge Portvakts konto rätt att läsa den.",
		"The group of protected persons (protected-group) cannot be read, so everybody is "
		"treated as protected; let Portvakt's account read it."},
	[LINT_EPPN_MISSING] = {"eppn-missing", LINT_ERROR, false,
		"EPPN saknas; `portvakt eppn assign' föreslår värden.",
		"No EPPN; `portvakt eppn assign' proposes values."},
	[LINT_EPPN_SEVERAL] = {"eppn-several", LINT_ERROR, false,
		"Flera EPPN för en roll, så inget lämnas ut; behåll det som provisioneringen använder.",
		"Several EPPNs for one role, so none is released; keep the one that provisioning uses."},
	[LINT_EPPN_UNREADABLE] = {"eppn-unreadable", LINT_ERROR, false,
		"EPPN går inte att läsa (inte UTF-8, styrtecken eller för långt); skriv ett nytt.",
		"The EPPN cannot be read (not UTF-8, a control character, or too long); write a new one."},
	[LINT_EPPN_FORM] = {"eppn-form", LINT_ERROR, false,
		"EPPN är inte namn@domän utan blanksteg; skriv ett nytt.",
		"The EPPN is not name@domain without white space; write a new one."},
	[LINT_EPPN_SCOPE] = {"eppn-scope", LINT_ERROR, false,
		"EPPN har en domän som inte är vår (scopes i portvakt.conf, med små bokstäver).",
		"The EPPN has a domain that is not ours (scopes in portvakt.conf, in lower case)."},
	[LINT_EPPN_DUPLICATE] = {"eppn-duplicate", LINT_ERROR, true,
		"En annan post har samma EPPN, och ingen av dem släpps in; ge den som fick det sist "
		"ett nytt (`portvakt eppn show' säger vem som hade det först).",
		"Another entry has the same EPPN, and neither is let in; give the later one a new one "
		"(`portvakt eppn show' says who had it first)."},
	[LINT_EPPN_CASE] = {"eppn-case", LINT_ERROR, true,
		"En annan post har samma EPPN så när som på stora och små bokstäver, och ingen av dem "
		"släpps in; ge den som fick det sist ett nytt.",
		"Another entry has the same EPPN but for capitals, and neither is let in; give the "
		"later one a new one."},
	[LINT_EPPN_TWO_ROLES] = {"eppn-two-roles", LINT_ERROR, false,
		"Samma EPPN i flera roller, så inget lämnas ut; varje roll ska ha ett eget.",
		"The same EPPN in several roles, so none is released; each role must have its own."},
	[LINT_EPPN_TAKEN] = {"eppn-taken", LINT_ERROR, true,
		"EPPN har tillhört någon annan och släpps inte in; är det samma människa med ny "
		"personnyckel, kör `portvakt eppn adopt', annars ge personen ett nytt.",
		"The EPPN has been somebody else's and is not let in; if it is the same human with a "
		"new person key run `portvakt eppn adopt', else give the person a new one."},
	[LINT_EPPN_NUMBER] = {"eppn-personal-number", LINT_ERROR, false,
		"EPPN innehåller något som ser ut som ett personnummer; byt (`portvakt eppn rotate').",
		"The EPPN holds what looks like a personal number; replace it (`portvakt eppn rotate')."},
	[LINT_EPPN_NAME] = {"eppn-name", LINT_WARNING, false,
		"EPPN innehåller en del av namnet (Skolverkets varning 3047); byt vid tillfälle "
		"(`portvakt eppn rotate').",
		"The EPPN holds a part of the name (Skolverket's warning 3047); replace it when "
		"convenient (`portvakt eppn rotate')."},
	[LINT_EPPN_UPPER_CASE] = {"eppn-upper-case", LINT_WARNING, false,
		"EPPN har stora bokstäver, och tjänster skiljer ofta på stora och små.",
		"The EPPN has capitals, and many services tell them from small letters."},
	[LINT_EPPN_SUBJECT_ID] = {"eppn-subject-id", LINT_WARNING, false,
		"EPPN duger inte som subject-id (bara a-z, 0-9, = och - före @), så tjänster som vill ha "
		"det får ett annat värde.",
		"The EPPN is no subject-id (only a-z, 0-9, = and - before @), so services that want one "
		"get another value."},
	[LINT_NUMBER_DAY] = {"number-day", LINT_ERROR, false,
		"Personnummer med en födelsedag som inte finns; rätta mot folkbokföringen.",
		"A personal number with a day of birth that does not exist; correct it from the "
		"population register."},
	[LINT_NUMBER_FORM] = {"number-form", LINT_WARNING, false,
		"Varken personnummer, samordningsnummer eller tillfälligt nummer (ÅÅÅÅMMDDTFnn); rätta "
		"eller ta bort värdet.",
		"Neither a personnummer, a samordningsnummer nor a temporary number (YYYYMMDDTFnn); "
		"correct or remove the value."},
	[LINT_NUMBER_CHECK_DIGIT] = {"number-check-digit", LINT_WARNING, false,
		"Personnumrets kontrollsiffra stämmer inte; titta efter, det finns riktiga sådana.",
		"The check digit of the personal number is wrong; have a look, there are true ones like "
		"that."},
	[LINT_NUMBER_MIXED] = {"number-mixed", LINT_WARNING, false,
		"Personnumret är skrivet på annat sätt än de flesta; skriv alla lika, utan bindestreck, "
		"annars lämnas det inte ut.",
		"The personal number is written in another way than most; write all alike, without "
		"hyphen, else it is not released."},
	[LINT_NUMBER_UNUSUAL] = {"number-unusual", LINT_WARNING, false,
		"De flesta personnummer är inte skrivna med 12 siffror, som Skolverket och tjänsterna "
		"väntar sig (YYYYMMDDNNNN), så de lämnas inte ut.",
		"Most personal numbers are not written in 12 digits, which Skolverket and services "
		"expect (YYYYMMDDNNNN), so they are not released."},
	[LINT_UNIT_CODE] = {"unit-code", LINT_WARNING, false,
		"Skolenhetskoden är inte 8 siffror (inledande nollor räknas); hämta den ur "
		"Skolenhetsregistret.",
		"The school unit code is not 8 digits (leading zeros count); take it from "
		"Skolenhetsregistret."},
	[LINT_GRADE] = {"student-grade", LINT_WARNING, false,
		"Elev utan årskurs: får inget som regler ger en årskurs och stoppas av var never för en, "
		"och en del tjänster tar personen för en lärare.",
		"A student without grade: gets nothing that rules give to a grade, is stopped by every "
		"never for one, and some services take the person for a teacher."},
	[LINT_YEAR] = {"student-year", LINT_WARNING, false,
		"Elevens årskurs går inte att tolka (siffra 0-10, eller som GY1), så eleven "
		"får inget som regler ger en årskurs och stoppas av var never för en; rätta, eller ställ in year, gymnasium och gymnasium-prefix.",
		"The school year of the student cannot be understood (a number 0-10, or such as GY1), so "
		"they get nothing that rules give to a year and are stopped by every never for one; "
		"correct it, or set year, gymnasium and gymnasium-prefix."},
	[LINT_STAFF_MAIL] = {"staff-mail", LINT_WARNING, false,
		"Personal utan e-postadress, som Skolverket och många tjänster kräver.",
		"Staff without mail address, which Skolverket and many services require."},
	[LINT_MAIL] = {"mail-form", LINT_WARNING, false,
		"Det som ska vara en e-postadress är ingen (namn@domän).",
		"What should be a mail address is none (name@domain)."},
	[LINT_UNREADABLE] = {"value-unreadable", LINT_WARNING, false,
		"Värdet är inte UTF-8, innehåller NUL, är längre än 64 KiB eller ett av över 1 000, så "
		"attributet lämnas inte ut; skriv om det.",
		"The value is not UTF-8, holds a NUL, is longer than 64 KiB or one of over 1,000, so the "
		"attribute is not released; write it anew."},
	[LINT_EMPTY] = {"value-empty", LINT_WARNING, false,
		"Tomt värde, som räknas som inget; ta bort det.",
		"An empty value, which counts as none; remove it."},
	[LINT_PADDED] = {"value-padded", LINT_WARNING, false,
		"Värdet börjar eller slutar med blanksteg, och tjänster jämför tecken för tecken; ta bort "
		"dem.",
		"The value begins or ends with white space, and services compare every character; remove "
		"it."},
	[LINT_CONTROL] = {"value-control", LINT_WARNING, false,
		"Styrtecken i värdet, så det lämnas inte ut; skriv om det.",
		"A control character in the value, so it is not released; write it anew."},
	[LINT_INVISIBLE] = {"value-invisible", LINT_WARNING, false,
		"Osynliga tecken eller tecken som vänder textens riktning i värdet; skriv om det.",
		"Invisible characters, or some that turn the direction of text, in the value; write it "
		"anew."},
	[LINT_LONG] = {"value-long", LINT_WARNING, false,
		"Värdet är längre än 256 tecken, så det lämnas inte ut; korta det.",
		"The value is longer than 256 characters, so it is not released; shorten it."},
	[LINT_SEVERAL] = {"value-several", LINT_WARNING, false,
		"Flera värden där det ska vara ett, så inget lämnas ut; behåll det rätta.",
		"Several values where there must be one, so none is released; keep the right one."},
	[LINT_SCOPE] = {"value-scope", LINT_WARNING, false,
		"Värdets domän är inte vår (scopes i portvakt.conf), så det lämnas inte ut.",
		"The domain of the value is not ours (scopes in portvakt.conf), so it is not released."},
	[LINT_SCOPED_FORM] = {"value-form", LINT_WARNING, false,
		"Värdet följer inte formen namn@domän, så det lämnas inte ut.",
		"The value is not of the form name@domain, so it is not released."},
	[LINT_SYNTAX] = {"value-syntax", LINT_WARNING, false,
		"Värdet ser inte ut som attributets värden ska (`portvakt attributes' visar hur), så det "
		"lämnas inte ut.",
		"The value does not look as values of the attribute must (`portvakt attributes' shows "
		"how), so it is not released."},
	[LINT_SERVICE_REFUSED] = {"service-refused", LINT_ERROR, false,
		"Släpps inte in på grund av masterdata.",
		"Not let in because of masterdata."},
	[LINT_SERVICE_WITHHELD] = {"service-withheld", LINT_WARNING, false,
		"Släpps in utan en uppgift som tjänsten kräver.",
		"Let in without an attribute that the service requires."},
	[LINT_SERVICE_UNGIVEN] = {"service-ungiven", LINT_NOTE, false,
		"Personer som släpps in utan en uppgift som tjänsten kräver, eftersom reglerna inte ger "
		"den (räknade, inte uppräknade).",
		"Persons let in without an attribute that the service requires, since the rules do not "
		"give it (counted, not listed)."},
	[LINT_SERVICE_CLOSED] = {"service-closed", LINT_NOTE, false,
		"Personer som ingen regel släpper in (räknade, inte uppräknade).",
		"Persons whom no rule lets in (counted, not listed)."},
	[LINT_ROTATE] = {"protected-rotate", LINT_WARNING, false,
		"Skyddade personuppgifter, men EPPN användes innan personen blev skyddad; byt med "
		"`portvakt eppn rotate'.",
		"Protected identity, but the EPPN was in use before the person became protected; replace "
		"it with `portvakt eppn rotate'."},
};
/* clang-format on */

const LintKind *lint_kind(LintCode code)
{
	g_assert(code < LINT_CODES);
	return &table[code];
}

const char *lint_severity_name(LintSeverity severity)
{
	static const char *const names[LINT_SEVERITIES] = {"note", "warning", "error"};
	g_assert(severity < LINT_SEVERITIES);
	return names[severity];
}

char *lint_sentence(const LintFinding *finding, const char *language)
{
	const LintKind *kind = lint_kind(finding->code);
	GString *text = g_string_new(NULL);

	if (finding->service)
		g_string_append_printf(text, "%s: ", finding->service);
	g_string_append(text, strcmp(language, "sv") == 0 ? kind->sv : kind->en);
	if (finding->detail)
		g_string_append_printf(text,
				       g_str_has_suffix(finding->detail, ".") ? " %s" : " (%s)",
				       finding->detail);
	return g_string_free(text, FALSE);
}
