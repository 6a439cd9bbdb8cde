/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Small random policies with everything in them, against a second reading of the specification
 * (policy-whole.h), and what must hold of all of them: one more never gives nobody more, files and
 * rules have no order, and what is decided once is decided again. A failure is repeated with
 * --seed.
 */
#include "tests/unit/policy-whole.h"

#define WORLDS  400
#define PERSONS 8

static Policy *load(const char *first, const char *second, GError **error)
{
	g_autofree char *one = g_strconcat("policy 1; ", first, NULL);
	g_autofree char *other = g_strconcat("policy 1; ", second, NULL);
	const PolicySource sources[] = {{"b.policy", one, strlen(one), NULL},
					{"a.policy", other, strlen(other), NULL}};
	PolicyContext context = {.scopes = fixture_scopes,
				 .today = FIXTURE_TODAY,
				 .approvers = fixture_approvers,
				 .groups = fixture_groups,
				 .feeds = fixture_feeds,
				 .n_feeds = G_N_ELEMENTS(fixture_feeds),
				 .levels = fixture_levels,
				 .n_levels = G_N_ELEMENTS(fixture_levels)};

	return policy_load(sources, G_N_ELEMENTS(sources), &context, error);
}

static const char *const titles[W_RULES][2] = {{"0", "0 [2]"}, {"1", "1 [2]"}, {"2", "2 [2]"},
					       {"3", "3 [2]"}, {"4", "4 [2]"}, {"5", "5 [2]"}};

static Decision *decide(const Policy *policy, const World *world, const WPerson *who,
			const WSite *site, const WLogin *login, bool openly)
{
	static const char *const levels[] = {NULL, "two-factor", "eid2", "eid3"};
	g_autoptr(Person) person = world_person(who);
	PersonAnswer answers[W_RULES];
	Circumstances circumstances = {.today = FIXTURE_TODAY,
				       .level = levels[login->level],
				       .answers = answers,
				       .too_young = login->too_young};
	Decision *decision;

	for (unsigned i = 0; i < world->n; i++)
		if (login->answers[i])
			answers[circumstances.n_answers++] =
				(PersonAnswer){titles[i][world->rules[i].approved],
					       login->answers[i] == 2, DECIDE_ANSWERED};
	decision = openly ? policy_decide_openly(policy, person, site->service, &circumstances)
			  : policy_decide(policy, person, site->service, &circumstances);
	decide_check(decision);
	return decision;
}

static char *told(const Decision *decision, unsigned a)
{
	const DecisionRow *row = decision_row(decision, fixture_attribute(w_attributes[a].name));
	GString *text = g_string_new(NULL);

	for (guint i = 0; row && row->values && i < row->values->len; i++)
		g_string_append_printf(text, "%s\n", (char *)row->values->pdata[i]);
	return g_string_free(text, FALSE);
}

/* Who it was, and where, for whoever must find out why. */
static char *describe(const WPerson *person, const WSite *site, const WLogin *login)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "kind %u year %u groups %u units %u level %u %s has",
			       person->kind, person->year, person->groups, person->units,
			       login->level, login->too_young ? "young" : "");
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		g_string_append_printf(text, " %#x", person->has[a]);
	g_string_append_printf(text, "; site %u categories %#x held %#x feeds %#x authority %u",
			       site->id, site->categories, site->held_categories, site->feeds,
			       site->authority);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++)
		g_string_append_printf(text, " %u%s", site->wishes[a], site->held[a] ? "~" : "");
	g_string_append(text, "; answers");
	for (unsigned i = 0; i < W_RULES; i++)
		g_string_append_printf(text, " %u", login->answers[i]);
	return g_string_free(text, FALSE);
}

static void compare(const Decision *decision, const WAnswer *answer, const char *about)
{
	g_autofree char *rendered = fixture_render(decision);
	g_autofree char *text = g_strconcat(rendered, "\n", about, NULL);

	if (decision->reason != answer->reason)
		g_error("%s by the library, %s here:\n%s", reason_code_name(decision->reason),
			reason_code_name(answer->reason), text);
	if (decision->page != answer->page)
		g_error("page %u by the library, %u here:\n%s", decision->page, answer->page, text);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++) {
		const Attribute *attribute = fixture_attribute(w_attributes[a].name);
		const DecisionRow *row = decision_row(decision, attribute);
		g_autofree char *got = told(decision, a);

		if ((row && row->reason == REASON_SET_ASIDE) != answer->aside[a])
			g_error("%s is %sset aside here:\n%s", w_attributes[a].name,
				answer->aside[a] ? "" : "not ", text);
		if (strcmp(got, answer->told[a]->str) != 0)
			g_error("%s: '%s' by the library, '%s' here:\n%s", w_attributes[a].name,
				got, answer->told[a]->str, text);
	}
}

typedef void (*Try)(const World *world, const Policy *policy, const char *text);

/* Whether it is refused since nobody, or somebody, can never be told apart there. */
static bool is_nameless(const GError *error)
{
	return strstr(error->message, "can never answer") ||
	       strstr(error->message, "can never log in");
}

