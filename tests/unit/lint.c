/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is found wrong with entries; that nothing of it tells who is protected; and that the manual
 * says the same. */
#include "idp/masterdata/lint.h"

#include "idp/masterdata/personal-number.h"
#include "idp/seal.h"
#include "tests/unit/store-world.h"

#include <string.h>

#define NOW      1795000000
#define TODAY    20261126
#define SERVICE  "https://sp.example/saml"
#define PAIRWISE "https://pair.example/saml"

static const char policy_text[] =
	"policy 1\n"
	"service Bok is \"" SERVICE
	"\" { asks eduPersonPrincipalName required, displayName required,"
	" mail required }\n"
	"release \"Bok\" { to service Bok; for student, staff; give eduPersonPrincipalName, displayName;"
	" silent; because \"x\" }\n"
	"service Par is \"" PAIRWISE "\" { asks pairwise-id required }\n"
	"release \"Par\" { to service Par; for student; give pairwise-id; silent; because \"x\" }\n";

static MasterdataOptions *school(void)
{
	MasterdataOptions *options = masterdata_options_new();
	options->name = g_strdup("main");
	options->student = g_strsplit("a=student", ";", -1);
	options->staff = g_strsplit("a=staff", ";", -1);
	options->guardian = g_strsplit("a=guardian", ";", -1);
	options->protected_attribute = g_strdup("marking");
	options->protected_no = g_strsplit("Ingen", ";", -1);
	options->eppn_student = g_strdup("eppn");
	options->eppn_staff = g_strdup("staffEppn");
	options->eppn_guardian = g_strdup("eppn");
	return options;
}

/* "attr=value|attr=value"; 0xFF written as ~, a control character as ^ */
static DirectoryEntry *entry_of(const char *text, unsigned number)
{
	EntryDraft *draft = entry_draft_new();
	g_auto(GStrv) parts = g_strsplit(text, "|", -1);
	const char *key = "";
	for (char **part = parts; *part && **part; part++) {
		char *value = strchr(*part, '=');
		*value++ = '\0';
		for (char *c = value; *c; c++)
			*c = *c == '~' ? '\xff' : *c == '^' ? '\x01' : *c;
		entry_draft_add(draft, *part, value, -1);
		if (strcmp(*part, "key") == 0)
			key = *key ? "" : value;
	}
	g_autofree char *dn = g_strdup_printf("uid=%u,ou=people", number);
	return entry_draft_finish(draft, dn, key);
}

#define WHO     "givenName=Noa|sn=Björklund|displayName=Noa Björklund"
#define PUPIL   "a=student|marking=Ingen|sisSchoolGrade=5|" WHO
#define STAFF   "a=staff|marking=Ingen|mail=k7t4c9@skola.example|" WHO
#define GOOD(n) PUPIL "|key=" #n "|eppn=k7t4c" #n "@skola.example"

