/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/lint-services.h"

#include <string.h>

/* Persons who are counted: one for each code, service, attribute, role and reason. */
typedef struct {
	LintFinding finding; /* strings static, or owned by the policy */
	char *detail;
} Count;

struct LintServices {
	LintServicesOptions options;
	GArray *answered;   /* guint64 by number: a bit for each service that lets them in */
	GHashTable *counts; /* char * -> Count */
	GPtrArray *order;   /* Count, as they came; borrowed */
	GPtrArray *names;   /* char *: what each service is called */
	GError *error;      /* of the store */
};

/* What is asked about: one person in one role at one service. */
typedef struct {
	LintServices *services;
	const LintPeople *people;
	guint number;
	unsigned service;
	Role role;
} Case;

static void count_free(gpointer data)
{
	Count *count = data;
	g_free(count->detail);
	g_free(count);
}

LintServices *lint_services_new(const LintServicesOptions *options)
{
	LintServices *services = g_new0(LintServices, 1);
	g_assert(options->services->len <= LINT_SERVICES_MAX);
	services->options = *options;
	services->answered = g_array_new(FALSE, TRUE, sizeof(guint64));
	services->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, count_free);
	services->order = g_ptr_array_new();
	services->names = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < options->services->len; i++) {
		const Service *service = options->services->pdata[i];
		const char *name =
			policy_service_name(options->policy, service->protocol, service->id);
		g_ptr_array_add(services->names, g_strdup(name ? name : service->id));
	}
	return services;
}

void lint_services_free(LintServices *services)
{
	if (!services)
		return;
	g_array_unref(services->answered);
	g_ptr_array_unref(services->order);
	g_hash_table_unref(services->counts);
	g_ptr_array_unref(services->names);
	g_clear_error(&services->error);
	g_free(services);
}

const GError *lint_services_error(const LintServices *services)
{
	return services->error;
}

/* ---- telling ---- */

static const char *say(const LintServices *services, const char *en, const char *sv)
{
	return strcmp(services->options.language, "sv") == 0 ? sv : en;
}

static void tell_of(const Case *at, LintFinding finding)
{
	finding.dn = lint_people_dn(at->people, at->number);
	finding.key = lint_people_key(at->people, at->number);
	finding.role = at->role;
	finding.service = at->services->names->pdata[at->service];
	finding.count = 1;
	at->services->options.tell(&finding, at->services->options.data);
}

static void count_of(const Case *at, LintFinding finding)
{
	LintServices *services = at->services;
	g_autofree char *key = g_strdup_printf("%d %u %s %d %s", (int)finding.code, at->service,
					       finding.attribute ? finding.attribute : "",
					       (int)at->role, finding.reason);
	Count *count = g_hash_table_lookup(services->counts, key);
	if (!count) {
		count = g_new0(Count, 1);
		count->finding = finding;
		count->finding.role = at->role;
		count->finding.service = services->names->pdata[at->service];
		count->finding.detail = count->detail = g_strdup(finding.detail);
		g_ptr_array_add(services->order, count);
		g_hash_table_insert(services->counts, g_steal_pointer(&key), count);
	}
	count->finding.count++;
}

void lint_services_finish(LintServices *services)
{
	for (guint i = 0; i < services->order->len; i++) {
		const Count *count = services->order->pdata[i];
		services->options.tell(&count->finding, services->options.data);
	}
}

/* ---- deciding ---- */

/* Is it the directory's values that are in the way, and not a rule? */
static bool is_of_data(Reason reason)
{
	return reason == REASON_NO_VALUE || reason == REASON_SEVERAL_VALUES ||
	       reason == REASON_BAD_VALUE || reason == REASON_FOREIGN_SCOPE ||
	       reason == REASON_FILTERED;
}

/* What a refusal is due to: the attribute that people are known by, else one that is required, else
 * any; NULL: no attribute is. */
static const DecisionRow *culprit(const Decision *decision)
{
	const DecisionRow *found = NULL;
	if (decision->reason == REASON_REFUSED_SUBJECT) {
		found = decision_row(decision, decision->subject.attribute);
		return found && is_of_data(found->reason) ? found : NULL;
	}
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		if (is_of_data(row->reason) && (!found || (row->required && !found->required)))
			found = row;
	}
	return found;
}

static bool is_for_others(const Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++)
		if (((const DecisionRow *)decision->rows->pdata[i])->reason ==
		    REASON_NOT_FOR_PERSON)
			return true;
	return false;
}

static void count_closed(const Case *at, const Decision *decision, bool for_others)
{
	g_autofree char *sentence =
		for_others ? g_strdup(say(at->services, "No rule is for them.",
					  "Ingen regel gäller dem."))
			   : reason_sentence(decision, NULL, at->services->options.language);
	Reason reason = for_others ? REASON_NOT_FOR_PERSON : decision->reason;
	count_of(at, (LintFinding){.code = LINT_SERVICE_CLOSED,
				   .reason = reason_code_name(reason),
				   .detail = sentence});
}

static void tell_row(const Case *at, LintCode code, const Decision *decision,
		     const DecisionRow *row)
{
	g_autofree char *sentence = reason_sentence(decision, row, at->services->options.language);
	const LintFinding finding = {.code = code,
				     .attribute = row->name,
				     .reason = reason_code_name(row->reason),
				     .detail = sentence};
	if (code == LINT_SERVICE_UNGIVEN)
		count_of(at, finding);
	else
		tell_of(at, finding);
}

