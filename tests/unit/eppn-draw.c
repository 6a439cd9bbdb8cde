/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * New EPPNs: what they are made of, that chance makes them, and that Skolverket's warning 3047, as
 * read here by rules of this file's own, never meets one.
 */
#include "idp/identity/eppn-draw.h"

#include "idp/limits.h"
#include "idp/seal.h"
#include "tests/unit/names.h"
#include "tests/unit/narrow-chance.h"
#include <math.h>
#include <string.h>

enum {
	DRAWS = 1000000,
	PEOPLE = 100000,
	PAIRS = 7,
	WAYS = 4 * DRAWS, /* of which a million draws meet many twice */
};

static const char scope[] = "skola.example";
static const char letters[] = "bcdfghjkmnpqrstvwxz";
static const char digits[] = "23456789";

/* ---- how a name may be read ---- */

typedef struct {
	const char *from, *to;
} Pair;

#define PAIRS_MAX 40

typedef struct {
	const char *name;
	GNormalizeMode form;
	bool lower, ascii_only;
	Pair pairs[PAIRS_MAX];
} Reading;

#define MARKS                                                                                      \
	{"á", "a"}, {"à", "a"}, {"â", "a"}, {"ā", "a"}, {"é", "e"}, {"è", "e"}, {"ī", "i"},        \
		{"č", "c"}, {"š", "s"}, {"ž", "z"}, {"đ", "d"}, {"ŋ", "n"}, {"ŧ", "t"},            \
		{"ḥ", "h"}, {"ṣ", "s"}, {"ṭ", "t"}, {"ġ", "g"}, {"ǧ", "g"}, {"ʿ", ""},             \
	{                                                                                          \
		"ʼ", ""                                                                            \
	}

static const Reading readings[] = {
	{"raw", G_NORMALIZE_DEFAULT, false, false, {{NULL, NULL}}},
	{"composed", G_NORMALIZE_NFC, true, false, {{NULL, NULL}}},
	{"å as a",
	 G_NORMALIZE_NFC,
	 true,
	 false,
	 {{"å", "a"}, {"ä", "a"}, {"ö", "o"}, {"ø", "o"}, {"æ", "a"}, MARKS}},
	{"å as aa",
	 G_NORMALIZE_NFC,
	 true,
	 false,
	 {{"å", "aa"}, {"ä", "ae"}, {"ö", "oe"}, {"ø", "oe"}, {"æ", "ae"}, MARKS}},
	{"å as aa, ä as a",
	 G_NORMALIZE_NFC,
	 true,
	 false,
	 {{"å", "aa"}, {"ä", "a"}, {"ö", "o"}, {"ø", "o"}, {"æ", "ae"}, MARKS}},
	{"å as a, ä as ae",
	 G_NORMALIZE_NFC,
	 true,
	 false,
	 {{"å", "a"}, {"ä", "ae"}, {"ö", "o"}, {"ø", "o"}, {"æ", "ae"}, MARKS}},
	{"dropped", G_NORMALIZE_NFC, true, true, {{NULL, NULL}}},
	{"marks dropped", G_NORMALIZE_NFD, true, true, {{NULL, NULL}}},
};

