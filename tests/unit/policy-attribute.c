/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The registry, person and service: the plain values that policy meets the world with. */
#include "policy/person.h"
#include "policy/service.h"

#include <string.h>

static bool is_name(const char *text)
{
	if (!g_ascii_isalpha(text[0]))
		return false;
	for (; *text; text++)
		if (!g_ascii_isalnum(*text) && *text != '-')
			return false;
	return true;
}

static bool is_claim(const char *text)
{
	if (g_str_has_prefix(text, "https://"))
		return true;
	for (; *text; text++)
		if (!g_ascii_islower(*text) && *text != '_')
			return false;
	return true;
}

/* Every row is whole, and no two rows share what must tell them apart. */
static void test_table(void)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	g_assert_cmpuint(n, >, 50);
	g_assert_cmpuint(n, <=, ATTRIBUTE_MAX);
	for (size_t i = 0; i < n; i++) {
		const Attribute *a = &table[i];

		g_assert_true(is_name(a->name));
		g_assert_true(is_claim(a->claim));
		g_assert_true(g_str_has_prefix(a->saml, "urn:o"));
		g_assert_cmpuint(strlen(a->label_sv), >, 2);
		g_assert_cmpuint(strlen(a->label_en), >, 2);
		g_assert_true(g_utf8_validate(a->label_sv, -1, NULL));
		g_assert_nonnull(attribute_kind_name(a->kind));
		g_assert_cmpuint(attribute_index(a), ==, i);
		g_assert_true(attribute_by_name(a->name) == a);
		g_assert_true(attribute_by_saml(a->saml) == a);
		for (size_t j = 0; j < i; j++) {
			g_assert_cmpint(g_ascii_strcasecmp(a->name, table[j].name), !=, 0);
			g_assert_cmpstr(a->saml, !=, table[j].saml);
			g_assert_cmpstr(a->claim, !=, table[j].claim);
		}
	}
}

