/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/eppn.h"
#include "idp/command/find-person.h"
#include "idp/identity/rotation.h"
#include "idp/printable.h"

static char *login;
static gboolean as_json;

static const GOptionEntry entries[] = {
	{"person", 'p', 0, G_OPTION_ARG_FILENAME, &login,
	 "All that is known of a person, by login name", "LOGIN"},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
	G_OPTION_ENTRY_NULL,
};

/* An entry of the directory that has, or is the person who had, what is shown. */
typedef struct {
	char *dn, *key;
	char *eppn;     /* of a person: as it stands in the directory; NULL: none, or not one */
	Role role;      /* in which it has the EPPN; ROLE_NONE: it has it not */
	bool is_person; /* the entry is the person whose EPPN it is for ever */
} Holder;

typedef struct {
	EppnDesk *desk;
	char *eppn;   /* that is asked for; NULL: a person is */
	char *person; /* the identity; NULL: nobody ever had it */
	Rotation rotation;
	GPtrArray *rows;    /* EppnRow: ever had by the person, or the one that is asked for */
	GPtrArray *holders; /* Holder */
	GError *error;
} Show;

static void holder_free(gpointer data)
{
	Holder *holder = data;

	g_free(holder->dn);
	g_free(holder->key);
	g_free(holder->eppn);
	g_free(holder);
}

/* ---- what is known ---- */

static bool take_row(GBytes *value, gpointer data)
{
	Show *show = data;
	EppnRow *row = eppn_row_from_bytes(value, &show->error);

	if (row && g_str_equal(row->person, show->person))
		g_ptr_array_add(show->rows, row);
	else
		eppn_row_free(row);
	return show->error == NULL;
}

static int by_time(gconstpointer a, gconstpointer b)
{
	const EppnRow *x = *(const EppnRow *const *)a, *y = *(const EppnRow *const *)b;

	return x->first_seen < y->first_seen ? -1 : x->first_seen > y->first_seen;
}

static bool find_rows(Show *show, GError **error)
{
	EppnRow *row = NULL;

	if (!show->desk->reader)
		return true;
	if (show->eppn) {
		if (eppn_desk_find(show->desk, show->eppn, &row, error) == STORE_FAULT)
			return false;
		if (row) {
			show->person = g_strdup(row->person);
			g_ptr_array_add(show->rows, row);
		}
	} else if (!store_walk(show->desk->reader, STORE_EPPN, take_row, show, error)) {
		return false;
	}
	g_ptr_array_sort(show->rows, by_time);
	return !show->person ||
	       rotation_find(show->desk->reader, show->person, &show->rotation, error);
}

/* The role in which the entry has that EPPN now. */
static Role role_with(Show *show, const DirectoryEntry *entry, const char *identity,
		      const char *wanted)
{
	unsigned has = masterdata_roles(show->desk->generation->masterdata, entry);

	for (unsigned r = 0; r < EPPN_ROLES; r++) {
		g_autofree char *eppn = NULL;
		g_autofree char *folded = NULL;

		if (!(has & eppn_roles[r]))
			continue;
		if (eppn_desk_now(show->desk, entry, identity, eppn_roles[r], &eppn, NULL) ==
		    EPPN_NOW_ONE)
			folded = eppn_fold(eppn);
		if (g_strcmp0(folded, wanted) == 0)
			return eppn_roles[r];
	}
	return ROLE_NONE;
}

static Holder *add_holder(Show *show, const DirectoryEntry *entry, Role role, bool is_person)
{
	Holder *holder = g_new0(Holder, 1);

	holder->dn = g_utf8_make_valid(entry_dn(entry), -1);
	holder->key = g_strdup(entry_key(entry));
	holder->role = role;
	holder->is_person = is_person;
	g_ptr_array_add(show->holders, holder);
	return holder;
}

static bool look_at(const DirectoryWalked *walked, gpointer data)
{
	Show *show = data;
	const DirectoryEntry *entry = walked->entry;
	g_autofree char *wanted = eppn_fold(show->eppn);

	eppn_progress("people read:", walked->number);
	if (walked->outcome != DIRECTORY_FOUND)
		return true;
	g_autofree char *identity = eppn_desk_identity(show->desk, entry_key(entry), &show->error);
	if (!identity)
		return false;
	bool is_person = g_strcmp0(identity, show->person) == 0;
	Role role = role_with(show, entry, identity, wanted);
	if (role || is_person)
		add_holder(show, entry, role, is_person);
	return true;
}

