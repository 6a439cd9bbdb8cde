/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Expectations: each is tried on every kind of person at every service that can matter. */
#include <string.h>

#include "policy/universe.h"

typedef struct {
	const Policy *policy;
	const PolicyContext *context;
	const Universe *universe;
	const Expect *expect;
	unsigned today;
	GString *failure; /* what went wrong, after "a student at NE" */
} Proof;

static const Expected *expected_of(const Expect *expect, const Attribute *attribute)
{
	for (unsigned i = 0; i < expect->n_gets; i++)
		if (expect->gets[i].attribute == attribute)
			return &expect->gets[i];
	return NULL;
}

static void tell_rule(Proof *proof, const DecisionRule *rule)
{
	if (rule->title)
		g_string_append_printf(proof->failure, " (%s:%u \"%s\")", rule->file, rule->line,
				       rule->title);
}

static bool tell_reason(Proof *proof, const Decision *decision, const DecisionRow *row)
{
	g_autofree char *sentence = reason_sentence(decision, row, "en");
	const DecisionRule *rule = row ? &row->rule : &decision->rule;

	g_string_append_printf(proof->failure, ": %s", sentence);
	/* The sentence names the rule already. */
	if (rule->title)
		g_string_append_printf(proof->failure, " (%s:%u)", rule->file, rule->line);
	return false;
}

static bool tell_extra(Proof *proof, const DecisionRow *row, const char *verb, const char *value)
{
	g_string_append_printf(proof->failure, " %s %s", verb, row->name);
	if (value && universe_is_other(value))
		g_string_append(proof->failure, " with other values");
	else if (value)
		g_string_append_printf(proof->failure, " \"%s\"", value);
	tell_rule(proof, &row->rule);
	return false;
}

static bool is_given(const DecisionRow *row, const char *value)
{
	return row && row->values &&
	       g_ptr_array_find_with_equal_func(row->values, value, g_str_equal, NULL);
}

/* Nothing is given that the line does not list. */
static bool holds_no_more(Proof *proof, const Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		const Expected *expected =
			row->attribute ? expected_of(proof->expect, row->attribute) : NULL;

		if (!row->values)
			continue;
		if (!expected)
			return tell_extra(proof, row, "also gets", NULL);
		for (guint j = 0; j < row->values->len; j++)
			if (!match_value(&expected->only, row->attribute, row->values->pdata[j]))
				return tell_extra(proof, row, "also gets", row->values->pdata[j]);
	}
	return true;
}

static bool tell_missing(Proof *proof, const Decision *decision, const Attribute *attribute,
			 const DecisionRow *row)
{
	if (decision->reason == REASON_REFUSED_STOPPED ||
	    (!row && decision->outcome == OUTCOME_REFUSED)) {
		g_string_append(proof->failure, " is refused");
		return tell_reason(proof, decision, NULL);
	}
	g_string_append_printf(proof->failure, " does not get %s", attribute->name);
	if (row)
		return tell_reason(proof, decision, row);
	g_string_append_printf(proof->failure, ": %s does not ask for it", decision->service);
	return false;
}

/* Everything is given that the line lists. */
static bool holds_no_less(Proof *proof, const Decision *decision)
{
	for (unsigned i = 0; i < proof->expect->n_gets; i++) {
		const Expected *expected = &proof->expect->gets[i];
		const Attribute *attribute = expected->attribute;
		const DecisionRow *row = decision_row(decision, attribute);
		const GPtrArray *values = proof->universe->values[attribute_index(attribute)];

		if (!row || !row->values)
			return tell_missing(proof, decision, attribute, row);
		for (guint j = 0; j < values->len; j++) {
			const char *value = values->pdata[j];

			if (is_given(row, value) || !match_value(&expected->only, attribute, value))
				continue;
			g_string_append_printf(proof->failure, " does not get every value of %s",
					       attribute->name);
			if (!universe_is_other(value))
				g_string_append_printf(proof->failure, ", not \"%s\"", value);
			tell_rule(proof, &row->rule);
			return false;
		}
	}
	return true;
}

static bool holds_let_in(Proof *proof, const Decision *decision)
{
	if (decision->outcome == OUTCOME_ANSWERED)
		return true;
	g_string_append(proof->failure, " is refused");
	return tell_reason(proof, decision, NULL);
}

static bool holds_refused(Proof *proof, const Decision *decision)
{
	if (decision->outcome == OUTCOME_REFUSED)
		return true;
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (row->values)
			return tell_extra(proof, row, "gets", NULL);
	}
	g_string_append(proof->failure, " is let in");
	tell_rule(proof, &decision->rule);
	return false;
}

