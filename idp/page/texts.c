/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/texts.h"

#include <string.h>

#define PREFIX "texts."
#define SUFFIX ".ini"

typedef struct {
	char *file;
	GHashTable *by_key; /* key -> text */
} Language;

struct Texts {
	GHashTable *languages; /* "sv" -> Language */
	char **langs;
	char **keys;
};

static void language_free(Language *language)
{
	g_free(language->file);
	g_hash_table_unref(language->by_key);
	g_free(language);
}

void texts_free(Texts *texts)
{
	if (!texts)
		return;
	g_hash_table_unref(texts->languages);
	g_strfreev(texts->langs);
	g_strfreev(texts->keys);
	g_free(texts);
}

/* The sorted keys of a hash table, copied. */
static char **sorted_keys(GHashTable *table)
{
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)strcmp);
	GPtrArray *names = g_ptr_array_new();

	for (GList *l = keys; l; l = l->next)
		g_ptr_array_add(names, g_strdup(l->data));
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

static bool load_group(Language *language, GKeyFile *file, const char *group, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, error);

	for (size_t i = 0; keys && keys[i]; i++) {
		/* a bad escape gives both a text and an error */
		g_autoptr(GError) bad = NULL;
		g_autofree char *text = g_key_file_get_string(file, group, keys[i], &bad);
		if (bad) {
			g_propagate_prefixed_error(error, g_steal_pointer(&bad),
						   "%s: [%s] %s: ", language->file, group, keys[i]);
			return false;
		}
		g_hash_table_insert(language->by_key, g_strconcat(group, "-", keys[i], NULL),
				    g_steal_pointer(&text));
	}
	return keys != NULL;
}

static Language *load_language(const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GKeyFile) file = g_key_file_new();
	Language *language = g_new0(Language, 1);

	language->file = g_strdup(name);
	language->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	bool fine = g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error);
	if (!fine)
		g_prefix_error(error, "%s: ", path);
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
	for (size_t i = 0; fine && groups[i]; i++)
		fine = load_group(language, file, groups[i], error);
	if (!fine)
		g_clear_pointer(&language, language_free);
	return language;
}

/* "sv" of "texts.sv.ini", or NULL. Transfer full. */
static char *lang_of(const char *name)
{
	if (!g_str_has_prefix(name, PREFIX) || !g_str_has_suffix(name, SUFFIX))
		return NULL;
	size_t length = strlen(name) - strlen(PREFIX) - strlen(SUFFIX);
	const char *lang = name + strlen(PREFIX);
	if (strspn(lang, "abcdefghijklmnopqrstuvwxyz") != length || length < 2 || length > 3)
		return NULL;
	return g_strndup(lang, length);
}

static bool load_all(Texts *texts, const char *folder, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *lang = lang_of(name);
		if (!lang)
			continue;
		Language *language = load_language(folder, name, error);
		if (!language)
			return false;
		g_hash_table_insert(texts->languages, g_steal_pointer(&lang), language);
	}
	return dir != NULL;
}

/* A text that one language has and another lacks would only show when somebody meets it. */
static bool same_keys(const Texts *texts, GError **error)
{
	GHashTableIter iter;
	gpointer value;
	const Language *first = g_hash_table_lookup(texts->languages, TEXTS_DEFAULT_LANG);

	g_hash_table_iter_init(&iter, texts->languages);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Language *pair[] = {first, value};
		for (size_t i = 0; i < 2; i++) {
			g_auto(GStrv) keys = sorted_keys(pair[i]->by_key);
			for (size_t j = 0; keys[j]; j++) {
				if (g_hash_table_contains(pair[1 - i]->by_key, keys[j]))
					continue;
				g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL,
					    "%s: the text '%s' of %s is missing", pair[1 - i]->file,
					    keys[j], pair[i]->file);
				return false;
			}
		}
	}
	return true;
}

