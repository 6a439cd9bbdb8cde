/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who a person is to the world, over a real store: the question that every login asks. */
#include "idp/identity/identity.h"
#include "idp/identity/continuation.h"
#include "idp/identity/rotation.h"
#include "tests/unit/policy-fixture.h"
#include "tests/unit/store-world.h"

#define NOW   1800000000
#define SCOPE "skola.example"
#define A     "https://a.example/sp"
#define B     "https://b.example/sp"
#define C     "https://c.example/sp"
#define ASKS  " pairwise-id subject-id eduPersonPrincipalName"

static const char policy_text[] =
	"service Bok is \"" A "\", \"" B "\"\n"
	"release \"Allt\" { to any; for everyone; give pairwise-id, subject-id, "
	"eduPersonPrincipalName; silent; because \"x\" }";

typedef struct {
	StoreWorld *store;
	Policy *policy;
	Secret *key;
	LedgerKey *ledger_key;
	IdentityRules rules;
	bool protect; /* the persons that log in */
} World;

static World *world_new(const char *policy)
{
	World *world = g_new0(World, 1);
	g_autoptr(Secret) ledger = secret_new_random(SEAL_KEY_BYTES);
	g_autoptr(GError) error = NULL;

	world->store = store_world_new();
	world->policy = fixture_load(policy, NULL, 0, &error);
	g_assert_no_error(error);
	world->key = secret_new_random(SEAL_KEY_BYTES);
	world->ledger_key = ledger_key_new(secret_bytes(ledger), SEAL_KEY_BYTES, NULL);
	world->rules = (IdentityRules){.policy = world->policy,
				       .key = world->key,
				       .ledger_key = world->ledger_key,
				       .scopes = fixture_scopes};
	return world;
}

static void world_free(World *world)
{
	store_world_free(world->store);
	policy_unref(world->policy);
	secret_unref(world->key);
	ledger_key_unref(world->ledger_key);
	g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

static const IdentitySeen alone = {.asked_at = NOW + 1};

/* A login, up to its commit. */
typedef struct {
	Person *person;
	Service *service;
	Identity *identity;
	Decision *decision;
	GError *error;
} Login;

static void login_free(Login *login)
{
	person_free(login->person);
	g_clear_pointer(&login->service, service_free);
	g_clear_pointer(&login->identity, identity_free);
	g_clear_pointer(&login->decision, decision_free);
	g_clear_error(&login->error);
	g_free(login);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Login, login_free)

static Login *login_begin(World *world, const char *key, const char *values, const char *service)
{
	Login *login = g_new0(Login, 1);
	g_autofree char *person = g_strconcat("student ", values, NULL);
	g_autofree char *asking = service ? g_strconcat(service, ASKS, NULL) : NULL;

	login->person = fixture_person(person);
	g_free(login->person->key);
	login->person->key = g_strdup(key);
	login->person->is_protected = world->protect;
	login->service = asking ? fixture_service(asking) : NULL;
	login->identity = identity_find(&world->rules, world->store->reader, login->person,
					login->service, &alone, NOW, &login->error);
	g_assert_true((login->identity == NULL) == (login->error != NULL));
	if (login->identity && login->service)
		login->decision = policy_decide(world->policy, login->person, login->service,
						&(Circumstances){.today = FIXTURE_TODAY});
	return login;
}

static StoreOutcome login_end(World *world, const Login *login)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	const char *person = login->identity->person;

	identity_expect(login->identity, commit);
	identity_keep_eppn(login->identity, commit);
	if (login->decision) {
		g_autofree char *id = g_uuid_string_random();
		LedgerRow *row = ledger_row_new(world->ledger_key, person, NOW, NOW + 1000);
		ledger_row_describe(row, LEDGER_ANSWERED, "saml2", login->service->id, id, "r",
				    "g");
		for (guint i = 0; i < login->decision->rows->len; i++) {
			const DecisionRow *given = login->decision->rows->pdata[i];
			if (given->values)
				ledger_row_add(row, world->ledger_key, person, given->name,
					       given->values->pdata[0], "f", 1);
		}
		identity_keep_given(login->identity, login->decision, commit);
		store_add_ledger(commit, row);
	}
	return store_world_apply(world->store, commit);
}

