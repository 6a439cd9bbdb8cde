/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What entries mean: roles, protection, and what a person in one role is. */
#include "idp/masterdata/masterdata.h"

#include "idp/masterdata/condition.h"

#include "idp/limits.h"

#include <string.h>

/* The options of the sample school (contrib/school/README.md). */
static MasterdataOptions *sample_options(void)
{
	MasterdataOptions *options = masterdata_options_new();
	options->name = g_strdup("main");
	options->student = g_strsplit("eduPersonAffiliation=student", ";", -1);
	options->staff = g_strsplit("eduPersonAffiliation=employee", ";", -1);
	options->guardian = g_strsplit("eduPersonAffiliation=affiliate", ";", -1);
	options->teacher = g_strsplit("eduPersonAffiliation=faculty", ";", -1);
	options->test = g_strsplit("portvaktTestPerson=TRUE", ";", -1);
	options->protected_attribute = g_strdup("securityMarking");
	options->protected_no = g_strsplit("Ingen", ";", -1);
	options->eppn_staff = g_strdup("portvaktStaffPrincipalName");
	options->eppn_guardian = g_strdup("portvaktGuardianPrincipalName");
	options->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(options->attributes, g_strdup("sisSchoolUnitCode.staff"),
			    g_strdup("portvaktStaffUnitCode"));
	return options;
}

/* "attr=value|attr=value"; the value may hold \0 written as ^ and 0xFF as ~ */
static DirectoryEntry *entry_of(const char *text)
{
	EntryDraft *draft = entry_draft_new();
	g_auto(GStrv) parts = g_strsplit(text, "|", -1);
	for (char **part = parts; *part && **part; part++) {
		char *value = strchr(*part, '=');
		*value++ = '\0';
		gssize length = (gssize)strlen(value);
		for (char *c = value; *c; c++)
			if (*c == '~')
				*c = '\xff';
		for (gssize i = 0; i < length; i++)
			if (value[i] == '^')
				value[i] = '\0';
		entry_draft_add(draft, *part, value, length);
	}
	return entry_draft_finish(draft, "uid=x,ou=people", "key-1");
}

/* Of a protected person next to nothing is read (tests/unit/protected.c). */
static DirectoryEntry *unprotected(const char *text)
{
	g_autofree char *whole = g_strconcat("securityMarking=Ingen|", text, NULL);
	return entry_of(whole);
}

/* The values of a registry attribute as "a,b"; "" if none. */
static char *values_of(const Person *person, const char *name)
{
	const GPtrArray *values = person_values(person, attribute_by_name(name));
	GString *text = g_string_new(NULL);
	for (guint i = 0; values && i < values->len; i++)
		g_string_append_printf(text, "%s%s", i ? "," : "", (char *)values->pdata[i]);
	return g_string_free(text, FALSE);
}

static void test_conditions(void)
{
	static const struct {
		const char *name, *condition, *entry;
		bool want;
	} cases[] = {
		{"equal", "a=student", "a=student", true},
		{"case of value", "a=Student", "a=sTUDENT", true},
		{"case of attribute", "A=student", "a=student", true},
		{"case beyond ASCII", "a=LÄRARE", "a=lärare", true},
		{"decomposed", "a=lärare", "a=la\xcc\x88rare", true},
		{"one of several values", "a=student", "a=member|a=student", true},
		{"longer value", "a=student", "a=students", false},
		{"shorter value", "a=student", "a=studen", false},
		{"other attribute", "a=student", "b=student", false},
		{"no attribute", "a=student", "", false},
		{"any", "a=*", "a=x", true},
		{"any, none there", "a=*", "b=x", false},
		{"any, empty value", "a=*", "a=", false},
		{"any, broken value", "a=*", "a=~", false},
		{"star is no pattern", "a=st*", "a=student", false},
		{"NUL does not end a value", "a=student", "a=student^x", false},
		{"broken UTF-8", "a=student", "a=student~", false},
		{"one broken value spoils the others", "a=student", "a=student|a=~", false},
		{"equals sign in the value", "m=cn=elever,ou=g", "m=CN=Elever,ou=g", true},
		{"blanks around", " a = student ", "a=student", true},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		char text[128];
		g_strlcpy(text, cases[i].condition, sizeof text);
		char *texts[] = {text, NULL};
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) list = conditions_parse(texts, "main", "student", &error);
		g_assert_no_error(error);
		g_autoptr(DirectoryEntry) entry = entry_of(cases[i].entry);
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(conditions_hold(list, entry), ==, cases[i].want);
	}
}

