/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/explanation.h"

#include "idp/command/say.h"
#include "policy/day.h"

/* Why nobody is let in as that person, whatever the policy says. */
static const char *fault_sentence(const Fault *fault)
{
	if (fault->code == FAULT_EPPN_SHARED)
		return say("Another entry of the directory has the same EPPN now; see `portvakt "
			   "masterdata lint'.",
			   "En annan post i katalogen har samma EPPN nu; se `portvakt masterdata "
			   "lint'.");
	if (fault->code == FAULT_EPPN_TAKEN)
		return say("The EPPN has belonged to another person key; see `portvakt eppn show', "
			   "and `portvakt eppn adopt' if it is the same human.",
			   "EPPN har hört till en annan personnyckel; se `portvakt eppn show', och "
			   "`portvakt eppn adopt' om det är samma människa.");
	if (fault->code == FAULT_PERSON_CHANGING)
		return say("EPPN and identifiers are being renewed; if it lasts, `portvakt eppn "
			   "rotate' was stopped and must be run again.",
			   "EPPN och id:n förnyas; om det inte går över avbröts `portvakt eppn "
			   "rotate' och måste köras igen.");
	return say(
		"An identifier was given at this service, and is gone from the store, or the EPPN "
		"that it was from the directory; restore it, or give new ones with `portvakt "
		"eppn rotate'.",
		"En identifierare har lämnats till tjänsten och finns inte kvar i lagret, eller "
		"det EPPN som var den inte i katalogen; återställ det, eller ge nya med "
		"`portvakt eppn rotate'.");
}

static const char *outcome_reason(const Explanation *told)
{
	return told->decision ? reason_code_name(told->decision->reason) : told->fault->name;
}

/* Transfer full. */
static char *outcome_sentence(const Explanation *told)
{
	return told->decision ? reason_sentence(told->decision, NULL, say_language())
			      : g_strdup(fault_sentence(told->fault));
}

static bool is_let_in(const Explanation *told)
{
	return told->decision && told->decision->outcome == OUTCOME_ANSWERED;
}

/* Whether the value does not exist yet: the first login makes it. */
static bool is_to_be_made(const Explanation *told, const DecisionRow *row)
{
	for (unsigned kind = 0; kind < IDENTIFIER_KINDS; kind++)
		if (g_str_equal(row->name, identifier_name(kind)))
			return row->values &&
			       told->identity->identifiers[kind].news == IDENTITY_NEW;
	return false;
}

/* The metadata file in which the service asks for it; NULL: an `asks' line of ours does, or nobody.
 * Transfer full. */
static char *asked_in(const Explanation *told, const DecisionRow *row)
{
	const char *file = entity_set_file(told->generation->entities, told->service->id);
	for (guint i = 0; file && i < told->service->wishes->len; i++) {
		const Wish *wish = told->service->wishes->pdata[i];
		const Attribute *attribute = registry_wish(told->generation->registry, wish);
		if (attribute ? attribute == row->attribute : g_str_equal(wish->name, row->name))
			return g_path_get_basename(file);
	}
	return NULL;
}

/* The service has newly asked for it, and no admin has let that in. */
static bool is_held(const Explanation *told, const DecisionRow *row)
{
	for (guint i = 0; i < told->service->wishes->len; i++) {
		const Wish *wish = told->service->wishes->pdata[i];
		const Attribute *attribute = registry_wish(told->generation->registry, wish);
		if (wish->held &&
		    (attribute ? attribute == row->attribute : g_str_equal(wish->name, row->name)))
			return true;
	}
	return false;
}

static const struct {
	const char *name, *en, *sv;
} grant_states[] = {
	[GRANT_GIVEN] = {"given", "the person is told", "personen informeras"},
	[GRANT_TO_ASK] = {"to-ask", "the person will be asked", "personen kommer att tillfrågas"},
	[GRANT_AGREED] = {"agreed", "the person said yes", "personen sa ja"},
	[GRANT_DECLINED] = {"declined", "the person said no", "personen sa nej"},
	[GRANT_TOO_YOUNG] = {"too-young", "the person is too young to be asked",
			     "personen är för ung för att tillfrågas"},
};