/* Findings as "code code"; {1} is the entry that is told of. */
static const struct {
	const char *name;
	const char *entries[4]; /* NULL-ended */
	const char *want;
} cases[] = {
	{"a pupil", {GOOD(1)}, ""},
	{"staff", {STAFF "|key=1|staffEppn=x2x@skola.example"}, ""},
	{"a guardian", {"a=guardian|marking=Ingen|key=1"}, ""},
	{"no key", {PUPIL "|eppn=k7@skola.example"}, "key-missing{1}"},
	{"two keys", {PUPIL "|eppn=k7@skola.example|key=1|key=2"}, "key-several{1}"},
	{"a key of two",
	 {GOOD(1), PUPIL "|key=1|eppn=x2@skola.example", PUPIL "|key=1|eppn=x3@skola.example"},
	 "key-duplicate{1} key-duplicate{2} key-duplicate{3}"},
	{"no role", {"marking=Ingen|key=1"}, "role-none{1}"},
	{"two roles",
	 {PUPIL "|a=staff|mail=x@skola.example|key=1|eppn=k7@skola.example|"
		"staffEppn=x2@skola.example"},
	 "role-two{1}"},
	{"no marking", {"a=guardian|key=1"}, "marking-unreadable{1}"},
	{"an empty marking", {"a=guardian|key=1|marking="}, "marking-unreadable{1}"},
	{"a broken marking", {"a=guardian|key=1|marking=~"}, "marking-unreadable{1}"},
	{"another marking", {"a=guardian|key=1|marking=Nej"}, ""},
	{"no EPPN", {PUPIL "|key=1"}, "eppn-missing{1}"},
	{"an empty EPPN", {PUPIL "|key=1|eppn="}, "eppn-missing{1}"},
	{"the EPPN of another role", {STAFF "|key=1|eppn=k7@skola.example"}, "eppn-missing{1}"},
	{"two EPPNs",
	 {PUPIL "|key=1|eppn=k7@skola.example|eppn=x2@skola.example"},
	 "eppn-several{1}"},
	{"a broken EPPN", {PUPIL "|key=1|eppn=k7~@skola.example"}, "eppn-unreadable{1}"},
	{"a control character in it", {PUPIL "|key=1|eppn=k^@skola.example"}, "eppn-unreadable{1}"},
	{"no @ in it", {PUPIL "|key=1|eppn=k7"}, "eppn-form{1}"},
	{"a blank in it", {PUPIL "|key=1|eppn=k 7@skola.example"}, "eppn-form{1}"},
	{"a foreign domain", {PUPIL "|key=1|eppn=k7@other.example"}, "eppn-scope{1}"},
	{"a domain in capitals",
	 {PUPIL "|key=1|eppn=k7@Skola.example"},
	 "eppn-scope{1} eppn-upper-case{1}"},
	{"an EPPN of three",
	 {GOOD(1), PUPIL "|key=2|eppn=k7t4c1@skola.example",
	  PUPIL "|key=3|eppn=k7t4c1@skola.example"},
	 "eppn-duplicate{1} eppn-duplicate{2} eppn-duplicate{3}"},
	{"one in another role",
	 {GOOD(1), STAFF "|key=2|staffEppn=k7t4c1@skola.example"},
	 "eppn-duplicate{1} eppn-duplicate{2}"},
	{"one of nobody's role",
	 {GOOD(1), "a=guardian|marking=Ingen|key=2|staffEppn=k7t4c1@skola.example"},
	 "eppn-duplicate{1} eppn-duplicate{2}"},
	{"but for capitals",
	 {GOOD(1), PUPIL "|key=2|eppn=K7T4C1@skola.example"},
	 "eppn-case{1} eppn-case{2} eppn-upper-case{2}"},
	{"one EPPN for two roles",
	 {PUPIL "|a=staff|mail=x@skola.example|key=1|eppn=k7@skola.example|"
		"staffEppn=K7@skola.example"},
	 "eppn-two-roles{1} eppn-upper-case{1} role-two{1}"},
	{"two roles in one attribute",
	 {PUPIL "|a=guardian|key=1|eppn=k7@skola.example"},
	 "eppn-two-roles{1} role-two{1}"},
	{"somebody else's", {PUPIL "|key=1|eppn=taken@skola.example"}, "eppn-taken{1}"},
	{"a personal number",
	 {PUPIL "|key=1|eppn=201001229871@skola.example"},
	 "eppn-personal-number{1}"},
	{"a part of the name", {PUPIL "|key=1|eppn=x2bjo9@skola.example"}, "eppn-name{1}"},
	{"capitals", {PUPIL "|key=1|eppn=X2z9@skola.example"}, "eppn-upper-case{1}"},
	{"no subject-id", {PUPIL "|key=1|eppn=x2.z9@skola.example"}, "eppn-subject-id{1}"},
	{"an invisible character in it",
	 {PUPIL "|key=1|eppn=x2\u202ez9@skola.example"},
	 "eppn-form{1} value-invisible{1}"},
	{"a personnummer", {GOOD(1) "|norEduPersonNIN=201001019876"}, "number-check-digit{1}"},
	{"a right one", {GOOD(1) "|norEduPersonNIN=200901272385"}, ""},
	{"a samordningsnummer", {GOOD(1) "|personalIdentityNumber=197010632391"}, ""},
	{"a temporary number", {GOOD(1) "|norEduPersonNIN=20090127TF20"}, ""},
	{"a day that is none", {GOOD(1) "|norEduPersonNIN=201002309876"}, "number-day{1}"},
	{"tomorrow", {GOOD(1) "|norEduPersonNIN=20261127TF20"}, "number-day{1}"},
	{"no number", {GOOD(1) "|norEduPersonNIN=okänt"}, "number-form{1}"},
	{"mixed forms",
	 {GOOD(1) "|norEduPersonNIN=200901272385", GOOD(2) "|norEduPersonNIN=200901272385",
	  GOOD(3) "|norEduPersonNIN=090127-2385"},
	 "number-mixed{3}"},
	{"temporary numbers apart",
	 {GOOD(1) "|norEduPersonNIN=200901272385", GOOD(2) "|norEduPersonNIN=200901272385",
	  GOOD(3) "|norEduPersonNIN=20090127-TF20"},
	 ""},
	{"most with hyphens", {GOOD(1) "|norEduPersonNIN=20090127-2385"}, "number-unusual"},
	{"a year in words",
	 {"a=student|marking=Ingen|sisSchoolGrade=femman|" WHO "|key=1|eppn=k7t4c1@skola.example"},
	 "student-year{1}"},
	{"two years", {GOOD(1) "|sisSchoolGrade=6"}, "student-year{1}"},
	{"upper secondary school",
	 {"a=student|marking=Ingen|sisSchoolGrade=GY 2|" WHO "|key=1|eppn=k7t4c1@skola.example"},
	 ""},
	{"a code of 7 digits", {GOOD(1) "|sisSchoolUnitCode=1234567"}, "unit-code{1}"},
	{"8 letters", {GOOD(1) "|sisSchoolUnitCode=abcdefgh"}, "unit-code{1}"},
	{"one of two", {GOOD(1) "|sisSchoolUnitCode=12345678|sisSchoolUnitCode=x"}, "unit-code{1}"},
	{"no grade",
	 {"a=student|marking=Ingen|key=1|eppn=k7@skola.example|sisSchoolGrade="},
	 "student-grade{1} value-empty{1}"},
	{"no mail", {"a=staff|marking=Ingen|key=1|staffEppn=k7@skola.example"}, "staff-mail{1}"},
	{"mail without @", {GOOD(1) "|mail=noa"}, "mail-form{1}"},
	{"not UTF-8", {GOOD(1) "|title=~|cn=~|street=a"}, "value-unreadable{1}"},
	{"empty", {GOOD(1) "|cn="}, "value-empty{1}"},
	{"blanks",
	 {GOOD(1) "|cn= Noa", GOOD(2) "|cn=Noa\u00a0"},
	 "value-padded{1} value-padded{2}"},
	{"a control character", {GOOD(1) "|cn=No^a"}, "value-control{1}"},
	{"one that turns the text", {GOOD(1) "|cn=Noa\u202e"}, "value-invisible{1}"},
	{"a joiner is none", {GOOD(1) "|cn=می\u200cخواهم"}, ""},
	{"two names", {GOOD(1) "|displayName=N"}, "value-several{1}"},
	{"a foreign role",
	 {GOOD(1) "|eduPersonScopedAffiliation=student@other.example"},
	 "value-scope{1}"},
	{"a day that is no day", {GOOD(1) "|schacDateOfBirth=20100231"}, "value-syntax{1}"},
	{"a country in words", {GOOD(1) "|c=Sverige"}, "value-syntax{1}"},
	{"a role without domain", {GOOD(1) "|eduPersonScopedAffiliation=student"}, "value-form{1}"},
	{"everything about one",
	 {"a=guardian|a=student|title= x|mail=a b"},
	 "eppn-missing{1} key-missing{1} mail-form{1} marking-unreadable{1} role-two{1} "
	 "student-grade{1}"},
};

