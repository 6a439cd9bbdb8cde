/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What an EPPN says of a name, and of a personal number. */
#include "idp/identity/eppn-speaks.h"

#include <string.h>

typedef struct {
	const char *local; /* of the EPPN */
	const char *given, *surname;
} Case;

static const Case says[] = {
	/* Skolverket's two forms, and the wider ones */
	{"sve123", "Anna", "Svensson"},
	{"svan01", "Anna", "Svensson"},
	{"x9ssonx", "Anna", "Svensson"},
	{"ansv", "Anna", "Svensson"},
	{"an.sv", "Anna", "Svensson"},
	{"S-V-E", "anna", "SVENSSON"},
	{"svka7", "Anna-Karin", "Svensson"},
	{"svka7", "Anna Karin", "Svensson"},
	{"gean7", "Anna", "af Geijerstam"},
	{"afg8", "Anna", "af Geijerstam"},
	{"x-geijer", "Anna", "af Geijerstam"},
	{"say7", "Omar", "Al-Sayed"},
	{"als7", "Omar", "Al-Sayed"},
	{"al-7", "Omar", "Al-Sayed"},
	{"ob4r", "Pat", "O'B4rien"},
	{"obr4", "Pat", "O\u02bcBrien"},
	{"ek7", "Anna", "Ek"},
	{"7x7", "Anna", "X"},
	{"k2k2", "Anna", "K2"},
	{"bud7", "Budi", NULL},
	{"bud7", "Budi", ""},
	/* marks, composed or not, and the ways to write them without */
	{"ang8", "Bo", "\u00c5ngstr\u00f6m"},
	{"aang8", "Bo", "\u00c5ngstr\u00f6m"},
	{"ngstrm", "Bo", "\u00c5ngstr\u00f6m"},
	{"rom8", "Bo", "A\u030angstro\u0308m"},
	{"roem8", "Bo", "A\u030angstro\u0308m"},
	{"\u00e5ng8", "Bo", "Angstrom"},
	{"jaer8", "Bo", "J\u00e4rvinen"},
	{"jar8", "Bo", "J\u00e4rvinen"},
	{"osb8", "Bo", "\u00d8sby"},
	{"oesb8", "Bo", "\u00d8sby"},
	{"eoj8", "\u00d6jvind", "\u00c5e"},
	{"cak8", "\u00c1nde", "\u010c\u00e1kki"},
	{"chak8", "\u00c1nde", "\u010c\u00e1kki"},
	{"gudj8", "Per", "Gu\u0111u"},
	{"gud8", "Per", "Gu\u0111u"},
	{"ang8", "Per", "A\u014b\u014bel"},
	{"ant8", "Per", "A\u014b\u0167i"},
	{"gross8", "Per", "Gro\u00df"},
	{"weiss8", "Per", "WEI\u1e9e"},
	{"bjo8", "Per", "\uff22j\u00f6rk"},
	/* other scripts as they stand, with and without their marks */
	{"\u0645\u062d\u0645\u062f7", "\u0639\u0644\u064a", "\u0645\u062d\u0645\u062f"},
	{"\u0645\u062d\u0645\u062f7", "\u0639\u0644\u064a",
	 "\u0645\u064f\u062d\u064e\u0645\u064e\u0651\u062f"},
	{"\u0418\u0432\u0430\u043d7", "\u041e\u043b\u0435\u0433",
	 "\u0438\u0432\u0430\u043d\u043e\u0432"},
	{"\u738b7", "\u4f1f", "\u738b"},
	/* bytes that are no text */
	{"sve123", "\xff\xfe", "Sven\xc3"},
};

