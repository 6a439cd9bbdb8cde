/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/attribute.h"

#include <string.h>

#define EDU     "urn:oid:1.3.6.1.4.1.5923.1.1.1."
#define NOR     "urn:oid:1.3.6.1.4.1.2428.90.1."
#define SIS     "urn:oid:1.2.752.194.10.2."
#define SCHAC   "urn:oid:1.3.6.1.4.1.25178.1.2."
#define X520    "urn:oid:2.5.4."
#define COSINE  "urn:oid:0.9.2342.19200300.100.1."
#define INETORG "urn:oid:2.16.840.1.113730.3.1."
#define SUBJECT "urn:oasis:names:tc:SAML:attribute:"
#define MACE    "urn:mace:dir:attribute-def:"

enum { PLAIN = 0, SCOPED = 1, SINGLE = 2 };

#define ROW_OF(name, saml, claim, kind, flags, sv, en, forms)                                      \
	{                                                                                          \
		name, saml, claim, sv, en, KIND_##kind, ((flags)&SCOPED) != 0,                     \
			((flags)&SINGLE) != 0, forms                                               \
	}
#define ROW(name, saml, claim, kind, flags, sv, en)                                                \
	ROW_OF(name, saml, claim, kind, flags, sv, en, NULL)

static const char *const unit_forms[] = {"{unit}", NULL};
/* No standard says how groups are written; these are what services are known to take. */
static const char *const group_forms[] = {"http://{scope}/{unit}/{group}",
					  "{unit}/{kind}/{subject}/{group}", "{unit}/{group}",
					  NULL};

