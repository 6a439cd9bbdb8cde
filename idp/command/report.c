/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "idp/command/command.h"
#include "idp/command/csv.h"
#include "idp/command/say.h"
#include "idp/command/side.h"
#include "policy/day.h"
#include "policy/register.h"

static char *language;
static gboolean as_json, as_csv;

static const GOptionEntry entries[] = {
	{"csv", 0, 0, G_OPTION_ARG_NONE, &as_csv,
	 "Print CSV, a row for each recipient, rule and set of people", NULL},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language, "sv or en (default: by the locale)",
	 "LANG"},
	G_OPTION_ENTRY_NULL,
};

/* ---- words ---- */

/* What people call a recipient: its own display name, else ours. Transfer full. */
static char *display(const Side *side, const Site *site, gint64 now)
{
	g_autoptr(Entity) entity =
		site->id && site->is_known && site->protocol == PROTOCOL_SAML
			? entity_set_find(side->generation->entities, site->id, now)
			: NULL;
	const char *shown = entity ? service_display(entity->service, language) : NULL;
	return g_strdup(shown && g_strcmp0(shown, site->id) != 0
				? shown
				: say(site->name_en, site->name_sv));
}

static const char *because(const RegisterEntry *entry)
{
	const char *text = say(entry->because_en, entry->because_sv);
	return text ? text : "";
}

static const char *people(const RegisterAttribute *one)
{
	return say(one->people_en, one->people_sv);
}

static char *attribute_text(const RegisterAttribute *one)
{
	const Attribute *attribute = one->attribute;
	const char *label = attribute_label(attribute, language);
	return g_strdup_printf(
		"%s (%s, %s)%s%s%s", label, attribute->name, attribute_kind_name(attribute->kind),
		one->only ? " " : "", one->only ? one->only : "",
		one->is_asked ? "" : say(" [not asked for today]", " [efterfrågas inte i dag]"));
}

/* Each set of people once, in the order they come in: const char *. Transfer full. */
static GPtrArray *all_people(const RegisterEntry *entry)
{
	GPtrArray *texts = g_ptr_array_new();
	for (guint i = 0; i < entry->attributes->len; i++) {
		const char *text = people(entry->attributes->pdata[i]);
		if (!g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
			g_ptr_array_add(texts, (gpointer)(guintptr)text);
	}
	return texts;
}

/* ---- for people ---- */

static void print_line(const char *label, const char *text)
{
	int pad = MAX(0, 12 - (int)g_utf8_strlen(label, -1));
	if (text && *text)
		g_print("  %s%*s %s\n", label, pad, "", text);
}

static void print_recipients(const Side *side, const RegisterEntry *entry, gint64 now)
{
	for (guint i = 0; i < entry->recipients->len; i++) {
		const Site *site = entry->recipients->pdata[i];
		g_autofree char *name = display(side, site, now);
		g_print("%s%s%s%s\n", name, site->id ? " (" : "", site->id ? site->id : "",
			site->id ? ")" : "");
	}
}

/* For each set of people what is disclosed about them. */
static void print_attributes(const RegisterEntry *entry)
{
	g_autoptr(GPtrArray) sets = all_people(entry);
	for (guint i = 0; i < sets->len; i++) {
		print_line(say("about", "om"), sets->pdata[i]);
		for (guint j = 0; j < entry->attributes->len; j++) {
			const RegisterAttribute *one = entry->attributes->pdata[j];
			g_autofree char *text = attribute_text(one);
			if (g_str_equal(people(one), sets->pdata[i]))
				g_print("    %s\n", text);
		}
	}
}

static void print_entry(const Side *side, const RegisterEntry *entry, gint64 now)
{
	g_autofree char *from = day_text(entry->from), *until = day_text(entry->until);
	g_autofree char *end = day_text(entry->agreement_until);
	g_autofree char *agreement =
		entry->agreement && end
			? g_strdup_printf("%s, %s %s", entry->agreement, say("until", "till"), end)
			: g_strdup(entry->agreement);
	print_recipients(side, entry, now);
	print_line(say("purpose", "ändamål"), because(entry));
	print_line(say("basis", "grund"), entry->basis);
	print_line(say("agreement", "avtal"), agreement);
	print_line(say("from", "från"), from);
	print_line(say("until", "till"), until);
	if (entry->page == PAGE_ASK)
		print_line(say("consent", "samtycke"),
			   say("only who says yes", "bara den som säger ja"));
	if (entry->awaits_two)
		print_line(say("waits", "väntar"),
			   say("for approval by two", "på godkännande av två"));
	print_attributes(entry);
	g_print("  %-12s %s:%u \"%s\"\n\n", say("rule", "regel"), entry->rule.file,
		entry->rule.line, entry->rule.title);
}

/* ---- CSV ---- */

/* What is disclosed about that set of people. */
static char *attributes_text(const RegisterEntry *entry, const char *who)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < entry->attributes->len; i++)
		if (g_str_equal(people(entry->attributes->pdata[i]), who))
			g_ptr_array_add(texts, attribute_text(entry->attributes->pdata[i]));
	g_ptr_array_add(texts, NULL);
	return g_strjoinv("; ", (char **)texts->pdata);
}

