/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/csv.h"
#include "idp/command/eppn.h"
#include "idp/json.h"
#include "idp/printable.h"
#include "policy/value.h"

static char *role_text;
static gboolean as_csv, as_ldif, as_scim;

static const GOptionEntry entries[] = {
	{"role", 'r', 0, G_OPTION_ARG_STRING, &role_text,
	 "Only of people who are student, staff or guardian", "ROLE"},
	{"csv", 0, 0, G_OPTION_ARG_NONE, &as_csv,
	 "CSV: person-key,role,userName (what is printed without an option)", NULL},
	{"ldif", 0, 0, G_OPTION_ARG_NONE, &as_ldif, "LDIF of entries with that one attribute",
	 NULL},
	{"scim", 0, 0, G_OPTION_ARG_NONE, &as_scim,
	 "A SCIM User on each line, as JSON: externalId, userName, roles", NULL},
	G_OPTION_ENTRY_NULL,
};

typedef struct {
	char *key, *dn, *eppn;
	Role role;
} Item;

typedef struct {
	EppnDesk *desk;
	unsigned roles;
	GPtrArray *items;  /* Item */
	GHashTable *first; /* folded EPPN -> the Item that has it, or NULL once two have */
	guint lacking, wrong;
	GError *error;
} Export;

static void item_free(gpointer data)
{
	Item *item = data;

	g_free(item->key);
	g_free(item->dn);
	g_free(item->eppn);
	g_free(item);
}

static void problem(Export *export, const char *dn, const char *what)
{
	g_autofree char *fit = printable(dn, -1, 0xfffd);

	eppn_progress("", 0);
	g_printerr("%s: %s\n", fit, what);
	export->wrong++;
}

/* ---- reading ---- */

/* Whether a login could release it: its form, its scope. */
static bool is_good(Export *export, const char *dn, const char *eppn)
{
	ValueFault fault = value_judge(attribute_by_name("eduPersonPrincipalName"), eppn,
				       export->desk->generation->identity.scopes);
	g_autofree char *what =
		fault == VALUE_GOOD ? NULL
				    : g_strdup_printf("the EPPN is none that can be released (%s)",
						      value_fault_text(fault, "en"));

	if (what)
		problem(export, dn, what);
	return !what;
}

/* Whether nobody else ever had it; a login by it would be refused. */
static bool is_own(Export *export, const char *dn, const char *eppn, const char *person)
{
	g_autoptr(EppnRow) row = NULL;
	StoreOutcome outcome = eppn_desk_find(export->desk, eppn, &row, &export->error);

	if (outcome == STORE_OK && !g_str_equal(row->person, person))
		problem(export, dn, "the EPPN has been another person's; see `portvakt eppn show'");
	return outcome == STORE_ABSENT || (row && g_str_equal(row->person, person));
}

static void add_item(Export *export, const DirectoryEntry *entry, Role role, const char *eppn)
{
	char *folded = eppn_fold(eppn);
	Item *item = g_new0(Item, 1);

	item->key = g_strdup(entry_key(entry));
	item->dn = g_strdup(entry_dn(entry));
	item->eppn = g_strdup(eppn);
	item->role = role;
	g_ptr_array_add(export->items, item);
	if (g_hash_table_contains(export->first, folded))
		item = NULL;
	g_hash_table_replace(export->first, folded, item);
}

static bool look_at_role(Export *export, const DirectoryEntry *entry, const char *person, Role role)
{
	g_autofree char *eppn = NULL;
	g_autofree char *what = NULL;

	switch (eppn_desk_now(export->desk, entry, person, role, &eppn, &export->error)) {
	case EPPN_NOW_NONE:
		export->lacking++;
		return true;
	case EPPN_NOW_BROKEN:
		what = eppn_desk_broken(export->desk, entry, role);
		problem(export, entry_dn(entry), what);
		return true;
	case EPPN_NOW_ONE:
		if (is_good(export, entry_dn(entry), eppn) &&
		    is_own(export, entry_dn(entry), eppn, person))
			add_item(export, entry, role, eppn);
		return export->error == NULL;
	case EPPN_NOW_FAULT:
		break;
	}
	return false;
}

static bool look_at(const DirectoryWalked *walked, gpointer data)
{
	Export *export = data;
	const DirectoryEntry *entry = walked->entry;
	unsigned roles = masterdata_roles(export->desk->generation->masterdata, entry);

	eppn_progress("people read:", walked->number);
	if (walked->outcome != DIRECTORY_FOUND) {
		problem(export, entry_dn(entry), "has no usable person key");
		return true;
	}
	g_autofree char *person =
		eppn_desk_identity(export->desk, entry_key(entry), &export->error);
	for (unsigned r = 0; person && r < EPPN_ROLES; r++)
		if ((roles & export->roles & eppn_roles[r]) &&
		    !look_at_role(export, entry, person, eppn_roles[r]))
			return false;
	return person != NULL;
}

