/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a person stands: year, units, groups, day of birth. */
#include "idp/masterdata/born.h"
#include "idp/masterdata/masterdata.h"
#include "idp/masterdata/school-year.h"

#include <string.h>

static void test_years(void)
{
	static const char *const prefixes[] = {"GY", "G", NULL};
	static const struct {
		const char *value;
		unsigned year, in_gymnasium;
	} cases[] = {
		{"0", YEAR_GRADE(0), YEAR_UNKNOWN},
		{"1", YEAR_GRADE(1), YEAR_GYMNASIUM(1)},
		{"9", YEAR_GRADE(9), YEAR_UNKNOWN},
		{"10", YEAR_GRADE(10), YEAR_UNKNOWN},
		{"07", YEAR_GRADE(7), YEAR_UNKNOWN},
		{" 4 ", YEAR_GRADE(4), YEAR_GYMNASIUM(4)},
		{"åk 7", YEAR_GRADE(7), YEAR_UNKNOWN},
		{"Åk3", YEAR_GRADE(3), YEAR_GYMNASIUM(3)},
		{"ÅRSKURS 2", YEAR_GRADE(2), YEAR_GYMNASIUM(2)},
		{"Åk. 6", YEAR_GRADE(6), YEAR_UNKNOWN},
		{"F", YEAR_GRADE(0), YEAR_UNKNOWN},
		{"GY1", YEAR_GYMNASIUM(1), YEAR_GYMNASIUM(1)},
		{"Gy 2", YEAR_GYMNASIUM(2), YEAR_GYMNASIUM(2)},
		{"gy-3", YEAR_GYMNASIUM(3), YEAR_GYMNASIUM(3)},
		{"G4", YEAR_GYMNASIUM(4), YEAR_GYMNASIUM(4)},
		/* none, rather than a wrong one */
		{"GY5", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"G0", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"11", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"100", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"-1", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"7-9", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"7A", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"7 8", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"1.5", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"GYSÄR1", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"vuxenutbildning", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"\xff", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"٣", YEAR_UNKNOWN, YEAR_UNKNOWN},
		{"3333333333333333333333333333333333333333333333333333333", YEAR_UNKNOWN,
		 YEAR_UNKNOWN},
	};
	static const char *const none[] = {NULL};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].value);
		g_assert_cmpuint(school_year_read(cases[i].value, false, prefixes), ==,
				 cases[i].year);
		g_assert_cmpuint(school_year_read(cases[i].value, true, prefixes), ==,
				 cases[i].in_gymnasium);
	}
	g_assert_cmpuint(school_year_read("GY1", false, none), ==, YEAR_UNKNOWN);
}

static void test_born(void)
{
	static const struct {
		const char *value;
		unsigned born;
	} cases[] = {
		{"20120229", 20120229},
		{"20110229", 0},
		{"2012-02-29", 20120229},
		{"2012-2-29", 0},
		{"201202291234", 20120229},
		{"201202891234", 20120229},
		{"20120229TF10", 20120229},
		{"201202991234", 0},
		{"20120229-1234", 0},
		{"120229-1234", 0},
		{"", 0},
		{"2012", 0},
		{"\xff", 0},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpuint(born_read(cases[i].value), ==, cases[i].born);
}

/* ---- of an entry ---- */

static MasterdataOptions *options_of(void)
{
	MasterdataOptions *options = masterdata_options_new();

	options->name = g_strdup("main");
	options->student = g_strsplit("a=student", ";", -1);
	options->staff = g_strsplit("a=staff", ";", -1);
	options->protected_attribute = g_strdup("marking");
	options->protected_no = g_strsplit("no", ";", -1);
	options->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(options->attributes, g_strdup("sisSchoolUnitCode.staff"),
			    g_strdup("staffUnit"));
	return options;
}

static DirectoryEntry *entry_of(const char *text, guint64 groups)
{
	EntryDraft *draft = entry_draft_new();
	g_auto(GStrv) parts = g_strsplit(text, "|", -1);

	for (char **part = parts; *part; part++) {
		char *value = strchr(*part, '=');
		*value++ = '\0';
		entry_draft_add(draft, *part, value, -1);
	}
	DirectoryEntry *entry = entry_draft_finish(draft, "uid=x", "key");
	entry_put_groups(entry, groups);
	return entry;
}

static char *join(const GPtrArray *texts)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; texts && i < texts->len; i++)
		g_string_append_printf(text, "%s%s", i ? "," : "", (char *)texts->pdata[i]);
	return g_string_free(text, FALSE);
}

#define PUPIL     "a=student|marking=no|"
#define PROTECTED "a=student|marking=yes|"