static char *kept(const char *text, const Reading *reading, bool tight)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p = g_utf8_find_next_char(p, NULL)) {
		gunichar c = g_utf8_get_char(p);

		if ((reading->ascii_only && c > 127) || (tight && c < 128 && !g_ascii_isalnum(c)))
			continue;
		g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

static char *read_anew(const char *name, const Reading *reading, bool tight)
{
	g_autofree char *normal = g_utf8_normalize(name, -1, reading->form);
	g_autofree char *lower = reading->lower ? g_utf8_strdown(normal, -1) : g_strdup(name);
	g_autoptr(GString) text = g_string_new(lower);

	for (unsigned i = 0; i < PAIRS_MAX && reading->pairs[i].from != NULL; i++)
		g_string_replace(text, reading->pairs[i].from, reading->pairs[i].to, 0);
	return kept(text->str, reading, tight);
}

static GHashTable *read_texts; /* name -> its readings, each loose and tight */

static void texts_free(gpointer data)
{
	char **texts = data;

	for (unsigned i = 0; i < 2 * G_N_ELEMENTS(readings); i++)
		g_free(texts[i]);
	g_free(texts);
}

/* `tight` without what is no letter. Many people have one name. */
static const char *read_as(const char *name, const Reading *reading, bool tight)
{
	char **texts = g_hash_table_lookup(read_texts, name);
	gsize place = 2 * (gsize)(reading - readings) + (tight ? 1 : 0);

	if (texts == NULL) {
		texts = g_new0(char *, 2 * G_N_ELEMENTS(readings));
		g_hash_table_insert(read_texts, g_strdup(name), texts);
	}
	if (texts[place] == NULL)
		texts[place] = read_anew(name, reading, tight);
	return texts[place];
}

static char *first(const char *text, glong n)
{
	return g_utf8_substring(text, 0, MIN(n, g_utf8_strlen(text, -1)));
}

/* The two things the warning looks for. */
typedef struct {
	char *three, *two_and_two;
} Rule;

static Rule rule_of(const char *given, const char *surname, const Reading *reading, bool tight)
{
	const char *s = read_as(surname, reading, tight);
	g_autofree char *g2 = first(read_as(given, reading, tight), 2);
	g_autofree char *s2 = first(s, 2);

	return (Rule){first(s, 3), g_strconcat(s2, g2, NULL)};
}

static void rule_clear(Rule *rule)
{
	g_free(rule->three);
	g_free(rule->two_and_two);
}

static bool holds(const char *local, const char *what)
{
	return *what != '\0' && strstr(local, what) != NULL;
}

/* Warning 3047, however the name is read; the first two readings are all there are of ASCII. */
static bool warned(const char *local, const char *given, const char *surname)
{
	bool plain = g_str_is_ascii(given) && g_str_is_ascii(surname);
	unsigned n = plain ? 2 : G_N_ELEMENTS(readings);

	for (unsigned i = 0; i < 2 * n; i++) {
		Rule rule = rule_of(given, surname, &readings[i / 2], i % 2 == 1);
		bool hit = holds(local, rule.three) || holds(local, rule.two_and_two);

		rule_clear(&rule);
		if (hit)
			return true;
	}
	return false;
}

/* ---- people ---- */

typedef struct {
	char *given, *surname;
} Somebody;

static void somebody_free(gpointer data)
{
	Somebody *somebody = data;

	g_free(somebody->given);
	g_free(somebody->surname);
	g_free(somebody);
}

/* Each given name with each surname, then the same with marks apart, then double names. */
static Somebody *nth(const Names *of, gsize n)
{
	gsize pair = n % (of->n_given * of->n_surname);
	gsize round = n / (of->n_given * of->n_surname);
	const char *given = of->given[pair % of->n_given];
	const char *surname = of->surname[pair / of->n_given];
	Somebody *somebody = g_new0(Somebody, 1);
	g_autofree char *whole =
		round < 2 ? g_strdup(given)
			  : g_strdup_printf("%s%s%s", given, round % 2 == 0 ? "-" : " ",
					    of->given[(pair + 7 * round) % of->n_given]);
	GNormalizeMode form = round % 2 == 0 ? G_NORMALIZE_NFC : G_NORMALIZE_NFD;

	somebody->given = g_utf8_normalize(whole, -1, form);
	somebody->surname = g_utf8_normalize(surname, -1, form);
	return somebody;
}

static GPtrArray *people_new(void)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *people = g_ptr_array_new_with_free_func(somebody_free);

	for (gsize n = 0; people->len < PEOPLE; n++) {
		Somebody *somebody = nth(&names[n % G_N_ELEMENTS(names)], n / G_N_ELEMENTS(names));

		if (g_hash_table_add(known,
				     g_strdup_printf("%s|%s", somebody->given, somebody->surname)))
			g_ptr_array_add(people, somebody);
		else
			somebody_free(somebody);
	}
	return people;
}

static char *local_part(const char *eppn)
{
	return g_strndup(eppn, strcspn(eppn, "@"));
}

/* Every person of 100,000 gets one, and no reading of their name is in it. */
static void test_names(void)
{
	g_autoptr(GPtrArray) people = people_new();

	for (guint i = 0; i < people->len; i++) {
		const Somebody *who = people->pdata[i];
		g_autoptr(GError) error = NULL;
		g_autofree char *eppn =
			eppn_draw_for(scope, who->given, who->surname, NULL, NULL, &error);
		g_autofree char *local = NULL;

		g_assert_no_error(error);
		local = local_part(eppn);
		if (warned(local, who->given, who->surname))
			g_error("%s speaks of %s %s", local, who->given, who->surname);
	}
}