static void test_options_refused(void)
{
	static const struct {
		const char *name, *mapping, *ldap, *want;
	} cases[] = {
		{"unknown", "givenNam", "x",
		 "[attributes] givenNam: no attribute is called "
		 "`givenNam'; did you mean `givenName'?"},
		{"unknown role", "sn.pupil", "x",
		 "[attributes] sn.pupil: `pupil' is no role; "
		 "write student, staff or guardian"},
		{"EPPN", "eduPersonPrincipalName", "x", "eppn-student"},
		{"EPPN of a role", "eduPersonPrincipalName.staff", "x", "eppn-student"},
		{"pairwise", "pairwise-id", "x", "differs from service to service"},
		{"subject of a role", "subject-id.staff", "x", "the same in all roles"},
		{"no LDAP name", "sn", "sur name", "`sur name' is no LDAP attribute"},
		{"filter in the name", "sn", "sn)(uid=*", "is no LDAP attribute"},
		{"newline in the name", "sn", "sn\n", "is no LDAP attribute"},
		{"empty", "sn", "", "is no LDAP attribute"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(MasterdataOptions) options = sample_options();
		g_autoptr(GError) error = NULL;
		g_hash_table_insert(options->attributes, g_strdup(cases[i].mapping),
				    g_strdup(cases[i].ldap));
		g_autoptr(Masterdata) masterdata = masterdata_new(options, &error);
		g_test_message("%s", cases[i].name);
		g_assert_null(masterdata);
		g_assert_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE);
		g_assert_nonnull(strstr(error->message, cases[i].want));
	}
}

static void test_protection_must_be_told(void)
{
	static const struct {
		const char *name, *attribute, *no, *want; /* want NULL: accepted */
	} cases[] = {
		{"nothing said", NULL, "Ingen", "[directory main] protected-attribute: missing"},
		{"empty", "", "Ingen", "[directory main] protected-attribute: missing"},
		{"no value for no", "securityMarking", NULL, "[directory main] protected-no"},
		{"not an attribute", "a b", "Ingen", "is no LDAP attribute"},
		{"declared absent", "none", NULL, NULL},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(MasterdataOptions) options = sample_options();
		g_autoptr(GError) error = NULL;
		g_free(options->protected_attribute);
		options->protected_attribute = g_strdup(cases[i].attribute);
		g_strfreev(options->protected_no);
		options->protected_no = cases[i].no ? g_strsplit(cases[i].no, ";", -1) : NULL;
		g_autoptr(Masterdata) masterdata = masterdata_new(options, &error);
		g_test_message("%s", cases[i].name);
		if (cases[i].want) {
			g_assert_null(masterdata);
			g_assert_nonnull(strstr(error->message, cases[i].want));
			continue;
		}
		g_assert_no_error(error);
		g_autoptr(DirectoryEntry) entry = entry_of("uid=x");
		g_assert_false(masterdata_is_protected(masterdata, entry));
	}
}

static void test_protected(void)
{
	static const struct {
		const char *name, *entry;
		bool want;
		unsigned marks;
	} cases[] = {
		{"not marked", "securityMarking=Ingen", false},
		{"case", "securitymarking=INGEN", false},
		{"blanks", "securityMarking= Ingen ", false},
		{"marked", "securityMarking=Sekretessmarkering", true},
		{"skyddad folkbokföring", "securityMarking=Skyddad folkbokföring", true},
		{"absent", "uid=x", true},
		{"empty", "securityMarking=", true},
		{"unknown word", "securityMarking=Inge", true},
		{"both", "securityMarking=Ingen|securityMarking=Sekretessmarkering", true},
		{"twice no", "securityMarking=Ingen|securityMarking=ingen", false},
		{"broken", "securityMarking=Ingen~", true},
		{"one broken of two", "securityMarking=Ingen|securityMarking=~", true},
		{"NUL", "securityMarking=Ingen^Sekretessmarkering", true},
		{"other attribute", "security=Ingen", true},
		{"member of the group", "securityMarking=Ingen", true, ENTRY_PROTECTED_MEMBER},
		{"perhaps a member", "securityMarking=Ingen", true, ENTRY_PROTECTED_UNKNOWN},
		{"another mark", "securityMarking=Ingen", false, ENTRY_EPPN_SHARED},
	};
	g_autoptr(MasterdataOptions) options = sample_options();
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = entry_of(cases[i].entry);
		g_test_message("%s", cases[i].name);
		entry_mark(entry, cases[i].marks);
		g_assert_cmpuint(entry_marks(entry), ==, cases[i].marks);
		g_assert_cmpint(masterdata_is_protected(masterdata, entry), ==, cases[i].want);
		/* it follows the person into any role, and into none */
		g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
		g_assert_cmpint(person->is_protected, ==, cases[i].want);
	}
}

