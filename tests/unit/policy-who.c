/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who can ever get an attribute. */
#include "policy/who.h"
#include "tests/unit/policy-fixture.h"

#define END "silent; because \"x\"; basis \"6.1 e\" }\n"

typedef struct {
	const char *name, *attribute; /* "login": being let in */
	const char *text, *services;  /* services: with | between them */
	const char *want;             /* the entries, a line each */
} Case;

static const Case cases[] = {
	{"nobody", "mail", "release \"A\" { to service \"a\"; for staff; give sn; " END, "", ""},
	{"named", "mail",
	 "service NE is \"https://ne\" { asks mail }\nrelease \"A\" { to service NE; for student in "
	 "grade 7-9 at unit \"12345678\" or \"23456789\", staff except staff in group vikarier; give "
	 "mail; " END,
	 "https://ne",
	 "t.policy:2 \"A\": NE: staff except staff in group vikarier / personal utom personal i gruppen vikarier; asked\n"
	 "t.policy:2 \"A\": NE: students in grade 7-9 at unit 12345678 or 23456789 / elever i årskurs 7-9 vid enheten 12345678 eller 23456789; asked\n"},
	{"conditions", "mail",
	 "release \"A\" { to service \"a\"; for guardian; give mail if required only beginning \"x\" or "
	 "\"y\"; ask; demand eid2; from 2027-01-01; agreement \"P\" until 2027-06-30; approved by two; "
	 "because \"x\"; basis \"6.1 a\" }",
	 "",
	 "t.policy:1 \"A\": ~a: guardians / vårdnadshavare; only beginning \"x\" or \"y\"; if required; page 2; level eid2; awaits two; 20270101-20270630; P\n"},
	{"over", "mail",
	 "release \"A\" { to service \"a\"; for staff; give mail; until 2026-11-04; " END, "", ""},
	{"requested", "mail",
	 "release \"A\" { to federation swamid, category personalized; for staff; give requested; " END,
	 "https://b mail #swamid|https://c #swamid|https://d mail!",
	 "t.policy:1 \"A\": https://b,~any client of category personalized,~any service of category personalized: staff / personal; asked\n"
	 "t.policy:1 \"A\": https://c,~any client in federation swamid,~any service in federation swamid: staff / personal\n"},
	{"requested-does-not-cover", "norEduPersonNIN",
	 "release \"A\" { to any; for staff; give requested; " END, "", ""},
	{"taken-from-some", "mail",
	 "release \"A\" { to service \"a\"; for everyone; give mail; " END
	 "never \"N\" { for student in grade 1-3, staff in group rektorer, guardian; give any contact; "
	 "because \"x\" }",
	 "",
	 "t.policy:1 \"A\": ~a: staff except staff in group rektorer / personal utom personal i gruppen rektorer\n"
	 "t.policy:1 \"A\": ~a: students except in grade 1-3 or in an unknown year / elever utom i "
	 "årskurs 1-3 eller i okänd årskurs\n"},
	{"taken-from-all", "mail",
	 "release \"A\" { to service \"a\"; for student; give mail; " END
	 "never \"N\" { to service \"a\"; give anything; because \"x\" }",
	 "", ""},
	{"one-group-of-two", "mail",
	 "release \"A\" { to service \"a\"; for staff in group vikarier or rektorer; give mail; " END
	 "never \"N\" { for teacher in group rektorer; give mail; because \"x\" }",
	 "",
	 "t.policy:1 \"A\": ~a: non-teaching staff in group rektorer / personal som inte är lärare i gruppen rektorer\n"
	 "t.policy:1 \"A\": ~a: staff in group vikarier except teachers in group rektorer / personal i gruppen vikarier utom lärare i gruppen rektorer\n"},
	{"protected", "mail",
	 "release \"A\" { to service \"a\"; for protected student, test teacher; give mail; approved by "
	 "two; " END,
	 "",
	 "t.policy:1 \"A\": ~a: protected students / elever med skyddade uppgifter; awaits two\n"
	 "t.policy:1 \"A\": ~a: teachers who are test persons / lärare som är testpersoner; awaits two\n"},
	{"trial", "mail",
	 "release \"A\" { to federation skolfederation-trial; for everyone; give mail; " END, "",
	 "t.policy:1 \"A\": ~any client in federation skolfederation-trial,~any service in federation skolfederation-trial: test persons / testpersoner\n"},
	{"alike", "mail", "release \"A\" { to any; for student; give mail; " END,
	 "https://a mail|https://b mail|https://c",
	 "t.policy:1 \"A\": https://a,https://b: students / elever; asked\n"
	 "t.policy:1 \"A\": https://c,~any client,~any service: students / elever\n"},
	{"login", "login",
	 "service NE is \"https://ne\" { asks mail }\nrelease \"A\" { to service NE; for student in "
	 "grade 7-9, staff; give mail only beginning \"x\", sn; " END
	 "release \"B\" { to service NE; for guardian; give login; " END
	 "release \"C\" { to service NE; for test teacher; give title if required; " END
	 "never \"N\" { for student; give any contact, any name; because \"x\" }\n"
	 "never \"M\" { for staff in group vikarier; give anything; because \"x\" }",
	 "https://ne",
	 "t.policy:2 \"A\": NE: staff except staff in group vikarier / personal utom personal i gruppen vikarier; asked\n"
	 "t.policy:3 \"B\": NE: guardians / vårdnadshavare; asked\n"
	 "t.policy:4 \"C\": NE: teachers who are test persons except teachers who are test persons in group vikarier / lärare som är testpersoner utom lärare som är testpersoner i gruppen vikarier; if required\n"},
	{"login-asked", "login",
	 "release \"A\" { to service \"https://a\", service \"https://b\"; for staff; give required; " END,
	 "https://a mail|https://b mail!",
	 "t.policy:1 \"A\": https://a: staff / personal; if required\n"
	 "t.policy:1 \"A\": https://b: staff / personal; if required; asked\n"},
	{"login-shut", "login",
	 "release \"A\" { to service \"a\"; for staff; give login; " END
	 "never \"N\" { to service \"a\"; give login; because \"x\" }",
	 "", ""},
};