/* ---- one run ---- */

typedef struct {
	GPtrArray *told; /* char *: code{number} */
	GPtrArray *full; /* char *: every word of it */
	bool seen[LINT_CODES];
} Told;

static void told_clear(Told *told)
{
	g_ptr_array_unref(told->told);
	g_ptr_array_unref(told->full);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

static void hear(const LintFinding *finding, gpointer data)
{
	Told *told = data;
	const char *name = lint_kind(finding->code)->name;
	g_autofree char *sentence = lint_sentence(finding, "sv");
	const char *number = finding->dn ? finding->dn + strlen("uid=") : NULL;

	g_assert_true(finding->count > 0 && (!finding->dn || finding->count == 1));
	told->seen[finding->code] = true;
	g_ptr_array_add(told->told, number ? g_strdup_printf("%s{%.*s}", name,
							     (int)strcspn(number, ","), number)
					   : g_strdup(name));
	g_ptr_array_add(told->full, g_strdup_printf("%s %s %s %s %s %s %s %u", name,
						    finding->dn ? finding->dn : "",
						    finding->attribute ? finding->attribute : "",
						    finding->role ? role_name(finding->role) : "",
						    finding->service ? finding->service : "",
						    finding->reason ? finding->reason : "",
						    sentence, finding->count));
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *joined(GPtrArray *texts, const char *between)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_copy(texts, NULL, NULL);
	g_ptr_array_set_free_func(sorted, NULL);
	g_ptr_array_sort(sorted, compare_texts);
	g_ptr_array_add(sorted, NULL);
	return g_strjoinv(between, (char **)sorted->pdata);
}

static bool is_taken(const char *eppn, const char *key, gpointer data)
{
	(void)key;
	(void)data;
	return g_str_has_prefix(eppn, "taken@");
}

static bool was_open(const char *eppn, const char *key, gpointer data)
{
	(void)key;
	(void)data;
	return g_str_has_prefix(eppn, "open@");
}

typedef struct {
	const char *marking; /* in place of Ingen; NULL: as it is */
	unsigned marks;      /* of the entries */
	bool rotate;
	LintServices *services;
} Run;

static Masterdata *masterdata;
static Policy *policy;
static IdentityRules identities;
static Secret *secret;
static LedgerKey *ledger_key;
static const char *const scopes[] = {"skola.example", NULL};

static void run(const char *const *entries, const Run *how, Told *told)
{
	*told = (Told){.told = g_ptr_array_new_with_free_func(g_free),
		       .full = g_ptr_array_new_with_free_func(g_free)};
	const LintOptions options = {
		.masterdata = masterdata,
		.scopes = scopes,
		.language = "sv",
		.person_key = "key",
		.today = TODAY,
		.is_taken = is_taken,
		.was_open = how->rotate ? was_open : NULL,
		.services = how->services,
		.tell = hear,
		.data = told,
	};
	g_autoptr(Lint) lint = lint_new(&options);
	unsigned n = 0;
	for (; *entries; entries++) {
		GString *text = g_string_new(*entries);
		if (how->marking)
			g_string_replace(text, "marking=Ingen", how->marking, 0);
		g_autoptr(DirectoryEntry) entry = entry_of(text->str, ++n);
		entry_mark(entry, how->marks);
		lint_entry(lint, entry);
		g_string_free(text, TRUE);
	}
	lint_finish(lint);
	g_assert_cmpuint(lint_size(lint), ==, n);
}

static bool seen_by_a_case[LINT_CODES];

static void note_seen(const Told *told)
{
	for (unsigned code = 0; code < LINT_CODES; code++)
		seen_by_a_case[code] |= told->seen[code];
}

static void test_cases(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Told) told = {0};
		run(cases[i].entries, &(Run){0}, &told);
		g_autofree char *is = joined(told.told, " ");
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(is, ==, cases[i].want);
		note_seen(&told);
	}
}

