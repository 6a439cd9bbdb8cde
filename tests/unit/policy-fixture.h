/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <string.h>

#include "policy/policy.h"

/* Policies, persons, services and decisions as short texts, for tables of cases. */

#define FIXTURE_TODAY 20261105

static const char *const fixture_scopes[] = {"skola.example", "edu.sollunda.example", NULL};

static const char *const fixture_groups[] = {"vikarier", "rektorer", "it-drift", NULL};

static const PolicyFeed fixture_feeds[] = {
	{"skolfederation", false}, {"swamid", false}, {"skolfederation-trial", true}};

static const char *const fixture_below_eid3[] = {"eid2", NULL};
static const PolicyLevel fixture_levels[] = {
	{"two-factor", NULL}, {"eid2", NULL}, {"eid3", fixture_below_eid3}};

/* Two have approved what has "[2]" in it, one what has "[1]". */
static inline unsigned fixture_approvers(const char *canonical, gpointer data)
{
	return strstr(canonical, "[2]") ? 2 : strstr(canonical, "[1]") ? 1 : 0;
}

/* The text of one file named t.policy; the line `policy 1;` is put before its first. language: of
 * messages. */
static inline Policy *fixture_load_in(const char *language, const char *text,
				      const Service *const *services, size_t n, GError **error)
{
	g_autofree char *whole = g_strconcat("policy 1; ", text, NULL);
	PolicySource source = {"t.policy", whole, strlen(whole)};
	PolicyContext context = {.scopes = fixture_scopes,
				 .today = FIXTURE_TODAY,
				 .services = services,
				 .n_services = n,
				 .approvers = fixture_approvers,
				 .groups = fixture_groups,
				 .feeds = fixture_feeds,
				 .n_feeds = G_N_ELEMENTS(fixture_feeds),
				 .levels = fixture_levels,
				 .n_levels = G_N_ELEMENTS(fixture_levels),
				 .language = language};

	return policy_load(&source, 1, &context, error);
}

static inline Policy *fixture_load(const char *text, const Service *const *services, size_t n,
				   GError **error)
{
	return fixture_load_in(NULL, text, services, n, error);
}

static inline const Attribute *fixture_attribute(const char *name)
{
	const Attribute *attribute = attribute_by_name(name);

	if (!attribute)
		g_error("no attribute %s", name);
	return attribute;
}

/* "teacher test protected grade:9 gymnasium:2 group:vikarier unit:12345678 mail=a@b mail=c -sn":
 * role and marks, year, groups and units, then values without spaces; - before an attribute that
 * has no alias. */
static inline void fixture_add_word(Person *person, char *word)
{
	char *colon = strchr(word, ':'), *equal = strchr(word, '=');

	if (strcmp(word, "protected") == 0) {
		person->is_protected = true;
	} else if (strcmp(word, "test") == 0) {
		person->is_test = true;
	} else if (*word == '-') {
		person->no_alias[attribute_index(fixture_attribute(word + 1))] = true;
	} else if (strcmp(word, "teacher") == 0) {
		person->role = ROLE_STAFF;
		person->teacher = true;
	} else if (equal) {
		*equal = '\0';
		person_add_value(person, fixture_attribute(word), equal + 1, -1);
	} else if (g_str_has_prefix(word, "grade:")) {
		person->year = YEAR_GRADE((unsigned)g_ascii_strtoull(colon + 1, NULL, 10));
	} else if (g_str_has_prefix(word, "gymnasium:")) {
		person->year = YEAR_GYMNASIUM((unsigned)g_ascii_strtoull(colon + 1, NULL, 10));
	} else if (g_str_has_prefix(word, "group:")) {
		person_add_group(person, colon + 1);
	} else if (g_str_has_prefix(word, "unit:")) {
		person_add_unit(person, colon + 1);
	} else if (*word) {
		person->role = role_by_name(word);
	}
}

static inline Person *fixture_person(const char *text)
{
	Person *person = person_new("key");
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (char **word = words; *word; word++)
		fixture_add_word(person, *word);
	if (person->role != ROLE_STUDENT && person->year == YEAR_UNKNOWN)
		person->year = YEAR_NONE;
	return person;
}

/* "https://x mail! sn ~uid ?urn:y %https://category ~%https://new #swamid #!trial ^http://who": an
 * entityID (`client:` before a client_id), what it asks for (! if required, ~ before what is held,
 * ? before a name nobody knows), its categories, its feeds (! if they are trial ones) and who
 * registered it. */
