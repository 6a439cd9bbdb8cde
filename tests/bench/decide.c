/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What one decision takes by a policy of 500 rules: as a municipality writes them, most of them
 * about one service each; with all of them about every service, for one school and year each; with
 * all of them for everyone, each giving the same five attributes again; and with some of them about
 * every service but the ten thousand of a tag. Prints the best of some rounds, in microseconds of
 * CPU with the freeing of the decision, and fails when any but the third takes longer than --most.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/policy.h"

#define RULES  500
#define ROUNDS 7

static const char *const scopes[] = {"skola.example", NULL};
static const char *const groups[] = {"vikarier", NULL};
static const PolicyFeed feeds[] = {{"skolfederation", false}};
static double most = 10;
static int decisions = 20000;

static const GOptionEntry entries[] = {
	{"most", 'm', 0, G_OPTION_ARG_DOUBLE, &most, "Most microseconds (10)", "US"},
	{"decisions", 'n', 0, G_OPTION_ARG_INT, &decisions, "In each round (20000)", "N"},
	{NULL}};

/* Five rules: a service, two releases to it, a release to a category, a never. */
static void write_school(GString *text, unsigned i)
{
	g_string_append_printf(
		text,
		"service S%u is \"https://s%u.example/saml\" { asks mail required, sn; needs mail }\n"
		"release \"Elever %u\" { to service S%u; for student in grade 7-9 at unit "
		"\"123456%02u\" or \"12345600\"; give eduPersonPrincipalName, mail, givenName, sn, "
		"sisSchoolUnitCode; because \"x\" }\n"
		"release \"Personal %u\" { to service S%u; for staff except staff in group "
		"vikarier; give mail, sn; because \"x\" }\n"
		"release \"Kategori %u\" { to category \"https://c%u.example\" except service S%u; "
		"for staff; give requested; because \"x\" }\n"
		"never \"Stopp %u\" { to category \"https://c%u.example\"; for student; give any "
		"birth; because \"x\" }\n",
		i, i, i, i, i % 100, i, i, i, i, i, i, i);
}

static void write_wide(GString *text, unsigned i)
{
	g_string_append_printf(
		text,
		"release \"%u\" { to federation skolfederation; for student in grade %u at unit "
		"\"%08u\"; give eduPersonPrincipalName, mail, givenName, sn, sisSchoolUnitCode; "
		"because \"x\" }\n",
		i, i % 10, 12345600 + i / 10);
}

static void write_same(GString *text, unsigned i)
{
	g_string_append_printf(
		text,
		"release \"%u\" { to any; for student; give eduPersonPrincipalName, mail, "
		"givenName, sn, sisSchoolUnitCode; because \"x\" }\n",
		i);
}

/* The rules about one service each, and some that except a large tag. */
static void write_tag(GString *text, unsigned i)
{
	write_school(text, i);
	if (i == 0) {
		g_string_append(text, "tag t { \"https://t.example\"");
		for (unsigned j = 0; j < 10000; j++)
			g_string_append_printf(text, ",\n\"https://t%u.example\"", j);
		g_string_append(text, " }\n");
	}
	if (i % 10 == 0)
		g_string_append_printf(text,
				       "release \"Alla %u\" { to any except tag t; for student at "
				       "unit \"123456%02u\"; give mail; because \"x\" }\n",
				       i, i);
}

static Policy *load(void (*write)(GString *, unsigned), unsigned times)
{
	g_autoptr(GString) text = g_string_new("policy 1\n");
	const PolicyContext context = {.scopes = scopes,
				       .today = 20261105,
				       .groups = groups,
				       .feeds = feeds,
				       .n_feeds = G_N_ELEMENTS(feeds)};
	g_autoptr(GError) error = NULL;
	Policy *policy;

	for (unsigned i = 0; i < times; i++)
		write(text, i);
	policy = policy_load(&(PolicySource){"b.policy", text->str, text->len, NULL}, 1, &context,
			     &error);
	if (!policy) {
		fprintf(stderr, "decide: %s\n", error->message);
		exit(1);
	}
	return policy;
}

static Person *make_person(void)
{
	static const char *const values[][2] = {
		{"eduPersonPrincipalName", "abc123@skola.example"},
		{"pairwise-id", "x7k2p9@skola.example"},
		{"mail", "anna.andersson@skola.example"},
		{"givenName", "Anna"},
		{"sn", "Andersson"},
		{"displayName", "Anna Andersson"},
		{"sisSchoolGrade", "8"},
		{"sisSchoolUnitCode", "12345600"},
		{"sisSchoolCourseStudent", "12345600/8A"},
		{"sisSchoolCourseStudent", "12345600/MA8"},
		{"eduPersonScopedAffiliation", "student@skola.example"},
		{"eduPersonScopedAffiliation", "member@skola.example"},
		{"schacHomeOrganization", "skola.example"},
		{"norEduPersonNIN", "201201012384"},
	};
	Person *person = person_new("key");

	person->role = ROLE_STUDENT;
	person->year = YEAR_GRADE(8);
	person_add_unit(person, "12345600");
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		person_add_value(person, attribute_by_name(values[i][0]), values[i][1], -1);
	return person;
}

static Service *make_service(void)
{
	static const char *const wishes[] = {"eduPersonPrincipalName", "givenName", "sn",
					     "sisSchoolUnitCode", "mail"};
	Service *service = service_new(PROTOCOL_SAML, "https://s7.example/saml");

	service_add_feed(service, "skolfederation");
	service_add_category(service, "https://c9.example");
	for (size_t i = 0; i < G_N_ELEMENTS(wishes); i++)
		service_add_wish(service, attribute_by_name(wishes[i])->saml, true);
	return service;
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double measure(const char *what, void (*write)(GString *, unsigned), unsigned times)
{
	g_autoptr(Policy) policy = load(write, times);
	g_autoptr(Person) person = make_person();
	g_autoptr(Service) service = make_service();
	const Circumstances circumstances = {.today = 20261105};
	double best = G_MAXDOUBLE;
	guint grants = 0, given = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		double start = cpu_us();

		for (int i = 0; i < decisions; i++) {
			g_autoptr(Decision) decision =
				policy_decide(policy, person, service, &circumstances);

			grants = decision->grants->len;
			given = 0;
			for (guint j = 0; j < decision->rows->len; j++)
				given += ((DecisionRow *)decision->rows->pdata[j])->values != NULL;
		}
		best = MIN(best, (cpu_us() - start) / decisions);
	}
	printf("%s: %.2f us (%u attributes given by %u releases)\n", what, best, given, grants);
	return best;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- decisions by 500 rules");
	double school, wide, tag;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, NULL) || decisions < 1) {
		fprintf(stderr, "decide: see --help\n");
		return 2;
	}
	school = measure("rules about one service each", write_school, RULES / 5);
	wide = measure("rules for one school and year each", write_wide, RULES);
	measure("rules that all give the same", write_same, RULES);
	tag = measure("rules about all but a tag of 10,000 services", write_tag, RULES / 5);
	return school <= most && wide <= most && tag <= most ? 0 : 1;
}
