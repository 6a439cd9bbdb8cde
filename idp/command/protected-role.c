/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/protected-role.h"

#include "idp/approver.h"
#include "idp/command/command.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <unistd.h>

/* What getgrnam_r() may need for a group of some ten thousand members, which is more than a school
 * has staff. */
#define NAMES_MAX (1024 * 1024)
/* Unique without asking anybody. */
#define ID_BYTES 24

static bool find_group(const char *name, gid_t *ret_gid)
{
	g_autofree char *buffer = g_malloc(NAMES_MAX);
	struct group group, *found = NULL;
	if (getgrnam_r(name, &group, buffer, NAMES_MAX, &found) != 0 || !found)
		return false;
	*ret_gid = found->gr_gid;
	return true;
}

/* By the process's own groups, which the kernel vouches for, and not by a user's name. */
static bool is_in_group(gid_t wanted)
{
	int n = getgroups(0, NULL);
	g_autofree gid_t *groups = g_new0(gid_t, n > 0 ? (gsize)n : 1);
	n = n > 0 ? getgroups(n, groups) : 0;
	bool in = getegid() == wanted;
	for (int i = 0; i < n; i++)
		in |= groups[i] == wanted;
	return in;
}

bool protected_role_has(const Generation *generation, GError **error)
{
	const Config *config = generation->config;
	const char *name = config_text(config, "protected", "role-group");
	gid_t gid = 0;
	if (geteuid() == 0)
		return true;
	if (!name) {
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
			    "this takes the protected-data role, which only root has until "
			    "[protected] role-group names a Unix group");
		return false;
	}
	if (!find_group(name, &gid)) {
		g_autofree char *where = config_where(config, "protected", "role-group");
		g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
			    "%s: this machine has no group called %s", where, name);
		return false;
	}
	if (is_in_group(gid))
		return true;
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		    "this takes the protected-data role: be root or in the group %s", name);
	return false;
}

bool protected_role_look(const Generation *generation, const char *person, const char *service,
			 GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_auto(Approver) approver = {0};
	if (!protected_role_has(generation, error) || !approver_find(&approver, error))
		return false;
	const char *place = config_path(generation->config, "store", "file");
	if (g_access(place, F_OK) != 0 && errno == ENOENT)
		return command_no_store(place, error);
	g_autoptr(Store) store = store_open_beside(store_sqlite, place, error);
	if (!store)
		return false;
	g_autofree char *token = seal_random_token(ID_BYTES);
	g_autofree char *id = g_strconcat("look-", token, NULL);
	g_autoptr(LedgerRow) row =
		ledger_row_new(generation->ledger_key, person, now, now + generation->ledger_keep);
	ledger_row_looked(row, approver.account, service ? service : "", id, generation->id);
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);
	store_add_ledger(commit, g_steal_pointer(&row));
	StoreOutcome outcome =
		command_commit(store, commit, "the store takes no more rows of it", error);
	if (outcome == STORE_CONFLICT)
		command_set_error(error, "try again");
	if (outcome != STORE_OK)
		g_prefix_error(error, "the look could not be entered in the ledger: ");
	return outcome == STORE_OK;
}
