/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/eppn.h"
#include "idp/command/find-person.h"
#include "idp/identity/rotation.h"

static char *login, *role_text, *bind_dn, *password_file;
static gboolean as_ldif, apply, only_identifiers, yes;

static const GOptionEntry entries[] = {
	{"person", 'p', 0, G_OPTION_ARG_FILENAME, &login, "Whom, by login name", "LOGIN"},
	{"role", 'r', 0, G_OPTION_ARG_STRING, &role_text,
	 "Only the EPPN as student, staff or guardian (default: of every role they have)", "ROLE"},
	{"ldif", 0, 0, G_OPTION_ARG_NONE, &as_ldif, "Print LDIF (what is done without --apply)",
	 NULL},
	{"apply", 0, 0, G_OPTION_ARG_NONE, &apply, "Do it; without it nothing is changed", NULL},
	{"bind-dn", 'D', 0, G_OPTION_ARG_FILENAME, &bind_dn,
	 "Account that may write in the directory; not the daemon's", "DN"},
	{"password-file", 'y', 0, G_OPTION_ARG_FILENAME, &password_file,
	 "File with its password, readable by you alone; - is standard input", "FILE"},
	{"only-identifiers", 0, 0, G_OPTION_ARG_NONE, &only_identifiers,
	 "Leave the EPPN alone, which somebody else has changed already; do the rest", NULL},
	{"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "Do not ask before", NULL},
	G_OPTION_ENTRY_NULL,
};

typedef struct {
	Role role;
	char *before; /* NULL: none */
	char *after;
} Change;

typedef struct {
	EppnDesk *desk;
	unsigned roles;
	DirectoryEntry *entry;
	char *person;
	Change changes[EPPN_ROLES];
	unsigned n;
	Rotation found, begun;
} Rotate;

/* ---- what will change ---- */

static bool plan_role(Rotate *rotate, Role role, GError **error)
{
	Change *change = &rotate->changes[rotate->n];
	EppnNow now = eppn_desk_now(rotate->desk, rotate->entry, rotate->person, role,
				    &change->before, error);

	if (now == EPPN_NOW_BROKEN) {
		g_autofree char *what = eppn_desk_broken(rotate->desk, rotate->entry, role);
		return command_set_error(error, "%s: %s", entry_dn(rotate->entry), what);
	}
	if (now == EPPN_NOW_FAULT)
		return false;
	rotate->n++;
	change->role = role;
	change->after = eppn_desk_draw(rotate->desk, rotate->entry, role, NULL, error);
	return change->after != NULL;
}

static bool plan(Rotate *rotate, GError **error)
{
	unsigned has;

	rotate->entry = command_find_person(rotate->desk->generation, login, error);
	if (!rotate->entry)
		return false;
	rotate->person = eppn_desk_identity(rotate->desk, entry_key(rotate->entry), error);
	if (!rotate->person)
		return false;
	has = masterdata_roles(rotate->desk->generation->masterdata, rotate->entry);
	if (!(has & rotate->roles))
		return command_set_error(error, "%s has no such role", entry_dn(rotate->entry));
	for (unsigned r = 0; !only_identifiers && r < EPPN_ROLES; r++)
		if ((has & rotate->roles & eppn_roles[r]) &&
		    !plan_role(rotate, eppn_roles[r], error))
			return false;
	return true;
}

static void print_ldif(const Rotate *rotate)
{
	g_autoptr(GString) out = g_string_new("version: 1\n\n");

	for (unsigned i = 0; i < rotate->n; i++) {
		const Change *change = &rotate->changes[i];
		g_string_append_printf(out, "# %s\n", role_name(change->role));
		eppn_ldif_change(out, entry_dn(rotate->entry),
				 eppn_desk_attribute(rotate->desk, change->role), change->before,
				 change->after);
	}
	g_print("%s", out->str);
}

/* LDIF, unless it would ask for a change of what nobody reads. */
static void print_changes(const Rotate *rotate)
{
	if (only_identifiers)
		return;
	if (!rotate->desk->from_store || as_ldif) {
		print_ldif(rotate);
		return;
	}
	for (unsigned i = 0; i < rotate->n; i++) {
		const Change *change = &rotate->changes[i];
		g_print("%s: %s in place of %s\n", role_name(change->role), change->after,
			change->before ? change->before : "none");
	}
}

/* ---- doing it ---- */

static int64_t now_in_seconds(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

/* A login in the second of the renewal would still be refused. */
static void wait_until_after(int64_t second)
{
	while (now_in_seconds() == second)
		g_usleep(G_USEC_PER_SEC / 50);
}

static EppnRow *row_of(const Rotate *rotate, const Change *change)
{
	const Generation *generation = rotate->desk->generation;
	bool open = !masterdata_is_protected(generation->masterdata, rotate->entry);

	return eppn_row_new(change->after, rotate->person, change->role, open, rotate->desk->now);
}

static bool commit_or(const Rotate *rotate, StoreCommit *commit, const char *conflict,
		      GError **error)
{
	StoreOutcome outcome = eppn_desk_commit(rotate->desk, commit, error);

	if (outcome == STORE_CONFLICT)
		return command_set_error(error, "%s", conflict);
	return outcome == STORE_OK;
}

static const char overtaken[] = "another rotation was at work at the same time; run this again";

/* First of all: nobody else can get the values, and nobody is let in until end(). */
static bool begin(Rotate *rotate, GError **error)
{
	g_autoptr(StoreCommit) commit = store_commit_new(now_in_seconds(), NULL, NULL);

	if (!rotation_find(rotate->desk->reader, rotate->person, &rotate->found, error))
		return false;
	rotation_begin(commit, rotate->person, &rotate->found, now_in_seconds(), &rotate->begun);
	for (unsigned i = 0; i < rotate->n; i++) {
		g_autoptr(EppnRow) row = row_of(rotate, &rotate->changes[i]);
		eppn_remember(commit, row);
	}
	return commit_or(rotate, commit,
			 "another rotation was at work at the same time, or somebody else got the "
			 "value; run this again",
			 error);
}

/* The directory has said no to the first change, so all is as it was. */
static bool undo(const Rotate *rotate)
{
	g_autoptr(StoreCommit) commit = store_commit_new(now_in_seconds(), NULL, NULL);

	if (rotate->found.pending)
		return false;
	rotation_undo(commit, rotate->person, &rotate->begun, &rotate->found);
	return eppn_desk_commit(rotate->desk, commit, NULL) == STORE_OK;
}

static bool write_directory(const Rotate *rotate, GError **error)
{
	for (unsigned i = 0; i < rotate->n; i++) {
		const Change *change = &rotate->changes[i];
		g_autoptr(GError) cause = NULL;
		if (directory_editor_set(rotate->desk->editor, entry_dn(rotate->entry),
					 eppn_desk_attribute(rotate->desk, change->role),
					 change->before, change->after, &cause))
			continue;
		bool undone = i == 0 && cause->domain == CHANGE_ERROR && undo(rotate);
		return command_set_error(
			error, "%s: the EPPN as %s %s; run this again: %s", entry_dn(rotate->entry),
			role_name(change->role),
			undone ? "is the old one, and nothing else was done"
			       : "may be the old one or the new one, and until the rotation is "
				 "done nobody can log in as this person",
			cause->message);
	}
	return true;
}

/* Last, in one commit: the new identifiers count, and no session that knew the old ones is left. */
static bool end(const Rotate *rotate, GError **error)
{
	int64_t now = now_in_seconds();
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);

	rotation_end(commit, rotate->person, &rotate->begun, now);
	store_drop_owner(commit, STORE_SESSION, entry_key(rotate->entry));
	if (!commit_or(rotate, commit, overtaken, error)) {
		g_prefix_error(error,
			       "%s: nobody can log in as this person until the rotation is "
			       "done; run this again: ",
			       entry_dn(rotate->entry));
		return false;
	}
	wait_until_after(now);
	return true;
}

/* All in one commit, where we have no part in what the directory says. */
static bool renew(const Rotate *rotate, GError **error)
{
	EppnDesk *desk = rotate->desk;
	int64_t now = now_in_seconds();
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);
	Rotation found;

	if (!rotation_find(desk->reader, rotate->person, &found, error))
		return false;
	for (unsigned i = 0; i < rotate->n; i++) {
		g_autoptr(EppnRow) row = row_of(rotate, &rotate->changes[i]);
		eppn_assign(commit, row, rotate->changes[i].before);
	}
	rotation_renew(commit, rotate->person, &found, now);
	store_drop_owner(commit, STORE_SESSION, entry_key(rotate->entry));
	if (!commit_or(rotate, commit, overtaken, error))
		return false;
	wait_until_after(now);
	return true;
}