/* A value of 300 characters does not fit into the table. */
static void test_long(void)
{
	g_autofree char *letters = g_strnfill(300, 'x');
	g_autofree char *text = g_strconcat(GOOD(1), "|cn=", letters, NULL);
	const char *const entries[] = {text, NULL};
	g_auto(Told) told = {0};
	run(entries, &(Run){0}, &told);
	g_autofree char *is = joined(told.told, " ");
	g_assert_cmpstr(is, ==, "value-long{1}");
	note_seen(&told);
}

static void test_group(void)
{
	const char *const entries[] = {GOOD(1), GOOD(2), NULL};
	g_auto(Told) told = {0};
	run(entries, &(Run){.marks = ENTRY_PROTECTED_UNKNOWN}, &told);
	g_autofree char *is = joined(told.told, " ");
	g_assert_cmpstr(is, ==, "group-unreadable");
	note_seen(&told);
}

/* ---- services ---- */

static StoreReader *reader; /* NULL: there is no store */

static LintServices *services_of(Told *told, GPtrArray *services)
{
	const LintServicesOptions options = {
		.policy = policy,
		.masterdata = masterdata,
		.identities = &identities,
		.reader = reader,
		.now = NOW,
		.today = TODAY,
		.language = "sv",
		.services = services,
		.tell = hear,
		.data = told,
	};
	return lint_services_new(&options);
}

