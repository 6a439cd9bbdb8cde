/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/page-set.h"

#include "idp/fault.h"
#include "idp/page/asset.h"
#include "idp/page/texts.h"

#include <string.h>

#define TEMPLATE_SUFFIX ".html"

/* What the code asks for by name; a folder without one of them does not load. */
static const char *const needed_templates[] = {"login",  "role",       "inform", "ask",
					       "post",   "refused",    "fault",  "start",
					       "logout", "logged-out", "choices"};
static const char *const needed_assets[] = {"portvakt.css", "post.js", "icon.svg"};
/* Texts that are only looked up when the page is shown. */
static const char *const needed_texts[] = {
	"login-title",       "role-title",       "role-student",    "role-student-hint",
	"role-staff",        "role-staff-hint",  "role-guardian",   "role-guardian-hint",
	"post-title",        "post-button",      "refused-button",  "start-title",
	"logout-title",      "logged-out-title", "common-language", "choices-title",
	"choices-seen",      "choices-yes",      "choices-no",      "choices-take-back",
	"choices-ask-again", "choices-lapsed",
};

struct Pages {
	gatomicrefcount references;
	Texts *texts;
	AssetSet *assets;
	GHashTable *sets; /* language -> TemplateSet */
	char *name_sv, *name_en, *support;
};

Pages *pages_ref(Pages *pages)
{
	g_atomic_ref_count_inc(&pages->references);
	return pages;
}

void pages_unref(Pages *pages)
{
	if (!pages || !g_atomic_ref_count_dec(&pages->references))
		return;
	texts_free(pages->texts);
	asset_set_free(pages->assets);
	g_hash_table_unref(pages->sets);
	g_free(pages->name_sv);
	g_free(pages->name_en);
	g_free(pages->support);
	g_free(pages);
}

static bool add_templates(TemplateSet *set, const char *folder, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	const char *file;

	while (dir && (file = g_dir_read_name(dir))) {
		if (!g_str_has_suffix(file, TEMPLATE_SUFFIX))
			continue;
		g_autofree char *path = g_build_filename(folder, file, NULL);
		g_autofree char *name = g_strndup(file, strlen(file) - strlen(TEMPLATE_SUFFIX));
		g_autofree char *source = NULL;
		gsize length;
		if (!g_file_get_contents(path, &source, &length, error))
			return false;
		if (!g_utf8_validate(source, (gssize)length, NULL)) {
			g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_SYNTAX,
				    "%s:1:1: a template is UTF-8 without NUL", file);
			return false;
		}
		if (!template_set_add(set, name, TEMPLATE_HTML, file, 1, source, error))
			return false;
	}
	return dir != NULL;
}

/* Those that are worded apart for pupils and for grown-ups. */
static const char *const needed_twice[] = {
	"inform-title", "inform-text", "inform-young", "inform-once", "ask-title", "ask-also",
	"ask-free",     "ask-closed",  "ask-consent",  "ask-undo",    "ask-yes",   "ask-no",
};

static bool demand(const TemplateSet *set, const char *what, const char *name, GError **error)
{
	if (template_set_get(set, name))
		return true;
	g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL, "the %s '%s' is missing", what,
		    name);
	return false;
}

static bool demand_all(const Pages *pages, const TemplateSet *set, GError **error)
{
	static const char *const parts[] = {"title", "text", "todo"};

	for (size_t i = 0; i < G_N_ELEMENTS(needed_templates); i++)
		if (!demand(set, "template", needed_templates[i], error))
			return false;
	for (size_t i = 0; i < G_N_ELEMENTS(needed_texts); i++)
		if (!demand(set, "text", needed_texts[i], error))
			return false;
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(needed_twice); i++) {
		g_autofree char *key =
			g_strconcat(needed_twice[i / 2], i % 2 ? "-pupil" : "-adult", NULL);
		if (!demand(set, "text", key, error))
			return false;
	}
	for (FaultCode code = FAULT_NONE + 1; code < FAULT_COUNT; code++) {
		for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
			g_autofree char *key =
				g_strdup_printf("fault-%s-%s", fault_row(code)->name, parts[i]);
			if (!demand(set, "text", key, error))
				return false;
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(needed_assets); i++) {
		if (asset_url(pages->assets, needed_assets[i]))
			continue;
		g_set_error(error, TEMPLATE_ERROR, TEMPLATE_ERROR_PARTIAL,
			    "the file 'static/%s' is missing", needed_assets[i]);
		return false;
	}
	return true;
}