/* The value that the decision gives, or NULL. Transfer full. */
static char *given(const Login *login, const char *attribute)
{
	const DecisionRow *row = decision_row(login->decision, attribute_by_name(attribute));
	if (!row || !row->values)
		return NULL;
	g_assert_cmpuint(row->values->len, ==, 1);
	return g_strdup(row->values->pdata[0]);
}

/* A whole login: what it gives. Transfer full. */
static char *value_of(World *world, const char *key, const char *values, const char *service,
		      const char *attribute)
{
	g_autoptr(Login) login = login_begin(world, key, values, service);
	g_assert_no_error(login->error);
	g_assert_cmpint(login_end(world, login), ==, STORE_OK);
	return given(login, attribute);
}

static void is_refused(World *world, const char *key, const char *values, const char *service,
		       FaultCode code)
{
	g_autoptr(Login) login = login_begin(world, key, values, service);
	g_assert_error(login->error, FAULT_ERROR, (int)code);
	g_assert_null(strstr(login->error->message, "@"));
	g_assert_null(strstr(login->error->message, key));
}

#define EPPN(x) "eduPersonPrincipalName=" x "@" SCOPE

/* ---- EPPN ---- */

static void test_first_come(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autofree char *first = value_of(world, "anna", EPPN("k7"), A, "eduPersonPrincipalName");
	g_autofree char *again = value_of(world, "anna", EPPN("k7"), B, "eduPersonPrincipalName");
	g_assert_cmpstr(first, ==, "k7@" SCOPE);
	g_assert_cmpstr(again, ==, "k7@" SCOPE);
	/* in any spelling, at a service or for its own sake */
	is_refused(world, "eva", EPPN("k7"), A, FAULT_EPPN_TAKEN);
	is_refused(world, "eva", EPPN("K7"), NULL, FAULT_EPPN_TAKEN);
	/* and the other way round after they swapped: neither is taken for the other */
	g_autofree char *eva = value_of(world, "eva", EPPN("k8"), A, "eduPersonPrincipalName");
	is_refused(world, "anna", EPPN("k8"), A, FAULT_EPPN_TAKEN);
	is_refused(world, "eva", EPPN("k7"), A, FAULT_EPPN_TAKEN);
}

static void test_shared(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autoptr(Person) person = fixture_person("student " EPPN("k7"));
	g_autoptr(GError) error = NULL;
	const IdentitySeen shared = {.eppn_is_shared = true, .asked_at = NOW};
	g_assert_null(identity_find(&world->rules, world->store->reader, person, NULL, &shared, NOW,
				    &error));
	g_assert_error(error, FAULT_ERROR, FAULT_EPPN_SHARED);
	/* nothing of it was remembered */
	g_autofree char *eppn = value_of(world, "eva", EPPN("k7"), A, "eduPersonPrincipalName");
	g_assert_nonnull(eppn);
}

/* What cannot leave as an EPPN is nobody's. */
static void test_no_eppn(void)
{
	static const char *const none[] = {"sn=x", EPPN("k7") " " EPPN("k8"),
					   "eduPersonPrincipalName=k7@foreign.example",
					   "eduPersonPrincipalName=k7"};
	g_autoptr(World) world = world_new(policy_text);
	uint64_t rows = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
		g_autofree char *a = value_of(world, "anna", none[i], A, "eduPersonPrincipalName");
		g_autofree char *b = value_of(world, "eva", none[i], A, "eduPersonPrincipalName");
		g_assert_null(a);
		g_assert_null(b);
	}
	g_assert_true(store_count(world->store->reader, STORE_EPPN, &rows, NULL));
	g_assert_cmpuint(rows, ==, 0);
}

/* Two persons with one EPPN log in for the first time at once: the commit knows who was first. */
static void test_eppn_race(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autoptr(Login) anna = login_begin(world, "anna", EPPN("k7"), A);
	g_autoptr(Login) eva = login_begin(world, "eva", EPPN("k7"), A);
	/* marked just now, which is no other person */
	world->protect = true;
	g_autoptr(Login) again = login_begin(world, "anna", EPPN("k7"), B);
	world->protect = false;
	g_assert_cmpint(login_end(world, anna), ==, STORE_OK);
	g_assert_cmpint(login_end(world, eva), ==, STORE_CONFLICT);
	g_assert_cmpint(login_end(world, again), ==, STORE_OK);
	is_refused(world, "eva", EPPN("k7"), A, FAULT_EPPN_TAKEN);
}

