/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/identity/identity.h"

#include "idp/identity/continuation.h"
#include "policy/value.h"

/* What the functions below have in common. */
typedef struct {
	const IdentityRules *rules;
	StoreReader *reader;
	Person *person;
	const Service *service;
	Identity *identity;
} Search;

void identity_free(Identity *identity)
{
	if (!identity)
		return;
	g_free(identity->person);
	g_clear_pointer(&identity->eppn, eppn_row_free);
	g_free(identity->service);
	for (unsigned kind = 0; kind < IDENTIFIER_KINDS; kind++)
		g_free(identity->identifiers[kind].value);
	g_free(identity);
}

static bool fail(GError **error, FaultCode code, const char *message)
{
	g_set_error_literal(error, FAULT_ERROR, (int)code, message);
	return false;
}

/* A fault of the store: what it says is for the log as it is. */
static bool fail_store(GError **error, const GError *cause)
{
	g_assert(cause);
	return fail(error, FAULT_STORE_DOWN, cause->message);
}

static const Attribute *eppn_attribute(void)
{
	return attribute_by_name("eduPersonPrincipalName");
}

/* ---- rotation ---- */

static bool fail_changing(GError **error)
{
	return fail(
		error, FAULT_PERSON_CHANGING,
		"EPPN and identifiers are being renewed, or were just now; if it lasts, `portvakt "
		"eppn rotate' was stopped and must be run again");
}

/* What was read of the directory in the second of the renewal may be from before it. */
static bool find_rotation(Search *search, int64_t asked_at, GError **error)
{
	g_autoptr(GError) cause = NULL;
	Rotation *rotation = &search->identity->rotation;

	if (search->reader &&
	    !rotation_find(search->reader, search->identity->person, rotation, &cause))
		return fail_store(error, cause);
	if (rotation->pending ||
	    (rotation->count && !search->rules->eppn_in_store && asked_at <= rotation->at))
		return fail_changing(error);
	return true;
}

/* ---- EPPN ---- */

static bool take_from_store(Search *search, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *eppn = NULL;

	person_drop_values(search->person, eppn_attribute());
	if (search->reader && search->person->role &&
	    eppn_of(search->reader, search->identity->person, search->person->role, &eppn,
		    &cause) == STORE_FAULT)
		return fail_store(error, cause);
	if (eppn)
		person_add_value(search->person, eppn_attribute(), eppn, -1);
	return true;
}

/* The one EPPN that could leave; NULL: there is none. Transfer none. */
static const char *own_eppn(const Search *search)
{
	const GPtrArray *values = person_values(search->person, eppn_attribute());

	if (!values || values->len != 1 ||
	    value_judge(eppn_attribute(), values->pdata[0], search->rules->scopes) != VALUE_GOOD)
		return NULL;
	return values->pdata[0];
}

static bool judge_eppn(Search *search, int64_t now, GError **error)
{
	const char *eppn = own_eppn(search);
	bool open = !search->person->is_protected;
	g_autoptr(GError) cause = NULL;
	g_autoptr(EppnRow) row = NULL;
	StoreOutcome outcome = STORE_ABSENT;

	if (!eppn)
		return true;
	if (search->reader)
		outcome = eppn_find(search->reader, eppn, &row, &cause);
	if (outcome == STORE_FAULT)
		return fail_store(error, cause);
	if (row && !g_str_equal(row->person, search->identity->person))
		return fail(error, FAULT_EPPN_TAKEN,
			    "the EPPN was seen with another person key; see `portvakt eppn show', "
			    "and `portvakt eppn adopt' if it is the same human");
	search->identity->eppn_is_new = !row;
	if (!row)
		row = eppn_row_new(eppn, search->identity->person, search->person->role, open, now);
	else if (row->open || !open)
		return true;
	search->identity->eppn = g_steal_pointer(&row);
	return true;
}

/* ---- identifiers ---- */