/* A pupil who also works at the school, and is somebody's guardian. */
#define HUMAN                                                                                      \
	"securityMarking=Ingen|displayName=Noor Haddad|eduPersonAffiliation=student|"              \
	"eduPersonAffiliation=employee|eduPersonAffiliation=faculty|eduPersonAffiliation=member|"  \
	"eduPersonAffiliation=affiliate|eduPersonAffiliation=elevassistent|"                       \
	"eduPersonScopedAffiliation=Student@skola.example|"                                        \
	"eduPersonScopedAffiliation=employee@skola.example|"                                       \
	"eduPersonScopedAffiliation=member@skola.example|"                                         \
	"eduPersonScopedAffiliation=students@skola.example|"                                       \
	"eduPersonPrimaryAffiliation=employee|"                                                    \
	"eduPersonPrincipalName=q6nfgx@skola.example|"                                             \
	"portvaktStaffPrincipalName=ppp35t@skola.example|"                                         \
	"eduPersonUniqueId=PPP35T@skola.example|"                                                  \
	"eduPersonEntitlement=urn:x:q6nfgx@skola.example|"                                         \
	"mail=noor@skola.example|sisSchoolUnitCode=00001002|portvaktStaffUnitCode=00001001|"       \
	"sisSchoolGrade=GY3|sisSchoolCourseStudent=00001002/EK24A|"                                \
	"sisSchoolCourseTeacher=00001001/1A|title=fritidsledare|sisLegalGuardianFor=x|"            \
	"pairwise-id=same@skola.example|eduPersonTargetedID=same"

