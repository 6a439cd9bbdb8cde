/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/saml/reading.h"

#include "idp/fault.h"
#include <string.h>

static SamlReading *sample(void)
{
	SamlReading *reading = saml_reading_new();

	reading->id = g_strdup("_a");
	reading->version = g_strdup("2.0");
	reading->issue_instant = g_strdup("2026-11-23T08:15:30Z");
	reading->destination = g_strdup("https://idp.example/saml/sso");
	reading->issuer = g_strdup("https://sp.example");
	reading->acs_url = g_strdup("https://sp.example/acs");
	reading->binding = g_strdup("urn:b");
	reading->name_id_format = g_strdup("urn:f");
	reading->name_id_qualifier = g_strdup("q");
	reading->consent = g_strdup("urn:c");
	reading->relay_state = g_strdup("r");
	reading->has_name_id_policy = reading->has_context = true;
	g_ptr_array_add(reading->contexts, g_strdup("urn:x"));
	return reading;
}

static void set(char **member, const char *value)
{
	g_free(*member);
	*member = g_strdup(value);
}

/* One change for each field; the name is what the comparison must say. */
static const char *change(SamlReading *r, int field)
{
	switch (field) {
	case 0:
		return set(&r->id, "_b"), "id";
	case 1:
		return set(&r->version, "2.1"), "version";
	case 2:
		return set(&r->issue_instant, "2026-11-23T08:15:31Z"), "issue_instant";
	case 3:
		return set(&r->destination, NULL), "destination";
	case 4:
		return set(&r->issuer, "https://sp.example/"), "issuer";
	case 5:
		return set(&r->acs_url, "https://evil.example/acs"), "acs_url";
	case 6:
		return r->acs_index = 0, "acs_index";
	case 7:
		return set(&r->binding, "urn:c"), "binding";
	case 8:
		return r->consuming_index = 1, "consuming_index";
	case 9:
		return r->force_authn = true, "force_authn";
	case 10:
		return r->is_passive = true, "is_passive";
	case 11:
		return r->has_name_id_policy = false, "has_name_id_policy";
	case 12:
		return set(&r->name_id_format, "urn:g"), "name_id_format";
	case 13:
		return set(&r->name_id_qualifier, "p"), "name_id_qualifier";
	case 14:
		return r->allow_create = true, "allow_create";
	case 15:
		return r->has_context = false, "has_context";
	case 16:
		return r->comparison = SAML_COMPARISON_BETTER, "comparison";
	case 17:
		return g_ptr_array_add(r->contexts, g_strdup("urn:y")), "contexts";
	case 18:
		return set((char **)&r->contexts->pdata[0], "urn:y"), "contexts";
	case 19:
		return r->has_subject = true, "has_subject";
	case 20:
		return r->has_conditions = true, "has_conditions";
	case 21:
		return set(&r->consent, ""), "consent";
	case 22:
		return set(&r->relay_state, NULL), "relay_state";
	default:
		return NULL;
	}
}

static void test_differences(void)
{
	for (int field = 0;; field++) {
		g_autoptr(SamlReading) ours = sample();
		g_autoptr(SamlReading) theirs = sample();
		g_autoptr(GError) error = NULL;
		g_autoptr(GError) reversed = NULL;

		g_assert_true(saml_reading_agrees(ours, theirs, &error));
		g_assert_no_error(error);
		const char *name = change(theirs, field);
		if (!name)
			break;
		g_autofree char *end = g_strconcat(" differ in ", name, NULL);
		g_assert_false(saml_reading_agrees(ours, theirs, &error));
		g_assert_error(error, FAULT_ERROR, FAULT_SAML_DISAGREE);
		g_assert_true(g_str_has_suffix(error->message, end));
		g_assert_false(saml_reading_agrees(theirs, ours, &reversed));
		g_assert_cmpstr(reversed->message, ==, error->message);
	}
}

static void test_empty(void)
{
	g_autoptr(SamlReading) ours = saml_reading_new();
	g_autoptr(SamlReading) theirs = saml_reading_new();

	g_assert_true(saml_reading_agrees(ours, theirs, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/saml/reading/differences", test_differences);
	g_test_add_func("/saml/reading/empty", test_empty);
	return g_test_run();
}
