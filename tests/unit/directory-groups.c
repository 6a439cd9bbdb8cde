/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a real slapd says of the groups that policies speak of, and of values without measure. */
#include "idp/fault.h"
#include "idp/limits.h"
#include "tests/lib/rogue.h"
#include "tests/lib/school.h"

#include "policy/value.h"

#include <string.h>

#define GROUPS "ou=groups,dc=skola,dc=example"
#define ROOT   "-x", "-D", "cn=root,dc=skola,dc=example", "-w", "rot"

static const char conf[] =
	"access to dn.exact=cn=hidden," GROUPS " by * none\n"
	"access to dn.subtree=" GROUPS " by dn.exact=cn=portvakt,ou=service,dc=skola,dc=example"
	" compare\n";

static char *append_person(GString *ldif, const char *uid)
{
	g_string_append_printf(ldif,
			       "dn: uid=%s," SCHOOL_PEOPLE
			       "\nuid: %s\nsn: x\ncn: x\nsecurityMarking: Ingen\n"
			       "eduPersonAffiliation: employee\n"
			       "objectClass: inetOrgPerson\nobjectClass: eduPerson\n"
			       "objectClass: norEduPerson\nobjectClass: portvaktSisPerson\n"
			       "objectClass: portvaktSchoolPerson\n",
			       uid, uid);
	return ldif->str;
}

/* One with a value of 1 MiB, one with 10,000 values, one with both of all sorts. */
static void append_giants(GString *ldif)
{
	g_autofree char *mega = g_strnfill(1024 * 1024, 'x');
	g_autofree char *more = g_strnfill(64 * 1024 + 1, 'y');

	append_person(ldif, "megabyte");
	g_string_append_printf(ldif, "description: ok\ntitle: %s\ndisplayName: Vera\n\n", mega);
	append_person(ldif, "tenthousand");
	for (int i = 0; i < 10000; i++)
		g_string_append_printf(ldif, "mail: %d@skola.example\n", i);
	g_string_append(ldif, "displayName: Viktor\n\n");
	append_person(ldif, "manymega");
	for (int i = 0; i < 5; i++)
		g_string_append_printf(ldif, "title: %d%s\n", i, mega);
	g_string_append(ldif, "displayName: Vidar\n\n");
	append_person(ldif, "justover");
	g_string_append_printf(ldif, "title: %s\ndisplayName: Vilma\n\n", more);
}

static char *everybody(void)
{
	GString *ldif =
		g_string_new("dn: " GROUPS "\nobjectClass: organizationalUnit\nou: groups\n\n");

	append_person(ldif, "vik");
	g_string_append(ldif, "title: provvikarie\ntitle: providrott\n\n");
	append_person(ldif, "rek");
	g_string_append(ldif, "title: provchef\n\n");
	/* somebody below a person's entry, whom the person's filters do not see */
	g_string_append(ldif, "dn: uid=child,uid=rek," SCHOOL_PEOPLE "\nuid: child\nsn: x\ncn: x\n"
			      "title: provvikarie\nobjectClass: inetOrgPerson\n\n");
	g_string_append(
		ldif, "dn: cn=vikarier," GROUPS "\ncn: vikarier\nobjectClass: groupOfNames\n"
		      "member: uid=vik," SCHOOL_PEOPLE "\nmember: uid=gone," SCHOOL_PEOPLE "\n\n"
		      "dn: cn=unique," GROUPS "\ncn: unique\n"
		      "objectClass: groupOfUniqueNames\nuniqueMember: uid=rek," SCHOOL_PEOPLE "\n\n"
		      "dn: cn=hidden," GROUPS "\ncn: hidden\nobjectClass: groupOfNames\n"
		      "member: uid=vik," SCHOOL_PEOPLE "\n\n");
	append_giants(ldif);
	return g_string_free(ldif, FALSE);
}

static void group_free(gpointer data)
{
	directory_group_free(data);
}