static void test_continued(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autofree char *before = value_of(world, "old", EPPN("k7"), A, "pairwise-id");
	is_refused(world, "new", EPPN("k7"), A, FAULT_EPPN_TAKEN);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	continuation_remember(commit, "new", "old");
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
	g_autofree char *after = value_of(world, "new", EPPN("k7"), A, "pairwise-id");
	g_assert_cmpstr(after, ==, before);
}

static bool is_open(World *world, const char *eppn)
{
	g_autoptr(EppnRow) row = NULL;
	g_assert_cmpint(eppn_find(world->store->reader, eppn, &row, NULL), ==, STORE_OK);
	return row->open;
}

static void test_open(void)
{
	static const bool protect[] = {true, true, false, true};
	g_autoptr(World) world = world_new(policy_text);

	for (gsize i = 0; i < G_N_ELEMENTS(protect); i++) {
		world->protect = protect[i];
		g_autoptr(Login) login = login_begin(world, "anna", EPPN("k7"), NULL);
		g_assert_cmpint(login_end(world, login), ==, STORE_OK);
		g_assert_true(is_open(world, "k7@" SCOPE) == (i >= 2));
	}
}

static void test_eppn_from_store(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autoptr(EppnRow) row = eppn_row_new("m9@" SCOPE, "anna", ROLE_STUDENT, true, NOW);
	world->rules.eppn_in_store = true;
	g_autofree char *none = value_of(world, "anna", EPPN("k7"), A, "eduPersonPrincipalName");
	g_assert_null(none);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	eppn_assign(commit, row, NULL);
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
	g_autofree char *own = value_of(world, "anna", EPPN("k7"), A, "eduPersonPrincipalName");
	g_assert_cmpstr(own, ==, "m9@" SCOPE);
}

/* ---- identifiers ---- */

static void new_key(World *world)
{
	secret_unref(world->key);
	world->key = secret_new_random(SEAL_KEY_BYTES);
	world->rules.key = world->key;
}

/* Random people at random services, through every change that may come: who has a value keeps it,
 * equal for the ids of one service, other for every other service and person. */
static void test_pairwise_is_stable(void)
{
	static const char *const services[] = {A, B, C, "https://d.example", "https://e.example"};
	static const char *const turned[] = {"edu.sollunda.example", SCOPE, NULL};
	g_autoptr(World) world = world_new(policy_text);
	g_autoptr(GHashTable) known =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GHashTable) owners =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (unsigned i = 0; i < 400; i++) {
		unsigned s = (unsigned)g_test_rand_int_range(0, G_N_ELEMENTS(services));
		g_autofree char *person = g_strdup_printf("p%d", g_test_rand_int_range(0, 12));
		char *place = g_strdup_printf("%s %u", person, s ? s : 1);
		if (g_test_rand_int_range(0, 10) == 0)
			new_key(world);
		world->rules.scopes = g_test_rand_bit() ? turned : fixture_scopes;
		char *value = value_of(world, person, "sn=x", services[s], "pairwise-id");
		const char *before = g_hash_table_lookup(known, place);
		const char *owner = g_hash_table_lookup(owners, value);
		if (before)
			g_assert_cmpstr(value, ==, before);
		if (owner)
			g_assert_cmpstr(owner, ==, place);
		g_hash_table_insert(owners, g_strdup(value), g_strdup(place));
		g_hash_table_insert(known, place, value);
	}
}

/* A service that was known by another id before it had a block keeps what it was given. */
static void test_new_entity_id(void)
{
	g_autoptr(World) world = world_new("release \"Allt\" { to any; for everyone; give "
					   "pairwise-id; silent; because \"x\" }");
	g_autoptr(Policy) later = fixture_load(policy_text, NULL, 0, NULL);
	g_autofree char *before = value_of(world, "anna", "sn=x", B, "pairwise-id");
	world->rules.policy = later;
	g_autofree char *renamed = value_of(world, "anna", "sn=x", A, "pairwise-id");
	new_key(world);
	world->rules.policy = world->policy;
	g_autofree char *apart = value_of(world, "anna", "sn=x", A, "pairwise-id");
	g_assert_cmpstr(renamed, ==, before);
	g_assert_cmpstr(apart, ==, before);
}

/* The clients of a block share what its entityIDs have, whichever of them comes first, as the
 * clients of an OpenID sector do; nobody else's clients do. */
