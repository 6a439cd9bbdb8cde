/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>

#include "tests/lib/agreeing.h"

#define SIS "urn:oid:1.2.752.194.10.2."
#define URI "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

const AgreeingAttribute agreeing_attributes[] = {
	{"eduPersonPrincipalName", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6", false},
	{"eduPersonScopedAffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.9", false},
	{"displayName", "urn:oid:2.16.840.1.113730.3.1.241", false},
	{"givenName", "urn:oid:2.5.4.42", false},
	{"sn", "urn:oid:2.5.4.4", false},
	{"mail", "urn:oid:0.9.2342.19200300.100.1.3", false},
	{"norEduPersonNIN", "urn:oid:1.3.6.1.4.1.2428.90.1.5", true},
	{"norEduPersonBirthDate", "urn:oid:1.3.6.1.4.1.2428.90.1.3", true},
	{"sisSchoolUnitCode", SIS "4", false},
	{"sisSchoolGrade", SIS "2", false},
	{"sisSchoolCourseStudent", SIS "5", false},
	{"pairwise-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id", false},
	{"subject-id", "urn:oasis:names:tc:SAML:attribute:subject-id", false},
	{"schacHomeOrganization", "urn:oid:1.3.6.1.4.1.25178.1.2.9", false},
	{NULL, "https://nobody.example/knows", false},
};

static const char *const categories[] = {
	"https://refeds.org/category/anonymous",
	"https://refeds.org/category/pseudonymous",
	"https://refeds.org/category/personalized",
	"http://refeds.org/category/research-and-scholarship",
	"https://refeds.org/category/code-of-conduct/v2",
	NULL,
};

/* When there is something that may come and go: always, never, or from some phase on. */
static bool is_there(unsigned phase)
{
	unsigned how = dice_below(9);

	phase %= 4;
	return how < 4 || (how == 4 && phase >= 1) || (how == 5 && phase >= 2) ||
	       (how == 6 && phase != 2);
}

static void print_value(const char *value)
{
	printf("<saml:AttributeValue>%s</saml:AttributeValue>", value);
}

static void print_categories(unsigned phase)
{
	printf("<Extensions><mdattr:EntityAttributes "
	       "xmlns:mdattr=\"urn:oasis:names:tc:SAML:metadata:attribute\" "
	       "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:Attribute "
	       "Name=\"http://macedir.org/entity-category\" NameFormat=\"" URI "\">");
	print_value("https://nobody.example/category");
	for (const char *const *category = categories; *category; category++) {
		bool there = is_there(phase), carried = dice_one_in(2);

		if (there && carried)
			print_value(*category);
	}
	printf("</saml:Attribute>");
	if (dice_one_in(3)) {
		printf("<saml:Attribute Name=\"urn:oasis:names:tc:SAML:profiles:subject-id:req\" "
		       "NameFormat=\"" URI "\">");
		print_value(dice_one_in(2) ? "any" : "subject-id");
		printf("</saml:Attribute>");
	}
	printf("</mdattr:EntityAttributes></Extensions>\n");
}

static void print_wishes(unsigned number, unsigned phase)
{
	for (unsigned i = 0; i == 0 || agreeing_attributes[i - 1].name; i++) {
		bool wished = is_there(phase), required = is_there(phase);

		if (wished || i == number)
			printf("<RequestedAttribute Name=\"%s\" NameFormat=\"" URI
			       "\" isRequired=\"%s\"/>\n",
			       agreeing_attributes[i].saml, required ? "true" : "false");
	}
}

void agreeing_service(unsigned number, unsigned phase, const char *certificate)
{
	printf("<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" "
	       "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" "
	       "entityID=\"https://sp%u.example/saml\">\n",
	       number);
	print_categories(phase);
	printf("<SPSSODescriptor "
	       "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n"
	       "<KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s"
	       "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>\n"
	       "<AssertionConsumerService index=\"1\" isDefault=\"true\" "
	       "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" "
	       "Location=\"https://sp%u.example/acs\"/>\n"
	       "<AttributeConsumingService index=\"1\" isDefault=\"true\">"
	       "<ServiceName xml:lang=\"sv\">sp%u</ServiceName>"
	       "<ServiceName xml:lang=\"en\">sp%u</ServiceName>\n",
	       certificate, number, number, number);
	print_wishes(number, phase);
	printf("</AttributeConsumingService></SPSSODescriptor></EntityDescriptor>\n");
}
