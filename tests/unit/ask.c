/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/ask.h"

#include "idp/fault.h"
#include "policy/subject.h"
#include <string.h>

static Ask *sample(void)
{
	Ask *ask = ask_new();

	ask->protocol = PROTOCOL_SAML;
	ask->service = g_strdup("https://skolverket.eduid.se/dnp/sp/");
	ask->request_id = g_strdup("_0123456789abcdef0123456789abcdef01234567");
	ask->return_url = g_strdup("https://skolverket.eduid.se/dnp/acs?é=1");
	ask->relay_state = g_strdup("ss:mem:åäö&<>");
	ask->issued = 1795420800;
	ask->consuming_index = 65535;
	return ask;
}

static void check_same(const Ask *a, const Ask *b)
{
	g_assert_cmpint(a->protocol, ==, b->protocol);
	g_assert_cmpstr(a->service, ==, b->service);
	g_assert_cmpstr(a->request_id, ==, b->request_id);
	g_assert_cmpstr(a->return_url, ==, b->return_url);
	g_assert_cmpstr(a->relay_state, ==, b->relay_state);
	g_assert_cmpint(a->issued, ==, b->issued);
	g_assert_cmpint(a->consuming_index, ==, b->consuming_index);
	g_assert_cmpint(a->force_authn, ==, b->force_authn);
	g_assert_cmpint(a->is_passive, ==, b->is_passive);
	g_assert_cmpint(a->is_signed, ==, b->is_signed);
	g_assert_cmpint(a->no_new_name, ==, b->no_new_name);
	g_assert_cmpint(a->name, ==, b->name);
}

static void test_round_trip(void)
{
	for (int bits = 0; bits < 128; bits++) {
		g_autoptr(Ask) ask = sample();
		g_autoptr(GError) error = NULL;

		g_free(ask->return_url);
		ask->return_url = g_strdup("https://skolverket.eduid.se/dnp/acs");
		ask->force_authn = bits & 1;
		ask->is_passive = bits & 2;
		ask->is_signed = bits & 4;
		ask->no_new_name = bits & 16;
		ask->name = (AskName)(bits >> 5);
		if (bits & 8) {
			g_clear_pointer(&ask->relay_state, g_free);
			ask->consuming_index = -1;
		}
		g_autoptr(GVariant) variant = g_variant_ref_sink(ask_to_variant(ask));
		g_autoptr(Ask) back = ask_from_variant(variant, &error);
		g_assert_no_error(error);
		check_same(ask, back);
		g_autoptr(Ask) copy = ask_copy(ask);
		check_same(ask, copy);
		g_assert_cmpuint(g_variant_get_size(variant), <, 256);
	}
}

/* As a handle carries it: bytes that may be anything. */
static void test_bytes(void)
{
	g_autoptr(Ask) ask = sample();
	g_free(ask->return_url);
	ask->return_url = g_strdup("https://skolverket.eduid.se/dnp/acs");
	g_autoptr(GVariant) variant = g_variant_ref_sink(ask_to_variant(ask));
	gsize size = g_variant_get_size(variant);
	const guchar *bytes = g_variant_get_data(variant);

	for (gsize n = 0; n < size; n++) {
		g_autoptr(GBytes) cut = g_bytes_new(bytes, n);
		g_autoptr(GVariant) short_one = g_variant_ref_sink(
			g_variant_new_from_bytes(g_variant_get_type(variant), cut, FALSE));
		g_autoptr(GError) error = NULL;
		g_autoptr(Ask) back = ask_from_variant(short_one, &error);

		g_assert_null(back);
		g_assert_error(error, FAULT_ERROR, FAULT_LOGIN_EXPIRED);
	}
}

