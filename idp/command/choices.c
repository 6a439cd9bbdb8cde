/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "idp/approver.h"
#include "idp/command/choice-rows.h"
#include "idp/command/command.h"
#include "idp/command/find-person.h"
#include "idp/command/find-service.h"
#include "idp/command/protected-role.h"
#include "idp/identity/continuation.h"

static char *login, *service, *role_wanted, *language;
static gboolean as_json, looks, dry_run, yes;

static const GOptionEntry entries[] = {
	{"person", 'p', 0, G_OPTION_ARG_STRING, &login, "Whose, by login name", "LOGIN"},
	{"service", 's', 0, G_OPTION_ARG_STRING, &service,
	 "At which service: the policy's name for it, or its entityID", "ID"},
	{"role", 'r', 0, G_OPTION_ARG_STRING, &role_wanted,
	 "withdraw: in one role alone: student, staff or guardian", "ROLE"},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	{"protected", 0, 0, G_OPTION_ARG_NONE, &looks,
	 "Tell the truth of a protected person too, which is entered in the ledger", NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language, "sv or en (default: by the locale)",
	 "LANG"},
	{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, "withdraw: say everything, write nothing",
	 NULL},
	{"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "withdraw: do not ask whether that is what is meant",
	 NULL},
	G_OPTION_ENTRY_NULL,
};

/* What is looked at, and of whom. */
typedef struct {
	Generation *generation;
	StoreReader *reader; /* NULL: there is no store yet, so nobody has said anything */
	ChoiceRows rows;
	char *identity; /* of the one person; NULL: whom one may not see, or all of them */
	GError *error;  /* of a walk */
	int64_t now;
} Desk;

