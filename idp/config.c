/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config.h"

#include <stdatomic.h>
#include <string.h>

#include "idp/config-check.h"
#include "idp/config-name.h"
#include "idp/config-table.h"
#include "idp/http/forwarded.h"
#include "policy/guess.h"

G_DEFINE_QUARK(portvakt - config, config_error)

/* A configuration is written by hand; a larger file is another file. */
#define CONFIG_BYTES_MAX (256 * 1024)

/* Each has a writer, threads that wait for its directory, and files of its own. */
#define HUVUDMEN_MAX      32
#define HUVUDMAN_NAME_MAX 32

/* Line and column count from 1, a column in bytes: before a value there is nothing but ASCII. */
typedef struct {
	const char *file;
	guint line, column;
} Place;

typedef struct {
	char *file;
	Place place;   /* of the value; `file` is the one above */
	char *text;    /* as written, trimmed */
	char **list;   /* CONFIG_LIST */
	char *path;    /* CONFIG_PATH, absolute */
	gint64 number; /* CONFIG_BOOL, CONFIG_COUNT, CONFIG_DURATION */
} Said;

struct Config {
	atomic_uint references; /* C11's, not GLib's: ThreadSanitizer sees these */
	GChecksum *sum;         /* of all that was read */
	char *file;
	char *folder;
	char *huvudman;                /* whose it is; NULL: the main configuration */
	const char *language;          /* see config_set_language */
	GHashTable *said;              /* "group\037key" -> Said */
	GPtrArray *directories;        /* group names, NULL-ended once loaded */
	GPtrArray *named[NAMED_KINDS]; /* likewise, of each kind */
	GPtrArray *huvudmen;           /* names, likewise */
	char *own; /* FILE:LINE:COLUMN: [GROUP] of the first that is one huvudman's */
};

static void said_free(gpointer data)
{
	Said *said = data;
	g_free(said->file);
	g_free(said->text);
	g_strfreev(said->list);
	g_free(said->path);
	g_free(said);
}

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

static char *said_name(const char *group, const char *key)
{
	return g_strconcat(group, "\037", key, NULL);
}

/* The name a group has in the table: "directory main" is a "directory", "feed swamid" a "feed". */
static const char *table_group(const char *group)
{
	if (g_str_has_prefix(group, "directory "))
		return "directory";
	if (g_str_has_prefix(group, "huvudman "))
		return "huvudman";
	NamedKind kind = named_kind(group);
	return kind == NAMED_NONE ? group : named_word(kind);
}

/* Whether a group of the table is of the whole installation, and not of one huvudman. */
static bool is_shared(const char *group)
{
	return g_str_equal(group, "server") || g_str_equal(group, "health") ||
	       g_str_equal(group, "huvudman");
}

static const ConfigSetting *find_setting(const char *group, const char *key)
{
	for (gsize i = 0; i < config_table_length; i++)
		if (g_str_equal(config_table[i].group, table_group(group)) &&
		    (g_str_equal(config_table[i].key, "*") ||
		     g_str_equal(config_table[i].key, key)))
			return &config_table[i];
	return NULL;
}

static char *guess_text(const char *word, const char *group)
{
	g_autofree const char **names = g_new(const char *, config_table_length);
	gsize n = 0;
	for (gsize i = 0; i < config_table_length; i++)
		if (!group || g_str_equal(config_table[i].group, table_group(group)))
			names[n++] = group ? config_table[i].key : config_table[i].group;
	const char *best = guess_nearest(word, names, n);
	return best ? g_strdup_printf("; did you mean '%s'?", best) : g_strdup("");
}

static bool fail(GError **error, const Place *place, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool fail(GError **error, const Place *place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s:%u:%u: %s", place->file,
		    place->line, place->column, text);
	return false;
}

static bool parse_duration(const char *text, gint64 *ret)
{
	static const struct {
		char letter;
		gint64 seconds;
	} units[] = {{'s', 1}, {'m', MINUTE}, {'h', HOUR}, {'d', DAY}};
	char *end = NULL;
	if (!g_ascii_isdigit(text[0]))
		return false;
	gint64 count = g_ascii_strtoll(text, &end, 10);
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
		if (end[0] == units[i].letter && end[1] == '\0')
			return !__builtin_mul_overflow(count, units[i].seconds, ret);
	return false;
}

static bool parse_count(const char *text, gint64 *ret)
{
	guint64 number = 0;
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &number, NULL))
		return false;
	*ret = (gint64)number;
	return true;
}