static bool rotate_all(Rotate *rotate, GError **error)
{
	if (rotate->desk->from_store || only_identifiers)
		return renew(rotate, error);
	return begin(rotate, error) && write_directory(rotate, error) && end(rotate, error);
}

static bool rotate_apply(Rotate *rotate, bool *done, GError **error)
{
	g_autofree char *eppns = only_identifiers ? g_strdup("no new EPPN")
						  : g_strdup_printf("%u new EPPNs", rotate->n);
	g_autofree char *question = g_strdup_printf(
		"%s gets %s, and new identifiers at every service, which will not know them again, "
		"and is logged out. It cannot be undone.",
		entry_dn(rotate->entry), eppns);

	*done = command_confirm(question, yes);
	if (!*done)
		return true;
	if (!rotate_all(rotate, error))
		return false;
	for (unsigned i = 0; i < rotate->n; i++)
		g_print("%s %s\n", role_name(rotate->changes[i].role), rotate->changes[i].after);
	g_printerr("Done: %u new EPPNs, all identifiers new, and no session left. The old values "
		   "stay taken for ever.\n",
		   rotate->n);
	return true;
}

static bool rotate_run(Rotate *rotate, const CommandLine *line, bool *done, GError **error)
{
	bool edits = apply && !only_identifiers;

	if (!eppn_desk_open(rotate->desk, line, error) ||
	    (apply && !eppn_desk_write(rotate->desk, error)) ||
	    (edits && !rotate->desk->from_store &&
	     !eppn_desk_edit(rotate->desk, bind_dn, password_file, error)) ||
	    !plan(rotate, error))
		return false;
	if (apply)
		return rotate_apply(rotate, done, error);
	print_changes(rotate);
	g_printerr("Nothing was changed: --apply does it%s.\n",
		   only_identifiers
			   ? ""
			   : ". Who writes this LDIF with another tool runs `portvakt eppn "
			     "rotate --only-identifiers --apply' after it");
	*done = true;
	return true;
}

