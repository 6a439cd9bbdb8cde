/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/csv.h"
#include "idp/command/eppn.h"
#include "idp/limits.h"
#include "idp/printable.h"

/* Where as many fail one after the other and none has succeeded, the rest would too. */
enum { HOPELESS = 20 };

static char *role_text, *bind_dn, *password_file;
static gboolean as_csv, as_ldif, apply, yes;

static const GOptionEntry entries[] = {
	{"role", 'r', 0, G_OPTION_ARG_STRING, &role_text,
	 "Only for people who are student, staff or guardian", "ROLE"},
	{"ldif", 0, 0, G_OPTION_ARG_NONE, &as_ldif, "Print LDIF (what is done without --apply)",
	 NULL},
	{"csv", 0, 0, G_OPTION_ARG_NONE, &as_csv, "Print CSV: person-key,dn,role,eppn", NULL},
	{"apply", 0, 0, G_OPTION_ARG_NONE, &apply, "Write them; without it nothing is changed",
	 NULL},
	{"bind-dn", 'D', 0, G_OPTION_ARG_FILENAME, &bind_dn,
	 "Account that may write in the directory; not the daemon's", "DN"},
	{"password-file", 'y', 0, G_OPTION_ARG_FILENAME, &password_file,
	 "File with its password, readable by you alone; - is standard input", "FILE"},
	{"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "Do not ask before writing", NULL},
	G_OPTION_ENTRY_NULL,
};

typedef struct {
	char *key, *dn;
	Role role;
	char *eppn;
	bool open; /* of an ordinary person */
} Proposal;

enum { WHERE_DIRECTORY = 1, WHERE_PROPOSAL, WHERE_BOTH };

typedef struct {
	EppnDesk *desk;
	unsigned roles;
	GPtrArray *proposals; /* Proposal */
	GHashTable *taken;    /* folded EPPN -> WHERE_... */
	guint seen, keyless, broken;
	guint refused; /* of those that were to be written */
	GError *error;
} Assign;

static void proposal_free(gpointer data)
{
	Proposal *proposal = data;

	g_free(proposal->key);
	g_free(proposal->dn);
	g_free(proposal->eppn);
	g_free(proposal);
}

static void problem(Assign *assign, const char *dn, const char *what)
{
	g_autofree char *fit = printable(dn, -1, 0xfffd);

	eppn_progress("", 0);
	g_printerr("%s: %s\n", fit, what);
	assign->broken++;
}

/* ---- who lacks one ---- */

static void take_values(Assign *assign, const DirectoryEntry *entry, Role role)
{
	const char *const *value = entry_values(entry, eppn_desk_attribute(assign->desk, role));

	for (; value && *value; value++) {
		char *folded = entry_is_text(*value) ? eppn_fold(*value) : NULL;
		int where =
			folded ? GPOINTER_TO_INT(g_hash_table_lookup(assign->taken, folded)) : 0;
		int then = where >= WHERE_PROPOSAL ? WHERE_BOTH : WHERE_DIRECTORY;
		if (folded)
			g_hash_table_replace(assign->taken, folded, GINT_TO_POINTER(then));
	}
}

static bool propose_one(Assign *assign, const DirectoryEntry *entry, Role role)
{
	g_autofree char *eppn =
		eppn_desk_draw(assign->desk, entry, role, assign->taken, &assign->error);
	Proposal *proposal;

	if (!eppn)
		return false;
	proposal = g_new0(Proposal, 1);
	g_hash_table_replace(assign->taken, eppn_fold(eppn), GINT_TO_POINTER(WHERE_PROPOSAL));
	proposal->key = g_strdup(entry_key(entry));
	proposal->dn = g_strdup(entry_dn(entry));
	proposal->role = role;
	proposal->eppn = g_steal_pointer(&eppn);
	proposal->open = !masterdata_is_protected(assign->desk->generation->masterdata, entry);
	g_ptr_array_add(assign->proposals, proposal);
	return true;
}

static bool look_at_role(Assign *assign, DirectoryEntry *entry, const char *person, Role role)
{
	g_autofree char *eppn = NULL;
	g_autofree char *what = NULL;

	switch (eppn_desk_now(assign->desk, entry, person, role, &eppn, &assign->error)) {
	case EPPN_NOW_NONE:
		return propose_one(assign, entry, role);
	case EPPN_NOW_BROKEN:
		what = eppn_desk_broken(assign->desk, entry, role);
		problem(assign, entry_dn(entry), what);
		return true;
	case EPPN_NOW_ONE:
		return true;
	case EPPN_NOW_FAULT:
		break;
	}
	return false;
}

static bool look_at(const DirectoryWalked *walked, gpointer data)
{
	Assign *assign = data;
	DirectoryEntry *entry = walked->entry;
	unsigned roles = masterdata_roles(assign->desk->generation->masterdata, entry);

	assign->seen = walked->number;
	eppn_progress("people read:", walked->number);
	for (unsigned r = 0; r < EPPN_ROLES; r++)
		take_values(assign, entry, eppn_roles[r]);
	if (walked->outcome != DIRECTORY_FOUND) {
		assign->keyless++;
		return true;
	}
	g_autofree char *person =
		eppn_desk_identity(assign->desk, entry_key(entry), &assign->error);
	for (unsigned r = 0; person && r < EPPN_ROLES; r++)
		if ((roles & assign->roles & eppn_roles[r]) &&
		    !look_at_role(assign, entry, person, eppn_roles[r]))
			return false;
	return person != NULL;
}

/* Values that were drawn, and then met as somebody's: once in a thousand million times. */
static void drop_met(Assign *assign)
{
	for (guint i = assign->proposals->len; i > 0; i--) {
		const Proposal *proposal = assign->proposals->pdata[i - 1];
		g_autofree char *folded = eppn_fold(proposal->eppn);
		gpointer where = g_hash_table_lookup(assign->taken, folded);

		if (GPOINTER_TO_INT(where) != WHERE_BOTH)
			continue;
		problem(assign, proposal->dn, "chance drew a value that is in use; run this again");
		g_ptr_array_remove_index_fast(assign->proposals, i - 1);
	}
}

static bool propose(Assign *assign, GError **error)
{
	bool walked =
		directory_walk(assign->desk->generation->directory, NULL, look_at, assign, error);

	eppn_progress("", 0);
	if (walked && assign->error) {
		g_propagate_error(error, g_steal_pointer(&assign->error));
		return false;
	}
	drop_met(assign);
	return walked;
}

/* ---- telling ---- */

static void print_proposal(const Proposal *proposal, const char *attribute)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (as_csv) {
		csv_append(out, (const char *[]){proposal->key, proposal->dn,
						 role_name(proposal->role), proposal->eppn, NULL});
	} else {
		g_string_append_printf(out, "# %s\n", role_name(proposal->role));
		eppn_ldif_change(out, proposal->dn, attribute, NULL, proposal->eppn);
	}
	g_print("%s", out->str);
}

