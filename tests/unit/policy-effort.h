/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/unit/policy-cases.h"

/* What is made to keep a load busy. */

#define S_ASKS "service S is \"https://s.example/\" { asks mail required, sn }\n"
#define END    "; because \"x\"; basis \"6.1 e\" }\n"

typedef struct {
	const char *name;
	void (*make)(GString *text);
	const char *want; /* in the error; NULL: it loads */
} Load;

/* Every combination of nevers is a person of its own, who is asked about what is left. */
static void make_nevers(GString *text)
{
	g_string_append(text, S_ASKS "release \"R\" { to service S; for student; ask; give mail; "
				     "because \"x\"; basis \"6.1 a\" }\n");
	for (unsigned i = 0; i < 200; i++)
		g_string_append_printf(text,
				       "never \"N%u\" { to service S; for student at unit \"%u\"; "
				       "give mail only \"%u\"; because \"x\" }\n",
				       i, 10000000 + i, i);
	g_string_append(text, "expect student at S is asked\n");
}

/* The same, but that the nevers take nothing of what is given. */
static void make_others(GString *text)
{
	g_string_append(text, S_ASKS "release \"R\" { to service S; for student; give mail" END);
	for (unsigned i = 0; i < 200; i++)
		g_string_append_printf(text,
				       "never \"N%u\" { to service S; for student at unit \"%u\"; "
				       "give any personal-number; because \"x\" }\n",
				       i, 10000000 + i);
	g_string_append(text, "expect student at S gets mail\n");
}

static void append_units(GString *text, unsigned first)
{
	for (unsigned i = 0; i < 60; i++)
		g_string_append_printf(text, "%s \"%u\"", i % 30 ? " or" : " at unit", first + i);
}

/* Each choice of the rule's people with each of the expectation's is a person of its own. */
static void make_persons(GString *text)
{
	g_string_append(text, S_ASKS "release \"R\" { to service S; for student");
	append_units(text, 10000000);
	g_string_append(text, "; give norEduPersonNIN" END
			      "never \"N\" { give any personal-number; because \"x\" }\n"
			      "expect student");
	append_units(text, 20000000);
	g_string_append(text, " at S never gets norEduPersonNIN\n");
}

/* Every choice of a unit in each condition is a person of its own. */
static void make_choices(GString *text)
{
	g_string_append(text, S_ASKS "release \"R\" { to service S; for student");
	for (unsigned i = 0; i < 15; i++)
		for (unsigned j = 0; j < 4; j++)
			g_string_append_printf(text, "%s \"%u\"", j ? " or" : " at unit",
					       10000000 + 4 * i + j);
	g_string_append(text, " except student in group vikarier; give mail" END);
}

/* Each of many services is named by each of many rules. */
static void make_tags(GString *text)
{
	g_string_append(text, "tag t { \"https://x\"");
	for (unsigned i = 0; i < 10000; i++)
		g_string_append_printf(text, ",\n\"https://x%u\"", i);
	g_string_append(text, " }\n");
	for (unsigned i = 0; i < 300; i++)
		g_string_append_printf(text,
				       "release \"R%u\" { to tag t; for student; give mail" END, i);
}

/* Each of two long lists of exceptions is compared with the other. */
static void make_exceptions(GString *text)
{
	g_string_append(text, "tag t { \"https://x\"");
	for (unsigned i = 0; i < 15000; i++)
		g_string_append_printf(text, ",\n\"https://x%u\"", i);
	g_string_append(text, " }\n");
	for (unsigned i = 0; i < 200; i++)
		g_string_append_printf(
			text, "release \"R%u\" { to any except tag t; for student; give mail" END,
			i);
}

/* Each of many releases that ask is compared with each that does not. */
static void make_pairs(GString *text)
{
	for (unsigned i = 0; i < 1500; i++)
		g_string_append_printf(
			text,
			"release \"A%u\" { to any; for staff; ask; "
			"give mail, sn, givenName; because \"x\"; basis \"6.1 a\" }\n"
			"release \"R%u\" { to any; for staff; "
			"give pairwise-id, mail" END,
			i, i);
}

/* Each of many expectations is about each of many services. */
static void make_expectations(GString *text)
{
	for (unsigned i = 0; i < 1000; i++)
		g_string_append_printf(text,
				       "release \"R%u\" { to service \"https://s%u\"; "
				       "for student in grade 7; give mail" END
				       "expect student in grade 6 at any never gets mail\n",
				       i, i);
}

/* Whoever is let in, in any number of groups, must be able to be answered. */
static void make_subject(GString *text)
{
	g_string_append(text, "service S is \"https://s.example/\" { asks mail, sn; subject from "
			      "mail }\nrelease \"R\" { to service S; for student; give sn" END);
	for (unsigned i = 0; i < 60; i++)
		g_string_append_printf(text,
				       "release \"R%u\" { to service S; for student at unit \"%u\" "
				       "at unit \"%u\"; give mail only \"a%u\"" END
				       "never \"N%u\" { to service S; for student at unit \"%u\"; "
				       "give mail; because \"x\" }\n",
				       i, 10000000 + i, 20000000 + i, i, i, 20000000 + i);
}

static const Load loads[] = {
	{"nevers", make_nevers,
	 "this and the expectations before it take too much work to prove; there are too many of "
	 "them, or rules for the services they speak of that make exceptions from each other"},
	{"other-nevers", make_others, NULL},
	{"persons", make_persons, "this takes more than 200000 persons to prove; divide it"},
	{"choices", make_choices,
	 "the groups and units of these people can be combined in more than 1000 ways, too many "
	 "to prove; divide it"},
	{"tags", make_tags,
	 "this target and those before it name so many services in so many rules that proving "
	 "them takes too much work; write one rule for all of them"},
	{"subject", make_subject,
	 "it takes too much work to prove that whom these rules let in can be answered; use fewer "
	 "groups and units in the rules for the service"},
	{"exceptions", make_exceptions, NULL},
	{"pairs", make_pairs, NULL},
	{"expectations", make_expectations, NULL},
};