static int rotate_person(const CommandLine *line, unsigned roles)
{
	EppnDesk desk = {0};
	Rotate rotate = {.desk = &desk, .roles = roles};
	g_autoptr(GError) error = NULL;
	bool done = false;

	if (!rotate_run(&rotate, line, &done, &error))
		command_fail(error);
	for (unsigned i = 0; i < EPPN_ROLES; i++) {
		g_free(rotate.changes[i].before);
		g_free(rotate.changes[i].after);
	}
	g_free(rotate.person);
	g_clear_pointer(&rotate.entry, entry_unref);
	eppn_desk_close(&desk);
	return done && !error ? COMMAND_DONE : COMMAND_PROBLEM;
}

static bool options_fit(void)
{
	if (!login)
		g_printerr("portvakt eppn rotate: --person is needed\n"
			   "Try `portvakt eppn rotate --help'.\n");
	else if (apply && as_ldif)
		g_printerr("portvakt eppn rotate: --ldif or --apply, not both\n");
	else if ((bind_dn || password_file) && (!apply || only_identifiers))
		g_printerr("portvakt eppn rotate: --bind-dn and --password-file go with --apply, "
			   "where the EPPN is written\n");
	else if (only_identifiers && role_text)
		g_printerr("portvakt eppn rotate: identifiers have no role\n");
	else
		return true;
	return false;
}

int command_eppn_rotate(int argc, char **argv)
{
	CommandLine line = {
		.name = "eppn rotate",
		.summary =
			"Gives a person a new EPPN and new identifiers at every service, and ends "
			"their sessions:\nfor who has become protected, or whose EPPN says too "
			"much. Prints what would be done;\nwith --apply it is done. It cannot be "
			"undone.",
		.entries = entries,
	};
	unsigned roles = 0;
	int result = COMMAND_USAGE;

	if (command_parse(&line, &argc, &argv) && options_fit() &&
	    eppn_roles_wanted("rotate", role_text, &roles))
		result = command_start_libraries() ? rotate_person(&line, roles) : COMMAND_PROBLEM;
	command_line_clear(&line);
	g_clear_pointer(&login, g_free);
	g_clear_pointer(&role_text, g_free);
	g_clear_pointer(&bind_dn, g_free);
	g_clear_pointer(&password_file, g_free);
	return result;
}