static void run_service(const char *id, const char *const *entries, const char *marking, Told *told)
{
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, id);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_ptr_array_add(list, service);
	g_autoptr(LintServices) services = services_of(told, list);
	run(entries, &(Run){.marking = marking, .services = services}, told);
}

static void run_services(const char *const *entries, const char *marking, Told *told)
{
	run_service(SERVICE, entries, marking, told);
}

/* What a login would make is no gap in the data. */
static void test_pairwise(void)
{
	const char *const entries[] = {GOOD(1), PUPIL "|key=2", NULL};
	g_auto(Told) told = {0};
	run_service(PAIRWISE, entries, NULL, &told);
	g_autofree char *is = joined(told.told, " ");
	g_assert_cmpstr(is, ==, "eppn-missing{2}");
}

static void test_services(void)
{
	static const struct {
		const char *name;
		const char *entries[4];
		const char *want;
	} service_cases[] = {
		{"let in", {GOOD(1)}, "service-ungiven"},
		{"without a name",
		 {"a=student|marking=Ingen|sisSchoolGrade=5|key=1|eppn=k7@skola.example"},
		 "service-ungiven service-withheld{1}"},
		{"without anything",
		 {"a=student|marking=Ingen|sisSchoolGrade=5|key=1"},
		 "eppn-missing{1} service-refused{1}"},
		{"without EPPN is still somebody",
		 {PUPIL "|key=1"},
		 "eppn-missing{1} service-ungiven service-withheld{1}"},
		{"for others", {"a=guardian|marking=Ingen|key=1"}, "service-closed"},
		{"two with one EPPN",
		 {GOOD(1), GOOD(2), PUPIL "|key=3|eppn=k7t4c1@skola.example"},
		 "eppn-duplicate{1} eppn-duplicate{3} service-refused{1} service-refused{3} "
		 "service-ungiven"},
		{"no key", {PUPIL "|eppn=k7@skola.example"}, "key-missing{1} service-refused{1}"},
		{"no key and nothing to give",
		 {"a=guardian|marking=Ingen"},
		 "key-missing{1} service-closed"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(service_cases); i++) {
		g_auto(Told) told = {0};
		run_services(service_cases[i].entries, NULL, &told);
		g_autofree char *is = joined(told.told, " ");
		g_test_message("%s", service_cases[i].name);
		g_assert_cmpstr(is, ==, service_cases[i].want);
		note_seen(&told);
	}
}

/* The ledger knows what the store has lost. */
static void test_lost(void)
{
	const char *const entries[] = {GOOD(1), GOOD(2), NULL};
	g_autoptr(StoreWorld) world = store_world_new();
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	LedgerRow *row = ledger_row_new(identities.ledger_key, "1", NOW, NOW + 1000);
	ledger_row_describe(row, LEDGER_ANSWERED, "saml2", PAIRWISE, "id", "r", "g");
	g_assert_true(ledger_row_add(row, identities.ledger_key, "1", "pairwise-id", "x", "f", 1));
	store_add_ledger(commit, row);
	g_assert_cmpint((int)store_world_apply(world, commit), ==, (int)STORE_OK);
	reader = world->reader;
	g_auto(Told) told = {0};
	run_service(PAIRWISE, entries, NULL, &told);
	reader = NULL;
	g_autofree char *is = joined(told.full, "\n");
	g_assert_true(g_str_has_prefix(is, "service-refused uid=1,ou=people  student Par "
					   "identifier-lost Par: "));
	g_assert_cmpuint(told.full->len, ==, 1);
}

static void test_service_reasons(void)
{
	const char *const entries[] = {
		GOOD(1), PUPIL "|key=2|eppn=k7t4c1@skola.example",
		"a=student|marking=Ingen|sisSchoolGrade=5|key=3|eppn=k7@other.se", NULL};
	g_auto(Told) told = {0};
	run_services(entries, NULL, &told);
	g_autofree char *is = joined(told.full, "\n");
	g_assert_nonnull(strstr(is, "service-refused uid=1,ou=people   Bok eppn-duplicate Bok: "));
	g_assert_nonnull(strstr(is,
				"service-refused uid=3,ou=people eduPersonPrincipalName student "
				"Bok foreign-scope Bok: "));
}

/* ---- protected persons ---- */

/* Everything that is told of each case is the same word for word whoever is protected, by the
 * marking or by the group. */
static void test_protected_is_ordinary(void)
{
	static const Run others[] = {
		{.marking = "marking=Sekretessmarkering"},
		{.marking = "marking=Skyddad folkbokföring"},
		{.marks = ENTRY_PROTECTED_MEMBER},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Told) ordinary = {0};
		run(cases[i].entries, &(Run){0}, &ordinary);
		g_autofree char *want = joined(ordinary.full, "\n");
		for (gsize j = 0; j < G_N_ELEMENTS(others); j++) {
			g_auto(Told) told = {0};
			run(cases[i].entries, &others[j], &told);
			g_autofree char *is = joined(told.full, "\n");
			g_assert_cmpstr(is, ==, want);
		}
	}
}

