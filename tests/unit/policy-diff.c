/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What changes between two policies. */
#include "policy/diff.h"
#include "tests/unit/policy-fixture.h"

#define END "silent; because \"x\"; basis \"6.1 e\" }\n"
#define X   "service \"https://x\""

typedef struct {
	const char *name, *old, *new, *services; /* services: with | between them */
	const char *want;                        /* the entries, a line each */
} Case;

#define MAIL(rest) "release \"A\" { to " X "; " rest END

static const Case cases[] = {
	{"nothing", MAIL("for staff; give mail; "), MAIL("for staff; give mail; "), "", ""},
	{"from-nothing", "", MAIL("for student in grade 7-9; give mail; "), "https://x mail",
	 "+https://x: students in grade 7-9 are let in (t.policy:1 \"A\")\n"
	 "+https://x: mail is given about students in grade 7-9 (t.policy:1 \"A\")\n"},
	{"to-nothing", MAIL("for staff; give mail; "), "", "",
	 "-~https://x: staff are no longer let in (t.policy:1 \"A\")\n"
	 "-~https://x: mail is no longer given about staff (t.policy:1 \"A\")\n"},
	{"one-more", MAIL("for staff; give mail; "), MAIL("for staff, guardian; give mail, sn; "),
	 "",
	 "+~https://x: guardians are let in (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about guardians (t.policy:1 \"A\")\n"
	 "+~https://x: sn is given about staff and guardians (t.policy:1 \"A\")\n"},
	{"a-group", MAIL("for staff except staff in group vikarier; give mail; "),
	 MAIL("for staff; give mail; "), "",
	 "+~https://x: staff in group vikarier are let in (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about staff in group vikarier (t.policy:1 \"A\")\n"},
	{"a-never-is-gone",
	 MAIL("for student; give mail; ") "never \"N\" { for student in grade 7 at unit \"1\"; give any "
					  "contact; because \"x\" }",
	 MAIL("for student; give mail; "), "",
	 "+~https://x: students in grade 7 or in an unknown year at unit 1 are let in (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about students in grade 7 or in an unknown year at unit 1 (t.policy:1 \"A\")\n"},
	{"two-exceptions-overlap",
	 "release \"A\" { to " X "; for staff except staff in group vikarier; give mail; " END
	 "release \"B\" { to " X "; for staff except staff in group rektorer; give mail; " END,
	 "release \"A\" { to " X "; for staff; give mail; " END, "",
	 "+~https://x: staff in group rektorer and in group vikarier are let in (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about staff in group rektorer and in group vikarier (t.policy:1 \"A\")\n"},
	{"others-in-other-years",
	 "never \"N\" { for test everyone in grade 8; give login; because \"x\" }\n",
	 "never \"N\" { for test everyone in grade 8; give login; because \"x\" }\n" MAIL(
		 "for teacher in grade 3 or 8; give mail; "),
	 "",
	 "+~https://x: teachers who are no test persons in grade 3 or 8 are let in (t.policy:2 \"A\")\n"
	 "+~https://x: teachers who are test persons in grade 3 are let in (t.policy:2 \"A\")\n"
	 "+~https://x: mail is given about teachers who are no test persons in grade 3 or 8 (t.policy:2 \"A\")\n"
	 "+~https://x: mail is given about teachers who are test persons in grade 3 (t.policy:2 \"A\")\n"},
	{"not-by-what-excepts-them", "",
	 MAIL("for staff except teacher; give mail; ") "release \"B\" { to " X
						       "; for teacher; give mail; " END,
	 "",
	 "+~https://x: non-teaching staff are let in (t.policy:1 \"A\")\n"
	 "+~https://x: teachers are let in (t.policy:2 \"B\")\n"
	 "+~https://x: mail is given about non-teaching staff (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about teachers (t.policy:2 \"B\")\n"},
	{"how-a-value-begins-and-a-part-of-it",
	 MAIL("for staff; give sisSchoolCourseStudent only beginning \"1\", login; ") "never \"N\" { "
										      "give "
										      "sisSchoolCourseStudent only subject \"MA\"; because \"x\" }",
	 MAIL("for staff; give sisSchoolCourseStudent only beginning \"1\", login; "), "",
	 "+~https://x: sisSchoolCourseStudent is given about staff (only others) (t.policy:1 \"A\")\n"},
	{"others-elsewhere", "release \"A\" { to any; for student, test staff; give mail; " END,
	 "never \"N\" { to " X "; for student, test staff; give login; because \"x\" }\n"
	 "never \"M\" { for test everyone; give login; because \"x\" }\n"
	 "release \"A\" { to any; for student, test staff; give mail; " END,
	 "https://x mail",
	 "-https://x: students, and staff who are test persons are no longer let in (t.policy:1 \"A\")\n"
	 "-https://x: mail is no longer given about students, and staff who are test persons (t.policy:1 \"A\")\n"
	 "-~any client,~any service: students and staff who are test persons are no longer let in (t.policy:1 \"A\")\n"
	 "-~any client,~any service: mail is no longer given about students and staff who are test persons (t.policy:1 \"A\")\n"},
	{"values", MAIL("for staff; give mail only \"a\"; "),
	 MAIL("for staff; give mail only \"a\" or \"b\"; "), "",
	 "+~https://x: mail is given about staff (only \"b\") (t.policy:1 \"A\")\n"},
	{"a-unit", MAIL("for student at unit \"1\"; give sisSchoolUnitCode; "),
	 MAIL("for student at unit \"1\" or \"2\"; give sisSchoolUnitCode; "), "",
	 "+~https://x: students at unit 2 are let in (t.policy:1 \"A\")\n"
	 "+~https://x: sisSchoolUnitCode is given about students at unit 1 (only \"2\") (t.policy:1 \"A\")\n"
	 "+~https://x: sisSchoolUnitCode is given about students at unit 2 (only \"1\", \"2\") (t.policy:1 \"A\")\n"},
	{"later", MAIL("for staff; give mail; until 2027-01-31; "), MAIL("for staff; give mail; "),
	 "",
	 "+~https://x: staff are let in (t.policy:1 \"A\") from 20270201\n"
	 "+~https://x: mail is given about staff (t.policy:1 \"A\") from 20270201\n"},
	{"begins", "", MAIL("for staff; give mail; from 2027-02-01; "), "",
	 "+~https://x: staff are let in (t.policy:1 \"A\") from 20270201\n"
	 "+~https://x: mail is given about staff (t.policy:1 \"A\") from 20270201\n"},
	{"is-over", "", MAIL("for staff; give mail; until 2026-11-04; "), "", ""},
	{"a-lower-level", MAIL("for staff; give mail; demand eid3; "),
	 MAIL("for staff; give mail; demand eid2; "), "",
	 "+~https://x: staff are let in at a lower level of login: eid2 instead of eid3 (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about staff at a lower level of login: eid2 instead of eid3 (t.policy:1 \"A\")\n"},
	{"a-block-demands-less",
	 "service E is \"https://x\" { demand eid2 of staff }\n" MAIL("for everyone; give mail; "),
	 "service E is \"https://x\" { demand eid2 of teacher }\n" MAIL(
		 "for everyone; give mail; "),
	 "",
	 "+~E: non-teaching staff are let in at a lower level of login: none instead of eid2 (t.policy:2 \"A\")\n"
	 "+~E: mail is given about non-teaching staff at a lower level of login: none instead of eid2 (t.policy:2 \"A\")\n"},
	{"not-asked-any-more",
	 "release \"A\" { to " X "; for staff; give mail; ask; because \"x\"; basis \"6.1 a\" }",
	 "release \"A\" { to " X "; for staff; give mail; because \"x\"; basis \"6.1 e\" }", "",
	 "+~https://x: staff are let in without asking them (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about staff without asking them (t.policy:1 \"A\")\n"
	 "+~https://x: staff are shown less before they are let in: inform instead of ask (t.policy:1 \"A\")\n"},
	{"not-informed-any-more",
	 "release \"A\" { to " X "; for staff; give mail; because \"x\"; basis \"6.1 e\" }",
	 MAIL("for staff; give mail; "), "",
	 "+~https://x: staff are shown less before they are let in: silent instead of inform (t.policy:1 \"A\")\n"},
	{"not-approved-any-more", MAIL("for staff; give mail; approved by two; "),
	 MAIL("for staff; give mail; "), "",
	 "+~https://x: staff are let in without approval by two (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about staff without approval by two (t.policy:1 \"A\")\n"},
	{"asks-for-us", "service E is \"https://x\"\n" MAIL("for staff; give mail; "),
	 "service E is \"https://x\" { asks mail }\n" MAIL("for staff; give mail; "), "",
	 "+~E: staff are let in even if the service asks for less (t.policy:2 \"A\")\n"
	 "+~E: mail is given about staff even if the service asks for less (t.policy:2 \"A\")\n"},
	{"unasked", MAIL("for staff; give mail; "), MAIL("for staff; give mail unasked; "), "",
	 "+~https://x: staff are let in even if the service asks for less (t.policy:1 \"A\")\n"
	 "+~https://x: mail is given about staff even if the service asks for less (t.policy:1 \"A\")\n"},
	{"new-asks-pass", "release \"A\" { to any; for staff; give ou; " END,
	 "release \"A\" { to any; for staff; give ou; new asks pass; " END, "",
	 "+~any client,~any service: staff are let in even if the service asks for less (t.policy:1 \"A\")\n"
	 "+~any client,~any service: ou is given about staff even if the service asks for less (t.policy:1 \"A\")\n"},
	{"category-without-another",
	 "release \"A\" { to federation swamid except category coco-v2; for staff; give ou; " END,
	 "release \"A\" { to federation swamid; for staff; give ou; " END, "",
	 "+~any client of category coco-v2 in federation swamid,~any service of category coco-v2 in federation swamid: staff are let in (t.policy:1 \"A\")\n"
	 "+~any client of category coco-v2 in federation swamid,~any service of category coco-v2 in federation swamid: ou is given about staff (t.policy:1 \"A\")\n"},
	{"a-never-for-a-category",
	 "release \"A\" { to federation swamid; for staff; give ou; " END
	 "never \"N\" { to category coco-v2; give ou; because \"x\" }",
	 "release \"A\" { to federation swamid; for staff; give ou; " END, "",
	 "+~any client of category coco-v2 in federation swamid,~any service of category coco-v2 in federation swamid: staff are let in (t.policy:1 \"A\")\n"
	 "+~any client of category coco-v2 in federation swamid,~any service of category coco-v2 in federation swamid: ou is given about staff (t.policy:1 \"A\")\n"},
	{"a-more-minimal-category",
	 "release \"A\" { to category personalized; for staff; give ou; " END,
	 "release \"A\" { to any; for staff; give ou; " END
	 "never \"N\" { to service \"q\"; give ou; because \"x\" }",
	 "https://a ou %https://refeds.org/category/personalized",
	 "+~any client,~any client of category anonymous and personalized,~any service,~any service of category anonymous and personalized: staff are let in (t.policy:1 \"A\")\n"
	 "+~any client,~any client of category anonymous and personalized,~any service,~any service of category anonymous and personalized: ou is given about staff (t.policy:1 \"A\")\n"
	 "-~q: staff are no longer let in (t.policy:1 \"A\")\n"
	 "-~q: ou is no longer given about staff (t.policy:1 \"A\")\n"},
	{"needs-less",
	 "service E is \"https://x\" { needs mail of student }\n" MAIL(
		 "for student; give mail, sn; "),
	 "service E is \"https://x\" { needs mail or sn of student in grade 7 }\n" MAIL(
		 "for student; give mail, sn; "),
	 "",
	 "+~E: the service is answered without this line: needs mail of student (t.policy:1)\n"},
	{"gives-what-is-needed",
	 "service E is \"https://x\" { needs mail }\n" MAIL(
		 "for student; give sn; ") "release \"B\" { to " X "; for staff; give mail; " END,
	 "service E is \"https://x\" { needs mail }\n" MAIL(
		 "for student; give sn; ") "release \"B\" { to " X
					   "; for staff, student; give mail; " END,
	 "",
	 "+~E: mail is given about students (t.policy:3 \"B\")\n"
	 "+~E: sn is given about students, since what the service waited for is given now (t.policy:2 \"A\")\n"},
	{"lines",
	 "service E is \"https://x\" { subject from uid; rename mail to \"a\"; guard ascii; guard size "
	 "100 bytes; encrypt always; sign both; lower-case sn; signal eid2 as \"http://u/1\"; start \"https://x/\" }\n" MAIL(
		 "for student; give uid; "),
	 "service E is \"https://x\" { subject from uid also attribute; rename mail to \"b\"; guard size "
	 "90 bytes; encrypt never; sign response; signal eid2 as \"http://u/2\" }\n" MAIL(
		 "for student; give uid; "),
	 "",
	 "+~E: the service knows people by another name: subject from uid also attribute instead of subject from uid (t.policy:1)\n"
	 "+~E: mail leaves by another name: rename mail to \"b\" instead of rename mail to \"a\" (t.policy:1)\n"
	 "+~E: values leave in another form: nothing instead of guard ascii (t.policy:1)\n"
	 "+~E: the service is answered in another way: encrypt never instead of encrypt always (t.policy:1)\n"
	 "=~E: values leave in another form: nothing instead of lower-case sn (t.policy:1)\n"
	 "=~E: the service is answered in another way: signal eid2 as \"http://u/2\" instead of signal eid2 as \"http://u/1\" (t.policy:1)\n"
	 "=~E: the service is answered in another way: nothing instead of start \"https://x/\" (t.policy:1)\n"
	 "=~E: the service is answered in another way: sign response instead of sign both (t.policy:1)\n"
	 "-~E: values leave in another form: guard size 90 bytes instead of guard size 100 bytes (t.policy:1)\n"},
	{"a-form",
	 "service E is \"https://x\" { value sisSchoolCourseStudent \"{unit}\" }\n" MAIL(
		 "for student; give ou; "),
	 "service E is \"https://x\" { value sisSchoolCourseStudent \"{unit}/{group}\" }\n" MAIL(
		 "for student; give ou; "),
	 "",
	 "+~E: values leave in another form: value sisSchoolCourseStudent \"{unit}/{group}\" instead of value sisSchoolCourseStudent \"{unit}\" (t.policy:1)\n"},
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

static char *render(const GPtrArray *entries, const char *language)
{
	static const char *const ways[] = {"-", "=", "+", "?"};
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < entries->len; i++) {
		const DiffEntry *entry = entries->pdata[i];
		g_autofree char *sentence = diff_sentence(entry, language);

		g_string_append(text, ways[entry->way]);
		for (guint j = 0; j < entry->services->len; j++) {
			const Site *site = entry->services->pdata[j];

			g_string_append_printf(text, "%s%s%s", j ? "," : "",
					       site->is_known ? "" : "~", site->name_en);
		}
		g_string_append_printf(text, ": %s", sentence);
		if (entry->from != FIXTURE_TODAY)
			g_string_append_printf(text, " from %u", entry->from);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

/* The lines of what is wider or may be; transfer full. */
static char *wider_lines(const GPtrArray *entries)
{
	g_autofree char *all = render(entries, "en");
	g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
	GString *text = g_string_new(NULL);

	for (char **line = lines; *line; line++)
		if (**line == '+' || **line == '?')
			g_string_append_printf(text, "%s\n", *line);
	return g_string_free(text, FALSE);
}

/* What asks only for what is wider is told all of it. */
static void assert_wider(const Policy *old, const Policy *new, const PolicyContext *context,
			 const GPtrArray *entries)
{
	g_autoptr(GPtrArray) wider = policy_diff_wider(old, new, context);
	g_autofree char *want = wider_lines(entries), *got = wider_lines(wider);

	g_assert_cmpstr(got, ==, want);
}

static void test_case(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(GPtrArray) services = known_services(c->services), entries = NULL;
	const Service *const *known = (const Service *const *)services->pdata;
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) old = fixture_load(c->old, known, services->len, &error), new = NULL;
	PolicyContext context = {.scopes = fixture_scopes,
				 .today = FIXTURE_TODAY,
				 .services = known,
				 .n_services = services->len,
				 .feeds = fixture_feeds,
				 .n_feeds = G_N_ELEMENTS(fixture_feeds)};
	g_autofree char *got = NULL, *swedish = NULL;

	g_assert_no_error(error);
	new = fixture_load(c->new, known, services->len, &error);
	g_assert_no_error(error);
	entries = policy_diff(old, new, &context);
	got = render(entries, "en");
	swedish = render(entries, "sv");
	g_assert_cmpstr(got, ==, c->want);
	g_assert_cmpint(*got == '\0', ==, *swedish == '\0');
	g_assert_true(*got == '\0' || strcmp(got, swedish) != 0);
	assert_wider(old, new, &context, entries);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/policy/diff/", cases[i].name, NULL);

		g_test_add_data_func(path, &cases[i], test_case);
	}
	return g_test_run();
}