static char **split_list(const char *text)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	g_auto(GStrv) parts = g_strsplit(text, ";", -1);
	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_strv_builder_add(list, *part);
	return g_strv_builder_end(list);
}

/* Fills in the typed value of what was said; every form is judged here, at load. */
static bool said_judge(const Config *config, const ConfigSetting *setting, Said *said,
		       const char *key, GError **error)
{
	switch (setting->type) {
	case CONFIG_TEXT:
		break;
	case CONFIG_PATH:
		said->path = g_canonicalize_filename(said->text, config->folder);
		break;
	case CONFIG_LIST:
		said->list = split_list(said->text);
		break;
	case CONFIG_BOOL:
		if (!g_str_equal(said->text, "yes") && !g_str_equal(said->text, "no"))
			return fail(error, &said->place, "%s takes yes or no", key);
		said->number = said->text[0] == 'y';
		break;
	case CONFIG_COUNT:
		if (!parse_count(said->text, &said->number))
			return fail(error, &said->place, "%s takes a whole number", key);
		break;
	case CONFIG_DURATION:
		if (!parse_duration(said->text, &said->number))
			return fail(error, &said->place,
				    "%s takes a time such as 45s, 60m, 10h or 7d", key);
		break;
	}
	if (setting->high && (said->number < setting->low || said->number > setting->high))
		return fail(error, &said->place,
			    "%s must lie between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT "%s",
			    key, setting->low, setting->high,
			    setting->type == CONFIG_DURATION ? " seconds" : "");
	return true;
}

/* `place` is the key's, and the value's `column` is in the same line. */
static bool take_setting(Config *config, const Place *place, guint column, const char *group,
			 const char *key, const char *text, GError **error)
{
	const ConfigSetting *setting = find_setting(group, key);
	if (!setting) {
		g_autofree char *guess = guess_text(key, group);
		return fail(error, place, "[%s] has no setting '%s'%s", group, key, guess);
	}
	g_autofree char *name = said_name(group, key);
	const Said *before = g_hash_table_lookup(config->said, name);
	if (before)
		return fail(error, place, "'%s' of [%s] is said twice (first at %s:%u)", key, group,
			    before->file, before->place.line);
	if (*text == '\0')
		return fail(error, place, "'%s' has no value; leave the line out instead", key);
	Said *said = g_new0(Said, 1);
	said->file = g_strdup(place->file);
	said->place = (Place){said->file, place->line, column};
	said->text = g_strdup(text);
	g_hash_table_insert(config->said, g_steal_pointer(&name), said);
	return said_judge(config, setting, said, key, error);
}

