/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/choice/consent.h"
#include "idp/command/command.h"
#include "idp/command/explanation.h"
#include "idp/command/find-person.h"
#include "idp/command/find-service.h"
#include "idp/command/protected-role.h"
#include "idp/command/say.h"
#include "idp/generation.h"

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
static Decision *decide(Explanation *told, StoreReader *reader, const Person *person, gint64 now,
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
		.lang = "sv",
		.person = person,
		.service = told->service,
		.circumstances = circumstances,
		.at = {now, generation->choice_keep},
	};
	g_autoptr(Consent) consent = consent_find(&of, first, error);
	if (!consent)
		return NULL;
	told->page_due = consent->asked ? PAGE_ASK : consent->told ? PAGE_INFORM : PAGE_SILENT;
	return consent_take_decision(consent);
}

/* Who the person is, as in a login. That an identifier of a protected person is lost would tell an
 * outsider that a rule let them in: such a one is told as if nothing had been given. */
static Identity *identify(const Explanation *told, StoreReader *reader, Person *person,
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
	Explanation told = {
		.generation = generation,
		.service = service,
		.login = person_login,
		.role = role,
		.looks = looks,
		.masked = masked,
	};
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
	told.year_unknown = person->year == YEAR_UNKNOWN;
	told.is_protected = looks && person->is_protected;
	told.fault = fault ? fault_of(fault) : NULL;
	g_assert((told.decision == NULL) == (told.fault != NULL));
	if (as_json)
		command_print_json(explanation_variant(&told));
	else
		explanation_print(&told);
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