/* Every page once, with something in every place: what cannot be shown does not load. */
static bool try_all(const Pages *pages, const char *lang, GError **error)
{
	static const char *const values[] = {"service", "handle",        "csrf",        "login",
					     "acs",     "saml_response", "relay_state", "reference",
					     "back",    "retry",         "script",      "id",
					     "age",     "more",          "date",        "now"};
	static const char *const keys[] = {"title", "text", "todo",   "button",  "label",
					   "hint",  "once", "effect", "also",    "undo",
					   "yes",   "no",   "says",   "consent", "young"};
	static const char *const truths[] = {"failed",          "open",    "logged_in",
					     "has_relay_state", "choices", "nothing"};
	static const char *const lists[] = {"told", "asked", "answered"};

	for (size_t i = 0; i < G_N_ELEMENTS(needed_templates); i++) {
		g_auto(GVariantDict) context = G_VARIANT_DICT_INIT(NULL);
		page_set_switch(pages, &context, lang, "/");
		for (size_t j = 0; j < G_N_ELEMENTS(values); j++)
			g_variant_dict_insert(&context, values[j], "s", "x");
		for (size_t j = 0; j < G_N_ELEMENTS(keys); j++)
			g_variant_dict_insert(&context, keys[j], "s", "login-title");
		for (size_t j = 0; j < G_N_ELEMENTS(truths); j++)
			g_variant_dict_insert(&context, truths[j], "b", true);
		for (size_t j = 0; j < G_N_ELEMENTS(lists); j++)
			g_variant_dict_insert_value(
				&context, lists[j],
				g_variant_new_parsed(
					"{'items': <[{'values': <['x']>}]>, "
					"'purposes': <['x']>, 'list': <[{'x': 'x'}]>}"));
		g_variant_dict_insert_value(
			&context, "roles",
			g_variant_new_parsed("[{'role': <'x'>, 'label': <'role-staff'>, "
					     "'hint': <'role-staff-hint'>}]"));
		g_autofree char *html =
			page_set_render(pages, lang, needed_templates[i], &context, error);
		if (!html)
			return false;
	}
	return true;
}

static bool load_language(Pages *pages, const char *folder, const char *lang, GError **error)
{
	TemplateSet *set = template_set_new();

	g_hash_table_insert(pages->sets, g_strdup(lang), set);
	if (!add_templates(set, folder, error) || !texts_add_to(pages->texts, lang, set, error))
		return false;
	template_set_seal(set);
	return template_set_is_complete(set, error) && demand_all(pages, set, error) &&
	       try_all(pages, lang, error);
}

static bool load_all(Pages *pages, const char *folder, GError **error)
{
	g_autofree char *files = g_build_filename(folder, "static", NULL);

	pages->texts = texts_load(folder, error);
	pages->assets = pages->texts ? asset_set_load(files, error) : NULL;
	if (!pages->assets)
		return false;
	for (size_t i = 0; texts_langs(pages->texts)[i]; i++)
		if (!load_language(pages, folder, texts_langs(pages->texts)[i], error))
			return false;
	return true;
}

Pages *pages_load(const PageOptions *options, GError **error)
{
	g_autoptr(Pages) pages = g_new0(Pages, 1);
	const char *folder = options->folder ? options->folder : PORTVAKT_DATADIR "/templates";

	g_atomic_ref_count_init(&pages->references);
	pages->sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    (GDestroyNotify)template_set_free);
	pages->name_sv = g_utf8_make_valid(options->name_sv, -1);
	pages->name_en =
		g_utf8_make_valid(options->name_en ? options->name_en : options->name_sv, -1);
	pages->support =
		options->support_email ? g_utf8_make_valid(options->support_email, -1) : NULL;
	if (!load_all(pages, folder, error)) {
		g_prefix_error(error, "%s: ", folder);
		return NULL;
	}
	return g_steal_pointer(&pages);
}

const char *pages_lang(const Pages *pages, const char *wanted, const char *accept)
{
	return texts_choose(pages->texts, wanted, accept);
}

HttpResponse *page_static(const Pages *pages, const char *path, const char *if_none_match)
{
	return asset_response(pages->assets, path, if_none_match);
}

const char *page_set_asset(const Pages *pages, const char *name)
{
	return asset_url(pages->assets, name);
}

void page_set_switch(const Pages *pages, GVariantDict *context, const char *lang, const char *url)
{
	g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
	const char *const *langs = texts_langs(pages->texts);
	char joint = strchr(url, '?') ? '&' : '?';
	unsigned others = 0;

	for (size_t i = 0; langs[i]; i++) {
		if (g_str_equal(langs[i], lang))
			continue;
		g_autofree char *there = g_strdup_printf("%s%clang=%s", url, joint, langs[i]);
		g_auto(GVariantDict) one = G_VARIANT_DICT_INIT(NULL);
		g_variant_dict_insert(&one, "url", "s", there);
		g_variant_dict_insert(&one, "lang", "s", langs[i]);
		g_variant_dict_insert(&one, "label", "s",
				      texts_get(pages->texts, langs[i], "common-language"));
		g_variant_builder_add_value(&list, g_variant_dict_end(&one));
		others++;
	}
	if (others == 0)
		return;
	g_auto(GVariantDict) links = G_VARIANT_DICT_INIT(NULL);
	g_variant_dict_insert_value(&links, "langs", g_variant_builder_end(&list));
	g_variant_dict_insert_value(context, "switch", g_variant_dict_end(&links));
}

char *page_set_render(const Pages *pages, const char *lang, const char *template,
		      GVariantDict *context, GError **error)
{
	const TemplateSet *set = g_hash_table_lookup(pages->sets, lang);
	bool swedish = g_str_equal(lang, TEXTS_DEFAULT_LANG);

	g_assert(set);
	g_variant_dict_insert(context, "lang", "s", lang);
	g_variant_dict_insert(context, "page", "s", template);
	g_variant_dict_insert(context, "name", "s", swedish ? pages->name_sv : pages->name_en);
	g_variant_dict_insert(context, "css", "s", asset_url(pages->assets, "portvakt.css"));
	g_variant_dict_insert(context, "icon", "s", asset_url(pages->assets, "icon.svg"));
	if (pages->support)
		g_variant_dict_insert(context, "support", "s", pages->support);
	return template_render(template_set_get(set, template), g_variant_dict_end(context), error);
}
