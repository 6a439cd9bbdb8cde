/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/mapping.h"

#include "idp/masterdata/condition.h"
#include "policy/guess.h"

#include <string.h>

#define EPPN "eduPersonPrincipalName"

static const Role roles[MAPPING_ROLES] = {ROLE_STUDENT, ROLE_STAFF, ROLE_GUARDIAN};

/* Attributes that speak of a human in one role only. */
static const struct {
	const char *name;
	Role role;
} bound[] = {
	{"sisSchoolGrade", ROLE_STUDENT},       {"sisSchoolCourseStudent", ROLE_STUDENT},
	{"sisSchoolCourseTeacher", ROLE_STAFF}, {"title", ROLE_STAFF},
	{"employeeType", ROLE_STAFF},           {"employeeNumber", ROLE_STAFF},
	{"departmentNumber", ROLE_STAFF},       {"sisLegalGuardianFor", ROLE_GUARDIAN},
};

static const char *const computed[] = {"pairwise-id", "eduPersonTargetedID"};

/* Made by us, unless the school says that its directory has it: no attribute is it by its name. */
#define SUBJECT_ID "subject-id"

Role mapping_role(unsigned place)
{
	g_assert(place < MAPPING_ROLES);
	return roles[place];
}

unsigned mapping_place(Role role)
{
	for (unsigned r = 0; r < MAPPING_ROLES; r++)
		if (roles[r] == role)
			return r;
	g_assert_not_reached();
}

bool mapping_is_computed(const Attribute *attribute)
{
	for (gsize i = 0; i < G_N_ELEMENTS(computed); i++)
		if (g_str_equal(computed[i], attribute->name))
			return true;
	return false;
}

static bool speaks_of(const Attribute *attribute, Role role)
{
	for (gsize i = 0; i < G_N_ELEMENTS(bound); i++)
		if (g_str_equal(bound[i].name, attribute->name))
			return bound[i].role == role;
	return true;
}

static void put(Mapping *mapping, unsigned r, const Attribute *attribute, const char *ldap)
{
	char **place = &mapping->ldap[r][attribute_index(attribute)];
	g_free(*place);
	*place = g_strdup(ldap);
}

void mapping_fill(Mapping *mapping, const Registry *registry)
{
	for (unsigned i = 0; i < registry_size(registry); i++) {
		const Attribute *attribute = registry_get(registry, i);

		for (unsigned r = 0; r < MAPPING_ROLES; r++)
			if (!mapping_is_computed(attribute) &&
			    !g_str_equal(attribute->name, SUBJECT_ID) &&
			    speaks_of(attribute, roles[r]))
				put(mapping, r, attribute, attribute->name);
	}
}

static bool G_GNUC_PRINTF(4, 5)
	wrong(GError **error, const char *group, const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "[%s] %s: %s", group,
		    key, text);
	return false;
}

static bool wrong_name(GError **error, const Registry *registry, const char *group, const char *key,
		       const char *name)
{
	const char *names[ATTRIBUTE_MAX];
	unsigned n = registry_size(registry);

	for (unsigned i = 0; i < n; i++)
		names[i] = registry_get(registry, i)->name;
	const char *guess = guess_nearest(name, names, n);
	return wrong(error, group, key, "no attribute is called `%s'%s%s%s", name,
		     guess ? "; did you mean `" : "", guess ? guess : "", guess ? "'?" : "");
}

static bool load_line(Mapping *mapping, const Registry *registry, const char *group,
		      const char *key, const char *ldap, const char *eppn, GError **error)
{
	const char *dot = strchr(key, '.');
	g_autofree char *name = dot ? g_strndup(key, (gsize)(dot - key)) : g_strdup(key);
	const Attribute *attribute = registry_by_name(registry, name);
	Role only = dot ? role_by_name(dot + 1) : ROLE_NONE;

	if (!attribute)
		return wrong_name(error, registry, group, key, name);
	if (dot && !only)
		return wrong(error, group, key, "`%s' is no role; write student, staff or guardian",
			     dot + 1);
	if (g_str_equal(name, EPPN))
		return wrong(error, group, key, "%s", eppn);
	if (mapping_is_computed(attribute))
		return wrong(error, group, key,
			     "its value differs from service to service and cannot be read from "
			     "the directory; remove the line");
	if (only && g_str_equal(name, SUBJECT_ID))
		return wrong(error, group, key,
			     "it is the same in all roles; write it without `.%s'", dot + 1);
	if (!condition_is_attribute(ldap))
		return wrong(error, group, key, "`%s' is no LDAP attribute", ldap);
	for (unsigned r = 0; r < MAPPING_ROLES; r++)
		if (only ? roles[r] == only : speaks_of(attribute, roles[r]))
			put(mapping, r, attribute, ldap);
	return true;
}

bool mapping_load(Mapping *mapping, const Registry *registry, const char *group, GHashTable *lines,
		  const char *eppn, GError **error)
{
	for (int with_role = 0; lines && with_role < 2; with_role++) {
		GHashTableIter iter;
		gpointer key, ldap;
		g_hash_table_iter_init(&iter, lines);
		while (g_hash_table_iter_next(&iter, &key, &ldap))
			if ((strchr(key, '.') != NULL) == with_role &&
			    !load_line(mapping, registry, group, key, ldap, eppn, error))
				return false;
	}
	return true;
}

void mapping_clear(Mapping *mapping)
{
	for (unsigned r = 0; r < MAPPING_ROLES; r++)
		for (gsize i = 0; i < ATTRIBUTE_MAX; i++)
			g_clear_pointer(&mapping->ldap[r][i], g_free);
}
