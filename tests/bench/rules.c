/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What it takes to load 10,000 rules in eight files, as many as there may be: services with two
 * names, releases to them for years, units and groups, nevers, expectations, and twenty rules for
 * services that are not named. Prints the best of some rounds, in milliseconds of CPU, and fails
 * when that is more than --most.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "policy/policy.h"

#define FILES 8
#define OPEN  20

static const char *const scopes[] = {"skola.example", NULL};
static const char *const groups[] = {"vikarier", "elevhalsa", NULL};
static const PolicyFeed feeds[] = {{"skolfederation", false}};
static double most = 100;
static int rounds = 15;

static const GOptionEntry entries[] = {
	{"most", 'm', 0, G_OPTION_ARG_DOUBLE, &most, "Most milliseconds (100)", "MS"},
	{"rounds", 'n', 0, G_OPTION_ARG_INT, &rounds, "Loads (15)", "N"},
	{NULL}};

/* Of ten rules six are releases, one a never, two services and one an expectation. */
static void write_ten(GString *text, unsigned n)
{
	g_string_append_printf(text,
			       "service S%u is \"https://s%u.example/saml\" {\n"
			       "    asks mail required, givenName, sn\n"
			       "    rename mail to \"urn:x:mail\"\n"
			       "    needs mail of staff\n}\n"
			       "service \"https://t%u.example/saml\" { asks mail; sign both }\n",
			       n, n, n);
	for (unsigned i = 0; i < 6; i++)
		g_string_append_printf(
			text,
			"release \"Läromedel %u.%u\" {\n"
			"    to      service S%u, service \"https://t%u.example/saml\"\n"
			"    for     student in grade 7-9 at unit \"1234%u\", teacher except "
			"staff in group vikarier\n"
			"    give    mail, givenName, sn if required, eduPersonScopedAffiliation "
			"only \"student\" or \"faculty\"\n"
			"    because \"Undervisning\"; because en \"Teaching\"\n"
			"    basis   \"6.1 e\"; agreement \"PUB %u\" until 2028-06-30\n}\n",
			n, i, n, n, n, n);
	g_string_append_printf(text,
			       "never \"Stopp %u\" { to service S%u; for guardian; give any name; "
			       "because \"Ej lärare\" }\n"
			       "expect guardian at S%u is refused\n",
			       n, n, n);
}

/* Rules that reach whatever service comes. */
static void write_open(GString *text, unsigned n)
{
	static const char *const to[] = {
		"category \"https://c%u.example\"",
		"federation skolfederation and category \"https://d%u.example\"",
		"registered-by \"https://r%u.example\""};
	g_autofree char *target = NULL;

	if (n % 4 == 3) {
		g_string_append_printf(text,
				       "never \"Aldrig %u\" { for student in group elevhalsa; give "
				       "sisSchoolCourseStudent; because \"Skydd\" }\n",
				       n);
		return;
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	target = g_strdup_printf(to[n % 4], n);
#pragma GCC diagnostic pop
	g_string_append_printf(
		text,
		"release \"Alla %u\" { to %s; for staff, student in grade 7-9; give "
		"pairwise-id, schacHomeOrganization; because \"Undervisning\"; basis "
		"\"6.1 e\" }\n",
		n, target);
}

static double load_once(const PolicySource *sources)
{
	const PolicyContext context = {.scopes = scopes,
				       .today = 20261105,
				       .groups = groups,
				       .feeds = feeds,
				       .n_feeds = G_N_ELEMENTS(feeds)};
	g_autoptr(GError) error = NULL;
	clock_t start = clock(), end;
	Policy *policy = policy_load(sources, FILES, &context, &error);

	end = clock();
	if (!policy) {
		fprintf(stderr, "rules: %s\n", error->message);
		exit(1);
	}
	policy_unref(policy);
	return (double)(end - start) * 1000 / CLOCKS_PER_SEC;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- loading 10,000 rules");
	PolicySource sources[FILES];
	GString *texts[FILES];
	char names[FILES][16];
	double best = G_MAXDOUBLE;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, NULL) || rounds < 1) {
		fprintf(stderr, "rules: see --help\n");
		return 2;
	}
	for (unsigned i = 0; i < FILES; i++) {
		texts[i] = g_string_new("policy 1\n");
		g_snprintf(names[i], sizeof names[i], "%u.policy", i);
	}
	for (unsigned i = 0; i < OPEN; i++)
		write_open(texts[i % FILES], i);
	for (unsigned i = 0; i < (POLICY_RULES_MAX - OPEN) / 10; i++)
		write_ten(texts[i % FILES], i);
	for (unsigned i = 0; i < FILES; i++)
		sources[i] = (PolicySource){names[i], texts[i]->str, texts[i]->len, NULL};
	for (int i = 0; i < rounds; i++)
		best = MIN(best, load_once(sources));
	printf("loading 10,000 rules: %.1f ms\n", best);
	for (unsigned i = 0; i < FILES; i++)
		g_string_free(texts[i], TRUE);
	return best <= most ? 0 : 1;
}