static GPtrArray *known_services(const char *text)
{
	GPtrArray *services = g_ptr_array_new_with_free_func((GDestroyNotify)service_free);
	g_auto(GStrv) parts = g_strsplit(text, "|", -1);

	for (char **part = parts; *part; part++)
		if (**part)
			g_ptr_array_add(services, fixture_service(*part));
	return services;
}

static void render_services(GString *text, const GPtrArray *services)
{
	for (guint i = 0; i < services->len; i++) {
		const Site *site = services->pdata[i];

		g_string_append_printf(text, "%s%s%s", i ? "," : " ", site->is_known ? "" : "~",
				       site->name_en);
	}
}

static void render(GString *text, const WhoEntry *entry)
{
	g_string_append_printf(text, "%s:%u \"%s\":", entry->rule.file, entry->rule.line,
			       entry->rule.title);
	render_services(text, entry->services);
	g_string_append_printf(text, ": %s / %s", entry->people_en, entry->people_sv);
	if (entry->only)
		g_string_append_printf(text, "; %s", entry->only);
	if (entry->if_required)
		g_string_append(text, "; if required");
	if (entry->is_asked)
		g_string_append(text, "; asked");
	if (entry->page != PAGE_SILENT)
		g_string_append_printf(text, "; page %d", entry->page);
	if (entry->demand)
		g_string_append_printf(text, "; level %s", entry->demand);
	if (entry->awaits_two)
		g_string_append(text, "; awaits two");
	if (entry->from || entry->until)
		g_string_append_printf(text, "; %u-%u", entry->from, entry->until);
	if (entry->agreement)
		g_string_append_printf(text, "; %s", entry->agreement);
	g_string_append_c(text, '\n');
}

static void test_case(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(GPtrArray) services = known_services(c->services), entries = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(c->text, (const Service *const *)services->pdata,
						services->len, &error);
	PolicyContext context = {.scopes = fixture_scopes,
				 .today = FIXTURE_TODAY,
				 .services = (const Service *const *)services->pdata,
				 .n_services = services->len,
				 .feeds = fixture_feeds,
				 .n_feeds = G_N_ELEMENTS(fixture_feeds)};
	g_autoptr(GString) got = g_string_new(NULL);

	g_assert_no_error(error);
	entries = policy_who(policy, &context,
			     strcmp(c->attribute, "login") == 0 ? NULL
								: fixture_attribute(c->attribute),
			     &error);
	g_assert_no_error(error);
	for (guint i = 0; i < entries->len; i++)
		render(got, entries->pdata[i]);
	g_assert_cmpstr(got->str, ==, c->want);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/policy/who/", cases[i].name, NULL);

		g_test_add_data_func(path, &cases[i], test_case);
	}
	return g_test_run();
}
