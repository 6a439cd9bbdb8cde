/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is read of a person with protected identity, and what of a human in another role. */
#include "idp/masterdata/masterdata.h"

#include <string.h>

static MasterdataOptions *sample_options(void)
{
	MasterdataOptions *options = masterdata_options_new();
	options->name = g_strdup("main");
	options->student = g_strsplit("eduPersonAffiliation=student", ";", -1);
	options->staff = g_strsplit("eduPersonAffiliation=employee", ";", -1);
	options->protected_attribute = g_strdup("securityMarking");
	options->protected_no = g_strsplit("Ingen", ";", -1);
	options->eppn_staff = g_strdup("staffPrincipalName");
	options->alias = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return options;
}

/* "NAME=LDAP;NAME=LDAP" */
static void add_lines(GHashTable *table, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, ";", -1);
	for (char **line = lines; *line && **line; line++) {
		g_auto(GStrv) sides = g_strsplit(*line, "=", 2);
		g_hash_table_insert(table, g_strdup(sides[0]), g_strdup(sides[1]));
	}
}

/* "attr=value|attr=value"; ~ is the byte 0xFF */
static DirectoryEntry *entry_of(const char *text)
{
	EntryDraft *draft = entry_draft_new();
	g_auto(GStrv) parts = g_strsplit(text, "|", -1);
	for (char **part = parts; *part && **part; part++) {
		char *value = strchr(*part, '=');
		*value++ = '\0';
		g_strdelimit(value, "~", '\xff');
		entry_draft_add(draft, *part, value, -1);
	}
	return entry_draft_finish(draft, "uid=x,ou=people", "key-1");
}

/* "mail=a,b cn=c -sn ", in the order of the registry; - where only an alias is missing. */
static char *render(const Person *person)
{
	size_t n;
	const Attribute *table = attribute_table(&n);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < n; i++) {
		const GPtrArray *values = person_values(person, &table[i]);
		if (person->no_alias[i])
			g_string_append_printf(text, "-%s ", table[i].name);
		if (!values)
			continue;
		g_string_append_printf(text, "%s=", table[i].name);
		for (guint v = 0; v < values->len; v++)
			g_string_append_printf(text, "%s%s", v ? "," : "",
					       (char *)values->pdata[v]);
		g_string_append_c(text, ' ');
	}
	return g_string_free(text, FALSE);
}

#define REAL                                                                                       \
	"eduPersonAffiliation=student|eduPersonPrincipalName=a1@skola.example|displayName=Saga|"   \
	"sn=Lund|mail=saga@skola.example|sisSchoolUnitCode=00001001|aliasName=Li|aliasMail=li@x|"  \
	"aliasUnit=00009999|aliasEppn=fake@skola.example"
#define PROTECTED REAL "|securityMarking=Sekretessmarkering"
#define ALL_REAL                                                                                   \
	"eduPersonPrincipalName=a1@skola.example eduPersonAffiliation=student "                    \
	"sisSchoolUnitCode=00001001 displayName=Saga sn=Lund mail=saga@skola.example "