/* "NAME dn=… attribute=… filter=…", or NULL: none. */
static GPtrArray *groups_of(const char *const *texts)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);

	for (; *texts; texts++) {
		g_auto(GStrv) words = g_strsplit(*texts, " ", -1);
		const char *dn = NULL, *attribute = NULL, *filter = NULL;
		for (char **word = words + 1; *word; word++) {
			if (g_str_has_prefix(*word, "dn="))
				dn = *word + strlen("dn=");
			else if (g_str_has_prefix(*word, "attribute="))
				attribute = *word + strlen("attribute=");
			else
				filter = *word + strlen("filter=");
		}
		g_ptr_array_add(groups, directory_group_new(words[0], dn, attribute, filter));
	}
	return groups;
}

static Directory *open_with(const char *uri, const char *const *texts, unsigned max_age)
{
	static const char *const asked[] = {"uid", "securityMarking", NULL};
	g_autoptr(DirectoryOptions) options = school_options(uri);

	options->groups = groups_of(texts);
	options->max_age = max_age;
	return school_open(options, asked);
}

static const char *const good[] = {
	"vikarier dn=cn=vikarier," GROUPS,
	"unika dn=cn=unique," GROUPS " attribute=uniqueMember",
	"rektorer filter=(title=PROVCHEF)",
	"idrott filter=(&(title=providrott)(!(title=provchef)))",
	"ingen filter=(noSuchAttribute=x)",
	NULL,
};

static void test_members(void)
{
	static const struct {
		const char *login;
		guint64 groups;
	} cases[] = {
		{"vik", 1 << 0 | 1 << 3},
		{"rek", 1 << 1 | 1 << 2},
		{"alvlin", 0},
	};
	g_autoptr(Directory) directory = open_with(school_uri(), good, 0);
	g_autoptr(GError) error = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_assert_cmpint(directory_find(directory, cases[i].login, &entry, &error), ==,
				DIRECTORY_FOUND);
		g_assert_no_error(error);
		g_assert_cmpuint(entry_groups(entry), ==, cases[i].groups);
	}
	g_assert_true(directory_check(directory, &error));
	g_assert_no_error(error);
}

typedef struct {
	guint in[5], people;
} Counted;

static bool count(const DirectoryWalked *walked, gpointer data)
{
	Counted *counted = data;

	counted->people++;
	for (guint i = 0; i < G_N_ELEMENTS(counted->in); i++)
		counted->in[i] += (entry_groups(walked->entry) & G_GUINT64_CONSTANT(1) << i) != 0;
	return true;
}

