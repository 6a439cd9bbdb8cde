/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* portvakt attributes: what policies can speak of. */
#include "idp/command/command.h"

#include "idp/attribute-file.h"
#include "idp/command/say.h"
#include "idp/json.h"
#include "policy/facet.h"
#include "policy/guess.h"

static gboolean as_json, shipped_only;
static char *language;

static const GOptionEntry entries[] = {
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language, "sv or en (default: by the locale)",
	 "LANG"},
	{"shipped", 0, 0, G_OPTION_ARG_NONE, &shipped_only,
	 "What is shipped, whatever the school has defined; no configuration is read", NULL},
	G_OPTION_ENTRY_NULL,
};

static const char *const languages[ATTRIBUTE_LANGUAGES] = {"sv", "en", "fi"};

static bool is_own(const Attribute *attribute)
{
	return attribute_index(attribute) >= attribute_shipped_count();
}

static const char *values_of(const Attribute *attribute)
{
	if (attribute->scoped)
		return attribute->single ? say("one, scoped", "ett, med scope")
					 : say("several, scoped", "flera, med scope");
	return attribute->single ? say("one", "ett") : say("several", "flera");
}

/* Kinds and syntaxes are words that admins write themselves, and are not translated. */
static const char *sensitivity_of(const Attribute *attribute)
{
	static const char *const swedish[SENSITIVITY_LAST + 1] = {[SENSITIVITY_OPEN] = "öppen",
								  [SENSITIVITY_PERSONAL] =
									  "personlig",
								  [SENSITIVITY_STRICT] = "känslig"};

	return say(sensitivity_name(attribute->sensitivity), swedish[attribute->sensitivity]);
}

static char *syntax_of(const Attribute *attribute)
{
	const char *name = attribute_syntax_name(attribute->syntax);

	return attribute->length ? g_strdup_printf("%s %u", name, attribute->length)
				 : g_strdup(name);
}

static char *join(const char *const *list, const char *between)
{
	return list ? g_strjoinv(between, (char **)(guintptr)list) : g_strdup("");
}

/* ---- text ---- */

static void print_row(const Attribute *attribute)
{
	g_print("%-30s  %-15s  %-16s  %s%s\n", attribute->name,
		attribute_kind_name(attribute->kind), values_of(attribute),
		attribute_label(attribute, language), is_own(attribute) ? " *" : "");
}

static void print_line(const char *what, const char *text)
{
	/* printf counts bytes */
	int padding = 12 - (int)g_utf8_strlen(what, -1);

	if (text && *text)
		g_print("  %s%*s %s\n", what, MAX(padding, 0), "", text);
}

static void print_whole(const Attribute *attribute)
{
	g_autofree char *legacy = join(attribute->legacy, ", ");
	g_autofree char *forms = join(attribute->forms, "  ");
	g_autofree char *syntax = syntax_of(attribute);
	g_autofree char *kind = g_strdup_printf("%s (%s)", attribute_kind_name(attribute->kind),
						sensitivity_of(attribute));
	g_autofree char *values = g_strdup_printf("%s: %s", values_of(attribute), syntax);

	g_print("%s: %s\n", attribute->name, attribute_label(attribute, language));
	if (attribute_explanation(attribute, language))
		g_print("  %s\n", attribute_explanation(attribute, language));
	print_line(say("kind", "slag"), kind);
	print_line(say("values", "värden"), values);
	print_line(say("forms", "former"), forms);
	print_line("SAML Name", attribute->saml);
	print_line(say("asked by", "frågas som"), legacy);
	print_line("OIDC claim", attribute->claim);
	print_line("OIDC scope", attribute->scope);
	if (is_own(attribute))
		print_line(say("defined", "definierat"), say("by the school", "av skolan"));
	if (attribute_must_be_named(attribute))
		print_line(say("given", "lämnas ut"),
			   say("only where a release names it", "bara där en regel nämner det"));
}

/* ---- JSON ---- */

static void put(GVariantBuilder *object, const char *key, GVariant *value)
{
	g_variant_builder_add(object, "{sv}", key, value);
}

static void put_text(GVariantBuilder *object, const char *key, const char *text)
{
	put(object, key, g_variant_new("ms", text));
}

static void put_list(GVariantBuilder *object, const char *key, const char *const *list)
{
	static const char *const none[] = {NULL};

	put(object, key, g_variant_new_strv(list ? list : none, -1));
}

