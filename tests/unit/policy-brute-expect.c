/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/unit/policy-brute.h"

typedef enum { REFUSED, NEVER, GETS, ASKED, INFORMED, TYPES } Type;

/* One expectation, at the service that is known. */
typedef struct {
	DrawPset people;
	unsigned without; /* an attribute, + 1; 0: said of none */
	unsigned day;
	bool says_day;
	Type type;
	unsigned attribute;    /* of NEVER */
	bool gets[ATTRIBUTES]; /* of GETS */
} Promise;

static void write_promise(GString *text, const Promise *promise)
{
	static const char *const ends[] = {
		[REFUSED] = " is refused", [ASKED] = " is asked", [INFORMED] = " is informed"};
	const char *before = " gets ";

	g_string_append(text, "\nexpect ");
	draw_write_pset(text, &promise->people);
	if (promise->without)
		g_string_append_printf(text, " without %s",
				       brute_about(promise->without - 1)->name);
	if (promise->says_day)
		g_string_append_printf(text, " on %04u-%02u-%02u", promise->day / 10000,
				       promise->day / 100 % 100, promise->day % 100);
	g_string_append(text, " at \"https://a\"");
	if (promise->type == NEVER)
		g_string_append_printf(text, " never gets %s",
				       brute_about(promise->attribute)->name);
	else if (promise->type != GETS)
		g_string_append(text, ends[promise->type]);
	for (unsigned a = 0; promise->type == GETS && a < ATTRIBUTES; a++)
		if (promise->gets[a]) {
			g_string_append_printf(text, "%s%s", before, brute_about(a)->name);
			before = ", ";
		}
	if (promise->type == GETS && strcmp(before, " gets ") == 0)
		g_string_append(text, " gets login");
}

/* What a decision says when all is as an expectation has it. */
static Decision *decide(const Promise *promise, const Policy *policy, Person *person,
			const Service *service)
{
	const Circumstances circumstances = {.today = promise->day};
	bool positive = promise->type != REFUSED && promise->type != NEVER;
	unsigned index = attribute_index(brute_about(MAX(promise->without, 1) - 1));
	GPtrArray *kept = person->values[index];
	Decision *decision;

	if (promise->without)
		person->values[index] = NULL;
	decision =
		decide_assuming(policy, person, service, &circumstances,
				ASSUME_VALUES | ASSUME_APPROVED | ASSUME_LEVEL | ASSUME_AGREED |
					ASSUME_PASSED | (positive ? ASSUME_NOTHING : ASSUME_ASKED));
	person->values[index] = kept;
	brute_figures.decisions++;
	return decision;
}

static guint n_given(const Decision *decision, unsigned a)
{
	const DecisionRow *row = decision_row(decision, brute_about(a));

	return row && row->values ? row->values->len : 0;
}

/* A category asks for more than the attributes that rules speak of here. */
static bool gives_others(const Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		bool listed = false;

		for (unsigned a = 0; a < ATTRIBUTES; a++)
			listed = listed || row->attribute == brute_about(a);
		if (row->values && !listed)
			return true;
	}
	return false;
}

static bool gives_just(const Promise *promise, const Decision *decision, const Person *person)
{
	for (unsigned a = 0; a < ATTRIBUTES; a++) {
		guint given = n_given(decision, a);

		if (promise->gets[a]
			    ? given == 0 || given != person_values(person, brute_about(a))->len
			    : given > 0)
			return false;
	}
	return !gives_others(decision);
}

/* Whether one decision is what the line says. */
static bool keeps(const Promise *promise, const Policy *policy, Person *person,
		  const Service *service)
{
	g_autoptr(Decision) decision = decide(promise, policy, person, service);
	bool in = decision->outcome == OUTCOME_ANSWERED;

	switch (promise->type) {
	case REFUSED:
		return !in;
	case NEVER:
		return n_given(decision, promise->attribute) == 0;
	case GETS:
		return in && gives_just(promise, decision, person);
	case ASKED:
		return in && decision->page == PAGE_ASK;
	case INFORMED:
		return in && decision->page == PAGE_INFORM;
	default:
		g_assert_not_reached();
	}
}

/* What somebody gets, so that some expectations hold. */
static void choose_gets(Promise *promise, const Policy *policy, const GPtrArray *persons,
			const Service *service)
{
	for (unsigned tries = 0; tries < 50; tries++) {
		Person *person = persons->pdata[draw_roll(persons->len)];
		g_autoptr(Decision) decision = NULL;

		if (!draw_is_expected(&promise->people, person))
			continue;
		decision = decide(promise, policy, person, service);
		for (unsigned a = 0; a < ATTRIBUTES; a++)
			promise->gets[a] = n_given(decision, a) > 0;
		if (decision->outcome == OUTCOME_ANSWERED)
			return;
	}
}

static Promise draw_promise(const Draw *draw)
{
	Promise promise = {.people = draw_pset(draw),
			   .without = draw_roll(5) == 0 ? 1 + draw_roll(ATTRIBUTES) : 0,
			   .day = FIXTURE_TODAY,
			   .type = (Type)draw_roll(draw->theme == DRAW_TIMES ? TYPES : 3),
			   .attribute = draw_roll(ATTRIBUTES)};

	promise.people.mark = draw_roll(8) ? promise.people.mark : 2;
	promise.says_day = draw->theme == DRAW_TIMES && draw_roll(2);
	for (unsigned i = 0, n = draw_roll(7); promise.says_day && i <= n; i++)
		promise.day = draw_days[i];
	return promise;
}

static bool compare_promise(const Draw *draw, const char *rules, const GPtrArray *persons,
			    const Service *service, unsigned *held)
{
	Promise promise = draw_promise(draw);
	g_autoptr(GString) text = g_string_new(rules);
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(rules, &service, 1, NULL), proved = NULL;
	bool so = true;

	if (!policy)
		return false;
	if (promise.type == GETS)
		choose_gets(&promise, policy, persons, service);
	write_promise(text, &promise);
	for (guint p = 0; so && p < persons->len; p++)
		so = !draw_is_expected(&promise.people, persons->pdata[p]) ||
		     keeps(&promise, policy, persons->pdata[p], service);
	proved = fixture_load(text->str, &service, 1, &error);
	if ((proved != NULL) != so)
		g_error("%s, %s so:\n%s", proved ? "proved" : error->message,
			so ? "and it is" : "and it is not", text->str);
	*held += so;
	return true;
}

void brute_test_expectations(void)
{
	unsigned tried = 0, held = 0;

	while (brute_draws()) {
		Draw draw = draw_new();
		guint known;
		g_autoptr(GPtrArray) persons = draw_persons(&draw);
		g_autoptr(GPtrArray) services = draw_services(&draw, &known);
		g_autofree char *rules = draw_policy(&draw);
		Service *service = services->pdata[0];
		unsigned before = tried;

		for (unsigned a = 0; a < ATTRIBUTES; a++)
			if (draw_roll(3))
				service_add_wish(service, brute_about(a)->saml, draw_roll(2));
		for (unsigned i = 0; i < 4; i++)
			tried += compare_promise(&draw, rules, persons, service, &held);
		brute_figures.policies += tried > before;
	}
	g_test_message("%u of %u expectations hold", held, tried);
	g_assert_cmpuint(held, >, tried / 10);
	g_assert_cmpuint(held, <, tried * 9 / 10);
}
