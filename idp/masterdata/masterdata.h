/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "idp/masterdata/entry.h"
#include "policy/person.h"
#include "policy/registry.h"

/*
 * What the school's entries mean: which roles a human has, who is protected, and which LDAP
 * attribute holds which attribute of the registry. Immutable once made; any thread may use it.
 * No network, no files, no clock.
 */

/* A group that policies speak of, in the order of DirectoryOptions.groups. */
typedef struct {
	char *name;
	unsigned roles; /* bits of Role: in which of them it counts */
} MasterdataGroup;

/* The keys of [directory NAME] that say what entries mean, and [attributes], as read.
 *
 * A condition is ATTR=VALUE, or ATTR=* for any value. ATTR is an LDAP attribute; VALUE is compared
 * without regard to case. A list of conditions (NULL-ended) holds when one of them does; NULL or
 * an empty list never holds. */
typedef struct {
	char *name;         /* NAME of the section, for errors */
	Registry *registry; /* what the school can speak of; NULL: what is shipped */
	char **student;
	char **staff;
	char **guardian;
	char **teacher; /* counts for staff only */
	char **test;
	/* protected-attribute: the LDAP attribute that holds the marking, or "none" when the school
	 * declares that its directory has none. Mandatory: silence is not an answer.
	 * protected-no: the values that mean "not protected"; mandatory unless "none". */
	char *protected_attribute;
	char **protected_no;
	/* eppn-student, eppn-staff, eppn-guardian: the LDAP attribute with the EPPN of that role;
	 * eduPersonPrincipalName when NULL. */
	char *eppn_student;
	char *eppn_staff;
	char *eppn_guardian;
	/* year: the LDAP attribute with a pupil's school year; that of sisSchoolGrade when NULL.
	 * gymnasium: conditions, one of which makes digits there a year of upper secondary school.
	 * gymnasium-prefix: what stands before the digit of such a year; GY and G when NULL.
	 * birth-date: the LDAP attribute with a day of birth or a personal number; when NULL the
	 * attributes of the registry that tell it. */
	char *year;
	char **gymnasium;
	char **gymnasium_prefix;
	char *birth_date;
	GPtrArray *groups; /* MasterdataGroup *; NULL: none */
	/* [attributes]: registry name -> LDAP attribute, or registry name and role, as in
	 * "sisSchoolUnitCode.staff" -> LDAP attribute, which counts for that role only and is then
	 * the only one that does. char * -> char *. NULL: each has its own name. pairwise-id and
	 * eduPersonTargetedID differ from service to service: no directory attribute holds them.
	 * subject-id is read only where it is named here, for all roles; else Portvakt makes it. */
	GHashTable *attributes;
	/* [alias]: likewise, of protected persons; NULL: nothing but the EPPN is known of them */
	GHashTable *alias;
	/* [protected] suppress: attributes and kinds of the registry that never leave about
	 * protected persons, whatever alias they have; NULL: the kinds school, study, family,
	 * personal-number, birth and contact. NULL-ended */
	char **suppress;
} MasterdataOptions;

MasterdataOptions *masterdata_options_new(void);
void masterdata_options_free(MasterdataOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MasterdataOptions, masterdata_options_free)

typedef struct Masterdata Masterdata;

/* options: copied. Errors: G_KEY_FILE_ERROR/INVALID_VALUE, "[directory NAME] KEY: what is wrong;
 * what to do". Returns: transfer full. */
Masterdata *masterdata_new(const MasterdataOptions *options, GError **error);
void masterdata_free(Masterdata *masterdata);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Masterdata, masterdata_free)

/* What the school can speak of; NULL: what is shipped. Transfer none. */
const Registry *masterdata_registry(const Masterdata *masterdata);

/* What an admin should look at, char *: "[GROUP] KEY: …". Transfer none, lives as long as
 * masterdata. */
const GPtrArray *masterdata_warnings(const Masterdata *masterdata);

/* The LDAP attributes that the functions below look at, NULL-terminated: what directory_new() is
 * to ask for. Transfer none, lives as long as masterdata. */
const char *const *masterdata_attributes(const Masterdata *masterdata);

/* The LDAP attributes that hold the EPPN of some role, and those whose values speak of other
 * persons (KIND_FAMILY), each once, NULL-ended. Transfer full. */
char **masterdata_eppns(const Masterdata *masterdata);
char **masterdata_family(const Masterdata *masterdata);

/* Whether any role has that attribute of the registry in the directory. */
bool masterdata_reads(const Masterdata *masterdata, const Attribute *attribute);

/* The LDAP attribute that holds an attribute of the registry in that role (exactly one bit), of who
 * is not protected; NULL: none does. Transfer none. */
const char *masterdata_source(const Masterdata *masterdata, const Attribute *attribute, Role role);

/* Is there something in the place of a pupil's school year that is no year? And that place; NULL:
 * there is none. Transfer none. */
bool masterdata_year_is_broken(const Masterdata *masterdata, const DirectoryEntry *entry);
const char *masterdata_year_source(const Masterdata *masterdata);

/* The LDAP attribute with the marking of protected identity; NULL if the directory has none.
 * Transfer none. */
const char *masterdata_marking(const Masterdata *masterdata);

/* Does the directory say of this human whether they are protected: is the marking there, and is
 * each of its values a text? What it says is not looked at, nor is the group. */
bool masterdata_marking_is_readable(const Masterdata *masterdata, const DirectoryEntry *entry);

/* The roles of this human, as bits of Role; 0: none, and nobody is let in without one. */
unsigned masterdata_roles(const Masterdata *masterdata, const DirectoryEntry *entry);

/* Protected identity: unless the marking is there, is readable and every value of it is one that
 * means "not protected", and the directory says that the entry is not in the group of those with
 * protected identity, if there is one (the entry's marks). */
bool masterdata_is_protected(const Masterdata *masterdata, const DirectoryEntry *entry);

/* This human in one role, as the policy sees them.
 *
 * role: exactly one bit. If the human does not have it, the person is one without role and
 *   without values: fail closed.
 * What another role alone explains stays behind: the EPPN of the other role (under any attribute),
 * affiliations of the other role, grade and groups as a pupil, groups taught, titles. If one LDAP
 * attribute would serve as EPPN of two roles that this human has, there is no EPPN at all, since
 * the two must differ. If the EPPN of the other role cannot be read, any value may hold it, and
 * every attribute that has one is ENTRY_UNREADABLE.
 * Year, units, groups and day of birth are of that role too, and true of protected persons as well:
 * rules are matched by them, and no service is told. A year or a unit that cannot be read is none.
 * Of a protected person: the EPPN of the role, and values of [alias] that are not suppressed.
 * Person.no_alias tells where the directory has a value all the same, and what is suppressed takes
 * no value that is added later either.
 * Returns: transfer full. */
Person *masterdata_person(const Masterdata *masterdata, const DirectoryEntry *entry, Role role);

/* The same as if nobody were protected: for a look at the data, and never for an answer to a
 * service. Returns: transfer full. */
Person *masterdata_ordinary(const Masterdata *masterdata, const DirectoryEntry *entry, Role role);