/* At a service the same: but that persons are counted who are not for it. */
static void test_protected_at_service(void)
{
	const char *const entries[] = {GOOD(1), PUPIL "|key=2", "a=student|marking=Ingen|key=3",
				       NULL};
	g_auto(Told) ordinary = {0}, told = {0};
	run_services(entries, NULL, &ordinary);
	run_services(entries, "marking=Sekretessmarkering", &told);
	g_autofree char *want = joined(ordinary.full, "\n");
	g_assert_null(strstr(want, "not-for-person"));
	unsigned counted = 0;
	for (guint i = 0; i < told.full->len; i++) {
		const char *line = told.full->pdata[i];
		if (strstr(line, "not-for-person")) {
			g_assert_true(g_str_has_prefix(line, "service-closed   student Bok"));
			/* all, whatever is wrong with one: putting it right changes nothing */
			g_assert_true(g_str_has_suffix(line, " 3"));
			g_ptr_array_remove_index(told.full, i--);
			counted++;
		}
	}
	g_assert_cmpuint(counted, ==, 1);
	g_assert_cmpuint(told.full->len, ==, ordinary.full->len);
	g_autofree char *is = joined(told.full, "\n");
	g_assert_cmpstr(is, ==, want);
}

static void test_rotate(void)
{
	const char *const entries[] = {PUPIL "|key=1|eppn=open@skola.example", GOOD(2), NULL};
	const Run with = {.marking = "marking=Sekretessmarkering", .rotate = true},
		  without = {.marking = "marking=Sekretessmarkering"}, ordinary = {.rotate = true};
	const struct {
		const Run *run;
		const char *want;
	} runs[] = {{&with, "protected-rotate{1}"}, {&without, ""}, {&ordinary, ""}};
	for (gsize i = 0; i < G_N_ELEMENTS(runs); i++) {
		g_auto(Told) told = {0};
		run(entries, runs[i].run, &told);
		g_autofree char *is = joined(told.told, " ");
		g_assert_cmpstr(is, ==, runs[i].want);
		note_seen(&told);
	}
}

