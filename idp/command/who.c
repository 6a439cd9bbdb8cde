/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>

#include "idp/command/command.h"
#include "idp/command/find-service.h"
#include "idp/command/say.h"
#include "idp/command/side.h"
#include "policy/day.h"
#include "policy/guess.h"
#include "policy/register.h"
#include "policy/who.h"

static char *service_wanted, *day_wanted, *language;
static gboolean as_json;

static const GOptionEntry entries[] = {
	{"service", 's', 0, G_OPTION_ARG_STRING, &service_wanted, "At that service alone", "ID"},
	{"on", 'o', 0, G_OPTION_ARG_STRING, &day_wanted,
	 "As if it were that day, which is not before today", "YYYY-MM-DD"},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language, "sv or en (default: by the locale)",
	 "LANG"},
	G_OPTION_ENTRY_NULL,
};

static const Attribute *find_attribute(const Policy *policy, const char *name, GError **error)
{
	const Registry *registry = policy_registry(policy);
	const Attribute *attribute = registry_by_name(registry, name);
	if (!attribute)
		attribute = registry_by_saml(registry, name);
	if (!attribute)
		attribute = registry_by_claim(registry, name);
	if (attribute)
		return attribute;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (unsigned i = 0; i < registry_size(registry); i++)
		g_ptr_array_add(names, (gpointer)(guintptr)registry_get(registry, i)->name);
	g_autofree char *guess = guess_phrase(name, names);
	command_set_error(error, "no attribute is called '%s'%s", name, guess);
	return NULL;
}

/* yyyymmdd; 0 with an error. */
static unsigned find_day(unsigned today, GError **error)
{
	if (!day_wanted)
		return today;
	g_autofree char *text = g_strconcat(day_wanted, "T00:00:00Z", NULL);
	g_autoptr(GDateTime) day = strlen(day_wanted) == strlen("2027-06-30")
					   ? g_date_time_new_from_iso8601(text, NULL)
					   : NULL;
	if (!day) {
		command_set_error(error, "'%s' is not a day; write 2027-06-30", day_wanted);
		return 0;
	}
	int year, month, of_month;
	g_date_time_get_ymd(day, &year, &month, &of_month);
	return (unsigned)(year * 10000 + month * 100 + of_month);
}

static bool is_at(const Site *site, const char *wanted)
{
	return g_strcmp0(site->id, wanted) == 0 || g_strcmp0(site->name_en, wanted) == 0;
}

/* Leaves those at the service; false if none is. */
static bool keep_wanted(GPtrArray *all)
{
	for (guint i = all->len; i-- > 0;) {
		const WhoEntry *entry = all->pdata[i];
		for (guint j = entry->services->len; j-- > 0;)
			if (!is_at(entry->services->pdata[j], service_wanted))
				g_ptr_array_remove_index(entry->services, j);
		if (!entry->services->len)
			g_ptr_array_remove_index(all, i);
	}
	return all->len > 0;
}

/* ---- what is told ---- */

static void add_condition(GString *text, const char *words, const char *detail)
{
	g_string_append(text, text->len ? "; " : "");
	g_string_append(text, words);
	g_string_append(text, detail);
}

/* What must hold besides. Transfer full. */
static char *conditions(const WhoEntry *entry)
{
	GString *text = g_string_new(NULL);
	g_autofree char *from = day_text(entry->from), *until = day_text(entry->until);
	if (entry->only)
		add_condition(text, entry->only, "");
	if (entry->if_required)
		add_condition(text, say("if it is required", "om den krävs"), "");
	if (!entry->is_asked)
		add_condition(text,
			      say("when it is asked for, which it is not everywhere today",
				  "när den efterfrågas, vilket inte sker överallt i dag"),
			      "");
	if (entry->awaits_two)
		add_condition(text, say("when two have approved it", "när två har godkänt den"),
			      "");
	if (entry->demand)
		add_condition(text, say("logged in at ", "inloggad på nivå "), entry->demand);
	if (entry->page == PAGE_ASK)
		add_condition(text, say("if they say yes", "om de säger ja"), "");
	if (entry->from)
		add_condition(text, say("from ", "från "), from);
	if (entry->until)
		add_condition(text, say("until ", "till "), until);
	if (entry->agreement)
		add_condition(text, say("agreement ", "avtal "), entry->agreement);
	return g_string_free(text, FALSE);
}

static void print_entry(const WhoEntry *entry)
{
	g_autofree char *more = conditions(entry);
	g_print("\n%s:%u \"%s\"\n", entry->rule.file, entry->rule.line, entry->rule.title);
	g_print("  %s\n", say(entry->people_en, entry->people_sv));
	if (*more)
		g_print("  %s\n", more);
	for (guint i = 0; i < entry->services->len; i++) {
		const Site *site = entry->services->pdata[i];
		const char *name = say(site->name_en, site->name_sv);
		bool has_id = site->id && !g_str_equal(site->id, name);
		g_print("    %s%s%s%s%s\n", name, has_id ? " (" : "", has_id ? site->id : "",
			has_id ? ")" : "",
			site->is_known ? "" : say("  [no metadata yet]", "  [metadata saknas än]"));
	}
}