static void print_head(void)
{
	if (as_csv)
		g_print("person-key,dn,role,eppn\r\n");
	else
		g_print("version: 1\n\n");
}

static void print_all(const Assign *assign)
{
	print_head();
	for (guint i = 0; i < assign->proposals->len; i++) {
		const Proposal *proposal = assign->proposals->pdata[i];
		print_proposal(proposal, eppn_desk_attribute(assign->desk, proposal->role));
	}
	g_printerr("%u people read; %u EPPNs proposed. Nothing was changed: --apply writes new "
		   "ones%s.\n",
		   assign->seen, assign->proposals->len,
		   assign->desk->from_store ? " to the store" : "");
}

/* ---- writing ---- */

typedef enum { WRITE_FAULT = 0, WRITE_DONE, WRITE_NEEDLESS, WRITE_REFUSED } Write;

static StoreOutcome remember_once(Assign *assign, const Proposal *proposal, const char *person,
				  GError **error)
{
	g_autoptr(EppnRow) row = eppn_row_new(proposal->eppn, person, proposal->role,
					      proposal->open, assign->desk->now);
	g_autoptr(StoreCommit) commit = store_commit_new(assign->desk->now, NULL, NULL);

	if (assign->desk->from_store)
		eppn_assign(commit, row, NULL);
	else
		eppn_remember(commit, row);
	return eppn_desk_commit(assign->desk, commit, error);
}