static void append_csv(GString *out, const Side *side, const RegisterEntry *entry, const char *who,
		       gint64 now)
{
	g_autofree char *from = day_text(entry->from), *until = day_text(entry->until);
	g_autofree char *end = day_text(entry->agreement_until);
	g_autofree char *what = attributes_text(entry, who);
	g_autofree char *rule = g_strdup_printf("%s:%u", entry->rule.file, entry->rule.line);
	for (guint i = 0; i < entry->recipients->len; i++) {
		const Site *site = entry->recipients->pdata[i];
		g_autofree char *name = display(side, site, now);
		const char *const fields[] = {name,
					      site->id ? site->id : "",
					      because(entry),
					      entry->basis ? entry->basis : "",
					      entry->agreement ? entry->agreement : "",
					      end ? end : "",
					      who,
					      what,
					      from ? from : "",
					      until ? until : "",
					      entry->page == PAGE_ASK ? "yes" : "",
					      entry->rule.title,
					      rule,
					      NULL};
		csv_append_shown(out, fields);
	}
}

static void print_csv(const Side *side, const GPtrArray *all, gint64 now)
{
	g_autoptr(GString) out = g_string_new("service,id,purpose,basis,agreement,agreement_until,"
					      "persons,attributes,from,until,consent,rule,"
					      "where\r\n");
	for (guint i = 0; i < all->len; i++) {
		g_autoptr(GPtrArray) sets = all_people(all->pdata[i]);
		for (guint j = 0; j < sets->len; j++)
			append_csv(out, side, all->pdata[i], sets->pdata[j], now);
	}
	g_print("%s", out->str);
}

/* ---- JSON ---- */

static GVariant *attribute_variant(const RegisterAttribute *one)
{
	const Attribute *attribute = one->attribute;
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "name", "s", attribute->name);
	g_variant_dict_insert(&dict, "label", "s", attribute_label(attribute, language));
	g_variant_dict_insert(&dict, "kind", "s", attribute_kind_name(attribute->kind));
	g_variant_dict_insert(&dict, "persons", "s", people(one));
	if (one->only)
		g_variant_dict_insert(&dict, "only", "s", one->only);
	g_variant_dict_insert(&dict, "asked", "b", one->is_asked);
	return g_variant_dict_end(&dict);
}

static GVariant *recipient_variant(const Side *side, const Site *site, gint64 now)
{
	g_autofree char *name = display(side, site, now);
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "name", "s", name);
	if (site->id)
		g_variant_dict_insert(&dict, "id", "s", site->id);
	g_variant_dict_insert(&dict, "known", "b", site->is_known);
	return g_variant_dict_end(&dict);
}

