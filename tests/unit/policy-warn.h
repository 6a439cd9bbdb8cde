/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/census.h"
#include "tests/unit/policy-fixture.h"

/* What is remarked on when a policy is loaded. */

#define END "silent; because \"x\"; basis \"6.1 e\" }\n"

/* Nothing to remark on. */
#define BASE                                                                                       \
	"service DNP is \"https://dnp.example/sp\" { asks eduPersonPrincipalName required }\n"     \
	"release \"Prov\" { to service DNP; for student, staff; give eduPersonPrincipalName; " END \
	"release \"Person\" { to category personalized; for staff; give requested; " END           \
	"never \"Nummer\" { to any except service DNP; give any personal-number; because \"x\" }\n"

typedef struct {
	const char *name, *text, *services, *want; /* want: the warnings, with | between them */
} Remark;

static const Remark remarks[] = {
	{"none", BASE, "", ""},
	{"every-person-excepted", "release \"X\" { to any; for teacher except staff; give ou; " END,
	 "", "1:19: \"X\" can never give anything: every person it is for is excepted"},
	{"every-service-excepted",
	 "release \"X\" { to service \"a\" or \"b\" except service \"b\" or \"a\"; for staff; give "
	 "mail; " END,
	 "", "1:19: \"X\" can never give anything: every service it is for is excepted"},
	{"taken-from-everyone",
	 "release \"Edwise\" { to service \"e\"; for student, guardian; give norEduPersonNIN, "
	 "mail; " END "never \"Personnummer\" { give any personal-number; because \"x\" }",
	 "",
	 "1:74: \"Edwise\" gives norEduPersonNIN, but never \"Personnummer\" (t.policy:2) takes "
	 "it from everyone \"Edwise\" is for: it releases nothing"},
	{"taken-from-some",
	 "release \"Edwise\" { to service \"e\"; for student, staff; give mail; " END
	 "never \"N\" { for staff; give mail; because \"x\" }",
	 "", "1:71: \"Edwise\" gives mail, but never \"N\" (t.policy:2) takes it from staff only"},
	{"waits-for-approval",
	 "release \"X [1]\" { to any; for staff; give ou; approved by two; " END
	 "release \"Y [2]\" { to any; for student; give ou; approved by two; " END,
	 "",
	 "1:57: \"X [1]\" gives nothing until two have approved it (1 of 2 have; see portvakt-policy(1))"},
	{"taken-from-teachers",
	 "release \"Edwise\" { to service \"e\"; for staff; give mail; " END
	 "never \"N\" { for teacher; give mail; because \"x\" }",
	 "",
	 "1:62: \"Edwise\" gives mail, but never \"N\" (t.policy:2) takes it from teachers only"},
	{"taken-elsewhere",
	 "release \"Edwise\" { to service \"e\" or \"f\"; for student; give mail; " END
	 "never \"N\" { to service \"e\"; give mail; because \"x\" }",
	 "", ""},
	{"a-stop-is-no-slip",
	 "release \"Quiz\" { to service \"e\"; for student; give mail; " END
	 "never \"Stopp\" { to service \"e\"; give anything; because \"x\" }",
	 "", "2:7: \"Stopp\" shuts e"},
	{"taken-in-part",
	 "release \"Edwise\" { to service \"e\"; for student; give mail; " END
	 "never \"N\" { give mail only beginning \"a\"; because \"x\" }",
	 "", ""},
	{"all-that-is-given-is-taken",
	 "release \"Edwise\" { to service \"e\"; for student; give mail only \"ab\"; " END
	 "never \"N\" { give mail only beginning \"a\"; because \"x\" }",
	 "",
	 "1:64: \"Edwise\" gives mail, but never \"N\" (t.policy:2) takes it from everyone "
	 "\"Edwise\" is for: it releases nothing"},
	{"agreement-ended",
	 "release \"X\" { to any; for staff; give ou; agreement \"P\" until 2026-11-04; " END, "",
	 "1:63: agreement \"P\" ended 2026-11-04: \"X\" gives nothing"},
	{"ended", "release \"X\" { to any; for staff; give ou; until 2026-11-04; " END, "",
	 "1:19: \"X\" ended 2026-11-04 and gives nothing"},
	{"ends-today", "release \"X\" { to any; for staff; give ou; until 2026-11-05; " END, "",
	 ""},
	{"agreement-ends-soon",
	 "release \"X\" { to any; for staff; give ou; agreement \"P\" until 2026-12-01; " END, "",
	 "1:63: agreement \"P\" ends in 26 days"},
	{"agreement-ends-today",
	 "release \"X\" { to any; for staff; give ou; agreement \"P\" until 2026-11-05; " END, "",
	 "1:63: agreement \"P\" ends today"},
	{"agreement-ends-tomorrow",
	 "release \"X\" { to any; for staff; give ou; agreement \"P\" until 2026-11-06; " END, "",
	 "1:63: agreement \"P\" ends tomorrow"},
	{"agreement-runs",
	 "release \"X\" { to any; for staff; give ou; agreement \"P\" until 2026-12-06; " END, "",
	 ""},
	{"an-expectation-that-will-fail",
	 "release \"X\" { to service \"x\"; for staff; give mail; agreement \"P\" until "
	 "2026-11-30; " END
	 "expect staff at \"x\" gets mail; expect staff on 2026-11-30 at \"x\" gets mail\n"
	 "expect staff at \"x\" never gets sn",
	 "",
	 "1:73: agreement \"P\" ends in 25 days|2:1: from 2026-12-01 on this expectation fails "
	 "and the "
	 "policy does not load: a non-teaching member of staff at x does not get mail: "
	 "Agreement \"P\" "
	 "of \"X\" ended 2026-11-30. (t.policy:1)"},
	{"an-expectation-that-will-fail-when-a-release-begins",
	 "release \"X\" { to service \"x\"; for staff; give mail; from 2026-11-06; until "
	 "2026-11-07; " END "expect staff at \"x\" is refused",
	 "",
	 "2:1: from 2026-11-06 on this expectation fails and the policy does not load: a "
	 "non-teaching "
	 "member of staff at x gets mail (t.policy:1 \"X\")"},
	{"name-in-quotes",
	 "service NE is \"https://ne.example/sp\"\n"
	 "release \"X\" { to service \"NE\"; for staff; give mail; " END,
	 "https://ne.example/sp mail",
	 "2:26: no feed and no client file knows \"NE\"; did you mean 'service NE'? (released when it appears)"},
	{"unknown-id",
	 "service NE is \"https://ne.example/sp\"\n"
	 "release \"X\" { to service NE, service \"https://other\"; for staff; give mail; " END,
	 "https://ne.example/sp/ mail",
	 "1:25: no feed and no client file knows \"https://ne.example/sp\"; did you mean 'https://ne.example/sp/'? (released when it appears)|2:38: no feed and no client file knows \"https://other\" (released when it appears)"},
	{"asks-nothing",
	 "service NE is \"https://ne\"\nrelease \"X\" { to service NE; for staff; give mail; " END,
	 "https://ne",
	 "2:9: NE asks for nothing in its metadata: \"X\" gives nothing there; add 'asks' to "
	 "'service NE'"},
	{"asks-nothing-and-gets-it",
	 "release \"X\" { to service \"https://ne\"; for staff; give mail unasked; " END,
	 "https://ne", ""},
	{"identifier-to-many",
	 "release \"X\" { to category coco-v2; for staff; give eduPersonPrincipalName; " END, "",
	 "1:62: \"X\" gives eduPersonPrincipalName to a category: one identifier for all its services; pairwise-id keeps them apart"},
	{"protected-to-many",
	 "release \"X\" { to category coco-v2; for protected staff; give ou; approved by two; " END,
	 "",
	 "1:50: \"X\" lets protected persons into services that are not named: whichever is added later needs nobody's approval; name the services|1:76: \"X\" gives nothing until two have approved it (0 of 2 have; see portvakt-policy(1))"},
	{"no-basis", "release \"X\" { to any; for staff; give ou; silent; because \"x\" }", "",
	 "1:19: \"X\" has no basis"},
	{"no-basis-to-be-let-in",
	 "release \"X\" { to any; for staff; give login; silent; because \"x\" }", "", ""},
	{"no-basis-for-test-persons",
	 "release \"X\" { to any; for test staff; give ou; silent; because \"x\" }", "", ""},
	{"one-language",
	 "release \"X\" { to any; for staff; give ou; because sv \"x\"; silent; "
	 "basis \"6.1 e\" }",
	 "", "1:19: \"X\" has because in sv but not en"},
	{"another-language",
	 "release \"X\" { to any; for staff; give ou; because de \"x\"; silent; "
	 "basis \"6.1 e\" }",
	 "", "1:19: \"X\" has because in de but not sv"},

	/* what is left of a release */
	{"excepted-in-a-group-of-those-it-is-for",
	 "release \"X\" { to service \"x\"; for staff in group vikarier except staff in group "
	 "vikarier or rektorer; give mail; " END,
	 "", "1:19: \"X\" can never give anything: every person it is for is excepted"},
	{"excepted-in-another-group",
	 "release \"X\" { to service \"x\"; for staff in group vikarier except staff in group "
	 "rektorer; give mail; " END,
	 "", ""},
	{"taken-from-the-school-it-is-for",
	 "release \"X\" { to service \"x\"; for student at unit \"12345678\"; give mail; " END
	 "never \"N\" { for student at unit \"12345678\" or \"23456789\"; give mail; because "
	 "\"x\" }",
	 "",
	 "1:78: \"X\" gives mail, but never \"N\" (t.policy:2) takes it from everyone \"X\" is for: it releases nothing"},
	{"taken-from-one-school-of-two",
	 "release \"X\" { to service \"x\"; for student at unit \"12345678\" or \"23456789\"; "
	 "give mail; " END "never \"N\" { for student at unit \"12345678\"; give mail; because "
	 "\"x\" }",
	 "", ""},
	{"taken-in-the-years-it-is-for",
	 "release \"X\" { to service \"x\"; for student in grade 7-9, staff; give mail; " END
	 "never \"N\" { for student in grade 4-9; give mail; because \"x\" }",
	 "", "1:79: \"X\" gives mail, but never \"N\" (t.policy:2) takes it from students only"},
	{"adds-nothing",
	 "release \"A\" { to category coco-v2; for staff; give ou, o; " END
	 "release \"B\" { to category coco-v2 and protocol saml; for teacher in group vikarier; "
	 "give o; from 2027-01-01; " END,
	 "", "2:9: \"B\" adds nothing to \"A\" (t.policy:1)"},
	{"adds-nothing-twice",
	 "release \"A\" { to service \"x\"; for staff; give ou; " END
	 "release \"B\" { to service \"x\"; for staff; give ou; " END,
	 "", "2:9: \"B\" adds nothing to \"A\" (t.policy:1)"},
	{"adds-a-year",
	 "release \"A\" { to service \"x\"; for student in grade 7-9; give ou; " END
	 "release \"B\" { to service \"x\"; for student in grade 6-9; give ou; " END,
	 "", "1:19: \"A\" adds nothing to \"B\" (t.policy:2)"},
	{"adds-a-page",
	 "release \"A\" { to service \"x\"; for staff; give ou; " END
	 "release \"B\" { to service \"x\"; for staff; give ou; because \"x\"; basis \"6.1 e\" }",
	 "", "1:19: \"A\" adds nothing to \"B\" (t.policy:2)"},
	{"adds-a-lower-level",
	 "release \"A\" { to service \"x\"; for staff; give ou; demand eid2; " END
	 "release \"B\" { to service \"x\"; for staff; give ou; " END,
	 "", "1:19: \"A\" adds nothing to \"B\" (t.policy:2)"},
	{"adds-where-the-other-excepts",
	 "release \"A\" { to any except service \"x\"; for staff; give ou; " END
	 "release \"B\" { to service \"x\"; for staff; give ou; " END,
	 "", ""},
	{"adds-values",
	 "release \"A\" { to service \"x\"; for staff; give ou only \"a\"; " END
	 "release \"B\" { to service \"x\"; for staff; give ou; " END,
	 "", "1:19: \"A\" adds nothing to \"B\" (t.policy:2)"},

	/* to services that are not named */
	{"to-a-federation",
	 "release \"X\" { to federation skolfederation; for staff; give mail; " END,
	 "a mail #skolfederation|b mail #skolfederation|c mail #swamid",
	 "1:71: \"X\" gives mail (contact) to any service of federation skolfederation: 2 services today"},
	{"to-an-authority",
	 "release \"X\" { to registered-by \"http://a\" or \"http://b\" and protocol oidc; for "
	 "staff; give requested; " END,
	 "",
	 "1:102: \"X\" gives whatever is requested to any client registered by http://a or http://b"},
	{"required-of-any", "release \"X\" { to any; for staff; give required; " END, "",
	 "1:49: \"X\" gives whatever is required to any service"},
	{"to-one-of-three",
	 "release \"X\" { to category coco-v1 or coco-v2 or \"http://c\"; for staff; give mail; " END,
	 "",
	 "1:87: \"X\" gives mail (contact) to any service of category coco-v1, coco-v2 or http://c"},
	{"requested-of-a-category",
	 "release \"X\" { to category personalized; for staff; give requested; " END, "", ""},
	{"identifier-to-all", "release \"X\" { to any; for staff; give uid; " END, "",
	 "1:49: \"X\" gives uid to services that are not named: one identifier for all of them; pairwise-id keeps them apart"},

	/* one service */
	{"needs-what-nothing-gives",
	 "service E is \"https://e\" { asks mail; needs sisSchoolGrade or sisSchoolUnitCode of "
	 "student }\nrelease \"X\" { to service E; for student, staff; give mail; " END
	 "release \"Y\" { to service E; for staff; give sisSchoolGrade; " END,
	 "",
	 "1:49: needs sisSchoolGrade or sisSchoolUnitCode, but nothing gives it to a student: always refused"},
	{"needs-what-some-are-given",
	 "service E is \"https://e\" { asks mail; needs sisSchoolGrade of student }\n"
	 "release \"X\" { to service E; for student; give mail; " END
	 "release \"Y\" { to service E; for student in grade 7; give sisSchoolGrade; " END,
	 "", ""},
	{"asks-about-what-is-given",
	 "release \"Klubb\" { to service \"k\"; for staff; give mail, sn; ask; because \"x\"; basis "
	 "\"6.1 a\" }\nrelease \"Läromedel\" { to any; for teacher; give mail; " END,
	 "k mail sn",
	 "1:61: \"Klubb\" asks about mail, but \"Läromedel\" gives it without asking|2:49: \"Läromedel\" gives mail (contact) to any service: 1 service today"},
	{"asks-others",
	 "release \"Klubb\" { to service \"k\"; for guardian; give mail; ask; because \"x\"; basis "
	 "\"6.1 a\" }\nrelease \"Läromedel\" { to service \"k\"; for teacher; give mail; " END,
	 "", ""},
	{"asks-pupils",
	 "release \"X\" { to service \"k\"; for student; give mail; ask; because \"x\"; basis "
	 "\"6.1 a\" }",
	 "",
	 "1:65: \"X\" asks pupils; consent of pupils in school is seldom valid (basis 6.1 e, inform?)"},
	{"asks-with-another-basis",
	 "release \"X\" { to service \"k\"; for guardian; give mail; ask; because \"x\"; basis "
	 "\"6.1 e\" }",
	 "", "1:90: \"X\" asks, which goes with basis \"6.1 a\" and not with \"6.1 e\""},
	{"shows-what-is-withheld",
	 "service ILT is \"https://ilt\" { asks sisSchoolCourseStudent; value sisSchoolCourseStudent "
	 "\"{unit}/{group}\" }\nrelease \"X\" { to service ILT; for student; give "
	 "sisSchoolCourseStudent; " END
	 "never \"Y\" { to service ILT; give sisSchoolUnitCode; because \"x\" }",
	 "", "1:71: value form shows {unit} to ILT though \"Y\" never gives it sisSchoolUnitCode"},
	{"encrypts-not-yet", "service \"k\" { encrypt always }", "",
	 "1:25: 'encrypt always' has no effect yet: the answer is sent unencrypted"},
	{"demands-signed-requests-not-yet", "service \"k\" { requests signed }", "",
	 "1:25: 'requests signed' has no effect yet: the metadata says whether requests must be "
	 "signed"},
	{"other-lines-mislead-nobody",
	 "service \"k\" { encrypt when-possible; requests unsigned; sign both }", "", ""},
	{"a-stop-for-some",
	 "never \"Stopp\" { to service \"e\"; for student; give login; because \"x\" }", "",
	 "1:17: \"Stopp\" shuts e for students"},
	{"a-stop-for-most-at-a-tag",
	 "tag t { \"e\" }; never \"Stopp\" { to tag t; for student, teacher, guardian; give login; "
	 "because \"x\" }",
	 "", "1:32: \"Stopp\" shuts tag t for students, teachers and guardians"},
	{"add-up",
	 "service DNP is \"https://dnp\"\n"
	 "release \"X\" { to any; for student, staff; give pairwise-id; " END
	 "release \"Y\" { to service DNP; for student; give displayName; " END,
	 "https://dnp displayName",
	 "3:9: \"X\" and \"Y\" add up: DNP gets pairwise-id and displayName together, which neither gives alone"},
	{"add-up-by-a-yes",
	 "service K is \"https://k\"\n"
	 "release \"X\" { to service K; for staff; give pairwise-id; " END
	 "release \"Y\" { to service K; for staff; give displayName; ask; because \"x\"; basis \"6.1 a\" }",
	 "https://k pairwise-id displayName", ""},
	{"add-up-for-nobody",
	 "release \"X\" { to service \"a\"; for staff; give pairwise-id; " END
	 "release \"Y\" { to service \"a\"; for student; give displayName; " END,
	 "", ""},
};