static IdentifierPlace place_of(const Search *search, IdentifierKind kind, Protocol protocol,
				const char *service)
{
	return (IdentifierPlace){
		.kind = kind,
		.person = search->identity->person,
		.rotation = search->identity->rotation.count,
		.service = kind == IDENTIFIER_PAIRWISE ? service : NULL,
		.protocol = kind == IDENTIFIER_PAIRWISE ? protocol : 0,
	};
}

/* Where it may be stored: of a pairwise-id, under each id of the policy's block for the service, in
 * either protocol, as the policy lists them; they share it, as an OpenID sector does. Borrows from
 * the search. IdentifierPlace; transfer container. */
static GArray *places_of(const Search *search, IdentifierKind kind)
{
	static const Protocol protocols[] = {PROTOCOL_SAML, PROTOCOL_OIDC};
	const Service *service = search->service;
	const Policy *policy = search->rules->policy;
	const char *name = kind == IDENTIFIER_PAIRWISE
				   ? policy_service_name(policy, service->protocol, service->id)
				   : NULL;
	GArray *places = g_array_new(FALSE, FALSE, sizeof(IdentifierPlace));

	for (gsize p = 0; name && p < G_N_ELEMENTS(protocols); p++) {
		g_autoptr(GPtrArray) ids = policy_service_ids(policy, protocols[p], name);
		for (guint i = 0; i < ids->len; i++) {
			const IdentifierPlace place =
				place_of(search, kind, protocols[p], ids->pdata[i]);
			g_array_append_val(places, place);
		}
	}
	if (!places->len) {
		const IdentifierPlace only = place_of(search, kind, service->protocol, service->id);
		g_array_append_val(places, only);
	}
	return places;
}

/* What is stored at one of the places; first of all, at the one the service comes with. */
static bool look_up(const Search *search, IdentifierKind kind, const GArray *places, char **value,
		    bool *is_own, GError **error)
{
	const Service *service = search->service;
	const IdentifierPlace own = place_of(search, kind, service->protocol, service->id);
	g_autoptr(GError) cause = NULL;
	StoreOutcome outcome = identifier_find(search->reader, &own, value, &cause);

	*is_own = outcome == STORE_OK;
	for (guint i = 0; outcome == STORE_ABSENT && i < places->len; i++)
		outcome = identifier_find(
			search->reader, &g_array_index(places, IdentifierPlace, i), value, &cause);
	return outcome != STORE_FAULT || fail_store(error, cause);
}

static const char *const lost[IDENTIFIER_KINDS] = {
	[IDENTIFIER_PAIRWISE] =
		"the ledger knows that a pairwise-id of this person was given at this service, "
		"and its row is gone: restore the store from a backup, or give new identifiers "
		"with `portvakt eppn rotate'",
	[IDENTIFIER_SUBJECT] =
		"the ledger knows that a subject-id of this person was given, and neither the store "
		"nor the EPPN has it now: put the EPPN back, restore the store from a backup, or "
		"give new identifiers with `portvakt eppn rotate'",
};

/* A value that was given and is not stored has been lost: another one would be another person. */
static bool was_never_given(const Search *search, IdentifierKind kind, const GArray *places,
			    GError **error)
{
	int64_t at = search->identity->rotation.at, since = at ? at + 1 : 0;
	g_autoptr(GError) cause = NULL;
	uint8_t mac[SEAL_HASH_BYTES];

	ledger_person_mac(search->rules->ledger_key, search->identity->person, mac);
	for (guint i = 0; i < places->len; i++) {
		const IdentifierPlace *place = &g_array_index(places, IdentifierPlace, i);

		switch (ledger_was_given(search->reader, mac, place->protocol, place->service,
					 identifier_name(kind), since, &cause)) {
		case STORE_ABSENT:
			break;
		case STORE_OK:
			return fail(error, FAULT_IDENTIFIER_LOST, lost[kind]);
		default:
			return fail_store(error, cause);
		}
	}
	return true;
}