static GVariant *rule_variant(const DecisionRule *rule)
{
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "title", "s", rule->title);
	g_variant_dict_insert(&dict, "file", "s", rule->file);
	g_variant_dict_insert(&dict, "line", "u", rule->line);
	return g_variant_dict_end(&dict);
}

static GVariant *values_variant(const Explanation *told, const GPtrArray *values)
{
	GVariantBuilder builder;
	g_variant_builder_init(&builder, G_VARIANT_TYPE("as"));
	for (guint i = 0; values && i < values->len; i++)
		g_variant_builder_add(&builder, "s", told->masked ? "***" : values->pdata[i]);
	return g_variant_builder_end(&builder);
}

static GVariant *row_variant(const Explanation *told, const DecisionRow *row)
{
	g_autofree char *sentence = reason_sentence(told->decision, row, say_language());
	g_autofree char *file = asked_in(told, row);
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "name", "s", row->name);
	if (row->attribute)
		g_variant_dict_insert(&dict, "saml", "s", row->attribute->saml);
	g_variant_dict_insert(&dict, "asked", "b", row->asked);
	if (file)
		g_variant_dict_insert(&dict, "asked_in", "s", file);
	g_variant_dict_insert(&dict, "required", "b", row->required);
	g_variant_dict_insert(&dict, "held", "b", is_held(told, row));
	if (row->told_as)
		g_variant_dict_insert(&dict, "told_as", "s", row->told_as);
	if (row->without_format)
		g_variant_dict_insert(&dict, "without_format", "b", true);
	if (row->level)
		g_variant_dict_insert(&dict, "level", "s", row->level);
	g_variant_dict_insert(&dict, "reason", "s", reason_code_name(row->reason));
	g_variant_dict_insert(&dict, "sentence", "s", sentence);
	if (row->rule.title)
		g_variant_dict_insert_value(&dict, "rule", rule_variant(&row->rule));
	g_variant_dict_insert(&dict, "made_at_first_login", "b", is_to_be_made(told, row));
	g_variant_dict_insert_value(
		&dict, "values",
		values_variant(told, is_to_be_made(told, row) ? NULL : row->values));
	return g_variant_dict_end(&dict);
}

/* What one release gives, or would. */
static GVariant *grant_variant(const DecisionGrant *grant)
{
	const char *because = say(grant->because_en, grant->because_sv);
	g_autofree char *date = day_text(grant->date);
	GVariantBuilder attributes;
	GVariantDict dict;
	g_variant_builder_init(&attributes, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < grant->attributes->len; i++)
		g_variant_builder_add(&attributes, "s",
				      ((const Attribute *)grant->attributes->pdata[i])->name);
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert_value(&dict, "rule", rule_variant(&grant->rule));
	g_variant_dict_insert(&dict, "page", "s", page_kind_name(grant->page));
	g_variant_dict_insert(&dict, "state", "s", grant_states[grant->state].name);
	if (grant->date)
		g_variant_dict_insert(&dict, "date", "s", date);
	if (because)
		g_variant_dict_insert(&dict, "because", "s", because);
	if (grant->basis)
		g_variant_dict_insert(&dict, "basis", "s", grant->basis);
	g_variant_dict_insert_value(&dict, "attributes", g_variant_builder_end(&attributes));
	return g_variant_dict_end(&dict);
}

static GVariant *grants_variant(const Decision *decision)
{
	GVariantBuilder grants;
	g_variant_builder_init(&grants, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; decision->grants && i < decision->grants->len; i++)
		g_variant_builder_add_value(&grants, grant_variant(decision->grants->pdata[i]));
	return g_variant_builder_end(&grants);
}

static GVariant *deviations_variant(const Explanation *told)
{
	g_autoptr(GArray) lines = policy_deviations(told->generation->policy,
						    told->service->protocol, told->service->id);
	GVariantBuilder all;
	g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < lines->len; i++) {
		const PolicyDeviation *line = &g_array_index(lines, PolicyDeviation, i);
		GVariantDict dict;
		g_variant_dict_init(&dict, NULL);
		g_variant_dict_insert(&dict, "text", "s", line->text);
		g_variant_dict_insert(&dict, "file", "s", line->file);
		g_variant_dict_insert(&dict, "line", "u", line->line);
		g_variant_builder_add_value(&all, g_variant_dict_end(&dict));
	}
	return g_variant_builder_end(&all);
}