static void test_persons(void)
{
	static const struct {
		const char *entry;
		Role role;
		unsigned year, born;
		const char *units;
	} cases[] = {
		{PUPIL "sisSchoolGrade=7|sisSchoolUnitCode=12345678", ROLE_STUDENT, YEAR_GRADE(7),
		 0, "12345678"},
		{PUPIL "sisSchoolGrade=7|sisSchoolGrade=7", ROLE_STUDENT, YEAR_GRADE(7), 0, ""},
		{PUPIL "sisSchoolGrade=7|sisSchoolGrade=8", ROLE_STUDENT, YEAR_UNKNOWN, 0, ""},
		{PUPIL "sisSchoolGrade=7|sisSchoolGrade=x", ROLE_STUDENT, YEAR_UNKNOWN, 0, ""},
		{PUPIL "sisSchoolGrade=7|sisSchoolGrade=\xff", ROLE_STUDENT, YEAR_UNKNOWN, 0, ""},
		{PUPIL "form=GY|sisSchoolGrade=2", ROLE_STUDENT, YEAR_GYMNASIUM(2), 0, ""},
		{PUPIL "form=GR|sisSchoolGrade=2", ROLE_STUDENT, YEAR_GRADE(2), 0, ""},
		{PUPIL "uid=x", ROLE_STUDENT, YEAR_UNKNOWN, 0, ""},
		/* a broken code is none, the others stand */
		{PUPIL "sisSchoolUnitCode=1234567|sisSchoolUnitCode=23456789", ROLE_STUDENT,
		 YEAR_UNKNOWN, 0, "23456789"},
		/* of the other role nothing follows */
		{"a=staff|a=student|marking=no|sisSchoolGrade=7|sisSchoolUnitCode=12345678|"
		 "staffUnit=87654321",
		 ROLE_STAFF, YEAR_NONE, 0, "87654321"},
		/* true of protected persons too, who are told nothing of */
		{PROTECTED "sisSchoolGrade=7|sisSchoolUnitCode=12345678|norEduPersonNIN="
			   "201202291234",
		 ROLE_STUDENT, YEAR_GRADE(7), 20120229, "12345678"},
		{PUPIL "norEduPersonNIN=201202291234|schacDateOfBirth=20120301", ROLE_STUDENT,
		 YEAR_UNKNOWN, 20120301, ""},
		{PUPIL "dateOfBirth=2012-02-29|norEduPersonNIN=x", ROLE_STUDENT, YEAR_UNKNOWN,
		 20120229, ""},
	};
	g_autoptr(MasterdataOptions) options = options_of();
	options->gymnasium = g_strsplit("form=GY", ";", -1);
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = entry_of(cases[i].entry, 0);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, cases[i].role);
		g_autofree char *units = join(person->units);

		g_test_message("%s", cases[i].entry);
		g_assert_cmpuint(person->year, ==, cases[i].year);
		g_assert_cmpuint(person->born, ==, cases[i].born);
		g_assert_cmpstr(units, ==, cases[i].units);
		if (person->is_protected)
			g_assert_null(
				person_values(person, attribute_by_name("sisSchoolUnitCode")));
	}
}

static void add_group(GPtrArray *groups, const char *name, unsigned roles)
{
	MasterdataGroup *group = g_new0(MasterdataGroup, 1);

	group->name = g_strdup(name);
	group->roles = roles;
	g_ptr_array_add(groups, group);
}

static void group_free(gpointer data)
{
	MasterdataGroup *group = data;

	g_free(group->name);
	g_free(group);
}

static void test_groups(void)
{
	static const struct {
		guint64 bits;
		Role role;
		const char *want;
	} cases[] = {
		{0, ROLE_STAFF, ""},
		{1, ROLE_STAFF, "all"},
		{2, ROLE_STAFF, "staff"},
		{2, ROLE_STUDENT, ""},
		{3, ROLE_STUDENT, "all"},
		{7, ROLE_STAFF, "all,staff"},
		{7, ROLE_STUDENT, "all,pupils"},
		{G_GUINT64_CONSTANT(1) << 63, ROLE_STAFF, "last"},
		/* of a role that they do not have nothing is told */
		{7, ROLE_GUARDIAN, ""},
	};
	g_autoptr(MasterdataOptions) options = options_of();
	options->groups = g_ptr_array_new_with_free_func(group_free);
	add_group(options->groups, "all", ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN);
	add_group(options->groups, "staff", ROLE_STAFF);
	add_group(options->groups, "pupils", ROLE_STUDENT);
	while (options->groups->len < 63)
		add_group(options->groups, "more", ROLE_STAFF);
	add_group(options->groups, "last", ROLE_STAFF);
	g_autoptr(Masterdata) masterdata = masterdata_new(options, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry =
			entry_of("a=staff|a=student|marking=no", cases[i].bits);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, cases[i].role);
		g_autofree char *groups = join(person->groups);
		g_assert_cmpstr(groups, ==, cases[i].want);
	}
}