static bool fill(Search *search, IdentifierKind kind, GError **error)
{
	const Attribute *attribute = attribute_by_name(identifier_name(kind));
	g_autoptr(GArray) places = places_of(search, kind);
	const char *eppn = own_eppn(search);
	g_autofree char *value = NULL;
	bool is_own = false;
	IdentityNews news;

	if (search->reader && !look_up(search, kind, places, &value, &is_own, error))
		return false;
	news = is_own ? IDENTITY_KNOWN : IDENTITY_RENAMED;
	if (!value && kind == IDENTIFIER_SUBJECT && eppn &&
	    value_judge(attribute, eppn, search->rules->scopes) == VALUE_GOOD) {
		value = g_strdup(eppn);
		news = IDENTITY_KNOWN;
	} else if (!value) {
		if (search->reader && !was_never_given(search, kind, places, error))
			return false;
		/* equal for all places, so that two first logins at two of them agree */
		value = identifier_make(search->rules->key,
					&g_array_index(places, IdentifierPlace, 0),
					search->rules->scopes[0]);
		news = IDENTITY_NEW;
	}
	person_drop_values(search->person, attribute);
	person_add_value(search->person, attribute, value, -1);
	search->identity->identifiers[kind].value = g_steal_pointer(&value);
	search->identity->identifiers[kind].news = news;
	return true;
}

static bool fill_all(Search *search, GError **error)
{
	const IdentityRules *rules = search->rules;
	bool wanted[IDENTIFIER_KINDS];

	for (unsigned kind = 0; kind < IDENTIFIER_KINDS; kind++) {
		wanted[kind] = search->service &&
			       !(kind == IDENTIFIER_SUBJECT && rules->subject_in_directory) &&
			       policy_may_give(rules->policy, search->service,
					       attribute_by_name(identifier_name(kind)));
	}
	for (unsigned kind = 0; kind < IDENTIFIER_KINDS; kind++)
		if (wanted[kind] && !fill(search, kind, error))
			return false;
	return true;
}

Identity *identity_find(const IdentityRules *rules, StoreReader *reader, Person *person,
			const Service *service, const IdentitySeen *seen, int64_t now,
			GError **error)
{
	g_autoptr(Identity) identity = g_new0(Identity, 1);
	g_autoptr(GError) cause = NULL;
	Search search = {rules, reader, person, service, identity};

	identity->service = service ? g_strdup(service->id) : NULL;
	identity->protocol = service ? service->protocol : 0;
	identity->person =
		reader ? continuation_of(reader, person->key, &cause) : g_strdup(person->key);
	if (!identity->person) {
		fail_store(error, cause);
		return NULL;
	}
	if (!find_rotation(&search, seen->asked_at, error))
		return NULL;
	if (rules->eppn_in_store) {
		if (!take_from_store(&search, error))
			return NULL;
	} else if (seen->eppn_is_shared) {
		fail(error, FAULT_EPPN_SHARED,
		     "two entries of the directory have one EPPN; see `portvakt masterdata lint'");
		return NULL;
	}
	if (!judge_eppn(&search, now, error) || !fill_all(&search, error))
		return NULL;
	return g_steal_pointer(&identity);
}

/* ---- keeping ---- */

void identity_expect(const Identity *identity, StoreCommit *commit)
{
	rotation_expect(commit, identity->person, &identity->rotation);
}

void identity_keep_eppn(const Identity *identity, StoreCommit *commit)
{
	if (identity->eppn && identity->eppn_is_new)
		eppn_remember(commit, identity->eppn);
	else if (identity->eppn)
		eppn_open(commit, identity->eppn);
}

void identity_keep_given(const Identity *identity, const Decision *decision, StoreCommit *commit)
{
	for (unsigned kind = 0; kind < IDENTIFIER_KINDS; kind++) {
		const DecisionRow *row =
			decision_row(decision, attribute_by_name(identifier_name(kind)));
		const IdentifierPlace place = {
			.kind = kind,
			.person = identity->person,
			.rotation = identity->rotation.count,
			.service = kind == IDENTIFIER_PAIRWISE ? identity->service : NULL,
			.protocol = kind == IDENTIFIER_PAIRWISE ? identity->protocol : 0,
		};
		if (row && row->values && identity->identifiers[kind].news >= IDENTITY_RENAMED)
			identifier_keep(commit, &place, identity->identifiers[kind].value);
	}
}
