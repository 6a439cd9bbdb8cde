/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The ledger's part of what every backend must do.
 */
#include "tests/unit/store-conformance.h"

static void assert_same_row(const LedgerRow *a, const LedgerRow *b)
{
	g_assert_cmpint(a->time, ==, b->time);
	g_assert_cmpint(a->expires, ==, b->expires);
	g_assert_cmpint(a->outcome, ==, b->outcome);
	g_assert_cmpstr(a->reference, ==, b->reference);
	g_assert_cmpstr(a->generation, ==, b->generation);
	g_assert_cmpstr(a->protocol, ==, b->protocol);
	g_assert_cmpstr(a->service, ==, b->service);
	g_assert_cmpstr(a->response_id, ==, b->response_id);
	g_assert_cmpstr(a->account, ==, b->account);
	g_assert_cmpmem(a->person, 32, b->person, 32);
	g_assert_cmpuint(a->values->len, ==, b->values->len);
	for (unsigned i = 0; i < a->values->len; i++) {
		const LedgerValue *x = a->values->pdata[i], *y = b->values->pdata[i];

		g_assert_cmpstr(x->attribute, ==, y->attribute);
		g_assert_cmpmem(x->mac, 32, y->mac, 32);
		g_assert_cmpstr(x->file, ==, y->file);
		g_assert_cmpuint(x->line, ==, y->line);
	}
}

static StoreOutcome add_ledger(Fixture *f, LedgerRow *row)
{
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);

	store_add_ledger(commit, row);
	return conformance_apply(f->store, commit);
}

static void ledger_rows_come_back(Fixture *f, gconstpointer data)
{
	g_autoptr(LedgerKey) key = conformance_ledger_key();
	g_autoptr(LedgerRow) want = conformance_ledger_row("r1", NOW + 10);
	g_autoptr(GError) error = NULL;
	LedgerRow *bare = ledger_row_new(key, "other", NOW + 1, NOW + 20);
	LedgerFilter filter = {.response_id = "r1", .limit = 10};

	ledger_row_describe(bare, LEDGER_ANSWERED, "oidc", "klient å", "r2", "ref-2", "g2");
	g_assert_cmpint(add_ledger(f, conformance_ledger_row("r1", NOW + 10)), ==, STORE_OK);
	g_assert_cmpint(add_ledger(f, bare), ==, STORE_OK);
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &filter, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(rows->len, ==, 1);
	assert_same_row(rows->pdata[0], want);
	filter.response_id = "r2";
	g_autoptr(GPtrArray) others = ledger_read(f->reader, &filter, &error);
	g_assert_cmpuint(others->len, ==, 1);
	g_assert_cmpstr(((LedgerRow *)others->pdata[0])->service, ==, "klient å");
	g_assert_cmpuint(((LedgerRow *)others->pdata[0])->values->len, ==, 0);
}

static void a_response_id_is_used_once(Fixture *f, gconstpointer data)
{
	g_autoptr(StoreCommit) commit = conformance_put_of(STORE_SESSION, "a", NULL, "x", NOW + 10);
	StoreResult result;

	g_assert_cmpint(add_ledger(f, conformance_ledger_row("r1", NOW + 10)), ==, STORE_OK);
	store_add_ledger(commit, conformance_ledger_row("r1", NOW + 99));
	store_apply(f->store, (StoreCommit *const[]){commit}, 1, &result, NULL);
	g_assert_cmpint(result.outcome, ==, STORE_CONFLICT);
	g_assert_cmpuint(result.op, ==, 1);
	conformance_assert_row(f, STORE_SESSION, "a", NULL);
}

