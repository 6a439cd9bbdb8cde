/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/diff-report.h"

#include <string.h>

#include "idp/meaning.h"
#include "policy/day.h"

static bool is_swedish(const DiffReport *report)
{
	return strcmp(report->language, "sv") == 0;
}

static const char *say(const DiffReport *report, const char *en, const char *sv)
{
	return is_swedish(report) ? sv : en;
}

Wider diff_report_wider(const DiffReport *report)
{
	Wider wider = report->sections->len ? WIDER_MAY : WIDER_NO;
	for (guint i = 0; report->symbolic && i < report->symbolic->len; i++) {
		const DiffEntry *entry = report->symbolic->pdata[i];
		if (entry->way == DIFF_WIDER)
			return WIDER_YES;
		if (entry->way == DIFF_MAY_WIDEN)
			wider = WIDER_MAY;
	}
	for (guint i = 0; report->persons && i < report->persons->len; i++)
		if (g_array_index(report->persons, DifferenceChange, i).wider)
			return WIDER_YES;
	return wider;
}

/* ---- words ---- */

/* 1204 as "1,204", or in Swedish with a space that does not break. Transfer full. */
static char *number_text(const DiffReport *report, guint n)
{
	g_autofree char *digits = g_strdup_printf("%u", n);
	GString *text = g_string_new(NULL);
	gsize length = strlen(digits);
	for (gsize i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			g_string_append(text, say(report, ",", "\xc2\xa0"));
		g_string_append_c(text, digits[i]);
	}
	return g_string_free(text, FALSE);
}

/* "1,204 pupils", "3 protected guardians". */
static char *people_text(const DiffReport *report, const DifferenceChange *change)
{
	static const struct {
		Role role;
		const char *en[2], *sv[2]; /* one, several */
	} words[] = {
		{ROLE_STUDENT, {"pupil", "pupils"}, {"elev", "elever"}},
		{ROLE_STAFF, {"member of staff", "members of staff"}, {"anställd", "anställda"}},
		{ROLE_GUARDIAN, {"guardian", "guardians"}, {"vårdnadshavare", "vårdnadshavare"}},
	};
	g_autofree char *number = number_text(report, change->count);
	bool several = change->count != 1;
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (words[i].role == change->role)
			return g_strconcat(number, " ",
					   say(report, words[i].en[several], words[i].sv[several]),
					   !change->is_protected
						   ? ""
						   : say(report, " with protected identity",
							 " med skyddade uppgifter"),
					   NULL);
	return g_steal_pointer(&number);
}

/* {a} is the attribute, {p} the people. */
static const struct {
	const char *en[2], *sv[2]; /* as it is now: narrower, wider */
	const char *name;
} kinds[DIFFERENCE_KINDS] = {
	[DIFFERENCE_LOGIN] = {{"lets in {p} no more", "lets in {p}"},
			      {"släpper inte längre in {p}", "släpper in {p}"},
			      "login"},
	[DIFFERENCE_ATTRIBUTE] = {{"loses {a} for {p}", "gains {a} for {p}"},
				  {"får inte längre {a} för {p}", "får {a} för {p}"},
				  "attribute"},
	[DIFFERENCE_VALUES] = {{"loses values of {a} for {p}", "gains values of {a} for {p}"},
			       {"får färre värden av {a} för {p}",
				"får fler värden av {a} för {p}"},
			       "values"},
	[DIFFERENCE_UNASKED] = {{"gains {a} only if {p} say yes", "gains {a} without asking {p}"},
				{"får {a} bara om {p} säger ja", "får {a} utan att fråga {p}"},
				"consent"},
	[DIFFERENCE_UNSHOWN] = {{"is told of more to {p}", "is told of less to {p}"},
				{"visas tydligare för {p}", "visas mindre tydligt för {p}"},
				"page"},
	[DIFFERENCE_NAME] = {{"", "knows {p} by another name ({a})"},
			     {"", "känner {p} under ett annat namn ({a})"},
			     "name"},
	[DIFFERENCE_ANYTHING] = {{"something less for {p}", "something more for {p}"},
				 {"något mindre för {p}", "något mer för {p}"},
				 "anything"},
};