static bool take_named(Config *config, const Place *place, NamedKind kind, const char *group,
		       GError **error)
{
	GPtrArray *others = config->named[kind];
	if (g_ptr_array_find_with_equal_func(others, group, g_str_equal, NULL))
		return true;
	g_autofree char *fault = named_fault(kind, strchr(group, ' ') + 1, others->len);
	if (fault)
		return fail(error, place, "%s", fault);
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

static bool take_huvudman(Config *config, const Place *place, const char *group, GError **error)
{
	const char *name = group + strlen("huvudman ");
	if (g_ptr_array_find_with_equal_func(config->huvudmen, name, g_str_equal, NULL))
		return true;
	if (!is_huvudman_name(name))
		return fail(error, place,
			    "a huvudman's name begins with a letter and is letters a-z, digits and "
			    "- within, at most %d of them, and not `conf'",
			    HUVUDMAN_NAME_MAX);
	if (config->huvudmen->len == HUVUDMEN_MAX)
		return fail(error, place, "more than %d huvudmän", HUVUDMEN_MAX);
	g_ptr_array_add(config->huvudmen, g_strdup(name));
	return true;
}

/* What is of all is said once, in the main configuration. */
static bool take_share(Config *config, const Place *place, const char *group, GError **error)
{
	bool shared = is_shared(table_group(group));
	if (config->huvudman && shared)
		return fail(error, place,
			    "[%s] is of the whole installation: it belongs in the main "
			    "configuration, not in the file of huvudman %s",
			    group, config->huvudman);
	if (!shared && !config->own)
		config->own = g_strdup_printf("%s:%u:%u: [%s]", place->file, place->line,
					      place->column, group);
	return true;
}

static bool take_group(Config *config, const Place *place, const char *group, GError **error)
{
	bool known = false;
	for (gsize i = 0; i < config_table_length && !known; i++)
		known = g_str_equal(config_table[i].group, table_group(group));
	if (!known || g_str_equal(group, "directory") || g_str_equal(group, "huvudman") ||
	    named_kind_of_table(group) != NAMED_NONE) {
		g_autofree char *guess =
			known ? g_strdup_printf("; give it a name: [%s main]", group)
			      : guess_text(group, NULL);
		return fail(error, place, "there is no group [%s]%s", group, guess);
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
		return fail(error, place, "this version serves one directory; [%s] is a second",
			    group);
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
		return fail(error, &(Place){file, 1, 1},
			    "this is no configuration: over 256 KiB or not UTF-8");
	g_checksum_update(config->sum, (const guchar *)bytes, (gssize)length + 1);
	g_auto(GStrv) lines = g_strsplit(bytes, "\n", -1);
	g_autofree char *group = NULL;
	for (guint i = 0; lines[i]; i++) {
		const Place place = {file, i + 1, blanks(lines[i]) + 1};
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
			return fail(
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

static bool lacks(const Config *config, const char *group, const ConfigSetting *setting,
		  GError **error)
{
	if (!setting->mandatory || config_has(config, group, setting->key))
		return false;
	fail(error, &(Place){config->file, 1, 1}, "[%s] lacks '%s': %s", group, setting->key,
	     setting->meaning);
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
		return fail(error, &(Place){config->file, 1, 1},
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
	g_autofree char *name = said_name("server", "trusted-proxies");
	const Said *said = g_hash_table_lookup(config->said, name);
	const char *at = said ? said->text : "";
	for (char **text = said ? said->list : NULL; text && *text; text++) {
		const char *const alone[] = {*text, NULL};
		g_autoptr(GError) wrong = NULL;
		g_autoptr(TrustedProxies) proxies = trusted_proxies_new(alone, &wrong);
		at += strspn(at, "; \t");
		const Place place = {said->file, said->place.line,
				     said->place.column + (guint)(at - said->text)};
		if (!proxies)
			return fail(error, &place, "%s", wrong->message);
		at += strcspn(at, ";");
	}
	return true;
}

/* What a setting is when it is left out; NULL: nothing. Transfer full. */
static char *fallback_of(const Config *config, const ConfigSetting *setting)
{
	bool shared = is_shared(setting->group);
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
		g_autofree char *name = said_name(group, config_table[i].key);
		if (!fallback || g_hash_table_contains(config->said, name))
			continue;
		Said *said = g_new0(Said, 1);
		said->text = g_steal_pointer(&fallback);
		g_hash_table_insert(config->said, g_steal_pointer(&name), said);
		bool judged = said_judge(config, &config_table[i], said, config_table[i].key, NULL);
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
	config->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, said_free);
	config->directories = g_ptr_array_new_with_free_func(g_free);
	for (NamedKind kind = 0; kind < NAMED_KINDS; kind++)
		config->named[kind] = g_ptr_array_new_with_free_func(g_free);
	config->huvudmen = g_ptr_array_new_with_free_func(g_free);
	return config;
}

static bool config_fill(Config *config, GError **error)
{
	if (!take_file(config, config->file, error) || !take_folder(config, error) ||
	    !check_mandatory(config, error))
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

static const Said *find_said(const Config *config, const char *group, const char *key)
{
	g_assert(find_setting(group, key));
	g_autofree char *name = said_name(group, key);
	return g_hash_table_lookup(config->said, name);
}

bool config_has(const Config *config, const char *group, const char *key)
{
	return find_said(config, group, key) != NULL;
}

const char *config_text(const Config *config, const char *group, const char *key)
{
	const Said *said = find_said(config, group, key);
	return said ? said->text : NULL;
}

const char *config_path(const Config *config, const char *group, const char *key)
{
	const Said *said = find_said(config, group, key);
	return said ? said->path : NULL;
}

const char *const *config_list(const Config *config, const char *group, const char *key)
{
	static const char *const empty[] = {NULL};
	const Said *said = find_said(config, group, key);
	return said ? (const char *const *)said->list : empty;
}

gint64 config_number(const Config *config, const char *group, const char *key)
{
	const Said *said = find_said(config, group, key);
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
	g_autofree char *prefix = said_name(group, "");
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
	const Said *said = find_said(config, group, key);
	if (said && said->file)
		return g_strdup_printf("%s:%u:%u", said->file, said->place.line,
				       said->place.column);
	return g_strdup(config->file);
}