/* A row that was undone added a service's name; the next row with that name must not lean on it. */
static void an_undone_row_leaves_no_name(Fixture *f, gconstpointer data)
{
	g_autoptr(LedgerKey) key = conformance_ledger_key();
	LedgerFilter filter = {.response_id = "r2", .limit = 10};

	g_assert_cmpint(add_ledger(f, conformance_ledger_row("r1", NOW + 10)), ==, STORE_OK);
	for (unsigned i = 0; i < 3; i++) {
		LedgerRow *row = ledger_row_new(key, "person", NOW, NOW + 10);

		ledger_row_describe(row, LEDGER_ANSWERED, "saml2", i == 1 ? "third" : "second",
				    i == 0   ? "r1"
				    : i == 1 ? "r3"
					     : "r2",
				    "ref", "g");
		g_assert_cmpint(add_ledger(f, row), ==, i == 0 ? STORE_CONFLICT : STORE_OK);
	}
	g_autoptr(GPtrArray) rows = ledger_read(f->reader, &filter, NULL);
	g_assert_cmpuint(rows->len, ==, 1);
	g_assert_cmpstr(((LedgerRow *)rows->pdata[0])->service, ==, "second");
}

static void ledger_filters(Fixture *f, gconstpointer data)
{
	g_autoptr(LedgerKey) key = conformance_ledger_key();
	static const char *const persons[] = {"anna", "bo"};
	static const char *const services[] = {"https://a.example", "https://b.example", "c"};
	uint8_t bo[SEAL_HASH_BYTES], nobody[SEAL_HASH_BYTES];

	for (unsigned i = 0; i < 12; i++) {
		g_autofree char *id = g_strdup_printf("r%u", i);
		LedgerRow *row = ledger_row_new(key, persons[i % 2], NOW + i, NOW + 1000);

		ledger_row_describe(row, LEDGER_ANSWERED, "saml2", services[i % 3], id, "ref", "g");
		g_assert_cmpint(add_ledger(f, row), ==, STORE_OK);
	}
	ledger_person_mac(key, "bo", bo);
	ledger_person_mac(key, "nobody", nobody);
	const struct {
		const char *name;
		LedgerFilter filter;
		const char *want; /* the Response IDs */
	} cases[] = {
		{"newest", {.limit = 3}, "r11 r10 r9"},
		{"all", {.limit = 100}, "r11 r10 r9 r8 r7 r6 r5 r4 r3 r2 r1 r0"},
		{"one", {.limit = 9, .response_id = "r4"}, "r4"},
		{"none", {.limit = 9, .response_id = "r44"}, ""},
		{"person", {.limit = 9, .person = bo}, "r11 r9 r7 r5 r3 r1"},
		{"nobody", {.limit = 9, .person = nobody}, ""},
		{"service", {.limit = 9, .service = "c"}, "r11 r8 r5 r2"},
		{"unknown service", {.limit = 9, .service = "C"}, ""},
		{"since", {.limit = 9, .since = NOW + 9}, "r11 r10 r9"},
		{"person at service since",
		 {.limit = 9, .person = bo, .service = "c", .since = NOW + 5},
		 "r11 r5"},
		{"further back", {.limit = 2, .before_id = 4}, "r2 r1"},
		{"other one's answer", {.limit = 9, .person = nobody, .response_id = "r4"}, ""},
		{"no SQL", {.limit = 9, .response_id = "' OR 1=1 --"}, ""},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) rows = ledger_read(f->reader, &cases[i].filter, NULL);
		g_autoptr(GString) got = g_string_new(NULL);

		g_test_message("%s", cases[i].name);
		for (unsigned r = 0; r < rows->len; r++)
			g_string_append_printf(got, r == 0 ? "%s" : " %s",
					       ((LedgerRow *)rows->pdata[r])->response_id);
		g_assert_cmpstr(got->str, ==, cases[i].want);
	}
}

/* The rows between have no account: none may be left over from the row before. */
static void ledger_says_who_looked(Fixture *f, gconstpointer data)
{
	static const char *const accounts[] = {"root", NULL, "anna", NULL, "root"};
	g_autoptr(LedgerKey) key = conformance_ledger_key();

	for (unsigned i = 0; i < G_N_ELEMENTS(accounts); i++) {
		g_autofree char *id = g_strdup_printf("r%u", i);
		LedgerRow *row = ledger_row_new(key, "person", NOW, NOW + 10);

		if (accounts[i] != NULL)
			ledger_row_looked(row, accounts[i], i == 0 ? "" : "https://sp.example/", id,
					  "g");
		else
			ledger_row_describe(row, LEDGER_ANSWERED, "saml2", "s", id, "ref", "g");
		g_assert_cmpint(add_ledger(f, row), ==, STORE_OK);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(accounts); i++) {
		g_autofree char *id = g_strdup_printf("r%u", i);
		const LedgerFilter filter = {.response_id = id, .limit = 2};
		g_autoptr(GPtrArray) rows = ledger_read(f->reader, &filter, NULL);
		const LedgerRow *row = rows->pdata[0];

		g_assert_cmpuint(rows->len, ==, 1);
		g_assert_cmpstr(row->account, ==, accounts[i]);
		g_assert_cmpstr(ledger_outcome_name(row->outcome), ==,
				accounts[i] != NULL ? "looked" : "answered");
		if (i == 0)
			g_assert_cmpstr(row->service, ==, "");
	}
}