/* Categories that the service carries and no admin has let in. */
static GVariant *held_variant(const Service *service)
{
	GVariantBuilder held;
	g_variant_builder_init(&held, G_VARIANT_TYPE("as"));
	for (guint i = 0; service->held_categories && i < service->held_categories->len; i++)
		g_variant_builder_add(&held, "s", service->held_categories->pdata[i]);
	return g_variant_builder_end(&held);
}

/* By what the service is told who it is. */
static GVariant *subject_variant(const Explanation *told)
{
	const Decision *decision = told->decision;
	const Subject *subject = &decision->subject;
	const char *value = decision_subject(decision);
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "attribute", "s",
			      subject->attribute ? subject->attribute->name : "transient");
	g_variant_dict_insert(&dict, "format", "s", subject->format);
	g_variant_dict_insert(&dict, "also_attribute", "b", subject->also_attribute);
	if (value)
		g_variant_dict_insert(&dict, "value", "s", told->masked ? "***" : value);
	return g_variant_dict_end(&dict);
}

GVariant *explanation_variant(const Explanation *told)
{
	const Decision *decision = told->decision;
	g_autofree char *sentence = outcome_sentence(told);
	GVariantBuilder rows;
	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; decision && i < decision->rows->len; i++)
		g_variant_builder_add_value(&rows, row_variant(told, decision->rows->pdata[i]));
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "person", "s", told->login);
	g_variant_dict_insert(&dict, "role", "s", role_name(told->role));
	g_variant_dict_insert(&dict, "service", "s", told->service->id);
	g_variant_dict_insert(&dict, "store", "s", told->store);
	g_variant_dict_insert(&dict, "outcome", "s", is_let_in(told) ? "answered" : "refused");
	g_variant_dict_insert(&dict, "reason", "s", outcome_reason(told));
	g_variant_dict_insert(&dict, "sentence", "s", sentence);
	if (told->role == ROLE_STUDENT)
		g_variant_dict_insert(&dict, "year_known", "b", !told->year_unknown);
	if (told->looks)
		g_variant_dict_insert(&dict, "protected", "b", told->is_protected);
	if (decision && decision->rule.title)
		g_variant_dict_insert_value(&dict, "rule", rule_variant(&decision->rule));
	if (decision)
		g_variant_dict_insert_value(&dict, "subject", subject_variant(told));
	if (decision) {
		g_variant_dict_insert(&dict, "page", "s", page_kind_name(decision->page));
		g_variant_dict_insert(&dict, "page_due", "b", told->page_due != PAGE_SILENT);
		g_variant_dict_insert_value(&dict, "grants", grants_variant(decision));
	}
	if (decision && decision->level_wanted)
		g_variant_dict_insert(&dict, "level_wanted", "s", decision->level_wanted);
	g_variant_dict_insert_value(&dict, "deviations", deviations_variant(told));
	g_variant_dict_insert_value(&dict, "held_categories", held_variant(told->service));
	g_variant_dict_insert_value(&dict, "attributes", g_variant_builder_end(&rows));
	return g_variant_dict_end(&dict);
}

static char *where_text(const DecisionRule *rule)
{
	return rule->title ? g_strdup_printf("  [%s:%u]", rule->file, rule->line) : g_strdup("");
}

/* What the service has asked for, and by which name it is told. */
static void print_ask(const Explanation *told, const DecisionRow *row)
{
	g_autofree char *file = asked_in(told, row);
	GString *text = g_string_new(row->required ? say("required", "krävs")
				     : row->asked  ? say("asked for", "efterfrågas")
						   : say("not asked for", "efterfrågas inte"));
	if (file)
		g_string_append_printf(text, " %s %s", say("in", "i"), file);
	if (is_held(told, row))
		g_string_append(text, say("; held", "; väntar på godkännande"));
	if (row->told_as)
		g_string_append_printf(text, "; %s \"%s\"", say("told as", "lämnas som"),
				       row->told_as);
	g_print("      (%s)\n", text->str);
	g_string_free(text, TRUE);
}

