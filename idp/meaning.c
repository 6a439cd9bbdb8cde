/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/meaning.h"

#include <string.h>

/* Settings of a section that tells who is who, and what is whose. */
typedef struct {
	const char *group;
	bool all_but; /* all but those named; else those alone */
	const char *keys[9];
} Part;

/* The line of what has to be confirmed; left out, nothing has. */
#define CONFIRMS "yes confirm-widening"
#define POLICY   "policy"

static const Part parts[] = {
	{"idp", false, {"scopes", "time-zone"}},
	{"directory",
	 true,
	 {"uri", "ca", "bind-dn", "password-file", "start-tls", "decoy-dn", "connections"}},
	{"attributes", true, {NULL}},
	{"alias", true, {NULL}},
	{"protected", true, {"role-group"}},
	{"feed", false, {"trial"}},
	{"group", true, {NULL}},
	{"level", true, {NULL}},
	{"consent", true, {NULL}},
};

static bool counts(const Part *part, const ConfigSetting *setting)
{
	return g_str_equal(part->group, setting->group) &&
	       g_strv_contains(part->keys, setting->key) != part->all_but;
}

static void add_setting(GChecksum *sum, const Config *config, const char *section, const char *key)
{
	const char *text = config_text(config, section, key);
	g_autofree char *line =
		g_strdup_printf("%s %zu:%s\n", key, text ? strlen(text) : 0, text ? text : "");

	g_checksum_update(sum, (const guchar *)line, -1);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All that is said there, in any order. */
static void add_all(GChecksum *sum, const Config *config, const char *section)
{
	g_auto(GStrv) keys = config_keys(config, section);
	guint n = g_strv_length(keys);

	if (n > 1)
		qsort(keys, n, sizeof *keys, by_text);
	for (guint i = 0; i < n; i++)
		add_setting(sum, config, section, keys[i]);
}

static void add_section(GString *text, const Config *config, const Part *part, const char *section)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize n;
	const ConfigSetting *settings = config_settings(&n);

	for (gsize i = 0; i < n; i++) {
		if (!counts(part, &settings[i]))
			continue;
		if (g_str_equal(settings[i].key, "*"))
			add_all(sum, config, section);
		else
			add_setting(sum, config, section, settings[i].key);
	}
	g_string_append_printf(text, "%s %s\n", g_checksum_get_string(sum), section);
}

static const char *const *sections_of(const Config *config, const char *group)
{
	return g_str_equal(group, "directory") ? config_directories(config)
	       : g_str_equal(group, "feed")    ? config_feeds(config)
	       : g_str_equal(group, "group")   ? config_groups(config)
	       : g_str_equal(group, "level")   ? config_levels(config)
					       : NULL;
}

char *meaning_text(const Config *config, const char *registry_sum)
{
	GString *text = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		const char *const *sections = sections_of(config, parts[i].group);
		if (!sections)
			add_section(text, config, &parts[i], parts[i].group);
		for (; sections && *sections; sections++)
			add_section(text, config, &parts[i], *sections);
	}
	g_string_append_printf(text, "%s registry\n", registry_sum);
	if (config_bool(config, "policy", "confirm-widening"))
		g_string_append(text, CONFIRMS "\n");
	return g_string_free(text, FALSE);
}

/* ---- comparing ---- */

/* section -> hash */
static GHashTable *read_lines(const char *text)
{
	GHashTable *hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		const char *space = strchr(*line, ' ');
		if (space)
			g_hash_table_insert(hashes, g_strdup(space + 1),
					    g_strndup(*line, (gsize)(space - *line)));
	}
	return hashes;
}

static bool is_told_by_policy(const char *section)
{
	return g_str_has_prefix(section, "group ") || g_str_has_prefix(section, "feed ");
}

void meaning_compare(const char *before, const char *after, GPtrArray *sections)
{
	g_autoptr(GHashTable) was = read_lines(before);
	g_auto(GStrv) all = g_strsplit(after, "\n", -1);

	for (char **line = all; *line; line++) {
		const char *space = strchr(*line, ' ');
		const char *section = space ? space + 1 : NULL;
		const char *old = section ? g_hash_table_lookup(was, section) : NULL;
		if (!section || g_str_equal(*line, CONFIRMS) ||
		    (old ? strlen(old) == (gsize)(space - *line) &&
				     strncmp(old, *line, strlen(old)) == 0
			 : is_told_by_policy(section)))
			continue;
		g_ptr_array_add(sections, g_strdup(section));
	}
}

bool meaning_confirms(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	return g_strv_contains((const char *const *)lines, CONFIRMS);
}

GPtrArray *meaning_widens(const char *before, const char *after)
{
	GPtrArray *sections = g_ptr_array_new_with_free_func(g_free);

	if (meaning_confirms(before) && !meaning_confirms(after))
		g_ptr_array_add(sections, g_strdup(POLICY));
	meaning_compare(before, after, sections);
	return sections;
}

char *meaning_sentence(const char *section, const char *language)
{
	bool swedish = strcmp(language, "sv") == 0;

	if (g_str_equal(section, POLICY))
		return g_strdup(swedish ? "[policy] confirm-widening är inte längre yes: det som "
					  "lämnar ut mer väntar därefter inte på någon"
					: "[policy] confirm-widening is not yes any more: what "
					  "releases more waits for nobody from then on");
	return g_strdup_printf(swedish ? "[%s] säger något annat: samma regler kan lämna ut mer"
				       : "[%s] says something else: the same policy may release "
					 "more",
			       section);
}