static void test_sector(void)
{
	static const char policy[] =
		"service Bok is \"" A "\", client \"bok\", client \"bok-app\"\n"
		"service Annan is client \"annan\"\n"
		"release \"Allt\" { to any; for everyone; give pairwise-id; silent; because \"x\" }";
	g_autoptr(World) world = world_new(policy);
	g_autofree char *client = value_of(world, "anna", "sn=x", "client:bok-app", "pairwise-id");
	new_key(world);
	g_autofree char *entity = value_of(world, "anna", "sn=x", A, "pairwise-id");
	g_autofree char *other = value_of(world, "anna", "sn=x", "client:bok", "pairwise-id");
	g_autofree char *foreign = value_of(world, "anna", "sn=x", "client:annan", "pairwise-id");
	g_autofree char *again = value_of(world, "anna", "sn=x", "client:annan", "pairwise-id");

	g_assert_cmpstr(entity, ==, client);
	g_assert_cmpstr(other, ==, client);
	g_assert_cmpstr(foreign, !=, client);
	g_assert_cmpstr(again, ==, foreign);
}

/* Two first logins at once end with one value, at one id or at two of one service. */
static void test_identifier_race(void)
{
	static const struct {
		const char *one, *two;
		bool new_key;
		StoreOutcome second;
	} table[] = {
		{A, A, false, STORE_OK},
		{A, B, false, STORE_OK},
		{A, A, true, STORE_CONFLICT},
		{B, B, true, STORE_CONFLICT},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(World) world = world_new(policy_text);
		g_autoptr(Login) one = login_begin(world, "anna", "sn=x", table[i].one);
		if (table[i].new_key)
			new_key(world);
		g_autoptr(Login) two = login_begin(world, "anna", "sn=x", table[i].two);
		g_assert_cmpint(login_end(world, one), ==, STORE_OK);
		g_assert_cmpint(login_end(world, two), ==, table[i].second);
		g_autofree char *first = given(one, "pairwise-id");
		for (const char *const *at = (const char *const[]){A, B, NULL}; *at; at++) {
			g_autofree char *now = value_of(world, "anna", "sn=x", *at, "pairwise-id");
			g_assert_cmpstr(now, ==, first);
		}
	}
}

static void test_subject_id(void)
{
	static const struct {
		const char *values, *want; /* NULL: one that is stored */
	} table[] = {
		{EPPN("k7m2"), "k7m2@" SCOPE},
		{EPPN("K-7"), "K-7@" SCOPE},
		{EPPN("anna.ek"), NULL},
		{EPPN("-k"), NULL},
		{"sn=x", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(World) world = world_new(policy_text);
		g_autofree char *at_a = value_of(world, "anna", table[i].values, A, "subject-id");
		new_key(world);
		g_autofree char *at_c = value_of(world, "anna", table[i].values, C, "subject-id");
		g_autofree char *pairwise =
			value_of(world, "anna", table[i].values, A, "pairwise-id");
		g_assert_cmpstr(at_a, ==, at_c);
		g_assert_cmpstr(at_a, !=, pairwise);
		if (table[i].want) {
			g_assert_cmpstr(at_a, ==, table[i].want);
			continue;
		}
		g_assert_cmpuint(strcspn(at_a, "@"), ==, IDENTIFIER_LENGTH);
		/* a row is the truth, also when an EPPN that would do comes later */
		g_autofree char *later = value_of(world, "anna", EPPN("k7m2"), A, "subject-id");
		g_assert_cmpstr(later, ==, at_a);
	}
}

static void test_subject_of_directory(void)
{
	g_autoptr(World) world = world_new(policy_text);
	world->rules.subject_in_directory = true;
	g_autofree char *own = value_of(world, "anna", "subject-id=a1@" SCOPE, A, "subject-id");
	g_autofree char *none = value_of(world, "eva", EPPN("k7"), A, "subject-id");
	g_assert_cmpstr(own, ==, "a1@" SCOPE);
	g_assert_null(none);
}

/* What no service can get is neither looked for nor made, and what is not given is not kept. */
static void test_only_what_is_given(void)
{
	g_autoptr(World) world = world_new(
		"release \"Namn\" { to any; for everyone; give eduPersonPrincipalName; silent; "
		"because \"x\" }\n"
		"release \"Id\" { to service \"" C "\"; for staff; give pairwise-id; silent; "
		"because \"x\" }");
	uint64_t rows = 1;

	for (const char *const *at = (const char *const[]){A, C, NULL}; *at; at++) {
		g_autoptr(Login) login = login_begin(world, "anna", EPPN("k7"), *at);
		g_assert_cmpint(login->identity->identifiers[IDENTIFIER_PAIRWISE].news, ==,
				g_str_equal(*at, C) ? IDENTITY_NEW : IDENTITY_NOT_NEEDED);
		g_assert_cmpint(login_end(world, login), ==, STORE_OK);
	}
	g_assert_true(store_count(world->store->reader, STORE_IDENTIFIER, &rows, NULL));
	g_assert_cmpuint(rows, ==, 0);
}

static void renew(World *world, const char *person)
{
	Rotation rotation;
	g_assert_true(rotation_find(world->store->reader, person, &rotation, NULL));
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	rotation_renew(commit, person, &rotation, NOW);
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
}

static void test_renewed(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < 3; i++) {
		char *pairwise = value_of(world, "anna", "sn=x", A, "pairwise-id");
		char *subject = value_of(world, "anna", "sn=x", A, "subject-id");
		g_autofree char *owner = NULL;
		g_assert_cmpint(identifier_owner(world->store->reader, IDENTIFIER_PAIRWISE,
						 pairwise, &owner, NULL),
				==, STORE_OK);
		g_assert_cmpstr(owner, ==, "anna");
		g_assert_true(g_hash_table_add(seen, pairwise));
		g_assert_true(g_hash_table_add(seen, subject));
		renew(world, "anna");
	}
	g_autofree char *eva = value_of(world, "eva", "sn=x", A, "pairwise-id");
	g_assert_false(g_hash_table_contains(seen, eva));
}