static void put_words(GVariantBuilder *object, const char *key, const char *const *texts)
{
	GVariantBuilder words;

	g_variant_builder_init(&words, G_VARIANT_TYPE("a{sv}"));
	for (guint i = 0; i < ATTRIBUTE_LANGUAGES; i++)
		if (texts[i])
			put_text(&words, languages[i], texts[i]);
	put(object, key, g_variant_builder_end(&words));
}

static GVariant *attribute_variant(const Attribute *attribute)
{
	g_autofree char *syntax = syntax_of(attribute);
	GVariantBuilder object;

	g_variant_builder_init(&object, G_VARIANT_TYPE("a{sv}"));
	put_text(&object, "name", attribute->name);
	put_text(&object, "saml", attribute->saml);
	put_list(&object, "legacy", attribute->legacy);
	put_text(&object, "claim", attribute->claim);
	put_text(&object, "scope", attribute->scope);
	put_text(&object, "kind", attribute_kind_name(attribute->kind));
	put_text(&object, "sensitivity", sensitivity_name(attribute->sensitivity));
	put(&object, "must_be_named", g_variant_new_boolean(attribute_must_be_named(attribute)));
	put(&object, "scoped", g_variant_new_boolean(attribute->scoped));
	put(&object, "single", g_variant_new_boolean(attribute->single));
	put_text(&object, "syntax", syntax);
	put_list(&object, "forms", attribute->forms);
	put_words(&object, "label", attribute->words->label);
	put_words(&object, "explanation", attribute->words->plain);
	put(&object, "own", g_variant_new_boolean(is_own(attribute)));
	return g_variant_builder_end(&object);
}

static void print_json(GVariant *value)
{
	g_autofree char *text = json_from_variant(value, true);
	g_print("%s\n", text);
}

/* ---- the command ---- */

static void print_all(const Registry *registry)
{
	GVariantBuilder rows;

	if (as_json)
		g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	for (unsigned i = 0; i < registry_size(registry); i++)
		if (as_json)
			g_variant_builder_add_value(&rows,
						    attribute_variant(registry_get(registry, i)));
		else
			print_row(registry_get(registry, i));
	if (as_json)
		print_json(g_variant_builder_end(&rows));
	else if (registry_own(registry))
		g_print("* %s\n", say("defined by the school", "definierat av skolan"));
}

/* By the name in policies, or whatever services call it. */
static const Attribute *find(const Registry *registry, const char *name)
{
	const Attribute *attribute = registry_by_name(registry, name);

	if (!attribute)
		attribute = registry_by_saml(registry, name);
	return attribute ? attribute : registry_by_claim(registry, name);
}

static int print_one(const Registry *registry, const char *name)
{
	const Attribute *attribute = find(registry, name);
	const char *names[ATTRIBUTE_MAX];
	unsigned n = registry_size(registry);

	if (attribute && as_json)
		print_json(attribute_variant(attribute));
	else if (attribute)
		print_whole(attribute);
	if (attribute)
		return COMMAND_DONE;
	for (unsigned i = 0; i < n; i++)
		names[i] = registry_get(registry, i)->name;
	const char *guess = guess_nearest(name, names, n);
	g_printerr("portvakt attributes: no attribute is called '%s'%s%s%s\n", name,
		   guess ? "; did you mean '" : "", guess ? guess : "", guess ? "'?" : "");
	return COMMAND_PROBLEM;
}

static Registry *read_registry(const CommandLine *line, GError **error)
{
	g_autoptr(Config) config = shipped_only ? NULL : command_config(line, error);

	if (shipped_only)
		return registry_new(NULL, 0);
	return config ? attribute_folder_read(config_path(config, "registry", "folder"),
					      config_huvudman(config), NULL, error)
		      : NULL;
}

static int run(const CommandLine *line)
{
	g_autoptr(GError) error = NULL;

	if (line->rest && line->rest[1]) {
		g_printerr("portvakt attributes: it is `portvakt attributes [NAME]'\n");
		return COMMAND_USAGE;
	}
	if (!command_language(line->name, &language))
		return COMMAND_USAGE;
	g_autoptr(Registry) registry = read_registry(line, &error);
	if (!registry)
		return command_fail(error);
	if (line->rest)
		return print_one(registry, line->rest[0]);
	print_all(registry);
	return COMMAND_DONE;
}

int command_attributes(int argc, char **argv)
{
	CommandLine line = {
		.name = "attributes",
		.arguments = "[NAME]",
		.summary = "Lists the attributes that policies can speak of, or tells all of one.",
		.entries = entries,
	};
	int result = command_parse(&line, &argc, &argv) ? run(&line) : COMMAND_USAGE;
	command_line_clear(&line);
	g_clear_pointer(&language, g_free);
	return result;
}