static bool has_one(const Assign *assign, const Proposal *proposal, const DirectoryEntry *entry,
		    const char *person)
{
	g_autofree char *now = NULL;

	return eppn_desk_now(assign->desk, entry, person, proposal->role, &now, NULL) ==
	       EPPN_NOW_ONE;
}

/* The store knows the value before the directory does, so that whatever happens in between nobody
 * else can ever get it. Drawn again where another process was faster. */
static Write remember(Assign *assign, Proposal *proposal, const DirectoryEntry *entry,
		      const char *person, GError **error)
{
	for (unsigned i = 0; i < LIMIT_EPPN_DRAWS; i++) {
		StoreOutcome outcome = remember_once(assign, proposal, person, error);

		if (outcome != STORE_CONFLICT)
			return outcome == STORE_OK ? WRITE_DONE : WRITE_FAULT;
		if (assign->desk->from_store && has_one(assign, proposal, entry, person))
			return WRITE_NEEDLESS;
		g_free(proposal->eppn);
		proposal->eppn =
			eppn_desk_draw(assign->desk, entry, proposal->role, assign->taken, error);
		if (!proposal->eppn)
			return WRITE_FAULT;
	}
	g_set_error(error, CHANGE_ERROR, CHANGE_IMPOSSIBLE,
		    "the store takes none of %d values; it is in use by another process",
		    LIMIT_EPPN_DRAWS);
	return WRITE_FAULT;
}

static Write refuse(Assign *assign, const Proposal *proposal, const char *what)
{
	problem(assign, proposal->dn, what);
	assign->refused++;
	return WRITE_REFUSED;
}

static Write write_entry(Assign *assign, Proposal *proposal, const DirectoryEntry *entry,
			 GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *now = NULL;
	g_autofree char *person = eppn_desk_identity(assign->desk, proposal->key, error);
	EppnNow has =
		person ? eppn_desk_now(assign->desk, entry, person, proposal->role, &now, error)
		       : EPPN_NOW_FAULT;

	if (has == EPPN_NOW_FAULT)
		return WRITE_FAULT;
	if (has == EPPN_NOW_ONE)
		return WRITE_NEEDLESS;
	if (has == EPPN_NOW_BROKEN)
		return refuse(assign, proposal, "has got several values in the meantime");
	Write remembered = remember(assign, proposal, entry, person, error);
	if (remembered != WRITE_DONE || assign->desk->from_store)
		return remembered;
	if (directory_editor_set(assign->desk->editor, entry_dn(entry),
				 eppn_desk_attribute(assign->desk, proposal->role), NULL,
				 proposal->eppn, &cause))
		return WRITE_DONE;
	if (cause->domain == CHANGE_ERROR)
		return refuse(assign, proposal, cause->message);
	g_propagate_error(error, g_steal_pointer(&cause));
	return WRITE_FAULT;
}

/* Looks again first: the list may be minutes old, or another process at work. */
static Write write_one(Assign *assign, Proposal *proposal, GError **error)
{
	g_autoptr(DirectoryEntry) entry = NULL;
	DirectoryOutcome outcome =
		directory_read(assign->desk->generation->directory, g_get_monotonic_time(),
			       proposal->key, &entry, error);

	if (outcome == DIRECTORY_FOUND)
		return write_entry(assign, proposal, entry, error);
	if (outcome == DIRECTORY_FAULT)
		return WRITE_FAULT;
	return refuse(assign, proposal,
		      outcome == DIRECTORY_AMBIGUOUS
			      ? "another entry has the same person key; neither gets an EPPN"
			      : "is gone from the directory");
}