static void test_person(void)
{
	static const struct {
		const char *name, *entry;
		Role role;
		const char *attribute, *want;
	} cases[] = {
		{"EPPN as pupil", HUMAN, ROLE_STUDENT, "eduPersonPrincipalName",
		 "q6nfgx@skola.example"},
		{"EPPN as staff", HUMAN, ROLE_STAFF, "eduPersonPrincipalName",
		 "ppp35t@skola.example"},
		{"EPPN as guardian: none there", HUMAN, ROLE_GUARDIAN, "eduPersonPrincipalName",
		 ""},
		{"staff EPPN in another attribute", HUMAN, ROLE_STUDENT, "eduPersonUniqueId", ""},
		{"own EPPN in another attribute", HUMAN, ROLE_STAFF, "eduPersonUniqueId",
		 "PPP35T@skola.example"},
		{"pupil's EPPN inside a value", HUMAN, ROLE_STAFF, "eduPersonEntitlement", ""},
		{"own EPPN inside a value", HUMAN, ROLE_STUDENT, "eduPersonEntitlement",
		 "urn:x:q6nfgx@skola.example"},
		{"shared value", HUMAN, ROLE_STAFF, "mail", "noor@skola.example"},
		{"affiliations as pupil", HUMAN, ROLE_STUDENT, "eduPersonAffiliation",
		 "student,member"},
		{"affiliations as staff", HUMAN, ROLE_STAFF, "eduPersonAffiliation",
		 "employee,faculty,member"},
		{"affiliations as guardian", HUMAN, ROLE_GUARDIAN, "eduPersonAffiliation",
		 "member"},
		{"scoped as pupil", HUMAN, ROLE_STUDENT, "eduPersonScopedAffiliation",
		 "Student@skola.example,member@skola.example"},
		{"scoped as staff", HUMAN, ROLE_STAFF, "eduPersonScopedAffiliation",
		 "employee@skola.example,member@skola.example"},
		{"primary of the other role", HUMAN, ROLE_STUDENT, "eduPersonPrimaryAffiliation",
		 ""},
		{"unit as pupil", HUMAN, ROLE_STUDENT, "sisSchoolUnitCode", "00001002"},
		{"unit as staff", HUMAN, ROLE_STAFF, "sisSchoolUnitCode", "00001001"},
		{"grade as pupil", HUMAN, ROLE_STUDENT, "sisSchoolGrade", "GY3"},
		{"grade as staff", HUMAN, ROLE_STAFF, "sisSchoolGrade", ""},
		{"groups as staff", HUMAN, ROLE_STAFF, "sisSchoolCourseStudent", ""},
		{"taught as staff", HUMAN, ROLE_STAFF, "sisSchoolCourseTeacher", "00001001/1A"},
		{"taught as pupil", HUMAN, ROLE_STUDENT, "sisSchoolCourseTeacher", ""},
		{"title as pupil", HUMAN, ROLE_STUDENT, "title", ""},
		{"children as pupil", HUMAN, ROLE_STUDENT, "sisLegalGuardianFor", ""},
		{"children as guardian", HUMAN, ROLE_GUARDIAN, "sisLegalGuardianFor", "x"},
		{"pairwise-id is not the directory's", HUMAN, ROLE_STUDENT, "pairwise-id", ""},
		{"nor eduPersonTargetedID", HUMAN, ROLE_STUDENT, "eduPersonTargetedID", ""},
		{"role not had", "eduPersonAffiliation=student|mail=a@b", ROLE_STAFF, "mail", ""},
		{"pupil with a stray staff word",
		 "eduPersonAffiliation=student|eduPersonAffiliation=staff", ROLE_STUDENT,
		 "eduPersonAffiliation", "student"},
		{"words of the school's own",
		 "eduPersonAffiliation=student|"
		 "eduPersonAffiliation=elev",
		 ROLE_STUDENT, "eduPersonAffiliation", "student,elev"},
		{"only-pupil's staff EPPN attribute is nobody's",
		 "eduPersonAffiliation=student|eduPersonPrincipalName=a@b|"
		 "portvaktStaffPrincipalName=a@b",
		 ROLE_STUDENT, "eduPersonPrincipalName", "a@b"},
		{"non-Latin", "eduPersonAffiliation=student|sn=Шевченко|givenName=明", ROLE_STUDENT,
		 "sn", "Шевченко"},
		{"broken value goes on to be judged", "eduPersonAffiliation=student|sn=a~b",
		 ROLE_STUDENT, "sn", ENTRY_UNREADABLE},
		{"broken value takes the others with it",
		 "eduPersonAffiliation=student|isMemberOf=a|isMemberOf=~|isMemberOf=b",
		 ROLE_STUDENT, "isMemberOf", ENTRY_UNREADABLE},
		{"NUL does not shorten", "eduPersonAffiliation=student|sn=a^b", ROLE_STUDENT, "sn",
		 ENTRY_UNREADABLE},
		{"attribute options are other attributes",
		 "eduPersonAffiliation=student|sn;lang-en=Smith", ROLE_STUDENT, "sn", ""},
	};
	g_autoptr(MasterdataOptions) options = sample_options();
	g_autoptr(GError) error = NULL;
	g_autoptr(Masterdata) masterdata = masterdata_new(options, &error);
	g_assert_no_error(error);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = unprotected(cases[i].entry);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, cases[i].role);
		g_autofree char *values = values_of(person, cases[i].attribute);
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(values, ==, cases[i].want);
		g_assert_cmpstr(person->key, ==, "key-1");
	}
}

/* Nor in a spelling that looks like it. */
static void test_two_roles_share_no_spelling(void)
{
	static const char *const spellings[] = {
		"ppp\302\25535t@skola.example",           /* a soft hyphen */
		"\357\275\220pp35t@skola.example",        /* a wide p */
		"urn:x:pp\342\200\213p35t@SKOLA.example", /* a space of no width */
	};
	g_autoptr(MasterdataOptions) options = sample_options();
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++) {
		g_autofree char *text = g_strconcat(HUMAN "|eduPersonOrcid=", spellings[i], NULL);
		g_autoptr(DirectoryEntry) entry = entry_of(text);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
		g_autoptr(Person) staff = masterdata_person(masterdata, entry, ROLE_STAFF);
		const Attribute *orcid = attribute_by_name("eduPersonOrcid");

		g_assert_null(person_values(person, orcid));
		g_assert_nonnull(person_values(staff, orcid));
	}
}

