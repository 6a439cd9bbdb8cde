/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a real slapd is asked of an entry besides: EPPNs of two, the protected group, children. */
#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/seal.h"
#include "tests/lib/rogue.h"
#include "tests/lib/school.h"

#include <string.h>

#define GROUPS   "ou=groups,dc=skola,dc=example"
#define PORTVAKT "dn.exact=cn=portvakt,ou=service,dc=skola,dc=example"
/* Alva (S01) is marked as not protected, Saga (S12) as protected; Noa (S11) is in the group. */
#define ALVA "201903149972"
#define SAGA "201312129839"
#define NOA  "201305259932"

/* People, and what their entries have: "ATTRIBUTE VALUE|...", with the letters of `names`. */
static const struct {
	const char *uid, *has;
} people[] = {
	/* the pupil's EPPN of one is the staff EPPN of another */
	{"shared1", "E dup@skola.example"},
	{"shared2", "S DUP@skola.example"},
	/* three of them: more than the server may give */
	{"three1", "E three@skola.example"},
	{"three2", "E three@skola.example"},
	{"three3", "E three@skola.example"},
	/* one human's own business */
	{"both", "E both@skola.example|S both@skola.example"},
	{"odd", "E a*(b)\\2ac&!=@skola.example"},
	{"odd2", "E axb@skola.example"},
	{"none", ""},
	{"mails1", "M 1@x.se|M 2@x.se|M 3@x.se|M 4@x.se|M 5@x.se|M 6@x.se"},
	{"mails2", "M 1@y.se|M 2@y.se|M 3@y.se|M 4@y.se|M 5@y.se|M 6@y.se|M 7@y.se"},
	{"ruleless", "E r@skola.example|R x@skola.example"},
	/* children, and who is a guardian of whom */
	{"double1", "N 201001019999"},
	{"double2", "N 201001019999"},
	{"secret", "N 201001018888"},
	{"parent",
	 "C " ALVA "|C " SAGA "|C 200001010000|C 201001019999|C 201001018888|C " NOA "|C *"},
	{"parent2", "C " SAGA},
	{"parent3", "C " ALVA},
	{"orphanage", "C 1|C 2|C 3|C 4|C 5|C 6|C 7|C 8|C 9|C 10|C 11|C 12|C " ALVA},
};
static const struct {
	char letter;
	const char *attribute;
} names[] = {
	{'E', "eduPersonPrincipalName"},
	{'S', "portvaktStaffPrincipalName"},
	{'M', "mail"},
	{'R', "testNoRule"},
	{'N', "norEduPersonNIN"},
	{'C', "sisLegalGuardianFor"},
};

/* Groups, and the uid of their members; of class groupOfNames unless it is said. */
static const struct {
	const char *cn, *class, *attribute, *members;
} groups[] = {
	{"protected", NULL, NULL, "noabjo|gone"},
	{"hidden", NULL, NULL, "noabjo"},
	{"disclosed", NULL, NULL, "noabjo"},
	{"memberless", NULL, NULL, "noabjo"},
	{"partly", NULL, NULL, "noabjo|alvlin"},
	{"unique", "groupOfUniqueNames", "uniqueMember", "noabjo"},
	{"role", "organizationalRole", NULL, ""},
};

static void append_person(GString *ldif, const char *uid, const char *has)
{
	g_auto(GStrv) values = g_strsplit(has, "|", -1);
	g_string_append_printf(ldif,
			       "dn: uid=%s," SCHOOL_PEOPLE
			       "\nuid: %s\nsn: x\ncn: x\nsecurityMarking: Ingen\n"
			       "objectClass: inetOrgPerson\nobjectClass: eduPerson\n"
			       "objectClass: norEduPerson\nobjectClass: portvaktSisPerson\n"
			       "objectClass: portvaktSchoolPerson\nobjectClass: testPerson\n",
			       uid, uid);
	for (char **value = values; *value; value++)
		for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
			if (names[i].letter == **value)
				g_string_append_printf(ldif, "%s: %s\n", names[i].attribute,
						       *value + 2);
	g_string_append_c(ldif, '\n');
}

