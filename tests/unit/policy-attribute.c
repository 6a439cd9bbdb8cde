/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The registry, person and service: the plain values that policy meets the world with. */
#include "policy/facet.h"
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
	if (g_str_has_prefix(text, "https://id.oidc.se/"))
		return true;
	for (; *text; text++)
		if (!g_ascii_islower(*text) && *text != '_')
			return false;
	return true;
}

static const char *const languages[] = {"sv", "en", "fi"};

/* Beside each kind, what differs from others of it. */
static const char *const as_sensitive[] = {"isMemberOf personal",
					   "norEduOrgUnitUniqueIdentifier personal",
					   "sisSchoolUnitCode personal",
					   "c open",
					   "co open",
					   "ou personal",
					   "departmentNumber personal",
					   "title personal",
					   NULL};

static void check_sensitivity(const Attribute *a)
{
	g_autofree char *says = g_strconcat(a->name, " ", sensitivity_name(a->sensitivity), NULL);

	g_assert_true((a->sensitivity != attribute_kind_sensitivity(a->kind)) ==
		      g_strv_contains(as_sensitive, says));
	g_assert_true(attribute_is_sensitive(a) == (a->sensitivity != SENSITIVITY_OPEN));
	g_assert_true(attribute_must_be_named(a) ==
		      (a->kind == KIND_PERSONAL_NUMBER || a->kind == KIND_BIRTH ||
		       a->kind == KIND_FAMILY));
	/* what must be named is never called less than that */
	g_assert_true(!attribute_must_be_named(a) || a->sensitivity == SENSITIVITY_STRICT);
}

static void check_words(const Attribute *a)
{
	for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
		const char *label = a->words->label[i], *plain = a->words->plain[i];

		g_assert_true(attribute_label(a, languages[i]) == label);
		g_assert_true(attribute_explanation(a, languages[i]) == plain);
		g_assert_cmpuint(strlen(label), >, 2);
		g_assert_cmpuint(strlen(label), <, 70);
		g_assert_true(g_unichar_islower(g_utf8_get_char(label)));
		g_assert_true(g_utf8_validate(plain, -1, NULL));
		g_assert_true(g_unichar_isupper(g_utf8_get_char(plain)));
		g_assert_true(g_str_has_suffix(plain, "."));
		g_assert_cmpint(g_utf8_strlen(plain, -1), <, 120);
		for (size_t j = 0; j < i; j++)
			g_assert_cmpstr(plain, !=, a->words->plain[j]);
	}
}

static void check_names(const Attribute *a)
{
	g_assert_true(is_name(a->name));
	g_assert_true(is_claim(a->claim));
	g_assert_true(!a->scope || is_claim(a->scope));
	g_assert_true(attribute_by_name(a->name) == a);
	g_assert_true(attribute_by_saml(a->saml) == a);
	g_assert_true(attribute_by_claim(a->claim) == a);
	g_assert_true(attribute_has_saml(a, a->saml));
	for (const char *const *name = a->legacy; name && *name; name++) {
		g_assert_true(attribute_by_saml(*name) == a);
		g_assert_true(attribute_has_saml(a, *name));
		g_assert_true(g_str_has_prefix(*name, "urn:mace:"));
		g_assert_true(g_str_has_suffix(*name, a->name));
	}
	g_assert_false(attribute_has_saml(a, a->name));
}

/* Every row is whole, and no two rows share what must tell them apart. */
static void test_table(void)
{
	size_t n;
	const Attribute *table = attribute_table(&n);

	g_assert_cmpuint(n, ==, attribute_shipped_count());
	g_assert_cmpuint(n, <=, ATTRIBUTE_MAX);
	for (size_t i = 0; i < n; i++) {
		const Attribute *a = &table[i];

		g_test_message("%s", a->name);
		g_assert_nonnull(attribute_kind_name(a->kind));
		g_assert_nonnull(attribute_syntax_name(a->syntax));
		g_assert_cmpuint(attribute_index(a), ==, i);
		g_assert_cmpuint(a->length, ==, 0);
		check_names(a);
		check_words(a);
		check_sensitivity(a);
		for (const char *const *form = a->forms; form && *form; form++)
			g_assert_null(facet_form_fault(*form));
		for (size_t j = 0; j < i; j++) {
			g_assert_cmpint(g_ascii_strcasecmp(a->name, table[j].name), !=, 0);
			g_assert_cmpstr(a->saml, !=, table[j].saml);
			g_assert_cmpstr(a->claim, !=, table[j].claim);
		}
	}
}