/* Everybody is asked about as one is. */
static void test_walk(void)
{
	g_autoptr(Directory) directory = open_with(school_uri(), good, 0);
	g_autoptr(GError) error = NULL;
	Counted counted = {0};

	g_assert_true(directory_walk(directory, NULL, count, &counted, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(counted.people, >, 30);
	g_assert_cmpuint(counted.in[0], ==, 1);
	g_assert_cmpuint(counted.in[1], ==, 1);
	g_assert_cmpuint(counted.in[2], ==, 1);
	g_assert_cmpuint(counted.in[3], ==, 1);
	g_assert_cmpuint(counted.in[4], ==, 0);
}

/* As many as there may be, all asked at a login within its time. */
static void test_many(void)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(DirectoryEntry) entry = NULL;

	for (int i = 0; i < LIMIT_CONFIG_GROUPS; i++)
		g_ptr_array_add(texts,
				i % 2 ? g_strdup_printf("g%d dn=cn=vikarier," GROUPS, i)
				      : g_strdup_printf("g%d filter=(title=provvikarie)", i));
	g_ptr_array_add(texts, NULL);
	g_autoptr(Directory) directory =
		open_with(school_uri(), (const char *const *)texts->pdata, 0);
	gint64 began = g_get_monotonic_time();
	g_assert_cmpint(school_login(directory, "vik", SCHOOL_PASSWORD, &entry), ==,
			DIRECTORY_WRONG_PASSWORD);
	g_assert_cmpint(directory_find(directory, "vik", &entry, NULL), ==, DIRECTORY_FOUND);
	g_test_message("%" G_GINT64_FORMAT " us", g_get_monotonic_time() - began);
	g_assert_cmpuint(entry_groups(entry), ==, G_MAXUINT64);
}

/* A group that nobody can be asked about lets nobody in, whoever they are. */
static void test_unsaid(void)
{
	static const char *const bad[] = {
		"borta dn=cn=gone," GROUPS,
		"dold dn=cn=hidden," GROUPS,
		"fel dn=cn=vikarier," GROUPS " attribute=uniqueMember",
		"okänt dn=cn=vikarier," GROUPS " attribute=noSuchThing",
	};
	static const char *const logins[] = {"vik", "alvlin"};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		const char *const texts[] = {good[0], bad[i], good[2], NULL};
		for (gsize j = 0; j < G_N_ELEMENTS(logins); j++) {
			g_autoptr(Directory) directory = open_with(school_uri(), texts, 300);
			g_autoptr(DirectoryEntry) entry = NULL, kept = NULL;
			g_autoptr(GError) error = NULL;
			g_assert_cmpint(directory_find(directory, logins[j], &entry, &error), ==,
					DIRECTORY_FAULT);
			g_assert_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN);
			g_assert_nonnull(strstr(error->message, "asking who is in the group "));
			g_assert_null(entry);
			g_clear_error(&error);
			g_assert_false(directory_check(directory, &error));
			g_assert_nonnull(strstr(error->message, "nobody can log in while"));
		}
		g_autoptr(Directory) directory = open_with(school_uri(), texts, 0);
		g_autoptr(GError) error = NULL;
		Counted counted = {0};
		g_assert_false(directory_walk(directory, NULL, count, &counted, &error));
		g_assert_cmpuint(counted.people, ==, 0);
	}
}

/* A server that gives the person, and hangs up on what is asked besides. */
static void test_half_answer(void)
{
	static const char *const texts[] = {"vikarier dn=cn=vikarier,dc=rogue", NULL};
	g_autoptr(Rogue) rogue = rogue_new_referring(ROGUE_REFERENCE, "ldapi://%2Fno");
	g_autoptr(Directory) directory = open_with(rogue_uri(rogue), texts, 0);
	g_autoptr(DirectoryEntry) none = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(directory_find(directory, "rut", &none, &error), ==, DIRECTORY_FAULT);
	g_assert_null(none);
}

/* Who has been found by other groups is not kept for these. */
static void test_inherit(void)
{
	static const char *const other[] = {"vikarier filter=(title=provvikarie)", NULL};
	static const char *const swapped[] = {good[2], good[0], NULL};
	static const char *const same[] = {good[0], good[2], NULL};
	g_autoptr(Directory) first = open_with(school_uri(), same, 300);
	g_autoptr(DirectoryEntry) entry = NULL;
	const struct {
		const char *const *texts;
		bool kept;
	} cases[] = {{same, true}, {swapped, false}, {other, false}};

	g_assert_cmpint(directory_find(first, "vik", &entry, NULL), ==, DIRECTORY_FOUND);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Directory) next = open_with(school_uri(), cases[i].texts, 300);
		directory_inherit(next, first);
		g_autoptr(DirectoryEntry) kept = directory_recall(next, entry_key(entry));
		g_assert_true((kept != NULL) == cases[i].kept);
	}
}

static void test_mistakes(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"a", "[group a] dn: say who is in it: by dn, * or by filter, and not by both"},
		{"a dn=cn=a filter=(b=c)", "[group a] dn: say who is in it: *"},
		{"a dn=vikarier", "[group a] dn: `vikarier' is no DN; write the whole name of the "
				  "group, such as cn=a,ou=groups,*"},
		{"a dn=cn=a attribute=b*", "[group a] attribute: `b[*]' is no LDAP attribute"},
		{"a filter=title=x", "[group a] filter: `title=x' is no LDAP filter; write "
				     "(ATTRIBUTE=VALUE)"},
		{"a filter=(a=b)(c=d)", "[group a] filter: `(a=b)(c=d)' is no LDAP filter; *"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		static const char *const asked[] = {"uid", NULL};
		const char *const texts[] = {cases[i].text, NULL};
		g_autoptr(DirectoryOptions) options = school_options(school_uri());
		g_autoptr(GError) error = NULL;
		options->groups = groups_of(texts);
		g_assert_null(directory_new(options, asked, &error));
		g_autofree char *want = g_strdup(cases[i].want);
		/* the star of the attribute itself */
		char *star = strstr(want, "[*]");
		if (star)
			memcpy(star, "???", 3);
		if (!g_pattern_match_simple(star ? "[group a] attribute: `b?' is no LDAP attribute"
						 : want,
					    error->message))
			g_error("%s, not %s", error->message, want);
	}
}