static inline void fixture_add_trait(Service *service, char *word)
{
	bool held = *word == '~', required = g_str_has_suffix(word, "!");

	word += held;
	if (required)
		word[strlen(word) - 1] = '\0';
	if (*word == '%') {
		service_add_category(service, word + 1);
		if (held)
			service_hold_category(service, word + 1);
	} else if (*word == '#') {
		service->trial = service->trial || word[1] == '!';
		service_add_feed(service, word + 1 + (word[1] == '!'));
	} else if (*word == '^') {
		service->registered_by = g_strdup(word + 1);
	} else {
		service_add_wish(service, *word == '?' ? word + 1 : fixture_attribute(word)->saml,
				 required);
		((Wish *)service->wishes->pdata[service->wishes->len - 1])->held = held;
	}
}

static inline Service *fixture_service(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	Service *service = g_str_has_prefix(words[0], "client:")
				   ? service_new(PROTOCOL_OIDC, words[0] + strlen("client:"))
				   : service_new(PROTOCOL_SAML, words[0]);

	for (char **word = words + 1; *word; word++)
		fixture_add_trait(service, *word);
	return service;
}

/* The services of "a mail!|b sn". */
static inline GPtrArray *fixture_services(const char *text)
{
	GPtrArray *services = g_ptr_array_new_with_free_func((GDestroyNotify)service_free);
	g_auto(GStrv) parts = g_strsplit(text, "|", -1);

	for (char **part = parts; *part; part++)
		if (**part)
			g_ptr_array_add(services, fixture_service(*part));
	return services;
}

static inline void fixture_append_rule(GString *text, const DecisionRule *rule)
{
	if (rule->title)
		g_string_append_printf(text, "@%u", rule->line);
}

/* "answered@2 as mail ask wants eid2 {B to-ask: sn} ; mail=given-subject@2[a@b]>name!;
 * sn=no-value@2": the outcome, the attribute that names the person if one does, the page if there
 * is one, the level that is wanted, the grants that ask; and the rows, each with the line of its
 * rule, its values, and the name it is told by (! without a format). */
static inline void fixture_append_grants(GString *text, const Decision *decision)
{
	static const char *const states[] = {[GRANT_TO_ASK] = "to-ask",
					     [GRANT_AGREED] = "agreed",
					     [GRANT_DECLINED] = "declined",
					     [GRANT_TOO_YOUNG] = "too-young"};

	for (guint i = 0; i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];

		if (grant->state == GRANT_GIVEN)
			continue;
		g_string_append_printf(text, " {%s %s", grant->rule.title, states[grant->state]);
		for (guint j = 0; j < grant->attributes->len; j++)
			g_string_append_printf(
				text, "%s%s", j ? "," : ": ",
				((const Attribute *)grant->attributes->pdata[j])->name);
		g_string_append_c(text, '}');
	}
}

static inline void fixture_append_row(GString *text, const DecisionRow *row)
{
	g_string_append_printf(text, "; %s=%s", row->name, reason_code_name(row->reason));
	fixture_append_rule(text, &row->rule);
	for (guint j = 0; row->values && j < row->values->len; j++)
		g_string_append_printf(text, "%c%s", j ? ',' : '[', (char *)row->values->pdata[j]);
	if (row->values)
		g_string_append_c(text, ']');
	if (row->told_as)
		g_string_append_printf(text, ">%s%s", row->told_as, row->without_format ? "!" : "");
}

static inline char *fixture_render(const Decision *decision)
{
	static const char *const pages[] = {
		[PAGE_SILENT] = "", [PAGE_INFORM] = " inform", [PAGE_ASK] = " ask"};
	GString *text = g_string_new(decision->outcome == OUTCOME_ANSWERED
					     ? "answered"
					     : reason_code_name(decision->reason));

	fixture_append_rule(text, &decision->rule);
	if (decision->subject.attribute)
		g_string_append_printf(text, " as %s", decision->subject.attribute->name);
	g_string_append(text, pages[decision->page]);
	if (decision->level_wanted)
		g_string_append_printf(text, " wants %s", decision->level_wanted);
	fixture_append_grants(text, decision);
	for (guint i = 0; i < decision->rows->len; i++)
		fixture_append_row(text, decision->rows->pdata[i]);
	return g_string_free(text, FALSE);
}