static char *everybody(void)
{
	GString *ldif = g_string_new(NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(people); i++)
		append_person(ldif, people[i].uid, people[i].has);
	g_string_append(ldif, "dn: " GROUPS "\nobjectClass: organizationalUnit\nou: groups\n\n");
	for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
		g_auto(GStrv) members = g_strsplit(groups[i].members, "|", -1);
		g_string_append_printf(ldif, "dn: cn=%s," GROUPS "\ncn: %s\nobjectClass: %s\n",
				       groups[i].cn, groups[i].cn,
				       groups[i].class ? groups[i].class : "groupOfNames");
		for (char **member = members; *member; member++)
			g_string_append_printf(ldif, "%s: uid=%s," SCHOOL_PEOPLE "\n",
					       groups[i].attribute ? groups[i].attribute : "member",
					       *member);
		g_string_append_c(ldif, '\n');
	}
	/* a group in a group, and one without anybody */
	g_string_append(ldif, "dn: cn=outer," GROUPS "\ncn: outer\nobjectClass: groupOfNames\n"
			      "member: cn=protected," GROUPS "\n\n"
			      "dn: cn=empty," GROUPS "\ncn: empty\nobjectClass: groupOfNames\n"
			      "member:\n\n");
	return g_string_free(ldif, FALSE);
}

static const char conf[] =
	"attributetype ( 2.25.1.4 NAME 'testNoRule' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n"
	"objectclass ( 2.25.1.3 NAME 'testPerson' SUP top AUXILIARY MAY testNoRule )\n"
	"access to dn.exact=uid=secret," SCHOOL_PEOPLE " by * none\n"
	"access to dn.exact=cn=hidden," GROUPS " by * none\n"
	"access to dn.exact=cn=disclosed," GROUPS " by " PORTVAKT " disclose\n"
	"access to dn.exact=cn=memberless," GROUPS " attrs=member by * none\n"
	"access to dn.exact=cn=partly," GROUPS " attrs=member val.regex=^uid=alvlin.*$ by * none\n"
	"access to dn.subtree=" GROUPS " by " PORTVAKT " compare\n";

static const char *const asked[] = {"uid",
				    "eduPersonPrincipalName",
				    "mail",
				    "portvaktStaffPrincipalName",
				    "testNoRule",
				    "sisLegalGuardianFor",
				    "securityMarking",
				    NULL};

static bool is_protected(const DirectoryEntry *entry, gpointer data)
{
	return masterdata_is_protected(data, entry);
}

static Masterdata *meaning(void)
{
	g_autoptr(MasterdataOptions) options = school_meaning();
	return masterdata_new(options, NULL);
}

static DirectoryOptions *options_with(const char *unique, const char *group)
{
	DirectoryOptions *options = school_options(school_uri());
	options->unique = unique ? g_strsplit(unique, ",", -1) : NULL;
	options->protected_group = group ? g_strdup_printf("cn=%s," GROUPS, group) : NULL;
	return options;
}

static DirectoryOutcome find(Directory *directory, const char *login, DirectoryEntry **ret_entry)
{
	g_autoptr(GError) error = NULL;
	DirectoryOutcome outcome = directory_find(directory, login, ret_entry, &error);
	if (error)
		g_test_message("%s", error->message);
	return outcome;
}

/* ---- EPPNs ---- */

#define EPPNS "eduPersonPrincipalName,portvaktStaffPrincipalName"

static void test_shared(void)
{
	static const struct {
		const char *unique, *login;
		unsigned want;
		const char *attribute, *value; /* that it then has */
	} cases[] = {
		{EPPNS, "alvlin", 0, "uid", "alvlin"},
		{EPPNS, "shared1", ENTRY_EPPN_SHARED, "uid", "shared1"},
		{EPPNS, "shared2", ENTRY_EPPN_SHARED, "uid", "shared2"},
		{EPPNS, "three1", ENTRY_EPPN_SHARED, "uid", "three1"},
		{EPPNS, "both", 0, "uid", "both"},
		{EPPNS, "odd", 0, "uid", "odd"},
		{EPPNS, "none", 0, "uid", "none"},
		{EPPNS, "noohad", 0, "uid", "noohad"},
		{"eduPersonPrincipalName", "shared1", 0, "uid", "shared1"},
		{NULL, "three1", 0, "uid", "three1"},
		{"mail", "mails1", 0, "mail", "1@x.se"},
		{"mail", "mails2", 0, "mail", ENTRY_UNREADABLE},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = options_with(cases[i].unique, NULL);
		g_autoptr(Directory) directory = school_open(options, asked);
		g_autoptr(DirectoryEntry) entry = NULL, again = NULL;
		g_test_message("%s: %s", cases[i].unique, cases[i].login);
		g_assert_cmpint(find(directory, cases[i].login, &entry), ==, DIRECTORY_FOUND);
		g_assert_cmpuint(entry_marks(entry), ==, cases[i].want);
		const char *const *values = entry_values(entry, cases[i].attribute);
		g_assert_cmpstr(values[0], ==, cases[i].value);
		g_assert_cmpint(directory_read(directory, g_get_monotonic_time(), entry_key(entry),
					       &again, NULL),
				==, DIRECTORY_FOUND);
		g_assert_cmpuint(entry_marks(again), ==, cases[i].want);
	}
}