/* The warnings, with | between them. Transfer full. */
static inline char *remarks_on(const Policy *policy)
{
	const GPtrArray *warnings = policy_warnings(policy);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < warnings->len; i++) {
		const char *warning = warnings->pdata[i];

		g_assert_true(g_str_has_prefix(warning, "t.policy:"));
		g_string_append_printf(text, "%s%s", i ? "|" : "", warning + strlen("t.policy:"));
	}
	return g_string_free(text, FALSE);
}

/* What our metadata says we support is more than words. */
static inline Policy *remark_supports(const char *language)
{
	static const char *const supports[] = {
		"http://refeds.org/category/research-and-scholarship",
		"https://refeds.org/category/pseudonymous",
		"https://refeds.org/category/code-of-conduct/v2", NULL};
	static const char text[] =
		"policy 1\nrelease \"A\" { to category pseudonymous; for staff; give "
		"schacHomeOrganization, eduPersonScopedAffiliation; " END
		"release \"B\" { to category pseudonymous; for teacher in group vikarier; give "
		"pairwise-id, eduPersonAssurance; " END;
	PolicySource source = {"t.policy", text, sizeof text - 1};
	PolicyContext context = {.scopes = fixture_scopes,
				 .today = FIXTURE_TODAY,
				 .groups = fixture_groups,
				 .supports = supports,
				 .language = language};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = policy_load(&source, 1, &context, &error);

	g_assert_no_error(error);
	return g_steal_pointer(&policy);
}