/* The names the services rely on, written out: a typing error in an OID is silent otherwise. */
static void test_names(void)
{
	static const struct {
		const char *name, *saml;
		AttributeKind kind;
		bool scoped, single;
	} cases[] = {
		{"eduPersonPrincipalName", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6", KIND_IDENTIFIER,
		 true, true},
		{"eduPersonScopedAffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.9", KIND_ROLE, true,
		 false},
		{"eduPersonAssurance", "urn:oid:1.3.6.1.4.1.5923.1.1.1.11", KIND_ASSURANCE, false,
		 false},
		{"norEduPersonNIN", "urn:oid:1.3.6.1.4.1.2428.90.1.5", KIND_PERSONAL_NUMBER, false,
		 true},
		{"personalIdentityNumber", "urn:oid:1.2.752.29.4.13", KIND_PERSONAL_NUMBER, false,
		 true},
		{"schacPersonalUniqueID", "urn:oid:1.3.6.1.4.1.25178.1.2.15", KIND_PERSONAL_NUMBER,
		 false, false},
		{"sisLegalGuardianFor", "urn:oid:1.2.752.194.10.2.1", KIND_FAMILY, false, false},
		{"sisSchoolGrade", "urn:oid:1.2.752.194.10.2.2", KIND_STUDY, false, false},
		{"sisSchoolUnitCode", "urn:oid:1.2.752.194.10.2.4", KIND_SCHOOL, false, false},
		{"sisSchoolCourseStudent", "urn:oid:1.2.752.194.10.2.5", KIND_STUDY, false, false},
		{"schacDateOfBirth", "urn:oid:1.3.6.1.4.1.25178.1.2.3", KIND_BIRTH, false, true},
		{"mail", "urn:oid:0.9.2342.19200300.100.1.3", KIND_CONTACT, false, false},
		{"displayName", "urn:oid:2.16.840.1.113730.3.1.241", KIND_NAME, false, true},
		{"givenName", "urn:oid:2.5.4.42", KIND_NAME, false, false},
		{"sn", "urn:oid:2.5.4.4", KIND_NAME, false, false},
		{"subject-id", "urn:oasis:names:tc:SAML:attribute:subject-id", KIND_IDENTIFIER,
		 true, true},
		{"pairwise-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id", KIND_PSEUDONYM,
		 true, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Attribute *a = attribute_by_name(cases[i].name);

		g_assert_nonnull(a);
		g_assert_cmpstr(a->saml, ==, cases[i].saml);
		g_assert_cmpint(a->kind, ==, cases[i].kind);
		g_assert_cmpint(a->scoped, ==, cases[i].scoped);
		g_assert_cmpint(a->single, ==, cases[i].single);
	}
	g_assert_null(attribute_by_name("MAIL"));
	g_assert_null(attribute_by_name(""));
	g_assert_null(attribute_by_saml("urn:oid:1.2.840.113549.1.9.1"));
	g_assert_null(attribute_by_saml("mail"));
	g_assert_null(attribute_by_saml("urn:mace:dir:attribute-def:"));
	g_assert_true(attribute_by_saml("urn:mace:dir:attribute-def:mail") ==
		      attribute_by_name("mail"));
}

static void test_kinds(void)
{
	static const char *const names[] = {"pseudonym", "identifier", "personal-number", "birth",
					    "name",      "contact",    "school",          "study",
					    "role",      "family",     "assurance",       "code"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		g_assert_cmpstr(attribute_kind_name(attribute_kind_by_name(names[i])), ==,
				names[i]);
	g_assert_null(attribute_kind_name(0));
	g_assert_null(attribute_kind_name(KIND_LAST + 1));
	g_assert_cmpint(attribute_kind_by_name("Name"), ==, 0);
}

static void test_person(void)
{
	const Attribute *mail = attribute_by_name("mail");
	g_autoptr(Person) person = person_new("1b3c");

	g_assert_cmpint(person->role, ==, ROLE_NONE);
	g_assert_null(person_values(person, mail));
	person_add_value(person, mail, "", -1);
	person_add_value(person, mail, "x", 0);
	g_assert_null(person_values(person, mail));
	person_add_value(person, mail, "a@skola.example", -1);
	person_add_value(person, mail, "b@skola.exampleX", 15);
	g_assert_cmpuint(person_values(person, mail)->len, ==, 2);
	g_assert_cmpstr(person_values(person, mail)->pdata[1], ==, "b@skola.example");
	/* cut short it would be another person's address */
	person_add_value(person, mail, "c@skola.example\0.evil", 21);
	g_assert_cmpstr(person_values(person, mail)->pdata[2], ==, "c@skola.example\xff.evil");
	g_assert_cmpint(role_by_name("student"), ==, ROLE_STUDENT);
	g_assert_cmpint(role_by_name("teacher"), ==, ROLE_NONE);
	g_assert_cmpstr(role_name(ROLE_GUARDIAN), ==, "guardian");
	g_assert_null(role_name(ROLE_NONE));
	g_assert_null(role_name(ROLE_STUDENT | ROLE_STAFF));
}

static void test_service(void)
{
	g_autoptr(Service) service = service_new(PROTOCOL_SAML, "https://ne.example/saml");
	const Wish *wish;

	g_assert_cmpstr(service_display(service, "sv"), ==, "https://ne.example/saml");
	service->display_en = g_strdup("Encyclopedia");
	g_assert_cmpstr(service_display(service, "sv"), ==, "Encyclopedia");
	service->display_sv = g_strdup("Uppslagsverk");
	g_assert_cmpstr(service_display(service, "sv"), ==, "Uppslagsverk");
	g_assert_cmpstr(service_display(service, "en"), ==, "Encyclopedia");

	service_add_wish(service, "urn:oid:0.9.2342.19200300.100.1.3", false);
	service_add_wish(service, "urn:example:a", true);
	service_add_wish(service, "urn:example:b", false);
	service_add_wish(service, "urn:example:b", false);
	service_add_wish(service, "urn:mace:dir:attribute-def:mail", true);
	g_assert_cmpuint(service->wishes->len, ==, 3);
	wish = service->wishes->pdata[0];
	g_assert_true(wish->attribute == attribute_by_name("mail"));
	g_assert_cmpstr(wish->name, ==, "urn:oid:0.9.2342.19200300.100.1.3");
	g_assert_true(wish->required);
	wish = service->wishes->pdata[1];
	g_assert_null(wish->attribute);
	g_assert_true(wish->required);

	service_add_category(service, "https://refeds.org/category/anonymous");
	service_add_category(service, "https://refeds.org/category/anonymous");
	g_assert_cmpuint(service->categories->len, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/attribute/table", test_table);
	g_test_add_func("/policy/attribute/names", test_names);
	g_test_add_func("/policy/attribute/kinds", test_kinds);
	g_test_add_func("/policy/person", test_person);
	g_test_add_func("/policy/service", test_service);
	return g_test_run();
}
