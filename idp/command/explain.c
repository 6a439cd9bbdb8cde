/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "idp/choice/consent.h"
#include "idp/command/command.h"
#include "idp/command/find-person.h"
#include "idp/command/find-service.h"
#include "idp/command/protected-role.h"
#include "idp/command/say.h"
#include "idp/generation.h"
#include "policy/day.h"

static char *person_login, *role_wanted, *service_wanted, *language;
static gboolean as_json, masked, looks;

static const GOptionEntry entries[] = {
	{"person", 'p', 0, G_OPTION_ARG_STRING, &person_login, "Whom, by login name", "LOGIN"},
	{"service", 's', 0, G_OPTION_ARG_STRING, &service_wanted,
	 "Where: the policy's name for it, or its entityID", "ID"},
	{"role", 'r', 0, G_OPTION_ARG_STRING, &role_wanted,
	 "As what, for who has several roles: student, staff or guardian", "ROLE"},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	{"mask", 'm', 0, G_OPTION_ARG_NONE, &masked, "Print no values, only how many", NULL},
	{"protected", 0, 0, G_OPTION_ARG_NONE, &looks,
	 "Tell the truth of a protected person too, which is entered in the ledger", NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language, "sv or en (default: by the locale)",
	 "LANG"},
	G_OPTION_ENTRY_NULL,
};

/* ---- whom and where ---- */

static Role choose_role(unsigned roles, GError **error)
{
	Role wanted = role_wanted ? role_by_name(role_wanted) : ROLE_NONE;
	if (!roles)
		command_set_error(
			error,
			"the person has no role, so nobody is let in; see student, staff and guardian "
			"in portvakt.conf(5)");
	else if (wanted && !(roles & wanted))
		command_set_error(error, "the person is no %s", role_wanted);
	else if (!wanted && (roles & (roles - 1)))
		command_set_error(error, "the person has several roles; say which with --role");
	else
		return wanted ? wanted : (Role)roles;
	return ROLE_NONE;
}

/* ---- what is told ---- */

/* What is explained: who gets what from where. */
typedef struct {
	const Generation *generation;
	const Service *service;
	const Identity *identity; /* NULL: nobody is let in as that person, see `fault' */
	const Decision *decision; /* likewise */
	const Fault *fault;
	const char *store; /* "read", "absent" or "unreadable" */
	Role role;
	PageKind page_due; /* that the person has still to see; SILENT: none */
	bool is_protected; /* never where the person is shown as an outsider */
} Told;

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

static const char *outcome_reason(const Told *told)
{
	return told->decision ? reason_code_name(told->decision->reason) : told->fault->name;
}

/* Transfer full. */
static char *outcome_sentence(const Told *told)
{
	return told->decision ? reason_sentence(told->decision, NULL, language)
			      : g_strdup(fault_sentence(told->fault));
}

static bool is_let_in(const Told *told)
{
	return told->decision && told->decision->outcome == OUTCOME_ANSWERED;
}

/* Whether the value does not exist yet: the first login makes it. */
static bool is_to_be_made(const Told *told, const DecisionRow *row)
{
	for (unsigned kind = 0; kind < IDENTIFIER_KINDS; kind++)
		if (g_str_equal(row->name, identifier_name(kind)))
			return row->values &&
			       told->identity->identifiers[kind].news == IDENTITY_NEW;
	return false;
}

/* The metadata file in which the service asks for it; NULL: an `asks' line of ours does, or nobody.
 * Transfer full. */
static char *asked_in(const Told *told, const DecisionRow *row)
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
static bool is_held(const Told *told, const DecisionRow *row)
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

static GVariant *values_variant(const GPtrArray *values)
{
	GVariantBuilder builder;
	g_variant_builder_init(&builder, G_VARIANT_TYPE("as"));
	for (guint i = 0; values && i < values->len; i++)
		g_variant_builder_add(&builder, "s", masked ? "***" : values->pdata[i]);
	return g_variant_builder_end(&builder);
}

static GVariant *row_variant(const Told *told, const DecisionRow *row)
{
	g_autofree char *sentence = reason_sentence(told->decision, row, language);
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
	g_variant_dict_insert_value(&dict, "values",
				    values_variant(is_to_be_made(told, row) ? NULL : row->values));
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

static GVariant *deviations_variant(const Told *told)
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
static GVariant *subject_variant(const Decision *decision)
{
	const Subject *subject = &decision->subject;
	const char *value = decision_subject(decision);
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "attribute", "s",
			      subject->attribute ? subject->attribute->name : "transient");
	g_variant_dict_insert(&dict, "format", "s", subject->format);
	g_variant_dict_insert(&dict, "also_attribute", "b", subject->also_attribute);
	if (value)
		g_variant_dict_insert(&dict, "value", "s", masked ? "***" : value);
	return g_variant_dict_end(&dict);
}

