/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/unit/policy-fixture.h"

/* What is proved when a policy is loaded. */

#define END "silent; because \"x\"; basis \"6.1 e\" }\n"
#define DNP "https://dnp.example/sp"

/* What most cases rest on: a named service, a category for staff, a prohibition. */
#define BASE                                                                                       \
	"service DNP is \"" DNP "\" { asks eduPersonPrincipalName required }\n"                    \
	"release \"Prov\" { to service DNP; for student, staff; give eduPersonPrincipalName; " END \
	"release \"Person\" { to category personalized; for staff; give requested; " END           \
	"release \"Grupp\" { to service \"https://ilt\"; for student; give "                       \
	"eduPersonScopedAffiliation only \"student\", mail; " END                                  \
	"never \"Nummer\" { to any except service DNP; give any personal-number; because \"x\" }\n"

/* Units, subjects and kinds that values are told apart by: 40 times 40. */
#define OF_FOUR(of) "\"" of "1\" or \"" of "2\" or \"" of "3\" or \"" of "4\""
#define OF_FORTY(of)                                                                                                \
	OF_FOUR(of "0")                                                                                             \
	" or " OF_FOUR(of "1") " or " OF_FOUR(of "2") " or " OF_FOUR(of "3") " or " OF_FOUR(of "4") " or " OF_FOUR( \
		of                                                                                                  \
		"5") " or " OF_FOUR(of                                                                              \
				    "6") " or " OF_FOUR(of                                                          \
							"7") " or " OF_FOUR(of                                      \
									    "8") " or " OF_FOUR(of                  \
												"9")
#define CROWDED                                                                                                 \
	"release \"A\" { to service \"https://x\"; for student; give sisSchoolCourseStudent only "              \
	"unit " OF_FORTY(                                                                                       \
		"u") "; " END                                                                                   \
		     "release \"B\" { to service \"https://x\"; for student; give sisSchoolCourseStudent only " \
		     "subject " OF_FORTY("s") "; " END

typedef struct {
	const char *name, *text;
	const char *services; /* the known ones, with | between them */
	const char *want;     /* NULL: all expectations hold; else the first line of the error */
} Promise;