/* clang-format off */
static const Attribute table[] = {
	/* subject identifiers and eduPerson */
	ROW("pairwise-id", SUBJECT "pairwise-id", "pairwise_id", PSEUDONYM, SCOPED | SINGLE,
	    "pseudonym för just den tjänsten", "pseudonym for that service alone"),
	ROW("subject-id", SUBJECT "subject-id", "subject_id", IDENTIFIER, SCOPED | SINGLE,
	    "identitet gemensam för alla tjänster", "identifier shared by all services"),
	ROW("eduPersonPrincipalName", EDU "6", "eduperson_principal_name", IDENTIFIER, SCOPED | SINGLE,
	    "användaridentitet (EPPN)", "user identifier (EPPN)"),
	ROW("eduPersonUniqueId", EDU "13", "eduperson_unique_id", IDENTIFIER, SCOPED | SINGLE,
	    "unikt id", "unique id"),
	ROW("eduPersonTargetedID", EDU "10", "eduperson_targeted_id", PSEUDONYM, PLAIN,
	    "pseudonym för tjänsten (äldre form)", "pseudonym for the service (older form)"),
	ROW("eduPersonScopedAffiliation", EDU "9", "eduperson_scoped_affiliation", ROLE, SCOPED,
	    "roll i skolan", "role at the school"),
	ROW("eduPersonAffiliation", EDU "1", "eduperson_affiliation", ROLE, PLAIN,
	    "roll i skolan (utan domän)", "role at the school (without domain)"),
	ROW("eduPersonPrimaryAffiliation", EDU "5", "eduperson_primary_affiliation", ROLE, SINGLE,
	    "huvudsaklig roll", "main role"),
	ROW("eduPersonEntitlement", EDU "7", "eduperson_entitlement", ROLE, PLAIN,
	    "behörigheter", "entitlements"),
	ROW("eduPersonAssurance", EDU "11", "eduperson_assurance", ASSURANCE, PLAIN,
	    "hur säker identiteten är", "how sure the identity is"),
	ROW("eduPersonOrcid", EDU "16", "eduperson_orcid", CODE, PLAIN,
	    "forskar-id (ORCID)", "researcher id (ORCID)"),
	ROW("eduCourseOffering", "urn:oid:1.3.6.1.4.1.5923.1.6.1.1", "educourse_offering", STUDY, PLAIN,
	    "kurser", "courses"),
	ROW("eduCourseMember", "urn:oid:1.3.6.1.4.1.5923.1.6.1.2", "educourse_member", STUDY, PLAIN,
	    "roll i kurser", "role in courses"),
	ROW("isMemberOf", "urn:oid:1.3.6.1.4.1.5923.1.5.1.1", "is_member_of", ROLE, PLAIN,
	    "grupper", "groups"),

	/* norEdu and Swedish identity numbers */
	ROW("norEduPersonNIN", NOR "5", "noredu_person_nin", PERSONAL_NUMBER, SINGLE,
	    "personnummer eller tillfälligt nummer", "personal or interim identity number"),
	ROW("norEduPersonLIN", NOR "4", "noredu_person_lin", IDENTIFIER, PLAIN,
	    "lokalt identitetsnummer", "local identity number"),
	ROW("norEduPersonBirthDate", NOR "3", "noredu_person_birth_date", BIRTH, SINGLE,
	    "födelsedatum", "date of birth"),
	ROW("norEduPersonLegalName", NOR "10", "noredu_person_legal_name", NAME, SINGLE,
	    "folkbokfört namn", "name in the population register"),
	ROW("norEduOrgAcronym", NOR "6", "noredu_org_acronym", SCHOOL, PLAIN,
	    "huvudmannens förkortning", "acronym of the organisation"),
	ROW_OF("norEduOrgUnitUniqueIdentifier", NOR "8", "noredu_org_unit_unique_identifier", SCHOOL, PLAIN,
	    "skolenhetskod (äldre form)", "school unit code (older form)", unit_forms),
	ROW("norEduOrgNIN", NOR "12", "noredu_org_nin", SCHOOL, PLAIN,
	    "huvudmannens organisationsnummer", "organisation number"),
	ROW("personalIdentityNumber", "urn:oid:1.2.752.29.4.13",
	    "https://id.oidc.se/claim/personalIdentityNumber", PERSONAL_NUMBER, SINGLE,
	    "personnummer", "personal identity number"),
	ROW("previousPersonalIdentityNumber", "urn:oid:1.2.752.201.3.15",
	    "previous_personal_identity_number", PERSONAL_NUMBER, PLAIN,
	    "tidigare personnummer", "previous personal identity number"),
	ROW("dateOfBirth", "urn:oid:1.3.6.1.5.5.7.9.1", "birthdate", BIRTH, SINGLE,
	    "födelsedatum", "date of birth"),
	ROW("orgAffiliation", "urn:oid:1.2.752.201.3.1", "org_affiliation", IDENTIFIER, SCOPED,
	    "identitet vid organisationen", "identifier at the organisation"),

	/* SIS, the Swedish school attributes */
	ROW("sisLegalGuardianFor", SIS "1", "sis_legal_guardian_for", FAMILY, PLAIN,
	    "vårdnadshavare för", "legal guardian of"),
	ROW("sisSchoolGrade", SIS "2", "sis_school_grade", STUDY, PLAIN,
	    "årskurs", "school grade"),
	ROW("sisOrgDepartment", SIS "3", "sis_org_department", SCHOOL, PLAIN,
	    "förvaltning", "department"),
	ROW_OF("sisSchoolUnitCode", SIS "4", "sis_school_unit_code", SCHOOL, PLAIN,
	    "skolenhetskod", "school unit code", unit_forms),
	ROW_OF("sisSchoolCourseStudent", SIS "5", "sis_school_course_student", STUDY, PLAIN,
	    "grupper som elev", "groups as a student", group_forms),
	ROW_OF("sisSchoolCourseTeacher", SIS "6", "sis_school_course_teacher", STUDY, PLAIN,
	    "grupper som lärare", "groups as a teacher", group_forms),

	/* names */
	ROW("displayName", INETORG "241", "name", NAME, SINGLE, "visningsnamn", "display name"),
	ROW("givenName", X520 "42", "given_name", NAME, PLAIN, "förnamn", "given name"),
	ROW("sn", X520 "4", "family_name", NAME, PLAIN, "efternamn", "family name"),
	ROW("cn", X520 "3", "common_name", NAME, PLAIN, "fullständigt namn", "full name"),
	ROW("initials", X520 "43", "initials", NAME, PLAIN, "initialer", "initials"),

	/* contact */
	ROW("mail", COSINE "3", "email", CONTACT, PLAIN, "e-postadress", "e-mail address"),
	ROW("mailLocalAddress", INETORG "13", "mail_local_address", CONTACT, PLAIN,
	    "övriga e-postadresser", "other e-mail addresses"),
	ROW("telephoneNumber", X520 "20", "phone_number", CONTACT, PLAIN,
	    "telefonnummer", "telephone number"),
	ROW("mobile", COSINE "41", "mobile_number", CONTACT, PLAIN,
	    "mobilnummer", "mobile number"),
	ROW("street", X520 "9", "street_address", CONTACT, PLAIN, "gatuadress", "street address"),
	ROW("postOfficeBox", X520 "18", "post_office_box", CONTACT, PLAIN, "postbox", "post office box"),
	ROW("postalCode", X520 "17", "postal_code", CONTACT, PLAIN, "postnummer", "postal code"),
	ROW("l", X520 "7", "locality", CONTACT, PLAIN, "ort", "locality"),
	ROW("st", X520 "8", "region", CONTACT, PLAIN, "län eller region", "county or region"),
	ROW("c", X520 "6", "country", CONTACT, PLAIN, "landskod", "country code"),
	ROW("co", COSINE "43", "country_name", CONTACT, PLAIN, "land", "country"),
	ROW("preferredLanguage", INETORG "39", "locale", CONTACT, SINGLE,
	    "önskat språk", "preferred language"),

	/* organisation and work */
	ROW("o", X520 "10", "organization_name", SCHOOL, PLAIN, "organisation", "organisation"),
	ROW("ou", X520 "11", "organizational_unit", SCHOOL, PLAIN,
	    "skola eller avdelning", "school or department"),
	ROW("departmentNumber", INETORG "2", "department_number", SCHOOL, PLAIN,
	    "avdelningsnummer", "department number"),
	ROW("title", X520 "12", "title", ROLE, PLAIN, "befattning", "title"),
	ROW("employeeType", INETORG "4", "employee_type", ROLE, PLAIN,
	    "anställningsform", "type of employment"),
	ROW("employeeNumber", INETORG "3", "employee_number", IDENTIFIER, SINGLE,
	    "anställningsnummer", "employee number"),
	ROW("uid", COSINE "1", "uid", IDENTIFIER, PLAIN, "inloggningsnamn", "login name"),

	/* SCHAC */
	ROW("schacHomeOrganization", SCHAC "9", "schac_home_organization", SCHOOL, SINGLE,
	    "huvudmannens domän", "domain of the organisation"),
	ROW("schacHomeOrganizationType", SCHAC "10", "schac_home_organization_type", SCHOOL, PLAIN,
	    "typ av organisation", "type of organisation"),
	ROW("schacDateOfBirth", SCHAC "3", "schac_date_of_birth", BIRTH, SINGLE,
	    "födelsedatum", "date of birth"),
	ROW("schacGender", SCHAC "2", "schac_gender", BIRTH, SINGLE, "juridiskt kön", "legal sex"),
	ROW("schacPersonalUniqueCode", SCHAC "14", "schac_personal_unique_code", CODE, PLAIN,
	    "studentkod (ESI)", "student code (ESI)"),
	ROW("schacPersonalUniqueID", SCHAC "15", "schac_personal_unique_id", PERSONAL_NUMBER, PLAIN,
	    "nationellt identitetsnummer", "national identity number"),
};
/* clang-format on */