/* A directory that cannot find anybody by the attribute does not know that there is but one. */
static void test_not_to_be_found(void)
{
	static const struct {
		const char *unique, *login;
		bool found;
	} cases[] = {
		{"testNoRule", "ruleless", false},
		{"testNoRule", "alvlin", true},
		/* by one of its two values it can be found */
		{"eduPersonPrincipalName,testNoRule", "ruleless", false},
		{"testNoRule,eduPersonPrincipalName", "ruleless", false},
		{"eduPersonPrincipalName,testNoRule", "alvlin", true},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = options_with(cases[i].unique, NULL);
		g_autoptr(Directory) directory = school_open(options, asked);
		g_autoptr(DirectoryEntry) entry = NULL;
		g_autoptr(GError) error = NULL;
		g_test_message("%s: %s", cases[i].unique, cases[i].login);
		g_assert_cmpint(directory_find(directory, cases[i].login, &entry, &error), ==,
				cases[i].found ? DIRECTORY_FOUND : DIRECTORY_FAULT);
		if (cases[i].found)
			continue;
		g_assert_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN);
		g_assert_nonnull(strstr(error->message, "need an equality rule"));
	}
}

/* A login knows it too, and so does who is kept from it; a wrong password tells nothing. */
static void test_login(void)
{
	g_autoptr(DirectoryOptions) options = options_with(EPPNS, "protected");
	g_autoptr(DirectoryOptions) other = options_with(EPPNS, "empty");
	options->max_age = other->max_age = 300;
	g_autoptr(Directory) directory = school_open(options, asked);
	g_autoptr(Directory) next = school_open(options, asked);
	g_autoptr(Directory) changed = school_open(other, asked);
	g_autoptr(DirectoryEntry) wrong = NULL, right = NULL, kept = NULL, none = NULL;

	g_assert_cmpint(school_login(directory, "noabjo", "fel", &wrong), ==,
			DIRECTORY_WRONG_PASSWORD);
	g_assert_cmpint(school_login(directory, "noabjo", SCHOOL_PASSWORD, &right), ==,
			DIRECTORY_FOUND);
	g_assert_cmpuint(entry_marks(right), ==, ENTRY_PROTECTED_MEMBER);
	directory_inherit(next, directory);
	directory_inherit(changed, directory);
	kept = directory_recall(next, entry_key(right));
	g_assert_cmpuint(entry_marks(kept), ==, ENTRY_PROTECTED_MEMBER);
	none = directory_recall(changed, entry_key(right));
	g_assert_null(none);
}

/* ---- the group ---- */

static void test_group(void)
{
	static const struct {
		const char *group, *attribute;
		unsigned noa, alva;
		bool checks;
	} cases[] = {
		{NULL, NULL, 0, 0, true},
		{"protected", NULL, ENTRY_PROTECTED_MEMBER, 0, true},
		{"protected", "MEMBER", ENTRY_PROTECTED_MEMBER, 0, true},
		{"empty", NULL, 0, 0, true},
		{"outer", NULL, 0, 0, true}, /* a group in the group is not opened */
		{"unique", "uniqueMember", ENTRY_PROTECTED_MEMBER, 0, true},
		{"partly", NULL, ENTRY_PROTECTED_MEMBER, ENTRY_PROTECTED_UNKNOWN, true},
		{"gone", NULL, ENTRY_PROTECTED_UNKNOWN, ENTRY_PROTECTED_UNKNOWN, false},
		{"hidden", NULL, ENTRY_PROTECTED_UNKNOWN, ENTRY_PROTECTED_UNKNOWN, false},
		{"disclosed", NULL, ENTRY_PROTECTED_UNKNOWN, ENTRY_PROTECTED_UNKNOWN, false},
		{"memberless", NULL, ENTRY_PROTECTED_UNKNOWN, ENTRY_PROTECTED_UNKNOWN, false},
		{"role", NULL, ENTRY_PROTECTED_UNKNOWN, ENTRY_PROTECTED_UNKNOWN, false},
		{"unique", NULL, ENTRY_PROTECTED_UNKNOWN, ENTRY_PROTECTED_UNKNOWN, false},
		{"protected", "noSuchThing", ENTRY_PROTECTED_UNKNOWN, ENTRY_PROTECTED_UNKNOWN,
		 false},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = options_with(NULL, cases[i].group);
		options->protected_group_attribute = g_strdup(cases[i].attribute);
		g_autoptr(Directory) directory = school_open(options, asked);
		g_autoptr(DirectoryEntry) noa = NULL, alva = NULL;
		g_autoptr(GError) error = NULL;
		g_test_message("%s: %s", cases[i].group, cases[i].attribute);
		g_assert_cmpint(find(directory, "noabjo", &noa), ==, DIRECTORY_FOUND);
		g_assert_cmpint(find(directory, "alvlin", &alva), ==, DIRECTORY_FOUND);
		g_assert_cmpuint(entry_marks(noa), ==, cases[i].noa);
		g_assert_cmpuint(entry_marks(alva), ==, cases[i].alva);
		g_assert_cmpint(directory_check(directory, &error), ==, cases[i].checks);
		if (!cases[i].checks)
			g_assert_nonnull(strstr(error->message, "protected-group"));
	}
}