/* A value made of each person's name is warned of, and refused by what draws. */
static void test_bad(void)
{
	g_autoptr(GPtrArray) people = people_new();
	guint made = 0;

	for (guint i = 0; i < people->len; i += 7) {
		const Somebody *who = people->pdata[i];
		const Reading *reading = &readings[1 + i % (G_N_ELEMENTS(readings) - 1)];
		Rule rule = rule_of(who->given, who->surname, reading, i % 2 == 1);
		const char *piece = i % 3 == 0 ? rule.two_and_two : rule.three;
		g_autofree char *local = g_strdup_printf("k7%s4", piece);

		if (*piece != '\0') {
			made++;
			g_assert_true(warned(local, who->given, who->surname));
			if (!eppn_could_speak_of(local, who->given, who->surname))
				g_error("%s (%s) is not known to speak of %s %s", local,
					reading->name, who->given, who->surname);
		}
		rule_clear(&rule);
	}
	g_assert_cmpuint(made, >, 10000);
}

/* ---- a million ---- */

/* What the warning looks for in any of the names: pieces of two letters and more, by how they
 * begin. One letter, and names with digits, are for test_names(): no value avoids everybody's. */
static void add_pieces(GHashTable *pieces, bool *begins, const Somebody *who,
		       const Reading *reading)
{
	Rule rule = rule_of(who->given, who->surname, reading, true);
	char *both[] = {rule.three, rule.two_and_two};

	for (unsigned i = 0; i < 2; i++) {
		const guchar *p = (const guchar *)both[i];

		if (g_utf8_strlen(both[i], -1) < 2 || strpbrk(both[i], "0123456789") != NULL) {
			g_free(both[i]);
			continue;
		}
		begins[p[0] * 256 + p[1]] = true;
		g_hash_table_add(pieces, both[i]);
	}
}

static bool holds_a_piece(GHashTable *pieces, const bool *begins, const char *local)
{
	for (gsize at = 0; at + 1 < strlen(local); at++) {
		const guchar *p = (const guchar *)local + at;

		if (!begins[p[0] * 256 + p[1]])
			continue;
		for (gsize n = 2; n <= strlen(local + at); n++) {
			g_autofree char *piece = g_strndup(local + at, n);

			if (g_hash_table_contains(pieces, piece))
				return true;
		}
	}
	return false;
}

