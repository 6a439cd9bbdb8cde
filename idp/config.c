/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config.h"

#include <string.h>

#include "idp/config-check.h"
#include "idp/config-inside.h"
#include "idp/config-table.h"
#include "idp/http/forwarded.h"

G_DEFINE_QUARK(portvakt - config, config_error)

const char *config_default_path(void)
{
	return PORTVAKT_SYSCONFDIR "/portvakt.conf";
}

Config *config_ref(Config *config)
{
	atomic_fetch_add_explicit(&config->references, 1, memory_order_relaxed);
	return config;
}

void config_unref(Config *config)
{
	if (!config || atomic_fetch_sub_explicit(&config->references, 1, memory_order_acq_rel) != 1)
		return;
	g_checksum_free(config->sum);
	g_free(config->file);
	g_free(config->folder);
	g_free(config->huvudman);
	g_hash_table_unref(config->said);
	g_ptr_array_unref(config->directories);
	for (NamedKind kind = 0; kind < NAMED_KINDS; kind++)
		g_ptr_array_unref(config->named[kind]);
	g_ptr_array_unref(config->huvudmen);
	g_free(config->own);
	g_free(config);
}

static bool lacks(const Config *config, const char *group, const ConfigSetting *setting,
		  GError **error)
{
	if (!setting->mandatory || config_has(config, group, setting->key))
		return false;
	config_fail(error, &(ConfigPlace){config->file, 1, 1}, "[%s] lacks '%s': %s", group,
		    setting->key, setting->meaning);
	return true;
}

static bool lacks_any(const Config *config, const char *prefix, const GPtrArray *names,
		      const ConfigSetting *setting, GError **error)
{
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *group = g_strconcat(prefix, names->pdata[i], NULL);
		if (lacks(config, group, setting, error))
			return true;
	}
	return false;
}

static bool check_mandatory(const Config *config, GError **error)
{
	bool several = config->huvudmen->len;
	if (several && config->own) {
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
			    "%s is of one huvudman: with [huvudman %s] it belongs in that one's "
			    "file",
			    config->own, (const char *)config->huvudmen->pdata[0]);
		return false;
	}
	if (!several && !config->directories->len)
		return config_fail(error, &(ConfigPlace){config->file, 1, 1},
				   "no directory is named; write a group [directory main]");
	for (gsize i = 0; i < config_table_length; i++) {
		const ConfigSetting *setting = &config_table[i];
		const char *group = setting->group;
		bool lacking;
		if (several != g_str_equal(group, "huvudman"))
			continue;
		if (several)
			lacking = lacks_any(config, "huvudman ", config->huvudmen, setting, error);
		else if (named_kind_of_table(group) != NAMED_NONE)
			lacking = lacks_any(config, "", config->named[named_kind_of_table(group)],
					    setting, error);
		else
			lacking = lacks(config,
					g_str_equal(group, "directory")
						? config->directories->pdata[0]
						: group,
					setting, error);
		if (lacking)
			return false;
	}
	return true;
}

/* Each by itself, so that the right one is pointed at. */
static bool check_proxies(const Config *config, GError **error)
{
	g_autofree char *name = config_said_name("server", "trusted-proxies");
	const ConfigSaid *said = g_hash_table_lookup(config->said, name);
	const char *at = said ? said->text : "";
	for (char **text = said ? said->list : NULL; text && *text; text++) {
		const char *const alone[] = {*text, NULL};
		g_autoptr(GError) wrong = NULL;
		g_autoptr(TrustedProxies) proxies = trusted_proxies_new(alone, &wrong);
		at += strspn(at, "; \t");
		const ConfigPlace place = {said->file, said->place.line,
					   said->place.column + (guint)(at - said->text)};
		if (!proxies)
			return config_fail(error, &place, "%s", wrong->message);
		at += strcspn(at, ";");
	}
	return true;
}

/* What a setting is when it is left out; NULL: nothing. Transfer full. */
static char *fallback_of(const Config *config, const ConfigSetting *setting)
{
	bool shared = config_table_is_shared(setting->group);
	if (shared ? config->huvudman != NULL : config->huvudmen->pdata[0] != NULL)
		return NULL;
	if (config->huvudman && g_str_equal(setting->group, "store"))
		return g_build_filename(PORTVAKT_STATEDIR, config->huvudman, "portvakt.db", NULL);
	return g_strdup(setting->fallback);
}

static void add_fallbacks(Config *config)
{
	for (gsize i = 0; i < config_table_length; i++) {
		g_autofree char *fallback = fallback_of(config, &config_table[i]);
		const char *group = fallback && g_str_equal(config_table[i].group, "directory")
					    ? config->directories->pdata[0]
					    : config_table[i].group;
		g_autofree char *name = config_said_name(group, config_table[i].key);
		if (!fallback || g_hash_table_contains(config->said, name))
			continue;
		ConfigSaid *said = g_new0(ConfigSaid, 1);
		said->text = g_steal_pointer(&fallback);
		g_hash_table_insert(config->said, g_steal_pointer(&name), said);
		bool judged = config_said_judge(config, &config_table[i], said, config_table[i].key,
						NULL);
		g_assert(judged);
	}
}