static void test_alias(void)
{
	static const struct {
		const char *name, *alias, *suppress, *entry, *want;
	} cases[] = {
		{"not protected: the real values, and no alias",
		 "displayName=aliasName;mail=aliasMail", NULL, REAL "|securityMarking=Ingen",
		 ALL_REAL},
		{"no alias at all", "", NULL, PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode -displayName -sn -mail "},
		{"one alias", "displayName=aliasName", NULL, PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode displayName=Li -sn -mail "},
		{"the alias attribute is empty for this person", "displayName=otherName", NULL,
		 PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode -displayName -sn -mail "},
		{"an alias where there is no real value", "givenName=aliasName", NULL, PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode -displayName givenName=Li -sn -mail "},
		{"an attribute may be its own alias", "eduPersonAffiliation=eduPersonAffiliation",
		 NULL, PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example eduPersonAffiliation=student "
		 "-sisSchoolUnitCode -displayName -sn -mail "},
		{"suppressed by default, alias or not",
		 "mail=aliasMail;sisSchoolUnitCode=aliasUnit", NULL, PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode -displayName -sn -mail "},
		{"suppressed by a list of one's own", "displayName=aliasName;mail=aliasMail",
		 "displayName;school", PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode -displayName -sn mail=li@x "},
		{"the EPPN can be suppressed", "displayName=aliasName", "eduPersonPrincipalName",
		 PROTECTED,
		 "-eduPersonPrincipalName -eduPersonAffiliation -sisSchoolUnitCode "
		 "displayName=Li -sn -mail "},
		{"nothing suppressed", "mail=aliasMail;sisSchoolUnitCode=aliasUnit", "none",
		 PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "sisSchoolUnitCode=00009999 -displayName -sn mail=li@x "},
		{"an alias of another role", "displayName.staff=aliasName", NULL, PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode -displayName -sn -mail "},
		{"an alias of this role overrules the other",
		 "displayName.student=aliasName;displayName=aliasMail", NULL, PROTECTED,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode displayName=Li -sn -mail "},
		{"a marking that cannot be read", "displayName=aliasName", NULL, REAL,
		 "eduPersonPrincipalName=a1@skola.example -eduPersonAffiliation "
		 "-sisSchoolUnitCode displayName=Li -sn -mail "},
		{"a broken alias stays broken", "displayName=aliasName", NULL,
		 "securityMarking=x|eduPersonAffiliation=student|displayName=Saga|aliasName=~",
		 "-eduPersonAffiliation displayName=\xff "},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(MasterdataOptions) options = sample_options();
		g_autoptr(GError) error = NULL;
		add_lines(options->alias, cases[i].alias);
		if (cases[i].suppress)
			options->suppress = g_strsplit(cases[i].suppress, ";", -1);
		g_autoptr(Masterdata) masterdata = masterdata_new(options, &error);
		g_assert_no_error(error);
		g_autoptr(DirectoryEntry) entry = entry_of(cases[i].entry);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
		g_autofree char *got = render(person);
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(got, ==, cases[i].want);
	}
}

/* Identifiers that are made later than the directory is read are suppressed too. */
static void test_suppressed_for_good(void)
{
	static const struct {
		const char *marking, *suppress, *want;
	} cases[] = {
		{"x", "pseudonym", ""},
		{"x", "pairwise-id", ""},
		{"x", "none", "pairwise-id=a@skola.example "},
		{"Ingen", "pseudonym", "pairwise-id=a@skola.example "},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(MasterdataOptions) options = sample_options();
		options->suppress = g_strsplit(cases[i].suppress, ";", -1);
		g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
		g_autofree char *text = g_strconcat("securityMarking=", cases[i].marking,
						    "|eduPersonAffiliation=student", NULL);
		g_autoptr(DirectoryEntry) entry = entry_of(text);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
		const Attribute *pairwise = attribute_by_name("pairwise-id");
		person_drop_values(person, attribute_by_name("eduPersonAffiliation"));
		person->no_alias[attribute_index(attribute_by_name("eduPersonAffiliation"))] =
			false;
		person_add_value(person, pairwise, "a@skola.example", -1);
		g_autofree char *got = render(person);
		g_assert_cmpstr(got, ==, cases[i].want);
	}
}

static void test_options_refused(void)
{
	static const struct {
		const char *name, *alias, *suppress, *want;
	} cases[] = {
		{"unknown", "displayNam=x", NULL,
		 "[alias] displayNam: no attribute is called `displayNam'; did you mean "
		 "`displayName'?"},
		{"unknown role", "sn.pupil=x", NULL, "[alias] sn.pupil: `pupil' is no role"},
		{"EPPN", "eduPersonPrincipalName=aliasEppn", NULL,
		 "[alias] eduPersonPrincipalName: it is its own alias"},
		{"pairwise-id", "pairwise-id=x", NULL, "differs from service to service"},
		{"no LDAP name", "sn=a b", NULL, "[alias] sn: `a b' is no LDAP attribute"},
		{"suppress an unknown", "", "sn;mial",
		 "[protected] suppress: no attribute or kind is called `mial'; did you mean "
		 "`mail'?"},
		{"suppress a kind misspelt", "", "schoool",
		 "no attribute or kind is called `schoool'; did you mean `school'?"},
		{"suppress nothing", "", "", "[protected] suppress: names nothing"},
		{"none and more", "", "none;sn", "no attribute or kind is called `none'"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(MasterdataOptions) options = sample_options();
		g_autoptr(GError) error = NULL;
		add_lines(options->alias, cases[i].alias);
		if (cases[i].suppress)
			options->suppress = g_strsplit(cases[i].suppress, ";", -1);
		g_autoptr(Masterdata) masterdata = masterdata_new(options, &error);
		g_test_message("%s", cases[i].name);
		g_assert_null(masterdata);
		g_assert_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE);
		if (!strstr(error->message, cases[i].want))
			g_error("\"%s\" does not say \"%s\"", error->message, cases[i].want);
	}
}

static void test_wanted_and_warned(void)
{
	g_autoptr(MasterdataOptions) options = sample_options();
	add_lines(options->alias, "displayName=aliasName;mail.staff=aliasMail");
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	const char *const *wanted = masterdata_attributes(masterdata);

	g_assert_true(g_strv_contains(wanted, "aliasName"));
	g_assert_true(g_strv_contains(wanted, "aliasMail"));
	g_assert_cmpuint(masterdata_warnings(masterdata)->len, ==, 1);
	g_assert_true(g_str_has_prefix(masterdata_warnings(masterdata)->pdata[0],
				       "[alias] mail: never leaves"));
}

/* portvakt.conf(5) names exactly the attributes that are suppressed when nothing is said. */
static void test_manual(void)
{
	g_autofree char *manual = NULL;
	g_assert_true(g_file_get_contents(TEST_SRCDIR "/idp/portvakt.conf.5", &manual, NULL, NULL));
	g_autoptr(MasterdataOptions) options = sample_options();
	size_t n;
	const Attribute *table = attribute_table(&n);
	g_autoptr(GString) all = g_string_new("securityMarking=x|eduPersonAffiliation=student");

	for (size_t i = 0; i < n; i++) {
		g_autofree char *line = g_strdup_printf("%s.student=alias", table[i].name);
		if (!g_str_equal(table[i].name, "eduPersonPrincipalName") &&
		    !g_str_equal(table[i].name, "pairwise-id") &&
		    !g_str_equal(table[i].name, "subject-id") &&
		    !g_str_equal(table[i].name, "eduPersonTargetedID"))
			add_lines(options->alias, line);
	}
	g_string_append(all, "|alias=x");
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	g_autoptr(DirectoryEntry) entry = entry_of(all->str);
	g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
	const char *start = strstr(manual, ".It Cm suppress Li =");
	g_assert_nonnull(start);
	g_autofree char *item = g_strndup(start, (gsize)(strstr(start, "\n.It Cm role") - start));
	unsigned absent = 0;
	for (size_t i = 0; i < n; i++) {
		bool leaves = person_values(person, &table[i]) != NULL;
		g_autofree char *word = g_strdup_printf(" %s ", table[i].name);
		bool listed = false;
		g_auto(GStrv) lines = g_strsplit(item, "\n", -1);
		for (char **line = lines; *line; line++) {
			g_autofree char *padded = g_strdup_printf("%s ", *line);
			listed |= g_str_has_prefix(*line, ".Li ") && strstr(padded, word);
		}
		if (!person->no_alias[i] && !leaves && !listed)
			continue; /* computed, or the EPPN, of which this entry has none */
		if (listed == leaves)
			g_error("portvakt.conf(5) is wrong about %s", table[i].name);
		absent += listed;
	}
	g_assert_cmpuint(absent, >=, 30);
}

/* The EPPN of the other role that cannot be read may be anywhere: nothing leaves. */
static void test_unreadable_eppn(void)
{
	static const struct {
		const char *name, *entry, *want;
	} cases[] = {
		{"readable",
		 "staffPrincipalName=b2@skola.example|displayName=b2@skola.example|sn=Lund",
		 "eduPersonPrincipalName=a1@skola.example eduPersonAffiliation=student sn=Lund "},
		{"absent", "displayName=b2@skola.example|sn=Lund",
		 "eduPersonPrincipalName=a1@skola.example eduPersonAffiliation=student "
		 "displayName=b2@skola.example sn=Lund "},
		{"unreadable",
		 "staffPrincipalName=b2@skola.example~|displayName=b2@skola.example|sn=Lund",
		 "eduPersonPrincipalName=\xff eduPersonAffiliation=\xff displayName=\xff "
		 "sn=\xff "},
		{"one of two unreadable",
		 "staffPrincipalName=b2@skola.example|staffPrincipalName=~|uid=b2",
		 "eduPersonPrincipalName=\xff eduPersonAffiliation=\xff uid=\xff "},
	};
	g_autoptr(MasterdataOptions) options = sample_options();
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat(
			"securityMarking=Ingen|eduPersonAffiliation=student|"
			"eduPersonAffiliation=employee|eduPersonPrincipalName=a1@skola.example|",
			cases[i].entry, NULL);
		g_autoptr(DirectoryEntry) entry = entry_of(text);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
		g_autofree char *got = render(person);
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(got, ==, cases[i].want);
	}
	/* whoever has one role has no other name */
	g_autoptr(DirectoryEntry) pupil = entry_of(
		"securityMarking=Ingen|eduPersonAffiliation=student|staffPrincipalName=~|sn=Lund");
	g_autoptr(Person) person = masterdata_person(masterdata, pupil, ROLE_STUDENT);
	g_autofree char *got = render(person);
	g_assert_cmpstr(got, ==, "eduPersonAffiliation=student sn=Lund ");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/protected/alias", test_alias);
	g_test_add_func("/protected/suppressed-for-good", test_suppressed_for_good);
	g_test_add_func("/protected/options-refused", test_options_refused);
	g_test_add_func("/protected/wanted-and-warned", test_wanted_and_warned);
	g_test_add_func("/protected/manual", test_manual);
	g_test_add_func("/protected/unreadable-eppn", test_unreadable_eppn);
	return g_test_run();
}