static void print_row(const Explanation *told, const DecisionRow *row)
{
	g_autofree char *sentence = reason_sentence(told->decision, row, say_language());
	g_autofree char *where = where_text(&row->rule);
	g_print("\n  %s %s%s%s\n", row->values ? "+" : "-", row->name, row->attribute ? "  " : "",
		row->attribute ? row->attribute->saml : "");
	if (is_to_be_made(told, row))
		g_print("      = %s\n",
			say("(made at the first login)", "(görs vid första inloggningen)"));
	for (guint i = 0; !is_to_be_made(told, row) && row->values && i < row->values->len; i++)
		g_print("      = %s\n", told->masked ? "***" : (const char *)row->values->pdata[i]);
	g_print("      %s%s\n", sentence, where);
	print_ask(told, row);
}

/* What the person is told and asked, by the releases that do. */
static void print_grants(const Decision *decision)
{
	for (guint i = 0; decision->grants && i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];
		g_autofree char *where = where_text(&grant->rule);
		g_autofree char *date = grant->date ? day_text(grant->date) : g_strdup("");
		if (grant->page == PAGE_SILENT)
			continue;
		g_print("\"%s\": %s%s%s%s\n", grant->rule.title,
			say(grant_states[grant->state].en, grant_states[grant->state].sv),
			*date ? " " : "", date, where);
		for (guint j = 0; j < grant->attributes->len; j++)
			g_print("%s%s", j ? ", " : "    ",
				((const Attribute *)grant->attributes->pdata[j])->name);
		g_print("%s", grant->attributes->len ? "\n" : "");
	}
}

/* Where the service is treated otherwise than services are. */
static void print_deviations(const Explanation *told)
{
	g_autoptr(GArray) lines = policy_deviations(told->generation->policy,
						    told->service->protocol, told->service->id);
	for (guint i = 0; i < lines->len; i++) {
		const PolicyDeviation *line = &g_array_index(lines, PolicyDeviation, i);
		g_print("%s %s  [%s:%u]\n", say("deviation:", "avvikelse:"), line->text, line->file,
			line->line);
	}
}

static const char *role_word(Role role)
{
	return role == ROLE_STUDENT    ? say(role_name(role), "elev")
	       : role == ROLE_STAFF    ? say(role_name(role), "personal")
	       : role == ROLE_GUARDIAN ? say(role_name(role), "vårdnadshavare")
				       : role_name(role);
}

void explanation_print(const Explanation *told)
{
	const Decision *decision = told->decision;
	const char *name =
		policy_service_name(told->generation->policy, PROTOCOL_SAML, told->service->id);
	g_autofree char *sentence = outcome_sentence(told);
	g_autofree char *where = decision ? where_text(&decision->rule) : g_strdup("");
	g_print("%s (%s%s) %s %s (%s)\n%s: %s%s\n", told->login, role_word(told->role),
		told->is_protected ? say(", protected identity", ", skyddade uppgifter") : "",
		say("at", "hos"), name ? name : told->service->id, told->service->id,
		is_let_in(told) ? say("let in", "släpps in") : say("refused", "släpps inte in"),
		sentence, where);
	if (told->year_unknown)
		g_print("%s\n",
			say("the school year is not known, so each never, except and demand "
			    "for a year is for this student",
			    "årskursen är inte känd, så varje never, except och demand för "
			    "en årskurs gäller eleven"));
	if (decision && decision->subject.attribute)
		g_print("NameID: %s, %s\n", decision->subject.attribute->name,
			decision->subject.format);
	if (decision && decision->level_wanted)
		g_print("%s %s\n",
			say("more would be given at login level",
			    "mer skulle lämnas ut vid inloggning på nivå"),
			decision->level_wanted);
	if (told->page_due != PAGE_SILENT)
		g_print("%s\n", say("the person has still to see a page first",
				    "personen ska först se en sida"));
	if (decision)
		print_grants(decision);
	print_deviations(told);
	for (guint i = 0; decision && i < decision->rows->len; i++)
		print_row(told, decision->rows->pdata[i]);
}