/* ---- what is told ---- */

/* No finding holds a value: not the number, not the name, not the EPPN. */
static void test_no_values(void)
{
	const char *const entries[] = {
		"a=student|marking=Ingen|key=1|eppn=201001229871bjo@skola.example|sn=Björklund|"
		"givenName=Zz|norEduPersonNIN=201002309876|mail=qqq|cn= Zz Björklund",
		"a=student|marking=Ingen|key=2|eppn=201001229871BJO@skola.example|sn=Björklund|"
		"norEduPersonNIN=100230-9876|displayName=Zz|displayName=Björklund",
		NULL};
	static const char *const values[] = {"2010", "9876", "Björklund", "Zz",
					     "bjo",  "BJO",  "qqq"};
	g_auto(Told) told = {0};
	run_services(entries, NULL, &told);
	g_autofree char *is = joined(told.full, "\n");
	g_assert_cmpuint(told.full->len, >, 10);
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
		g_assert_null(strstr(is, values[i]));
}

/* A DN may hold what moves a terminal's cursor. */
static void test_dn(void)
{
	g_autoptr(LintPeople) people = lint_people_new();
	g_autofree char *letters = g_strnfill(5000, 'x');
	guint plain = lint_people_add(people, "uid=åsa,ou=p", "k");
	guint hostile = lint_people_add(people, "uid=\x1b[2J\u202e\n\xff", "k");
	guint endless = lint_people_add(people, letters, "k");
	g_assert_cmpstr(lint_people_dn(people, plain), ==, "uid=åsa,ou=p");
	g_assert_cmpstr(lint_people_dn(people, hostile), ==, "uid=\ufffd[2J\ufffd\ufffd\ufffd");
	g_assert_cmpuint(strlen(lint_people_dn(people, endless)), <, 300);
	g_assert_cmpuint(lint_people_size(people), ==, 3);
}

/* Each finding comes of a case above. */
static void test_all_seen(void)
{
	test_cases();
	test_long();
	test_group();
	test_services();
	test_rotate();
	for (unsigned code = 0; code < LINT_CODES; code++) {
		const LintKind *kind = lint_kind((LintCode)code);
		g_assert_nonnull(kind->name);
		if (!seen_by_a_case[code])
			g_error("no case produces %s", kind->name);
	}
}

/* ".It Cm CODE Pq SEVERITY" and the text below it, until the next request. */
static void test_manual(void)
{
	g_autofree char *page = NULL;
	unsigned code = 0;
	gboolean read = g_file_get_contents(TEST_SRCDIR "/idp/command/portvakt-masterdata.1", &page,
					    NULL, NULL);
	g_assert_true(read);
	g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (!g_str_has_prefix(*line, ".It Cm ") || !strstr(*line, " Pq "))
			continue;
		const LintKind *kind = lint_kind((LintCode)code++);
		g_autofree char *item = g_strdup_printf(".It Cm %s Pq %s", kind->name,
							lint_severity_name(kind->severity));
		g_assert_cmpstr(*line, ==, item);
		g_autoptr(GString) text = g_string_new(NULL);
		for (char **next = line + 1; *next && **next != '.'; next++)
			g_string_append_printf(text, "%s%s", text->len ? " " : "", *next);
		g_assert_cmpstr(text->str, ==, kind->en);
	}
	g_assert_cmpuint(code, ==, LINT_CODES);
}

/* ---- personal numbers ---- */