static inline bool remark_is_not(const char *name, const char *other)
{
	return strcmp(name, other) != 0;
}

static inline bool remark_has_group(const char *name, gpointer data)
{
	(void)data;
	return remark_is_not(name, "rektorer");
}

static inline bool remark_has_unit(const char *code, gpointer data)
{
	(void)data;
	return remark_is_not(code, "23456789");
}

static inline bool remark_has_attribute(const Attribute *attribute, gpointer data)
{
	return remark_is_not(attribute->name, data);
}

/* What the directory has nobody of is told once, where it stands first; | between them. */
static inline bool remark_has_years(gpointer data)
{
	return false;
}

static inline char *remark_census(const char *language)
{
	const Census census = {remark_has_group, remark_has_unit, remark_has_attribute,
			       remark_has_years, (gpointer)(guintptr) "uid"};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load_in(
		language,
		"never \"N\" { for staff in group vikarier or rektorer; give mail; because \"x\" }\n"
		"release \"A\" { to service \"a\"; for student at unit \"12345678\" or \"23456789\" "
		"except student in group rektorer; give mail, uid; " END
		"never \"Y\" { for guardian, student in grade 0-3; give sn; because \"x\" }\n"
		"expect student in grade 7 at \"b\" is refused\n",
		NULL, 0, &error);
	g_autoptr(GPtrArray) texts = NULL;

	g_assert_no_error(error);
	texts = policy_census(policy, &census);
	g_ptr_array_add(texts, NULL);
	return g_strjoinv("|", (char **)texts->pdata);
}