Texts *texts_load(const char *folder, GError **error)
{
	g_autoptr(Texts) texts = g_new0(Texts, 1);

	texts->languages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						 (GDestroyNotify)language_free);
	if (!load_all(texts, folder, error))
		return NULL;
	const Language *first = g_hash_table_lookup(texts->languages, TEXTS_DEFAULT_LANG);
	if (!first) {
		g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL,
			    "%s: there is no " PREFIX TEXTS_DEFAULT_LANG SUFFIX, folder);
		return NULL;
	}
	if (!same_keys(texts, error))
		return NULL;
	texts->langs = sorted_keys(texts->languages);
	texts->keys = sorted_keys(first->by_key);
	return g_steal_pointer(&texts);
}

const char *const *texts_langs(const Texts *texts)
{
	return (const char *const *)texts->langs;
}

const char *const *texts_keys(const Texts *texts)
{
	return (const char *const *)texts->keys;
}

const char *texts_get(const Texts *texts, const char *lang, const char *key)
{
	const Language *language = g_hash_table_lookup(texts->languages, lang);

	return language ? g_hash_table_lookup(language->by_key, key) : NULL;
}

bool texts_add_to(const Texts *texts, const char *lang, TemplateSet *set, GError **error)
{
	const Language *language = g_hash_table_lookup(texts->languages, lang);

	g_assert(language);
	for (size_t i = 0; texts->keys[i]; i++) {
		/* GKeyFile tells no lines: the message names the key instead */
		g_autofree char *where = g_strconcat(language->file, ": ", texts->keys[i], NULL);
		if (!template_set_add(set, texts->keys[i], TEMPLATE_TEXT, where, 1,
				      texts_get(texts, lang, texts->keys[i]), error))
			return false;
	}
	return true;
}

/* Our language for a tag such as "en", "EN-gb" or "se", or NULL. */
static const char *match(const Texts *texts, const char *tag, size_t length)
{
	size_t primary = 0;

	while (primary < length && g_ascii_isalpha(tag[primary]))
		primary++;
	if (primary < length && tag[primary] != '-')
		return NULL;
	for (size_t i = 0; texts->langs[i]; i++)
		if (strlen(texts->langs[i]) == primary &&
		    g_ascii_strncasecmp(texts->langs[i], tag, primary) == 0)
			return texts->langs[i];
	return NULL;
}

/* The weight in thousandths of "sv;q=0.8", or -1 when it is not one (RFC 9110 12.4.2). */
static int weight(const char *parameters)
{
	int thousandths = 0, scale = 1000;

	while (*parameters == ' ' || *parameters == '\t')
		parameters++;
	if (!*parameters)
		return 1000;
	if (*parameters++ != ';')
		return -1;
	while (*parameters == ' ' || *parameters == '\t')
		parameters++;
	if (g_ascii_tolower(parameters[0]) != 'q' || parameters[1] != '=')
		return -1;
	for (parameters += 2; g_ascii_isdigit(*parameters) || *parameters == '.'; parameters++) {
		if (*parameters == '.')
			continue;
		thousandths += (*parameters - '0') * scale;
		scale /= 10;
	}
	return CLAMP(thousandths, 0, 1000);
}

const char *texts_choose(const Texts *texts, const char *wanted, const char *accept)
{
	const char *best = wanted ? match(texts, wanted, strlen(wanted)) : NULL;
	int best_weight = 0;

	if (best)
		return best;
	g_autofree char *head = accept ? g_strndup(accept, TEXTS_ACCEPT_MAX) : g_strdup("");
	g_auto(GStrv) ranges = g_strsplit(head, ",", -1);
	for (size_t i = 0; ranges[i]; i++) {
		const char *range = g_strstrip(ranges[i]);
		size_t length = strcspn(range, " \t;");
		const char *lang = match(texts, range, length);
		int this_weight = weight(range + length);
		if (lang && this_weight > best_weight) {
			best = lang;
			best_weight = this_weight;
		}
	}
	return best ? best : match(texts, TEXTS_DEFAULT_LANG, strlen(TEXTS_DEFAULT_LANG));
}