/* Makes random worlds whose policy stands, most of which do. */
static void try_worlds(Try try)
{
	unsigned loaded = 0;

	for (unsigned i = 0; i < WORLDS; i++) {
		World world;
		g_autofree char *text = NULL;
		g_autoptr(GError) error = NULL;
		g_autoptr(Policy) policy = NULL;

		world_make(&world);
		text = world_write(&world, ~0u, true, false);
		policy = load(text, "", &error);
		if (policy)
			try(&world, policy, text);
		else if (!is_nameless(error))
			g_error("%s\n%s", error->message, text);
		loaded += policy != NULL;
		world_clear(&world);
	}
	g_test_message("%u of %u policies stand", loaded, WORLDS);
	g_assert_cmpuint(loaded, >, WORLDS / 2);
}

static unsigned seen[REASON_LAST + 1];

static void try_decisions(const World *world, const Policy *policy, const char *text)
{
	for (unsigned i = 0; i < PERSONS; i++) {
		WPerson person;
		WLogin login;

		world_make_person(&person);
		world_make_login(&login, world);
		for (unsigned s = 0; s < W_SERVICES; s++) {
			const WSite *site = &world->sites[s];
			g_autoptr(Decision) decision =
				decide(policy, world, &person, site, &login, true);
			g_auto(WAnswer) answer = {0};
			g_autofree char *where = describe(&person, site, &login);
			g_autofree char *about = g_strconcat(where, text, NULL);

			world_judge(world, &person, site, &login, &answer);
			compare(decision, &answer, about);
			seen[decision->reason]++;
		}
	}
}

/* Each way a whole decision can end is met, or nothing would be compared there. */
static void test_decisions(void)
{
	static const Reason ends[] = {
		REASON_GIVEN,           REASON_REFUSED_NO_RULE,  REASON_REFUSED_STOPPED,
		REASON_REFUSED_SUBJECT, REASON_REFUSED_MISSING,  REASON_REFUSED_LEVEL,
		REASON_REFUSED_TO_ASK,  REASON_REFUSED_DECLINED, REASON_REFUSED_TOO_YOUNG,
		REASON_REFUSED_TRIAL};

	try_worlds(try_decisions);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_test_message("%s: %u", reason_code_name(ends[i]), seen[ends[i]]);
		g_assert_cmpuint(seen[ends[i]], >, 0);
	}
}

/* ---- what must hold ---- */

static char *summary(const Decision *decision)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s %u %s\n", reason_code_name(decision->reason),
			       decision->page,
			       decision->level_wanted ? decision->level_wanted : "-");
	for (unsigned a = 0; a < W_ATTRIBUTES; a++) {
		g_autofree char *values = told(decision, a);

		g_string_append_printf(text, "%u %s", a, values);
	}
	return g_string_free(text, FALSE);
}

static bool is_within(const char *less, const char *more)
{
	g_auto(GStrv) lines = g_strsplit(less, "\n", -1);
	g_autofree char *whole = g_strconcat("\n", more, NULL);

	for (char **line = lines; *line && **line; line++) {
		g_autofree char *word = g_strdup_printf("\n%s\n", *line);

		if (!strstr(whole, word))
			return false;
	}
	return true;
}

static void assert_no_more(const Decision *less, const Decision *more, const char *why,
			   const char *text)
{
	if (less->outcome == OUTCOME_ANSWERED && more->outcome != OUTCOME_ANSWERED)
		g_error("%s lets in:\n%s", why, text);
	for (unsigned a = 0; a < W_ATTRIBUTES; a++) {
		g_autofree char *then = told(more, a), *now = told(less, a);

		if (!is_within(now, then))
			g_error("%s gives %s:\n%s", why, w_attributes[a].name, text);
	}
}

/* By the one policy nobody gets more than by the other. without_year: nor if their year is not
 * known, by the one. */
static void none_get_more(const World *world, const Policy *less, const Policy *more,
			  bool without_year, const char *why, const char *text)
{
	for (unsigned i = 0; i < PERSONS; i++) {
		WPerson person, same;
		WLogin login;

		world_make_person(&person);
		world_make_login(&login, world);
		same = person;
		if (without_year)
			same.year = W_YEARS - 1;
		for (unsigned s = 0; s < W_SERVICES; s++) {
			const WSite *site = &world->sites[s];
			g_autoptr(Decision) before =
				decide(more, world, &person, site, &login, false);
			g_autoptr(Decision) after = decide(less, world, &same, site, &login, false);

			assert_no_more(after, before, why, text);
		}
	}
}

static void try_never(const World *world, const Policy *policy, const char *text)
{
	World wider = *world;
	g_autofree char *more = NULL;
	g_autoptr(Policy) narrowed = NULL;

	world_make_rule(&wider.rules[wider.n++], true);
	more = world_write(&wider, ~0u, true, false);
	narrowed = load(more, "", NULL);
	if (narrowed)
		none_get_more(world, narrowed, policy, false, "a never", more);
}

static void test_never(void)
{
	try_worlds(try_never);
}

static void try_unknown_year(const World *world, const Policy *policy, const char *text)
{
	none_get_more(world, policy, policy, true, "want of a year", text);
}

