/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/group-options.h"

#include <string.h>

#define ROLES_ALL (ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN)

static void masterdata_group_free(gpointer data)
{
	MasterdataGroup *group = data;
	g_free(group->name);
	g_free(group);
}

static const char *name_of(const char *section)
{
	return section + strlen("group ");
}

static bool read_roles(const Config *config, const char *section, unsigned *ret_roles,
		       GError **error)
{
	const char *const *role = config_list(config, section, "role");

	*ret_roles = *role ? 0 : ROLES_ALL;
	for (; *role; role++) {
		if (role_by_name(*role) == ROLE_NONE) {
			g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
				    "[%s] role: `%s' is no role; write student, staff or guardian",
				    section, *role);
			return false;
		}
		*ret_roles |= role_by_name(*role);
	}
	return true;
}

bool group_options_fill(const Config *config, GPtrArray **ret_of_directory,
			GPtrArray **ret_of_masterdata, GError **error)
{
	g_autoptr(GPtrArray) of_directory =
		g_ptr_array_new_with_free_func((GDestroyNotify)directory_group_free);
	g_autoptr(GPtrArray) of_masterdata = g_ptr_array_new_with_free_func(masterdata_group_free);

	for (const char *const *section = config_groups(config); *section; section++) {
		MasterdataGroup *group = g_new0(MasterdataGroup, 1);
		group->name = g_strdup(name_of(*section));
		g_ptr_array_add(of_masterdata, group);
		g_ptr_array_add(of_directory,
				directory_group_new(group->name,
						    config_text(config, *section, "dn"),
						    config_text(config, *section, "attribute"),
						    config_text(config, *section, "filter")));
		if (!read_roles(config, *section, &group->roles, error))
			return false;
	}
	*ret_of_directory = g_steal_pointer(&of_directory);
	*ret_of_masterdata = g_steal_pointer(&of_masterdata);
	return true;
}

const char **group_options_names(const Config *config)
{
	GPtrArray *names = g_ptr_array_new();

	for (const char *const *section = config_groups(config); *section; section++)
		g_ptr_array_add(names, (gpointer)(guintptr)name_of(*section));
	g_ptr_array_add(names, NULL);
	return (const char **)(void *)g_ptr_array_free(names, FALSE);
}