static GVariant *entry_variant(const Side *side, const RegisterEntry *entry, gint64 now)
{
	g_autofree char *from = day_text(entry->from), *until = day_text(entry->until);
	g_autofree char *end = day_text(entry->agreement_until);
	const struct {
		const char *key, *text;
	} texts[] = {{"basis", entry->basis},  {"agreement", entry->agreement},
		     {"agreement_until", end}, {"from", from},
		     {"until", until},         {"demand", entry->demand}};
	GVariantBuilder recipients, attributes;
	GVariantDict dict;
	g_variant_builder_init(&recipients, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < entry->recipients->len; i++)
		g_variant_builder_add_value(
			&recipients, recipient_variant(side, entry->recipients->pdata[i], now));
	g_variant_builder_init(&attributes, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < entry->attributes->len; i++)
		g_variant_builder_add_value(&attributes,
					    attribute_variant(entry->attributes->pdata[i]));
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert_value(&dict, "recipients", g_variant_builder_end(&recipients));
	g_variant_dict_insert(&dict, "purpose", "s", because(entry));
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		if (texts[i].text)
			g_variant_dict_insert(&dict, texts[i].key, "s", texts[i].text);
	g_variant_dict_insert(&dict, "consent", "b", entry->page == PAGE_ASK);
	g_variant_dict_insert(&dict, "awaits_two", "b", entry->awaits_two);
	g_variant_dict_insert_value(&dict, "attributes", g_variant_builder_end(&attributes));
	g_variant_dict_insert(&dict, "title", "s", entry->rule.title);
	g_variant_dict_insert(&dict, "file", "s", entry->rule.file);
	g_variant_dict_insert(&dict, "line", "u", entry->rule.line);
	return g_variant_dict_end(&dict);
}

/* ---- the command ---- */

static void print_all(const Side *side, const GPtrArray *all, gint64 now)
{
	if (as_json) {
		GVariantBuilder list;
		g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
		for (guint i = 0; i < all->len; i++)
			g_variant_builder_add_value(&list, entry_variant(side, all->pdata[i], now));
		command_print_json(g_variant_builder_end(&list));
	} else if (as_csv) {
		print_csv(side, all, now);
	} else {
		for (guint i = 0; i < all->len; i++)
			print_entry(side, all->pdata[i], now);
		if (!all->len)
			g_print("%s\n", say("Nothing is disclosed to anybody.",
					    "Ingenting lämnas ut till någon."));
	}
}

static bool print_register(const CommandLine *line, GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_auto(Side) side = {0};
	if (!side_configured(&side, line, now, error))
		return false;
	side_know(&side, now);
	const PolicyContext context = {
		.scopes = side.generation->identity.scopes,
		.today = generation_today(side.generation->zone, now),
		.services = (const Service *const *)side.known->services->pdata,
		.n_services = side.known->services->len,
	};
	g_autoptr(GPtrArray) all = policy_register(side.generation->policy, &context, error);
	if (!all)
		return false;
	print_all(&side, all, now);
	return true;
}

static bool usage(const char *message)
{
	g_printerr("portvakt report: %s\nTry `portvakt report --help'.\n", message);
	return false;
}

static bool options_are_whole(const CommandLine *line)
{
	if (!line->rest || !g_str_equal(line->rest[0], "register") || line->rest[1])
		return usage("say what to report: `portvakt report register'");
	if (as_csv && as_json)
		return usage("--csv or --json, not both");
	return command_language("report", &language);
}

int command_report(int argc, char **argv)
{
	CommandLine line = {
		.name = "report",
		.arguments = "register",
		.summary =
			"Prints the record of processing (GDPR article 30) that the policy is: who "
			"receives what\nabout whom, for what purpose, on what basis, under which "
			"agreement and until when.",
		.entries = entries,
	};
	g_autoptr(GError) error = NULL;
	int result = COMMAND_USAGE;
	if (command_parse(&line, &argc, &argv) && options_are_whole(&line))
		result = !command_start_libraries()      ? COMMAND_PROBLEM
			 : print_register(&line, &error) ? COMMAND_DONE
							 : command_fail(error);
	command_line_clear(&line);
	g_clear_pointer(&language, g_free);
	return result;
}