typedef struct {
	guint members, unknown, shared, children, told;
} Counted;

static bool count(const DirectoryWalked *walked, gpointer data)
{
	Counted *counted = data;
	unsigned marks = entry_marks(walked->entry);
	counted->told++;
	counted->members += (marks & ENTRY_PROTECTED_MEMBER) != 0;
	counted->unknown += (marks & ENTRY_PROTECTED_UNKNOWN) != 0;
	counted->shared += (marks & ENTRY_EPPN_SHARED) != 0;
	counted->children += entry_values(walked->entry, "sisLegalGuardianFor") != NULL;
	return true;
}

/* Everybody is asked about as one is. */
static void test_walk(void)
{
	static const char *const which[] = {"protected", "hidden", "partly"};
	g_autoptr(Masterdata) masterdata = meaning();
	static const DirectoryWalkOptions keeping = {.keeps_protected = true};
	Counted counted[G_N_ELEMENTS(which)] = {0}, kept[G_N_ELEMENTS(which)] = {0};
	for (gsize i = 0; i < G_N_ELEMENTS(which); i++) {
		g_autoptr(DirectoryOptions) options = options_with(EPPNS, which[i]);
		g_autoptr(GError) error = NULL;
		options->others.attributes = g_strsplit("sisLegalGuardianFor", ",", -1);
		options->others.is_protected = is_protected;
		options->others.data = masterdata;
		g_autoptr(Directory) directory = school_open(options, asked);
		g_assert_true(directory_walk(directory, NULL, count, &counted[i], &error));
		g_assert_no_error(error);
		g_assert_cmpuint(counted[i].shared, ==, 0);
		g_assert_true(directory_walk(directory, &keeping, count, &kept[i], &error));
		g_assert_no_error(error);
		/* whoever is protected, and whether or not it can be known */
		g_assert_cmpuint(kept[i].children, ==, 4);
		g_assert_cmpuint(kept[i].members, ==, counted[i].members);
		g_assert_cmpuint(kept[i].unknown, ==, counted[i].unknown);
	}
	g_assert_cmpuint(counted[0].told, >, 40);
	g_assert_cmpuint(counted[0].members, ==, 1);
	g_assert_cmpuint(counted[0].unknown, ==, 0);
	g_assert_cmpuint(counted[0].children, ==, 3); /* one of four has none any more */
	g_assert_cmpuint(counted[1].members, ==, 0);
	g_assert_cmpuint(counted[1].unknown, ==, counted[1].told);
	g_assert_cmpuint(counted[1].children, ==, 1); /* unreadable */
	g_assert_cmpuint(counted[2].members, ==, 1);
	g_assert_cmpuint(counted[2].unknown, ==, 1);
}

/* ---- children ---- */