/* ---- values without measure ---- */

/* What cannot be read whole is withheld with a reason, and the rest of the person stands. */
static void test_giants(void)
{
	static const struct {
		const char *login, *attribute, *name;
	} cases[] = {
		{"megabyte", "title", "Vera"},
		{"tenthousand", "mail", "Viktor"},
		{"justover", "title", "Vilma"},
	};
	static const char *const scopes[] = {"skola.example", NULL};
	g_autoptr(MasterdataOptions) meaning = school_meaning();
	g_autoptr(Masterdata) masterdata = masterdata_new(meaning, NULL);
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	g_autoptr(Directory) directory = school_open(options, masterdata_attributes(masterdata));

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DirectoryEntry) entry = NULL;
		g_autoptr(GError) error = NULL;
		const Attribute *giant = attribute_by_name(cases[i].attribute);
		g_test_message("%s", cases[i].login);
		g_assert_cmpint(directory_find(directory, cases[i].login, &entry, &error), ==,
				DIRECTORY_FOUND);
		g_assert_no_error(error);
		g_autoptr(Person) person = masterdata_person(masterdata, entry, ROLE_STAFF);
		const GPtrArray *values = person_values(person, giant);
		g_assert_cmpuint(values->len, ==, 1);
		g_assert_cmpint(value_judge(giant, values->pdata[0], scopes), ==, VALUE_UNREADABLE);
		values = person_values(person, attribute_by_name("displayName"));
		g_assert_cmpstr(values->pdata[0], ==, cases[i].name);
		g_assert_cmpuint(entry_size(entry), <, 65536);
	}
}

/* An entry that is larger than any message may be is a fault of that entry: whoever comes next is
 * answered as ever. */
static void test_oversized(void)
{
	g_autoptr(MasterdataOptions) meaning = school_meaning();
	g_autoptr(Masterdata) masterdata = masterdata_new(meaning, NULL);
	g_autoptr(DirectoryOptions) options = school_options(school_uri());
	g_autoptr(Directory) directory = school_open(options, masterdata_attributes(masterdata));
	g_autoptr(DirectoryEntry) none = NULL, other = NULL;
	g_autoptr(GError) error = NULL;

	DirectoryOutcome outcome = directory_find(directory, "manymega", &none, &error);
	g_test_message("%s: %s", directory_outcome_name(outcome), error ? error->message : "");
	g_assert_cmpint(outcome, ==, DIRECTORY_FAULT);
	g_clear_error(&error);
	g_assert_cmpint(directory_find(directory, "alvlin", &other, &error), ==, DIRECTORY_FOUND);
	g_assert_no_error(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_autofree char *ldif = everybody();
	school_up(ldif, conf);
	g_test_add_func("/directory-groups/members", test_members);
	g_test_add_func("/directory-groups/walk", test_walk);
	g_test_add_func("/directory-groups/many", test_many);
	g_test_add_func("/directory-groups/unsaid", test_unsaid);
	g_test_add_func("/directory-groups/half-answer", test_half_answer);
	g_test_add_func("/directory-groups/inherit", test_inherit);
	g_test_add_func("/directory-groups/mistakes", test_mistakes);
	g_test_add_func("/directory-groups/giants", test_giants);
	g_test_add_func("/directory-groups/oversized", test_oversized);
	int failed = g_test_run();
	school_down();
	return failed;
}