static void test_name(void)
{
	static const struct {
		const char *wanted, *given;
		bool takes;
	} cases[] = {
		{NULL, SUBJECT_FORMAT_PERSISTENT, true},
		{NULL, SUBJECT_FORMAT_TRANSIENT, true},
		{SUBJECT_FORMAT_UNSPECIFIED, SUBJECT_FORMAT_PERSISTENT, true},
		{SUBJECT_FORMAT_PERSISTENT, SUBJECT_FORMAT_PERSISTENT, true},
		{SUBJECT_FORMAT_PERSISTENT, SUBJECT_FORMAT_TRANSIENT, false},
		{SUBJECT_FORMAT_PERSISTENT, SUBJECT_FORMAT_UNSPECIFIED, false},
		{SUBJECT_FORMAT_TRANSIENT, SUBJECT_FORMAT_TRANSIENT, true},
		{SUBJECT_FORMAT_TRANSIENT, SUBJECT_FORMAT_PERSISTENT, false},
		{SUBJECT_FORMAT_TRANSIENT, "urn:x", false},
		{"urn:x", "urn:x", true},
		{"urn:x", SUBJECT_FORMAT_PERSISTENT, false},
		{"urn:x", SUBJECT_FORMAT_UNSPECIFIED, false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Ask ask = {.name = ask_name_of(cases[i].wanted)};

		g_assert_cmpint(ask_takes_name(&ask, cases[i].given), ==, cases[i].takes);
	}
}

#define PACKED "(xiyyysssms)"
#define SP     "https://sp.example"
#define ACS    "https://sp.example/acs"

static void test_hostile(void)
{
	g_autofree char *too_long = g_strnfill(5000, 'a');
	const struct {
		const char *name;
		GVariant *variant;
	} cases[] = {
		{"other type", g_variant_new("(s)", "hello")},
		{"no tuple", g_variant_new_string("hello")},
		{"other form", g_variant_new(PACKED, 0L, -1, 2, 1, 0, SP, "_a", ACS, NULL)},
		{"form 0", g_variant_new(PACKED, 0L, -1, 0, 1, 0, SP, "_a", ACS, NULL)},
		{"no protocol", g_variant_new(PACKED, 0L, -1, 1, 0, 0, SP, "_a", ACS, NULL)},
		{"protocol 9", g_variant_new(PACKED, 0L, -1, 1, 9, 0, SP, "_a", ACS, NULL)},
		{"unknown flag", g_variant_new(PACKED, 0L, -1, 1, 1, 64, SP, "_a", ACS, NULL)},
		{"index -2", g_variant_new(PACKED, 0L, -2, 1, 1, 0, SP, "_a", ACS, NULL)},
		{"index 65536", g_variant_new(PACKED, 0L, 65536, 1, 1, 0, SP, "_a", ACS, NULL)},
		{"no service", g_variant_new(PACKED, 0L, -1, 1, 1, 0, "", "_a", ACS, NULL)},
		{"no request", g_variant_new(PACKED, 0L, -1, 1, 1, 0, SP, "", ACS, NULL)},
		{"http", g_variant_new(PACKED, 0L, -1, 1, 1, 0, SP, "_a", "http://a/b", NULL)},
		{"javascript",
		 g_variant_new(PACKED, 0L, -1, 1, 1, 0, SP, "_a", "javascript:alert(1)", NULL)},
		{"no url", g_variant_new(PACKED, 0L, -1, 1, 1, 0, SP, "_a", "", NULL)},
		{"long relay", g_variant_new(PACKED, 0L, -1, 1, 1, 0, SP, "_a", ACS, too_long)},
		{"long service", g_variant_new(PACKED, 0L, -1, 1, 1, 0, too_long, "_a", ACS, NULL)},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GVariant) variant = g_variant_ref_sink(cases[i].variant);
		g_autoptr(GError) error = NULL;
		g_autoptr(Ask) ask = ask_from_variant(variant, &error);

		g_test_message("%s", cases[i].name);
		g_assert_null(ask);
		g_assert_error(error, FAULT_ERROR, FAULT_LOGIN_EXPIRED);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ask/name", test_name);
	g_test_add_func("/ask/round-trip", test_round_trip);
	g_test_add_func("/ask/bytes", test_bytes);
	g_test_add_func("/ask/hostile", test_hostile);
	return g_test_run();
}