static bool write_all(Assign *assign, guint *done, GError **error)
{
	const bool print = as_csv || as_ldif;

	if (print)
		print_head();
	for (guint i = 0; i < assign->proposals->len; i++) {
		Proposal *proposal = assign->proposals->pdata[i];
		Write written = write_one(assign, proposal, error);

		if (written == WRITE_FAULT)
			return false;
		*done += written == WRITE_DONE ? 1 : 0;
		if (written == WRITE_DONE && print)
			print_proposal(proposal, eppn_desk_attribute(assign->desk, proposal->role));
		if (*done == 0 && assign->refused >= HOPELESS) {
			g_set_error(error, CHANGE_ERROR, CHANGE_DENIED,
				    "none of the first %d could be written; the others were not "
				    "tried",
				    HOPELESS);
			return false;
		}
		eppn_progress("EPPNs written:", i + 1);
	}
	return true;
}

static bool apply_all(Assign *assign, GError **error)
{
	g_autofree char *question = g_strdup_printf(
		"%u people read; %u EPPNs will be written to %s.", assign->seen,
		assign->proposals->len, assign->desk->from_store ? "the store" : "the directory");
	guint done = 0;

	if (assign->proposals->len == 0) {
		g_printerr("%u people read; nobody lacks an EPPN.\n", assign->seen);
		return true;
	}
	if (!command_confirm(question, yes)) {
		assign->broken++;
		return true;
	}
	bool whole = write_all(assign, &done, error);
	eppn_progress("", 0);
	g_printerr("%u EPPNs written, of %u%s.\n", done, assign->proposals->len,
		   whole ? "" : "; the same command does the rest");
	return whole;
}

static bool assign_run(Assign *assign, const CommandLine *line, GError **error)
{
	if (!eppn_desk_open(assign->desk, line, error) ||
	    (apply && !eppn_desk_write(assign->desk, error)) ||
	    (apply && !assign->desk->from_store &&
	     !eppn_desk_edit(assign->desk, bind_dn, password_file, error)) ||
	    !propose(assign, error))
		return false;
	if (assign->keyless > 0)
		g_printerr("%u entries without a usable person key are left out; see `portvakt "
			   "masterdata lint'.\n",
			   assign->keyless);
	if (apply)
		return apply_all(assign, error);
	/* LDIF would ask for a change of what nobody reads. */
	if (assign->desk->from_store && !as_ldif)
		as_csv = TRUE;
	print_all(assign);
	return true;
}

static int assign_all(const CommandLine *line, unsigned roles)
{
	EppnDesk desk = {0};
	Assign assign = {.desk = &desk, .roles = roles};
	g_autoptr(GError) error = NULL;

	assign.proposals = g_ptr_array_new_with_free_func(proposal_free);
	assign.taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	bool good = assign_run(&assign, line, &error);
	if (!good)
		command_fail(error);
	else if (assign.broken > 0)
		g_printerr("%u entries have a problem, told above.\n", assign.broken);
	g_ptr_array_unref(assign.proposals);
	g_hash_table_unref(assign.taken);
	g_clear_error(&assign.error);
	eppn_desk_close(&desk);
	return good && assign.broken == 0 ? COMMAND_DONE : COMMAND_PROBLEM;
}

static bool options_fit(void)
{
	if (as_csv && as_ldif)
		g_printerr("portvakt eppn assign: --csv or --ldif, not both\n");
	else if (!apply && (bind_dn || password_file))
		g_printerr("portvakt eppn assign: --bind-dn and --password-file go with --apply\n");
	else
		return true;
	return false;
}

int command_eppn_assign(int argc, char **argv)
{
	CommandLine line = {
		.name = "eppn assign",
		.summary = "Proposes an EPPN for everybody who has none in a role they have: "
			   "random, never seen\nbefore, and silent about the person. Prints them; "
			   "with --apply they are written, one by\none, and a second run does what "
			   "a first one left.",
		.entries = entries,
	};
	unsigned roles = 0;
	int result = COMMAND_USAGE;

	if (command_parse(&line, &argc, &argv) && options_fit() &&
	    eppn_roles_wanted("assign", role_text, &roles))
		result = command_start_libraries() ? assign_all(&line, roles) : COMMAND_PROBLEM;
	command_line_clear(&line);
	g_clear_pointer(&role_text, g_free);
	g_clear_pointer(&bind_dn, g_free);
	g_clear_pointer(&password_file, g_free);
	return result;
}