static void test_numbers(void)
{
	static const struct {
		const char *text;
		NumberForm form;
		bool is_day, check_digit;
	} numbers[] = {
		{"200901272385", NUMBER_TWELVE, true, true},
		{" 200901272385 ", NUMBER_TWELVE, true, true},
		{"195006262546", NUMBER_TWELVE, true, true},
		{"197010632391", NUMBER_TWELVE, true, true},
		{"200901872385", NUMBER_TWELVE, true, false}, /* Skolverket's own example */
		{"200112240129", NUMBER_TWELVE, true, false}, /* of Skolverket's reference API */
		{"20090127-2385", NUMBER_TWELVE_HYPHEN, true, true},
		{"0901272385", NUMBER_TEN, true, true},
		{"090127-2385", NUMBER_TEN_HYPHEN, true, true},
		{"090127+2385", NUMBER_TEN_HYPHEN, true, true},
		{"20090127TF20", NUMBER_TEMPORARY, true, true},
		{"20090127TF2X", NUMBER_TEMPORARY, true, true},
		{"20090127-TF20", NUMBER_TEMPORARY_HYPHEN, true, true},
		{"20090187TF20", NUMBER_TEMPORARY, true, true},
		{"200002290000", NUMBER_TWELVE, true, false},
		{"000229-0008", NUMBER_TEN_HYPHEN, true, false},
		{"190002290000", NUMBER_TWELVE, false, false},
		{"200913272385", NUMBER_TWELVE, false, false},
		{"200900272385", NUMBER_TWELVE, false, false},
		{"200901002385", NUMBER_TWELVE, false, false},
		{"200901602385", NUMBER_TWELVE, false, false},
		{"200901922385", NUMBER_TWELVE, false, false},
		{"202611270000", NUMBER_TWELVE, false, false},
		{"189901270000", NUMBER_TWELVE, false, false},
		{"", NUMBER_NONE, false, false},
		{"2009012723855", NUMBER_NONE, false, false},
		{"20090127 2385", NUMBER_NONE, false, false},
		{"20090127tf20", NUMBER_NONE, false, false},
		{"20090127TFX2", NUMBER_NONE, false, false},
		{"2009-01-27-2385", NUMBER_NONE, false, false},
		{"٢٠٠٩٠١٢٧٢٣٨٥", NUMBER_NONE, false, false},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
		PersonalNumber is = personal_number_read(numbers[i].text, TODAY);
		g_test_message("%s", numbers[i].text);
		g_assert_cmpint((int)is.form, ==, (int)numbers[i].form);
		g_assert_true(is.is_day == numbers[i].is_day);
		if (is.is_day)
			g_assert_true(is.check_digit == numbers[i].check_digit);
	}
}

static void load(void)
{
	g_autoptr(MasterdataOptions) options = school();
	g_autoptr(GError) error = NULL;
	const PolicySource source = {"test.policy", policy_text, strlen(policy_text)};
	const PolicyContext context = {.scopes = scopes, .today = TODAY};
	masterdata = masterdata_new(options, &error);
	g_assert_no_error(error);
	policy = policy_load(&source, 1, &context, &error);
	g_assert_no_error(error);
	secret = secret_new_random(SEAL_KEY_BYTES);
	ledger_key = ledger_key_new(secret_bytes(secret), SEAL_KEY_BYTES, &error);
	g_assert_no_error(error);
	identities = (IdentityRules){
		.policy = policy, .scopes = scopes, .key = secret, .ledger_key = ledger_key};
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	load();
	g_test_add_func("/lint/cases", test_cases);
	g_test_add_func("/lint/long", test_long);
	g_test_add_func("/lint/group", test_group);
	g_test_add_func("/lint/services", test_services);
	g_test_add_func("/lint/pairwise", test_pairwise);
	g_test_add_func("/lint/lost", test_lost);
	g_test_add_func("/lint/service-reasons", test_service_reasons);
	g_test_add_func("/lint/protected-is-ordinary", test_protected_is_ordinary);
	g_test_add_func("/lint/protected-at-service", test_protected_at_service);
	g_test_add_func("/lint/rotate", test_rotate);
	g_test_add_func("/lint/no-values", test_no_values);
	g_test_add_func("/lint/dn", test_dn);
	g_test_add_func("/lint/all-seen", test_all_seen);
	g_test_add_func("/lint/manual", test_manual);
	g_test_add_func("/lint/numbers", test_numbers);
	int result = g_test_run();
	policy_unref(policy);
	ledger_key_unref(ledger_key);
	secret_unref(secret);
	masterdata_free(masterdata);
	return result;
}