static const char *const kind_names[KIND_LAST + 1] = {
	NULL,     "pseudonym", "identifier", "personal-number", "birth",     "name", "contact",
	"school", "study",     "role",       "family",          "assurance", "code",
};

G_STATIC_ASSERT(G_N_ELEMENTS(table) <= ATTRIBUTE_MAX);

const Attribute *attribute_table(size_t *n)
{
	*n = G_N_ELEMENTS(table);
	return table;
}

const Attribute *attribute_by_name(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const Attribute *attribute_by_saml(const char *saml)
{
	if (g_str_has_prefix(saml, MACE))
		return attribute_by_name(saml + strlen(MACE));
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strcmp(table[i].saml, saml) == 0)
			return &table[i];
	return NULL;
}

unsigned attribute_index(const Attribute *attribute)
{
	g_assert(attribute >= table && attribute < table + G_N_ELEMENTS(table));
	return (unsigned)(attribute - table);
}

const char *attribute_kind_name(AttributeKind kind)
{
	return kind >= KIND_PSEUDONYM && kind <= KIND_LAST ? kind_names[kind] : NULL;
}

AttributeKind attribute_kind_by_name(const char *name)
{
	for (unsigned i = KIND_PSEUDONYM; i <= KIND_LAST; i++)
		if (strcmp(kind_names[i], name) == 0)
			return (AttributeKind)i;
	return 0;
}
