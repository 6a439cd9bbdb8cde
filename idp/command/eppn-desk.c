/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "idp/command/eppn.h"
#include "idp/identity/continuation.h"
#include "idp/identity/eppn-draw.h"
#include "idp/keys.h"

#define EPPN "eduPersonPrincipalName"

const Role eppn_roles[EPPN_ROLES] = {ROLE_STUDENT, ROLE_STAFF, ROLE_GUARDIAN};

/* ---- opening ---- */

static bool open_reader(EppnDesk *desk, GError **error)
{
	g_autoptr(GError) cause = NULL;

	desk->reader = store_reader_open(store_sqlite, desk->store_file, &cause);
	if (desk->reader || g_error_matches(cause, STORE_ERROR, STORE_ERROR_MISSING))
		return true;
	g_propagate_error(error, g_steal_pointer(&cause));
	return false;
}

bool eppn_desk_open(EppnDesk *desk, const CommandLine *line, GError **error)
{
	desk->now = g_get_real_time() / G_USEC_PER_SEC;
	desk->generation = command_generation(line, desk->now, error);
	if (!desk->generation)
		return false;
	const Config *config = desk->generation->config;
	const char *scope = config_text(config, "eppn", "scope");
	desk->scope = scope ? scope : config_list(config, "idp", "scopes")[0];
	desk->from_store = g_str_equal(config_text(config, "eppn", "source"), "store");
	desk->store_file = config_path(config, "store", "file");
	return open_reader(desk, error);
}

bool eppn_desk_write(EppnDesk *desk, GError **error)
{
	if (!desk->reader)
		return command_no_store(desk->store_file, error);
	desk->store = store_open_beside(store_sqlite, desk->store_file, error);
	return desk->store != NULL;
}

static Secret *read_stdin(GError **error)
{
	char bytes[KEYS_FILE_MAX];
	gsize length = 0;
	ssize_t got = 0;

	do {
		length += (gsize)got;
		got = read(STDIN_FILENO, bytes + length, sizeof bytes - length);
	} while (got > 0);
	Secret *password = got == 0 && length > 0 ? secret_new(bytes, length) : NULL;
	seal_wipe(bytes, sizeof bytes);
	if (!password)
		command_set_error(error, "standard input gives no password");
	return password;
}

/* One line feed at its end is dropped, as with the daemon's own password file. */
static Secret *read_password(const char *path, GError **error)
{
	bool piped = g_str_equal(path, "-");
	g_autoptr(Secret) file = piped ? read_stdin(error) : keys_read(path, 0, error);
	gsize length = file ? secret_length(file) : 0;

	if (!file)
		return NULL;
	if (length > 0 && secret_bytes(file)[length - 1] == '\n')
		length--;
	return secret_new(secret_bytes(file), length);
}

static bool is_same_file(const char *a, const char *b)
{
	g_autofree char *one = a ? g_canonicalize_filename(a, NULL) : NULL;
	g_autofree char *other = b ? g_canonicalize_filename(b, NULL) : NULL;

	return one && other && g_str_equal(one, other);
}

bool eppn_desk_edit(EppnDesk *desk, const char *bind_dn, const char *password_file, GError **error)
{
	const Config *config = desk->generation->config;
	const char *directory = config_directories(config)[0];
	const char *own = config_text(config, directory, "bind-dn");

	if (!bind_dn || !password_file)
		return command_set_error(
			error, "writing in the directory needs --bind-dn and --password-file");
	if ((own && g_ascii_strcasecmp(own, bind_dn) == 0) ||
	    is_same_file(config_path(config, directory, "password-file"), password_file))
		return command_set_error(
			error,
			"that is the account of [%s], which the daemon has; an account "
			"that may write is one that the daemon does not know",
			directory);
	g_autoptr(Secret) password = read_password(password_file, error);
	if (password)
		desk->editor = directory_editor_open(desk->generation->directory, bind_dn, password,
						     error);
	return desk->editor != NULL;
}

void eppn_desk_close(EppnDesk *desk)
{
	g_clear_pointer(&desk->editor, directory_editor_close);
	g_clear_pointer(&desk->store, store_close);
	g_clear_pointer(&desk->reader, store_reader_close);
	g_clear_pointer(&desk->generation, generation_unref);
}

/* ---- the store ---- */

StoreOutcome eppn_desk_commit(EppnDesk *desk, StoreCommit *commit, GError **error)
{
	return command_commit(desk->store, commit,
			      "the store holds as many rows of this kind as it ever takes", error);
}

StoreOutcome eppn_desk_find(const EppnDesk *desk, const char *eppn, EppnRow **row, GError **error)
{
	*row = NULL;
	return desk->reader ? eppn_find(desk->reader, eppn, row, error) : STORE_ABSENT;
}

char *eppn_desk_identity(const EppnDesk *desk, const char *key, GError **error)
{
	return desk->reader ? continuation_of(desk->reader, key, error) : g_strdup(key);
}

/* ---- people ---- */

const char *eppn_desk_attribute(const EppnDesk *desk, Role role)
{
	return masterdata_source(desk->generation->masterdata, attribute_by_name(EPPN), role);
}

/* Another role of this human whose EPPN stands in the same attribute; ROLE_NONE: none does. */
static Role sharing_role(const EppnDesk *desk, const DirectoryEntry *entry, Role role)
{
	unsigned has = masterdata_roles(desk->generation->masterdata, entry);
	const char *attribute = eppn_desk_attribute(desk, role);

	for (unsigned r = 0; r < EPPN_ROLES; r++)
		if (eppn_roles[r] != role && (has & eppn_roles[r]) &&
		    g_ascii_strcasecmp(eppn_desk_attribute(desk, eppn_roles[r]), attribute) == 0)
			return eppn_roles[r];
	return ROLE_NONE;
}