/* ---- printing ---- */

static char *scim_of(const Item *item)
{
	const char *const schemas[] = {"urn:ietf:params:scim:schemas:core:2.0:User", NULL};
	GVariantBuilder roles;
	GVariantDict role, user;

	g_variant_dict_init(&role, NULL);
	g_variant_dict_insert(&role, "value", "s", role_name(item->role));
	g_variant_builder_init(&roles, G_VARIANT_TYPE("aa{sv}"));
	g_variant_builder_add_value(&roles, g_variant_dict_end(&role));
	g_variant_dict_init(&user, NULL);
	g_variant_dict_insert_value(&user, "schemas", g_variant_new_strv(schemas, -1));
	g_variant_dict_insert(&user, "externalId", "s", item->key);
	g_variant_dict_insert(&user, "userName", "s", item->eppn);
	g_variant_dict_insert_value(&user, "roles", g_variant_builder_end(&roles));
	return json_from_variant(g_variant_dict_end(&user), false);
}

static void print_item(const Export *export, const Item *item)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (as_scim) {
		g_autofree char *user = scim_of(item);
		g_string_append_printf(out, "%s\n", user);
	} else if (as_ldif) {
		eppn_ldif_line(out, "dn", item->dn);
		eppn_ldif_line(out, eppn_desk_attribute(export->desk, item->role), item->eppn);
		g_string_append_c(out, '\n');
	} else {
		csv_append(out,
			   (const char *[]){item->key, role_name(item->role), item->eppn, NULL});
	}
	g_print("%s", out->str);
}

static void print_all(Export *export)
{
	guint n = 0;

	if (as_ldif)
		g_print("version: 1\n\n");
	else if (!as_scim)
		g_print("person-key,role,userName\r\n");
	for (guint i = 0; i < export->items->len; i++) {
		const Item *item = export->items->pdata[i];
		g_autofree char *folded = eppn_fold(item->eppn);

		if (g_hash_table_lookup(export->first, folded) == item) {
			print_item(export, item);
			n++;
		} else {
			problem(export, item->dn,
				"another entry has the same EPPN; neither is "
				"exported");
		}
	}
	g_printerr("%u EPPNs; %u are lacking (portvakt eppn assign); %u left out for a problem.\n",
		   n, export->lacking, export->wrong);
}

static bool export_run(Export *export, const CommandLine *line, GError **error)
{
	if (!eppn_desk_open(export->desk, line, error))
		return false;
	bool walked =
		directory_walk(export->desk->generation->directory, NULL, look_at, export, error);
	eppn_progress("", 0);
	if (!walked)
		return false;
	if (export->error) {
		g_propagate_error(error, g_steal_pointer(&export->error));
		return false;
	}
	print_all(export);
	return true;
}

static int export_all(const CommandLine *line, unsigned roles)
{
	EppnDesk desk = {0};
	Export export = {.desk = &desk, .roles = roles};
	g_autoptr(GError) error = NULL;

	export.items = g_ptr_array_new_with_free_func(item_free);
	export.first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	bool good = export_run(&export, line, &error);
	if (!good)
		command_fail(error);
	g_hash_table_unref(export.first);
	g_ptr_array_unref(export.items);
	g_clear_error(&export.error);
	eppn_desk_close(&desk);
	return good && export.wrong == 0 ? COMMAND_DONE : COMMAND_PROBLEM;
}

int command_eppn_export(int argc, char **argv)
{
	CommandLine line = {
		.name = "eppn export",
		.summary =
			"Prints the EPPN of everybody who has one, by person key and role, for "
			"provisioning.\nValues that a login would refuse are left out and told on "
			"stderr.",
		.entries = entries,
	};
	unsigned roles = 0;
	int result = COMMAND_USAGE;

	if (command_parse(&line, &argc, &argv)) {
		if (as_csv + as_ldif + as_scim > 1)
			g_printerr("portvakt eppn export: one of --csv, --ldif and --scim\n");
		else if (eppn_roles_wanted("export", role_text, &roles))
			result = command_start_libraries() ? export_all(&line, roles)
							   : COMMAND_PROBLEM;
	}
	command_line_clear(&line);
	g_clear_pointer(&role_text, g_free);
	return result;
}