static bool holds_never(Proof *proof, const Decision *decision)
{
	const Expect *expect = proof->expect;

	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];

		if (row->values && (expect->attribute ? row->attribute == expect->attribute
						      : row->attribute->kind == expect->kind))
			return tell_extra(proof, row, "gets", NULL);
	}
	return true;
}

static Decision *decide(const Proof *proof, const Person *person, const Service *service,
			Assume assume)
{
	const Circumstances circumstances = {.today = proof->today};
	Decision *decision =
		decide_assuming(proof->policy, person, service, &circumstances,
				assume | ASSUME_VALUES | ASSUME_APPROVED | ASSUME_LEVEL |
					ASSUME_AGREED | ASSUME_PASSED | ASSUME_SUBJECT);

	if (!*decision->service) {
		g_free(decision->service);
		decision->service = universe_describe(service);
	}
	return decision;
}

/* What is promised never to happen must not happen whatever the service asks for. */
static bool try_negative(Proof *proof, const Person *person, const Service *service)
{
	g_autoptr(Decision) decision = decide(proof, person, service, ASSUME_ASKED);

	return proof->expect->type == EXPECT_REFUSED ? holds_refused(proof, decision)
						     : holds_never(proof, decision);
}

static bool try_exact(Proof *proof, const Person *person, const Service *service)
{
	g_autoptr(Decision) decision = decide(proof, person, service, ASSUME_NOTHING);

	return holds_no_more(proof, decision) && holds_no_less(proof, decision) &&
	       holds_let_in(proof, decision);
}

/* Nobody knows yet what an imagined service asks for. Asking for what the line lists it must get
 * that and nothing else; asking for more, nothing else that a release names. */
static bool try_imagined(Proof *proof, const Person *person, const Service *imagined)
{
	const Known *known = policy_known(proof->policy, imagined);
	g_autoptr(Service) service = NULL;
	g_autoptr(Decision) decision = NULL;

	if (known && known->asks->len > 0)
		return try_exact(proof, person, imagined);
	service = service_new(imagined->protocol, imagined->id);
	for (guint i = 0; i < imagined->categories->len; i++)
		service_add_category(service, imagined->categories->pdata[i]);
	for (unsigned i = 0; i < proof->expect->n_gets; i++)
		service_add_wish(service, proof->expect->gets[i].attribute->saml, true);
	if (!try_exact(proof, person, service))
		return false;
	decision = decide(proof, person, service, ASSUME_ASKED | ASSUME_NAMED);
	return holds_no_more(proof, decision);
}

/* Whether any release is for this service at all, for whomever. */
static bool is_reached(const Policy *policy, const Service *service)
{
	g_autoptr(GPtrArray) releases = index_releases(policy, policy_known(policy, service));

	for (guint i = 0; i < releases->len; i++) {
		const Release *release = releases->pdata[i];

		if (match_targets(&release->to, service, SEES_EFFECTIVE))
			return true;
	}
	return false;
}

static bool is_positive(const Expect *expect)
{
	return expect->type == EXPECT_GETS || expect->type == EXPECT_LOGIN;
}

static bool all_literal(const Targets *targets)
{
	for (unsigned i = 0; i < targets->n_targets; i++)
		if (!match_is_literal(&targets->targets[i]))
			return false;
	return true;
}

/* Every kind of person of the line at one service. */
static bool try_service(Proof *proof, const Service *service, bool imagined)
{
	const Expect *expect = proof->expect;

	for (unsigned kind = 0; kind < PEOPLE_KINDS; kind++) {
		g_autoptr(Person) person = NULL;
		g_autofree char *where = NULL;
		bool holds;

		if (!(people_kinds(&expect->people) & 1u << kind))
			continue;
		person = universe_person(proof->universe, kind, expect->without, expect->n_without);
		holds = !is_positive(expect) ? try_negative(proof, person, service)
			: imagined           ? try_imagined(proof, person, service)
					     : try_exact(proof, person, service);
		if (holds)
			continue;
		where = policy_service_name(proof->policy, service->protocol, service->id)
				? g_strdup(policy_service_name(proof->policy, service->protocol,
							       service->id))
				: universe_describe(service);
		g_string_prepend(proof->failure, where);
		g_string_prepend(proof->failure, " at ");
		g_string_prepend(proof->failure, people_describe(kind));
		return false;
	}
	return true;
}

/* A promise of nothing holds by itself where no release reaches; a promise of something is about
 * the services that some release reaches, and about all that are named or known. */