static void test_children(void)
{
	static const struct {
		const char *name, *login, *group, *key, *want; /* want NULL: there are none */
	} cases[] = {
		{"no group", "parent", NULL, NULL, ALVA "," NOA},
		{"one in the group", "parent", "protected", NULL, ALVA},
		{"nobody knows the group", "parent", "hidden", NULL, NULL},
		{"one, protected", "parent2", NULL, NULL, NULL},
		{"one", "parent3", "protected", NULL, ALVA},
		{"another key", "parent3", "protected", "uid", NULL},
		{"too many", "orphanage", NULL, NULL, ENTRY_UNREADABLE},
	};
	g_autoptr(Masterdata) masterdata = meaning();
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = options_with(NULL, cases[i].group);
		options->others.attributes = g_strsplit("sisLegalGuardianFor", ",", -1);
		options->others.key = g_strdup(cases[i].key);
		options->others.is_protected = is_protected;
		options->others.data = masterdata;
		g_autoptr(Directory) directory = school_open(options, asked);
		g_autoptr(DirectoryEntry) entry = NULL;
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(find(directory, cases[i].login, &entry), ==, DIRECTORY_FOUND);
		const char *const *values = entry_values(entry, "sisLegalGuardianFor");
		g_autofree char *text = values ? g_strjoinv(",", (char **)(guintptr)values) : NULL;
		g_assert_cmpstr(text, ==, cases[i].want);
	}
}

/* Another meaning of the marking, and those who were judged by the first are not kept. */
static void test_meaning(void)
{
	g_autoptr(Masterdata) masterdata = meaning();
	Directory *directories[2];
	g_autoptr(DirectoryEntry) entry = NULL, kept = NULL;
	for (int i = 0; i < 2; i++) {
		g_autoptr(DirectoryOptions) options = options_with(NULL, NULL);
		options->max_age = 300;
		options->others.attributes = g_strsplit("sisLegalGuardianFor", ",", -1);
		options->others.is_protected = is_protected;
		options->others.data = masterdata;
		options->others.meaning = g_strdup_printf("meaning %d", i);
		directories[i] = school_open(options, asked);
	}
	g_assert_cmpint(find(directories[0], "parent", &entry), ==, DIRECTORY_FOUND);
	directory_inherit(directories[1], directories[0]);
	kept = directory_recall(directories[1], entry_key(entry));
	g_assert_null(kept);
	directory_free(directories[0]);
	directory_free(directories[1]);
}

/* ---- no answer ---- */

/* A server that gives the person, and hangs up on what is asked besides. */
static void test_half_answer(void)
{
	g_autoptr(Rogue) rogue = rogue_new_referring(ROGUE_REFERENCE, "ldapi://%2Fno");
	g_autoptr(DirectoryOptions) plain = school_options(rogue_uri(rogue));
	g_autoptr(DirectoryOptions) grouped = school_options(rogue_uri(rogue));
	grouped->protected_group = g_strdup("cn=protected,dc=rogue");
	g_autoptr(Directory) without = school_open(plain, NULL);
	g_autoptr(Directory) with = school_open(grouped, NULL);
	g_autoptr(DirectoryEntry) entry = NULL, none = NULL;

	g_assert_cmpint(find(without, "rut", &entry), ==, DIRECTORY_FOUND);
	g_clear_pointer(&without, directory_free); /* the rogue serves one at a time */
	g_assert_cmpint(find(with, "rut", &none), ==, DIRECTORY_FAULT);
	g_assert_null(none);
}

static void test_options_refused(void)
{
	static const struct {
		const char *group, *attribute, *want;
	} cases[] = {
		{"", NULL, "[directory main] protected-group: `' is no DN"},
		{"protected", NULL, "is no DN"},
		{"cn=x,", NULL, "is no DN"},
		{"cn=x", "two words", "[directory main] protected-group-attribute: `two words'"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		g_autoptr(GError) error = NULL;
		options->protected_group = g_strdup(cases[i].group);
		options->protected_group_attribute = g_strdup(cases[i].attribute);
		g_assert_null(directory_new(options, asked, &error));
		g_assert_nonnull(strstr(error->message, cases[i].want));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_autofree char *ldif = everybody();
	school_up(ldif, conf);
	g_test_add_func("/directory-marks/shared", test_shared);
	g_test_add_func("/directory-marks/not-to-be-found", test_not_to_be_found);
	g_test_add_func("/directory-marks/login", test_login);
	g_test_add_func("/directory-marks/group", test_group);
	g_test_add_func("/directory-marks/walk", test_walk);
	g_test_add_func("/directory-marks/children", test_children);
	g_test_add_func("/directory-marks/meaning", test_meaning);
	g_test_add_func("/directory-marks/half-answer", test_half_answer);
	g_test_add_func("/directory-marks/options-refused", test_options_refused);
	int failed = g_test_run();
	school_down();
	return failed;
}
