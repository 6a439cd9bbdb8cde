/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/ledger.h"

#include <string.h>

#include "idp/limits.h"

static LedgerKey *test_key(uint8_t first)
{
	uint8_t bytes[SEAL_KEY_BYTES];
	LedgerKey *key;

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(first + i);
	key = ledger_key_new(bytes, sizeof(bytes), NULL);
	g_assert_nonnull(key);
	return key;
}

static char *hex(const uint8_t mac[SEAL_HASH_BYTES])
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < SEAL_HASH_BYTES; i++)
		g_string_append_printf(text, "%02x", mac[i]);
	return g_string_free(text, FALSE);
}

/* Rows are kept for a year: what is computed must never change. From Python's hmac. */
static void macs_are_the_published_ones(void)
{
	static const struct {
		const char *person, *attribute, *value, *want;
	} cases[] = {
		{"0b9c6d2e-person", NULL, NULL,
		 "aeb2f6045ff8beb7b0f8c9c8ae1b15b0fc9f96f20f3ea6b8ff06b72f7301af21"},
		{"0b9c6d2e-person", "eduPersonPrincipalName", "abc@skola.example",
		 "db0d551a7e693f8ae703b27d4713e9613a436925f709d513013b7fb2f792fe3f"},
		{"", "", "", "12efbb162c4107bec3eb98a8492ba876a7972d0b0c7567ea659e36f62be34193"},
	};
	g_autoptr(LedgerKey) key = test_key(0);

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t mac[SEAL_HASH_BYTES];
		g_autofree char *got = NULL;

		if (cases[i].attribute == NULL)
			ledger_person_mac(key, cases[i].person, mac);
		else
			ledger_value_mac(key, cases[i].person, cases[i].attribute, cases[i].value,
					 mac);
		got = hex(mac);
		g_assert_cmpstr(got, ==, cases[i].want);
	}
}

static void whatever_differs_looks_different(void)
{
	static const struct {
		uint8_t key;
		const char *person, *attribute, *value;
	} cases[] = {
		{0, "anna", "mail", "a@b"}, {1, "anna", "mail", "a@b"},
		{0, "bo", "mail", "a@b"},   {0, "anna", "mailx", "a@b"},
		{0, "anna", "mail", "a@c"}, {0, "anna", "mail", ""},
		{0, "annam", "ail", "a@b"}, {0, "anna", "maila", "@b"},
		{0, "", "annamail", "a@b"}, {0, "anna", "mail", NULL} /* the person */,
	};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(LedgerKey) key = test_key(cases[i].key);
		uint8_t mac[SEAL_HASH_BYTES];

		if (cases[i].value == NULL)
			ledger_person_mac(key, cases[i].person, mac);
		else
			ledger_value_mac(key, cases[i].person, cases[i].attribute, cases[i].value,
					 mac);
		g_assert_true(g_hash_table_add(seen, hex(mac)));
	}
}

static void a_row_holds_macs_only(void)
{
	g_autoptr(LedgerKey) key = test_key(0);
	g_autoptr(LedgerRow) row = ledger_row_new(key, "anna", 1000, 2000);
	uint8_t want[SEAL_HASH_BYTES];
	const LedgerValue *value;

	g_assert_true(ledger_row_add(row, key, "anna", "mail", "a@b", "skola.policy", 7));
	ledger_person_mac(key, "anna", want);
	g_assert_cmpmem(row->person, 32, want, 32);
	g_assert_cmpuint(row->values->len, ==, 1);
	value = row->values->pdata[0];
	ledger_value_mac(key, "anna", "mail", "a@b", want);
	g_assert_cmpmem(value->mac, 32, want, 32);
	g_assert_cmpstr(value->attribute, ==, "mail");
	g_assert_cmpstr(value->file, ==, "skola.policy");
	g_assert_cmpuint(value->line, ==, 7);
	g_assert_cmpint(row->outcome, ==, LEDGER_NOTHING);
	ledger_row_describe(row, LEDGER_ANSWERED, "saml2", "https://sp", "r1", "ref", "g1");
	ledger_row_describe(row, LEDGER_ANSWERED, "saml2", "https://sp", "r2", "ref", "g1");
	g_assert_cmpstr(row->response_id, ==, "r2");
	g_assert_cmpstr(ledger_outcome_name(row->outcome), ==, "answered");
}

static void a_row_has_a_limit(void)
{
	g_autoptr(LedgerKey) key = test_key(0);
	g_autoptr(LedgerRow) row = ledger_row_new(key, "anna", 1000, 2000);

	for (unsigned i = 0; i < LIMIT_LEDGER_VALUES; i++)
		g_assert_true(ledger_row_add(row, key, "anna", "a", "v", "f", 1));
	g_assert_false(ledger_row_add(row, key, "anna", "a", "v", "f", 1));
	g_assert_cmpuint(row->values->len, ==, LIMIT_LEDGER_VALUES);
}

static void refuses_what_is_no_key(void)
{
	static const uint8_t zeros[SEAL_KEY_BYTES + 1];
	g_autoptr(GError) error = NULL;

	g_assert_null(ledger_key_new(zeros, SEAL_KEY_BYTES, NULL));
	g_assert_null(ledger_key_new("0123456789012345678901234567890", 31, NULL));
	g_assert_null(ledger_key_new(zeros, sizeof(zeros), &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/ledger/macs-are-the-published-ones", macs_are_the_published_ones);
	g_test_add_func("/ledger/whatever-differs-looks-different",
			whatever_differs_looks_different);
	g_test_add_func("/ledger/a-row-holds-macs-only", a_row_holds_macs_only);
	g_test_add_func("/ledger/a-row-has-a-limit", a_row_has_a_limit);
	g_test_add_func("/ledger/refuses-what-is-no-key", refuses_what_is_no_key);
	return g_test_run();
}