/* No value of the other role's EPPN leaves under any name at all. */
static void test_two_roles_share_no_eppn(void)
{
	g_autoptr(MasterdataOptions) options = sample_options();
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	g_autoptr(DirectoryEntry) entry = entry_of(HUMAN);
	static const struct {
		Role role;
		const char *other;
	} cases[] = {{ROLE_STUDENT, "ppp35t"}, {ROLE_STAFF, "q6nfgx"}};

	g_assert_cmpuint(masterdata_roles(masterdata, entry), ==,
			 ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Person) person = masterdata_person(masterdata, entry, cases[i].role);
		for (gsize a = 0; a < ATTRIBUTE_MAX; a++)
			for (guint v = 0; person->values[a] && v < person->values[a]->len; v++)
				g_assert_null(
					strcasestr(person->values[a]->pdata[v], cases[i].other));
	}
}

/* The option that forgets to give the staff role an attribute of its own must not make one EPPN
 * serve two roles of one human; whoever has one role keeps theirs. */
static void test_one_attribute_for_two_roles(void)
{
	static const struct {
		const char *name, *entry;
		Role role;
		const char *want;
	} cases[] = {
		{"both roles",
		 "eduPersonAffiliation=student|eduPersonAffiliation=employee|"
		 "eduPersonPrincipalName=a@b",
		 ROLE_STUDENT, ""},
		{"both roles",
		 "eduPersonAffiliation=student|eduPersonAffiliation=employee|"
		 "eduPersonPrincipalName=a@b",
		 ROLE_STAFF, ""},
		{"pupil", "eduPersonAffiliation=student|eduPersonPrincipalName=a@b", ROLE_STUDENT,
		 "a@b"},
		{"staff", "eduPersonAffiliation=employee|eduPersonPrincipalName=a@b", ROLE_STAFF,
		 "a@b"},
	};
	g_autoptr(MasterdataOptions) options = sample_options();
	g_clear_pointer(&options->eppn_staff, g_free);
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = unprotected(cases[i].entry);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, cases[i].role);
		g_autofree char *values = values_of(person, "eduPersonPrincipalName");
		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(values, ==, cases[i].want);
	}
}

static void test_flags(void)
{
	static const struct {
		const char *name, *entry;
		Role role;
		Role want;
		bool teacher, test;
	} cases[] = {
		{"pupil", "eduPersonAffiliation=student", ROLE_STUDENT, ROLE_STUDENT, false, false},
		{"teacher", "eduPersonAffiliation=employee|eduPersonAffiliation=faculty",
		 ROLE_STAFF, ROLE_STAFF, true, false},
		{"teacher as pupil", HUMAN, ROLE_STUDENT, ROLE_STUDENT, false, false},
		{"test pupil", "eduPersonAffiliation=student|portvaktTestPerson=TRUE", ROLE_STUDENT,
		 ROLE_STUDENT, false, true},
		{"role not had", "eduPersonAffiliation=student|portvaktTestPerson=TRUE", ROLE_STAFF,
		 ROLE_NONE, false, false},
		{"nobody", "uid=x", ROLE_STUDENT, ROLE_NONE, false, false},
	};
	g_autoptr(MasterdataOptions) options = sample_options();
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = entry_of(cases[i].entry);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, cases[i].role);
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(person->role, ==, cases[i].want);
		g_assert_cmpint(person->teacher, ==, cases[i].teacher);
		g_assert_cmpint(person->is_test, ==, cases[i].test);
	}
}

static void test_wanted(void)
{
	g_autoptr(MasterdataOptions) options = sample_options();
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
	const char *const *wanted = masterdata_attributes(masterdata);
	static const char *const must[] = {"eduPersonAffiliation",       "securityMarking",
					   "portvaktStaffPrincipalName", "portvaktTestPerson",
					   "portvaktStaffUnitCode",      "displayName"};
	static const char *const never[] = {"userPassword", "pairwise-id", "subject-id", "*", "+"};

	for (gsize i = 0; i < G_N_ELEMENTS(must); i++)
		g_assert_true(g_strv_contains(wanted, must[i]));
	for (gsize i = 0; i < G_N_ELEMENTS(never); i++)
		g_assert_false(g_strv_contains(wanted, never[i]));
	for (gsize i = 0; wanted[i]; i++)
		g_assert_false(g_strv_contains(wanted + i + 1, wanted[i]));
}