static char *change_text(const DiffReport *report, const DifferenceChange *change)
{
	g_autofree char *people = people_text(report, change);
	GString *text = g_string_new(say(report, kinds[change->kind].en[change->wider],
					 kinds[change->kind].sv[change->wider]));
	g_string_replace(text, "{a}", change->attribute ? change->attribute->name : "NameID", 0);
	g_string_replace(text, "{p}", people, 0);
	return g_string_free(text, FALSE);
}

static char *rule_text(const DecisionRule *rule)
{
	return rule->title ? g_strdup_printf("  [%s:%u]", rule->file, rule->line) : g_strdup("");
}

/* ---- for people ---- */

static void print_persons(const DiffReport *report)
{
	g_autofree char *persons = number_text(report, report->n_persons);
	g_autofree char *services = number_text(report, report->names->len);
	guint last = G_MAXUINT;
	g_print("\n%s (%s %s %s, %.1f s)\n",
		say(report, "People of the directory", "Personer i katalogen"), persons,
		say(report, "at services:", "vid tjänster:"), services, report->seconds);
	for (guint i = 0; i < report->persons->len; i++) {
		const DifferenceChange *change =
			&g_array_index(report->persons, DifferenceChange, i);
		g_autofree char *text = change_text(report, change);
		g_autofree char *rule = rule_text(&change->rule);
		if (change->kind == DIFFERENCE_ANYTHING)
			continue;
		if (change->service != last)
			g_print("  %s\n", (const char *)report->names->pdata[change->service]);
		last = change->service;
		g_print("    %s %s%s\n", change->wider ? "+" : "-", text, rule);
	}
	if (!report->persons->len)
		g_print("  %s\n",
			say(report, "nothing changes for anybody", "ingenting ändras för någon"));
}

static const char *name_of(const DiffReport *report, const Site *site)
{
	return say(report, site->name_en, site->name_sv);
}

/* Three by name, and how many more. */
static char *sites_text(const DiffReport *report, const GPtrArray *sites)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < sites->len && i < 3; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
				       name_of(report, sites->pdata[i]));
	if (sites->len > 3)
		g_string_append_printf(text, " %s %u %s", say(report, "and", "och"), sites->len - 3,
				       say(report, "more", "till"));
	return g_string_free(text, FALSE);
}

static void print_symbolic(const DiffReport *report)
{
	static const char marks[] = {[DIFF_NARROWER] = '-',
				     [DIFF_CHANGED] = '~',
				     [DIFF_WIDER] = '+',
				     [DIFF_MAY_WIDEN] = '?'};
	g_autofree char *last = g_strdup("");
	g_print("\n%s\n", say(report, "Whoever may be in the directory, on any day from now on",
			      "Vem som än kan finnas i katalogen, alla dagar från och med nu"));
	for (guint i = 0; i < report->symbolic->len; i++) {
		const DiffEntry *entry = report->symbolic->pdata[i];
		g_autofree char *sites = sites_text(report, entry->services);
		g_autofree char *sentence = diff_sentence(entry, report->language);
		g_autofree char *day = day_text(entry->from);
		bool later = entry->from > report->today;
		if (strcmp(sites, last) != 0)
			g_print("  %s\n",
				*sites ? sites : say(report, "every service", "alla tjänster"));
		g_free(last);
		last = g_steal_pointer(&sites);
		g_print("    %c %s%s%s%s\n", marks[entry->way], sentence,
			later ? say(report, " (from ", " (från ") : "", later ? day : "",
			later ? ")" : "");
	}
	if (!report->symbolic->len)
		g_print("  %s\n", say(report, "nothing changes", "ingenting ändras"));
}