static void test_unknown_year(void)
{
	try_worlds(try_unknown_year);
}

/* The same rules in two files, backwards, and the files the other way round. */
static void try_order(const World *world, const Policy *policy, const char *text)
{
	unsigned half = w_roll(1u << world->n);
	g_autofree char *first = world_write(world, half, false, true);
	g_autofree char *second = world_write(world, ~half, true, true);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) other = load(first, second, &error);

	g_assert_no_error(error);
	for (unsigned i = 0; i < PERSONS; i++) {
		WPerson person;
		WLogin login;

		world_make_person(&person);
		world_make_login(&login, world);
		for (unsigned s = 0; s < W_SERVICES; s++) {
			const WSite *site = &world->sites[s];
			g_autoptr(Decision) one =
				decide(policy, world, &person, site, &login, false);
			g_autoptr(Decision) two =
				decide(other, world, &person, site, &login, false);
			g_autofree char *here = summary(one), *there = summary(two);

			if (strcmp(here, there) != 0)
				g_error("'%s' in one order, '%s' in another:\n%s", here, there,
					text);
		}
	}
}

static void test_order(void)
{
	try_worlds(try_order);
}

static void try_again(const World *world, const Policy *policy, const char *text)
{
	g_autoptr(Policy) loaded_again = load(text, "", NULL);

	for (unsigned i = 0; i < PERSONS; i++) {
		const WSite *site = &world->sites[w_roll(W_SERVICES)];
		WPerson person;
		WLogin login;
		g_autoptr(Decision) one = NULL, two = NULL, three = NULL;
		g_autofree char *first = NULL, *second = NULL, *third = NULL;

		world_make_person(&person);
		world_make_login(&login, world);
		one = decide(policy, world, &person, site, &login, false);
		two = decide(policy, world, &person, site, &login, false);
		three = decide(loaded_again, world, &person, site, &login, false);
		first = fixture_render(one);
		second = fixture_render(two);
		third = fixture_render(three);
		g_assert_cmpstr(first, ==, second);
		g_assert_cmpstr(first, ==, third);
	}
}

static void test_again(void)
{
	try_worlds(try_again);
}

/* What is told of a refusal but what leads on from it. */
static char *refusal_of(const Decision *decision)
{
	g_autofree char *sentence = reason_sentence(decision, NULL, "en");
	GString *text = g_string_new(sentence);

	for (guint i = 0; i < decision->rows->len; i++)
		fixture_append_row(text, decision->rows->pdata[i]);
	g_string_append_printf(text, " missing %s size %u of %u level %s",
			       decision->missing ? decision->missing->name : "-", decision->size,
			       decision->size_max,
			       decision->level_demanded ? decision->level_demanded : "-");
	return g_string_free(text, FALSE);
}

static void check_twin(const Decision *decision, const Decision *outside, const char *text)
{
	g_autofree char *here = refusal_of(decision), *there = refusal_of(outside);

	if (strcmp(here, there) != 0)
		g_error("'%s' of a protected person, '%s' of others:\n%s", here, there, text);
	if (decision->page != PAGE_ASK && !decision->level_wanted && decision->grants->len > 0)
		g_error("grants that lead nowhere tell of protection:\n%s", text);
}

/* Values leave only by what is for protected persons and two have approved. */
static void check_givers(const World *world, const Decision *decision, const char *text)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		const WRule *rule = row->values ? &world->rules[row->rule.title[0] - '0'] : NULL;

		if (rule && !(rule->approved &&
			      (rule->people.psets[0].mark == 2 || rule->people.psets[1].mark == 2)))
			g_error("%s of a protected person leaves by '%s':\n%s", row->name,
				row->rule.title, text);
	}
}

static void try_protected(const World *world, const Policy *policy, const char *text)
{
	for (unsigned i = 0; i < PERSONS; i++) {
		WPerson who;
		WLogin login;

		world_make_person(&who);
		world_make_login(&login, world);
		who.kind |= 8;
		for (unsigned s = 0; s < W_SERVICES; s++) {
			const WSite *site = &world->sites[s];
			const Circumstances now = {.today = FIXTURE_TODAY};
			g_autoptr(Person) person = world_person(&who);
			g_autoptr(Decision) decision =
				decide(policy, world, &who, site, &login, false);
			g_autoptr(Decision) outside =
				policy_decide_outside(policy, person, site->service, &now);

			if (decision->outcome == OUTCOME_ANSWERED)
				check_givers(world, decision, text);
			else
				check_twin(decision, outside, text);
		}
	}
}

/* A refusal tells of protected persons what it tells of anybody whom no release is for. */
static void test_protected(void)
{
	try_worlds(try_protected);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/whole/decisions", test_decisions);
	g_test_add_func("/policy/whole/never", test_never);
	g_test_add_func("/policy/whole/unknown-year", test_unknown_year);
	g_test_add_func("/policy/whole/protected", test_protected);
	g_test_add_func("/policy/whole/order", test_order);
	g_test_add_func("/policy/whole/again", test_again);
	return g_test_run();
}
