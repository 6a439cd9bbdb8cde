/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "idp/config-inside.h"
#include "idp/config-table.h"

/* A configuration is written by hand; a larger file is another file. */
#define CONFIG_BYTES_MAX (256 * 1024)

/* Each has a writer, threads that wait for its directory, and files of its own. */
#define HUVUDMEN_MAX      32
#define HUVUDMAN_NAME_MAX 32

/* `place` is the key's, and the value's `column` is in the same line. */
static bool take_setting(Config *config, const ConfigPlace *place, guint column, const char *group,
			 const char *key, const char *text, GError **error)
{
	const ConfigSetting *setting = config_table_find(group, key);
	if (!setting) {
		g_autofree char *guess = config_table_guess(key, group);
		return config_fail(error, place, "[%s] has no setting '%s'%s", group, key, guess);
	}
	g_autofree char *name = config_said_name(group, key);
	const ConfigSaid *before = g_hash_table_lookup(config->said, name);
	if (before)
		return config_fail(error, place, "'%s' of [%s] is said twice (first at %s:%u)", key,
				   group, before->file, before->place.line);
	if (*text == '\0')
		return config_fail(error, place, "'%s' has no value; leave the line out instead",
				   key);
	ConfigSaid *said = g_new0(ConfigSaid, 1);
	said->file = g_strdup(place->file);
	said->place = (ConfigPlace){said->file, place->line, column};
	said->text = g_strdup(text);
	g_hash_table_insert(config->said, g_steal_pointer(&name), said);
	return config_said_judge(config, setting, said, key, error);
}

static bool take_named(Config *config, const ConfigPlace *place, NamedKind kind, const char *group,
		       GError **error)
{
	GPtrArray *others = config->named[kind];
	if (g_ptr_array_find_with_equal_func(others, group, g_str_equal, NULL))
		return true;
	g_autofree char *fault = named_fault(kind, strchr(group, ' ') + 1, others->len);
	if (fault)
		return config_fail(error, place, "%s", fault);
	g_ptr_array_add(others, g_strdup(group));
	return true;
}

/* The name is a word of the policy, part of a file's name and of a metric's label. */
static bool is_huvudman_name(const char *name)
{
	gsize len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return g_ascii_islower(name[0]) && len <= HUVUDMAN_NAME_MAX && name[len] == '\0' &&
	       name[len - 1] != '-' && !g_str_equal(name, "conf");
}

static bool take_huvudman(Config *config, const ConfigPlace *place, const char *group,
			  GError **error)
{
	const char *name = group + strlen("huvudman ");
	if (g_ptr_array_find_with_equal_func(config->huvudmen, name, g_str_equal, NULL))
		return true;
	if (!is_huvudman_name(name))
		return config_fail(
			error, place,
			"a huvudman's name begins with a letter and is letters a-z, digits and "
			"- within, at most %d of them, and not `conf'",
			HUVUDMAN_NAME_MAX);
	if (config->huvudmen->len == HUVUDMEN_MAX)
		return config_fail(error, place, "more than %d huvudmän", HUVUDMEN_MAX);
	g_ptr_array_add(config->huvudmen, g_strdup(name));
	return true;
}

/* What is of all is said once, in the main configuration. */
static bool take_share(Config *config, const ConfigPlace *place, const char *group, GError **error)
{
	bool shared = config_table_is_shared(config_table_group(group));
	if (config->huvudman && shared)
		return config_fail(error, place,
				   "[%s] is of the whole installation: it belongs in the main "
				   "configuration, not in the file of huvudman %s",
				   group, config->huvudman);
	if (!shared && !config->own)
		config->own = g_strdup_printf("%s:%u:%u: [%s]", place->file, place->line,
					      place->column, group);
	return true;
}

static bool take_group(Config *config, const ConfigPlace *place, const char *group, GError **error)
{
	bool known = false;
	for (gsize i = 0; i < config_table_length && !known; i++)
		known = g_str_equal(config_table[i].group, config_table_group(group));
	if (!known || g_str_equal(group, "directory") || g_str_equal(group, "huvudman") ||
	    named_kind_of_table(group) != NAMED_NONE) {
		g_autofree char *guess =
			known ? g_strdup_printf("; give it a name: [%s main]", group)
			      : config_table_guess(group, NULL);
		return config_fail(error, place, "there is no group [%s]%s", group, guess);
	}
	if (!take_share(config, place, group, error))
		return false;
	if (g_str_has_prefix(group, "huvudman "))
		return take_huvudman(config, place, group, error);
	NamedKind kind = named_kind(group);
	if (kind != NAMED_NONE)
		return take_named(config, place, kind, group, error);
	if (!g_str_has_prefix(group, "directory "))
		return true;
	if (config->directories->len && !g_str_equal(config->directories->pdata[0], group))
		return config_fail(error, place,
				   "this version serves one directory; [%s] is a second", group);
	if (!config->directories->len)
		g_ptr_array_add(config->directories, g_strdup(group));
	return true;
}

static guint blanks(const char *text)
{
	guint count = 0;
	while (g_ascii_isspace(text[count]))
		count++;
	return count;
}

/*
 * The lines are read here and not by GKeyFile, which knows neither their numbers nor a setting
 * said twice; the form is GKeyFile's, without escapes and locales.
 */
static bool take_file(Config *config, const char *file, GError **error)
{
	g_autofree char *bytes = NULL;
	gsize length = 0;
	if (!g_file_get_contents(file, &bytes, &length, error))
		return false;
	if (length > CONFIG_BYTES_MAX || !g_utf8_validate(bytes, (gssize)length, NULL))
		return config_fail(error, &(ConfigPlace){file, 1, 1},
				   "this is no configuration: over 256 KiB or not UTF-8");
	g_checksum_update(config->sum, (const guchar *)bytes, (gssize)length + 1);
	g_auto(GStrv) lines = g_strsplit(bytes, "\n", -1);
	g_autofree char *group = NULL;
	for (guint i = 0; lines[i]; i++) {
		const ConfigPlace place = {file, i + 1, blanks(lines[i]) + 1};
		char *line = g_strstrip(lines[i]);
		char *equals = strchr(line, '=');
		gsize end = strlen(line);
		if (*line == '\0' || *line == '#')
			continue;
		if (*line == '[' && line[end - 1] == ']') {
			g_free(group);
			group = g_strndup(line + 1, end - 2);
			if (!take_group(config, &place, group, error))
				return false;
		} else if (!equals || !group) {
			return config_fail(
				error, &place,
				group ? "a line is 'key = value', '[group]' or '# comment'"
				      : "the first line that is no comment must be a '[group]'");
		} else {
			guint before = (guint)(equals + 1 - line) + blanks(equals + 1);
			*equals = '\0';
			if (!take_setting(config, &place, place.column + before, group,
					  g_strchomp(line), g_strchug(equals + 1), error))
				return false;
		}
	}
	return true;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool take_folder(Config *config, GError **error)
{
	g_autofree char *base =
		g_strconcat(config->huvudman ? config->huvudman : "conf", ".d", NULL);
	g_autofree char *folder = g_build_filename(config->folder, base, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	for (const char *name; dir && (name = g_dir_read_name(dir));)
		if (g_str_has_suffix(name, ".conf"))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		if (!take_file(config, names->pdata[i], error))
			return false;
	return true;
}

bool config_read(Config *config, GError **error)
{
	return take_file(config, config->file, error) && take_folder(config, error);
}