static const Promise promises[] = {
	{"given", BASE "expect student at DNP gets eduPersonPrincipalName", "", NULL},
	{"a-teacher-is-staff", BASE "expect teacher at DNP gets eduPersonPrincipalName", "", NULL},
	{"refused", BASE "expect guardian at DNP is refused", "", NULL},
	{"nothing", BASE "expect guardian at DNP gets nothing", "", NULL},
	{"not-refused", BASE "expect everyone at DNP is refused", "",
	 "6:1: expectation fails: a student at DNP gets eduPersonPrincipalName (t.policy:2 "
	 "\"Prov\")"},
	{"refused-not-given", BASE "expect everyone at DNP gets eduPersonPrincipalName", "",
	 "6:1: expectation fails: a guardian at DNP does not get eduPersonPrincipalName: "
	 "\"Prov\" gives it to DNP, but not for this person. (t.policy:2)"},
	{"too-little", BASE "expect student at DNP gets eduPersonPrincipalName, mail", "",
	 "6:1: expectation fails: a student at DNP does not get mail: DNP does not ask for it"},
	{"too-much", BASE "expect student at \"https://ilt\" gets mail", "",
	 "6:1: expectation fails: a student at https://ilt also gets eduPersonScopedAffiliation "
	 "(t.policy:4 \"Grupp\")"},
	{"protected-gets-nothing", BASE "expect protected everyone at any gets nothing", "", NULL},
	{"protected-does-not-get",
	 BASE "expect protected student at DNP gets eduPersonPrincipalName", "",
	 "6:1: expectation fails: a protected student at DNP does not get "
	 "eduPersonPrincipalName: \"Prov\" gives it to DNP, but not for this person. (t.policy:2)"},
	{"never-gets-kind", BASE "expect everyone at any never gets any personal-number", "", NULL},
	{"never-gets-attribute", BASE "expect student at any never gets eduPersonPrincipalName", "",
	 "6:1: expectation fails: a student at DNP gets eduPersonPrincipalName (t.policy:2 "
	 "\"Prov\")"},
	{"never-gets-except",
	 BASE "expect student at any except service DNP never gets "
	      "eduPersonPrincipalName",
	 "", NULL},
	{"never-gets-contact-anywhere", BASE "expect everyone at any never gets any contact", "",
	 "6:1: expectation fails: a non-teaching member of staff at any service of category "
	 "personalized gets mail (t.policy:3 \"Person\")"},
	{"unknown-service", BASE "expect everyone at \"https://nowhere\" is refused", "", NULL},
	{"unknown-service-gets", BASE "expect student at \"https://nowhere\" gets mail", "",
	 "6:1: expectation fails: a student at https://nowhere does not get mail: "
	 "https://nowhere asks for it, but no release gives it to https://nowhere."},

	/* values */
	{"only",
	 BASE "expect student at \"https://ilt\" gets mail, eduPersonScopedAffiliation only "
	      "\"student\"",
	 "", NULL},
	{"only-less",
	 BASE "expect student at \"https://ilt\" gets mail, eduPersonScopedAffiliation", "",
	 "6:1: expectation fails: a student at https://ilt does not get every value of "
	 "eduPersonScopedAffiliation (t.policy:4 \"Grupp\")"},
	{"only-more",
	 BASE "expect student at \"https://ilt\" gets mail only \"a\", "
	      "eduPersonScopedAffiliation only \"student\"",
	 "",
	 "6:1: expectation fails: a student at https://ilt also gets mail with other values "
	 "(t.policy:4 \"Grupp\")"},
	{"only-other",
	 BASE "expect student at \"https://ilt\" gets mail, "
	      "eduPersonScopedAffiliation only \"student\" or \"faculty\"",
	 "",
	 "6:1: expectation fails: a student at https://ilt does not get every value of "
	 "eduPersonScopedAffiliation, not \"faculty@edu.sollunda.example\" (t.policy:4 \"Grupp\")"},
	{"filters-add-up",
	 "release \"A\" { to service \"https://x\"; for student; give mail only \"a\" or \"b\"; "
	 "" END "release \"B\" { to service \"https://x\"; for student; give mail only beginning "
	 "\"c\"; " END "never \"N\" { give mail only \"cd\" or \"b\"; because \"x\" }\n"
	 "expect student at \"https://x\" never gets any name",
	 "", NULL},
	{"filters-that-leave-more-than-is-said",
	 "release \"A\" { to service \"https://x\"; for student; give mail only beginning "
	 "\"c\"; " END "expect student at \"https://x\" gets mail only \"c\"",
	 "",
	 "2:1: expectation fails: a student at https://x also gets mail with other values "
	 "(t.policy:1 \"A\")"},
	{"filtered-to-nothing",
	 "release \"A\" { to service \"https://x\"; for student; give mail only \"a\"; " END
	 "never \"N\" { give mail only beginning \"a\"; because \"x\" }\n"
	 "expect student at \"https://x\" is refused",
	 "", NULL},
	{"without",
	 BASE "expect student without mail at \"https://ilt\" gets "
	      "eduPersonScopedAffiliation only \"student\"",
	 "", NULL},
	{"without-both",
	 BASE "expect student without mail or eduPersonScopedAffiliation at "
	      "\"https://ilt\" is refused",
	 "", NULL},

	/* days */
	{"on-the-last-day",
	 "release \"A\" { to service \"https://x\"; for student; give mail; agreement \"P\" until "
	 "2027-06-30; " END "expect student on 2027-06-30 at \"https://x\" gets mail\n"
	 "expect student on 2027-07-01 at \"https://x\" is refused\n"
	 "expect student at \"https://x\" gets mail",
	 "", NULL},
	{"on-the-day-after",
	 "release \"A\" { to service \"https://x\"; for student; give mail; agreement \"P\" until "
	 "2027-06-30; " END "expect student on 2027-07-01 at \"https://x\" gets mail",
	 "",
	 "2:1: expectation fails (on 2027-07-01): a student at https://x does not get mail: "
	 "Agreement \"P\" of \"A\" ended 2027-06-30. (t.policy:1)"},

	/* login */
	{"login",
	 "release \"A\" { to service \"https://x\"; for staff; give login; " END
	 "expect staff at \"https://x\" gets login",
	 "", NULL},
	{"login-and-more", BASE "expect student at DNP gets login", "",
	 "6:1: expectation fails: a student at DNP also gets eduPersonPrincipalName (t.policy:2 "
	 "\"Prov\")"},
	{"let-in-is-not-refused",
	 "release \"A\" { to service \"https://x\"; for staff; give login; " END
	 "expect staff at \"https://x\" is refused",
	 "",
	 "2:1: expectation fails: a non-teaching member of staff at https://x is let in "
	 "(t.policy:1 \"A\")"},
	{"stopped",
	 BASE "never \"Stopp\" { to service DNP; give anything; because \"x\" }\n"
	      "expect everyone at DNP is refused",
	 "", NULL},
	{"stopped-but-expected",
	 BASE "never \"Stopp\" { to service DNP; give login; because \"x\" }\n"
	      "expect student at DNP gets eduPersonPrincipalName",
	 "",
	 "7:1: expectation fails: a student at DNP is refused: DNP is shut by \"Stopp\". "
	 "(t.policy:6)"},

	/* test persons */
	{"plain-is-not-test",
	 "release \"A\" { to service \"https://x\"; for test student; give mail; " END
	 "expect student at \"https://x\" is refused\nexpect test student at \"https://x\" gets "
	 "mail",
	 "", NULL},

	/* services that nobody knows yet */
	{"imagined-category",
	 BASE "expect staff at category personalized gets displayName, givenName, "
	      "sn, mail, subject-id, schacHomeOrganization, "
	      "eduPersonScopedAffiliation, eduPersonAssurance",
	 "", NULL},
	{"imagined-category-more",
	 BASE "expect student at any except service DNP, service "
	      "\"https://ilt\" is refused",
	 "", NULL},
	{"imagined-category-staff", BASE "expect staff at any except service DNP is refused", "",
	 "6:1: expectation fails: a non-teaching member of staff at any service of category "
	 "personalized gets pairwise-id (t.policy:3 \"Person\")"},
	{"the-most-minimal-of-two",
	 BASE "release \"Anonym\" { to category anonymous; for staff; give "
	      "eduPersonScopedAffiliation; " END
	      "expect staff at category anonymous and category personalized gets "
	      "eduPersonScopedAffiliation",
	 "", NULL},
	{"a-named-gift-beyond-the-line",
	 "release \"A\" { to category coco-v2; for staff; give mail, sn; " END
	 "expect staff at category coco-v2 gets mail",
	 "",
	 "2:1: expectation fails: a non-teaching member of staff at any service of category "
	 "coco-v2 also gets sn (t.policy:1 \"A\")"},
	{"requested-is-what-the-line-asks",
	 "release \"A\" { to category coco-v2; for staff; give requested; " END
	 "expect staff at category coco-v2 gets mail",
	 "", NULL},
	{"no-release-for-any-such-service",
	 "release \"A\" { to service \"https://x\"; for staff; give mail; " END
	 "expect staff at category coco-v2 gets mail",
	 "", "2:1: expectation fails: no release is for any such service"},
	{"every-choice-of-a-target",
	 "release \"A\" { to category coco-v1 or coco-v2; for staff; give mail; " END
	 "never \"N\" { to category coco-v2; give mail; because \"x\" }\n"
	 "expect staff at any gets mail",
	 "",
	 "3:1: expectation fails: a non-teaching member of staff at any service of category "
	 "coco-v2 does not get mail: Stopped by \"N\". (t.policy:2)"},
	{"clients-too",
	 "release \"A\" { to any; for staff; give mail; " END
	 "expect staff at protocol oidc never gets mail",
	 "",
	 "2:1: expectation fails: a non-teaching member of staff at any client gets mail "
	 "(t.policy:1 \"A\")"},
	{"any-except-a-protocol",
	 "release \"A\" { to any except protocol saml; for staff; give mail; " END
	 "expect staff at any never gets mail",
	 "",
	 "2:1: expectation fails: a non-teaching member of staff at any client gets mail "
	 "(t.policy:1 \"A\")"},
	{"each-of-a-tag",
	 "tag t { \"https://a\", \"https://b\" }\n"
	 "release \"A\" { to tag t except service \"https://b\"; for staff; give mail; " END
	 "expect staff at tag t gets mail",
	 "",
	 "3:1: expectation fails: a non-teaching member of staff at https://b does not get "
	 "mail: https://b asks for it, but no release gives it to https://b."},

	/* years, groups and units */
	{"a-year-outside",
	 "release \"A\" { to service \"https://x\"; for student in grade 7-9; give mail; " END
	 "expect student at \"https://x\" gets mail",
	 "",
	 "2:1: expectation fails: a student in grade 0 at https://x does not get mail: \"A\" gives it to https://x, but not for this person. (t.policy:1)"},
	{"a-year-inside",
	 "release \"A\" { to service \"https://x\"; for student in grade 7-9; give mail; " END
	 "expect student in grade 8 at \"https://x\" gets mail\n"
	 "expect student in grade 4-6 or 10 at \"https://x\" is refused\n"
	 "expect student in gymnasium 1 at \"https://x\" is refused",
	 "", NULL},
	{"a-unit-gives-more",
	 "release \"A\" { to service \"https://x\"; for student; give mail; " END
	 "release \"B\" { to service \"https://x\"; for student in grade 9 at unit \"12345678\" or "
	 "\"23456789\"; give sn; " END "expect student in grade 8-9 at \"https://x\" gets mail",
	 "",
	 "3:1: expectation fails: a student in grade 9 at unit 12345678 at https://x also gets sn (t.policy:2 \"B\")"},
	{"an-exception-elsewhere",
	 "release \"A\" { to service \"https://x\"; for staff except staff in group vikarier; give "
	 "mail; " END "expect teacher at \"https://x\" gets mail",
	 "",
	 "2:1: expectation fails: a teacher in group vikarier at https://x does not get mail: \"A\" gives it to https://x, but not for this person. (t.policy:1)"},
	{"an-exception-that-another-release-makes-good",
	 "release \"A\" { to service \"https://x\"; for staff except staff in group vikarier; give "
	 "mail; " END "release \"B\" { to service \"https://x\"; for staff in group vikarier; give "
	 "mail; " END "expect teacher at \"https://x\" gets mail",
	 "", NULL},
	{"an-exception-of-both",
	 "release \"A\" { to service \"https://x\"; for staff except staff in group vikarier; give "
	 "mail; " END
	 "release \"B\" { to service \"https://x\"; for staff in group vikarier except "
	 "staff in group rektorer; give mail; " END "expect teacher at \"https://x\" gets mail",
	 "",
	 "3:1: expectation fails: a teacher in group rektorer and in group vikarier at https://x does not get mail: \"A\" gives it to https://x, but not for this person. (t.policy:1)"},
	{"a-never-for-a-group",
	 "release \"A\" { to service \"https://x\"; for student; give mail; " END
	 "never \"N\" { for student in group vikarier at unit \"1\"; give any contact; because \"x\" }\n"
	 "expect student at \"https://x\" gets mail",
	 "",
	 "3:1: expectation fails: a student in group vikarier at unit 1 at https://x does not get mail: Stopped by \"N\". (t.policy:2)"},
	{"a-never-that-shuts-for-a-unit",
	 "release \"A\" { to service \"https://x\"; for student; give mail; " END
	 "never \"N\" { for student at unit \"1\"; give login; because \"x\" }\n"
	 "expect student at \"https://x\" gets mail",
	 "",
	 "3:1: expectation fails: a student at unit 1 at https://x is refused: https://x is shut by \"N\". (t.policy:2)"},
	{"units-narrow",
	 "release \"A\" { to service \"https://x\"; for student at unit \"12345678\"; give "
	 "sisSchoolUnitCode; " END
	 "expect student at unit \"12345678\" at \"https://x\" gets sisSchoolUnitCode only unit "
	 "\"12345678\"",
	 "", NULL},
	{"units-narrow-more-than-is-said",
	 "release \"A\" { to service \"https://x\"; for student at unit \"12345678\"; give "
	 "sisSchoolUnitCode; " END
	 "expect student at unit \"12345678\" at \"https://x\" gets sisSchoolUnitCode",
	 "",
	 "2:1: expectation fails: a student at unit 12345678 at https://x does not get every value of sisSchoolUnitCode (t.policy:1 \"A\")"},
	{"kinds-of-a-group",
	 "release \"A\" { to service \"https://x\"; for student; give sisSchoolCourseStudent only "
	 "unit \"1\" and kind class; " END
	 "expect student at \"https://x\" gets sisSchoolCourseStudent only kind class",
	 "",
	 "2:1: expectation fails: a student at https://x does not get every value of sisSchoolCourseStudent (t.policy:1 \"A\")"},

	/* needs */
	{"needs",
	 "service E is \"https://e\" { asks sisSchoolGrade, mail; needs sisSchoolGrade of student }\n"
	 "release \"A\" { to service E; for student, teacher; give mail, sisSchoolGrade; " END
	 "expect student without sisSchoolGrade at E is refused\n"
	 "expect teacher without sisSchoolGrade at E gets mail",
	 "", NULL},
	{"needs-what-a-group-lacks",
	 "service E is \"https://e\" { asks sisSchoolGrade, mail; needs sisSchoolGrade or sn of student "
	 "in group vikarier }\n"
	 "release \"A\" { to service E; for student; give mail; " END
	 "expect student at E gets mail",
	 "",
	 "3:1: expectation fails: a student in group vikarier at E is refused: E must not be answered without sisSchoolGrade, and sisSchoolGrade is withheld: E asks for it, but no release gives it to E."},
	{"needs-what-another-release-gives",
	 "service E is \"https://e\" { asks sisSchoolGrade, mail; needs sisSchoolGrade }\n"
	 "release \"A\" { to service E; for student; give mail; " END
	 "release \"B\" { to service E; for student in group vikarier; give sisSchoolGrade; " END
	 "expect student at E never gets mail",
	 "",
	 "4:1: expectation fails: a student in group vikarier at E gets mail (t.policy:2 \"A\")"},

	/* pages */
	{"asked",
	 "service K is \"https://k\" { asks mail, sn }\n"
	 "release \"A\" { to service K; for student; give mail; " END
	 "release \"B\" { to service K; for student; give sn; ask; because \"x\"; basis \"6.1 a\" }\n"
	 "expect student at K is asked; expect student at K gets mail, sn",
	 "", NULL},
	{"not-asked-in-a-group",
	 "service K is \"https://k\" { asks mail, sn }\n"
	 "release \"A\" { to service K; for student; give mail; " END
	 "release \"B\" { to service K; for student except student in group vikarier; give sn; ask; "
	 "because \"x\"; basis \"6.1 a\" }\n"
	 "expect student at K is asked",
	 "", "4:1: expectation fails: a student in group vikarier at K is not asked"},
	{"informed",
	 "service K is \"https://k\" { asks mail, sn }\n"
	 "release \"A\" { to service K; for staff; give mail; because \"x\"; basis \"6.1 e\" }\n"
	 "release \"B\" { to service K; for staff in group vikarier; give sn; ask; because \"x\"; "
	 "basis \"6.1 a\" }\n"
	 "expect staff at K is informed",
	 "",
	 "4:1: expectation fails: a non-teaching member of staff in group vikarier at K is asked (t.policy:3 \"B\")"},
	{"not-asked-where-a-never-takes-what-is-not-hidden",
	 "service K is \"https://k\" { asks mail, sn }\n"
	 "release \"A\" { to service K; for student; give mail, sn; ask; because \"x\"; basis \"6.1 a\" }\n"
	 "release \"B\" { to service K; for student in group vikarier; give mail; " END
	 "never \"N\" { to service K; for student in group rektorer; give sn; because \"x\" }\n"
	 "expect student at K is asked",
	 "",
	 "5:1: expectation fails: a student in group rektorer and in group vikarier at K is not asked"},
	{"asked-where-nothing-hides-it",
	 "service K is \"https://k\" { asks mail, sn }\n"
	 "release \"A\" { to service K; for student; give sn; because \"x\"; basis \"6.1 e\" }\n"
	 "release \"B\" { to service K; for student except student in group rektorer; give mail; " END
	 "release \"C\" { to service K; for student in group vikarier; give mail; ask; because \"x\"; "
	 "basis \"6.1 a\" }\n"
	 "expect student at K is informed",
	 "",
	 "5:1: expectation fails: a student in group rektorer and in group vikarier at K is asked (t.policy:4 \"C\")"},
	{"a-need-that-waits-for-what-a-never-takes",
	 "service K is \"https://k\" { asks mail, sn; needs sn of student in group vikarier }\n"
	 "release \"A\" { to service K; for student; give mail, sn; ask; because \"x\"; basis \"6.1 a\" }\n"
	 "never \"N\" { to service K; for student in group rektorer; give sn; because \"x\" }\n"
	 "expect student at K is asked",
	 "",
	 "4:1: expectation fails: a student in group rektorer and in group vikarier at K is refused: K must not be answered without sn, and sn is withheld: Stopped by \"N\"."},

	{"not-informed",
	 "service K is \"https://k\" { asks mail }\n"
	 "release \"A\" { to service K; for staff; give mail; " END "expect staff at K is informed",
	 "", "3:1: expectation fails: a non-teaching member of staff at K is not informed"},

	/* more than can be proved */
	{"too-many-values", CROWDED "expect student at \"https://x\" gets mail", "",
	 "3:1: the units, subjects and kinds of sisSchoolCourseStudent can be "
	 "combined in more than 1000 ways, too many to prove"},
	{"too-many-values-of-a-subject", CROWDED "service \"https://x\" { subject from mail }", "",
	 "3:23: units, subjects and kinds of values can be combined in more than 1000 ways here, "
	 "too many to prove"},

	/* two lines that cannot both hold */
	{"contradict-on-the-page",
	 "release \"A\" { to service \"https://x\"; for staff; give mail; because \"x\"; basis "
	 "\"6.1 e\" }\n"
	 "expect staff at \"https://x\" is asked; expect staff at \"https://x\" is informed",
	 "",
	 "2:1: these expectations contradict each other: line 2 says asked, line 2 says informed, "
	 "for staff at https://x"},
	{"contradict-on-login",
	 "release \"A\" { to service \"https://x\"; for staff; give mail; " END
	 "expect staff at \"https://x\" gets mail\nexpect staff at \"https://x\" gets login",
	 "",
	 "3:1: these expectations contradict each other: line 2 says mail, line 3 says login "
	 "alone, for staff at https://x"},
	{"contradict-by-attribute",
	 "release \"A\" { to service \"https://x\"; for staff; give mail, sn; " END
	 "expect staff at \"https://x\" gets mail, sn\nexpect staff at any never gets sn",
	 "",
	 "3:1: these expectations contradict each other: line 2 says mail, sn, line 3 says never "
	 "sn, for staff at https://x"},
	{"contradict",
	 "release \"A\" { to service \"https://x\"; for student; give mail; " END
	 "expect student in grade 7-9 at \"https://x\" gets mail\nexpect student at \"https://x\" gets "
	 "nothing",
	 "",
	 "3:1: these expectations contradict each other: line 2 says mail, line 3 says nothing, for students in grade 7-9 at https://x"},
	{"contradict-by-kind",
	 "release \"A\" { to service \"https://x\"; for student; give mail; " END
	 "expect everyone at any never gets any contact\nexpect student at \"https://x\" gets mail",
	 "",
	 "2:1: these expectations contradict each other: line 2 says never any contact, line 3 says mail, for students at https://x"},
	{"on-another-day",
	 "release \"A\" { to service \"https://x\"; for student; give mail; until 2027-01-01; " END
	 "expect student on 2027-01-02 at \"https://x\" is refused\n"
	 "expect student at \"https://x\" gets mail",
	 "", NULL},

	/* who can never be answered */
	{"a-client-without-a-name",
	 "release \"A\" { to client \"moodle\"; for student; give mail; " END, "",
	 "1:28: client \"moodle\" can never log in: OIDC needs a subject, and nothing gives pairwise-id to it"},
	{"a-client-without-a-name-for-some",
	 "service Moodle is client \"moodle\"\n"
	 "release \"A\" { to service Moodle; for student; give pairwise-id, mail; " END
	 "release \"B\" { to service Moodle; for guardian; give mail; " END,
	 "",
	 "2:18: service Moodle can never answer a guardian: OIDC needs a subject, and no release gives pairwise-id"},
	{"a-name-in-a-group-will-do",
	 "service G is \"https://g\" { asks mail; subject from mail }\n"
	 "release \"A\" { to service G; for student; give sn; " END
	 "release \"B\" { to service G; for student in group vikarier at unit \"1\"; give mail; " END,
	 "", NULL},
	{"no-name-in-any-group",
	 "service G is \"https://g\" { asks mail; subject from mail }\n"
	 "release \"A\" { to service G; for student, teacher; give sn; " END
	 "release \"B\" { to service G; for student; give mail; " END,
	 "",
	 "1:49: service G can never answer a teacher: 'subject from mail', and no release gives mail"},

	/* a trial service is for test persons alone */
	{"trial",
	 "release \"A\" { to federation skolfederation-trial; for everyone; give mail; " END
	 "expect student at federation skolfederation-trial is refused\n"
	 "expect test student at federation skolfederation-trial gets mail",
	 "", NULL},
	{"registered-by",
	 "release \"A\" { to registered-by \"http://a\"; for staff; give mail; " END
	 "expect staff at registered-by \"http://a\" or \"http://b\" never gets mail",
	 "",
	 "2:1: expectation fails: a non-teaching member of staff at any service registered by \"http://a\" gets mail (t.policy:1 \"A\")"},

	/* services that are known */
	{"known-asks-for-it", BASE "expect student at \"https://ilt\" gets mail",
	 "https://ilt mail", NULL},
	{"known-does-not-ask", BASE "expect student at \"https://ilt\" gets mail", "https://ilt sn",
	 "6:1: expectation fails: a student at https://ilt does not get mail: \"Grupp\" would "
	 "give it, but https://ilt does not ask for it. (t.policy:4)"},
	{"a-promise-of-nothing-holds-whatever-is-asked",
	 BASE "expect student at \"https://ilt\" is refused", "https://ilt",
	 "6:1: expectation fails: a student at https://ilt gets eduPersonScopedAffiliation "
	 "(t.policy:4 \"Grupp\")"},
	{"known-of-a-category", BASE "expect staff at category coco-v2 is refused",
	 "https://a|https://b mail %https://refeds.org/category/code-of-conduct/v2 "
	 "%https://refeds.org/category/personalized",
	 "6:1: expectation fails: a non-teaching member of staff at https://b gets pairwise-id "
	 "(t.policy:3 \"Person\")"},
	/* Approvals are taken as there, and the subject is what is given. */
	{"approval-is-taken-as-there",
	 "release \"A\" { to service \"https://b\"; for protected staff; give mail; approved by "
	 "two; " END "expect protected teacher at \"https://b\" gets mail",
	 "https://b mail", NULL},
	{"protected-gets-more-than-told",
	 "release \"A\" { to any; for protected staff; give mail; approved by two; " END
	 "expect protected everyone at any gets nothing",
	 "https://b mail",
	 "2:1: expectation fails: a protected non-teaching member of staff at https://b gets mail "
	 "(t.policy:1 \"A\")"},
	{"subject-is-given",
	 "service B is \"https://b\" { subject from mail }\n"
	 "release \"A\" { to service B; for staff; give mail; " END "expect staff at B gets mail\n"
	 "expect staff without mail at B is refused",
	 "", NULL},
	{"subject-is-withheld",
	 "service B is \"https://b\" { subject from mail }\n"
	 "release \"A\" { to service B; for staff; give mail, login; " END
	 "expect staff without mail at B gets login",
	 "",
	 "3:1: expectation fails: a non-teaching member of staff at B is refused: B identifies "
	 "people by mail, which is withheld: The directory has no value for this person."},
	{"every-known-one",
	 "release \"A\" { to any except service \"https://b\"; for staff; give mail; " END
	 "expect staff at any gets mail",
	 "https://a mail|https://b mail",
	 "2:1: expectation fails: a non-teaching member of staff at https://b does not get "
	 "mail: https://b asks for it, but no release gives it to https://b."},
	{"too-many-combinations",
	 "release \"A\" { to category \"a\" or \"b\" or \"c\" or \"d\" or \"e\" or \"f\" or "
	 "\"g\" or "
	 "\"h\" or \"i\" or \"j\" or \"k\" and category \"l\" or \"m\" or \"n\" or \"o\" or "
	 "\"p\" or "
	 "\"q\" or \"r\" or \"s\" or \"t\" or \"u\" and category \"v\" or \"w\" or \"x\" or "
	 "\"y\" or "
	 "\"z\" or \"aa\" or \"bb\" or \"cc\" or \"dd\" or \"ee\"; for staff; give mail; " END,
	 "",
	 "1:28: the categories, authorities and federations of this target can be combined in "
	 "more than 1000 ways, too many to prove; divide it"},
};
