/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/unit/policy-fixture.h"

/* Decisions as tables: a policy, a person, a service, and what is decided. */

#define NE        "https://ne.example/saml"
#define BECAUSE   "silent; because \"x\" }"
#define LOGIN     "release \"A\" { to any; for student; give login; " BECAUSE
#define PAIRWISE  "student pairwise-id=p7@skola.example"
#define PROTECTED "release \"[2]\" { to any; for protected student; approved by two; "
#define STUDENT   "student eduPersonPrincipalName=abc@skola.example mail=a@skola.example sn=Ek"
#define ANON      "%https://refeds.org/category/anonymous"
#define PSEUDO    "%https://refeds.org/category/pseudonymous"
#define PERSONAL  "%https://refeds.org/category/personalized"
#define COCO      "%https://refeds.org/category/code-of-conduct/v2"

/* The first line of the policy is line 1. how: "eid2 young A:yes B:no", the level that is proved,
 * whether the person is too young to be asked, and their answers; NULL: nothing. want: as
 * fixture_render() says it. */
typedef struct {
	const char *name, *policy, *person, *service, *want, *how;
} DecideCase;

#define DECIDE_ANSWERS 4

/* When each answer of a case was given. */
#define DECIDE_ANSWERED 20260901

/* answers: room for DECIDE_ANSWERS. how is cut into words, which must live as long. */
static inline Circumstances decide_circumstances(char *how, PersonAnswer *answers)
{
	Circumstances circumstances = {.today = FIXTURE_TODAY, .answers = answers};

	for (char *word = how ? strtok(how, " ") : NULL; word; word = strtok(NULL, " ")) {
		char *colon = strchr(word, ':');

		if (colon) {
			*colon = '\0';
			answers[circumstances.n_answers++] =
				(PersonAnswer){word, colon[1] == 'y', DECIDE_ANSWERED};
		} else if (strcmp(word, "young") == 0) {
			circumstances.too_young = true;
		} else {
			circumstances.level = word;
		}
	}
	return circumstances;
}

static inline bool decide_is_given(Reason reason)
{
	return reason == REASON_GIVEN || reason == REASON_GIVEN_PART ||
	       reason == REASON_GIVEN_AGREED || reason == REASON_GIVEN_SUBJECT;
}

/* A sentence in both languages, which must differ and have every name filled in. */
static inline void decide_check_sentence(const Decision *decision, const DecisionRow *row)
{
	g_autofree char *sv = reason_sentence(decision, row, "sv");
	g_autofree char *en = reason_sentence(decision, row, "en");

	g_assert_null(strpbrk(sv, "{}"));
	g_assert_null(strpbrk(en, "{}"));
	g_assert_cmpstr(sv, !=, en);
}

/* What holds of every decision. */
static inline void decide_check(const Decision *decision)
{
	decide_check_sentence(decision, NULL);
	g_assert_true((decision->outcome == OUTCOME_ANSWERED) ==
		      (decision->reason == REASON_GIVEN));
	g_assert_true(decision->outcome == OUTCOME_ANSWERED || decision->grants->len == 0 ||
		      decision->page == PAGE_ASK || decision->level_wanted);
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		decide_check_sentence(decision, row);
		g_assert_true((row->values != NULL) == decide_is_given(row->reason));
		g_assert_true(!row->values || row->values->len > 0);
		g_assert_true(!row->values || decision->outcome == OUTCOME_ANSWERED);
		if (row->attribute)
			g_assert_true(decision_row(decision, row->attribute) == row);
	}
}

static inline Decision *decide_case(const DecideCase *c)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = fixture_load(c->policy, NULL, 0, &error);
	g_autoptr(Person) person = fixture_person(c->person);
	g_autoptr(Service) service = fixture_service(c->service);
	PersonAnswer answers[DECIDE_ANSWERS];
	g_autofree char *how = g_strdup(c->how);
	const Circumstances circumstances = decide_circumstances(how, answers);

	g_assert_no_error(error);
	return policy_decide(policy, person, service, &circumstances);
}

static inline void decide_test(gconstpointer data)
{
	const DecideCase *c = data;
	g_autoptr(Decision) decision = decide_case(c);
	g_autofree char *got = fixture_render(decision);

	if (strcmp(got, c->want) != 0)
		g_test_fail_printf("\n got: %s\nwant: %s", got, c->want);
	decide_check(decision);
}

static inline void decide_add(const char *folder, const DecideCase *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s", folder, cases[i].name);

		g_test_add_data_func(path, &cases[i], decide_test);
	}
}