static void is_changing(World *world, int64_t asked_at, bool expected)
{
	g_autoptr(Person) person = fixture_person("student " EPPN("k7"));
	g_autoptr(Service) service = fixture_service(A ASKS);
	const IdentitySeen seen = {.asked_at = asked_at};
	g_autoptr(GError) error = NULL;
	g_free(person->key);
	person->key = g_strdup("anna");
	for (unsigned at_service = 0; at_service < 2; at_service++) {
		g_autoptr(Identity) identity =
			identity_find(&world->rules, world->store->reader, person,
				      at_service ? service : NULL, &seen, NOW, &error);
		g_assert_cmpint(g_error_matches(error, FAULT_ERROR, FAULT_PERSON_CHANGING), ==,
				expected);
		g_assert_true((identity == NULL) == expected);
		g_clear_error(&error);
	}
}

/* Until a rotation is done nobody is let in, and after it nobody who was read before. */
static void test_changing(void)
{
	g_autoptr(World) world = world_new(policy_text);
	Rotation found, begun;
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	g_assert_true(rotation_find(world->store->reader, "anna", &found, NULL));
	is_changing(world, NOW, false);
	rotation_begin(commit, "anna", &found, NOW, &begun);
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
	is_changing(world, NOW - 1, true);
	is_changing(world, NOW + 100, true);
	world->rules.eppn_in_store = true;
	is_changing(world, NOW + 100, true);
	world->rules.eppn_in_store = false;
	commit = store_commit_new(NOW, NULL, NULL);
	rotation_end(commit, "anna", &begun, NOW + 5);
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
	is_changing(world, NOW - 1, true);
	is_changing(world, NOW + 5, true);
	is_changing(world, NOW + 6, false);
	world->rules.eppn_in_store = true;
	is_changing(world, NOW - 1, false);
}

/* Nor whoever was read before it began, and comes to their commit after: neither the old names nor
 * a session that outlives the rotation. */
static void test_overtaken(void)
{
	g_autoptr(World) world = world_new(policy_text);
	Rotation found, begun;

	for (unsigned how = 0; how < 3; how++) {
		g_autoptr(Login) before = login_begin(world, "anna", "sn=x", A);
		g_autoptr(Login) eva = login_begin(world, "eva", "sn=x", A);
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		g_assert_true(rotation_find(world->store->reader, "anna", &found, NULL));
		if (how == 0)
			rotation_renew(commit, "anna", &found, NOW);
		else
			rotation_begin(commit, "anna", &found, NOW, &begun);
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
		g_assert_cmpint(login_end(world, before), ==, STORE_CONFLICT);
		commit = store_commit_new(NOW, NULL, NULL);
		if (how == 1)
			rotation_undo(commit, "anna", &begun, &found);
		else if (how > 1)
			rotation_end(commit, "anna", &begun, NOW);
		g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);
		/* taken back, the names are those that were read */
		g_assert_cmpint(login_end(world, before), ==, how == 1 ? STORE_OK : STORE_CONFLICT);
		g_assert_cmpint(login_end(world, eva), ==, STORE_OK);
		g_autoptr(Login) after = login_begin(world, "anna", "sn=x", A);
		g_assert_cmpint(login_end(world, after), ==, STORE_OK);
	}
}