static GVariant *entry_variant(const WhoEntry *entry)
{
	const struct {
		const char *key, *text;
	} texts[] = {{"only", entry->only},
		     {"agreement", entry->agreement},
		     {"basis", entry->basis},
		     {"demand", entry->demand}};
	g_autofree char *from = day_text(entry->from), *until = day_text(entry->until);
	GVariantBuilder sites;
	GVariantDict dict;
	g_variant_builder_init(&sites, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < entry->services->len; i++) {
		const Site *site = entry->services->pdata[i];
		GVariantDict one;
		g_variant_dict_init(&one, NULL);
		if (site->id)
			g_variant_dict_insert(&one, "id", "s", site->id);
		g_variant_dict_insert(&one, "name", "s", say(site->name_en, site->name_sv));
		g_variant_dict_insert(&one, "known", "b", site->is_known);
		g_variant_builder_add_value(&sites, g_variant_dict_end(&one));
	}
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "title", "s", entry->rule.title);
	g_variant_dict_insert(&dict, "file", "s", entry->rule.file);
	g_variant_dict_insert(&dict, "line", "u", entry->rule.line);
	g_variant_dict_insert(&dict, "people", "s", say(entry->people_en, entry->people_sv));
	g_variant_dict_insert_value(&dict, "services", g_variant_builder_end(&sites));
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		if (texts[i].text)
			g_variant_dict_insert(&dict, texts[i].key, "s", texts[i].text);
	if (entry->from)
		g_variant_dict_insert(&dict, "from", "s", from);
	if (entry->until)
		g_variant_dict_insert(&dict, "until", "s", until);
	g_variant_dict_insert(&dict, "page", "s", page_kind_name(entry->page));
	g_variant_dict_insert(&dict, "if_required", "b", entry->if_required);
	g_variant_dict_insert(&dict, "asked", "b", entry->is_asked);
	g_variant_dict_insert(&dict, "awaits_two", "b", entry->awaits_two);
	return g_variant_dict_end(&dict);
}

/* attribute NULL: being let in. */
static void print_all(const Attribute *attribute, const GPtrArray *all)
{
	if (as_json) {
		GVariantBuilder list;
		g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
		for (guint i = 0; i < all->len; i++)
			g_variant_builder_add_value(&list, entry_variant(all->pdata[i]));
		command_print_json(g_variant_builder_end(&list));
		return;
	}
	if (attribute)
		g_print("%s (%s, %s)\n", attribute->name, attribute_label(attribute, language),
			attribute_kind_name(attribute->kind));
	else
		g_print("login (%s)\n", say("to be let in", "att släppas in"));
	for (guint i = 0; i < all->len; i++)
		print_entry(all->pdata[i]);
	if (!all->len)
		g_print("  %s\n",
			attribute ? say("nobody can ever get it", "ingen kan någonsin få den")
				  : say("nobody can ever be let in",
					"ingen kan någonsin släppas in"));
}

static bool who(const CommandLine *line, GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_auto(Side) side = {0};
	if (!side_configured(&side, line, now, error))
		return false;
	/* a word of the language, which no attribute can have for a name */
	bool is_login = g_str_equal(line->rest[0], "login");
	const Attribute *attribute =
		is_login ? NULL : find_attribute(side.generation->policy, line->rest[0], error);
	if (!attribute && !is_login)
		return false;
	unsigned today = generation_today(side.generation->zone, now);
	unsigned day = find_day(today, error);
	if (!day)
		return false;
	if (day < today)
		return command_set_error(error, "--on is a day from today on");
	side_know(&side, now);
	const PolicyContext context = {
		.scopes = side.generation->identity.scopes,
		.today = day,
		.services = (const Service *const *)side.known->services->pdata,
		.n_services = side.known->services->len,
	};
	g_autoptr(GPtrArray) all = policy_who(side.generation->policy, &context, attribute, error);
	if (!all)
		return false;
	if (service_wanted && !keep_wanted(all)) {
		g_autoptr(Entity) entity =
			command_find_service(side.generation, service_wanted, now, error);
		g_autoptr(GPtrArray) named =
			policy_service_ids(side.generation->policy, PROTOCOL_SAML, service_wanted);
		if (!entity && !named->len)
			return false;
		g_clear_error(error);
	}
	print_all(attribute, all);
	return true;
}

int command_who(int argc, char **argv)
{
	CommandLine line = {
		.name = "who",
		.arguments = "ATTRIBUTE|login",
		.summary =
			"Says who can ever get an attribute, or be let in, at which services, "
			"and by which line\nof policy: for everybody there may be, not only those in the "
			"directory today.",
		.entries = entries,
	};
	g_autoptr(GError) error = NULL;
	int result = COMMAND_USAGE;
	if (command_parse(&line, &argc, &argv)) {
		if (!line.rest || line.rest[1])
			g_printerr("portvakt who: it takes one attribute, or login\n"
				   "Try `portvakt who --help'.\n");
		else if (command_language("who", &language))
			result = !command_start_libraries() ? COMMAND_PROBLEM
				 : who(&line, &error)       ? COMMAND_DONE
							    : command_fail(error);
	}
	command_line_clear(&line);
	g_clear_pointer(&service_wanted, g_free);
	g_clear_pointer(&day_wanted, g_free);
	g_clear_pointer(&language, g_free);
	return result;
}