static int64_t number_of(const char *local, uint64_t *counts)
{
	int64_t number = 0;

	g_assert_cmpuint(strlen(local), ==, 2 * PAIRS);
	for (unsigned i = 0; i < PAIRS; i++) {
		const char *letter = strchr(letters, local[2 * i]);
		const char *digit = strchr(digits, local[2 * i + 1]);

		g_assert_true(letter != NULL && digit != NULL);
		counts[letter - letters]++;
		counts[sizeof letters - 1 + (digit - digits)]++;
		number = number * 256 + (letter - letters) * 8 + (digit - digits);
	}
	return number;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Six standard deviations: a choice by mere remainder is a hundred away. */
static void assert_even(const uint64_t *counts, unsigned n)
{
	double want = (double)DRAWS * PAIRS / n;
	double slack = 6 * sqrt(want * (1 - 1.0 / n));

	for (unsigned i = 0; i < n; i++)
		g_assert_cmpfloat(fabs((double)counts[i] - want), <, slack);
}

/* Sorts them. */
static unsigned repeats_in(int64_t *drawn)
{
	unsigned repeats = 0;

	qsort(drawn, DRAWS, sizeof *drawn, by_number);
	for (unsigned i = 1; i < DRAWS; i++)
		repeats += drawn[i] == drawn[i - 1] ? 1 : 0;
	return repeats;
}

static void test_million(void)
{
	g_autoptr(GPtrArray) people = people_new();
	g_autoptr(GHashTable) pieces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree bool *begins = g_new0(bool, 65536);
	g_autofree int64_t *drawn = g_new(int64_t, DRAWS);
	uint64_t counts[sizeof letters + sizeof digits] = {0};

	for (guint i = 0; i < people->len; i++)
		add_pieces(pieces, begins, people->pdata[i], &readings[i % G_N_ELEMENTS(readings)]);
	for (unsigned i = 0; i < DRAWS; i++) {
		g_autofree char *eppn = eppn_draw(scope);
		char *at = strchr(eppn, '@');

		g_assert_cmpstr(at, ==, "@skola.example");
		*at = '\0';
		drawn[i] = number_of(eppn, counts);
		if (holds_a_piece(pieces, begins, eppn))
			g_error("%s is a piece of a name", eppn);
	}
	assert_even(counts, sizeof letters - 1);
	assert_even(counts + sizeof letters - 1, sizeof digits - 1);
	/* Of 152^7 values a million have one twice in one run of 3,700; that one is seen, and drawn
	 * again, by whoever gives it: see test_given(). */
	g_assert_cmpuint(repeats_in(drawn), <=, 1);
}

typedef struct {
	GHashTable *values;
	unsigned again;
} Given;

static bool given_before(const char *eppn, bool *seen, gpointer data, GError **error)
{
	Given *given = data;

	*seen = g_hash_table_contains(given->values, eppn);
	given->again += *seen ? 1 : 0;
	return true;
}

/* A million that are given are a million, though chance draws more than one in ten twice. */
static void test_given(void)
{
	g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree int64_t *given = g_new(int64_t, DRAWS);
	uint64_t counts[sizeof letters + sizeof digits] = {0};
	Given before = {.values = values};

	narrow_chance(WAYS);
	for (unsigned i = 0; i < DRAWS; i++) {
		g_autoptr(GError) error = NULL;
		char *eppn = eppn_draw_for(scope, NULL, NULL, given_before, &before, &error);
		g_autofree char *local = NULL;

		g_assert_no_error(error);
		local = local_part(eppn);
		given[i] = number_of(local, counts);
		g_hash_table_add(values, eppn);
	}
	narrow_chance(0);
	g_assert_cmpuint(before.again, >, DRAWS / 10);
	g_assert_cmpuint(repeats_in(given), ==, 0);
}

/* The search for pieces finds them. */
static void test_piece(void)
{
	g_autoptr(GHashTable) pieces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree bool *begins = g_new0(bool, 65536);
	Somebody who = {g_strdup("Björn"), g_strdup("Åkesson")};

	add_pieces(pieces, begins, &who, &readings[3]);
	g_assert_true(holds_a_piece(pieces, begins, "k7aak4"));
	g_assert_true(holds_a_piece(pieces, begins, "k7aabj"));
	g_assert_false(holds_a_piece(pieces, begins, "k7ak4bj"));
	g_free(who.given);
	g_free(who.surname);
}

/* ---- what has been seen ---- */

typedef struct {
	unsigned before; /* so many are seen */
	unsigned asked;
	char *last;
	bool broken;
} Seen;

static bool seen_before(const char *eppn, bool *seen, gpointer data, GError **error)
{
	Seen *state = data;

	if (state->broken) {
		g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_IO, "no store");
		return false;
	}
	g_free(state->last);
	state->last = g_strdup(eppn);
	*seen = state->asked++ < state->before;
	return true;
}

static void test_seen(void)
{
	g_autoptr(GError) error = NULL;
	Seen state = {.before = 3};
	g_autofree char *eppn = eppn_draw_for(scope, "Bo", "Ek", seen_before, &state, &error);
	Seen never = {.before = G_MAXUINT};
	Seen broken = {.broken = true};

	g_assert_no_error(error);
	g_assert_cmpuint(state.asked, ==, 4);
	g_assert_cmpstr(eppn, ==, state.last);
	g_assert_null(eppn_draw_for(scope, NULL, NULL, seen_before, &never, &error));
	g_assert_error(error, EPPN_DRAW_ERROR, EPPN_DRAW_ERROR_EXHAUSTED);
	g_assert_cmpuint(never.asked, ==, LIMIT_EPPN_DRAWS);
	g_clear_error(&error);
	g_assert_null(eppn_draw_for(scope, NULL, NULL, seen_before, &broken, &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_IO);
	g_free(state.last);
	g_free(never.last);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (!seal_init())
		return 1;
	read_texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, texts_free);
	g_test_add_func("/eppn-draw/names", test_names);
	g_test_add_func("/eppn-draw/bad", test_bad);
	g_test_add_func("/eppn-draw/piece", test_piece);
	g_test_add_func("/eppn-draw/million", test_million);
	g_test_add_func("/eppn-draw/given", test_given);
	g_test_add_func("/eppn-draw/seen", test_seen);
	int result = g_test_run();
	g_hash_table_unref(read_texts);
	return result;
}