static Config *config_new(const char *path, const char *huvudman)
{
	Config *config = g_new0(Config, 1);
	atomic_init(&config->references, 1);
	config->sum = g_checksum_new(G_CHECKSUM_SHA256);
	config->file = g_canonicalize_filename(path, NULL);
	config->folder = g_path_get_dirname(config->file);
	config->huvudman = g_strdup(huvudman);
	config->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, config_said_free);
	config->directories = g_ptr_array_new_with_free_func(g_free);
	for (NamedKind kind = 0; kind < NAMED_KINDS; kind++)
		config->named[kind] = g_ptr_array_new_with_free_func(g_free);
	config->huvudmen = g_ptr_array_new_with_free_func(g_free);
	return config;
}

static bool config_fill(Config *config, GError **error)
{
	if (!config_read(config, error) || !check_mandatory(config, error))
		return false;
	bool several = config->huvudmen->len;
	g_ptr_array_add(config->directories, NULL);
	for (NamedKind kind = 0; kind < NAMED_KINDS; kind++)
		g_ptr_array_add(config->named[kind], NULL);
	g_ptr_array_add(config->huvudmen, NULL);
	add_fallbacks(config);
	return check_proxies(config, error) &&
	       (config->huvudman || config_check_shared(config, error)) &&
	       (several || config_check_own(config, error));
}

Config *config_load(const char *path, GError **error)
{
	g_autoptr(Config) config = config_new(path, NULL);
	return config_fill(config, error) ? g_steal_pointer(&config) : NULL;
}

Config *config_load_huvudman(const Config *main, const char *name, char **ret_base_url,
			     GError **error)
{
	g_autofree char *group = g_strconcat("huvudman ", name, NULL);
	g_autoptr(Config) config = config_new(config_path(main, group, "file"), name);
	bool good = config_fill(config, error);
	if (error && g_error_matches(*error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		g_autofree char *where = config_where(main, group, "file");
		g_prefix_error(error, "%s: ", where);
	}
	if (ret_base_url)
		*ret_base_url =
			config_has(config, "idp", "base-url") && config_check_base_url(config, NULL)
				? g_strdup(config_text(config, "idp", "base-url"))
				: NULL;
	return good ? g_steal_pointer(&config) : NULL;
}

const char *config_checksum(const Config *config)
{
	return g_checksum_get_string(config->sum);
}

static const ConfigSaid *find_said(const Config *config, const char *group, const char *key)
{
	g_assert(config_table_find(group, key));
	g_autofree char *name = config_said_name(group, key);
	return g_hash_table_lookup(config->said, name);
}

bool config_has(const Config *config, const char *group, const char *key)
{
	return find_said(config, group, key) != NULL;
}

const char *config_text(const Config *config, const char *group, const char *key)
{
	const ConfigSaid *said = find_said(config, group, key);
	return said ? said->text : NULL;
}

const char *config_path(const Config *config, const char *group, const char *key)
{
	const ConfigSaid *said = find_said(config, group, key);
	return said ? said->path : NULL;
}

const char *const *config_list(const Config *config, const char *group, const char *key)
{
	static const char *const empty[] = {NULL};
	const ConfigSaid *said = find_said(config, group, key);
	return said ? (const char *const *)said->list : empty;
}

gint64 config_number(const Config *config, const char *group, const char *key)
{
	const ConfigSaid *said = find_said(config, group, key);
	return said ? said->number : 0;
}

bool config_bool(const Config *config, const char *group, const char *key)
{
	return config_number(config, group, key) != 0;
}

const char *const *config_directories(const Config *config)
{
	return (const char *const *)config->directories->pdata;
}

const char *const *config_feeds(const Config *config)
{
	return (const char *const *)config->named[NAMED_FEED]->pdata;
}

const char *const *config_groups(const Config *config)
{
	return (const char *const *)config->named[NAMED_GROUP]->pdata;
}

const char *const *config_levels(const Config *config)
{
	return (const char *const *)config->named[NAMED_LEVEL]->pdata;
}

const char *const *config_huvudmen(const Config *config)
{
	return (const char *const *)config->huvudmen->pdata;
}

const char *config_huvudman(const Config *config)
{
	return config->huvudman;
}

void config_set_language(Config *config, const char *language)
{
	config->language = language;
}

const char *config_language(const Config *config)
{
	return config->language;
}

char **config_keys(const Config *config, const char *group)
{
	g_autoptr(GStrvBuilder) keys = g_strv_builder_new();
	g_autofree char *prefix = config_said_name(group, "");
	GHashTableIter iter;
	gpointer name;
	g_hash_table_iter_init(&iter, config->said);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		if (g_str_has_prefix(name, prefix))
			g_strv_builder_add(keys, (const char *)name + strlen(prefix));
	return g_strv_builder_end(keys);
}

char *config_where(const Config *config, const char *group, const char *key)
{
	const ConfigSaid *said = find_said(config, group, key);
	if (said && said->file)
		return g_strdup_printf("%s:%u:%u", said->file, said->place.line,
				       said->place.column);
	return g_strdup(config->file);
}