static void print_sections(const DiffReport *report)
{
	if (report->sections->len)
		g_print("\n%s\n", say(report, "What the words of the policy mean",
				      "Vad reglernas ord betyder"));
	for (guint i = 0; i < report->sections->len; i++) {
		g_autofree char *sentence =
			meaning_sentence(report->sections->pdata[i], report->language);
		g_print("    ? %s\n", sentence);
	}
}

void diff_report_print(const DiffReport *report)
{
	static const char *const results[][2] = {
		[WIDER_NO] = {"Nothing is released that was not.",
			      "Ingenting lämnas ut som inte lämnades ut förut."},
		[WIDER_MAY] = {"More MAY be released than before (?).",
			       "Mer KAN komma att lämnas ut än förut (?)."},
		[WIDER_YES] = {"More is released than before (+).", "Mer lämnas ut än förut (+)."},
	};
	Wider wider = diff_report_wider(report);
	g_print("%s %s\n%s %s\n", say(report, "before:", "före: "), report->before,
		say(report, "after: ", "efter:"), report->after);
	print_sections(report);
	if (report->symbolic)
		print_symbolic(report);
	if (report->persons)
		print_persons(report);
	g_print("\n%s\n", results[wider][is_swedish(report)]);
}

/* ---- as JSON ---- */

static void add_rule(GVariantDict *dict, const DecisionRule *rule)
{
	GVariantDict inner;
	if (!rule->file)
		return;
	g_variant_dict_init(&inner, NULL);
	if (rule->title)
		g_variant_dict_insert(&inner, "title", "s", rule->title);
	g_variant_dict_insert(&inner, "file", "s", rule->file);
	g_variant_dict_insert(&inner, "line", "u", rule->line);
	g_variant_dict_insert_value(dict, "rule", g_variant_dict_end(&inner));
}

static GVariant *change_variant(const DiffReport *report, const DifferenceChange *change)
{
	g_autofree char *text = change_text(report, change);
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "service", "s", report->ids->pdata[change->service]);
	g_variant_dict_insert(&dict, "name", "s", report->names->pdata[change->service]);
	g_variant_dict_insert(&dict, "what", "s", kinds[change->kind].name);
	g_variant_dict_insert(&dict, "way", "s", change->wider ? "wider" : "narrower");
	if (change->attribute)
		g_variant_dict_insert(&dict, "attribute", "s", change->attribute->name);
	g_variant_dict_insert(&dict, "role", "s", role_name(change->role));
	if (change->is_protected)
		g_variant_dict_insert(&dict, "protected", "b", true);
	g_variant_dict_insert(&dict, "count", "u", change->count);
	if (change->rule.title)
		add_rule(&dict, &change->rule);
	g_variant_dict_insert(&dict, "text", "s", text);
	return g_variant_dict_end(&dict);
}

static GVariant *persons_variant(const DiffReport *report)
{
	GVariantBuilder changes;
	GVariantDict dict;
	g_variant_builder_init(&changes, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < report->persons->len; i++)
		g_variant_builder_add_value(
			&changes, change_variant(report, &g_array_index(report->persons,
									DifferenceChange, i)));
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "entries", "u", report->n_persons);
	g_variant_dict_insert(&dict, "services", "u", report->names->len);
	g_variant_dict_insert(&dict, "milliseconds", "x", (gint64)(report->seconds * 1000));
	g_variant_dict_insert_value(&dict, "changes", g_variant_builder_end(&changes));
	return g_variant_dict_end(&dict);
}

static const char *const ways[] = {[DIFF_NARROWER] = "narrower",
				   [DIFF_CHANGED] = "changed",
				   [DIFF_WIDER] = "wider",
				   [DIFF_MAY_WIDEN] = "may-widen"};

