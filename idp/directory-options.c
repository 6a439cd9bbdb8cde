/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/directory-options.h"

#include <string.h>

#include "idp/keys.h"

static char **copy_list(const char *const *list)
{
	g_autoptr(GStrvBuilder) copy = g_strv_builder_new();
	for (; *list; list++)
		g_strv_builder_add(copy, *list);
	return g_strv_builder_end(copy);
}

static GHashTable *copy_lines(const Config *config, const char *group)
{
	GHashTable *lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_auto(GStrv) keys = config_keys(config, group);
	for (char **key = keys; *key; key++)
		g_hash_table_insert(lines, g_strdup(*key),
				    g_strdup(config_text(config, group, *key)));
	return lines;
}

void directory_options_fill_meaning(const Config *config, MasterdataOptions *options)
{
	const char *group = config_directories(config)[0];
	const struct {
		const char *key;
		char ***conditions;
	} roles[] = {{"student", &options->student},
		     {"staff", &options->staff},
		     {"guardian", &options->guardian},
		     {"teacher", &options->teacher},
		     {"test", &options->test},
		     {"protected-no", &options->protected_no},
		     {"gymnasium", &options->gymnasium},
		     {"gymnasium-prefix", &options->gymnasium_prefix}};
	for (gsize i = 0; i < G_N_ELEMENTS(roles); i++)
		if (config_has(config, group, roles[i].key))
			*roles[i].conditions = copy_list(config_list(config, group, roles[i].key));
	options->name = g_strdup(group + strlen("directory "));
	options->protected_attribute = g_strdup(config_text(config, group, "protected-attribute"));
	options->eppn_student = g_strdup(config_text(config, group, "eppn-student"));
	options->eppn_staff = g_strdup(config_text(config, group, "eppn-staff"));
	options->eppn_guardian = g_strdup(config_text(config, group, "eppn-guardian"));
	options->year = g_strdup(config_text(config, group, "year"));
	options->birth_date = g_strdup(config_text(config, group, "birth-date"));
	options->attributes = copy_lines(config, "attributes");
	options->alias = copy_lines(config, "alias");
	options->suppress = copy_list(config_list(config, "protected", "suppress"));
}

static bool is_protected(const DirectoryEntry *entry, gpointer masterdata)
{
	return masterdata_is_protected(masterdata, entry);
}

/* Who of those that a value speaks of is protected; both go with the generation. */
static void fill_others(const Config *config, Masterdata *masterdata, DirectoryOthers *others)
{
	const char *group = config_directories(config)[0];
	const char *const *no = config_list(config, group, "protected-no");
	g_autofree char *values = no ? g_strjoinv("\n", (char **)(guintptr)no) : g_strdup("");

	others->attributes = masterdata_family(masterdata);
	others->key = g_strdup(config_text(config, "protected", "guardian-lookup"));
	others->is_protected = is_protected;
	others->data = masterdata;
	others->meaning =
		g_strjoin("\n", config_text(config, group, "protected-attribute"), values, NULL);
}

void directory_options_fill(const Config *config, Masterdata *masterdata, DirectoryOptions *options)
{
	const char *group = config_directories(config)[0];
	options->name = g_strdup(group + strlen("directory "));
	options->uris = copy_list(config_list(config, group, "uri"));
	options->start_tls = config_bool(config, group, "start-tls");
	options->ca_file = g_strdup(config_path(config, group, "ca"));
	options->bind_dn = g_strdup(config_text(config, group, "bind-dn"));
	options->password_file = g_strdup(config_path(config, group, "password-file"));
	options->password_owner = keys_owner(config);
	options->base = g_strdup(config_text(config, group, "base"));
	options->login_filter = g_strdup(config_text(config, group, "login-filter"));
	options->person_key = g_strdup(config_text(config, group, "person-key"));
	options->decoy_dn = g_strdup(config_text(config, group, "decoy-dn"));
	/* those of the directory are nobody's names when the store gives them */
	if (!g_str_equal(config_text(config, "eppn", "source"), "store"))
		options->unique = masterdata_eppns(masterdata);
	options->protected_group = g_strdup(config_text(config, group, "protected-group"));
	options->protected_group_attribute =
		g_strdup(config_text(config, group, "protected-group-attribute"));
	fill_others(config, masterdata, &options->others);
	options->connections = (unsigned)config_number(config, group, "connections");
	options->max_age = (unsigned)config_number(config, "person", "max-age");
}