/* A row that is gone, while the ledger knows that it was: no new value, for any id of the service;
 * renewing is the deliberate way out. */
static void test_lost(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autofree char *before = value_of(world, "anna", "sn=x", A, "pairwise-id");
	g_autofree char *elsewhere = value_of(world, "anna", "sn=x", C, "pairwise-id");
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	store_drop_owner(commit, STORE_IDENTIFIER, "anna");
	g_assert_cmpint(store_world_apply(world->store, commit), ==, STORE_OK);

	is_refused(world, "anna", "sn=x", A, FAULT_IDENTIFIER_LOST);
	is_refused(world, "anna", "sn=x", B, FAULT_IDENTIFIER_LOST);
	g_autofree char *eva = value_of(world, "eva", "sn=x", A, "pairwise-id");
	g_autoptr(Login) own_sake = login_begin(world, "anna", "sn=x", NULL);
	g_assert_no_error(own_sake->error);
	renew(world, "anna");
	g_autofree char *after = value_of(world, "anna", "sn=x", A, "pairwise-id");
	g_assert_cmpstr(after, !=, before);
}

/* Nor is whoever was known by an EPPN that the directory has no more, at any service. */
static void test_subject_id_lost(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autofree char *before = value_of(world, "anna", EPPN("k7m2"), A, "subject-id");
	is_refused(world, "anna", "sn=x", A, FAULT_IDENTIFIER_LOST);
	is_refused(world, "anna", "sn=x", C, FAULT_IDENTIFIER_LOST);
	is_refused(world, "anna", EPPN("anna.ek"), A, FAULT_IDENTIFIER_LOST);
	g_autofree char *back = value_of(world, "anna", EPPN("k7m2"), C, "subject-id");
	g_assert_cmpstr(back, ==, before);
}

static void test_no_store_yet(void)
{
	g_autoptr(World) world = world_new(policy_text);
	g_autoptr(Person) person = fixture_person("student " EPPN("k7"));
	g_autoptr(Service) service = fixture_service(A ASKS);
	g_autoptr(GError) error = NULL;
	g_autoptr(Identity) identity =
		identity_find(&world->rules, NULL, person, service, &alone, NOW, &error);
	g_assert_no_error(error);
	g_assert_cmpint(identity->identifiers[IDENTIFIER_PAIRWISE].news, ==, IDENTITY_NEW);
	g_assert_cmpint(identity->identifiers[IDENTIFIER_SUBJECT].news, ==, IDENTITY_KNOWN);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/identity/eppn/first-come", test_first_come);
	g_test_add_func("/identity/eppn/shared", test_shared);
	g_test_add_func("/identity/eppn/none", test_no_eppn);
	g_test_add_func("/identity/eppn/race", test_eppn_race);
	g_test_add_func("/identity/eppn/continued", test_continued);
	g_test_add_func("/identity/eppn/open", test_open);
	g_test_add_func("/identity/eppn/store", test_eppn_from_store);
	g_test_add_func("/identity/pairwise/stable", test_pairwise_is_stable);
	g_test_add_func("/identity/pairwise/new-entity-id", test_new_entity_id);
	g_test_add_func("/identity/pairwise/sector", test_sector);
	g_test_add_func("/identity/pairwise/race", test_identifier_race);
	g_test_add_func("/identity/subject/value", test_subject_id);
	g_test_add_func("/identity/subject/directory", test_subject_of_directory);
	g_test_add_func("/identity/only-given", test_only_what_is_given);
	g_test_add_func("/identity/renewed", test_renewed);
	g_test_add_func("/identity/changing", test_changing);
	g_test_add_func("/identity/overtaken", test_overtaken);
	g_test_add_func("/identity/lost", test_lost);
	g_test_add_func("/identity/subject/lost", test_subject_id_lost);
	g_test_add_func("/identity/no-store", test_no_store_yet);
	return g_test_run();
}