static bool find_eppn(Show *show, GError **error)
{
	if (!g_utf8_validate(show->eppn, -1, NULL))
		return command_set_error(error, "the EPPN is no UTF-8 text");
	if (!find_rows(show, error))
		return false;
	bool walked = directory_walk(show->desk->generation->directory, NULL, look_at, show, error);
	eppn_progress("", 0);
	if (!walked)
		return false;
	if (!show->error && !show->person && show->holders->len == 0)
		return command_set_error(error, "nobody has it, and nobody has been seen with it");
	return true;
}

static bool find_person(Show *show, GError **error)
{
	g_autoptr(DirectoryEntry) entry = command_find_person(show->desk->generation, login, error);

	if (!entry)
		return false;
	show->person = eppn_desk_identity(show->desk, entry_key(entry), error);
	if (!show->person || !find_rows(show, error))
		return false;
	unsigned has = masterdata_roles(show->desk->generation->masterdata, entry);
	for (unsigned r = 0; r < EPPN_ROLES; r++)
		if (has & eppn_roles[r] &&
		    eppn_desk_now(show->desk, entry, show->person, eppn_roles[r],
				  &add_holder(show, entry, eppn_roles[r], true)->eppn,
				  error) == EPPN_NOW_FAULT)
			return false;
	return true;
}

/* ---- what is told ---- */

static char *day_of(int64_t at)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at);

	return time ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("?");
}

/* Whether the directory and the store tell the same of the EPPN. */
static bool agrees(const Show *show)
{
	guint has = 0;

	for (guint i = 0; i < show->holders->len; i++) {
		const Holder *holder = show->holders->pdata[i];
		has += holder->role ? 1 : 0;
		if (holder->role && show->person && !holder->is_person)
			return false;
	}
	return has == 1;
}

static void print_row(const EppnRow *row)
{
	g_autofree char *day = day_of(row->first_seen);
	g_autofree char *eppn = printable(row->eppn, -1, 0xfffd);

	g_print("%s\n  as %s since %s\n", eppn, role_name(row->role), day);
}

static void print_holder(const Show *show, const Holder *holder)
{
	g_autofree char *dn = printable(holder->dn, -1, 0xfffd);
	g_autofree char *eppn = holder->eppn ? printable(holder->eppn, -1, 0xfffd) : NULL;

	if (!show->eppn)
		g_print("  %s: %s\n    %s (person key %s)\n", role_name(holder->role),
			eppn ? eppn : "no EPPN, or not one alone", dn, holder->key);
	else if (!holder->role)
		g_print("  %s (person key %s) is the person, and does not have it now\n", dn,
			holder->key);
	else
		g_print("  %s (person key %s) has it now as %s%s\n", dn, holder->key,
			role_name(holder->role),
			!show->person       ? ""
			: holder->is_person ? ", and is the person"
					    : ", and is somebody else, whom a login refuses; see "
					      "`portvakt eppn adopt'");
}

static void print_text(const Show *show)
{
	for (guint i = 0; i < show->rows->len; i++)
		print_row(show->rows->pdata[i]);
	if (show->person)
		g_print("person: %s%s\n", show->person,
			show->rows->len ? "" : " (nobody has logged in as them yet)");
	else
		g_print("%s\n  nobody has been seen with it\n", show->eppn);
	if (show->rotation.count > 0) {
		g_autofree char *day = day_of(show->rotation.at);
		g_print("identifiers renewed: %u time%s, last %s\n", show->rotation.count,
			show->rotation.count == 1 ? "" : "s", day);
	}
	if (show->rotation.pending)
		g_print("a rotation is at work or was stopped: nobody can log in as the person; if "
			"it lasts, run `portvakt eppn rotate' again\n");
	g_print("directory:\n");
	for (guint i = 0; i < show->holders->len; i++)
		print_holder(show, show->holders->pdata[i]);
	if (show->holders->len == 0)
		g_print("  nobody has it now, and the person is gone\n");
}

