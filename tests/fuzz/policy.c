/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a policy file: they are refused with a message that can be shown, or they are a
 * policy, and then no person gets what the rules of the registry forbid. */
#include "tests/fuzz/target.h"

#include <glib.h>
#include <string.h>

#include "policy/format.h"
#include "policy/policy.h"

#define TODAY 20261105

/* A person with a value of every attribute, some of them good. */
static Person *full_person(Role role, bool is_protected)
{
	size_t n;
	const Attribute *table = attribute_table(&n);
	Person *person = person_new("key");

	person->role = role;
	person->teacher = true;
	person->is_protected = is_protected;
	for (size_t i = 0; i < n; i++)
		person_add_value(person, &table[i], table[i].scoped ? "a@skola.example" : "a", -1);
	person->year = YEAR_GRADE(8);
	person_add_group(person, "vikarier");
	person_add_unit(person, "12345678");
	person_add_value(person, attribute_by_name("mail"), "Å@y", -1);
	person_add_value(person, attribute_by_name("sisSchoolUnitCode"), "12345678", -1);
	person_add_value(person, attribute_by_name("sisSchoolCourseStudent"),
			 "12345678/class/MA/9A", -1);
	return person;
}

/* Two have approved whatever holds an even number of bytes. */
static unsigned approvers(const char *canonical, gpointer data)
{
	g_assert(g_str_has_prefix(canonical, "release \"") && g_str_has_suffix(canonical, "\n"));
	return strlen(canonical) % 2 ? 1 : 2;
}

/* Whether a rule is a release that two had to approve, and have. */
static bool is_approved(const Policy *policy, const DecisionRule *rule)
{
	const char *canonical = policy_rule_canonical(policy, rule->title);

	return canonical && approvers(canonical, NULL) == 2;
}

static void check_decision(const Policy *policy, const Service *service, Role role,
			   bool is_protected, const Circumstances *circumstances)
{
	g_autoptr(Person) person = full_person(role, is_protected);
	g_autoptr(Decision) decision = policy_decide(policy, person, service, circumstances);
	g_autofree char *whole = reason_sentence(decision, NULL, "sv");

	/* Nobody without a role is let in anywhere, and a protected person only by what two have
	 * approved. */
	g_assert(decision->outcome == OUTCOME_REFUSED ||
		 (role != ROLE_NONE && (!is_protected || is_approved(policy, &decision->rule))));
	g_assert(*whole && (decision->outcome == OUTCOME_ANSWERED || decision->grants->len == 0 ||
			    decision->page == PAGE_ASK));
	g_assert(!circumstances->too_young || decision->page != PAGE_ASK);
	g_assert((decision->outcome == OUTCOME_ANSWERED && decision->subject.attribute) ==
		 (decision_subject(decision) != NULL));
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		g_autofree char *sentence = reason_sentence(decision, row, "sv");

		g_assert(!row->values || (decision->outcome == OUTCOME_ANSWERED && row->attribute &&
					  row->rule.title));
		g_assert(!row->values || !is_protected || is_approved(policy, &row->rule));
		g_assert(row->reason != REASON_NONE && *sentence);
	}
}

/* "syntax 3:7": the place without the file, which is always the same. */
static void tell_refusal(const GError *error)
{
	static const char *const codes[] = {
		[POLICY_ERROR_SYNTAX] = "syntax",
		[POLICY_ERROR_MEANING] = "meaning",
		[POLICY_ERROR_EXPECT] = "expect",
	};
	const char *place = error->message + strlen("fuzz.policy:");
	const char *message = strstr(place, ": ");

	g_assert(error->domain == POLICY_ERROR && message);
	fuzz_verdict("refused %s %.*s: %s", codes[error->code], (int)(message - place), place,
		     message + strlen(": "));
}

/* What can be laid out says the same, and stays as it is when it is laid out again. */
static void check_layout(const char *bytes, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = format_policy("fuzz.policy", bytes, size, &error);
	g_autofree char *again = NULL;

	if (!text) {
		g_assert(g_str_has_prefix(error->message, "fuzz.policy:") &&
			 g_ascii_isdigit(error->message[strlen("fuzz.policy:")]));
		return;
	}
	again = format_policy("fuzz.policy", text, strlen(text), NULL);
	g_assert_cmpstr(again, ==, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const scopes[] = {"skola.example", NULL};
	static const char *const groups[] = {"vikarier", "rektorer", NULL};
	static const PolicyFeed feeds[] = {{"skolfederation", false}, {"prov", true}};
	static const PolicyLevel levels[] = {{"two-factor", NULL}, {"eid2", NULL}};
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, "https://ne.example/saml");
	const Service *services[] = {service};
	PolicySource source = {"fuzz.policy", (const char *)data, size};
	PolicyContext context = {.scopes = scopes,
				 .today = TODAY,
				 .services = services,
				 .n_services = 1,
				 .approvers = approvers,
				 .groups = groups,
				 .feeds = feeds,
				 .n_feeds = G_N_ELEMENTS(feeds),
				 .levels = levels,
				 .n_levels = G_N_ELEMENTS(levels)};
	const Circumstances high = {.today = TODAY, .level = "eid2"};
	const Circumstances young = {.today = TODAY, .too_young = true};
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = NULL;

	check_layout((const char *)data, size);
	service->registered_by = g_strdup("http://www.swamid.se/");
	service_add_feed(service, "skolfederation");
	service_add_wish(service, attribute_by_name("sisSchoolCourseStudent")->saml, false);
	service_add_wish(service, attribute_by_name("mail")->saml, true);
	service_add_wish(service, attribute_by_name("eduPersonScopedAffiliation")->saml, false);
	service_add_category(service, "https://refeds.org/category/personalized");
	policy = policy_load(&source, 1, &context, &error);
	g_assert((policy != NULL) == (error == NULL));
	if (!policy) {
		g_assert(g_utf8_validate(error->message, -1, NULL));
		g_assert(g_str_has_prefix(error->message, "fuzz.policy:"));
		tell_refusal(error);
		return 0;
	}
	check_decision(policy, service, ROLE_STUDENT, false, &high);
	check_decision(policy, service, ROLE_STUDENT, false, &young);
	check_decision(policy, service, ROLE_STAFF, false, &young);
	check_decision(policy, service, ROLE_STAFF, true, &high);
	check_decision(policy, service, ROLE_NONE, false, &high);
	fuzz_verdict("taken, %u warnings", policy_warnings(policy)->len);
	return 0;
}
