/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/unit/policy-cases.h"

/* What is guessed where the word of another system, or of people, stands. */
static const Case guesses[] = {
	{"target-text", "\n" SAYS "to \"https://ne\"; " REST, "\"https://ne\"",
	 "expected whom: 'service', 'client', 'tag', 'category', 'registered-by', 'federation', "
	 "'protocol' or 'any', not \"https://ne\"; did you mean 'service \"…\"'?"},
	{"attribute-claim", "\n" SAYS TO FOR "give family_name; " BECAUSE, "family_name",
	 "no attribute is called 'family_name'; did you mean 'sn'?"},
	{"people-in-swedish", "\n" SAYS TO "for elever; " GIVE BECAUSE, "elever",
	 "expected for whom: 'student', 'teacher', 'staff', 'guardian' or 'everyone', not "
	 "'elever'; did you mean 'student'?"},
	{"people-all", "\n" SAYS TO "for Alla; " GIVE BECAUSE, "Alla",
	 "expected for whom: 'student', 'teacher', 'staff', 'guardian' or 'everyone', not "
	 "'Alla'; did you mean 'everyone'?"},
	{"rule-of-others", "\ndeny \"X\" { " WHOLE, "deny",
	 "expected a rule ('release', 'never', 'service', 'tag' or 'expect'), not 'deny'; "
	 "did you mean 'never'?"},
	{"dash", "\n" SAYS "to service NE – N2; " REST, "–",
	 "'–' has no meaning here; did you mean '-'?"},
	{"single-quote", "\n" SAYS "to service 'https://ne'; " REST, "'",
	 "''' has no meaning here; did you mean '\"'?"},
	{"typographic-quote", "\n" SAYS "to service “https://ne”; " REST, "“",
	 "'“' has no meaning here; did you mean '\"'?"},
	{"angle-quote", "\n" SAYS "to service »https://ne»; " REST, "»",
	 "'»' has no meaning here; did you mean '\"'?"},
	{"comment-of-others", "\n// a comment\n", "/",
	 "'/' has no meaning here; did you mean '#'?"},
	{"one-slash", "\n/ a\n", "/", "'/' has no meaning here; texts stand in quotes \"…\""},
	{"slash-at-the-end", "\n/", "/", "'/' has no meaning here; texts stand in quotes \"…\""},
	{"dash-between-years", "\n" SAYS TO "for student in grade 7–9; " GIVE BECAUSE, "–",
	 "'–' has no meaning here; did you mean '-'?"},
};