static GVariant *told_variant(const Told *told)
{
	const Decision *decision = told->decision;
	g_autofree char *sentence = outcome_sentence(told);
	GVariantBuilder rows;
	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; decision && i < decision->rows->len; i++)
		g_variant_builder_add_value(&rows, row_variant(told, decision->rows->pdata[i]));
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "person", "s", person_login);
	g_variant_dict_insert(&dict, "role", "s", role_name(told->role));
	g_variant_dict_insert(&dict, "service", "s", told->service->id);
	g_variant_dict_insert(&dict, "store", "s", told->store);
	g_variant_dict_insert(&dict, "outcome", "s", is_let_in(told) ? "answered" : "refused");
	g_variant_dict_insert(&dict, "reason", "s", outcome_reason(told));
	g_variant_dict_insert(&dict, "sentence", "s", sentence);
	if (looks)
		g_variant_dict_insert(&dict, "protected", "b", told->is_protected);
	if (decision && decision->rule.title)
		g_variant_dict_insert_value(&dict, "rule", rule_variant(&decision->rule));
	if (decision)
		g_variant_dict_insert_value(&dict, "subject", subject_variant(decision));
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
static void print_ask(const Told *told, const DecisionRow *row)
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

static void print_row(const Told *told, const DecisionRow *row)
{
	g_autofree char *sentence = reason_sentence(told->decision, row, language);
	g_autofree char *where = where_text(&row->rule);
	g_print("\n  %s %s%s%s\n", row->values ? "+" : "-", row->name, row->attribute ? "  " : "",
		row->attribute ? row->attribute->saml : "");
	if (is_to_be_made(told, row))
		g_print("      = %s\n",
			say("(made at the first login)", "(görs vid första inloggningen)"));
	for (guint i = 0; !is_to_be_made(told, row) && row->values && i < row->values->len; i++)
		g_print("      = %s\n", masked ? "***" : (const char *)row->values->pdata[i]);
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
static void print_deviations(const Told *told)
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

static void print_told(const Told *told)
{
	const Decision *decision = told->decision;
	const char *name =
		policy_service_name(told->generation->policy, PROTOCOL_SAML, told->service->id);
	g_autofree char *sentence = outcome_sentence(told);
	g_autofree char *where = decision ? where_text(&decision->rule) : g_strdup("");
	g_print("%s (%s%s) %s %s (%s)\n%s: %s%s\n", person_login, role_word(told->role),
		told->is_protected ? say(", protected identity", ", skyddade uppgifter") : "",
		say("at", "hos"), name ? name : told->service->id, told->service->id,
		is_let_in(told) ? say("let in", "släpps in") : say("refused", "släpps inte in"),
		sentence, where);
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

/* The store beside a daemon or before the first one; NULL: without it nobody is known yet. */
static StoreReader *open_store(const Generation *generation, const char **ret_state)
{
	g_autoptr(GError) error = NULL;
	const char *file = config_path(generation->config, "store", "file");
	StoreReader *reader = store_reader_open(store_sqlite, file, &error);
	*ret_state = "read";
	if (reader)
		return reader;
	bool absent = g_error_matches(error, STORE_ERROR, STORE_ERROR_MISSING);
	*ret_state = absent ? "absent" : "unreadable";
	if (!as_json || !absent)
		g_printerr(
			"portvakt explain: %s%s\n", absent ? file : error->message,
			absent ? say(": there is no store yet; told as if nobody had ever logged "
				     "in",
				     ": databasen finns inte än; svaret är som om ingen hade "
				     "loggat in")
			       : say(": told as if nobody had ever logged in",
				     ": svaret är som om ingen hade loggat in"));
	return NULL;
}

/* As in a login with a password. */
static Circumstances circumstances_of(const Generation *generation, const Person *person,
				      gint64 now)
{
	unsigned today = generation_today(generation->zone, now);
	unsigned age = (unsigned)config_number(generation->config, "consent", "age");
	return (Circumstances){
		.today = today,
		.level = assurance_of_password(generation->assurance),
		.too_young = consent_is_too_young(person, age, today),
	};
}

/* What whoever runs this may see of the decision, by what the person has said. */
static Decision *decide(Told *told, StoreReader *reader, const Person *person, gint64 now,
			GError **error)
{
	const Generation *generation = told->generation;
	const Policy *policy = generation->policy;
	const Circumstances circumstances = circumstances_of(generation, person, now);
	if (person->is_protected && !looks)
		return policy_decide_outside(policy, person, told->service, &circumstances);
	Decision *first =
		looks ? policy_decide_openly(policy, person, told->service, &circumstances)
		      : policy_decide(policy, person, told->service, &circumstances);
	const ConsentCase of = {
		.policy = policy,
		.key = generation->ledger_key,
		.reader = reader,
		.zone = generation->zone,
		.identity = told->identity->person,
		.person = person,
		.service = told->service,
		.circumstances = circumstances,
	};
	g_autoptr(Consent) consent = consent_find(&of, first, error);
	if (!consent)
		return NULL;
	told->page_due = consent->asked ? PAGE_ASK : consent->told ? PAGE_INFORM : PAGE_SILENT;
	return consent_take_decision(consent);
}

/* Who the person is, as in a login. That an identifier of a protected person is lost would tell an
 * outsider that a rule let them in: such a one is told as if nothing had been given. */
static Identity *identify(const Told *told, StoreReader *reader, Person *person,
			  const DirectoryEntry *entry, gint64 now, GError **error)
{
	const IdentityRules *rules = &told->generation->identities;
	const IdentitySeen seen = {
		.eppn_is_shared = entry_marks(entry) & ENTRY_EPPN_SHARED,
		.asked_at = entry_asked_at(entry),
	};
	g_autoptr(GError) fault = NULL;
	Identity *identity =
		identity_find(rules, reader, person, told->service, &seen, now, &fault);

	if (!looks && person->is_protected &&
	    g_error_matches(fault, FAULT_ERROR, FAULT_IDENTIFIER_LOST))
		return identity_find(rules, NULL, person, told->service, &seen, now, error);
	if (fault)
		g_propagate_error(error, g_steal_pointer(&fault));
	return identity;
}

/* Who the person is, then what the policy says, as in a login; both told. */
static bool find_out(const Generation *generation, const Service *service,
		     const DirectoryEntry *entry, Role role, gint64 now, GError **error)
{
	Told told = {.generation = generation, .service = service, .role = role};
	g_autoptr(StoreReader) reader = open_store(generation, &told.store);
	g_autoptr(Person) person = masterdata_person(generation->masterdata, entry, role);
	g_autoptr(GError) fault = NULL;
	g_autoptr(Decision) decision = NULL;
	g_autoptr(Identity) identity = identify(&told, reader, person, entry, now, &fault);
	if (g_error_matches(fault, FAULT_ERROR, FAULT_STORE_DOWN)) {
		g_propagate_error(error, g_steal_pointer(&fault));
		return false;
	}
	if (looks && !protected_role_look(generation, identity ? identity->person : person->key,
					  service->id, error))
		return false;
	told.identity = identity;
	if (identity)
		decision = decide(&told, reader, person, now, error);
	if (identity && !decision)
		return false;
	told.decision = decision;
	told.is_protected = looks && person->is_protected;
	told.fault = fault ? fault_of(fault) : NULL;
	g_assert((told.decision == NULL) == (told.fault != NULL));
	if (as_json)
		command_print_json(told_variant(&told));
	else
		print_told(&told);
	return true;
}

static bool explain(const CommandLine *line, GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(Generation) generation = command_generation(line, now, error);
	if (generation && looks && !protected_role_has(generation, error))
		return false;
	g_autoptr(Entity) entity =
		generation ? command_find_service(generation, service_wanted, now, error) : NULL;
	const Service *service = entity ? entity->service : NULL;
	g_autoptr(DirectoryEntry) entry =
		service ? command_find_person(generation, person_login, error) : NULL;
	Role role = entry ? choose_role(masterdata_roles(generation->masterdata, entry), error)
			  : ROLE_NONE;
	return role && find_out(generation, service, entry, role, now, error);
}

static bool options_are_whole(void)
{
	if (!person_login || !service_wanted) {
		g_printerr("portvakt explain: --person and --service are needed\n"
			   "Try `portvakt explain --help'.\n");
		return false;
	}
	if (role_wanted && !role_by_name(role_wanted)) {
		g_printerr("portvakt explain: --role is student, staff or guardian\n");
		return false;
	}
	return command_language("explain", &language);
}

int command_explain(int argc, char **argv)
{
	CommandLine line = {
		.name = "explain",
		.summary =
			"Says what one person's login at one service would release and withhold, and "
			"which\nline of policy decides each attribute.",
		.entries = entries,
	};
	g_autoptr(GError) error = NULL;
	int result = COMMAND_USAGE;
	if (command_parse(&line, &argc, &argv) && options_are_whole()) {
		result = COMMAND_PROBLEM;
		if (command_start_libraries())
			result = explain(&line, &error) ? COMMAND_DONE : command_fail(error);
	}
	command_line_clear(&line);
	g_clear_pointer(&person_login, g_free);
	g_clear_pointer(&service_wanted, g_free);
	g_clear_pointer(&role_wanted, g_free);
	g_clear_pointer(&language, g_free);
	return result;
}