static bool try_all(Proof *proof)
{
	const Expect *expect = proof->expect;
	bool positive = is_positive(expect), named = all_literal(&expect->at), any = false;

	for (size_t i = 0; i < proof->context->n_services; i++) {
		const Service *service = proof->context->services[i];

		if (!match_targets(&expect->at, service, SEES_DECLARED) ||
		    (!positive && !is_reached(proof->policy, service)))
			continue;
		any = true;
		if (!try_service(proof, service, false))
			return false;
	}
	for (guint i = 0; i < proof->universe->imagined->len; i++) {
		const Service *service = proof->universe->imagined->pdata[i];

		if (!match_targets(&expect->at, service, SEES_DECLARED) ||
		    (!(positive && named) && !is_reached(proof->policy, service)))
			continue;
		any = true;
		if (!try_service(proof, service, true))
			return false;
	}
	if (positive && !any)
		g_string_append(proof->failure, "no release is for any such service");
	return any || !positive;
}

static void tell_unanswered(const Policy *policy, const ServiceBlock *block, const Ident *ident,
			    unsigned kind, const Decision *decision, GError **error)
{
	const DecisionRow *row = decision_row(decision, block->subject.attribute);
	const char *name = policy_service_name(policy, ident->protocol, ident->id);
	g_autofree char *called =
		name ? g_strdup_printf("service %s", name) : g_strdup_printf("\"%s\"", ident->id);
	g_autofree char *said = subject_phrase(&block->subject);
	g_autofree char *sentence = reason_sentence(decision, row, "en");

	if (row->reason == REASON_NO_RULE || row->reason == REASON_NOT_FOR_PERSON) {
		g_free(sentence);
		sentence = g_strdup_printf("no release gives %s", row->name);
	}
	place_error(error, POLICY_ERROR_MEANING, &block->subject_place,
		    "%s can never answer %s: '%s', and %s", called, people_describe(kind), said,
		    sentence);
}

/* On no day, whatever the service asks for: this rests on the policy alone, so that no metadata can
 * stop a load. */
static bool prove_subject(const Policy *policy, const PolicyContext *context,
			  const Universe *universe, const ServiceBlock *block, const Ident *ident,
			  GError **error)
{
	const Circumstances circumstances = {.today = context->today};
	g_autoptr(Service) service = service_new(ident->protocol, ident->id);

	for (unsigned kind = 0; kind < PEOPLE_KINDS; kind++) {
		g_autoptr(Person) person = universe_person(universe, kind, NULL, 0);
		g_autoptr(Decision) decision = decide_assuming(
			policy, person, service, &circumstances,
			ASSUME_ASKED | ASSUME_VALUES | ASSUME_APPROVED | ASSUME_TIMELESS |
				ASSUME_LEVEL | ASSUME_AGREED | ASSUME_PASSED | ASSUME_SUBJECT);

		if (decision->reason != REASON_REFUSED_SUBJECT)
			continue;
		tell_unanswered(policy, block, ident, kind, decision, error);
		return false;
	}
	return true;
}

bool prove_subjects(const Policy *policy, const PolicyContext *context, const Universe *universe,
		    GError **error)
{
	for (guint i = 0; i < policy->rules.services->len; i++) {
		const ServiceBlock *block = policy->rules.services->pdata[i];

		for (unsigned j = 0; block->subject.attribute && j < block->n_about; j++)
			if (!prove_subject(policy, context, universe, block, &block->about[j],
					   error))
				return false;
	}
	return true;
}

char *prove_expectation(const Policy *policy, const PolicyContext *context,
			const Universe *universe, const Expect *expect, unsigned day)
{
	g_autoptr(GString) failure = g_string_new(NULL);
	Proof proof = {policy, context, universe, expect, day, failure};

	return try_all(&proof) ? NULL : g_string_free(g_steal_pointer(&failure), FALSE);
}

bool prove_expectations(const Policy *policy, const PolicyContext *context,
			const Universe *universe, GError **error)
{
	for (guint i = 0; i < policy->rules.expects->len; i++) {
		const Expect *expect = policy->rules.expects->pdata[i];
		unsigned day = expect->on ? expect->on : context->today;
		g_autofree char *failure =
			prove_expectation(policy, context, universe, expect, day);
		g_autofree char *on = NULL;

		if (!failure)
			continue;
		on = expect->on ? g_strdup_printf(" (on %04u-%02u-%02u)", day / 10000,
						  day / 100 % 100, day % 100)
				: g_strdup("");
		place_error(error, POLICY_ERROR_EXPECT, &expect->place, "expectation fails%s: %s",
			    on, failure);
		return false;
	}
	return true;
}