/* All names that services rely on, written out: a typing error in an OID is silent otherwise. */
static void test_names(void)
{
	static const struct {
		const char *name, *saml;
		AttributeKind kind;
		bool scoped, single;
	} cases[] = {
#define O       "urn:oid:"
#define EDU     O "1.3.6.1.4.1.5923.1."
#define NOR     O "1.3.6.1.4.1.2428.90.1."
#define SIS     O "1.2.752.194.10.2."
#define SCHAC   O "1.3.6.1.4.1.25178.1.2."
#define INETORG O "2.16.840.1.113730.3.1."
#define COSINE  O "0.9.2342.19200300.100.1."
		{"eduPersonPrincipalName", EDU "1.1.6", KIND_IDENTIFIER, true, true},
		{"eduPersonScopedAffiliation", EDU "1.1.9", KIND_ROLE, true, false},
		{"eduPersonAffiliation", EDU "1.1.1", KIND_ROLE, false, false},
		{"eduPersonPrimaryAffiliation", EDU "1.1.5", KIND_ROLE, false, true},
		{"eduPersonEntitlement", EDU "1.1.7", KIND_ROLE, false, false},
		{"eduPersonTargetedID", EDU "1.1.10", KIND_PSEUDONYM, false, false},
		{"eduPersonAssurance", EDU "1.1.11", KIND_ASSURANCE, false, false},
		{"eduPersonUniqueId", EDU "1.1.13", KIND_IDENTIFIER, true, true},
		{"eduPersonOrcid", EDU "1.1.16", KIND_CODE, false, false},
		{"eduCourseOffering", EDU "6.1.1", KIND_STUDY, false, false},
		{"eduCourseMember", EDU "6.1.2", KIND_STUDY, false, false},
		{"isMemberOf", EDU "5.1.1", KIND_ROLE, false, false},
		{"norEduPersonNIN", NOR "5", KIND_PERSONAL_NUMBER, false, true},
		{"norEduPersonLIN", NOR "4", KIND_IDENTIFIER, false, false},
		{"norEduPersonBirthDate", NOR "3", KIND_BIRTH, false, true},
		{"norEduPersonLegalName", NOR "10", KIND_NAME, false, true},
		{"norEduOrgAcronym", NOR "6", KIND_SCHOOL, false, false},
		{"norEduOrgUnitUniqueIdentifier", NOR "8", KIND_SCHOOL, false, false},
		{"norEduOrgNIN", NOR "12", KIND_SCHOOL, false, false},
		{"personalIdentityNumber", O "1.2.752.29.4.13", KIND_PERSONAL_NUMBER, false, true},
		{"previousPersonalIdentityNumber", O "1.2.752.201.3.15", KIND_PERSONAL_NUMBER,
		 false, false},
		{"sisLegalGuardianFor", SIS "1", KIND_FAMILY, false, false},
		{"sisSchoolGrade", SIS "2", KIND_STUDY, false, false},
		{"sisOrgDepartment", SIS "3", KIND_SCHOOL, false, false},
		{"sisSchoolUnitCode", SIS "4", KIND_SCHOOL, false, false},
		{"sisSchoolCourseStudent", SIS "5", KIND_STUDY, false, false},
		{"sisSchoolCourseTeacher", SIS "6", KIND_STUDY, false, false},
		{"mail", COSINE "3", KIND_CONTACT, false, false},
		{"mailLocalAddress", INETORG "13", KIND_CONTACT, false, false},
		{"displayName", INETORG "241", KIND_NAME, false, true},
		{"givenName", O "2.5.4.42", KIND_NAME, false, false},
		{"sn", O "2.5.4.4", KIND_NAME, false, false},
		{"cn", O "2.5.4.3", KIND_NAME, false, false},
		{"initials", O "2.5.4.43", KIND_NAME, false, false},
		{"title", O "2.5.4.12", KIND_ROLE, false, false},
		{"o", O "2.5.4.10", KIND_SCHOOL, false, false},
		{"ou", O "2.5.4.11", KIND_SCHOOL, false, false},
		{"c", O "2.5.4.6", KIND_CONTACT, false, false},
		{"co", COSINE "43", KIND_CONTACT, false, false},
		{"l", O "2.5.4.7", KIND_CONTACT, false, false},
		{"postalCode", O "2.5.4.17", KIND_CONTACT, false, false},
		{"street", O "2.5.4.9", KIND_CONTACT, false, false},
		{"postOfficeBox", O "2.5.4.18", KIND_CONTACT, false, false},
		{"st", O "2.5.4.8", KIND_CONTACT, false, false},
		{"telephoneNumber", O "2.5.4.20", KIND_CONTACT, false, false},
		{"mobile", COSINE "41", KIND_CONTACT, false, false},
		{"uid", COSINE "1", KIND_IDENTIFIER, false, false},
		{"employeeNumber", INETORG "3", KIND_IDENTIFIER, false, true},
		{"employeeType", INETORG "4", KIND_ROLE, false, false},
		{"departmentNumber", INETORG "2", KIND_SCHOOL, false, false},
		{"preferredLanguage", INETORG "39", KIND_CONTACT, false, true},
		{"schacDateOfBirth", SCHAC "3", KIND_BIRTH, false, true},
		{"schacGender", SCHAC "2", KIND_BIRTH, false, true},
		{"schacHomeOrganization", SCHAC "9", KIND_SCHOOL, false, true},
		{"schacHomeOrganizationType", SCHAC "10", KIND_SCHOOL, false, false},
		{"schacPersonalUniqueCode", SCHAC "14", KIND_CODE, false, false},
		{"schacPersonalUniqueID", SCHAC "15", KIND_PERSONAL_NUMBER, false, false},
		{"dateOfBirth", O "1.3.6.1.5.5.7.9.1", KIND_BIRTH, false, true},
		{"orgAffiliation", O "1.2.752.201.3.1", KIND_IDENTIFIER, true, false},
		{"subject-id", "urn:oasis:names:tc:SAML:attribute:subject-id", KIND_IDENTIFIER,
		 true, true},
		{"pairwise-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id", KIND_PSEUDONYM,
		 true, true},
		{"userPrincipalName", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
		 KIND_IDENTIFIER, false, true},
		{"immutableId",
		 "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID",
		 KIND_IDENTIFIER, false, true},
	};

	g_assert_cmpuint(G_N_ELEMENTS(cases), ==, attribute_shipped_count());
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Attribute *a = attribute_by_name(cases[i].name);

		g_test_message("%s", cases[i].name);
		g_assert_nonnull(a);
		g_assert_cmpstr(a->saml, ==, cases[i].saml);
		g_assert_cmpint(a->kind, ==, cases[i].kind);
		g_assert_cmpint(a->scoped, ==, cases[i].scoped);
		g_assert_cmpint(a->single, ==, cases[i].single);
	}
	g_assert_null(attribute_by_name("MAIL"));
	g_assert_null(attribute_by_name(""));
	/* flagged as wrong by SWAMID */
	g_assert_null(attribute_by_saml("urn:oid:1.2.840.113549.1.9.1"));
	g_assert_null(attribute_by_saml("mail"));
	g_assert_null(attribute_by_saml("urn:mace:dir:attribute-def:"));
	g_assert_null(attribute_by_saml("urn:mace:dir:attribute-def:pairwise-id"));
	g_assert_true(attribute_by_saml("urn:mace:dir:attribute-def:mail") ==
		      attribute_by_name("mail"));
	g_assert_true(
		attribute_by_saml("urn:mace:terena.org:attribute-def:schacHomeOrganization") ==
		attribute_by_name("schacHomeOrganization"));
	g_assert_null(attribute_by_claim("mail"));
}