static GVariant *rows_variant(const Show *show)
{
	GVariantBuilder rows;

	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < show->rows->len; i++) {
		const EppnRow *row = show->rows->pdata[i];
		g_autofree char *day = day_of(row->first_seen);
		GVariantDict dict;
		g_variant_dict_init(&dict, NULL);
		g_variant_dict_insert(&dict, "eppn", "s", row->eppn);
		g_variant_dict_insert(&dict, "role", "s", role_name(row->role));
		g_variant_dict_insert(&dict, "first_seen", "s", day);
		g_variant_builder_add_value(&rows, g_variant_dict_end(&dict));
	}
	return g_variant_builder_end(&rows);
}

static GVariant *holders_variant(const Show *show)
{
	GVariantBuilder holders;

	g_variant_builder_init(&holders, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < show->holders->len; i++) {
		const Holder *holder = show->holders->pdata[i];
		GVariantDict dict;
		g_variant_dict_init(&dict, NULL);
		g_variant_dict_insert(&dict, "dn", "s", holder->dn);
		g_variant_dict_insert(&dict, "person_key", "s", holder->key);
		if (holder->eppn)
			g_variant_dict_insert(&dict, "eppn", "s", holder->eppn);
		if (holder->role)
			g_variant_dict_insert(&dict, "role", "s", role_name(holder->role));
		g_variant_dict_insert(&dict, "same_person", "b", (gboolean)holder->is_person);
		g_variant_builder_add_value(&holders, g_variant_dict_end(&dict));
	}
	return g_variant_builder_end(&holders);
}

static void print_json(const Show *show)
{
	GVariantDict dict;

	g_variant_dict_init(&dict, NULL);
	if (show->person)
		g_variant_dict_insert(&dict, "person", "s", show->person);
	if (show->eppn)
		g_variant_dict_insert(&dict, "agrees", "b", (gboolean)agrees(show));
	g_variant_dict_insert_value(&dict, "eppns", rows_variant(show));
	g_variant_dict_insert(&dict, "renewed", "u", show->rotation.count);
	if (show->rotation.count > 0) {
		g_autofree char *day = day_of(show->rotation.at);
		g_variant_dict_insert(&dict, "renewed_last", "s", day);
	}
	g_variant_dict_insert(&dict, "rotation_pending", "b", (gboolean)show->rotation.pending);
	g_variant_dict_insert_value(&dict, "entries", holders_variant(show));
	command_print_json(g_variant_dict_end(&dict));
}

static bool show_run(Show *show, const CommandLine *line, GError **error)
{
	if (!eppn_desk_open(show->desk, line, error) ||
	    !(show->eppn ? find_eppn(show, error) : find_person(show, error)))
		return false;
	if (show->error) {
		g_propagate_error(error, g_steal_pointer(&show->error));
		return false;
	}
	if (as_json)
		print_json(show);
	else
		print_text(show);
	return true;
}

static int show_all(const CommandLine *line)
{
	EppnDesk desk = {0};
	Show show = {.desk = &desk};
	g_autoptr(GError) error = NULL;

	show.eppn = line->rest ? g_strdup(line->rest[0]) : NULL;
	show.rows = g_ptr_array_new_with_free_func((GDestroyNotify)eppn_row_free);
	show.holders = g_ptr_array_new_with_free_func(holder_free);
	bool good = show_run(&show, line, &error);
	if (!good)
		command_fail(error);
	g_ptr_array_unref(show.rows);
	g_ptr_array_unref(show.holders);
	g_free(show.eppn);
	g_free(show.person);
	g_clear_error(&show.error);
	eppn_desk_close(&desk);
	return good ? COMMAND_DONE : COMMAND_PROBLEM;
}

int command_eppn_show(int argc, char **argv)
{
	CommandLine line = {
		.name = "eppn show",
		.arguments = "[EPPN]",
		.summary =
			"Says who had an EPPN first, since when, and who has it in the directory "
			"now; or which\nEPPNs a person has ever had.",
		.entries = entries,
	};
	int result = COMMAND_USAGE;

	if (command_parse(&line, &argc, &argv)) {
		guint n = line.rest ? g_strv_length(line.rest) : 0;
		if (n + (login ? 1 : 0) != 1)
			g_printerr("portvakt eppn show: give an EPPN or --person\n"
				   "Try `portvakt eppn show --help'.\n");
		else
			result = command_start_libraries() ? show_all(&line) : COMMAND_PROBLEM;
	}
	command_line_clear(&line);
	g_clear_pointer(&login, g_free);
	return result;
}
