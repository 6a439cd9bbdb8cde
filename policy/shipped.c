/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/shipped.h"

#define EDU     "urn:oid:1.3.6.1.4.1.5923.1.1.1."
#define NOR     "urn:oid:1.3.6.1.4.1.2428.90.1."
#define SIS     "urn:oid:1.2.752.194.10.2."
#define SCHAC   "urn:oid:1.3.6.1.4.1.25178.1.2."
#define X520    "urn:oid:2.5.4."
#define COSINE  "urn:oid:0.9.2342.19200300.100.1."
#define INETORG "urn:oid:2.16.840.1.113730.3.1."
#define SUBJECT "urn:oasis:names:tc:SAML:attribute:"
#define OIDC_SE "https://id.oidc.se/"

/* The names of SAML 1.1, which services still ask by. */
#define MACE(name)   ((const char *const[]){"urn:mace:dir:attribute-def:" name, NULL})
#define TERENA(name) ((const char *const[]){"urn:mace:terena.org:attribute-def:" name, NULL})
#define NO_LEGACY    NULL

#define NO_SCOPE NULL
#define NO_FORMS NULL

enum { PLAIN = 0, SCOPED = 1, SINGLE = 2 };

/* How sensitive it is is written out, since some differ from others of their kind. */
#define ROW(id, name_, saml_, legacy_, claim_, scope_, kind_, flags, sensitivity_, syntax_,        \
	    forms_)                                                                                \
	[ATTR_##id] = {                                                                            \
		.name = name_,                                                                     \
		.saml = saml_,                                                                     \
		.legacy = legacy_,                                                                 \
		.claim = claim_,                                                                   \
		.scope = scope_,                                                                   \
		.kind = KIND_##kind_,                                                              \
		.scoped = ((flags)&SCOPED) != 0,                                                   \
		.single = ((flags)&SINGLE) != 0,                                                   \
		.sensitivity = SENSITIVITY_##sensitivity_,                                         \
		.syntax = SYNTAX_##syntax_,                                                        \
		.forms = forms_,                                                                   \
		.words = &attribute_words[ATTR_##id],                                              \
	}

static const char *const unit_forms[] = {"{unit}", NULL};
/* No standard says how groups are written; these are what services are known to take. */
static const char *const group_forms[] = {
	"http://{scope}/{unit}/{group}", "{unit}/{kind}/{subject}/{group}", "{unit}/{group}", NULL};

/* clang-format off */
Attribute attribute_slots[ATTRIBUTE_MAX] = {
	/* subject identifiers and eduPerson */
	ROW(PAIRWISE_ID, "pairwise-id", SUBJECT "pairwise-id", NO_LEGACY, "pairwise_id",
	    NO_SCOPE, PSEUDONYM, SCOPED | SINGLE, OPEN, SUBJECT_ID, NO_FORMS),
	ROW(SUBJECT_ID, "subject-id", SUBJECT "subject-id", NO_LEGACY, "subject_id",
	    NO_SCOPE, IDENTIFIER, SCOPED | SINGLE, PERSONAL, SUBJECT_ID, NO_FORMS),
	ROW(EDU_PERSON_PRINCIPAL_NAME, "eduPersonPrincipalName", EDU "6", MACE("eduPersonPrincipalName"), "eduperson_principal_name",
	    "eduperson", IDENTIFIER, SCOPED | SINGLE, PERSONAL, TEXT, NO_FORMS),
	ROW(EDU_PERSON_UNIQUE_ID, "eduPersonUniqueId", EDU "13", MACE("eduPersonUniqueId"), "eduperson_unique_id",
	    "eduperson", IDENTIFIER, SCOPED | SINGLE, PERSONAL, TEXT, NO_FORMS),
	ROW(EDU_PERSON_TARGETED_ID, "eduPersonTargetedID", EDU "10", MACE("eduPersonTargetedID"), "eduperson_targeted_id",
	    "eduperson", PSEUDONYM, PLAIN, OPEN, TEXT, NO_FORMS),
	ROW(EDU_PERSON_SCOPED_AFFILIATION, "eduPersonScopedAffiliation", EDU "9", MACE("eduPersonScopedAffiliation"), "eduperson_scoped_affiliation",
	    "eduperson", ROLE, SCOPED, OPEN, AFFILIATION, NO_FORMS),
	ROW(EDU_PERSON_AFFILIATION, "eduPersonAffiliation", EDU "1", MACE("eduPersonAffiliation"), "eduperson_affiliation",
	    "eduperson", ROLE, PLAIN, OPEN, AFFILIATION, NO_FORMS),
	ROW(EDU_PERSON_PRIMARY_AFFILIATION, "eduPersonPrimaryAffiliation", EDU "5", MACE("eduPersonPrimaryAffiliation"), "eduperson_primary_affiliation",
	    "eduperson", ROLE, SINGLE, OPEN, AFFILIATION, NO_FORMS),
	ROW(EDU_PERSON_ENTITLEMENT, "eduPersonEntitlement", EDU "7", MACE("eduPersonEntitlement"), "eduperson_entitlement",
	    "eduperson", ROLE, PLAIN, OPEN, URI, NO_FORMS),
	ROW(EDU_PERSON_ASSURANCE, "eduPersonAssurance", EDU "11", MACE("eduPersonAssurance"), "eduperson_assurance",
	    "eduperson", ASSURANCE, PLAIN, OPEN, URI, NO_FORMS),
	ROW(EDU_PERSON_ORCID, "eduPersonOrcid", EDU "16", MACE("eduPersonOrcid"), "eduperson_orcid",
	    "eduperson", CODE, PLAIN, PERSONAL, ORCID, NO_FORMS),
	ROW(EDU_COURSE_OFFERING, "eduCourseOffering", "urn:oid:1.3.6.1.4.1.5923.1.6.1.1", MACE("eduCourseOffering"), "educourse_offering",
	    "educourse", STUDY, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(EDU_COURSE_MEMBER, "eduCourseMember", "urn:oid:1.3.6.1.4.1.5923.1.6.1.2", MACE("eduCourseMember"), "educourse_member",
	    "educourse", STUDY, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(IS_MEMBER_OF, "isMemberOf", "urn:oid:1.3.6.1.4.1.5923.1.5.1.1", MACE("isMemberOf"), "is_member_of",
	    "eduperson", ROLE, PLAIN, PERSONAL, TEXT, NO_FORMS),

	/* norEdu and Swedish identity numbers */
	ROW(NOR_EDU_PERSON_NIN, "norEduPersonNIN", NOR "5", MACE("norEduPersonNIN"), "noredu_person_nin",
	    "noredu", PERSONAL_NUMBER, SINGLE, STRICT, NIN, NO_FORMS),
	ROW(NOR_EDU_PERSON_LIN, "norEduPersonLIN", NOR "4", MACE("norEduPersonLIN"), "noredu_person_lin",
	    "noredu", IDENTIFIER, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(NOR_EDU_PERSON_BIRTH_DATE, "norEduPersonBirthDate", NOR "3", MACE("norEduPersonBirthDate"), "noredu_person_birth_date",
	    "noredu", BIRTH, SINGLE, STRICT, DAY_PLAIN, NO_FORMS),
	ROW(NOR_EDU_PERSON_LEGAL_NAME, "norEduPersonLegalName", NOR "10", MACE("norEduPersonLegalName"), "noredu_person_legal_name",
	    "noredu", NAME, SINGLE, PERSONAL, TEXT, NO_FORMS),
	ROW(NOR_EDU_ORG_ACRONYM, "norEduOrgAcronym", NOR "6", MACE("norEduOrgAcronym"), "noredu_org_acronym",
	    "noredu", SCHOOL, PLAIN, OPEN, TEXT, NO_FORMS),
	ROW(NOR_EDU_ORG_UNIT_UNIQUE_IDENTIFIER, "norEduOrgUnitUniqueIdentifier", NOR "8", MACE("norEduOrgUnitUniqueIdentifier"), "noredu_org_unit_unique_identifier",
	    "noredu", SCHOOL, PLAIN, PERSONAL, TEXT, unit_forms),
	ROW(NOR_EDU_ORG_NIN, "norEduOrgNIN", NOR "12", MACE("norEduOrgNIN"), "noredu_org_nin",
	    "noredu", SCHOOL, PLAIN, OPEN, TEXT, NO_FORMS),
	ROW(PERSONAL_IDENTITY_NUMBER, "personalIdentityNumber", "urn:oid:1.2.752.29.4.13", MACE("personalIdentityNumber"), OIDC_SE "claim/personalIdentityNumber",
	    OIDC_SE "scope/naturalPersonNumber", PERSONAL_NUMBER, SINGLE, STRICT, PIN, NO_FORMS),
	ROW(PREVIOUS_PERSONAL_IDENTITY_NUMBER, "previousPersonalIdentityNumber", "urn:oid:1.2.752.201.3.15", MACE("previousPersonalIdentityNumber"), "previous_personal_identity_number",
	    NO_SCOPE, PERSONAL_NUMBER, PLAIN, STRICT, PIN, NO_FORMS),
	ROW(DATE_OF_BIRTH, "dateOfBirth", "urn:oid:1.3.6.1.5.5.7.9.1", MACE("dateOfBirth"), "birthdate",
	    "profile", BIRTH, SINGLE, STRICT, DAY, NO_FORMS),
	ROW(ORG_AFFILIATION, "orgAffiliation", "urn:oid:1.2.752.201.3.1", MACE("orgAffiliation"), OIDC_SE "claim/orgAffiliation",
	    OIDC_SE "scope/naturalPersonOrgId", IDENTIFIER, SCOPED, PERSONAL, TEXT, NO_FORMS),

	/* SIS, the Swedish school attributes */
	ROW(SIS_LEGAL_GUARDIAN_FOR, "sisLegalGuardianFor", SIS "1", MACE("sisLegalGuardianFor"), "sis_legal_guardian_for",
	    "sis", FAMILY, PLAIN, STRICT, TEXT, NO_FORMS),
	ROW(SIS_SCHOOL_GRADE, "sisSchoolGrade", SIS "2", MACE("sisSchoolGrade"), "sis_school_grade",
	    "sis", STUDY, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(SIS_ORG_DEPARTMENT, "sisOrgDepartment", SIS "3", MACE("sisOrgDepartment"), "sis_org_department",
	    "sis", SCHOOL, PLAIN, OPEN, TEXT, NO_FORMS),
	ROW(SIS_SCHOOL_UNIT_CODE, "sisSchoolUnitCode", SIS "4", MACE("sisSchoolUnitCode"), "sis_school_unit_code",
	    "sis", SCHOOL, PLAIN, PERSONAL, UNIT_CODE, unit_forms),
	ROW(SIS_SCHOOL_COURSE_STUDENT, "sisSchoolCourseStudent", SIS "5", MACE("sisSchoolCourseStudent"), "sis_school_course_student",
	    "sis", STUDY, PLAIN, PERSONAL, TEXT, group_forms),
	ROW(SIS_SCHOOL_COURSE_TEACHER, "sisSchoolCourseTeacher", SIS "6", MACE("sisSchoolCourseTeacher"), "sis_school_course_teacher",
	    "sis", STUDY, PLAIN, PERSONAL, TEXT, group_forms),

	/* names */
	ROW(DISPLAY_NAME, "displayName", INETORG "241", MACE("displayName"), "name",
	    "profile", NAME, SINGLE, PERSONAL, TEXT, NO_FORMS),
	ROW(GIVEN_NAME, "givenName", X520 "42", MACE("givenName"), "given_name",
	    "profile", NAME, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(SN, "sn", X520 "4", MACE("sn"), "family_name",
	    "profile", NAME, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(CN, "cn", X520 "3", MACE("cn"), "common_name",
	    NO_SCOPE, NAME, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(INITIALS, "initials", X520 "43", MACE("initials"), "initials",
	    NO_SCOPE, NAME, PLAIN, PERSONAL, TEXT, NO_FORMS),

	/* contact */
	ROW(MAIL, "mail", COSINE "3", MACE("mail"), "email",
	    "email", CONTACT, PLAIN, PERSONAL, MAIL, NO_FORMS),
	ROW(MAIL_LOCAL_ADDRESS, "mailLocalAddress", INETORG "13", MACE("mailLocalAddress"), "mail_local_address",
	    NO_SCOPE, CONTACT, PLAIN, PERSONAL, MAIL, NO_FORMS),
	ROW(TELEPHONE_NUMBER, "telephoneNumber", X520 "20", MACE("telephoneNumber"), "phone_number",
	    "phone", CONTACT, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(MOBILE, "mobile", COSINE "41", MACE("mobile"), "mobile_number",
	    NO_SCOPE, CONTACT, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(STREET, "street", X520 "9", MACE("street"), "street_address",
	    "address", CONTACT, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(POST_OFFICE_BOX, "postOfficeBox", X520 "18", MACE("postOfficeBox"), "post_office_box",
	    NO_SCOPE, CONTACT, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(POSTAL_CODE, "postalCode", X520 "17", MACE("postalCode"), "postal_code",
	    "address", CONTACT, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(L, "l", X520 "7", MACE("l"), "locality",
	    "address", CONTACT, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(ST, "st", X520 "8", MACE("st"), "region",
	    "address", CONTACT, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(C, "c", X520 "6", MACE("c"), "country",
	    "address", CONTACT, PLAIN, OPEN, COUNTRY, NO_FORMS),
	ROW(CO, "co", COSINE "43", MACE("co"), "country_name",
	    NO_SCOPE, CONTACT, PLAIN, OPEN, TEXT, NO_FORMS),
	ROW(PREFERRED_LANGUAGE, "preferredLanguage", INETORG "39", MACE("preferredLanguage"), "locale",
	    "profile", CONTACT, SINGLE, PERSONAL, LANGUAGE, NO_FORMS),

	/* organisation and work */
	ROW(O, "o", X520 "10", MACE("o"), "organization_name",
	    "organization", SCHOOL, PLAIN, OPEN, TEXT, NO_FORMS),
	ROW(OU, "ou", X520 "11", MACE("ou"), "organizational_unit",
	    "organization", SCHOOL, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(DEPARTMENT_NUMBER, "departmentNumber", INETORG "2", MACE("departmentNumber"), "department_number",
	    "organization", SCHOOL, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(TITLE, "title", X520 "12", MACE("title"), "title",
	    "organization", ROLE, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(EMPLOYEE_TYPE, "employeeType", INETORG "4", MACE("employeeType"), "employee_type",
	    "organization", ROLE, PLAIN, OPEN, TEXT, NO_FORMS),
	ROW(EMPLOYEE_NUMBER, "employeeNumber", INETORG "3", MACE("employeeNumber"), "employee_number",
	    "organization", IDENTIFIER, SINGLE, PERSONAL, TEXT, NO_FORMS),
	ROW(UID, "uid", COSINE "1", MACE("uid"), "uid",
	    NO_SCOPE, IDENTIFIER, PLAIN, PERSONAL, TEXT, NO_FORMS),
	ROW(USER_PRINCIPAL_NAME, "userPrincipalName", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", NO_LEGACY, "upn",
	    NO_SCOPE, IDENTIFIER, SINGLE, PERSONAL, MAIL, NO_FORMS),
	ROW(IMMUTABLE_ID, "immutableId", "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID", NO_LEGACY, "immutable_id",
	    NO_SCOPE, IDENTIFIER, SINGLE, PERSONAL, TOKEN, NO_FORMS),

	/* SCHAC */
	ROW(SCHAC_HOME_ORGANIZATION, "schacHomeOrganization", SCHAC "9", TERENA("schacHomeOrganization"), "schac_home_organization",
	    "schac", SCHOOL, SINGLE, OPEN, DOMAIN, NO_FORMS),
	ROW(SCHAC_HOME_ORGANIZATION_TYPE, "schacHomeOrganizationType", SCHAC "10", TERENA("schacHomeOrganizationType"), "schac_home_organization_type",
	    "schac", SCHOOL, PLAIN, OPEN, URI, NO_FORMS),
	ROW(SCHAC_DATE_OF_BIRTH, "schacDateOfBirth", SCHAC "3", TERENA("schacDateOfBirth"), "schac_date_of_birth",
	    "schac", BIRTH, SINGLE, STRICT, DAY_PLAIN, NO_FORMS),
	ROW(SCHAC_GENDER, "schacGender", SCHAC "2", TERENA("schacGender"), "schac_gender",
	    "schac", BIRTH, SINGLE, STRICT, SEX, NO_FORMS),
	ROW(SCHAC_PERSONAL_UNIQUE_CODE, "schacPersonalUniqueCode", SCHAC "14", TERENA("schacPersonalUniqueCode"), "schac_personal_unique_code",
	    "schac", CODE, PLAIN, PERSONAL, PERSONAL_CODE, NO_FORMS),
	ROW(SCHAC_PERSONAL_UNIQUE_ID, "schacPersonalUniqueID", SCHAC "15", TERENA("schacPersonalUniqueID"), "schac_personal_unique_id",
	    "schac", PERSONAL_NUMBER, PLAIN, STRICT, URI, NO_FORMS),
};
/* clang-format on */

G_STATIC_ASSERT(ATTRIBUTE_SHIPPED <= ATTRIBUTE_MAX);