/* OpenID Connect Core 5.4, and what Swedish services know. */
static void test_claims(void)
{
	static const struct {
		const char *name, *claim, *scope;
	} cases[] = {
		{"displayName", "name", "profile"},
		{"givenName", "given_name", "profile"},
		{"sn", "family_name", "profile"},
		{"dateOfBirth", "birthdate", "profile"},
		{"preferredLanguage", "locale", "profile"},
		{"mail", "email", "email"},
		{"telephoneNumber", "phone_number", "phone"},
		{"street", "street_address", "address"},
		{"eduPersonScopedAffiliation", "eduperson_scoped_affiliation", "eduperson"},
		{"personalIdentityNumber", "https://id.oidc.se/claim/personalIdentityNumber",
		 "https://id.oidc.se/scope/naturalPersonNumber"},
		{"orgAffiliation", "https://id.oidc.se/claim/orgAffiliation",
		 "https://id.oidc.se/scope/naturalPersonOrgId"},
		{"pairwise-id", "pairwise_id", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Attribute *a = attribute_by_name(cases[i].name);

		g_assert_cmpstr(a->claim, ==, cases[i].claim);
		g_assert_cmpstr(a->scope, ==, cases[i].scope);
	}
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
	g_test_add_func("/policy/attribute/claims", test_claims);
	g_test_add_func("/policy/attribute/kinds", test_kinds);
	g_test_add_func("/policy/person", test_person);
	g_test_add_func("/policy/service", test_service);
	return g_test_run();
}