/* What else is asked of the directory, and what cannot be asked. */
static void test_options(void)
{
	g_autoptr(MasterdataOptions) options = options_of();
	g_autoptr(GError) error = NULL;
	options->year = g_strdup("schoolYear");
	options->birth_date = g_strdup("bornOn");
	options->gymnasium = g_strsplit("form=GY", ";", -1);
	options->gymnasium_prefix = g_strsplit("Gymnasiet", ";", -1);
	g_autoptr(Masterdata) masterdata = masterdata_new(options, &error);
	g_assert_no_error(error);
	const char *const *wanted = masterdata_attributes(masterdata);
	g_assert_true(g_strv_contains(wanted, "schoolYear"));
	g_assert_true(g_strv_contains(wanted, "bornOn"));
	g_assert_true(g_strv_contains(wanted, "form"));
	g_autoptr(DirectoryEntry) entry = entry_of(PUPIL "schoolYear=Gymnasiet 3|sisSchoolGrade=1|"
							 "bornOn=20120229|schacDateOfBirth="
							 "20140101",
						   0);
	g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STUDENT);
	g_assert_cmpuint(person->year, ==, YEAR_GYMNASIUM(3));
	g_assert_cmpuint(person->born, ==, 20120229);

	static const struct {
		const char *year, *birth_date, *gymnasium, *prefix, *want;
	} mistakes[] = {
		{"a b", NULL, NULL, NULL, "[directory main] year: `a b' is no LDAP attribute"},
		{NULL, "a b", NULL, NULL,
		 "[directory main] birth-date: `a b' is no LDAP attribute"},
		{NULL, NULL, "GY", NULL, "[directory main] gymnasium: `GY' is no condition; *"},
		{NULL, NULL, NULL, "GY1",
		 "[directory main] gymnasium-prefix: `GY1' ends in a digit; write what stands before "
		 "the year, such as GY"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
		g_autoptr(MasterdataOptions) wrong = options_of();
		wrong->year = g_strdup(mistakes[i].year);
		wrong->birth_date = g_strdup(mistakes[i].birth_date);
		wrong->gymnasium =
			mistakes[i].gymnasium ? g_strsplit(mistakes[i].gymnasium, ";", -1) : NULL;
		wrong->gymnasium_prefix =
			mistakes[i].prefix ? g_strsplit(mistakes[i].prefix, ";", -1) : NULL;
		g_autoptr(GError) refused = NULL;
		g_assert_null(masterdata_new(wrong, &refused));
		if (!g_pattern_match_simple(mistakes[i].want, refused->message))
			g_error("%s, not %s", refused->message, mistakes[i].want);
	}
}

/* What a school defines is read from its own attribute, or where [attributes] says. */
static void test_own_attributes(void)
{
	static const AttributeWords words = {{"kort", NULL, NULL}, {NULL, NULL, NULL}};
	Attribute definition = {.name = "libraryCard",
				.saml = "urn:x:card",
				.claim = "library_card",
				.kind = KIND_CONTACT,
				.words = &words};
	const Attribute *own = attribute_add(&definition);
	g_autoptr(MasterdataOptions) options = options_of();
	options->registry = registry_new(&own, 1);
	g_autoptr(Masterdata) plain = masterdata_new(options, NULL);
	g_hash_table_insert(options->attributes, g_strdup("libraryCard"), g_strdup("card"));
	g_autoptr(Masterdata) mapped = masterdata_new(options, NULL);
	g_clear_pointer(&options->registry, registry_unref);
	g_autoptr(GError) error = NULL;
	g_assert_null(masterdata_new(options, &error));
	g_assert_nonnull(strstr(error->message, "no attribute is called `libraryCard'"));

	g_autoptr(DirectoryEntry) entry = entry_of(PUPIL "libraryCard=1|card=2", 0);
	g_autoptr(Person) one = masterdata_person(plain, entry, ROLE_STUDENT);
	g_autoptr(Person) other = masterdata_person(mapped, entry, ROLE_STUDENT);
	g_assert_cmpstr(person_values(one, own)->pdata[0], ==, "1");
	g_assert_cmpstr(person_values(other, own)->pdata[0], ==, "2");
	/* its kind is suppressed like others of it */
	g_autoptr(DirectoryEntry) hidden = entry_of(PROTECTED "libraryCard=1", 0);
	g_autoptr(Person) person = masterdata_person(plain, hidden, ROLE_STUDENT);
	g_assert_null(person_values(person, own));
	g_assert_true(person->suppressed[attribute_index(own)]);
	g_assert_true(person->no_alias[attribute_index(own)]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/standing/years", test_years);
	g_test_add_func("/standing/born", test_born);
	g_test_add_func("/standing/persons", test_persons);
	g_test_add_func("/standing/groups", test_groups);
	g_test_add_func("/standing/options", test_options);
	g_test_add_func("/standing/own-attributes", test_own_attributes);
	return g_test_run();
}