static const char *const whats[DIFF_WHAT_LAST + 1] = {
	[DIFF_LOGIN] = "login",       [DIFF_ATTRIBUTE] = "attribute",
	[DIFF_OPENED] = "opened",     [DIFF_LEVEL] = "level",
	[DIFF_CONSENT] = "consent",   [DIFF_PAGE] = "page",
	[DIFF_APPROVAL] = "approval", [DIFF_ASK] = "ask",
	[DIFF_NEEDS] = "needs",       [DIFF_SUBJECT] = "subject",
	[DIFF_RENAME] = "rename",     [DIFF_FORM] = "form",
	[DIFF_PROTOCOL] = "protocol", [DIFF_REGISTRY] = "registry",
};

static GVariant *sites_variant(const DiffReport *report, const GPtrArray *sites)
{
	GVariantBuilder list;
	g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < sites->len; i++) {
		const Site *site = sites->pdata[i];
		GVariantDict dict;
		g_variant_dict_init(&dict, NULL);
		g_variant_dict_insert(&dict, "name", "s", name_of(report, site));
		if (site->id)
			g_variant_dict_insert(&dict, "id", "s", site->id);
		g_variant_dict_insert(&dict, "known", "b", site->is_known);
		g_variant_builder_add_value(&list, g_variant_dict_end(&dict));
	}
	return g_variant_builder_end(&list);
}

static GVariant *entry_variant(const DiffReport *report, const DiffEntry *entry)
{
	g_autofree char *sentence = diff_sentence(entry, report->language);
	g_autofree char *day = day_text(entry->from);
	const struct {
		const char *key, *text;
	} texts[] = {{"attribute", entry->attribute},
		     {"people", say(report, entry->people_en, entry->people_sv)},
		     {"example", say(report, entry->example_en, entry->example_sv)},
		     {"values", entry->values},
		     {"before", entry->before},
		     {"after", entry->after}};
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "way", "s", ways[entry->way]);
	g_variant_dict_insert(&dict, "what", "s", whats[entry->what]);
	g_variant_dict_insert_value(&dict, "services", sites_variant(report, entry->services));
	g_variant_dict_insert(&dict, "from", "s", day);
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		if (texts[i].text)
			g_variant_dict_insert(&dict, texts[i].key, "s", texts[i].text);
	add_rule(&dict, &entry->rule);
	g_variant_dict_insert(&dict, "text", "s", sentence);
	return g_variant_dict_end(&dict);
}

static GVariant *sections_variant(const DiffReport *report)
{
	GVariantBuilder list;
	g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < report->sections->len; i++) {
		const char *section = report->sections->pdata[i];
		g_autofree char *sentence = meaning_sentence(section, report->language);
		GVariantDict dict;
		g_variant_dict_init(&dict, NULL);
		g_variant_dict_insert(&dict, "section", "s", section);
		g_variant_dict_insert(&dict, "way", "s", ways[DIFF_MAY_WIDEN]);
		g_variant_dict_insert(&dict, "text", "s", sentence);
		g_variant_builder_add_value(&list, g_variant_dict_end(&dict));
	}
	return g_variant_builder_end(&list);
}

GVariant *diff_report_variant(const DiffReport *report)
{
	static const char *const results[] = {
		[WIDER_NO] = "no", [WIDER_MAY] = "may", [WIDER_YES] = "yes"};
	GVariantBuilder entries;
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "before", "s", report->before);
	g_variant_dict_insert(&dict, "after", "s", report->after);
	g_variant_dict_insert(&dict, "wider", "s", results[diff_report_wider(report)]);
	g_variant_dict_insert_value(&dict, "configuration", sections_variant(report));
	g_variant_builder_init(&entries, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; report->symbolic && i < report->symbolic->len; i++)
		g_variant_builder_add_value(&entries,
					    entry_variant(report, report->symbolic->pdata[i]));
	if (report->symbolic)
		g_variant_dict_insert_value(&dict, "symbolic", g_variant_builder_end(&entries));
	else
		g_variant_builder_clear(&entries);
	if (report->persons)
		g_variant_dict_insert_value(&dict, "persons", persons_variant(report));
	return g_variant_dict_end(&dict);
}