static const Case silent[] = {
	{"b3k7d9", "Anna", "Svensson"},
	{"s3v3n3", "Anna", "Svensson"},
	{"anna77", "Anna", "Svensson"},
	{"sv7an", "Anna", "Svensson"},
	{"dx7", "Anna", "D'Angelo"},
	{"afx7", "Anna", "af Geijerstam"},
	{"l4l4", "Anna", "\u00d6l"},
	{"by77", "Anna", "\u00c5by"},
	{"abc7", NULL, NULL},
	{"abc7", "", ""},
	{"abc7", "-", " "},
	{"", "Anna", "Svensson"},
	{"abc7", "\u4f1f", "\u738b"},
	{"abc7", "\xff\xfe", "\xff"},
};

static const struct {
	const char *local, *surname;
} careless[] = {
	{"l4l4", "\u00d6l"},
	{"by77", "\u00c5by"},
	{"9s9", "\u00c5s"},
};

static bool of(bool (*judge)(const char *, const char *, const char *), const Case *c)
{
	g_autofree char *eppn = g_strconcat(c->local, "@svensson.example", NULL);

	return judge(eppn, c->given, c->surname) && judge(c->local, c->given, c->surname);
}

static void test_says(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(says); i++) {
		if (!of(eppn_speaks_of, &says[i]))
			g_error("%s says nothing of %s %s", says[i].local, says[i].given,
				says[i].surname);
		g_assert_true(of(eppn_could_speak_of, &says[i]));
	}
}

static void test_silent(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(silent); i++)
		if (of(eppn_speaks_of, &silent[i]))
			g_error("%s speaks of %s %s", silent[i].local, silent[i].given,
				silent[i].surname);
}

static void test_careless(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(careless); i++) {
		g_assert_true(eppn_could_speak_of(careless[i].local, "Anna", careless[i].surname));
		g_assert_false(eppn_speaks_of(careless[i].local, "Anna", careless[i].surname));
	}
	g_assert_true(eppn_could_speak_of("7b7", "\u00d6b", "\u00c5\u00f6"));
	g_assert_false(eppn_could_speak_of("7b7c8", "Anna", "Svensson"));
}

/* However long the name, it is answered at once. */
static void test_long(void)
{
	g_autoptr(GString) name = g_string_new(NULL);
	gint64 begun = g_get_monotonic_time();

	for (unsigned i = 0; i < 20000; i++)
		g_string_append(name, i % 2 == 0 ? "\u00e5 " : "\u00f6\u00f8 ");
	for (unsigned i = 0; i < 20; i++)
		g_assert_false(
			eppn_speaks_of("b2c3d4f5g6h7j8@skola.example", name->str, name->str));
	g_assert_cmpint(g_get_monotonic_time() - begun, <, 5 * G_USEC_PER_SEC);
}

static void test_personal_number(void)
{
	static const char *const numbers[] = {
		"200901272385", "20090127-2385", "x200901272385x", "0901272385",   "090127-2385",
		"090127+2385",  "200901872385",  "20090187.2385",  "20090127TF20", "20090127-tf20",
		"u0901272385",  "199012319999",  "a.189001019999", "9901919999",
	};
	static const char *const others[] = {
		"",
		"b2c3d4f5g6h7j8",
		"2013012723",
		"200913272385",
		"200901322385",
		"210001272385",
		"2009012723851",
		"20090127TFA0",
		"20090127",
		"fc79e369-18a3-40c4",
		"0901272385000",
		"090127-23851",
		"090100-2385",
		"0900272385",
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autofree char *eppn = g_strconcat(numbers[i], "@skola.example", NULL);

		if (!eppn_holds_personal_number(eppn))
			g_error("%s is none", numbers[i]);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *eppn = g_strconcat(others[i], "@200901272385.example", NULL);

		if (eppn_holds_personal_number(eppn))
			g_error("%s is one", others[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/eppn-speaks/says", test_says);
	g_test_add_func("/eppn-speaks/silent", test_silent);
	g_test_add_func("/eppn-speaks/careless", test_careless);
	g_test_add_func("/eppn-speaks/long", test_long);
	g_test_add_func("/eppn-speaks/personal-number", test_personal_number);
	return g_test_run();
}