static void desk_clear(Desk *desk)
{
	choice_rows_clear(&desk->rows);
	g_free(desk->identity);
	g_clear_error(&desk->error);
	g_clear_pointer(&desk->reader, store_reader_close);
	g_clear_pointer(&desk->generation, generation_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Desk, desk_clear)

static const char *store_place(const Desk *desk)
{
	return config_path(desk->generation->config, "store", "file");
}

static bool open_desk(Desk *desk, const CommandLine *line, GError **error)
{
	g_autoptr(GError) cause = NULL;

	desk->now = g_get_real_time() / G_USEC_PER_SEC;
	desk->generation = command_generation(line, desk->now, error);
	if (!desk->generation || (looks && !protected_role_has(desk->generation, error)))
		return false;
	desk->reader = store_reader_open(store_sqlite, store_place(desk), &cause);
	if (!desk->reader && !g_error_matches(cause, STORE_ERROR, STORE_ERROR_MISSING)) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	choice_rows_init(&desk->rows, desk->generation, desk->reader, desk->now, service);
	return true;
}

/* ---- whose ---- */

static char *identity_of(const Desk *desk, const DirectoryEntry *entry, GError **error)
{
	return desk->reader ? continuation_of(desk->reader, entry_key(entry), error)
			    : g_strdup(entry_key(entry));
}

/* In the ledger a service stands by its id. */
static bool enter_look(const Desk *desk, const char *identity, GError **error)
{
	g_autoptr(GPtrArray) ids =
		service ? policy_service_ids(desk->generation->policy, PROTOCOL_SAML, service)
			: NULL;

	return protected_role_look(desk->generation, identity,
				   ids && ids->len ? ids->pdata[0] : service, error);
}

/* Whoever has not got the role sees a protected person as one outside every rule, who was never
 * told or asked anything. */
static bool add_person(Desk *desk, GError **error)
{
	g_autoptr(DirectoryEntry) entry = command_find_person(desk->generation, login, error);
	g_autofree char *identity = entry ? identity_of(desk, entry, error) : NULL;

	if (!identity || (looks && !enter_look(desk, identity, error)))
		return false;
	if (!looks && masterdata_is_protected(desk->generation->masterdata, entry))
		return true;
	desk->identity = g_steal_pointer(&identity);
	return choice_rows_add(&desk->rows, login, entry, desk->identity, error);
}

static bool add_one(const DirectoryWalked *walked, gpointer data)
{
	Desk *desk = data;
	const DirectoryEntry *entry = walked->entry;

	if (walked->outcome != DIRECTORY_FOUND ||
	    masterdata_is_protected(desk->generation->masterdata, entry))
		return true;
	g_autofree char *identity = identity_of(desk, entry, &desk->error);
	g_autofree char *dn = g_utf8_make_valid(entry_dn(entry), -1);
	return identity && choice_rows_add(&desk->rows, dn, entry, identity, &desk->error);
}

/* A service that nobody has said anything to, and that nobody knows, is a slip. */
static bool is_service(const Desk *desk, GError **error)
{
	g_autoptr(GPtrArray) ids =
		policy_service_ids(desk->generation->policy, PROTOCOL_OIDC, service);
	if (desk->rows.rows->len || ids->len)
		return true;
	g_autoptr(Entity) entity =
		command_find_service(desk->generation, service, desk->now, error);
	return entity != NULL;
}

static bool add_everybody(Desk *desk, GError **error)
{
	bool walked = directory_walk(desk->generation->directory, NULL, add_one, desk, error);

	if (walked && desk->error)
		g_propagate_error(error, g_steal_pointer(&desk->error));
	return walked && !*error;
}

static bool gather(Desk *desk, GError **error)
{
	return (login ? add_person(desk, error) : add_everybody(desk, error)) &&
	       (!service || is_service(desk, error));
}

/* ---- listing ---- */

static int list(const CommandLine *line)
{
	g_autoptr(GError) error = NULL;
	g_auto(Desk) desk = {0};

	if (!open_desk(&desk, line, &error) || !gather(&desk, &error))
		return command_fail(error);
	if (as_json)
		choice_rows_print_json(&desk.rows);
	else
		choice_rows_print(&desk.rows, language);
	if (!desk.rows.rows->len && !as_json)
		g_printerr("%s\n", g_str_equal(language, "sv")
					   ? "Ingen har fått veta eller svarat något."
					   : "Nobody has been told or has answered anything.");
	return COMMAND_DONE;
}

/* ---- withdrawing ---- */

/* What is left of the rows: each yes, in the role that is meant. */
static void keep_meant(ChoiceRows *rows)
{
	Role role = role_wanted ? role_by_name(role_wanted) : ROLE_NONE;

	for (guint i = rows->rows->len; i > 0; i--) {
		const Choice *choice = ((const ChoiceRow *)rows->rows->pdata[i - 1])->choice;
		if (choice->said != SAID_YES || (role && choice->role != role))
			g_ptr_array_remove_index(rows->rows, i - 1);
	}
}

static bool write_rows(const Desk *desk, const char *account, GError **error)
{
	const ChoiceTime at = {desk->now, desk->generation->choice_keep};
	g_autoptr(StoreCommit) commit = store_commit_new(desk->now, NULL, NULL);

	for (guint i = 0; i < desk->rows.rows->len; i++)
		choice_withdraw(commit, desk->identity,
				((const ChoiceRow *)desk->rows.rows->pdata[i])->choice, account,
				&at);
	g_autoptr(Store) store = store_open_beside(store_sqlite, store_place(desk), error);
	StoreOutcome outcome =
		store ? command_commit(store, commit, "the store takes no more of it", error)
		      : STORE_FAULT;
	if (outcome == STORE_CONFLICT)
		command_set_error(error, "%s has answered anew meanwhile; look at it again", login);
	return outcome == STORE_OK;
}

static int withdraw(const CommandLine *line)
{
	g_autoptr(GError) error = NULL;
	g_auto(Desk) desk = {0};
	g_auto(Approver) approver = {0};

	if (!open_desk(&desk, line, &error) ||
	    (!desk.reader && !command_no_store(store_place(&desk), &error)) ||
	    !gather(&desk, &error) || !approver_find(&approver, &error))
		return command_fail(error);
	keep_meant(&desk.rows);
	if (!desk.rows.rows->len) {
		command_set_error(&error, "%s has said yes to nothing that counts at %s", login,
				  service);
		return command_fail(error);
	}
	choice_rows_print(&desk.rows, language);
	if (dry_run) {
		g_print("%s would withdraw this for %s; nothing is written (--dry-run).\n",
			approver.account, login);
		return COMMAND_DONE;
	}
	g_autofree char *question =
		g_strdup_printf("%s will withdraw this for %s.", approver.account, login);
	if (!command_confirm(question, yes))
		return COMMAND_PROBLEM;
	if (!write_rows(&desk, approver.account, &error))
		return command_fail(error);
	g_print("%s has withdrawn this for %s, who is asked again at the next login there.\n",
		approver.account, login);
	return COMMAND_DONE;
}

/* ---- the command ---- */

static int usage(const char *message)
{
	g_printerr("portvakt choices: %s\nTry `portvakt choices --help'.\n", message);
	return COMMAND_USAGE;
}

static int run(const CommandLine *line)
{
	guint n = line->rest ? g_strv_length(line->rest) : 0;
	bool withdraws = n == 1 && g_str_equal(line->rest[0], "withdraw");

	if (n > 0 && !withdraws)
		return usage("what can be done is withdraw, or nothing but to list");
	if (withdraws && (!login || !service || as_json))
		return usage("withdraw takes --person and --service, and no --json");
	if (!withdraws && (dry_run || yes || role_wanted))
		return usage("--role, --dry-run and --yes are for withdraw");
	if (!login && !service)
		return usage("say whose, with --person, or where, with --service");
	if (looks && !login)
		return usage("--protected is about one --person");
	if (role_wanted && !role_by_name(role_wanted))
		return usage("--role is student, staff or guardian");
	if (!command_language("choices", &language))
		return COMMAND_USAGE;
	if (!command_start_libraries())
		return COMMAND_PROBLEM;
	return withdraws ? withdraw(line) : list(line);
}

int command_choices(int argc, char **argv)
{
	CommandLine line = {
		.name = "choices",
		.arguments = "[withdraw]",
		.summary =
			"Lists what people were told and asked before a service got something of "
			"theirs, and\nwhat they answered, when, to which words. `portvakt choices "
			"withdraw' takes a yes back\nfor a person who cannot: they are asked again.",
		.entries = entries,
	};
	int result = command_parse(&line, &argc, &argv) ? run(&line) : COMMAND_USAGE;

	command_line_clear(&line);
	g_clear_pointer(&login, g_free);
	g_clear_pointer(&service, g_free);
	g_clear_pointer(&role_wanted, g_free);
	g_clear_pointer(&language, g_free);
	return result;
}
