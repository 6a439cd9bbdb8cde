/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a policy file: they are refused with a message that can be shown, or they are a
 * policy, and then no person gets what the rules of the registry forbid. */
#include "tests/fuzz/target.h"

#include <glib.h>
#include <string.h>

#include "policy/facet.h"
#include "policy/format.h"
#include "policy/policy.h"

#define TODAY 20261105

static const char *const scopes[] = {"skola.example", NULL};

/* Of each syntax a value that has it. */
static const char *const examples[SYNTAX_LAST + 1] = {
	[SYNTAX_TEXT] = "Åsa",
	[SYNTAX_TOKEN] = "åsa",
	[SYNTAX_SUBJECT_ID] = "a",
	[SYNTAX_AFFILIATION] = "student",
	[SYNTAX_UNIT_CODE] = "12345678",
	[SYNTAX_NIN] = "200001012384",
	[SYNTAX_PIN] = "200001012384",
	[SYNTAX_DAY_PLAIN] = "20000101",
	[SYNTAX_DAY] = "2000-01-01",
	[SYNTAX_MAIL] = "A@y",
	[SYNTAX_DOMAIN] = "skola.example",
	[SYNTAX_COUNTRY] = "SE",
	[SYNTAX_LANGUAGE] = "sv",
	[SYNTAX_URI] = "https://a.example/",
	[SYNTAX_ORCID] = "https://orcid.org/0000-0002-1825-0097",
	[SYNTAX_PERSONAL_CODE] = "urn:schac:personalUniqueCode:int:esi:a",
	[SYNTAX_SEX] = "1",
	[SYNTAX_BOOLEAN] = "TRUE",
};

/* A value that may leave; transfer full. */
static char *good_value(const Attribute *attribute)
{
	static const char *const parts[FACET_PART_LAST + 1] = {[FACET_PART_UNIT] = "12345678",
							       [FACET_PART_GROUP] = "9A",
							       [FACET_PART_KIND] = "class",
							       [FACET_PART_SUBJECT] = "MA",
							       [FACET_PART_SCOPE] =
								       "skola.example"};
	const char *texts[FACET_PART_LAST + 1] = {0};
	char *value;

	for (FacetPart part = FACET_PART_UNIT; part <= FACET_PART_LAST; part++)
		texts[part] = facet_can(attribute, part) ? parts[part] : NULL;
	value = facet_compose(attribute, texts);
	if (!value && attribute->syntax == SYNTAX_DIGITS)
		value = g_strnfill(attribute->length ? attribute->length : 1, '7');
	if (!value)
		value = g_strconcat(examples[attribute->syntax],
				    attribute->scoped ? "@skola.example" : NULL, NULL);
	if (value_judge(attribute, value, scopes) != VALUE_GOOD)
		g_error("%s is no %s", value, attribute->name);
	return value;
}

/* A person with a good value of every attribute, and of some a bad one too. */
static Person *full_person(Role role, bool is_protected)
{
	size_t n;
	const Attribute *table = attribute_table(&n);
	Person *person = person_new("key");

	person->role = role;
	person->teacher = true;
	person->is_protected = is_protected;
	for (size_t i = 0; i < n; i++) {
		g_autofree char *value = good_value(&table[i]);

		person_add_value(person, &table[i], value, -1);
	}
	person->year = YEAR_GRADE(8);
	person_add_group(person, "vikarier");
	person_add_unit(person, "12345678");
	person_add_value(person, attribute_by_name("mail"), "Å@y", -1);
	person_add_value(person, attribute_by_name("mail"), "no mail", -1);
	person_add_value(person, attribute_by_name("sn"), "\xff", -1);
	person_add_value(person, attribute_by_name("sisSchoolCourseStudent"), "klass", -1);
	person_add_value(person, attribute_by_name("eduPersonScopedAffiliation"),
			 "member@evil.example", -1);
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
	g_autofree char *text = format_policy("fuzz.policy", bytes, size, NULL, &error);
	g_autofree char *again = NULL;

	if (!text) {
		g_assert(g_str_has_prefix(error->message, "fuzz.policy:") &&
			 g_ascii_isdigit(error->message[strlen("fuzz.policy:")]));
		return;
	}
	again = format_policy("fuzz.policy", text, strlen(text), NULL, NULL);
	g_assert_cmpstr(again, ==, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
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