static void was_given(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *name, *person, *service, *attribute;
		int64_t since;
		StoreOutcome want;
		Protocol protocol; /* 0: SAML */
	} cases[] = {
		{"given", "person", "https://sp.example/", "eduPersonPrincipalName", 0, STORE_OK},
		{"the second value", "person", "https://sp.example/", "eduPersonScopedAffiliation",
		 NOW, STORE_OK},
		{"another attribute", "person", "https://sp.example/", "mail", 0, STORE_ABSENT},
		{"another person", "other", "https://sp.example/", "eduPersonPrincipalName", 0,
		 STORE_ABSENT},
		{"another service", "person", "https://sp.example", "eduPersonPrincipalName", 0,
		 STORE_ABSENT},
		{"before", "person", "https://sp.example/", "eduPersonPrincipalName", NOW + 1,
		 STORE_ABSENT},
		{"in a later answer", "person", "later", "mail", NOW + 5, STORE_OK},
		{"looked at only", "person", "looked", "mail", 0, STORE_ABSENT},
		{"anywhere", "person", NULL, "mail", NOW + 5, STORE_OK},
		{"anywhere, but before", "person", NULL, "mail", NOW + 6, STORE_ABSENT},
		{"anywhere, another person", "other", NULL, "mail", 0, STORE_ABSENT},
		{"no SQL", "person", "' OR 1=1 --", "mail", 0, STORE_ABSENT},
		{"a client_id that is an entityID", "person", "https://sp.example/",
		 "eduPersonPrincipalName", 0, STORE_ABSENT, PROTOCOL_OIDC},
		{"anywhere, by either protocol", "person", NULL, "mail", NOW + 5, STORE_OK,
		 PROTOCOL_OIDC},
	};
	g_autoptr(LedgerKey) key = conformance_ledger_key();

	g_assert_cmpint(add_ledger(f, conformance_ledger_row("r1", NOW + 10)), ==, STORE_OK);
	for (unsigned i = 0; i < 3; i++) {
		g_autofree char *id = g_strdup_printf("later %u", i);
		LedgerRow *row = ledger_row_new(key, "person", NOW + 4 + i, NOW + 10);

		if (i < 2)
			ledger_row_describe(row, LEDGER_ANSWERED, "saml2", "later", id, "ref", "g");
		else
			ledger_row_looked(row, "root", "looked", id, "g");
		if (i > 0)
			ledger_row_add(row, key, "person", "mail", "a@b", "skola.policy", 1);
		g_assert_cmpint(add_ledger(f, row), ==, STORE_OK);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t person[SEAL_HASH_BYTES];
		g_autoptr(GError) error = NULL;

		g_test_message("%s", cases[i].name);
		ledger_person_mac(key, cases[i].person, person);
		g_assert_cmpint(
			ledger_was_given(f->reader, person,
					 cases[i].protocol ? cases[i].protocol : PROTOCOL_SAML,
					 cases[i].service, cases[i].attribute, cases[i].since,
					 &error),
			==, cases[i].want);
		g_assert_no_error(error);
	}
}

const ConformanceTest conformance_ledger_tests[] = {
	{"ledger-rows-come-back", ledger_rows_come_back},
	{"a-response-id-is-used-once", a_response_id_is_used_once},
	{"an-undone-row-leaves-no-name", an_undone_row_leaves_no_name},
	{"ledger-filters", ledger_filters},
	{"ledger-says-who-looked", ledger_says_who_looked},
	{"was-given", was_given},
	{0},
};