/* A subject-id is the directory's only where the school has said so. */
static void test_subject_id(void)
{
	const Attribute *subject = attribute_by_name("subject-id");
	for (unsigned named = 0; named < 2; named++) {
		g_autoptr(MasterdataOptions) options = sample_options();
		if (named)
			g_hash_table_insert(options->attributes, g_strdup("subject-id"),
					    g_strdup("skolID"));
		g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);
		g_autoptr(DirectoryEntry) entry =
			entry_of(HUMAN "|subject-id=own@skola.example|skolID=a1@skola.example");
		g_assert_true(masterdata_reads(masterdata, subject) == named);
		for (Role role = ROLE_STUDENT; role <= ROLE_STAFF; role <<= 1) {
			g_autoptr(Person) person = masterdata_person(masterdata, entry, role);
			const GPtrArray *values = person_values(person, subject);
			g_assert_cmpuint(values ? values->len : 0, ==, named);
			if (named)
				g_assert_cmpstr(values->pdata[0], ==, "a1@skola.example");
		}
	}
}

static void test_entry_limits(void)
{
	enum { MANY = LIMIT_ENTRY_VALUES };
	static const struct {
		const char *name;
		gsize length; /* of each value */
		gsize n;
		gsize want; /* values; 1 of a larger n: the attribute is unreadable */
	} cases[] = {
		{"longest", LIMIT_ENTRY_VALUE_BYTES, 1, 1},
		{"two of the longest", LIMIT_ENTRY_VALUE_BYTES, 2, 2},
		{"too long", LIMIT_ENTRY_VALUE_BYTES + 1, 3, 1},
		{"1 MiB", 1048576, 2, 1},
		{"most", 1, MANY, MANY},
		{"one too many", 1, MANY + 1, 1},
		{"10,000", 20, 10000, 1},
		{"empty", 0, 2, 2},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *value = g_strnfill(cases[i].length, 'a');
		EntryDraft *draft = entry_draft_new();
		for (gsize j = 0; j < cases[i].n; j++)
			entry_draft_add(draft, "Many", value, -1);
		entry_draft_add(draft, "other", "x", -1);
		g_autoptr(DirectoryEntry) entry = entry_draft_finish(draft, "dn", "key");
		const char *const *values = entry_values(entry, "mANY");
		g_test_message("%s", cases[i].name);
		g_assert_cmpuint(g_strv_length((char **)(guintptr)values), ==, cases[i].want);
		g_assert_cmpstr(values[0], ==,
				cases[i].want < cases[i].n ? ENTRY_UNREADABLE : value);
		g_assert_cmpint(entry_is_text(values[0]), ==,
				cases[i].length && cases[i].want == cases[i].n);
		g_assert_cmpstr(entry_values(entry, "other")[0], ==, "x");
		g_assert_null(entry_values(entry, "none"));
		g_assert_cmpstr(entry_dn(entry), ==, "dn");
		g_assert_cmpstr(entry_key(entry), ==, "key");
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/masterdata/conditions", test_conditions);
	g_test_add_func("/masterdata/options-refused", test_options_refused);
	g_test_add_func("/masterdata/protection-must-be-told", test_protection_must_be_told);
	g_test_add_func("/masterdata/protected", test_protected);
	g_test_add_func("/masterdata/person", test_person);
	g_test_add_func("/masterdata/two-roles-share-no-eppn", test_two_roles_share_no_eppn);
	g_test_add_func("/masterdata/two-roles-share-no-eppn-spelling",
			test_two_roles_share_no_spelling);
	g_test_add_func("/masterdata/one-attribute-for-two-roles",
			test_one_attribute_for_two_roles);
	g_test_add_func("/masterdata/flags", test_flags);
	g_test_add_func("/masterdata/wanted", test_wanted);
	g_test_add_func("/masterdata/subject-id", test_subject_id);
	g_test_add_func("/masterdata/entry-limits", test_entry_limits);
	return g_test_run();
}