static void tell_withheld(const Case *at, const Decision *decision)
{
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		if (row->required && !row->values)
			tell_row(at,
				 is_of_data(row->reason) ? LINT_SERVICE_WITHHELD
							 : LINT_SERVICE_UNGIVEN,
				 decision, row);
	}
}

static void tell_shut_out(const Case *at, LintCode shut_out)
{
	const LintKind *kind = lint_kind(shut_out);
	tell_of(at, (LintFinding){.code = LINT_SERVICE_REFUSED,
				  .reason = kind->name,
				  .detail = say(at->services, kind->en, kind->sv)});
}

/* What is told of a login that is refused before any rule is asked. */
static const char *fault_text(const LintServices *services, const GError *fault)
{
	const LintKind *taken = lint_kind(LINT_EPPN_TAKEN);
	if (g_error_matches(fault, FAULT_ERROR, FAULT_EPPN_TAKEN))
		return say(services, taken->en, taken->sv);
	if (g_error_matches(fault, FAULT_ERROR, FAULT_PERSON_CHANGING))
		return say(services,
			   "A rotation of the person's EPPN and identifiers was stopped, or is at "
			   "work just now, and until it is done nobody can log in as them; run "
			   "`portvakt eppn rotate' again.",
			   "Ett byte av personens EPPN och id:n avbröts, eller pågår just nu, och "
			   "tills det är klart kan ingen logga in som personen; kör `portvakt eppn "
			   "rotate' igen.");
	return say(
		services,
		"The ledger knows that an identifier of this person was given there, and the store "
		"has it no more; restore a backup of the store, or give a new one with `portvakt "
		"eppn rotate'.",
		"Liggaren vet att tjänsten har fått ett id för personen, och det finns inte kvar i "
		"databasen; lägg tillbaka en säkerhetskopia, eller ge ett nytt med `portvakt eppn "
		"rotate'.");
}

/* Gives the person the identifiers of a login. False: nobody may be let in as them. Of a protected
 * person it is not told that one is lost, since it was given by a rule that outsiders see nothing
 * of. */
static bool identify(const Case *at, Person *person, bool is_protected, const Service *service)
{
	LintServices *services = at->services;
	const LintServicesOptions *options = &services->options;
	const IdentitySeen seen = {.eppn_is_shared = false, .asked_at = G_MAXINT64};
	g_autoptr(GError) fault = NULL;
	g_autoptr(Identity) identity = identity_find(options->identities, options->reader, person,
						     service, &seen, options->now, &fault);
	if (identity ||
	    (is_protected && g_error_matches(fault, FAULT_ERROR, FAULT_IDENTIFIER_LOST)))
		return true;
	if (!g_error_matches(fault, FAULT_ERROR, FAULT_STORE_DOWN))
		tell_of(at, (LintFinding){.code = LINT_SERVICE_REFUSED,
					  .reason = fault_of(fault)->name,
					  .detail = fault_text(services, fault)});
	else if (!services->error)
		services->error = g_steal_pointer(&fault);
	return false;
}

/* True: let in, as far as an ordinary person goes. A protected person is counted whatever else they
 * suffer from: else the count would grow when what was told of them is put right. */
static bool decide(const Case *at, Person *ordinary, bool is_protected, LintCode shut_out)
{
	const LintServicesOptions *options = &at->services->options;
	const Service *service = options->services->pdata[at->service];
	bool is_out = shut_out != LINT_CODES;
	bool is_known = is_out || identify(at, ordinary, is_protected, service);
	g_autoptr(Decision) decision =
		policy_decide(options->policy, ordinary, service,
			      &(Circumstances){.today = options->today, .level = options->level});
	bool answered = decision->outcome == OUTCOME_ANSWERED;
	const DecisionRow *row = culprit(decision);

	if (is_protected && (answered || row))
		count_closed(at, decision, true);
	if (!is_known)
		return false;
	if (!answered && !row)
		count_closed(at, decision, is_for_others(decision));
	else if (is_out)
		tell_shut_out(at, shut_out);
	else if (!answered)
		tell_row(at, LINT_SERVICE_REFUSED, decision, row);
	else
		tell_withheld(at, decision);
	return answered && !is_out;
}

void lint_services_person(LintServices *services, const LintPeople *people, guint number,
			  const DirectoryEntry *entry, LintCode shut_out)
{
	const LintServicesOptions *options = &services->options;
	unsigned roles = masterdata_roles(options->masterdata, entry);
	bool is_protected = masterdata_is_protected(options->masterdata, entry);
	guint64 answered = 0;

	for (unsigned role = ROLE_STUDENT; role <= ROLE_GUARDIAN; role <<= 1) {
		if (!(roles & role))
			continue;
		g_autoptr(Person) ordinary =
			masterdata_ordinary(options->masterdata, entry, (Role)role);
		for (unsigned i = 0; i < options->services->len; i++) {
			const Case at = {services, people, number, i, (Role)role};
			if (decide(&at, ordinary, is_protected, shut_out))
				answered |= G_GUINT64_CONSTANT(1) << i;
		}
	}
	g_array_set_size(services->answered, number + 1);
	g_array_index(services->answered, guint64, number) = answered;
}

void lint_services_shut_out(LintServices *services, const LintPeople *people, guint number,
			    LintCode shut_out)
{
	if (number >= services->answered->len)
		return;
	guint64 *answered = &g_array_index(services->answered, guint64, number);
	for (unsigned i = 0; i < services->options.services->len; i++)
		if (*answered & G_GUINT64_CONSTANT(1) << i) {
			const Case at = {services, people, number, i, ROLE_NONE};
			tell_shut_out(&at, shut_out);
		}
	*answered = 0;
}