static EppnNow now_in_directory(const EppnDesk *desk, const DirectoryEntry *entry, Role role,
				char **eppn)
{
	const char *const *values = entry_values(entry, eppn_desk_attribute(desk, role));

	if (sharing_role(desk, entry, role))
		return EPPN_NOW_BROKEN;
	if (!values || !values[0])
		return EPPN_NOW_NONE;
	if (values[1] || !entry_is_text(values[0]))
		return EPPN_NOW_BROKEN;
	*eppn = g_strdup(values[0]);
	return EPPN_NOW_ONE;
}

EppnNow eppn_desk_now(const EppnDesk *desk, const DirectoryEntry *entry, const char *person,
		      Role role, char **eppn, GError **error)
{
	*eppn = NULL;
	if (!desk->from_store)
		return now_in_directory(desk, entry, role, eppn);
	if (!desk->reader)
		return EPPN_NOW_NONE;
	switch (eppn_of(desk->reader, person, role, eppn, error)) {
	case STORE_OK:
		return EPPN_NOW_ONE;
	case STORE_ABSENT:
		return EPPN_NOW_NONE;
	default:
		return EPPN_NOW_FAULT;
	}
}

char *eppn_desk_broken(const EppnDesk *desk, const DirectoryEntry *entry, Role role)
{
	const char *attribute = eppn_desk_attribute(desk, role);
	Role other = sharing_role(desk, entry, role);

	if (other)
		return g_strdup_printf(
			"is %s and %s, and one attribute, %s, for the EPPNs of both, "
			"which must differ; set eppn-%s in portvakt.conf(5) to "
			"another attribute",
			role_name(role), role_name(other), attribute,
			role_name(role == ROLE_STUDENT ? other : role));
	return g_strdup_printf("has several values, or one that is no text, in %s; leave one",
			       attribute);
}

/* ---- drawing ---- */

typedef struct {
	const EppnDesk *desk;
	GHashTable *taken;
} Known;

static bool is_known(const char *eppn, bool *seen, gpointer data, GError **error)
{
	const Known *known = data;
	g_autofree char *folded = eppn_fold(eppn);
	g_autoptr(EppnRow) row = NULL;

	*seen = true;
	if (known->taken && g_hash_table_contains(known->taken, folded))
		return true;
	StoreOutcome outcome = eppn_desk_find(known->desk, eppn, &row, error);
	*seen = outcome != STORE_ABSENT;
	return outcome != STORE_FAULT;
}

/* The person's own, whatever an alias calls them. */
static char *name_of(const EppnDesk *desk, const DirectoryEntry *entry, Role role, const char *name)
{
	const Masterdata *masterdata = desk->generation->masterdata;
	const char *source = masterdata_source(masterdata, attribute_by_name(name), role);
	const char *const *values = source ? entry_values(entry, source) : NULL;

	return values ? g_strjoinv(" ", (char **)(guintptr)values) : NULL;
}

char *eppn_desk_draw(const EppnDesk *desk, const DirectoryEntry *entry, Role role,
		     GHashTable *taken, GError **error)
{
	g_autofree char *given = name_of(desk, entry, role, "givenName");
	g_autofree char *surname = name_of(desk, entry, role, "sn");
	Known known = {desk, taken};

	return eppn_draw_for(desk->scope, given, surname, is_known, &known, error);
}

/* ---- the terminal ---- */

bool eppn_roles_wanted(const char *command, const char *name, unsigned *roles)
{
	*roles = name ? (unsigned)role_by_name(name) : ROLE_STUDENT | ROLE_STAFF | ROLE_GUARDIAN;
	if (!*roles)
		g_printerr("portvakt eppn %s: --role is student, staff or guardian\n", command);
	return *roles != 0;
}

void eppn_progress(const char *doing, guint n)
{
	static gint64 next;
	gint64 now = g_get_monotonic_time();

	if (!isatty(STDERR_FILENO) || (n > 0 && now < next))
		return;
	if (n > 0)
		g_printerr("\r\x1b[K%s %u", doing, n);
	else
		g_printerr("\r\x1b[K");
	next = now + G_USEC_PER_SEC / 5;
}

/* ---- LDIF ---- */

/* RFC 2849, SAFE-STRING, and nothing that acts on a terminal. */
static bool is_safe(const char *value)
{
	if (*value == ' ' || *value == ':' || *value == '<' || g_str_has_suffix(value, " "))
		return false;
	for (; *value != '\0'; value++)
		if ((guchar)*value >= 127 || (guchar)*value < ' ')
			return false;
	return true;
}

void eppn_ldif_line(GString *out, const char *name, const char *value)
{
	g_autofree char *base64 = NULL;

	if (is_safe(value)) {
		g_string_append_printf(out, "%s: %s\n", name, value);
		return;
	}
	base64 = g_base64_encode((const guchar *)value, strlen(value));
	g_string_append_printf(out, "%s:: %s\n", name, base64);
}

void eppn_ldif_change(GString *out, const char *dn, const char *attribute, const char *before,
		      const char *after)
{
	eppn_ldif_line(out, "dn", dn);
	g_string_append(out, "changetype: modify\n");
	if (before) {
		g_string_append_printf(out, "delete: %s\n", attribute);
		eppn_ldif_line(out, attribute, before);
		g_string_append(out, "-\n");
	}
	g_string_append_printf(out, "add: %s\n", attribute);
	eppn_ldif_line(out, attribute, after);
	g_string_append(out, "-\n\n");
}
